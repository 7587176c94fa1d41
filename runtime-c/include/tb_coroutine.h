/* The coroutine object of an `async def` that never suspends.
 *
 * In: a compiled function and its bound arguments. Out: an object that asyncio, `await`, `inspect` and
 * `collections.abc.Coroutine` take for a coroutine. What holds: the body runs at the first `send`/`await`, once,
 * on the sender's thread, to its end; no StopIteration is made when the awaiter uses `am_send`.
 */
#ifndef TB_COROUTINE_H
#define TB_COROUTINE_H

#include "tb_function.h"

/* A coroutine that will call `run` with these values (new references are taken). NULL with an exception. */
PyObject *tb_coroutine_new(tb_function_spec *spec, PyObject *callable, PyObject *(*run)(PyObject *const *),
                           PyObject *const *values, int count);

/* The type; valid after `tb_coroutine_ready`. */
extern PyTypeObject *tb_coroutine_type;

/* Makes the type and registers it with `collections.abc.Coroutine`: 0, or -1 with an exception. Called by the module glue. */
int tb_coroutine_ready(void);

#endif
