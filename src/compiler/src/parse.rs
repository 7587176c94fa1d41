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

/// So are expressions with more operators than this, each of which may be an operand of the next.
const OPERATOR_LIMIT: usize = 5_000;

/// And so are longer chains of `elif`, each of which stands inside the one before; CPython gives up sooner.
const BRANCH_LIMIT: usize = 10_000;

/// CPython indents no further.
const INDENTATION_LIMIT: usize = 99;

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
    if let Some((at, excess)) = too_deep(&source.text) {
        let here = Span {
            file,
            start: at,
            end: source.text.ceil_char_boundary(at as usize + 1) as u32,
        };
        return Err(vec![Diagnostic::error(
            "TB002",
            excess.message(),
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

/// What is nested too deeply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Excess {
    Brackets,
    Operators,
    Indentation,
    Branches,
}

impl Excess {
    fn message(self) -> String {
        match self {
            Excess::Brackets => format!("nested more than {DEPTH_LIMIT} brackets deep"),
            Excess::Operators => format!("more than {OPERATOR_LIMIT} operators in one expression"),
            Excess::Indentation => {
                format!("indented more than {INDENTATION_LIMIT} levels deep")
            }
            Excess::Branches => format!("more than {BRANCH_LIMIT} branches in one `if`"),
        }
    }
}

/// Where a text gets too deep, if it does.
fn too_deep(text: &str) -> Option<(u32, Excess)> {
    let excess = Depth::of(text)?;
    // The lexer does not say where it is, but of a text that is cut short it sees the same tokens up to the cut.
    let (mut shallow, mut deep) = (0, text.len());
    while shallow + 1 < deep {
        let middle = text.ceil_char_boundary(shallow.midpoint(deep));
        if middle >= deep {
            // Inside the last character: what makes it deep is single bytes.
            deep = text.floor_char_boundary(deep - 1);
        } else if Depth::of(&text[..middle]) == Some(excess) {
            deep = middle;
        } else {
            shallow = middle;
        }
    }
    Some((shallow as u32, excess))
}

/// How deep the place is that the lexer has reached.
struct Depth {
    /// For each open bracket, and the statement around them: operators since the last comma.
    operators: Vec<usize>,
    /// The sum of them.
    pending: usize,
    /// For each level of indentation: the `elif` of the statement that stands there.
    branches: Vec<usize>,
}

impl Depth {
    /// What first gets too deep in a text. Brackets in strings and in comments are none.
    fn of(text: &str) -> Option<Excess> {
        use ast::token::TokenKind;
        let mut depth = Depth {
            operators: vec![0],
            pending: 0,
            branches: vec![0],
        };
        let mut begins = true;
        let mut lexer = lex(text, Mode::Module);
        loop {
            let token = lexer.next_token();
            if begins && !matches!(token, TokenKind::Indent | TokenKind::Dedent) {
                depth.branch(token);
            }
            begins = matches!(
                token,
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
            );
            match token {
                TokenKind::EndOfFile => return None,
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth.operators.push(0),
                // A call or an index is one operator more.
                TokenKind::Rpar | TokenKind::Rsqb => {
                    depth.close();
                    depth.count();
                }
                TokenKind::Rbrace => depth.close(),
                TokenKind::Comma => depth.begin(),
                TokenKind::Newline | TokenKind::Semi => {
                    depth.operators.truncate(1);
                    depth.pending = depth.operators[0];
                    depth.begin();
                }
                TokenKind::Indent => depth.branches.push(0),
                TokenKind::Dedent if depth.branches.len() > 1 => {
                    depth.branches.pop();
                }
                // `and`, `or` and comparisons stand beside one another in a tree, however many they are.
                TokenKind::Plus
                | TokenKind::Minus
                | TokenKind::Star
                | TokenKind::DoubleStar
                | TokenKind::Slash
                | TokenKind::DoubleSlash
                | TokenKind::Percent
                | TokenKind::At
                | TokenKind::Vbar
                | TokenKind::Amper
                | TokenKind::CircumFlex
                | TokenKind::LeftShift
                | TokenKind::RightShift
                | TokenKind::Tilde
                | TokenKind::Dot
                | TokenKind::Not
                | TokenKind::Lambda
                | TokenKind::If
                | TokenKind::Await => depth.count(),
                _ => {}
            }
            if depth.operators.len() - 1 > DEPTH_LIMIT {
                return Some(Excess::Brackets);
            }
            if depth.pending > OPERATOR_LIMIT {
                return Some(Excess::Operators);
            }
            if depth.branches.len() - 1 > INDENTATION_LIMIT {
                return Some(Excess::Indentation);
            }
            if begins && depth.branches.iter().sum::<usize>() > BRANCH_LIMIT {
                return Some(Excess::Branches);
            }
        }
    }

    /// A statement or one of its clauses begins.
    fn branch(&mut self, token: ast::token::TokenKind) {
        use ast::token::TokenKind;
        if let Some(here) = self.branches.last_mut() {
            match token {
                TokenKind::Elif => *here += 1,
                TokenKind::Else | TokenKind::NonLogicalNewline | TokenKind::Comment => {}
                _ => *here = 0,
            }
        }
    }

    fn count(&mut self) {
        if let Some(innermost) = self.operators.last_mut() {
            *innermost += 1;
            self.pending += 1;
        }
    }

    /// Another expression begins within the innermost brackets.
    fn begin(&mut self) {
        if let Some(innermost) = self.operators.last_mut() {
            self.pending -= *innermost;
            *innermost = 0;
        }
    }

    fn close(&mut self) {
        self.begin();
        if self.operators.len() > 1 {
            self.operators.pop();
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excess(text: &str) -> Option<Excess> {
        too_deep(text).map(|(_, excess)| excess)
    }

    #[test]
    fn what_stands_in_operands_of_one_another_is_counted_and_what_stands_side_by_side_is_not() {
        let found = |text: &str| excess(text) == Some(Excess::Operators);
        for (first, repeated, last) in [
            ("x = a", ".b", "\n"),
            ("x = a", "()", "\n"),
            ("x = a", "[0]", "\n"),
            ("x = a", " + a", "\n"),
            ("x = a", " ** a", "\n"),
            ("x = ", "not ", "a\n"),
            ("x = ", "-", "a\n"),
            ("x = ", "lambda: ", "a\n"),
            ("x = ", "a if a else ", "a\n"),
            ("f(a, [a + (a", ".b", ")])\n"),
        ] {
            let text = |times| format!("{first}{}{last}", repeated.repeat(times));
            assert!(!found(&text(4_900)), "{repeated}");
            assert!(found(&text(5_001)), "{repeated}");
        }
        for repeated in [
            "a + a, ",
            "(a.b.c, a), ",
            "f'{a}{a}{a}', ",
            "a == b == ",
            "a or b and ",
        ] {
            let text = format!("x = [{}a]\n", repeated.repeat(9_000));
            assert!(!found(&text), "{repeated}");
        }
        assert!(!found(&"x = -a + a.b(c)[0]\n".repeat(9_000)));
    }

    #[test]
    fn chains_of_branches_are_counted_by_the_statement() {
        let chain = |times| format!("if a:\n  b\n{}", "elif a:\n  if b: c\n".repeat(times));
        assert!(excess(&chain(9_999)).is_none());
        assert!(excess(&chain(10_001)) == Some(Excess::Branches));
        assert!(excess(&chain(100).repeat(200)).is_none());
    }

    #[test]
    fn a_place_too_deep_is_whole_characters() {
        let text: String = (0..=100)
            .map(|level| format!("{}if é:\n", " ".repeat(level)))
            .collect();
        let (at, excess) = too_deep(&text).expect("it is a hundred levels deep");
        assert!(excess == Excess::Indentation);
        assert!(text.is_char_boundary(at as usize));
    }
}
