/* The functions of gcc.h that only GCC can write; linked into each program that TCC has compiled. */
#include <stdint.h>

int fuzz_add(int64_t a, int64_t b, int64_t *result);
int fuzz_subtract(int64_t a, int64_t b, int64_t *result);
int fuzz_multiply(int64_t a, int64_t b, int64_t *result);
int fuzz_trailing_zeros(uint64_t value);
uintptr_t fuzz_thread(void);

int fuzz_add(int64_t a, int64_t b, int64_t *result) { return __builtin_add_overflow(a, b, result); }
int fuzz_subtract(int64_t a, int64_t b, int64_t *result) { return __builtin_sub_overflow(a, b, result); }
int fuzz_multiply(int64_t a, int64_t b, int64_t *result) { return __builtin_mul_overflow(a, b, result); }
int fuzz_trailing_zeros(uint64_t value) { return __builtin_ctzll(value); }
uintptr_t fuzz_thread(void) { return (uintptr_t)__builtin_thread_pointer(); }
