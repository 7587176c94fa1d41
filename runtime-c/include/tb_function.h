/* Native functions: what stands behind the `vectorcall` of a Python function object.
 *
 * In: one `tb_function_spec` per compiled `def`, static in the generated file. Out: the real PyFunctionObject,
 * executed by C. What holds: after the `def` statement has run, `spec.function` is the function object (a strong
 * reference for ever; re-execution of the module replaces it) and `spec.info` serves tracebacks.
 *
 * A generated function consists of
 *
 *     static PyObject *tb_run_f(PyObject *const *values)      values in the order of the signature, borrowed;
 *                                                             `*args` is a tuple, `**kwargs` a dict; unboxes with
 *                                                             the `tb_argument_*` functions, calls the body, boxes
 *     static PyObject *tb_call_f(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
 *     { TB_CALL_BODY(tb_spec_f, tb_run_f) }                   the vectorcall
 *     or, for `async def`,  { TB_CALL_ASYNC(tb_spec_f, tb_run_f, 3) }; 3 = number of parameters
 */
#ifndef TB_FUNCTION_H
#define TB_FUNCTION_H

#include "tayberry.h"
#include "tb_error.h"
#include <string.h>

/* How a parameter is passed. The table lists parameters in Python's order:
 * positional-only, positional, `*args`, keyword-only, `**kwargs`. */
enum tb_parameter_kind {
    TB_POSITIONAL_ONLY,
    TB_POSITIONAL,
    TB_VAR_POSITIONAL,
    TB_KEYWORD_ONLY,
    TB_VAR_KEYWORD,
};

/* One parameter of a signature. */
typedef struct tb_signature_parameter {
    /* Python's name. */
    const char *name;
    /* The claim as it is shown in errors: `int`, `list[str]`; NULL if there is none. */
    const char *expected;
    /* enum tb_parameter_kind */
    uint8_t kind;
} tb_signature_parameter;

/* A code object among the constants of a compiled function's code, from which it makes functions or classes. */
typedef struct tb_inner_code {
    /* Its `co_name`. */
    const char *name;
    /* Its `co_firstlineno`; 0: one of its instructions stands for something between the places that follow. */
    int first_line;
    /* Lines from 1, columns in UTF-8 bytes from 0; the end is not in it. */
    int line, column, end_line, end_column;
    /* Its `co_freevars`. */
    const char *const *free;
    int free_count;
    /* The compiled function that is executed in its place; NULL if it is interpreted. */
    struct tb_function_spec *spec;
    /* The code object, found when the function around it was handed over; NULL for what is never reached. Strong. */
    PyObject *code;
} tb_inner_code;

/* A compiled function. Generated statically; the last members are filled by this library. */
typedef struct tb_function_spec {
    /* `Order.total` */
    const char *qualname;
    /* The generated vectorcall. */
    vectorcallfunc vectorcall;
    /* Parameters in order. */
    const tb_signature_parameter *parameters;
    uint16_t parameter_count;
    /* How many may be given by position: positional-only and positional ones. */
    uint16_t positional_count;
    /* Whether every parameter may be given by position (no star, no keyword-only). */
    uint8_t all_positional;
    /* `async def` */
    uint8_t is_async;
    /* `async def` with `yield` */
    uint8_t is_async_generator;
    /* Of a body that can be suspended: its frame; else NULL. */
    const struct tb_frame_spec *frame;
    /* Code objects of the functions and classes that it makes. */
    tb_inner_code *inner;
    uint16_t inner_count;
    /* The function object (none for one made inside a function), or NULL before its `def` has run. Strong. */
    PyObject *function;
    /* For `tb_traceback_add(&spec.info, line)`. */
    tb_code_info info;
    /* Interned parameter names, made at the first hand-over. */
    PyObject **names;
    /* Where the closure holds `__class__`, from 1; 0 if it does not. */
    int class_cell;
} tb_function_spec;

/* What `tb_arguments_bind` had to make; released after the call. */
typedef struct tb_arguments_held {
    /* `__defaults__`, the `*args` tuple, the `**kwargs` dict, a tuple of keyword-only defaults. */
    PyObject *objects[4];
} tb_arguments_held;

/* `__class__` as a method sees it: the class in whose body it stands. A new reference, or NULL with RuntimeError. */
PyObject *tb_function_own_class(tb_function_spec *spec);

/* Takes over a function object that a `def` statement has just made: 0, or -1 with an exception. */
int tb_function_adopt(tb_function_spec *spec, PyObject *function);

/* Names of parameters, code objects inside it, and what tracebacks need: from a function object with its code. */
int tb_function_prepare(tb_function_spec *spec, PyObject *function);
/* Finds the code objects of functions and classes made inside a function with this code: 0, or -1 with an exception. */
int tb_inner_find(tb_function_spec *spec, PyObject *code, PyObject *globals);

/* The general case of `tb_arguments_bind`: keywords, defaults, `*args`, `**kwargs`; CPython's own TypeErrors. */
PyObject *const *tb_arguments_bind_general(tb_function_spec *spec, PyObject *callable, PyObject *const *args,
                                           size_t nargsf, PyObject *kwnames, PyObject **slots,
                                           tb_arguments_held *held);

/* Whether the arguments are the values in the order of the signature as they are. */
static inline int tb_arguments_are_bound(const tb_function_spec *spec, size_t nargsf, PyObject *kwnames) {
    return __builtin_expect(kwnames == NULL && spec->all_positional &&
                                (size_t)PyVectorcall_NARGS(nargsf) == spec->parameter_count, 1);
}

/* What runs a body with bound values; the first is for functions with a closure, whose closure is passed. */
typedef PyObject *(*tb_run_closure)(PyObject *closure, PyObject *const *values);
typedef PyObject *(*tb_run)(PyObject *const *values);

/* Binds whatever is given, in general, and runs the body. */
PyObject *tb_call_bound(tb_function_spec *spec, PyObject *callable, PyObject *const *args, size_t nargsf,
                        PyObject *kwnames, tb_run run);
PyObject *tb_call_bound_closure(tb_function_spec *spec, PyObject *callable, PyObject *const *args, size_t nargsf,
                                PyObject *kwnames, tb_run_closure run);

/* Values in the order of the signature (borrowed; `args` itself in the usual case), or NULL with an exception.
 * `slots` has room for every parameter. `held` is to be released after the last use, also after NULL. */
static inline PyObject *const *tb_arguments_bind(tb_function_spec *spec, PyObject *callable, PyObject *const *args,
                                                 size_t nargsf, PyObject *kwnames, PyObject **slots,
                                                 tb_arguments_held *held) {
    memset(held, 0, sizeof *held);
    if (kwnames == NULL && spec->all_positional && (size_t)PyVectorcall_NARGS(nargsf) == spec->parameter_count) {
        /* A call without arguments may hand over no array at all; NULL would mean an exception here. */
        return args != NULL ? args : slots;
    }
    return tb_arguments_bind_general(spec, callable, args, nargsf, kwnames, slots, held);
}

/* Releases what binding made. */
void tb_arguments_release_all(tb_arguments_held *held);
static inline void tb_arguments_release(tb_arguments_held *held) {
    if (__builtin_expect(held->objects[0] || held->objects[1] || held->objects[2] || held->objects[3], 0)) {
        tb_arguments_release_all(held);
    }
}

/* The body of the vectorcall of a function with a closure; the caller holds the function, and so its closure. */
#define TB_CALL_CLOSURE(spec, run)                                                                                     \
    return tb_arguments_are_bound(&(spec), nargsf, kwnames)                                                            \
               ? run(PyFunction_GET_CLOSURE(callable), args)                                                           \
               : tb_call_bound_closure(&(spec), callable, args, nargsf, kwnames, run);

/* The body of the vectorcall of a plain function. */
#define TB_CALL_BODY(spec, run)                                                                                        \
    return tb_arguments_are_bound(&(spec), nargsf, kwnames)                                                            \
               ? run(args)                                                                                             \
               : tb_call_bound(&(spec), callable, args, nargsf, kwnames, run);

/* The body of the vectorcall of an `async def`: binds now, runs `run` when awaited. */
#define TB_CALL_ASYNC(spec, run, count)                                                                                \
    PyObject *tb_slots[(count) + 1];                                                                                   \
    tb_arguments_held tb_held;                                                                                         \
    PyObject *tb_result = NULL;                                                                                        \
    PyObject *const *tb_values = tb_arguments_bind(&(spec), callable, args, nargsf, kwnames, tb_slots, &tb_held);      \
    if (tb_values != NULL) {                                                                                           \
        tb_result = tb_coroutine_new(&(spec), callable, run, tb_values, (count));                                      \
    }                                                                                                                  \
    tb_arguments_release(&tb_held);                                                                                    \
    return tb_result;

/* Sets `TypeError: total() argument 'rate' must be float, not str` for parameter `index`. Returns -1. */
TB_COLD int tb_argument_error(const tb_function_spec *spec, int index, PyObject *got);

/* Typed unboxing of the bound value of parameter `index`: 0 with `*out` filled, or -1 with the TypeError above.
 * `int` wants exactly an int (the result is owned); `float` takes exact floats and ints; `bool` exactly a bool. */
int tb_argument_int(const tb_function_spec *spec, int index, PyObject *value, tb_int *out);
int tb_argument_float(const tb_function_spec *spec, int index, PyObject *value, double *out);
int tb_argument_bool(const tb_function_spec *spec, int index, PyObject *value, uint8_t *out);

/* 0 if `value` is an instance of `type` or a subclass, else -1 with the TypeError. */
static inline int tb_argument_instance(const tb_function_spec *spec, int index, PyObject *value, PyTypeObject *type) {
    return PyObject_TypeCheck(value, type) ? 0 : tb_argument_error(spec, index, value);
}

/* The same, letting `None` pass too. */
static inline int tb_argument_optional(const tb_function_spec *spec, int index, PyObject *value, PyTypeObject *type) {
    return value == Py_None || PyObject_TypeCheck(value, type) ? 0 : tb_argument_error(spec, index, value);
}

#endif
