/* Dicts: the exact type by functions that return new references, subclasses by protocol and method lookup. */
#include "names.h"
#include "tb.h"

static int done(PyObject *result)
{
    if (result == NULL) {
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

PyObject *tb_dict_expect(PyObject *value, const char *where)
{
    if (PyDict_Check(value)) {
        return value;
    }
    tb_raise_expected(where, "dict", value);
    return NULL;
}

void tb_dict_raise_key_error(PyObject *key)
{
    /* Made by hand: `PyErr_SetObject` would spread a tuple key over several arguments. */
    PyObject *error = PyObject_CallOneArg(PyExc_KeyError, key);
    if (error != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
        Py_DECREF(error);
    }
}

PyObject *tb_dict_get(PyObject *dict, PyObject *key)
{
    if (!PyDict_CheckExact(dict)) {
        return PyObject_GetItem(dict, key);
    }
    PyObject *value;
    if (PyDict_GetItemRef(dict, key, &value) != 0) {
        return value;
    }
    tb_dict_raise_key_error(key);
    return NULL;
}

PyObject *tb_dict_get_or(PyObject *dict, PyObject *key, PyObject *fallback)
{
    if (!PyDict_CheckExact(dict)) {
        PyObject *args[4] = {NULL, dict, key, fallback == NULL ? Py_None : fallback};
        return tb_call_method(tb_names.get, args + 1, 3, NULL);
    }
    PyObject *value;
    if (PyDict_GetItemRef(dict, key, &value) != 0) {
        return value;
    }
    return Py_NewRef(fallback == NULL ? Py_None : fallback);
}

int tb_dict_set(PyObject *dict, PyObject *key, PyObject *value)
{
    return PyDict_CheckExact(dict) ? PyDict_SetItem(dict, key, value) : PyObject_SetItem(dict, key, value);
}

int tb_dict_delete(PyObject *dict, PyObject *key)
{
    return PyDict_CheckExact(dict) ? PyDict_DelItem(dict, key) : PyObject_DelItem(dict, key);
}

int tb_dict_set_steal(PyObject *dict, PyObject *key, PyObject *value)
{
    int result = key == NULL || value == NULL ? -1 : PyDict_SetItem(dict, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return result;
}

int tb_dict_update_star(PyObject *dict, PyObject *mapping)
{
    if (PyDict_Update(dict, mapping) == 0) {
        return 0;
    }
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not a mapping", Py_TYPE(mapping)->tp_name);
    }
    return -1;
}

uint8_t tb_dict_contains(PyObject *dict, PyObject *key)
{
    int found = PyDict_CheckExact(dict) ? PyDict_Contains(dict, key) : PySequence_Contains(dict, key);
    return found < 0 ? 2 : (uint8_t)found;
}

PyObject *tb_dict_setdefault(PyObject *dict, PyObject *key, PyObject *fallback)
{
    fallback = fallback == NULL ? Py_None : fallback;
    if (PyDict_CheckExact(dict)) {
        PyObject *value;
        return PyDict_SetDefaultRef(dict, key, fallback, &value) < 0 ? NULL : value;
    }
    PyObject *args[4] = {NULL, dict, key, fallback};
    return tb_call_method(tb_names.setdefault, args + 1, 3, NULL);
}

PyObject *tb_dict_pop(PyObject *dict, PyObject *key, PyObject *fallback)
{
    if (!PyDict_CheckExact(dict)) {
        PyObject *args[4] = {NULL, dict, key, fallback};
        return tb_call_method(tb_names.pop, args + 1, fallback == NULL ? 2 : 3, NULL);
    }
    /* An empty dict does not hash the key, so no check that it can be hashed: as dict.pop. */
    PyObject *value;
    if (PyDict_Pop(dict, key, &value) != 0) {
        return value;
    }
    if (fallback == NULL) {
        tb_dict_raise_key_error(key);
        return NULL;
    }
    return Py_NewRef(fallback);
}

PyObject *tb_dict_keys(PyObject *dict)
{
    return tb_call_method_0(dict, tb_names.keys);
}
PyObject *tb_dict_values(PyObject *dict)
{
    return tb_call_method_0(dict, tb_names.values);
}
PyObject *tb_dict_items(PyObject *dict)
{
    return tb_call_method_0(dict, tb_names.items);
}

int tb_dict_update(PyObject *dict, PyObject *other)
{
    if (PyDict_CheckExact(dict) && PyDict_CheckExact(other)) {
        return PyDict_Update(dict, other);
    }
    return done(PyObject_CallMethodOneArg(dict, tb_names.update, other));
}

int tb_dict_clear(PyObject *dict)
{
    if (PyDict_CheckExact(dict)) {
        PyDict_Clear(dict);
        return 0;
    }
    return done(PyObject_CallMethodNoArgs(dict, tb_names.clear));
}

PyObject *tb_dict_copy(PyObject *dict)
{
    return PyDict_CheckExact(dict) ? PyDict_Copy(dict) : PyObject_CallMethodNoArgs(dict, tb_names.copy);
}
