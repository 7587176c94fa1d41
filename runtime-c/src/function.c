/* Function objects whose execution is C: adoption, binding of arguments, typed unboxing. See tb_function.h. */
#include "objects.h"

vectorcallfunc tb_function_interpret;

int tb_function_prepare(tb_function_spec *spec, PyObject *function) {
    if (spec->names == NULL) {
        PyObject **names = PyMem_Calloc((size_t)spec->parameter_count + 1, sizeof *names);
        if (names == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        for (int each = 0; each < spec->parameter_count; each++) {
            names[each] = PyUnicode_InternFromString(spec->parameters[each].name);
            if (names[each] == NULL) {
                return -1;
            }
        }
        spec->names = names;
    }
    if (tb_inner_find(spec, PyFunction_GetCode(function), PyFunction_GetGlobals(function)) < 0) {
        return -1;
    }
    tb_code_info_set(&spec->info, function);
    return 0;
}

int tb_function_adopt(tb_function_spec *spec, PyObject *function) {
    if (!PyFunction_Check(function)) {
        PyErr_Format(PyExc_TypeError, "%s: expected the function of its own def statement, got %T", spec->qualname, function);
        return -1;
    }
    if (tb_function_prepare(spec, function) < 0) {
        return -1;
    }
    PyFunctionObject *object = (PyFunctionObject *)function;
    if (tb_function_interpret == NULL) {
        tb_function_interpret = object->vectorcall;
    }
    if (object->func_closure != NULL) {
        PyObject *free = PyCode_GetFreevars((PyCodeObject *)object->func_code);
        if (free == NULL) {
            return -1;
        }
        for (Py_ssize_t each = 0; each < PyTuple_GET_SIZE(free); each++) {
            if (PyUnicode_EqualToUTF8(PyTuple_GET_ITEM(free, each), "__class__")) {
                spec->class_cell = (int)each + 1;
            }
        }
        Py_DECREF(free);
    }
    PyFunction_SetVectorcall(object, spec->vectorcall);
    /* The function of an earlier execution of the module lives on: other threads may be borrowing it. */
    PyObject *former = spec->function;
    if (former == NULL && tb_keep(&spec->function) < 0) {
        return -1;
    }
    __atomic_store_n(&spec->function, Py_NewRef(function), __ATOMIC_RELEASE);
    if (former != NULL) {
        tb_guards_review(&spec->function);
    }
    return 0;
}

PyObject *tb_function_own_class(tb_function_spec *spec) {
    PyObject *closure = ((PyFunctionObject *)spec->function)->func_closure, *found = NULL;
    if (closure != NULL && spec->class_cell > 0) {
        found = PyCell_Get(PyTuple_GET_ITEM(closure, spec->class_cell - 1));
    }
    if (found == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "super(): empty __class__ cell");
    }
    return found;
}

/* Lets the interpreter find out what is wrong with the arguments, so that the message is its own. */
static PyObject *const *refuse(tb_function_spec *spec, PyObject *callable, PyObject *const *args, size_t nargsf,
                               PyObject *kwnames) {
    PyObject *result = tb_function_interpret(callable, args, nargsf, kwnames);
    if (result != NULL) {
        Py_DECREF(result);
        PyErr_Format(PyExc_SystemError, "%s(): arguments that the interpreter accepts were refused", spec->qualname);
    }
    return NULL;
}

/* The position of a keyword among the parameters that have names, or -1. */
static int find_keyword(const tb_function_spec *spec, PyObject *keyword) {
    for (int each = 0; each < spec->parameter_count; each++) {
        uint8_t kind = spec->parameters[each].kind;
        if (spec->names[each] == keyword && (kind == TB_POSITIONAL || kind == TB_KEYWORD_ONLY)) {
            return each;
        }
    }
    for (int each = 0; each < spec->parameter_count; each++) {
        uint8_t kind = spec->parameters[each].kind;
        if ((kind == TB_POSITIONAL || kind == TB_KEYWORD_ONLY) && PyUnicode_Check(keyword) &&
            PyUnicode_Equal(spec->names[each], keyword) == 1) {
            return each;
        }
    }
    return -1;
}

PyObject *const *tb_arguments_bind_general(tb_function_spec *spec, PyObject *callable, PyObject *const *args,
                                           size_t nargsf, PyObject *kwnames, PyObject **slots,
                                           tb_arguments_held *held) {
    Py_ssize_t given = PyVectorcall_NARGS(nargsf);
    int positional = spec->positional_count, count = spec->parameter_count;
    int star = positional < count && spec->parameters[positional].kind == TB_VAR_POSITIONAL ? positional : -1;
    int stars = count > 0 && spec->parameters[count - 1].kind == TB_VAR_KEYWORD ? count - 1 : -1;
    PyFunctionObject *function = (PyFunctionObject *)callable;
    memset(slots, 0, sizeof *slots * (size_t)count);

    for (Py_ssize_t each = 0; each < given && each < positional; each++) {
        slots[each] = args[each];
    }
    if (star >= 0) {
        Py_ssize_t extra = given > positional ? given - positional : 0;
        PyObject *tuple = PyTuple_New(extra);
        if (tuple == NULL) {
            return NULL;
        }
        for (Py_ssize_t each = 0; each < extra; each++) {
            PyTuple_SET_ITEM(tuple, each, Py_NewRef(args[positional + each]));
        }
        slots[star] = held->objects[1] = tuple;
    } else if (given > positional) {
        return refuse(spec, callable, args, nargsf, kwnames);
    }
    if (stars >= 0) {
        slots[stars] = held->objects[2] = PyDict_New();
        if (slots[stars] == NULL) {
            return NULL;
        }
    }
    Py_ssize_t keywords = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);
    for (Py_ssize_t each = 0; each < keywords; each++) {
        PyObject *keyword = PyTuple_GET_ITEM(kwnames, each), *value = args[given + each];
        int place = find_keyword(spec, keyword);
        if (place >= 0 && slots[place] == NULL) {
            slots[place] = value;
        } else if (place < 0 && stars >= 0 && PyUnicode_Check(keyword)) {
            if (PyDict_SetItem(slots[stars], keyword, value) < 0) {
                return NULL;
            }
        } else {
            return refuse(spec, callable, args, nargsf, kwnames);
        }
    }
    if (given < positional) {
        PyObject *defaults = held->objects[0] = Py_XNewRef(function->func_defaults);
        Py_ssize_t first = positional - (defaults == NULL ? 0 : PyTuple_GET_SIZE(defaults));
        for (Py_ssize_t each = given; each < positional; each++) {
            if (slots[each] != NULL) {
                continue;
            }
            if (each < first) {
                return refuse(spec, callable, args, nargsf, kwnames);
            }
            slots[each] = PyTuple_GET_ITEM(defaults, each - first);
        }
    }
    int first_named = star >= 0 ? star + 1 : positional, after_named = stars >= 0 ? stars : count;
    for (int each = first_named; each < after_named; each++) {
        if (slots[each] != NULL) {
            continue;
        }
        PyObject *defaults = function->func_kwdefaults;
        if (defaults == NULL || PyDict_GetItemRef(defaults, spec->names[each], &slots[each]) != 1) {
            return PyErr_Occurred() ? NULL : refuse(spec, callable, args, nargsf, kwnames);
        }
        if (held->objects[3] == NULL) {
            held->objects[3] = PyTuple_New(count);
        }
        if (held->objects[3] == NULL) {
            Py_CLEAR(slots[each]);
            return NULL;
        }
        PyTuple_SET_ITEM(held->objects[3], each, slots[each]);
    }
    return slots;
}

void tb_arguments_release_all(tb_arguments_held *held) {
    for (int each = 0; each < 4; each++) {
        Py_XDECREF(held->objects[each]);
    }
}

/* A call with few parameters, as nearly all have, needs no memory. */
#define USUAL_COUNT 16

/* Binds in general and runs one of the two. */
static PyObject *call_bound(tb_function_spec *spec, PyObject *callable, PyObject *const *args, size_t nargsf,
                            PyObject *kwnames, tb_run run, tb_run_closure run_closure) {
    PyObject *usual[USUAL_COUNT], **slots = usual, *result = NULL;
    tb_arguments_held held = {{NULL}};
    if (spec->parameter_count > USUAL_COUNT) {
        slots = PyMem_New(PyObject *, spec->parameter_count);
        if (slots == NULL) {
            return PyErr_NoMemory();
        }
    }
    PyObject *const *values = tb_arguments_bind_general(spec, callable, args, nargsf, kwnames, slots, &held);
    if (values != NULL) {
        result = run != NULL ? run(values) : run_closure(PyFunction_GET_CLOSURE(callable), values);
    }
    tb_arguments_release_all(&held);
    if (slots != usual) {
        PyMem_Free(slots);
    }
    return result;
}

PyObject *tb_call_bound(tb_function_spec *spec, PyObject *callable, PyObject *const *args, size_t nargsf,
                        PyObject *kwnames, tb_run run) {
    return call_bound(spec, callable, args, nargsf, kwnames, run, NULL);
}

PyObject *tb_call_bound_closure(tb_function_spec *spec, PyObject *callable, PyObject *const *args, size_t nargsf,
                                PyObject *kwnames, tb_run_closure run) {
    return call_bound(spec, callable, args, nargsf, kwnames, NULL, run);
}

/* How a value's type is called in messages. */
static const char *got_name(PyObject *got) { return got == Py_None ? "None" : Py_TYPE(got)->tp_name; }

int tb_argument_error(const tb_function_spec *spec, int index, PyObject *got) {
    const tb_signature_parameter *parameter = &spec->parameters[index];
    PyErr_Format(PyExc_TypeError, "%s() argument '%s' must be %s, not %.200s", spec->qualname, parameter->name,
                 parameter->expected == NULL ? "another type" : parameter->expected, got_name(got));
    return -1;
}

int tb_argument_int(const tb_function_spec *spec, int index, PyObject *value, tb_int *out) {
    if (!tb_is_int(value)) {
        return tb_argument_error(spec, index, value);
    }
    *out = tb_int_from_object(value, NULL);
    return tb_int_is_error(*out) ? -1 : 0;
}

int tb_argument_float(const tb_function_spec *spec, int index, PyObject *value, double *out) {
    if (PyFloat_CheckExact(value)) {
        *out = PyFloat_AS_DOUBLE(value);
        return 0;
    }
    if (PyLong_CheckExact(value)) {
        *out = PyLong_AsDouble(value);
        return *out == -1.0 && PyErr_Occurred() ? -1 : 0;
    }
    return tb_argument_error(spec, index, value);
}

int tb_argument_bool(const tb_function_spec *spec, int index, PyObject *value, uint8_t *out) {
    if (!PyBool_Check(value)) {
        return tb_argument_error(spec, index, value);
    }
    *out = value == Py_True;
    return 0;
}
