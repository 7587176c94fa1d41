/* What generated decoders and encoders share: see docs/internals.md, "Coding of values".
 *
 * A decoder reads one value from the runtime's reader into a C slot and answers TB_OK, TB_INVALID (rejections recorded,
 * the value passed over), TB_FATAL or TB_RAISED; the slot holds something to release only after TB_OK. An encoder
 * appends a borrowed value as JSON and answers 0 or -1 with an exception.
 *
 * Decoders look at the next value's kind with `peek` and call `reject` **before** consuming a value of a wrong kind, so
 * that the runtime can say what it got, then `skip` it: `tb_codec_refuse` does both. A value that has been read and is
 * wrong (an unknown enum member) is rejected after.
 */
#ifndef TB_CODEC_H
#define TB_CODEC_H

#include "tb_class.h"
#include "tb_int.h"
#include "tb_module.h"
#include "tb_safepoint.h"

/* Writing. */

/* Appends bytes. */
static inline void tb_codec_write(tb_buffer *buffer, const char *bytes, size_t length) {
    if (buffer->capacity - buffer->length < length) {
        tb_runtime_table->buffer_grow(buffer, length);
    }
    memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
}
/* Appends a string constant. */
#define TB_CODEC_WRITE(buffer, text) tb_codec_write(buffer, text, sizeof(text) - 1)

/* How deep containers may be nested; deeper is taken for a cycle. */
#define TB_CODEC_DEPTH 1000
int tb_codec_too_deep(void);
int tb_codec_stack_end(void);
/* Begins a container: 0, or -1 with ValueError. Its end is `buffer->depth--`, which an exception makes needless. */
static inline int tb_codec_deeper(tb_buffer *buffer) {
    if (__builtin_expect(buffer->depth >= TB_CODEC_DEPTH, 0)) {
        return tb_codec_too_deep();
    }
    buffer->depth++;
    return 0;
}
/* The same for an object of a class, without which no type is recursive: -1 with RecursionError where the C stack ends, too. */
static inline int tb_codec_enter(tb_buffer *buffer) {
#ifndef TB_PUBLIC_ONLY
    if (__builtin_expect((uintptr_t)__builtin_frame_address(0) >= ((tb_thread_view *)tb_thread())->stack_soft_limit, 1)) {
        return tb_codec_deeper(buffer);
    }
#endif
    return tb_codec_deeper(buffer) < 0 || tb_codec_stack_end() < 0 ? -1 : 0;
}

/* Appends an int held in C (borrowed). */
int tb_codec_write_big(tb_buffer *buffer, tb_int value);
static inline int tb_codec_write_int(tb_buffer *buffer, tb_int value) {
    if (!tb_int_is_small(value)) {
        return tb_codec_write_big(buffer, value);
    }
    tb_runtime_table->write_int(buffer, tb_int_value(value));
    return 0;
}
/* Appends a float held in C; ValueError for NaN and infinities. */
static inline int tb_codec_write_float(tb_buffer *buffer, double value) { return tb_runtime_table->write_float(buffer, value); }
/* Appends a bool held in C. */
static inline int tb_codec_write_bool(tb_buffer *buffer, uint8_t value) {
    value ? TB_CODEC_WRITE(buffer, "true") : TB_CODEC_WRITE(buffer, "false");
    return 0;
}
/* Append objects that are claimed to be of a type: TypeError "expected int, got str" if they are not. */
int tb_codec_write_int_object(tb_buffer *buffer, PyObject *value);
int tb_codec_write_float_object(tb_buffer *buffer, PyObject *value);
int tb_codec_write_bool_object(tb_buffer *buffer, PyObject *value);
int tb_codec_write_str(tb_buffer *buffer, PyObject *value);
int tb_codec_write_none(tb_buffer *buffer, PyObject *value);
/* Appends a key of a dict, without its colon. */
int tb_codec_write_key(tb_buffer *buffer, PyObject *value);
/* The same of a text, which may be a member of an enumeration: TypeError "expected str, got int" if it is none. */
int tb_codec_write_text_key(tb_buffer *buffer, PyObject *value);
/* Appends any value. */
static inline int tb_codec_write_object(tb_buffer *buffer, PyObject *value) { return tb_runtime_table->write_object(buffer, value); }
/* Sets `TypeError: expected list[int], got str`. Returns -1. */
int tb_codec_type_error(const char *expected, PyObject *got);

/* Reading. */

/* Rejects the next value for its kind and passes over it: TB_INVALID, TB_FATAL or TB_RAISED. */
int tb_codec_refuse(tb_reader *reader, const tb_place *place, uint32_t kind, const char *expected);
/* Adds the status of a part to that of the whole: the worse one counts. */
#define TB_CODEC_STOPS(status) ((status) == TB_FATAL || (status) == TB_RAISED)
/* Whether the next value is of the wanted kind (`TB_JSON_*`): TB_OK, or the status after refusing it. */
int tb_codec_want(tb_reader *reader, const tb_place *place, int kind, uint32_t rejection);
/* Decodes a string into new `bytes`. */
int tb_codec_read_bytes(tb_reader *reader, const tb_place *place, PyObject **out);
/* Decodes `null` into `None`. */
int tb_codec_read_none(tb_reader *reader, const tb_place *place, PyObject **out);
/* Boxing variants for elements of containers. */
int tb_codec_read_int_object(tb_reader *reader, const tb_place *place, PyObject **out);
int tb_codec_read_float_object(tb_reader *reader, const tb_place *place, PyObject **out);
int tb_codec_read_bool_object(tb_reader *reader, const tb_place *place, PyObject **out);
/* The same from text. */
int tb_codec_text_int_object(tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out);
int tb_codec_text_float_object(tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out);
int tb_codec_text_bool_object(tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out);

/* Decoders of elements, keys and single texts, always into objects. */
typedef int (*tb_decoder)(tb_reader *, const tb_place *, PyObject **);
typedef int (*tb_text_decoder)(tb_reader *, const tb_place *, tb_slice, PyObject **);
/* Arrays into a new list, set, frozenset or tuple; objects into a new dict whose keys are `str` or decoded from text. */
int tb_codec_read_list(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out);
int tb_codec_read_set(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out);
int tb_codec_read_frozenset(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out);
int tb_codec_read_tuple_of(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out);
int tb_codec_read_tuple(tb_reader *reader, const tb_place *place, const tb_decoder *elements, size_t count, PyObject **out);
int tb_codec_read_dict(tb_reader *reader, const tb_place *place, tb_text_decoder key, tb_decoder value, PyObject **out);
/* Repeated texts into a new list, set, frozenset or tuple (by `type`). */
int tb_codec_text_many(tb_reader *reader, const tb_place *place, const tb_slice *items, size_t count, tb_text_decoder element,
                       PyTypeObject *type, PyObject **out);
/* Encoders of elements. */
typedef int (*tb_encoder)(tb_buffer *, PyObject *);
int tb_codec_write_list(tb_buffer *buffer, PyObject *value, tb_encoder element, const char *expected);
int tb_codec_write_tuple_of(tb_buffer *buffer, PyObject *value, tb_encoder element, const char *expected);
int tb_codec_write_tuple(tb_buffer *buffer, PyObject *value, const tb_encoder *elements, size_t count, const char *expected);
int tb_codec_write_set(tb_buffer *buffer, PyObject *value, tb_encoder element, const char *expected, int frozen);
int tb_codec_write_dict(tb_buffer *buffer, PyObject *value, tb_encoder key, tb_encoder element, const char *expected);

/* The first member whose decoder takes the next value without rejection; else one `union` rejection. */
int tb_codec_read_first(tb_reader *reader, const tb_place *place, const tb_decoder *members, size_t count, const char *expected,
                        PyObject **out);
int tb_codec_text_first(tb_reader *reader, const tb_place *place, tb_slice text, const tb_text_decoder *members, size_t count,
                        const char *expected, PyObject **out);
/* The position in `values` (`count` strings) of the string that the object to be read next has under `key`, without
 * consuming anything; -1 if that is none of them; -2 with `*status` set if it cannot be read; -3 if there is no such key. */
int tb_codec_tag(tb_reader *reader, const tb_place *place, const char *key, const char *const *values, size_t count, int *status);

/* The ints of a fixed width; `expected` is the whole message. */
typedef struct tb_integer {
    int64_t minimum;
    uint64_t maximum;
    const char *expected;
} tb_integer;
extern const tb_integer tb_codec_i8, tb_codec_i16, tb_codec_i32, tb_codec_i64, tb_codec_u8, tb_codec_u16, tb_codec_u32, tb_codec_u64;
int tb_codec_read_integer(tb_reader *reader, const tb_place *place, const tb_integer *range, tb_int *out);
int tb_codec_text_integer(tb_reader *reader, const tb_place *place, tb_slice text, const tb_integer *range, tb_int *out);
int tb_codec_read_integer_object(tb_reader *reader, const tb_place *place, const tb_integer *range, PyObject **out);
int tb_codec_text_integer_object(tb_reader *reader, const tb_place *place, tb_slice text, const tb_integer *range, PyObject **out);

/* Literals: strings, ints and truth values among which the value must be. `strings` ends with NULL. */
typedef struct tb_literals {
    const char *const *strings;
    const size_t *lengths;
    size_t string_count;
    const int64_t *ints;
    size_t int_count;
    uint8_t allows_true, allows_false, allows_none;
    /* `'a', 'b'` for the message. */
    const char *expected;
} tb_literals;
/* Whether an object is one of them: of the same sort and equal. */
int tb_codec_is_literal(const tb_literals *literals, PyObject *value);
/* Append a value held in C; TypeError if it is none of them. */
int tb_codec_write_int_literal(tb_buffer *buffer, tb_int value, const tb_literals *literals, const char *expected);
int tb_codec_write_bool_literal(tb_buffer *buffer, uint8_t value, const tb_literals *literals, const char *expected);
int tb_codec_read_literal(tb_reader *reader, const tb_place *place, const tb_literals *literals, PyObject **out);
int tb_codec_text_literal(tb_reader *reader, const tb_place *place, tb_slice text, const tb_literals *literals, PyObject **out);

/* An `Enum` class: its members by value, fetched when the module has run. */
typedef struct tb_enum {
    /* `catalog.models` and `Status`. */
    const char *module, *qualname;
    PyObject *class_;    /* strong */
    PyObject *by_value;  /* dict from value to member; strong */
    char *expected;      /* `'new', 'old'` */
    uint8_t has_strings, has_ints, has_others;
} tb_enum;
/* Fetches the class: 0 or -1 with an exception. */
int tb_codec_enum_load(tb_enum *enumeration);
int tb_codec_read_enum(tb_reader *reader, const tb_place *place, tb_enum *enumeration, PyObject **out);
int tb_codec_text_enum(tb_reader *reader, const tb_place *place, tb_slice text, tb_enum *enumeration, PyObject **out);
int tb_codec_write_enum(tb_buffer *buffer, PyObject *value, tb_enum *enumeration);

/* Classes. */

/* The default of a field in the slot's representation, owned: 0 or -1. */
int tb_codec_default(tb_class_spec *spec, int field, void *slot);
/* Constructs by calling the class with the given values as keywords (NULL where absent; references are taken over), or, if
 * it has no `__init__`, by setting them as attributes: TB_OK, TB_INVALID if the constructor rejected them, or TB_RAISED. */
int tb_codec_construct(tb_reader *reader, const tb_place *place, tb_class_spec *spec, const char *const *names, PyObject **given,
                       size_t count, PyObject **out);

/* Argument slots of handlers from Python values (borrowed): 0 or -1. */
int tb_slot_int(PyObject *value, void *slot);
int tb_slot_float(PyObject *value, void *slot);
int tb_slot_bool(PyObject *value, void *slot);
int tb_slot_object(PyObject *value, void *slot);
/* Releases argument slots. */
void tb_slot_drop_int(void *slot);
void tb_slot_drop_object(void *slot);
/* Results as objects, consuming them. */
PyObject *tb_slot_take_int(void *slot);
PyObject *tb_slot_take_float(void *slot);
PyObject *tb_slot_take_bool(void *slot);
PyObject *tb_slot_take_object(void *slot);
PyObject *tb_slot_take_none(void *slot);

#endif
