/* Coroutine and generator objects: bodies in C that may be left in the middle and gone on with later.
 *
 * In: a compiled function and its bound arguments. Out: an object that asyncio, `await`, `inspect` and
 * `collections.abc.Coroutine` take for a coroutine. What holds: a body runs on the C stack; when it is suspended for the first
 * time, what it still needs moves to a frame on the heap, and back when it goes on. At every moment an object is in one state
 * (`tb_coroutine_state`); only who has made it EXECUTING touches its frame, so no lock is needed, and two threads that
 * resume it at once get one `ValueError`. No StopIteration is made when the awaiter uses `am_send`.
 *
 * Compiled code that awaits compiled code calls the body with a `tb_pause` of its own; only if the body is suspended
 * does a coroutine object come into being.
 */
#ifndef TB_COROUTINE_H
#define TB_COROUTINE_H

#include "tb_function.h"

typedef struct tb_coroutine tb_coroutine;

/* What a body is told when it runs, and what it says when it is suspended. */
typedef struct tb_pause {
    /* In: the coroutine that runs, borrowed; NULL if compiled code awaits the body directly.
     * Out, with `value`: the coroutine that has been suspended; owned by the awaiter if it was NULL. */
    tb_coroutine *self;
    /* In: the place to go on at; 0 is the start. */
    int at;
    /* In: what the body gets there (owned; the body takes it out), NULL for the pending exception. */
    PyObject *sent;
    /* Out: what is handed to the event loop (owned); NULL if the body has ended. */
    PyObject *value;
    /* In: whether it runs outside of a task. What it waits for is then put off until the coroutine is resumed by one, unless
     * that is compiled code, which needs none. */
    uint8_t puts_off;
    /* Out, with `value`: it has been yielded, not waited for. */
    uint8_t yielded;
} tb_pause;

/* A member of a frame that holds a reference while the body is suspended. */
typedef struct tb_frame_slot {
    uint16_t offset;
    /* enum tb_slot_kind */
    uint8_t kind;
} tb_frame_slot;
enum tb_slot_kind {
    /* `PyObject *`, may be NULL. */
    TB_SLOT_OBJECT,
    /* `tb_int`, may be unset. */
    TB_SLOT_INT,
    TB_SLOT_ITER,
    TB_SLOT_RANGE,
    /* `tb_format *`, may be NULL. */
    TB_SLOT_TEXT,
};

/* A place where a body can be suspended. */
typedef struct tb_suspension {
    /* Python's line. */
    int line;
    /* Whether the body goes on there if an exception is thrown in, or just ends. */
    uint8_t caught;
    uint16_t count;
    const tb_frame_slot *slots;
} tb_suspension;

/* What the objects need to know of a body that can be suspended. */
typedef struct tb_frame_spec {
    /* Runs the body from the start (with unboxing of `values`) or from where it was left; boxes the result. */
    PyObject *(*run)(tb_pause *pause, PyObject *const *values);
    size_t size;
    /* By place; place 0 lists the parameters, which the frame holds until the body has ended. */
    const tb_suspension *suspensions;
} tb_frame_spec;

enum tb_coroutine_kind { TB_KIND_COROUTINE, TB_KIND_GENERATOR, TB_KIND_ASYNC_GENERATOR };

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
    /* Of asynchronous generators: whether an `asend` or its like is under way, whether it is to yield no more, whether the
     * event loop's hooks have been asked; atomic. */
    uint8_t running, closed, hooked;
    /* The event loop's hook for one that is dropped before its end, or NULL. */
    PyObject *finalizer;
    /* Where it is suspended; 0 before the start and when everything has been taken out of the frame. */
    int at;
    /* What it waits for, or NULL. */
    PyObject *awaited;
    /* What it is handling while it is suspended. */
    _PyErr_StackItem handled;
    /* Of a generator expression: its closure, or NULL; others have their function's. */
    PyObject *closure;
    /* While it is resumed by one of ours that waits for it: that one. */
    tb_coroutine *outer;
    /* The generated struct, behind the values; NULL before the first suspension. */
    void *frame;
    /* The arguments until the body runs. */
    PyObject *values[];
};

/* From now on, or no longer, this thread has it to itself. */
static inline void tb_coroutine_set_state(tb_coroutine *self, int state) { __atomic_store_n(&self->state, state, __ATOMIC_RELEASE); }

/* A coroutine that will call `run` with these values (new references are taken). NULL with an exception. */
PyObject *tb_coroutine_new(tb_function_spec *spec, PyObject *callable, PyObject *(*run)(PyObject *const *),
                           PyObject *const *values, int count);
/* The same for a body with a frame (`spec->frame`). */
PyObject *tb_coroutine_new_framed(tb_function_spec *spec, PyObject *callable, PyObject *const *values, int count);

/* The vectorcall of a function whose body has a frame. */
#define TB_CALL_FRAMED(spec, count)                                                                                    \
    PyObject *tb_slots[(count) + 1];                                                                                   \
    tb_arguments_held tb_held;                                                                                         \
    PyObject *tb_result = NULL;                                                                                        \
    PyObject *const *tb_values = tb_arguments_bind(&(spec), callable, args, nargsf, kwnames, tb_slots, &tb_held);      \
    if (tb_values != NULL) {                                                                                           \
        tb_result = tb_coroutine_new_framed(&(spec), callable, tb_values, (count));                                    \
    }                                                                                                                  \
    tb_arguments_release(&tb_held);                                                                                    \
    return tb_result;

/* What a call of a function with this body gives: a coroutine or generator that has not begun. One argument for each
 * parameter, all of which can be given by position. */
static inline PyObject *tb_start(tb_function_spec *spec, PyObject *const *args, size_t count) {
    return spec->vectorcall(__atomic_load_n(&spec->function, __ATOMIC_ACQUIRE), args, count, NULL);
}

/* Awaiting and suspending, for bodies. */

/* What `await` sends to: new reference, or NULL ("'int' object can't be awaited"). Borrowed operand. */
PyObject *tb_await_iter(PyObject *awaitable);
/* What `yield from` sends to. */
PyObject *tb_yield_from_iter(PyObject *iterable);
/* `async with`: calls `__aenter__`, what it gives is to be awaited by `tb_await_entering`; `*exit_method` receives the bound
 * `__aexit__`. Both new; NULL on failure. */
PyObject *tb_async_with_enter(PyObject *manager, PyObject **exit_method);
/* Leaving it, without and with the handled exception: what `__aexit__` gives, for `tb_await_exiting`. Consumes the method. */
PyObject *tb_async_with_exit(PyObject *exit_method);
PyObject *tb_async_with_exit_exception(PyObject *exit_method, PyObject *exception);
/* `tb_await_iter` with the texts of `async with`. */
PyObject *tb_await_entering(PyObject *awaitable);
PyObject *tb_await_exiting(PyObject *awaitable);
/* `async for`: the iterator; what its next item is awaited with; whether the pending exception is only the end (then it is
 * cleared). */
PyObject *tb_async_iter(PyObject *iterable);
PyObject *tb_async_next(PyObject *iter);
uint8_t tb_async_ended(void);
/* Starts to wait (steals `iter`) in the body of `pause`: the result; or NULL with `inner->value` set if the body is to be
 * suspended; or NULL with an exception. */
PyObject *tb_await_start(PyObject *iter, const tb_pause *pause, tb_pause *inner);
/* Suspends the body at `at`: makes its coroutine object and frame if need be, takes over what `inner` waits for and hands out,
 * and what the body is handling. The frame, which the caller fills; NULL with an exception and `inner` dropped. */
int tb_pause_make(tb_pause *pause, tb_pause *inner, tb_function_spec *spec);
static inline void *tb_pause_begin(tb_pause *pause, tb_pause *inner, tb_function_spec *spec, int at, _PyErr_StackItem *handled) {
    if (__builtin_expect(pause->at == 0, 0)) {
        /* By a copy, so that `inner` of a body that only yields has no address and needs no memory. */
        tb_pause given = *inner;
        int made = tb_pause_make(pause, &given, spec);
        *inner = given;
        if (made < 0) {
            return NULL;
        }
    }
    tb_coroutine *self = pause->self;
    self->at = at;
    if (handled != NULL) {
        self->handled.exc_value = handled->exc_value;
        handled->exc_value = NULL;
    }
    self->awaited = (PyObject *)inner->self;
    pause->value = inner->value;
    pause->yielded = inner->self == NULL;
    return self->frame;
}
/* The frame is filled: from now on anybody may resume the coroutine. */
void tb_pause_begun(tb_coroutine *self);
static inline void tb_pause_end(tb_pause *pause) {
    if (__builtin_expect(pause->at == 0, 0)) {
        tb_pause_begun(pause->self);
    }
    tb_coroutine_set_state(pause->self, TB_SUSPENDED);
}
/* The frame of a body that goes on; the caller takes everything out of it. `handled` gets what the body was handling. */
static inline void *tb_pause_resume(tb_pause *pause, _PyErr_StackItem *handled) {
    if (handled != NULL) {
        handled->exc_value = pause->self->handled.exc_value;
        pause->self->handled.exc_value = NULL;
    }
    pause->self->at = 0;
    return pause->self->frame;
}
/* What the body gets where it goes on, as a new reference; NULL for the pending exception. */
static inline PyObject *tb_pause_take(tb_pause *pause) {
    PyObject *sent = pause->sent;
    pause->sent = NULL;
    return sent;
}
/* `StopIteration` out of a body becomes `RuntimeError` with it as cause, and so does `StopAsyncIteration` out of an asynchronous
 * generator's. */
void tb_coroutine_stop_check(enum tb_coroutine_kind kind);
/* The closure of the function whose body begins (borrowed). */
PyObject *tb_pause_closure(const tb_pause *pause);
/* What came of a body that was run outside of a task: `failed`, or TB_WAITING with its coroutine stored in `*result`. */
int tb_pause_hand_over(tb_pause *pause, int failed, void *result);

/* A body's own entry in the stack of handled exceptions; for bodies that handle any. */
static inline void tb_handled_push(PyThreadState *thread, _PyErr_StackItem *own) {
    own->previous_item = thread->exc_info;
    thread->exc_info = own;
}
static inline void tb_handled_pop(PyThreadState *thread, _PyErr_StackItem *own) { thread->exc_info = own->previous_item; }

/* The types; valid after `tb_coroutine_ready`. */
extern PyTypeObject *tb_coroutine_type;
extern PyTypeObject *tb_generator_type;
extern PyTypeObject *tb_async_generator_type;

/* Makes the types and registers them with `collections.abc`: 0, or -1 with an exception. Called by the module glue. */
int tb_coroutine_ready(void);

#endif
