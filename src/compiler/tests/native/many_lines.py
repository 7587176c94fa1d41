# interpreted: Hostile
"""Expressions over many lines: an error in any part of them has the line that the interpreter gives."""

import traceback


class Hostile:
    """Fails wherever it is used, as does what its comparisons give."""

    def __init__(self, *ignored, **kw):
        lambda: 0

    def fail(self, *ignored, **kw):
        lambda: 0
        raise ValueError("used")

    __hash__ = __iter__ = __len__ = __call__ = __format__ = __repr__ = __bool__ = __getattr__ = fail
    __add__ = __contains__ = __enter__ = __getitem__ = __index__ = fail

    def __lt__(self, other, *ignored, **kw):
        lambda: 0
        return Hostile()


class Later:
    """An asynchronous iterator that fails at its second item."""

    def __init__(self, *ignored, **kw):
        lambda: 0
        self.at = 0

    def __aiter__(self, *ignored, **kw):
        lambda: 0
        return self

    async def __anext__(self, *ignored, **kw):
        lambda: 0
        self.at += 1
        if self.at > 1:
            raise ValueError("next")
        return self.at


def starred_list(a, b):
    return [
        a,
        *b,
        *
        a,
    ]


def starred_tuple(a, b):
    return (
        *a,
        b,
        *b
    )


def sets(a, b):
    return [
        {
            a,
            b,
        },
        1,
    ]


def starred_set(a, b):
    return {
        a,
        b,
        *b,
        *
        a
    }


def dicts(a, b):
    return (
        {
            a:
            b,
            b:
            a,
        }
    )


def merged(a, b):
    return {
        1: a,
        b: 2,
        **a,
        **
        b
    }


def comprehended(a, b):
    return {
        x
        :
        b
        for
        x
        in
        (a,
         b)
    }


def formatted(a, b):
    return (
        "text"
        f"{
            a
            :{
                b
            }}"
        f"{
            b
            !r}"
    )


def formatted_alone(a, b):
    return f"""{
        a
        !s:>{
            b
        }}"""


def digits(a: int, b: int) -> str:
    return f"""{
        a
    } and {
        b
    }"""


def digits_alone(a: int) -> str:
    return f"""
{
        a
    }"""[
        0:
    ]


def negated(a, b):
    return [
        not (
            not
            a
        ),
        not
        b,
    ]


def both(a, b):
    return [
        (
            a
            and
            b
            and
            1
        ),
        b
        or
        a,
    ]


def chosen(a, b):
    if (
        not
        a
        or
        (
            b
            and
            a
        )
    ):
        return (
            a
            if
            b
            else
            1
        )
    return 0


def caught(a, b):
    try:
        a(
        )
    except (
        b
    ):
        return 1


def caught_one_of(a, b):
    try:
        raise KeyError(
            1
        )
    except (
        ValueError,
        b,
    ):
        return 1


def steps(a: int, b: int, c: int) -> list[int]:
    return [
        x
        for
        x
        in
        range(
            a,
            b,
            c
        )
    ]


def counted(a: int, b: int, c: int) -> int:
    total = 0
    for x in range(
        a,
        b,
        c,
    ):
        total += x
    return total


def decided(a, b):
    return any(
        x
        for
        x
        in
        (a,
         b)
    ) or all(
        (
            x
            <
            b
        )
        for
        x
        in
        [a]
    )


def decided_by_both(a, b):
    return all(
        (
            x
            and
            a
        )
        for
        x
        in
        [b]
    ) + any(
        not
        x
        for x in (b, a)
    )


def made_later(a, b):
    return a, (
        b
        for
        x
        in
        b
        if
        a
    )


class Base:
    def there(self, value):
        return value


class Derived(Base):
    def zero(self, value):
        return super(
        ).nowhere(
            value
        )

    def zero_called(self, value):
        return (
            super()
            .nowhere(
                value
                .real,
            )
        )

    def two(self, value):
        return super(
            Derived,
            self
        ).nowhere(
            value
        )

    def attribute(self, value):
        return (
            super()
            .nowhere
        )

    def found(self, value):
        return super(
        ).there(
            value
            .there
        )


async def each(items, a):
    return [
        x
        for
        y
        in
        (
            1,
            2
        )
        async for
        x
        in
        items
        if
        a
    ]


async def pairs(items, a):
    return {
        x
        :
        a
        async for
        x
        in
        items
    }


def lines(error):
    """The lines of the exceptions; a generator expression that is consumed at once has no entry when it is compiled."""
    found = []
    while error is not None:
        entries = []
        for entry in traceback.extract_tb(error.__traceback__):
            name = entry.name
            if name == "<genexpr>" and entries[-1][0].startswith("decided"):
                name = entries.pop()[0]
            if name != "attempt":
                entries.append((name, entry.lineno))
        found.append((type(error).__name__, entries))
        error = error.__context__
    return found


def attempt(name, run):
    try:
        print(name, len(str(run())))
    except BaseException as error:
        print(name, lines(error))


def failing():
    yield 1
    raise ValueError("iterated")


def note(log, value, name):
    log.append(name)
    return value


def evaluated(log, mapping):
    """What comes before `**` or `*` is evaluated before anything is built; 17 pairs are one by one."""
    attempt("before **", lambda: {note(log, [], 1): note(log, 0, 2), note(log, 3, 3): 4, **note(log, mapping, 5)})
    attempt("before *", lambda: {note(log, [], 6), note(log, 0, 7), *note(log, mapping, 8)})
    attempt("behind **", lambda: {**mapping, note(log, [], 9): 0, note(log, 0, 10): 0})
    attempt("behind *", lambda: {*mapping, note(log, [], 11), note(log, 0, 12)})
    attempt("many", lambda: {
        note(log, [], 13): 0, note(log, 1, 14): 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0, 10: 0, 11: 0, 12: 0, 13: 0, 14: 0,
        15: 0})
    attempt("fifteen", lambda: {
        note(log, [], 15): 0, note(log, 1, 16): 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0, 10: 0, 11: 0, 12: 0, 13: 0, 14: 0})
    attempt("a group of 17 and one more", lambda: {
        1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0, 10: 0, 11: 0, 12: 0, 13: 0, 14: 0, 15: 0, 16: 0, 17: 0,
        note(log, [], 17): 0, note(log, 0, 18): 0})
    attempt("converted first", lambda: f"{note(log, Hostile(), 19)!r:{note(log, 5, 20)}}")
    attempt("formatted last", lambda: f"{note(log, Hostile(), 21):{note(log, 5, 22)}}")
    attempt("converted first, in a text", lambda: f"a {note(log, Hostile(), 23)!s:{note(log, 5, 24)}}")
    print(log)


def displays(a, b, c, d):
    """The same as without `**`, and the later ones count."""
    return [{1: a, 2: b, **c, 2: d, 3: a}, {**c, **c}, {a, *c, b}, {*()}, {**{}}, {**c, 1: 1}, f"{a!r:>5}{b!s:{d}}|", f"{a!r:{d}}"]


FUNCTIONS = [
    starred_list, starred_tuple, sets, starred_set, dicts, merged, comprehended, formatted, formatted_alone, negated, both, chosen,
    caught, caught_one_of, decided, decided_by_both,
]


def main():
    values = [Hostile(), None, 1, "s", [], [[]], {1: 2}, {"s": []}, ()]
    for function in FUNCTIONS:
        for a in values:
            for b in values:
                attempt(function.__name__, lambda: function(a, b))
    huge = 10**5000
    for first, second in [(1, 2), (huge, 2), (1, huge)]:
        attempt("digits", lambda: digits(first, second))
        attempt("digits_alone", lambda: digits_alone(first))
    attempt("steps", lambda: steps(1, 2, 0))
    attempt("counted", lambda: counted(1, 2, 0))
    for value in values:
        attempt("made_later", lambda: list(made_later(value, [1])[1]))
        attempt("made_later", lambda: list(made_later(1, value)[1]))
        attempt("each", lambda: each(Later(), value).send(None))
        attempt("pairs", lambda: pairs(Later(), value).send(None))
        attempt("pairs", lambda: pairs(value, 1).send(None))
    attempt("made_later", lambda: list(made_later(1, failing())[1]))
    for method in (Derived.zero, Derived.zero_called, Derived.two, Derived.attribute, Derived.found):
        attempt(method.__name__, lambda: method(Derived(), 1))
    evaluated([], {"key": 1})
    print(displays(1, 2, {1: 5, 7: 8}, 9))


main()
