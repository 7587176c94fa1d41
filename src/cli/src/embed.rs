//! Asks the target's interpreter for the marshalled top-level code of modules (`embed.py`).

use std::io::Write;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::json;
use tayberry_compiler::emit::emitted_handovers;
use tayberry_compiler::hir::{Module, Native};
use tayberry_compiler::source::SourceFile;

use crate::interpreter::Interpreter;
use crate::report::UserError;

const SCRIPT: &str = include_str!("embed.py");

#[derive(Deserialize)]
struct Answer {
    modules: Option<Vec<Embedded>>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Embedded {
    code: String,
}

/// The marshalled code of each module, in the same order.
pub fn embed(
    interpreter: &Interpreter,
    modules: &[(&Module, &SourceFile)],
) -> anyhow::Result<Vec<Vec<u8>>> {
    let request = json!({"modules": modules.iter().map(|(module, file)| json!({
        "path": file.path,
        "source": &*file.text,
        "handovers": emitted_handovers(module).iter().enumerate().map(|(index, each)| json!({
            "line": each.line,
            "column": each.column,
            "kind": match each.what { Native::Function(_) => "function", Native::Class(_) => "class" },
            "index": index,
        })).collect::<Vec<_>>(),
    })).collect::<Vec<_>>()});
    let mut child = Command::new(&interpreter.path)
        .args(["-I", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().expect("the pipe was asked for");
    // The script reads everything before it writes anything.
    input.write_all(&serde_json::to_vec(&request)?)?;
    drop(input);
    let output = child.wait_with_output()?;
    let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|_| {
        anyhow::anyhow!(
            "{} could not compile the modules' top-level code:\n{}",
            interpreter.path.display(),
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    match (answer.modules, answer.error) {
        (Some(modules), None) => modules
            .iter()
            .map(|each| decode_base64(&each.code))
            .collect(),
        (_, Some(error)) => {
            let text = |key: &str| {
                error
                    .get(key)
                    .map(|value| value.to_string().trim_matches('"').to_owned())
                    .unwrap_or_default()
            };
            Err(UserError(format!(
                "{}:{}:{}: CPython refuses this: {}",
                text("path"),
                text("line"),
                text("column"),
                text("message")
            ))
            .into())
        }
        (None, None) => anyhow::bail!("embed.py answered neither code nor an error"),
    }
}

fn decode_base64(text: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits) = (0u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => anyhow::bail!("embed.py answered something that is not base64"),
        };
        buffer = buffer << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    Ok(bytes)
}
