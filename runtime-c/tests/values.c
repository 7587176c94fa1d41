/* The library's functions as Python functions, one to one, for the tests to compare with the interpreter.
 * Ints go in and out through tagged words, floats through doubles, so representation is tested too. */
#include "tb.h"

#define ARGS PyObject *self, PyObject *const *args, Py_ssize_t count
#define UNUSED (void)self, (void)args, (void)count

/* Ints. */
#define INT_BINARY(name)                                                             \
    static PyObject *int_##name(ARGS)                                                \
    {                                                                                \
        UNUSED;                                                                      \
        tb_int a = tb_int_from_object(args[0], "int_" #name "() argument 1");        \
        if (a == TB_INT_ERROR) return NULL;                                          \
        tb_int b = tb_int_from_object(args[1], "int_" #name "() argument 2");        \
        if (b == TB_INT_ERROR) { tb_int_release(a); return NULL; }                   \
        tb_int r = tb_int_##name(a, b);                                              \
        tb_int_release(a);                                                           \
        tb_int_release(b);                                                           \
        if (r == TB_INT_ERROR) return NULL;                                          \
        /* An `int` that fits must be small. */                                        \
        if (!tb_int_is_small(r)) {                                                   \
            int overflow;                                                            \
            long long v = PyLong_AsLongLongAndOverflow(tb_int_object(r), &overflow); \
            if (!overflow && tb_int_fits(v) && PyLong_CheckExact(tb_int_object(r))) Py_FatalError("not normalised"); \
        }                                                                            \
        return tb_int_to_object_steal(r);                                            \
    }
#define INTS(X) X(add) X(sub) X(mul) X(floordiv) X(mod) X(lshift) X(rshift) X(and) X(or) X(xor) X(pow) X(min) X(max) X(round)
INTS(INT_BINARY)
#define COMPARISONS(X) X(eq) X(ne) X(lt) X(le) X(gt) X(ge)
#define INT_COMPARE(name)                                                   \
    static PyObject *int_##name(ARGS)                                       \
    {                                                                       \
        UNUSED;                                                             \
        tb_int a = tb_int_from_object(args[0], NULL), b = tb_int_from_object(args[1], NULL); \
        PyObject *r = tb_bool_to_object(tb_int_##name(a, b));               \
        tb_int_release(a);                                                  \
        tb_int_release(b);                                                  \
        return r;                                                           \
    }
COMPARISONS(INT_COMPARE)
#define INT_UNARY(name)                                                     \
    static PyObject *int_##name(ARGS)                                       \
    {                                                                       \
        UNUSED;                                                             \
        tb_int a = tb_int_from_object(args[0], NULL);                       \
        if (a == TB_INT_ERROR) return NULL;                                 \
        tb_int r = tb_int_##name(a);                                        \
        tb_int_release(a);                                                  \
        return r == TB_INT_ERROR ? NULL : tb_int_to_object_steal(r);        \
    }
#define UNARY_INTS(X) X(neg) X(pos) X(invert) X(abs) X(bit_length)
UNARY_INTS(INT_UNARY)

static PyObject *floating(double value) { return tb_float_failed(value) ? NULL : tb_float_to_object(value); }
static PyObject *integer(tb_int value) { return value == TB_INT_ERROR ? NULL : tb_int_to_object_steal(value); }
static PyObject *truth(uint8_t value) { return value == 2 ? NULL : tb_bool_to_object(value); }
static PyObject *status(int result) { return result < 0 ? NULL : Py_NewRef(Py_None); }

#define WITH_INTS(name, expression)                                         \
    static PyObject *name(ARGS)                                             \
    {                                                                       \
        UNUSED;                                                             \
        tb_int a = tb_int_from_object(args[0], NULL);                       \
        if (a == TB_INT_ERROR) return NULL;                                 \
        tb_int b = count > 1 ? tb_int_from_object(args[1], NULL) : TB_INT(0); \
        if (b == TB_INT_ERROR) { tb_int_release(a); return NULL; }          \
        PyObject *r = expression;                                           \
        tb_int_release(a);                                                  \
        tb_int_release(b);                                                  \
        return r;                                                           \
    }
static PyObject *pair(tb_int a, tb_int b)
{
    tb_int q, r;
    if (tb_int_divmod(a, b, &q, &r) < 0) return NULL;
    PyObject *items[2] = {tb_int_to_object_steal(q), tb_int_to_object_steal(r)};
    return tb_tuple_pack(items, 2);
}
WITH_INTS(int_truediv, floating(tb_int_truediv(a, b)))
WITH_INTS(int_pow_object, tb_int_pow_object(a, b))
WITH_INTS(int_to_float, floating(tb_int_to_float(a)))
WITH_INTS(int_to_str, tb_int_to_str(a))
WITH_INTS(int_hash, PyLong_FromSsize_t(tb_int_hash(a)))
WITH_INTS(int_divmod, pair(a, b))
WITH_INTS(chr_, tb_str_chr(a))
static PyObject *int_compare_float(ARGS)
{
    UNUSED;
    tb_int a = tb_int_from_object(args[0], NULL);
    int r = tb_int_compare_float(a, PyFloat_AS_DOUBLE(args[1]));
    tb_int_release(a);
    return PyLong_FromLong(r);
}
static PyObject *int_check(ARGS) { UNUSED; return integer(tb_int_from_object(args[0], "f() argument 'x'")); }
static PyObject *int_check_subclass(ARGS) { UNUSED; return integer(tb_int_from_object_subclass(args[0], NULL)); }
static PyObject *int_parse(ARGS) { UNUSED; return integer(tb_int_parse(args[0])); }
static PyObject *int_from_float(ARGS) { UNUSED; return integer(tb_int_from_float(PyFloat_AS_DOUBLE(args[0]))); }
static PyObject *int_decimal(ARGS) { UNUSED; return integer(tb_int_from_decimal(PyUnicode_AsUTF8(args[0]))); }

/* Floats. */
#define F(i) PyFloat_AS_DOUBLE(args[i])
#define FLOATS(X) X(div) X(floordiv) X(mod) X(pow)
#define FLOAT_BINARY(name) static PyObject *float_##name(ARGS) { UNUSED; return floating(tb_float_##name(F(0), F(1))); }
FLOATS(FLOAT_BINARY)
static PyObject *float_divmod(ARGS)
{
    UNUSED;
    double q, r;
    return tb_float_divmod(F(0), F(1), &q, &r) < 0 ? NULL : Py_BuildValue("dd", q, r);
}
static PyObject *float_pow_object(ARGS) { UNUSED; return tb_float_pow_object(F(0), F(1)); }
static PyObject *float_round(ARGS) { UNUSED; return integer(tb_float_round(F(0))); }
static PyObject *float_round_digits(ARGS) { UNUSED; return floating(tb_float_round_digits(F(0), TB_INT(PyLong_AsLong(args[1])))); }
static PyObject *float_floor(ARGS) { UNUSED; return integer(tb_float_floor(F(0))); }
static PyObject *float_ceil(ARGS) { UNUSED; return integer(tb_float_ceil(F(0))); }
static PyObject *float_to_str(ARGS) { UNUSED; return tb_float_to_str(F(0)); }
static PyObject *float_is_integer(ARGS) { UNUSED; return truth(tb_float_is_integer(F(0))); }
static PyObject *float_check(ARGS) { UNUSED; return floating(tb_float_from_object(args[0], "f() argument 'x'")); }
static PyObject *float_parse(ARGS) { UNUSED; return floating(tb_float_parse(args[0])); }
static PyObject *float_sum(ARGS)
{
    UNUSED;
    tb_float_sum sum = {0};
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(args[0]); i++) tb_float_sum_add(&sum, PyFloat_AS_DOUBLE(PyList_GET_ITEM(args[0], i)));
    return floating(tb_float_sum_finish(&sum));
}

/* Text. */
static tb_int bound(PyObject *value) { return value == Py_None ? TB_INT_ERROR : tb_int_from_object(value, NULL); }
#define SLICED(name)                                                        \
    static PyObject *name##_slice(ARGS)                                     \
    {                                                                       \
        UNUSED;                                                             \
        tb_int a = bound(args[1]), b = bound(args[2]);                      \
        PyObject *r = tb_##name##_slice(args[0], a, b);                     \
        tb_int_release(a);                                                  \
        tb_int_release(b);                                                  \
        return r;                                                           \
    }
SLICED(str)
SLICED(list)
SLICED(tuple)
#define INDEXED(name, function)                                             \
    static PyObject *name(ARGS)                                             \
    {                                                                       \
        UNUSED;                                                             \
        tb_int i = tb_int_from_object(args[1], NULL);                       \
        if (i == TB_INT_ERROR) return NULL;                                 \
        PyObject *r = function(args[0], i);                                 \
        tb_int_release(i);                                                  \
        return r;                                                           \
    }
INDEXED(str_index, tb_str_index)
INDEXED(str_repeat, tb_str_repeat)
INDEXED(list_get, tb_list_get)
INDEXED(list_pop_at, tb_list_pop_at)
INDEXED(tuple_get, tb_tuple_get)
#define DELETE_(list, i) status(tb_list_delete(list, i))
INDEXED(list_delete, DELETE_)
static PyObject *list_set(ARGS)
{
    UNUSED;
    tb_int i = tb_int_from_object(args[1], NULL);
    PyObject *r = status(tb_list_set(args[0], i, args[2]));
    tb_int_release(i);
    return r;
}
static PyObject *list_insert(ARGS)
{
    UNUSED;
    tb_int i = tb_int_from_object(args[1], NULL);
    PyObject *r = status(tb_list_insert(args[0], i, args[2]));
    tb_int_release(i);
    return r;
}
#define ONE(name, expression) static PyObject *name(ARGS) { UNUSED; return expression; }
ONE(str_concat, tb_str_concat(args[0], args[1]))
ONE(str_eq, truth(tb_str_eq(args[0], args[1])))
ONE(str_lt, truth(tb_str_compare(args[0], args[1], Py_LT)))
ONE(str_contains, truth(tb_str_contains(args[0], args[1])))
ONE(str_join, tb_str_join(args[0], args[1]))
ONE(str_startswith, truth(tb_str_startswith(args[0], args[1])))
ONE(str_endswith, truth(tb_str_endswith(args[0], args[1])))
ONE(str_find, integer(tb_str_find(args[0], args[1])))
ONE(str_replace, tb_str_replace(args[0], args[1], args[2]))
ONE(str_split, tb_str_split(args[0], count > 1 ? args[1] : NULL))
ONE(str_upper, tb_str_upper(args[0]))
ONE(str_truth, truth(tb_str_truth(args[0])))
ONE(str_check, Py_XNewRef(tb_str_expect(args[0], "f() argument 'x'")))
ONE(ord_, integer(tb_str_ord(args[0])))
ONE(str_append, tb_str_append(Py_NewRef(args[0]), args[1]))
static PyObject *str_grow(ARGS)
{
    UNUSED;
    PyObject *text = PyUnicode_FromString("");
    for (long i = PyLong_AsLong(args[1]); text != NULL && i > 0; i--) text = tb_str_append(text, args[0]);
    return text;
}
static PyObject *format_all(ARGS)
{
    UNUSED;
    tb_format *format = tb_format_begin(0);
    if (format == NULL) return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        int result;
        if (PyLong_CheckExact(args[i])) {
            tb_int v = tb_int_from_object(args[i], NULL);
            result = tb_format_int(format, v);
            tb_int_release(v);
        } else if (PyFloat_CheckExact(args[i])) {
            result = tb_format_float(format, F(i));
        } else if (PyBool_Check(args[i])) {
            result = tb_format_bool(format, args[i] == Py_True);
        } else if (PyUnicode_Check(args[i])) {
            result = tb_format_str(format, args[i]);
        } else {
            result = tb_format_object(format, args[i], 0, NULL);
        }
        if (result < 0) {
            tb_format_discard(format);
            return NULL;
        }
    }
    return tb_format_finish(format);
}
ONE(format_value, tb_format_value(args[0], args[1] == Py_None ? 0 : (int)PyUnicode_READ_CHAR(args[1], 0), args[2] == Py_None ? NULL : args[2]))

/* Containers. */
ONE(list_append, status(tb_list_append(args[0], args[1])))
ONE(list_extend, status(tb_list_extend(args[0], args[1])))
ONE(list_extend_star, status(tb_list_extend_star(args[0], args[1])))
ONE(list_pop, tb_list_pop(args[0]))
ONE(list_sort, status(tb_list_sort(args[0], args[1] == Py_None ? NULL : args[1], args[2] == Py_True)))
ONE(list_contains, truth(tb_list_contains(args[0], args[1])))
ONE(list_copy, tb_list_copy(args[0]))
ONE(list_reverse, status(tb_list_reverse(args[0])))
ONE(list_clear, status(tb_list_clear(args[0])))
ONE(dict_get, tb_dict_get(args[0], args[1]))
ONE(dict_get_or, tb_dict_get_or(args[0], args[1], args[2]))
ONE(dict_set, status(tb_dict_set(args[0], args[1], args[2])))
ONE(dict_delete, status(tb_dict_delete(args[0], args[1])))
ONE(dict_contains, truth(tb_dict_contains(args[0], args[1])))
ONE(dict_setdefault, tb_dict_setdefault(args[0], args[1], args[2]))
ONE(dict_pop, tb_dict_pop(args[0], args[1], count > 2 ? args[2] : NULL))
ONE(dict_update_star, status(tb_dict_update_star(args[0], args[1])))
ONE(dict_update, status(tb_dict_update(args[0], args[1])))
ONE(dict_copy, tb_dict_copy(args[0]))
ONE(set_add, status(tb_set_add(args[0], args[1])))
ONE(set_discard, status(tb_set_discard(args[0], args[1])))
ONE(set_remove, status(tb_set_remove(args[0], args[1])))
ONE(set_contains, truth(tb_set_contains(args[0], args[1])))
ONE(tuple_check, Py_XNewRef(tb_tuple_expect_length(args[0], 2, "f() argument 'x'")))
ONE(bool_check, truth(tb_bool_from_object(args[0], "f() argument 'x'")))

/* Loops. */
static PyObject *loop(ARGS)
{
    UNUSED;
    tb_iter iter;
    PyObject *item, *list = PyList_New(0);
    if (tb_iter_start(&iter, args[0]) < 0) {
        Py_DECREF(list);
        return NULL;
    }
    int result;
    while ((result = tb_iter_next(&iter, &item)) > 0) {
        if (count > 1) {
            PyObject *called = PyObject_CallOneArg(args[1], item);
            if (called == NULL) {
                Py_DECREF(item);
                result = -1;
                break;
            }
            Py_DECREF(called);
        }
        tb_list_append_steal(list, item);
    }
    tb_iter_end(&iter);
    tb_iter_end(&iter);
    if (result < 0) Py_CLEAR(list);
    return list;
}
static PyObject *range_list(ARGS)
{
    UNUSED;
    tb_int bounds[3];
    for (int i = 0; i < 3; i++) bounds[i] = tb_int_from_object(args[i], NULL);
    tb_range range;
    PyObject *list = NULL;
    if (tb_range_start(&range, bounds[0], bounds[1], bounds[2]) == 0) {
        list = PyList_New(0);
        tb_int item;
        for (int i = 0; i < 100 && tb_range_next(&range, &item) > 0; i++) tb_list_append_steal(list, tb_int_to_object_steal(item));
        tb_range_end(&range);
    }
    for (int i = 0; i < 3; i++) tb_int_release(bounds[i]);
    return list;
}
static PyObject *unpack(ARGS)
{
    UNUSED;
    PyObject *items[8];
    Py_ssize_t n = PyLong_AsSsize_t(args[1]);
    return tb_unpack(args[0], n, items) < 0 ? NULL : tb_list_pack(items, n);
}
static PyObject *unpack_star(ARGS)
{
    UNUSED;
    PyObject *items[8];
    Py_ssize_t before = PyLong_AsSsize_t(args[1]), after = PyLong_AsSsize_t(args[2]);
    return tb_unpack_star(args[0], before, after, items) < 0 ? NULL : tb_list_pack(items, before + 1 + after);
}

/* Names, calls, builtins. */
ONE(global_get, tb_global_get(args[0], args[1]))
ONE(global_delete, status(tb_global_delete(args[0], args[1])))
ONE(isinstance_, truth(tb_isinstance(args[0], args[1])))
ONE(import_from, tb_import_from(args[0], args[1]))
static PyObject *import_(ARGS) { UNUSED; return tb_import(args[0], args[1], args[2], (int)PyLong_AsLong(args[3])); }
/* f(*a, **b, **c) */
static PyObject *call_merged(ARGS)
{
    UNUSED;
    PyObject *list = PyList_New(0), *dict = PyDict_New(), *tuple, *result = NULL;
    if (tb_call_args_extend(list, args[1], args[0]) == 0 && tb_call_kwargs_merge(dict, args[2], args[0]) == 0 &&
        tb_call_kwargs_merge(dict, args[3], args[0]) == 0) {
        tuple = tb_tuple_from_list_steal(list);
        list = NULL;
        result = tb_call_ex(args[0], tuple, dict);
        Py_DECREF(tuple);
    }
    Py_XDECREF(list);
    Py_DECREF(dict);
    return result;
}
ONE(min_2, tb_min_2(args[0], args[1]))
ONE(max_2, tb_max_2(args[0], args[1]))
ONE(sum_, tb_sum(args[0], count > 1 ? args[1] : NULL))
ONE(sorted_, tb_sorted(args[0], args[1] == Py_None ? NULL : args[1], args[2] == Py_True))
ONE(round_, tb_round(args[0], count > 1 ? args[1] : NULL))
ONE(divmod_, tb_divmod(args[0], args[1]))
ONE(any_, truth(tb_any(args[0])))
ONE(all_, truth(tb_all(args[0])))
ONE(len_, integer(tb_len(args[0])))
ONE(hash_, integer(tb_hash(args[0])))
ONE(unbound, (tb_raise_unbound(args[0]), NULL))

/* Exceptions. */
static tb_code_info info;
ONE(adopt, (tb_code_info_set(&info, args[0]), Py_NewRef(Py_None)))
static PyObject *raise_(ARGS)
{
    UNUSED;
    tb_raise(args[0], count > 1 ? args[1] : NULL);
    tb_traceback_add(&info, 1234);
    return NULL;
}
ONE(reraise, (tb_reraise(), NULL))
/* try: body() / except types: return handler(exception) */
static PyObject *try_except(ARGS)
{
    UNUSED;
    PyObject *result = PyObject_CallNoArgs(args[0]);
    if (result != NULL) return result;
    tb_traceback_add(&info, 77);
    PyObject *previous, *exception = tb_except_enter(&previous);
    int matches = tb_except_matches(exception, args[1]);
    if (matches > 0) {
        result = PyObject_CallOneArg(args[2], exception);
        if (result == NULL) tb_traceback_add(&info, 79);
    } else if (matches == 0) {
        tb_raise_again(Py_NewRef(exception));
    }
    Py_DECREF(exception);
    tb_except_leave(previous);
    return result;
}
/* with manager as x: return body(x) */
static PyObject *with_(ARGS)
{
    UNUSED;
    PyObject *leave, *value = tb_with_enter(args[0], &leave);
    if (value == NULL) return NULL;
    PyObject *result = PyObject_CallOneArg(args[1], value);
    Py_DECREF(value);
    if (result != NULL) {
        if (tb_with_exit(leave) < 0) Py_CLEAR(result);
        return result;
    }
    PyObject *previous, *exception = tb_except_enter(&previous);
    int suppressed = tb_with_exit_exception(leave, exception);
    if (suppressed == 0) {
        tb_raise_again(exception);
    } else {
        Py_DECREF(exception);
    }
    tb_except_leave(previous);
    return suppressed > 0 ? PyUnicode_FromString("suppressed") : NULL;
}

/* Safe points and recursion. */
static PyObject *spin(ARGS)
{
    UNUSED;
    PyThreadState *thread = tb_thread();
    for (long i = PyLong_AsLong(args[0]); i > 0; i--) {
        if (tb_safepoint_thread(thread) < 0) return NULL;
    }
    Py_RETURN_NONE;
}
static PyObject *recurse_in(PyThreadState *thread, long depth)
{
    if (tb_enter_thread(thread) < 0) return NULL;
    PyObject *result;
    if (depth == 0) {
        result = Py_NewRef(Py_None);
    } else {
        result = recurse_in(thread, depth - 1);
        if (result != NULL) {
            /* Not a tail call. */
            result = Py_NewRef(result);
            Py_DECREF(result);
        }
    }
    tb_leave_thread(thread);
    return result;
}
static PyObject *recurse(ARGS) { UNUSED; return recurse_in(tb_thread(), PyLong_AsLong(args[0])); }

#define ENTRY(c, python) {python, (PyCFunction)(void (*)(void))c, METH_FASTCALL, NULL},
#define E(name) ENTRY(name, #name)
#define EI(name) ENTRY(int_##name, "int_" #name)
#define EF(name) ENTRY(float_##name, "float_" #name)
static PyMethodDef methods[] = {
    INTS(EI) COMPARISONS(EI) UNARY_INTS(EI) FLOATS(EF)
    E(int_truediv) E(int_pow_object) E(int_to_float) E(int_to_str) E(int_hash) E(int_divmod) E(int_compare_float) E(int_check)
    E(int_check_subclass) E(int_parse) E(int_from_float) E(int_decimal) E(float_divmod) E(float_pow_object) E(float_round)
    E(float_round_digits) E(float_floor) E(float_ceil) E(float_to_str) E(float_is_integer) E(float_check) E(float_parse) E(float_sum)
    E(str_slice) E(list_slice) E(tuple_slice) E(str_index) E(str_repeat) E(list_get) E(list_pop_at) E(tuple_get) E(list_delete)
    E(list_set) E(list_insert) E(str_concat) E(str_eq) E(str_lt) E(str_contains) E(str_join) E(str_startswith) E(str_endswith)
    E(str_find) E(str_replace) E(str_split) E(str_upper) E(str_truth) E(str_check) E(str_append) E(str_grow) E(format_all) E(format_value)
    E(list_append) E(list_extend) E(list_extend_star) E(list_pop) E(list_sort) E(list_contains) E(list_copy) E(list_reverse) E(list_clear)
    E(dict_get) E(dict_get_or) E(dict_set) E(dict_delete) E(dict_contains) E(dict_setdefault) E(dict_pop) E(dict_update_star)
    E(dict_update) E(dict_copy) E(set_add) E(set_discard) E(set_remove) E(set_contains) E(tuple_check) E(bool_check) E(loop)
    E(range_list) E(unpack) E(unpack_star) E(global_get) E(global_delete) E(import_from) E(call_merged) E(min_2) E(max_2) E(unbound)
    E(adopt) E(reraise) E(try_except) E(spin) E(recurse) ENTRY(isinstance_, "isinstance")
    ENTRY(import_, "import_") ENTRY(sum_, "sum") ENTRY(sorted_, "sorted") ENTRY(round_, "round") ENTRY(divmod_, "divmod")
    ENTRY(any_, "any") ENTRY(all_, "all") ENTRY(len_, "len") ENTRY(hash_, "hash") ENTRY(raise_, "raise_") ENTRY(with_, "with_")
    ENTRY(ord_, "ord") ENTRY(chr_, "chr")
    {NULL, NULL, 0, NULL},
};

static int run(PyObject *module)
{
    (void)module;
    return tb_runtime_c_init();
}
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)run},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "values", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_values(void);
PyMODINIT_FUNC PyInit_values(void) { return PyModuleDef_Init(&definition); }
