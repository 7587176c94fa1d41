/* Constants, classes by name, defaults, `super()` and `await` for generated code. See tb_native.h. */
#include "tb_native.h"

#include "internals.h"
#include "names.h"
#include "objects.h"
#include "tb_library.h"

/* Constants. */

static PyObject *make_names(const char *text, Py_ssize_t size)
{
    Py_ssize_t count = 1;
    for (Py_ssize_t at = 0; at < size; at++) {
        count += text[at] == '\0';
    }
    PyObject *names = PyTuple_New(count);
    const char *from = text;
    for (Py_ssize_t each = 0; names != NULL && each < count; each++) {
        Py_ssize_t length = 0;
        while (from + length < text + size && from[length] != '\0') {
            length++;
        }
        PyObject *name = tb_str_constant(from, length);
        if (name == NULL) {
            Py_CLEAR(names);
            break;
        }
        PyTuple_SET_ITEM(names, each, name);
        from += length + 1;
    }
    return names;
}

static PyObject *make_builtin(const char *text, Py_ssize_t size)
{
    PyObject *name = tb_str_constant(text, size), *value = name == NULL ? NULL : tb_builtin_get(name);
    Py_XDECREF(name);
    return value;
}

static PyObject *make_constant(const tb_constant *constant)
{
    switch (constant->kind) {
    case TB_CONSTANT_STR:
        return tb_str_constant(constant->text, constant->size);
    case TB_CONSTANT_BYTES:
        return PyBytes_FromStringAndSize(constant->text, constant->size);
    case TB_CONSTANT_INT:
        return PyLong_FromString(constant->text, NULL, 10);
    case TB_CONSTANT_FLOAT: {
        uint64_t bits = strtoull(constant->text, NULL, 16);
        double value;
        memcpy(&value, &bits, sizeof value);
        return PyFloat_FromDouble(value);
    }
    case TB_CONSTANT_NAMES:
        return make_names(constant->text, constant->size);
    case TB_CONSTANT_LIBRARY:
        return tb_library_get(constant->text, constant->size);
    default:
        return make_builtin(constant->text, constant->size);
    }
}

int tb_constants_make(const tb_constant *constants, size_t count)
{
    for (size_t each = 0; each < count; each++) {
        PyObject *value = *constants[each].slot;
        if (value != NULL) {
            continue;
        }
        value = make_constant(&constants[each]);
        if (value == NULL) {
            return -1;
        }
        /* Generated code gives references of constants away without taking any. */
        int is_shared = constants[each].kind == TB_CONSTANT_BUILTIN || constants[each].kind == TB_CONSTANT_LIBRARY;
        if (!is_shared && !PyUnstable_IsImmortal(value)) {
            tb_internal_immortal(value);
            if (!PyUnstable_IsImmortal(value)) {
                return tb_raise_text(PyExc_SystemError, "constants cannot be made immortal in this interpreter");
            }
        }
        *constants[each].slot = value;
    }
    return 0;
}

/* Exceptions. */

void tb_reraise_at(tb_code_info *info, int line)
{
    PyObject *handled = PyErr_GetHandledException();
    int nothing = handled == NULL || handled == Py_None;
    Py_XDECREF(handled);
    (void)tb_reraise();
    if (nothing) {
        tb_traceback_add(info, line);
    }
}

/* Loops. */

int tb_range_start_object(tb_range *range, PyObject *iterable)
{
    *range = (tb_range){0};
    range->iterator = PyObject_GetIter(iterable);
    return range->iterator == NULL ? -1 : 0;
}

/* Classes by name. */

/* What the name means now; new, or NULL without an exception. */
static PyObject *find_class(const tb_named_class *named)
{
    PyObject *modules = PyImport_GetModuleDict(), *found;
    if (PyDict_GetItemStringRef(modules, named->module, &found) <= 0) {
        PyErr_Clear();
        return NULL;
    }
    const char *from = named->qualname;
    while (found != NULL && *from != '\0') {
        size_t length = strcspn(from, ".");
        PyObject *name = PyUnicode_FromStringAndSize(from, (Py_ssize_t)length), *inner = NULL;
        if (name != NULL) {
            (void)PyObject_GetOptionalAttr(found, name, &inner);
            Py_DECREF(name);
        }
        Py_SETREF(found, inner);
        from += length + (from[length] == '.');
    }
    if (found == NULL || !PyType_Check(found)) {
        PyErr_Clear();
        Py_CLEAR(found);
    }
    return found;
}

int tb_named_class_check(tb_named_class *named, PyObject *value)
{
    PyObject *known = __atomic_load_n(&named->class_, __ATOMIC_ACQUIRE);
    if (known != NULL && PyObject_TypeCheck(value, (PyTypeObject *)known)) {
        return 1;
    }
    PyObject *found = find_class(named);
    if (found == NULL) {
        return 1;
    }
    int is = PyObject_IsInstance(value, found);
    if (is < 0) {
        PyErr_Clear();
        is = 0;
    }
    if (found == known) {
        Py_DECREF(found);
    } else {
        /* The former class is never released, as another thread may be looking at it. */
        PyObject *former = __atomic_exchange_n(&named->class_, found, __ATOMIC_ACQ_REL);
        if (former == NULL && tb_keep(&named->class_) < 0) {
            PyErr_Clear(); /* the collector takes it for used */
        }
    }
    return is;
}

/* Calls. */

PyObject *tb_argument_default(tb_function_spec *spec, int index)
{
    PyObject *function = __atomic_load_n(&spec->function, __ATOMIC_ACQUIRE), *value = NULL;
    const tb_signature_parameter *parameter = &spec->parameters[index];
    if (function != NULL && parameter->kind == TB_KEYWORD_ONLY) {
        PyObject *defaults = PyObject_GetAttrString(function, "__kwdefaults__");
        if (defaults != NULL && PyDict_Check(defaults) && PyDict_GetItemRef(defaults, spec->names[index], &value) < 0) {
            Py_CLEAR(value);
        }
        Py_XDECREF(defaults);
    } else if (function != NULL) {
        PyObject *defaults = Py_XNewRef(PyFunction_GetDefaults(function));
        if (defaults != NULL && PyTuple_Check(defaults)) {
            Py_ssize_t at = index - (spec->positional_count - PyTuple_GET_SIZE(defaults));
            value = at >= 0 && at < PyTuple_GET_SIZE(defaults) ? Py_NewRef(PyTuple_GET_ITEM(defaults, at)) : NULL;
        }
        Py_XDECREF(defaults);
    }
    if (value == NULL && !PyErr_Occurred()) {
        const char *kind = parameter->kind == TB_KEYWORD_ONLY ? "keyword-only" : "positional";
        PyErr_Format(PyExc_TypeError, "%s() missing 1 required %s argument: '%s'", spec->qualname, kind, parameter->name);
    }
    return value;
}

int tb_super_is(PyObject *self, const tb_class_spec *class_, const tb_class_spec *base)
{
    PyTypeObject *type = Py_TYPE(self);
    if (class_->type == NULL || base->type == NULL || !tb_class_is_intact(base)) {
        return 0;
    }
    PyObject *order = type->tp_mro;
    if (order == NULL || !PyTuple_Check(order)) {
        return 0;
    }
    for (Py_ssize_t at = 0; at + 1 < PyTuple_GET_SIZE(order); at++) {
        if (PyTuple_GET_ITEM(order, at) == (PyObject *)class_->type) {
            return PyTuple_GET_ITEM(order, at + 1) == (PyObject *)base->type;
        }
    }
    return 0;
}
