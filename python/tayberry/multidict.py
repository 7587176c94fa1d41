"""Headers and query values: mappings in which a name may have several values.

As mappings they give the last value of a name, which is also the one that a handler's parameter gets; `get_all` gives
every value in order. Header names compare without regard to case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping

#: How callers may give headers.
HeadersLike = Mapping[str, str] | Iterable[tuple[str, str]]


class QueryParams(Mapping[str, str]):
    """The values of a query string, decoded: `+` is a space, `%XX` are UTF-8 bytes, wrong UTF-8 becomes U+FFFD."""

    __slots__ = ("_pairs",)

    def __init__(self, query: str = "") -> None:
        self._pairs: list[tuple[str, str]] = []
        if query:
            # Imported where it is needed: a server that never asks starts without it.
            from urllib.parse import parse_qsl

            self._pairs = parse_qsl(query, keep_blank_values=True, errors="replace")

    def __getitem__(self, name: str) -> str:
        for key, value in reversed(self._pairs):
            if key == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._pairs))

    def __len__(self) -> int:
        return len(dict(self._pairs))

    def get_all(self, name: str) -> list[str]:
        """Every value given for `name`, in order; empty if there is none."""
        return [value for key, value in self._pairs if key == name]

    def pairs(self) -> list[tuple[str, str]]:
        """Every name and value, in order."""
        return list(self._pairs)

    def __repr__(self) -> str:
        return f"QueryParams({self._pairs!r})"


class Headers(Mapping[str, str]):
    """Header lines over their bytes: names in lower case, values as ISO 8859-1 text."""

    __slots__ = ("raw",)

    #: The lines: pairs of a lower-case name and a value.
    raw: list[tuple[bytes, bytes]]

    def __init__(self, raw: list[tuple[bytes, bytes]] | None = None) -> None:
        self.raw = [] if raw is None else raw

    def __getitem__(self, name: str) -> str:
        wanted = _name(name)
        for key, value in reversed(self.raw):
            if key == wanted:
                return value.decode("latin-1")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter({key.decode("latin-1"): None for key, _ in self.raw})

    def __len__(self) -> int:
        return len({key for key, _ in self.raw})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _name(name) in (key for key, _ in self.raw)

    def get_all(self, name: str) -> list[str]:
        """Every value of the header `name`, in order; empty if there is none."""
        wanted = _name(name)
        return [value.decode("latin-1") for key, value in self.raw if key == wanted]

    def pairs(self) -> list[tuple[str, str]]:
        """Every header line as text, in order."""
        return [(key.decode("latin-1"), value.decode("latin-1")) for key, value in self.raw]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pairs()!r})"


class MutableHeaders(Headers, MutableMapping[str, str]):
    """Headers of a response. `headers[name] = value` replaces every line of that name; `append` adds one.

    Raises `ValueError` for names and values that HTTP does not allow, line breaks among them.
    """

    __slots__ = ()

    def __setitem__(self, name: str, value: str) -> None:
        line = header_line(name, value)
        self.raw[:] = [each for each in self.raw if each[0] != line[0]]
        self.raw.append(line)

    def __delitem__(self, name: str) -> None:
        wanted = _name(name)
        kept = [each for each in self.raw if each[0] != wanted]
        if len(kept) == len(self.raw):
            raise KeyError(name)
        self.raw[:] = kept

    def append(self, name: str, value: str) -> None:
        """Adds a header line, keeping those of the same name."""
        self.raw.append(header_line(name, value))


_TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
#: What no header's value has; the tab may stand in one.
_CONTROL = bytes(byte for byte in range(32) if byte != 9) + b"\x7f"


def header_line(name: str, value: str) -> tuple[bytes, bytes]:
    """A checked header line as bytes, the name in lower case."""
    key = _name(name)
    if not key or not _TOKEN.issuperset(key):
        raise ValueError(f"{name!r} is not a header name")
    try:
        text = value.strip(" \t").encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"header {name}: {value!r} has characters outside ISO 8859-1") from None
    if len(text.translate(None, _CONTROL)) != len(text):
        raise ValueError(f"header {name}: {value!r} has control characters")
    return key, text


def header_lines(headers: HeadersLike | None) -> list[tuple[bytes, bytes]]:
    """Checked header lines from a mapping or from pairs."""
    if headers is None:
        return []
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    if isinstance(headers, Headers):
        pairs = headers.pairs()
    return [header_line(name, value) for name, value in pairs]


def _name(name: str) -> bytes:
    # "?", which replaces what is not ISO 8859-1, stands in no header's name: lookups find nothing and checks refuse it.
    return name.lower().encode("latin-1", "replace")
