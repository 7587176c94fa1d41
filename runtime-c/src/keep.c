/* What the library refers to from static places, shown to the garbage collector when the process ends.
 *
 * Functions, classes and namespaces of the program are held by static pointers for as long as the library is loaded, and
 * compiled code relies on them as long as anybody has a function of it: to the collector they are used. When the interpreter
 * ends it must see these references as part of the program's modules, else nothing that a module refers to would
 * become garbage, and finalisers that run then would find the module's names cleared.
 *
 * In: addresses of static or never freed places that own a reference each (`tb_keep`), and functions whose frames for
 * tracebacks live for ever (`tb_keep_info`). What holds: one object, the keeper, visits all of them; each executed module
 * refers to it, so whatever is kept is alive while any module of the program is. Nothing is ever released: where the
 * modules are garbage together, their objects are finalised and cleared, but their memory stays.
 */
#include "objects.h"

enum { PLACES = 126 };

/* Places that were registered; blocks and entries are only ever added. */
typedef struct block {
    struct block *next;
    size_t count;
    void *places[PLACES];
} block;

static block *places, *infos;
static PyMutex registering;
static PyObject *keeper;
/* The process ends: functions `atexit` are being called, and the program's code runs for finalisers at most. */
static int ending;

static int add(block **list, void *place) {
    int failed = 0;
    PyMutex_Lock(&registering);
    block *first = *list;
    if (first == NULL || first->count == PLACES) {
        block *made = PyMem_RawCalloc(1, sizeof *made);
        failed = made == NULL;
        if (made != NULL) {
            made->next = first;
            __atomic_store_n(list, made, __ATOMIC_RELEASE);
            first = made;
        }
    }
    if (!failed) {
        first->places[first->count] = place;
        __atomic_store_n(&first->count, first->count + 1, __ATOMIC_RELEASE);
    }
    PyMutex_Unlock(&registering);
    if (failed) {
        PyErr_NoMemory();
    }
    return failed ? -1 : 0;
}

int tb_keep(PyObject **place) { return add(&places, place); }
int tb_keep_info(tb_code_info *info) { return add(&infos, info); }

static int keeper_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    if (!__atomic_load_n(&ending, __ATOMIC_RELAXED)) {
        return 0;
    }
    /* All other threads are stopped. */
    for (block *each = places; each != NULL; each = each->next) {
        for (size_t at = 0; at < each->count; at++) {
            Py_VISIT(*(PyObject **)each->places[at]);
        }
    }
    for (block *each = infos; each != NULL; each = each->next) {
        for (size_t at = 0; at < each->count; at++) {
            tb_code_info *info = each->places[at];
            Py_VISIT(info->function);
            int stopped = tb_frames_visit(info, visit, arg);
            if (stopped) {
                return stopped;
            }
        }
    }
    return 0;
}

static PyType_Slot slots[] = {{Py_tp_traverse, (void *)(uintptr_t)keeper_traverse}, {0, NULL}};
static PyType_Spec spec = {
    .name = "tayberry.keeper",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

int tb_module_traverse(PyObject *module, visitproc visit, void *arg) {
    PyObject **held = PyModule_GetState(module);
    if (held != NULL) {
        Py_VISIT(*held);
    }
    return 0;
}

void tb_module_keep(PyObject *module) {
    PyObject **held = PyModule_GetState(module);
    if (held != NULL && *held == NULL) {
        *held = Py_NewRef(keeper);
    }
}

/* The end of the process: what the collector must see to find that the program's modules are garbage. */

/* Tracks an object of a native class that cannot be part of a cycle, which the collector has no need to see before: it
 * refers to its class. */
static int track(PyObject *object, void *ignored) {
    (void)ignored;
    if (tb_class_of(Py_TYPE(object)) != NULL && !PyObject_GC_IsTracked(object)) {
        PyObject_GC_Track(object);
        (void)Py_TYPE(object)->tp_traverse(object, track, NULL);
    }
    return 0;
}

static int track_behind(PyObject *object, void *ignored) {
    (void)ignored;
    if (Py_TYPE(object)->tp_traverse != NULL) {
        (void)Py_TYPE(object)->tp_traverse(object, track, NULL);
    }
    return 1;
}

static PyObject *at_exit(PyObject *self, PyObject *ignored) {
    (void)self;
    (void)ignored;
    __atomic_store_n(&ending, 1, __ATOMIC_RELAXED);
    tb_frames_forget();
    PyUnstable_GC_VisitObjects(track_behind, NULL);
    return Py_NewRef(Py_None);
}

static PyMethodDef at_exit_method = {"__tayberry_exit__", at_exit, METH_NOARGS, NULL};

int tb_keep_ready(void) {
    if (keeper != NULL) {
        return 0;
    }
    PyObject *type = PyType_FromSpec(&spec);
    PyObject *made = type == NULL ? NULL : (PyObject *)PyObject_GC_New(PyObject, (PyTypeObject *)type);
    Py_XDECREF(type);
    PyObject *module = made == NULL ? NULL : PyImport_ImportModule("atexit");
    PyObject *callback = module == NULL ? NULL : PyCFunction_New(&at_exit_method, NULL);
    PyObject *done = callback == NULL ? NULL : PyObject_CallMethod(module, "register", "O", callback);
    Py_XDECREF(module);
    Py_XDECREF(callback);
    if (done == NULL) {
        Py_XDECREF(made);
        return -1;
    }
    Py_DECREF(done);
    PyObject_GC_Track(made);
    keeper = made;
    return tb_keep(&keeper);
}
