/* Interpreted classes below native ones: their objects have the native fields, and values of their own under any name. */
#include "internals.h"
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

/* Attributes of objects of interpreted classes, which may have values of their own under the names of fields. */
static PyObject *interpreted_getattr(PyObject *self, PyObject *name) {
    tb_class_spec *spec = tb_class_of(Py_TYPE(self));
    int field = hidden_field(Py_TYPE(self), spec, name);
    PyObject *value = field < 0 ? NULL : tb_field_peek(&spec->fields[field], self);
    return value != NULL || PyErr_Occurred() ? value : PyObject_GenericGetAttr(self, name);
}
static int interpreted_setattr(PyObject *self, PyObject *name, PyObject *value) {
    tb_class_spec *spec = tb_class_of(Py_TYPE(self));
    int field = hidden_field(Py_TYPE(self), spec, name);
    if (field >= 0 && value != NULL) {
        return tb_field_store(spec, field, self, value);
    }
    return field >= 0 && tb_field_clear(&spec->fields[field], self) ? 0 : PyObject_GenericSetAttr(self, name, value);
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

/* Prepares an interpreted class below a native one. Without a dict its objects have nothing but slots. */
static int prepare_interpreted(PyTypeObject *class_) {
    int has_dict = (class_->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0 || class_->tp_dictoffset != 0;
    class_->tp_clear = interpreted_clear;
    if (has_dict && class_->tp_getattro == PyObject_GenericGetAttr && class_->tp_setattro == PyObject_GenericSetAttr) {
        class_->tp_getattro = interpreted_getattr;
        class_->tp_setattro = interpreted_setattr;
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
