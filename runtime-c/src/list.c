/* Lists: the exact type by the locking public functions, subclasses by protocol and method lookup. */
#include "internals.h"
#include "names.h"
#include "tb.h"

extern PyObject *tb_generic_slice(PyObject *object, tb_int lower, tb_int upper);

/* Result of a method that gives None: 0 or -1. */
static int done(PyObject *result)
{
    if (result == NULL) {
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

PyObject *tb_list_expect(PyObject *value, const char *where)
{
    if (PyList_Check(value)) {
        return value;
    }
    tb_raise_expected(where, "list", value);
    return NULL;
}

PyObject *tb_list_pack(PyObject **items, Py_ssize_t count)
{
    PyObject *list = NULL;
    int failed = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        failed |= items[i] == NULL;
    }
    if (!failed) {
        list = PyList_New(count);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (list != NULL) {
            PyList_SET_ITEM(list, i, items[i]);
        } else {
            Py_XDECREF(items[i]);
        }
    }
    return list;
}

PyObject *tb_list_get_slow(PyObject *list, tb_int index)
{
    PyObject *key = tb_int_to_object(index);
    if (key == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetItem(list, key);
    Py_DECREF(key);
    return result;
}

int tb_list_set(PyObject *list, tb_int index, PyObject *value)
{
    if (PyList_CheckExact(list) && tb_int_is_small(index)) {
        Py_ssize_t i = (Py_ssize_t)tb_int_value(index);
        i += i < 0 ? PyList_GET_SIZE(list) : 0;
        return PyList_SetItem(list, i, Py_NewRef(value));
    }
    PyObject *key = tb_int_to_object(index);
    if (key == NULL) {
        return -1;
    }
    int result = PyObject_SetItem(list, key, value);
    Py_DECREF(key);
    return result;
}

int tb_list_delete(PyObject *list, tb_int index)
{
    PyObject *key = tb_int_to_object(index);
    if (key == NULL) {
        return -1;
    }
    int result = PyObject_DelItem(list, key);
    Py_DECREF(key);
    return result;
}

PyObject *tb_list_slice(PyObject *list, tb_int lower, tb_int upper)
{
    int small = (lower == TB_INT_ERROR || tb_int_is_small(lower)) && (upper == TB_INT_ERROR || tb_int_is_small(upper));
    if (!PyList_CheckExact(list) || !small) {
        return tb_generic_slice(list, lower, upper);
    }
    Py_ssize_t length = PyList_GET_SIZE(list);
    Py_ssize_t from = lower == TB_INT_ERROR ? 0 : (Py_ssize_t)tb_int_value(lower);
    Py_ssize_t to = upper == TB_INT_ERROR ? length : (Py_ssize_t)tb_int_value(upper);
    PySlice_AdjustIndices(length, &from, &to, 1);
    return PyList_GetSlice(list, from, to);
}

int tb_list_append(PyObject *list, PyObject *value)
{
    if (PyList_CheckExact(list)) {
        return PyList_Append(list, value);
    }
    return done(PyObject_CallMethodOneArg(list, tb_names.append, value));
}

int tb_list_append_steal(PyObject *list, PyObject *value)
{
    if (value == NULL) {
        return -1;
    }
    /* As `LIST_APPEND` does: no other thread has the list yet, so that it needs no lock; only the collector may look. */
    PyListObject *self = (PyListObject *)list;
    Py_ssize_t length = PyList_GET_SIZE(list);
    if (self->allocated > length) {
        __atomic_store_n(&self->ob_item[length], value, __ATOMIC_RELEASE);
        Py_SET_SIZE(self, length + 1);
        return 0;
    }
    int result = PyList_Append(list, value);
    Py_DECREF(value);
    return result;
}

int tb_list_extend_star(PyObject *list, PyObject *iterable)
{
    if (PyList_Extend(list, iterable) == 0) {
        return 0;
    }
    if (PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL && !PySequence_Check(iterable)) {
        PyErr_Clear();
        PyErr_Format(PyExc_TypeError, "Value after * must be an iterable, not %.200s", Py_TYPE(iterable)->tp_name);
    }
    return -1;
}

int tb_list_extend(PyObject *list, PyObject *iterable)
{
    if (PyList_CheckExact(list)) {
        return PyList_Extend(list, iterable);
    }
    return done(PyObject_CallMethodOneArg(list, tb_names.extend, iterable));
}

PyObject *tb_list_pop(PyObject *list) { return PyObject_CallMethodNoArgs(list, tb_names.pop); }

PyObject *tb_list_pop_at(PyObject *list, tb_int index)
{
    PyObject *key = tb_int_to_object(index);
    if (key == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethodOneArg(list, tb_names.pop, key);
    Py_DECREF(key);
    return result;
}

int tb_list_insert(PyObject *list, tb_int index, PyObject *value)
{
    if (PyList_CheckExact(list) && tb_int_is_small(index)) {
        return PyList_Insert(list, (Py_ssize_t)tb_int_value(index), value);
    }
    PyObject *args[4] = {NULL, list, tb_int_to_object(index), value};
    if (args[2] == NULL) {
        return -1;
    }
    int result = done(tb_call_method(tb_names.insert, args + 1, 3, NULL));
    Py_DECREF(args[2]);
    return result;
}

int tb_list_reverse(PyObject *list)
{
    return PyList_CheckExact(list) ? PyList_Reverse(list) : done(PyObject_CallMethodNoArgs(list, tb_names.reverse));
}

int tb_list_clear(PyObject *list)
{
    return PyList_CheckExact(list) ? PyList_Clear(list) : done(PyObject_CallMethodNoArgs(list, tb_names.clear));
}

PyObject *tb_list_copy(PyObject *list)
{
    return PyList_CheckExact(list) ? PyList_GetSlice(list, 0, PY_SSIZE_T_MAX) : PyObject_CallMethodNoArgs(list, tb_names.copy);
}

int tb_list_sort(PyObject *list, PyObject *key, uint8_t reverse)
{
    if (PyList_CheckExact(list) && key == NULL && !reverse) {
        return PyList_Sort(list);
    }
    /* The two keywords of list.sort, made here: this is not worth a constant. */
    PyObject *names = PyTuple_Pack(2, tb_names.key, tb_names.reverse);
    if (names == NULL) {
        return -1;
    }
    PyObject *args[4] = {NULL, list, key == NULL ? Py_None : key, reverse ? Py_True : Py_False};
    int result = done(tb_call_method(tb_names.sort, args + 1, 1, names));
    Py_DECREF(names);
    return result;
}

uint8_t tb_list_contains(PyObject *list, PyObject *value) { return tb_contains(list, value); }

PyObject *tb_list_concat(PyObject *a, PyObject *b) { return PyNumber_Add(a, b); }

PyObject *tb_list_repeat(PyObject *list, tb_int count) { return tb_str_repeat(list, count); }
