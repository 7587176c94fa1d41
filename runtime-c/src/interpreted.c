/* Interpreted classes below native ones: their objects have the native fields, and values of their own under any name. */
#include "internals.h"
#include "names.h"
#include "objects.h"

/* What `type.__new__` gives interpreted classes as tp_clear clears their slots and leaves the dict to the native class, but
 * wants both classes to hold their dicts the same way: native objects have no room for values in the object. */
static int interpreted_clear(PyObject *self) {
    for (PyTypeObject *type = Py_TYPE(self); type->tp_dealloc != tb_instance_dealloc; type = type->tp_base) {
        PyMemberDef *members = PyObject_GetItemData((PyObject *)type);
        for (Py_ssize_t each = 0; each < Py_SIZE(type); each++) {
            if (members[each].type == Py_T_OBJECT_EX && (members[each].flags & Py_READONLY) == 0) {
                Py_CLEAR(*(PyObject **)((char *)self + members[each].offset));
            }
        }
    }
    return tb_instance_clear(self);
}

/* The index of a field that the class hides, or -1: an object's own value comes before what hides it. */
static int hidden_field(PyTypeObject *type, const tb_class_spec *spec, PyObject *name) {
    int field = PyUnicode_Check(name) ? tb_field_index(spec, name) : -1;
    return field >= 0 && tb_field_is_hidden(type, spec, field) ? field : -1;
}

/* The value that an object has of its own under the name of a field that its class hides: a new reference, or NULL, with an
 * exception only if there is no memory. What `object.__setattr__` stored, as `__init__` of frozen classes does, is in the dict;
 * all others store into the field. */
static PyObject *own_value(PyObject *self, PyObject *name) {
    tb_class_spec *spec = tb_class_of(Py_TYPE(self));
    int field = hidden_field(Py_TYPE(self), spec, name);
    PyObject *value = field < 0 ? NULL : tb_namespace_peek(self, name);
    return value != NULL || field < 0 || PyErr_Occurred() ? value : tb_field_peek(&spec->fields[field], self);
}

/* Attributes of objects of interpreted classes, which may have values of their own under the names of fields. */
static PyObject *interpreted_getattr(PyObject *self, PyObject *name) {
    PyObject *value = own_value(self, name);
    return value != NULL || PyErr_Occurred() ? value : PyObject_GenericGetAttr(self, name);
}

/* What `type.__new__` gives classes with a `__getattr__`: the same for all, written with each of them. */
static getattrofunc hooked;

static PyObject *interpreted_getattr_hooked(PyObject *self, PyObject *name) {
    PyObject *value = own_value(self, name);
    return value != NULL || PyErr_Occurred() ? value : __atomic_load_n(&hooked, __ATOMIC_RELAXED)(self, name);
}

static int interpreted_setattr(PyObject *self, PyObject *name, PyObject *value) {
    tb_class_spec *spec = tb_class_of(Py_TYPE(self));
    int field = hidden_field(Py_TYPE(self), spec, name);
    int done = field < 0 ? 0 : tb_namespace_write(self, field, value);
    if (done < 0 || (field >= 0 && value != NULL)) {
        return done;
    }
    /* Where there was nothing to delete, the interpreter says so. */
    return done > 0 ? 0 : PyObject_GenericSetAttr(self, name, value);
}

int tb_interpreted_stores_beside(PyTypeObject *type, int field) {
    tb_class_spec *spec = tb_class_of(type);
    PyObject *found = spec->type == type ? NULL : tb_internal_lookup(type, spec->state->names[field]);
    int is_field = found == NULL || tb_descriptor_check(found), stores = found != NULL && Py_TYPE(found)->tp_descr_set != NULL;
    Py_XDECREF(found);
    return !is_field && (stores || type->tp_setattro != interpreted_setattr);
}

/* Below slots `type.__new__` adds a `__dict__` of its own, which knows nothing of fields. */
static int replace_dict(PyTypeObject *class_) {
    PyObject *dict = PyType_GetDict(class_);
    int found = dict == NULL ? -1 : PyDict_ContainsString(dict, tb_namespace_getset->name), failed = found < 0;
    if (found > 0) {
        PyObject *descriptor = PyDescr_NewGetSet(class_, tb_namespace_getset);
        failed = descriptor == NULL || PyDict_SetItemString(dict, tb_namespace_getset->name, descriptor) < 0;
        Py_XDECREF(descriptor);
        PyType_Modified(class_);
    }
    Py_XDECREF(dict);
    return failed ? -1 : 0;
}

/* Whether a class has a `__getattr__`, but no `__getattribute__` of its own. */
static int only_hooks(PyTypeObject *class_) {
    PyObject *hook = tb_internal_lookup(class_, tb_names.__getattr__), *found = tb_internal_lookup(class_, tb_names.__getattribute__),
             *plain = tb_internal_lookup(&PyBaseObject_Type, tb_names.__getattribute__);
    int only = hook != NULL && found == plain;
    Py_XDECREF(hook);
    Py_XDECREF(found);
    Py_XDECREF(plain);
    return only;
}

/* Prepares an interpreted class below a native one. Without a dict its objects have nothing but slots. */
static int prepare_interpreted(PyTypeObject *class_) {
    class_->tp_clear = interpreted_clear;
    if ((class_->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0 || class_->tp_dictoffset != 0) {
        if (class_->tp_getattro == PyObject_GenericGetAttr) {
            class_->tp_getattro = interpreted_getattr;
        } else if (class_->tp_getattro != interpreted_getattr_hooked && only_hooks(class_)) {
            __atomic_store_n(&hooked, class_->tp_getattro, __ATOMIC_RELAXED);
            class_->tp_getattro = interpreted_getattr_hooked;
        }
        if (class_->tp_setattro == PyObject_GenericSetAttr) {
            class_->tp_setattro = interpreted_setattr;
        }
    }
    return replace_dict(class_);
}

/* Python subclasses get the plain allocator from `type.__new__`; theirs must mark fields as unset as well. */
PyObject *tb_interpreted_announced(PyObject *class_, PyObject *args, PyObject *keywords) {
    tb_class_spec *spec = PyType_Check(class_) ? tb_class_of((PyTypeObject *)class_) : NULL;
    if (spec == NULL) {
        PyErr_SetString(PyExc_TypeError, "__init_subclass__ needs a subclass of a native class");
        return NULL;
    }
    if (((PyTypeObject *)class_)->tp_alloc == PyType_GenericAlloc) {
        ((PyTypeObject *)class_)->tp_alloc = tb_instance_alloc;
    }
    if (spec->type != (PyTypeObject *)class_ && prepare_interpreted((PyTypeObject *)class_) < 0) {
        return NULL;
    }
    /* On to the next class: that of the root of the native bases, whose own base is `object`. */
    while (spec->base != NULL) {
        spec = spec->base;
    }
    PyObject *super = PyObject_CallFunctionObjArgs((PyObject *)&PySuper_Type, (PyObject *)spec->type, class_, NULL);
    PyObject *next = super == NULL ? NULL : PyObject_GetAttrString(super, "__init_subclass__");
    PyObject *result = next == NULL ? NULL : PyObject_Call(next, args, keywords);
    Py_XDECREF(super);
    Py_XDECREF(next);
    return result;
}
