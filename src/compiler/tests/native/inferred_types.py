# interpreted: Slotted, SlottedList, Mixed, Mixin
"""Types of locals that no annotation tells: what they get decides, and only as long as nothing else can change it."""

from typing import Any


def attempt(label: str, f: Any, *args: Any) -> None:
    try:
        print(label, repr(f(*args)))
    except Exception as error:
        print(label, type(error).__name__, error)


def popped(root):
    stack = [(None, root)]
    out = []
    while stack:
        key, value = stack.pop()
        out.append((key, value))
        if len(out) < 4:
            stack.append((len(out), value))
            stack.extend([("s", value)])
    return out


def unpacked(root):
    path, stack = (), [(None, root)]
    out = []
    while stack:
        key, value = stack.pop()
        out.append((key, value))
        if len(out) < 4:
            stack += [(len(out), value), ("s", value)]
    return path, out


def displays(root):
    stack = [None]
    stack.append(root)
    [a, b] = [1], [2.0]
    a.append("s")
    c = d = [1]
    c.append(None)
    e = {"a": 1}
    e["b"] = root
    x, *y = [1], "a", 2
    y.append(root)
    (p, q), r = ([1], [None]), {1: None}
    q.append(root)
    p.append(root)
    r[2] = root
    return stack[1], a[1], b[0], d[1], e["b"], x[0], y[2], q[1], p[1], r[2]


def nested(root):
    pair = (None, [None])
    pair[1].append(root)
    rows = [[None], [1]]
    rows[0].append(root)
    rows[1][0] = root
    row = rows[1]
    row.append(2.5)
    for each in rows:
        each.append("end")
    table = {"a": [1]}
    table["a"].append(root)
    table.get("a").append("got")
    table.setdefault("b", [2]).append("set")
    grid = [[0] * 2 for _ in range(2)]
    grid[0], grid[1] = grid[1], grid[0]
    grid[0][1] = root
    return pair[1][1], rows[0][1], rows[1][1], rows[1][2], table["a"][1:], table["b"][1], grid


def shorter(root):
    if (s := [None]):
        s.append(root)
    for one in (t := [1, 2]):
        if len(t) < 4:
            t.append("t")
        print(one, end=" ")
    g = [None for _ in range(2)]
    g[0] = root
    h = [None] * 3
    h[1] = root
    w = [(None, 1), (None, 2)]
    w[0] = (root, 1)
    a, b = w[0]
    m = [1, 2, 3]
    m[1:2] = [root, "m"]
    return s[1], g[0], h[1], a, b, m[1], m[2], t[3]


def numbers(root):
    rates = {"a": 1.0}
    rates["b"] = 2
    counts = [0]
    counts.append(True)
    halves = [0.5]
    halves.append(True)
    halves += [3]
    flags = [False] * 3
    flags[1] = 1
    keys = {1: "a"}
    keys[True] = "b"
    found = {1, 2}
    found.add(2.5)
    first = rates["b"]
    copied = halves[:]
    copied.append(7)
    return first, counts[1], halves[1], halves[2], flags[1], keys, sorted(found), copied[-1], sum(counts)


def put(values: list[Any], value: Any) -> None:
    values.append(value)


class Holder:
    def __init__(self) -> None:
        self.kept: Any = None

    def add(self, value: Any) -> None:
        self.kept.append(value)


def escaping(root):
    passed = [1]
    put(passed, root)
    stored = [1]
    holder = Holder()
    holder.kept = stored
    holder.add(root)
    inside = [1]
    box = {"inside": inside, "other": (inside,)}
    box["inside"].append(root)
    named = [1]
    alias = named
    alias.append(root)
    chosen = named if root else inside
    chosen.append("c")
    method = named.append
    method("m")
    captured = [1]

    def inner():
        captured.append(root)

    inner()
    first, second = [1], [2]
    first, second = second, first
    second.append(root)
    return passed[1], stored[1], inside[1], named[1:], captured[1], first[0], second[1]


def yielding(root):
    values = [1]
    yield values
    yield values[-1]
    total = values[0]
    for each in values:
        total = each
    yield total


def after_yield(root):
    made = yielding(root)
    next(made).append(root)
    return list(made)


def chain(n):
    a = b = c = d = e = f = g = h = i = j = k = l = 0
    out = []
    for t in range(n):
        out.append((a, b, c, d, e, f, g, h, i, j, k, l))
        a = b
        b = c
        c = d
        d = e
        e = f
        f = g
        g = h
        h = i
        i = j
        j = k
        k = l
        l = "s" if t == 0 else t
    return out[9:]


def previous(tokens):
    prev = None
    out = []
    for tok in tokens:
        if tok == "b":
            continue
        out.append(prev)
        prev = tok
    return out


def previous_number(tokens):
    prev = 0
    out = []
    for tok in tokens:
        try:
            if tok == "b":
                continue
            out.append(prev)
            prev = tok
        finally:
            out.append(("f", prev))
    return out


def starred(*args, **kwargs):
    args = list(args)
    args.append(3)
    kwargs = sorted(kwargs)
    return args, kwargs


def starred_claims(*args: int, **kw: str) -> Any:
    if args:
        args = args[0]
    if kw:
        kw = None
    return args, kw


class Mixin:
    def name(self) -> str:
        return "m"


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


class SlottedList(Slotted):
    __slots__ = "tokens"

    def __init__(self, tokens=None):
        self.tokens = tokens or []
        super().__init__(str(len(self.tokens)))


class Mixed(Mixin, SlottedList):
    def both(self) -> Any:
        return self.name(), self.tokens, self.value


def rebuilt(xs, deep):
    """A variable that gets lists of different things: each is what it is, whatever it held before."""
    if deep:
        v = [[x] for x in xs]
        p = [[w for s, w in zip(str(x), mw)] for x, mw in zip(xs, v)]
    else:
        v = [x for x in xs]
        p = [w for x, w in zip(xs, v)]
    return p


def redisplayed(xs):
    rows = [1, 2]
    numbers = {"a": 1}
    seen = [sum(rows), sum(numbers.values())]
    rows = [x for x in xs]
    numbers = {x: [x] for x in xs}
    for each in rows:
        seen.append(each)
    for key in numbers:
        seen.append((key, numbers[key]))
    rows = [[x] for x in xs]
    for each in rows:
        seen.append(each)
    rows = []
    numbers = {}
    return seen, rows, numbers, [x for x in rows]


def emptied(n):
    sums = [n]
    sums.append(sum(sums))
    sums = []
    sums.append(n)
    return sums, sum(sums)



for root in ("r", 3, 2.5, None, True, [1]):
    for f in (popped, unpacked, displays, nested, shorter, numbers, escaping, after_yield):
        attempt(f.__name__, f, root)
attempt("chain", chain, 16)
attempt("rebuilt", lambda: (rebuilt(["a", "bb"], False), rebuilt([1], True), rebuilt([[1]], False)))
attempt("redisplayed", redisplayed, ["a", "b"])
attempt("redisplayed_numbers", redisplayed, [1.5, True])
attempt("emptied", emptied, 3)
attempt("previous", previous, ["a", "b", "c", 3])
attempt("previous_number", previous_number, ["a", "b", "c", 3])
attempt("starred", lambda: (starred(1, 2, a=3), starred_claims(1, 2), starred_claims(a="x"), starred_claims()))
attempt("mixed", lambda: Mixed([1]).both())
