//! Text to syntax tree, and the imports of a file for project discovery.
//!
//! The only module that names the parser. A file that does not parse gives `TB001` diagnostics; a file nested so
//! deeply that walking its tree could exhaust the stack gives `TB002`; what parses but may not stand where it does, `TB003`.

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_parser::{Mode, lexer::lex, parse_module};
use rustpython_text_size::{Ranged, TextRange};

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, SourceFile, Sources, Span};

mod newlines;
mod semantics;

/// Brackets nested deeper than this are refused: every later pass walks the tree recursively.
const DEPTH_LIMIT: usize = 180;

/// An import statement's target, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Leading dots of `from ..a import b`.
    pub level: u32,
    /// `a.b`, or empty for `from . import x`.
    pub module: String,
    /// Names imported from it; each may be a sub-module.
    pub names: Vec<String>,
}

/// The span of a node.
pub fn span(file: FileId, node: impl Ranged) -> Span {
    range_span(file, node.range())
}

/// The span of a range.
pub fn range_span(file: FileId, range: TextRange) -> Span {
    Span {
        file,
        start: range.start().to_u32(),
        end: range.end().to_u32(),
    }
}

/// The tree of a file.
pub fn parse(file: FileId, source: &SourceFile) -> Result<ast::ModModule, Vec<Diagnostic>> {
    if let Some(at) = too_deep(&source.text) {
        let here = Span {
            file,
            start: at,
            end: at + 1,
        };
        return Err(vec![Diagnostic::error(
            "TB002",
            format!("nested more than {DEPTH_LIMIT} brackets deep"),
            here,
            "here",
        )]);
    }
    match parse_module(&source.text) {
        Ok(parsed) => {
            let mut tree = parsed.into_syntax();
            newlines::mend(&source.text, &mut tree);
            let faults = semantics::faults(&source.text, &tree);
            if faults.is_empty() {
                return Ok(tree);
            }
            let report = |(range, message): (TextRange, String)| {
                let message = lower_first(&message);
                Diagnostic::error("TB003", message, range_span(file, range), "")
            };
            Err(faults.into_iter().map(report).collect())
        }
        Err(error) => {
            let mut here = range_span(file, error.location);
            // Whole characters, at least one of them where there is one.
            let text = &source.text;
            let start = text.floor_char_boundary((here.start as usize).min(text.len().max(1) - 1));
            let end = text.ceil_char_boundary((here.end as usize).max(start + 1));
            (here.start, here.end) = (start as u32, end as u32);
            Err(vec![Diagnostic::error(
                "TB001",
                format!("invalid syntax: {}", lower_first(&error.error.to_string())),
                here,
                "",
            )])
        }
    }
}

/// The expression in an annotation that is written as a string, with its places in the file's text.
pub fn parse_annotation(text: &str, literal: &ast::ExprStringLiteral) -> Option<ast::Expr> {
    let literal = literal.as_single_part_string()?;
    let parsed = rustpython_parser::parse_string_annotation(text, literal).ok()?;
    Some(*parsed.into_syntax().body)
}

/// Where the comments of a file are.
pub fn comments(text: &str) -> Vec<TextRange> {
    let Ok(parsed) = parse_module(text) else {
        return Vec::new();
    };
    let tokens = parsed.tokens().iter();
    tokens
        .filter(|token| token.kind() == ast::token::TokenKind::Comment)
        .map(Ranged::range)
        .collect()
}

/// All imports of a file, wherever they stand. A file that does not parse has none.
pub fn imports(source: &SourceFile) -> Vec<Import> {
    struct Collector(Vec<Import>);
    impl<'a> Visitor<'a> for Collector {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            match stmt {
                ast::Stmt::Import(import) => {
                    self.0.extend(import.names.iter().map(|alias| Import {
                        level: 0,
                        module: alias.name.to_string(),
                        names: Vec::new(),
                    }))
                }
                ast::Stmt::ImportFrom(import) => self.0.push(Import {
                    level: import.level,
                    module: import
                        .module
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    names: import
                        .names
                        .iter()
                        .map(|alias| alias.name.to_string())
                        .collect(),
                }),
                _ => ast::visitor::walk_stmt(self, stmt),
            }
        }
        fn visit_expr(&mut self, _: &'a ast::Expr) {}
    }
    let mut collector = Collector(Vec::new());
    if too_deep(&source.text).is_none()
        && let Ok(parsed) = parse_module(&source.text)
    {
        collector.visit_body(&parsed.syntax().body);
    }
    collector.0
}

/// The trees of all files that parse, for reading.
pub fn ast_text(sources: &Sources) -> String {
    let mut out = String::new();
    for (at, file) in sources.files.iter().enumerate() {
        if let Ok(tree) = parse(FileId(at as u32), file) {
            out.push_str(&format!("# {}\n{tree:#?}\n", file.path));
        }
    }
    out
}

/// Where the brackets get too deep, if they do.
fn too_deep(text: &str) -> Option<u32> {
    if deepest(brackets(text)) <= DEPTH_LIMIT {
        return None;
    }
    // The lexer does not say where it is, but of a text that is cut short it sees the same brackets up to the cut.
    let (mut shallow, mut deep) = (0, text.len());
    while shallow + 1 < deep {
        let middle = text.ceil_char_boundary(shallow.midpoint(deep));
        if middle >= deep {
            // Inside the last character: brackets are single bytes.
            deep = text.floor_char_boundary(deep - 1);
        } else if deepest(brackets(&text[..middle])) > DEPTH_LIMIT {
            deep = middle;
        } else {
            shallow = middle;
        }
    }
    Some(shallow as u32)
}

/// What a bracket does to the depth.
enum Bracket {
    Opens,
    Closes,
}

/// How deep brackets are nested.
fn deepest(brackets: impl Iterator<Item = Bracket>) -> usize {
    let (mut depth, mut most) = (0usize, 0);
    for bracket in brackets {
        match bracket {
            Bracket::Opens => depth += 1,
            Bracket::Closes => depth = depth.saturating_sub(1),
        }
        most = most.max(depth);
    }
    most
}

/// The brackets of a text that are neither in strings nor in comments.
fn brackets(text: &str) -> impl Iterator<Item = Bracket> {
    use ast::token::TokenKind;
    let mut lexer = lex(text, Mode::Module);
    let kinds = std::iter::from_fn(move || Some(lexer.next_token()));
    kinds
        .take_while(|kind| *kind != TokenKind::EndOfFile)
        .filter_map(|kind| match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => Some(Bracket::Opens),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => Some(Bracket::Closes),
            _ => None,
        })
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
