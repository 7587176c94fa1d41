/* Text. Values are `PyObject *` known to be `str` or a subclass; a subclass takes the interpreter's own slow way,
 * so overridden operators are honoured. Arguments borrowed, results new, NULL (or -1, or 2 for a truth value) on failure. */
#ifndef TB_STR_H
#define TB_STR_H

#include "tayberry.h"
#include "tb_int.h"

/* The value if it is a `str` (or subclass), borrowed; else NULL with TypeError "`where`: expected str, got int". */
PyObject *tb_str_expect(PyObject *value, const char *where);
/* An interned, immortal constant from UTF-8 (module constants and attribute names). */
PyObject *tb_str_constant(const char *utf8, Py_ssize_t size);

/* `len(s)` in code points; never fails for exact str. */
Py_ssize_t tb_str_length(PyObject *s);
/* Truth of a str: 0, 1 (2 if a subclass's `__len__` or `__bool__` fails). */
uint8_t tb_str_truth(PyObject *s);
/* `a + b` */
PyObject *tb_str_concat(PyObject *a, PyObject *b);
/* Whether both are exactly `str`, so that `a + b` runs no Python code. */
static inline uint8_t tb_str_are_plain(PyObject *a, PyObject *b)
{
    return PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b);
}
/* `a += b`: steals `a`, appends in place when nobody else can see it. */
PyObject *tb_str_append(PyObject *a, PyObject *b);
/* `s * n` */
PyObject *tb_str_repeat(PyObject *s, tb_int count);
/* The texts of one character below 256, which are immortal and which everybody shares. */
extern PyObject *tb_str_latin1[256];
/* The characters of a text that is exactly `str` and ASCII, else NULL. */
static inline const uint8_t *tb_str_ascii(PyObject *s)
{
    return PyUnicode_CheckExact(s) && PyUnicode_IS_COMPACT_ASCII(s) ? (const uint8_t *)((PyASCIIObject *)s + 1) : NULL;
}
PyObject *tb_str_index_slow(PyObject *s, tb_int index);
/* `s[index]` */
static inline PyObject *tb_str_index(PyObject *s, tb_int index)
{
    const uint8_t *characters = tb_str_ascii(s);
    if (__builtin_expect(characters != NULL && tb_int_is_small(index), 1)) {
        int64_t i = tb_int_value(index);
        Py_ssize_t length = PyUnicode_GET_LENGTH(s);
        i += i < 0 ? length : 0;
        if (__builtin_expect((uint64_t)i < (uint64_t)length, 1)) {
            return tb_str_latin1[characters[i]];
        }
    }
    return tb_str_index_slow(s, index);
}
/* `s[lower:upper]`; `TB_INT_ERROR` stands for a missing bound. */
PyObject *tb_str_slice(PyObject *s, tb_int lower, tb_int upper);
/* `a == b`: 0, 1 or 2 with an exception. */
uint8_t tb_str_eq_slow(PyObject *a, PyObject *b);
static inline uint8_t tb_str_eq(PyObject *a, PyObject *b)
{
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b)) {
        if (a == b) {
            return 1;
        }
        Py_ssize_t length = PyUnicode_GET_LENGTH(a);
        if (length != PyUnicode_GET_LENGTH(b)) {
            return 0;
        }
        if (length != 0 && PyUnicode_IS_COMPACT_ASCII(a) && PyUnicode_IS_COMPACT_ASCII(b)) {
            /* Mostly the first characters decide. */
            uint8_t first = *(const uint8_t *)((PyASCIIObject *)a + 1), second = *(const uint8_t *)((PyASCIIObject *)b + 1);
            if (first != second || length == 1) {
                return first == second;
            }
        }
    }
    return tb_str_eq_slow(a, b);
}
/* `a OP b` for Py_LT … Py_GE: 0, 1 or 2 with an exception. */
uint8_t tb_str_compare_slow(PyObject *a, PyObject *b, int op);
static inline uint8_t tb_str_compare(PyObject *a, PyObject *b, int op)
{
    if ((op == Py_EQ || op == Py_NE) && PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b)) {
        return tb_str_eq(a, b) == (op == Py_EQ);
    }
    return tb_str_compare_slow(a, b, op);
}
/* `part in s`: 0, 1 or 2 with an exception. */
uint8_t tb_str_contains_slow(PyObject *s, PyObject *part);
static inline uint8_t tb_str_contains(PyObject *s, PyObject *part)
{
    const uint8_t *characters = tb_str_ascii(s), *wanted = tb_str_ascii(part);
    if (characters != NULL && wanted != NULL && PyUnicode_GET_LENGTH(part) == 1) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(s);
        if (length <= 8) {
            /* `character in " \t\n"` */
            for (Py_ssize_t at = 0; at < length; at++) {
                if (characters[at] == *wanted) {
                    return 1;
                }
            }
            return 0;
        }
    }
    return tb_str_contains_slow(s, part);
}
/* `separator.join(iterable)` */
PyObject *tb_str_join(PyObject *separator, PyObject *iterable);
/* `s.startswith(prefix)`, `s.endswith(suffix)` with a str or a tuple of str: 0, 1 or 2 with an exception. */
uint8_t tb_str_startswith(PyObject *s, PyObject *prefix);
uint8_t tb_str_endswith(PyObject *s, PyObject *suffix);
/* `s.find(part)` */
tb_int tb_str_find(PyObject *s, PyObject *part);
/* `s.replace(old, new)` */
PyObject *tb_str_replace(PyObject *s, PyObject *old_part, PyObject *new_part);
/* `s.split()` (separator NULL) and `s.split(separator)` */
PyObject *tb_str_split(PyObject *s, PyObject *separator);
/* `s.upper()`, `s.lower()`, `s.strip()`: the exact type's own method, without looking it up. */
PyObject *tb_str_upper(PyObject *s);
PyObject *tb_str_lower(PyObject *s);
PyObject *tb_str_strip(PyObject *s);
/* `ord(s)` and `chr(i)` */
tb_int tb_str_ord(PyObject *s);
PyObject *tb_str_chr(tb_int code);

/* An f-string, or any text, in the making. `tb_format_begin`, then pieces in order, then `tb_format_finish`; after
 * a piece has failed (-1) `tb_format_discard`. The pieces' values are evaluated as Python does, one by one. */
typedef struct tb_format tb_format;
tb_format *tb_format_begin(Py_ssize_t expected_length);
/* Text of the program: a `str`. */
int tb_format_text(tb_format *, PyObject *text);
/* `{value}` without a spec. */
int tb_format_int(tb_format *, tb_int value);
int tb_format_float(tb_format *, double value);
int tb_format_bool(tb_format *, uint8_t value);
int tb_format_str(tb_format *, PyObject *value);
/* `{value!c:spec}`: `conversion` is 0, 's', 'r' or 'a'; `spec` is NULL or a str. */
int tb_format_object(tb_format *, PyObject *value, int conversion, PyObject *spec);
/* The text; frees the writer also on failure. */
PyObject *tb_format_finish(tb_format *);
void tb_format_discard(tb_format *);
/* `format(value, spec)` as a new str. */
PyObject *tb_format_value(PyObject *value, int conversion, PyObject *spec);

#endif
