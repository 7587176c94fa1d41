//! Golden tests: one trial per section of tests/golden/*.md, whose README.md explains the format.
//!
//! `cargo test -p tayberry --test golden -- NAME` runs the sections whose `file::sentence` contains NAME. `UPDATE=1` writes
//! what was found into the files, from the interpreter where a program runs both ways; a section whose program says something
//! else when compiled fails nevertheless. Sections run two at a time unless `--test-threads` says otherwise.

mod sections;
mod stages;
mod workspace;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use sections::{Fence, Section, rewritten, sections};
use workspace::Tools;

/// New texts of blocks, by file.
type Updates = Arc<Mutex<BTreeMap<PathBuf, Vec<(Fence, String)>>>>;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let tools = match Tools::new() {
        Ok(tools) => Arc::new(tools),
        Err(reason) => {
            eprintln!("golden: {reason}");
            std::process::exit(2);
        }
    };
    let update = std::env::var("UPDATE").is_ok_and(|value| value == "1");
    let updates = Updates::default();
    let mut trials = Vec::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(tools.cases())
        .expect("tests/golden is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md")
        })
        .collect();
    files.sort();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a case file is UTF-8");
        let file = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for section in sections(&path.display().to_string(), &text) {
            let (tools, updates, path, file) =
                (tools.clone(), updates.clone(), path.clone(), file.clone());
            let name = format!("{file}::{}", section.name);
            trials.push(Trial::test(name, move || {
                let outcome = trial(&tools, &file, &section, update);
                let (changed, outcome) = outcome;
                if !changed.is_empty() {
                    let mut updates = updates.lock().expect("no trial panics with the lock");
                    updates.entry(path).or_default().extend(changed);
                }
                outcome.map_err(Failed::from)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    for (path, changed) in updates.lock().expect("all trials have ended").iter() {
        let text = std::fs::read_to_string(path).expect("it was read before");
        std::fs::write(path, rewritten(&text, changed)).expect("a case file is writable");
        println!("{}: {} blocks rewritten", path.display(), changed.len());
    }
    conclusion.exit();
}

/// Runs a section: the blocks to be rewritten, and whether it holds.
fn trial(
    tools: &Tools,
    file: &str,
    section: &Section,
    update: bool,
) -> (Vec<(Fence, String)>, Result<(), String>) {
    let texts = match stages::stages(tools, file, section) {
        Ok(texts) => texts,
        Err(reason) => return (Vec::new(), Err(reason)),
    };
    let differing = texts
        .into_iter()
        .filter(|(at, text)| section.fences[*at].text != *text);
    let differing: Vec<(Fence, String)> = differing
        .map(|(at, text)| (section.fences[at].clone(), text))
        .collect();
    if update || differing.is_empty() {
        return (differing, Ok(()));
    }
    let shown = differing.iter().map(|(fence, found)| {
        format!(
            "line {}, {} {}\nwanted:\n{}found:\n{found}",
            fence.line, fence.kind, fence.about, fence.text
        )
    });
    (Vec::new(), Err(shown.collect::<Vec<_>>().join("\n")))
}
