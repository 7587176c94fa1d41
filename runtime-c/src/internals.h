/* What this library uses of CPython beyond its public API; private. Bodies, version checks and public fallbacks are in
 * internals.c, the only file that may include CPython's internal headers. */
#ifndef TB_INTERNALS_H
#define TB_INTERNALS_H

#include "tb_safepoint.h"

/* Fails with ImportError if the running interpreter is not the one this was compiled for. */
int tb_internal_check(void);
/* The interpreter's handling of its eval breaker; 0 or -1. */
int tb_internal_pending(PyThreadState *thread);
/* The interpreter's two recursion checks; 0 or -1 with RecursionError. */
int tb_internal_recursion(PyThreadState *thread);
/* `DICT_MERGE` without its error text: copies a mapping into a dict; KeyError(key) for a key that is there. */
int tb_internal_merge(PyObject *dict, PyObject *mapping);
/* Whether `tb_internal_frame_push` does anything. */
int tb_internal_has_frames(void);
/* Puts a frame made by `PyFrame_New`, at a line, on top of the thread's; it borrows the reference until it is popped. */
void tb_internal_frame_push(PyThreadState *thread, PyFrameObject *frame, int line);
/* Takes it off. Whether nobody else holds it and nothing is attached to it, so that it can be pushed again. */
int tb_internal_frame_pop(PyThreadState *thread, PyFrameObject *frame);
/* Makes `frame.f_lineno` give `line`. */
void tb_internal_frame_line(PyFrameObject *frame, int line);
/* Gives a heap object to everybody for ever. */
void tb_internal_immortal(PyObject *object);
/* Gives back the reference that an instance had to its heap type: to this thread's own count of it, as the interpreter
 * does, so that threads which make and release objects of one class write nothing that they share. */
void tb_internal_type_release(PyTypeObject *type);
/* A special method, looked up on the type and bound: 1, 0 if there is none, -1. */
int tb_internal_special(PyObject *object, PyObject *name, PyObject **method);
/* What a type has under an interned name, its own or inherited, without running Python: new, or NULL without an exception. */
PyObject *tb_internal_lookup(PyTypeObject *type, PyObject *name);
/* A callable as error texts name it: "module.name()"; new. */
PyObject *tb_internal_function_name(PyObject *callable);
/* `from module import name` */
PyObject *tb_internal_import_from(PyObject *module, PyObject *name);
/* Whether an interpreter's coroutine is suspended in an `await`. */
int tb_internal_is_awaited(PyObject *coroutine);

#endif
