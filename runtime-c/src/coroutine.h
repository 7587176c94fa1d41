/* The inside of coroutine and generator objects, for coroutine.c, resume.c and await.c. */
#ifndef TB_COROUTINE_OBJECT_H
#define TB_COROUTINE_OBJECT_H

#include "objects.h"

enum tb_coroutine_state {
    TB_CREATED,
    TB_SUSPENDED,
    /* Some thread runs it, or finishes it. */
    TB_EXECUTING,
    /* Suspended, and some thread looks at what it waits for; for a moment only. */
    TB_LOOKED_AT,
    TB_FINISHED,
};

struct tb_coroutine {
    PyObject_VAR_HEAD
    tb_function_spec *spec;
    /* NULL for a body with a frame. */
    PyObject *(*run)(PyObject *const *);
    PyObject *function, *name, *qualname, *weak;
    /* enum tb_coroutine_state; atomic. */
    int state;
    /* Where it is suspended; 0 before the start and when everything has been taken out of the frame. */
    int at;
    /* What it waits for, or NULL. */
    PyObject *awaited;
    /* What it is handling while it is suspended. */
    _PyErr_StackItem handled;
    /* The generated struct; NULL before the first suspension. */
    void *frame;
    /* The arguments until the body runs. */
    PyObject *values[];
};

/* Makes the coroutine EXECUTING and gives the state it was in; if that was EXECUTING or FINISHED, it is left alone. */
int tb_coroutine_enter(tb_coroutine *self);
static inline void tb_coroutine_set_state(tb_coroutine *self, int state) { __atomic_store_n(&self->state, state, __ATOMIC_RELEASE); }
static inline int tb_coroutine_peek_state(tb_coroutine *self) {
    int state = __atomic_load_n(&self->state, __ATOMIC_ACQUIRE);
    return state == TB_LOOKED_AT ? TB_SUSPENDED : state;
}
/* Whether it is suspended in an `await`. */
static inline int tb_coroutine_is_awaited(tb_coroutine *self) {
    return tb_coroutine_peek_state(self) == TB_SUSPENDED && __atomic_load_n(&self->awaited, __ATOMIC_RELAXED) != NULL;
}
static inline int tb_is_generator(tb_coroutine *self) { return Py_TYPE(self) == tb_generator_type; }
static inline int tb_is_ours(PyObject *object) { return Py_TYPE(object) == tb_coroutine_type || Py_TYPE(object) == tb_generator_type; }

/* Without arguments, tracked by nobody yet, EXECUTING. */
tb_coroutine *tb_coroutine_alloc(tb_function_spec *spec, PyObject *callable, int count, PyTypeObject *type);
/* Releases arguments and frame of a coroutine that this thread has made EXECUTING. */
void tb_coroutine_drop(tb_coroutine *self);

/* resume.c: the protocol. */
PySendResult tb_coroutine_send_value(PyObject *self, PyObject *value, PyObject **result);
PyObject *tb_coroutine_send(PyObject *self, PyObject *value);
PyObject *tb_coroutine_next(PyObject *self);
PyObject *tb_coroutine_throw(PyObject *self, PyObject *const *args, Py_ssize_t count);
PyObject *tb_coroutine_close(PyObject *self, PyObject *ignored);

/* error.c: the frame object that stands for a line of a native function; new reference. */
PyObject *tb_code_info_frame(tb_code_info *info, PyObject *function, int line);

#endif
