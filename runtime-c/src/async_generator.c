/* Asynchronous generators: `__anext__`, `asend`, `athrow`, `aclose` and what they give to be awaited. Each follows its namesake
 * in CPython's genobject.c; the generator itself is a coroutine object of a type of its own (coroutine.c), whose body says of a
 * value that it hands out whether it yields it or waits for something.
 *
 * What holds: `running` is set from the first step of such an awaitable to its last, so that a second one is refused; the
 * event loop's hooks are asked once, by the first of them. */
#include "coroutine.h"
#include "names.h"

PyTypeObject *tb_async_generator_type;

/* Sending and throwing step alike; closing is throwing that keeps its own counsel. */
enum mode { SENDS, THROWS, CLOSES };
enum step_state { STEP_NEW, STEP_UNDER_WAY, STEP_OVER };

/* What `asend`, `athrow` and `aclose` give. */
typedef struct step {
    PyObject_HEAD
    tb_coroutine *generator;
    /* What is sent, or the tuple of what is thrown; may be NULL. */
    PyObject *value;
    uint8_t mode;
    /* enum step_state; atomic. */
    uint8_t state;
} step;

static PyTypeObject *asend_type, *athrow_type;

static int state_of(step *self) { return __atomic_load_n(&self->state, __ATOMIC_RELAXED); }
static void set_state(step *self, enum step_state state) { __atomic_store_n(&self->state, (uint8_t)state, __ATOMIC_RELAXED); }
static int is_running(tb_coroutine *generator) { return __atomic_load_n(&generator->running, __ATOMIC_ACQUIRE); }
static void set_running(tb_coroutine *generator, int running) { __atomic_store_n(&generator->running, (uint8_t)running, __ATOMIC_RELEASE); }

static int is_the_end(void) { return PyErr_ExceptionMatches(PyExc_StopAsyncIteration) || PyErr_ExceptionMatches(PyExc_GeneratorExit); }

/* What a step of the generator means to who awaits it: a yielded value ends the awaiting. */
static PySendResult unwrap(tb_coroutine *generator, PySendResult sent, PyObject **result)
{
    if (sent == PYGEN_NEXT) {
        return PYGEN_NEXT;
    }
    if (sent == TB_YIELDED) {
        set_running(generator, 0);
        return PYGEN_RETURN;
    }
    if (sent == PYGEN_RETURN || !PyErr_Occurred()) {
        Py_CLEAR(*result);
        PyErr_SetNone(PyExc_StopAsyncIteration);
    }
    if (is_the_end()) {
        __atomic_store_n(&generator->closed, 1, __ATOMIC_RELAXED);
    }
    set_running(generator, 0);
    *result = NULL;
    return PYGEN_ERROR;
}

/* The generator takes no further step for this awaitable. */
static PySendResult over(step *self, PySendResult sent)
{
    set_running(self->generator, 0);
    set_state(self, STEP_OVER);
    return sent;
}

/* What closing means: a yield is refused, an end is the end. */
static PySendResult closing(step *self, PySendResult sent, PyObject **result)
{
    if (sent == PYGEN_NEXT) {
        return PYGEN_NEXT;
    }
    if (sent == TB_YIELDED) {
        Py_CLEAR(*result);
        PyErr_SetString(PyExc_RuntimeError, "async generator ignored GeneratorExit");
        return over(self, PYGEN_ERROR);
    }
    if (sent == PYGEN_RETURN) {
        return over(self, PYGEN_RETURN);
    }
    over(self, PYGEN_ERROR);
    if (PyErr_Occurred() && !is_the_end()) {
        return PYGEN_ERROR;
    }
    PyErr_Clear();
    *result = Py_NewRef(Py_None);
    return PYGEN_RETURN;
}

/* Refuses what cannot be stepped (any more): 0, or -1 with the exception. */
static int begin(step *self)
{
    int state = state_of(self);
    const char *reused = self->mode == SENDS ? "__anext__()/asend()" : "aclose()/athrow()";
    const char *name = self->mode == SENDS ? "anext()" : self->mode == THROWS ? "athrow()" : "aclose()";
    if (state == STEP_OVER) {
        PyErr_Format(PyExc_RuntimeError, "cannot reuse already awaited %s", reused);
        return -1;
    }
    if (state == STEP_NEW && is_running(self->generator)) {
        set_state(self, STEP_OVER);
        PyErr_Format(PyExc_RuntimeError, "%s: asynchronous generator is already running", name);
        return -1;
    }
    return 0;
}

static PySendResult asend_send_value(PyObject *object, PyObject *value, PyObject **result)
{
    step *self = (step *)object;
    *result = NULL;
    if (begin(self) < 0) {
        return PYGEN_ERROR;
    }
    if (state_of(self) == STEP_NEW) {
        if (value == NULL || value == Py_None) {
            value = self->value;
        }
        set_state(self, STEP_UNDER_WAY);
    }
    set_running(self->generator, 1);
    PySendResult sent = unwrap(self->generator, tb_coroutine_send_value((PyObject *)self->generator, value, result), result);
    if (sent != PYGEN_NEXT) {
        set_state(self, STEP_OVER);
    }
    return sent;
}

static PySendResult athrow_send_value(PyObject *object, PyObject *value, PyObject **result)
{
    step *self = (step *)object;
    tb_coroutine *generator = self->generator;
    *result = NULL;
    if (state_of(self) != STEP_OVER && tb_coroutine_peek_state(generator) == TB_FINISHED) {
        set_state(self, STEP_OVER);
        *result = Py_NewRef(Py_None);
        return PYGEN_RETURN;
    }
    if (begin(self) < 0) {
        return PYGEN_ERROR;
    }
    if (state_of(self) == STEP_UNDER_WAY) {
        PySendResult sent = tb_coroutine_send_value((PyObject *)generator, value, result);
        if (self->mode == CLOSES) {
            if (sent == PYGEN_RETURN) {
                Py_CLEAR(*result);
                PyErr_SetNone(PyExc_StopAsyncIteration);
                sent = PYGEN_ERROR;
            }
            return closing(self, sent, result);
        }
        return unwrap(generator, sent, result);
    }
    if (__atomic_load_n(&generator->closed, __ATOMIC_RELAXED)) {
        set_state(self, STEP_OVER);
        PyErr_SetNone(PyExc_StopAsyncIteration);
        return PYGEN_ERROR;
    }
    if (value != NULL && value != Py_None) {
        PyErr_SetString(PyExc_RuntimeError, "can't send non-None value to a just-started coroutine");
        return PYGEN_ERROR;
    }
    set_state(self, STEP_UNDER_WAY);
    set_running(generator, 1);
    if (self->mode == CLOSES) {
        __atomic_store_n(&generator->closed, 1, __ATOMIC_RELAXED);
        PySendResult sent = tb_coroutine_throw_value(generator, &PyExc_GeneratorExit, 1, 0, result);
        if (sent == PYGEN_RETURN) {
            Py_CLEAR(*result);
            PyErr_SetNone(PyExc_StopAsyncIteration);
            sent = PYGEN_ERROR;
        }
        return closing(self, sent, result);
    }
    Py_ssize_t count = PyTuple_GET_SIZE(self->value);
    if (count < 1 || count > 3) {
        PyErr_Format(PyExc_TypeError, "athrow expected at %s %d argument%s, got %zd", count < 1 ? "least" : "most", count < 1 ? 1 : 3,
                     count < 1 ? "" : "s", count);
        return PYGEN_ERROR;
    }
    PyObject *args[3];
    for (Py_ssize_t each = 0; each < count; each++) {
        args[each] = PyTuple_GET_ITEM(self->value, each);
    }
    PySendResult sent = unwrap(generator, tb_coroutine_throw_value(generator, args, count, 0, result), result);
    return sent == PYGEN_NEXT ? sent : over(self, sent);
}

static PySendResult step_send_value(PyObject *self, PyObject *value, PyObject **result)
{
    return ((step *)self)->mode == SENDS ? asend_send_value(self, value, result) : athrow_send_value(self, value, result);
}

static PyObject *step_send(PyObject *self, PyObject *value)
{
    PyObject *result;
    PySendResult sent = step_send_value(self, value, &result);
    return tb_stop_unless_next(sent, result);
}

static PyObject *step_next(PyObject *self)
{
    PyObject *result;
    PySendResult sent = step_send_value(self, NULL, &result);
    return tb_stop_unless_next(sent, result);
}

static PyObject *step_throw(PyObject *object, PyObject *const *args, Py_ssize_t count)
{
    step *self = (step *)object;
    tb_coroutine *generator = self->generator;
    PyObject *result = NULL;
    if (begin(self) < 0) {
        return NULL;
    }
    if (state_of(self) == STEP_NEW) {
        set_state(self, STEP_UNDER_WAY);
        set_running(generator, 1);
    }
    PySendResult sent = PYGEN_ERROR;
    if (tb_throw_arguments(count) == 0) {
        sent = tb_coroutine_throw_value(generator, args, count, 1, &result);
    }
    if (self->mode != CLOSES) {
        sent = unwrap(generator, sent, &result);
        if (sent != PYGEN_NEXT) {
            over(self, sent);
        }
    } else {
        if (sent == PYGEN_RETURN) {
            Py_CLEAR(result);
            PyErr_SetNone(PyExc_StopAsyncIteration);
            sent = PYGEN_ERROR;
        }
        sent = closing(self, sent, &result);
    }
    return tb_stop_unless_next(sent, result);
}

static PyObject *step_close(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    if (state_of((step *)self) == STEP_OVER) {
        Py_RETURN_NONE;
    }
    PyObject *result = step_throw(self, &PyExc_GeneratorExit, 1);
    if (result != NULL) {
        Py_DECREF(result);
        PyErr_SetString(PyExc_RuntimeError, "coroutine ignored GeneratorExit");
        return NULL;
    }
    if (!PyErr_ExceptionMatches(PyExc_StopIteration) && !is_the_end()) {
        return NULL;
    }
    PyErr_Clear();
    Py_RETURN_NONE;
}

/* Warns about one that was never awaited. */
static void step_finalize(PyObject *object)
{
    step *self = (step *)object;
    if (state_of(self) != STEP_NEW) {
        return;
    }
    PyObject *pending = PyErr_GetRaisedException();
    const char *method = self->mode == SENDS ? "asend" : self->mode == THROWS ? "athrow" : "aclose";
    PyObject *name = tb_field_read_object((PyObject *)self->generator, &self->generator->qualname);
    if (PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "coroutine method '%s' of %R was never awaited", method, name) < 0) {
        PyErr_FormatUnraisable("Exception ignored while finalizing async generator %R", (PyObject *)self->generator);
    }
    Py_DECREF(name);
    PyErr_SetRaisedException(pending);
}

static int step_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT((PyObject *)((step *)self)->generator);
    Py_VISIT(((step *)self)->value);
    return 0;
}

static void step_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (state_of((step *)self) == STEP_NEW && PyObject_CallFinalizerFromDealloc(self) < 0) {
        return;
    }
    PyObject_GC_UnTrack(self);
    Py_XDECREF((PyObject *)((step *)self)->generator);
    Py_XDECREF(((step *)self)->value);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *step_new(PyTypeObject *type, PyObject *generator, enum mode mode, PyObject *value)
{
    step *self = PyObject_GC_New(step, type);
    if (self == NULL) {
        return NULL;
    }
    self->generator = (tb_coroutine *)Py_NewRef(generator);
    self->value = Py_XNewRef(value);
    self->mode = (uint8_t)mode;
    self->state = STEP_NEW;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

/* Asks the event loop's hooks, once: 0, or -1 with an exception. */
static int ask_hooks(PyObject *object)
{
    tb_coroutine *self = (tb_coroutine *)object;
    if (__atomic_load_n(&self->hooked, __ATOMIC_RELAXED) || __atomic_exchange_n(&self->hooked, 1, __ATOMIC_ACQ_REL)) {
        return 0;
    }
    PyThreadState *thread = PyThreadState_GetUnchecked();
    /* Read by the finaliser, which runs when nobody else has the object. */
    self->finalizer = Py_XNewRef(thread->async_gen_finalizer);
    PyObject *first = Py_XNewRef(thread->async_gen_firstiter);
    if (first == NULL) {
        return 0;
    }
    PyObject *result = PyObject_CallOneArg(first, object);
    Py_DECREF(first);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

PyObject *tb_async_generator_next(PyObject *self) { return ask_hooks(self) < 0 ? NULL : step_new(asend_type, self, SENDS, NULL); }

PyObject *tb_async_generator_asend(PyObject *self, PyObject *value)
{
    return ask_hooks(self) < 0 ? NULL : step_new(asend_type, self, SENDS, value);
}

PyObject *tb_async_generator_aclose(PyObject *self, PyObject *ignored)
{
    (void)ignored;
    return ask_hooks(self) < 0 ? NULL : step_new(athrow_type, self, CLOSES, NULL);
}

PyObject *tb_async_generator_athrow(PyObject *self, PyObject *args)
{
    if (PyTuple_GET_SIZE(args) > 1 && PyErr_WarnEx(PyExc_DeprecationWarning,
                                                   "the (type, exc, tb) signature of athrow() is deprecated, "
                                                   "use the single-arg signature instead.",
                                                   1) < 0) {
        return NULL;
    }
    return ask_hooks(self) < 0 ? NULL : step_new(athrow_type, self, THROWS, args);
}

int tb_async_generator_hand_to_loop(PyObject *object)
{
    tb_coroutine *self = (tb_coroutine *)object;
    if (self->finalizer == NULL || __atomic_load_n(&self->closed, __ATOMIC_RELAXED)) {
        return 0;
    }
    PyObject *pending = PyErr_GetRaisedException();
    PyObject *result = PyObject_CallOneArg(self->finalizer, object);
    if (result == NULL) {
        PyErr_FormatUnraisable("Exception ignored while finalizing generator %R", object);
    }
    Py_XDECREF(result);
    PyErr_SetRaisedException(pending);
    return 1;
}

static PyMethodDef step_methods[] = {
    {"send", step_send, METH_O, NULL},
    {"throw", (PyCFunction)(void (*)(void))step_throw, METH_FASTCALL, NULL},
    {"close", step_close, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
#define SLOT(function) ((void *)(uintptr_t)(function))
static PyType_Slot step_slots[] = {
    {Py_tp_dealloc, SLOT(step_dealloc)}, {Py_tp_traverse, SLOT(step_traverse)}, {Py_tp_finalize, SLOT(step_finalize)},
    {Py_tp_iter, SLOT(PyObject_SelfIter)}, {Py_tp_iternext, SLOT(step_next)}, {Py_am_await, SLOT(PyObject_SelfIter)},
    {Py_am_send, SLOT(step_send_value)}, {Py_tp_methods, step_methods}, {0, NULL},
};
static PyType_Spec asend_spec = {
    .name = "builtins.async_generator_asend",
    .basicsize = sizeof(step),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = step_slots,
};
static PyType_Spec athrow_spec = {
    .name = "builtins.async_generator_athrow",
    .basicsize = sizeof(step),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = step_slots,
};

int tb_async_generator_ready(void)
{
    if (asend_type == NULL && (asend_type = (PyTypeObject *)PyType_FromSpec(&asend_spec)) == NULL) {
        return -1;
    }
    if (athrow_type == NULL && (athrow_type = (PyTypeObject *)PyType_FromSpec(&athrow_spec)) == NULL) {
        return -1;
    }
    asend_type->tp_name = "async_generator_asend";
    athrow_type->tp_name = "async_generator_athrow";
    return 0;
}
