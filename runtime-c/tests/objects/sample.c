/* Specs for sample.py as the compiler would print them; bodies are the simplest that do the same. */
#include "tb.h"
#include "code.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define WRAP(name, count)                                                                                       \
    static PyObject *call_##name(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames) { \
        TB_CALL_BODY(spec_##name, run_##name)                                                                   \
    }
#define FUNCTION(name, python, positional, only_positional)                                                     \
    static PyObject *call_##name(PyObject *, PyObject *const *, size_t, PyObject *);                            \
    static tb_function_spec spec_##name = {.qualname = python, .vectorcall = call_##name, .parameters = parameters_##name, \
        .parameter_count = COUNT(parameters_##name), .positional_count = positional, .all_positional = only_positional};

static unsigned native_calls;

static const tb_signature_parameter parameters_add[] = {{"a", "int", TB_POSITIONAL}, {"b", "int", TB_POSITIONAL}};
FUNCTION(add, "add", 2, 1)
static PyObject *run_add(PyObject *const *values) {
    tb_int a, b;
    native_calls++;
    if (tb_argument_int(&spec_add, 0, values[0], &a) < 0) return NULL;
    if (tb_argument_int(&spec_add, 1, values[1], &b) < 0) { tb_int_release(a); return NULL; }
    tb_int sum = tb_int_add(a, b);
    tb_int_release(a);
    tb_int_release(b);
    return sum == TB_INT_ERROR ? NULL : tb_int_to_object_steal(sum);
}
WRAP(add, 2)

static const tb_signature_parameter parameters_spread[] = {{"a", NULL, TB_POSITIONAL_ONLY}, {"b", NULL, TB_POSITIONAL},
    {"rest", NULL, TB_VAR_POSITIONAL}, {"key", NULL, TB_KEYWORD_ONLY}, {"other", NULL, TB_KEYWORD_ONLY}, {"named", NULL, TB_VAR_KEYWORD}};
FUNCTION(spread, "spread", 2, 0)
static PyObject *run_spread(PyObject *const *v) {
    native_calls++;
    return PyTuple_Pack(6, v[0], v[1], v[2], v[3], v[4], v[5]);
}
WRAP(spread, 6)

static const tb_signature_parameter parameters_later[] = {{"value", "int", TB_POSITIONAL}};
FUNCTION(later, "later", 1, 1)
static PyObject *run_later(PyObject *const *values) {
    tb_int value;
    native_calls++;
    if (tb_argument_int(&spec_later, 0, values[0], &value) < 0) return NULL;
    tb_int sum = tb_int_add(value, TB_INT(1));
    tb_int_release(value);
    return tb_int_to_object_steal(sum);
}
static PyObject *call_later(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    TB_CALL_ASYNC(spec_later, run_later, 1)
}

static const tb_signature_parameter parameters_failing[1];
static PyObject *call_failing(PyObject *, PyObject *const *, size_t, PyObject *);
static tb_function_spec spec_failing = {.qualname = "failing", .vectorcall = call_failing, .parameters = parameters_failing, .all_positional = 1, .is_async = 1};
static PyObject *run_failing(PyObject *const *values) {
    (void)values;
    PyObject *text = PyUnicode_FromString("gone");
    PyErr_SetObject(PyExc_KeyError, text);
    Py_DECREF(text);
    tb_traceback_add(&spec_failing.info, 21);
    return NULL;
}
static PyObject *call_failing(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    TB_CALL_ASYNC(spec_failing, run_failing, 0)
}

static const tb_signature_parameter parameters_scale[] = {{"x", "float", TB_POSITIONAL}, {"on", "bool", TB_POSITIONAL}, {"text", "str", TB_POSITIONAL}};
FUNCTION(scale, "scale", 3, 1)
static PyObject *run_scale(PyObject *const *v) {
    double x;
    uint8_t on;
    if (tb_argument_float(&spec_scale, 0, v[0], &x) < 0 || tb_argument_bool(&spec_scale, 1, v[1], &on) < 0 ||
        tb_argument_instance(&spec_scale, 2, v[2], &PyUnicode_Type) < 0) return NULL;
    return Py_BuildValue("dOO", x, on ? Py_True : Py_False, v[2]);
}
WRAP(scale, 3)

/* Item */
typedef struct { PyObject_HEAD tb_int id; double price; PyObject *name; uint8_t on; PyObject *tags, *extra; } Item;
typedef struct { Item base; tb_int rank; } Special;
#define ITEM_FIELDS \
    {"id", "int", offsetof(Item, id), TB_HELD_INT, 0, 0, NULL}, {"price", "float", offsetof(Item, price), TB_HELD_FLOAT, 0, 0, NULL}, \
    {"name", "str", offsetof(Item, name), TB_HELD_OBJECT, 0, 1, tb_check_str}, {"on", "bool", offsetof(Item, on), TB_HELD_BOOL, 0, 1, NULL}, \
    {"tags", "list[str]", offsetof(Item, tags), TB_HELD_OBJECT, 1, 0, tb_check_list}, {"extra", "Any", offsetof(Item, extra), TB_HELD_OBJECT, 1, 1, NULL}
static const tb_field_spec fields_item[] = {ITEM_FIELDS};
static const tb_field_spec fields_special[] = {ITEM_FIELDS, {"rank", "int", offsetof(Special, rank), TB_HELD_INT, 0, 1, NULL}};

static tb_class_spec class_item;
static const tb_signature_parameter parameters_total[] = {{"self", NULL, TB_POSITIONAL}, {"count", "int", TB_POSITIONAL}};
FUNCTION(total, "Item.total", 2, 1)
static PyObject *run_total(PyObject *const *v) {
    tb_int count;
    native_calls++;
    if (!tb_class_check(&class_item, v[0])) { tb_argument_error(&spec_total, 0, v[0]); return NULL; }
    if (tb_argument_int(&spec_total, 1, v[1], &count) < 0) return NULL;
    double price = tb_field_read_float(&((Item *)v[0])->price);
    if (tb_float_is_unset(price)) return tb_field_unset(&class_item, 1, v[0]);
    return PyFloat_FromDouble(price * tb_int_to_float(count));
}
WRAP(total, 2)
static const tb_signature_parameter parameters_label[] = {{"self", NULL, TB_POSITIONAL}};
FUNCTION(label, "Item.label", 1, 1)
static PyObject *run_label(PyObject *const *v) {
    native_calls++;
    PyObject *name = tb_field_load(&class_item, 2, v[0]);
    if (name == NULL) return NULL;
    PyObject *upper = PyObject_CallMethod(name, "upper", NULL);
    Py_DECREF(name);
    return upper;
}
WRAP(label, 1)
static const tb_method_spec methods_item[] = {{"total", &spec_total}, {"label", &spec_label}};
static tb_class_spec class_item = {.name = "sample.Item", .fields = fields_item, .field_count = COUNT(fields_item), .size = sizeof(Item),
    .options = TB_DATACLASS, .methods = methods_item, .method_count = COUNT(methods_item)};
static tb_class_spec class_special = {.name = "sample.Special", .fields = fields_special, .field_count = COUNT(fields_special),
    .inherited_count = COUNT(fields_item), .size = sizeof(Special), .base = &class_item, .options = TB_DATACLASS};

typedef struct { PyObject_HEAD double x, y; } Point;
static const tb_field_spec fields_point[] = {{"x", "float", offsetof(Point, x), TB_HELD_FLOAT, 0, 0, NULL}, {"y", "float", offsetof(Point, y), TB_HELD_FLOAT, 0, 1, NULL}};
static tb_class_spec class_point = {.name = "sample.Point", .fields = fields_point, .field_count = 2, .size = sizeof(Point), .options = TB_DATACLASS | TB_DATACLASS_FROZEN};

typedef struct { PyObject_HEAD tb_int a; PyObject *b; } Slotted;
static const tb_field_spec fields_slotted[] = {{"a", "int", offsetof(Slotted, a), TB_HELD_INT, 0, 0, NULL}, {"b", "str", offsetof(Slotted, b), TB_HELD_OBJECT, 0, 1, tb_check_str}};
static tb_class_spec class_slotted = {.name = "sample.Slotted", .fields = fields_slotted, .field_count = 2, .size = sizeof(Slotted), .options = TB_DATACLASS | TB_DATACLASS_SLOTS};

typedef struct { PyObject_HEAD tb_int count, step; } Counter;
static const tb_field_spec fields_counter[] = {{"count", "int", offsetof(Counter, count), TB_HELD_INT, 0, 1, NULL}, {"step", "int", offsetof(Counter, step), TB_HELD_INT, 0, 0, NULL}};
static tb_class_spec class_counter = {.name = "sample.Counter", .fields = fields_counter, .field_count = 2, .size = sizeof(Counter)};

typedef struct { PyObject_HEAD tb_int a, b, c; } Keyed;
static const tb_field_spec fields_keyed[] = {{"a", "int", offsetof(Keyed, a), TB_HELD_INT, 0, 0, NULL}, {"b", "int", offsetof(Keyed, b), TB_HELD_INT, 0, 1, NULL}, {"c", "int", offsetof(Keyed, c), TB_HELD_INT, 0, 1, NULL}};
static tb_class_spec class_keyed = {.name = "sample.Keyed", .fields = fields_keyed, .field_count = 3, .size = sizeof(Keyed), .options = TB_DATACLASS};

/* Guards. */
static uint8_t guard_add, guard_item, guard_len;
static tb_guard guards[] = {{"add", &spec_add.function, &guard_add, NULL},
                            {"Item", (PyObject **)&class_item.type, &guard_item, NULL},
                            {"len", NULL, &guard_len, NULL}};

static const tb_signature_parameter parameters_use_add[1];
static PyObject *call_use_add(PyObject *, PyObject *const *, size_t, PyObject *);
static tb_function_spec spec_use_add = {.qualname = "use_add", .vectorcall = call_use_add, .parameters = parameters_use_add, .all_positional = 1};
static PyObject *run_use_add(PyObject *const *v) {
    (void)v;
    return Py_BuildValue("iiiii", tb_guard_holds(&guard_add), tb_guard_holds(&guard_item), tb_guard_holds(&guard_len),
                         tb_class_is_intact(&class_item), tb_class_is_intact(&class_special));
}
WRAP(use_add, 0)

/* `measure(x)` builds an Item directly, as generated constructors do. */
static const tb_signature_parameter parameters_measure[] = {{"x", NULL, TB_POSITIONAL}};
FUNCTION(measure, "measure", 1, 1)
static PyObject *run_measure(PyObject *const *v) {
    if (!class_item.plain) return PyErr_Format(PyExc_AssertionError, "Item is not plain");
    PyObject *tags = tb_class_default(&class_item, 4), *item = tags == NULL ? NULL : tb_class_allocate(&class_item);
    if (item == NULL) return NULL;
    Item *self = (Item *)item;
    tb_field_init_int(&self->id, TB_INT(5));
    tb_field_init_float(&self->price, 2.5);
    tb_field_init_object(&self->name, PyUnicode_FromString("direct"));
    tb_field_init_bool(&self->on, 1);
    tb_field_init_object(&self->tags, tags);
    if (v[0] == Py_None) { tb_class_abandon(&class_item, item, 5); return Py_NewRef(Py_None); }
    tb_field_init_object(&self->extra, Py_NewRef(v[0]));
    return tb_class_finish(&class_item, item);
}
WRAP(measure, 1)

static tb_handover handovers[] = {{&spec_add, NULL}, {&spec_spread, NULL}, {&spec_later, NULL}, {&spec_failing, NULL}, {&spec_scale, NULL},
    {NULL, &class_item}, {&spec_total, NULL}, {&spec_label, NULL}, {NULL, &class_point}, {NULL, &class_slotted}, {NULL, &class_special},
    {NULL, &class_counter}, {NULL, &class_keyed}, {&spec_use_add, NULL}, {&spec_measure, NULL}};

static int finish(PyObject *module) {
    PyObject *calls = PyCapsule_New(&native_calls, "calls", NULL);
    return calls == NULL ? -1 : PyModule_Add(module, "_calls", calls);
}
static tb_module_spec module = {.name = "sample", .code = code, .code_size = sizeof code, .handovers = handovers, .handover_count = COUNT(handovers),
    .guards = guards, .guard_count = COUNT(guards), .finish = finish};
TB_MODULE(sample, module)
static const tb_program_module program_modules[] = {{"sample", tb_init_sample}};
static const tb_program_spec program = {"objects", program_modules, 1};
TB_PROGRAM(objects, program)
