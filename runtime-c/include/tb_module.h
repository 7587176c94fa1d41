/* Modules of a program: running the embedded top-level code, hand-overs, guards on names, registration.
 *
 * In: one static `tb_module_spec` per module and one `tb_program_spec` per shared library, both generated.
 * Out: modules whose namespace is what the interpreter would have made. What holds: a guard's flag is 1 exactly
 * while the name, looked up in the module and then in builtins, gives the object that compiled code expects.
 */
#ifndef TB_MODULE_H
#define TB_MODULE_H

#include "tb_class.h"
#include "tb_coroutine.h"
#include "tb_function.h"

/* What a `def` or `class` statement of the module hands over; position `k` in the table is `hir::Module::handovers[k]`. */
typedef struct tb_handover {
    /* One of the two is set. */
    tb_function_spec *function;
    tb_class_spec *class_;
} tb_handover;

/* A name on which compiled code of the module relies. */
typedef struct tb_guard {
    /* The name as the module's code sees it. */
    const char *name;
    /* The address of what it must mean: `&spec.function`, `(PyObject **)&spec.type`, `&spec.module`. NULL: what
     * builtins had under that name when the library was loaded. */
    PyObject **expected;
    /* 1 while direct use is right; read with `tb_guard_holds`. */
    uint8_t *flag;
    /* The module in whose namespace the name is (`module.name`); NULL: the one whose code relies on it. */
    struct tb_module_spec *home;
} tb_guard;

/* Whether a guarded name still means what compiled code expects. */
static inline int tb_guard_holds(const uint8_t *flag) { return __atomic_load_n(flag, __ATOMIC_RELAXED); }

/* One module. */
typedef struct tb_module_spec {
    /* `catalog.models` */
    const char *name;
    /* Marshalled code object of the top-level code, with a relative file name. */
    const unsigned char *code;
    size_t code_size;
    tb_handover *handovers;
    uint32_t handover_count;
    uint32_t guard_count;
    tb_guard *guards;
    /* Makes the module's constants; called before its code runs, each time. 0 or -1. May be NULL. */
    int (*prepare)(void);
    /* Called after its code has run (enum members for codecs…). 0 or -1. May be NULL. */
    int (*finish)(PyObject *module);
    /* Handlers to be announced to the runtime after the code has run, or NULL if it has none. */
    const tb_module *handlers;
    /* Filled here: the module and its namespace. Strong. */
    PyObject *module;
    PyObject *globals;
    /* Filled here: the guards of other modules on names of this one. */
    struct tb_reader *readers;
    /* Filled here: which names some guard may ask for, a bit for each by its hash. */
    uint64_t asked[32];
} tb_module_spec;

/* Whether the attributes of a module that has been imported are its namespace's names and nothing else. */
static inline int tb_module_is_plain(const tb_module_spec *spec) {
    return Py_IS_TYPE(__atomic_load_n(&spec->module, __ATOMIC_RELAXED), &PyModule_Type);
}

/* A module and its definition (`tb_init_<mangled>` returns it). */
typedef struct tb_program_module {
    const char *name;
    PyObject *(*initialize)(void);
} tb_program_module;

/* The shared library. */
typedef struct tb_program_spec {
    /* The file's name without suffixes: the `<program>` of `PyInit_<program>`. */
    const char *name;
    const tb_program_module *modules;
    size_t module_count;
} tb_program_spec;

/* What a module refers to beside its namespace: all that the library keeps. */
int tb_module_traverse(PyObject *module, visitproc visit, void *arg);

/* Runs a module's code in its namespace; the body of `Py_mod_exec`. 0 or -1. */
int tb_module_execute(tb_module_spec *spec, PyObject *module);

/* What `PyInit_<program>` returns: a module with
 *   modules: tuple[str, ...]           dotted names of the program's modules
 *   create(name: str, spec) -> module  multi-phase creation, for `Loader.create_module`
 *   exec(module) -> None               for `Loader.exec_module` (runs again on `importlib.reload`) */
PyObject *tb_program_initialize(const tb_program_spec *program);

/* Defines `PyObject *tb_init_<mangled>(void)` for a `tb_module_spec` named `spec`. */
#define TB_MODULE(mangled, spec)                                                                                       \
    static int tb_exec_##mangled(PyObject *tb_created) { return tb_module_execute(&(spec), tb_created); }              \
    static PyModuleDef_Slot tb_slots_##mangled[] = {                                                                   \
        {Py_mod_exec, (void *)(uintptr_t)tb_exec_##mangled},                                                           \
        {Py_mod_gil, Py_MOD_GIL_NOT_USED},                                                                             \
        {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},                                    \
        {0, NULL},                                                                                                     \
    };                                                                                                                 \
    static struct PyModuleDef tb_definition_##mangled = {                                                              \
        .m_base = PyModuleDef_HEAD_INIT, .m_name = #mangled, .m_size = sizeof(PyObject *),                             \
        .m_slots = tb_slots_##mangled, .m_traverse = tb_module_traverse};                                              \
    PyObject *tb_init_##mangled(void) { return PyModuleDef_Init(&tb_definition_##mangled); }

/* Defines `PyInit_<program>` for a `tb_program_spec` named `spec`. */
#define TB_PROGRAM(program, spec)                                                                                      \
    PyMODINIT_FUNC PyInit_##program(void) { return tb_program_initialize(&(spec)); }

/* The runtime's functions, or NULL before `tb_runtime_load`. */
extern const tb_runtime *tb_runtime_table;

/* Fetches them from `tayberry._runtime.abi`; ImportError if the runtime speaks another ABI version. 0 or -1. */
int tb_runtime_load(void);

#endif
