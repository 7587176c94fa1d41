/* Built-in functions. */
#include <math.h>

#include "names.h"
#include "tb.h"

tb_int tb_len(PyObject *value)
{
    Py_ssize_t length = PyObject_Size(value);
    return length < 0 ? TB_INT_ERROR : tb_int_from_ssize(length);
}

PyObject *tb_abs(PyObject *value) { return PyNumber_Absolute(value); }
PyObject *tb_repr(PyObject *value) { return PyObject_Repr(value); }
PyObject *tb_str(PyObject *value) { return PyObject_Str(value); }

tb_int tb_hash(PyObject *value)
{
    Py_hash_t hash = PyObject_Hash(value);
    return hash == -1 ? TB_INT_ERROR : tb_int_from_int64(hash);
}

PyObject *tb_list(PyObject *iterable) { return PySequence_List(iterable); }
PyObject *tb_tuple(PyObject *iterable) { return PySequence_Tuple(iterable); }
PyObject *tb_set(PyObject *iterable) { return PySet_New(iterable); }
PyObject *tb_frozenset(PyObject *iterable) { return PyFrozenSet_New(iterable); }
PyObject *tb_dict(PyObject *value) { return PyObject_CallOneArg((PyObject *)&PyDict_Type, value); }

PyObject *tb_next(PyObject *iterator, PyObject *standard)
{
    if (!PyIter_Check(iterator)) {
        return PyErr_Format(PyExc_TypeError, "'%.200s' object is not an iterator", Py_TYPE(iterator)->tp_name);
    }
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    if (item != NULL) {
        return item;
    }
    if (standard == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetNone(PyExc_StopIteration);
        }
        return NULL;
    }
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration)) {
            return NULL;
        }
        PyErr_Clear();
    }
    return Py_NewRef(standard);
}

static PyObject *better(PyObject *a, PyObject *b, int op)
{
    uint8_t second = tb_compare_truth(b, a, op);
    return second == 2 ? NULL : Py_NewRef(second ? b : a);
}

PyObject *tb_min_2(PyObject *a, PyObject *b) { return better(a, b, Py_LT); }
PyObject *tb_max_2(PyObject *a, PyObject *b) { return better(a, b, Py_GT); }

double tb_float_sum_finish(const tb_float_sum *sum)
{
    /* As `cs_to_double`: keep the sign of a negative zero, and infinities from becoming nan. */
    return sum->low != 0.0 && isfinite(sum->low) ? sum->high + sum->low : sum->high;
}

PyObject *tb_sum(PyObject *iterable, PyObject *start)
{
    /* The builtin itself: its switching between kinds of sums is its own business. */
    PyObject *name = PyUnicode_InternFromString("sum");
    PyObject *function = name == NULL ? NULL : tb_builtin_get(name);
    Py_XDECREF(name);
    if (function == NULL) {
        return NULL;
    }
    PyObject *result = start == NULL ? PyObject_CallOneArg(function, iterable) : tb_call_2(function, iterable, start);
    Py_DECREF(function);
    return result;
}

PyObject *tb_sorted(PyObject *iterable, PyObject *key, uint8_t reverse)
{
    PyObject *list = PySequence_List(iterable);
    if (list != NULL && tb_list_sort(list, key, reverse) < 0) {
        Py_CLEAR(list);
    }
    return list;
}

uint8_t tb_any(PyObject *iterable) { return tb_truth_steal(PyObject_CallOneArg(tb_names.builtin_any, iterable)); }
uint8_t tb_all(PyObject *iterable) { return tb_truth_steal(PyObject_CallOneArg(tb_names.builtin_all, iterable)); }
PyObject *tb_divmod(PyObject *a, PyObject *b) { return PyNumber_Divmod(a, b); }

PyObject *tb_round(PyObject *value, PyObject *digits)
{
    return digits == NULL ? PyObject_CallOneArg(tb_names.builtin_round, value) : tb_call_2(tb_names.builtin_round, value, digits);
}

PyObject *tb_enumerate(PyObject *iterable, tb_int start)
{
    PyObject *first = tb_int_to_object(start);
    if (first == NULL) {
        return NULL;
    }
    PyObject *result = tb_call_2((PyObject *)&PyEnum_Type, iterable, first);
    Py_DECREF(first);
    return result;
}

PyObject *tb_zip(PyObject **args, Py_ssize_t count) { return tb_call((PyObject *)&PyZip_Type, args, count, NULL); }

PyObject *tb_reversed(PyObject *sequence) { return PyObject_CallOneArg((PyObject *)&PyReversed_Type, sequence); }
