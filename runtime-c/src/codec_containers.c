/* Containers and unions for generated decoders and encoders: the loops, with the element's function as argument. */
#include "tb_codec.h"

int tb_codec_want(tb_reader *reader, const tb_place *place, int kind, uint32_t rejection) {
    int found = tb_runtime_table->peek(reader, place);
    if (found == TB_JSON_ERROR) {
        return TB_FATAL;
    }
    return found == kind ? TB_OK : tb_codec_refuse(reader, place, rejection, NULL);
}

/* Reads an array's elements; `add` stores each (consuming it): 0 or -1. An element that cannot be hashed is rejected. */
static int read_items(tb_reader *reader, const tb_place *place, tb_decoder element, int (*add)(PyObject *, PyObject *), PyObject *into) {
    int whole = TB_OK, more;
    tb_place here = {place, NULL, 0};
    for (int first = 1; (more = tb_runtime_table->next_item(reader, place, first)) == 1; first = 0, here.length++) {
        PyObject *item = NULL;
        int status = element(reader, &here, &item);
        if (TB_CODEC_STOPS(status)) {
            return status;
        }
        if (status != TB_OK) {
            whole = TB_INVALID;
        } else if (add(into, item) < 0) {
            if (PyList_Check(into) || !PyErr_ExceptionMatches(PyExc_TypeError)) {
                return TB_RAISED;
            }
            PyErr_Clear();
            whole = tb_runtime_table->reject(reader, &here, TB_REJECT_SET_TYPE, "the value cannot be in a set");
        }
    }
    return more == 0 ? whole : more;
}

static int add_to_list(PyObject *list, PyObject *item) {
    int failed = PyList_Append(list, item);
    Py_DECREF(item);
    return failed;
}
static int add_to_set(PyObject *set, PyObject *item) {
    int failed = PySet_Add(set, item);
    Py_DECREF(item);
    return failed;
}

static int finish(int status, PyObject *made, PyObject **out) {
    if (status != TB_OK) {
        Py_XDECREF(made);
        return status;
    }
    *out = made;
    return made == NULL ? TB_RAISED : TB_OK;
}

static int read_into(tb_reader *reader, const tb_place *place, tb_decoder element, uint32_t rejection, PyObject *made,
                     int (*add)(PyObject *, PyObject *), PyObject **out) {
    int status = made == NULL ? TB_RAISED : tb_codec_want(reader, place, TB_JSON_ARRAY, rejection);
    return finish(status != TB_OK ? status : read_items(reader, place, element, add, made), made, out);
}

int tb_codec_read_list(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out) {
    return read_into(reader, place, element, TB_REJECT_LIST_TYPE, PyList_New(0), add_to_list, out);
}
int tb_codec_read_set(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out) {
    return read_into(reader, place, element, TB_REJECT_SET_TYPE, PySet_New(NULL), add_to_set, out);
}
int tb_codec_read_frozenset(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out) {
    return read_into(reader, place, element, TB_REJECT_SET_TYPE, PyFrozenSet_New(NULL), add_to_set, out);
}
int tb_codec_read_tuple_of(tb_reader *reader, const tb_place *place, tb_decoder element, PyObject **out) {
    PyObject *list = NULL;
    int status = read_into(reader, place, element, TB_REJECT_TUPLE_TYPE, PyList_New(0), add_to_list, &list);
    if (status == TB_OK) {
        status = finish(TB_OK, PyList_AsTuple(list), out);
        Py_DECREF(list);
    }
    return status;
}

int tb_codec_read_tuple(tb_reader *reader, const tb_place *place, const tb_decoder *elements, size_t count, PyObject **out) {
    int whole = tb_codec_want(reader, place, TB_JSON_ARRAY, TB_REJECT_TUPLE_TYPE), more;
    if (whole != TB_OK) {
        return whole;
    }
    PyObject *tuple = PyTuple_New((Py_ssize_t)count);
    if (tuple == NULL) {
        return TB_RAISED;
    }
    tb_place here = {place, NULL, 0};
    for (int first = 1; (more = tb_runtime_table->next_item(reader, place, first)) == 1; first = 0, here.length++) {
        PyObject *item = NULL;
        int status = here.length < count ? elements[here.length](reader, &here, &item) : tb_runtime_table->skip(reader, &here);
        if (TB_CODEC_STOPS(status)) {
            return finish(status, tuple, out);
        }
        if (item != NULL && status == TB_OK) {
            PyTuple_SET_ITEM(tuple, (Py_ssize_t)here.length, item);
        } else if (status != TB_OK) {
            whole = TB_INVALID;
        }
    }
    if (more != 0) {
        return finish(more, tuple, out);
    }
    if (here.length != count) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "%zu", count);
        whole = tb_runtime_table->reject(reader, place, TB_REJECT_TUPLE_LENGTH, expected);
    }
    return finish(whole, tuple, out);
}

int tb_codec_read_dict(tb_reader *reader, const tb_place *place, tb_text_decoder key, tb_decoder value, PyObject **out) {
    int whole = tb_codec_want(reader, place, TB_JSON_OBJECT, TB_REJECT_DICT_TYPE), more;
    if (whole != TB_OK) {
        return whole;
    }
    PyObject *dict = PyDict_New();
    tb_slice lent;
    if (dict == NULL) {
        return TB_RAISED;
    }
    for (int first = 1; (more = tb_runtime_table->next_key(reader, place, first, &lent)) == 1; first = 0) {
        /* The lent key goes away with the next call; this one stays as long as its place may be read. */
        PyObject *name = PyUnicode_DecodeUTF8((const char *)lent.data, (Py_ssize_t)lent.length, NULL), *item = NULL;
        Py_ssize_t length = 0;
        const char *text = name == NULL ? NULL : PyUnicode_AsUTF8AndSize(name, &length);
        if (text == NULL) {
            Py_XDECREF(name);
            return finish(TB_RAISED, dict, out);
        }
        tb_place here = {place, (const uint8_t *)text, (size_t)length};
        PyObject *decoded = key == NULL ? Py_NewRef(name) : NULL;
        int named = key == NULL ? TB_OK : key(reader, &here, (tb_slice){(const uint8_t *)text, (size_t)length}, &decoded);
        int status = TB_CODEC_STOPS(named) ? named : value(reader, &here, &item);
        if (status == TB_OK && named == TB_OK && PyDict_SetItem(dict, decoded, item) < 0) {
            status = TB_RAISED;
        }
        if (named == TB_OK) {
            Py_XDECREF(decoded);
        }
        Py_XDECREF(item);
        Py_DECREF(name);
        if (TB_CODEC_STOPS(status)) {
            return finish(status, dict, out);
        }
        if (status != TB_OK || named != TB_OK) {
            whole = TB_INVALID;
        }
    }
    return finish(more == 0 ? whole : more, dict, out);
}

int tb_codec_text_many(tb_reader *reader, const tb_place *place, const tb_slice *items, size_t count, tb_text_decoder element,
                       PyTypeObject *type, PyObject **out) {
    int as_set = type == &PySet_Type || type == &PyFrozenSet_Type, whole = TB_OK;
    PyObject *made = type == &PySet_Type ? PySet_New(NULL) : type == &PyFrozenSet_Type ? PyFrozenSet_New(NULL) : PyList_New(0);
    tb_place here = {place, NULL, 0};
    for (size_t each = 0; made != NULL && each < count; each++) {
        PyObject *item = NULL;
        here.length = each;
        int status = element(reader, &here, items[each], &item);
        if (status == TB_OK && (as_set ? add_to_set : add_to_list)(made, item) < 0) {
            status = TB_RAISED;
        }
        if (TB_CODEC_STOPS(status)) {
            return finish(status, made, out);
        }
        if (status != TB_OK) {
            whole = TB_INVALID;
        }
    }
    if (made != NULL && type == &PyTuple_Type) {
        Py_SETREF(made, PyList_AsTuple(made));
    }
    return finish(whole, made, out);
}

/* Unions. */

int tb_codec_read_first(tb_reader *reader, const tb_place *place, const tb_decoder *members, size_t count, const char *expected,
                        PyObject **out) {
    size_t mark[2];
    tb_runtime_table->mark(reader, mark);
    for (size_t each = 0; each < count; each++) {
        int status = members[each](reader, place, out);
        if (status != TB_INVALID) {
            return status;
        }
        tb_runtime_table->rewind(reader, mark);
    }
    return tb_codec_refuse(reader, place, TB_REJECT_UNION, expected);
}

int tb_codec_text_first(tb_reader *reader, const tb_place *place, tb_slice text, const tb_text_decoder *members, size_t count,
                        const char *expected, PyObject **out) {
    size_t mark[2];
    tb_runtime_table->mark(reader, mark);
    for (size_t each = 0; each < count; each++) {
        int status = members[each](reader, place, text, out);
        if (status == TB_OK || status == TB_RAISED) {
            return status;
        }
        tb_runtime_table->rewind(reader, mark);
    }
    return tb_runtime_table->reject(reader, place, TB_REJECT_UNION, expected);
}

int tb_codec_tag(tb_reader *reader, const tb_place *place, const char *key, const char *const *values, size_t count, int *status) {
    size_t mark[2], key_length = strlen(key);
    tb_slice name, text;
    int found = -3, more;
    tb_runtime_table->mark(reader, mark);
    for (int first = 1; (more = tb_runtime_table->next_key(reader, place, first, &name)) == 1; first = 0) {
        int is_tag = name.length == key_length && memcmp(name.data, key, key_length) == 0;
        if (is_tag && tb_runtime_table->peek(reader, place) == TB_JSON_STRING) {
            more = tb_runtime_table->read_text(reader, place, &text);
            found = -1; /* duplicate keys: the last counts */
            for (size_t each = 0; more == TB_OK && each < count; each++) {
                if (strlen(values[each]) == text.length && memcmp(values[each], text.data, text.length) == 0) {
                    found = (int)each;
                }
            }
        } else {
            found = is_tag ? -1 : found;
            more = tb_runtime_table->skip(reader, place);
        }
        if (TB_CODEC_STOPS(more)) {
            break;
        }
    }
    if (TB_CODEC_STOPS(more)) {
        *status = more;
        return -2;
    }
    tb_runtime_table->rewind(reader, mark);
    return found;
}

/* Writing. */

int tb_codec_write_list(tb_buffer *buffer, PyObject *value, tb_encoder element, const char *expected) {
    if (!PyList_Check(value)) {
        return tb_codec_type_error(expected, value);
    }
    if (tb_codec_deeper(buffer) < 0) {
        return -1;
    }
    TB_CODEC_WRITE(buffer, "[");
    for (Py_ssize_t each = 0; each < PyList_GET_SIZE(value); each++) {
        PyObject *item = PyList_GetItemRef(value, each);
        if (item == NULL) {
            if (!PyErr_ExceptionMatches(PyExc_IndexError)) {
                return -1;
            }
            PyErr_Clear(); /* another thread has shortened the list */
            break;
        }
        if (each > 0) {
            TB_CODEC_WRITE(buffer, ",");
        }
        int failed = element(buffer, item);
        Py_DECREF(item);
        if (failed) {
            return -1;
        }
    }
    TB_CODEC_WRITE(buffer, "]");
    buffer->depth--;
    return 0;
}

int tb_codec_write_tuple_of(tb_buffer *buffer, PyObject *value, tb_encoder element, const char *expected) {
    if (!PyTuple_Check(value)) {
        return tb_codec_type_error(expected, value);
    }
    if (tb_codec_deeper(buffer) < 0) {
        return -1;
    }
    TB_CODEC_WRITE(buffer, "[");
    for (Py_ssize_t each = 0; each < PyTuple_GET_SIZE(value); each++) {
        if (each > 0) {
            TB_CODEC_WRITE(buffer, ",");
        }
        if (element(buffer, PyTuple_GET_ITEM(value, each)) != 0) {
            return -1;
        }
    }
    TB_CODEC_WRITE(buffer, "]");
    buffer->depth--;
    return 0;
}

int tb_codec_write_tuple(tb_buffer *buffer, PyObject *value, const tb_encoder *elements, size_t count, const char *expected) {
    if (!PyTuple_Check(value)) {
        return tb_codec_type_error(expected, value);
    }
    if ((size_t)PyTuple_GET_SIZE(value) != count) {
        PyErr_Format(PyExc_TypeError, "expected %s, got a tuple of %zd", expected, PyTuple_GET_SIZE(value));
        return -1;
    }
    if (tb_codec_deeper(buffer) < 0) {
        return -1;
    }
    TB_CODEC_WRITE(buffer, "[");
    for (size_t each = 0; each < count; each++) {
        if (each > 0) {
            TB_CODEC_WRITE(buffer, ",");
        }
        if (elements[each](buffer, PyTuple_GET_ITEM(value, (Py_ssize_t)each)) != 0) {
            return -1;
        }
    }
    TB_CODEC_WRITE(buffer, "]");
    buffer->depth--;
    return 0;
}

int tb_codec_write_set(tb_buffer *buffer, PyObject *value, tb_encoder element, const char *expected, int frozen) {
    if (frozen ? !PyFrozenSet_Check(value) : !PySet_Check(value)) {
        return tb_codec_type_error(expected, value);
    }
    if (tb_codec_deeper(buffer) < 0) {
        return -1;
    }
    PyObject *iterator = PyObject_GetIter(value), *item = NULL;
    int more = -1;
    TB_CODEC_WRITE(buffer, "[");
    for (int first = 1; iterator != NULL && (more = PyIter_NextItem(iterator, &item)) == 1; first = 0) {
        if (!first) {
            TB_CODEC_WRITE(buffer, ",");
        }
        int failed = element(buffer, item);
        Py_DECREF(item);
        if (failed) {
            more = -1;
            break;
        }
    }
    Py_XDECREF(iterator);
    TB_CODEC_WRITE(buffer, "]");
    buffer->depth--;
    return more == 0 ? 0 : -1;
}

/* One item of an object. */
static int write_item(tb_buffer *buffer, int first, PyObject *key, PyObject *item, tb_encoder write_key, tb_encoder element) {
    if (!first) {
        TB_CODEC_WRITE(buffer, ",");
    }
    if (write_key(buffer, key) < 0) {
        return -1;
    }
    TB_CODEC_WRITE(buffer, ":");
    return element(buffer, item);
}

/* The items of a subclass of dict: what its `items()` gives, in that order. */
static int write_own_items(tb_buffer *buffer, PyObject *value, tb_encoder write_key, tb_encoder element) {
    PyObject *items = PyMapping_Items(value);
    if (items == NULL) {
        return -1;
    }
    int failed = 0;
    for (Py_ssize_t at = 0; !failed && at < PyList_GET_SIZE(items); at++) {
        PyObject *pair = PyList_GET_ITEM(items, at);
        if (!PyTuple_Check(pair)) {
            PyErr_Format(PyExc_TypeError, "'%T' object is not an instance of 'tuple'", pair);
            failed = -1;
        } else if (PyTuple_GET_SIZE(pair) != 2) {
            PyErr_Format(PyExc_ValueError, "expected tuple of length 2, but got tuple of length %zd", PyTuple_GET_SIZE(pair));
            failed = -1;
        } else {
            failed = write_item(buffer, at == 0, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1), write_key, element);
        }
    }
    Py_DECREF(items);
    return failed;
}

/* The items of a dict, which nobody else changes meanwhile. */
static int write_items(tb_buffer *buffer, PyObject *value, tb_encoder write_key, tb_encoder element) {
    PyObject *key, *item;
    Py_ssize_t at = 0, size = PyDict_GET_SIZE(value);
    for (int first = 1; PyDict_Next(value, &at, &key, &item); first = 0) {
        /* The element's encoder may run Python, which may change the dict. */
        Py_INCREF(key);
        Py_INCREF(item);
        int failed = write_item(buffer, first, key, item, write_key, element);
        Py_DECREF(key);
        Py_DECREF(item);
        if (failed) {
            return -1;
        }
        if (PyDict_GET_SIZE(value) != size) {
            PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
            return -1;
        }
    }
    return 0;
}

int tb_codec_write_dict(tb_buffer *buffer, PyObject *value, tb_encoder write_key, tb_encoder element, const char *expected) {
    if (!PyDict_Check(value)) {
        return tb_codec_type_error(expected, value);
    }
    if (tb_codec_deeper(buffer) < 0) {
        return -1;
    }
    int failed;
    TB_CODEC_WRITE(buffer, "{");
    if (PyDict_CheckExact(value)) {
        Py_BEGIN_CRITICAL_SECTION(value);
        failed = write_items(buffer, value, write_key, element);
        Py_END_CRITICAL_SECTION();
    } else {
        failed = write_own_items(buffer, value, write_key, element);
    }
    TB_CODEC_WRITE(buffer, "}");
    buffer->depth--;
    return failed ? -1 : 0;
}
