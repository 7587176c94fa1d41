/* Calls of methods, calls with `*` and `**`, and their error texts. */
#include "internals.h"
#include "names.h"
#include "tb.h"

/* What a name means in a type that nobody can change: a method, or NULL for anything else. Never freed, as there are only so
 * many places for them. */
typedef struct known_method {
    PyTypeObject *type;
    PyObject *name;
    PyMethodDescrObject *method;
    PyMethodDef *definition;
    /* How it is called. */
    int flags;
} known_method;
static known_method *known_methods[1024];

static inline size_t place_of(PyTypeObject *type, PyObject *name)
{
    return (((uintptr_t)type >> 4) * 31 + ((uintptr_t)name >> 4)) % Py_ARRAY_LENGTH(known_methods);
}

/* Whether all objects of a type have the same methods for ever: a static type of the interpreter, whose objects have no
 * attributes of their own. */
static int is_fixed(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE) && !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) &&
           type->tp_dictoffset == 0 && !PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT) &&
           type->tp_getattro == PyObject_GenericGetAttr;
}

/* Learns a method if it is one of the plain ones; failures are left to the call itself. */
static void learn_method(PyTypeObject *type, PyObject *name)
{
    known_method **place = &known_methods[place_of(type, name)];
    if (!is_fixed(type) || __atomic_load_n(place, __ATOMIC_RELAXED) != NULL) {
        return;
    }
    PyObject *found;
    if (PyObject_GetOptionalAttr((PyObject *)type, name, &found) < 0) {
        PyErr_Clear();
        return;
    }
    if (found != NULL && !(Py_IS_TYPE(found, &PyMethodDescr_Type) && PyType_IsSubtype(type, PyDescr_TYPE(found)))) {
        Py_CLEAR(found);
    }
    known_method *entry = PyMem_RawMalloc(sizeof *entry), *none = NULL;
    if (entry == NULL) {
        Py_XDECREF(found);
        return;
    }
    *entry = (known_method){.type = type, .name = name};
    if (found != NULL) {
        /* Kept for ever. Calling it does not count, so threads do not meet there. */
        entry->method = (PyMethodDescrObject *)found;
        entry->definition = entry->method->d_method;
        entry->flags = entry->definition->ml_flags & ~METH_COEXIST;
    }
    if (!__atomic_compare_exchange_n(place, &none, entry, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        /* Another thread was first. */
        Py_XDECREF(found);
        PyMem_RawFree(entry);
    }
}

PyObject *tb_call_method(PyObject *name, PyObject **args, Py_ssize_t positional, PyObject *kwnames)
{
    PyTypeObject *type = Py_TYPE(args[0]);
    known_method *known = __atomic_load_n(&known_methods[place_of(type, name)], __ATOMIC_ACQUIRE);
    if (known != NULL && known->type == type && known->name == name && known->method != NULL) {
        PyMethodDef *definition = known->definition;
        if (kwnames == NULL) {
            switch (known->flags) {
            case METH_NOARGS:
                if (positional == 1) {
                    return definition->ml_meth(args[0], NULL);
                }
                break;
            case METH_O:
                if (positional == 2) {
                    return definition->ml_meth(args[0], args[1]);
                }
                break;
            case METH_FASTCALL:
                return ((PyCFunctionFast)(void (*)(void))definition->ml_meth)(args[0], args + 1, positional - 1);
            case METH_FASTCALL | METH_KEYWORDS:
                return ((PyCFunctionFastWithKeywords)(void (*)(void))definition->ml_meth)(args[0], args + 1, positional - 1, NULL);
            default:
                break;
            }
        }
        return known->method->vectorcall((PyObject *)known->method, args, (size_t)positional | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
    }
    if (known == NULL) {
        learn_method(type, name);
    }
    return PyObject_VectorcallMethod(name, args, (size_t)positional | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
}

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
