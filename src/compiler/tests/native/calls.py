"""Calls: defaults, keywords, stars, rebinding of names, builtins, globals, unknown objects."""

import math

limit = 10
undefined_name = print
names: list[str] = []


def attempt(f, *args, **kw):
    lambda: 0
    try:
        return f(*args, **kw)
    except Exception as error:
        return type(error).__name__, str(error)


def spy(*args, **kw):
    lambda: 0
    return ("spy", args, kw)


def base(a: int, b: int = 2, *, c: int = 3, d: str = "d") -> list[object]:
    return [a, b, c, d]


def callers(x: int) -> list[object]:
    return [base(x), base(x, 5), base(x, c=7), base(b=1, a=x), base(x, d="q", c=1, b=2)]


def stars(args: list[int], kw: dict[str, int]) -> list[object]:
    return [base(*args), base(*args, **kw), base(1, **kw), spy(*args, 1, *args, z=2, **kw)]


def collect(a: int, *rest: int, **named: object) -> list[object]:
    return [a, rest, sorted(named.items())]


def calls_collect() -> list[object]:
    return [collect(1), collect(1, 2, 3), collect(1, x=5), collect(*[1, 2], **{"y": 1})]


def wrong(kind: str) -> object:
    if kind == "few":
        return base()
    if kind == "many":
        return base(1, 2, 3)
    if kind == "keyword":
        return base(1, e=5)
    if kind == "twice":
        return base(1, a=2)
    if kind == "notcallable":
        return limit(1)
    if kind == "undefined":
        return undefined_name(print("evaluated first"))
    if kind == "star":
        return base(*5)
    if kind == "starstar":
        return base(**5)
    return None


def log(x: int, seen: list[int]) -> int:
    seen.append(x)
    return x


def order(seen: list[int]) -> list[object]:
    return base(log(1, seen), log(2, seen), d=str(log(3, seen)), c=log(4, seen))


def mutual_even(n: int) -> bool:
    return True if n == 0 else mutual_odd(n - 1)


def mutual_odd(n: int) -> bool:
    return False if n == 0 else mutual_even(n - 1)


def builtins_used(xs: list[int], text: str) -> list[object]:
    return [
        len(xs), len(text), sum(xs), max(xs), min(xs), max(1, 2, 3), min(xs, default=0), abs(-5), sorted(xs, reverse=True), list(range(3)), str(5), int("7"),
        float("1.5"), bool(xs), isinstance(xs, list), isinstance(text, (int, str)), divmod(7, 2), pow(2, 5), round(2.5), ord("a"), chr(98), hash(1),
        list(zip(xs, text)), list(map(str, xs)), repr(text), type(text).__name__, callable(len), tuple(xs), set(xs) == {3, 1}, dict(a=1), all(xs), any([]), hex(255),
        list(enumerate(text, start=1)), sorted(text, key=str.lower), int("ff", 16), round(2.567, 2), getattr(text, "upper")(), max("a", "b"), list(reversed(xs)),
    ]


def count() -> int:
    global limit
    limit += 1
    return limit


def use_module(x: float) -> list[object]:
    return [math.sqrt(x), math.floor(x), math.pi > 3]


def identity(x):
    return x


def untyped(a, b):
    c = a + b
    if c:
        c += a
    return [c, a == b, a < b, not a, -a, a is b, a in [b]]


print(callers(1), attempt(stars, [1], {"c": 9}), attempt(stars, [1], {"a": 9}), calls_collect())
del undefined_name
for kind in ["few", "many", "keyword", "twice", "notcallable", "undefined", "star", "starstar", ""]:
    print(kind, attempt(wrong, kind))
seen = []
print(order(seen), seen, mutual_even(10), mutual_even(7))
print(builtins_used([3, 1], "ab"), use_module(2.25), count(), count(), limit)
print(untyped(1, 2), untyped(1.5, 2), attempt(untyped, "a", 1), identity(names) is names)
saved = base
globals()["base"] = lambda *args, **kw: ["spy", args, kw]
print(callers(1))
globals()["base"] = saved
base.__defaults__ = (77,)
base.__kwdefaults__["c"] = 88
print(callers(1))
globals()["len"] = lambda x: 1000
print(attempt(builtins_used, [3, 1], "ab"))
del globals()["len"]
print(builtins_used([3, 1], "ab")[:3])


def loops() -> list[object]:
    return [x for x in range(3)]


globals()["range"] = lambda *args: [7, 8, *args]
print(loops(), attempt(builtins_used, [3, 1], "ab")[9:11])
del globals()["range"]
print(base(1), base.__name__, base.__defaults__)
