/* Data descriptors of typed fields: what `Order.qty` and `order.qty` are in Python.
 *
 * What holds: on an instance, a set field gives its value, an unset one the class attribute's value if there is
 * one, else AttributeError; on the class, the default or AttributeError, so `@dataclass` finds what Python would.
 */
#include "objects.h"

typedef struct descriptor {
    PyObject_HEAD
    tb_class_spec *spec;
    PyTypeObject *owner; /* borrowed: the class has the descriptor */
    int field;
    PyObject *default_value;
} descriptor;

static PyTypeObject *descriptor_type;

PyObject *tb_descriptor_new(tb_class_spec *spec, int field, PyObject *default_value) {
    descriptor *self = PyObject_GC_New(descriptor, descriptor_type);
    if (self == NULL) {
        return NULL;
    }
    self->spec = spec;
    self->owner = spec->type;
    self->field = field;
    self->default_value = Py_XNewRef(default_value);
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

int tb_descriptor_check(PyObject *object) { return Py_TYPE(object) == descriptor_type; }
PyObject *tb_descriptor_default(PyObject *self) { return ((descriptor *)self)->default_value; }

static int is_instance(descriptor *self, PyObject *object) {
    if (PyObject_TypeCheck(object, self->owner)) {
        return 1;
    }
    PyErr_Format(PyExc_TypeError, "descriptor '%s' for '%.100s' objects doesn't apply to a '%.100s' object",
                 self->spec->fields[self->field].name, self->owner->tp_name, Py_TYPE(object)->tp_name);
    return 0;
}

static PyObject *descriptor_get(PyObject *object, PyObject *instance, PyObject *owner) {
    descriptor *self = (descriptor *)object;
    const tb_field_spec *field = &self->spec->fields[self->field];
    if (instance == NULL || instance == Py_None) {
        if (tb_field_is_slot(self->owner, self->field)) {
            return Py_NewRef(object);
        }
        if (self->default_value != NULL) {
            return Py_NewRef(self->default_value);
        }
        return PyErr_Format(PyExc_AttributeError, "type object '%.50s' has no attribute '%s'",
                            owner != NULL && PyType_Check(owner) ? ((PyTypeObject *)owner)->tp_name : self->spec->name, field->name);
    }
    if (!is_instance(self, instance)) {
        return NULL;
    }
    PyObject *value = tb_field_peek(field, instance);
    if (value == NULL && !PyErr_Occurred()) {
        if (self->default_value != NULL && !tb_field_is_slot(Py_TYPE(instance), self->field)) {
            return Py_NewRef(self->default_value);
        }
        tb_field_unset_plain(self->spec, self->field, instance);
    }
    return value;
}

static int descriptor_set(PyObject *object, PyObject *instance, PyObject *value) {
    descriptor *self = (descriptor *)object;
    if (!is_instance(self, instance)) {
        return -1;
    }
    if (value != NULL) {
        return tb_field_store(self->spec, self->field, instance, value);
    }
    if (!tb_field_clear(&self->spec->fields[self->field], instance)) {
        /* CPython fills in `name` and `obj` for reads alone. */
        if (tb_field_is_slot(Py_TYPE(instance), self->field)) {
            PyErr_SetString(PyExc_AttributeError, self->spec->fields[self->field].name);
        } else {
            tb_field_unset_plain(self->spec, self->field, instance);
        }
        return -1;
    }
    return 0;
}

static PyObject *descriptor_repr(PyObject *object) {
    descriptor *self = (descriptor *)object;
    const char *shown = tb_field_is_slot(self->owner, self->field) ? "<member '%s' of '%s' objects>" : "<field '%s' of '%s' objects>";
    return PyUnicode_FromFormat(shown, self->spec->fields[self->field].name, self->owner->tp_name);
}

static int descriptor_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((descriptor *)self)->default_value);
    return 0;
}

static void descriptor_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((descriptor *)self)->default_value);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *descriptor_name(PyObject *object, void *closure) {
    descriptor *self = (descriptor *)object;
    (void)closure;
    return Py_NewRef(self->spec->state->names[self->field]);
}
static PyObject *descriptor_class(PyObject *object, void *closure) {
    (void)closure;
    return Py_NewRef((PyObject *)((descriptor *)object)->owner);
}

/* Slots pass for what the interpreter has there: `@dataclass` must not take them for the defaults of a class below. */
static PyObject *descriptor_kind(PyObject *object, void *closure) {
    (void)closure;
    descriptor *self = (descriptor *)object;
    return Py_NewRef((PyObject *)(tb_field_is_slot(self->owner, self->field) ? &PyMemberDescr_Type : Py_TYPE(object)));
}

static PyGetSetDef getters[] = {
    {"__class__", descriptor_kind, NULL, NULL, NULL},
    {"__name__", descriptor_name, NULL, NULL, NULL},
    {"__objclass__", descriptor_class, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
#define SLOT(function) ((void *)(uintptr_t)(function))
static PyType_Slot slots[] = {
    {Py_tp_descr_get, SLOT(descriptor_get)}, {Py_tp_descr_set, SLOT(descriptor_set)}, {Py_tp_repr, SLOT(descriptor_repr)},
    {Py_tp_traverse, SLOT(descriptor_traverse)}, {Py_tp_dealloc, SLOT(descriptor_dealloc)}, {Py_tp_getset, getters}, {0, NULL},
};
static PyType_Spec descriptor_spec = {
    .name = "tayberry.field",
    .basicsize = sizeof(descriptor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

int tb_descriptor_ready(void) {
    if (descriptor_type == NULL) {
        descriptor_type = (PyTypeObject *)PyType_FromSpec(&descriptor_spec);
    }
    return descriptor_type == NULL ? -1 : 0;
}
