/* Dicts. Values are known to be `dict` or a subclass; exactly `dict` takes the fast way. What is read is always a new
 * reference. Arguments borrowed; NULL, -1, or 2 for a truth value, on failure. */
#ifndef TB_DICT_H
#define TB_DICT_H

#include "tayberry.h"

PyObject *tb_dict_expect(PyObject *value, const char *where);
static inline Py_ssize_t tb_dict_length(PyObject *dict)
{
    return PyDict_CheckExact(dict) ? PyDict_GET_SIZE(dict) : PyObject_Size(dict);
}
/* `dict[key]`, with `__missing__` of subclasses. */
PyObject *tb_dict_get(PyObject *dict, PyObject *key);
/* `dict.get(key, fallback)`; `fallback` NULL is None. */
PyObject *tb_dict_get_or(PyObject *dict, PyObject *key, PyObject *fallback);
/* `dict[key] = value`, `del dict[key]` */
int tb_dict_set(PyObject *dict, PyObject *key, PyObject *value);
int tb_dict_delete(PyObject *dict, PyObject *key);
/* As `tb_dict_set` on a dict under construction, consuming key and value (NULL passes a failure on). */
int tb_dict_set_steal(PyObject *dict, PyObject *key, PyObject *value);
/* `{**mapping}` into a dict under construction ("'int' object is not a mapping"). */
int tb_dict_update_star(PyObject *dict, PyObject *mapping);
/* `key in dict` */
uint8_t tb_dict_contains(PyObject *dict, PyObject *key);
/* `dict.setdefault(key, fallback)`, `dict.pop(key)`, `dict.pop(key, fallback)` (fallback NULL: KeyError) */
PyObject *tb_dict_setdefault(PyObject *dict, PyObject *key, PyObject *fallback);
PyObject *tb_dict_pop(PyObject *dict, PyObject *key, PyObject *fallback);
/* `dict.keys()`, `dict.values()`, `dict.items()`: the real views, so iteration keeps Python's rules
 * (RuntimeError "dictionary changed size during iteration"). */
PyObject *tb_dict_keys(PyObject *dict);
PyObject *tb_dict_values(PyObject *dict);
PyObject *tb_dict_items(PyObject *dict);
/* `dict.update(other)`, `dict.clear()`, `dict.copy()` */
int tb_dict_update(PyObject *dict, PyObject *other);
int tb_dict_clear(PyObject *dict);
PyObject *tb_dict_copy(PyObject *dict);
/* Sets KeyError(key), also for a tuple key. */
void tb_dict_raise_key_error(PyObject *key);

#endif
