/* Sets and frozensets. Exactly `set` takes the fast way. Arguments borrowed; NULL, -1, or 2 for a truth value, on failure. */
#ifndef TB_SET_H
#define TB_SET_H

#include "tayberry.h"

PyObject *tb_set_expect(PyObject *value, const char *where);
PyObject *tb_frozenset_expect(PyObject *value, const char *where);
/* `len(set)` */
Py_ssize_t tb_set_length(PyObject *set);
/* `set.add(value)`, `set.discard(value)`, `set.remove(value)` (KeyError) */
int tb_set_add(PyObject *set, PyObject *value);
int tb_set_discard(PyObject *set, PyObject *value);
int tb_set_remove(PyObject *set, PyObject *value);
/* As `tb_set_add` on a set under construction, consuming the value (NULL passes a failure on). */
int tb_set_add_steal(PyObject *set, PyObject *value);
/* `{*iterable}` into a set under construction. */
int tb_set_update_star(PyObject *set, PyObject *iterable);
/* `value in set` */
uint8_t tb_set_contains(PyObject *set, PyObject *value);

#endif
