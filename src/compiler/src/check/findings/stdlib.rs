//! The standard library's modules and the names in them, as `scripts/stdlib-names` has listed them.
//!
//! What holds: a name that is missing from a list is missing from the module, unless other platforms have more.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What is known of a module.
pub struct Listed {
    /// Its names, those of its own modules among them; `None` where they are not known.
    pub names: Option<Vec<&'static str>>,
    /// Whether it has further names on other platforms.
    pub varies: bool,
}

static MODULES: LazyLock<BTreeMap<&'static str, Listed>> = LazyLock::new(|| {
    include_str!("stdlib.txt")
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let module = words.next()?;
            let mut names: Vec<&str> = words.collect();
            let varies = names.pop_if(|last| *last == "…").is_some();
            let names = (names != ["?"]).then_some(names);
            Some((module, Listed { names, varies }))
        })
        .collect()
});

/// What is known of a module by its dotted name.
pub fn module(name: &str) -> Option<&'static Listed> {
    MODULES.get(name)
}

/// The modules that are in no package.
pub fn modules() -> impl Iterator<Item = &'static str> {
    MODULES.keys().copied().filter(|name| !name.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_known_with_their_names_and_their_own_modules() {
        let names = |name| {
            let listed = module(name).expect("the module is listed");
            listed.names.as_deref().expect("its names are known")
        };
        assert!(
            names("asyncio").contains(&"sleep")
                && module("asyncio").is_some_and(|each| each.varies)
        );
        assert!(names("xml").contains(&"etree") && names("xml.etree").contains(&"ElementTree"));
        assert!(names("math").contains(&"sqrt") && !names("math").contains(&"sqroot"));
        assert!(
            module("asynco").is_none() && module("winreg").is_some_and(|each| each.names.is_none())
        );
        assert!(modules().all(|name| !name.contains('.')) && modules().count() > 150);
    }
}
