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


class Sneaky:
    def __eq__(self, other):
        if isinstance(other, list):
            other.append("s")
        return False

    def __hash__(self):
        return 1


def same_kind(root):
    xs = [1]
    a = xs[0]
    xs = ["a"]
    b = xs[0]
    ys = {"a": 1}
    ys = {1: "b"}
    zs = [1 for _ in range(2)]
    zs = [2.5 for _ in range(2)]
    return a, b, ys[1], zs[0]


def capture_as(root):
    match [1]:
        case x as y:
            y.append(root)
    return x[1]


def capture_inner(root):
    match [[1], [2]]:
        case [x, _] as y:
            y[0].append(root)
    return x[1]


def repeated(root):
    a, b = [[1]] * 2
    b.append(root)
    return a[1]


def repeated_star(root):
    a, *b = [[1]] * 2
    b[0].append(root)
    return a[1]


def repeated_for(root):
    for a, b in [[[1]] * 2]:
        b.append(root)
    return a[1]


def repeated_comp(root):
    return [(b.append(root), a[1]) for a, b in [[[1]] * 2]]


def star_shift(root):
    x = [[0], [0]]
    y = [1]
    a, b, c = *x, y, *[]
    c.append(root)
    return y[1]


def union_item(root, c=True):
    xs = None
    if c:
        xs = [1]
    xs[0] = root
    if xs is not None:
        return xs[0]


def tuple_aug(root):
    t = ([1],)
    try:
        t[0] += [root]
    except TypeError:
        pass
    return t[0][1]


def slice_aug(root):
    xs = [[1]]
    xs[0:1] += [5]
    return xs[1]


def slice_aug_object(root, s):
    xs = [[1]]
    xs[s] += [5]
    return xs[1]


def compare(root):
    xs = [1]
    xs == Sneaky()
    return xs[1]


def compare_unknown(root, o):
    xs = [1]
    if xs == o or xs != o or o == xs:
        pass
    return xs[1]


def compare_in(root, o):
    rows = [[1], [2]]
    o in rows
    return rows[0][1]


def compare_index(root, o):
    rows = [[1], [2]]
    rows.count(o)
    return rows[0][1]


def largest(root):
    a = [1]
    b = [2]
    c = max(a, b)
    c.append(root)
    return b[1]


def summed(root):
    a = [1]
    c = sum([], a)
    c.append(root)
    return a[1]


def sentinel(root):
    a = [1]
    for _ in iter(lambda: Sneaky(), a):
        break
    return a[1]


def takes(a: Any, values: list[int], more: Any, last: Any = None) -> None:
    if last is None:
        more.append("m")
    else:
        last.append("s")


def star_argument(root):
    xs = [1]
    takes(*[0], *[[]], *[1], xs)
    ys = [1]
    pair = (0, [1])
    takes(*pair, ys)
    return xs[1], ys[1]


class Base:
    def take(self, values: list[int]) -> None:
        pass


class Derived(Base):
    def take(self, values: Any) -> None:
        values.append("s")


def override(root):
    base: Base = Derived()
    return override_of(base)


def override_of(base: Base):
    xs = [1]
    base.take(xs)
    return xs[1]


class Table:
    def __init__(self) -> None:
        self.d: dict[str, list[int]] = {}

    def use(self, root):
        ys = [1]
        y = self.d.get("k", ys)
        y.append(root)
        return ys[1]

    def used(self, root):
        ys = [1]
        y = self.d.pop("k", ys)
        y.append(root)
        return ys[1]


def united(root):
    u = {1}.union(["a"])
    out = []
    for x in u:
        out.append(x)
    return sorted(map(str, out))


def united_param(s: set[int]):
    u = s.union(["a"])
    out = []
    for x in u:
        out.append(x)
    return sorted(map(str, out))


def intersected(s: set[int]):
    u = s.intersection([1.0])
    out = []
    for x in u:
        out.append(x)
    return out


def item_unknown(root, i):
    xs = [1]
    xs[i] = [2]
    return xs[0]


def inner_unknown(root, i):
    rows = [[1], [2]]
    r = rows[i]
    r.append(root)
    return rows[0][1]


def grid_unknown(root, i):
    grid = [[0] * 2 for _ in range(2)]
    grid[i][1] = root
    return grid[0][1]


def grid_aug_unknown(root, i):
    grid = [[0] * 2 for _ in range(2)]
    grid[i][1] += 0.5
    return grid[0][1]


def grid_iter_unknown(root, i):
    deep = [[[1]]]
    for x in deep[i]:
        x.append(root)
    return deep[0][0][1]


def dict_values(root):
    d = {"a": [1]}
    for v in d.values():
        v.append(root)
    return d["a"][1]


def dict_items(root):
    d = {"a": [1]}
    for k, v in d.items():
        v.append(root)
    return d["a"][1]


def dict_plus(root):
    d = {"a": [[1]]}
    x = d.get("a") + [[2]]
    x[0].append(root)
    return d["a"][0][1]


def conditional(root, c=True):
    a = [[1]]
    b = ([1],)
    for x in (a if c else b):
        x.append(root)
    return a[0][1]


def walrus_test(root):
    x = [1] if root else None
    if x is not None and not (x := None):
        return len(x)


class Untold:
    def __init__(self):
        self.items = [1]
        self.rate = 1.0

    def use(self, root):
        xs = [1]
        self.items = xs
        self.items.append(root)
        self.rate = 2
        return xs[1], self.items[1], self.rate


def get_default(root):
    d = {"a": [1]}
    ys = [2]
    y = d.get("b", ys)
    y.append(root)
    return ys[1]


def instance_check(root):
    class Meta(type):
        def __instancecheck__(cls, other):
            other.append("s")
            return False

    class Checked(metaclass=Meta):
        pass

    xs = [1]
    isinstance(xs, Checked)
    return xs[1]


def views(root):
    d = {"a": [1]}
    vs = d.values()
    for v in vs:
        v.append(root)
    its = list(d.items())
    its[0][1].append("x")
    return d["a"][1], d["a"][2]


def listed(root):
    d = {"a": [1]}
    [v] = d.values()
    v.append(root)
    (e, f), = d.items()
    f.append(root)
    return d["a"][1]


def minimum(root):
    rows = [[1], [2]]
    r = min(rows)
    r.append(root)
    s = next(iter(rows))
    s.append(root)
    z = list(zip(rows, rows))
    z[1][0].append(root)
    return rows[0][1], rows[1][1]


def popitem(root):
    d = {"a": [1]}
    e = d.copy()
    k, v = e.popitem()
    v.append(root)
    return d["a"][1]


def starred_display(root):
    rows = [[1]]
    more = [*rows]
    more[0].append(root)
    d = {"a": [1]}
    e = {**d}
    e["a"].append(root)
    return rows[0][1], d["a"][1]


def slices(root):
    rows = [[1], [2]]
    for r in rows[::-1]:
        r.append(root)
    xs = [1, 2, 3]
    xs[::2] = [root, root]
    return rows[0][1], xs[0]


def slice_for(root):
    xs = [1, 2]
    for xs[0:1] in ["ab", "c"]:
        pass
    return xs[0]


def set_in_place(root):
    s = {1}
    s |= {root} if not isinstance(root, list) else {"l"}
    out = [x for x in s]
    s.symmetric_difference_update({"q"})
    return len(out), sorted(map(str, s))


def comps(root):
    rows = [[1], [2]]
    _ = [r.append(root) for r in rows if r]
    rows2 = [[1], [2]]
    _ = {k: v.append(root) for k, v in enumerate(rows2)}
    rows3 = [[[1]]]
    _ = [c.append(root) for r in rows3 for c in r]
    any(r.append(root) for r in rows3[0])
    return rows[0][1], rows2[0][1], rows3[0][0][1]


def finally_return(root):
    xs = [1]
    out = []
    try:
        return (xs, out)
    finally:
        out.append(xs[0])
        xs.append(root)
        out.append(xs[1])


def steps(root):
    v0 = [1]
    v1 = [1]
    v2 = [1]
    v3 = [1]
    v4 = [1]
    v5 = [1]
    v6 = [1]
    v7 = [1]
    v8 = [1]
    v9 = [1]
    v10 = [1]
    v11 = [1]
    v0.append(v1[0])
    n0 = v0[-1]
    v1.append(v2[0])
    n1 = v1[-1]
    v2.append(v3[0])
    n2 = v2[-1]
    v3.append(v4[0])
    n3 = v3[-1]
    v4.append(v5[0])
    n4 = v4[-1]
    v5.append(v6[0])
    n5 = v5[-1]
    v6.append(v7[0])
    n6 = v6[-1]
    v7.append(v8[0])
    n7 = v7[-1]
    v8.append(v9[0])
    n8 = v8[-1]
    v9.append(v10[0])
    n9 = v9[-1]
    v10.append(v11[0])
    n10 = v10[-1]
    v11[0] = root
    for _ in range(2):
        v0.append(v1[0])
        v0[0] = v1[-1]
        v1.append(v2[0])
        v1[0] = v2[-1]
        v2.append(v3[0])
        v2[0] = v3[-1]
        v3.append(v4[0])
        v3[0] = v4[-1]
        v4.append(v5[0])
        v4[0] = v5[-1]
        v5.append(v6[0])
        v5[0] = v6[-1]
        v6.append(v7[0])
        v6[0] = v7[-1]
        v7.append(v8[0])
        v7[0] = v8[-1]
        v8.append(v9[0])
        v8[0] = v9[-1]
        v9.append(v10[0])
        v9[0] = v10[-1]
        v10.append(v11[0])
        v10[0] = v11[-1]
    return [v0[-1], v1[-1], v2[-1], v3[-1], v4[-1], v5[-1], v6[-1], v7[-1], v8[-1], v9[-1], v10[-1], v11[-1], n0, n10]


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
for root in ("r", None):
    for f in (same_kind, capture_as, capture_inner, repeated, repeated_star, repeated_for, repeated_comp, star_shift, union_item, tuple_aug,
              slice_aug, compare, largest, summed, sentinel, star_argument, override, united, dict_values, dict_items,
              dict_plus, conditional, walrus_test, get_default, instance_check, views, listed, minimum, popitem, starred_display, slices,
              slice_for, set_in_place, comps, finally_return, steps):
        attempt(f.__name__, f, root)
    attempt("slice_aug_object", slice_aug_object, root, slice(0, 1))
    attempt("compare_unknown", compare_unknown, root, Sneaky())
    attempt("compare_in", compare_in, root, Sneaky())
    attempt("compare_index", compare_index, root, Sneaky())
    attempt("use", Table().use, root)
    attempt("used", Table().used, root)
    attempt("united_param", united_param, {1})
    attempt("intersected", intersected, {1})
    attempt("Untold", Untold().use, root)
    for f in (item_unknown, inner_unknown, grid_unknown, grid_aug_unknown, grid_iter_unknown):
        attempt(f.__name__, f, root, 0)
