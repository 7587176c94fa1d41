/* Pattern matching. See tb_match.h. The steps, their order and the errors are those of the interpreter's MATCH_CLASS,
 * MATCH_KEYS and of the code around them. */
#include "tb_match.h"

#include "tb_dict.h"

static int is_class(PyObject *class_)
{
    if (!PyType_Check(class_)) {
        PyErr_SetString(PyExc_TypeError, "called match pattern must be a class");
        return 0;
    }
    return 1;
}

uint8_t tb_match_instance(PyObject *subject, PyObject *class_)
{
    if (!is_class(class_)) {
        return 2;
    }
    int is = PyObject_IsInstance(subject, class_);
    return is < 0 ? 2 : (uint8_t)is;
}

/* Puts the attribute `name` of the subject into `found` at `at`; `seen` has the names of those before it.
 * 1, 0 if there is no such attribute, -1. */
static int take_attribute(PyObject *subject, PyObject *class_, PyObject *name, PyObject *seen, PyObject *found, Py_ssize_t at)
{
    for (Py_ssize_t each = 0; each < at; each++) {
        PyObject *other = PyTuple_GET_ITEM(seen, each);
        if (other != NULL && PyUnicode_Equal(other, name) == 1) {
            PyErr_Format(PyExc_TypeError, "%s() got multiple sub-patterns for attribute %R", ((PyTypeObject *)class_)->tp_name, name);
            return -1;
        }
    }
    PyTuple_SET_ITEM(seen, at, Py_NewRef(name));
    PyObject *value;
    int has = PyObject_GetOptionalAttr(subject, name, &value);
    if (has > 0) {
        PyTuple_SET_ITEM(found, at, value);
    }
    return has;
}

/* How many positional patterns the class takes, with `*args` its `__match_args__` (new) or NULL if a pattern gets the
 * subject itself; -1. */
static Py_ssize_t allowed_patterns(PyObject *class_, PyObject **args)
{
    PyObject *found;
    if (PyObject_GetOptionalAttrString(class_, "__match_args__", &found) < 0) {
        return -1;
    }
    *args = found;
    if (found == NULL) {
        return PyType_HasFeature((PyTypeObject *)class_, _Py_TPFLAGS_MATCH_SELF) ? 1 : 0;
    }
    if (!PyTuple_CheckExact(found)) {
        PyErr_Format(PyExc_TypeError, "%s.__match_args__ must be a tuple (got %s)", ((PyTypeObject *)class_)->tp_name,
                     Py_TYPE(found)->tp_name);
        Py_CLEAR(*args);
        return -1;
    }
    return PyTuple_GET_SIZE(found);
}

PyObject *tb_match_class(PyObject *subject, PyObject *class_, int positional, PyObject *names)
{
    if (!is_class(class_)) {
        return NULL;
    }
    int is = PyObject_IsInstance(subject, class_);
    if (is <= 0) {
        return is < 0 ? NULL : Py_NewRef(Py_None);
    }
    Py_ssize_t named = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    PyObject *args = NULL, *found = PyTuple_New(positional + named), *seen = PyTuple_New(positional + named);
    int fits = found == NULL || seen == NULL ? -1 : 1;
    if (fits > 0 && positional > 0) {
        Py_ssize_t allowed = allowed_patterns(class_, &args);
        if (allowed < 0) {
            fits = -1;
        } else if (allowed < positional) {
            PyErr_Format(PyExc_TypeError, "%s() accepts %zd positional sub-pattern%s (%d given)", ((PyTypeObject *)class_)->tp_name,
                         allowed, allowed == 1 ? "" : "s", positional);
            fits = -1;
        } else if (args == NULL) {
            PyTuple_SET_ITEM(found, 0, Py_NewRef(subject));
        }
        for (Py_ssize_t at = 0; args != NULL && fits > 0 && at < positional; at++) {
            PyObject *name = PyTuple_GET_ITEM(args, at);
            if (!PyUnicode_CheckExact(name)) {
                PyErr_Format(PyExc_TypeError, "__match_args__ elements must be strings (got %s)", Py_TYPE(name)->tp_name);
                fits = -1;
                break;
            }
            fits = take_attribute(subject, class_, name, seen, found, at);
        }
    }
    for (Py_ssize_t at = 0; fits > 0 && at < named; at++) {
        fits = take_attribute(subject, class_, PyTuple_GET_ITEM(names, at), seen, found, positional + at);
    }
    Py_XDECREF(args);
    Py_XDECREF(seen);
    if (fits > 0) {
        return found;
    }
    Py_XDECREF(found);
    return fits < 0 ? NULL : Py_NewRef(Py_None);
}

/* Whether a key stands twice in the pattern; two different texts cannot be equal keys. */
static int check_duplicate(PyObject *keys, Py_ssize_t at)
{
    PyObject *key = PyTuple_GET_ITEM(keys, at);
    for (Py_ssize_t each = 0; each < at; each++) {
        int same = PyObject_RichCompareBool(PyTuple_GET_ITEM(keys, each), key, Py_EQ);
        if (same != 0) {
            if (same > 0) {
                PyErr_Format(PyExc_ValueError, "mapping pattern checks duplicate key (%R)", key);
            }
            return -1;
        }
    }
    return 0;
}

PyObject *tb_match_keys(PyObject *subject, PyObject *keys)
{
    Py_ssize_t count = PyTuple_GET_SIZE(keys);
    int exact = PyDict_CheckExact(subject);
    PyObject *get = NULL, *missing = NULL, *values = NULL;
    if (!exact && count > 0) {
        /* `get` with a default does not make a key, as `[…]` of a defaultdict would. */
        get = PyObject_GetAttrString(subject, "get");
        missing = get == NULL ? NULL : PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
        if (missing == NULL) {
            goto fail;
        }
    }
    values = PyTuple_New(count);
    for (Py_ssize_t at = 0; values != NULL && at < count; at++) {
        PyObject *key = PyTuple_GET_ITEM(keys, at), *value;
        if (check_duplicate(keys, at) < 0) {
            goto fail;
        }
        if (exact) {
            if (PyDict_GetItemRef(subject, key, &value) < 0) {
                goto fail;
            }
        } else {
            value = PyObject_CallFunctionObjArgs(get, key, missing, NULL);
            if (value == NULL) {
                goto fail;
            }
            if (value == missing) {
                Py_CLEAR(value);
            }
        }
        if (value == NULL) {
            Py_SETREF(values, Py_NewRef(Py_None));
            break;
        }
        PyTuple_SET_ITEM(values, at, value);
    }
    Py_XDECREF(get);
    Py_XDECREF(missing);
    return values;
fail:
    Py_XDECREF(get);
    Py_XDECREF(missing);
    Py_XDECREF(values);
    return NULL;
}

PyObject *tb_match_rest(PyObject *subject, PyObject *keys)
{
    PyObject *rest = PyDict_New();
    if (rest == NULL || tb_dict_update_star(rest, subject) < 0) {
        Py_XDECREF(rest);
        return NULL;
    }
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(keys); at++) {
        if (PyDict_DelItem(rest, PyTuple_GET_ITEM(keys, at)) < 0) {
            Py_DECREF(rest);
            return NULL;
        }
    }
    return rest;
}
