"""What a server accepts and how long it waits, before any handler of the app is asked."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one app: sizes in bytes, times in seconds. A time of 0 means no limit.

    | field | what exceeds it gets |
    |---|---|
    | `max_body` | 413 |
    | `max_header` (all header lines together) | 431 |
    | `max_uri` (the request target) | 414 |
    | `header_timeout` (from the first byte of a request to the end of its header) | 408 and a close; a close if nothing came |
    | `keep_alive_timeout` (an idle connection between requests) | a close |
    | `body_timeout` (between two pieces of a body) | 408 and a close |
    | `write_timeout` (a client that takes nothing of its answer) | a close |
    | `handler_timeout` (an async handler, or one on the pool) | 503; an async handler is cancelled |
    | `stop_timeout` (requests under way at a graceful stop) | a close |
    | `pool_threads`, `pool_queue` (blocking handlers running, and waiting) | 503 |

    Raises `ValueError` for a negative value.
    """

    max_body: int = 2 * 1024 * 1024
    max_header: int = 64 * 1024
    max_uri: int = 16 * 1024
    header_timeout: float = 15.0
    keep_alive_timeout: float = 75.0
    body_timeout: float = 30.0
    write_timeout: float = 60.0
    handler_timeout: float = 60.0
    stop_timeout: float = 30.0
    pool_threads: int = 32
    pool_queue: int = 1024

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"Limits({field.name}={getattr(self, field.name)!r}): must not be negative")
        if self.pool_threads == 0:
            raise ValueError("Limits(pool_threads=0): at least one thread is needed")
