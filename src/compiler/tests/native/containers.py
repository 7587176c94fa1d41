# interpreted: Noisy
"""Lists, dicts, sets, tuples, strings: displays, methods, slices, unpacking, comprehensions."""


def attempt(f, *args):
    lambda: 0
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


class Noisy:
    def __init__(self, name, log):
        lambda: 0
        self.name, self.log = name, log

    def __del__(self):
        lambda: 0
        self.log.append(self.name)


class Weird:
    def __iter__(self):
        yield 1
        yield 2
        raise ValueError("iterator failed")


def displays(a: int, b: str) -> list[object]:
    xs = [a, b, *[1, 2], *"xy"]
    t = (a, *xs, b)
    s = {a, 2, *[3, 3]}
    d = {"a": a, b: 1, **{"z": 0, "a": 5}}
    return [xs, t, sorted(s), d, (), [], {}, (a,), [[]] * 2]


def items(xs: list[int], i: int) -> int:
    return xs[i]


def item_of(d: dict[str, int], key: str) -> int:
    return d[key]


def sets_items(xs: list[int], d: dict[str, list[int]]) -> None:
    xs[0] = 10
    xs[-1] += 5
    d["new"] = [1]
    d["new"] += [2]
    d.setdefault("more", []).append(3)
    del xs[1]
    del d["old"]


def slices(xs: list[int], s: str, t: tuple[int, ...], a: int, b: int) -> list[object]:
    return [xs[a:b], xs[:b], xs[a:], xs[:], xs[::2], xs[::-1], s[a:b], s[:-1], t[a:b], s[::-1], t[1:], s[0]]


def strings(s: str) -> list[object]:
    return [
        s.upper(), s.lower(), s.strip(), s.split(), s.split(","), s.replace("a", "b"), s.startswith("a"), s.endswith(("x", " ")),
        s.find("b"), "-".join(["x", "y"]), s * 2, 2 * s, s + "!", len(s), s == "a", s < "b", "a" in s, s.title(), s.encode(), s.count("a"),
        s.partition(","), s[0] if s else None, s.isdigit(), s.zfill(10),
    ]


def formats(i: int, x: float, s: str, b: bool, o: object) -> list[str]:
    return [
        f"{i} {x} {s} {b} {o}", f"{i:>5}|{x:.2f}|{s!r:>10}|{o!s}", f"{i}", f"{x}", f"{s}", f"{b}", f"{o!r}", f"", f"text",
        f"{i:{i}d}", f"{{}} {i + 1}", f"{i:,}", f"é{s}ü", f"{s:>{i}}", f"{None} {[1]}",
    ]


def comprehensions(n: int, words: list[str]) -> list[object]:
    squares = [i * i for i in range(n)]
    even = {i for i in range(n) if i % 2 == 0 if i > 1}
    by = {w: len(w) for w in words}
    pairs = [(i, w) for i in range(2) for w in words if w]
    nested = [[i * j for j in range(i)] for i in range(n)]
    return [squares, sorted(even), by, pairs, nested, [w.upper() for w in words], [a + b for a, b in [(1, 2), (3, 4)]]]


def consumers(xs: list[int]) -> list[object]:
    return [
        sum(x * 2 for x in xs), any(x > 3 for x in xs), all(x > 0 for x in xs), max(x for x in xs), min(x for x in xs),
        list(x + 1 for x in xs), sorted((-x for x in xs), reverse=True), set(x % 3 for x in xs) == {0, 1, 2}, ",".join(str(x) for x in xs),
        sum(xs), sum([1.5, 2.5]), tuple(x for x in xs), dict((x, x) for x in xs), sum(x / 2 for x in xs), sum([[1], [2]], []),
    ]


def unpacking(value: object) -> list[object]:
    a, b = value
    c, *d = value
    *e, f = value
    (g, h), i = [value, 3]
    return [a, b, c, d, e, f, g, h, i]


def swap(a: int, b: int) -> tuple[int, int]:
    a, b = b, a
    a, b = b + 1, a + 1
    return a, b


def loops(d: dict[str, int], xs: list[str]) -> list[object]:
    out: list[object] = []
    for key in d:
        out.append(key)
    for key, value in d.items():
        out.append((key, value))
    for value in d.values():
        out.append(value)
    for i, x in enumerate(xs):
        out.append((i, x))
    for i, x in enumerate(xs, 10):
        out.append((i, x))
    for a, b in zip(xs, d):
        out.append((a, b))
    for i in range(10, 0, -3):
        out.append(i)
    for x in reversed(xs):
        out.append(x)
    for c in "añ":
        out.append(c)
    return out


def grow(xs: list[int]) -> int:
    count = 0
    for x in xs:
        if x < 5:
            xs.append(x + 1)
        count += 1
    return count


def iterate(value: object) -> list[object]:
    out = []
    for x in value:
        out.append(x)
    return out


def changes_size(d):
    lambda: 0
    for key in d:
        d[key + 1] = 0


def changing(d: dict[int, int]) -> None:
    for key in d:
        d[key + 1] = 0


def lists(xs: list[int]) -> list[object]:
    ys = xs.copy()
    ys.append(9)
    ys.extend([8, 7])
    ys.insert(1, 100)
    last = ys.pop()
    first = ys.pop(0)
    ys.reverse()
    ys.sort()
    ys.remove(100)
    zs = ys + [1]
    zs += [2]
    zs *= 2
    return [ys, zs, last, first, ys.index(9), ys.count(9), 9 in ys, 5 not in ys, len(zs), ys == zs, ys < zs]


def sets(a: set[int], b: set[int]) -> list[object]:
    a.add(10)
    a.discard(99)
    a.remove(1)
    return [sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), 10 in a, len(a), a.issubset(b)]


def dicts(d: dict[str, int]) -> list[object]:
    return [d.get("a"), d.get("q"), d.get("q", 5), d.pop("a"), d.pop("q", None), list(d.keys()), list(d.items()), "b" in d, len(d), d | {"x": 1}]


def walrus(xs: list[int]) -> list[object]:
    out: list[object] = []
    if (n := len(xs)) > 2:
        out.append(n)
    i = 0
    while (i := i + 1) < 3:
        out.append(i)
    out.append([y for x in xs if (y := x * 2) > 2])
    z = 1
    out.append(z + (z := 5) + z)
    text = "a"
    text += (text := "b") + text
    out.append(text)
    return out


def conditional(a: int | None, b: str) -> list[object]:
    return [a or b, a and b, b or a, a if a is not None else -1, not a, "x" if b else "y", a is None, (a or 0) + 1]


def lifetimes(log: list[object]) -> None:
    a = Noisy("a", log)
    b = Noisy("b", log)
    a = Noisy("c", log)
    log.append("after rebinding")
    Noisy("d", log)
    log.append("after d")
    for x in [Noisy("e", log), Noisy("f", log)]:
        log.append("loop")
    del b
    log.append("end")


print(attempt(displays, 1, "b"), attempt(items, [1, 2, 3], -1), attempt(items, [1], 1), attempt(items, [1], 2**80))
print(attempt(item_of, {"a": 1}, "a"), attempt(item_of, {}, "b"))
xs, d = [1, 2, 3], {"old": []}
sets_items(xs, d)
print(xs, d, slices([1, 2, 3, 4], "héllo", (1, 2, 3), 1, 3), slices([], "x", (), -5, 5))
for s in ["", "a", " A,b a x ", "éa,"]:
    if s:
        print(strings(s))
print(formats(5, 2.5, "s'", True, None), formats(-(2**70), float("inf"), "é", False, ("t",)) if False else "")
print(comprehensions(4, ["a", "", "ccc"]), consumers([1, 2, 3, 4]), attempt(consumers, []))
for value in [(1, 2), [1, 2], "ab", {1: 2, 3: 4}]:
    print(unpacking(value))
for value in [(1,), (1, 2, 3), 5, [1, 2, 3], [], Weird(), None]:
    print(attempt(unpacking, value))
print(swap(1, 2), loops({"a": 1, "b": 2}, ["x", "y", "z"]), grow([1, 2, 3]))
for value in ["ab", (1, 2), {1}, Weird(), 5, range(3), iter([1])]:
    print(attempt(iterate, value))
print(attempt(changing, {1: 1}), attempt(changes_size, {1: 1}))
print(lists([3, 1, 2]), sets({1, 2, 3}, {3, 4}), dicts({"a": 1, "b": 2}), walrus([1, 2, 3]))
for a, b in [(None, ""), (0, "x"), (5, "")]:
    print(conditional(a, b))
log = []
lifetimes(log)
print(log)
