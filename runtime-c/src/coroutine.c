/* Coroutine and generator objects: making, looking at and ending them. See tb_coroutine.h; texts and states are those of
 * CPython's genobject.c. */
#include "coroutine.h"
#include "internals.h"
#include "tb_str.h"
#include "tb_iter.h"
#include <sched.h>

PyTypeObject *tb_coroutine_type, *tb_generator_type;

tb_coroutine *tb_coroutine_alloc(tb_function_spec *spec, PyObject *callable, int count, PyTypeObject *type) {
    /* The frame is part of the object, but none of its items. */
    size_t words = spec->frame == NULL ? 0 : (spec->frame->size + sizeof(PyObject *) - 1) / sizeof(PyObject *);
    tb_coroutine *self = PyObject_GC_NewVar(tb_coroutine, type, count + (Py_ssize_t)words);
    if (self == NULL) {
        return NULL;
    }
    Py_SET_SIZE(self, count);
    self->spec = spec;
    self->run = NULL;
    self->function = Py_NewRef(callable);
    self->name = Py_NewRef(((PyFunctionObject *)callable)->func_name);
    self->qualname = Py_NewRef(((PyFunctionObject *)callable)->func_qualname);
    self->weak = NULL;
    self->state = TB_EXECUTING;
    self->running = self->closed = self->hooked = 0;
    self->finalizer = NULL;
    self->at = 0;
    self->awaited = NULL;
    self->outer = NULL;
    self->closure = NULL;
    self->handled = (_PyErr_StackItem){NULL, NULL};
    self->frame = NULL;
    return self;
}

static PyObject *make(tb_function_spec *spec, PyObject *callable, PyObject *(*run)(PyObject *const *), PyObject *const *values,
                      int count, PyTypeObject *type) {
    tb_coroutine *self = tb_coroutine_alloc(spec, callable, count, type);
    if (self == NULL) {
        return NULL;
    }
    self->run = run;
    self->state = TB_CREATED;
    for (int each = 0; each < count; each++) {
        self->values[each] = Py_NewRef(values[each]);
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

PyObject *tb_coroutine_new(tb_function_spec *spec, PyObject *callable, PyObject *(*run)(PyObject *const *),
                           PyObject *const *values, int count) {
    return make(spec, callable, run, values, count, tb_coroutine_type);
}

PyObject *tb_coroutine_new_framed(tb_function_spec *spec, PyObject *callable, PyObject *const *values, int count) {
    PyTypeObject *type = spec->is_async_generator ? tb_async_generator_type : spec->is_async ? tb_coroutine_type : tb_generator_type;
    return make(spec, callable, NULL, values, count, type);
}

/* Takes a reference out of a slot of the frame and releases it. */
static void drop_slot(char *frame, tb_frame_slot slot) {
    void *place = frame + slot.offset;
    switch (slot.kind) {
    case TB_SLOT_OBJECT: Py_CLEAR(*(PyObject **)place); break;
    case TB_SLOT_INT: {
        tb_int value = *(tb_int *)place;
        *(tb_int *)place = TB_INT(0);
        if (!tb_int_is_error(value)) {
            tb_int_release(value);
        }
        break;
    }
    case TB_SLOT_ITER: tb_iter_end(place); break;
    case TB_SLOT_RANGE: tb_range_end(place); break;
    case TB_SLOT_TEXT: {
        tb_format *text = *(tb_format **)place;
        *(tb_format **)place = NULL;
        if (text != NULL) {
            tb_format_discard(text);
        }
        break;
    }
    }
}

void tb_coroutine_drop(tb_coroutine *self) {
    Py_CLEAR(self->awaited);
    Py_CLEAR(self->handled.exc_value);
    if (self->frame != NULL) {
        const tb_suspension *suspension = &self->spec->frame->suspensions[self->at];
        /* What was made last goes first, as in the interpreter. */
        for (int each = suspension->count - 1; each >= 0; each--) {
            drop_slot(self->frame, suspension->slots[each]);
        }
        self->at = 0;
        self->frame = NULL;
    }
    for (Py_ssize_t each = Py_SIZE(self) - 1; each >= 0; each--) {
        Py_CLEAR(self->values[each]);
    }
}

int tb_coroutine_enter(tb_coroutine *self) {
    for (;;) {
        int found = __atomic_load_n(&self->state, __ATOMIC_ACQUIRE);
        if (found == TB_LOOKED_AT) {
            sched_yield();
        } else if (found == TB_EXECUTING || found == TB_FINISHED ||
                   __atomic_compare_exchange_n(&self->state, &found, TB_EXECUTING, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            return found;
        }
    }
}

/* Ends what was suspended; warns about a coroutine that was never awaited, through the hook that adds where it was made. */
static void coroutine_finalize(PyObject *object) {
    tb_coroutine *self = (tb_coroutine *)object;
    int state = tb_coroutine_peek_state(self);
    if (state == TB_FINISHED || state == TB_EXECUTING) {
        return;
    }
    if (tb_is_async_generator(self) && tb_async_generator_hand_to_loop(object)) {
        return;
    }
    PyObject *pending = PyErr_GetRaisedException();
    if (state == TB_CREATED && Py_TYPE(object) == tb_coroutine_type) {
        PyObject *warnings = PyImport_ImportModule("warnings");
        PyObject *result = warnings == NULL ? NULL : PyObject_CallMethod(warnings, "_warn_unawaited_coroutine", "O", object);
        if (result == NULL) {
            PyErr_FormatUnraisable("Exception ignored while finalizing coroutine %R", object);
        }
        Py_XDECREF(result);
        Py_XDECREF(warnings);
    } else {
        PyObject *result = tb_coroutine_close(object, NULL);
        if (result == NULL) {
            PyErr_FormatUnraisable("Exception ignored while closing generator %R", object);
        }
        Py_XDECREF(result);
    }
    PyErr_SetRaisedException(pending);
}

static int coroutine_traverse(PyObject *object, visitproc visit, void *arg) {
    tb_coroutine *self = (tb_coroutine *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->function);
    Py_VISIT(self->finalizer);
    Py_VISIT(self->closure);
    Py_VISIT(self->awaited);
    Py_VISIT(self->handled.exc_value);
    for (Py_ssize_t each = 0; each < Py_SIZE(self); each++) {
        Py_VISIT(self->values[each]);
    }
    /* The frame of a running body is in its C variables, which keep alive what they refer to. */
    if (self->frame == NULL || tb_coroutine_peek_state(self) != TB_SUSPENDED) {
        return 0;
    }
    const tb_suspension *suspension = &self->spec->frame->suspensions[self->at];
    for (int each = 0; each < suspension->count; each++) {
        void *place = (char *)self->frame + suspension->slots[each].offset;
        switch (suspension->slots[each].kind) {
        case TB_SLOT_OBJECT: Py_VISIT(*(PyObject **)place); break;
        case TB_SLOT_ITER: Py_VISIT(((tb_iter *)place)->source); break;
        case TB_SLOT_RANGE: Py_VISIT(((tb_range *)place)->iterator); break;
        default: break;
        }
    }
    return 0;
}

static void coroutine_dealloc(PyObject *object) {
    tb_coroutine *self = (tb_coroutine *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->state != TB_FINISHED && PyObject_CallFinalizerFromDealloc(object) < 0) {
        return;
    }
    PyObject_GC_UnTrack(object);
    if (self->weak != NULL) {
        PyObject_ClearWeakRefs(object);
    }
    if (self->state != TB_FINISHED) {
        tb_coroutine_drop(self);
    }
    Py_XDECREF(self->function);
    Py_XDECREF(self->name);
    Py_XDECREF(self->qualname);
    Py_XDECREF(self->finalizer);
    Py_XDECREF(self->closure);
    type->tp_free(object);
    tb_internal_type_release(type);
}

static PyObject *coroutine_repr(PyObject *object) {
    PyObject *name = tb_field_read_object(object, &((tb_coroutine *)object)->qualname);
    PyObject *text = PyUnicode_FromFormat("<%s object %S at %p>", Py_TYPE(object)->tp_name, name, object);
    Py_DECREF(name);
    return text;
}

/* `isinstance(c, types.CoroutineType)` asks for this when the type itself says no. */
static PyObject *coroutine_class(PyObject *self, void *closure) {
    (void)closure;
    return Py_NewRef((PyObject *)(tb_is_generator((tb_coroutine *)self)         ? &PyGen_Type
                                  : tb_is_async_generator((tb_coroutine *)self) ? &PyAsyncGen_Type
                                                                                : &PyCoro_Type));
}
static PyObject *coroutine_none(PyObject *self, void *closure) {
    (void)self;
    (void)closure;
    Py_RETURN_NONE;
}
static PyObject *coroutine_suspended(PyObject *self, void *closure) {
    (void)closure;
    return PyBool_FromLong(tb_coroutine_peek_state((tb_coroutine *)self) == TB_SUSPENDED);
}
static PyObject *coroutine_running(PyObject *self, void *closure) {
    (void)closure;
    return PyBool_FromLong(tb_coroutine_peek_state((tb_coroutine *)self) == TB_EXECUTING);
}
static PyObject *coroutine_code(PyObject *self, void *closure) {
    (void)closure;
    return Py_NewRef(((PyFunctionObject *)((tb_coroutine *)self)->function)->func_code);
}
/* Holds the coroutine where it is suspended: 1, or 0 if it is not suspended. `let_go` must follow at once. */
static int look_at(tb_coroutine *self) {
    for (;;) {
        int found = TB_SUSPENDED;
        if (__atomic_compare_exchange_n(&self->state, &found, TB_LOOKED_AT, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            return 1;
        }
        if (found != TB_LOOKED_AT) {
            return 0;
        }
        sched_yield();
    }
}
static void let_go(tb_coroutine *self) { tb_coroutine_set_state(self, TB_SUSPENDED); }

static PyObject *coroutine_awaited(PyObject *object, void *closure) {
    (void)closure;
    tb_coroutine *self = (tb_coroutine *)object;
    PyObject *awaited = NULL;
    if (look_at(self)) {
        awaited = Py_XNewRef(self->awaited);
        let_go(self);
    }
    return awaited == NULL ? Py_NewRef(Py_None) : awaited;
}
/* A frame that shows code and line; none when it has ended, as in the interpreter. */
static PyObject *coroutine_frame(PyObject *object, void *closure) {
    (void)closure;
    tb_coroutine *self = (tb_coroutine *)object;
    int state = tb_coroutine_peek_state(self), line = 0;
    if (state == TB_FINISHED) {
        Py_RETURN_NONE;
    }
    if (look_at(self)) {
        line = self->at == 0 ? 0 : self->spec->frame->suspensions[self->at].line;
        let_go(self);
    }
    if (line == 0) {
        line = ((PyCodeObject *)((PyFunctionObject *)self->function)->func_code)->co_firstlineno;
    }
    return tb_code_info_frame(&self->spec->info, self->function, line);
}
/* Name and qualified name may be set while other threads read them. */
static PyObject *get_text(PyObject *self, void *offset) { return tb_field_read_object(self, (PyObject **)((char *)self + (uintptr_t)offset)); }
static int set_text(PyObject *self, PyObject *value, void *offset) {
    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, (uintptr_t)offset == offsetof(tb_coroutine, name) ? "__name__ must be set to a string object"
                                                                                       : "__qualname__ must be set to a string object");
        return -1;
    }
    tb_field_write_object(self, (PyObject **)((char *)self + (uintptr_t)offset), Py_NewRef(value));
    return 0;
}
/* What `await` iterates when the awaiter is the interpreter: Python's coroutines are no iterators themselves. */
typedef struct awaiter {
    PyObject_HEAD
    PyObject *coroutine;
} awaiter;

static PyTypeObject *awaiter_type;

static PyObject *coroutine_await(PyObject *self) {
    if (tb_coroutine_is_awaited((tb_coroutine *)self)) {
        PyErr_SetString(PyExc_RuntimeError, "coroutine is being awaited already");
        return NULL;
    }
    awaiter *made = PyObject_GC_New(awaiter, awaiter_type);
    if (made == NULL) {
        return NULL;
    }
    made->coroutine = Py_NewRef(self);
    PyObject_GC_Track(made);
    return (PyObject *)made;
}
static PySendResult awaiter_send_value(PyObject *self, PyObject *value, PyObject **result) {
    return tb_coroutine_send_value(((awaiter *)self)->coroutine, value, result);
}
static PyObject *awaiter_next(PyObject *self) { return tb_coroutine_next(((awaiter *)self)->coroutine); }
static PyObject *awaiter_send(PyObject *self, PyObject *value) { return tb_coroutine_send(((awaiter *)self)->coroutine, value); }
static PyObject *awaiter_throw(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    return tb_coroutine_throw(((awaiter *)self)->coroutine, args, count);
}
static PyObject *awaiter_close(PyObject *self, PyObject *ignored) { return tb_coroutine_close(((awaiter *)self)->coroutine, ignored); }
static int awaiter_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((awaiter *)self)->coroutine);
    return 0;
}
static void awaiter_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((awaiter *)self)->coroutine);
    type->tp_free(self);
    tb_internal_type_release(type);
}

static PyGetSetDef getters[] = {
    {"__class__", coroutine_class, NULL, NULL, NULL},
    {"__name__", get_text, set_text, "name of the coroutine", (void *)offsetof(tb_coroutine, name)},
    {"__qualname__", get_text, set_text, "qualified name of the coroutine", (void *)offsetof(tb_coroutine, qualname)},
    {"cr_await", coroutine_awaited, NULL, "object being awaited on, or None", NULL},
    {"cr_running", coroutine_running, NULL, NULL, NULL},
    {"cr_frame", coroutine_frame, NULL, NULL, NULL},
    {"cr_code", coroutine_code, NULL, NULL, NULL},
    {"cr_suspended", coroutine_suspended, NULL, NULL, NULL},
    {"cr_origin", coroutine_none, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static PyMethodDef methods[] = {
    {"send", tb_coroutine_send, METH_O, NULL},
    {"throw", (PyCFunction)(void (*)(void))tb_coroutine_throw, METH_FASTCALL, NULL},
    {"close", tb_coroutine_close, METH_NOARGS, NULL},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyMemberDef members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(tb_coroutine, weak), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};
#define SLOT(function) ((void *)(uintptr_t)(function))
static PyType_Slot slots[] = {
    {Py_tp_dealloc, SLOT(coroutine_dealloc)}, {Py_tp_traverse, SLOT(coroutine_traverse)},
    {Py_tp_finalize, SLOT(coroutine_finalize)}, {Py_tp_repr, SLOT(coroutine_repr)},
    {Py_am_await, SLOT(coroutine_await)},
    {Py_am_send, SLOT(tb_coroutine_send_value)}, {Py_tp_getset, getters}, {Py_tp_methods, methods},
    {Py_tp_members, members}, {0, NULL},
};
static PyType_Spec coroutine_spec = {
    .name = "builtins.coroutine",
    .basicsize = sizeof(tb_coroutine),
    .itemsize = sizeof(PyObject *),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

static PyMethodDef awaiter_methods[] = {
    {"send", awaiter_send, METH_O, NULL},
    {"throw", (PyCFunction)(void (*)(void))awaiter_throw, METH_FASTCALL, NULL},
    {"close", awaiter_close, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot awaiter_slots[] = {
    {Py_tp_dealloc, SLOT(awaiter_dealloc)}, {Py_tp_traverse, SLOT(awaiter_traverse)}, {Py_tp_iter, SLOT(PyObject_SelfIter)},
    {Py_tp_iternext, SLOT(awaiter_next)}, {Py_am_send, SLOT(awaiter_send_value)}, {Py_tp_methods, awaiter_methods}, {0, NULL},
};
static PyType_Spec awaiter_spec = {
    .name = "builtins.coroutine_wrapper",
    .basicsize = sizeof(awaiter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = awaiter_slots,
};

static PyGetSetDef generator_getters[] = {
    {"__class__", coroutine_class, NULL, NULL, NULL},
    {"__name__", get_text, set_text, "name of the generator", (void *)offsetof(tb_coroutine, name)},
    {"__qualname__", get_text, set_text, "qualified name of the generator", (void *)offsetof(tb_coroutine, qualname)},
    {"gi_yieldfrom", coroutine_awaited, NULL, "object being iterated by yield from, or None", NULL},
    {"gi_running", coroutine_running, NULL, NULL, NULL},
    {"gi_frame", coroutine_frame, NULL, NULL, NULL},
    {"gi_code", coroutine_code, NULL, NULL, NULL},
    {"gi_suspended", coroutine_suspended, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static PyType_Slot generator_slots[] = {
    {Py_tp_dealloc, SLOT(coroutine_dealloc)}, {Py_tp_traverse, SLOT(coroutine_traverse)},
    {Py_tp_finalize, SLOT(coroutine_finalize)}, {Py_tp_repr, SLOT(coroutine_repr)},
    {Py_tp_iter, SLOT(PyObject_SelfIter)}, {Py_tp_iternext, SLOT(tb_coroutine_next)},
    {Py_am_send, SLOT(tb_coroutine_send_value)}, {Py_tp_getset, generator_getters}, {Py_tp_methods, methods},
    {Py_tp_members, members}, {0, NULL},
};
static PyType_Spec generator_spec = {
    .name = "builtins.generator",
    .basicsize = sizeof(tb_coroutine),
    .itemsize = sizeof(PyObject *),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = generator_slots,
};

static PyObject *async_generator_running(PyObject *self, void *closure) {
    (void)closure;
    return PyBool_FromLong(__atomic_load_n(&((tb_coroutine *)self)->running, __ATOMIC_RELAXED));
}
static PyGetSetDef async_generator_getters[] = {
    {"__class__", coroutine_class, NULL, NULL, NULL},
    {"__name__", get_text, set_text, "name of the async generator", (void *)offsetof(tb_coroutine, name)},
    {"__qualname__", get_text, set_text, "qualified name of the async generator", (void *)offsetof(tb_coroutine, qualname)},
    {"ag_await", coroutine_awaited, NULL, "object being awaited on, or None", NULL},
    {"ag_running", async_generator_running, NULL, NULL, NULL},
    {"ag_frame", coroutine_frame, NULL, NULL, NULL},
    {"ag_code", coroutine_code, NULL, NULL, NULL},
    {"ag_suspended", coroutine_suspended, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static PyMethodDef async_generator_methods[] = {
    {"asend", tb_async_generator_asend, METH_O, NULL},
    {"athrow", tb_async_generator_athrow, METH_VARARGS, NULL},
    {"aclose", tb_async_generator_aclose, METH_NOARGS, NULL},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot async_generator_slots[] = {
    {Py_tp_dealloc, SLOT(coroutine_dealloc)}, {Py_tp_traverse, SLOT(coroutine_traverse)},
    {Py_tp_finalize, SLOT(coroutine_finalize)}, {Py_tp_repr, SLOT(coroutine_repr)},
    {Py_am_aiter, SLOT(PyObject_SelfIter)}, {Py_am_anext, SLOT(tb_async_generator_next)},
    {Py_tp_getset, async_generator_getters}, {Py_tp_methods, async_generator_methods}, {Py_tp_members, members}, {0, NULL},
};
static PyType_Spec async_generator_spec = {
    .name = "builtins.async_generator",
    .basicsize = sizeof(tb_coroutine),
    .itemsize = sizeof(PyObject *),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = async_generator_slots,
};

/* A type that `collections.abc` knows as one of `base`; NULL with an exception. */
static PyTypeObject *make_type(PyType_Spec *spec, const char *name, const char *base) {
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(spec);
    if (type == NULL) {
        return NULL;
    }
    type->tp_name = name;
    PyObject *abc = base == NULL ? NULL : PyImport_ImportModule("collections.abc");
    PyObject *class_ = abc == NULL ? NULL : PyObject_GetAttrString(abc, base);
    PyObject *result = class_ == NULL ? NULL : PyObject_CallMethod(class_, "register", "O", type);
    Py_XDECREF(abc);
    Py_XDECREF(class_);
    if (base != NULL && result == NULL) {
        Py_CLEAR(type);
    }
    Py_XDECREF(result);
    return type;
}

int tb_coroutine_ready(void) {
    if (tb_coroutine_type == NULL &&
        ((awaiter_type == NULL && (awaiter_type = make_type(&awaiter_spec, "coroutine_wrapper", NULL)) == NULL) ||
         tb_async_generator_ready() < 0 ||
         (tb_async_generator_type == NULL &&
          (tb_async_generator_type = make_type(&async_generator_spec, "async_generator", "AsyncGenerator")) == NULL) ||
         (tb_generator_type == NULL && (tb_generator_type = make_type(&generator_spec, "generator", "Generator")) == NULL) ||
         (tb_coroutine_type = make_type(&coroutine_spec, "coroutine", "Coroutine")) == NULL)) {
        return -1;
    }
    return 0;
}
