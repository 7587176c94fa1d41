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

    fn codes(text: &str) -> Vec<&'static str> {
        let sources = Sources::new(vec![SourceFile::new("app", "app.py", false, text)]);
        let checked = crate::check(&sources, &crate::Options::default());
        let mut codes: Vec<_> = checked.diagnostics.iter().map(|each| each.code).collect();
        codes.dedup();
        codes
    }

    /// The Python block under a heading.
    fn block<'a>(page: &'a str, heading: &str) -> &'a str {
        let from = page.find(heading).expect("the page has the heading");
        let start = page[from..].find("```python\n").expect("with a block") + from + 10;
        &page[start..start + page[start..].find("```").expect("that ends")]
    }

    #[test]
    fn every_page_shows_its_rule_and_how_to_avoid_it() {
        for rule in super::RULES {
            assert!(
                rule.page
                    .starts_with(&format!("# {} {}\n", rule.code, rule.name)),
                "{}",
                rule.code
            );
            assert_eq!(
                codes(block(rule.page, "## Example")),
                [rule.code],
                "example of {}",
                rule.code
            );
            assert_eq!(
                codes(block(rule.page, "## Write instead")),
                [""; 0],
                "write instead of {}",
                rule.code
            );
        }
    }
}
