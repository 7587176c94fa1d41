/* Preloaded into a server under test: counts the process's calls of malloc and its kin in a file that the test reads.
 *
 * In: the file's name in TAYBERRY_COUNT, at least 8 bytes. Out: its first 8 bytes, the number of calls so far. What
 * holds: the interpreter's objects come from its own allocator and are not counted, except when that asks for memory.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static uint64_t before_start;
static uint64_t *counter = &before_start;

__attribute__((constructor)) static void open_counter(void)
{
    const char *name = getenv("TAYBERRY_COUNT");
    int file = name == NULL ? -1 : open(name, O_RDWR);
    if (file < 0) {
        return;
    }
    void *shared = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared != MAP_FAILED) {
        counter = shared;
    }
}

static void count(void) { __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED); }

void *malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
    count();
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
    count();
    *result = __libc_memalign(alignment, size);
    return *result == NULL ? 12 : 0;
}
