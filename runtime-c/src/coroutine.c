/* Coroutine objects whose body never suspends. See tb_coroutine.h; texts and states are those of CPython's genobject.c. */
#include "objects.h"

enum state { CREATED, EXECUTING, FINISHED };

typedef struct coroutine {
    PyObject_VAR_HEAD
    tb_function_spec *spec;
    PyObject *(*run)(PyObject *const *);
    PyObject *function, *name, *qualname, *weak;
    int state;
    PyObject *values[];
} coroutine;

PyTypeObject *tb_coroutine_type;

PyObject *tb_coroutine_new(tb_function_spec *spec, PyObject *callable, PyObject *(*run)(PyObject *const *),
                           PyObject *const *values, int count) {
    coroutine *self = PyObject_GC_NewVar(coroutine, tb_coroutine_type, count);
    if (self == NULL) {
        return NULL;
    }
    self->spec = spec;
    self->run = run;
    self->function = Py_NewRef(callable);
    self->name = Py_NewRef(((PyFunctionObject *)callable)->func_name);
    self->qualname = Py_NewRef(((PyFunctionObject *)callable)->func_qualname);
    self->weak = NULL;
    self->state = CREATED;
    for (int each = 0; each < count; each++) {
        self->values[each] = Py_NewRef(values[each]);
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static void drop_values(coroutine *self) {
    for (Py_ssize_t each = 0; each < Py_SIZE(self); each++) {
        Py_CLEAR(self->values[each]);
    }
}

/* CREATED to `next`: 1, or 0 with the state found in `*found`. */
static int leave_created(coroutine *self, int next, int *found) {
    *found = CREATED;
    return __atomic_compare_exchange_n(&self->state, found, next, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* Sets the exception for a coroutine that is not in its first state. */
static void refuse(int found) {
    if (found == EXECUTING) {
        PyErr_SetString(PyExc_ValueError, "coroutine already executing");
    } else {
        PyErr_SetString(PyExc_RuntimeError, "cannot reuse already awaited coroutine");
    }
}

/* `StopIteration` out of a body becomes `RuntimeError` with it as cause. */
static void replace_stop_iteration(void) {
    PyObject *stop = PyErr_GetRaisedException();
    PyErr_SetString(PyExc_RuntimeError, "coroutine raised StopIteration");
    PyObject *error = PyErr_GetRaisedException();
    PyException_SetCause(error, Py_NewRef(stop));
    PyException_SetContext(error, stop);
    PyErr_SetRaisedException(error);
}

static PySendResult coroutine_send_value(PyObject *object, PyObject *value, PyObject **result) {
    coroutine *self = (coroutine *)object;
    int found = __atomic_load_n(&self->state, __ATOMIC_ACQUIRE);
    *result = NULL;
    if (found == CREATED && value != NULL && value != Py_None) {
        PyErr_SetString(PyExc_TypeError, "can't send non-None value to a just-started coroutine");
        return PYGEN_ERROR;
    }
    if (!leave_created(self, EXECUTING, &found)) {
        refuse(found);
        return PYGEN_ERROR;
    }
    *result = self->run(self->values);
    drop_values(self);
    __atomic_store_n(&self->state, FINISHED, __ATOMIC_RELEASE);
    if (*result == NULL && PyErr_ExceptionMatches(PyExc_StopIteration)) {
        replace_stop_iteration();
    }
    return *result == NULL ? PYGEN_ERROR : PYGEN_RETURN;
}

/* Hands a returned value to callers that speak the iterator protocol. */
static PyObject *stop_with(PyObject *result) {
    if (result == NULL) {
        return NULL;
    }
    PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, result);
    if (stop != NULL) {
        PyErr_SetRaisedException(stop);
    }
    Py_DECREF(result);
    return NULL;
}

static PyObject *coroutine_send(PyObject *self, PyObject *value) {
    PyObject *result;
    (void)coroutine_send_value(self, value, &result);
    return stop_with(result);
}

static PyObject *coroutine_next(PyObject *self) {
    PyObject *result;
    (void)coroutine_send_value(self, NULL, &result);
    return stop_with(result);
}

static PyObject *coroutine_close(PyObject *object, PyObject *ignored) {
    (void)ignored;
    coroutine *self = (coroutine *)object;
    int found;
    if (leave_created(self, FINISHED, &found)) {
        drop_values(self);
    } else if (found == EXECUTING) {
        refuse(found);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *coroutine_throw(PyObject *object, PyObject *const *args, Py_ssize_t count) {
    coroutine *self = (coroutine *)object;
    if (count < 1 || count > 3) {
        return PyErr_Format(PyExc_TypeError, "throw expected at %s %d argument%s, got %zd", count < 1 ? "least" : "most",
                            count < 1 ? 1 : 3, count < 1 ? "" : "s", count);
    }
    if (count > 1 && PyErr_WarnEx(PyExc_DeprecationWarning,
                                  "the (type, exc, tb) signature of throw() is deprecated, "
                                  "use the single-arg signature instead.",
                                  1) < 0) {
        return NULL;
    }
    PyObject *exception = args[0], *value = count > 1 ? args[1] : NULL, *trace = count > 2 ? args[2] : NULL;
    if (trace != NULL && trace != Py_None && !PyTraceBack_Check(trace)) {
        PyErr_SetString(PyExc_TypeError, "throw() third argument must be a traceback object");
        return NULL;
    }
    PyObject *raised;
    if (PyExceptionInstance_Check(exception)) {
        if (value != NULL && value != Py_None) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            return NULL;
        }
        raised = Py_NewRef(exception);
    } else if (PyExceptionClass_Check(exception)) {
        if (value != NULL && PyObject_TypeCheck(value, (PyTypeObject *)exception)) {
            raised = Py_NewRef(value);
        } else if (value == NULL || value == Py_None) {
            raised = PyObject_CallNoArgs(exception);
        } else {
            raised = PyTuple_Check(value) ? PyObject_CallObject(exception, value) : PyObject_CallOneArg(exception, value);
        }
        if (raised == NULL) {
            return NULL;
        }
        if (!PyExceptionInstance_Check(raised)) {
            PyErr_Format(PyExc_TypeError, "calling %R should have returned an instance of BaseException, not %T", exception, raised);
            Py_DECREF(raised);
            return NULL;
        }
    } else {
        return PyErr_Format(PyExc_TypeError, "exceptions must be classes or instances deriving from BaseException, not %s",
                            Py_TYPE(exception)->tp_name);
    }
    if (trace != NULL && trace != Py_None && PyException_SetTraceback(raised, trace) < 0) {
        Py_DECREF(raised);
        return NULL;
    }
    int found;
    if (!leave_created(self, FINISHED, &found)) {
        Py_DECREF(raised);
        refuse(found);
        return NULL;
    }
    drop_values(self);
    PyErr_SetRaisedException(raised);
    tb_traceback_add(&self->spec->info, ((PyCodeObject *)((PyFunctionObject *)self->function)->func_code)->co_firstlineno);
    return NULL;
}

/* `RuntimeWarning: coroutine 'f' was never awaited`, through the hook that adds where it was made. */
static void coroutine_finalize(PyObject *object) {
    coroutine *self = (coroutine *)object;
    if (__atomic_load_n(&self->state, __ATOMIC_ACQUIRE) != CREATED) {
        return;
    }
    PyObject *pending = PyErr_GetRaisedException();
    PyObject *warnings = PyImport_ImportModule("warnings");
    PyObject *result = warnings == NULL ? NULL : PyObject_CallMethod(warnings, "_warn_unawaited_coroutine", "O", object);
    if (result == NULL) {
        PyErr_FormatUnraisable("Exception ignored while finalizing coroutine %R", object);
    }
    Py_XDECREF(result);
    Py_XDECREF(warnings);
    PyErr_SetRaisedException(pending);
}

static int coroutine_traverse(PyObject *object, visitproc visit, void *arg) {
    coroutine *self = (coroutine *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->function);
    for (Py_ssize_t each = 0; each < Py_SIZE(self); each++) {
        Py_VISIT(self->values[each]);
    }
    return 0;
}

static void coroutine_dealloc(PyObject *object) {
    coroutine *self = (coroutine *)object;
    PyTypeObject *type = Py_TYPE(object);
    if (self->state == CREATED && PyObject_CallFinalizerFromDealloc(object) < 0) {
        return;
    }
    PyObject_GC_UnTrack(object);
    if (self->weak != NULL) {
        PyObject_ClearWeakRefs(object);
    }
    drop_values(self);
    Py_XDECREF(self->function);
    Py_XDECREF(self->name);
    Py_XDECREF(self->qualname);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyObject *coroutine_repr(PyObject *object) {
    return PyUnicode_FromFormat("<coroutine object %S at %p>", ((coroutine *)object)->qualname, object);
}

/* `isinstance(c, types.CoroutineType)` asks for this when the type itself says no. */
static PyObject *coroutine_class(PyObject *self, void *closure) {
    (void)self;
    (void)closure;
    return Py_NewRef((PyObject *)&PyCoro_Type);
}
static PyObject *coroutine_none(PyObject *self, void *closure) {
    (void)self;
    (void)closure;
    Py_RETURN_NONE;
}
static PyObject *coroutine_false(PyObject *self, void *closure) {
    (void)self;
    (void)closure;
    Py_RETURN_FALSE;
}
static PyObject *coroutine_running(PyObject *self, void *closure) {
    (void)closure;
    return PyBool_FromLong(__atomic_load_n(&((coroutine *)self)->state, __ATOMIC_ACQUIRE) == EXECUTING);
}
static PyObject *coroutine_code(PyObject *self, void *closure) {
    (void)closure;
    return Py_NewRef(((PyFunctionObject *)((coroutine *)self)->function)->func_code);
}
static PyObject *get_text(PyObject *self, void *offset) { return Py_NewRef(*(PyObject **)((char *)self + (uintptr_t)offset)); }
static int set_text(PyObject *self, PyObject *value, void *offset) {
    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, (uintptr_t)offset == offsetof(coroutine, name) ? "__name__ must be set to a string object"
                                                                                       : "__qualname__ must be set to a string object");
        return -1;
    }
    PyObject **place = (PyObject **)((char *)self + (uintptr_t)offset);
    Py_XSETREF(*place, Py_NewRef(value));
    return 0;
}
/* What `await` iterates when the awaiter is the interpreter: Python's coroutines are no iterators themselves. */
typedef struct awaiter {
    PyObject_HEAD
    PyObject *coroutine;
} awaiter;

static PyTypeObject *awaiter_type;

static PyObject *coroutine_await(PyObject *self) {
    awaiter *made = PyObject_GC_New(awaiter, awaiter_type);
    if (made == NULL) {
        return NULL;
    }
    made->coroutine = Py_NewRef(self);
    PyObject_GC_Track(made);
    return (PyObject *)made;
}
static PySendResult awaiter_send_value(PyObject *self, PyObject *value, PyObject **result) {
    return coroutine_send_value(((awaiter *)self)->coroutine, value, result);
}
static PyObject *awaiter_next(PyObject *self) { return coroutine_next(((awaiter *)self)->coroutine); }
static PyObject *awaiter_send(PyObject *self, PyObject *value) { return coroutine_send(((awaiter *)self)->coroutine, value); }
static PyObject *awaiter_throw(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    return coroutine_throw(((awaiter *)self)->coroutine, args, count);
}
static PyObject *awaiter_close(PyObject *self, PyObject *ignored) { return coroutine_close(((awaiter *)self)->coroutine, ignored); }
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
    Py_DECREF(type);
}

static PyGetSetDef getters[] = {
    {"__class__", coroutine_class, NULL, NULL, NULL},
    {"__name__", get_text, set_text, "name of the coroutine", (void *)offsetof(coroutine, name)},
    {"__qualname__", get_text, set_text, "qualified name of the coroutine", (void *)offsetof(coroutine, qualname)},
    {"cr_await", coroutine_none, NULL, "object being awaited on, or None", NULL},
    {"cr_running", coroutine_running, NULL, NULL, NULL},
    {"cr_frame", coroutine_none, NULL, NULL, NULL},
    {"cr_code", coroutine_code, NULL, NULL, NULL},
    {"cr_suspended", coroutine_false, NULL, NULL, NULL},
    {"cr_origin", coroutine_none, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static PyMethodDef methods[] = {
    {"send", coroutine_send, METH_O, NULL},
    {"throw", (PyCFunction)(void (*)(void))coroutine_throw, METH_FASTCALL, NULL},
    {"close", coroutine_close, METH_NOARGS, NULL},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyMemberDef members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(coroutine, weak), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};
#define SLOT(function) ((void *)(uintptr_t)(function))
static PyType_Slot slots[] = {
    {Py_tp_dealloc, SLOT(coroutine_dealloc)}, {Py_tp_traverse, SLOT(coroutine_traverse)},
    {Py_tp_finalize, SLOT(coroutine_finalize)}, {Py_tp_repr, SLOT(coroutine_repr)},
    {Py_am_await, SLOT(coroutine_await)},
    {Py_am_send, SLOT(coroutine_send_value)}, {Py_tp_getset, getters}, {Py_tp_methods, methods},
    {Py_tp_members, members}, {0, NULL},
};
static PyType_Spec coroutine_spec = {
    .name = "builtins.coroutine",
    .basicsize = sizeof(coroutine),
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

int tb_coroutine_ready(void) {
    if (tb_coroutine_type != NULL) {
        return 0;
    }
    if (awaiter_type == NULL) {
        awaiter_type = (PyTypeObject *)PyType_FromSpec(&awaiter_spec);
    }
    PyObject *type = awaiter_type == NULL ? NULL : PyType_FromSpec(&coroutine_spec);
    if (type == NULL) {
        return -1;
    }
    awaiter_type->tp_name = "coroutine_wrapper";
    ((PyTypeObject *)type)->tp_name = "coroutine";
    PyObject *abc = PyImport_ImportModule("collections.abc");
    PyObject *base = abc == NULL ? NULL : PyObject_GetAttrString(abc, "Coroutine");
    PyObject *result = base == NULL ? NULL : PyObject_CallMethod(base, "register", "O", type);
    Py_XDECREF(abc);
    Py_XDECREF(base);
    if (result == NULL) {
        Py_DECREF(type);
        return -1;
    }
    Py_DECREF(result);
    tb_coroutine_type = (PyTypeObject *)type;
    return 0;
}
