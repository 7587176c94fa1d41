/* Integers of any size in one word.
 *
 * In and out: `tb_int` values (tayberry.h). Bit 0 clear: a 63-bit value shifted left by one. Bit 0 set: an
 * owned or borrowed `PyLongObject *` plus one, called big. `TB_INT_ERROR` (1) means that an exception is set.
 * What holds: an `int` that fits 63 bits is always small. A bool or a member of an enumeration of ints is held as the object that
 * it is, whatever its value, so a big one may equal a small one.
 * Arguments are borrowed and results are new unless a comment says otherwise; a small int owns nothing. */
#ifndef TB_INT_H
#define TB_INT_H

#include "tayberry.h"

/* The result of a failed operation; also the unset state of an int field. */
#define TB_INT_ERROR ((tb_int)1)
#define TB_INT_SMALL_MAX ((int64_t)0x3fffffffffffffff)
#define TB_INT_SMALL_MIN (-TB_INT_SMALL_MAX - 1)
/* A small constant: `TB_INT(42)`. */
#define TB_INT(value) ((tb_int)((uint64_t)(int64_t)(value) << 1))

/* True for a value held in the word itself. */
static inline int tb_int_is_small(tb_int v) { return (v & 1) == 0; }
/* True for `TB_INT_ERROR`. */
static inline int tb_int_is_error(tb_int v) { return v == TB_INT_ERROR; }
/* The value of a small int. */
static inline int64_t tb_int_value(tb_int v) { return (int64_t)v >> 1; }
/* The object of a big int, borrowed. */
static inline PyObject *tb_int_object(tb_int v) { return (PyObject *)(uintptr_t)(v & ~(tb_int)1); }
/* True if a 64-bit value can be small. */
static inline int tb_int_fits(int64_t value) { return value >= TB_INT_SMALL_MIN && value <= TB_INT_SMALL_MAX; }

/* The same for what is big, or an error. Calls, so that the small way is two instructions wherever it stands. */
void tb_int_retain_big(tb_int v);
void tb_int_release_big(tb_int v);
/* Takes another reference. Never fails, never runs Python. Safe on `TB_INT_ERROR`. */
static inline tb_int tb_int_retain(tb_int v)
{
    if (__builtin_expect(!tb_int_is_small(v), 0)) {
        tb_int_retain_big(v);
    }
    return v;
}
/* Gives a reference back. Runs no Python (see `tb_is_int_member`). Safe on `TB_INT_ERROR`. */
static inline void tb_int_release(tb_int v)
{
    if (__builtin_expect(!tb_int_is_small(v), 0)) {
        tb_int_release_big(v);
    }
}

/* Whether an object is exactly an `int` of at most two digits (60 bits); then `*out` is its value. The layout is that of
 * cpython/longintrepr.h; without it, those of one digit only. */
static inline int tb_long_value(PyObject *value, int64_t *out)
{
    if (!PyLong_CheckExact(value)) {
        return 0;
    }
    PyLongObject *number = (PyLongObject *)value;
    if (__builtin_expect(PyUnstable_Long_IsCompact(number), 1)) {
        *out = PyUnstable_Long_CompactValue(number);
        return 1;
    }
#if !defined(TB_PUBLIC_ONLY) && (PY_VERSION_HEX >> 16) == 0x030e && PyLong_SHIFT == 30
    uintptr_t tag = number->long_value.lv_tag;
    if (tag >> _PyLong_NON_SIZE_BITS == 2) {
        int64_t size = (int64_t)number->long_value.ob_digit[1] << PyLong_SHIFT | number->long_value.ob_digit[0];
        *out = (tag & _PyLong_SIGN_MASK) == 0 ? size : -size;
        return 1;
    }
#endif
    return 0;
}

/* Whether an object that is no `int` itself may be held as one: a bool, or a member of an enumeration whose operators are those
 * of `int`, but for `&`, `|`, `^` and `~`. Such objects live as long as their class: giving a reference back runs no Python, unless a
 * class makes members that it does not keep and that have a finaliser. */
int tb_is_int_member(PyObject *value);
/* Whether an object may be held as a `tb_int`. */
static inline int tb_is_int(PyObject *value) { return PyLong_CheckExact(value) || tb_is_int_member(value); }

/* Conversions. */
tb_int tb_int_from_int64_slow(int64_t value);
/* From a machine integer. */
static inline tb_int tb_int_from_int64(int64_t value)
{
    return tb_int_fits(value) ? TB_INT(value) : tb_int_from_int64_slow(value);
}
static inline tb_int tb_int_from_ssize(Py_ssize_t value) { return tb_int_from_int64((int64_t)value); }
/* From a result of type exactly `int`, which is stolen; NULL gives `TB_INT_ERROR`. */
tb_int tb_int_from_long_steal(PyObject *value);
/* From any object that `tb_is_int` accepts; all else (also other subclasses of `int`) is a TypeError "`where`: expected int, got
 * str". `where` may be NULL. */
tb_int tb_int_from_object(PyObject *value, const char *where);
/* The same of an object that is stolen; NULL gives `TB_INT_ERROR`. */
tb_int tb_int_from_object_steal(PyObject *value);
/* As `tb_int_from_object`, and all subclasses of `int` are taken by value. */
tb_int tb_int_from_object_subclass(PyObject *value, const char *where);
/* `int(x)` of a bool: 0 or 1. */
static inline tb_int tb_int_from_bool(uint8_t value) { return TB_INT(value); }
/* A bool as an operand of `&`, `|` or `^` beside `other`: a number, or the bool itself (immortal) if the other may be one too or have
 * operators of its own. */
static inline tb_int tb_int_beside(uint8_t value, tb_int other)
{
    return __builtin_expect(tb_int_is_small(other), 1) ? TB_INT(value) : ((tb_int)(uintptr_t)(value ? Py_True : Py_False) | 1);
}
/* `int(x)` of a float: truncates; OverflowError for infinities, ValueError for nan. */
tb_int tb_int_from_float(double value);
/* `int(text)` / `int(text, base)` of a str, bytes or anything else that `int()` takes. */
tb_int tb_int_parse(PyObject *value);
tb_int tb_int_parse_base(PyObject *text, tb_int base);
/* From a decimal literal in the source, any number of digits. */
tb_int tb_int_from_decimal(const char *digits);
/* As a new `int` object; NULL with MemoryError. */
PyObject *tb_int_to_object(tb_int v);
/* As `tb_int_to_object`, consuming `v`. */
PyObject *tb_int_to_object_steal(tb_int v);
double tb_int_to_float_slow(tb_int v);
/* As float, rounded half to even; `TB_FLOAT_ERROR` with OverflowError "int too large to convert to float". */
static inline double tb_int_to_float(tb_int v)
{
    return tb_int_is_small(v) ? (double)tb_int_value(v) : tb_int_to_float_slow(v);
}
/* As an index: IndexError "cannot fit 'int' into an index-sized integer" (-1), else 0. */
int tb_int_to_ssize(tb_int v, Py_ssize_t *out);
/* As a C integer: OverflowError (-1) if it does not fit. */
int tb_int_to_int64(tb_int v, int64_t *out);
/* `str(v)`, `repr(v)`, `format(v)`. */
PyObject *tb_int_to_str(tb_int v);
PyObject *tb_int_to_repr(tb_int v);
PyObject *tb_int_to_text(tb_int v);
/* `hash(v)`. */
Py_hash_t tb_int_hash(tb_int v);

/* Truth and comparison: 0 or 1, never fail. */
uint8_t tb_int_truth_big(tb_int v);
static inline uint8_t tb_int_truth(tb_int v) { return tb_int_is_small(v) ? v != 0 : tb_int_truth_big(v); }
int tb_int_compare_slow(tb_int a, tb_int b);
/* -1, 0 or 1. */
static inline int tb_int_compare(tb_int a, tb_int b)
{
    if (((a | b) & 1) == 0) {
        return ((int64_t)a > (int64_t)b) - ((int64_t)a < (int64_t)b);
    }
    return tb_int_compare_slow(a, b);
}
#define TB_INT_COMPARISON(name, op)                            \
    static inline uint8_t tb_int_##name(tb_int a, tb_int b)    \
    {                                                          \
        if (((a | b) & 1) == 0) {                              \
            return (int64_t)a op(int64_t) b;                   \
        }                                                      \
        return tb_int_compare_slow(a, b) op 0;                 \
    }
/* Equal small ints are equal words. */
static inline uint8_t tb_int_eq(tb_int a, tb_int b) { return a == b || (((a | b) & 1) != 0 && tb_int_compare_slow(a, b) == 0); }
static inline uint8_t tb_int_ne(tb_int a, tb_int b) { return !tb_int_eq(a, b); }
TB_INT_COMPARISON(lt, <)
TB_INT_COMPARISON(le, <=)
TB_INT_COMPARISON(gt, >)
TB_INT_COMPARISON(ge, >=)
#undef TB_INT_COMPARISON
/* Exact comparison of an int with a float: -1, 0, 1, or 2 when `b` is nan (unordered). Never fails. */
int tb_int_compare_float(tb_int a, double b);

/* Arithmetic. `TB_INT_ERROR` on failure (ZeroDivisionError, MemoryError, ValueError: the interpreter's texts). */
tb_int tb_int_add_slow(tb_int a, tb_int b);
tb_int tb_int_sub_slow(tb_int a, tb_int b);
tb_int tb_int_mul_slow(tb_int a, tb_int b);
tb_int tb_int_floordiv_slow(tb_int a, tb_int b);
tb_int tb_int_mod_slow(tb_int a, tb_int b);
tb_int tb_int_lshift_slow(tb_int a, tb_int b);
tb_int tb_int_rshift_slow(tb_int a, tb_int b);
tb_int tb_int_and_slow(tb_int a, tb_int b);
tb_int tb_int_or_slow(tb_int a, tb_int b);
tb_int tb_int_xor_slow(tb_int a, tb_int b);
tb_int tb_int_neg_slow(tb_int a);
tb_int tb_int_invert_slow(tb_int a);

/* `a + b` */
static inline tb_int tb_int_add(tb_int a, tb_int b)
{
    int64_t sum;
    if (__builtin_expect(((a | b) & 1) == 0 && !__builtin_add_overflow((int64_t)a, (int64_t)b, &sum), 1)) {
        return (tb_int)sum;
    }
    return tb_int_add_slow(a, b);
}
/* `a - b` */
static inline tb_int tb_int_sub(tb_int a, tb_int b)
{
    int64_t difference;
    if (__builtin_expect(((a | b) & 1) == 0 && !__builtin_sub_overflow((int64_t)a, (int64_t)b, &difference), 1)) {
        return (tb_int)difference;
    }
    return tb_int_sub_slow(a, b);
}
/* `a * b` */
static inline tb_int tb_int_mul(tb_int a, tb_int b)
{
    int64_t product;
    if (__builtin_expect(((a | b) & 1) == 0 && !__builtin_mul_overflow((int64_t)a, (int64_t)b >> 1, &product), 1)) {
        return (tb_int)product;
    }
    return tb_int_mul_slow(a, b);
}
/* Whether a divisor is known to be a power of two when this is compiled: rounding down, dividing by it is shifting and the
 * remainder is its lower bits, also of negative numbers. */
#define TB_INT_IS_POWER(b) (__builtin_constant_p(b) && ((b) & 1) == 0 && (int64_t)(b) > 0 && ((b) & ((b) - 1)) == 0)

/* `a // b`, rounding down */
static inline tb_int tb_int_floordiv(tb_int a, tb_int b)
{
    if (TB_INT_IS_POWER(b) && __builtin_expect(tb_int_is_small(a), 1)) {
        return TB_INT((int64_t)a >> __builtin_ctzll(b));
    }
    if (__builtin_expect(((a | b) & 1) == 0 && b != 0 && b != TB_INT(-1), 1)) {
        int64_t x = tb_int_value(a), y = tb_int_value(b), q = x / y;
        return TB_INT(q - ((x % y != 0) & ((x ^ y) < 0)));
    }
    return tb_int_floordiv_slow(a, b);
}
/* `a % b`, with the sign of `b` */
static inline tb_int tb_int_mod(tb_int a, tb_int b)
{
    if (TB_INT_IS_POWER(b) && __builtin_expect(tb_int_is_small(a), 1)) {
        return a & (b - 2); /* which says that it is small */
    }
    if (__builtin_expect(((a | b) & 1) == 0 && b != 0 && b != TB_INT(-1), 1)) {
        int64_t y = tb_int_value(b), r = tb_int_value(a) % y;
        return TB_INT(r + ((r != 0 && (r ^ y) < 0) ? y : 0));
    }
    return tb_int_mod_slow(a, b);
}
/* `a << b` */
static inline tb_int tb_int_lshift(tb_int a, tb_int b)
{
    if (__builtin_expect(((a | b) & 1) == 0 && b < TB_INT(62), 1)) {
        int64_t x = (int64_t)a, shifted = (int64_t)((uint64_t)x << tb_int_value(b));
        if (shifted >> tb_int_value(b) == x) {
            return (tb_int)shifted;
        }
    }
    return tb_int_lshift_slow(a, b);
}
/* `a >> b`, rounding down */
static inline tb_int tb_int_rshift(tb_int a, tb_int b)
{
    if (__builtin_expect(((a | b) & 1) == 0 && b < TB_INT(63), 1)) {
        return TB_INT(tb_int_value(a) >> tb_int_value(b));
    }
    return tb_int_rshift_slow(a, b);
}
#define TB_INT_BITWISE(name, op)                              \
    static inline tb_int tb_int_##name(tb_int a, tb_int b)    \
    {                                                         \
        return ((a | b) & 1) == 0 ? (a op b) : tb_int_##name##_slow(a, b); \
    }
/* `a & b`, `a | b`, `a ^ b` */
TB_INT_BITWISE(and, &)
TB_INT_BITWISE(or, |)
TB_INT_BITWISE(xor, ^)
#undef TB_INT_BITWISE
/* `-a` */
static inline tb_int tb_int_neg(tb_int a)
{
    return tb_int_is_small(a) && a != TB_INT(TB_INT_SMALL_MIN) ? (tb_int)(0 - a) : tb_int_neg_slow(a);
}
/* `+a` */
tb_int tb_int_pos_big(tb_int a);
/* The `int` of the same value: of a bool or a member, its number. */
static inline tb_int tb_int_pos(tb_int a) { return __builtin_expect(tb_int_is_small(a), 1) ? a : tb_int_pos_big(a); }
/* `~a` */
static inline tb_int tb_int_invert(tb_int a)
{
    return tb_int_is_small(a) ? TB_INT(~tb_int_value(a)) : tb_int_invert_slow(a);
}
/* `abs(a)` */
static inline tb_int tb_int_abs(tb_int a)
{
    return tb_int_is_small(a) && (int64_t)a >= 0 ? a : (tb_int_lt(a, TB_INT(0)) ? tb_int_neg(a) : tb_int_pos(a));
}
/* `a ** b` where `b` is known not to be negative; a negative one is a TypeError (its result is a float). */
tb_int tb_int_pow(tb_int a, tb_int b);
/* `a ** b` in general: a new `int` or, for negative `b`, `float` object. */
PyObject *tb_int_pow_object(tb_int a, tb_int b);
/* `pow(a, b, modulus)` */
tb_int tb_int_pow_mod(tb_int a, tb_int b, tb_int modulus);
/* `a / b`: correctly rounded also beyond 2**53; `TB_FLOAT_ERROR` with ZeroDivisionError or OverflowError. */
double tb_int_truediv(tb_int a, tb_int b);
/* `divmod(a, b)` into two new ints; -1 on failure. */
int tb_int_divmod(tb_int a, tb_int b, tb_int *quotient, tb_int *remainder);
tb_int tb_int_round_big(tb_int a);
/* `round(a)` */
static inline tb_int tb_int_round_whole(tb_int a) { return __builtin_expect(tb_int_is_small(a), 1) ? a : tb_int_round_big(a); }
/* `round(a, digits)` */
tb_int tb_int_round(tb_int a, tb_int digits);
/* `a.bit_length()` */
tb_int tb_int_bit_length(tb_int a);

#endif
