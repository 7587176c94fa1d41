/* Sets and tuples. */
#include "names.h"
#include "tb.h"

extern PyObject *tb_generic_slice(PyObject *object, tb_int lower, tb_int upper);

static int done(PyObject *result)
{
    if (result == NULL) {
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

PyObject *tb_set_expect(PyObject *value, const char *where)
{
    if (PySet_Check(value)) {
        return value;
    }
    tb_raise_expected(where, "set", value);
    return NULL;
}

PyObject *tb_frozenset_expect(PyObject *value, const char *where)
{
    if (PyFrozenSet_Check(value)) {
        return value;
    }
    tb_raise_expected(where, "frozenset", value);
    return NULL;
}

Py_ssize_t tb_set_length(PyObject *set)
{
    return PySet_CheckExact(set) || PyFrozenSet_CheckExact(set) ? PySet_Size(set) : PyObject_Size(set);
}

int tb_set_add(PyObject *set, PyObject *value)
{
    return PySet_CheckExact(set) ? PySet_Add(set, value) : done(PyObject_CallMethodOneArg(set, tb_names.add, value));
}

/* Through the method: an unhashable set as value means the frozenset of it, which PySet_Discard does not know. */
int tb_set_discard(PyObject *set, PyObject *value) { return done(PyObject_CallMethodOneArg(set, tb_names.discard, value)); }
int tb_set_remove(PyObject *set, PyObject *value) { return done(PyObject_CallMethodOneArg(set, tb_names.remove, value)); }

int tb_set_add_steal(PyObject *set, PyObject *value)
{
    if (value == NULL) {
        return -1;
    }
    int result = PySet_Add(set, value);
    Py_DECREF(value);
    return result;
}

int tb_set_update_star(PyObject *set, PyObject *iterable)
{
    return done(PyObject_CallMethodOneArg(set, tb_names.update, iterable));
}

uint8_t tb_set_contains(PyObject *set, PyObject *value) { return tb_contains(set, value); }

PyObject *tb_tuple_expect(PyObject *value, const char *where)
{
    if (PyTuple_Check(value)) {
        return value;
    }
    tb_raise_expected(where, "tuple", value);
    return NULL;
}

PyObject *tb_tuple_expect_length(PyObject *value, Py_ssize_t length, const char *where)
{
    if (tb_tuple_expect(value, where) == NULL) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(value) != length) {
        PyErr_Format(PyExc_TypeError, "%s%sexpected a tuple of length %zd, got %zd", where == NULL ? "" : where, where == NULL ? "" : ": ",
                     length, PyTuple_GET_SIZE(value));
        return NULL;
    }
    return value;
}

PyObject *tb_tuple_pack(PyObject **items, Py_ssize_t count)
{
    PyObject *tuple = NULL;
    int failed = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        failed |= items[i] == NULL;
    }
    if (!failed) {
        tuple = PyTuple_New(count);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (tuple != NULL) {
            PyTuple_SET_ITEM(tuple, i, items[i]);
        } else {
            Py_XDECREF(items[i]);
        }
    }
    return tuple;
}

PyObject *tb_tuple_get_slow(PyObject *tuple, tb_int index) { return tb_list_get_slow(tuple, index); }

PyObject *tb_tuple_slice(PyObject *tuple, tb_int lower, tb_int upper) { return tb_generic_slice(tuple, lower, upper); }

PyObject *tb_tuple_from_list_steal(PyObject *list)
{
    if (list == NULL) {
        return NULL;
    }
    PyObject *tuple = PyList_AsTuple(list);
    Py_DECREF(list);
    return tuple;
}
