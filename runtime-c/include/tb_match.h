/* Pattern matching: what `case` asks of a subject.
 *
 * What goes in is borrowed, what comes out is new. A subject that does not fit gives `None` (or 0), an error NULL (or 2). */
#ifndef TB_MATCH_H
#define TB_MATCH_H

#include "tb_error.h"

/* Whether `[…]` and `{…}` patterns look at such an object. */
static inline uint8_t tb_match_is_sequence(PyObject *subject) { return PyType_HasFeature(Py_TYPE(subject), Py_TPFLAGS_SEQUENCE) != 0; }
static inline uint8_t tb_match_is_mapping(PyObject *subject) { return PyType_HasFeature(Py_TYPE(subject), Py_TPFLAGS_MAPPING) != 0; }

/* `Class()`: 1, 0, or 2 with an exception. */
uint8_t tb_match_instance(PyObject *subject, PyObject *class_);

/* `Class(…, name=…)`: the tuple of attributes for `positional` patterns and then for the tuple `names` (NULL: none). */
PyObject *tb_match_class(PyObject *subject, PyObject *class_, int positional, PyObject *names);

/* `{key: …}`: the tuple of values for a tuple of keys. */
PyObject *tb_match_keys(PyObject *subject, PyObject *keys);

/* `**rest`: a dict of what a mapping has beside those keys. */
PyObject *tb_match_rest(PyObject *subject, PyObject *keys);

#endif
