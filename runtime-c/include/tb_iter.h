/* Loops and unpacking.
 *
 * `tb_iter` lives on the C stack: `tb_iter_start`, `tb_iter_next` until it gives 0 or -1, then `tb_iter_end` (also after
 * `break` and failures). Exact lists and tuples are walked by index, as their iterators do; everything else by its real
 * iterator, so "dictionary changed size during iteration" and the like are the interpreter's own. */
#ifndef TB_ITER_H
#define TB_ITER_H

#include "tb_int.h"

typedef struct tb_iter {
    /* The list, the tuple or the iterator; owned; NULL when finished. */
    PyObject *source;
    /* Next position in a list or tuple. */
    Py_ssize_t index;
    /* NULL for a list or tuple. */
    iternextfunc next;
} tb_iter;

/* Whether the caller's reference to an object is the only one, so that no other thread can reach it. */
static inline int tb_is_unique(PyObject *object)
{
#ifdef Py_GIL_DISABLED
    return _Py_IsOwnedByCurrentThread(object) && _Py_atomic_load_uint32_relaxed(&object->ob_ref_local) == 1 &&
           _Py_atomic_load_ssize_relaxed(&object->ob_ref_shared) == 0;
#else
    return Py_REFCNT(object) == 1;
#endif
}

/* Starts a loop over a borrowed iterable: 0, or -1 ("'int' object is not iterable"). */
int tb_iter_start(tb_iter *iter, PyObject *iterable);
/* Next item as a new reference: 1, 0 at the end, -1 on failure. */
int tb_iter_next_slow(tb_iter *iter, PyObject **item);
static inline int tb_iter_next(tb_iter *iter, PyObject **item)
{
    if (iter->next != NULL) {
        PyObject *value = iter->next(iter->source);
        if (__builtin_expect(value != NULL, 1)) {
            *item = value;
            return 1;
        }
    } else if (iter->source != NULL && PyList_CheckExact(iter->source) && iter->index < PyList_GET_SIZE(iter->source)) {
        if (tb_is_unique(iter->source)) {
            *item = Py_NewRef(PyList_GET_ITEM(iter->source, iter->index));
            iter->index++;
            return 1;
        }
        PyObject *value = PyList_GetItemRef(iter->source, iter->index);
        if (__builtin_expect(value != NULL, 1)) {
            iter->index++;
            *item = value;
            return 1;
        }
        /* Another thread has just shortened the list. */
        PyErr_Clear();
    }
    return tb_iter_next_slow(iter, item);
}
/* Releases the source; may be called again. */
static inline void tb_iter_end(tb_iter *iter) { Py_CLEAR(iter->source); }

/* `iter(x)` as an object. */
PyObject *tb_iter_object(PyObject *iterable);
/* `next(it)` as the iteration protocol: 1 with a new reference, 0 at the end (no exception), -1. */
int tb_iter_object_next(PyObject *iterator, PyObject **item);

/* `for i in range(…)` without objects. */
typedef struct tb_range {
    int64_t next;
    int64_t step;
    /* Items left, when all bounds are small. */
    uint64_t left;
    /* Iterator of a real range when a bound is big; owned. */
    PyObject *iterator;
} tb_range;

/* The iterator of a real range, or NULL. */
PyObject *tb_range_iterator(tb_int start, tb_int stop, tb_int step);
/* Starts; ints borrowed: 0, or -1 (ValueError "range() arg 3 must not be zero"). Inline, as is all that takes the state's
 * address, so that it can be in registers. */
static inline int tb_range_start(tb_range *range, tb_int start, tb_int stop, tb_int step)
{
    *range = (tb_range){0};
    if (__builtin_expect(((start | stop | step) & 1) == 0 && step != 0, 1)) {
        int64_t from = tb_int_value(start), to = tb_int_value(stop), by = tb_int_value(step);
        /* 63-bit operands: distances fit 64 bits unsigned. */
        if (by > 0 && from < to) {
            range->left = ((uint64_t)(to - 1) - (uint64_t)from) / (uint64_t)by + 1;
        } else if (by < 0 && from > to) {
            range->left = ((uint64_t)from - (uint64_t)to - 1) / (0 - (uint64_t)by) + 1;
        }
        range->next = from;
        range->step = by;
        return 0;
    }
    range->iterator = tb_range_iterator(start, stop, step);
    return range->iterator == NULL ? -1 : 0;
}
int tb_range_next_slow(PyObject *iterator, tb_int *item);
/* Next item, new: 1, 0 at the end, -1 on failure. */
static inline int tb_range_next(tb_range *range, tb_int *item)
{
    if (__builtin_expect(range->left != 0, 1)) {
        range->left--;
        *item = TB_INT(range->next);
        range->next = (int64_t)((uint64_t)range->next + (uint64_t)range->step);
        return 1;
    }
    if (range->iterator == NULL) {
        return 0;
    }
    tb_int big = TB_INT_ERROR;
    int status = tb_range_next_slow(range->iterator, &big);
    *item = big;
    return status;
}
static inline void tb_range_end(tb_range *range) { Py_CLEAR(range->iterator); }
/* A real `range` object. */
PyObject *tb_range_object(tb_int start, tb_int stop, tb_int step);

/* `a, b = value`: `count` new references, or -1 with nothing stored. */
int tb_unpack(PyObject *value, Py_ssize_t count, PyObject **items);
/* `a, *b, c = value`: `before`, one list, `after`: new references into `before + 1 + after` places, or -1. */
int tb_unpack_star(PyObject *value, Py_ssize_t before, Py_ssize_t after, PyObject **items);

#endif
