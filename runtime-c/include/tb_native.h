/* What generated code needs beside values and classes: constants, checks of classes by name, defaults of direct calls,
 * `super()`, `await`. Arguments borrowed, results new; NULL, -1, TB_INT_ERROR or 2 on failure. */
#ifndef TB_NATIVE_H
#define TB_NATIVE_H

#include "tb.h"

#define TB_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define TB_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Constants of a module. */
enum tb_constant_kind {
    TB_CONSTANT_STR,     /* UTF-8; interned */
    TB_CONSTANT_BYTES,
    TB_CONSTANT_INT,     /* decimal digits, perhaps with a sign */
    TB_CONSTANT_FLOAT,   /* 16 hexadecimal digits of its bits */
    TB_CONSTANT_NAMES,   /* a tuple of interned str; the names are separated by NUL */
    TB_CONSTANT_BUILTIN, /* what builtins have under that name */
    TB_CONSTANT_LIBRARY, /* `math.sqrt` or `math`, as `tb_library_get` finds it */
};
typedef struct tb_constant {
    PyObject **slot;
    const char *text;
    Py_ssize_t size;
    int kind;
} tb_constant;
/* Makes those that are not there yet. What is made is immortal (builtins and the library's: kept for ever). 0 or -1. */
int tb_constants_make(const tb_constant *constants, size_t count);

/* A constant int object as an unboxed int, borrowed. Its value is not small. */
static inline tb_int tb_int_from_constant(PyObject *value) { return (tb_int)(uintptr_t)value | 1; }
/* Puts an owned int into a variable, releasing what was there. */
static inline void tb_int_store(tb_int *variable, tb_int value)
{
    tb_int old = *variable;
    *variable = value;
    tb_int_release(old);
}

/* `len` of the built-in containers. */
static inline tb_int tb_size_result(Py_ssize_t size) { return size < 0 ? TB_INT_ERROR : tb_int_from_ssize(size); }
static inline tb_int tb_str_size(PyObject *value)
{
    return PyUnicode_CheckExact(value) ? tb_int_from_ssize(PyUnicode_GET_LENGTH(value)) : tb_len(value);
}
static inline tb_int tb_list_size(PyObject *value) { return tb_size_result(tb_list_length(value)); }
static inline tb_int tb_tuple_size(PyObject *value) { return tb_size_result(tb_tuple_length(value)); }
static inline tb_int tb_dict_size(PyObject *value) { return tb_size_result(tb_dict_length(value)); }
static inline tb_int tb_set_size(PyObject *value) { return tb_size_result(tb_set_length(value)); }

/* `tb_except_matches` and `tb_with_exit_exception` as truth values. */
static inline uint8_t tb_truth_result(int result) { return result < 0 ? 2 : result != 0; }
static inline uint8_t tb_except_test(PyObject *exception, PyObject *types) { return tb_truth_result(tb_except_matches(exception, types)); }
static inline uint8_t tb_with_suppresses(PyObject *exit_method, PyObject *exception)
{
    return tb_truth_result(tb_with_exit_exception(exit_method, exception));
}

/* Bare `raise` on `line` of a function. Always leaves an exception pending. */
void tb_reraise_at(tb_code_info *info, int line);

/* `for i in range(…)` where `range` has been rebound: whatever it gave is iterated; items that are not ints are a TypeError. */
int tb_range_start_object(tb_range *range, PyObject *iterable);

/* A class that is found by name when it is needed: an enum of the program, a class of the standard library. */
typedef struct tb_named_class {
    const char *module, *qualname;
    /* What was found last; strong. */
    PyObject *class_;
} tb_named_class;
/* Whether `value` is an instance; 1 also as long as there is no such class. Never leaves an exception. */
int tb_named_class_check(tb_named_class *named, PyObject *value);

/* The default of a parameter as the function object has it now: a new reference, or NULL with TypeError if it has none. */
PyObject *tb_argument_default(tb_function_spec *spec, int index);

/* Whether `super()` in a method of `class_` finds, for this object, the methods that `base` had at its statement. */
int tb_super_is(PyObject *self, const tb_class_spec *class_, const tb_class_spec *base);

#endif
