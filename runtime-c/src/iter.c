/* Loops, ranges and unpacking. */
#include "tb.h"

int tb_iter_start(tb_iter *iter, PyObject *iterable)
{
    iter->index = 0;
    if (PyList_CheckExact(iterable) || PyTuple_CheckExact(iterable)) {
        iter->next = NULL;
        iter->source = Py_NewRef(iterable);
        return 0;
    }
    iter->source = PyObject_GetIter(iterable);
    if (iter->source == NULL) {
        iter->next = NULL;
        return -1;
    }
    iter->next = Py_TYPE(iter->source)->tp_iternext;
    return 0;
}

/* After an iterator gave nothing: 0 at the end, -1 for a failure. */
static int finished(void)
{
    if (!PyErr_Occurred()) {
        return 0;
    }
    if (PyErr_ExceptionMatches(PyExc_StopIteration)) {
        PyErr_Clear();
        return 0;
    }
    return -1;
}

int tb_iter_next_slow(tb_iter *iter, PyObject **item)
{
    *item = NULL;
    if (iter->source == NULL) {
        return 0;
    }
    if (iter->next != NULL) {
        /* The inline half has just called it in vain. */
        return finished();
    }
    if (PyTuple_CheckExact(iter->source)) {
        if (iter->index < PyTuple_GET_SIZE(iter->source)) {
            *item = Py_NewRef(PyTuple_GET_ITEM(iter->source, iter->index++));
            return 1;
        }
    } else if (iter->index < PyList_GET_SIZE(iter->source)) {
        *item = PyList_GetItemRef(iter->source, iter->index);
        if (*item != NULL) {
            iter->index++;
            return 1;
        }
        /* Another thread has just shortened the list. */
        PyErr_Clear();
    }
    Py_CLEAR(iter->source);
    return 0;
}

PyObject *tb_iter_object(PyObject *iterable) { return PyObject_GetIter(iterable); }

int tb_iter_object_next(PyObject *iterator, PyObject **item) { return PyIter_NextItem(iterator, item); }

PyObject *tb_range_object(tb_int start, tb_int stop, tb_int step)
{
    PyObject *args[4] = {NULL, tb_int_to_object(start), tb_int_to_object(stop), tb_int_to_object(step)}, *range = NULL;
    if (args[1] != NULL && args[2] != NULL && args[3] != NULL) {
        range = tb_call((PyObject *)&PyRange_Type, args + 1, 3, NULL);
    }
    for (int i = 1; i < 4; i++) {
        Py_XDECREF(args[i]);
    }
    return range;
}

PyObject *tb_range_iterator(tb_int start, tb_int stop, tb_int step)
{
    PyObject *object = tb_range_object(start, stop, step);
    PyObject *iterator = object == NULL ? NULL : PyObject_GetIter(object);
    Py_XDECREF(object);
    return iterator;
}

int tb_range_next_slow(PyObject *iterator, tb_int *item)
{
    PyObject *value;
    int result = PyIter_NextItem(iterator, &value);
    if (result > 0) {
        *item = tb_int_from_long_steal(value);
    }
    return result;
}

static void release(PyObject **items, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_CLEAR(items[i]);
    }
}

static PyObject *unpack_iterator(PyObject *value)
{
    PyObject *iterator = PyObject_GetIter(value);
    if (iterator == NULL && PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(value)->tp_iter == NULL && !PySequence_Check(value)) {
        PyErr_Format(PyExc_TypeError, "cannot unpack non-iterable %.200s object", Py_TYPE(value)->tp_name);
    }
    return iterator;
}

/* Fills `count` items; on failure none is left and the message says `expected`. */
static int take(PyObject *iterator, Py_ssize_t count, PyObject **items, const char *at_least, Py_ssize_t expected)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        items[i] = PyIter_Next(iterator);
        if (items[i] == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_Format(PyExc_ValueError, "not enough values to unpack (expected %s%zd, got %zd)", at_least, expected, i);
            }
            release(items, i);
            return -1;
        }
    }
    return 0;
}

int tb_unpack(PyObject *value, Py_ssize_t count, PyObject **items)
{
    if (PyTuple_CheckExact(value) && PyTuple_GET_SIZE(value) == count) {
        for (Py_ssize_t i = 0; i < count; i++) {
            items[i] = Py_NewRef(PyTuple_GET_ITEM(value, i));
        }
        return 0;
    }
    PyObject *iterator = unpack_iterator(value);
    if (iterator == NULL) {
        return -1;
    }
    int result = take(iterator, count, items, "", count);
    if (result == 0) {
        PyObject *more = PyIter_Next(iterator);
        if (more != NULL || PyErr_Occurred()) {
            result = -1;
            release(items, count);
        }
        if (more != NULL) {
            Py_DECREF(more);
            Py_ssize_t length = PyDict_CheckExact(value) ? PyDict_Size(value)
                                : PyList_CheckExact(value) || PyTuple_CheckExact(value) ? Py_SIZE(value) : 0;
            if (length > count) {
                PyErr_Format(PyExc_ValueError, "too many values to unpack (expected %zd, got %zd)", count, length);
            } else {
                PyErr_Format(PyExc_ValueError, "too many values to unpack (expected %zd)", count);
            }
        }
    }
    Py_DECREF(iterator);
    return result;
}

int tb_unpack_star(PyObject *value, Py_ssize_t before, Py_ssize_t after, PyObject **items)
{
    PyObject *iterator = unpack_iterator(value);
    if (iterator == NULL) {
        return -1;
    }
    PyObject *rest = NULL;
    if (take(iterator, before, items, "at least ", before + after) == 0) {
        rest = PySequence_List(iterator);
        if (rest == NULL) {
            release(items, before);
        }
    }
    Py_DECREF(iterator);
    if (rest == NULL) {
        return -1;
    }
    Py_ssize_t length = PyList_GET_SIZE(rest);
    if (length < after) {
        PyErr_Format(PyExc_ValueError, "not enough values to unpack (expected at least %zd, got %zd)", before + after, before + length);
        release(items, before);
        Py_DECREF(rest);
        return -1;
    }
    for (Py_ssize_t i = 0; i < after; i++) {
        items[before + 1 + i] = Py_NewRef(PyList_GET_ITEM(rest, length - after + i));
    }
    if (PyList_SetSlice(rest, length - after, length, NULL) < 0) {
        release(items, before);
        release(items + before + 1, after);
        Py_DECREF(rest);
        return -1;
    }
    items[before] = rest;
    return 0;
}
