//! The stages of a section: what the compiler and the program say now.
//!
//! In: a section. Out: for each of its stages the text that should stand there, or why that cannot be said: a build that
//! fails, a program that says something else compiled than interpreted. What holds: nothing in the texts depends on where the
//! files are, on the time, or on addresses.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tayberry_compiler::emit::ir_text;
use tayberry_compiler::source::{SourceFile, Sources};
use tayberry_compiler::{Options, check};

use crate::sections::Section;
use crate::workspace::{Output, Tools, Workspace};

/// What a stage says, by the position of its block.
pub type Texts = BTreeMap<usize, String>;

/// Works a section out. The texts come from the interpreter wherever both run.
pub fn stages(tools: &Tools, file: &str, section: &Section) -> Result<Texts, String> {
    if section.stages().next().is_none() {
        return Err("the section has no stage: nothing is tested".into());
    }
    let space = Workspace::new(tools, &format!("{file}/{}", slug(&section.name)), section)?;
    let mut texts = Texts::new();
    let asked = ["http", "wire"].into_iter().find(|kind| section.has(kind));
    let runs = section.has("stdout") || asked.is_none() && section.has("traceback");
    let native = interpreted(section);
    for at in section.stages() {
        let fence = &section.fences[at];
        let text = match fence.kind.as_str() {
            "diagnostics" => {
                let arguments: Vec<&str> = fence.about.split_whitespace().collect();
                space
                    .tayberry(&[&["check", "app.py"], &arguments[..]].concat())?
                    .text()
            }
            "interpreted" => native.clone(),
            "ir" => function(
                &ir_text_of(section),
                &format!("def {}(", fence.about),
                "",
                &fence.about,
            )?,
            "c" if fence.about == "lines" => {
                space.build()?;
                lines(&space.generated()?, &fence.text)?
            }
            "c" => {
                space.build()?;
                function(
                    &space.generated()?,
                    &format!("/* {} */", fence.about),
                    "}",
                    &fence.about,
                )?
            }
            "console" => space.console(&fence.text)?,
            "stdout" | "traceback" | "http" | "wire" | "compiled" => continue,
            other => return Err(format!("line {}: there is no stage `{other}`", fence.line)),
        };
        texts.insert(at, text);
    }
    if runs || asked.is_some() {
        if !native.is_empty() && !section.has("interpreted") {
            return Err(format!(
                "these stay interpreted; if they are meant to, say so in a block `interpreted`:\n{native}"
            ));
        }
        space.build()?;
    }
    if runs {
        let compiled = space.run("run", "compiled", "")?;
        let output = space.run("run", "interpreted", "")?;
        let different = asked.is_none() && section.has("compiled");
        if different && compiled == output {
            return Err(
                "compiled and interpreted agree: the block `compiled` is to be removed".into(),
            );
        } else if !different {
            agree(&compiled, &output)?;
        }
        let traceback = section.has("traceback");
        if !output.stderr.is_empty() && !traceback {
            return Err(format!(
                "standard error has no block `traceback`:\n{}",
                output.stderr
            ));
        }
        for at in section.stages() {
            match section.fences[at].kind.as_str() {
                "stdout" => texts.insert(at, output.stdout.clone()),
                "compiled" if different => texts.insert(at, compiled.text()),
                "traceback" if asked.is_none() => texts.insert(at, output.stderr.clone()),
                _ => continue,
            };
        }
    }
    if let Some(kind) = asked {
        requests(&space, section, kind, &mut texts)?;
    }
    Ok(texts)
}

/// Puts the section's requests (in process: `http`, over a socket: `wire`) to its app, both ways, and notes the answers and
/// what was logged.
fn requests(
    space: &Workspace<'_>,
    section: &Section,
    kind: &str,
    texts: &mut Texts,
) -> Result<(), String> {
    let blocks: Vec<usize> = section
        .stages()
        .filter(|&at| section.fences[at].kind == kind)
        .collect();
    if !blocks.len().is_multiple_of(2) {
        return Err(format!(
            "every request needs a block `{kind}` for its answer behind it"
        ));
    }
    let asked: Vec<_> = blocks
        .chunks(2)
        .map(|pair| {
            let fence = &section.fences[pair[0]];
            serde_json::json!({"text": fence.text, "expression": fence.about == "expression"})
        })
        .collect();
    let asked = serde_json::Value::from(asked).to_string();
    let answers = |mode: &str| -> Result<(Vec<String>, String), String> {
        let output = space.run(kind, mode, &asked)?;
        let last = output.stdout.lines().next_back().unwrap_or_default();
        let answers = serde_json::from_str(last)
            .map_err(|_| format!("{mode}, no answers: {}{}", output.stdout, output.stderr))?;
        Ok((answers, output.stderr))
    };
    let (compiled, compiled_log) = answers("compiled")?;
    let (interpreted, log) = answers("interpreted")?;
    let mut differences = String::new();
    for ((pair, compiled), interpreted) in blocks.chunks(2).zip(&compiled).zip(&interpreted) {
        if compiled != interpreted {
            let fence = &section.fences[pair[0]];
            let _ = write!(
                differences,
                "{}compiled:\n{compiled}interpreted:\n{interpreted}\n",
                fence.text
            );
        }
        texts.insert(pair[1], interpreted.clone());
    }
    if !differences.is_empty() {
        return Err(format!("compiled and interpreted differ\n{differences}"));
    }
    let block = |kind: &str| section.stages().find(|&at| section.fences[at].kind == kind);
    if let Some(at) = block("traceback") {
        match block("compiled") {
            Some(_) if compiled_log == log => {
                return Err("the logs agree: the block `compiled` is to be removed".into());
            }
            Some(at) => {
                texts.insert(at, compiled_log);
            }
            None if compiled_log != log => {
                return Err(format!(
                    "the logs differ\ncompiled:\n{compiled_log}interpreted:\n{log}"
                ));
            }
            None => {}
        }
        texts.insert(at, log);
    } else if !log.is_empty() || !compiled_log.is_empty() {
        return Err(format!(
            "what is logged has no block `traceback`:\ncompiled:\n{compiled_log}interpreted:\n{log}"
        ));
    }
    Ok(())
}

fn agree(compiled: &Output, interpreted: &Output) -> Result<(), String> {
    if compiled == interpreted {
        return Ok(());
    }
    let shown = |output: &Output| {
        format!(
            "{}{}exit status {}\n",
            output.stdout, output.stderr, output.status
        )
    };
    Err(format!(
        "compiled and interpreted differ\ncompiled:\n{}interpreted:\n{}",
        shown(compiled),
        shown(interpreted)
    ))
}

fn sources(section: &Section) -> Sources {
    let files = section.files().filter(|(path, _)| path.ends_with(".py"));
    let files = files.map(|(path, text)| {
        let module = path.trim_end_matches(".py").replace('/', ".");
        let is_package = module == "__init__" || module.ends_with(".__init__");
        SourceFile::new(module.trim_end_matches(".__init__"), path, is_package, text)
    });
    Sources::new(files.collect())
}

/// What stays interpreted, a line for each: `name: because`.
fn interpreted(section: &Section) -> String {
    let checked = check(&sources(section), &Options::default());
    let mut text = String::new();
    for module in &checked.program.modules {
        let prefix = if module.name == "app" {
            String::new()
        } else {
            format!("{}.", module.name)
        };
        for each in &module.interpreted {
            let _ = writeln!(text, "{prefix}{}: {}", each.qualname, each.reason);
        }
    }
    text
}

fn ir_text_of(section: &Section) -> String {
    let sources = sources(section);
    ir_text(&check(&sources, &Options::default()).program, &sources)
}

/// The lines of a function: from the one that begins with `head` to the first that is `end`, the empty one left out.
fn function(text: &str, head: &str, end: &str, name: &str) -> Result<String, String> {
    let mut found = String::new();
    for line in text.lines().skip_while(|line| !line.starts_with(head)) {
        if line == end && end.is_empty() {
            break;
        }
        found.push_str(line);
        found.push('\n');
        if line == end {
            break;
        }
    }
    if found.is_empty() {
        return Err(format!(
            "there is no function `{name}`; a name is written as in `{head}`"
        ));
    }
    Ok(found)
}

/// The wanted lines, if the text has them all in that order.
fn lines(text: &str, wanted: &str) -> Result<String, String> {
    let mut left = text.lines().map(str::trim);
    for line in wanted.lines() {
        if !left.any(|each| each == line.trim()) {
            return Err(format!(
                "this line is not in the C, or not in this order:\n{line}"
            ));
        }
    }
    Ok(wanted.to_owned())
}

/// A folder's name for a sentence.
fn slug(name: &str) -> String {
    let words: String = name
        .chars()
        .map(|each| if each.is_alphanumeric() { each } else { '-' })
        .collect();
    words.to_lowercase().trim_matches('-').to_owned()
}
