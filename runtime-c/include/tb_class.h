/* Native classes: heap types whose instances hold typed C fields.
 *
 * In: one static `tb_class_spec` per compiled class, and the finished namespace of its `class` statement. Out: a
 * class that is created, decorated, subclassed, copied and pickled as Python does it. What holds: after the
 * statement, `spec.type` is the class (a strong reference for ever; re-execution of the module replaces it), an
 * instance begins with the C struct laid out by the compiler, and `spec.intact` says whether the class still has
 * the methods, fields and constructor that it had at the end of its statement.
 *
 * The struct of a class starts with `PyObject_HEAD`, then the fields of its bases, then its own. `spec.fields`
 * lists all of them, inherited ones first, so a field's index is its `hir::FieldId`.
 */
#ifndef TB_CLASS_H
#define TB_CLASS_H

#include "tb_field.h"
#include "tb_function.h"

/* How a field is held. */
enum tb_representation { TB_HELD_INT, TB_HELD_FLOAT, TB_HELD_BOOL, TB_HELD_OBJECT };

/* Whether a value may be stored in an object field: 1, 0, or -1 with an exception. */
typedef int (*tb_check)(PyObject *value);

/* What compiled code relies on where it makes an object without calling `__init__`. */
enum tb_field_flags {
    /* Has a value in the class (`FieldDefault::Value`). */
    TB_FIELD_DEFAULT = 1,
    /* `__init__` takes it by name alone. */
    TB_FIELD_KEYWORD_ONLY = 2,
};

/* A field of an object. */
typedef struct tb_field_spec {
    /* Python's name. */
    const char *name;
    /* The claim as it is shown in errors: `int`, `list[str] | None`. */
    const char *expected;
    /* From the start of the object. */
    uint32_t offset;
    /* enum tb_representation */
    uint8_t held;
    /* May hold a reference that leads back to the object; false for scalars, str, bytes and the like. */
    uint8_t may_cycle;
    /* enum tb_field_flags */
    uint8_t flags;
    /* Object fields: accepts a value; NULL accepts everything. `tb_check_*` below or generated. */
    tb_check check;
} tb_field_spec;

/* A compiled method, or one part of a property. */
typedef struct tb_method_spec {
    const char *name;
    tb_function_spec *function;
    /* The attribute of the class's object that the function must be: `fset`; NULL: the function itself, `fget` or `__func__`. */
    const char *part;
} tb_method_spec;

/* Options of `@dataclass`. */
enum tb_dataclass_options {
    TB_DATACLASS = 1,
    TB_DATACLASS_FROZEN = 2,
    TB_DATACLASS_SLOTS = 4,
};

/* A compiled class. Generated statically; the last members are filled by this library. */
typedef struct tb_class_spec {
    /* `module.qualname` */
    const char *name;
    /* All fields, inherited ones first. */
    const tb_field_spec *fields;
    uint16_t field_count;
    /* How many of them are inherited. */
    uint16_t inherited_count;
    /* `sizeof` the struct. */
    uint32_t size;
    /* The native base class, or NULL. */
    struct tb_class_spec *base;
    /* TB_DATACLASS_* bits; 0 for a plain annotated class. */
    uint32_t options;
    uint32_t method_count;
    /* Own compiled methods. */
    const tb_method_spec *methods;
    /* The class, or NULL before its statement has run. Strong. */
    PyTypeObject *type;
    /* 1 while methods, fields and constructor of the class and of its bases are those of its statement: compiled
     * code may call them directly on objects whose exact type this is. Read with `tb_class_is_intact`. */
    uint8_t intact;
    /* 1 if objects may be made by filling the fields (`tb_class_allocate`) without calling `__new__`/`__init__`:
     * a dataclass with the generated `__init__` and no `__post_init__`. Meaningful while `intact`. */
    uint8_t plain;
    /* 1 if instances of exactly this class are tracked by the collector from the start. */
    uint8_t tracked;
    /* Filled here: 1 if objects can have attributes that the class does not declare. */
    uint8_t open;
    /* Filled here: 1 if the class has abstract methods, so that only `type.__call__` may say what making one does.
     * Meaningful while `intact`. */
    uint8_t abstract;
    /* This library's own. */
    struct tb_class_state *state;
} tb_class_spec;

/* Whether direct calls and direct construction are still right for objects of exactly this class. */
static inline int tb_class_is_intact(const tb_class_spec *spec) {
    return __atomic_load_n(&spec->intact, __ATOMIC_RELAXED);
}

/* Where the interpreter keeps the dict of an object that may have one, in words before the object. */
#ifdef Py_GIL_DISABLED
#define TB_DICT_WORD (-1)
#else
#define TB_DICT_WORD (-3)
#endif
/* Where it keeps the weak references to an object that may have some. */
#define TB_WEAKREF_WORD (TB_DICT_WORD - 1)

/* Whether `object` is of exactly this class, which is intact, and has no attribute of its own that could hide a method. */
static inline int tb_class_is_plain_object(const tb_class_spec *spec, PyObject *object) {
    return Py_TYPE(object) == spec->type && tb_class_is_intact(spec) &&
           (!spec->open || __atomic_load_n((void **)object + TB_DICT_WORD, __ATOMIC_RELAXED) == NULL);
}

/* `tb_class_check` of what is not of exactly this class: an instance of a subclass, or of what an earlier execution of the
 * class statement made, whose layout is the same. */
int tb_class_check_general(const tb_class_spec *spec, PyObject *object);

/* Whether `object` has the class's layout: it is an instance of the class or a subclass. For `isinstance()` in the
 * program use `PyObject_IsInstance`. */
static inline int tb_class_check(const tb_class_spec *spec, PyObject *object) {
    return Py_TYPE(object) == spec->type || tb_class_check_general(spec, object);
}

/* A fresh object of exactly this class, not yet tracked, **its field slots uninitialised**: fill every one with
 * `tb_field_init_*`, then call `tb_class_finish`. NULL with MemoryError. */
PyObject *tb_class_allocate(tb_class_spec *spec);

/* What an `__init__` has returned (borrowed): 0 if it is None, else -1 with the TypeError. */
int tb_class_init_result(PyObject *result);

/* Ends direct construction. */
static inline PyObject *tb_class_finish(const tb_class_spec *spec, PyObject *object) {
    if (spec->tracked) {
        PyObject_GC_Track(object);
    }
    return object;
}

/* Gives up a half-filled object: slots `0..filled` are released, the rest is taken as uninitialised. */
void tb_class_abandon(tb_class_spec *spec, PyObject *object, int filled);

/* The default of a field as the class has it: a new reference (of the value, or of what the default factory
 * returns now); NULL with an exception, `TypeError` if there is none. */
PyObject *tb_class_default(tb_class_spec *spec, int field);

/* Sets `AttributeError: 'Order' object has no attribute 'qty'` (with `name` and `obj`). Returns NULL. */
void *tb_field_unset(const tb_class_spec *spec, int field, PyObject *object);

/* What a read gives when the slot is unset: the class attribute, if the field has a default (`count: int = 0` and no
 * assignment yet), converted as the field's values are, else the unset value with the AttributeError set. Owned. */
TB_COLD tb_int tb_field_missing_int(const tb_class_spec *spec, int field, PyObject *object);
TB_COLD double tb_field_missing_float(const tb_class_spec *spec, int field, PyObject *object);
TB_COLD uint8_t tb_field_missing_bool(const tb_class_spec *spec, int field, PyObject *object);
TB_COLD PyObject *tb_field_missing_object(const tb_class_spec *spec, int field, PyObject *object);

/* Sets `TypeError: Order.qty must be int, not str`. Returns -1. */
TB_COLD int tb_field_type_error(const tb_class_spec *spec, int field, PyObject *got);

/* Stores a Python value in a field after checking it against the claim (borrowed): 0, or -1 with the TypeError. */
int tb_field_store(const tb_class_spec *spec, int field, PyObject *object, PyObject *value);

/* Reads a field as a Python object: a new reference, or NULL with AttributeError if it is unset. */
PyObject *tb_field_load(const tb_class_spec *spec, int field, PyObject *object);

/* Checks for `tb_field_spec.check`. */
int tb_check_str(PyObject *value);
int tb_check_bytes(PyObject *value);
int tb_check_list(PyObject *value);
int tb_check_dict(PyObject *value);
int tb_check_set(PyObject *value);
int tb_check_frozenset(PyObject *value);
int tb_check_tuple(PyObject *value);
int tb_check_none(PyObject *value);
/* The same or None. */
int tb_check_str_or_none(PyObject *value);
int tb_check_bytes_or_none(PyObject *value);
int tb_check_list_or_none(PyObject *value);
int tb_check_dict_or_none(PyObject *value);
/* Optional scalars, which are held as objects: exact int / exact float or int / bool, or None. */
int tb_check_int_or_none(PyObject *value);
int tb_check_float_or_none(PyObject *value);
int tb_check_bool_or_none(PyObject *value);

/* Takes the finished namespace of a `class` statement and makes the class, as `type.__new__` would.
 * `keywords` are those of the statement. A new reference, or NULL with an exception. */
PyObject *tb_class_create(tb_class_spec *spec, PyObject *name, PyObject *bases, PyObject *namespace, PyObject *keywords);

/* Takes what is left of the class after its decorators and makes it native for good: descriptors over the
 * defaults, native `__init__`/`__eq__`/`__repr__`/`__hash__` behind those of `@dataclass`, the intact flag.
 * A new reference to the class that the statement shall bind, or NULL with an exception. */
PyObject *tb_class_complete(tb_class_spec *spec, PyObject *decorated);

#endif
