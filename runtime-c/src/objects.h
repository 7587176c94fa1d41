/* What the files behind tb_function.h, tb_class.h, tb_field.h and tb_module.h share; not for generated code. */
#ifndef TB_OBJECTS_H
#define TB_OBJECTS_H

#include "tb_class.h"
#include "tb_coroutine.h"
#include "tb_function.h"
#include "tb_int.h"
#include "tb_module.h"

/* The interpreter's own `vectorcall` of Python functions, seen on the first function that is handed over. */
extern vectorcallfunc tb_function_interpret;

/* What became of one `@dataclass`-generated method. */
typedef struct tb_generated {
    /* The function object behind the class attribute; strong; NULL if it stays interpreted. */
    PyObject *function;
    /* For its entries in tracebacks; `inner` is of the function that `function` wraps, if it does. */
    tb_code_info info, inner;
} tb_generated;

/* A name in a class's namespace on which direct calls rely. */
typedef struct tb_reliance {
    PyObject *name;     /* interned */
    PyObject *expected; /* strong; NULL: must be absent */
    uint8_t broken;
} tb_reliance;

/* A parameter of a dataclass's generated `__init__`. */
typedef struct tb_init_field {
    int field;         /* index in spec->fields */
    PyObject *factory; /* strong, or NULL */
} tb_init_field;

/* The library's side of a native class. */
struct tb_class_state {
    tb_class_spec *spec;
    struct tb_class_state *next; /* of all classes */
    PyObject **names;            /* interned field names */
    PyObject **defaults;         /* strong; value of the class attribute or NULL */
    PyObject *namespace;         /* the type's dict; strong */
    int kept;                    /* what it refers to is known to the collector */
    PyObject *slots;             /* what `@dataclass(slots=True)` made slots of: names to look for, or NULL; strong */
    tb_reliance *reliances;
    int reliance_count;
    int broken;        /* number of broken reliances */
    int own_intact;    /* the statement left a class whose methods are the compiled ones */
    /* @dataclass */
    uint32_t given;    /* TB_GIVEN_*: methods that the namespace already had */
    tb_generated init, eq, repr, hash;
    tb_function_spec init_spec; /* self, then the parameters of `__init__` */
    tb_init_field *init_fields; /* in the order of assignment */
    int *init_places;           /* position of each in the bound values */
    int init_count;
    PyObject *factory_marker; /* the default that says "call the factory"; strong */
    PyObject *post_init;      /* interned name, or NULL */
    PyObject *own_init;       /* the function that is `__init__` where it is no generated one; strong, or NULL */
    int *eq_fields, eq_count, *repr_fields, repr_count, *hash_fields, hash_count;
};

enum { TB_GIVEN_INIT = 1, TB_GIVEN_EQ = 2, TB_GIVEN_REPR = 4, TB_GIVEN_HASH = 8 };

/* The nearest native class of a type, or NULL. */
tb_class_spec *tb_class_of(PyTypeObject *type);

/* Slots of native classes (instance.c). Interpreted classes below allocate in the same way. */
PyObject *tb_instance_alloc(PyTypeObject *type, Py_ssize_t items);
void tb_instance_dealloc(PyObject *self);
int tb_instance_traverse(PyObject *self, visitproc visit, void *arg);
int tb_instance_clear(PyObject *self);
/* `__init_subclass__` of native classes, which prepares interpreted ones that are made below them (interpreted.c). */
PyObject *tb_interpreted_announced(PyObject *class_, PyObject *args, PyObject *keywords);
/* Whether what is written to `__dict__` under the name of a field is kept beside the field: the class is an interpreted one that has
 * a property under the name, or another value and a `__setattr__` of its own, as frozen classes do. */
int tb_interpreted_stores_beside(PyTypeObject *type, int field);

/* Converts a value for a field: 0, 1 if the claim is not met (no exception), -1 with an exception.
 * `word` receives the slot's new content (8 bytes at most), owned. */
typedef union tb_word {
    tb_int integer;
    double number;
    uint8_t truth;
    PyObject *object;
} tb_word;
int tb_field_convert(const tb_field_spec *field, PyObject *value, tb_word *word);
/* Stores a converted value; `fresh` if no other thread can see the object. */
void tb_field_put(const tb_field_spec *field, PyObject *object, tb_word word, int fresh);
/* Makes every slot unset, or releases every slot. */
void tb_fields_unset_fresh(const tb_class_spec *spec, PyObject *object);
/* Reads a slot as a Python object: new reference; NULL without an exception if it is unset, with one if boxing failed. */
PyObject *tb_field_peek(const tb_field_spec *field, PyObject *object);
/* Whether the interpreter would keep the field in a slot, as a class made by `@dataclass(slots=True)` or one below it does:
 * such a field has no value in the class behind it. */
int tb_field_is_slot(PyTypeObject *type, int field);
/* Whether an interpreted class has something else under the name of a field of the native class above it, no data descriptor. */
int tb_field_is_hidden(PyTypeObject *type, const tb_class_spec *spec, int field);
/* `tb_field_unset` as a descriptor says it, which leaves `name` and `obj` to who asked for the attribute. */
void tb_field_unset_plain(const tb_class_spec *spec, int field, PyObject *object);
/* Unsets a field; 1 if it was set, 0 if not. */
int tb_field_clear(const tb_field_spec *field, PyObject *object);

/* Field descriptors (descriptor.c). */
int tb_descriptor_ready(void);
PyObject *tb_descriptor_new(tb_class_spec *spec, int field, PyObject *default_value);
int tb_descriptor_check(PyObject *object);
PyObject *tb_descriptor_default(PyObject *descriptor); /* borrowed, or NULL */

/* `__dict__` and `__getstate__` of native objects (namespace.c). */
int tb_namespace_ready(void);
extern PyGetSetDef tb_namespace_getset[];
/* An undeclared attribute: a new reference, or NULL, with an exception only if there is no memory. */
PyObject *tb_namespace_peek(PyObject *object, PyObject *name);
/* Stores the object's own value of a field, whatever its class has under the name: 0 or -1; NULL deletes: 1 if there was one, 0 if
 * not, or -1. */
int tb_namespace_write(PyObject *object, int field, PyObject *value);
PyObject *tb_object_getstate(PyObject *object, PyObject *ignored);
/* The index of a declared field by name, or -1. */
int tb_field_index(const tb_class_spec *spec, PyObject *name);

/* Native bodies for what `@dataclass` generated (dataclass.c). 0 or -1. */
int tb_dataclass_complete(tb_class_spec *spec);
/* Lets the class be called without `type.__call__`, if its `__init__` is a function (dataclass.c). 0 or -1. */
int tb_construction_complete(tb_class_spec *spec);

/* Watching (watch.c): a callback per watched dict; no Python may run in it. */
typedef void (*tb_watch)(void *owner, PyDict_WatchEvent event, PyObject *key, PyObject *value);
int tb_watch_ready(void);
int tb_watch_dict(PyObject *dict, tb_watch watch, void *owner);
/* Whether `key` is the interned `name`. */
int tb_name_is(PyObject *key, PyObject *name);
/* After `*expected` got another object: looks again at every guard that expects it. */
void tb_guards_review(PyObject **expected);

/* Reliances (reliance.c): adds a class to all classes. */
void tb_class_register(struct tb_class_state *state);
/* Remembers what the class now has (or has not) under the names that compiled code relies on, and watches them. 0 or -1. */
int tb_class_rely(tb_class_spec *spec);
/* After a reliance of a class changed: recomputes `intact` of it and of the classes below. */
void tb_class_review(tb_class_spec *spec);
/* The function behind a method, static method, class method or, by `part` ("fget" if NULL), property; a new reference, or NULL
 * without an exception. */
PyObject *tb_function_behind(PyObject *value, const char *part);

/* All types of this library: 0 or -1. */
int tb_objects_ready(void);

/* References from static places (keep.c). 0 or -1. Each place once, and it must own what it refers to. */
int tb_keep_ready(void);
int tb_keep(PyObject **place);
int tb_keep_info(tb_code_info *info);
/* Has a module that is being executed hold all that is kept. */
void tb_module_keep(PyObject *module);
/* Visits what the frames of a function's tracebacks refer to (error.c). */
int tb_frames_visit(tb_code_info *info, visitproc visit, void *arg);
/* Releases the frames that this thread keeps for later calls (frame.c). */
void tb_frames_forget(void);

#endif
