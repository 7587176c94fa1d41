/* f-strings: a writer that takes pieces as they are evaluated. */
#include "internals.h"
#include "names.h"
#include "tb.h"

/* Short ASCII text, which most is, is gathered here and made a string once; the rest goes to the interpreter's writer. */
#define SHORT 224

struct tb_format {
    PyUnicodeWriter *writer; /* NULL as long as all is in `text` */
    Py_ssize_t length;
    char text[SHORT];
};

tb_format *tb_format_begin(Py_ssize_t expected_length)
{
    tb_format *format = PyMem_Malloc(sizeof(tb_format));
    if (format == NULL) {
        return (tb_format *)PyErr_NoMemory();
    }
    format->length = 0;
    format->writer = NULL;
    if (expected_length > SHORT && (format->writer = PyUnicodeWriter_Create(expected_length)) == NULL) {
        PyMem_Free(format);
        return NULL;
    }
    return format;
}

/* Gives the text so far to the interpreter's writer, if that has not been done. */
static PyUnicodeWriter *writer_of(tb_format *format)
{
    if (format->writer == NULL) {
        format->writer = PyUnicodeWriter_Create(2 * SHORT);
        if (format->writer != NULL && PyUnicodeWriter_WriteASCII(format->writer, format->text, format->length) < 0) {
            return NULL;
        }
    }
    return format->writer;
}

static int write_ascii(tb_format *format, const char *text, Py_ssize_t length)
{
    if (format->writer == NULL && length <= SHORT - format->length) {
        memcpy(format->text + format->length, text, (size_t)length);
        format->length += length;
        return 0;
    }
    PyUnicodeWriter *writer = writer_of(format);
    return writer == NULL ? -1 : PyUnicodeWriter_WriteASCII(writer, text, length);
}

int tb_format_text(tb_format *format, PyObject *text)
{
    if (PyUnicode_IS_COMPACT_ASCII(text)) {
        return write_ascii(format, PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text));
    }
    PyUnicodeWriter *writer = writer_of(format);
    return writer == NULL ? -1 : PyUnicodeWriter_WriteStr(writer, text);
}

int tb_format_int(tb_format *format, tb_int value)
{
    if (!tb_int_is_small(value)) {
        return tb_format_object(format, tb_int_object(value), 0, NULL);
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
    return write_ascii(format, p, end - p);
}

int tb_format_float(tb_format *format, double value)
{
    char *text = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL) {
        return -1;
    }
    int result = write_ascii(format, text, (Py_ssize_t)strlen(text));
    PyMem_Free(text);
    return result;
}

int tb_format_bool(tb_format *format, uint8_t value)
{
    return value ? write_ascii(format, "True", 4) : write_ascii(format, "False", 5);
}

int tb_format_str(tb_format *format, PyObject *value)
{
    return PyUnicode_CheckExact(value) ? tb_format_text(format, value) : tb_format_object(format, value, 0, NULL);
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
    int result = tb_format_text(format, text);
    Py_DECREF(text);
    return result;
}

PyObject *tb_format_finish(tb_format *format)
{
    PyObject *text;
    if (format->writer != NULL) {
        text = PyUnicodeWriter_Finish(format->writer);
    } else if (format->length <= 1) {
        /* The interpreter has these already. */
        text = PyUnicode_FromStringAndSize(format->text, format->length);
    } else {
        text = PyUnicode_New(format->length, 127);
        if (text != NULL) {
            memcpy(PyUnicode_DATA(text), format->text, (size_t)format->length);
        }
    }
    PyMem_Free(format);
    return text;
}

void tb_format_discard(tb_format *format)
{
    if (format != NULL) {
        PyUnicodeWriter_Discard(format->writer);
        PyMem_Free(format);
    }
}

PyObject *tb_str_constant(const char *utf8, Py_ssize_t size)
{
    PyObject *text = PyUnicode_DecodeUTF8(utf8, size, "surrogatepass");
    if (text != NULL) {
        PyUnicode_InternInPlace(&text);
        tb_internal_immortal(text);
    }
    return text;
}
