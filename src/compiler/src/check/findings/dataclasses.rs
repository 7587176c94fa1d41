//! What the fields of a dataclass are, and what is wrong with them: order (TB317), mutable defaults (TB316), assignments to
//! frozen ones (TB323).

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::names::{Symbol, resolve_expr};
use super::{Tables, Walk};
use crate::diagnostics::Diagnostic;

/// The options that matter here.
#[derive(Clone, Copy)]
pub struct Options {
    pub init: bool,
    pub frozen: bool,
    pub kw_only: bool,
}

/// A field as `__init__` sees it.
#[derive(Clone)]
pub struct Field<'a> {
    pub name: &'a str,
    pub has_default: bool,
    pub kw_only: bool,
    pub init: bool,
    /// A class variable's name, which keeps its place for a field that a class below makes of it.
    is_class_variable: bool,
    /// The module and the annotation.
    pub claim: (usize, &'a ast::Expr),
    pub name_expr: &'a ast::Expr,
}

/// The options of a class whose only decorator is `@dataclass`, if they are plain.
pub fn options(tables: &Tables, module: usize, class: &ast::StmtClassDef) -> Option<Options> {
    let [decorator] = class.decorator_list.as_slice() else {
        return None;
    };
    let (name, keywords) = match &decorator.expression {
        ast::Expr::Call(call) if call.arguments.args.is_empty() => {
            (&*call.func, &*call.arguments.keywords)
        }
        other => (other, &[][..]),
    };
    match resolve_expr(&tables.modules, module, name)? {
        Symbol::External(name) if name == "dataclasses.dataclass" => {}
        _ => return None,
    }
    let mut found = Options {
        init: true,
        frozen: false,
        kw_only: false,
    };
    for keyword in keywords {
        let name = keyword.arg.as_ref()?;
        let ast::Expr::BooleanLiteral(value) = &keyword.value else {
            return None;
        };
        match name.as_str() {
            "init" => found.init = value.value,
            "frozen" => found.frozen = value.value,
            "kw_only" => found.kw_only = value.value,
            _ => {}
        }
    }
    Some(found)
}

/// All fields of a dataclass in the order of its `__init__`, those of its bases first; `None` if that cannot be known.
pub fn fields<'a>(
    tables: &'a Tables,
    module: usize,
    class: &'a ast::StmtClassDef,
) -> Option<Vec<Field<'a>>> {
    let mut all = fields_within(tables, module, class, 0)?;
    all.retain(|each| !each.is_class_variable);
    Some(all)
}

fn fields_within<'a>(
    tables: &'a Tables,
    module: usize,
    class: &'a ast::StmtClassDef,
    depth: usize,
) -> Option<Vec<Field<'a>>> {
    let options = options(tables, module, class)?;
    let mut all: Vec<Field<'a>> = Vec::new();
    if let Some(arguments) = &class.arguments {
        if depth > 20 || !arguments.keywords.is_empty() || arguments.args.len() > 1 {
            return None;
        }
        for base in &arguments.args {
            let Symbol::Class(home, at) = resolve_expr(&tables.modules, module, base)? else {
                return None;
            };
            let ast::Stmt::ClassDef(base) = &tables.modules[home].tree.body[at] else {
                return None;
            };
            all = fields_within(tables, home, base, depth + 1)?;
        }
    }
    // Fields in blocks, and annotations that are made by hand.
    let is_flat = |stmt: &ast::Stmt| {
        matches!(
            stmt,
            ast::Stmt::AnnAssign(_)
                | ast::Stmt::Assign(_)
                | ast::Stmt::FunctionDef(_)
                | ast::Stmt::ClassDef(_)
                | ast::Stmt::Expr(_)
                | ast::Stmt::Pass(_)
        )
    };
    if !class.body.iter().all(is_flat) {
        return None;
    }
    let mut kw_only = options.kw_only;
    for stmt in &class.body {
        let ast::Stmt::AnnAssign(assign) = stmt else {
            continue;
        };
        let ast::Expr::Name(name) = &*assign.target else {
            continue;
        };
        // What the class or one above it has under the name is the default.
        let inherits = all
            .iter()
            .any(|each| each.name == name.id.as_str() && each.has_default);
        if assign.value.is_none() && (inherits || is_bound(tables, module, class, &name.id, 0)) {
            return None;
        }
        let qualifier = qualifier(tables, module, &assign.annotation);
        if qualifier.as_deref() == Some("dataclasses.KW_ONLY") {
            kw_only = true;
            continue;
        }
        // Written as a string it may be either of them.
        if matches!(&*assign.annotation, ast::Expr::StringLiteral(_)) {
            return None;
        }
        let mut field = Field {
            name: name.id.as_str(),
            has_default: assign.value.is_some(),
            kw_only,
            init: true,
            is_class_variable: qualifier.as_deref() == Some("typing.ClassVar"),
            claim: (module, &assign.annotation),
            name_expr: &assign.target,
        };
        if let Some(ast::Expr::Call(call)) = assign.value.as_deref()
            && !field.is_class_variable
        {
            match resolve_expr(&tables.modules, module, &call.func) {
                Some(Symbol::External(name)) if name == "dataclasses.field" => {
                    let constant = |name: &str| match call.arguments.find_keyword(name) {
                        None => Some(None),
                        Some(keyword) => match &keyword.value {
                            ast::Expr::BooleanLiteral(value) => Some(Some(value.value)),
                            _ => None,
                        },
                    };
                    field.init = constant("init")?.unwrap_or(true);
                    field.kw_only = constant("kw_only")?.unwrap_or(kw_only);
                    let given = |name: &str| call.arguments.find_keyword(name).is_some();
                    if call
                        .arguments
                        .keywords
                        .iter()
                        .any(|each| each.arg.is_none())
                    {
                        return None;
                    }
                    field.has_default = given("default") || given("default_factory");
                }
                // A function of the program may give back a `field()`.
                Some(Symbol::External(_)) => {}
                _ => return None,
            }
        }
        match all.iter_mut().find(|each| each.name == field.name) {
            Some(before) => *before = field,
            None => all.push(field),
        }
    }
    Some(all)
}

/// Whether a class or one above it binds a name to anything but a field.
fn is_bound(
    tables: &Tables,
    module: usize,
    class: &ast::StmtClassDef,
    name: &str,
    depth: usize,
) -> bool {
    let within = |base: &ast::Expr| match resolve_expr(&tables.modules, module, base) {
        Some(Symbol::Class(home, at)) => match &tables.modules[home].tree.body[at] {
            ast::Stmt::ClassDef(above) => {
                depth < 20 && is_bound(tables, home, above, name, depth + 1)
            }
            _ => false,
        },
        _ => false,
    };
    // A class variable, too.
    let has_value = |stmt: &ast::Stmt| matches!(stmt, ast::Stmt::AnnAssign(assign) if assign.value.is_some() && matches!(&*assign.target, ast::Expr::Name(own) if own.id.as_str() == name));
    super::super::class_body::binds(class, name)
        || class.body.iter().any(has_value)
        || class.bases().iter().any(within)
}

/// `typing.ClassVar` of `ClassVar[int]`, `dataclasses.KW_ONLY` of itself.
fn qualifier(tables: &Tables, module: usize, annotation: &ast::Expr) -> Option<String> {
    let named = match annotation {
        ast::Expr::Subscript(subscript) => &*subscript.value,
        other => other,
    };
    match resolve_expr(&tables.modules, module, named)? {
        Symbol::External(name) => Some(name),
        _ => None,
    }
}

/// Looks at a class statement.
pub fn class<'a>(walk: &mut Walk<'a, '_>, class: &'a ast::StmtClassDef) {
    // Names in a function's scope are not those of the module.
    if !walk.scopes.is_empty() {
        return;
    }
    let tables = walk.tables;
    let Some(options) = options(tables, walk.module, class) else {
        return;
    };
    for stmt in &class.body {
        if let ast::Stmt::AnnAssign(assign) = stmt
            && let Some(value) = assign.value.as_deref()
            && let Some((value, factory)) = shared(walk, value)
            && !matches!(
                qualifier(tables, walk.module, &assign.annotation).as_deref(),
                Some("typing.ClassVar" | "dataclasses.InitVar")
            )
        {
            let name = match &*assign.target {
                ast::Expr::Name(name) => name.id.as_str(),
                _ => continue,
            };
            walk.report(
                Diagnostic::new(
                    "TB316",
                    format!("the default of the field `{name}` would be shared by all objects"),
                    walk.span(value),
                    "`@dataclass` refuses this",
                )
                .help(format!("write `field(default_factory={factory})`")),
            );
        }
    }
    if !options.init {
        return;
    }
    let Some(fields) = fields(tables, walk.module, class) else {
        return;
    };
    let ordered = fields.iter().filter(|field| field.init && !field.kw_only);
    let mut with_default: Option<&Field<'_>> = None;
    for field in ordered {
        if field.has_default {
            with_default.get_or_insert(field);
        } else if let Some(first) = with_default {
            let own = class.range.contains_range(field.name_expr.range());
            let place = if own && field.claim.0 == walk.module {
                walk.span(field.name_expr)
            } else {
                walk.span(&class.name)
            };
            let mut found = Diagnostic::new(
                "TB317",
                format!(
                    "the field `{}` without a default follows one with a default",
                    field.name
                ),
                place,
                "needs a default, or a place before",
            );
            if first.claim.0 == walk.module {
                found = found.label(walk.span(first.name_expr), "this one has a default");
            }
            walk.report(found.help(format!(
                "move `{}` up, give it a default, or write `@dataclass(kw_only=True)`",
                field.name
            )));
            return;
        }
    }
}

/// A default that all objects would share, `[]` or `field(default=[])`, with what makes a new one.
fn shared<'a>(walk: &Walk<'a, '_>, value: &'a ast::Expr) -> Option<(&'a ast::Expr, String)> {
    let value = match value {
        ast::Expr::Call(call)
            if resolve_expr(&walk.tables.modules, walk.module, &call.func)
                == Some(Symbol::External("dataclasses.field".into())) =>
        {
            &call.arguments.find_keyword("default")?.value
        }
        other => other,
    };
    mutable(value).map(|factory| (value, factory))
}

/// What makes a new value like a mutable display.
pub fn mutable(value: &ast::Expr) -> Option<String> {
    Some(match value {
        ast::Expr::List(list) if list.elts.is_empty() => "list".into(),
        ast::Expr::Dict(dict) if dict.items.is_empty() => "dict".into(),
        ast::Expr::List(_) | ast::Expr::ListComp(_) => "lambda: […]".into(),
        ast::Expr::Dict(_) | ast::Expr::DictComp(_) => "lambda: {…}".into(),
        ast::Expr::Set(_) | ast::Expr::SetComp(_) => "lambda: {…}".into(),
        _ => return None,
    })
}

/// Looks at an assignment's target: `self.name` in a method of a frozen dataclass.
pub fn assigned<'a>(walk: &mut Walk<'a, '_>, target: &'a ast::Expr) {
    use super::scope::Opened;
    let ast::Expr::Attribute(attribute) = target else {
        return;
    };
    let ast::Expr::Name(object) = &*attribute.value else {
        return;
    };
    let [class_scope, function_scope] = walk.scopes.as_slice() else {
        return;
    };
    let (Opened::Class(class), Opened::Function(def)) = (class_scope.opened, function_scope.opened)
    else {
        return;
    };
    let is_self = def.decorator_list.is_empty()
        && !matches!(
            def.name.as_str(),
            "__new__" | "__init_subclass__" | "__class_getitem__"
        )
        && def
            .parameters
            .args
            .first()
            .is_some_and(|first| first.parameter.name.as_str() == object.id.as_str());
    let rebound = function_scope.places(&object.id).len() > 1;
    if !is_self || rebound || walk.catches(&["AttributeError", "FrozenInstanceError"]) {
        return;
    }
    if options(walk.tables, walk.module, class).is_some_and(|options| options.frozen)
        && class_scope.names.iter().all(|name| *name != "__setattr__")
    {
        walk.report(
            Diagnostic::new(
                "TB323",
                format!(
                    "`{}` is frozen, so `{}` cannot be assigned to",
                    class.name, attribute.attr
                ),
                walk.span(target),
                "raises FrozenInstanceError",
            )
            .label(walk.span(&class.name), "declared with `frozen=True`")
            .help("make a changed copy with `dataclasses.replace()`"),
        );
    }
}
