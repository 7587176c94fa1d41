/* Text: exact `str` by the public fast functions, subclasses by the generic protocol. */
#include <string.h>

#include "names.h"
#include "tb.h"

PyObject *tb_str_latin1[256];

PyObject *tb_str_expect(PyObject *value, const char *where)
{
    if (PyUnicode_Check(value)) {
        return value;
    }
    tb_raise_expected(where, "str", value);
    return NULL;
}

Py_ssize_t tb_str_length(PyObject *s)
{
    return PyUnicode_CheckExact(s) ? PyUnicode_GET_LENGTH(s) : PyObject_Size(s);
}

uint8_t tb_str_truth(PyObject *s)
{
    return PyUnicode_CheckExact(s) ? PyUnicode_GET_LENGTH(s) != 0 : tb_truth(s);
}

PyObject *tb_str_concat(PyObject *a, PyObject *b)
{
    return PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b) ? PyUnicode_Concat(a, b) : PyNumber_Add(a, b);
}

PyObject *tb_str_append(PyObject *a, PyObject *b)
{
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b)) {
        /* Resizes in place only when this thread holds the only reference. */
        PyUnicode_Append(&a, b);
        return a;
    }
    PyObject *result = PyNumber_InPlaceAdd(a, b);
    Py_DECREF(a);
    return result;
}

PyObject *tb_str_repeat(PyObject *s, tb_int count)
{
    PyObject *n = tb_int_to_object(count);
    if (n == NULL) {
        return NULL;
    }
    PyObject *result = PyNumber_Multiply(s, n);
    Py_DECREF(n);
    return result;
}

static PyObject *generic_item(PyObject *object, tb_int index)
{
    PyObject *key = tb_int_to_object(index);
    if (key == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetItem(object, key);
    Py_DECREF(key);
    return result;
}

PyObject *tb_str_index_slow(PyObject *s, tb_int index)
{
    if (PyUnicode_CheckExact(s) && tb_int_is_small(index)) {
        int64_t i = tb_int_value(index);
        Py_ssize_t length = PyUnicode_GET_LENGTH(s);
        i += i < 0 ? length : 0;
        if (i >= 0 && i < length) {
            return PyUnicode_FromOrdinal((int)PyUnicode_READ_CHAR(s, i));
        }
    }
    return generic_item(s, index);
}

static PyObject *optional_bound(tb_int bound)
{
    return bound == TB_INT_ERROR ? Py_None : tb_int_to_object(bound);
}

/* A slice of anything by int bounds, through a slice object. */
PyObject *tb_generic_slice(PyObject *object, tb_int lower, tb_int upper);
PyObject *tb_generic_slice(PyObject *object, tb_int lower, tb_int upper)
{
    PyObject *from = optional_bound(lower), *to = optional_bound(upper), *result = NULL;
    if (from != NULL && to != NULL) {
        result = tb_slice_get(object, from, to, NULL);
    }
    Py_XDECREF(from);
    Py_XDECREF(to);
    return result;
}

PyObject *tb_str_slice(PyObject *s, tb_int lower, tb_int upper)
{
    int small = (lower == TB_INT_ERROR || tb_int_is_small(lower)) && (upper == TB_INT_ERROR || tb_int_is_small(upper));
    if (!PyUnicode_CheckExact(s) || !small) {
        return tb_generic_slice(s, lower, upper);
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(s);
    Py_ssize_t from = lower == TB_INT_ERROR ? 0 : (Py_ssize_t)tb_int_value(lower);
    Py_ssize_t to = upper == TB_INT_ERROR ? length : (Py_ssize_t)tb_int_value(upper);
    PySlice_AdjustIndices(length, &from, &to, 1);
    return PyUnicode_Substring(s, from, to > from ? to : from);
}

uint8_t tb_str_eq_slow(PyObject *a, PyObject *b)
{
    const uint8_t *x = tb_str_ascii(a), *y = tb_str_ascii(b);
    if (x != NULL && y != NULL) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(a);
        return length == PyUnicode_GET_LENGTH(b) && memcmp(x, y, (size_t)length) == 0;
    }
    if (PyUnicode_CheckExact(a) && PyUnicode_CheckExact(b)) {
        int equal = PyUnicode_Equal(a, b);
        return equal < 0 ? 2 : (uint8_t)equal;
    }
    return tb_truth_steal(PyObject_RichCompare(a, b, Py_EQ));
}

uint8_t tb_str_compare_slow(PyObject *a, PyObject *b, int op)
{
    return tb_truth_steal(PyObject_RichCompare(a, b, op));
}

uint8_t tb_str_contains_slow(PyObject *s, PyObject *part)
{
    const uint8_t *characters = tb_str_ascii(s), *wanted = tb_str_ascii(part);
    if (characters != NULL && wanted != NULL && PyUnicode_GET_LENGTH(part) == 1) {
        return memchr(characters, wanted[0], (size_t)PyUnicode_GET_LENGTH(s)) != NULL;
    }
    int found = PyUnicode_CheckExact(s) ? PyUnicode_Contains(s, part) : PySequence_Contains(s, part);
    return found < 0 ? 2 : (uint8_t)found;
}

PyObject *tb_str_join(PyObject *separator, PyObject *iterable)
{
    if (PyUnicode_CheckExact(separator)) {
        return PyUnicode_Join(separator, iterable);
    }
    return PyObject_CallMethodOneArg(separator, tb_names.join, iterable);
}

static uint8_t tail_match(PyObject *s, PyObject *part, int direction, PyObject *name)
{
    if (PyUnicode_CheckExact(s) && PyUnicode_Check(part)) {
        Py_ssize_t found = PyUnicode_Tailmatch(s, part, 0, PY_SSIZE_T_MAX, direction);
        return found < 0 ? 2 : (uint8_t)found;
    }
    return tb_truth_steal(PyObject_CallMethodOneArg(s, name, part));
}

uint8_t tb_str_startswith(PyObject *s, PyObject *prefix) { return tail_match(s, prefix, -1, tb_names.startswith); }
uint8_t tb_str_endswith(PyObject *s, PyObject *suffix) { return tail_match(s, suffix, 1, tb_names.endswith); }

tb_int tb_str_find(PyObject *s, PyObject *part)
{
    if (PyUnicode_CheckExact(s) && PyUnicode_Check(part)) {
        Py_ssize_t found = PyUnicode_Find(s, part, 0, PyUnicode_GET_LENGTH(s), 1);
        return found == -2 ? TB_INT_ERROR : TB_INT(found);
    }
    PyObject *result = PyObject_CallMethod(s, "find", "O", part);
    if (result == NULL) {
        return TB_INT_ERROR;
    }
    tb_int found = tb_int_from_object_subclass(result, NULL);
    Py_DECREF(result);
    return found;
}

PyObject *tb_str_replace(PyObject *s, PyObject *old_part, PyObject *new_part)
{
    if (PyUnicode_CheckExact(s) && PyUnicode_Check(old_part) && PyUnicode_Check(new_part)) {
        return PyUnicode_Replace(s, old_part, new_part, -1);
    }
    PyObject *args[4] = {NULL, s, old_part, new_part};
    return tb_call_method(tb_names.replace, args + 1, 3, NULL);
}

PyObject *tb_str_split(PyObject *s, PyObject *separator)
{
    if (PyUnicode_CheckExact(s) && (separator == NULL || PyUnicode_Check(separator))) {
        return PyUnicode_Split(s, separator, -1);
    }
    return separator == NULL ? PyObject_CallMethodNoArgs(s, tb_names.split) : PyObject_CallMethodOneArg(s, tb_names.split, separator);
}

PyObject *tb_str_upper(PyObject *s)
{
    return tb_call_method_0(s, tb_names.upper);
}
PyObject *tb_str_lower(PyObject *s)
{
    return tb_call_method_0(s, tb_names.lower);
}
PyObject *tb_str_strip(PyObject *s)
{
    return tb_call_method_0(s, tb_names.strip);
}

tb_int tb_str_ord(PyObject *s)
{
    if (PyUnicode_Check(s) && PyUnicode_GET_LENGTH(s) == 1) {
        return TB_INT(PyUnicode_READ_CHAR(s, 0));
    }
    PyObject *function, *result = NULL;
    if ((function = PyObject_GetAttrString(PyImport_AddModule("builtins"), "ord")) != NULL) {
        result = PyObject_CallOneArg(function, s);
        Py_DECREF(function);
    }
    return tb_int_from_long_steal(result);
}

PyObject *tb_str_chr(tb_int code)
{
    int64_t value;
    if (tb_int_to_int64(code, &value) == 0 && value >= 0 && value <= 0x10ffff) {
        return PyUnicode_FromOrdinal((int)value);
    }
    PyErr_SetString(PyExc_ValueError, "chr() arg not in range(0x110000)");
    return NULL;
}
