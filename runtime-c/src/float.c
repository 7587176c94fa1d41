/* Floats: Python's floor division, remainder, power and rounding, and the texts of their errors. */
#include <errno.h>
#include <math.h>

#include "tb.h"

double tb_float_from_object(PyObject *value, const char *where)
{
    if (PyFloat_CheckExact(value)) {
        return PyFloat_AS_DOUBLE(value);
    }
    if (PyLong_CheckExact(value)) {
        double result = PyLong_AsDouble(value);
        return result == -1.0 && PyErr_Occurred() ? TB_FLOAT_ERROR : result;
    }
    tb_raise_expected(where, "float", value);
    return TB_FLOAT_ERROR;
}

double tb_float_from_object_exact(PyObject *value, const char *where)
{
    if (PyFloat_CheckExact(value)) {
        return PyFloat_AS_DOUBLE(value);
    }
    tb_raise_expected(where, "float", value);
    return TB_FLOAT_ERROR;
}

double tb_float_parse(PyObject *value)
{
    if (PyFloat_CheckExact(value)) {
        return PyFloat_AS_DOUBLE(value);
    }
    PyObject *result = PyNumber_Float(value);
    if (result == NULL) {
        return TB_FLOAT_ERROR;
    }
    double parsed = PyFloat_AS_DOUBLE(result);
    Py_DECREF(result);
    return parsed;
}

PyObject *tb_float_to_str(double value)
{
    char *text = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL) {
        return NULL;
    }
    PyObject *result = PyUnicode_FromString(text);
    PyMem_Free(text);
    return result;
}

Py_hash_t tb_float_hash(double value)
{
    PyObject *object = PyFloat_FromDouble(value);
    if (object == NULL) {
        return -1;
    }
    Py_hash_t hash = PyObject_Hash(object);
    Py_DECREF(object);
    return hash;
}

void tb_float_raise_zero_division(void)
{
    PyErr_SetString(PyExc_ZeroDivisionError, "division by zero");
}

/* As CPython's `_float_div_mod`; `w` is not zero. */
static void divide(double v, double w, double *quotient, double *remainder)
{
    double mod = fmod(v, w), div = (v - mod) / w;
    if (mod != 0.0) {
        if ((w < 0) != (mod < 0)) {
            mod += w;
            div -= 1.0;
        }
    } else {
        mod = copysign(0.0, w);
    }
    if (div != 0.0) {
        *quotient = floor(div);
        if (div - *quotient > 0.5) {
            *quotient += 1.0;
        }
    } else {
        *quotient = copysign(0.0, v / w);
    }
    *remainder = mod;
}

int tb_float_divmod(double a, double b, double *quotient, double *remainder)
{
    if (b == 0.0) {
        tb_float_raise_zero_division();
        return -1;
    }
    divide(a, b, quotient, remainder);
    return 0;
}

double tb_float_floordiv(double a, double b)
{
    double quotient, remainder;
    return tb_float_divmod(a, b, &quotient, &remainder) < 0 ? TB_FLOAT_ERROR : quotient;
}

double tb_float_mod(double a, double b)
{
    if (b == 0.0) {
        tb_float_raise_zero_division();
        return TB_FLOAT_ERROR;
    }
    double mod = fmod(a, b);
    if (mod != 0.0) {
        return (b < 0) != (mod < 0) ? mod + b : mod;
    }
    return copysign(0.0, b);
}

PyObject *tb_float_pow_object(double a, double b)
{
    PyObject *x = PyFloat_FromDouble(a);
    PyObject *y = x == NULL ? NULL : PyFloat_FromDouble(b);
    PyObject *result = y == NULL ? NULL : PyNumber_Power(x, y, Py_None);
    Py_XDECREF(x);
    Py_XDECREF(y);
    return result;
}

double tb_float_pow(double a, double b)
{
    if (isfinite(a) && isfinite(b) && a > 0.0) {
        if (b == 0.0 || a == 1.0) {
            return 1.0;
        }
        double result = pow(a, b);
        /* Zero and infinity may be range errors: the interpreter decides. */
        if (isfinite(result) && result != 0.0) {
            return result;
        }
    }
    PyObject *result = tb_float_pow_object(a, b);
    if (result == NULL) {
        return TB_FLOAT_ERROR;
    }
    double value = tb_float_from_object_exact(result, NULL);
    Py_DECREF(result);
    return value;
}

tb_int tb_float_round(double value)
{
    /* `rint` would follow the rounding mode; this is half to even by itself, as in CPython. */
    double rounded = round(value);
    if (fabs(value - rounded) == 0.5) {
        rounded = 2.0 * round(value / 2.0);
    }
    return tb_int_from_float(rounded);
}

double tb_float_round_digits(double value, tb_int digits)
{
    PyObject *x = PyFloat_FromDouble(value), *d = tb_int_to_object(digits), *result = NULL;
    if (x != NULL && d != NULL) {
        result = tb_round(x, d);
    }
    Py_XDECREF(x);
    Py_XDECREF(d);
    if (result == NULL) {
        return TB_FLOAT_ERROR;
    }
    double rounded = PyFloat_AS_DOUBLE(result);
    Py_DECREF(result);
    return rounded;
}

tb_int tb_float_floor(double value) { return tb_int_from_float(floor(value)); }
tb_int tb_float_ceil(double value) { return tb_int_from_float(ceil(value)); }
uint8_t tb_float_is_integer(double value) { return isfinite(value) && floor(value) == value; }
