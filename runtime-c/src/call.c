/* Calls with `*` and `**`, and their error texts. */
#include "internals.h"
#include "names.h"
#include "tb.h"

PyObject *tb_call_ex(PyObject *callable, PyObject *args, PyObject *kwargs) { return PyObject_Call(callable, args, kwargs); }

PyObject *tb_call_name(PyObject *callable) { return tb_internal_function_name(callable); }

int tb_call_args_extend(PyObject *list, PyObject *iterable, PyObject *callable)
{
    if (PyList_Extend(list, iterable) == 0) {
        return 0;
    }
    if (PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL && !PySequence_Check(iterable)) {
        PyErr_Clear();
        PyObject *name = tb_call_name(callable);
        if (name != NULL) {
            PyErr_Format(PyExc_TypeError, "%U argument after * must be an iterable, not %.200s", name, Py_TYPE(iterable)->tp_name);
            Py_DECREF(name);
        }
    }
    return -1;
}

static void raise_multiple(PyObject *callable, PyObject *key)
{
    PyObject *name = tb_call_name(callable);
    if (name != NULL) {
        PyErr_Format(PyExc_TypeError, "%U got multiple values for keyword argument '%S'", name, key);
        Py_DECREF(name);
    }
}

int tb_call_kwargs_merge(PyObject *dict, PyObject *mapping, PyObject *callable)
{
    if (tb_internal_merge(dict, mapping) == 0) {
        return 0;
    }
    /* As the interpreter's `_PyEval_FormatKwargsError`. */
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        PyObject *name = tb_call_name(callable);
        if (name != NULL) {
            PyErr_Format(PyExc_TypeError, "%U argument after ** must be a mapping, not %.200s", name, Py_TYPE(mapping)->tp_name);
            Py_DECREF(name);
        }
    } else if (PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyObject *error = PyErr_GetRaisedException(), *args = PyException_GetArgs(error);
        if (PyTuple_Check(args) && PyTuple_GET_SIZE(args) == 1) {
            raise_multiple(callable, PyTuple_GET_ITEM(args, 0));
            Py_DECREF(error);
        } else {
            PyErr_SetRaisedException(error);
        }
        Py_DECREF(args);
    }
    return -1;
}

int tb_call_kwargs_set(PyObject *dict, PyObject *name, PyObject *value, PyObject *callable)
{
    int known = PyDict_Contains(dict, name);
    if (known == 0) {
        return PyDict_SetItem(dict, name, value);
    }
    if (known > 0) {
        raise_multiple(callable, name);
    }
    return -1;
}
