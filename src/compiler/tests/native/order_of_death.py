# interpreted: N
"""In which order objects die that only a function holds: what was made last goes first."""


def noted(label: str) -> "N":
    return N(label)


class N:
    def __init__(self, label: str) -> None:
        self.label = label

    def __del__(self) -> None:
        print("del", self.label, end=" ")


def two(a, b):
    return a, b


def g1():
    print(two(noted("a"), (yield 1)))


def g2():
    x = noted("x")
    y = noted("y")
    two(noted("a"), two(noted("b"), two(noted("c"), (yield x))))
    print(y)


def g3():
    for _ in iter([noted("i1"), noted("i2")]):
        for _ in [noted("j1")]:
            yield 1


def g4():
    z = [noted("l1"), noted("l2"), (yield 1)]
    return z


def g5():
    with C(noted("cm")) as c:
        d = {"k": noted("k"), "v": (yield c)}
        print(d)


class C:
    def __init__(self, n):
        self.n = n

    def __enter__(self):
        return noted("entered")

    def __exit__(self, *a):
        print("exit", end=" ")


def g6():
    b = noted("local b")
    a = noted("local a")
    try:
        yield two(a, b)
    finally:
        print("finally", end=" ")
        t = noted("late")
        del t


def g7(p, q):
    r = noted("r")
    for v in [noted("v1"), noted("v2")]:
        two(noted("t"), (yield r)).__len__()
    print(v)


async def co(p):
    q = noted("q")
    two(noted("t1"), two(noted("t2"), await W()))
    print(q)


class W:
    def __await__(self):
        yield 1


def g8():
    yield from inner(noted("arg"))


def inner(z):
    w = noted("w")
    two(noted("it"), (yield w))


def g9():
    f"{noted('f1')}{noted('f2')}{(yield 1)}"


def g10():
    noted("recv").label.join([noted("e").label, (yield 1)])
    

def g11():
    two(noted("p1"), b=(yield 1))


def g12():
    two(*[noted("s1")], *(noted("s2"), (yield 1)))


def g13():
    {noted("k1").label: noted("k2"), "z": noted("v2"), (yield 1): 3}


def g14():
    x = yield noted("yielded")
    noted("cmp") == noted("cmp2") == (yield x)


def g15():
    try:
        raise ValueError(noted("in exc"))
    except ValueError as e:
        two(noted("t"), (yield 1))
        print(e)


def leave(name, held, how):
    """What is passed to a function lives until it returns, so it comes in a list."""
    held[0].send(None)
    print(name, how, end=": ")
    if how == "close":
        held[0].close()
    elif how == "del":
        held.clear()
    else:
        try:
            held[0].throw(KeyError("k"))
        except KeyError:
            pass
    print("|")


for how in ("close", "del", "throw"):
    for f in (g1, g2, g3, g4, g5, g6, g8, g9, g10, g11, g12, g13, g14, g15):
        leave(f.__name__, [f()], how)
    leave("g7", [g7(noted("p"), noted("q"))], how)
    leave("co", [co(noted("p"))], how)


def some(*args):
    return args


def fail():
    raise KeyError("k")


def f1():
    b = N("b")
    a = N("a")
    return 1


def f2(c: bool):
    if c:
        late = N("late")
    b = N("b")
    a = N("a")
    for i in [N("i1"), N("i2")]:
        j = N("j")
    return a


def f3():
    b = N("b")
    a = N("a")
    some(N("t1"), N("t2"), some(N("t3"), N("t4"), fail()))


def f4():
    b = N("b")
    a = N("a")
    try:
        some(N("t1"), N("t2"), some(N("t3"), N("t4"), fail()))
    except KeyError:
        print("caught", end=" ")
    print("after", end=" ")


def f5():
    x = [N("l1"), N("l2"), fail()]


def f6():
    for i in [N("i1"), N("i2")]:
        for j in (N("j1"), N("j2")):
            if j.label == "j2":
                fail()


def f7():
    with W("w") as w:
        some(N("t1"), N("t2"), fail())


class W:
    def __init__(self, n):
        self.n = N(n)

    def __enter__(self):
        return N("entered")

    def __exit__(self, *a):
        print("exit", end=" ")


def f8():
    return f"{N('f1').label}{some(N('f2'), N('f3'))!s:.0}{fail()}"


def f9():
    a, b, *c = N("u1"), N("u2"), N("u3"), N("u4")
    fail()


def f10():
    d = {N("k").label: N("v"), "b": N("v2"), "c": fail()}


def f11():
    first = N("first")
    other = first.label and N("other")
    with W("with") as entered:
        pass
    try:
        fail()
    except KeyError as caught:
        kept = N("kept")
    import gc as collector
    fail()


def f12():
    some(N("a1"), *some(N("s1")), k=fail())


def f13():
    (N("l1") if True else 0) is fail()


def run(f, *a):
    print(f.__name__, end=": ")
    try:
        f(*a)
    except (KeyError, TypeError) as e:
        pass
    print("|")


for f in (f1, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13):
    run(f)
run(f2, True)
