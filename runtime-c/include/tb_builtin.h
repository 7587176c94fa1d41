/* Built-in functions whose fast ways are worth having; the caller has made sure that the name still means the builtin.
 * Arguments borrowed, results new; NULL, -1, TB_INT_ERROR, TB_FLOAT_ERROR or 2 on failure. */
#ifndef TB_BUILTIN_H
#define TB_BUILTIN_H

#include "tb_float.h"
#include "tb_int.h"

/* `len(x)` */
tb_int tb_len(PyObject *value);
/* `abs(x)`, `repr(x)`, `str(x)`, `hash(x)`, `list(x)`, `tuple(x)`, `set(x)`, `frozenset(x)`, `dict(x)` */
PyObject *tb_abs(PyObject *value);
PyObject *tb_repr(PyObject *value);
PyObject *tb_str(PyObject *value);
tb_int tb_hash(PyObject *value);
PyObject *tb_list(PyObject *iterable);
PyObject *tb_tuple(PyObject *iterable);
PyObject *tb_set(PyObject *iterable);
PyObject *tb_frozenset(PyObject *iterable);
PyObject *tb_dict(PyObject *value);
/* `next(iterator)`, `next(iterator, standard)` */
PyObject *tb_next(PyObject *iterator, PyObject *standard);
/* `int(x)`, `float(x)`, `bool(x)` of anything */
static inline tb_int tb_int_of(PyObject *value) { return tb_int_parse(value); }
static inline double tb_float_of(PyObject *value) { return tb_float_parse(value); }
/* `min(a, b)` and `max(a, b)`: the first argument wins ties, as Python's do. */
static inline tb_int tb_int_min(tb_int a, tb_int b) { return tb_int_retain(tb_int_lt(b, a) ? b : a); }
static inline tb_int tb_int_max(tb_int a, tb_int b) { return tb_int_retain(tb_int_gt(b, a) ? b : a); }
static inline double tb_float_min(double a, double b) { return b < a ? b : a; }
static inline double tb_float_max(double a, double b) { return b > a ? b : a; }
PyObject *tb_min_2(PyObject *a, PyObject *b);
PyObject *tb_max_2(PyObject *a, PyObject *b);
/* `sum(iterable)` and `sum(iterable, start)`: any items; floats are summed with compensation as 3.14 does. */
PyObject *tb_sum(PyObject *iterable, PyObject *start);
/* A running sum of ints and floats for `sum(<generator expression>)` that never makes the items: exact results of 3.14.
 * Zero-initialise; add; finish. An all-int sum is an int, else a float. */
typedef struct tb_float_sum {
    double high, low;
} tb_float_sum;
static inline void tb_float_sum_add(tb_float_sum *sum, double x)
{
    double t = sum->high + x;
    if (__builtin_fabs(sum->high) >= __builtin_fabs(x)) {
        sum->low += (sum->high - t) + x;
    } else {
        sum->low += (x - t) + sum->high;
    }
    sum->high = t;
}
double tb_float_sum_finish(const tb_float_sum *sum);
/* `sorted(iterable, key=key, reverse=reverse)`; `key` NULL for none. */
PyObject *tb_sorted(PyObject *iterable, PyObject *key, uint8_t reverse);
/* `any(iterable)`, `all(iterable)` */
uint8_t tb_any(PyObject *iterable);
uint8_t tb_all(PyObject *iterable);
/* `divmod(a, b)`, `round(x)`, `round(x, digits)` (digits NULL for none) */
PyObject *tb_divmod(PyObject *a, PyObject *b);
PyObject *tb_round(PyObject *value, PyObject *digits);
/* `enumerate(x, start)`, `zip(…)`, `reversed(x)`, `map`, `filter`: the real types, called with vectorcall arguments
 * (one writable place before `args`). */
PyObject *tb_enumerate(PyObject *iterable, tb_int start);
PyObject *tb_zip(PyObject **args, Py_ssize_t count);
PyObject *tb_reversed(PyObject *sequence);

#endif
