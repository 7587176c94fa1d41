/* Finding the standard library's functions, and calling those that compiled code leaves to them. See tb_library.h. */
#include "tb_library.h"

#include "objects.h"

uint8_t tb_library_math_intact;
static PyObject *math_module; /* strong, once asked for */
static PyMutex asking;

/* Any change of the namespace after import: its functions may not be what they were. */
static void math_changed(void *owner, PyDict_WatchEvent event, PyObject *key, PyObject *value)
{
    (void)owner, (void)event, (void)key, (void)value;
    __atomic_store_n(&tb_library_math_intact, (uint8_t)0, __ATOMIC_RELAXED);
}

/* The module, watched. Borrowed; NULL with an exception. */
static PyObject *math_get(void)
{
    if (__atomic_load_n(&math_module, __ATOMIC_ACQUIRE) == NULL) {
        PyObject *found = PyImport_ImportModule("math");
        if (found == NULL) {
            return NULL;
        }
        PyMutex_Lock(&asking);
        int first = math_module == NULL;
        if (first) {
            tb_library_math_intact = PyModule_CheckExact(found);
            __atomic_store_n(&math_module, Py_NewRef(found), __ATOMIC_RELEASE);
        }
        PyMutex_Unlock(&asking);
        int failed = first && PyModule_CheckExact(found) && tb_watch_dict(PyModule_GetDict(found), math_changed, NULL) < 0;
        Py_DECREF(found);
        if (failed) {
            return NULL;
        }
    }
    return math_module;
}

/* Whether this is the C function that the interpreter's `math` has under the name. */
static int is_own(PyObject *value, const char *name)
{
    PyObject *self = PyCFunction_CheckExact(value) ? PyCFunction_GET_SELF(value) : NULL;
    return self == math_module && self != NULL && strcmp(((PyCFunctionObject *)value)->m_ml->ml_name, name) == 0;
}

PyObject *tb_library_get(const char *path, Py_ssize_t size)
{
    (void)size;
    PyObject *module = math_get();
    if (module == NULL) {
        return NULL;
    }
    const char *name = strchr(path, '.');
    PyObject *found = name == NULL ? Py_NewRef(module) : PyObject_GetAttrString(module, name + 1);
    if (found == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
    } else if (found == NULL) {
        return NULL;
    }
    int right = found != NULL && (name == NULL ? PyModule_CheckExact(found) : is_own(found, name + 1));
    if (!right) {
        Py_XDECREF(found);
        found = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
    }
    return found;
}

static PyObject *call(const char *name, PyObject *arguments)
{
    PyObject *module = arguments == NULL ? NULL : math_get();
    PyObject *function = module == NULL ? NULL : PyObject_GetAttrString(module, name);
    PyObject *result = function == NULL ? NULL : PyObject_CallObject(function, arguments);
    Py_XDECREF(function);
    Py_XDECREF(arguments);
    return result;
}

static double as_float(PyObject *result)
{
    double value = result == NULL ? TB_FLOAT_ERROR : PyFloat_AsDouble(result);
    Py_XDECREF(result);
    return PyErr_Occurred() ? TB_FLOAT_ERROR : value;
}

double tb_math_call_1(const char *name, double x) { return as_float(call(name, Py_BuildValue("(d)", x))); }

double tb_math_call_2(const char *name, double x, double y) { return as_float(call(name, Py_BuildValue("(dd)", x, y))); }

tb_int tb_math_call_int(const char *name, double x)
{
    PyObject *result = call(name, Py_BuildValue("(d)", x));
    tb_int value = result == NULL ? TB_INT_ERROR : tb_int_from_object(result, name);
    Py_XDECREF(result);
    return value;
}

#define TB_MATH_1(name) \
    double tb_math_##name(double x) \
    { \
        double result = name(x); \
        return __builtin_expect(isfinite(result), 1) ? result : tb_math_call_1(#name, x); \
    }
TB_MATH_1(exp)
TB_MATH_1(exp2)
TB_MATH_1(expm1)
TB_MATH_1(sin)
TB_MATH_1(cos)
TB_MATH_1(tan)
TB_MATH_1(asin)
TB_MATH_1(acos)
TB_MATH_1(atan)
TB_MATH_1(sinh)
TB_MATH_1(cosh)
TB_MATH_1(tanh)

#define TB_MATH_LOG(name) \
    double tb_math_##name(double x) { return x > 0.0 && isfinite(x) ? name(x) : tb_math_call_1(#name, x); }
TB_MATH_LOG(log)
TB_MATH_LOG(log2)
TB_MATH_LOG(log10)

#define TB_MATH_2(name) \
    double tb_math_##name(double x, double y) \
    { \
        double result = name(x, y); \
        return isfinite(x) && isfinite(y) && isfinite(result) ? result : tb_math_call_2(#name, x, y); \
    }
TB_MATH_2(pow)
TB_MATH_2(atan2)
