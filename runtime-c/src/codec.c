/* Fetching the runtime's function table, and the type-independent halves of decoders and encoders: scalars, enums,
 * literals, construction, argument slots. Containers are in codec_containers.c. See tb_codec.h. */
#include "tb_codec.h"
#include "objects.h"

const tb_runtime *tb_runtime_table;

int tb_runtime_load(void) {
    if (__atomic_load_n(&tb_runtime_table, __ATOMIC_ACQUIRE) != NULL) {
        return 0;
    }
    PyObject *module = PyImport_ImportModule("tayberry._runtime");
    PyObject *capsule = module == NULL ? NULL : PyObject_GetAttrString(module, "abi");
    Py_XDECREF(module);
    const tb_runtime *table = capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, "tayberry.abi");
    Py_XDECREF(capsule);
    if (table == NULL) {
        return -1;
    }
    if (table->abi_version != TB_ABI_VERSION || table->size != sizeof(tb_runtime)) {
        PyErr_Format(PyExc_ImportError,
                     "this program was built for runtime ABI %d, but the installed tayberry speaks %u; run `tayberry build` again",
                     TB_ABI_VERSION, (unsigned)table->abi_version);
        return -1;
    }
    __atomic_store_n(&tb_runtime_table, table, __ATOMIC_RELEASE);
    return 0;
}

/* Writing. */

int tb_codec_too_deep(void) {
    PyErr_Format(PyExc_ValueError, "nested more than %d levels deep, or a circular reference", TB_CODEC_DEPTH);
    return -1;
}

int tb_codec_stack_end(void) {
    if (Py_EnterRecursiveCall(" while writing JSON")) {
        return -1;
    }
    Py_LeaveRecursiveCall();
    return 0;
}

int tb_codec_type_error(const char *expected, PyObject *got) {
    PyErr_Format(PyExc_TypeError, "expected %s, got %.200s", expected, got == Py_None ? "None" : Py_TYPE(got)->tp_name);
    return -1;
}

int tb_codec_write_big(tb_buffer *buffer, tb_int value) {
    return tb_int_is_error(value) ? -1 : tb_codec_write_int_object(buffer, tb_int_object(value));
}

int tb_codec_write_int_object(tb_buffer *buffer, PyObject *value) {
    if (PyLong_CheckExact(value)) {
        return tb_runtime_table->write_object(buffer, value);
    }
    if (!PyLong_Check(value)) {
        return tb_codec_type_error("int", value);
    }
    tb_int number = tb_int_from_object_subclass(value, NULL);
    int failed = tb_int_is_error(number) || tb_codec_write_int(buffer, number) < 0;
    tb_int_release(number);
    return failed ? -1 : 0;
}

int tb_codec_write_float_object(tb_buffer *buffer, PyObject *value) {
    if (PyFloat_CheckExact(value)) {
        return tb_runtime_table->write_float(buffer, PyFloat_AS_DOUBLE(value));
    }
    if (!PyLong_CheckExact(value)) {
        return tb_codec_type_error("float", value);
    }
    double promoted = PyLong_AsDouble(value);
    return promoted == -1.0 && PyErr_Occurred() ? -1 : tb_runtime_table->write_float(buffer, promoted);
}

int tb_codec_write_bool_object(tb_buffer *buffer, PyObject *value) {
    return PyBool_Check(value) ? tb_codec_write_bool(buffer, value == Py_True) : tb_codec_type_error("bool", value);
}

int tb_codec_write_str(tb_buffer *buffer, PyObject *value) {
    if (!PyUnicode_Check(value)) {
        return tb_codec_type_error("str", value);
    }
    if (PyUnicode_IS_COMPACT_ASCII(value)) {
        tb_runtime_table->write_string(buffer, PyUnicode_1BYTE_DATA(value), (size_t)PyUnicode_GET_LENGTH(value));
        return 0;
    }
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(value, &length);
    if (text == NULL) {
        return -1;
    }
    tb_runtime_table->write_string(buffer, (const uint8_t *)text, (size_t)length);
    return 0;
}

int tb_codec_write_key(tb_buffer *buffer, PyObject *value) {
    return PyUnicode_CheckExact(value) ? tb_codec_write_str(buffer, value) : tb_runtime_table->write_key(buffer, value);
}

int tb_codec_write_text_key(tb_buffer *buffer, PyObject *value) {
    return PyUnicode_Check(value) ? tb_codec_write_key(buffer, value) : tb_codec_type_error("str", value);
}

int tb_codec_write_none(tb_buffer *buffer, PyObject *value) {
    if (value != Py_None) {
        return tb_codec_type_error("None", value);
    }
    TB_CODEC_WRITE(buffer, "null");
    return 0;
}

/* Reading. */

int tb_codec_refuse(tb_reader *reader, const tb_place *place, uint32_t kind, const char *expected) {
    int rejected = tb_runtime_table->reject(reader, place, kind, expected);
    int skipped = TB_CODEC_STOPS(rejected) ? rejected : tb_runtime_table->skip(reader, place);
    return TB_CODEC_STOPS(skipped) ? skipped : TB_INVALID;
}

int tb_codec_read_bytes(tb_reader *reader, const tb_place *place, PyObject **out) {
    int kind = tb_runtime_table->peek(reader, place);
    if (kind == TB_JSON_ERROR) {
        return TB_FATAL;
    }
    if (kind != TB_JSON_STRING) {
        return tb_codec_refuse(reader, place, TB_REJECT_BYTES_TYPE, NULL);
    }
    tb_slice text;
    int status = tb_runtime_table->read_text(reader, place, &text);
    if (status == TB_OK) {
        *out = PyBytes_FromStringAndSize((const char *)text.data, (Py_ssize_t)text.length);
        status = *out == NULL ? TB_RAISED : TB_OK;
    }
    return status;
}

int tb_codec_read_none(tb_reader *reader, const tb_place *place, PyObject **out) {
    int status = tb_runtime_table->read_null(reader, place);
    if (status == TB_OK) {
        *out = Py_NewRef(Py_None);
    }
    return status;
}

static int boxed(int status, PyObject *object, PyObject **out) {
    *out = object;
    return status == TB_OK && object == NULL ? TB_RAISED : status;
}

int tb_codec_read_int_object(tb_reader *reader, const tb_place *place, PyObject **out) {
    tb_int value;
    int status = tb_runtime_table->read_int(reader, place, &value);
    return boxed(status, status == TB_OK ? tb_int_to_object_steal(value) : NULL, out);
}
int tb_codec_read_float_object(tb_reader *reader, const tb_place *place, PyObject **out) {
    double value;
    int status = tb_runtime_table->read_float(reader, place, &value);
    return boxed(status, status == TB_OK ? PyFloat_FromDouble(value) : NULL, out);
}
int tb_codec_read_bool_object(tb_reader *reader, const tb_place *place, PyObject **out) {
    uint8_t value;
    int status = tb_runtime_table->read_bool(reader, place, &value);
    return boxed(status, status == TB_OK ? PyBool_FromLong(value) : NULL, out);
}
int tb_codec_text_int_object(tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out) {
    tb_int value;
    int status = tb_runtime_table->text_int(reader, place, text, &value);
    return boxed(status, status == TB_OK ? tb_int_to_object_steal(value) : NULL, out);
}
int tb_codec_text_float_object(tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out) {
    double value;
    int status = tb_runtime_table->text_float(reader, place, text, &value);
    return boxed(status, status == TB_OK ? PyFloat_FromDouble(value) : NULL, out);
}
int tb_codec_text_bool_object(tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out) {
    uint8_t value;
    int status = tb_runtime_table->text_bool(reader, place, text, &value);
    return boxed(status, status == TB_OK ? PyBool_FromLong(value) : NULL, out);
}

/* Literals. */

static int find_string(const tb_literals *literals, tb_slice text) {
    for (size_t each = 0; each < literals->string_count; each++) {
        if (literals->lengths[each] == text.length && memcmp(literals->strings[each], text.data, text.length) == 0) {
            return 1;
        }
    }
    return 0;
}

static int find_int(const tb_literals *literals, tb_int value) {
    for (size_t each = 0; each < literals->int_count; each++) {
        if (tb_int_is_small(value) && tb_int_value(value) == literals->ints[each]) {
            return 1;
        }
    }
    return 0;
}

int tb_codec_is_literal(const tb_literals *literals, PyObject *value) {
    if (PyUnicode_CheckExact(value)) {
        for (size_t each = 0; each < literals->string_count; each++) {
            if (PyUnicode_EqualToUTF8AndSize(value, literals->strings[each], (Py_ssize_t)literals->lengths[each])) {
                return 1;
            }
        }
        return 0;
    }
    if (PyLong_CheckExact(value)) {
        int overflow = 0;
        long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
        for (size_t each = 0; overflow == 0 && each < literals->int_count; each++) {
            if (number == literals->ints[each]) {
                return 1;
            }
        }
        return 0;
    }
    return (value == Py_True && literals->allows_true) || (value == Py_False && literals->allows_false) ||
           (value == Py_None && literals->allows_none);
}

int tb_codec_write_int_literal(tb_buffer *buffer, tb_int value, const tb_literals *literals, const char *expected) {
    if (find_int(literals, value)) {
        return tb_codec_write_int(buffer, value);
    }
    /* Numbers that fill 64 bits are objects. */
    PyObject *object = tb_int_to_object(value);
    int failed = object == NULL                           ? -1
                 : tb_codec_is_literal(literals, object) ? tb_runtime_table->write_object(buffer, object)
                                                          : tb_codec_type_error(expected, object);
    Py_XDECREF(object);
    return failed;
}

int tb_codec_write_bool_literal(tb_buffer *buffer, uint8_t value, const tb_literals *literals, const char *expected) {
    if (value ? literals->allows_true : literals->allows_false) {
        return tb_codec_write_bool(buffer, value);
    }
    return tb_codec_type_error(expected, value ? Py_True : Py_False);
}

static int reject_literal(tb_reader *reader, const tb_place *place, const tb_literals *literals) {
    return tb_runtime_table->reject(reader, place, TB_REJECT_LITERAL_ERROR, literals->expected);
}

int tb_codec_read_literal(tb_reader *reader, const tb_place *place, const tb_literals *literals, PyObject **out) {
    int kind = tb_runtime_table->peek(reader, place), status;
    *out = NULL;
    if (kind == TB_JSON_ERROR) {
        return TB_FATAL;
    }
    if (kind == TB_JSON_STRING && literals->string_count > 0) {
        tb_slice text;
        status = tb_runtime_table->read_text(reader, place, &text);
        if (status == TB_OK && find_string(literals, text)) {
            *out = PyUnicode_DecodeUTF8((const char *)text.data, (Py_ssize_t)text.length, NULL);
        }
    } else if (kind == TB_JSON_INT && literals->int_count > 0) {
        tb_int value;
        status = tb_runtime_table->read_int(reader, place, &value);
        if (status == TB_OK && find_int(literals, value)) {
            *out = tb_int_to_object(value);
        }
        if (status == TB_OK) {
            tb_int_release(value);
        }
    } else if (kind == TB_JSON_BOOL && (literals->allows_true || literals->allows_false)) {
        uint8_t value;
        status = tb_runtime_table->read_bool(reader, place, &value);
        if (status == TB_OK && (value ? literals->allows_true : literals->allows_false)) {
            *out = PyBool_FromLong(value);
        }
    } else if (kind == TB_JSON_NULL && literals->allows_none) {
        return tb_codec_read_none(reader, place, out);
    } else {
        return tb_codec_refuse(reader, place, TB_REJECT_LITERAL_ERROR, literals->expected);
    }
    if (status != TB_OK || *out != NULL) {
        return status;
    }
    return PyErr_Occurred() ? TB_RAISED : reject_literal(reader, place, literals);
}

/* Whether the text is exactly how an int literal is written. */
static int find_int_text(const tb_literals *literals, tb_slice text, int64_t *found) {
    for (size_t each = 0; each < literals->int_count; each++) {
        char written[24];
        int length = snprintf(written, sizeof written, "%lld", (long long)literals->ints[each]);
        if ((size_t)length == text.length && memcmp(written, text.data, text.length) == 0) {
            *found = literals->ints[each];
            return 1;
        }
    }
    return 0;
}

int tb_codec_text_literal(tb_reader *reader, const tb_place *place, tb_slice text, const tb_literals *literals, PyObject **out) {
    int64_t number;
    *out = NULL;
    if (find_string(literals, text)) {
        *out = PyUnicode_DecodeUTF8((const char *)text.data, (Py_ssize_t)text.length, NULL);
    } else if (find_int_text(literals, text, &number)) {
        *out = PyLong_FromInt64(number);
    } else if (literals->allows_true && text.length == 4 && memcmp(text.data, "true", 4) == 0) {
        *out = Py_NewRef(Py_True);
    } else if (literals->allows_false && text.length == 5 && memcmp(text.data, "false", 5) == 0) {
        *out = Py_NewRef(Py_False);
    } else {
        return reject_literal(reader, place, literals);
    }
    return *out == NULL ? TB_RAISED : TB_OK;
}

/* Enums. */

int tb_codec_enum_load(tb_enum *enumeration) {
    PyObject *module = PyImport_ImportModule(enumeration->module), *path = NULL, *separator = NULL;
    PyObject *class_ = Py_XNewRef(module), *by_value = PyDict_New(), *words = PyList_New(0), *members = NULL, *text = NULL;
    uint8_t strings = 0, ints = 0, others = 0;
    int failed = module == NULL || by_value == NULL || words == NULL || (path = PyUnicode_FromString(enumeration->qualname)) == NULL;
    PyObject *parts = failed || (separator = PyUnicode_FromString(".")) == NULL ? NULL : PyUnicode_Split(path, separator, -1);
    for (Py_ssize_t each = 0; parts != NULL && class_ != NULL && each < PyList_GET_SIZE(parts); each++) {
        Py_SETREF(class_, PyObject_GetAttr(class_, PyList_GET_ITEM(parts, each)));
    }
    failed = failed || parts == NULL || class_ == NULL || (members = PyObject_GetIter(class_)) == NULL;
    PyObject *member;
    while (!failed && (member = PyIter_Next(members)) != NULL) {
        PyObject *value = PyObject_GetAttrString(member, "value"), *word = value == NULL ? NULL : PyObject_Repr(value);
        int hashable = value != NULL && PyObject_Hash(value) != -1;
        PyErr_Clear();
        failed = word == NULL || PyList_Append(words, word) < 0 || (hashable && PyDict_SetItem(by_value, value, member) < 0);
        if (!failed) {
            strings |= PyUnicode_Check(value) != 0;
            ints |= PyLong_Check(value) && !PyBool_Check(value);
            others |= !PyUnicode_Check(value) && (!PyLong_Check(value) || PyBool_Check(value));
        }
        Py_XDECREF(word);
        Py_XDECREF(value);
        Py_DECREF(member);
    }
    failed = failed || PyErr_Occurred() != NULL;
    PyObject *comma = failed ? NULL : PyUnicode_FromString(", ");
    text = comma == NULL ? NULL : PyUnicode_Join(comma, words);
    Py_ssize_t length = 0;
    const char *bytes = text == NULL ? NULL : PyUnicode_AsUTF8AndSize(text, &length);
    char *expected = bytes == NULL ? NULL : PyMem_Malloc((size_t)length + 1);
    if (expected != NULL) {
        memcpy(expected, bytes, (size_t)length + 1);
        if (enumeration->class_ == NULL && (tb_keep(&enumeration->class_) < 0 || tb_keep(&enumeration->by_value) < 0)) {
            PyErr_Clear(); /* the collector takes them for used */
        }
        enumeration->class_ = class_;
        enumeration->by_value = by_value;
        enumeration->expected = expected; /* an earlier one lives on: other threads may be using it */
        enumeration->has_strings = strings;
        enumeration->has_ints = ints;
        enumeration->has_others = others;
        class_ = by_value = NULL;
    } else if (!PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    Py_XDECREF(module);
    Py_XDECREF(path);
    Py_XDECREF(separator);
    Py_XDECREF(parts);
    Py_XDECREF(class_);
    Py_XDECREF(by_value);
    Py_XDECREF(words);
    Py_XDECREF(members);
    Py_XDECREF(comma);
    Py_XDECREF(text);
    return expected == NULL ? -1 : 0;
}

/* The member with this value (consumed), or an `enum` rejection. */
static int find_member(tb_reader *reader, const tb_place *place, tb_enum *enumeration, PyObject *value, PyObject **out) {
    if (value == NULL) {
        return TB_RAISED;
    }
    int found = PyObject_Hash(value) == -1 ? 0 : PyDict_GetItemRef(enumeration->by_value, value, out);
    /* `True` is equal to 1, but no way to write it. */
    if (found == 1 && PyBool_Check(value)) {
        PyObject *own = PyObject_GetAttrString(*out, "value");
        if (own == NULL || !PyBool_Check(own)) {
            Py_CLEAR(*out);
            found = own == NULL ? -1 : 0;
        }
        Py_XDECREF(own);
    }
    Py_DECREF(value);
    if (found == 1) {
        return TB_OK;
    }
    if (found == 0) {
        PyErr_Clear();
        return tb_runtime_table->reject(reader, place, TB_REJECT_ENUM, enumeration->expected);
    }
    return TB_RAISED;
}

int tb_codec_read_enum(tb_reader *reader, const tb_place *place, tb_enum *enumeration, PyObject **out) {
    int kind = tb_runtime_table->peek(reader, place);
    if (kind == TB_JSON_ERROR) {
        return TB_FATAL;
    }
    if (!((kind == TB_JSON_STRING && enumeration->has_strings) || (kind == TB_JSON_INT && enumeration->has_ints) || enumeration->has_others)) {
        return tb_codec_refuse(reader, place, TB_REJECT_ENUM, enumeration->expected);
    }
    PyObject *value = NULL;
    int status = tb_runtime_table->read_any(reader, place, &value);
    return status == TB_OK ? find_member(reader, place, enumeration, value, out) : status;
}

int tb_codec_text_enum(tb_reader *reader, const tb_place *place, tb_slice text, tb_enum *enumeration, PyObject **out) {
    PyObject *value = PyUnicode_DecodeUTF8((const char *)text.data, (Py_ssize_t)text.length, "replace");
    if (enumeration->has_strings && value != NULL) {
        int found = PyDict_GetItemRef(enumeration->by_value, value, out);
        if (found != 0 || !enumeration->has_ints) {
            Py_DECREF(value);
            return found == 1 ? TB_OK
                   : found < 0 ? TB_RAISED
                               : tb_runtime_table->reject(reader, place, TB_REJECT_ENUM, enumeration->expected);
        }
    }
    if (value != NULL && enumeration->has_ints) {
        /* Read quietly: a text that is no int is no member either. */
        size_t mark[2];
        tb_int number;
        tb_runtime_table->mark(reader, mark);
        int status = tb_runtime_table->text_int(reader, place, text, &number);
        if (status == TB_OK) {
            Py_SETREF(value, tb_int_to_object_steal(number));
        } else {
            tb_runtime_table->rewind(reader, mark);
            Py_DECREF(value);
            return status == TB_RAISED ? TB_RAISED : tb_runtime_table->reject(reader, place, TB_REJECT_ENUM, enumeration->expected);
        }
    }
    return find_member(reader, place, enumeration, value, out);
}

int tb_codec_write_enum(tb_buffer *buffer, PyObject *value, tb_enum *enumeration) {
    if ((PyObject *)Py_TYPE(value) != enumeration->class_) {
        return tb_codec_type_error(enumeration->qualname, value);
    }
    return tb_runtime_table->write_object(buffer, value);
}

/* Classes. */

int tb_codec_default(tb_class_spec *spec, int field, void *slot) {
    PyObject *value = tb_class_default(spec, field);
    if (value == NULL) {
        return -1;
    }
    tb_word word;
    int failed = tb_field_convert(&spec->fields[field], value, &word);
    if (failed > 0) {
        failed = tb_field_type_error(spec, field, value);
    }
    Py_DECREF(value);
    if (failed < 0) {
        return -1;
    }
    switch (spec->fields[field].held) {
    case TB_HELD_INT:
        *(tb_int *)slot = word.integer;
        break;
    case TB_HELD_FLOAT:
        *(double *)slot = word.number;
        break;
    case TB_HELD_BOOL:
        *(uint8_t *)slot = word.truth;
        break;
    default:
        *(PyObject **)slot = word.object;
    }
    return 0;
}

/* Whether the class has an `__init__` of its own making, so that fields are its arguments. */
static int has_init(const tb_class_spec *spec) { return spec->type->tp_init != PyBaseObject_Type.tp_init; }

int tb_codec_construct(tb_reader *reader, const tb_place *place, tb_class_spec *spec, const char *const *names, PyObject **given,
                       size_t count, PyObject **out) {
    PyObject *keywords = PyDict_New(), *object = NULL;
    int failed = keywords == NULL;
    for (size_t each = 0; each < count; each++) {
        if (!failed && given[each] != NULL) {
            failed = PyDict_SetItemString(keywords, names[each], given[each]) < 0;
        }
        Py_XDECREF(given[each]);
    }
    if (failed) {
        Py_XDECREF(keywords);
        return TB_RAISED;
    }
    if (has_init(spec)) {
        object = PyObject_VectorcallDict((PyObject *)spec->type, NULL, 0, keywords);
    } else {
        PyObject *name, *value;
        Py_ssize_t at = 0;
        object = PyObject_CallNoArgs((PyObject *)spec->type);
        while (object != NULL && PyDict_Next(keywords, &at, &name, &value)) {
            if (PyObject_SetAttr(object, name, value) < 0) {
                Py_CLEAR(object);
            }
        }
    }
    Py_DECREF(keywords);
    *out = object;
    return object != NULL ? TB_OK : tb_runtime_table->reject_raised(reader, place);
}

/* Slots. */

int tb_slot_int(PyObject *value, void *slot) {
    tb_int number = tb_int_from_object(value, NULL);
    *(tb_int *)slot = number;
    return tb_int_is_error(number) ? -1 : 0;
}
int tb_slot_float(PyObject *value, void *slot) {
    if (!PyFloat_CheckExact(value) && !PyLong_CheckExact(value)) {
        return tb_codec_type_error("float", value);
    }
    double number = PyFloat_AsDouble(value);
    *(double *)slot = number;
    return number == -1.0 && PyErr_Occurred() ? -1 : 0;
}
int tb_slot_bool(PyObject *value, void *slot) {
    *(uint8_t *)slot = value == Py_True;
    return PyBool_Check(value) ? 0 : tb_codec_type_error("bool", value);
}
int tb_slot_object(PyObject *value, void *slot) {
    *(PyObject **)slot = Py_NewRef(value);
    return 0;
}
void tb_slot_drop_int(void *slot) { tb_int_release(*(tb_int *)slot); }
void tb_slot_drop_object(void *slot) { Py_DECREF(*(PyObject **)slot); }
PyObject *tb_slot_take_int(void *slot) { return tb_int_to_object_steal(*(tb_int *)slot); }
PyObject *tb_slot_take_float(void *slot) { return PyFloat_FromDouble(*(double *)slot); }
PyObject *tb_slot_take_bool(void *slot) { return PyBool_FromLong(*(uint8_t *)slot); }
PyObject *tb_slot_take_object(void *slot) { return *(PyObject **)slot; }
PyObject *tb_slot_take_none(void *slot) {
    (void)slot;
    Py_RETURN_NONE;
}
