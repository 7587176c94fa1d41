"""Whose instructions a sampled profile holds: each symbol of each library belongs to one component.

In: lines of `perf script`, one sample each, as `library symbol`. Out: samples by component. What holds: every sample is
counted once, under the first rule that fits; a function that was inlined counts for the function it is in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

#: Component, what the library is called, what the symbol begins with or holds; the first that fits decides.
RULES: list[tuple[str, str, str]] = [
    ("kernel", r"^\[(kernel|vdso|guest)|\.ko$", ""),
    ("attach and detach", "", r"PyEval_(Save|Restore)Thread|_PyThreadState_(Attach|Detach)|PyGILState|guest::parking|_attach$|detach_thread"),
    ("compiled handler", r"^app\.", ""),
    ("garbage collection", "", r"^_?Py_?GC|gc_|_PyGC|gc\.isra|brc_|_Py_brc|qsbr"),
    ("Python: memory", r"^python3|_runtime", r"^_?mi_|^_PyObject_M|^_PyMem|^PyObject_(Malloc|Free)|^PyMem_"),
    ("Python: running code", r"^python3|_asyncio", r"PyEval|_PyFrame|_PyFunction|Vectorcall|vectorcall|PyObject_Call|_Py_Handle|cfunction|method_|gen_|PyGen|_asyncio"),
    ("Python: objects", r"^(lib)?python3|^(?!_runtime)_?[a-z]+\.cpython-", ""),
    ("memory allocation", "", r"^(__)?(libc_)?(malloc|free|calloc|realloc|cfree|_int_(malloc|free|realloc)|tcache|unlink_chunk|malloc_consolidate|posix_memalign)|__rust_?(alloc|dealloc|realloc)|__rdl_"),
    ("copying and comparing", r"libc|ld-|_runtime|bench-axum", r"mem(cpy|move|set|cmp|chr)|strlen|bcmp"),
    ("system calls", r"libc|ld-", ""),
    ("decoding and encoding", "", r"codec::|serde|zmij|itoa|jiter|ryu|lexical|form_urlencoded|percent_encoding|abi_functions|core::fmt|alloc::fmt|dec2flt|from_str|tb_"),
    ("routing and dispatch", "", r"^<?tayberry_runtime::http|matchit|<?axum|bench_axum"),
    ("hyper", "", r"hyper|httparse|http::|<?http_body|bytes::|httpdate|tower|futures_util"),
    ("tokio", "", r"tokio|mio::|parking_lot|std::(time|sys|io)"),
    ("routing and dispatch", "", r"tayberry_runtime|smallvec|pyo3|core::ops::function"),
]

_COMPILED = [(name, re.compile(library), re.compile(symbol)) for name, library, symbol in RULES]


def component(library: str, symbol: str) -> str:
    """The component of a symbol."""
    library = library.rpartition("/")[2]
    for name, of_library, of_symbol in _COMPILED:
        if of_library.search(library) and of_symbol.search(symbol):
            return name
    return "other"


def counted(samples: Iterable[tuple[str, str]]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Samples by component, and by component and symbol."""
    components: Counter[str] = Counter()
    symbols: Counter[tuple[str, str]] = Counter()
    for library, symbol in samples:
        name = component(library, symbol)
        components[name] += 1
        symbols[name, symbol] += 1
    return components, symbols
