/* Reading, storing, converting and refusing field values. See tb_field.h and tb_class.h.
 *
 * The slot protocol is that of CPython's `__slots__`: whoever replaces a reference in a slot holds the object's
 * lock and releases the old value after; a reader that cannot take a reference without the lock takes it under it.
 */
#include "internals.h"
#include "objects.h"

PyObject *tb_field_read_object_locked(PyObject *owner, PyObject **slot) {
    PyObject *value;
    Py_BEGIN_CRITICAL_SECTION(owner);
    value = Py_XNewRef(__atomic_load_n(slot, __ATOMIC_ACQUIRE));
    Py_END_CRITICAL_SECTION();
    return value;
}

static tb_int read_int_locked(PyObject *owner, tb_int *slot) {
    tb_int value;
    Py_BEGIN_CRITICAL_SECTION(owner);
    value = tb_int_retain(__atomic_load_n(slot, __ATOMIC_ACQUIRE));
    Py_END_CRITICAL_SECTION();
    return value;
}

/* `value` has just been read and is big. */
tb_int tb_field_read_big(PyObject *owner, tb_int *slot, tb_int value) {
    PyObject *big = (PyObject *)(uintptr_t)(value & ~(tb_int)1);
#ifdef TB_FIELDS_UNSAFE
    (void)owner;
    (void)read_int_locked;
    (void)slot;
    TB_FIELD_PAUSE();
    Py_INCREF(big);
    return value;
#else
    TB_FIELD_PAUSE();
    if (tb_try_incref(big)) {
        if (__atomic_load_n(slot, __ATOMIC_ACQUIRE) == value) {
            return value;
        }
        Py_DECREF(big);
    }
    return read_int_locked(owner, slot);
#endif
}

#ifdef TB_FIELDS_UNSAFE
void tb_field_write_object(PyObject *owner, PyObject **slot, PyObject *value) {
    PyObject *old = *slot;
    (void)owner;
    TB_FIELD_PAUSE();
    *slot = value;
    Py_XDECREF(old);
}

void tb_field_write_int_locked(PyObject *owner, tb_int *slot, tb_int value) {
    tb_int old = *slot;
    (void)owner;
    TB_FIELD_PAUSE();
    *slot = value;
    tb_int_release(old);
}
#else
void tb_field_write_object(PyObject *owner, PyObject **slot, PyObject *value) {
    PyObject *old;
    Py_BEGIN_CRITICAL_SECTION(owner);
    old = __atomic_exchange_n(slot, value, __ATOMIC_ACQ_REL);
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old);
}

void tb_field_write_int_locked(PyObject *owner, tb_int *slot, tb_int value) {
    tb_int old;
    Py_BEGIN_CRITICAL_SECTION(owner);
    old = __atomic_exchange_n(slot, value, __ATOMIC_ACQ_REL);
    Py_END_CRITICAL_SECTION();
    tb_int_release(old);
}
#endif

static void *slot_of(const tb_field_spec *field, PyObject *object) { return (char *)object + field->offset; }

int tb_field_convert(const tb_field_spec *field, PyObject *value, tb_word *word) {
    switch (field->held) {
    case TB_HELD_INT:
        if (!tb_is_int(value)) {
            return 1;
        }
        word->integer = tb_int_from_object(value, NULL);
        return tb_int_is_error(word->integer) ? -1 : 0;
    case TB_HELD_FLOAT:
        if (PyFloat_CheckExact(value)) {
            word->number = PyFloat_AS_DOUBLE(value);
        } else if (PyLong_CheckExact(value)) {
            word->number = PyLong_AsDouble(value);
            if (word->number == -1.0 && PyErr_Occurred()) {
                return -1;
            }
        } else {
            return 1;
        }
        return 0;
    case TB_HELD_BOOL:
        word->truth = value == Py_True;
        return PyBool_Check(value) ? 0 : 1;
    default: {
        int accepted = field->check == NULL ? 1 : field->check(value);
        word->object = accepted == 1 ? Py_NewRef(value) : NULL;
        return accepted < 0 ? -1 : !accepted;
    }
    }
}

void tb_field_put(const tb_field_spec *field, PyObject *object, tb_word word, int fresh) {
    void *slot = slot_of(field, object);
    switch (field->held) {
    case TB_HELD_INT:
        fresh ? tb_field_init_int(slot, word.integer) : tb_field_write_int(object, slot, word.integer);
        break;
    case TB_HELD_FLOAT:
        tb_field_write_float(slot, word.number);
        break;
    case TB_HELD_BOOL:
        tb_field_write_bool(slot, word.truth);
        break;
    default:
        fresh ? tb_field_init_object(slot, word.object) : tb_field_write_object(object, slot, word.object);
    }
}

void tb_fields_unset_fresh(const tb_class_spec *spec, PyObject *object) {
    for (int each = 0; each < spec->field_count; each++) {
        const tb_field_spec *field = &spec->fields[each];
        void *slot = slot_of(field, object);
        switch (field->held) {
        case TB_HELD_INT:
            tb_field_init_int(slot, TB_INT_UNSET);
            break;
        case TB_HELD_FLOAT:
            tb_field_init_float(slot, tb_float_unset());
            break;
        case TB_HELD_BOOL:
            tb_field_init_bool(slot, TB_BOOL_UNSET);
            break;
        default:
            tb_field_init_object(slot, NULL);
        }
    }
}

PyObject *tb_field_peek(const tb_field_spec *field, PyObject *object) {
    void *slot = slot_of(field, object);
    switch (field->held) {
    case TB_HELD_INT: {
        tb_int value = tb_field_read_int(object, slot);
        return tb_int_is_unset(value) ? NULL : tb_int_to_object_steal(value);
    }
    case TB_HELD_FLOAT: {
        double value = tb_field_read_float(slot);
        return tb_float_is_unset(value) ? NULL : PyFloat_FromDouble(value);
    }
    case TB_HELD_BOOL: {
        uint8_t value = tb_field_read_bool(slot);
        return tb_bool_is_unset(value) ? NULL : PyBool_FromLong(value);
    }
    default:
        return tb_field_read_object(object, slot);
    }
}

int tb_field_clear(const tb_field_spec *field, PyObject *object) {
    void *slot = slot_of(field, object);
    switch (field->held) {
    case TB_HELD_INT: {
        tb_int old;
        Py_BEGIN_CRITICAL_SECTION(object);
        old = __atomic_exchange_n((tb_int *)slot, TB_INT_UNSET, __ATOMIC_ACQ_REL);
        Py_END_CRITICAL_SECTION();
        tb_int_release(old);
        return !tb_int_is_unset(old);
    }
    case TB_HELD_FLOAT: {
        double old = tb_field_read_float(slot);
        tb_field_write_float(slot, tb_float_unset());
        return !tb_float_is_unset(old);
    }
    case TB_HELD_BOOL:
        return !tb_bool_is_unset(__atomic_exchange_n((uint8_t *)slot, TB_BOOL_UNSET, __ATOMIC_RELAXED));
    default: {
        PyObject *old;
        Py_BEGIN_CRITICAL_SECTION(object);
        old = __atomic_exchange_n((PyObject **)slot, NULL, __ATOMIC_ACQ_REL);
        Py_END_CRITICAL_SECTION();
        int was_set = old != NULL;
        Py_XDECREF(old);
        return was_set;
    }
    }
}

/* `Order` of `shop.models.Order`. */
static const char *class_name(const tb_class_spec *spec) {
    if (spec->type != NULL) {
        return spec->type->tp_name;
    }
    const char *dot = strrchr(spec->name, '.');
    return dot == NULL ? spec->name : dot + 1;
}

int tb_field_is_hidden(PyTypeObject *type, const tb_class_spec *spec, int field) {
    PyObject *found = tb_internal_lookup(type, spec->state->names[field]);
    int hidden = found != NULL && Py_TYPE(found)->tp_descr_set == NULL;
    Py_XDECREF(found);
    return hidden;
}

int tb_field_is_slot(PyTypeObject *type, int field) {
    tb_class_spec *spec = tb_class_of(type);
    if (spec != NULL && spec->type != type && field < spec->field_count && tb_field_is_hidden(type, spec, field)) {
        return 0;
    }
    for (; spec != NULL && spec->state != NULL && field < spec->field_count; spec = spec->base) {
        struct tb_class_state *state = spec->state;
        if (state->slots != NULL && PySequence_Contains(state->slots, state->names[field]) == 1) {
            return 1;
        }
        /* A value of the class's own hides the slot of a base, unless `@dataclass(slots=True)` takes it away. */
        if (field >= spec->inherited_count || (state->slots == NULL && PyDict_Contains(state->namespace, state->names[field]) != 0)) {
            return 0;
        }
    }
    return 0;
}

void tb_field_unset_plain(const tb_class_spec *spec, int field, PyObject *object) {
    if (tb_field_is_slot(Py_TYPE(object), field)) {
        PyErr_Format(PyExc_AttributeError, "'%T' object has no attribute '%s'", object, spec->fields[field].name);
    } else {
        PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%s'", Py_TYPE(object)->tp_name, spec->fields[field].name);
    }
}

void *tb_field_unset(const tb_class_spec *spec, int field, PyObject *object) {
    const char *name_of_field = spec->fields[field].name;
    PyObject *text = tb_field_is_slot(Py_TYPE(object), field)
                         ? PyUnicode_FromFormat("'%T' object has no attribute '%s'", object, name_of_field)
                         : PyUnicode_FromFormat("'%.100s' object has no attribute '%s'", Py_TYPE(object)->tp_name, name_of_field);
    PyObject *error = text == NULL ? NULL : PyObject_CallOneArg(PyExc_AttributeError, text);
    PyObject *name = error == NULL ? NULL : PyUnicode_FromString(name_of_field);
    if (name != NULL && PyObject_SetAttrString(error, "name", name) == 0 && PyObject_SetAttrString(error, "obj", object) == 0) {
        /* As a new exception: it gets what is being handled as its context. */
        PyErr_SetObject(PyExc_AttributeError, error);
    }
    Py_XDECREF(text);
    Py_XDECREF(error);
    Py_XDECREF(name);
    return NULL;
}

int tb_field_type_error(const tb_class_spec *spec, int field, PyObject *got) {
    PyErr_Format(PyExc_TypeError, "%.200s.%s must be %s, not %.200s", class_name(spec), spec->fields[field].name,
                 spec->fields[field].expected, got == Py_None ? "None" : Py_TYPE(got)->tp_name);
    return -1;
}

int tb_field_store(const tb_class_spec *spec, int field, PyObject *object, PyObject *value) {
    tb_word word;
    int failed = tb_field_convert(&spec->fields[field], value, &word);
    if (failed != 0) {
        return failed < 0 ? -1 : tb_field_type_error(spec, field, value);
    }
    tb_field_put(&spec->fields[field], object, word, 0);
    return 0;
}

/* What an object shows for an unset field, of any type: the class attribute behind it, or AttributeError. */
static PyObject *behind(const tb_class_spec *spec, int field, PyObject *object) {
    tb_class_spec *own = tb_class_of(Py_TYPE(object));
    if (own != NULL && own->type != Py_TYPE(object)) {
        /* An interpreted class below may have anything under the name. */
        return PyObject_GetAttr(object, own->state->names[field]);
    }
    struct tb_class_state *state = own != NULL && own->state != NULL ? own->state : spec->state;
    PyObject *value = state == NULL || tb_field_is_slot(Py_TYPE(object), field) ? NULL : Py_XNewRef(state->defaults[field]);
    return value != NULL ? value : tb_field_unset(spec, field, object);
}

PyObject *tb_field_load(const tb_class_spec *spec, int field, PyObject *object) {
    PyObject *value = tb_field_peek(&spec->fields[field], object);
    return value != NULL || PyErr_Occurred() ? value : behind(spec, field, object);
}

PyObject *tb_field_missing_object(const tb_class_spec *spec, int field, PyObject *object) {
    PyObject *value = behind(spec, field, object);
    tb_check check = spec->fields[field].check;
    int accepted = value == NULL || check == NULL ? 1 : check(value);
    if (accepted <= 0) {
        if (accepted == 0) {
            (void)tb_field_type_error(spec, field, value);
        }
        Py_CLEAR(value);
    }
    return value;
}

/* The class attribute converted as the field's values are: 0, or -1 with an exception. */
static int missing(const tb_class_spec *spec, int field, PyObject *object, tb_word *word) {
    PyObject *value = behind(spec, field, object);
    if (value == NULL) {
        return -1;
    }
    int failed = tb_field_convert(&spec->fields[field], value, word);
    if (failed > 0) {
        (void)tb_field_type_error(spec, field, value);
    }
    Py_DECREF(value);
    return failed == 0 ? 0 : -1;
}

tb_int tb_field_missing_int(const tb_class_spec *spec, int field, PyObject *object) {
    tb_word word;
    return missing(spec, field, object, &word) < 0 ? TB_INT_UNSET : word.integer;
}
double tb_field_missing_float(const tb_class_spec *spec, int field, PyObject *object) {
    tb_word word;
    return missing(spec, field, object, &word) < 0 ? tb_float_unset() : word.number;
}
uint8_t tb_field_missing_bool(const tb_class_spec *spec, int field, PyObject *object) {
    tb_word word;
    return missing(spec, field, object, &word) < 0 ? TB_BOOL_UNSET : word.truth;
}

int tb_field_index(const tb_class_spec *spec, PyObject *name) {
    PyObject **names = spec->state->names;
    for (int each = 0; each < spec->field_count; each++) {
        if (names[each] == name) {
            return each;
        }
    }
    for (int each = 0; each < spec->field_count && PyUnicode_Check(name) && !PyUnicode_CHECK_INTERNED(name); each++) {
        if (PyUnicode_Equal(names[each], name) == 1) {
            return each;
        }
    }
    return -1;
}

int tb_check_str(PyObject *value) { return PyUnicode_Check(value); }
int tb_check_bytes(PyObject *value) { return PyBytes_Check(value); }
int tb_check_list(PyObject *value) { return PyList_Check(value); }
int tb_check_dict(PyObject *value) { return PyDict_Check(value); }
int tb_check_set(PyObject *value) { return PySet_Check(value); }
int tb_check_frozenset(PyObject *value) { return PyFrozenSet_Check(value); }
int tb_check_tuple(PyObject *value) { return PyTuple_Check(value); }
int tb_check_none(PyObject *value) { return value == Py_None; }
int tb_check_str_or_none(PyObject *value) { return value == Py_None || PyUnicode_Check(value); }
int tb_check_bytes_or_none(PyObject *value) { return value == Py_None || PyBytes_Check(value); }
int tb_check_list_or_none(PyObject *value) { return value == Py_None || PyList_Check(value); }
int tb_check_dict_or_none(PyObject *value) { return value == Py_None || PyDict_Check(value); }
int tb_check_int_or_none(PyObject *value) { return value == Py_None || tb_is_int(value); }
int tb_check_float_or_none(PyObject *value) { return value == Py_None || PyFloat_CheckExact(value) || PyLong_CheckExact(value); }
int tb_check_bool_or_none(PyObject *value) { return value == Py_None || PyBool_Check(value); }
