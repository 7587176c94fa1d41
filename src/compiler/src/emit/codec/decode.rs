//! JSON decoders: one C function per type, from the runtime's reader into an object or straight into C fields.

use std::fmt::Write as _;

use super::names::string;
use super::{DECODER, Emitter, Held};
use crate::hir::{ClassId, FieldDefault, FieldId, ParamKind};
use crate::types::{Integer, Known, Literal, Type};

/// A key that an object of a class may have in JSON.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) required: bool,
    /// The C field, when objects are made by filling fields.
    pub(super) field: Option<FieldId>,
}

/// How an object of a class is made from its members.
pub(super) struct Model {
    pub(super) members: Vec<Member>,
    /// Fields can be filled without calling anything, while the class is as it was declared.
    pub(super) direct: bool,
}

/// What tells the classes of a union apart.
struct Tags {
    /// The field's name.
    key: String,
    /// Each of its strings, and the class that it means.
    tags: Vec<(String, usize)>,
    /// The classes where it has a default.
    untagged: Vec<usize>,
}

impl Emitter<'_> {
    /// The members of a class, or `None` if they are not known (an own `__init__` that is not compiled).
    pub(super) fn model(&self, id: ClassId) -> Option<Model> {
        let class = &self.program.classes[id.index()];
        let init = self.method(id, "__init__");
        let own_init = init.is_some() || self.has_other(id, "__init__");
        let generated = class.dataclass.is_some_and(|options| options.init) && !own_init;
        if generated || !own_init {
            let members = class
                .fields
                .iter()
                .enumerate()
                .filter(|(_, field)| !generated || field.default != FieldDefault::NotInInit);
            let members: Vec<_> = members
                .map(|(at, field)| Member {
                    name: field.name.clone(),
                    ty: field.wire.clone(),
                    required: matches!(
                        field.default,
                        FieldDefault::Required | FieldDefault::NotInInit
                    ),
                    field: Some(FieldId(at as u32)),
                })
                .collect();
            let direct = generated
                && members.len() == class.fields.len()
                && !class.dataclass.is_some_and(|options| options.has_post_init);
            return Some(Model { members, direct });
        }
        let function = &self.program.functions[init?.index()];
        let named = |kind| matches!(kind, ParamKind::Positional | ParamKind::KeywordOnly);
        if function.params.iter().skip(1).any(|each| !named(each.kind)) {
            return None;
        }
        let members = function.params.iter().skip(1).map(|each| Member {
            name: each.name.clone(),
            ty: each.wire.clone(),
            required: !each.has_default,
            field: None,
        });
        Some(Model {
            members: members.collect(),
            direct: false,
        })
    }

    fn method(&self, id: ClassId, name: &str) -> Option<crate::hir::FunctionId> {
        let class = &self.program.classes[id.index()];
        let own = class
            .methods
            .iter()
            .find(|(each, _)| each == name)
            .map(|(_, function)| *function);
        // A dataclass writes its own `__init__` over an inherited one.
        if own.is_some() || class.dataclass.is_some_and(|options| options.init) {
            return own;
        }
        class.base.and_then(|base| self.method(base, name))
    }

    fn has_other(&self, id: ClassId, name: &str) -> bool {
        let class = &self.program.classes[id.index()];
        let inherits = !class.dataclass.is_some_and(|options| options.init);
        class.other_attributes.iter().any(|each| each == name)
            || (inherits && class.base.is_some_and(|base| self.has_other(base, name)))
    }

    /// The function that decodes a value of this type into a new object.
    pub(super) fn decoder(&mut self, ty: &Type) -> String {
        let word = match ty {
            Type::Int | Type::Float | Type::Bool => {
                return format!("tb_codec_read_{}_object", Held::of(ty).word());
            }
            Type::None => return "tb_codec_read_none".into(),
            Type::Bytes => return "tb_codec_read_bytes".into(),
            _ => self.word(ty),
        };
        let ty = ty.clone();
        self.function(&format!("tb_decode_{word}"), DECODER, |emitter| {
            emitter.decoder_body(&ty)
        })
    }

    fn decoder_body(&mut self, ty: &Type) -> String {
        match ty {
            Type::Str => "    return tb_runtime_table->read_string(reader, place, out);\n".into(),
            Type::Known(known) => {
                format!(
                    "    return tb_runtime_table->read_known(reader, place, {}, out);\n",
                    known_constant(*known)
                )
            }
            Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) => {
                let element = self.decoder(item);
                let kind = match ty {
                    Type::List(_) => "list",
                    Type::Set(_) => "set",
                    Type::FrozenSet(_) => "frozenset",
                    _ => "tuple_of",
                };
                format!("    return tb_codec_read_{kind}(reader, place, {element}, out);\n")
            }
            Type::Tuple(items) if items.is_empty() => {
                "    return tb_codec_read_tuple(reader, place, NULL, 0, out);\n".into()
            }
            Type::Tuple(items) => {
                let elements: Vec<_> = items.iter().map(|each| self.decoder(each)).collect();
                format!(
                    "    static const tb_decoder elements[] = {{{}}};\n    return tb_codec_read_tuple(reader, place, elements, {}, out);\n",
                    elements.join(", "),
                    items.len()
                )
            }
            Type::Dict(key, value) => {
                let key = if **key == Type::Str {
                    "NULL".into()
                } else {
                    self.text_decoder(key)
                };
                let value = self.decoder(value);
                format!("    return tb_codec_read_dict(reader, place, {key}, {value}, out);\n")
            }
            Type::Enum(id) => {
                let variable = self.use_enum(*id);
                format!("    return tb_codec_read_enum(reader, place, &{variable}, out);\n")
            }
            Type::Literal(values) => {
                format!(
                    "{}    return tb_codec_read_literal(reader, place, &literals, out);\n",
                    literal_table(values)
                )
            }
            Type::Union(members) => self.union_body(ty, members),
            Type::Class(id) => self.class_body(*id),
            Type::Integer(integer) => format!(
                "    return tb_codec_read_integer_object(reader, place, {}, out);\n",
                range(*integer)
            ),
            Type::Object | Type::None | Type::Bool | Type::Int | Type::Float | Type::Bytes => {
                "    return tb_runtime_table->read_any(reader, place, out);\n".into()
            }
        }
    }

    /// The statement that decodes a value into the C variable `target` and sets `status`.
    pub(super) fn decode_into(&mut self, ty: &Type, place: &str, target: &str) -> String {
        match (ty, Held::of(ty)) {
            (Type::Int | Type::Float | Type::Bool, held) => {
                format!(
                    "status = tb_runtime_table->read_{}(reader, {place}, &{target});",
                    held.word()
                )
            }
            (Type::Integer(integer), _) => format!(
                "status = tb_codec_read_integer(reader, {place}, {}, &{target});",
                range(*integer)
            ),
            (_, Held::Object) => {
                format!("status = {}(reader, {place}, &{target});", self.decoder(ty))
            }
            (_, held) => {
                let decoder = self.decoder(ty);
                format!(
                    "PyObject *object;\n{indent}status = {decoder}(reader, {place}, &object);\n{indent}if (status == TB_OK) {{\n{indent}    status = tb_slot_{word}(object, &{target}) < 0 ? TB_RAISED : TB_OK;\n{indent}    Py_DECREF(object);\n{indent}}}",
                    indent = "            ",
                    word = held.word()
                )
            }
        }
    }

    /// `T | None` and other unions: by the JSON kind where it decides, else the first that fits.
    fn union_body(&mut self, ty: &Type, members: &[Type]) -> String {
        let others: Vec<Type> = members
            .iter()
            .filter(|each| **each != Type::None)
            .cloned()
            .collect();
        let mut out = String::from(
            "    switch (tb_runtime_table->peek(reader, place)) {\n    case TB_JSON_ERROR:\n        return TB_FATAL;\n",
        );
        if others.len() < members.len() {
            out.push_str(
                "    case TB_JSON_NULL:\n        return tb_codec_read_none(reader, place, out);\n",
            );
        }
        if let [only] = others.as_slice() {
            let _ = write!(
                out,
                "    default:\n        return {}(reader, place, out);\n    }}\n",
                self.decoder(only)
            );
            return out;
        }
        let has_int = others
            .iter()
            .any(|each| kinds(self, each).contains(&"INT") && *each != Type::Float);
        for kind in ["BOOL", "INT", "FLOAT", "STRING", "ARRAY", "OBJECT"] {
            let mut fitting: Vec<Type> = others
                .iter()
                .filter(|each| {
                    kinds(self, each).contains(&kind)
                        && !(kind == "INT" && has_int && **each == Type::Float)
                })
                .cloned()
                .collect();
            // `str` takes every string, so it comes last.
            fitting.sort_by_key(|each| *each == Type::Str);
            if !fitting.is_empty() {
                let _ = writeln!(out, "    case TB_JSON_{kind}: {{");
                out.push_str(&self.choose(ty, &fitting));
                out.push_str("    }\n");
            }
        }
        let _ = write!(
            out,
            "    default:\n        return tb_codec_refuse(reader, place, TB_REJECT_UNION, {});\n    }}\n",
            string(&self.show(ty))
        );
        out
    }

    /// Decodes as one of several types with the same JSON kind.
    fn choose(&mut self, whole: &Type, fitting: &[Type]) -> String {
        let decoders: Vec<String> = fitting.iter().map(|each| self.decoder(each)).collect();
        if let [only] = decoders.as_slice() {
            return format!("        return {only}(reader, place, out);\n");
        }
        let shown = string(&self.show(whole));
        if let Some(Tags {
            key,
            tags,
            untagged,
        }) = self.tags(fitting)
        {
            let values: Vec<_> = tags.iter().map(|(value, _)| string(value)).collect();
            let mut out = format!(
                "        static const char *const tags[] = {{{}}};\n        int status = TB_OK;\n        switch (tb_codec_tag(reader, place, {}, tags, {}, &status)) {{\n        case -2:\n            return status;\n",
                values.join(", "),
                string(&key),
                tags.len()
            );
            for (at, (_, which)) in tags.iter().enumerate() {
                let _ = writeln!(
                    out,
                    "        case {at}:\n            return {}(reader, place, out);",
                    decoders[*which]
                );
            }
            // An object without the key is one of those whose tag has a default.
            let untagged: Vec<&str> = untagged.iter().map(|at| decoders[*at].as_str()).collect();
            match untagged.as_slice() {
                [] => {}
                [only] => {
                    let _ = write!(
                        out,
                        "        case -3:\n            return {only}(reader, place, out);\n"
                    );
                }
                several => {
                    let _ = write!(
                        out,
                        "        case -3: {{\n            static const tb_decoder members[] = {{{}}};\n            return tb_codec_read_first(reader, place, members, {}, {shown}, out);\n        }}\n",
                        several.join(", "),
                        several.len()
                    );
                }
            }
            let _ = write!(
                out,
                "        default:\n            return tb_codec_refuse(reader, place, TB_REJECT_UNION, {shown});\n        }}\n"
            );
            return out;
        }
        format!(
            "        static const tb_decoder members[] = {{{}}};\n        return tb_codec_read_first(reader, place, members, {}, {shown}, out);\n",
            decoders.join(", "),
            decoders.len()
        )
    }

    /// The field whose `Literal` strings tell the classes apart.
    fn tags(&self, types: &[Type]) -> Option<Tags> {
        let models: Vec<Model> = types
            .iter()
            .map(|each| {
                if let Type::Class(id) = each {
                    self.model(*id)
                } else {
                    None
                }
            })
            .collect::<Option<_>>()?;
        let strings = |model: &Model, name: &str| -> Option<Vec<String>> {
            let member = model.members.iter().find(|each| each.name == name)?;
            let Type::Literal(values) = &member.ty else {
                return None;
            };
            values
                .iter()
                .map(|each| {
                    if let Literal::Str(text) = each {
                        Some(text.clone())
                    } else {
                        None
                    }
                })
                .collect()
        };
        for candidate in &models.first()?.members {
            let mut tags: Vec<(String, usize)> = Vec::new();
            let told_apart = models.iter().enumerate().all(|(at, model)| {
                strings(model, &candidate.name).is_some_and(|values| {
                    values.into_iter().all(|value| {
                        let is_new = tags.iter().all(|(each, _)| *each != value);
                        tags.push((value, at));
                        is_new
                    })
                })
            });
            if told_apart {
                let has_default = |model: &Model| {
                    let mut members = model.members.iter();
                    members.any(|each| each.name == candidate.name && !each.required)
                };
                let untagged = (0..models.len())
                    .filter(|at| has_default(&models[*at]))
                    .collect();
                return Some(Tags {
                    key: candidate.name.clone(),
                    tags,
                    untagged,
                });
            }
        }
        None
    }

    /// An object's keys into C variables, then a new instance.
    fn class_body(&mut self, id: ClassId) -> String {
        let model = self
            .model(id)
            .expect("only classes with known members are decoded");
        let spec = self.layout.class_spec(id);
        let word = self.word(&Type::Class(id));
        let members = &model.members;
        let count = members.len();
        let key = self.key_function(&word, members);
        let mut out = String::from(
            "    int whole = tb_codec_want(reader, place, TB_JSON_OBJECT, TB_REJECT_MODEL_TYPE), more;\n    if (whole != TB_OK) {\n        return whole;\n    }\n    tb_slice key;\n",
        );
        let _ = writeln!(out, "    uint8_t given[{}] = {{0}};", count.max(1));
        for (at, member) in members.iter().enumerate() {
            let held = Held::of(&member.ty);
            let _ = writeln!(
                out,
                "    {}f{at} = {};",
                held.c(),
                if held == Held::Object { "NULL" } else { "0" }
            );
        }
        let _ = writeln!(
            out,
            "    for (int first = 1; (more = tb_runtime_table->next_key(reader, place, first, &key)) == 1; first = 0) {{\n        int status;\n        switch ({key}(key)) {{"
        );
        for (at, member) in members.iter().enumerate() {
            let held = Held::of(&member.ty);
            let decode = self.decode_into(&member.ty, "&here", "value");
            let release = held.release(&format!("f{at}")).map(|line| format!("                if (given[{at}] == 1) {{\n                    {line}\n                }}\n")).unwrap_or_default();
            let _ = write!(
                out,
                "        case {at}: {{\n            tb_place here = {{place, (const uint8_t *){name}, {length}}};\n            {c}value;\n            {decode}\n            if (status == TB_OK) {{\n{release}                f{at} = value;\n                given[{at}] = 1;\n            }} else if (!given[{at}]) {{\n                given[{at}] = 2; /* present, but rejected */\n            }}\n            break;\n        }}\n",
                name = string(&member.name),
                length = member.name.len(),
                c = held.c(),
            );
        }
        out.push_str(
            "        default: {\n            tb_place here = {place, key.data, key.length};\n",
        );
        if self.forbids_extra(id) {
            out.push_str("            status = tb_codec_refuse(reader, &here, TB_REJECT_EXTRA_FORBIDDEN, NULL);\n");
        } else {
            out.push_str("            status = tb_runtime_table->skip(reader, &here);\n");
        }
        out.push_str("        }\n        }\n        if (TB_CODEC_STOPS(status)) {\n            whole = status;\n            goto release;\n        }\n        if (status != TB_OK) {\n            whole = TB_INVALID;\n        }\n    }\n    if (more != 0) {\n        whole = more;\n        goto release;\n    }\n");
        for (at, member) in members.iter().enumerate().filter(|(_, each)| each.required) {
            let _ = write!(
                out,
                "    if (!given[{at}]) {{\n        tb_place here = {{place, (const uint8_t *){}, {}}};\n        whole = tb_runtime_table->reject(reader, &here, TB_REJECT_MISSING, NULL);\n        if (TB_CODEC_STOPS(whole)) {{\n            goto release;\n        }}\n    }}\n",
                string(&member.name),
                member.name.len()
            );
        }
        out.push_str("    if (whole != TB_OK) {\n        goto release;\n    }\n");
        if model.direct {
            out.push_str(&self.fill_fields(id, members, &spec));
        }
        out.push_str(&construct(members, &spec));
        out.push_str("release:\n");
        for (at, member) in members.iter().enumerate() {
            if let Some(line) = Held::of(&member.ty).release(&format!("f{at}")) {
                let _ = write!(
                    out,
                    "    if (given[{at}] == 1) {{\n        {line}\n    }}\n"
                );
            }
        }
        out.push_str("    return whole;\n");
        out
    }

    /// Makes the object by filling its fields, while nothing about the class's construction has changed.
    fn fill_fields(&self, id: ClassId, members: &[Member], spec: &str) -> String {
        let mut out = format!("    if (tb_class_is_intact(&{spec}) && {spec}.plain) {{\n");
        for (at, member) in members
            .iter()
            .enumerate()
            .filter(|(_, each)| !each.required)
        {
            let field = member
                .field
                .expect("a plain class's members are its fields")
                .0;
            let _ = write!(
                out,
                "        if (!given[{at}]) {{\n            if (tb_codec_default(&{spec}, {field}, &f{at}) < 0) {{\n                whole = TB_RAISED;\n                goto release;\n            }}\n            given[{at}] = 1;\n        }}\n"
            );
        }
        let _ = write!(
            out,
            "        PyObject *object = tb_class_allocate(&{spec});\n        if (object == NULL) {{\n            whole = TB_RAISED;\n            goto release;\n        }}\n        {struct_} *self = ({struct_} *)object;\n        (void)self;\n",
            struct_ = self.layout.class_struct(id)
        );
        for (at, member) in members.iter().enumerate() {
            let place = self.layout.class_member(
                id,
                member
                    .field
                    .expect("a plain class's members are its fields"),
            );
            let _ = writeln!(
                out,
                "        tb_field_init_{}(&self->{place}, f{at});",
                Held::of(&member.ty).word()
            );
        }
        let _ = write!(
            out,
            "        *out = tb_class_finish(&{spec}, object);\n        return TB_OK;\n    }}\n"
        );
        out
    }

    /// Which member a key names, or -1: by length, then bytes.
    fn key_function(&mut self, word: &str, members: &[Member]) -> String {
        let name = format!("tb_key_{word}");
        let mut lengths: Vec<usize> = members.iter().map(|each| each.name.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let mut body = String::from("    switch (key.length) {\n");
        for length in lengths {
            let _ = writeln!(body, "    case {length}:");
            for (at, member) in members
                .iter()
                .enumerate()
                .filter(|(_, each)| each.name.len() == length)
            {
                let _ = write!(
                    body,
                    "        if (memcmp(key.data, {}, {length}) == 0) {{\n            return {at};\n        }}\n",
                    string(&member.name)
                );
            }
            body.push_str("        return -1;\n");
        }
        body.push_str("    default:\n        return -1;\n    }\n");
        self.function(&name, "tb_slice key", |_| body)
    }

    /// `__tayberry_extra__ = "forbid"` is an attribute of the class, known at run time only by name.
    fn forbids_extra(&self, id: ClassId) -> bool {
        let class = &self.program.classes[id.index()];
        class
            .other_attributes
            .iter()
            .any(|each| each == "__tayberry_extra__")
            || class.base.is_some_and(|base| self.forbids_extra(base))
    }
}

/// Makes the object by calling the class with what was given.
fn construct(members: &[Member], spec: &str) -> String {
    if members.is_empty() {
        return format!(
            "    return tb_codec_construct(reader, place, &{spec}, NULL, NULL, 0, out);\n"
        );
    }
    let names: Vec<_> = members.iter().map(|each| string(&each.name)).collect();
    let mut out = format!(
        "    static const char *const names[] = {{{}}};\n    PyObject *values[{}] = {{NULL}};\n",
        names.join(", "),
        members.len()
    );
    for (at, member) in members.iter().enumerate() {
        // Boxing consumes; a failure shows as a missing value with an exception set.
        let boxed = match Held::of(&member.ty) {
            Held::Int => format!("tb_int_to_object_steal(f{at})"),
            Held::Float => format!("PyFloat_FromDouble(f{at})"),
            Held::Bool => format!("PyBool_FromLong(f{at})"),
            Held::Object => format!("f{at}"),
        };
        let _ = write!(
            out,
            "    if (given[{at}]) {{\n        values[{at}] = {boxed};\n    }}\n"
        );
    }
    let _ = writeln!(
        out,
        "    return tb_codec_construct(reader, place, &{spec}, names, values, {}, out);",
        members.len()
    );
    out
}

/// The JSON kinds in which values of a type are written.
fn kinds(emitter: &Emitter<'_>, ty: &Type) -> Vec<&'static str> {
    let of_literal = |value: &Literal| match value {
        Literal::Str(_) => "STRING",
        Literal::Int(_) => "INT",
        Literal::Bool(_) => "BOOL",
        Literal::None => "NULL",
    };
    match ty {
        Type::Object => vec!["BOOL", "INT", "FLOAT", "STRING", "ARRAY", "OBJECT"],
        Type::None => vec!["NULL"],
        Type::Bool => vec!["BOOL"],
        Type::Int | Type::Integer(_) => vec!["INT"],
        Type::Float => vec!["INT", "FLOAT"],
        Type::Known(Known::TimeDelta | Known::Decimal) => vec!["STRING", "INT", "FLOAT"],
        Type::Str | Type::Bytes | Type::Known(_) => vec!["STRING"],
        Type::List(_) | Type::Set(_) | Type::FrozenSet(_) | Type::Tuple(_) | Type::TupleOf(_) => {
            vec!["ARRAY"]
        }
        Type::Dict(..) | Type::Class(_) => vec!["OBJECT"],
        Type::Literal(values) => values.iter().map(of_literal).collect(),
        Type::Enum(id) => {
            let members = &emitter.program.enums[id.index()].members;
            let known: Vec<_> = members
                .iter()
                .filter_map(|(_, value)| value.as_ref().map(of_literal))
                .collect();
            if known.len() == members.len() {
                known
            } else {
                vec!["STRING", "INT", "FLOAT", "BOOL"]
            }
        }
        Type::Union(members) => members
            .iter()
            .flat_map(|each| kinds(emitter, each))
            .collect(),
    }
}

/// The library's description of the ints of a fixed width.
pub(super) fn range(integer: Integer) -> String {
    format!("&tb_codec_{}", integer.name())
}

/// The constant of the ABI for a class that the runtime decodes.
pub(super) fn known_constant(known: Known) -> &'static str {
    match known {
        Known::Uuid => "TB_KNOWN_UUID",
        Known::DateTime => "TB_KNOWN_DATETIME",
        Known::Date => "TB_KNOWN_DATE",
        Known::Time => "TB_KNOWN_TIME",
        Known::TimeDelta => "TB_KNOWN_TIMEDELTA",
        Known::Decimal => "TB_KNOWN_DECIMAL",
        Known::Request | Known::Response => {
            unreachable!("requests and responses are never decoded")
        }
    }
}

/// The static table `literals` of a `Literal[...]`.
pub(super) fn literal_table(values: &[Literal]) -> String {
    let texts: Vec<&str> = values
        .iter()
        .filter_map(|each| {
            if let Literal::Str(text) = each {
                Some(text.as_str())
            } else {
                None
            }
        })
        .collect();
    let ints: Vec<i64> = values
        .iter()
        .filter_map(|each| {
            if let Literal::Int(number) = each {
                Some(*number)
            } else {
                None
            }
        })
        .collect();
    let mut out = String::new();
    let mut members = Vec::new();
    if !texts.is_empty() {
        let strings: Vec<_> = texts.iter().map(|each| string(each)).collect();
        let lengths: Vec<_> = texts.iter().map(|each| each.len().to_string()).collect();
        let _ = write!(
            out,
            "    static const char *const strings[] = {{{}}};\n    static const size_t lengths[] = {{{}}};\n",
            strings.join(", "),
            lengths.join(", ")
        );
        members.push(format!(
            ".strings = strings, .lengths = lengths, .string_count = {}",
            texts.len()
        ));
    }
    if !ints.is_empty() {
        let numbers: Vec<_> = ints
            .iter()
            .map(|each| {
                if *each == i64::MIN {
                    "INT64_MIN".into()
                } else {
                    format!("INT64_C({each})")
                }
            })
            .collect();
        let _ = writeln!(
            out,
            "    static const int64_t ints[] = {{{}}};",
            numbers.join(", ")
        );
        members.push(format!(".ints = ints, .int_count = {}", ints.len()));
    }
    for (literal, member) in [
        (Literal::Bool(true), "allows_true"),
        (Literal::Bool(false), "allows_false"),
        (Literal::None, "allows_none"),
    ] {
        if values.contains(&literal) {
            members.push(format!(".{member} = 1"));
        }
    }
    let shown: Vec<_> = values.iter().map(super::names::literal).collect();
    members.push(format!(".expected = {}", string(&shown.join(", "))));
    let _ = writeln!(
        out,
        "    static const tb_literals literals = {{{}}};",
        members.join(", ")
    );
    out
}
