/* f-strings: a writer that takes pieces as they are evaluated. */
#include "internals.h"
#include "names.h"
#include "tb.h"

tb_format *tb_format_begin(Py_ssize_t expected_length) { return PyUnicodeWriter_Create(expected_length); }

int tb_format_text(tb_format *format, PyObject *text) { return PyUnicodeWriter_WriteStr(format, text); }

int tb_format_int(tb_format *format, tb_int value)
{
    if (!tb_int_is_small(value)) {
        return PyUnicodeWriter_WriteStr(format, tb_int_object(value));
    }
    char digits[24], *end = digits + sizeof digits, *p = end;
    int64_t number = tb_int_value(value);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        *--p = '-';
    }
    return PyUnicodeWriter_WriteASCII(format, p, end - p);
}

int tb_format_float(tb_format *format, double value)
{
    char *text = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL) {
        return -1;
    }
    int result = PyUnicodeWriter_WriteASCII(format, text, -1);
    PyMem_Free(text);
    return result;
}

int tb_format_bool(tb_format *format, uint8_t value)
{
    return value ? PyUnicodeWriter_WriteASCII(format, "True", 4) : PyUnicodeWriter_WriteASCII(format, "False", 5);
}

int tb_format_str(tb_format *format, PyObject *value)
{
    return PyUnicode_CheckExact(value) ? PyUnicodeWriter_WriteStr(format, value) : tb_format_object(format, value, 0, NULL);
}

PyObject *tb_format_value(PyObject *value, int conversion, PyObject *spec)
{
    PyObject *converted = NULL;
    switch (conversion) {
    case 's': converted = PyObject_Str(value); break;
    case 'r': converted = PyObject_Repr(value); break;
    case 'a': converted = PyObject_ASCII(value); break;
    default: converted = Py_NewRef(value); break;
    }
    if (converted == NULL) {
        return NULL;
    }
    if (spec == NULL && PyUnicode_CheckExact(converted)) {
        return converted;
    }
    PyObject *result = PyObject_Format(converted, spec);
    Py_DECREF(converted);
    return result;
}

int tb_format_object(tb_format *format, PyObject *value, int conversion, PyObject *spec)
{
    PyObject *text = tb_format_value(value, conversion, spec);
    if (text == NULL) {
        return -1;
    }
    int result = PyUnicodeWriter_WriteStr(format, text);
    Py_DECREF(text);
    return result;
}

PyObject *tb_format_finish(tb_format *format) { return PyUnicodeWriter_Finish(format); }

void tb_format_discard(tb_format *format) { PyUnicodeWriter_Discard(format); }

PyObject *tb_str_constant(const char *utf8, Py_ssize_t size)
{
    PyObject *text = PyUnicode_DecodeUTF8(utf8, size, "surrogatepass");
    if (text != NULL) {
        PyUnicode_InternInPlace(&text);
        tb_internal_immortal(text);
    }
    return text;
}
