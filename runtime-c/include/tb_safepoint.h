/* Safe points and recursion: what the interpreter does on back edges and calls, for native code.
 *
 * A poll is three loads in the usual case. Its slow path is the interpreter's (garbage collection's stop, signals, pending
 * calls, asynchronous exceptions), so it may run Python and may raise. Nothing borrowed from a container or field
 * may be held across it. */
#ifndef TB_SAFEPOINT_H
#define TB_SAFEPOINT_H

#include "tayberry.h"

/* Define TB_PUBLIC_ONLY to build without anything that is not public API. */
#if !defined(TB_PUBLIC_ONLY) && (PY_VERSION_HEX >> 16) != 0x030e
#define TB_PUBLIC_ONLY
#endif
#if !defined(Py_GIL_DISABLED) && !defined(TB_PUBLIC_ONLY)
#define TB_PUBLIC_ONLY
#endif

/* Checks that the running interpreter is the one this was built for and makes ready what is needed once. To be called
 * by every module's initialisation: 0, or -1 with ImportError saying what to rebuild. */
int tb_runtime_c_init(void);

/* This thread's state; never changes within a call. */
static inline PyThreadState *tb_thread(void) { return PyThreadState_GetUnchecked(); }

int tb_safepoint_slow(PyThreadState *thread);
int tb_enter_slow(PyThreadState *thread);

#ifndef TB_PUBLIC_ONLY
/* The fields of `_PyThreadStateImpl` and of its quiescent-state record that polls read; checked in internals.c. */
typedef struct tb_thread_view {
    PyThreadState base;
    Py_ssize_t refcount;
    uintptr_t stack_top, stack_soft_limit, stack_hard_limit;
    PyObject *asyncio_loop, *asyncio_task;
    void *asyncio_tasks[2];
    struct tb_qsbr_view *qsbr;
} tb_thread_view;
typedef struct tb_qsbr_view {
    uint64_t seen;
    struct tb_qsbr_shared_view {
        uint64_t written;
    } *shared;
} tb_qsbr_view;
/* The bits of `eval_breaker` that want attention. */
#define TB_EVAL_EVENTS 0xff

/* 0, or -1 with an exception. */
static inline int tb_safepoint_thread(PyThreadState *thread)
{
    tb_qsbr_view *qsbr = ((tb_thread_view *)thread)->qsbr;
    uint64_t written = __atomic_load_n(&qsbr->shared->written, __ATOMIC_ACQUIRE);
    if (__builtin_expect(__atomic_load_n(&qsbr->seen, __ATOMIC_RELAXED) != written, 0)) {
        __atomic_store_n(&qsbr->seen, written, __ATOMIC_RELEASE);
    }
    if (__builtin_expect((__atomic_load_n(&thread->eval_breaker, __ATOMIC_RELAXED) & TB_EVAL_EVENTS) != 0, 0)) {
        return tb_safepoint_slow(thread);
    }
    return 0;
}
/* Enters a native function: 0, or -1 with RecursionError, and then `tb_leave_thread` must not be called, and no traceback entry
 * for the function be added: the error belongs to the caller's line, as in the interpreter. */
static inline int tb_enter_thread(PyThreadState *thread)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (__builtin_expect(here < ((tb_thread_view *)thread)->stack_soft_limit, 0) || __builtin_expect(thread->py_recursion_remaining <= 0, 0)) {
        if (tb_enter_slow(thread) < 0) {
            return -1;
        }
    }
    thread->py_recursion_remaining--;
    return 0;
}
static inline void tb_leave_thread(PyThreadState *thread) { thread->py_recursion_remaining++; }
/* As `tb_enter_thread`, for functions that may run Python code: a safe point, too. */
static inline int tb_enter_polling(PyThreadState *thread)
{
    if (__builtin_expect((__atomic_load_n(&thread->eval_breaker, __ATOMIC_RELAXED) & TB_EVAL_EVENTS) != 0, 0) &&
        tb_safepoint_slow(thread) < 0) {
        return -1;
    }
    return tb_enter_thread(thread);
}
#else
static inline int tb_safepoint_thread(PyThreadState *thread) { return tb_safepoint_slow(thread); }
static inline int tb_enter_thread(PyThreadState *thread)
{
    (void)thread;
    return Py_EnterRecursiveCall("") ? -1 : 0;
}
static inline void tb_leave_thread(PyThreadState *thread)
{
    (void)thread;
    Py_LeaveRecursiveCall();
}
static inline int tb_enter_polling(PyThreadState *thread)
{
    return tb_safepoint_slow(thread) < 0 ? -1 : tb_enter_thread(thread);
}
#endif

/* The same for code that does not hold its thread state: one call more. */
static inline int tb_enter(void) { return tb_enter_thread(tb_thread()); }
static inline void tb_leave(void) { tb_leave_thread(tb_thread()); }
#define TB_SAFEPOINT() tb_safepoint_thread(tb_thread())

#endif
