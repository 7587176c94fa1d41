//! The codecs of a small program, whose C side is in runtime-c/tests/codec: there the text is compiled and run.
//!
//! With `TB_CODEC_OUT=file` the text is also written, for runtime-c/tests/codec/run.

use tayberry_compiler::app::{App, Route, Runs};
use tayberry_compiler::emit::codec::{Codecs, Layout, codecs};
use tayberry_compiler::hir::*;
use tayberry_compiler::source::{FileId, Span};
use tayberry_compiler::types::{Known, Literal, Type};

const SPAN: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// Names as runtime-c/tests/codec/shop.c has them.
struct Shop<'a>(&'a Program);

impl Layout for Shop<'_> {
    fn class_struct(&self, class: ClassId) -> String {
        self.0.classes[class.index()].qualname.clone()
    }
    fn class_member(&self, class: ClassId, field: FieldId) -> String {
        self.0.classes[class.index()].fields[field.index()]
            .name
            .clone()
    }
    fn class_spec(&self, class: ClassId) -> String {
        format!("class_{}", self.0.classes[class.index()].qualname)
    }
    fn known_check(&self, known: Known, value: &str) -> String {
        format!("tb_named_class_check(&known_{}, {value})", known as u32)
    }
    fn vectorcall(&self, function: FunctionId) -> String {
        format!("call_{}", self.0.functions[function.index()].qualname)
    }
    fn call(&self, function: FunctionId, arguments: &[String], result: Option<&str>) -> String {
        let mut all = arguments.to_vec();
        all.extend(result.map(|each| format!("&{each}")));
        format!(
            "body_{}({})",
            self.0.functions[function.index()].qualname,
            all.join(", ")
        )
    }
}

fn field(name: &str, ty: Type, default: FieldDefault) -> Field {
    Field {
        name: name.into(),
        ty: ty.plain(),
        wire: ty,
        default,
        is_final: false,
        keyword_only: false,
        span: SPAN,
    }
}

fn class(name: &str, fields: Vec<Field>, has_post_init: bool) -> Class {
    let dataclass = Dataclass {
        init: true,
        repr: true,
        eq: true,
        order: false,
        frozen: false,
        slots: false,
        kw_only: false,
        has_post_init,
    };
    Class {
        module: ModuleId(0),
        qualname: name.into(),
        base: None,
        is_abc: false,
        fields,
        is_opaque: false,
        dataclass: Some(dataclass),
        methods: vec![],
        setters: Vec::new(),
        other_attributes: vec![],
        has_subclasses: false,
        span: SPAN,
    }
}

fn handler(name: &str, params: Vec<(&str, Type, bool)>, returns: Type) -> Function {
    let param = |(name, ty, has_default): (&str, Type, bool)| Param {
        name: name.into(),
        kind: ParamKind::Positional,
        ty: ty.plain(),
        wire: ty,
        has_default,
    };
    Function {
        module: ModuleId(0),
        qualname: name.into(),
        kind: FunctionKind::Plain,
        is_async: false,
        is_generator: false,
        has_frame: false,
        may_suspend: false,
        params: params.into_iter().map(param).collect(),
        returns,
        is_opaque: false,
        locals: vec![],
        body: vec![],
        span: SPAN,
        direct_callable: true,
        captured: vec![],
        inner: vec![],
    }
}

fn shop() -> (Program, App) {
    use FieldDefault::{Factory, Required, Value};
    let list = |item: Type| Type::List(Box::new(item));
    let text = |value: &str| Literal::Str(value.into());
    let (line, order, cat, dog, checked) = (
        Type::Class(ClassId(0)),
        Type::Class(ClassId(1)),
        Type::Class(ClassId(2)),
        Type::Class(ClassId(3)),
        Type::Class(ClassId(4)),
    );
    let classes = vec![
        class(
            "Line",
            vec![
                field("sku", Type::Str, Required),
                field("qty", Type::Int, Required),
                field("price", Type::Float, Value),
            ],
            false,
        ),
        class(
            "Order",
            vec![
                field("id", Type::Int, Required),
                field("lines", list(line.clone()), Required),
                field("paid", Type::Bool, Value),
                field("note", Type::optional(Type::Str), Value),
                field("status", Type::Enum(EnumId(0)), Value),
                field("size", Type::Literal(vec![text("s"), text("m")]), Value),
                field(
                    "counts",
                    Type::Dict(Box::new(Type::Str), Box::new(Type::Int)),
                    Factory,
                ),
                field(
                    "pair",
                    Type::optional(Type::Tuple(vec![Type::Int, Type::Float])),
                    Value,
                ),
                field(
                    "code",
                    Type::Literal(vec![Literal::Int(1), Literal::Int(-2)]),
                    Value,
                ),
                field(
                    "ids",
                    Type::union([Type::Int, Type::Str, list(Type::Int)]),
                    Value,
                ),
                field("next", Type::optional(order.clone()), Value),
            ],
            false,
        ),
        class(
            "Cat",
            vec![
                field("kind", Type::Literal(vec![text("cat")]), Required),
                field("lives", Type::Int, Required),
            ],
            false,
        ),
        class(
            "Dog",
            vec![
                field("kind", Type::Literal(vec![text("dog")]), Required),
                field("good", Type::Bool, Required),
            ],
            false,
        ),
        class("Checked", vec![field("n", Type::Int, Required)], true),
    ];
    let functions = vec![
        handler("place", vec![("order", order.clone(), false)], order),
        handler(
            "search",
            vec![
                ("limit", Type::Int, false),
                ("ratio", Type::Float, true),
                ("on", Type::Bool, true),
                ("names", list(Type::Str), true),
                ("status", Type::optional(Type::Enum(EnumId(0))), true),
                ("mixed", Type::union([Type::Int, Type::Str]), true),
                (
                    "size",
                    Type::Literal(vec![text("s"), Literal::Int(3)]),
                    true,
                ),
            ],
            Type::Tuple(vec![
                Type::Int,
                Type::Float,
                Type::Bool,
                list(Type::Str),
                Type::Object,
                Type::Object,
                Type::Object,
            ]),
        ),
        handler(
            "pet",
            vec![("pets", list(Type::union([cat, dog])), false)],
            list(Type::Object),
        ),
        handler("check", vec![("it", checked, false)], Type::Int),
        handler(
            "nothing",
            vec![("request", Type::Known(Known::Request), false)],
            Type::None,
        ),
    ];
    let routes = (0..functions.len()).map(|at| Route {
        methods: vec!["POST".into()],
        path: "/".into(),
        path_span: SPAN,
        span: SPAN,
        handler: String::new(),
        handler_span: SPAN,
        native: Ok(FunctionId(at as u32)),
        runs: Runs::Inline,
        why: String::new(),
        may_block: false,
        returns: Type::Object,
    });
    let app = App {
        routes: routes.collect(),
        hidden: Vec::new(),
    };
    let module = Module {
        name: "shop".into(),
        path: "shop.py".into(),
        is_package: false,
        handovers: vec![],
        interpreted: vec![],
    };
    let status = Enum {
        module: ModuleId(0),
        qualname: "Status".into(),
        mixin: None,
        stands_for_int: Some(false),
        members: vec![
            ("NEW".into(), Some(text("new"))),
            ("OLD".into(), Some(text("old"))),
        ],
    };
    (
        Program {
            modules: vec![module],
            functions,
            classes,
            enums: vec![status],
        },
        app,
    )
}

fn emitted() -> Codecs {
    let (program, app) = shop();
    codecs(&program, &app, ModuleId(0), &Shop(&program)).expect("there are handlers")
}

#[test]
fn same_program_gives_the_same_text() {
    assert_eq!(emitted().text, emitted().text);
    if let Some(out) = std::env::var_os("TB_CODEC_OUT") {
        std::fs::write(out, emitted().text).expect("the file can be written");
    }
}

#[test]
fn every_function_is_declared_once_and_defined_once() {
    let text = emitted().text;
    for line in text
        .lines()
        .filter(|each| each.starts_with("static int ") && each.ends_with(';'))
    {
        assert_eq!(text.matches(line).count(), 1, "{line}");
        assert_eq!(text.matches(&line.replace(';', " {")).count(), 1, "{line}");
    }
}

#[test]
fn a_module_without_native_handlers_has_no_codecs() {
    let (program, _) = shop();
    assert!(codecs(&program, &App::default(), ModuleId(0), &Shop(&program)).is_none());
}

#[test]
fn a_handler_with_a_class_of_unknown_members_is_left_out() {
    let (mut program, app) = shop();
    program.classes[4].dataclass = None;
    program.classes[4].other_attributes = vec!["__init__".into()];
    let text = codecs(&program, &app, ModuleId(0), &Shop(&program))
        .expect("the others stay")
        .text;
    assert!(!text.contains("shop.check") && text.contains("shop.place"));
}
