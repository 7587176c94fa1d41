/* Making native classes as `type.__new__` makes Python ones. See tb_class.h.
 *
 * The order of steps in `tb_class_create` is that of `type_new_impl` in CPython's typeobject.c.
 */
#include "internals.h"
#include "objects.h"

static PyMethodDef getstate = {"__getstate__", tb_object_getstate, METH_NOARGS, NULL};
static PyMethodDef root_methods[] = {
    {"__init_subclass__", (PyCFunction)(void (*)(void))tb_interpreted_announced, METH_VARARGS | METH_KEYWORDS | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyMethodDef no_methods[] = {{NULL, NULL, 0, NULL}};
static PyGetSetDef no_getset[] = {{NULL, NULL, NULL, NULL, NULL}};

#define SLOT(function) ((void *)(uintptr_t)(function))

/* The metaclass of `bases` that the class gets in the end: `type`, or `abc.ABCMeta` for a class with `abc.ABC` among its
 * bases. A new reference. */
static PyTypeObject *metaclass_of(PyObject *bases) {
    PyTypeObject *found = &PyType_Type;
    for (Py_ssize_t each = 0; each < PyTuple_GET_SIZE(bases); each++) {
        PyTypeObject *meta = Py_TYPE(PyTuple_GET_ITEM(bases, each));
        if (PyType_IsSubtype(meta, found)) {
            found = meta;
        }
    }
    return (PyTypeObject *)Py_NewRef((PyObject *)found);
}

/* A metaclass below `abc.ABCMeta` that C may make classes with: `PyType_FromMetaclass` refuses one with a `__new__` of its
 * own, which does what `complete_abstract` does. A new reference. */
static PyTypeObject *maker_below(PyTypeObject *metaclass) {
    PyType_Slot slots[] = {{Py_tp_new, SLOT(PyType_Type.tp_new)}, {0, NULL}};
    PyType_Spec spec = {.name = "tayberry.ABCMeta", .flags = Py_TPFLAGS_DEFAULT, .slots = slots};
    return (PyTypeObject *)PyType_FromSpecWithBases(&spec, (PyObject *)metaclass);
}

/* `abc.ABCMeta.__new__` beyond `type.__new__`. */
static int complete_abstract(tb_class_spec *spec) {
    if (Py_TYPE(spec->type) != &PyType_Type) {
        PyObject *abc = PyImport_ImportModule("_abc");
        PyObject *done = abc == NULL ? NULL : PyObject_CallMethod(abc, "_abc_init", "O", spec->type);
        Py_XDECREF(abc);
        Py_XDECREF(done);
        if (done == NULL) {
            return -1;
        }
    }
    return 0;
}

static PyTypeObject *make_type(tb_class_spec *spec, PyObject *bases, int with_dict) {
    int is_root = spec->base == NULL;
    int adds_dict = with_dict && (is_root || (spec->base->type->tp_flags & Py_TPFLAGS_MANAGED_DICT) == 0);
    PyType_Slot slots[] = {
        {Py_tp_alloc, SLOT(tb_instance_alloc)}, {Py_tp_dealloc, SLOT(tb_instance_dealloc)}, {Py_tp_traverse, SLOT(tb_instance_traverse)},
        {Py_tp_clear, SLOT(tb_instance_clear)}, {Py_tp_token, spec}, {Py_tp_methods, is_root ? root_methods : no_methods},
        {Py_tp_getset, adds_dict ? tb_namespace_getset : no_getset}, {0, NULL},
    };
    unsigned long flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
    if (with_dict) {
        flags |= Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF;
    }
    PyType_Spec type_spec = {.name = spec->name, .basicsize = (int)spec->size, .flags = (unsigned int)flags, .slots = slots};
    PyTypeObject *metaclass = metaclass_of(bases), *maker = metaclass == &PyType_Type ? NULL : maker_below(metaclass);
    PyTypeObject *type = NULL;
    if (metaclass == &PyType_Type || maker != NULL) {
        PyObject *above = PyTuple_GET_SIZE(bases) > 0 ? bases : (PyObject *)&PyBaseObject_Type;
        type = (PyTypeObject *)PyType_FromMetaclass(maker, NULL, &type_spec, above);
    }
    if (type != NULL && maker != NULL) {
        /* Nobody has seen it yet; both metaclasses have the same layout. */
        Py_SET_TYPE(type, (PyTypeObject *)Py_NewRef((PyObject *)metaclass));
        Py_DECREF(maker);
    }
    Py_XDECREF(maker);
    Py_DECREF(metaclass);
    if (type != NULL) {
        /* Attributes are in the struct; room in the object for others, which few have, would only cost. */
        type->tp_flags &= ~Py_TPFLAGS_INLINE_VALUES;
        spec->open = with_dict;
    }
    return type;
}

/* Names under which `type` has something else for the class: they go straight into the dict, as in `type.__new__`. */
static int is_plain_entry(PyObject *name) {
    static const char *const names[] = {"__module__", "__doc__", "__annotations__", "__annotate__", "__annotate_func__",
                                        "__annotations_cache__", "__type_params__", "__text_signature__", "__abstractmethods__",
                                        "__firstlineno__", "__static_attributes__", "__name__", "__bases__", "__mro__", NULL};
    for (int each = 0; names[each] != NULL; each++) {
        if (PyUnicode_EqualToUTF8(name, names[each])) {
            return 1;
        }
    }
    return 0;
}

/* A plain function under these names is made a static or class method. */
static PyObject *special_method(PyObject *name, PyObject *value) {
    if (PyFunction_Check(value)) {
        if (PyUnicode_EqualToUTF8(name, "__new__")) {
            return PyStaticMethod_New(value);
        }
        if (PyUnicode_EqualToUTF8(name, "__init_subclass__") || PyUnicode_EqualToUTF8(name, "__class_getitem__")) {
            return PyClassMethod_New(value);
        }
    }
    return Py_NewRef(value);
}

static int set_cell(PyObject *cell, const char *name, PyObject *value) {
    if (!PyCell_Check(cell)) {
        PyErr_Format(PyExc_TypeError, "%s must be a nonlocal cell, not %.200R", name, Py_TYPE(cell));
        return -1;
    }
    return PyCell_Set(cell, value);
}

/* Copies the namespace of the `class` statement into the type. */
static int fill_namespace(PyTypeObject *type, PyObject *dict, PyObject *namespace) {
    PyObject *key, *value;
    Py_ssize_t place = 0;
    while (PyDict_Next(namespace, &place, &key, &value)) {
        int failed;
        if (!PyUnicode_Check(key)) {
            failed = PyDict_SetItem(dict, key, value) < 0 ||
                     PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "non-string key in the __dict__ of class %.200s", type->tp_name) < 0;
        } else if (PyUnicode_EqualToUTF8(key, "__classcell__")) {
            failed = set_cell(value, "__classcell__", (PyObject *)type) < 0;
        } else if (PyUnicode_EqualToUTF8(key, "__classdictcell__")) {
            failed = set_cell(value, "__classdictcell__", dict) < 0;
        } else if (PyUnicode_EqualToUTF8(key, "__qualname__")) {
            if (!PyUnicode_Check(value)) {
                PyErr_Format(PyExc_TypeError, "type __qualname__ must be a str, not %s", Py_TYPE(value)->tp_name);
                return -1;
            }
            failed = PyObject_SetAttr((PyObject *)type, key, value) < 0;
        } else if (is_plain_entry(key)) {
            failed = PyDict_SetItem(dict, key, value) < 0;
        } else {
            PyObject *stored = special_method(key, value);
            failed = stored == NULL || PyObject_SetAttr((PyObject *)type, key, stored) < 0;
            Py_XDECREF(stored);
        }
        if (failed) {
            return -1;
        }
    }
    /* A class that defines `__eq__` and no `__hash__` is unhashable. */
    int has_eq = PyDict_ContainsString(namespace, "__eq__"), has_hash = PyDict_ContainsString(namespace, "__hash__");
    if (has_eq < 0 || has_hash < 0) {
        return -1;
    }
    return has_eq && !has_hash ? PyObject_SetAttrString((PyObject *)type, "__hash__", Py_None) : 0;
}

/* Puts a descriptor for field `field` into the class, with what the class has under its name as default. */
static int install_descriptor(tb_class_spec *spec, PyObject *dict, int field) {
    struct tb_class_state *state = spec->state;
    PyObject *current;
    if (PyDict_GetItemRef(dict, state->names[field], &current) < 0) {
        return -1;
    }
    if (current != NULL && tb_descriptor_check(current)) {
        Py_DECREF(current);
        return 0;
    }
    PyObject *descriptor = tb_descriptor_new(spec, field, current);
    int failed = descriptor == NULL || PyObject_SetAttr((PyObject *)spec->type, state->names[field], descriptor) < 0;
    Py_XDECREF(descriptor);
    Py_XSETREF(state->defaults[field], current);
    return failed ? -1 : 0;
}

/* Own fields, and inherited ones that the class gives a value of its own. */
static int install_descriptors(tb_class_spec *spec, PyObject *dict) {
    struct tb_class_state *state = spec->state;
    for (int each = 0; each < spec->field_count; each++) {
        int own = each >= spec->inherited_count ? 1 : PyDict_Contains(dict, state->names[each]);
        if (own < 0 || (own && install_descriptor(spec, dict, each) < 0)) {
            return -1;
        }
        if (!own && spec->base != NULL) {
            Py_XSETREF(state->defaults[each], Py_XNewRef(spec->base->state->defaults[each]));
        }
    }
    return 0;
}

/* Calls `__set_name__` of everything in the namespace that has one. */
static int set_names(PyTypeObject *type, PyObject *dict) {
    PyObject *names = PyDict_Copy(dict), *key, *value;
    Py_ssize_t place = 0;
    int failed = names == NULL;
    while (!failed && PyDict_Next(names, &place, &key, &value)) {
        PyObject *set_name;
        int found = PyObject_GetOptionalAttrString((PyObject *)Py_TYPE(value), "__set_name__", &set_name);
        if (found > 0) {
            PyObject *result = PyObject_CallFunctionObjArgs(set_name, value, (PyObject *)type, key, NULL);
            Py_DECREF(set_name);
            if (result == NULL) {
                PyObject *error = PyErr_GetRaisedException();
                PyObject *note = PyUnicode_FromFormat("Error calling __set_name__ on '%.100s' instance %R in '%.100s'",
                                                      Py_TYPE(value)->tp_name, key, type->tp_name);
                PyObject *added = note == NULL ? NULL : PyObject_CallMethod(error, "add_note", "O", note);
                PyErr_Clear();
                Py_XDECREF(note);
                Py_XDECREF(added);
                PyErr_SetRaisedException(error);
                found = -1;
            }
            Py_XDECREF(result);
        }
        failed = found < 0;
    }
    Py_XDECREF(names);
    return failed ? -1 : 0;
}

static int call_init_subclass(PyTypeObject *type, PyObject *keywords) {
    PyObject *super = PyObject_CallFunctionObjArgs((PyObject *)&PySuper_Type, (PyObject *)type, (PyObject *)type, NULL);
    PyObject *method = super == NULL ? NULL : PyObject_GetAttrString(super, "__init_subclass__");
    PyObject *nothing = method == NULL ? NULL : PyTuple_New(0);
    PyObject *result = nothing == NULL ? NULL : PyObject_Call(method, nothing, keywords);
    Py_XDECREF(super);
    Py_XDECREF(method);
    Py_XDECREF(nothing);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* A fresh state: names and which special methods the namespace has of its own. */
static struct tb_class_state *new_state(tb_class_spec *spec, PyObject *namespace) {
    struct tb_class_state *state = PyMem_Calloc(1, sizeof *state);
    if (state == NULL) {
        goto no_memory;
    }
    state->spec = spec;
    state->names = PyMem_Calloc((size_t)spec->field_count + 1, sizeof *state->names);
    state->defaults = PyMem_Calloc((size_t)spec->field_count + 1, sizeof *state->defaults);
    if (state->names == NULL || state->defaults == NULL) {
        goto no_memory;
    }
    for (int each = 0; each < spec->field_count; each++) {
        state->names[each] = PyUnicode_InternFromString(spec->fields[each].name);
        if (state->names[each] == NULL) {
            return NULL;
        }
    }
    static const struct {
        const char *name;
        uint32_t bit;
    } given[] = {{"__init__", TB_GIVEN_INIT}, {"__eq__", TB_GIVEN_EQ}, {"__repr__", TB_GIVEN_REPR}, {"__hash__", TB_GIVEN_HASH}};
    for (size_t each = 0; each < Py_ARRAY_LENGTH(given); each++) {
        if (PyDict_ContainsString(namespace, given[each].name) == 1) {
            state->given |= given[each].bit;
        }
    }
    return state;
no_memory:
    PyErr_NoMemory();
    return NULL;
}

/* Whether objects of a class are no more than plain objects, as those of `typing.Generic` and `abc.ABC`: it can be a base
 * beside the native one. */
static int adds_nothing(PyObject *base) {
    PyTypeObject *type = (PyTypeObject *)base;
    return PyType_Check(base) && type->tp_basicsize == PyBaseObject_Type.tp_basicsize && type->tp_itemsize == 0 &&
           (type->tp_flags & (Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)) == 0 && type->tp_new == PyBaseObject_Type.tp_new &&
           type->tp_init == PyBaseObject_Type.tp_init && type->tp_getattro == PyObject_GenericGetAttr &&
           type->tp_setattro == PyObject_GenericSetAttr && type->tp_finalize == NULL && type->tp_call == NULL && tb_class_of(type) == NULL;
}

/* Whether the metaclass is one that `make_type` and `complete_abstract` stand for. */
static int is_known_metaclass(PyTypeObject *metaclass) {
    return metaclass == &PyType_Type || (strcmp(metaclass->tp_name, "ABCMeta") == 0 && metaclass->tp_base == &PyType_Type &&
                                         metaclass->tp_basicsize == PyType_Type.tp_basicsize);
}

/* Whether the bases of the statement are those that the layout was made for: the native one first, and others that add
 * nothing. */
static int check_bases(const tb_class_spec *spec, PyObject *bases) {
    Py_ssize_t count = PyTuple_GET_SIZE(bases), first = 0;
    int fits = 1;
    if (spec->base != NULL) {
        fits = count > 0 && spec->base->type != NULL && PyTuple_GET_ITEM(bases, 0) == (PyObject *)spec->base->type;
        first = 1;
    }
    for (Py_ssize_t each = first; fits && each < count; each++) {
        PyObject *base = PyTuple_GET_ITEM(bases, each);
        fits = adds_nothing(base) && is_known_metaclass(Py_TYPE(base));
    }
    if (!fits) {
        PyErr_Format(PyExc_TypeError, "%s was compiled with %s as its only base class, but its class statement has %R", spec->name,
                     spec->base == NULL ? "object" : spec->base->name, bases);
        return -1;
    }
    return 0;
}

PyObject *tb_class_create(tb_class_spec *spec, PyObject *name, PyObject *bases, PyObject *namespace, PyObject *keywords) {
    if (check_bases(spec, bases) < 0) {
        return NULL;
    }
    int slotted = (spec->options & TB_DATACLASS_SLOTS) != 0 || PyDict_ContainsString(namespace, "__slots__") == 1;
    int base_dict = spec->base != NULL && (spec->base->type->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0;
    struct tb_class_state *state = new_state(spec, namespace);
    PyTypeObject *type = state == NULL ? NULL : make_type(spec, bases, !slotted || base_dict);
    if (type == NULL) {
        return NULL;
    }
    PyObject *dict = state->namespace = PyType_GetDict(type);
    /* The class of an earlier execution of the module lives on: its instances do. */
    PyTypeObject *former = spec->type;
    if (former == NULL && tb_keep((PyObject **)&spec->type) < 0) {
        return NULL;
    }
    spec->type = type;
    spec->state = state;
    spec->plain = 0;
    spec->intact = 0;
    spec->tracked = (uint8_t)((!slotted && (spec->options & TB_DATACLASS_FROZEN) == 0) || (spec->base != NULL && spec->base->tracked));
    for (int each = 0; each < spec->field_count; each++) {
        spec->tracked |= spec->fields[each].may_cycle;
    }
    if (PyObject_SetAttrString((PyObject *)type, "__name__", name) < 0 || fill_namespace(type, dict, namespace) < 0 ||
        install_descriptors(spec, dict) < 0 || set_names(type, dict) < 0 || call_init_subclass(type, keywords) < 0 ||
        complete_abstract(spec) < 0) {
        return NULL;
    }
    tb_class_register(state);
    if (former != NULL) {
        tb_guards_review((PyObject **)&spec->type);
    }
    return Py_NewRef((PyObject *)type);
}

enum { MOST_WRAPPERS = 100 };

/* What stands inside of the functions that `functools.wraps` marks, as `inspect.unwrap` sees it. A new reference. */
TB_COLD static PyObject *unwrapped(PyObject *value) {
    Py_INCREF(value);
    for (int depth = 0; depth < MOST_WRAPPERS; depth++) {
        PyObject *within;
        if (PyObject_GetOptionalAttrString(value, "__wrapped__", &within) <= 0) {
            PyErr_Clear();
            break;
        }
        Py_DECREF(value);
        value = within;
    }
    return value;
}

/* `@dataclass(slots=True)` made a second class without native fields. The first one stays, with what the second one
 * has beyond it; `__class__` cells that were pointed at the second go back. */
static int absorb_slots(tb_class_spec *spec, PyTypeObject *second) {
    /* The latter ones are of `functools.total_ordering` and `typing.final`, where they stand before `@dataclass`. */
    static const char *const taken[] = {"__slots__", "__getstate__", "__setstate__", "__match_args__", "__lt__",
                                        "__le__",    "__gt__",       "__ge__",       "__final__",      NULL};
    PyObject *dict = PyType_GetDict(second), *key, *value;
    Py_ssize_t place = 0;
    int failed = 0;
    for (int each = 0; !failed && taken[each] != NULL; each++) {
        PyObject *known = NULL;
        value = NULL;
        failed = PyDict_GetItemStringRef(dict, taken[each], &value) < 0 ||
                 PyDict_GetItemStringRef(spec->state->namespace, taken[each], &known) < 0 ||
                 (value != NULL && value != known && PyObject_SetAttrString((PyObject *)spec->type, taken[each], value) < 0);
        Py_XDECREF(known);
        Py_XDECREF(value);
    }
    while (!failed && PyDict_Next(dict, &place, &key, &value)) {
        PyObject *within = unwrapped(value), *function = tb_function_behind(within, NULL);
        Py_DECREF(within);
        PyObject *closure = function != NULL && PyFunction_Check(function) ? PyFunction_GetClosure(function) : NULL;
        for (Py_ssize_t each = 0; closure != NULL && each < PyTuple_GET_SIZE(closure); each++) {
            PyObject *cell = PyTuple_GET_ITEM(closure, each), *content = PyCell_Get(cell);
            if (content == (PyObject *)second) {
                failed |= PyCell_Set(cell, (PyObject *)spec->type) < 0;
            }
            Py_XDECREF(content);
        }
        Py_XDECREF(function);
    }
    Py_DECREF(dict);
    return failed ? -1 : 0;
}

/* Has the fields that the interpreter keeps in slots known as such. Those of a base without slots are slots of the class's own. */
static int take_slots(tb_class_spec *spec) {
    struct tb_class_state *state = spec->state;
    PyObject *slots;
    if (PyDict_GetItemStringRef(state->namespace, "__slots__", &slots) < 0) {
        return -1;
    }
    Py_XSETREF(state->slots, slots);
    for (int each = 0; slots != NULL && each < spec->inherited_count; each++) {
        int wanted = PySequence_Contains(slots, state->names[each]);
        int found = wanted == 1 ? PyDict_Contains(state->namespace, state->names[each]) : 1;
        if (wanted < 0 || found < 0) {
            return -1;
        }
        PyObject *descriptor = found ? NULL : tb_descriptor_new(spec, each, state->defaults[each]);
        if (!found && (descriptor == NULL || PyObject_SetAttr((PyObject *)spec->type, state->names[each], descriptor) < 0)) {
            Py_XDECREF(descriptor);
            return -1;
        }
        Py_XDECREF(descriptor);
    }
    return 0;
}

/* What pickle and copy save, unless the class has its own: `@dataclass(frozen=True, slots=True)` gives it one, and must
 * not find ours before. */
static int add_getstate(tb_class_spec *spec) {
    int found = spec->base != NULL ? 1 : PyDict_ContainsString(spec->state->namespace, getstate.ml_name);
    PyObject *method = found == 0 ? PyDescr_NewMethod(spec->type, &getstate) : NULL;
    int failed = found < 0 || (found == 0 && (method == NULL || PyObject_SetAttrString((PyObject *)spec->type, getstate.ml_name, method) < 0));
    Py_XDECREF(method);
    return failed ? -1 : 0;
}

/* Shows the collector what the class's state refers to. */
static int keep(tb_class_spec *spec) {
    struct tb_class_state *state = spec->state;
    PyObject **places[] = {&state->namespace, &state->slots, &state->init.function, &state->eq.function, &state->repr.function,
                           &state->hash.function, &state->factory_marker, &state->own_init};
    int failed = 0;
    for (size_t each = 0; !state->kept && each < Py_ARRAY_LENGTH(places); each++) {
        failed |= tb_keep(places[each]) < 0;
    }
    for (int each = 0; !state->kept && each < spec->field_count; each++) {
        failed |= tb_keep(&state->defaults[each]) < 0;
    }
    for (int each = 0; !state->kept && each < state->init_count; each++) {
        failed |= tb_keep(&state->init_fields[each].factory) < 0;
    }
    for (int each = 0; !state->kept && each < state->reliance_count; each++) {
        failed |= tb_keep(&state->reliances[each].expected) < 0;
    }
    state->kept = 1;
    return failed ? -1 : 0;
}

PyObject *tb_class_complete(tb_class_spec *spec, PyObject *decorated) {
    if (spec->state == NULL) {
        return PyErr_Format(PyExc_SystemError, "%s: decorated before its class statement has run", spec->name);
    }
    PyObject *bound = decorated;
    if (decorated != (PyObject *)spec->type && (spec->options & TB_DATACLASS_SLOTS) && PyType_Check(decorated)) {
        if (absorb_slots(spec, (PyTypeObject *)decorated) < 0) {
            return NULL;
        }
        bound = (PyObject *)spec->type;
        if (take_slots(spec) < 0) {
            return NULL;
        }
    }
    if (add_getstate(spec) < 0 || install_descriptors(spec, spec->state->namespace) < 0 || tb_dataclass_complete(spec) < 0 ||
        tb_construction_complete(spec) < 0 || tb_class_rely(spec) < 0 || keep(spec) < 0) {
        return NULL;
    }
    return Py_NewRef(bound);
}

int tb_objects_ready(void) {
    static PyMutex once;
    static int ready;
    PyMutex_Lock(&once);
    if (!ready) {
        ready = tb_watch_ready() == 0 && tb_descriptor_ready() == 0 && tb_namespace_ready() == 0 && tb_coroutine_ready() == 0 &&
                tb_keep_ready() == 0;
    }
    int failed = !ready;
    PyMutex_Unlock(&once);
    return failed ? -1 : 0;
}
