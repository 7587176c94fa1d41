/* `async with` and `async for`, as generated bodies do them: what is to be awaited, and what the answers mean. See
 * tb_coroutine.h; texts are those of CPython's ceval.c. */
#include "coroutine.h"
#include "internals.h"
#include "names.h"
#include "tb_call.h"

static int has_special(PyObject *manager, PyObject *name)
{
    PyObject *method = NULL;
    int found = tb_internal_special(manager, name, &method);
    Py_XDECREF(method);
    return found > 0;
}

static PyObject *special(PyObject *manager, PyObject *name)
{
    PyObject *method = NULL;
    if (tb_internal_special(manager, name, &method) == 0) {
        int is_plain = has_special(manager, tb_names.__enter__) && has_special(manager, tb_names.__exit__);
        PyErr_Format(PyExc_TypeError, "'%T' object does not support the asynchronous context manager protocol (missed %U method)%s",
                     manager, name, is_plain ? " but it supports the context manager protocol. Did you mean to use 'with'?" : "");
    }
    return method;
}

PyObject *tb_async_with_enter(PyObject *manager, PyObject **exit_method)
{
    PyObject *leave = special(manager, tb_names.__aexit__);
    PyObject *enter = leave == NULL ? NULL : special(manager, tb_names.__aenter__);
    PyObject *entering = enter == NULL ? NULL : PyObject_CallNoArgs(enter);
    Py_XDECREF(enter);
    if (entering == NULL) {
        Py_CLEAR(leave);
    }
    *exit_method = leave;
    return entering;
}

PyObject *tb_async_with_exit(PyObject *exit_method)
{
    PyObject *args[4] = {NULL, Py_None, Py_None, Py_None};
    PyObject *exiting = tb_call(exit_method, args + 1, 3, NULL);
    Py_DECREF(exit_method);
    return exiting;
}

PyObject *tb_async_with_exit_exception(PyObject *exit_method, PyObject *exception)
{
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *args[4] = {NULL, (PyObject *)Py_TYPE(exception), exception, traceback == NULL ? Py_None : traceback};
    PyObject *exiting = tb_call(exit_method, args + 1, 3, NULL);
    Py_XDECREF(traceback);
    Py_DECREF(exit_method);
    return exiting;
}

static PyObject *await_of(PyObject *awaitable, const char *method)
{
    PyObject *iter = tb_await_iter(awaitable);
    PyTypeObject *type = Py_TYPE(awaitable);
    if (iter == NULL && (type->tp_as_async == NULL || type->tp_as_async->am_await == NULL)) {
        PyErr_Format(PyExc_TypeError, "'async with' received an object from %s that does not implement __await__: %.100s", method,
                     type->tp_name);
    }
    return iter;
}

PyObject *tb_await_entering(PyObject *awaitable) { return await_of(awaitable, "__aenter__"); }
PyObject *tb_await_exiting(PyObject *awaitable) { return await_of(awaitable, "__aexit__"); }

PyObject *tb_async_iter(PyObject *iterable)
{
    PyTypeObject *type = Py_TYPE(iterable);
    unaryfunc start = type->tp_as_async == NULL ? NULL : type->tp_as_async->am_aiter;
    if (start == NULL) {
        return PyErr_Format(PyExc_TypeError, "'async for' requires an object with __aiter__ method, got %.100s", type->tp_name);
    }
    PyObject *iter = start(iterable);
    if (iter != NULL && (Py_TYPE(iter)->tp_as_async == NULL || Py_TYPE(iter)->tp_as_async->am_anext == NULL)) {
        PyErr_Format(PyExc_TypeError, "'async for' received an object from __aiter__ that does not implement __anext__: %.100s",
                     Py_TYPE(iter)->tp_name);
        Py_CLEAR(iter);
    }
    return iter;
}

PyObject *tb_async_next(PyObject *iter)
{
    PyTypeObject *type = Py_TYPE(iter);
    unaryfunc next = type->tp_as_async == NULL ? NULL : type->tp_as_async->am_anext;
    if (next == NULL) {
        return PyErr_Format(PyExc_TypeError, "'async for' requires an iterator with __anext__ method, got %.100s", type->tp_name);
    }
    PyObject *awaitable = next(iter);
    if (awaitable == NULL || PyAsyncGen_CheckExact(iter) || type == tb_async_generator_type) {
        return awaitable;
    }
    PyObject *got = tb_await_iter(awaitable);
    if (got == NULL) {
        PyObject *cause = PyErr_GetRaisedException();
        PyErr_Format(PyExc_TypeError, "'async for' received an invalid object from __anext__: %.100s", Py_TYPE(awaitable)->tp_name);
        PyObject *error = PyErr_GetRaisedException();
        PyException_SetCause(error, Py_NewRef(cause));
        PyException_SetContext(error, cause);
        PyErr_SetRaisedException(error);
    }
    Py_DECREF(awaitable);
    return got;
}

uint8_t tb_async_ended(void)
{
    if (!PyErr_ExceptionMatches(PyExc_StopAsyncIteration)) {
        return 0;
    }
    PyErr_Clear();
    return 1;
}
