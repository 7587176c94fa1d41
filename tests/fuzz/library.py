"""Methods, built-in functions and formats by the type of their value: templates of expressions.

In: a wanted type and something that writes an expression of a type. Out: text. In a template `<int>` stands for an expression of
that type and `<.int>` for a short one. What holds: the value of a template, if it is computed at all, has exactly the type it is listed under.
"""

from __future__ import annotations

import re
from collections.abc import Callable

#: Texts whose case, width, kind or order is special, a lone surrogate among them.
TEXTS = [
    "'ŉ'", "'ǆ'", "'ﬃ x'", "'Σίσυφος ΣΣ'", "'e\\u0301'", "'\\u2028a\\x85b\\x1cc'", "'١٢٣'", "'²'", "'Ⅷ'", "'\\ud800'", "'\\U0001d7d8'", "'𐐀𐐨'", "('ß' * 3)", "'\\xa0a\\u3000'",
    "'__x__'", "'1_0'", "'0x1f'", "' 12 '", "'nan'", "'-inf'", "'1e5'", "'a\\tb\\r\\nc'", "'%s %d'", "'{} {0}'", "'ı'", "'ſ'", "'K'", "'\\x7f\\x80\\xff'", "('x' * 300)",
]

TEMPLATES: dict[str, list[str]] = {
    "int": [
        "<str>.find(<.str>, <.int>)", "<str>.count(<.str>, <.int>, <.int>)", "<str>.rindex(<.str>)", "len(<str>.encode())", "<bytes>.find(<.bytes>)", "<bytes>.count(<.bytes>)", "int(<str>, <.int>)",
        "int(<.bytes>)", "int.from_bytes(<bytes>, 'big', signed=True)", "<int>.bit_count()", "pow(<int>, 3, 97)", "pow(<int>, <.int>, <.int>)", "round(<int>, -1)", "round(<int>, <.int>)", "math.floor(<float>)", "math.ceil(<float>)", "math.trunc(<float>)", "math.gcd(<int>, <int>)", "math.isqrt(<int>)",
        "math.comb(5, <.int>)", "<float>.as_integer_ratio()[0]", "<int>.conjugate()", "<int>.numerator", "<int>.denominator", "len(<list[str]>)", "sum(<list[int]>, <int>)", "max(<list[int]>, default=<int>)", "min(<list[str]>, key=len, default='').__len__()", "min(<int>, <int>, <int>)",
        "sorted(<list[int]>, key=lambda k: -k)[0]", "(<list[int]> or [<int>])[0]", "next(iter(<list[int]>))", "next(iter(<list[int]>), <int>)", "[*<list[int]>, <int>][0]", "ord(<str>)", "<str>.__len__()", "<dict[str, int]>.get(<str>, <int>)", "<list[int]>.index(<int>, <.int>)", "len(range(<.int>, <.int>, <.int>))",
        "range(<.int>, <.int>)[<.int>]", "slice(<.int>, None).indices(5)[0]", "(<int> if <int> < <int> <= <int> else <int>)", "-<int> // <int>", "~<int> ^ <int>", "<int> << (<int> % 70)", "<int> >> (<int> % 70)", "<int> % (<int> | 1)", "int(<float>)", "int(<float> // <float>)", "len(str(<int>))", "len(<frozenset[int]> | <set[int]>)",
    ],
    "float": [
        "<float>.__floor__() * 1.0", "abs(float(<int>)) ** 0.5", "math.sqrt(abs(<float>))", "math.fmod(<float>, <float>)", "math.copysign(<float>, <float>)", "math.hypot(<float>, <float>)", "math.fsum(<list[float]>)", "sum(<list[float]>, 0.0)", "sum(<list[float]>)  * 1.0", "divmod(<float>, <float>)[1]", "divmod(<float>, <float>)[0]",
        "float.fromhex(<float>.hex())", "<float> % <int>", "<int> // <float>", "<int> % <float>", "<int> * <float>", "<float> - <int>", "max(<list[float]>)", "max(<float>, <float>, <float>)", "min(<list[float]>, default=<float>)", "math.pow(<float>, <.float>)", "math.exp(<.float>)", "math.log(<float>)", "math.sin(<float>)", "math.atan2(<float>, <float>)", "<float>.real", "<float>.imag", "math.degrees(<float>)",
        "math.ldexp(<float>, <.int>)", "math.frexp(<float>)[0]", "math.modf(<float>)[0]", "math.ulp(<float>)", "math.nextafter(<float>, <float>)", "abs(-<float>)", "round(<float>, <.int>)", "float(<str>)", "(<float> if <float> == <float> else 0.5)",
    ],
    "bool": [
        "<str>.isdigit()", "<str>.isalpha()", "<str>.isnumeric()", "<str>.isdecimal()", "<str>.isspace()", "<str>.isupper()", "<str>.islower()", "<str>.istitle()", "<str>.isidentifier()", "<str>.isprintable()", "<str>.isascii()", "<str>.isalnum()", "<str>.startswith((<.str>, <.str>))", "<str>.endswith(<.str>, <.int>)", "<bytes>.isdigit()", "<bytes>.startswith(<.bytes>)",
        "<float>.is_integer()", "math.isnan(<float>)", "math.isinf(<float>)", "math.isclose(<float>, <float>)", "<set[int]>.issubset(<set[int]>)", "<set[int]>.isdisjoint(<list[int]>)", "<int> in <set[int]>", "<int> in <tuple[int, ...]>", "+<int> in range(<.int>, <.int>)", "<str> in <dict[str, int]>", "<str> in <str>", "<.int> in <bytes>", "<bytes> in <bytes>", "<bytes> < <bytes>", "<bytes> == <bytes>",
        "<float> < <int> < <float>", "<int> == <float>", "<int> == <bool>", "not <object>", "<object> == <object>", "<object> is None", "isinstance(<object>, (bool, float, type(None)))", "issubclass(type(<object>), int)", "callable(<object>)", "hasattr(<object>, 'real')", "all(<list[int]>)", "any(<list[str]>)", "<str> < <str> <= <str>", "<list[str]> < <list[str]>", "<frozenset[int]> <= <frozenset[int]>", "<bool> ^ <bool>", "<bool> & <bool>", "<bool> | <bool>", "<bool> is <bool>",
        "<dict[str, int]> == <dict[str, int]>", "<set[str]> == <set[str]>", "<dict[str, int]>.keys() == <dict[str, int]>.keys()",
    ],
    "str": [
        "<str>.removeprefix(<.str>)", "<str>.removesuffix(<.str>)", "<str>.rstrip(<.str>)", "<str>.strip(<.str>)", "<str>.replace(<.str>, <.str>, <.int>)", "<str>.translate({97: 'b', 98: None, 233: 'EE'})", "<str>.ljust(<.int>, '.')", "<str>.partition(<.str>)[<.int>]", "<str>.rpartition(<.str>)[0]", "<str>.encode('utf-8', 'replace').decode('latin-1')", "<str>.encode('ascii', 'backslashreplace').decode()", "<str>.encode('latin-1', 'ignore').decode('utf-8', 'replace')",
        "<str>.format(<int>, <str>)", "'{:>8}|{!r:^9}'.format(<str>, <str>)", "'{0[0]}{1}'.format(<str>, <int>)", "'%5.2f|%-6s|%x' % (<float>, <str>, <int>)", "'%r %a %c' % (<str>, <str>, <str>)", "'%(k)s' % {'k': <object>}", "<str> % <str>", "<str> % (<int>, <str>)", "hex(<int>)", "oct(<int>)", "bin(<int>)", "ascii(<str>)", "format(<int>, <.str>)", "format(<float>, '.3e')", "chr(<int>)", "<float>.hex()", "str(<float>)", "repr(<float>)", "str(<bytes>)", "str(<bytes>, 'latin-1')", "<bytes>.hex()", "<bytes>.decode('utf-8', 'surrogateescape')",
        "', '.join(sorted(<list[str]>))", "''.join(reversed(<str>))", "''.join([<str>, <str>, <str>])", "''.join(<str>)", "<str>.join(<str>)", "str(<object>)", "repr(<object>)", "type(<object>).__name__", "<list[str]>[<.int>]", "max(<str>)", "min(<list[str]>)", "max(<list[str]>, key=len)", "f\"{<int>:>{<.int>}}\"", "f\"{<str>!r:{'>'}{12}}\"", "f\"{<float>:{'+'}.{<.int>}f}|{<object>}\"", "f'''{<str>}\n{<int>:#x}{{}}'''", "<str>.title()", "<str>.casefold()", "<str>.swapcase()", "<str>.capitalize()", "<str>.upper().lower()", "<str>.expandtabs(<.int>)", "<str>.center(<.int>)", "<str>.zfill(<.int>)", "<str> * <bool>", "<str>[<int>:<int>]", "<str>[::-1]", "<str>[<.int>:<.int>:<.int>]",
    ],
    "bytes": [
        "<bytes>.upper()", "<bytes>.strip()", "<bytes>.replace(<.bytes>, <.bytes>)", "<bytes>.split(b',')[0]", "b'-'.join([<bytes>, <bytes>])", "bytes(<list[int]>)", "bytes(<.int>)", "bytes.fromhex(<str>)", "<bytes> * <.int>", "<bytes>[::-1]", "<bytes>.ljust(5, b'*')", "<bytes>.partition(b',')[2]", "<str>.encode('utf-16-le')", "<str>.encode('latin-1')", "<str>.encode('utf-8', 'surrogatepass')", "<int>.to_bytes(9, 'little', signed=True)", "b'%d|%s' % (<int>, <bytes>)", "<bytes>.translate(None, b'a')", "bytes(<str>, 'utf-8')",
    ],
    "list[int]": [
        "list(map(abs, <list[int]>))", "list(filter(None, <list[int]>))", "[*<list[int]>, *<tuple[int, ...]>]", "sorted(<set[int]>)", "list(<bytes>)", "[ord(c) for c in <str>]", "[a * b for a, b in zip(<list[int]>, <list[int]>)]", "[k for k, c in enumerate(<str>)]", "[len(s) for s in <list[str]> if s]", "list(range(<.int>, <.int>, <.int>))", "<list[int]> * <.int>", "[*range(<.int>)][<.int>:]", "[j for i in range(3) for j in range(i)]", "sorted(<list[int]>, reverse=<bool>)", "<list[int]>.copy()", "<list[list[int]]>[<.int>]", "list(dict.fromkeys(<list[int]>))", "[x for xs in <list[list[int]]> for x in xs]",
        "[f(<.int>) for f in [lambda z, k=k: z - k for k in <list[int]>]]",
    ],
    "list[str]": [
        "<str>.split()", "<str>.split(<.str>)", "<str>.split(None, 1)", "<str>.rsplit(<.str>, <.int>)", "<str>.splitlines(True)", "list(<str>)", "[c.upper() for c in <str>]", "[str(n) for n in <list[int]>]", "sorted(<list[str]>, key=len)", "sorted(<dict[str, int]>)", "[k + str(v) for k, v in <dict[str, int]>.items()]", "list(map(str, <list[int]>))", "[*<str>]", "<str>.partition(<.str>)[:1] and [<str>]",
    ],
    "list[float]": ["[x / 2 for x in <list[int]>]", "[float(x) for x in <list[int]>]", "sorted(<list[float]>)", "<list[float]>[::-1]", "[x * 1.5 for x in <list[float]> if x > 0]"],
    "dict[str, int]": [
        "{**<dict[str, int]>, <str>: <int>}", "dict(zip(<list[str]>, <list[int]>))", "{k: v + 1 for k, v in <dict[str, int]>.items()}", "{c: <str>.count(c) for c in sorted(<str>)}", "dict.fromkeys(<list[str]>, <int>)", "dict(<dict[str, int]>, z=<int>)", "{k: i for i, k in enumerate(<list[str]>)}", "dict(sorted(<dict[str, int]>.items()))",
    ],
    "set[int]": ["set(<list[int]>)", "<set[int]>.union(<list[int]>)", "<set[int]> ^ <set[int]>", "{x % 5 for x in <list[int]>}", "<set[int]>.difference(<tuple[int, ...]>)", "set(<dict[int, str]>)"],
    "tuple[int, ...]": ["tuple(<list[int]>)", "tuple(sorted(<set[int]>))", "(*<list[int]>, <int>)", "<tuple[int, ...]> * <.int>", "tuple(x + 1 for x in <list[int]>)", "divmod(<int>, <int>)", "tuple(map(len, <list[str]>))"],
    "tuple[int, str]": ["(<int>, <str>)", "max([(<int>, <str>), (<int>, <str>)])", "next(iter(enumerate(<list[str]>)))", "sorted(zip(<list[int]>, <list[str]>))[0]"],
    "object": ["max(<list[int]>, <list[int]>)", "<dict[str, int]>.popitem()", "sorted(<list[str]>, key=str.lower)", "[<object>, <object>]", "(<object>, <object>)", "getattr(<object>, 'real', None)", "<object> or <object>", "complex(<float>, <float>)", "range(<.int>)", "reversed(<list[int]>).__length_hint__()", "<int> ** <.int>", "<float> ** <float>", "<bytes>[<.int>:<.int>]", "memoryview(<bytes>).tolist()", "slice(<int>, <int>)", "type(<object>)", "iter(<list[int]>).__reduce__()[1]"],
}

HOLE = re.compile(r"<(\.?)([a-z][a-z0-9]*(?:\[[^<>]*\])?)>")


def fill(template: str, write: Callable[[str, bool], str]) -> str:
    """The template with an expression in every hole; `write(type, short)` gives one."""

    def hole(match: re.Match[str]) -> str:
        text = write(match[2], bool(match[1]))
        # Before a method or an index, what is not a single word needs brackets.
        return text if re.fullmatch(r"[A-Za-z_]\w*", text) else f"({text})"

    return "(" + HOLE.sub(hole, template) + ")"
