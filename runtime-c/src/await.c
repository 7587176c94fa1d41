/* Awaiting and suspending, as generated bodies do it. See tb_coroutine.h. */
#include "coroutine.h"
#include "internals.h"

/* Whether a generator is one of `types.coroutine`. */
static int is_awaitable_generator(PyObject *object) {
    if (!PyGen_CheckExact(object)) {
        return 0;
    }
    PyCodeObject *code = PyGen_GetCode((PyGenObject *)object);
    int found = (code->co_flags & CO_ITERABLE_COROUTINE) != 0;
    Py_DECREF(code);
    return found;
}

PyObject *tb_await_iter(PyObject *awaitable) {
    PyTypeObject *type = Py_TYPE(awaitable);
    if (type == tb_coroutine_type || PyCoro_CheckExact(awaitable)) {
        if (type == tb_coroutine_type ? tb_coroutine_is_awaited((tb_coroutine *)awaitable) : tb_internal_is_awaited(awaitable)) {
            PyErr_SetString(PyExc_RuntimeError, "coroutine is being awaited already");
            return NULL;
        }
        return Py_NewRef(awaitable);
    }
    if (is_awaitable_generator(awaitable)) {
        return Py_NewRef(awaitable);
    }
    unaryfunc await = type->tp_as_async == NULL ? NULL : type->tp_as_async->am_await;
    if (await == NULL) {
        return PyErr_Format(PyExc_TypeError, "'%.100s' object can't be awaited", type->tp_name);
    }
    PyObject *iter = await(awaitable);
    if (iter == NULL) {
        return NULL;
    }
    if (PyCoro_CheckExact(iter) || Py_TYPE(iter) == tb_coroutine_type || is_awaitable_generator(iter)) {
        PyErr_SetString(PyExc_TypeError, "__await__() returned a coroutine");
        Py_CLEAR(iter);
    } else if (!PyIter_Check(iter)) {
        PyErr_Format(PyExc_TypeError, "__await__() returned non-iterator of type '%.100s'", Py_TYPE(iter)->tp_name);
        Py_CLEAR(iter);
    }
    return iter;
}

PyObject *tb_yield_from_iter(PyObject *iterable) {
    if (PyCoro_CheckExact(iterable) || Py_TYPE(iterable) == tb_coroutine_type) {
        PyErr_SetString(PyExc_TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator");
        return NULL;
    }
    return PyGen_CheckExact(iterable) || Py_TYPE(iterable) == tb_generator_type ? Py_NewRef(iterable) : PyObject_GetIter(iterable);
}

PyObject *tb_await_start(PyObject *iter, const tb_pause *pause, tb_pause *inner) {
    PyObject *got = NULL;
    if (pause->puts_off) {
        /* The first step in the task will start it. */
        inner->self = (tb_coroutine *)iter;
        inner->value = Py_NewRef(Py_None);
        return NULL;
    }
    PySendResult sent = Py_TYPE(iter) == tb_coroutine_type ? tb_coroutine_send_value(iter, Py_None, &got) : PyIter_Send(iter, Py_None, &got);
    if (sent == PYGEN_NEXT) {
        inner->self = (tb_coroutine *)iter;
        inner->value = got;
        return NULL;
    }
    inner->value = NULL;
    Py_DECREF(iter);
    return got;
}

int tb_pause_make(tb_pause *pause, tb_pause *inner, tb_function_spec *spec) {
    tb_coroutine *self = pause->self;
    if (self == NULL) {
        PyObject *function = __atomic_load_n(&spec->function, __ATOMIC_ACQUIRE);
        self = tb_coroutine_alloc(spec, function, 0, spec->is_async ? tb_coroutine_type : tb_generator_type);
        if (self == NULL) {
            PyObject *error = PyErr_GetRaisedException();
            Py_XDECREF((PyObject *)inner->self);
            Py_CLEAR(inner->value);
            PyErr_SetRaisedException(error);
            return -1;
        }
        pause->self = self;
    }
    self->frame = &self->values[Py_SIZE(self)];
    return 0;
}

void tb_pause_begun(tb_coroutine *self) {
    for (Py_ssize_t each = Py_SIZE(self) - 1; each >= 0; each--) {
        Py_CLEAR(self->values[each]);
    }
    if (!PyObject_GC_IsTracked((PyObject *)self)) {
        PyObject_GC_Track(self);
    }
}

PyObject *tb_pause_closure(const tb_pause *pause) {
    tb_coroutine *self = pause->self;
    return self->closure != NULL ? self->closure : PyFunction_GET_CLOSURE(self->function);
}

int tb_pause_hand_over(tb_pause *pause, int failed, void *result) {
    if (pause->value == NULL) {
        return failed;
    }
    Py_CLEAR(pause->value);
    *(PyObject **)result = (PyObject *)pause->self;
    return TB_WAITING;
}
