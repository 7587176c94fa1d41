/* Variables that functions share with the functions inside them, and making such functions.
 *
 * What holds: a cell is CPython's own, so that interpreted and compiled functions may share it; reading one gives a new
 * reference, since any thread may change it at any time. */
#ifndef TB_CLOSURE_H
#define TB_CLOSURE_H

#include "tayberry.h"

struct tb_inner_code;

/* A new cell; `content` (borrowed) may be NULL. */
static inline PyObject *tb_cell_new(PyObject *content) { return PyCell_New(content); }

/* The failure of reading or deleting an empty cell: NameError for another function's variable (`is_free`), else
 * UnboundLocalError. */
void tb_cell_raise_unbound(PyObject *name, int is_free);

/* The content (new reference), or NULL with the exception for a variable without a value. */
static inline PyObject *tb_cell_get(PyObject *cell, PyObject *name, int is_free) {
    PyObject *content = PyCell_Get(cell);
    if (content == NULL) {
        tb_cell_raise_unbound(name, is_free);
    }
    return content;
}

/* Stores a value (borrowed); releases the one before. */
static inline void tb_cell_set(PyObject *cell, PyObject *value) { (void)PyCell_Set(cell, value); }

/* `del`: 0, or -1 with the exception for a variable without a value. */
int tb_cell_delete(PyObject *cell, PyObject *name, int is_free);

/* Empties it, whatever was there. */
static inline void tb_cell_clear(PyObject *cell) { (void)PyCell_Set(cell, NULL); }

/* The cell at a place of a closure (new reference). */
static inline PyObject *tb_closure_cell(PyObject *closure, int place) {
    return Py_NewRef(PyTuple_GET_ITEM(closure, place));
}

/* A new function object as its `def` makes it: closure, `__defaults__`, `__kwdefaults__`, and what computes
 * its annotations are borrowed and may be NULL. */
PyObject *tb_function_make(struct tb_inner_code *inner, PyObject *globals, PyObject *closure, PyObject *defaults,
                           PyObject *keyword_defaults, PyObject *annotate);

/* What `(… for x in iterator)` makes of its code. */
PyObject *tb_generator_expression(struct tb_inner_code *inner, PyObject *globals, PyObject *closure, PyObject *iterator);

#endif
