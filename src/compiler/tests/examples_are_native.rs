//! Every handler and model of the examples is compiled, and checking them finds nothing.

use std::path::Path;

use tayberry_compiler::source::{SourceFile, Sources};
use tayberry_compiler::{Options, check, diagnostics};

fn read(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("the example's folder")
        .flatten()
        .map(|each| each.path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        if path.is_dir() && path.join("__init__.py").exists() {
            read(&path, &format!("{prefix}{name}."), files);
        } else if let Some(stem) = name.strip_suffix(".py") {
            let module = if stem == "__init__" {
                prefix.trim_end_matches('.').to_owned()
            } else {
                format!("{prefix}{stem}")
            };
            let shown = format!("{}{name}", prefix.replace('.', "/"));
            let text = std::fs::read_to_string(&path).expect("a Python file");
            files.push(SourceFile::new(&module, &shown, stem == "__init__", &text));
        }
    }
}

#[test]
fn every_handler_and_model_of_the_examples_is_native() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for example in ["hello", "pyberry", "catalog"] {
        let mut files = Vec::new();
        read(&root.join(example), "", &mut files);
        let sources = Sources::new(files);
        let checked = check(
            &sources,
            &Options {
                strict: true,
                ..Options::default()
            },
        );
        let findings = diagnostics::render(
            &checked.diagnostics,
            &sources,
            diagnostics::Format::Full { colour: false },
        );
        let native: Vec<_> = checked
            .app
            .routes
            .iter()
            .filter(|route| route.native.is_err())
            .map(|route| &route.handler)
            .collect();
        assert!(
            native.is_empty(),
            "{example}: interpreted handlers {native:?}\n{findings}"
        );
        assert!(!checked.app.routes.is_empty(), "{example}: no route found");
        println!(
            "{example}: {} routes, {} functions, {} classes\n{findings}",
            checked.app.routes.len(),
            checked.program.functions.len(),
            checked.program.classes.len()
        );
        for route in &checked.app.routes {
            println!(
                "  {:?} {} {} {:?}: {}",
                route.methods, route.path, route.handler, route.runs, route.why
            );
        }
    }
}
