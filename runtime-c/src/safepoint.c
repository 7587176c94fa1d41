/* The slow halves of polls and entries, and the library's one-time initialisation. */
#include "internals.h"
#include "names.h"
#include "tb_str.h"

tb_names_table tb_names;

/* A body that goes on with an exception has it pending when it is entered: the collector and handlers of signals must wait then. */
int tb_safepoint_slow(PyThreadState *thread) { return PyErr_Occurred() != NULL ? 0 : tb_internal_pending(thread); }

int tb_enter_slow(PyThreadState *thread) { return tb_internal_recursion(thread); }

static PyObject *builtin(const char *name)
{
    PyObject *value = PyObject_GetAttrString(PyImport_AddModule("builtins"), name);
    return value;
}

static int fill_names(void)
{
#define X(each)                                                     \
    if ((tb_names.each = PyUnicode_InternFromString(#each)) == NULL) { \
        return -1;                                                  \
    }                                                               \
    tb_internal_immortal(tb_names.each);
    TB_NAMES(X)
#undef X
    for (int code = 0; code < 256; code++) {
        if ((tb_str_latin1[code] = PyUnicode_FromOrdinal(code)) == NULL) {
            return -1;
        }
        tb_internal_immortal(tb_str_latin1[code]);
    }
    PyObject *builtins = PyImport_ImportModule("builtins");
    if (builtins == NULL) {
        return -1;
    }
    tb_names.builtins_dict = Py_NewRef(PyModule_GetDict(builtins));
    Py_DECREF(builtins);
    if ((tb_names.empty_tuple = PyTuple_New(0)) == NULL || (tb_names.builtin_round = builtin("round")) == NULL ||
        (tb_names.builtin_any = builtin("any")) == NULL || (tb_names.builtin_all = builtin("all")) == NULL ||
        (tb_names.builtin_import = builtin("__import__")) == NULL) {
        return -1;
    }
    PyObject *code = Py_CompileString("lambda: None", "<tayberry>", Py_eval_input);
    if (code != NULL) {
        tb_names.empty_function = PyEval_EvalCode(code, tb_names.builtins_dict, NULL);
        Py_DECREF(code);
    }
    return tb_names.empty_function == NULL ? -1 : 0;
}

int tb_runtime_c_init(void)
{
    static PyMutex lock;
    static int done;
    if (tb_internal_check() < 0) {
        return -1;
    }
    PyMutex_Lock(&lock);
    int result = done ? 0 : fill_names();
    done = done || result == 0;
    PyMutex_Unlock(&lock);
    return result;
}
