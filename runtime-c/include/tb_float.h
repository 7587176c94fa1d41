/* Floats as C doubles, with Python's results and error texts.
 *
 * A function that can fail returns `TB_FLOAT_ERROR`, which is also a possible value: test
 * `tb_float_failed(x)`, which asks for a pending exception only then. */
#ifndef TB_FLOAT_H
#define TB_FLOAT_H

#include "tayberry.h"

#define TB_FLOAT_ERROR (-113.0)

/* True if `x`, the result of a function that can fail, stands for a failure. */
static inline int tb_float_failed(double x)
{
    return __builtin_expect(x == TB_FLOAT_ERROR, 0) && PyErr_Occurred() != NULL;
}

/* From any object: exactly `float`, or exactly `int`, which is promoted (OverflowError if too large); all else
 * is a TypeError "`where`: expected float, got str". `where` may be NULL. */
double tb_float_from_object(PyObject *value, const char *where);
/* As `tb_float_from_object` but an `int` is refused too (elements of containers, where it must keep its type). */
double tb_float_from_object_exact(PyObject *value, const char *where);
/* `float(x)` of anything. */
double tb_float_parse(PyObject *value);
/* A new `float`. */
static inline PyObject *tb_float_to_object(double value) { return PyFloat_FromDouble(value); }
/* The same of the number that `object` gave: the object itself unless it is an int. */
static inline PyObject *tb_float_again(PyObject *object, double value) {
    return PyFloat_CheckExact(object) ? Py_NewRef(object) : PyFloat_FromDouble(value);
}
/* `repr(x)`, `str(x)`. */
PyObject *tb_float_to_str(double value);
/* `hash(x)` of a value that has no identity (nan hashes as a fresh object). */
Py_hash_t tb_float_hash(double value);
static inline uint8_t tb_float_truth(double value) { return value != 0.0; }

void tb_float_raise_zero_division(void);
/* `a / b` */
static inline double tb_float_div(double a, double b)
{
    if (__builtin_expect(b == 0.0, 0)) {
        tb_float_raise_zero_division();
        return TB_FLOAT_ERROR;
    }
    return a / b;
}
/* `a // b`, `a % b`, `divmod(a, b)` (-1 on failure) */
double tb_float_floordiv(double a, double b);
double tb_float_mod(double a, double b);
int tb_float_divmod(double a, double b, double *quotient, double *remainder);
/* `a ** b` where the result is known to be a float (`a` >= 0 or `b` integral); a complex result is a TypeError. */
double tb_float_pow(double a, double b);
/* `a ** b` in general: a new `float` or `complex`. */
PyObject *tb_float_pow_object(double a, double b);
/* `round(x)` half to even as int; `round(x, digits)` as float. */
tb_int tb_float_round(double value);
double tb_float_round_digits(double value, tb_int digits);
/* `math.floor(x)` and `math.ceil(x)` */
tb_int tb_float_floor(double value);
tb_int tb_float_ceil(double value);
/* `x.is_integer()` */
uint8_t tb_float_is_integer(double value);

#endif
