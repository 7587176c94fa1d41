/* Preloaded into a server under test: counts the process's calls of the C library that enter the kernel for sockets, files and
 * waiting, by name, in a file that the test reads.
 *
 * In: the file's name in TAYBERRY_COUNT, at least 8 bytes for each name below. Out: the number of calls so far, in the order of
 * the names. What holds: every call goes on to the C library's own function, with all that it takes and gives; what enters the
 * kernel without the C library is not counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { RECV, RECVFROM, RECVMSG, READ, READV, SEND, SENDTO, SENDMSG, WRITE, WRITEV, EPOLL_WAIT, EPOLL_CTL, POLL, SHUTDOWN, SYSCALL, NAMES };

static uint64_t before_start[NAMES];
static uint64_t *counters = before_start;

__attribute__((constructor)) static void open_counters(void)
{
    const char *name = getenv("TAYBERRY_COUNT");
    int file = name == NULL ? -1 : open(name, O_RDWR);
    if (file < 0) {
        return;
    }
    void *shared = mmap(NULL, sizeof before_start, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared != MAP_FAILED) {
        counters = shared;
    }
}

/* The function of that name behind this library, found at its first call; the call is counted. */
static void *next(int which, const char *name)
{
    static void *found[NAMES];
    __atomic_add_fetch(&counters[which], 1, __ATOMIC_RELAXED);
    void *function = __atomic_load_n(&found[which], __ATOMIC_RELAXED);
    if (function == NULL) {
        int error = errno;
        function = dlsym(RTLD_NEXT, name);
        __atomic_store_n(&found[which], function, __ATOMIC_RELAXED);
        errno = error;
    }
    return function;
}

#define COUNTED(which, result, name, parameters, arguments)                                                                            \
    result name parameters                                                                                                             \
    {                                                                                                                                  \
        result(*function) parameters = (result(*) parameters)next(which, #name);                                                       \
        return function arguments;                                                                                                     \
    }

COUNTED(RECV, ssize_t, recv, (int file, void *to, size_t size, int flags), (file, to, size, flags))
COUNTED(RECVFROM, ssize_t, recvfrom, (int file, void *restrict to, size_t size, int flags, struct sockaddr *restrict from, socklen_t *restrict length),
        (file, to, size, flags, from, length))
COUNTED(RECVMSG, ssize_t, recvmsg, (int file, struct msghdr *message, int flags), (file, message, flags))
COUNTED(READ, ssize_t, read, (int file, void *to, size_t size), (file, to, size))
COUNTED(READV, ssize_t, readv, (int file, const struct iovec *parts, int count), (file, parts, count))
COUNTED(SEND, ssize_t, send, (int file, const void *from, size_t size, int flags), (file, from, size, flags))
COUNTED(SENDTO, ssize_t, sendto, (int file, const void *from, size_t size, int flags, const struct sockaddr *to, socklen_t length),
        (file, from, size, flags, to, length))
COUNTED(SENDMSG, ssize_t, sendmsg, (int file, const struct msghdr *message, int flags), (file, message, flags))
COUNTED(WRITE, ssize_t, write, (int file, const void *from, size_t size), (file, from, size))
COUNTED(WRITEV, ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count))
COUNTED(EPOLL_WAIT, int, epoll_wait, (int file, struct epoll_event *events, int count, int timeout), (file, events, count, timeout))
COUNTED(EPOLL_CTL, int, epoll_ctl, (int file, int what, int of, struct epoll_event *event), (file, what, of, event))
COUNTED(POLL, int, poll, (struct pollfd *files, nfds_t count, int timeout), (files, count, timeout))
COUNTED(SHUTDOWN, int, shutdown, (int file, int how), (file, how))

/* What a call does not take is passed on as it lies there. */
long syscall(long number, ...)
{
    long (*function)(long, ...) = (long (*)(long, ...))next(SYSCALL, "syscall");
    va_list given;
    va_start(given, number);
    long all[6];
    for (int at = 0; at < 6; at++) {
        all[at] = va_arg(given, long);
    }
    va_end(given);
    return function(number, all[0], all[1], all[2], all[3], all[4], all[5]);
}
