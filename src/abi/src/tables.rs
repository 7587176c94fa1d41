//! The layouts and function tables themselves.

use alloc::string::String;
use core::ffi::{c_char, c_int, c_void};

/// A Python object, opaque here.
pub type Object = c_void;

/// One member as the header prints it.
pub(crate) struct Member {
    pub declaration: &'static str,
    pub name: &'static str,
    pub offset: usize,
    pub doc: &'static str,
}

/// One struct as the header prints it.
pub(crate) struct Layout {
    pub name: &'static str,
    pub doc: &'static [&'static str],
    pub size: usize,
    pub members: fn() -> alloc::vec::Vec<Member>,
}

macro_rules! layouts {
    ($($(#[doc = $doc:literal])+ struct $name:ident = $c:literal {
        $(#[doc = $mdoc:literal] $member:ident : $ty:ty = $decl:literal,)*
    })*) => {
        $(
            $(#[doc = $doc])+
            #[repr(C)]
            #[derive(Clone, Copy, Debug)]
            pub struct $name { $(#[doc = $mdoc] pub $member: $ty,)* }
        )*
        pub(crate) const LAYOUTS: &[Layout] = &[$(Layout {
            name: $c,
            doc: &[$($doc),+],
            size: core::mem::size_of::<$name>(),
            members: || alloc::vec![$(Member {
                declaration: $decl,
                name: stringify!($member),
                offset: core::mem::offset_of!($name, $member),
                doc: $mdoc,
            }),*],
        }),*];
    };
}

macro_rules! rejections {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// Why a value was rejected: the `type` of an entry of a problem's `errors`.
        #[repr(u32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rejection { $(#[doc = $text] $name = $code,)* }
        impl Rejection {
            /// All, in order of code.
            pub const ALL: &[Rejection] = &[$(Rejection::$name),*];
            /// The machine-readable word: `int_parsing`.
            pub fn word(self) -> &'static str { match self { $(Rejection::$name => $text),* } }
            /// From the code that C passes.
            pub fn from_code(code: u32) -> Option<Rejection> { Self::ALL.iter().copied().find(|each| *each as u32 == code) }
        }
    };
}

rejections! {
    Missing = 1, "missing";
    JsonInvalid = 2, "json_invalid";
    TooDeep = 3, "too_deep";
    NoneRequired = 4, "none_required";
    BoolType = 5, "bool_type";
    BoolParsing = 6, "bool_parsing";
    IntType = 7, "int_type";
    IntParsing = 8, "int_parsing";
    FloatType = 9, "float_type";
    FloatParsing = 10, "float_parsing";
    StringType = 11, "string_type";
    StringUnicode = 12, "string_unicode";
    BytesType = 13, "bytes_type";
    ListType = 14, "list_type";
    SetType = 15, "set_type";
    TupleType = 16, "tuple_type";
    TupleLength = 17, "tuple_length";
    DictType = 18, "dict_type";
    ModelType = 19, "model_type";
    ExtraForbidden = 20, "extra_forbidden";
    EnumMember = 21, "enum";
    LiteralValue = 22, "literal_error";
    UnionMember = 23, "union";
    UuidParsing = 24, "uuid_parsing";
    DateParsing = 25, "date_parsing";
    DateTimeParsing = 26, "datetime_parsing";
    TimeParsing = 27, "time_parsing";
    TimeDeltaParsing = 28, "time_delta_parsing";
    DecimalParsing = 29, "decimal_parsing";
    ValueError = 30, "value_error";
    IntTooLarge = 31, "int_too_large";
    IntRange = 32, "int_range";
}

layouts! {
    /// Borrowed bytes.
    struct Slice = "tb_slice" {
        /// First byte; may be null when empty.
        data: *const u8 = "const uint8_t *data",
        /// Number of bytes.
        length: usize = "size_t length",
    }

    /// A growable byte buffer owned by the runtime. C appends at `data + length` while `length < capacity`
    /// and calls `buffer_grow` when it needs more room.
    struct Buffer = "tb_buffer" {
        /// First byte.
        data: *mut u8 = "uint8_t *data",
        /// Bytes in use.
        length: usize = "size_t length",
        /// Bytes allocated.
        capacity: usize = "size_t capacity",
        /// How many containers the next value is in. After an exception it says nothing.
        depth: usize = "size_t depth",
    }

    /// Where in the input a decoder is: a list on the C stack, innermost first, read only when a value is rejected.
    struct Place = "tb_place" {
        /// The place around this one; null for a whole parameter.
        parent: *const Place = "const struct tb_place *parent",
        /// UTF-8 key of an object, or null when this is an index of an array.
        key: *const u8 = "const uint8_t *key",
        /// Length of the key, or the index.
        length: usize = "size_t length",
    }

    /// One parameter of a compiled handler. A slot holds the C representation of the parameter's type:
    /// `tb_int`, `double`, `uint8_t` (bool) or an owned `PyObject *`.
    struct Parameter = "tb_parameter" {
        /// Python's name, NUL-terminated.
        name: *const c_char = "const char *name",
        /// Byte offset of the slot in the arguments.
        offset: u32 = "uint32_t offset",
        /// `PARAMETER_*` bits.
        flags: u32 = "uint32_t flags",
        /// Decodes the texts given for a path, query, header or cookie parameter (one, or many for lists); null if the type has no text form.
        from_text: Option<unsafe extern "C" fn(*mut c_void, *const Place, *const Slice, usize, *mut c_void) -> c_int>
            = "int (*from_text)(tb_reader *, const struct tb_place *, const tb_slice *items, size_t count, void *slot)",
        /// Decodes the next JSON value of the reader; null if the type has no JSON form.
        from_json: Option<unsafe extern "C" fn(*mut c_void, *const Place, *mut c_void) -> c_int>
            = "int (*from_json)(tb_reader *, const struct tb_place *, void *slot)",
        /// Stores a Python value (a default or an injected object; borrowed) in the slot; OK or RAISED.
        from_object: Option<unsafe extern "C" fn(*mut Object, *mut c_void) -> c_int>
            = "int (*from_object)(PyObject *value, void *slot)",
        /// Releases a filled slot that is not going to be passed to the handler; null if nothing is owned.
        drop: Option<unsafe extern "C" fn(*mut c_void)> = "void (*drop)(void *slot)",
    }

    /// A compiled handler: how to call it without building Python objects for its arguments.
    struct Handler = "tb_handler" {
        /// `module.qualname`, NUL-terminated.
        name: *const c_char = "const char *name",
        /// The `vectorcall` of the handler's function object, by which the runtime recognises it.
        vectorcall: *const c_void = "vectorcallfunc vectorcall",
        /// `HANDLER_*` bits.
        flags: u32 = "uint32_t flags",
        /// Number of parameters, in the order of the signature.
        parameter_count: u32 = "uint32_t parameter_count",
        /// The parameters.
        parameters: *const Parameter = "const struct tb_parameter *parameters",
        /// Bytes to reserve for the argument slots, aligned to 16.
        arguments_size: u32 = "uint32_t arguments_size",
        /// Bytes to reserve for the result's slot, aligned to 16.
        result_size: u32 = "uint32_t result_size",
        /// Calls the handler with filled slots, consuming them also on failure; fills the result; OK, RAISED or WAITING.
        invoke: Option<unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int> = "int (*invoke)(void *arguments, void *result)",
        /// Appends the result as JSON, consuming it also on failure; OK or RAISED. Null when the result is any Python object.
        encode: Option<unsafe extern "C" fn(*mut Buffer, *mut c_void) -> c_int> = "int (*encode)(tb_buffer *, void *result)",
        /// The result as a new reference, consuming the slot; null with an exception on failure.
        result_object: Option<unsafe extern "C" fn(*mut c_void) -> *mut Object> = "PyObject *(*result_object)(void *result)",
    }

    /// What one extension module registers when it is imported (`Runtime::register`).
    struct Module = "tb_module" {
        /// `TB_ABI_VERSION` it was built with.
        abi_version: u32 = "uint32_t abi_version",
        /// Number of handlers.
        handler_count: u32 = "uint32_t handler_count",
        /// Dotted name, NUL-terminated.
        name: *const c_char = "const char *name",
        /// The handlers.
        handlers: *const Handler = "const tb_handler *handlers",
    }

    /// The functions of the runtime that generated code calls, handed over as the capsule
    /// `tayberry._runtime.abi` (name `"tayberry.abi"`). All need an attached thread state.
    struct Runtime = "tb_runtime" {
        /// Must equal `TB_ABI_VERSION`.
        abi_version: u32 = "uint32_t abi_version",
        /// `sizeof(tb_runtime)`.
        size: u32 = "uint32_t size",
        /// Announces an extension module's handlers; the module stays loaded for ever. OK or RAISED.
        register: Option<unsafe extern "C" fn(*const Module) -> c_int> = "int (*register_module)(const tb_module *)",
        /// Makes room for at least `extra` more bytes. Never fails (running out of memory aborts).
        buffer_grow: Option<unsafe extern "C" fn(*mut Buffer, usize)> = "void (*buffer_grow)(tb_buffer *, size_t extra)",
        /// Appends UTF-8 text as a JSON string with quotes and escapes.
        write_string: Option<unsafe extern "C" fn(*mut Buffer, *const u8, usize)> = "void (*write_string)(tb_buffer *, const uint8_t *, size_t)",
        /// Appends a 64-bit integer in decimal.
        write_int: Option<unsafe extern "C" fn(*mut Buffer, i64)> = "void (*write_int)(tb_buffer *, int64_t)",
        /// Appends a float as Python's `repr` writes it; RAISED (`ValueError`) for NaN and infinities.
        write_float: Option<unsafe extern "C" fn(*mut Buffer, f64) -> c_int> = "int (*write_float)(tb_buffer *, double)",
        /// Appends any Python value as JSON; RAISED if it has no JSON form.
        write_object: Option<unsafe extern "C" fn(*mut Buffer, *mut Object) -> c_int> = "int (*write_object)(tb_buffer *, PyObject *)",
        /// Appends a dict's key as a JSON string, without the colon; RAISED if it has no such form.
        write_key: Option<unsafe extern "C" fn(*mut Buffer, *mut Object) -> c_int> = "int (*write_key)(tb_buffer *, PyObject *)",
        /// The kind of the next JSON value (`TB_JSON_*`), without consuming it; `TB_JSON_ERROR` after recording a rejection.
        peek: Option<unsafe extern "C" fn(*mut c_void, *const Place) -> c_int> = "int (*peek)(tb_reader *, const struct tb_place *)",
        /// Decodes an integer of any size into a `tb_int`.
        read_int: Option<unsafe extern "C" fn(*mut c_void, *const Place, *mut u64) -> c_int> = "int (*read_int)(tb_reader *, const struct tb_place *, tb_int *)",
        /// Decodes a number into a double; integers are accepted.
        read_float: Option<unsafe extern "C" fn(*mut c_void, *const Place, *mut f64) -> c_int> = "int (*read_float)(tb_reader *, const struct tb_place *, double *)",
        /// Decodes `true` or `false`.
        read_bool: Option<unsafe extern "C" fn(*mut c_void, *const Place, *mut u8) -> c_int> = "int (*read_bool)(tb_reader *, const struct tb_place *, uint8_t *)",
        /// Decodes `null`.
        read_null: Option<unsafe extern "C" fn(*mut c_void, *const Place) -> c_int> = "int (*read_null)(tb_reader *, const struct tb_place *)",
        /// Decodes a string into a new `str`.
        read_string: Option<unsafe extern "C" fn(*mut c_void, *const Place, *mut *mut Object) -> c_int> = "int (*read_string)(tb_reader *, const struct tb_place *, PyObject **)",
        /// Decodes a string and lends its UTF-8 until the next call on the reader (enums, literals).
        read_text: Option<unsafe extern "C" fn(*mut c_void, *const Place, *mut Slice) -> c_int> = "int (*read_text)(tb_reader *, const struct tb_place *, tb_slice *)",
        /// Decodes any JSON value into Python objects as `json.loads` does.
        read_any: Option<unsafe extern "C" fn(*mut c_void, *const Place, *mut *mut Object) -> c_int> = "int (*read_any)(tb_reader *, const struct tb_place *, PyObject **)",
        /// Decodes a value of a standard-library class (`TB_KNOWN_*`) from a JSON string (or number, where it has that form).
        read_known: Option<unsafe extern "C" fn(*mut c_void, *const Place, c_int, *mut *mut Object) -> c_int> = "int (*read_known)(tb_reader *, const struct tb_place *, int known, PyObject **)",
        /// Passes over the next value.
        skip: Option<unsafe extern "C" fn(*mut c_void, *const Place) -> c_int> = "int (*skip)(tb_reader *, const struct tb_place *)",
        /// Enters an object or finds its next key: 1 with the key lent until the next call, 0 at the end, FATAL. `first` is 1 on entry.
        next_key: Option<unsafe extern "C" fn(*mut c_void, *const Place, c_int, *mut Slice) -> c_int> = "int (*next_key)(tb_reader *, const struct tb_place *, int first, tb_slice *)",
        /// Enters an array or finds its next element: 1, 0 at the end, FATAL. `first` is 1 on entry.
        next_item: Option<unsafe extern "C" fn(*mut c_void, *const Place, c_int) -> c_int> = "int (*next_item)(tb_reader *, const struct tb_place *, int first)",
        /// Remembers the reader's position and number of rejections in two words.
        mark: Option<unsafe extern "C" fn(*mut c_void, *mut usize)> = "void (*mark)(tb_reader *, size_t *two_words)",
        /// Goes back to a remembered position, forgetting the rejections since.
        rewind: Option<unsafe extern "C" fn(*mut c_void, *const usize)> = "void (*rewind)(tb_reader *, const size_t *two_words)",
        /// Records a rejection (`TB_REJECT_*`); `expected` completes the message where the kind has one. Returns INVALID.
        reject: Option<unsafe extern "C" fn(*mut c_void, *const Place, u32, *const c_char) -> c_int> = "int (*reject)(tb_reader *, const struct tb_place *, uint32_t kind, const char *expected)",
        /// Decodes an integer from text (path, query, header).
        text_int: Option<unsafe extern "C" fn(*mut c_void, *const Place, Slice, *mut u64) -> c_int> = "int (*text_int)(tb_reader *, const struct tb_place *, tb_slice, tb_int *)",
        /// Decodes a float from text.
        text_float: Option<unsafe extern "C" fn(*mut c_void, *const Place, Slice, *mut f64) -> c_int> = "int (*text_float)(tb_reader *, const struct tb_place *, tb_slice, double *)",
        /// Decodes a truth value from text: true/false, 1/0, yes/no, on/off, t/f, y/n in any case.
        text_bool: Option<unsafe extern "C" fn(*mut c_void, *const Place, Slice, *mut u8) -> c_int> = "int (*text_bool)(tb_reader *, const struct tb_place *, tb_slice, uint8_t *)",
        /// Decodes text into a new `str`; the bytes must be UTF-8.
        text_string: Option<unsafe extern "C" fn(*mut c_void, *const Place, Slice, *mut *mut Object) -> c_int> = "int (*text_string)(tb_reader *, const struct tb_place *, tb_slice, PyObject **)",
        /// Decodes a value of a standard-library class from text.
        text_known: Option<unsafe extern "C" fn(*mut c_void, *const Place, Slice, c_int, *mut *mut Object) -> c_int> = "int (*text_known)(tb_reader *, const struct tb_place *, tb_slice, int known, PyObject **)",
        /// Turns the pending `ValueError`/`AssertionError` of a user's constructor (`__post_init__`) into a rejection: INVALID; any other stays: RAISED.
        reject_raised: Option<unsafe extern "C" fn(*mut c_void, *const Place) -> c_int> = "int (*reject_raised)(tb_reader *, const struct tb_place *)",
    }
}

/// The parameter has a default.
pub const PARAMETER_HAS_DEFAULT: u32 = 1;
/// Takes all texts given under its name (`list[int]`), not one.
pub const PARAMETER_MANY: u32 = 2;

/// `async def`.
pub const HANDLER_ASYNC: u32 = 1;
/// May block the thread (or calls code that is not known not to).
pub const HANDLER_MAY_BLOCK: u32 = 2;
/// The result is `None` by declaration.
pub const HANDLER_RETURNS_NONE: u32 = 4;
/// The declared result may be a `Response`, so it must be looked at as an object.
pub const HANDLER_RETURNS_OBJECT: u32 = 8;

/// Kinds of JSON values as `peek` gives them.
pub const JSON_ERROR: c_int = -1;
#[allow(missing_docs)]
pub const JSON_NULL: c_int = 0;
#[allow(missing_docs)]
pub const JSON_BOOL: c_int = 1;
/// A number without fraction or exponent.
pub const JSON_INT: c_int = 2;
/// A number with a fraction or exponent.
pub const JSON_FLOAT: c_int = 3;
#[allow(missing_docs)]
pub const JSON_STRING: c_int = 4;
#[allow(missing_docs)]
pub const JSON_ARRAY: c_int = 5;
#[allow(missing_docs)]
pub const JSON_OBJECT: c_int = 6;

/// Standard-library classes that decoders know.
pub const KNOWN: &[(&str, c_int)] = &[
    ("UUID", 0),
    ("DATETIME", 1),
    ("DATE", 2),
    ("TIME", 3),
    ("TIMEDELTA", 4),
    ("DECIMAL", 5),
];

pub(crate) fn constants() -> alloc::vec::Vec<(String, i64)> {
    let mut all: alloc::vec::Vec<(String, i64)> = [
        ("TB_ABI_VERSION", i64::from(crate::ABI_VERSION)),
        ("TB_OK", i64::from(crate::OK)),
        ("TB_INVALID", i64::from(crate::INVALID)),
        ("TB_FATAL", i64::from(crate::FATAL)),
        ("TB_WAITING", i64::from(crate::WAITING)),
        ("TB_RAISED", i64::from(crate::RAISED)),
        ("TB_PARAMETER_HAS_DEFAULT", i64::from(PARAMETER_HAS_DEFAULT)),
        ("TB_PARAMETER_MANY", i64::from(PARAMETER_MANY)),
        ("TB_HANDLER_ASYNC", i64::from(HANDLER_ASYNC)),
        ("TB_HANDLER_MAY_BLOCK", i64::from(HANDLER_MAY_BLOCK)),
        ("TB_HANDLER_RETURNS_NONE", i64::from(HANDLER_RETURNS_NONE)),
        (
            "TB_HANDLER_RETURNS_OBJECT",
            i64::from(HANDLER_RETURNS_OBJECT),
        ),
        ("TB_JSON_ERROR", i64::from(JSON_ERROR)),
        ("TB_JSON_NULL", i64::from(JSON_NULL)),
        ("TB_JSON_BOOL", i64::from(JSON_BOOL)),
        ("TB_JSON_INT", i64::from(JSON_INT)),
        ("TB_JSON_FLOAT", i64::from(JSON_FLOAT)),
        ("TB_JSON_STRING", i64::from(JSON_STRING)),
        ("TB_JSON_ARRAY", i64::from(JSON_ARRAY)),
        ("TB_JSON_OBJECT", i64::from(JSON_OBJECT)),
    ]
    .into_iter()
    .map(|(name, value)| (String::from(name), value))
    .collect();
    all.extend(
        KNOWN
            .iter()
            .map(|(name, value)| (alloc::format!("TB_KNOWN_{name}"), i64::from(*value))),
    );
    all.extend(Rejection::ALL.iter().map(|each| {
        (
            alloc::format!("TB_REJECT_{}", each.word().to_ascii_uppercase()),
            *each as i64,
        )
    }));
    all
}

// SAFETY: handlers and their parameters are constants of a shared library that stays loaded: nobody writes them.
unsafe impl Sync for Handler {}
// SAFETY: as for `Handler`.
unsafe impl Sync for Parameter {}
