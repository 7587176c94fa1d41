/* Frames for callees that look at their caller: loggers, `warnings.warn`, `sys._getframe`.
 *
 * A native function has no frame. Around a call that may look for one the compiler puts a real frame object, with the
 * function's code and the call's line, on top of the thread's. Only the innermost native function is seen so: native
 * callers further out stay unseen. */
#ifndef TB_FRAME_H
#define TB_FRAME_H

#include "tb_error.h"

/* A frame on top of the thread's while a call runs; NULL if there is none (no memory, no public way to do it). */
typedef struct tb_caller {
    PyFrameObject *frame;
    PyObject *function;
    PyThreadState *thread;
    /* Where this thread keeps a spare frame of the function; NULL without memory. */
    struct tb_spare_frame *spare;
} tb_caller;

/* Never fails: without memory the call goes without a frame. Each enter is followed by one leave, by the same thread. */
void tb_caller_enter(tb_caller *caller, tb_code_info *info, int line);
/* A pending exception is left alone. */
void tb_caller_leave(tb_caller *caller);

/* The value of `call`, an object or NULL, made while `line` of the function has a frame. */
#define TB_FRAMED(info, line, call)                                                                                         \
    ({                                                                                                                     \
        tb_caller caller_;                                                                                                 \
        tb_caller_enter(&caller_, info, line);                                                                              \
        PyObject *value_ = call;                                                                                           \
        tb_caller_leave(&caller_);                                                                                         \
        value_;                                                                                                            \
    })

#endif
