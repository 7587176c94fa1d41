/* `__dict__` and `__getstate__` of native objects.
 *
 * `order.__dict__` is a dict with the fields that are set and the undeclared attributes, made when it is asked for;
 * what is written to it goes to the object as well, so `vars(o).update(…)`, `copy` and unpickling work. Fields of a
 * `slots=True` class are not among them, also where a class below it has a dict.
 */
#include "objects.h"

typedef struct view {
    PyDictObject base;
    PyObject *object;
} view;

static PyTypeObject *view_type;

/* The dict of undeclared attributes: a new reference (made if needed), NULL with AttributeError if there cannot be one. */
static PyObject *undeclared(PyObject *object) {
    if ((Py_TYPE(object)->tp_flags & Py_TPFLAGS_MANAGED_DICT) == 0 && Py_TYPE(object)->tp_dictoffset == 0) {
        return PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '__dict__'", Py_TYPE(object)->tp_name);
    }
    if (!PyObject_GC_IsTracked(object)) {
        Py_BEGIN_CRITICAL_SECTION(object);
        if (!PyObject_GC_IsTracked(object)) {
            PyObject_GC_Track(object); /* it may now lead back to itself */
        }
        Py_END_CRITICAL_SECTION();
    }
    return PyObject_GenericGetDict(object, NULL);
}

/* Adds the set fields to a dict, but for those that are slots. */
static int collect(const tb_class_spec *spec, PyObject *object, PyObject *into) {
    for (int each = 0; each < spec->field_count; each++) {
        if (tb_field_is_slot(Py_TYPE(object), each)) {
            continue;
        }
        PyObject *value = tb_field_peek(&spec->fields[each], object);
        if (value == NULL) {
            if (PyErr_Occurred()) {
                return -1;
            }
            continue;
        }
        int failed = PyDict_SetItem(into, spec->state->names[each], value);
        Py_DECREF(value);
        if (failed < 0) {
            return -1;
        }
    }
    return 0;
}

static PyObject *namespace_get(PyObject *object, void *closure) {
    (void)closure;
    tb_class_spec *spec = tb_class_of(Py_TYPE(object));
    PyObject *others = undeclared(object);
    if (others == NULL || spec->field_count == 0) {
        return others;
    }
    PyObject *self = PyObject_CallNoArgs((PyObject *)view_type);
    if (self != NULL && (collect(spec, object, self) < 0 || PyDict_Update(self, others) < 0)) {
        Py_CLEAR(self);
    }
    if (self != NULL) {
        ((view *)self)->object = Py_NewRef(object);
    }
    Py_DECREF(others);
    return self;
}

PyObject *tb_namespace_peek(PyObject *object, PyObject *name) {
    unsigned long flags = Py_TYPE(object)->tp_flags;
    int may_lack = (flags & Py_TPFLAGS_MANAGED_DICT) != 0 && (flags & Py_TPFLAGS_INLINE_VALUES) == 0;
    if (may_lack && __atomic_load_n((void **)object + TB_DICT_WORD, __ATOMIC_ACQUIRE) == NULL) {
        return NULL;
    }
    PyObject *others = undeclared(object), *value = NULL;
    if (others != NULL) {
        (void)PyDict_GetItemRef(others, name, &value);
        Py_DECREF(others);
    }
    return value;
}

/* Stores an undeclared attribute: 0 or -1; NULL deletes: 1 if it was there, 0 if not, or -1. */
static int store_undeclared(PyObject *object, PyObject *name, PyObject *value) {
    PyObject *others = undeclared(object);
    int done = others == NULL ? -1 : value != NULL ? PyDict_SetItem(others, name, value) : PyDict_Pop(others, name, NULL);
    Py_XDECREF(others);
    return done;
}

int tb_namespace_write(PyObject *object, int field, PyObject *value) {
    tb_class_spec *spec = tb_class_of(Py_TYPE(object));
    PyObject *name = spec->state->names[field];
    if (value != NULL && tb_field_store(spec, field, object, value) < 0) {
        return -1;
    }
    int found = value == NULL && tb_field_clear(&spec->fields[field], object);
    /* What `object.__setattr__` has put beside the field is no more. */
    PyObject *beside = tb_namespace_peek(object, name);
    if (beside == NULL) {
        return PyErr_Occurred() ? -1 : found;
    }
    Py_DECREF(beside);
    return store_undeclared(object, name, NULL) < 0 ? -1 : value == NULL;
}

/* Writes one attribute through to the object; NULL deletes, quietly if it is not there. Without an object, as `type(vars(order))()`
 * makes a view, it is a dict like others. */
static int write_through(PyObject *object, PyObject *key, PyObject *value) {
    if (object == NULL) {
        return 0;
    }
    tb_class_spec *spec = tb_class_of(Py_TYPE(object));
    int field = tb_field_index(spec, key);
    int is_field = field >= 0 && !tb_field_is_slot(Py_TYPE(object), field);
    if (is_field && value != NULL && tb_interpreted_stores_beside(Py_TYPE(object), field)) {
        (void)tb_field_clear(&spec->fields[field], object);
        is_field = 0;
    }
    return (is_field ? tb_namespace_write(object, field, value) : store_undeclared(object, key, value)) < 0 ? -1 : 0;
}

static int namespace_set(PyObject *object, PyObject *value, void *closure) {
    (void)closure;
    tb_class_spec *spec = tb_class_of(Py_TYPE(object));
    if (value == NULL || !PyDict_Check(value)) {
        PyErr_Format(PyExc_TypeError, value == NULL ? "cannot delete __dict__" : "__dict__ must be set to a dictionary, not a '%.200s'",
                     value == NULL ? "" : Py_TYPE(value)->tp_name);
        return -1;
    }
    PyObject *wanted = PyDict_Copy(value), *others = wanted == NULL ? NULL : undeclared(object);
    if (others == NULL) {
        Py_XDECREF(wanted);
        return -1;
    }
    PyDict_Clear(others);
    Py_DECREF(others);
    for (int each = 0; each < spec->field_count; each++) {
        if (!tb_field_is_slot(Py_TYPE(object), each)) {
            (void)tb_field_clear(&spec->fields[each], object);
        }
    }
    PyObject *key, *item;
    Py_ssize_t place = 0;
    int failed = 0;
    while (failed == 0 && PyDict_Next(wanted, &place, &key, &item)) {
        failed = write_through(object, key, item);
    }
    Py_DECREF(wanted);
    return failed;
}

PyGetSetDef tb_namespace_getset[] = {
    {"__dict__", namespace_get, namespace_set, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static int view_store(PyObject *self, PyObject *key, PyObject *value) {
    PyObject *object = ((view *)self)->object;
    if (value == NULL) {
        if (PyDict_DelItem(self, key) < 0) {
            return -1;
        }
    } else if (PyDict_SetItem(self, key, value) < 0) {
        return -1;
    }
    return write_through(object, key, value);
}

/* Brings the object in line with the view after one of dict's own methods has changed it. */
static PyObject *settle(PyObject *self, PyObject *before, PyObject *result) {
    PyObject *key, *value;
    Py_ssize_t place = 0;
    int failed = result == NULL;
    while (!failed && PyDict_Next(before, &place, &key, &value)) {
        int kept = PyDict_Contains(self, key);
        failed = kept < 0 || (kept == 0 && write_through(((view *)self)->object, key, NULL) < 0);
    }
    PyObject *after = failed ? NULL : PyDict_Copy(self);
    failed |= after == NULL;
    for (place = 0; !failed && PyDict_Next(after, &place, &key, &value);) {
        PyObject *former = NULL;
        failed = PyDict_GetItemRef(before, key, &former) < 0 ||
                 (former != value && write_through(((view *)self)->object, key, value) < 0);
        Py_XDECREF(former);
    }
    Py_XDECREF(after);
    Py_DECREF(before);
    if (failed) {
        Py_CLEAR(result);
    }
    return result;
}

/* Calls dict's method of that name and settles. */
static PyObject *changing(PyObject *self, const char *name, PyObject *args, PyObject *keywords) {
    PyObject *before = PyDict_Copy(self), *method = before == NULL ? NULL : PyObject_GetAttrString((PyObject *)&PyDict_Type, name);
    if (method == NULL) {
        Py_XDECREF(before);
        return NULL;
    }
    PyObject *all = PyTuple_New(PyTuple_GET_SIZE(args) + 1);
    if (all != NULL) {
        PyTuple_SET_ITEM(all, 0, Py_NewRef(self));
        for (Py_ssize_t each = 0; each < PyTuple_GET_SIZE(args); each++) {
            PyTuple_SET_ITEM(all, each + 1, Py_NewRef(PyTuple_GET_ITEM(args, each)));
        }
    }
    PyObject *result = all == NULL ? NULL : PyObject_Call(method, all, keywords);
    Py_XDECREF(all);
    Py_DECREF(method);
    return settle(self, before, result);
}

#define CHANGING(name) \
    static PyObject *view_##name(PyObject *self, PyObject *args, PyObject *keywords) { return changing(self, #name, args, keywords); }
CHANGING(update)
CHANGING(pop)
CHANGING(popitem)
CHANGING(setdefault)
CHANGING(clear)

static PyObject *view_merge(PyObject *self, PyObject *other) {
    PyObject *args = PyTuple_Pack(1, other), *result = args == NULL ? NULL : changing(self, "__ior__", args, NULL);
    Py_XDECREF(args);
    return result;
}

static PyObject *view_reduce(PyObject *self, PyObject *ignored) {
    (void)ignored;
    PyObject *copy = PyDict_Copy(self);
    return copy == NULL ? NULL : Py_BuildValue("O(N)", &PyDict_Type, copy);
}

static int view_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((view *)self)->object);
    return PyDict_Type.tp_traverse(self, visit, arg);
}
static int view_clear_references(PyObject *self) {
    Py_CLEAR(((view *)self)->object);
    return PyDict_Type.tp_clear(self);
}
static void view_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(((view *)self)->object);
    PyObject_GC_Track(self); /* dict's own function untracks again */
    PyDict_Type.tp_dealloc(self);
    Py_DECREF(type);
}

#define METHOD(name) {#name, (PyCFunction)(void (*)(void))view_##name, METH_VARARGS | METH_KEYWORDS, NULL}
static PyMethodDef methods[] = {
    METHOD(update), METHOD(pop), METHOD(popitem), METHOD(setdefault), METHOD(clear),
    {"__reduce_ex__", view_reduce, METH_O, NULL}, {NULL, NULL, 0, NULL},
};
#define SLOT(function) ((void *)(uintptr_t)(function))
static PyType_Slot slots[] = {
    {Py_mp_ass_subscript, SLOT(view_store)}, {Py_nb_inplace_or, SLOT(view_merge)}, {Py_tp_methods, methods},
    {Py_tp_traverse, SLOT(view_traverse)}, {Py_tp_clear, SLOT(view_clear_references)}, {Py_tp_dealloc, SLOT(view_dealloc)}, {0, NULL},
};
static PyType_Spec view_spec = {
    .name = "tayberry.attributes",
    .basicsize = sizeof(view),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = slots,
};

int tb_namespace_ready(void) {
    if (view_type == NULL) {
        view_type = (PyTypeObject *)PyType_FromSpecWithBases(&view_spec, (PyObject *)&PyDict_Type);
    }
    return view_type == NULL ? -1 : 0;
}

/* What `object.__getstate__` gives for a Python class with these attributes: the dict or None, and with `__slots__` in
 * a subclass (or a `slots=True` dataclass) a pair with a dict of those. */
PyObject *tb_object_getstate(PyObject *object, PyObject *ignored) {
    (void)ignored;
    tb_class_spec *spec = tb_class_of(Py_TYPE(object));
    PyObject *attributes = PyDict_New(), *slotted = NULL, *copyreg = NULL, *names = NULL, *result = NULL;
    int has_dict = (Py_TYPE(object)->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0 || Py_TYPE(object)->tp_dictoffset != 0;
    if (attributes == NULL || (copyreg = PyImport_ImportModule("copyreg")) == NULL ||
        (names = PyObject_CallMethod(copyreg, "_slotnames", "O", Py_TYPE(object))) == NULL) {
        goto done;
    }
    if (has_dict) {
        PyObject *others = undeclared(object);
        if (others == NULL || collect(spec, object, attributes) < 0 || PyDict_Update(attributes, others) < 0) {
            Py_XDECREF(others);
            goto done;
        }
        Py_DECREF(others);
    }
    if (PyList_Check(names) && PyList_GET_SIZE(names) > 0) {
        slotted = PyDict_New();
        for (Py_ssize_t each = 0; slotted != NULL && each < PyList_GET_SIZE(names); each++) {
            PyObject *name = PyList_GET_ITEM(names, each), *value = NULL;
            int found = PyObject_GetOptionalAttr(object, name, &value);
            if (found < 0 || (found > 0 && PyDict_SetItem(slotted, name, value) < 0)) {
                Py_CLEAR(slotted);
            }
            Py_XDECREF(value);
        }
        if (slotted == NULL) {
            goto done;
        }
    }
    PyObject *first = PyDict_GET_SIZE(attributes) > 0 ? attributes : Py_None;
    result = slotted != NULL && PyDict_GET_SIZE(slotted) > 0 ? PyTuple_Pack(2, first, slotted) : Py_NewRef(first);
done:
    Py_XDECREF(attributes);
    Py_XDECREF(slotted);
    Py_XDECREF(copyreg);
    Py_XDECREF(names);
    return result;
}
