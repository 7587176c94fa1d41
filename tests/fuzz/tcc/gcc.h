/* What GCC has built in and TCC has not, for a process with one thread.
 *
 * In: the C that Tayberry generates and the headers under it, compiled with TCC. Out: the same program, its atomic operations
 * plain ones. What holds: only random programs are built like this, which have one thread; everything else needs GCC or Clang. */
#ifndef FUZZ_GCC_H
#define FUZZ_GCC_H

#define _GNU_SOURCE 1
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define _Py_USE_GCC_BUILTIN_ATOMICS 1
#define __ATOMIC_RELAXED 0
#define __ATOMIC_CONSUME 1
#define __ATOMIC_ACQUIRE 2
#define __ATOMIC_RELEASE 3
#define __ATOMIC_ACQ_REL 4
#define __ATOMIC_SEQ_CST 5
#define __atomic_load_n(p, order) (*(p))
#define __atomic_store_n(p, value, order) ((void)(*(p) = (value)))
#define __atomic_load(p, into, order) ((void)(*(into) = *(p)))
#define __atomic_store(p, from, order) ((void)(*(p) = *(from)))
#define FUZZ_FETCH(p, new)               \
    ({                                   \
        __typeof__(p) at_ = (p);         \
        __typeof__(*at_) old_ = *at_;    \
        *at_ = (new);                    \
        old_;                            \
    })
#define __atomic_exchange_n(p, value, order) FUZZ_FETCH(p, value)
#define __atomic_fetch_add(p, value, order) FUZZ_FETCH(p, old_ + (value))
#define __atomic_fetch_and(p, value, order) FUZZ_FETCH(p, old_ & (value))
#define __atomic_fetch_or(p, value, order) FUZZ_FETCH(p, old_ | (value))
#define __atomic_compare_exchange_n(p, expected, value, weak, one, two) \
    ({                                                                  \
        __typeof__(p) at_ = (p);                                        \
        __typeof__(p) expected_ = (__typeof__(p))(expected);            \
        int same_ = *at_ == *expected_;                                 \
        if (same_)                                                      \
            *at_ = (value);                                             \
        else                                                            \
            *expected_ = *at_;                                          \
        same_;                                                          \
    })
#define __atomic_thread_fence(order) ((void)0)

int fuzz_add(int64_t a, int64_t b, int64_t *result);
int fuzz_subtract(int64_t a, int64_t b, int64_t *result);
int fuzz_multiply(int64_t a, int64_t b, int64_t *result);
int fuzz_trailing_zeros(uint64_t value);
#define __builtin_add_overflow(a, b, result) fuzz_add((a), (b), (result))
#define __builtin_sub_overflow(a, b, result) fuzz_subtract((a), (b), (result))
#define __builtin_mul_overflow(a, b, result) fuzz_multiply((a), (b), (result))
#define __builtin_ctzll(x) fuzz_trailing_zeros(x)
#define __builtin_fabs(x) fabs(x)
#define __builtin_copysign(x, y) copysign((x), (y))

/* The only assembly left is how CPython's object.h asks for the thread, in a form that TCC does not read. */
uintptr_t fuzz_thread(void);
#define __asm__(...) tid = fuzz_thread()

#endif
