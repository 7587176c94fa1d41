/* The life of native objects: making them, letting them go, and what the collector asks. See tb_class.h. */
#include "internals.h"
#include "objects.h"

tb_class_spec *tb_class_of(PyTypeObject *type) {
    for (; type != NULL; type = type->tp_base) {
        if (type->tp_dealloc == tb_instance_dealloc) {
            return ((PyHeapTypeObject *)type)->ht_token;
        }
    }
    return NULL;
}

int tb_class_check_general(const tb_class_spec *spec, PyObject *object) {
    if (spec->type != NULL) {
        PyTypeObject *type = Py_TYPE(object);
        if (type->tp_base == spec->type || PyType_IsSubtype(type, spec->type)) {
            return 1;
        }
    }
    for (tb_class_spec *each = tb_class_of(Py_TYPE(object)); each != NULL; each = each->base) {
        if (each == spec) {
            return 1;
        }
    }
    return 0;
}

PyObject *tb_class_allocate(tb_class_spec *spec) { return (PyObject *)PyObject_GC_New(PyObject, spec->type); }

int tb_class_init_result(PyObject *result) {
    if (result == Py_None) {
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'", Py_TYPE(result)->tp_name);
    return -1;
}

PyObject *tb_instance_alloc(PyTypeObject *type, Py_ssize_t items) {
    tb_class_spec *spec = tb_class_of(type);
    PyObject *self;
    if (type == spec->type) {
        self = tb_class_allocate(spec);
        if (self != NULL) {
            tb_fields_unset_fresh(spec, self);
            (void)tb_class_finish(spec, self);
        }
        return self;
    }
    self = PyType_GenericAlloc(type, items);
    if (self != NULL) {
        tb_fields_unset_fresh(spec, self);
    }
    return self;
}

static void release_fields(const tb_class_spec *spec, PyObject *self, int count) {
    for (int each = 0; each < count; each++) {
        const tb_field_spec *field = &spec->fields[each];
        void *slot = (char *)self + field->offset;
        if (field->held == TB_HELD_INT) {
            tb_int_release(*(tb_int *)slot);
        } else if (field->held == TB_HELD_OBJECT) {
            Py_XDECREF(*(PyObject **)slot);
        }
    }
}

static int has_word(PyObject *self, int word) { return __atomic_load_n((void **)self + word, __ATOMIC_ACQUIRE) != NULL; }

void tb_instance_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    tb_class_spec *spec = tb_class_of(type);
    if (type->tp_finalize != NULL && PyObject_CallFinalizerFromDealloc(self) < 0) {
        return; /* alive again */
    }
    PyObject_GC_UnTrack(self);
    /* Most objects never have either; nobody else can reach this one any more. */
    if (type->tp_flags & Py_TPFLAGS_MANAGED_WEAKREF && has_word(self, TB_WEAKREF_WORD)) {
        PyObject_ClearWeakRefs(self);
    }
    if (type->tp_flags & Py_TPFLAGS_MANAGED_DICT && (type->tp_flags & Py_TPFLAGS_INLINE_VALUES || has_word(self, TB_DICT_WORD))) {
        PyObject_ClearManagedDict(self);
    }
    release_fields(spec, self, spec->field_count);
    type->tp_free(self);
    tb_internal_type_release(type);
}

void tb_class_abandon(tb_class_spec *spec, PyObject *object, int filled) {
    release_fields(spec, object, filled);
    PyTypeObject *type = Py_TYPE(object);
    type->tp_free(object);
    tb_internal_type_release(type);
}

int tb_instance_traverse(PyObject *self, visitproc visit, void *arg) {
    PyTypeObject *type = Py_TYPE(self);
    tb_class_spec *spec = tb_class_of(type);
    Py_VISIT(type);
    for (int each = 0; each < spec->field_count; each++) {
        if (spec->fields[each].held == TB_HELD_OBJECT) {
            Py_VISIT(*(PyObject **)((char *)self + spec->fields[each].offset));
        }
    }
    /* A dict that only an interpreted class below has is visited for that class. */
    return spec->type->tp_flags & Py_TPFLAGS_MANAGED_DICT ? PyObject_VisitManagedDict(self, visit, arg) : 0;
}

int tb_instance_clear(PyObject *self) {
    tb_class_spec *spec = tb_class_of(Py_TYPE(self));
    for (int each = 0; each < spec->field_count; each++) {
        if (spec->fields[each].held == TB_HELD_OBJECT) {
            (void)tb_field_clear(&spec->fields[each], self);
        }
    }
    if (Py_TYPE(self)->tp_flags & Py_TPFLAGS_MANAGED_DICT) {
        PyObject_ClearManagedDict(self);
    }
    return 0;
}
