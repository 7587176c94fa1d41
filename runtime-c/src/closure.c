/* Functions made inside compiled functions: finding their code objects, making the function objects. See tb_closure.h. */
#include "objects.h"
#include "tb_closure.h"
#include "tb_op.h"

/* Bytes of one instruction. */
enum { UNIT = 2 };

void tb_cell_raise_unbound(PyObject *name, int is_free) {
    if (is_free) {
        tb_raise_name_error("cannot access free variable '%U' where it is not associated with a value in enclosing scope",
                            name);
    } else {
        tb_raise_unbound(name);
    }
}

int tb_cell_delete(PyObject *cell, PyObject *name, int is_free) {
    PyObject *content = PyCell_Get(cell);
    if (content == NULL) {
        tb_cell_raise_unbound(name, is_free);
        return -1;
    }
    (void)PyCell_Set(cell, NULL);
    Py_DECREF(content);
    return 0;
}

static int is_before(int line, int column, int other_line, int other_column) {
    return line != other_line ? line < other_line : column < other_column;
}

/* Whether the code stands for something in the place: one of its instructions begins there. An interpreter that is told to
 * keep no columns (PYTHONNODEBUGRANGES) has only lines to go by. */
static int stands_within(const tb_inner_code *inner, PyCodeObject *code, int *has_columns) {
    int lines_fit = 0;
    for (int offset = (code->_co_firsttraceable + 1) * UNIT; offset < (int)Py_SIZE(code) * UNIT; offset += UNIT) {
        int line, column, end_line, end_column;
        if (!PyCode_Addr2Location(code, offset, &line, &column, &end_line, &end_column) || line <= 0) {
            continue;
        }
        lines_fit |= line >= inner->line && line <= inner->end_line;
        if (column >= 0) {
            *has_columns = 1;
            if (!is_before(line, column, inner->line, inner->column) &&
                is_before(line, column, inner->end_line, inner->end_column)) {
                return 1;
            }
        }
    }
    return !*has_columns && lines_fit;
}

/* How many of the same name stand before it on the same lines. */
static int rank(const tb_function_spec *spec, const tb_inner_code *inner) {
    int count = 0;
    for (const tb_inner_code *each = spec->inner; each < inner; each++) {
        count += strcmp(each->name, inner->name) == 0 && each->first_line == 0 && each->line <= inner->end_line &&
                 inner->line <= each->end_line;
    }
    return count;
}

/* The code object among a code's constants (borrowed), or NULL if there is none: CPython leaves out what is never reached. */
static PyObject *find_code(const tb_function_spec *spec, const tb_inner_code *inner, PyObject *constants) {
    int before = -1;
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(constants); at++) {
        PyObject *constant = PyTuple_GET_ITEM(constants, at);
        if (!PyCode_Check(constant)) {
            continue;
        }
        PyCodeObject *code = (PyCodeObject *)constant;
        if (!PyUnicode_EqualToUTF8(code->co_name, inner->name)) {
            continue;
        }
        if (inner->first_line != 0) {
            if (code->co_firstlineno == inner->first_line) {
                return constant;
            }
            continue;
        }
        int has_columns = 0;
        if (stands_within(inner, code, &has_columns)) {
            if (before < 0) {
                before = has_columns ? 0 : rank(spec, inner);
            }
            if (before-- == 0) {
                return constant;
            }
        }
    }
    return NULL;
}

/* Whether the code captures what the compiler thinks it does. */
static int captures_match(const tb_inner_code *inner, PyCodeObject *code) {
    PyObject *names = PyCode_GetFreevars(code);
    if (names == NULL) {
        return -1;
    }
    int same = PyTuple_GET_SIZE(names) == inner->free_count;
    for (int each = 0; same && each < inner->free_count; each++) {
        same = PyUnicode_EqualToUTF8(PyTuple_GET_ITEM(names, each), inner->free[each]);
    }
    Py_DECREF(names);
    if (!same) {
        PyErr_Format(PyExc_SystemError, "%U captures other variables than the compiler thinks", code->co_qualname);
        return -1;
    }
    return 0;
}

int tb_inner_find(tb_function_spec *spec, PyObject *code, PyObject *globals) {
    PyObject *constants = ((PyCodeObject *)code)->co_consts;
    for (int each = 0; each < spec->inner_count; each++) {
        tb_inner_code *inner = &spec->inner[each];
        PyObject *constant = find_code(spec, inner, constants);
        if (constant == NULL) {
            continue;
        }
        if (captures_match(inner, (PyCodeObject *)constant) < 0) {
            return -1;
        }
        if (inner->spec != NULL) {
            /* Stands for all function objects made from this code, in tracebacks. */
            PyObject *function = PyFunction_New(constant, globals);
            if (function == NULL || tb_function_prepare(inner->spec, function) < 0) {
                Py_XDECREF(function);
                return -1;
            }
            Py_DECREF(function);
        }
        /* The code of an earlier execution of the module lives on: other threads may be borrowing it. */
        __atomic_store_n(&inner->code, Py_NewRef(constant), __ATOMIC_RELEASE);
    }
    return 0;
}

PyObject *tb_function_make(tb_inner_code *inner, PyObject *globals, PyObject *closure, PyObject *defaults,
                           PyObject *keyword_defaults, PyObject *annotate) {
    PyObject *code = __atomic_load_n(&inner->code, __ATOMIC_ACQUIRE);
    if (code == NULL) {
        PyErr_Format(PyExc_SystemError, "the code of %s is not where the compiler thinks", inner->name);
        return NULL;
    }
    PyObject *function = PyFunction_New(code, globals);
    if (function == NULL) {
        return NULL;
    }
    PyFunctionObject *object = (PyFunctionObject *)function;
    /* The function is nobody else's yet. */
    object->func_closure = Py_XNewRef(closure);
    object->func_defaults = Py_XNewRef(defaults);
    object->func_kwdefaults = Py_XNewRef(keyword_defaults);
    object->func_annotate = Py_XNewRef(annotate);
    if (inner->spec != NULL) {
        /* PyFunction_SetVectorcall would stop all threads, in vain: no code can be specialised for what has no version yet. */
        object->vectorcall = inner->spec->vectorcall;
    }
    return function;
}

PyObject *tb_generator_expression(tb_inner_code *inner, PyObject *globals, PyObject *closure, PyObject *iterator) {
    /* Nobody sees its function: one stands for all. */
    PyObject *function = inner->spec == NULL ? NULL : __atomic_load_n(&inner->spec->info.function, __ATOMIC_ACQUIRE);
    if (function != NULL) {
        PyObject *made = tb_coroutine_new_framed(inner->spec, function, &iterator, 1);
        if (made != NULL) {
            ((tb_coroutine *)made)->closure = Py_XNewRef(closure);
        }
        return made;
    }
    function = tb_function_make(inner, globals, closure, NULL, NULL, NULL);
    PyObject *made = function == NULL ? NULL : PyObject_CallOneArg(function, iterator);
    Py_XDECREF(function);
    return made;
}
