/* Frames for callees that look at their caller. A thread keeps one spare frame for each of a few functions: making one
 * takes several times as long as a call that a logger's level turns away. */
#include "internals.h"
#include "tb.h"

#include <frameobject.h>

enum { SPARES = 16 };

struct tb_spare_frame {
    /* The function object whose frame this is; borrowed, it lives for ever. */
    PyObject *function;
    /* Owned; held by nobody else, nothing attached to it. */
    PyFrameObject *frame;
};

typedef struct spare_frames {
    uint64_t thread;
    struct tb_spare_frame list[SPARES];
} spare_frames;

/* This thread's; owned by a capsule in the thread state's dict, which dies with the state. */
static __thread spare_frames *spares;

static void spares_free(PyObject *capsule)
{
    spare_frames *dead = PyCapsule_GetPointer(capsule, NULL);
    if (spares == dead) {
        spares = NULL;
    }
    for (int at = 0; at < SPARES; at++) {
        Py_XDECREF(dead->list[at].frame);
    }
    PyMem_RawFree(dead);
}

void tb_frames_forget(void)
{
    int are_ours = spares != NULL && spares->thread == PyThreadState_Get()->id;
    for (int at = 0; are_ours && at < SPARES; at++) {
        Py_CLEAR(spares->list[at].frame);
    }
}

/* NULL without an exception if there is no memory. */
static spare_frames *spares_make(PyThreadState *thread)
{
    PyObject *dict = PyThreadState_GetDict();
    spare_frames *made = dict == NULL ? NULL : PyMem_RawCalloc(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    PyObject *capsule = PyCapsule_New(made, NULL, spares_free);
    if (capsule == NULL) {
        PyMem_RawFree(made);
        PyErr_Clear();
        return NULL;
    }
    int status = PyDict_SetItemString(dict, "tayberry.spare_frames", capsule);
    /* Without the dict's reference this frees what was made. */
    Py_DECREF(capsule);
    if (status < 0) {
        PyErr_Clear();
        return NULL;
    }
    made->thread = thread->id;
    return spares = made;
}

static struct tb_spare_frame *spare_of(PyThreadState *thread, PyObject *function)
{
    spare_frames *mine = spares;
    /* A system thread may get another thread state, and then the dict of the one before is gone. */
    if (__builtin_expect(mine == NULL || mine->thread != thread->id, 0)) {
        mine = spares_make(thread);
    }
    return mine == NULL ? NULL : &mine->list[((uintptr_t)function >> 6) % SPARES];
}

static PyFrameObject *frame_of(tb_caller *caller)
{
    struct tb_spare_frame *spare = caller->spare;
    if (spare != NULL && spare->function == caller->function && spare->frame != NULL) {
        PyFrameObject *frame = spare->frame;
        spare->frame = NULL;
        return frame;
    }
    PyObject *code = PyFunction_GetCode(caller->function), *globals = PyFunction_GetGlobals(caller->function);
    if (globals == NULL) {
        /* The interpreter ends, and the collector has cleared the function already. */
        return NULL;
    }
    PyFrameObject *frame = PyFrame_New(caller->thread, (PyCodeObject *)code, globals, NULL);
    if (frame == NULL) {
        PyErr_Clear();
    }
    return frame;
}

void tb_caller_enter(tb_caller *caller, tb_code_info *info, int line)
{
    caller->frame = NULL;
    caller->function = __atomic_load_n(&info->function, __ATOMIC_ACQUIRE);
    if (caller->function == NULL || !tb_internal_has_frames()) {
        return;
    }
    caller->thread = tb_thread();
    caller->spare = spare_of(caller->thread, caller->function);
    caller->frame = frame_of(caller);
    if (caller->frame != NULL) {
        tb_internal_frame_push(caller->thread, caller->frame, line);
    }
}

void tb_caller_leave(tb_caller *caller)
{
    PyFrameObject *frame = caller->frame;
    if (frame == NULL) {
        return;
    }
    int is_free = tb_internal_frame_pop(caller->thread, frame);
    if (caller->spare == NULL || !is_free) {
        /* Where it is not free somebody keeps it, in a traceback, say. */
        Py_DECREF(frame);
        return;
    }
    PyFrameObject *other = caller->spare->frame;
    caller->spare->function = caller->function;
    caller->spare->frame = frame;
    Py_XDECREF(other);
}
