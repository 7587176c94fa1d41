/* The inside of coroutine and generator objects, for coroutine.c, resume.c, async_generator.c and await.c. */
#ifndef TB_COROUTINE_OBJECT_H
#define TB_COROUTINE_OBJECT_H

#include "objects.h"

/* Makes the coroutine EXECUTING and gives the state it was in; if that was EXECUTING or FINISHED, it is left alone. */
int tb_coroutine_enter(tb_coroutine *self);
static inline int tb_coroutine_peek_state(tb_coroutine *self) {
    int state = __atomic_load_n(&self->state, __ATOMIC_ACQUIRE);
    return state == TB_LOOKED_AT ? TB_SUSPENDED : state;
}
/* Whether it is suspended in an `await`. */
static inline int tb_coroutine_is_awaited(tb_coroutine *self) {
    return tb_coroutine_peek_state(self) == TB_SUSPENDED && __atomic_load_n(&self->awaited, __ATOMIC_RELAXED) != NULL;
}
static inline int tb_is_generator(tb_coroutine *self) { return Py_TYPE(self) == tb_generator_type; }
static inline int tb_is_async_generator(tb_coroutine *self) { return Py_TYPE(self) == tb_async_generator_type; }
static inline int tb_is_ours(PyObject *object) { return Py_TYPE(object) == tb_coroutine_type || Py_TYPE(object) == tb_generator_type; }

/* A further result of sending and throwing: an asynchronous generator has yielded (PYGEN_NEXT is what it waits for). */
#define TB_YIELDED ((PySendResult)2)

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
/* Throws 1 to 3 arguments in; `closes` if GeneratorExit closes what it waits for first. */
PySendResult tb_coroutine_throw_value(tb_coroutine *self, PyObject *const *args, Py_ssize_t count, int closes, PyObject **result);
/* Whether `throw` may be called with so many arguments: 0, or -1 with an exception. */
int tb_throw_arguments(Py_ssize_t count);
/* A step's result for callers that speak the iterator protocol: StopIteration carries what was returned. */
PyObject *tb_stop_unless_next(PySendResult sent, PyObject *result);

/* async_generator.c: what its methods give. */
PyObject *tb_async_generator_next(PyObject *self);
PyObject *tb_async_generator_asend(PyObject *self, PyObject *value);
PyObject *tb_async_generator_athrow(PyObject *self, PyObject *args);
PyObject *tb_async_generator_aclose(PyObject *self, PyObject *ignored);
/* Before it is dropped: whether the event loop has taken it over. */
int tb_async_generator_hand_to_loop(PyObject *self);
/* Makes the types of what is awaited: 0, or -1 with an exception. */
int tb_async_generator_ready(void);

/* error.c: the frame object that stands for a line of a native function; new reference. */
PyObject *tb_code_info_frame(tb_code_info *info, PyObject *function, int line);

#endif
