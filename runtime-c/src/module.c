/* Running a module's embedded code, handing its functions and classes over, and guarding its names. See tb_module.h. */
#include "objects.h"
#include "tb_safepoint.h"
#include <marshal.h>

/* What the library knows about a module beside its spec. */
typedef struct module_state {
    struct module_state *next;
    tb_module_spec *spec;
    PyObject *globals; /* of this import; a later one has a state of its own and takes over the flags */
    PyObject **names; /* interned, one per guard */
    /* Guards on builtins: whether the module has a name of its own, and whether builtins still has the original. */
    uint8_t *shadowed, *original;
    PyObject **originals; /* strong */
} module_state;

/* A guard of another module on a name of the one that has it in its list. Entries are only ever put in front. */
typedef struct tb_reader {
    struct tb_reader *next;
    module_state *state;
    uint32_t each;
} tb_reader;

static module_state *modules;
static PyMutex registering;
static int builtins_watched;

static void set_flag(uint8_t *flag, int value) { __atomic_store_n(flag, (uint8_t)value, __ATOMIC_RELAXED); }

/* Says anew what guard `each` knows when the module's name means `value` (NULL: it has none). */
static void judge(module_state *state, uint32_t each, PyObject *value) {
    tb_guard *guard = &state->spec->guards[each];
    if (state->globals != state->spec->globals) {
        return;
    }
    if (guard->expected != NULL) {
        set_flag(guard->flag, value != NULL && value == __atomic_load_n(guard->expected, __ATOMIC_RELAXED));
    } else {
        state->shadowed[each] = value != NULL;
        set_flag(guard->flag, !state->shadowed[each] && state->original[each]);
    }
}

/* Says anew what guard `each` knows after an event of the namespace that its name is in. */
static void judge_event(module_state *state, uint32_t each, PyDict_WatchEvent event, PyObject *key, PyObject *value) {
    switch (event) {
    case PyDict_EVENT_ADDED:
    case PyDict_EVENT_MODIFIED:
    case PyDict_EVENT_DELETED:
        if (tb_name_is(key, state->names[each])) {
            judge(state, each, event == PyDict_EVENT_DELETED ? NULL : value);
        }
        break;
    case PyDict_EVENT_CLEARED:
        judge(state, each, NULL);
        break;
    default: /* filled as a copy of another dict, or going away: nothing is sure any more */
        if (state->globals == state->spec->globals) {
            set_flag(state->spec->guards[each].flag, 0);
        }
    }
}

/* The bit of `tb_module_spec.asked` that stands for a name, as a number; -1 for what is no plain text. */
static int bit_of(PyObject *name) {
    Py_hash_t hash = name != NULL && PyUnicode_CheckExact(name) ? PyObject_Hash(name) : -1;
    return hash == -1 ? -1 : (int)((size_t)hash % (8 * sizeof(((tb_module_spec *)NULL)->asked)));
}

/* Says that a guard asks for a name of a module; before the guard looks at it for the first time. */
static void ask(tb_module_spec *home, PyObject *name) {
    int bit = bit_of(name);
    __atomic_fetch_or(&home->asked[bit / 64], UINT64_C(1) << bit % 64, __ATOMIC_SEQ_CST);
}

/* Whether no guard asks for a name: most names that are stored to are variables. */
static int is_unasked(const tb_module_spec *spec, PyObject *key) {
    int bit = bit_of(key);
    return bit >= 0 && !(__atomic_load_n(&spec->asked[bit / 64], __ATOMIC_SEQ_CST) >> bit % 64 & 1);
}

static void globals_changed(void *owner, PyDict_WatchEvent event, PyObject *key, PyObject *value) {
    module_state *state = owner;
    if (is_unasked(state->spec, key)) {
        return; /* events of the whole namespace have no key */
    }
    for (uint32_t each = 0; each < state->spec->guard_count; each++) {
        if (state->spec->guards[each].home == NULL) {
            judge_event(state, each, event, key, value);
        }
    }
    if (state->globals == state->spec->globals) {
        tb_reader *reader = __atomic_load_n(&state->spec->readers, __ATOMIC_ACQUIRE);
        for (; reader != NULL; reader = reader->next) {
            judge_event(reader->state, reader->each, event, key, value);
        }
    }
}

/* Looks a guard's name up where it is and judges it. 0, or -1 with an exception. */
static int review(module_state *state, uint32_t each) {
    tb_module_spec *home = state->spec->guards[each].home;
    PyObject *globals = home == NULL ? state->globals : home->globals;
    PyObject *value = NULL;
    /* A module that has not been imported has no names. */
    if (globals != NULL && PyDict_GetItemRef(globals, state->names[each], &value) < 0) {
        return -1;
    }
    judge(state, each, value);
    Py_XDECREF(value);
    return 0;
}

static void builtins_changed(void *owner, PyDict_WatchEvent event, PyObject *key, PyObject *value) {
    (void)owner;
    for (module_state *state = __atomic_load_n(&modules, __ATOMIC_ACQUIRE); state != NULL; state = state->next) {
        for (uint32_t each = 0; each < state->spec->guard_count; each++) {
            tb_guard *guard = &state->spec->guards[each];
            if (guard->expected == NULL && state->globals == state->spec->globals && (key == NULL || tb_name_is(key, state->names[each]))) {
                state->original[each] = event != PyDict_EVENT_DELETED && key != NULL && value != NULL && value == state->originals[each];
                set_flag(guard->flag, !state->shadowed[each] && state->original[each]);
            }
        }
    }
}

void tb_guards_review(PyObject **expected) {
    for (module_state *state = __atomic_load_n(&modules, __ATOMIC_ACQUIRE); state != NULL; state = state->next) {
        for (uint32_t each = 0; each < state->spec->guard_count; each++) {
            if (state->spec->guards[each].expected == expected && review(state, each) < 0) {
                PyErr_Clear();
                set_flag(state->spec->guards[each].flag, 0);
            }
        }
    }
}

/* Prepares a module's guards and watches its namespace. */
static int guard_names(tb_module_spec *spec) {
    size_t count = spec->guard_count;
    module_state *state = PyMem_Calloc(1, sizeof *state);
    tb_reader *readers = NULL;
    PyObject *builtins = PyEval_GetBuiltins(); /* borrowed */
    if (state == NULL || builtins == NULL) {
        goto no_memory;
    }
    state->spec = spec;
    state->globals = spec->globals;
    state->names = PyMem_Calloc(count + 1, sizeof *state->names);
    state->originals = PyMem_Calloc(count + 1, sizeof *state->originals);
    readers = PyMem_Calloc(count + 1, sizeof *readers); /* lives as long as the library */
    state->shadowed = PyMem_Calloc(count + 1, 1);
    state->original = PyMem_Calloc(count + 1, 1);
    if (readers == NULL || state->names == NULL || state->originals == NULL || state->shadowed == NULL ||
        state->original == NULL) {
        goto no_memory;
    }
    for (size_t each = 0; each < count; each++) {
        state->names[each] = PyUnicode_InternFromString(spec->guards[each].name);
        if (state->names[each] == NULL) {
            return -1;
        }
        ask(spec->guards[each].home == NULL ? spec : spec->guards[each].home, state->names[each]);
        if (spec->guards[each].expected == NULL) {
            if (PyDict_GetItemRef(builtins, state->names[each], &state->originals[each]) < 0) {
                return -1;
            }
            state->original[each] = state->originals[each] != NULL;
        }
    }
    PyMutex_Lock(&registering);
    state->next = modules;
    __atomic_store_n(&modules, state, __ATOMIC_RELEASE);
    for (size_t each = 0; each < count; each++) {
        tb_module_spec *home = spec->guards[each].home;
        if (home != NULL) {
            readers[each] = (tb_reader){.next = home->readers, .state = state, .each = (uint32_t)each};
            __atomic_store_n(&home->readers, &readers[each], __ATOMIC_RELEASE);
        }
    }
    int watch_builtins = !builtins_watched;
    builtins_watched = 1;
    PyMutex_Unlock(&registering);
    if ((watch_builtins && tb_watch_dict(builtins, builtins_changed, NULL) < 0) ||
        tb_watch_dict(spec->globals, globals_changed, state) < 0) {
        return -1;
    }
    for (size_t each = 0; each < count; each++) {
        if (review(state, (uint32_t)each) < 0) {
            return -1;
        }
    }
    /* Other modules' guards looked at an earlier import's names, or at none. */
    for (tb_reader *reader = __atomic_load_n(&spec->readers, __ATOMIC_ACQUIRE); reader != NULL; reader = reader->next) {
        if (review(reader->state, reader->each) < 0) {
            return -1;
        }
    }
    return 0;
no_memory:
    PyErr_NoMemory();
    return -1;
}

/* The decorators and the metaclass: builtin functions bound to a capsule of the module's spec and a position. */
typedef struct handed {
    tb_module_spec *spec;
    uint32_t index;
} handed;

static void handed_free(PyObject *capsule) { PyMem_Free(PyCapsule_GetPointer(capsule, "tayberry.handover")); }

static PyObject *take_function(PyObject *self, PyObject *function) {
    handed *handover = PyCapsule_GetPointer(self, "tayberry.handover");
    if (handover == NULL || tb_function_adopt(handover->spec->handovers[handover->index].function, function) < 0) {
        return NULL;
    }
    return Py_NewRef(function);
}

/* `metaclass=__tayberry_class__(k)` is called with name, bases and namespace; as a decorator with the class. */
static PyObject *take_class(PyObject *self, PyObject *args, PyObject *keywords) {
    handed *handover = PyCapsule_GetPointer(self, "tayberry.handover");
    if (handover == NULL) {
        return NULL;
    }
    tb_class_spec *spec = handover->spec->handovers[handover->index].class_;
    if (PyTuple_GET_SIZE(args) == 1) {
        return tb_class_complete(spec, PyTuple_GET_ITEM(args, 0));
    }
    PyObject *name, *bases, *namespace;
    if (!PyArg_ParseTuple(args, "UO!O!:__tayberry_class__", &name, &PyTuple_Type, &bases, &PyDict_Type, &namespace)) {
        return NULL;
    }
    return tb_class_create(spec, name, bases, namespace, keywords);
}

static PyMethodDef take_function_method = {"__tayberry_function__", take_function, METH_O, NULL};
static PyMethodDef take_class_method = {
    "__tayberry_class__", (PyCFunction)(void (*)(void))take_class, METH_VARARGS | METH_KEYWORDS, NULL};

static PyObject *hand_over(PyObject *module_capsule, PyObject *index, int class_wanted) {
    tb_module_spec *spec = PyCapsule_GetPointer(module_capsule, "tayberry.module");
    size_t at = spec == NULL ? 0 : PyLong_AsSize_t(index);
    if (spec == NULL || (at == (size_t)-1 && PyErr_Occurred())) {
        return NULL;
    }
    if (at >= spec->handover_count ||
        (class_wanted ? spec->handovers[at].class_ == NULL : spec->handovers[at].function == NULL)) {
        return PyErr_Format(PyExc_SystemError, "%s: no such hand-over: %zu", spec->name, at);
    }
    handed *handover = PyMem_Malloc(sizeof *handover);
    if (handover == NULL) {
        return PyErr_NoMemory();
    }
    *handover = (handed){spec, (uint32_t)at};
    PyObject *capsule = PyCapsule_New(handover, "tayberry.handover", handed_free);
    if (capsule == NULL) {
        PyMem_Free(handover);
        return NULL;
    }
    PyObject *taker = PyCFunction_New(class_wanted ? &take_class_method : &take_function_method, capsule);
    Py_DECREF(capsule);
    return taker;
}

static PyObject *hand_over_function(PyObject *self, PyObject *index) { return hand_over(self, index, 0); }
static PyObject *hand_over_class(PyObject *self, PyObject *index) { return hand_over(self, index, 1); }

static PyMethodDef hand_over_methods[] = {
    {"__tayberry_function__", hand_over_function, METH_O, NULL},
    {"__tayberry_class__", hand_over_class, METH_O, NULL},
};

/* Puts the two names into the namespace, or takes them out again. */
static int lend_names(tb_module_spec *spec, int lend) {
    PyObject *capsule = lend ? PyCapsule_New(spec, "tayberry.module", NULL) : NULL;
    if (lend && capsule == NULL) {
        return -1;
    }
    int failed = 0;
    for (int each = 0; each < 2; each++) {
        if (lend) {
            PyObject *function = PyCFunction_New(&hand_over_methods[each], capsule);
            failed |= function == NULL || PyDict_SetItemString(spec->globals, hand_over_methods[each].ml_name, function) < 0;
            Py_XDECREF(function);
        } else {
            PyObject *found = NULL;
            failed |= PyDict_PopString(spec->globals, hand_over_methods[each].ml_name, &found) < 0;
            Py_XDECREF(found);
        }
    }
    Py_XDECREF(capsule);
    return failed ? -1 : 0;
}

/* The embedded code, with the file name of the module in it. */
static PyObject *load_code(const tb_module_spec *spec) {
    PyObject *code = PyMarshal_ReadObjectFromString((const char *)spec->code, (Py_ssize_t)spec->code_size);
    if (code == NULL) {
        return NULL;
    }
    if (!PyCode_Check(code)) {
        Py_DECREF(code);
        return PyErr_Format(PyExc_ImportError, "%s: the embedded code is damaged; run `tayberry build` again", spec->name);
    }
    PyObject *file = NULL, *imp = NULL, *result = NULL;
    if (PyDict_GetItemStringRef(spec->globals, "__file__", &file) == 0) {
        return code;
    }
    if (file != NULL && PyUnicode_Check(file) && (imp = PyImport_ImportModule("_imp")) != NULL) {
        result = PyObject_CallMethod(imp, "_fix_co_filename", "OO", code, file);
    } else if (!PyErr_Occurred()) {
        result = Py_NewRef(Py_None);
    }
    Py_XDECREF(imp);
    Py_XDECREF(file);
    if (result == NULL) {
        Py_CLEAR(code);
    }
    Py_XDECREF(result);
    return code;
}

static int run_code(tb_module_spec *spec) {
    PyObject *code = load_code(spec);
    if (code == NULL) {
        return -1;
    }
    int failed = PyDict_ContainsString(spec->globals, "__builtins__");
    if (failed == 0) {
        failed = PyDict_SetItemString(spec->globals, "__builtins__", PyEval_GetBuiltins());
    }
    if (failed < 0 || lend_names(spec, 1) < 0) {
        Py_DECREF(code);
        return -1;
    }
    PyObject *result = PyEval_EvalCode(code, spec->globals, spec->globals);
    Py_DECREF(code);
    PyObject *raised = PyErr_GetRaisedException();
    failed = lend_names(spec, 0) < 0 || result == NULL;
    if (raised != NULL) {
        PyErr_SetRaisedException(raised);
    }
    Py_XDECREF(result);
    return failed ? -1 : 0;
}

int tb_module_execute(tb_module_spec *spec, PyObject *module) {
    if (tb_runtime_c_init() < 0 || tb_objects_ready() < 0) {
        return -1;
    }
    PyObject *globals = PyModule_GetDict(module);
    if (globals == NULL) {
        return -1;
    }
    /* The module object of an earlier import lives on: its functions may still be running. */
    int is_new = spec->globals != globals;
    int had_module = spec->module != NULL;
    tb_module_keep(module);
    if (!had_module && (tb_keep(&spec->module) < 0 || tb_keep(&spec->globals) < 0)) {
        return -1;
    }
    if (spec->module != module) {
        __atomic_store_n(&spec->module, Py_NewRef(module), __ATOMIC_RELEASE);
    }
    if (is_new) {
        spec->globals = Py_NewRef(globals);
    }
    if (is_new && had_module) {
        tb_guards_review(&spec->module);
    }
    if ((is_new && guard_names(spec) < 0) || (spec->prepare != NULL && spec->prepare() < 0) || run_code(spec) < 0 ||
        (spec->finish != NULL && spec->finish(module) < 0)) {
        return -1;
    }
    if (spec->handlers != NULL) {
        if (tb_runtime_load() < 0 || tb_runtime_table->register_module(spec->handlers) != TB_OK) {
            return -1;
        }
    }
    return 0;
}

/* The program. */

static const tb_program_spec *program_spec;

static PyObject *program_create(PyObject *self, PyObject *args) {
    (void)self;
    const char *name;
    PyObject *spec;
    if (!PyArg_ParseTuple(args, "sO:create", &name, &spec)) {
        return NULL;
    }
    for (size_t each = 0; each < program_spec->module_count; each++) {
        if (strcmp(program_spec->modules[each].name, name) == 0) {
            PyObject *definition = program_spec->modules[each].initialize();
            return definition == NULL ? NULL : PyModule_FromDefAndSpec((PyModuleDef *)definition, spec);
        }
    }
    return PyErr_Format(PyExc_ImportError, "%s has no module %s", program_spec->name, name);
}

static PyObject *program_exec(PyObject *self, PyObject *module) {
    (void)self;
    PyModuleDef *definition = PyModule_Check(module) ? PyModule_GetDef(module) : NULL;
    if (definition == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "exec() argument must be a module made by create(), not %T", module);
        }
        return NULL;
    }
    return PyModule_ExecDef(module, definition) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef program_methods[] = {
    {"create", program_create, METH_VARARGS, PyDoc_STR("create(name, spec): a module of the program, not yet executed")},
    {"exec", program_exec, METH_O, PyDoc_STR("exec(module): runs a module's top-level code")},
    {NULL, NULL, 0, NULL},
};

static int program_execute(PyObject *self) {
    PyObject *names = PyTuple_New((Py_ssize_t)program_spec->module_count);
    if (names == NULL) {
        return -1;
    }
    for (size_t each = 0; each < program_spec->module_count; each++) {
        PyObject *name = PyUnicode_FromString(program_spec->modules[each].name);
        if (name == NULL) {
            Py_DECREF(names);
            return -1;
        }
        PyTuple_SET_ITEM(names, (Py_ssize_t)each, name);
    }
    return PyModule_Add(self, "modules", names);
}

static PyModuleDef_Slot program_slots[] = {
    {Py_mod_exec, (void *)(uintptr_t)program_execute},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
    {0, NULL},
};

static struct PyModuleDef program_definition = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "tayberry_program", .m_methods = program_methods, .m_slots = program_slots};

PyObject *tb_program_initialize(const tb_program_spec *program) {
    program_spec = program;
    return PyModuleDef_Init(&program_definition);
}
