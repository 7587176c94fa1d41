/* What direct calls and field accesses take for granted of a class's namespace, watched. See `intact` in tb_class.h. */
#include "internals.h"
#include "objects.h"

static struct tb_class_state *classes; /* all, newest first */
static PyMutex registering;

void tb_class_register(struct tb_class_state *state) {
    PyMutex_Lock(&registering);
    state->next = classes;
    __atomic_store_n(&classes, state, __ATOMIC_RELEASE);
    PyMutex_Unlock(&registering);
}

void tb_class_review(tb_class_spec *spec) {
    for (struct tb_class_state *state = __atomic_load_n(&classes, __ATOMIC_ACQUIRE); state != NULL; state = state->next) {
        tb_class_spec *below = state->spec, *each = below;
        if (below->state != state) {
            continue;
        }
        int intact = 1, concerned = 0;
        for (; each != NULL; each = each->base) {
            intact &= each->state != NULL && each->state->own_intact && each->state->broken == 0;
            concerned |= each == spec;
        }
        if (concerned) {
            __atomic_store_n(&below->intact, (uint8_t)intact, __ATOMIC_RELAXED);
        }
    }
}

static void namespace_changed(void *owner, PyDict_WatchEvent event, PyObject *key, PyObject *value) {
    struct tb_class_state *state = owner;
    if (state->spec->state != state) {
        return; /* the class of an earlier execution */
    }
    for (int each = 0; each < state->reliance_count; each++) {
        tb_reliance *reliance = &state->reliances[each];
        uint8_t broken = reliance->broken;
        if (event == PyDict_EVENT_ADDED || event == PyDict_EVENT_MODIFIED || event == PyDict_EVENT_DELETED) {
            if (!tb_name_is(key, reliance->name)) {
                continue;
            }
            broken = (event == PyDict_EVENT_DELETED ? NULL : value) != reliance->expected;
        } else {
            broken = 1;
        }
        state->broken += broken - reliance->broken;
        reliance->broken = broken;
    }
    tb_class_review(state->spec);
}

/* The function behind a method, static method, class method or property; a new reference or NULL without an exception. */
PyObject *tb_function_behind(PyObject *value, const char *part) {
    if (value == NULL || (PyFunction_Check(value) && part == NULL)) {
        return Py_XNewRef(value);
    }
    const char *attribute = part != NULL ? (Py_IS_TYPE(value, &PyProperty_Type) ? part : NULL)
                            : Py_IS_TYPE(value, &PyProperty_Type) ? "fget"
                            : Py_IS_TYPE(value, &PyStaticMethod_Type) || Py_IS_TYPE(value, &PyClassMethod_Type) ? "__func__"
                                                                                                                  : NULL;
    PyObject *function = attribute == NULL ? NULL : PyObject_GetAttrString(value, attribute);
    PyErr_Clear();
    return function;
}

/* Adds a name on which compiled code relies, with what the class now has under it. */
static tb_reliance *rely_on(struct tb_class_state *state, const char *name) {
    tb_reliance *reliance = &state->reliances[state->reliance_count];
    reliance->name = PyUnicode_InternFromString(name);
    if (reliance->name == NULL || PyDict_GetItemRef(state->namespace, reliance->name, &reliance->expected) < 0) {
        return NULL;
    }
    state->reliance_count++;
    return reliance;
}

/* Remembers what the class now has (or has not) under the names that compiled code relies on, and watches them. */
int tb_class_rely(tb_class_spec *spec) {
    static const char *const specials[] = {"__new__",          "__init__", "__post_init__", "__setattr__", "__delattr__",
                                           "__getattribute__", "__eq__",   "__repr__",      "__hash__",
                                           "__abstractmethods__"};
    struct tb_class_state *state = spec->state;
    size_t count = Py_ARRAY_LENGTH(specials) + spec->field_count;
    for (const tb_class_spec *each = spec; each != NULL; each = each->base) {
        count += each->method_count;
    }
    state->reliances = PyMem_Calloc(count, sizeof *state->reliances);
    if (state->reliances == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    state->own_intact = 1;
    spec->abstract = (spec->type->tp_flags & Py_TPFLAGS_IS_ABSTRACT) != 0;
    for (size_t each = 0; each < Py_ARRAY_LENGTH(specials); each++) {
        if (rely_on(state, specials[each]) == NULL) {
            return -1;
        }
    }
    for (int each = 0; each < spec->field_count; each++) {
        if (rely_on(state, spec->fields[each].name) == NULL) {
            return -1;
        }
    }
    for (const tb_class_spec *from = spec; from != NULL; from = from->base) {
        for (uint32_t each = 0; each < from->method_count; each++) {
            tb_reliance *reliance = rely_on(state, from->methods[each].name);
            if (reliance == NULL) {
                return -1;
            }
            if (from == spec) {
                PyObject *function = tb_function_behind(reliance->expected, from->methods[each].part);
                state->own_intact &= function != NULL && function == spec->methods[each].function->function;
                Py_XDECREF(function);
            }
        }
    }
    if (tb_watch_dict(state->namespace, namespace_changed, state) < 0) {
        return -1;
    }
    tb_class_review(spec);
    return 0;
}
