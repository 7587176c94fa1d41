//! Names that `tayberry` and its modules do not have: imported (TB202), read as attributes (TB204), with what there is
//! instead for those that programs for other frameworks use.
//!
//! What holds: the names are read from the package's own text, so that the lists cannot go stale.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::{Symbol, Walk};
use crate::diagnostics::Diagnostic;

/// The text of `tayberry` itself.
const FACE: &str = include_str!("../../../../../python/tayberry/__init__.py");

/// The public modules with their texts.
const MODULES: &[(&str, &str)] = &[
    ("app", include_str!("../../../../../python/tayberry/app.py")),
    (
        "exceptions",
        include_str!("../../../../../python/tayberry/exceptions.py"),
    ),
    (
        "integers",
        include_str!("../../../../../python/tayberry/integers.py"),
    ),
    (
        "limits",
        include_str!("../../../../../python/tayberry/limits.py"),
    ),
    (
        "multidict",
        include_str!("../../../../../python/tayberry/multidict.py"),
    ),
    (
        "request",
        include_str!("../../../../../python/tayberry/request.py"),
    ),
    (
        "responses",
        include_str!("../../../../../python/tayberry/responses.py"),
    ),
    (
        "routing",
        include_str!("../../../../../python/tayberry/routing.py"),
    ),
    (
        "status",
        include_str!("../../../../../python/tayberry/status.py"),
    ),
    (
        "testing",
        include_str!("../../../../../python/tayberry/testing.py"),
    ),
];

/// The names of `tayberry`, or of one of its modules; `None` for any other module.
fn names(source: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let text = if source == "tayberry" {
        names.extend(MODULES.iter().map(|(name, _)| (*name).to_owned()));
        FACE
    } else {
        let module = source.strip_prefix("tayberry.")?;
        MODULES.iter().find(|(name, _)| *name == module)?.1
    };
    let parsed = rustpython_parser::parse_module(text).ok()?;
    bound(&parsed.syntax().body, &mut names);
    Some(names)
}

/// The names that the statements of a module bind.
fn bound(body: &[ast::Stmt], names: &mut BTreeSet<String>) {
    for stmt in body {
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                names.insert(def.name.to_string());
            }
            ast::Stmt::ClassDef(class) => {
                names.insert(class.name.to_string());
            }
            ast::Stmt::Assign(assign) => {
                let plain = assign.targets.iter().filter_map(|each| each.as_name_expr());
                names.extend(plain.map(|each| each.id.to_string()));
            }
            ast::Stmt::AnnAssign(assign) => {
                names.extend(assign.target.as_name_expr().map(|each| each.id.to_string()));
            }
            ast::Stmt::Import(import) => names.extend(import.names.iter().map(shown_name)),
            ast::Stmt::ImportFrom(import) => names.extend(import.names.iter().map(shown_name)),
            ast::Stmt::If(each) => {
                bound(&each.body, names);
                for clause in &each.elif_else_clauses {
                    bound(&clause.body, names);
                }
            }
            _ => {}
        }
    }
}

fn shown_name(alias: &ast::Alias) -> String {
    alias.asname.as_ref().unwrap_or(&alias.name).to_string()
}

/// What there is for a name of another framework, or one that stands elsewhere.
fn instead(name: &str) -> Option<&'static str> {
    Some(match name {
        "FastAPI" | "Starlette" | "Flask" | "Litestar" | "Sanic" | "Application" => "it is `App`",
        "APIRouter" | "Blueprint" | "APIRoute" => "it is `Router`",
        "TestClient" | "AsyncClient" | "Client" => "write `from tayberry.testing import Client`",
        "Depends" | "Security" => "call the function in the handler",
        "BaseModel" | "Model" => "write a `@dataclass`, or a plain class with annotations",
        "Field" => "write a `@dataclass` field; checks of values stand in `__post_init__`",
        "Form" | "File" | "UploadFile" => {
            "read `request.body`, with `urllib.parse.parse_qs` for a form"
        }
        "BackgroundTasks" | "BackgroundTask" => {
            "call `asyncio.create_task` in an `async def` handler"
        }
        "StreamingResponse" | "FileResponse" | "EventSourceResponse" => {
            "return a `Response` with all its bytes"
        }
        "StaticFiles" => "put a server for static files in front",
        "WebSocket" | "WebSocketDisconnect" => {
            "there are no web sockets; a server of its own can stand beside this one"
        }
        "ORJSONResponse" | "UJSONResponse" | "JsonResponse" | "jsonify" | "jsonable_encoder" => {
            "return the value itself, which is written as JSON, or a `JSONResponse`"
        }
        "TextResponse" | "PlainText" => "it is `PlainTextResponse`",
        "Redirect" | "redirect" => "it is `RedirectResponse`",
        "HTTPError" | "abort" => "it is `HTTPException`",
        "RequestValidationError" | "ValidationError" => {
            "what does not fit is answered with a 422 before the handler runs"
        }
        "CORSMiddleware" | "Middleware" | "BaseHTTPMiddleware" | "GZipMiddleware"
        | "middleware" => {
            "put a decorator of the program's own on the handlers, or a proxy in front"
        }
        "security" => "read the header in the handler: `authorization: str = Header()`",
        "templating" | "Jinja2Templates" => "return an `HTMLResponse` with the text",
        "params" | "_params" => "write `from tayberry import Query`",
        _ => return None,
    })
}

fn report(
    walk: &mut Walk<'_, '_>,
    code: &'static str,
    source: &str,
    name: &str,
    known: &BTreeSet<String>,
    place: impl Ranged,
) {
    let mut finding = Diagnostic::new(
        code,
        format!("`{source}` has no `{name}`"),
        walk.span(place),
        "",
    );
    // `HTTP_404` of `HTTP_404_NOT_FOUND`; where it is misspelt; in which of the modules it stands.
    let longer = known.iter().find(|each| {
        each.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('_'))
    });
    let close = walk.closest(name, known.iter().map(String::as_str));
    if let Some(close) = longer.map(String::as_str).or(close) {
        finding = finding.help(format!("did you mean `{close}`?"));
    } else if source != "tayberry" && names("tayberry").is_some_and(|all| all.contains(name)) {
        finding = finding.help(format!("write `from tayberry import {name}`"));
    } else if let Some(instead) = instead(name) {
        finding = finding.help(instead);
    }
    walk.report(finding);
}

/// `from tayberry import Nothing`, `from tayberry.nothing import name`
pub fn imported<'a>(walk: &mut Walk<'a, '_>, import: &'a ast::StmtImportFrom, source: &str) {
    if walk.catches(&["ImportError", "ModuleNotFoundError"]) || import.level > 0 {
        return;
    }
    let Some(written) = &import.module else {
        return;
    };
    let Some(known) = names(source) else {
        module(walk, source, written);
        return;
    };
    for alias in &import.names {
        let name = alias.name.as_str();
        if name != "*" && !name.starts_with('_') && !known.contains(name) {
            report(walk, "TB202", source, name, &known, &alias.name);
        }
    }
}

/// `import tayberry.nothing`
pub fn import<'a>(walk: &mut Walk<'a, '_>, alias: &'a ast::Alias) {
    if !walk.catches(&["ImportError", "ModuleNotFoundError"]) && names(&alias.name).is_none() {
        module(walk, &alias.name, &alias.name);
    }
}

/// A module of the package that is not there.
fn module(walk: &mut Walk<'_, '_>, source: &str, place: impl Ranged) {
    let Some(name) = source.strip_prefix("tayberry.") else {
        return;
    };
    let own = |each: &crate::check::names::Module| each.name.starts_with("tayberry");
    if name.starts_with('_') || walk.tables.modules.iter().any(own) {
        return;
    }
    let first = name.split('.').next().unwrap_or(name);
    if MODULES.iter().any(|(each, _)| *each == first) && first == name {
        return;
    }
    let known = MODULES.iter().map(|(each, _)| (*each).to_owned());
    report(walk, "TB202", "tayberry", name, &known.collect(), place);
}

/// `tayberry.FastAPI`, `status.HTTP_444`
pub fn attribute<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if name.starts_with('_') || walk.assigned.contains(name) || walk.catches(&["AttributeError"]) {
        return;
    }
    let Some(Symbol::External(source)) = walk.symbol(&attribute.value) else {
        return;
    };
    let Some(known) = names(&source) else {
        return;
    };
    if !known.contains(name) {
        report(walk, "TB204", &source, name, &known, &attribute.attr);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_package_has_its_names_and_all_of_its_public_modules() {
        let names = super::names("tayberry").expect("the package");
        for name in ["App", "NotFound", "i64", "status", "__version__"] {
            assert!(names.contains(name), "{name}");
        }
        assert!(!names.contains("FastAPI"));
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/tayberry");
        for entry in std::fs::read_dir(folder).expect("the package is there") {
            let path = entry.expect("readable").path();
            let name = path
                .file_stem()
                .and_then(|name| name.to_str())
                .unwrap_or("_");
            if path.extension().is_some_and(|end| end == "py") && !name.starts_with('_') {
                assert!(names.contains(name), "{name}");
            }
        }
    }

    #[test]
    fn the_modules_of_the_package_have_the_names_of_their_texts() {
        let status = super::names("tayberry.status").expect("a module");
        assert!(status.contains("HTTP_201_CREATED") && !status.contains("HTTP_444"));
        let integers = super::names("tayberry.integers").expect("a module");
        assert!(integers.contains("i64") && integers.contains("TYPE_CHECKING"));
        assert!(super::names("tayberry.nothing").is_none());
    }
}
