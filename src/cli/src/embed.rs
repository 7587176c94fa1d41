//! Asks the target's interpreter for the marshalled top-level code of modules (`embed.py`).
//!
//! In: modules and where their hand-overs are. Out: the code of each. What holds: code that was kept by an earlier build is
//! taken only if it is whole and was made from the same source and hand-overs, by the same script and interpreter.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::json;
use tayberry_compiler::emit::{emitted_handovers, mangle};
use tayberry_compiler::hir::{Module, Native};
use tayberry_compiler::source::SourceFile;

use crate::files::{hash, write_atomically};
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

/// The marshalled code of each module, in the same order. Where a folder is given, code is kept there for the next build, in
/// a file for each, and only the modules that have none are compiled.
pub fn embed(
    interpreter: &Interpreter,
    modules: &[(&Module, &SourceFile)],
    kept: Option<&Path>,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let requests: Vec<serde_json::Value> = modules.iter().map(request).collect();
    let kept: Vec<Option<Kept>> = modules
        .iter()
        .zip(&requests)
        .map(|((module, _), request)| Some(Kept::of(kept?, &module.name, request, interpreter)))
        .collect();
    let mut codes: Vec<Option<Vec<u8>>> = kept
        .iter()
        .map(|each| each.as_ref().and_then(Kept::read))
        .collect();
    let missing: Vec<usize> = (0..codes.len()).filter(|at| codes[*at].is_none()).collect();
    if !missing.is_empty() {
        let wanted = missing.iter().map(|at| &requests[*at]).collect();
        let made = compile(interpreter, wanted)?;
        anyhow::ensure!(
            made.len() == missing.len(),
            "embed.py answered the code of {} modules for {}",
            made.len(),
            missing.len()
        );
        for (at, code) in missing.into_iter().zip(made) {
            if let Some(kept) = &kept[at] {
                kept.write(&code);
            }
            codes[at] = Some(code);
        }
    }
    Ok(codes.into_iter().flatten().collect())
}

/// The name of the file that a module's code is kept in.
pub fn kept_name(module: &str) -> String {
    format!("{}.code", mangle(module))
}

/// Code kept by an earlier build: a line with a hash of all that it was made from and of itself, and the code.
struct Kept {
    path: PathBuf,
    made_from: String,
}

impl Kept {
    fn of(
        folder: &Path,
        module: &str,
        request: &serde_json::Value,
        interpreter: &Interpreter,
    ) -> Kept {
        let interpreter = format!("{interpreter:?}");
        let request = request.to_string();
        Kept {
            path: folder.join(kept_name(module)),
            made_from: hash([SCRIPT, &interpreter, &request].map(str::as_bytes)),
        }
    }

    fn read(&self) -> Option<Vec<u8>> {
        let mut bytes = std::fs::read(&self.path).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let code = bytes.split_off(end + 1);
        (bytes[..end] == *self.stamp(&code).as_bytes()).then_some(code)
    }

    fn write(&self, code: &[u8]) {
        let stamp = self.stamp(code);
        // Only a saving of time: what cannot be kept is made again.
        let _ = write_atomically(&self.path, &[stamp.as_bytes(), b"\n", code].concat());
    }

    fn stamp(&self, code: &[u8]) -> String {
        hash([self.made_from.as_bytes(), code])
    }
}

/// What the script is told of one module.
fn request((module, file): &(&Module, &SourceFile)) -> serde_json::Value {
    json!({
        "path": file.path,
        "source": &*file.text,
        "handovers": emitted_handovers(module).iter().enumerate().map(|(index, each)| json!({
            "line": each.line,
            "column": each.column,
            "kind": match each.what { Native::Function(_) => "function", Native::Class(_) => "class" },
            "index": index,
        })).collect::<Vec<_>>(),
    })
}

/// Runs the script.
fn compile(
    interpreter: &Interpreter,
    modules: Vec<&serde_json::Value>,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let request = json!({"modules": modules});
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
