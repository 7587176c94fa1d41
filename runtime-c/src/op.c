/* Expectations at boundaries, items, slices, names and imports. */
#include "internals.h"
#include "names.h"
#include "tb.h"

void tb_raise_expected(const char *where, const char *expected, PyObject *got)
{
    const char *type = got == Py_None ? "None" : Py_TYPE(got)->tp_name;
    if (where == NULL) {
        PyErr_Format(PyExc_TypeError, "expected %s, got %.200s", expected, type);
    } else {
        PyErr_Format(PyExc_TypeError, "%s: expected %s, got %.200s", where, expected, type);
    }
}

uint8_t tb_bool_from_object(PyObject *value, const char *where)
{
    if (value == Py_True || value == Py_False) {
        return value == Py_True;
    }
    tb_raise_expected(where, "bool", value);
    return 2;
}

int tb_none_expect(PyObject *value, const char *where)
{
    if (value == Py_None) {
        return 0;
    }
    tb_raise_expected(where, "None", value);
    return -1;
}

PyObject *tb_instance_expect(PyObject *value, PyTypeObject *type, const char *expected, const char *where)
{
    if (PyObject_TypeCheck(value, type)) {
        return value;
    }
    tb_raise_expected(where, expected, value);
    return NULL;
}

PyObject *tb_class_expect(PyObject *value, PyObject *cls, const char *expected, const char *where)
{
    int is = PyObject_IsInstance(value, cls);
    if (is > 0) {
        return value;
    }
    if (is == 0) {
        tb_raise_expected(where, expected, value);
    }
    return NULL;
}

PyObject *tb_bytes_expect(PyObject *value, const char *where)
{
    if (PyBytes_Check(value)) {
        return value;
    }
    tb_raise_expected(where, "bytes", value);
    return NULL;
}

uint8_t tb_isinstance(PyObject *value, PyObject *cls)
{
    int is = PyObject_IsInstance(value, cls);
    return is < 0 ? 2 : (uint8_t)is;
}

uint8_t tb_isinstance_said(PyObject *value, int kind)
{
    static PyTypeObject *const types[] = {
        [TB_IS_INT] = &PyLong_Type,   [TB_IS_STR] = &PyUnicode_Type,  [TB_IS_FLOAT] = &PyFloat_Type, [TB_IS_BOOL] = &PyBool_Type,
        [TB_IS_LIST] = &PyList_Type,  [TB_IS_DICT] = &PyDict_Type,    [TB_IS_TUPLE] = &PyTuple_Type, [TB_IS_BYTES] = &PyBytes_Type,
        [TB_IS_SET] = &PySet_Type,    [TB_IS_FROZENSET] = &PyFrozenSet_Type,
    };
    return tb_isinstance(value, (PyObject *)types[kind]);
}

uint8_t tb_issubclass(PyObject *derived, PyObject *cls)
{
    int is = PyObject_IsSubclass(derived, cls);
    return is < 0 ? 2 : (uint8_t)is;
}

PyObject *tb_item_get(PyObject *object, PyObject *key)
{
    if (PyDict_CheckExact(object)) {
        return tb_dict_get(object, key);
    }
    return PyObject_GetItem(object, key);
}

int tb_item_set(PyObject *object, PyObject *key, PyObject *value) { return PyObject_SetItem(object, key, value); }

int tb_item_delete(PyObject *object, PyObject *key) { return PyObject_DelItem(object, key); }

PyObject *tb_slice_new(PyObject *lower, PyObject *upper, PyObject *step) { return PySlice_New(lower, upper, step); }

PyObject *tb_slice_get(PyObject *object, PyObject *lower, PyObject *upper, PyObject *step)
{
    PyObject *slice = PySlice_New(lower, upper, step);
    if (slice == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetItem(object, slice);
    Py_DECREF(slice);
    return result;
}

void tb_raise_name_error(const char *format, PyObject *name)
{
    PyErr_Format(PyExc_NameError, format, name);
    PyObject *error = PyErr_GetRaisedException();
    if (PyErr_GivenExceptionMatches(error, PyExc_NameError) && PyObject_SetAttr(error, tb_names.name, name) < 0) {
        /* Only the suggestion is lost. */
        PyErr_Clear();
    }
    PyErr_SetRaisedException(error);
}

/* The builtins that belong to a namespace, as functions of it see them. New. */
static PyObject *builtins_of(PyObject *globals)
{
    PyObject *builtins;
    if (PyDict_GetItemRef(globals, tb_names.__builtins__, &builtins) < 0) {
        return NULL;
    }
    if (builtins == NULL) {
        return Py_NewRef(tb_names.builtins_dict);
    }
    if (PyModule_Check(builtins)) {
        PyObject *dict = Py_NewRef(PyModule_GetDict(builtins));
        Py_DECREF(builtins);
        return dict;
    }
    return builtins;
}

PyObject *tb_global_get(PyObject *globals, PyObject *name)
{
    PyObject *value;
    if (PyDict_GetItemRef(globals, name, &value) != 0) {
        return value;
    }
    PyObject *builtins = builtins_of(globals);
    if (builtins == NULL) {
        return NULL;
    }
    int found = PyMapping_GetOptionalItem(builtins, name, &value);
    Py_DECREF(builtins);
    if (found == 0) {
        tb_raise_name_error("name '%.200U' is not defined", name);
    }
    return value;
}

int tb_global_set(PyObject *globals, PyObject *name, PyObject *value) { return PyDict_SetItem(globals, name, value); }

int tb_global_delete(PyObject *globals, PyObject *name)
{
    int found = PyDict_Pop(globals, name, NULL);
    if (found == 0) {
        tb_raise_name_error("name '%.200U' is not defined", name);
    }
    return found > 0 ? 0 : -1;
}

PyObject *tb_builtin_get(PyObject *name)
{
    PyObject *value;
    if (PyDict_GetItemRef(tb_names.builtins_dict, name, &value) == 0) {
        tb_raise_name_error("name '%.200U' is not defined", name);
    }
    return value;
}

void tb_raise_unbound(PyObject *name)
{
    PyErr_Format(PyExc_UnboundLocalError, "cannot access local variable '%U' where it is not associated with a value", name);
}

PyObject *tb_import(PyObject *globals, PyObject *name, PyObject *names, int level)
{
    PyObject *builtins = builtins_of(globals), *import = NULL;
    if (builtins == NULL) {
        return NULL;
    }
    int found = PyMapping_GetOptionalItem(builtins, tb_names.__import__, &import);
    Py_DECREF(builtins);
    if (found <= 0) {
        if (found == 0) {
            PyErr_SetString(PyExc_ImportError, "__import__ not found");
        }
        return NULL;
    }
    PyObject *result;
    if (import == tb_names.builtin_import) {
        result = PyImport_ImportModuleLevelObject(name, globals, NULL, names, level);
    } else {
        /* Replaced by the program: called as the interpreter calls it. */
        result = PyObject_CallFunction(import, "OOOOi", name, globals, Py_None, names == NULL ? Py_None : names, level);
    }
    Py_DECREF(import);
    return result;
}

PyObject *tb_import_from(PyObject *module, PyObject *name) { return tb_internal_import_from(module, name); }
