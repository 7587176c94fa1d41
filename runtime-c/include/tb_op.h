/* Operators, attributes and names on any object: the interpreter's own semantics. Arguments borrowed, results new;
 * NULL, -1, or 2 for a truth value, on failure. */
#ifndef TB_OP_H
#define TB_OP_H

#include "tayberry.h"
#include "tb_cold.h"

/* Truth of any object: 0, 1 or 2. */
static inline uint8_t tb_truth(PyObject *value)
{
    if (value == Py_True) {
        return 1;
    }
    if (value == Py_False || value == Py_None) {
        return 0;
    }
    int truth = PyObject_IsTrue(value);
    return truth < 0 ? 2 : (uint8_t)truth;
}
/* As `tb_truth`, consuming the value; NULL passes a failure on. */
static inline uint8_t tb_truth_steal(PyObject *value)
{
    if (value == NULL) {
        return 2;
    }
    uint8_t truth = tb_truth(value);
    Py_DECREF(value);
    return truth;
}
/* `bool` as an object (new, immortal) and back: exactly `bool`, else TypeError "`where`: expected bool, got int" (2). */
static inline PyObject *tb_bool_to_object(uint8_t value) { return value ? Py_True : Py_False; }
uint8_t tb_bool_from_object(PyObject *value, const char *where);
/* None expected: 0 or -1 with TypeError "`where`: expected None, got int". */
int tb_none_expect(PyObject *value, const char *where);
/* An instance of `type` expected; returns the value, borrowed. `expected` is the type's name in the message. */
PyObject *tb_instance_expect(PyObject *value, PyTypeObject *type, const char *expected, const char *where);
/* An instance of any class object (`isinstance`, as Enum and standard-library classes want). */
PyObject *tb_class_expect(PyObject *value, PyObject *cls, const char *expected, const char *where);
/* `bytes` expected. */
PyObject *tb_bytes_expect(PyObject *value, const char *where);
/* Sets TypeError "`where`: expected `expected`, got TYPE" (without `where: ` when NULL). */
TB_COLD void tb_raise_expected(const char *where, const char *expected, PyObject *got);

/* Binary operators. In-place forms steal nothing: `a op= b` gives the new value of `a`. Those of number.c have short ways for
 * exact ints and floats, which is what most objects are that numbers are done with. */
PyObject *tb_add(PyObject *a, PyObject *b);
PyObject *tb_add_inplace(PyObject *a, PyObject *b);
PyObject *tb_sub(PyObject *a, PyObject *b);
PyObject *tb_sub_inplace(PyObject *a, PyObject *b);
PyObject *tb_mul(PyObject *a, PyObject *b);
PyObject *tb_mul_inplace(PyObject *a, PyObject *b);
PyObject *tb_div(PyObject *a, PyObject *b);
PyObject *tb_div_inplace(PyObject *a, PyObject *b);
PyObject *tb_floordiv(PyObject *a, PyObject *b);
PyObject *tb_floordiv_inplace(PyObject *a, PyObject *b);
PyObject *tb_mod(PyObject *a, PyObject *b);
PyObject *tb_mod_inplace(PyObject *a, PyObject *b);
PyObject *tb_bit_and(PyObject *a, PyObject *b);
PyObject *tb_bit_and_inplace(PyObject *a, PyObject *b);
PyObject *tb_bit_or(PyObject *a, PyObject *b);
PyObject *tb_bit_or_inplace(PyObject *a, PyObject *b);
PyObject *tb_bit_xor(PyObject *a, PyObject *b);
PyObject *tb_bit_xor_inplace(PyObject *a, PyObject *b);
#define TB_BINARY(name, function) \
    static inline PyObject *tb_##name(PyObject *a, PyObject *b) { return function(a, b); }
TB_BINARY(matmul, PyNumber_MatrixMultiply)
TB_BINARY(lshift, PyNumber_Lshift)
TB_BINARY(rshift, PyNumber_Rshift)
TB_BINARY(matmul_inplace, PyNumber_InPlaceMatrixMultiply)
TB_BINARY(lshift_inplace, PyNumber_InPlaceLshift)
TB_BINARY(rshift_inplace, PyNumber_InPlaceRshift)
#undef TB_BINARY
static inline PyObject *tb_pow(PyObject *a, PyObject *b) { return PyNumber_Power(a, b, Py_None); }
static inline PyObject *tb_pow_inplace(PyObject *a, PyObject *b) { return PyNumber_InPlacePower(a, b, Py_None); }
static inline PyObject *tb_neg(PyObject *a) { return PyNumber_Negative(a); }
static inline PyObject *tb_pos(PyObject *a) { return PyNumber_Positive(a); }
static inline PyObject *tb_invert(PyObject *a) { return PyNumber_Invert(a); }

/* `a OP b` with Py_LT … Py_GE as an object, and as its truth (0, 1 or 2; `==` does not take identity for equality). */
PyObject *tb_compare(PyObject *a, PyObject *b, int op);
uint8_t tb_compare_truth_slow(PyObject *a, PyObject *b, int op);
/* `x OP y` of C numbers; `op` is constant where it matters. */
#define TB_HOLDS(x, y, op)       \
    ((op) == Py_LT   ? (x) < (y)  \
     : (op) == Py_LE ? (x) <= (y) \
     : (op) == Py_EQ ? (x) == (y) \
     : (op) == Py_NE ? (x) != (y) \
     : (op) == Py_GT ? (x) > (y)  \
                     : (x) >= (y))
static inline uint8_t tb_compare_truth(PyObject *a, PyObject *b, int op)
{
    if (PyLong_CheckExact(a) && PyLong_CheckExact(b) && PyUnstable_Long_IsCompact((PyLongObject *)a) &&
        PyUnstable_Long_IsCompact((PyLongObject *)b)) {
        Py_ssize_t x = PyUnstable_Long_CompactValue((PyLongObject *)a), y = PyUnstable_Long_CompactValue((PyLongObject *)b);
        return TB_HOLDS(x, y, op);
    }
    return tb_compare_truth_slow(a, b, op);
}
/* `a is b` */
static inline uint8_t tb_is(PyObject *a, PyObject *b) { return a == b; }
/* `value in container` */
static inline uint8_t tb_contains(PyObject *container, PyObject *value)
{
    int found = PySequence_Contains(container, value);
    return found < 0 ? 2 : (uint8_t)found;
}
/* `isinstance(value, cls)`, `issubclass(a, b)`, `callable(value)` */
uint8_t tb_isinstance(PyObject *value, PyObject *cls);
/* `isinstance(value, type)` for a built-in type: those that generated code names by number (`lower/instance.rs`). Objects of the
 * interpreter's plainest types are only what they are; any other may say by `__class__` that it is something else. */
enum { TB_IS_INT, TB_IS_STR, TB_IS_FLOAT, TB_IS_BOOL, TB_IS_LIST, TB_IS_DICT, TB_IS_TUPLE, TB_IS_BYTES, TB_IS_SET, TB_IS_FROZENSET };
uint8_t tb_isinstance_said(PyObject *value, int kind);
static inline uint8_t tb_isinstance_of(PyObject *value, int kind)
{
    int is = 0;
    switch (kind) {
    case TB_IS_INT: is = PyLong_Check(value); break;
    case TB_IS_STR: is = PyUnicode_Check(value); break;
    case TB_IS_FLOAT: is = PyFloat_CheckExact(value); break;
    case TB_IS_BOOL: is = PyBool_Check(value); break;
    case TB_IS_LIST: is = PyList_Check(value); break;
    case TB_IS_DICT: is = PyDict_Check(value); break;
    case TB_IS_TUPLE: is = PyTuple_Check(value); break;
    case TB_IS_BYTES: is = PyBytes_Check(value); break;
    case TB_IS_SET: is = PySet_CheckExact(value); break;
    default: is = PyFrozenSet_CheckExact(value); break;
    }
    if (is) {
        return 1;
    }
    if (PyUnicode_CheckExact(value) || PyLong_CheckExact(value) || Py_IsNone(value) || PyFloat_CheckExact(value)
        || PyList_CheckExact(value) || PyDict_CheckExact(value) || PyTuple_CheckExact(value) || PyBool_Check(value)) {
        return 0;
    }
    return tb_isinstance_said(value, kind);
}
uint8_t tb_issubclass(PyObject *derived, PyObject *cls);

/* `object[key]`, `object[key] = value`, `del object[key]`; exact list/dict/tuple take the fast way. */
PyObject *tb_item_get(PyObject *object, PyObject *key);
int tb_item_set(PyObject *object, PyObject *key, PyObject *value);
int tb_item_delete(PyObject *object, PyObject *key);
/* `object[lower:upper:step]`; NULL is a missing part. */
PyObject *tb_slice_get(PyObject *object, PyObject *lower, PyObject *upper, PyObject *step);
/* A `slice` object; NULL is a missing part. */
PyObject *tb_slice_new(PyObject *lower, PyObject *upper, PyObject *step);

/* Attributes by interned name. */
static inline PyObject *tb_attr_get(PyObject *object, PyObject *name) { return PyObject_GetAttr(object, name); }
static inline int tb_attr_set(PyObject *object, PyObject *name, PyObject *value) { return PyObject_SetAttr(object, name, value); }
static inline int tb_attr_delete(PyObject *object, PyObject *name) { return PyObject_DelAttr(object, name); }

/* A global name: the module's dict, then its builtins; NameError "name 'x' is not defined" with its `name`. */
PyObject *tb_global_get(PyObject *globals, PyObject *name);
int tb_global_set(PyObject *globals, PyObject *name, PyObject *value);
int tb_global_delete(PyObject *globals, PyObject *name);
/* A builtin by interned name, not looking at the module. */
PyObject *tb_builtin_get(PyObject *name);
/* NameError with a text that has the name in it, and with the name as `name`. */
TB_COLD void tb_raise_name_error(const char *format, PyObject *name);
/* Reading or deleting an unbound local: UnboundLocalError "cannot access local variable 'x' where it is not associated with a value". */
TB_COLD void tb_raise_unbound(PyObject *name);
/* `from m import name` and `import m` inside functions. `names` is None or a tuple; `level` as in `__import__`. */
PyObject *tb_import(PyObject *globals, PyObject *name, PyObject *names, int level);
PyObject *tb_import_from(PyObject *module, PyObject *name);

#endif
