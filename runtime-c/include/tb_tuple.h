/* Tuples. Immutable, so an element can be borrowed as long as the tuple is owned. */
#ifndef TB_TUPLE_H
#define TB_TUPLE_H

#include "tb_int.h"

PyObject *tb_tuple_expect(PyObject *value, const char *where);
/* As `tb_tuple_expect`, and the length must be `length`: TypeError "`where`: expected a tuple of length 2, got 3". */
PyObject *tb_tuple_expect_length(PyObject *value, Py_ssize_t length, const char *where);
/* A new tuple of `count` items, which are stolen (also on failure; a NULL item passes a failure on). */
PyObject *tb_tuple_pack(PyObject **items, Py_ssize_t count);
static inline Py_ssize_t tb_tuple_length(PyObject *tuple)
{
    return PyTuple_CheckExact(tuple) ? PyTuple_GET_SIZE(tuple) : PyObject_Size(tuple);
}
PyObject *tb_tuple_get_slow(PyObject *tuple, tb_int index);
/* `tuple[index]` as a new reference. */
static inline PyObject *tb_tuple_get(PyObject *tuple, tb_int index)
{
    if (__builtin_expect(PyTuple_CheckExact(tuple) && tb_int_is_small(index), 1)) {
        int64_t i = tb_int_value(index);
        i += i < 0 ? PyTuple_GET_SIZE(tuple) : 0;
        if (__builtin_expect(i >= 0 && i < PyTuple_GET_SIZE(tuple), 1)) {
            return Py_NewRef(PyTuple_GET_ITEM(tuple, i));
        }
    }
    return tb_tuple_get_slow(tuple, index);
}
/* `tuple[lower:upper]`; `TB_INT_ERROR` stands for a missing bound. */
PyObject *tb_tuple_slice(PyObject *tuple, tb_int lower, tb_int upper);
/* `[*iterable]` finished as a tuple: consumes a list made for the purpose. */
PyObject *tb_tuple_from_list_steal(PyObject *list);

#endif
