/* Calls to Python objects. Arguments borrowed, result new, NULL on failure. */
#ifndef TB_CALL_H
#define TB_CALL_H

#include "tayberry.h"

/* `f(args…, kwnames=…)`: `args` holds positional then keyword values and has one writable place before it
 * (`args[-1]`), as PY_VECTORCALL_ARGUMENTS_OFFSET promises. `kwnames` is a tuple of str or NULL. */
static inline PyObject *tb_call(PyObject *callable, PyObject **args, Py_ssize_t positional, PyObject *kwnames)
{
    return PyObject_Vectorcall(callable, args, (size_t)positional | PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
}
static inline PyObject *tb_call_0(PyObject *callable) { return PyObject_CallNoArgs(callable); }
static inline PyObject *tb_call_1(PyObject *callable, PyObject *a) { return PyObject_CallOneArg(callable, a); }
static inline PyObject *tb_call_2(PyObject *callable, PyObject *a, PyObject *b)
{
    PyObject *args[3] = {NULL, a, b};
    return tb_call(callable, args + 1, 2, NULL);
}
/* `args[0].name(args[1:]…)`; `positional` counts the receiver; `name` is interned and lives for ever. Methods of built-in types
 * are looked up once. */
PyObject *tb_call_method(PyObject *name, PyObject **args, Py_ssize_t positional, PyObject *kwnames);
/* `object.name()`. */
static inline PyObject *tb_call_method_0(PyObject *object, PyObject *name)
{
    PyObject *args[2] = {NULL, object};
    return tb_call_method(name, args + 1, 1, NULL);
}
/* `f(*args, **kwargs)`: a tuple and a dict or NULL. */
PyObject *tb_call_ex(PyObject *callable, PyObject *args, PyObject *kwargs);
/* `*iterable` among a call's arguments: extends a list under construction; "f() argument after * must be an iterable, not int". */
int tb_call_args_extend(PyObject *list, PyObject *iterable, PyObject *callable);
/* `**mapping` and `name=value` among a call's arguments, into a dict under construction: "f() got multiple values for
 * keyword argument 'x'", "f() argument after ** must be a mapping, not int". */
int tb_call_kwargs_merge(PyObject *dict, PyObject *mapping, PyObject *callable);
int tb_call_kwargs_set(PyObject *dict, PyObject *name, PyObject *value, PyObject *callable);
/* `f` as error texts name it: "module.f()" (builtins without the module). New. */
PyObject *tb_call_name(PyObject *callable);

#endif
