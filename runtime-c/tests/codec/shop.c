/* The C side of shop.py, with a stand-in for the runtime whose reader walks Python objects (what `json.loads` gives, with
 * dicts as lists of pairs so that duplicate keys stay), and functions that drive the emitted handler table from Python. */
#include "tb.h"
#include "tb_codec.h"
#include "code.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The stand-in. A tuple of pairs is an object, a list an array. */
typedef struct { PyObject *items; Py_ssize_t at; } level;
struct tb_reader { PyObject *current; level stack[200]; int depth; PyObject *errors; };

static int fake_reject(tb_reader *reader, const tb_place *place, uint32_t kind, const char *expected) {
    PyObject *loc = PyList_New(0);
    for (; place != NULL; place = place->parent) {
        PyObject *part = place->key != NULL ? PyUnicode_FromStringAndSize((const char *)place->key, (Py_ssize_t)place->length) : PyLong_FromSize_t(place->length);
        if (part == NULL || PyList_Insert(loc, 0, part) < 0) abort();
        Py_DECREF(part);
    }
    PyObject *entry = Py_BuildValue("IOz", kind, loc, expected);
    if (entry == NULL || PyList_Append(reader->errors, entry) < 0) abort();
    Py_DECREF(entry);
    Py_DECREF(loc);
    return TB_INVALID;
}
static int fake_peek(tb_reader *reader, const tb_place *place) {
    (void)place;
    PyObject *v = reader->current;
    return v == Py_None ? TB_JSON_NULL : PyBool_Check(v) ? TB_JSON_BOOL : PyLong_Check(v) ? TB_JSON_INT : PyFloat_Check(v) ? TB_JSON_FLOAT
         : PyUnicode_Check(v) ? TB_JSON_STRING : PyList_Check(v) ? TB_JSON_ARRAY : TB_JSON_OBJECT;
}
static int fake_int(tb_reader *reader, const tb_place *place, tb_int *out) {
    if (fake_peek(reader, place) != TB_JSON_INT) return fake_reject(reader, place, TB_REJECT_INT_TYPE, NULL);
    *out = tb_int_from_object(reader->current, NULL);
    return TB_OK;
}
static int fake_float(tb_reader *reader, const tb_place *place, double *out) {
    int kind = fake_peek(reader, place);
    if (kind != TB_JSON_INT && kind != TB_JSON_FLOAT) return fake_reject(reader, place, TB_REJECT_FLOAT_TYPE, NULL);
    *out = PyFloat_AsDouble(reader->current);
    return TB_OK;
}
static int fake_bool(tb_reader *reader, const tb_place *place, uint8_t *out) {
    if (fake_peek(reader, place) != TB_JSON_BOOL) return fake_reject(reader, place, TB_REJECT_BOOL_TYPE, NULL);
    *out = reader->current == Py_True;
    return TB_OK;
}
static int fake_null(tb_reader *reader, const tb_place *place) {
    return reader->current == Py_None ? TB_OK : fake_reject(reader, place, TB_REJECT_NONE_REQUIRED, NULL);
}
static int fake_string(tb_reader *reader, const tb_place *place, PyObject **out) {
    if (fake_peek(reader, place) != TB_JSON_STRING) return fake_reject(reader, place, TB_REJECT_STRING_TYPE, NULL);
    *out = Py_NewRef(reader->current);
    return TB_OK;
}
static int fake_text(tb_reader *reader, const tb_place *place, tb_slice *out) {
    Py_ssize_t length;
    if (fake_peek(reader, place) != TB_JSON_STRING) return fake_reject(reader, place, TB_REJECT_STRING_TYPE, NULL);
    out->data = (const uint8_t *)PyUnicode_AsUTF8AndSize(reader->current, &length);
    out->length = (size_t)length;
    return TB_OK;
}
static int fake_any(tb_reader *reader, const tb_place *place, PyObject **out) {
    (void)place;
    *out = Py_NewRef(reader->current);
    return TB_OK;
}
static int fake_skip(tb_reader *reader, const tb_place *place) {
    (void)place;
    return PyUnicode_Check(reader->current) && PyUnicode_EqualToUTF8(reader->current, "<broken>") ? TB_FATAL : TB_OK;
}
static int step(tb_reader *reader, int first) {
    if (first) reader->stack[reader->depth++] = (level){reader->current, 0};
    level *top = &reader->stack[reader->depth - 1];
    if (top->at >= PySequence_Fast_GET_SIZE(top->items)) {
        reader->current = top->items;
        reader->depth--;
        return 0;
    }
    reader->current = PySequence_Fast_GET_ITEM(top->items, top->at++);
    return 1;
}
static int fake_key(tb_reader *reader, const tb_place *place, int first, tb_slice *key) {
    (void)place;
    int more = step(reader, first);
    if (more == 1) {
        Py_ssize_t length;
        key->data = (const uint8_t *)PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(reader->current, 0), &length);
        key->length = (size_t)length;
        reader->current = PyTuple_GET_ITEM(reader->current, 1);
    }
    return more;
}
static int fake_item(tb_reader *reader, const tb_place *place, int first) { (void)place; return step(reader, first); }
static void fake_mark(tb_reader *reader, size_t *words) {
    words[0] = (size_t)reader->current;
    words[1] = (size_t)reader->depth << 32 | (size_t)PyList_GET_SIZE(reader->errors);
}
static void fake_rewind(tb_reader *reader, const size_t *words) {
    reader->current = (PyObject *)words[0];
    reader->depth = (int)(words[1] >> 32);
    if (PyList_SetSlice(reader->errors, (Py_ssize_t)(words[1] & 0xffffffff), PyList_GET_SIZE(reader->errors), NULL) < 0) abort();
}
static int fake_text_int(tb_reader *reader, const tb_place *place, tb_slice text, tb_int *out) {
    PyObject *string = PyUnicode_FromStringAndSize((const char *)text.data, (Py_ssize_t)text.length), *number = PyLong_FromUnicodeObject(string, 10);
    Py_DECREF(string);
    if (number == NULL) { PyErr_Clear(); return fake_reject(reader, place, TB_REJECT_INT_PARSING, NULL); }
    *out = tb_int_from_long_steal(number);
    return TB_OK;
}
static int fake_text_float(tb_reader *reader, const tb_place *place, tb_slice text, double *out) {
    (void)reader; (void)place;
    *out = strtod((const char *)text.data, NULL);
    return TB_OK;
}
static int fake_text_bool(tb_reader *reader, const tb_place *place, tb_slice text, uint8_t *out) {
    (void)reader; (void)place;
    *out = text.data[0] == 't';
    return TB_OK;
}
static int fake_text_string(tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out) {
    (void)reader; (void)place;
    *out = PyUnicode_FromStringAndSize((const char *)text.data, (Py_ssize_t)text.length);
    return TB_OK;
}
static int fake_raised(tb_reader *reader, const tb_place *place) {
    if (!PyErr_ExceptionMatches(PyExc_ValueError) && !PyErr_ExceptionMatches(PyExc_TypeError)) return TB_RAISED;
    PyErr_Clear();
    return fake_reject(reader, place, TB_REJECT_VALUE_ERROR, NULL);
}
static void fake_grow(tb_buffer *buffer, size_t extra) {
    buffer->capacity = buffer->length + extra + 8;
    buffer->data = realloc(buffer->data, buffer->capacity);
}
static PyObject *dumps;
static int fake_write_object(tb_buffer *buffer, PyObject *value) {
    PyObject *text = PyObject_CallOneArg(dumps, value);
    if (text == NULL) return -1;
    Py_ssize_t length;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &length);
    tb_codec_write(buffer, bytes, (size_t)length);
    Py_DECREF(text);
    return 0;
}
static void fake_write_string(tb_buffer *buffer, const uint8_t *text, size_t length) {
    PyObject *string = PyUnicode_FromStringAndSize((const char *)text, (Py_ssize_t)length);
    if (fake_write_object(buffer, string) < 0) abort();
    Py_DECREF(string);
}
static void fake_write_int(tb_buffer *buffer, int64_t value) {
    char text[32];
    int length = snprintf(text, sizeof text, "%lld", (long long)value);
    tb_codec_write(buffer, text, (size_t)length);
}
static int fake_write_float(tb_buffer *buffer, double value) {
    PyObject *number = PyFloat_FromDouble(value);
    int failed = fake_write_object(buffer, number);
    Py_DECREF(number);
    return failed;
}
static const tb_module *registered;
static int fake_register(const tb_module *module) { registered = module; return TB_OK; }
static const tb_runtime fake = {.abi_version = TB_ABI_VERSION, .size = sizeof(tb_runtime), .register_module = fake_register, .buffer_grow = fake_grow,
    .write_string = fake_write_string, .write_int = fake_write_int, .write_float = fake_write_float, .write_object = fake_write_object,
    .peek = fake_peek, .read_int = fake_int, .read_float = fake_float, .read_bool = fake_bool, .read_null = fake_null, .read_string = fake_string,
    .read_text = fake_text, .read_any = fake_any, .skip = fake_skip, .next_key = fake_key, .next_item = fake_item, .mark = fake_mark, .rewind = fake_rewind,
    .reject = fake_reject, .text_int = fake_text_int, .text_float = fake_text_float, .text_bool = fake_text_bool, .text_string = fake_text_string, .reject_raised = fake_raised};

/* shop.py */
typedef struct { PyObject_HEAD PyObject *sku; tb_int qty; double price; } Line;
typedef struct { PyObject_HEAD tb_int id; PyObject *lines; uint8_t paid; PyObject *note, *status, *size, *counts, *pair; tb_int code; PyObject *ids, *next; } Order;
typedef struct { PyObject_HEAD PyObject *kind; tb_int lives; } Cat;
typedef struct { PyObject_HEAD PyObject *kind; uint8_t good; } Dog;
typedef struct { PyObject_HEAD tb_int n; } Checked;
#define FIELD(class, name, expected, held, has_default) {#name, expected, offsetof(class, name), held, 1, has_default, NULL}
static const tb_field_spec fields_Line[] = {FIELD(Line, sku, "str", TB_HELD_OBJECT, 0), FIELD(Line, qty, "int", TB_HELD_INT, 0), FIELD(Line, price, "float", TB_HELD_FLOAT, 1)};
static const tb_field_spec fields_Order[] = {FIELD(Order, id, "int", TB_HELD_INT, 0), FIELD(Order, lines, "list[Line]", TB_HELD_OBJECT, 0), FIELD(Order, paid, "bool", TB_HELD_BOOL, 1),
    FIELD(Order, note, "str | None", TB_HELD_OBJECT, 1), FIELD(Order, status, "Status", TB_HELD_OBJECT, 1), FIELD(Order, size, "Literal", TB_HELD_OBJECT, 1),
    FIELD(Order, counts, "dict[str, int]", TB_HELD_OBJECT, 0), FIELD(Order, pair, "tuple", TB_HELD_OBJECT, 1), FIELD(Order, code, "Literal", TB_HELD_INT, 1),
    FIELD(Order, ids, "union", TB_HELD_OBJECT, 1), FIELD(Order, next, "Order | None", TB_HELD_OBJECT, 1)};
static const tb_field_spec fields_Cat[] = {FIELD(Cat, kind, "str", TB_HELD_OBJECT, 0), FIELD(Cat, lives, "int", TB_HELD_INT, 0)};
static const tb_field_spec fields_Dog[] = {FIELD(Dog, kind, "str", TB_HELD_OBJECT, 0), FIELD(Dog, good, "bool", TB_HELD_BOOL, 0)};
static const tb_field_spec fields_Checked[] = {FIELD(Checked, n, "int", TB_HELD_INT, 0)};
#define CLASS(name_) static tb_class_spec class_##name_ = {.name = "shop." #name_, .fields = fields_##name_, .field_count = COUNT(fields_##name_), .size = sizeof(name_), .options = TB_DATACLASS};
CLASS(Line) CLASS(Order) CLASS(Cat) CLASS(Dog) CLASS(Checked)

#define NO_CALL(name) static PyObject *call_##name(PyObject *c, PyObject *const *a, size_t n, PyObject *k) { (void)c; (void)a; (void)n; (void)k; Py_RETURN_NONE; }
NO_CALL(place) NO_CALL(search) NO_CALL(pet) NO_CALL(check) NO_CALL(nothing)
static int body_place(PyObject *order, PyObject **result) { *result = Py_NewRef(order); return 0; }
static int body_search(tb_int limit, double ratio, uint8_t on, PyObject *names, PyObject *status, PyObject *mixed, PyObject *size, PyObject **result) {
    PyObject *number = tb_int_to_object(limit), *value = PyObject_GetAttrString(status, "value");
    if (value == NULL) { PyErr_Clear(); value = Py_NewRef(Py_None); }
    *result = Py_BuildValue("NdOONOO", number, ratio, on ? Py_True : Py_False, names, value, mixed, size);
    return *result == NULL ? -1 : 0;
}
static int body_pet(PyObject *pets, PyObject **result) {
    *result = PyList_New(0);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pets); i++) {
        PyObject *name = PyType_GetName(Py_TYPE(PyList_GET_ITEM(pets, i)));
        PyList_Append(*result, name);
        Py_DECREF(name);
    }
    return 0;
}
static int body_check(PyObject *it, tb_int *result) {
    *result = tb_field_read_int(it, &((Checked *)it)->n);
    return 0;
}
static int body_nothing(PyObject *request) { return request == Py_None ? (PyErr_SetString(PyExc_RuntimeError, "no request"), -1) : 0; }

#include "codecs.inc"

static tb_handover handovers[] = {{NULL, &class_Line}, {NULL, &class_Order}, {NULL, &class_Cat}, {NULL, &class_Dog}, {NULL, &class_Checked}};

/* drive(handler index, {parameter: ("json", value) | ("text", [bytes…]) | ("object", value)}) -> bytes, or the list of rejections */
static PyObject *drive(PyObject *self, PyObject *args) {
    (void)self;
    unsigned index;
    PyObject *given;
    if (!PyArg_ParseTuple(args, "IO!", &index, &PyDict_Type, &given)) return NULL;
    const tb_handler *handler = &registered->handlers[index];
    _Alignas(16) char arguments[256], result[16];
    uint8_t filled[16] = {0};
    tb_reader reader = {.errors = PyList_New(0)};
    int whole = TB_OK;
    for (uint32_t each = 0; each < handler->parameter_count; each++) {
        const tb_parameter *parameter = &handler->parameters[each];
        PyObject *how = PyDict_GetItemString(given, parameter->name), *value;
        const char *kind;
        if (!PyArg_ParseTuple(how, "sO", &kind, &value)) abort();
        void *slot = arguments + parameter->offset;
        int status;
        reader.depth = 0;
        reader.current = value;
        if (kind[0] == 'j') status = parameter->from_json(&reader, NULL, slot);
        else if (kind[0] == 'o') status = parameter->from_object(value, slot);
        else {
            tb_slice items[8];
            for (Py_ssize_t i = 0; i < PyList_GET_SIZE(value); i++) items[i] = (tb_slice){(const uint8_t *)PyBytes_AS_STRING(PyList_GET_ITEM(value, i)), (size_t)PyBytes_GET_SIZE(PyList_GET_ITEM(value, i))};
            status = parameter->from_text(&reader, NULL, items, (size_t)PyList_GET_SIZE(value), slot);
        }
        filled[each] = status == TB_OK;
        if (status != TB_OK) whole = status;
        if (status == TB_RAISED) break;
    }
    PyObject *answer = NULL;
    if (whole == TB_OK) {
        tb_buffer buffer = {0};
        if (handler->invoke(arguments, result) == TB_OK && handler->encode(&buffer, result) == TB_OK)
            answer = PyBytes_FromStringAndSize((const char *)buffer.data, (Py_ssize_t)buffer.length);
        free(buffer.data);
        Py_DECREF(reader.errors);
        return answer;
    }
    for (uint32_t each = 0; each < handler->parameter_count; each++)
        if (filled[each] && handler->parameters[each].drop != NULL) handler->parameters[each].drop(arguments + handler->parameters[each].offset);
    if (whole == TB_RAISED) Py_CLEAR(reader.errors);
    return reader.errors;
}
static PyMethodDef drive_method = {"drive", drive, METH_VARARGS, NULL};

static int prepare(void) {
#ifdef TB_REAL_RUNTIME
    /* tests/codec/test_native.py: the same program with the runtime itself. */
    return tb_runtime_load();
#endif
    PyObject *driver = PyImport_ImportModule("codec_driver");
    dumps = driver == NULL ? NULL : PyObject_GetAttrString(driver, "dumps");
    tb_runtime_table = &fake;
    PyObject *function = dumps == NULL ? NULL : PyCFunction_New(&drive_method, NULL);
    return function == NULL ? -1 : PyObject_SetAttrString(driver, "drive", function);
}
static tb_module_spec module = {.name = "shop", .code = code, .code_size = sizeof code, .handovers = handovers, .handover_count = COUNT(handovers),
    .prepare = prepare, .finish = tb_codecs_finish, .handlers = &tb_handlers};
TB_MODULE(shop, module)
static const tb_program_module program_modules[] = {{"shop", tb_init_shop}};
static const tb_program_spec program = {"codec_program", program_modules, 1};
TB_PROGRAM(codec_program, program)
