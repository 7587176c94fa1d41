/* The protocol of coroutines and generators: send, throw, close. Each follows its namesake in CPython's genobject.c. */
#include "coroutine.h"
#include "tb_safepoint.h"

static const char *kind_name(tb_coroutine *self) {
    return tb_is_generator(self) ? "generator" : tb_is_async_generator(self) ? "async generator" : "coroutine";
}

void tb_coroutine_stop_check(enum tb_coroutine_kind kind) {
    static const char *const names[] = {"coroutine", "generator", "async generator"};
    int is_stop = PyErr_ExceptionMatches(PyExc_StopIteration);
    if (!is_stop && (kind != TB_KIND_ASYNC_GENERATOR || !PyErr_ExceptionMatches(PyExc_StopAsyncIteration))) {
        return;
    }
    PyObject *stop = PyErr_GetRaisedException();
    PyErr_Format(PyExc_RuntimeError, "%s raised %s", names[kind], is_stop ? "StopIteration" : "StopAsyncIteration");
    PyObject *error = PyErr_GetRaisedException();
    PyException_SetCause(error, Py_NewRef(stop));
    PyException_SetContext(error, stop);
    PyErr_SetRaisedException(error);
}

/* Sets the exception for a coroutine that cannot be entered, if it is one. */
static void refuse(tb_coroutine *self, int found) {
    if (found == TB_EXECUTING) {
        PyErr_Format(PyExc_ValueError, "%s already executing", kind_name(self));
    } else if (Py_TYPE(self) == tb_coroutine_type) {
        PyErr_SetString(PyExc_RuntimeError, "cannot reuse already awaited coroutine");
    }
}

/* After a body that has ended with `made`, or with an exception if that is NULL. */
static PySendResult finish(tb_coroutine *self, tb_pause *pause, PyObject *made, PyObject **result) {
    Py_XDECREF(pause->sent);
    if (made == NULL && self->run != NULL) {
        tb_coroutine_stop_check(TB_KIND_COROUTINE);
    }
    PyObject *pending = made == NULL ? PyErr_GetRaisedException() : NULL;
    tb_coroutine_drop(self);
    tb_coroutine_set_state(self, TB_FINISHED);
    if (pending != NULL) {
        PyErr_SetRaisedException(pending);
    }
    *result = made;
    return made == NULL ? PYGEN_ERROR : PYGEN_RETURN;
}

/* Runs the body of a coroutine that is EXECUTING: `sent` (stolen) or, if it is NULL, the pending exception goes in. */
static PySendResult run(tb_coroutine *self, PyObject *sent, PyObject **result) {
    tb_pause pause = {.self = self, .at = self->at, .sent = sent};
    PyObject *made = self->run != NULL ? self->run(self->values) : self->spec->frame->run(&pause, self->values);
    if (pause.value != NULL) {
        /* It is suspended, and some other thread may have resumed it already. */
        *result = pause.value;
        return pause.yielded && tb_is_async_generator(self) ? TB_YIELDED : PYGEN_NEXT;
    }
    return finish(self, &pause, made, result);
}

/* Makes a coroutine EXECUTING for `value` to be sent to it: 1; or 0 with what comes of sending. */
static int enter(tb_coroutine *self, PyObject *value, PySendResult *sent, PyObject **result) {
    int found = __atomic_load_n(&self->state, __ATOMIC_RELAXED);
    *result = NULL;
    if (__builtin_expect(found == TB_CREATED, 0) && value != NULL && value != Py_None) {
        PyErr_Format(PyExc_TypeError, "can't send non-None value to a just-started %s", kind_name(self));
        *sent = PYGEN_ERROR;
        return 0;
    }
    if (__builtin_expect(found <= TB_SUSPENDED, 1) &&
        __builtin_expect(__atomic_compare_exchange_n(&self->state, &found, TB_EXECUTING, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE), 1)) {
        return 1;
    }
    *sent = PYGEN_ERROR;
    found = tb_coroutine_enter(self);
    if (found != TB_EXECUTING && found != TB_FINISHED) {
        return 1;
    }
    if (found == TB_FINISHED && Py_TYPE(self) != tb_coroutine_type && value != NULL) {
        *result = Py_NewRef(Py_None);
        *sent = PYGEN_RETURN;
        return 0;
    }
    refuse(self, found);
    return 0;
}

/* Sends to what a coroutine waits for, and runs the bodies to which that gives something. It is EXECUTING, and so are those of
 * ours that it waits for through others, until the innermost has answered: a loop, however deep they are. */
static PySendResult advance(tb_coroutine *self, PyObject *value, PyObject **result) {
    PyThreadState *thread = tb_thread();
    PyObject *given = value == NULL ? Py_None : value;
    PySendResult sent;
    self->outer = NULL;
    for (;;) {
        if (tb_enter_thread(thread) < 0) {
            tb_coroutine_set_state(self, TB_SUSPENDED);
            sent = PYGEN_ERROR;
            *result = NULL;
            self = self->outer;
            break;
        }
        /* What runs now sees what this coroutine is handling. */
        if (self->handled.exc_value != NULL) {
            tb_handled_push(thread, &self->handled);
        }
        PyObject *awaited = self->awaited;
        if (!tb_is_ours(awaited)) {
            sent = PyIter_Send(awaited, given, result);
            break;
        }
        tb_coroutine *inner = (tb_coroutine *)awaited;
        if (!enter(inner, given, &sent, result)) {
            break;
        }
        inner->outer = self;
        if (inner->awaited == NULL) {
            sent = run(inner, Py_NewRef(given), result);
            break;
        }
        self = inner;
    }
    /* From the innermost that waits outwards. */
    while (self != NULL) {
        tb_coroutine *outer = self->outer;
        if (self->handled.exc_value != NULL) {
            tb_handled_pop(thread, &self->handled);
        }
        tb_leave_thread(thread);
        if (sent == PYGEN_NEXT) {
            tb_coroutine_set_state(self, TB_SUSPENDED);
        } else {
            Py_CLEAR(self->awaited);
            sent = run(self, sent == PYGEN_RETURN ? *result : NULL, result);
        }
        self = outer;
    }
    return sent;
}

PySendResult tb_coroutine_send_value(PyObject *object, PyObject *value, PyObject **result) {
    tb_coroutine *self = (tb_coroutine *)object;
    PySendResult sent;
    if (!enter(self, value, &sent, result)) {
        return sent;
    }
    if (self->awaited != NULL) {
        return advance(self, value, result);
    }
    return run(self, Py_NewRef(value == NULL ? Py_None : value), result);
}

/* Hands a returned value to callers that speak the iterator protocol. */
static PyObject *stop_with(PyObject *result) {
    PyObject *stop = result == Py_None ? PyObject_CallNoArgs(PyExc_StopIteration) : PyObject_CallOneArg(PyExc_StopIteration, result);
    if (stop != NULL) {
        PyErr_SetObject(PyExc_StopIteration, stop);
        Py_DECREF(stop);
    }
    Py_DECREF(result);
    return NULL;
}

PyObject *tb_stop_unless_next(PySendResult sent, PyObject *result) { return sent == PYGEN_RETURN ? stop_with(result) : result; }

PyObject *tb_coroutine_send(PyObject *self, PyObject *value) {
    PyObject *result;
    PySendResult sent = tb_coroutine_send_value(self, value, &result);
    return tb_stop_unless_next(sent, result);
}

PyObject *tb_coroutine_next(PyObject *object) {
    tb_coroutine *self = (tb_coroutine *)object;
    PyObject *result;
    PySendResult sent;
    int found = TB_SUSPENDED;
    if (__builtin_expect(__atomic_compare_exchange_n(&self->state, &found, TB_EXECUTING, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED), 1) &&
        __builtin_expect(self->awaited == NULL, 1)) {
        /* As `run` until the body is suspended again: what loops do most. */
        tb_pause pause = {.self = self, .at = self->at, .sent = Py_None};
        PyObject *made = self->spec->frame->run(&pause, self->values);
        if (__builtin_expect(pause.value != NULL, 1)) {
            return pause.value;
        }
        sent = finish(self, &pause, made, &result);
    } else if (found == TB_SUSPENDED) {
        sent = advance(self, NULL, &result);
    } else {
        sent = tb_coroutine_send_value(object, NULL, &result);
    }
    if (sent != PYGEN_RETURN) {
        return result;
    }
    if (result == Py_None) {
        /* The end without a value needs no exception. */
        Py_DECREF(result);
        return NULL;
    }
    return stop_with(result);
}

/* The pending exception, thrown into a coroutine, gets what is being handled there as its context; never what its caller handles. */
static void chain(tb_coroutine *self) {
    if (self->handled.exc_value == NULL || self->handled.exc_value == Py_None) {
        return;
    }
    PyThreadState *thread = tb_thread();
    PyObject *exception = PyErr_GetRaisedException();
    tb_handled_push(thread, &self->handled);
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    tb_handled_pop(thread, &self->handled);
    Py_DECREF(exception);
}

/* Runs the body with the pending exception, which comes from outside. */
static PySendResult resume_raising(tb_coroutine *self, PyObject **result) {
    chain(self);
    return run(self, NULL, result);
}

/* Closes what a coroutine waits for: 0, or -1 with an exception. */
static int close_awaited(PyObject *awaited) {
    PyObject *result = NULL;
    if (tb_is_ours(awaited)) {
        result = tb_coroutine_close(awaited, NULL);
    } else {
        PyObject *method;
        int found = PyObject_GetOptionalAttrString(awaited, "close", &method);
        if (found < 0) {
            PyErr_FormatUnraisable("Exception ignored while closing generator %R", awaited);
        }
        if (found <= 0) {
            return 0;
        }
        result = PyObject_CallNoArgs(method);
        Py_DECREF(method);
    }
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

PyObject *tb_coroutine_close(PyObject *object, PyObject *ignored) {
    (void)ignored;
    tb_coroutine *self = (tb_coroutine *)object;
    int found = tb_coroutine_enter(self);
    if (found == TB_CREATED) {
        tb_coroutine_drop(self);
        tb_coroutine_set_state(self, TB_FINISHED);
    }
    if (found == TB_EXECUTING) {
        refuse(self, found);
        return NULL;
    }
    if (found != TB_SUSPENDED) {
        Py_RETURN_NONE;
    }
    int failed = 0;
    if (self->awaited != NULL) {
        failed = close_awaited(self->awaited) < 0;
        Py_CLEAR(self->awaited);
    }
    if (!failed) {
        if (!self->spec->frame->suspensions[self->at].caught) {
            /* Nobody would see the exception. */
            tb_coroutine_drop(self);
            tb_coroutine_set_state(self, TB_FINISHED);
            Py_RETURN_NONE;
        }
        PyErr_SetNone(PyExc_GeneratorExit);
    }
    PyObject *result;
    chain(self);
    PySendResult sent = run(self, NULL, &result);
    if (sent == PYGEN_RETURN) {
        return result;
    }
    if (sent != PYGEN_ERROR) {
        Py_DECREF(result);
        PyErr_Format(PyExc_RuntimeError, "%s ignored GeneratorExit", kind_name(self));
        return NULL;
    }
    if (PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return NULL;
}

/* The exception that `throw(type, value, traceback)` means, as a new reference; NULL with an exception. */
static PyObject *exception_of(PyObject *type, PyObject *value, PyObject *trace) {
    if (trace != NULL && trace != Py_None && !PyTraceBack_Check(trace)) {
        PyErr_SetString(PyExc_TypeError, "throw() third argument must be a traceback object");
        return NULL;
    }
    PyObject *raised;
    if (PyExceptionClass_Check(type)) {
        if (value != NULL && PyObject_TypeCheck(value, (PyTypeObject *)type)) {
            raised = Py_NewRef(value);
        } else if (value == NULL || value == Py_None) {
            raised = PyObject_CallNoArgs(type);
        } else {
            raised = PyTuple_Check(value) ? PyObject_CallObject(type, value) : PyObject_CallOneArg(type, value);
        }
        if (raised == NULL) {
            return NULL;
        }
        if (!PyExceptionInstance_Check(raised)) {
            PyErr_Format(PyExc_TypeError, "calling %R should have returned an instance of BaseException, not %T", type, raised);
            Py_DECREF(raised);
            return NULL;
        }
    } else if (PyExceptionInstance_Check(type)) {
        if (value != NULL && value != Py_None) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            return NULL;
        }
        raised = Py_NewRef(type);
    } else {
        PyErr_Format(PyExc_TypeError, "exceptions must be classes or instances deriving from BaseException, not %s", Py_TYPE(type)->tp_name);
        return NULL;
    }
    if (trace != NULL && trace != Py_None && PyException_SetTraceback(raised, trace) < 0) {
        Py_CLEAR(raised);
    }
    return raised;
}

/* Throws into a coroutine that waits and is EXECUTING. `*done` says whether that was all. */
static PySendResult throw_into_awaited(tb_coroutine *self, PyObject *const *args, Py_ssize_t count, int closes, int *done,
                                       PyObject **result) {
    PyObject *awaited = self->awaited;
    *done = 1;
    *result = NULL;
    if (closes && PyErr_GivenExceptionMatches(args[0], PyExc_GeneratorExit)) {
        int failed = close_awaited(awaited) < 0;
        Py_CLEAR(self->awaited);
        if (failed) {
            return resume_raising(self, result);
        }
        *done = 0;
        return PYGEN_ERROR;
    }
    PyObject *method;
    int found = PyObject_GetOptionalAttrString(awaited, "throw", &method);
    if (found < 0) {
        tb_coroutine_set_state(self, TB_SUSPENDED);
        return PYGEN_ERROR;
    }
    if (found == 0) {
        Py_CLEAR(self->awaited);
        *done = 0;
        return PYGEN_ERROR;
    }
    PyObject *given = PyObject_Vectorcall(method, args, (size_t)count, NULL);
    Py_DECREF(method);
    if (given != NULL) {
        *result = given;
        tb_coroutine_set_state(self, TB_SUSPENDED);
        return PYGEN_NEXT;
    }
    Py_CLEAR(self->awaited);
    if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_StopIteration)) {
        /* What it waited for has ended. */
        PyObject *value = NULL, *stop = PyErr_GetRaisedException();
        if (stop != NULL) {
            value = Py_XNewRef(((PyStopIterationObject *)stop)->value);
            Py_DECREF(stop);
        }
        return run(self, value == NULL ? Py_NewRef(Py_None) : value, result);
    }
    return resume_raising(self, result);
}

int tb_throw_arguments(Py_ssize_t count) {
    if (count < 1 || count > 3) {
        PyErr_Format(PyExc_TypeError, "throw expected at %s %d argument%s, got %zd", count < 1 ? "least" : "most",
                     count < 1 ? 1 : 3, count < 1 ? "" : "s", count);
        return -1;
    }
    if (count == 1) {
        return 0;
    }
    return PyErr_WarnEx(PyExc_DeprecationWarning,
                        "the (type, exc, tb) signature of throw() is deprecated, "
                        "use the single-arg signature instead.",
                        1);
}

PySendResult tb_coroutine_throw_value(tb_coroutine *self, PyObject *const *args, Py_ssize_t count, int closes, PyObject **result) {
    *result = NULL;
    int found = tb_coroutine_enter(self);
    if (found == TB_SUSPENDED && self->awaited != NULL) {
        int done;
        PySendResult sent = throw_into_awaited(self, args, count, closes, &done, result);
        if (done) {
            return sent;
        }
    }
    PyObject *raised = exception_of(args[0], count > 1 ? args[1] : NULL, count > 2 ? args[2] : NULL);
    if (raised == NULL) {
        if (found != TB_EXECUTING && found != TB_FINISHED) {
            tb_coroutine_set_state(self, found);
        }
        return PYGEN_ERROR;
    }
    PyErr_SetRaisedException(raised);
    if (found == TB_EXECUTING || found == TB_FINISHED) {
        refuse(self, found);
        return PYGEN_ERROR;
    }
    if (found == TB_SUSPENDED) {
        return resume_raising(self, result);
    }
    /* It never started: the exception leaves from its first line. */
    int line = ((PyCodeObject *)((PyFunctionObject *)self->function)->func_code)->co_firstlineno;
    tb_traceback_add(&self->spec->info, line);
    raised = PyErr_GetRaisedException();
    tb_coroutine_drop(self);
    tb_coroutine_set_state(self, TB_FINISHED);
    PyErr_SetRaisedException(raised);
    return PYGEN_ERROR;
}

PyObject *tb_coroutine_throw(PyObject *object, PyObject *const *args, Py_ssize_t count) {
    PyObject *result;
    if (tb_throw_arguments(count) < 0) {
        return NULL;
    }
    PySendResult sent = tb_coroutine_throw_value((tb_coroutine *)object, args, count, 1, &result);
    return tb_stop_unless_next(sent, result);
}
