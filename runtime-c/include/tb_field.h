/* Typed fields of native objects: one read and one write per representation, safe under races.
 *
 * In: the object and the address of one of its slots. Out: a value the caller owns (objects and big ints), or a
 * plain scalar. What holds: any number of threads may read and write the same slot at the same time; a reader
 * gets some value that was stored there, whole and alive, or "unset".
 *
 *   representation   C type       unset                 policy
 *   int              tb_int       tag bit alone (1)     one word; the pointer of a big int as for objects
 *   float            double       one special NaN       relaxed atomic
 *   bool             uint8_t      2                     relaxed atomic
 *   everything else  PyObject *   NULL                  CPython's own slot protocol: readers try to take a
 *                                                       reference and look again, else lock; writers lock
 *
 * `tb_field_init_*` store into an object that no other thread can see yet (fresh from `tb_class_allocate`).
 */
#ifndef TB_FIELD_H
#define TB_FIELD_H

#include "tayberry.h"
#include <string.h>

/* An int field without a value: the tag of a big int with no pointer. */
#define TB_INT_UNSET ((tb_int)1)
/* A bool field without a value. */
#define TB_BOOL_UNSET ((uint8_t)2)
/* The bits of a float field without a value: a quiet NaN that no arithmetic makes. */
#define TB_FLOAT_UNSET_BITS UINT64_C(0x7ffc746279756e73)

/* Whether a word read from an int field means "unset". */
static inline int tb_int_is_unset(tb_int value) { return value == TB_INT_UNSET; }

/* Whether a double read from a float field means "unset". Numbers equal themselves, so only what is none is looked at. */
static inline int tb_float_is_unset(double value) {
    uint64_t bits;
    if (__builtin_expect(value == value, 1)) {
        return 0;
    }
    memcpy(&bits, &value, sizeof bits);
    return bits == TB_FLOAT_UNSET_BITS;
}

/* The double that marks an unset float field. */
static inline double tb_float_unset(void) {
    uint64_t bits = TB_FLOAT_UNSET_BITS;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Whether a word read from a bool field means "unset". */
static inline int tb_bool_is_unset(uint8_t value) { return value == TB_BOOL_UNSET; }

/* What the race tests put between the steps of a protocol, so that threads meet there. */
#ifndef TB_FIELD_PAUSE
#define TB_FIELD_PAUSE() ((void)0)
#endif

/* The slow halves, in field.c: the same under the object's lock. `slot` may hold anything by now. */
PyObject *tb_field_read_object_locked(PyObject *owner, PyObject **slot);
void tb_field_write_int_locked(PyObject *owner, tb_int *slot, tb_int value);

/* A new reference unless `op` may be dying and another thread's; the fast cases inline. */
static inline int tb_try_incref(PyObject *op) {
#ifdef Py_GIL_DISABLED
    uint32_t local = _Py_atomic_load_uint32_relaxed(&op->ob_ref_local);
    if (local == UINT32_MAX) {
        return 1; /* immortal */
    }
    if (_Py_IsOwnedByCurrentThread(op)) {
#ifdef Py_REF_DEBUG
        _Py_INCREF_IncRefTotal();
#endif
        _Py_atomic_store_uint32_relaxed(&op->ob_ref_local, local + 1);
        return 1;
    }
    return PyUnstable_TryIncRef(op);
#else
    Py_INCREF(op);
    return 1;
#endif
}

/* A float field; test with `tb_float_is_unset`. */
static inline double tb_field_read_float(const double *slot) {
    double value;
    __atomic_load(slot, &value, __ATOMIC_RELAXED);
    return value;
}

/* Stores a float. */
static inline void tb_field_write_float(double *slot, double value) { __atomic_store(slot, &value, __ATOMIC_RELAXED); }

/* A bool field: 0, 1 or `TB_BOOL_UNSET`. */
static inline uint8_t tb_field_read_bool(const uint8_t *slot) { return __atomic_load_n(slot, __ATOMIC_RELAXED); }

/* Stores a bool. */
static inline void tb_field_write_bool(uint8_t *slot, uint8_t value) { __atomic_store_n(slot, value, __ATOMIC_RELAXED); }

/* An object field: a new reference, or NULL (no exception set) when unset. */
static inline PyObject *tb_field_read_object(PyObject *owner, PyObject **slot) {
#ifdef TB_FIELDS_UNSAFE
    /* The control of the race tests, here and in field.c: a field as C code without a protocol has it. */
    (void)owner;
    PyObject *found = *slot;
    TB_FIELD_PAUSE();
    return Py_XNewRef(found);
#else
    PyObject *value = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (value == NULL) {
        return NULL;
    }
    TB_FIELD_PAUSE();
    if (tb_try_incref(value)) {
        if (__atomic_load_n(slot, __ATOMIC_ACQUIRE) == value) {
            return value;
        }
        Py_DECREF(value);
    }
    return tb_field_read_object_locked(owner, slot);
#endif
}

/* An object field whose text is used at once: the text, or NULL when unset. `*held` is it, too, if that is a new reference, and
 * NULL if it is lent: exactly `str`, and immortal or this thread's own. What a thread owns only goes when this thread releases it,
 * itself or at a safe point or where it waits; until then the caller must be done. */
static inline PyObject *tb_field_lend_text(PyObject *owner, PyObject **slot, PyObject **held) {
#if defined(Py_GIL_DISABLED) && !defined(TB_FIELDS_UNSAFE)
    PyObject *value = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (__builtin_expect(value != NULL && _Py_IsOwnedByCurrentThread(value) && PyUnicode_CheckExact(value), 1)) {
        *held = NULL;
        return value;
    }
#endif
    return *held = tb_field_read_object(owner, slot);
}

/* Stores an object, taking over the caller's reference; NULL unsets the field. */
void tb_field_write_object(PyObject *owner, PyObject **slot, PyObject *value);

/* An int field: a value the caller owns, or `TB_INT_UNSET`. */
tb_int tb_field_read_big(PyObject *owner, tb_int *slot, tb_int value);
static inline tb_int tb_field_read_int(PyObject *owner, tb_int *slot) {
    tb_int value = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (__builtin_expect((value & 1) == 0, 1) || value == TB_INT_UNSET) {
        return value;
    }
    return tb_field_read_big(owner, slot, value);
}

/* The same while a text is lent, of which it takes a reference before it waits for a lock. */
static inline tb_int tb_field_read_int_lending(PyObject *owner, tb_int *slot, PyObject *lent, PyObject **held) {
    tb_int value = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (__builtin_expect((value & 1) == 0, 1)) {
        return value;
    }
    if (*held == NULL) {
        *held = Py_NewRef(lent);
    }
    return value == TB_INT_UNSET ? value : tb_field_read_big(owner, slot, value);
}

/* Stores an int, taking over the caller's reference if it is big; `TB_INT_UNSET` unsets the field. */
static inline void tb_field_write_int(PyObject *owner, tb_int *slot, tb_int value) {
    if ((value & 1) == 0) {
        /* Small over small needs no lock; a big old value must be released under the protocol. */
        tb_int old = __atomic_load_n(slot, __ATOMIC_RELAXED);
        while ((old & 1) == 0) {
            if (__atomic_compare_exchange_n(slot, &old, value, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
                return;
            }
        }
    }
    tb_field_write_int_locked(owner, slot, value);
}

/* First stores into a fresh object; references are taken over. */
static inline void tb_field_init_int(tb_int *slot, tb_int value) { *slot = value; }
static inline void tb_field_init_float(double *slot, double value) { *slot = value; }
static inline void tb_field_init_bool(uint8_t *slot, uint8_t value) { *slot = value; }
static inline void tb_field_init_object(PyObject **slot, PyObject *value) { *slot = value; }

#endif
