"""Counting what a server does: instructions by the kernel's performance counters, allocations and system calls by preloaded libraries."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import subprocess
from pathlib import Path

#: `perf_event_open` by machine; elsewhere instructions are not counted.
SYSCALLS = {"x86_64": 298, "aarch64": 241}


class Instructions:
    """User-mode instructions of all threads that a process has now. Raises `OSError` where they cannot be counted."""

    def __init__(self, process: int) -> None:
        number = SYSCALLS.get(platform.machine())
        if number is None:
            raise OSError(f"no counters on {platform.machine()}")
        libc = ctypes.CDLL(None, use_errno=True)
        # type, size, config = hardware, 112 bytes, instructions; then flags at byte 40: without kernel and hypervisor.
        attributes = ctypes.create_string_buffer(struct.pack("<IIQQQQQ", 0, 112, 1, 0, 0, 0, 1 << 5 | 1 << 6), 112)
        self.files: list[int] = []
        for task in Path(f"/proc/{process}/task").iterdir():
            file = libc.syscall(number, attributes, int(task.name), -1, -1, 0)
            if file < 0:
                error = ctypes.get_errno()
                self.close()
                raise OSError(error, f"perf_event_open: {os.strerror(error)}")
            self.files.append(file)

    def read(self) -> int:
        """The count so far."""
        return sum(struct.unpack("<Q", os.read(file, 8))[0] for file in self.files)

    def close(self) -> None:
        """Stops counting."""
        for file in self.files:
            os.close(file)
        self.files = []


class Preloaded:
    """A library, made from `source`, that counts in a process that is started with `environment`."""

    source: str
    names: tuple[str, ...]

    def __init__(self, folder: Path) -> None:
        library, self.file = folder / "counting.so", folder / "counts"
        source = Path(__file__).with_name(self.source)
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self.file.write_bytes(bytes(8 * len(self.names)))
        self.environment = {"LD_PRELOAD": str(library), "TAYBERRY_COUNT": str(self.file)}

    def counts(self) -> dict[str, int]:
        """The counts so far by name."""
        return dict(zip(self.names, struct.unpack(f"<{len(self.names)}Q", self.file.read_bytes()), strict=True))


class Allocations(Preloaded):
    """Calls of malloc and its kin."""

    source = "count_allocations.c"
    names = ("allocations",)

    def read(self) -> int:
        """The count so far."""
        return self.counts()["allocations"]


class SystemCalls(Preloaded):
    """Calls of the C library that enter the kernel."""

    source = "count_system_calls.c"
    names = (
        *("recv", "recvfrom", "recvmsg", "read", "readv", "send", "sendto", "sendmsg", "write", "writev"),
        *("epoll_wait", "epoll_ctl", "poll", "shutdown", "syscall"),
    )
