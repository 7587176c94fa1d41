/* Operators on objects of unknown type: short ways for exact ints of one or two digits, floats and text, which run no code of the
 * program; the interpreter's own operators for everything else, and wherever a short way would have to raise. */
#include "tb.h"

/* Both are exactly `int` and of at most two digits: 60 bits, so that no sum of the two leaves 64. */
static Py_ALWAYS_INLINE inline int are_short(PyObject *a, PyObject *b, int64_t *x, int64_t *y)
{
    return tb_long_value(a, x) && tb_long_value(b, y);
}
static inline int are_floats(PyObject *a, PyObject *b) { return PyFloat_CheckExact(a) && PyFloat_CheckExact(b); }

#define ARITHMETIC(name, op, overflows, function)                                        \
    PyObject *tb_##name(PyObject *a, PyObject *b)                                        \
    {                                                                                    \
        int64_t x, y, result;                                                            \
        if (are_short(a, b, &x, &y) && !overflows(x, y, &result)) {                      \
            return PyLong_FromLongLong(result);                                          \
        }                                                                                \
        if (are_floats(a, b)) {                                                          \
            return PyFloat_FromDouble(PyFloat_AS_DOUBLE(a) op PyFloat_AS_DOUBLE(b));     \
        }                                                                                \
        return function(a, b);                                                           \
    }
ARITHMETIC(add, +, __builtin_add_overflow, PyNumber_Add)
ARITHMETIC(sub, -, __builtin_sub_overflow, PyNumber_Subtract)
ARITHMETIC(mul, *, __builtin_mul_overflow, PyNumber_Multiply)
ARITHMETIC(add_inplace, +, __builtin_add_overflow, PyNumber_InPlaceAdd)
ARITHMETIC(sub_inplace, -, __builtin_sub_overflow, PyNumber_InPlaceSubtract)
ARITHMETIC(mul_inplace, *, __builtin_mul_overflow, PyNumber_InPlaceMultiply)
#undef ARITHMETIC

#define DIVISION(name, function)                                              \
    PyObject *tb_##name(PyObject *a, PyObject *b)                             \
    {                                                                         \
        if (are_floats(a, b) && PyFloat_AS_DOUBLE(b) != 0.0) {                \
            return PyFloat_FromDouble(PyFloat_AS_DOUBLE(a) / PyFloat_AS_DOUBLE(b)); \
        }                                                                     \
        return function(a, b);                                                \
    }
DIVISION(div, PyNumber_TrueDivide)
DIVISION(div_inplace, PyNumber_InPlaceTrueDivide)
#undef DIVISION

/* `x // y` and `x % y` of machine integers as Python has them: rounded down, the sign of `y`. */
static inline int64_t floor_quotient(int64_t x, int64_t y) { return x / y - ((x % y != 0) & ((x ^ y) < 0)); }
static inline int64_t floor_remainder(int64_t x, int64_t y)
{
    int64_t r = x % y;
    return r + ((r != 0 && (r ^ y) < 0) ? y : 0);
}

#define ROUNDING(name, compute, function)                                    \
    PyObject *tb_##name(PyObject *a, PyObject *b)                            \
    {                                                                        \
        int64_t x, y;                                                        \
        if (are_short(a, b, &x, &y) && y != 0) {                             \
            return PyLong_FromLongLong(compute(x, y));                       \
        }                                                                    \
        return function(a, b);                                               \
    }
ROUNDING(floordiv, floor_quotient, PyNumber_FloorDivide)
ROUNDING(mod, floor_remainder, PyNumber_Remainder)
ROUNDING(floordiv_inplace, floor_quotient, PyNumber_InPlaceFloorDivide)
ROUNDING(mod_inplace, floor_remainder, PyNumber_InPlaceRemainder)
#undef ROUNDING

#define BITWISE(name, op, function)                                      \
    PyObject *tb_##name(PyObject *a, PyObject *b)                        \
    {                                                                    \
        int64_t x, y;                                                    \
        if (are_short(a, b, &x, &y)) {                                   \
            return PyLong_FromLongLong(x op y);                          \
        }                                                                \
        return function(a, b);                                           \
    }
BITWISE(bit_and, &, PyNumber_And)
BITWISE(bit_or, |, PyNumber_Or)
BITWISE(bit_xor, ^, PyNumber_Xor)
BITWISE(bit_and_inplace, &, PyNumber_InPlaceAnd)
BITWISE(bit_or_inplace, |, PyNumber_InPlaceOr)
BITWISE(bit_xor_inplace, ^, PyNumber_InPlaceXor)
#undef BITWISE

/* 0 or 1, or -1 if the operands are not of those that need no asking. */
static Py_ALWAYS_INLINE inline int compare_plain(PyObject *a, PyObject *b, int op)
{
    int64_t x, y;
    if (are_short(a, b, &x, &y)) {
        return TB_HOLDS(x, y, op);
    }
    if (are_floats(a, b)) {
        double first = PyFloat_AS_DOUBLE(a), second = PyFloat_AS_DOUBLE(b);
        return TB_HOLDS(first, second, op);
    }
    if ((op == Py_EQ || op == Py_NE) && PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b)) {
        return tb_str_eq(a, b) == (op == Py_EQ);
    }
    return -1;
}

PyObject *tb_compare(PyObject *a, PyObject *b, int op)
{
    int plain = compare_plain(a, b, op);
    return plain < 0 ? PyObject_RichCompare(a, b, op) : tb_bool_to_object((uint8_t)plain);
}

uint8_t tb_compare_truth_slow(PyObject *a, PyObject *b, int op)
{
    int plain = compare_plain(a, b, op);
    return plain < 0 ? tb_truth_steal(PyObject_RichCompare(a, b, op)) : (uint8_t)plain;
}
