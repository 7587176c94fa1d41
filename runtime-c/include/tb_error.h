/* Raising, catching, and tracebacks.
 *
 * A failure is a pending exception plus an error value. `except` takes it with `tb_except_enter`, which makes it the
 * handled exception (`sys.exc_info()`, bare `raise`, `__context__` of what is raised meanwhile), and every way out of the
 * clause calls `tb_except_leave` once.
 *
 * When to call `tb_traceback_add`: once where an operation, a call or a `raise x` has failed, whether or not the function
 * itself catches it; not for a bare `raise`, nor where a `finally` or an unmatched `except` passes the exception on. */
#ifndef TB_ERROR_H
#define TB_ERROR_H

#include "tayberry.h"
#include "tb_cold.h"

/* What tracebacks need to know about a native function; zeroed at first (it is `tb_function_spec.info`). */
typedef struct tb_code_info {
    /* The function object handed over by Python (a PyFunctionObject; strong, for ever). */
    PyObject *function;
    /* Frames already made, one per line that has raised; private. */
    struct tb_frame_node *frames;
} tb_code_info;

/* Remembers the function object (borrowed). An earlier one, of a module that is executed again, is never released, as another
 * thread may be using it. */
void tb_code_info_set(tb_code_info *info, PyObject *function);
/* Puts an entry for `line` of the function in front of the pending exception's traceback: its frame has the function's real
 * code object, `tb_lasti` -1, and `line` as `tb_lineno` and `f_lineno`. Does nothing without a pending exception. */
TB_COLD void tb_traceback_add(tb_code_info *info, int line);

/* What generated code calls where speed does not matter: after failures, and where names were rebound. It is short there
 * because the C compiler takes longest over what nobody runs. */
/* Gives a reference back; NULL is allowed. */
TB_COLD void tb_drop(PyObject *object);
/* The same for an int; `TB_INT_ERROR` is allowed. */
TB_COLD void tb_int_drop(tb_int value);
/* `tb_traceback_add`, then `tb_drop` for each of `count` objects. */
TB_COLD void tb_unwind(tb_code_info *info, int line, int count, ...);

/* `raise exception from cause`. `exception` and `cause` are borrowed; `cause` NULL means no `from` clause, None suppresses
 * the context. Classes are called. Always leaves an exception pending; returns -1. */
int tb_raise(PyObject *exception, PyObject *cause);
/* Bare `raise`: "No active exception to reraise" if none is handled. Returns -1. The traceback keeps its entries. */
int tb_reraise(void);
/* Makes a caught exception pending again, unchanged (end of `finally`, no clause matched). Steals. Returns -1. */
int tb_raise_again(PyObject *exception);
/* `raise AssertionError(message)`; `message` NULL for none. Returns -1. */
int tb_raise_assertion(PyObject *message);
/* Raises a built-in exception class with a constant text. Returns -1. */
int tb_raise_text(PyObject *cls, const char *text);

/* Takes the pending exception, makes it the handled one, and returns it (new reference). `*previous` receives what was
 * handled before; give it to `tb_except_leave`. */
PyObject *tb_except_enter(PyObject **previous);
/* Ends the clause: restores (steals) `previous`. A pending exception is left alone. */
void tb_except_leave(PyObject *previous);
/* Whether a caught exception matches the type or tuple of an `except` clause: 0, 1, or -1 with TypeError "catching classes
 * that do not inherit from BaseException is not allowed". */
int tb_except_matches(PyObject *exception, PyObject *types);
/* Whether the pending exception is of a built-in class; 0 or 1. */
static inline int tb_pending_matches(PyObject *cls) { return PyErr_ExceptionMatches(cls); }

/* `with`: looks up `__enter__`/`__exit__` on the type (with the interpreter's TypeError), calls `__enter__`.
 * `*exit_method` receives the bound `__exit__`. Both new; NULL on failure. */
PyObject *tb_with_enter(PyObject *manager, PyObject **exit_method);
/* Leaves normally: calls `exit(None, None, None)`; consumes it; 0 or -1. */
int tb_with_exit(PyObject *exit_method);
/* Leaves with the handled exception (after `tb_except_enter`): consumes `exit_method`; 1 if it is suppressed, 0 if it must
 * be raised again, -1 if `__exit__` failed. */
int tb_with_exit_exception(PyObject *exit_method, PyObject *exception);

#endif
