//! IR as people read it (`--emit ir`, golden tests): one op a line, error edges and ownership shown.

use std::fmt::Write as _;

use super::{
    Awaited, Block, BlockId, Const, Function, Guard, Op, OpKind, Operand, Ownership, Repr, Scope,
    State, Suspension, Terminator, ValueId, VarId,
};

/// A function.
pub fn function(function: &Function) -> String {
    let mut text = String::new();
    let params: Vec<_> = function
        .params
        .iter()
        .map(|each| {
            format!(
                "{}: {}",
                value(*each),
                repr(function.values[each.index()].repr)
            )
        })
        .collect();
    let _ = writeln!(
        text,
        "def {}({}) -> {}",
        function.name,
        params.join(", "),
        repr(function.returns)
    );
    for (at, var) in function.vars.iter().enumerate() {
        let _ = writeln!(
            text,
            "    var {}: {}",
            variable(function, VarId(at as u32)),
            repr(var.repr)
        );
    }
    for id in &function.order {
        let found = &function.blocks[id.index()];
        let _ = writeln!(text, "{}:", block(function, *id));
        for op in &found.ops {
            let _ = writeln!(text, "    {}", self::op(function, op));
        }
        let _ = writeln!(text, "    {}", terminator(function, found));
    }
    text
}

fn repr(repr: Repr) -> &'static str {
    match repr {
        Repr::Object => "object",
        Repr::Int => "int",
        Repr::Float => "float",
        Repr::Bool => "bool",
        Repr::Void => "void",
        Repr::Iter => "iter",
        Repr::Range => "range",
        Repr::Text => "text",
        Repr::Handled => "handled",
    }
}

fn value(id: ValueId) -> String {
    format!("%{}", id.0)
}

fn variable(function: &Function, id: VarId) -> String {
    let name = &function.vars[id.index()].name;
    if name.is_empty() {
        format!("${}", id.0)
    } else {
        format!("${name}")
    }
}

fn block(function: &Function, id: BlockId) -> String {
    format!("{}_{}", function.blocks[id.index()].label, id.0)
}

/// An operand.
pub fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Value(id) => value(*id),
        Operand::Const(constant) => match constant {
            Const::None => "None".into(),
            Const::BoolObject(true) => "True".into(),
            Const::BoolObject(false) => "False".into(),
            Const::Ellipsis => "...".into(),
            Const::Bool(value) => format!("{value}"),
            Const::Small(value) => format!("{value}"),
            Const::Big(digits) => digits.to_string(),
            Const::IntObject(digits) => format!("object {digits}"),
            Const::Float(value) => format!("{value:?}"),
            Const::FloatObject(value) => format!("object {value:?}"),
            Const::Str(text) => format!("{text:?}"),
            Const::Names(names) => format!("names {}", names.join(" ")),
            Const::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
            Const::Null | Const::NoInt => "missing".into(),
            Const::Inner(place) => format!("code {place}"),
            Const::C(value) => format!("c {value}"),
            Const::Globals(module) => format!("globals {}", module.0),
            Const::Class(class) => format!("class {}", class.0),
            Const::Builtin(name) => format!("builtin {name}"),
        },
    }
}

fn list(operands: &[Operand]) -> String {
    operands.iter().map(operand).collect::<Vec<_>>().join(", ")
}

fn call(args: &[Operand], keywords: &[std::rc::Rc<str>]) -> String {
    let split = args.len() - keywords.len();
    let mut all: Vec<_> = args[..split].iter().map(operand).collect();
    all.extend(
        args[split..]
            .iter()
            .zip(keywords)
            .map(|(arg, name)| format!("{name}={}", operand(arg))),
    );
    all.join(", ")
}

fn state(state: State) -> &'static str {
    match state {
        State::Unset => "unset",
        State::Set => "set",
        State::Maybe => "maybe",
    }
}

fn op(function: &Function, op: &Op) -> String {
    let mut text = String::new();
    for (at, result) in op.results.iter().enumerate() {
        let info = &function.values[result.index()];
        let owned = if info.ownership == Ownership::Owned {
            "own "
        } else {
            ""
        };
        let _ = write!(
            text,
            "{}{}: {owned}{}",
            if at > 0 { ", " } else { "" },
            value(*result),
            repr(info.repr)
        );
    }
    if !op.results.is_empty() {
        text.push_str(" = ");
    }
    text.push_str(&match &op.kind {
        OpKind::Prim(prim, args) => format!("{}({})", prim.get().name, list(args)),
        OpKind::Native(id, args) => format!("native f{}({})", id.0, list(args)),
        OpKind::Load(var) => format!("load {}", variable(function, *var)),
        OpKind::Take(var) => format!("take {}", variable(function, *var)),
        OpKind::Store(var, value, old) => format!(
            "store {} = {} over {}",
            variable(function, *var),
            operand(value),
            state(*old)
        ),
        OpKind::Clear(var, old) => format!("clear {} {}", variable(function, *var), state(*old)),
        OpKind::CheckBound(var, scope) => {
            let scope = if *scope == Scope::Free { " free" } else { "" };
            format!("check bound{scope} {}", variable(function, *var))
        }
        OpKind::Retain(value) => format!("retain {}", operand(value)),
        OpKind::Release(id) => format!("release {}", value(*id)),
        OpKind::Start(function, items) => format!("start f{}({})", function.0, list(items)),
        OpKind::Pack(kind, items) => format!("pack {kind:?}({})", list(items)),
        OpKind::Unpack {
            value,
            before,
            star,
            after,
        } => {
            format!(
                "unpack {} into {before}{}",
                operand(value),
                if *star {
                    format!(", *, {after}")
                } else {
                    String::new()
                }
            )
        }
        OpKind::CallObject {
            callee,
            args,
            keywords,
        } => format!("call {}({})", operand(callee), call(args, keywords)),
        OpKind::CallMethod {
            name,
            args,
            keywords,
        } => format!(
            "call {}.{name}({})",
            operand(&args[0]),
            call(&args[1..], keywords)
        ),
        OpKind::FieldRead(object, class, field) => {
            format!("{}.c{}.{}", operand(object), class.0, field.0)
        }
        OpKind::FieldWrite(object, class, field, value) => format!(
            "{}.c{}.{} = {}",
            operand(object),
            class.0,
            field.0,
            operand(value)
        ),
        OpKind::New(class, fields) => format!("new c{}({})", class.0, list(fields)),
        OpKind::Allocate(class) => format!("allocate c{}", class.0),
        OpKind::FieldDefault(class, field) => format!("default of c{}.{}", class.0, field.0),
        OpKind::ArgumentDefault(id, at) => format!("default of f{} parameter {at}", id.0),
        OpKind::Expect(value, ty, _) => format!("expect {} {ty:?}", operand(value)),
        OpKind::Unbox(value, _) => format!("unbox {}", operand(value)),
        OpKind::ExceptEnter => "except enter".into(),
        OpKind::WithEnter(value) => format!("with enter {}", operand(value)),
        OpKind::AsyncWithEnter(value) => format!("async with enter {}", operand(value)),
        OpKind::Traceback => format!("traceback line {}", op.line),
    });
    if let Some(error) = op.error {
        let _ = write!(
            text,
            " ! {}{}",
            block(function, error),
            if op.traceback {
                format!(" line {}", op.line)
            } else {
                String::new()
            }
        );
    }
    text
}

fn guard(guard: &Guard) -> String {
    match guard {
        Guard::Function(_, path, id) => format!("{} is f{}", path.shown(), id.0),
        Guard::Class(_, path, id) => format!("{} is c{}", path.shown(), id.0),
        Guard::Builtin(_, name) => format!("{name} is builtin"),
        Guard::Library(_, path) => format!("{} is library", path.means),
        Guard::Intact(object, class) => format!("{} is intact c{}", operand(object), class.0),
        Guard::Plain(class) => format!("c{} is plain", class.0),
        Guard::Constructible(class) => format!("c{} is constructible", class.0),
        Guard::Super(object, class, base) => format!(
            "super of {} after c{} is c{}",
            operand(object),
            class.0,
            base.0
        ),
    }
}

fn suspension(function: &Function, at: &Suspension) -> String {
    let what = match &at.awaited {
        Awaited::Object(iter) => format!("await {}", operand(iter)),
        Awaited::Native(id, args) => format!("await native f{}({})", id.0, list(args)),
        Awaited::Yield(given) => format!("yield {}", operand(given)),
    };
    let mut kept: Vec<String> = at.kept.iter().map(|each| value(*each)).collect();
    kept.extend(at.kept_vars.iter().map(|var| variable(function, *var)));
    format!(
        "{what} as {} goto {} ! {} line {} place {} keeps {}",
        at.result.map_or_else(|| "nothing".into(), value),
        block(function, at.done),
        block(function, at.error),
        at.line,
        at.place,
        kept.join(", ")
    )
}

fn terminator(function: &Function, found: &Block) -> String {
    match &found.end {
        Terminator::Goto(to) => format!("goto {}", block(function, *to)),
        Terminator::Branch { condition, yes, no } => {
            format!(
                "if {} goto {} else {}",
                operand(condition),
                block(function, *yes),
                block(function, *no)
            )
        }
        Terminator::BranchSet { var, yes, no } => {
            format!(
                "if set {} goto {} else {}",
                variable(function, *var),
                block(function, *yes),
                block(function, *no)
            )
        }
        Terminator::BranchGuard {
            guard: asked,
            yes,
            no,
        } => {
            format!(
                "if {} goto {} else {}",
                guard(asked),
                block(function, *yes),
                block(function, *no)
            )
        }
        Terminator::Next {
            iter,
            item,
            body,
            done,
            error,
            line,
        } => format!(
            "next {} as {} goto {} else {} ! {} line {line}",
            value(*iter),
            value(*item),
            block(function, *body),
            block(function, *done),
            block(function, *error)
        ),
        Terminator::Suspend(at) => suspension(function, at),
        Terminator::Return(Some(result)) => format!("return {}", operand(result)),
        Terminator::Return(None) => "return".into(),
        Terminator::Fail => "fail".into(),
        Terminator::Unreachable => "unreachable".into(),
    }
}
