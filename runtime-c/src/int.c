/* Integers: everything that is not a few machine instructions on small values.
 *
 * The slow paths make objects and let the interpreter compute, so values and error texts are its own. */
#include <math.h>
#include <string.h>

#include "tb.h"

void tb_int_retain_big(tb_int v)
{
    if (v != TB_INT_ERROR) {
        Py_INCREF(tb_int_object(v));
    }
}

void tb_int_release_big(tb_int v)
{
    if (v != TB_INT_ERROR) {
        Py_DECREF(tb_int_object(v));
    }
}

static tb_int hold(PyObject *value) { return (tb_int)(uintptr_t)value | 1; }

static tb_int from_long(PyObject *value)
{
    int overflow;
    long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0 && tb_int_fits(small)) {
        Py_DECREF(value);
        return TB_INT(small);
    }
    return hold(value);
}

tb_int tb_int_from_int64_slow(int64_t value)
{
    return tb_int_from_long_steal(PyLong_FromLongLong(value));
}

tb_int tb_int_from_long_steal(PyObject *value)
{
    return value == NULL ? TB_INT_ERROR : from_long(value);
}

/* A result that is an int object by all likelihood, but came out of user-visible machinery. */
static tb_int from_result_steal(PyObject *value)
{
    if (value == NULL) {
        return TB_INT_ERROR;
    }
    if (PyLong_CheckExact(value)) {
        return from_long(value);
    }
    tb_int result = tb_int_from_object_subclass(value, NULL);
    Py_DECREF(value);
    return result;
}

/* Operators and comparison are a type's own if it has the same functions for them; a class that defines a special method has another. */
static int computes_as_int(PyTypeObject *type)
{
    PyNumberMethods mine = *type->tp_as_number, ints = *PyLong_Type.tp_as_number;
    mine.nb_and = ints.nb_and;
    mine.nb_or = ints.nb_or;
    mine.nb_xor = ints.nb_xor;
    mine.nb_invert = ints.nb_invert;
    return memcmp(&mine, &ints, sizeof ints) == 0 && type->tp_richcompare == PyLong_Type.tp_richcompare &&
           type->tp_hash == PyLong_Type.tp_hash;
}

/* Whether a class is an enumeration. There is none before the module `enum` is loaded. */
static int is_enumeration(PyTypeObject *type)
{
    static PyObject *found; /* `enum.EnumType`, for ever */
    PyObject *metaclass = __atomic_load_n(&found, __ATOMIC_ACQUIRE);
    if (metaclass == NULL) {
        PyObject *name = PyUnicode_FromString("enum"), *module = name == NULL ? NULL : PyImport_GetModule(name);
        metaclass = module == NULL ? NULL : PyObject_GetAttrString(module, "EnumType");
        Py_XDECREF(name);
        Py_XDECREF(module);
        PyErr_Clear();
        if (metaclass == NULL || !PyType_Check(metaclass)) {
            Py_XDECREF(metaclass);
            return 0;
        }
        PyObject *first = NULL;
        if (!__atomic_compare_exchange_n(&found, &first, metaclass, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            Py_DECREF(metaclass);
            metaclass = first;
        }
    }
    return PyType_IsSubtype(Py_TYPE(type), (PyTypeObject *)metaclass);
}

int tb_is_int_member(PyObject *value)
{
    PyTypeObject *type = Py_TYPE(value);
    return PyBool_Check(value) || (PyLong_Check(value) && is_enumeration(type) && computes_as_int(type));
}

tb_int tb_int_from_object(PyObject *value, const char *where)
{
    int64_t small;
    if (tb_long_value(value, &small)) {
        return TB_INT(small);
    }
    if (PyLong_CheckExact(value)) {
        return from_long(Py_NewRef(value));
    }
    if (tb_is_int_member(value)) {
        return hold(Py_NewRef(value));
    }
    tb_raise_expected(where, "int", value);
    return TB_INT_ERROR;
}

tb_int tb_int_from_object_steal(PyObject *value)
{
    if (value == NULL || PyLong_CheckExact(value)) {
        return tb_int_from_long_steal(value);
    }
    tb_int result = tb_int_from_object(value, NULL);
    Py_DECREF(value);
    return result;
}

tb_int tb_int_from_object_subclass(PyObject *value, const char *where)
{
    if (PyLong_CheckExact(value) || !PyLong_Check(value)) {
        return tb_int_from_object(value, where);
    }
    int overflow;
    long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
        return tb_int_from_int64(small);
    }
    /* `_PyLong_Copy` by public means: the exact type's own addition of nothing. */
    PyObject *zero = PyLong_FromLong(0);
    return tb_int_from_long_steal(zero == NULL ? NULL : PyLong_Type.tp_as_number->nb_add(value, zero));
}

tb_int tb_int_from_float(double value)
{
    if (value > -4.0e18 && value < 4.0e18) {
        return tb_int_from_int64((int64_t)value);
    }
    return tb_int_from_long_steal(PyLong_FromDouble(value));
}

tb_int tb_int_parse(PyObject *value)
{
    return from_result_steal(PyNumber_Long(value));
}

tb_int tb_int_parse_base(PyObject *text, tb_int base)
{
    PyObject *args[3] = {NULL, text, tb_int_to_object(base)};
    if (args[2] == NULL) {
        return TB_INT_ERROR;
    }
    tb_int result = from_result_steal(tb_call((PyObject *)&PyLong_Type, args + 1, 2, NULL));
    Py_DECREF(args[2]);
    return result;
}

tb_int tb_int_from_decimal(const char *digits)
{
    /* Below eighteen digits the value is small. A literal may be longer than the limit on str to int conversion, which the
     * interpreter's own parser applies too. */
    size_t length = strlen(digits);
    if (length < 18) {
        int64_t value = 0;
        for (size_t i = 0; i < length; i++) {
            value = value * 10 + (digits[i] - '0');
        }
        return TB_INT(value);
    }
    return tb_int_from_long_steal(PyLong_FromString(digits, NULL, 10));
}

PyObject *tb_int_to_object(tb_int v)
{
    return tb_int_is_small(v) ? PyLong_FromLongLong(tb_int_value(v)) : Py_XNewRef(tb_int_object(v));
}

PyObject *tb_int_to_object_steal(tb_int v)
{
    return tb_int_is_small(v) ? PyLong_FromLongLong(tb_int_value(v)) : tb_int_object(v);
}

double tb_int_to_float_slow(tb_int v)
{
    double result = PyLong_AsDouble(tb_int_object(v));
    return result == -1.0 && PyErr_Occurred() ? TB_FLOAT_ERROR : result;
}

int tb_int_to_ssize(tb_int v, Py_ssize_t *out)
{
    if (tb_int_is_small(v)) {
        *out = (Py_ssize_t)tb_int_value(v);
        return 0;
    }
    *out = PyNumber_AsSsize_t(tb_int_object(v), PyExc_IndexError);
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

int tb_int_to_int64(tb_int v, int64_t *out)
{
    if (tb_int_is_small(v)) {
        *out = tb_int_value(v);
        return 0;
    }
    *out = PyLong_AsLongLong(tb_int_object(v));
    return *out == -1 && PyErr_Occurred() ? -1 : 0;
}

/* A small number in decimal. */
static PyObject *digits_of(int64_t value)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        *--p = '-';
    }
    Py_ssize_t length = digits + sizeof digits - p;
    PyObject *text = PyUnicode_New(length, 127);
    if (text != NULL) {
        memcpy(PyUnicode_1BYTE_DATA(text), p, (size_t)length);
    }
    return text;
}

PyObject *tb_int_to_str(tb_int v)
{
    if (!tb_int_is_small(v)) {
        return PyObject_Str(tb_int_object(v));
    }
    return digits_of(tb_int_value(v));
}

PyObject *tb_int_to_repr(tb_int v)
{
    return tb_int_is_small(v) ? digits_of(tb_int_value(v)) : PyObject_Repr(tb_int_object(v));
}

PyObject *tb_int_to_text(tb_int v)
{
    return tb_int_is_small(v) ? digits_of(tb_int_value(v)) : PyObject_Format(tb_int_object(v), NULL);
}

Py_hash_t tb_int_hash(tb_int v)
{
    if (!tb_int_is_small(v)) {
        return PyObject_Hash(tb_int_object(v));
    }
    /* Python's hash of an int is its value modulo 2**61 - 1, with its sign; -1 is reserved. */
    const int64_t modulus = ((int64_t)1 << 61) - 1;
    int64_t hash = tb_int_value(v) % modulus;
    return hash == -1 ? -2 : hash;
}

int tb_int_compare_slow(tb_int a, tb_int b)
{
    if (tb_int_is_small(b)) {
        int beyond;
        int64_t x = PyLong_AsLongLongAndOverflow(tb_int_object(a), &beyond), y = tb_int_value(b);
        return beyond != 0 ? beyond : (x > y) - (x < y);
    }
    if (tb_int_is_small(a)) {
        return -tb_int_compare_slow(b, a);
    }
    PyObject *x = tb_int_object(a), *y = tb_int_object(b);
    if (x == y) {
        return 0;
    }
    /* Comparing numbers gives the immortal True and False and cannot fail. */
    if (PyLong_Type.tp_richcompare(x, y, Py_LT) == Py_True) {
        return -1;
    }
    return PyLong_Type.tp_richcompare(x, y, Py_EQ) == Py_True ? 0 : 1;
}

int tb_int_compare_float(tb_int a, double b)
{
    if (isnan(b)) {
        return 2;
    }
    if (tb_int_is_small(a)) {
        int64_t x = tb_int_value(a);
        /* Outside the small range (2**62, exact as a double) the float's sign decides. */
        if (b >= 4611686018427387904.0) {
            return -1;
        }
        if (b < -4611686018427387904.0) {
            return 1;
        }
        int64_t whole = (int64_t)b;
        if (x != whole) {
            return x < whole ? -1 : 1;
        }
        double fraction = b - (double)whole;
        return (fraction < 0) - (fraction > 0);
    }
    int beyond;
    int64_t held = PyLong_AsLongLongAndOverflow(tb_int_object(a), &beyond);
    if (beyond == 0 && tb_int_fits(held)) {
        return tb_int_compare_float(TB_INT(held), b);
    }
    int sign = 0;
    (void)PyLong_GetSign(tb_int_object(a), &sign);
    if (isinf(b)) {
        return b > 0 ? -1 : 1;
    }
    if ((b > 0) - (b < 0) != sign) {
        return sign;
    }
    /* Same sign, finite: exactness as the interpreter's, which compares the truncated float as an int. */
    tb_int whole = tb_int_from_float(b);
    if (whole == TB_INT_ERROR) {
        PyErr_Clear();
        return sign;
    }
    int result = tb_int_compare(a, whole);
    tb_int_release(whole);
    if (result == 0) {
        double fraction = b - trunc(b);
        return (fraction < 0) - (fraction > 0);
    }
    return result;
}

static tb_int binary(tb_int a, tb_int b, binaryfunc operation)
{
    PyObject *x = tb_int_to_object(a);
    if (x == NULL) {
        return TB_INT_ERROR;
    }
    PyObject *y = tb_int_to_object(b);
    if (y == NULL) {
        Py_DECREF(x);
        return TB_INT_ERROR;
    }
    PyObject *result = operation(x, y);
    Py_DECREF(x);
    Py_DECREF(y);
    return tb_int_from_object_steal(result);
}

static tb_int unary(tb_int a, unaryfunc operation)
{
    PyObject *x = tb_int_to_object(a);
    if (x == NULL) {
        return TB_INT_ERROR;
    }
    PyObject *result = operation(x);
    Py_DECREF(x);
    return tb_int_from_object_steal(result);
}

tb_int tb_int_add_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Add); }
tb_int tb_int_sub_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Subtract); }
tb_int tb_int_mul_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Multiply); }
tb_int tb_int_floordiv_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_FloorDivide); }
tb_int tb_int_mod_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Remainder); }
tb_int tb_int_lshift_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Lshift); }
tb_int tb_int_rshift_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Rshift); }
tb_int tb_int_and_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_And); }
tb_int tb_int_or_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Or); }
tb_int tb_int_xor_slow(tb_int a, tb_int b) { return binary(a, b, PyNumber_Xor); }
uint8_t tb_int_truth_big(tb_int v)
{
    int sign = 1;
    (void)PyLong_GetSign(tb_int_object(v), &sign);
    return sign != 0;
}

tb_int tb_int_pos_big(tb_int a) { return tb_int_from_object_subclass(tb_int_object(a), NULL); }
tb_int tb_int_neg_slow(tb_int a) { return unary(a, PyNumber_Negative); }
tb_int tb_int_invert_slow(tb_int a) { return unary(a, PyNumber_Invert); }

static PyObject *power(tb_int a, tb_int b, PyObject *modulus)
{
    PyObject *x = tb_int_to_object(a);
    PyObject *y = x == NULL ? NULL : tb_int_to_object(b);
    PyObject *result = y == NULL ? NULL : PyNumber_Power(x, y, modulus);
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

/* By squaring while everything fits; false when it does not or `b` is negative. */
static int power_small(tb_int a, tb_int b, tb_int *out)
{
    if (((a | b) & 1) != 0 || (int64_t)b < 0) {
        return 0;
    }
    int64_t base = tb_int_value(a), result = 1;
    uint64_t exponent = (uint64_t)tb_int_value(b);
    for (;;) {
        if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
            return 0;
        }
        exponent >>= 1;
        if (exponent == 0) {
            break;
        }
        if (__builtin_mul_overflow(base, base, &base)) {
            return 0;
        }
    }
    if (!tb_int_fits(result)) {
        return 0;
    }
    *out = TB_INT(result);
    return 1;
}

tb_int tb_int_pow(tb_int a, tb_int b)
{
    tb_int small;
    if (power_small(a, b, &small)) {
        return small;
    }
    PyObject *result = power(a, b, Py_None);
    if (result != NULL && !PyLong_CheckExact(result)) {
        tb_raise_expected(NULL, "int", result);
        Py_CLEAR(result);
    }
    return tb_int_from_long_steal(result);
}

PyObject *tb_int_pow_object(tb_int a, tb_int b)
{
    tb_int small;
    return power_small(a, b, &small) ? tb_int_to_object(small) : power(a, b, Py_None);
}

tb_int tb_int_pow_mod(tb_int a, tb_int b, tb_int modulus)
{
    PyObject *m = tb_int_to_object(modulus);
    if (m == NULL) {
        return TB_INT_ERROR;
    }
    PyObject *result = power(a, b, m);
    Py_DECREF(m);
    return tb_int_from_long_steal(result);
}

double tb_int_truediv(tb_int a, tb_int b)
{
    const int64_t exact = (int64_t)1 << 53;
    if (((a | b) & 1) == 0 && b != 0) {
        int64_t x = tb_int_value(a), y = tb_int_value(b);
        if (x >= -exact && x <= exact && y >= -exact && y <= exact) {
            /* Both are exact doubles, so one rounding (and `0 / -1` is -0.0, as the interpreter has it). */
            return (double)x / (double)y;
        }
    }
    PyObject *x = tb_int_to_object(a);
    PyObject *y = x == NULL ? NULL : tb_int_to_object(b);
    PyObject *result = y == NULL ? NULL : PyNumber_TrueDivide(x, y);
    Py_XDECREF(x);
    Py_XDECREF(y);
    if (result == NULL) {
        return TB_FLOAT_ERROR;
    }
    double quotient = TB_FLOAT_ERROR;
    if (PyFloat_CheckExact(result)) {
        quotient = PyFloat_AS_DOUBLE(result);
    } else {
        tb_raise_expected(NULL, "float", result);
    }
    Py_DECREF(result);
    return quotient;
}

int tb_int_divmod(tb_int a, tb_int b, tb_int *quotient, tb_int *remainder)
{
    tb_int q = tb_int_floordiv(a, b);
    if (q == TB_INT_ERROR) {
        return -1;
    }
    tb_int r = tb_int_mod(a, b);
    if (r == TB_INT_ERROR) {
        tb_int_release(q);
        return -1;
    }
    *quotient = q;
    *remainder = r;
    return 0;
}

tb_int tb_int_round_big(tb_int a) { return tb_int_from_object_steal(tb_round(tb_int_object(a), NULL)); }

tb_int tb_int_round(tb_int a, tb_int digits)
{
    if (tb_int_is_small(a) && tb_int_ge(digits, TB_INT(0))) {
        return a;
    }
    PyObject *x = tb_int_to_object(a), *d = tb_int_to_object(digits), *result = NULL;
    if (x != NULL && d != NULL) {
        result = tb_round(x, d);
    }
    Py_XDECREF(x);
    Py_XDECREF(d);
    return tb_int_from_object_steal(result);
}

tb_int tb_int_bit_length(tb_int a)
{
    if (tb_int_is_small(a)) {
        int64_t value = tb_int_value(a);
        uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        return TB_INT(magnitude == 0 ? 0 : 64 - __builtin_clzll(magnitude));
    }
    return from_result_steal(PyObject_CallMethod(tb_int_object(a), "bit_length", NULL));
}
