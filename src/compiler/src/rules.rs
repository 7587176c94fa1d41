//! The table of rules: code, name, level and page. Codes follow the pipeline: TB0 syntax, TB1 Python that stays
//! interpreted, TB2 names and imports, TB3 types, TB4 routes, TB8 cost hints, TB9 C compiler and linking.

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The program cannot be built.
    Error,
    /// The program can be built and is probably wrong.
    Warning,
    /// Worth knowing: something runs in the interpreter.
    Hint,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// `TB402`
    pub code: &'static str,
    /// `path-parameter-unmatched`
    pub name: &'static str,
    /// Its level.
    pub level: Level,
    /// What `tayberry explain` prints: what it catches, why, an example and what to write instead.
    pub page: &'static str,
}

/// All rules, by code.
pub const RULES: &[Rule] = &[
    Rule {
        code: "TB001",
        name: "invalid-syntax",
        level: Level::Error,
        page: include_str!("rules/TB001.md"),
    },
    Rule {
        code: "TB002",
        name: "nested-too-deeply",
        level: Level::Error,
        page: include_str!("rules/TB002.md"),
    },
    Rule {
        code: "TB003",
        name: "misplaced-syntax",
        level: Level::Error,
        page: include_str!("rules/TB003.md"),
    },
    Rule {
        code: "TB004",
        name: "unknown-suppression",
        level: Level::Warning,
        page: include_str!("rules/TB004.md"),
    },
    Rule {
        code: "TB005",
        name: "unused-suppression",
        level: Level::Warning,
        page: include_str!("rules/TB005.md"),
    },
    Rule {
        code: "TB101",
        name: "function-interpreted",
        level: Level::Hint,
        page: include_str!("rules/TB101.md"),
    },
    Rule {
        code: "TB102",
        name: "class-interpreted",
        level: Level::Hint,
        page: include_str!("rules/TB102.md"),
    },
    Rule {
        code: "TB201",
        name: "unknown-name",
        level: Level::Error,
        page: include_str!("rules/TB201.md"),
    },
    Rule {
        code: "TB202",
        name: "unknown-import",
        level: Level::Error,
        page: include_str!("rules/TB202.md"),
    },
    Rule {
        code: "TB203",
        name: "unknown-module",
        level: Level::Warning,
        page: include_str!("rules/TB203.md"),
    },
    Rule {
        code: "TB204",
        name: "unknown-module-attribute",
        level: Level::Warning,
        page: include_str!("rules/TB204.md"),
    },
    Rule {
        code: "TB205",
        name: "unbound-local",
        level: Level::Warning,
        page: include_str!("rules/TB205.md"),
    },
    Rule {
        code: "TB206",
        name: "unknown-name-in-annotation",
        level: Level::Warning,
        page: include_str!("rules/TB206.md"),
    },
    Rule {
        code: "TB207",
        name: "unknown-export",
        level: Level::Warning,
        page: include_str!("rules/TB207.md"),
    },
    Rule {
        code: "TB208",
        name: "defined-twice",
        level: Level::Warning,
        page: include_str!("rules/TB208.md"),
    },
    Rule {
        code: "TB209",
        name: "shadows-standard-library",
        level: Level::Warning,
        page: include_str!("rules/TB209.md"),
    },
    Rule {
        code: "TB301",
        name: "missing-argument",
        level: Level::Warning,
        page: include_str!("rules/TB301.md"),
    },
    Rule {
        code: "TB302",
        name: "unexpected-argument",
        level: Level::Warning,
        page: include_str!("rules/TB302.md"),
    },
    Rule {
        code: "TB303",
        name: "argument-type",
        level: Level::Warning,
        page: include_str!("rules/TB303.md"),
    },
    Rule {
        code: "TB304",
        name: "default-type",
        level: Level::Warning,
        page: include_str!("rules/TB304.md"),
    },
    Rule {
        code: "TB305",
        name: "return-type",
        level: Level::Warning,
        page: include_str!("rules/TB305.md"),
    },
    Rule {
        code: "TB306",
        name: "missing-return",
        level: Level::Warning,
        page: include_str!("rules/TB306.md"),
    },
    Rule {
        code: "TB307",
        name: "assigned-type",
        level: Level::Warning,
        page: include_str!("rules/TB307.md"),
    },
    Rule {
        code: "TB310",
        name: "unreachable-except",
        level: Level::Warning,
        page: include_str!("rules/TB310.md"),
    },
    Rule {
        code: "TB311",
        name: "not-an-exception",
        level: Level::Warning,
        page: include_str!("rules/TB311.md"),
    },
    Rule {
        code: "TB312",
        name: "never-awaited",
        level: Level::Warning,
        page: include_str!("rules/TB312.md"),
    },
    Rule {
        code: "TB313",
        name: "blocking-call-in-async",
        level: Level::Warning,
        page: include_str!("rules/TB313.md"),
    },
    Rule {
        code: "TB314",
        name: "await-without-coroutine",
        level: Level::Warning,
        page: include_str!("rules/TB314.md"),
    },
    Rule {
        code: "TB315",
        name: "mutable-default",
        level: Level::Warning,
        page: include_str!("rules/TB315.md"),
    },
    Rule {
        code: "TB316",
        name: "mutable-field-default",
        level: Level::Error,
        page: include_str!("rules/TB316.md"),
    },
    Rule {
        code: "TB317",
        name: "field-order",
        level: Level::Error,
        page: include_str!("rules/TB317.md"),
    },
    Rule {
        code: "TB318",
        name: "assert-always-true",
        level: Level::Warning,
        page: include_str!("rules/TB318.md"),
    },
    Rule {
        code: "TB319",
        name: "is-with-literal",
        level: Level::Warning,
        page: include_str!("rules/TB319.md"),
    },
    Rule {
        code: "TB320",
        name: "duplicate-key",
        level: Level::Warning,
        page: include_str!("rules/TB320.md"),
    },
    Rule {
        code: "TB321",
        name: "missing-self",
        level: Level::Warning,
        page: include_str!("rules/TB321.md"),
    },
    Rule {
        code: "TB322",
        name: "init-returns",
        level: Level::Warning,
        page: include_str!("rules/TB322.md"),
    },
    Rule {
        code: "TB323",
        name: "frozen-assignment",
        level: Level::Warning,
        page: include_str!("rules/TB323.md"),
    },
    Rule {
        code: "TB324",
        name: "unreachable-code",
        level: Level::Warning,
        page: include_str!("rules/TB324.md"),
    },
    Rule {
        code: "TB325",
        name: "operands",
        level: Level::Warning,
        page: include_str!("rules/TB325.md"),
    },
    Rule {
        code: "TB326",
        name: "not-iterable",
        level: Level::Warning,
        page: include_str!("rules/TB326.md"),
    },
    Rule {
        code: "TB327",
        name: "format-values",
        level: Level::Warning,
        page: include_str!("rules/TB327.md"),
    },
    Rule {
        code: "TB328",
        name: "not-callable",
        level: Level::Warning,
        page: include_str!("rules/TB328.md"),
    },
    Rule {
        code: "TB329",
        name: "unknown-attribute",
        level: Level::Warning,
        page: include_str!("rules/TB329.md"),
    },
    Rule {
        code: "TB330",
        name: "coroutine-as-result",
        level: Level::Warning,
        page: include_str!("rules/TB330.md"),
    },
    Rule {
        code: "TB331",
        name: "integer-range",
        level: Level::Warning,
        page: include_str!("rules/TB331.md"),
    },
    Rule {
        code: "TB332",
        name: "unknown-member",
        level: Level::Warning,
        page: include_str!("rules/TB332.md"),
    },
    Rule {
        code: "TB333",
        name: "method-not-called",
        level: Level::Warning,
        page: include_str!("rules/TB333.md"),
    },
    Rule {
        code: "TB401",
        name: "duplicate-route",
        level: Level::Error,
        page: include_str!("rules/TB401.md"),
    },
    Rule {
        code: "TB402",
        name: "path-parameter-unmatched",
        level: Level::Error,
        page: include_str!("rules/TB402.md"),
    },
    Rule {
        code: "TB403",
        name: "two-bodies",
        level: Level::Error,
        page: include_str!("rules/TB403.md"),
    },
    Rule {
        code: "TB404",
        name: "body-on-get",
        level: Level::Warning,
        page: include_str!("rules/TB404.md"),
    },
    Rule {
        code: "TB405",
        name: "path-without-slash",
        level: Level::Error,
        page: include_str!("rules/TB405.md"),
    },
    Rule {
        code: "TB406",
        name: "not-in-path",
        level: Level::Error,
        page: include_str!("rules/TB406.md"),
    },
    Rule {
        code: "TB407",
        name: "invalid-path",
        level: Level::Error,
        page: include_str!("rules/TB407.md"),
    },
    Rule {
        code: "TB408",
        name: "unsupported-parameter",
        level: Level::Error,
        page: include_str!("rules/TB408.md"),
    },
    Rule {
        code: "TB409",
        name: "unsupported-result",
        level: Level::Warning,
        page: include_str!("rules/TB409.md"),
    },
    Rule {
        code: "TB410",
        name: "parameter-without-text-form",
        level: Level::Error,
        page: include_str!("rules/TB410.md"),
    },
    Rule {
        code: "TB411",
        name: "variadic-parameter",
        level: Level::Error,
        page: include_str!("rules/TB411.md"),
    },
    Rule {
        code: "TB412",
        name: "body-without-content",
        level: Level::Warning,
        page: include_str!("rules/TB412.md"),
    },
    Rule {
        code: "TB413",
        name: "status-code",
        level: Level::Error,
        page: include_str!("rules/TB413.md"),
    },
    Rule {
        code: "TB414",
        name: "route-methods",
        level: Level::Error,
        page: include_str!("rules/TB414.md"),
    },
    Rule {
        code: "TB415",
        name: "blocking-async",
        level: Level::Error,
        page: include_str!("rules/TB415.md"),
    },
    Rule {
        code: "TB416",
        name: "json-twice",
        level: Level::Warning,
        page: include_str!("rules/TB416.md"),
    },
    Rule {
        code: "TB417",
        name: "router-without-app",
        level: Level::Warning,
        page: include_str!("rules/TB417.md"),
    },
    Rule {
        code: "TB418",
        name: "two-sources",
        level: Level::Error,
        page: include_str!("rules/TB418.md"),
    },
    Rule {
        code: "TB419",
        name: "unknown-option",
        level: Level::Error,
        page: include_str!("rules/TB419.md"),
    },
    Rule {
        code: "TB420",
        name: "path-parameter-default",
        level: Level::Warning,
        page: include_str!("rules/TB420.md"),
    },
    Rule {
        code: "TB421",
        name: "prefix",
        level: Level::Error,
        page: include_str!("rules/TB421.md"),
    },
    Rule {
        code: "TB422",
        name: "unknown-marker-argument",
        level: Level::Error,
        page: include_str!("rules/TB422.md"),
    },
    Rule {
        code: "TB423",
        name: "unknown-web-attribute",
        level: Level::Warning,
        page: include_str!("rules/TB423.md"),
    },
    Rule {
        code: "TB424",
        name: "option-value",
        level: Level::Warning,
        page: include_str!("rules/TB424.md"),
    },
    Rule {
        code: "TB425",
        name: "request-without-annotation",
        level: Level::Warning,
        page: include_str!("rules/TB425.md"),
    },
    Rule {
        code: "TB801",
        name: "untyped-result",
        level: Level::Hint,
        page: include_str!("rules/TB801.md"),
    },
    Rule {
        code: "TB802",
        name: "runs-on-pool",
        level: Level::Hint,
        page: include_str!("rules/TB802.md"),
    },
];

/// The rule of a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| rule.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use crate::source::{SourceFile, Sources};

    /// The findings in a program of several files; that something stays interpreted counts only for that rule.
    fn codes(files: Vec<SourceFile>, rule: &super::Rule) -> Vec<&'static str> {
        let checked = crate::check(&Sources::new(files), &crate::Options::default());
        let mut codes: Vec<_> = checked.diagnostics.iter().map(|each| each.code).collect();
        codes.retain(|code| !code.starts_with("TB1") || rule.code.starts_with("TB1"));
        codes.dedup();
        codes
    }

    /// The Python blocks under a heading: `app.py`, or the file that is named behind the language.
    fn files(page: &str, heading: &str) -> Vec<SourceFile> {
        let from = page.find(heading).expect("the page has the heading") + heading.len();
        let section = &page[from..];
        let section = &section[..section.find("\n## ").unwrap_or(section.len())];
        let mut found = Vec::new();
        for block in section.split("```python").skip(1) {
            let (first, rest) = block.split_once('\n').expect("a block has lines");
            let text = &rest[..rest.find("```").expect("a block ends")];
            let path = if first.trim().is_empty() {
                "app.py"
            } else {
                first.trim()
            };
            let name = path.trim_end_matches(".py").replace('/', ".");
            let package = name.strip_suffix(".__init__");
            let module = package.unwrap_or(&name);
            found.push(SourceFile::new(module, path, package.is_some(), text));
        }
        assert!(!found.is_empty(), "no block below {heading}");
        found
    }

    #[test]
    fn every_page_shows_its_rule_and_how_to_avoid_it() {
        for rule in super::RULES {
            let title = format!("# {} {}\n", rule.code, rule.name);
            assert!(rule.page.starts_with(&title), "{}", rule.code);
            let example = codes(files(rule.page, "## Example\n"), rule);
            assert_eq!(example, [rule.code], "example of {}", rule.code);
            let instead = codes(files(rule.page, "## Write instead\n"), rule);
            assert_eq!(instead, [""; 0], "write instead of {}", rule.code);
        }
    }

    /// The list of rules for readers of the documentation; `UPDATE=1` writes it.
    #[test]
    fn the_documentation_lists_all_rules() {
        let mut text = String::from(include_str!("rules/intro.md"));
        text.push_str("\n| Code | Name | Level | What it catches |\n|---|---|---|---|\n");
        for rule in super::RULES {
            let first = rule.page.split("**What it catches.** ").nth(1);
            let first = first.and_then(|rest| rest.split("\n\n").next());
            let what = first
                .expect("a page says what its rule catches")
                .replace('\n', " ");
            text.push_str(&format!(
                "| [{}](../src/compiler/src/rules/{}.md) | {} | {} | {} |\n",
                rule.code,
                rule.code,
                rule.name,
                format!("{:?}", rule.level).to_lowercase(),
                what.replace('|', "\\|")
            ));
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &text).expect("the list can be written");
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(written, text, "UPDATE=1 writes docs/diagnostics.md anew");
    }

    /// The texts behind some opening in a file of the compiler: `reason("`, `interpreted("`, `let reason = "`.
    fn reasons(text: &str, found: &mut std::collections::BTreeSet<String>) {
        let openings = [
            "reason(",
            "interpreted(",
            "let reason =",
            "reason:",
            "Some((",
            "then_some(",
            "Some(",
        ];
        for opening in openings {
            for rest in text.split(opening).skip(1) {
                let Some(rest) = rest.trim_start().strip_prefix('"') else {
                    continue;
                };
                let reason = rest.split('"').next().unwrap_or_default();
                let is_sentence = ["it ", "its ", "a ", "an ", "`:=` "]
                    .iter()
                    .any(|first| reason.starts_with(first));
                if is_sentence {
                    found.insert(reason.replace('\\', ""));
                }
            }
        }
    }

    #[test]
    fn the_documentation_names_all_reasons_why_something_stays_interpreted() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/check");
        let mut found = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            // These say why a handler runs where it does, and what an argument of a marker or an option is.
            let name = path.file_name().and_then(|name| name.to_str());
            let others = ["routes.rs", "markers.rs", "options.rs", "effects.rs"];
            if path.is_file() && !name.is_some_and(|name| others.contains(&name)) {
                reasons(&std::fs::read_to_string(&path).expect("a text"), &mut found);
            }
        }
        // A function that the parser has taken is Python, and one name stands for the others.
        found.remove("it is not Python");
        found.remove("it calls `{text}()`");
        assert!(found.len() > 30, "{found:?}");
        let text = include_str!("../../../docs/language.md");
        let section = text.split("## What stays interpreted").nth(1);
        let section = section.and_then(|rest| rest.split("\n## ").next());
        let section = section.expect("the section is there");
        let listed: std::collections::BTreeSet<String> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
            .filter(|first| *first != "Reason" && !first.starts_with("it calls `locals()`"))
            .map(str::to_owned)
            .collect();
        assert_eq!(listed, found, "docs/language.md, What stays interpreted");
        for name in crate::check::builtins::OF_FRAMES {
            assert!(section.contains(&format!("`{name}()`")), "{name}");
        }
    }

    #[test]
    fn rules_are_in_the_order_of_their_codes_and_have_names_of_their_own() {
        for pair in super::RULES.windows(2) {
            assert!(pair[0].code < pair[1].code, "{}", pair[1].code);
        }
        let names: std::collections::BTreeSet<_> =
            super::RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), super::RULES.len());
    }
}
