/* Lists. Values are known to be `list` or a subclass; exactly `list` takes the fast way. Elements read are always new
 * references (another thread may change the list at any time). Arguments borrowed; NULL or -1 on failure. */
#ifndef TB_LIST_H
#define TB_LIST_H

#include "tb_int.h"

PyObject *tb_list_expect(PyObject *value, const char *where);
/* A new list of `count` items, which are stolen (also on failure). */
PyObject *tb_list_pack(PyObject **items, Py_ssize_t count);
/* `len(list)`; -1 only for subclasses. */
static inline Py_ssize_t tb_list_length(PyObject *list)
{
    return PyList_CheckExact(list) ? PyList_GET_SIZE(list) : PyObject_Size(list);
}
PyObject *tb_list_get_slow(PyObject *list, tb_int index);
/* `list[index]` */
static inline PyObject *tb_list_get(PyObject *list, tb_int index)
{
    if (__builtin_expect(PyList_CheckExact(list) && tb_int_is_small(index), 1)) {
        int64_t i = tb_int_value(index);
        if (i < 0) {
            i += PyList_GET_SIZE(list);
            if (i < 0) {
                return tb_list_get_slow(list, index);
            }
        }
        return PyList_GetItemRef(list, i);
    }
    return tb_list_get_slow(list, index);
}
/* `list[index] = value` */
int tb_list_set(PyObject *list, tb_int index, PyObject *value);
/* `del list[index]` */
int tb_list_delete(PyObject *list, tb_int index);
/* `list[lower:upper]`; `TB_INT_ERROR` stands for a missing bound. */
PyObject *tb_list_slice(PyObject *list, tb_int lower, tb_int upper);
/* `list.append(value)`; for subclasses the method is looked up. */
int tb_list_append(PyObject *list, PyObject *value);
/* As `tb_list_append`, consuming `value` (also on failure; NULL passes the failure on). For lists under construction
 * in comprehensions and displays. */
int tb_list_append_steal(PyObject *list, PyObject *value);
/* `[*iterable]` into a list under construction, with the interpreter's text ("Value after * must be an iterable, not int"). */
int tb_list_extend_star(PyObject *list, PyObject *iterable);
/* `list.extend(iterable)` */
int tb_list_extend(PyObject *list, PyObject *iterable);
/* `list.pop()` and `list.pop(index)` */
PyObject *tb_list_pop(PyObject *list);
PyObject *tb_list_pop_at(PyObject *list, tb_int index);
/* `list.insert(index, value)`, `list.reverse()`, `list.clear()`, `list.copy()` */
int tb_list_insert(PyObject *list, tb_int index, PyObject *value);
int tb_list_reverse(PyObject *list);
int tb_list_clear(PyObject *list);
PyObject *tb_list_copy(PyObject *list);
/* `list.sort(key=…, reverse=…)`; `key` may be NULL. */
int tb_list_sort(PyObject *list, PyObject *key, uint8_t reverse);
/* `value in list`: 0, 1 or 2 with an exception. */
uint8_t tb_list_contains(PyObject *list, PyObject *value);
/* `a + b`, `list * count` */
PyObject *tb_list_concat(PyObject *a, PyObject *b);
PyObject *tb_list_repeat(PyObject *list, tb_int count);

#endif
