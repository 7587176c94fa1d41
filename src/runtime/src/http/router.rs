//! Radix trees from paths to routes, one per method.
//!
//! In: methods and path templates. Out: for a method and a path, the route's index and the texts of its parameters; or
//! the methods that the path has. HEAD is answered by GET's route where it has none of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use smallvec::SmallVec;

/// How `/items` and `/items/` relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailingSlash {
    /// They are different paths.
    Strict,
    /// The one without a route redirects to the other.
    Redirect,
    /// They are the same.
    Ignore,
}

/// The trees.
#[derive(Debug)]
pub struct Router {
    methods: BTreeMap<String, matchit::Router<usize>>,
    trailing_slash: TrailingSlash,
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'route, 'path> {
    /// A route, with the values of its path parameters.
    Route(usize, PathValues<'route, 'path>),
    /// The same path with or without its last slash.
    Redirect(String),
    /// No route for this method; these methods have one.
    OtherMethods(Vec<String>),
    /// No route.
    Nothing,
}

/// A parameter's name in the template, and its value decoded from percent-encoding.
pub type PathValue<'route, 'path> = (&'route str, Cow<'path, [u8]>);

/// The values of a path's parameters in their order.
pub type PathValues<'route, 'path> = SmallVec<[PathValue<'route, 'path>; 4]>;

impl Router {
    /// An empty router.
    pub fn new(trailing_slash: TrailingSlash) -> Router {
        Router {
            methods: BTreeMap::new(),
            trailing_slash,
        }
    }

    /// Adds a route. The error says which path it collides with.
    pub fn insert(&mut self, method: &str, path: &str, route: usize) -> Result<(), String> {
        if !path.starts_with('/') {
            return Err(format!("{method} {path}: a path starts with /"));
        }
        let template = template(path);
        self.methods
            .entry(method.to_owned())
            .or_default()
            .insert(template, route)
            .map_err(|error| format!("{method} {path}: {error}"))
    }

    /// Finds the route of a request.
    pub fn find<'p>(&self, method: &str, path: &'p str) -> Found<'_, 'p> {
        if let Some((route, values)) = self.route(method, path) {
            return Found::Route(route, values);
        }
        let other = match path.strip_suffix('/') {
            Some(short) if !short.is_empty() => Some(short.to_owned()),
            None => Some(format!("{path}/")),
            Some(_) => None,
        };
        let is_known = |path: &str| self.methods.values().any(|tree| tree.at(path).is_ok());
        if let Some(other) = &other
            && !is_known(path)
            && is_known(other)
        {
            match self.trailing_slash {
                TrailingSlash::Strict => {}
                TrailingSlash::Redirect => return Found::Redirect(other.clone()),
                TrailingSlash::Ignore => {
                    if let Some((route, values)) = self.route(method, other) {
                        let owned = values
                            .into_iter()
                            .map(|(name, value)| (name, Cow::Owned(value.into_owned())))
                            .collect();
                        return Found::Route(route, owned);
                    }
                }
            }
        }
        let mut others: Vec<String> = self
            .methods
            .iter()
            .filter(|(_, tree)| {
                tree.at(path).is_ok()
                    || (self.trailing_slash == TrailingSlash::Ignore
                        && other.as_deref().is_some_and(|other| tree.at(other).is_ok()))
            })
            .map(|(method, _)| method.clone())
            .collect();
        if others.is_empty() {
            return Found::Nothing;
        }
        if others.iter().any(|each| each == "GET") && !others.iter().any(|each| each == "HEAD") {
            others.push("HEAD".into());
        }
        if !others.iter().any(|each| each == "OPTIONS") {
            others.push("OPTIONS".into());
        }
        others.sort();
        Found::OtherMethods(others)
    }

    fn route<'p>(&self, method: &str, path: &'p str) -> Option<(usize, PathValues<'_, 'p>)> {
        let found = self
            .methods
            .get(method)
            .and_then(|tree| tree.at(path).ok())
            .or_else(|| {
                (method == "HEAD")
                    .then(|| self.methods.get("GET").and_then(|tree| tree.at(path).ok()))
                    .flatten()
            })?;
        let values = found
            .params
            .iter()
            .map(|(name, value)| (name, percent_decode_str(value).into()))
            .collect();
        Some((*found.value, values))
    }
}

/// `/files/{rest:path}` as matchit writes it: `/files/{*rest}`; other converters only name the parameter's type.
fn template(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        let inner = &rest[open + 1..open + close];
        out.push_str(&rest[..open]);
        match inner.split_once(':') {
            Some((name, "path")) => out.push_str(&format!("{{*{name}}}")),
            Some((name, _)) => out.push_str(&format!("{{{name}}}")),
            None => out.push_str(&format!("{{{inner}}}")),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    fn router(policy: TrailingSlash) -> Router {
        let mut router = Router::new(policy);
        for (at, (method, path)) in [
            ("GET", "/"),
            ("GET", "/items/{id}"),
            ("POST", "/items"),
            ("GET", "/files/{rest:path}"),
        ]
        .iter()
        .enumerate()
        {
            router.insert(method, path, at).expect("no collision");
        }
        router
    }

    #[test]
    fn parameters_are_decoded_after_the_path_was_split() {
        let strict = router(TrailingSlash::Strict);
        let found = strict.find("GET", "/items/a%2Fb");
        assert_eq!(
            found,
            Found::Route(1, smallvec![("id", Cow::Borrowed(&b"a/b"[..]))])
        );
    }

    #[test]
    fn a_catch_all_takes_the_rest_of_the_path() {
        let strict = router(TrailingSlash::Strict);
        let found = strict.find("GET", "/files/a/b/c");
        assert_eq!(
            found,
            Found::Route(3, smallvec![("rest", Cow::Borrowed(&b"a/b/c"[..]))])
        );
    }

    #[test]
    fn head_is_answered_by_get() {
        assert!(matches!(
            router(TrailingSlash::Strict).find("HEAD", "/"),
            Found::Route(0, _)
        ));
    }

    #[test]
    fn a_path_with_other_methods_names_them() {
        let strict = router(TrailingSlash::Strict);
        let found = strict.find("DELETE", "/items");
        assert_eq!(
            found,
            Found::OtherMethods(vec!["OPTIONS".into(), "POST".into()])
        );
        let strict = router(TrailingSlash::Strict);
        let found = strict.find("DELETE", "/items/1");
        assert_eq!(
            found,
            Found::OtherMethods(vec!["GET".into(), "HEAD".into(), "OPTIONS".into()])
        );
    }

    #[test]
    fn the_last_slash_follows_the_policy() {
        assert_eq!(
            router(TrailingSlash::Strict).find("POST", "/items/"),
            Found::Nothing
        );
        assert_eq!(
            router(TrailingSlash::Redirect).find("POST", "/items/"),
            Found::Redirect("/items".into())
        );
        assert_eq!(
            router(TrailingSlash::Ignore).find("POST", "/items/"),
            Found::Route(2, PathValues::new())
        );
    }

    #[test]
    fn two_routes_of_one_shape_collide() {
        assert!(
            router(TrailingSlash::Strict)
                .insert("GET", "/items/{name}", 9)
                .is_err()
        );
    }
}
