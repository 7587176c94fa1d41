"""Text, lists, dicts, sets, loops, ranges and unpacking of the C library against the interpreter's."""
import itertools
import math
import operator

import values as v
from comparing import outcome, run_all, same, test


WORDS = ["", "a", "ab", "abc" * 20, "é", "日本語", "😀x", "ß", "\x00", "a b  c", "straße", "x" * 300]


class Text(str):
    def __add__(self, other):
        return "added"

    def __eq__(self, other):
        return "equal"

    __hash__ = str.__hash__

    def __len__(self):
        return 0

    def __getitem__(self, index):
        return "item"

    def __contains__(self, part):
        return True

    def upper(self):
        return "UPPER"


@test
def text_operations():
    for a in WORDS:
        for i in (-400, -5, -3, -1, 0, 1, 2, 50, 1 << 70):
            same(v.str_index, operator.getitem, a, i)
            same(v.str_repeat, operator.mul, a, min(i, 50))
        for i, j in itertools.product((None, -400, -2, 0, 1, 3, 400, 1 << 70), repeat=2):
            same(v.str_slice, lambda s, i, j: s[i:j], a, i, j)
        same(v.str_split, str.split, a)
        same(v.str_upper, str.upper, a)
        same(v.str_truth, bool, a)
        same(v.ord, ord, a)
        for b in WORDS:
            same(v.str_concat, operator.add, a, b)
            same(v.str_append, operator.add, a, b)
            same(v.str_eq, operator.eq, a, b)
            same(v.str_lt, operator.lt, a, b)
            same(v.str_contains, operator.contains, a, b)
            same(v.str_startswith, str.startswith, a, b)
            same(v.str_endswith, str.endswith, a, b)
            same(v.str_find, str.find, a, b)
            same(v.str_split, str.split, a, b)
            same(v.str_replace, str.replace, a, b, "X")
    same(v.str_startswith, str.startswith, "abc", ("x", "ab"))
    same(v.str_startswith, str.startswith, "abc", 1)
    same(v.str_contains, operator.contains, "abc", 1)
    same(v.str_concat, operator.add, "abc", 1)
    same(v.str_join, str.join, ",", ["a", "é", "日"])
    same(v.str_join, str.join, ",", ["a", 1])
    same(v.str_join, str.join, ",", 5)
    assert v.str_join("", (c for c in "xyz")) == "xyz"
    for code in (-1, 0, 65, 0x10FFFF, 0x110000, 1 << 40, -(1 << 62)):
        same(v.chr, chr, code)
    assert v.str_grow("é", 2000) == "é" * 2000
    text = Text("abc")
    assert v.str_concat(text, "x") == "added" and v.str_append(text, "x") == "added"
    assert v.str_truth(text) is False and v.str_index(text, 1) == "item" and v.str_slice(text, 0, 1) == "item"
    assert v.str_contains(text, "zzz") is True and v.str_upper(text) == "UPPER" and v.str_eq(text, text) is True


@test
def appending_text_leaves_other_references_alone():
    first = "".join(["ab", "cd"])
    second = first
    assert v.str_append(first, "x") == "abcdx" and second == "abcd" and first == "abcd"


@test
def f_strings():
    class Loud:
        def __format__(self, spec):
            return f"<{spec}>"

        def __repr__(self):
            return "Loud'é"

    for values in ((1, "a", 2.5, True), (), (-(1 << 62), 1 << 63, "é", None), (1e16, 0.1, -0.0, math.nan, [1, "x"]), (Loud(), "日", 12345678901)):
        assert v.format_all(*values) == "".join(format(value) for value in values)
    for value, conversion, spec in itertools.product((1, "é", 2.5, Loud(), None, [1]), (None, "s", "r", "a"), (None, "", ">8", "x")):
        convert = {None: lambda x: x, "s": str, "r": repr, "a": ascii}[conversion]
        same(v.format_value, lambda x, c, s: format(convert(x), s or ""), value, conversion, spec)


class MyList(list):
    def __getitem__(self, index):
        return ("item", index)

    def append(self, value):
        super().append(("appended", value))


def mutation(native, python, make, *args):
    """Same result and same container afterwards."""
    a, b = make(), make()
    got, wanted = outcome(native, a, *args), outcome(python, b, *args)
    assert got == wanted and a == b, (native.__name__, args, got, wanted, a, b)


@test
def list_operations():
    def make():
        return [5, 3, 8, 1]

    for i in (-1 << 70, -5, -4, -1, 0, 3, 4, 5, 1 << 70):
        same(v.list_get, operator.getitem, make(), i)
        same(v.tuple_get, operator.getitem, tuple(make()), i)
        mutation(v.list_set, operator.setitem, make, i, 9)
        mutation(v.list_delete, operator.delitem, make, i)
        mutation(v.list_pop_at, list.pop, make, i)
        mutation(v.list_insert, list.insert, make, i, 9)
        for j in (None, -9, -2, 0, 2, 9, 1 << 70):
            same(v.list_slice, lambda s, i, j: s[i:j], make(), i, j)
            same(v.tuple_slice, lambda s, i, j: s[i:j], tuple(make()), i, j)
    mutation(v.list_append, list.append, make, 9)
    mutation(v.list_extend, list.extend, make, (1, 2))
    mutation(v.list_extend, list.extend, make, 5)
    mutation(v.list_pop, list.pop, make)
    mutation(v.list_pop, list.pop, list)
    mutation(v.list_reverse, list.reverse, make)
    mutation(v.list_clear, list.clear, make)
    mutation(v.list_extend_star, lambda s, o: s.extend([*o]), make, (1, 2))
    mutation(v.list_sort, lambda s, k, r: s.sort(key=k, reverse=r), make, None, False)
    mutation(v.list_sort, lambda s, k, r: s.sort(key=k, reverse=r), make, operator.neg, True)
    mutation(v.list_sort, lambda s, k, r: s.sort(key=k, reverse=r), lambda: [1, "a"], None, True)
    same(v.list_extend_star, lambda s, o: [*o], [], 5)
    same(v.list_contains, operator.contains, make(), 8)
    same(v.list_copy, list.copy, make())
    mine = MyList([1])
    v.list_append(mine, 2)
    assert v.list_get(mine, 0) == ("item", 0) and list.__getitem__(mine, 1) == ("appended", 2)


class Missing(dict):
    def __missing__(self, key):
        return ("missing", key)


@test
def dict_operations():
    def make():
        return {1: "a", "k": 2, (1, 2): 3}

    class BadHash:
        def __hash__(self):
            raise ValueError("no hash")

    for key in (1, "k", "nope", (1, 2), (3, 4), (), True, [], {}, BadHash()):
        same(v.dict_get, operator.getitem, make(), key)
        same(v.dict_get_or, dict.get, make(), key, "d")
        same(v.dict_contains, operator.contains, make(), key)
        mutation(v.dict_set, operator.setitem, make, key, 9)
        mutation(v.dict_delete, operator.delitem, make, key)
        mutation(v.dict_setdefault, dict.setdefault, make, key, 9)
        mutation(v.dict_pop, dict.pop, make, key)
        mutation(v.dict_pop, dict.pop, make, key, "d")
        mutation(v.dict_pop, dict.pop, dict, key, "d")
    mutation(v.dict_update, dict.update, make, {5: 6})
    mutation(v.dict_update, dict.update, make, [(5, 6)])
    mutation(v.dict_update, dict.update, make, 5)
    same(v.dict_copy, dict.copy, make())
    same(v.dict_update_star, lambda d, m: {**m} and None, {}, 5)
    same(v.dict_update_star, lambda d, m: {**m} and None, {}, {1: 2})
    assert v.dict_get(Missing(), 7) == ("missing", 7)
    try:
        v.dict_get({}, (1, 2))
    except KeyError as error:
        assert error.args == ((1, 2),)


@test
def set_operations():
    def make():
        return {1, 2, frozenset({3})}

    for value in (1, 9, [], {3}, "x"):
        mutation(v.set_add, set.add, make, value)
        mutation(v.set_discard, set.discard, make, value)
        mutation(v.set_remove, set.remove, make, value)
        same(v.set_contains, operator.contains, make(), value)


@test
def loops_follow_the_iterators():
    class Once:
        def __iter__(self):
            return self

        def __next__(self):
            raise ValueError("broken")

    class Old:
        def __getitem__(self, index):
            if index < 3:
                return index
            raise IndexError

    for make in (lambda: [1, 2], lambda: (), lambda: (1, 2), lambda: {1: 2}, lambda: {3}, lambda: "ab", lambda: range(3), lambda: iter([1]), lambda: (x for x in "ab"),
                 lambda: 5, lambda: None, Once, Old, lambda: {1: 2}.items()):
        got, wanted = outcome(v.loop, make()), outcome(lambda x: [y for y in x], make())
        assert got == wanted, (got, wanted)
    growing = [1]
    v.loop(growing, lambda x: growing.append(x) if len(growing) < 5 else None)
    assert growing == [1] * 5
    shrinking = [1, 2, 3, 4]
    assert v.loop(shrinking, lambda x: shrinking.pop()) == [1, 2]
    changing = {1: 1}
    assert outcome(v.loop, changing, lambda x: changing.update({x + 1: 1})) == ("RuntimeError", "dictionary changed size during iteration")

    def raising(x):
        raise KeyError(x)

    assert outcome(v.loop, [1, 2], raising) == ("KeyError", "1")


@test
def ranges():
    small = [-7, -2, -1, 0, 1, 2, 3, 10, 99]
    big = [2**62 - 1, -(2**62), 2**62, 2**62 - 3, -(2**62) + 2, 2**70, -(2**70)]
    for a, b, c in itertools.chain(itertools.product(small, repeat=3), itertools.product(small[:4] + big, small[:4] + big, [1, -1, 2, 2**61, -(2**61), 2**62 - 1, -(2**62), 2**63, 0])):
        same(v.range_list, lambda a, b, c: list(itertools.islice(range(a, b, c), 100)), a, b, c)


@test
def unpacking():
    def python(value, count):
        if count == 1:
            (a,) = value
            return [a]
        if count == 2:
            a, b = value
            return [a, b]
        a, b, c = value
        return [a, b, c]

    def python_star(value, before, after):
        if (before, after) == (0, 0):
            [*a] = value
            return [a]
        if (before, after) == (1, 0):
            a, *b = value
            return [a, b]
        if (before, after) == (0, 1):
            *a, b = value
            return [a, b]
        a, b, *c, d = value
        return [a, b, c, d]

    def broken():
        yield 1
        raise ValueError("broken")

    for make in (lambda: (), lambda: (1,), lambda: (1, 2), lambda: [1, 2, 3], lambda: "ab", lambda: {1: 2, 3: 4, 5: 6, 7: 8}, lambda: iter([1, 2, 3, 4]), lambda: 5, lambda: None, broken,
                 lambda: {1, 2}):
        for count in (1, 2, 3):
            got, wanted = outcome(v.unpack, make(), count), outcome(python, make(), count)
            assert got == wanted, (got, wanted)
        for before, after in ((0, 0), (1, 0), (0, 1), (2, 1)):
            got, wanted = outcome(v.unpack_star, make(), before, after), outcome(python_star, make(), before, after)
            assert got == wanted, (got, wanted)


run_all()
