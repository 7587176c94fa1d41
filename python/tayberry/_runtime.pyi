"""The Rust side: HTTP server, router, codecs. docs/internals.md has the contract."""

from collections.abc import Callable, Sequence
from typing import Any

from ._binding import Route
from ._types import Type

#: The capsule "tayberry.abi" with the functions that generated code calls.
abi: object

class RouteError(ValueError):
    """Two routes that answer the same requests, or a path that cannot be routed."""

class Application:
    """An app's routes and plans, ready to answer."""

    def __init__(self, routes: Sequence[Route], options: dict[str, Any]) -> None: ...
    def handle(
        self, method: str, target: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """One request in process, through the dispatch of the server."""

    def serve(
        self,
        host: str,
        port: int,
        threads: int,
        *,
        access_log: bool = False,
        hearing: Callable[[], object] | None = None,
        ready: Callable[[str], object] | None = None,
    ) -> bool:
        """Serves until SIGTERM or SIGINT, then stops gracefully. Whether all its threads have ended: one whose handler
        never comes back has not, and the process must not wait for it.

        `hearing` is called when signals are heard, which is before the port is open, and `ready` with the address
        (`http://127.0.0.1:8000`) once connections are accepted. Raises `OSError` when the address cannot be listened on.
        """

class Rejected(ValueError):
    """Input that a type refuses: `status` and the `body` of the answer."""

    status: int
    body: bytes

def decode_json(description: Type, document: bytes) -> Any:
    """A JSON document as a value of the type. Raises `Rejected`."""

def decode_text(description: Type, texts: list[bytes], name: str = "value") -> Any:
    """The texts given for a query parameter as a value of the type. Raises `Rejected`."""

def encode_json(value: Any, description: Type | None = None) -> bytes:
    """A value as JSON, checked against a type if one is given. Raises `TypeError` and `ValueError`."""

def forget() -> None:
    """Lets go of the program's classes at the end of the process, so that they can be finalised. Does nothing while other threads run."""
