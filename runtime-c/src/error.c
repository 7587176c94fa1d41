/* Raising, catching, `with`, and traceback entries for native functions. */
#include "tayberry.h"

#include <frameobject.h>

#include "coroutine.h"
#include "internals.h"
#include "names.h"
#include "tb.h"

#include <stdarg.h>

int tb_raise_text(PyObject *cls, const char *text)
{
    PyErr_SetString(cls, text);
    return -1;
}

int tb_raise_assertion(PyObject *message)
{
    PyObject *error = message == NULL ? PyObject_CallNoArgs(PyExc_AssertionError) : PyObject_CallOneArg(PyExc_AssertionError, message);
    if (error != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
        Py_DECREF(error);
    }
    return -1;
}

/* An instance from a class or instance: new, or NULL with an exception; `complaint` is for what is neither. */
static PyObject *instance_of(PyObject *exception, const char *complaint)
{
    if (PyExceptionInstance_Check(exception)) {
        return Py_NewRef(exception);
    }
    if (!PyExceptionClass_Check(exception)) {
        PyErr_SetString(PyExc_TypeError, complaint);
        return NULL;
    }
    PyObject *value = PyObject_CallNoArgs(exception);
    if (value != NULL && !PyExceptionInstance_Check(value)) {
        PyErr_Format(PyExc_TypeError, "calling %R should have returned an instance of BaseException, not %R", exception, Py_TYPE(value));
        Py_CLEAR(value);
    }
    return value;
}

int tb_raise(PyObject *exception, PyObject *cause)
{
    PyObject *value = instance_of(exception, "exceptions must derive from BaseException");
    if (value == NULL) {
        return -1;
    }
    if (cause != NULL) {
        PyObject *reason = NULL;
        if (cause != Py_None && (reason = instance_of(cause, "exception causes must derive from BaseException")) == NULL) {
            Py_DECREF(value);
            return -1;
        }
        PyException_SetCause(value, reason);
    }
    PyErr_SetObject((PyObject *)Py_TYPE(value), value);
    Py_DECREF(value);
    return -1;
}

int tb_reraise(void)
{
    PyObject *handled = PyErr_GetHandledException();
    if (handled == NULL || handled == Py_None) {
        Py_XDECREF(handled);
        PyErr_SetString(PyExc_RuntimeError, "No active exception to reraise");
    } else {
        PyErr_SetRaisedException(handled);
    }
    return -1;
}

int tb_raise_again(PyObject *exception)
{
    PyErr_SetRaisedException(exception);
    return -1;
}

PyObject *tb_except_enter(PyObject **previous)
{
    PyObject *exception = PyErr_GetRaisedException();
    /* The top entry of the stack of handled exceptions, as PUSH_EXC_INFO does. */
    _PyErr_StackItem *top = PyThreadState_GetUnchecked()->exc_info;
    *previous = top->exc_value;
    top->exc_value = Py_XNewRef(exception);
    return exception;
}

void tb_except_leave(PyObject *previous)
{
    _PyErr_StackItem *top = PyThreadState_GetUnchecked()->exc_info;
    PyObject *handled = top->exc_value;
    top->exc_value = previous;
    /* May run a finaliser; the pending exception, if any, must survive it, which finalisers see to themselves. */
    Py_XDECREF(handled);
}

int tb_except_matches(PyObject *exception, PyObject *types)
{
    int valid = 1;
    if (PyTuple_Check(types)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(types); i++) {
            valid = valid && PyExceptionClass_Check(PyTuple_GET_ITEM(types, i));
        }
    } else {
        valid = PyExceptionClass_Check(types);
    }
    if (!valid) {
        PyErr_SetString(PyExc_TypeError, "catching classes that do not inherit from BaseException is not allowed");
        return -1;
    }
    return PyErr_GivenExceptionMatches(exception, types);
}

/* A frame that stands for a line of a native function in tracebacks. Lists only grow, so reading needs no lock. */
typedef struct tb_frame_node {
    struct tb_frame_node *next;
    PyFrameObject *frame;
    /* Of the frame, which keeps it: a module that is executed again has new ones. */
    PyObject *code;
    int line;
} tb_frame_node;

void tb_code_info_set(tb_code_info *info, PyObject *function)
{
    PyObject *former = __atomic_exchange_n(&info->function, Py_NewRef(function), __ATOMIC_ACQ_REL);
    if (former == NULL && tb_keep_info(info) < 0) {
        PyErr_Clear(); /* the collector takes the function for one that is used */
    }
}

static tb_frame_node *frame_find(tb_code_info *info, PyObject *code, int line)
{
    tb_frame_node *node = __atomic_load_n(&info->frames, __ATOMIC_ACQUIRE);
    while (node != NULL && (node->line != line || node->code != code)) {
        node = node->next;
    }
    return node;
}

/* Two threads may make a node for the same line; the second one is used by nobody after its first traceback. */
static tb_frame_node *frame_make(tb_code_info *info, PyObject *function, int line)
{
    PyObject *globals = PyFunction_GetGlobals(function);
    if (globals == NULL) {
        /* The interpreter ends, and the collector has cleared the function already. */
        return NULL;
    }
    tb_frame_node *node = PyMem_RawMalloc(sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    node->line = line;
    node->code = PyFunction_GetCode(function);
    node->frame = PyFrame_New(PyThreadState_GetUnchecked(), (PyCodeObject *)node->code, globals, NULL);
    if (node->frame == NULL) {
        PyMem_RawFree(node);
        return NULL;
    }
    tb_internal_frame_line(node->frame, line);
    /* So that threads can share it cheaply. The collector would take all that an immortal object refers to for used; it
     * sees that from `tb_frames_visit`. */
    PyObject_GC_UnTrack(node->frame);
    tb_internal_immortal((PyObject *)node->frame);
    node->next = __atomic_load_n(&info->frames, __ATOMIC_ACQUIRE);
    while (!__atomic_compare_exchange_n(&info->frames, &node->next, node, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    }
    return node;
}

int tb_frames_visit(tb_code_info *info, visitproc visit, void *arg)
{
    for (tb_frame_node *node = __atomic_load_n(&info->frames, __ATOMIC_ACQUIRE); node != NULL; node = node->next) {
        int stopped = PyFrame_Type.tp_traverse((PyObject *)node->frame, visit, arg);
        if (stopped) {
            return stopped;
        }
    }
    return 0;
}

PyObject *tb_code_info_frame(tb_code_info *info, PyObject *function, int line)
{
    tb_frame_node *node = frame_find(info, PyFunction_GetCode(function), line);
    if (node == NULL) {
        node = frame_make(info, function, line);
    }
    return node == NULL ? NULL : Py_NewRef((PyObject *)node->frame);
}

void tb_traceback_add(tb_code_info *info, int line)
{
    PyObject *function = __atomic_load_n(&info->function, __ATOMIC_ACQUIRE);
    if (function == NULL || !PyErr_Occurred()) {
        return;
    }
    tb_frame_node *node = frame_find(info, PyFunction_GetCode(function), line);
    if (node == NULL) {
        PyObject *exception = PyErr_GetRaisedException();
        node = frame_make(info, function, line);
        PyErr_SetRaisedException(exception);
        if (node == NULL) {
            return;
        }
    }
    if (PyTraceBack_Here(node->frame) < 0) {
        return;
    }
    /* The entry just made is ours alone: give it the line, and no instruction, hence no column marks. */
    PyObject *exception = PyErr_GetRaisedException();
    PyObject *entry = PyException_GetTraceback(exception);
    if (entry != NULL) {
        ((PyTracebackObject *)entry)->tb_lasti = -1;
        ((PyTracebackObject *)entry)->tb_lineno = line;
        Py_DECREF(entry);
    }
    PyErr_SetRaisedException(exception);
}

void tb_drop(PyObject *object) { Py_XDECREF(object); }

void tb_int_drop(tb_int value) { tb_int_release(value); }

void tb_unwind(tb_code_info *info, int line, int count, ...)
{
    va_list objects;
    tb_traceback_add(info, line);
    va_start(objects, count);
    while (count-- > 0) {
        Py_XDECREF(va_arg(objects, PyObject *));
    }
    va_end(objects);
}

static PyObject *special(PyObject *manager, PyObject *name)
{
    PyObject *method, *enter = NULL, *leave = NULL;
    int found = tb_internal_special(manager, name, &method);
    if (found == 0) {
        int is_async = tb_internal_special(manager, tb_names.__aenter__, &enter) > 0 && tb_internal_special(manager, tb_names.__aexit__, &leave) > 0;
        Py_XDECREF(enter);
        Py_XDECREF(leave);
        PyErr_Format(PyExc_TypeError, "'%T' object does not support the context manager protocol (missed %U method)%s", manager, name,
                     is_async ? " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?" : "");
    }
    return method;
}

PyObject *tb_with_enter(PyObject *manager, PyObject **exit_method)
{
    /* `__exit__` first, as the compiler's code does since 3.14. */
    PyObject *leave = special(manager, tb_names.__exit__);
    PyObject *enter = leave == NULL ? NULL : special(manager, tb_names.__enter__);
    PyObject *value = enter == NULL ? NULL : PyObject_CallNoArgs(enter);
    Py_XDECREF(enter);
    if (value == NULL) {
        Py_CLEAR(leave);
    }
    *exit_method = leave;
    return value;
}

int tb_with_exit(PyObject *exit_method)
{
    PyObject *args[4] = {NULL, Py_None, Py_None, Py_None};
    PyObject *result = tb_call(exit_method, args + 1, 3, NULL);
    Py_DECREF(exit_method);
    if (result == NULL) {
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

int tb_with_exit_exception(PyObject *exit_method, PyObject *exception)
{
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *args[4] = {NULL, (PyObject *)Py_TYPE(exception), exception, traceback == NULL ? Py_None : traceback};
    PyObject *result = tb_call(exit_method, args + 1, 3, NULL);
    Py_XDECREF(traceback);
    Py_DECREF(exit_method);
    uint8_t truth = tb_truth_steal(result);
    return truth == 2 ? -1 : truth;
}
