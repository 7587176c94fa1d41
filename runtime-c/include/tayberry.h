/* The contract between generated code and the runtime.
 * Printed from src/abi by `cargo run -p tayberry-abi`; edit it there. */
#ifndef TAYBERRY_H
#define TAYBERRY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>

/* An int: a 63-bit value shifted left by one, or a PyLongObject pointer with bit 0 set. */
typedef uint64_t tb_int;

/* Input being decoded; the runtime's own. */
typedef struct tb_reader tb_reader;

#define TB_ABI_VERSION (4)
#define TB_OK (0)
#define TB_INVALID (1)
#define TB_FATAL (2)
#define TB_WAITING (3)
#define TB_RAISED (-1)
#define TB_PARAMETER_HAS_DEFAULT (1)
#define TB_PARAMETER_MANY (2)
#define TB_HANDLER_ASYNC (1)
#define TB_HANDLER_MAY_BLOCK (2)
#define TB_HANDLER_RETURNS_NONE (4)
#define TB_HANDLER_RETURNS_OBJECT (8)
#define TB_JSON_ERROR (-1)
#define TB_JSON_NULL (0)
#define TB_JSON_BOOL (1)
#define TB_JSON_INT (2)
#define TB_JSON_FLOAT (3)
#define TB_JSON_STRING (4)
#define TB_JSON_ARRAY (5)
#define TB_JSON_OBJECT (6)
#define TB_KNOWN_UUID (0)
#define TB_KNOWN_DATETIME (1)
#define TB_KNOWN_DATE (2)
#define TB_KNOWN_TIME (3)
#define TB_KNOWN_TIMEDELTA (4)
#define TB_KNOWN_DECIMAL (5)
#define TB_REJECT_MISSING (1)
#define TB_REJECT_JSON_INVALID (2)
#define TB_REJECT_TOO_DEEP (3)
#define TB_REJECT_NONE_REQUIRED (4)
#define TB_REJECT_BOOL_TYPE (5)
#define TB_REJECT_BOOL_PARSING (6)
#define TB_REJECT_INT_TYPE (7)
#define TB_REJECT_INT_PARSING (8)
#define TB_REJECT_FLOAT_TYPE (9)
#define TB_REJECT_FLOAT_PARSING (10)
#define TB_REJECT_STRING_TYPE (11)
#define TB_REJECT_STRING_UNICODE (12)
#define TB_REJECT_BYTES_TYPE (13)
#define TB_REJECT_LIST_TYPE (14)
#define TB_REJECT_SET_TYPE (15)
#define TB_REJECT_TUPLE_TYPE (16)
#define TB_REJECT_TUPLE_LENGTH (17)
#define TB_REJECT_DICT_TYPE (18)
#define TB_REJECT_MODEL_TYPE (19)
#define TB_REJECT_EXTRA_FORBIDDEN (20)
#define TB_REJECT_ENUM (21)
#define TB_REJECT_LITERAL_ERROR (22)
#define TB_REJECT_UNION (23)
#define TB_REJECT_UUID_PARSING (24)
#define TB_REJECT_DATE_PARSING (25)
#define TB_REJECT_DATETIME_PARSING (26)
#define TB_REJECT_TIME_PARSING (27)
#define TB_REJECT_TIME_DELTA_PARSING (28)
#define TB_REJECT_DECIMAL_PARSING (29)
#define TB_REJECT_VALUE_ERROR (30)
#define TB_REJECT_INT_TOO_LARGE (31)
#define TB_REJECT_INT_RANGE (32)

/* Borrowed bytes.
 */
typedef struct tb_slice {
    /* First byte; may be null when empty. */
    const uint8_t *data;
    /* Number of bytes. */
    size_t length;
} tb_slice;
_Static_assert(sizeof(tb_slice) == 16, "tb_slice: size");
_Static_assert(offsetof(tb_slice, data) == 0, "tb_slice.data: offset");
_Static_assert(offsetof(tb_slice, length) == 8, "tb_slice.length: offset");

/* A growable byte buffer owned by the runtime. C appends at `data + length` while `length < capacity`
 * and calls `buffer_grow` when it needs more room.
 */
typedef struct tb_buffer {
    /* First byte. */
    uint8_t *data;
    /* Bytes in use. */
    size_t length;
    /* Bytes allocated. */
    size_t capacity;
    /* How many containers the next value is in. After an exception it says nothing. */
    size_t depth;
} tb_buffer;
_Static_assert(sizeof(tb_buffer) == 32, "tb_buffer: size");
_Static_assert(offsetof(tb_buffer, data) == 0, "tb_buffer.data: offset");
_Static_assert(offsetof(tb_buffer, length) == 8, "tb_buffer.length: offset");
_Static_assert(offsetof(tb_buffer, capacity) == 16, "tb_buffer.capacity: offset");
_Static_assert(offsetof(tb_buffer, depth) == 24, "tb_buffer.depth: offset");

/* Where in the input a decoder is: a list on the C stack, innermost first, read only when a value is rejected.
 */
typedef struct tb_place {
    /* The place around this one; null for a whole parameter. */
    const struct tb_place *parent;
    /* UTF-8 key of an object, or null when this is an index of an array. */
    const uint8_t *key;
    /* Length of the key, or the index. */
    size_t length;
} tb_place;
_Static_assert(sizeof(tb_place) == 24, "tb_place: size");
_Static_assert(offsetof(tb_place, parent) == 0, "tb_place.parent: offset");
_Static_assert(offsetof(tb_place, key) == 8, "tb_place.key: offset");
_Static_assert(offsetof(tb_place, length) == 16, "tb_place.length: offset");

/* One parameter of a compiled handler. A slot holds the C representation of the parameter's type:
 * `tb_int`, `double`, `uint8_t` (bool) or an owned `PyObject *`.
 */
typedef struct tb_parameter {
    /* Python's name, NUL-terminated. */
    const char *name;
    /* Byte offset of the slot in the arguments. */
    uint32_t offset;
    /* `PARAMETER_*` bits. */
    uint32_t flags;
    /* Decodes the texts given for a path, query, header or cookie parameter (one, or many for lists); null if the type has no text form. */
    int (*from_text)(tb_reader *, const struct tb_place *, const tb_slice *items, size_t count, void *slot);
    /* Decodes the next JSON value of the reader; null if the type has no JSON form. */
    int (*from_json)(tb_reader *, const struct tb_place *, void *slot);
    /* Stores a Python value (a default or an injected object; borrowed) in the slot; OK or RAISED. */
    int (*from_object)(PyObject *value, void *slot);
    /* Releases a filled slot that is not going to be passed to the handler; null if nothing is owned. */
    void (*drop)(void *slot);
} tb_parameter;
_Static_assert(sizeof(tb_parameter) == 48, "tb_parameter: size");
_Static_assert(offsetof(tb_parameter, name) == 0, "tb_parameter.name: offset");
_Static_assert(offsetof(tb_parameter, offset) == 8, "tb_parameter.offset: offset");
_Static_assert(offsetof(tb_parameter, flags) == 12, "tb_parameter.flags: offset");
_Static_assert(offsetof(tb_parameter, from_text) == 16, "tb_parameter.from_text: offset");
_Static_assert(offsetof(tb_parameter, from_json) == 24, "tb_parameter.from_json: offset");
_Static_assert(offsetof(tb_parameter, from_object) == 32, "tb_parameter.from_object: offset");
_Static_assert(offsetof(tb_parameter, drop) == 40, "tb_parameter.drop: offset");

/* A compiled handler: how to call it without building Python objects for its arguments.
 */
typedef struct tb_handler {
    /* `module.qualname`, NUL-terminated. */
    const char *name;
    /* The `vectorcall` of the handler's function object, by which the runtime recognises it. */
    vectorcallfunc vectorcall;
    /* `HANDLER_*` bits. */
    uint32_t flags;
    /* Number of parameters, in the order of the signature. */
    uint32_t parameter_count;
    /* The parameters. */
    const struct tb_parameter *parameters;
    /* Bytes to reserve for the argument slots, aligned to 16. */
    uint32_t arguments_size;
    /* Bytes to reserve for the result's slot, aligned to 16. */
    uint32_t result_size;
    /* Calls the handler with filled slots, consuming them also on failure; fills the result; OK, RAISED or WAITING. */
    int (*invoke)(void *arguments, void *result);
    /* Appends the result as JSON, consuming it also on failure; OK or RAISED. Null when the result is any Python object. */
    int (*encode)(tb_buffer *, void *result);
    /* The result as a new reference, consuming the slot; null with an exception on failure. */
    PyObject *(*result_object)(void *result);
} tb_handler;
_Static_assert(sizeof(tb_handler) == 64, "tb_handler: size");
_Static_assert(offsetof(tb_handler, name) == 0, "tb_handler.name: offset");
_Static_assert(offsetof(tb_handler, vectorcall) == 8, "tb_handler.vectorcall: offset");
_Static_assert(offsetof(tb_handler, flags) == 16, "tb_handler.flags: offset");
_Static_assert(offsetof(tb_handler, parameter_count) == 20, "tb_handler.parameter_count: offset");
_Static_assert(offsetof(tb_handler, parameters) == 24, "tb_handler.parameters: offset");
_Static_assert(offsetof(tb_handler, arguments_size) == 32, "tb_handler.arguments_size: offset");
_Static_assert(offsetof(tb_handler, result_size) == 36, "tb_handler.result_size: offset");
_Static_assert(offsetof(tb_handler, invoke) == 40, "tb_handler.invoke: offset");
_Static_assert(offsetof(tb_handler, encode) == 48, "tb_handler.encode: offset");
_Static_assert(offsetof(tb_handler, result_object) == 56, "tb_handler.result_object: offset");

/* What one extension module registers when it is imported (`Runtime::register`).
 */
typedef struct tb_module {
    /* `TB_ABI_VERSION` it was built with. */
    uint32_t abi_version;
    /* Number of handlers. */
    uint32_t handler_count;
    /* Dotted name, NUL-terminated. */
    const char *name;
    /* The handlers. */
    const tb_handler *handlers;
} tb_module;
_Static_assert(sizeof(tb_module) == 24, "tb_module: size");
_Static_assert(offsetof(tb_module, abi_version) == 0, "tb_module.abi_version: offset");
_Static_assert(offsetof(tb_module, handler_count) == 4, "tb_module.handler_count: offset");
_Static_assert(offsetof(tb_module, name) == 8, "tb_module.name: offset");
_Static_assert(offsetof(tb_module, handlers) == 16, "tb_module.handlers: offset");

/* The functions of the runtime that generated code calls, handed over as the capsule
 * `tayberry._runtime.abi` (name `"tayberry.abi"`). All need an attached thread state.
 */
typedef struct tb_runtime {
    /* Must equal `TB_ABI_VERSION`. */
    uint32_t abi_version;
    /* `sizeof(tb_runtime)`. */
    uint32_t size;
    /* Announces an extension module's handlers; the module stays loaded for ever. OK or RAISED. */
    int (*register_module)(const tb_module *);
    /* Makes room for at least `extra` more bytes. Never fails (running out of memory aborts). */
    void (*buffer_grow)(tb_buffer *, size_t extra);
    /* Appends UTF-8 text as a JSON string with quotes and escapes. */
    void (*write_string)(tb_buffer *, const uint8_t *, size_t);
    /* Appends a 64-bit integer in decimal. */
    void (*write_int)(tb_buffer *, int64_t);
    /* Appends a float as Python's `repr` writes it; RAISED (`ValueError`) for NaN and infinities. */
    int (*write_float)(tb_buffer *, double);
    /* Appends any Python value as JSON; RAISED if it has no JSON form. */
    int (*write_object)(tb_buffer *, PyObject *);
    /* Appends a dict's key as a JSON string, without the colon; RAISED if it has no such form. */
    int (*write_key)(tb_buffer *, PyObject *);
    /* The kind of the next JSON value (`TB_JSON_*`), without consuming it; `TB_JSON_ERROR` after recording a rejection. */
    int (*peek)(tb_reader *, const struct tb_place *);
    /* Decodes an integer of any size into a `tb_int`. */
    int (*read_int)(tb_reader *, const struct tb_place *, tb_int *);
    /* Decodes a number into a double; integers are accepted. */
    int (*read_float)(tb_reader *, const struct tb_place *, double *);
    /* Decodes `true` or `false`. */
    int (*read_bool)(tb_reader *, const struct tb_place *, uint8_t *);
    /* Decodes `null`. */
    int (*read_null)(tb_reader *, const struct tb_place *);
    /* Decodes a string into a new `str`. */
    int (*read_string)(tb_reader *, const struct tb_place *, PyObject **);
    /* Decodes a string and lends its UTF-8 until the next call on the reader (enums, literals). */
    int (*read_text)(tb_reader *, const struct tb_place *, tb_slice *);
    /* Decodes any JSON value into Python objects as `json.loads` does. */
    int (*read_any)(tb_reader *, const struct tb_place *, PyObject **);
    /* Decodes a value of a standard-library class (`TB_KNOWN_*`) from a JSON string (or number, where it has that form). */
    int (*read_known)(tb_reader *, const struct tb_place *, int known, PyObject **);
    /* Passes over the next value. */
    int (*skip)(tb_reader *, const struct tb_place *);
    /* Enters an object or finds its next key: 1 with the key lent until the next call, 0 at the end, FATAL. `first` is 1 on entry. */
    int (*next_key)(tb_reader *, const struct tb_place *, int first, tb_slice *);
    /* Enters an array or finds its next element: 1, 0 at the end, FATAL. `first` is 1 on entry. */
    int (*next_item)(tb_reader *, const struct tb_place *, int first);
    /* Remembers the reader's position and number of rejections in two words. */
    void (*mark)(tb_reader *, size_t *two_words);
    /* Goes back to a remembered position, forgetting the rejections since. */
    void (*rewind)(tb_reader *, const size_t *two_words);
    /* Records a rejection (`TB_REJECT_*`); `expected` completes the message where the kind has one. Returns INVALID. */
    int (*reject)(tb_reader *, const struct tb_place *, uint32_t kind, const char *expected);
    /* Decodes an integer from text (path, query, header). */
    int (*text_int)(tb_reader *, const struct tb_place *, tb_slice, tb_int *);
    /* Decodes a float from text. */
    int (*text_float)(tb_reader *, const struct tb_place *, tb_slice, double *);
    /* Decodes a truth value from text: true/false, 1/0, yes/no, on/off, t/f, y/n in any case. */
    int (*text_bool)(tb_reader *, const struct tb_place *, tb_slice, uint8_t *);
    /* Decodes text into a new `str`; the bytes must be UTF-8. */
    int (*text_string)(tb_reader *, const struct tb_place *, tb_slice, PyObject **);
    /* Decodes a value of a standard-library class from text. */
    int (*text_known)(tb_reader *, const struct tb_place *, tb_slice, int known, PyObject **);
    /* Turns the pending `ValueError`/`AssertionError` of a user's constructor (`__post_init__`) into a rejection: INVALID; any other stays: RAISED. */
    int (*reject_raised)(tb_reader *, const struct tb_place *);
} tb_runtime;
_Static_assert(sizeof(tb_runtime) == 232, "tb_runtime: size");
_Static_assert(offsetof(tb_runtime, abi_version) == 0, "tb_runtime.abi_version: offset");
_Static_assert(offsetof(tb_runtime, size) == 4, "tb_runtime.size: offset");
_Static_assert(offsetof(tb_runtime, register_module) == 8, "tb_runtime.register_module: offset");
_Static_assert(offsetof(tb_runtime, buffer_grow) == 16, "tb_runtime.buffer_grow: offset");
_Static_assert(offsetof(tb_runtime, write_string) == 24, "tb_runtime.write_string: offset");
_Static_assert(offsetof(tb_runtime, write_int) == 32, "tb_runtime.write_int: offset");
_Static_assert(offsetof(tb_runtime, write_float) == 40, "tb_runtime.write_float: offset");
_Static_assert(offsetof(tb_runtime, write_object) == 48, "tb_runtime.write_object: offset");
_Static_assert(offsetof(tb_runtime, write_key) == 56, "tb_runtime.write_key: offset");
_Static_assert(offsetof(tb_runtime, peek) == 64, "tb_runtime.peek: offset");
_Static_assert(offsetof(tb_runtime, read_int) == 72, "tb_runtime.read_int: offset");
_Static_assert(offsetof(tb_runtime, read_float) == 80, "tb_runtime.read_float: offset");
_Static_assert(offsetof(tb_runtime, read_bool) == 88, "tb_runtime.read_bool: offset");
_Static_assert(offsetof(tb_runtime, read_null) == 96, "tb_runtime.read_null: offset");
_Static_assert(offsetof(tb_runtime, read_string) == 104, "tb_runtime.read_string: offset");
_Static_assert(offsetof(tb_runtime, read_text) == 112, "tb_runtime.read_text: offset");
_Static_assert(offsetof(tb_runtime, read_any) == 120, "tb_runtime.read_any: offset");
_Static_assert(offsetof(tb_runtime, read_known) == 128, "tb_runtime.read_known: offset");
_Static_assert(offsetof(tb_runtime, skip) == 136, "tb_runtime.skip: offset");
_Static_assert(offsetof(tb_runtime, next_key) == 144, "tb_runtime.next_key: offset");
_Static_assert(offsetof(tb_runtime, next_item) == 152, "tb_runtime.next_item: offset");
_Static_assert(offsetof(tb_runtime, mark) == 160, "tb_runtime.mark: offset");
_Static_assert(offsetof(tb_runtime, rewind) == 168, "tb_runtime.rewind: offset");
_Static_assert(offsetof(tb_runtime, reject) == 176, "tb_runtime.reject: offset");
_Static_assert(offsetof(tb_runtime, text_int) == 184, "tb_runtime.text_int: offset");
_Static_assert(offsetof(tb_runtime, text_float) == 192, "tb_runtime.text_float: offset");
_Static_assert(offsetof(tb_runtime, text_bool) == 200, "tb_runtime.text_bool: offset");
_Static_assert(offsetof(tb_runtime, text_string) == 208, "tb_runtime.text_string: offset");
_Static_assert(offsetof(tb_runtime, text_known) == 216, "tb_runtime.text_known: offset");
_Static_assert(offsetof(tb_runtime, reject_raised) == 224, "tb_runtime.reject_raised: offset");

#endif
