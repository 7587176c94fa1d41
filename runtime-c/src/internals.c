/* The one place that knows CPython's inside: everything here has a public, slower way to do it, chosen at compile time by
 * TB_PUBLIC_ONLY (set by hand, for interpreters with the GIL, and for versions other than 3.14). */
#ifndef TB_PUBLIC_ONLY
/* Before Python.h, which derives Py_BUILD_CORE from it; it changes nothing for what public headers define. */
#define Py_BUILD_CORE_MODULE 1
#endif
#include "tb_safepoint.h"

#ifndef TB_PUBLIC_ONLY
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include "internal/pycore_ceval.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_genobject.h"
#include "internal/pycore_interpframe_structs.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_tstate.h"
#pragma GCC diagnostic pop
#endif

#include "internals.h"
#include "names.h"
#include "tb_call.h"
#include "tb_class.h"

#ifndef TB_PUBLIC_ONLY
_Static_assert(MANAGED_DICT_OFFSET == TB_DICT_WORD * (Py_ssize_t)sizeof(void *), "tb_class.h knows where dicts are");
_Static_assert(MANAGED_WEAKREF_OFFSET == TB_WEAKREF_WORD * (Py_ssize_t)sizeof(void *), "tb_class.h knows where weak references are");
#endif

int tb_internal_check(void)
{
#ifdef TB_PUBLIC_ONLY
    const unsigned long mask = 0xffff0000ul;
#else
    /* Layouts of internal structs may change between patch releases. */
    const unsigned long mask = 0xfffffffful;
#endif
    if ((Py_Version & mask) != (PY_VERSION_HEX & mask)) {
        PyErr_Format(PyExc_ImportError, "this extension was built for Python %s and runs on %s: run `tayberry build` again", PY_VERSION,
                     Py_GetVersion());
        return -1;
    }
    return 0;
}

#ifndef TB_PUBLIC_ONLY

_Static_assert(offsetof(tb_thread_view, stack_soft_limit) == offsetof(_PyThreadStateImpl, c_stack_soft_limit), "soft limit");
_Static_assert(offsetof(tb_thread_view, qsbr) == offsetof(_PyThreadStateImpl, qsbr), "quiescent-state record");
_Static_assert(offsetof(tb_qsbr_view, seen) == offsetof(struct _qsbr_thread_state, seq), "sequence seen");
_Static_assert(offsetof(tb_qsbr_view, shared) == offsetof(struct _qsbr_thread_state, shared), "shared record");
_Static_assert(offsetof(struct tb_qsbr_shared_view, written) == offsetof(struct _qsbr_shared, wr_seq), "sequence written");
_Static_assert(TB_EVAL_EVENTS == _PY_EVAL_EVENTS_MASK, "bits of the eval breaker");

int tb_internal_pending(PyThreadState *thread) { return _Py_HandlePending(thread); }

int tb_internal_recursion(PyThreadState *thread)
{
    if (_Py_EnterRecursiveCallTstate(thread, "") != 0) {
        return -1;
    }
    /* `_Py_CheckRecursiveCallPy`, which is not exported. */
    if (thread->py_recursion_remaining > 0) {
        return 0;
    }
    if (thread->recursion_headroom) {
        if (thread->py_recursion_remaining < -50) {
            Py_FatalError("Cannot recover from Python stack overflow.");
        }
        return 0;
    }
    thread->recursion_headroom++;
    PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded");
    thread->recursion_headroom--;
    return -1;
}

int tb_internal_merge(PyObject *dict, PyObject *mapping) { return _PyDict_MergeEx(dict, mapping, 2); }

void tb_internal_frame_line(PyFrameObject *frame, int line)
{
    frame->f_lineno = line;
}

int tb_internal_has_frames(void) { return 1; }

void tb_internal_frame_push(PyThreadState *thread, PyFrameObject *frame, int line)
{
    frame->f_lineno = line;
    /* As generators do it whose inner generator is called. */
    frame->f_frame->frame_obj = frame;
    /* Its place in the code is given for the bytecode that all threads share. */
    frame->f_frame->tlbc_index = 0;
    frame->f_frame->previous = thread->current_frame;
    thread->current_frame = frame->f_frame;
}

int tb_internal_frame_pop(PyThreadState *thread, PyFrameObject *frame)
{
    thread->current_frame = frame->f_frame->previous;
    int is_free = PyUnstable_Object_IsUniquelyReferenced((PyObject *)frame);
    if (!is_free && frame->f_back == NULL) {
        /* What keeps it finds its callers later, too, as with any frame whose function has returned. */
        PyObject *exception = PyErr_GetRaisedException();
        frame->f_back = PyFrame_GetBack(frame);
        PyErr_SetRaisedException(exception);
    }
    frame->f_frame->previous = NULL;
    frame->f_frame->frame_obj = NULL;
    return is_free && frame->f_back == NULL && frame->f_trace == NULL && frame->f_extra_locals == NULL && frame->f_locals_cache == NULL &&
           frame->f_overwritten_fast_locals == NULL;
}

void tb_internal_type_release(PyTypeObject *type) { _Py_DECREF_TYPE(type); }

void tb_internal_immortal(PyObject *object) { _Py_SetImmortal(object); }

int tb_internal_special(PyObject *object, PyObject *name, PyObject **method)
{
    PyObject *found = _PyType_LookupRef(Py_TYPE(object), name);
    if (found == NULL) {
        *method = NULL;
        return PyErr_Occurred() ? -1 : 0;
    }
    descrgetfunc bind = Py_TYPE(found)->tp_descr_get;
    if (bind != NULL) {
        PyObject *bound = bind(found, object, (PyObject *)Py_TYPE(object));
        Py_DECREF(found);
        found = bound;
    }
    *method = found;
    return found == NULL ? -1 : 1;
}

PyObject *tb_internal_lookup(PyTypeObject *type, PyObject *name) { return _PyType_LookupRef(type, name); }

PyObject *tb_internal_function_name(PyObject *callable) { return _PyObject_FunctionStr(callable); }

PyObject *tb_internal_import_from(PyObject *module, PyObject *name)
{
    return _PyEval_ImportFrom(PyThreadState_GetUnchecked(), module, name);
}

int tb_internal_is_awaited(PyObject *coroutine)
{
    return ((PyGenObject *)coroutine)->gi_frame_state == FRAME_SUSPENDED_YIELD_FROM;
}

#else

int tb_internal_is_awaited(PyObject *coroutine)
{
    PyObject *awaited = PyObject_GetAttrString(coroutine, "cr_await");
    if (awaited == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(awaited);
    return awaited != Py_None;
}

int tb_internal_pending(PyThreadState *thread)
{
    (void)thread;
    /* The interpreter does all that is pending when it enters a Python function, so an empty one is called now and then. */
    static _Thread_local unsigned polls;
    if (++polls % 1024 != 0) {
        return 0;
    }
    PyObject *nothing = PyObject_CallNoArgs(tb_names.empty_function);
    Py_XDECREF(nothing);
    return nothing == NULL ? -1 : 0;
}

int tb_internal_recursion(PyThreadState *thread)
{
    (void)thread;
    return Py_EnterRecursiveCall("") ? -1 : 0;
}

int tb_internal_merge(PyObject *dict, PyObject *mapping)
{
    PyObject *keys = PyObject_CallMethod(mapping, "keys", NULL);
    PyObject *iterator = keys == NULL ? NULL : PyObject_GetIter(keys);
    Py_XDECREF(keys);
    if (iterator == NULL) {
        return -1;
    }
    PyObject *key;
    while ((key = PyIter_Next(iterator)) != NULL) {
        int known = PyDict_Contains(dict, key);
        if (known > 0) {
            PyObject *error = PyObject_CallOneArg(PyExc_KeyError, key);
            if (error != NULL) {
                PyErr_SetObject(PyExc_KeyError, error);
                Py_DECREF(error);
            }
        }
        PyObject *value = known != 0 ? NULL : PyObject_GetItem(mapping, key);
        int failed = value == NULL || PyDict_SetItem(dict, key, value) < 0;
        Py_XDECREF(value);
        Py_DECREF(key);
        if (failed) {
            break;
        }
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? -1 : 0;
}

void tb_internal_frame_line(PyFrameObject *frame, int line)
{
    (void)frame;
    (void)line;
}

int tb_internal_has_frames(void) { return 0; }

void tb_internal_frame_push(PyThreadState *thread, PyFrameObject *frame, int line)
{
    (void)thread;
    (void)frame;
    (void)line;
}

int tb_internal_frame_pop(PyThreadState *thread, PyFrameObject *frame)
{
    (void)thread;
    (void)frame;
    return 0;
}

void tb_internal_type_release(PyTypeObject *type) { Py_DECREF(type); }

void tb_internal_immortal(PyObject *object) { (void)object; }

int tb_internal_special(PyObject *object, PyObject *name, PyObject **method)
{
    /* Looking on the type first keeps instance attributes out; then the usual way binds it. */
    PyObject *found;
    int has = PyObject_GetOptionalAttr((PyObject *)Py_TYPE(object), name, &found);
    Py_XDECREF(found);
    *method = NULL;
    return has <= 0 ? has : PyObject_GetOptionalAttr(object, name, method);
}

PyObject *tb_internal_lookup(PyTypeObject *type, PyObject *name)
{
    PyObject *order = Py_XNewRef(type->tp_mro), *found = NULL;
    for (Py_ssize_t each = 0; order != NULL && found == NULL && each < PyTuple_GET_SIZE(order); each++) {
        PyObject *dict = PyType_GetDict((PyTypeObject *)PyTuple_GET_ITEM(order, each));
        if (dict == NULL || PyDict_GetItemRef(dict, name, &found) < 0) {
            PyErr_Clear();
        }
        Py_XDECREF(dict);
    }
    Py_XDECREF(order);
    return found;
}

PyObject *tb_internal_function_name(PyObject *callable)
{
    PyObject *module = NULL, *name = NULL, *text = NULL;
    int named = PyObject_GetOptionalAttrString(callable, "__qualname__", &name);
    if (named == 0) {
        return PyObject_Str(callable);
    }
    if (named > 0 && PyObject_GetOptionalAttrString(callable, "__module__", &module) >= 0) {
        int plain = module == NULL || module == Py_None || (PyUnicode_Check(module) && PyUnicode_EqualToUTF8(module, "builtins"));
        text = plain ? PyUnicode_FromFormat("%S()", name) : PyUnicode_FromFormat("%S.%S()", module, name);
    }
    Py_XDECREF(name);
    Py_XDECREF(module);
    return text;
}

PyObject *tb_internal_import_from(PyObject *module, PyObject *name)
{
    PyObject *value;
    if (PyObject_GetOptionalAttr(module, name, &value) == 0) {
        PyErr_Format(PyExc_ImportError, "cannot import name %R from %R", name, module);
    }
    return value;
}

#endif
