"""Ints and floats of the C library against the interpreter's: values, types, and error texts."""
import enum
import itertools
import math
import operator

import values as v
from comparing import EDGES, int_pairs, outcome, random_int, rng, run_all, same, test


OPERATIONS = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "floordiv": operator.floordiv, "mod": operator.mod,
              "and": operator.and_, "or": operator.or_, "xor": operator.xor, "min": min, "max": max, "eq": operator.eq, "ne": operator.ne,
              "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "truediv": operator.truediv, "divmod": divmod}


class Level(enum.IntEnum):
    low, high, far = 0, 3, 1 << 80


class Access(enum.IntFlag):
    read, write = 1, 2


@test
def ints_compute_as_python_ints():
    for a, b in int_pairs(4000):
        for name, operation in OPERATIONS.items():
            same(getattr(v, "int_" + name), operation, a, b)


@test
def members_compute_as_their_class_does():
    members = [True, False, *Level, *Access, Access.read | Access.write]
    for a, b in itertools.product([*members, 0, 1, -1, 3, 1 << 62, 1 << 80, -(1 << 80)], repeat=2):
        if any(each in (a, b) for each in members):
            for name, operation in OPERATIONS.items():
                same(getattr(v, "int_" + name), operation, a, b)


@test
def ints_shift_as_python_ints():
    for a in EDGES + [random_int() for _ in range(300)]:
        for b in [*range(-2, 130), 10**3]:
            same(v.int_lshift, operator.lshift, a, b)
            same(v.int_rshift, operator.rshift, a, b)
        same(v.int_rshift, operator.rshift, a, 1 << 70)
        same(v.int_rshift, operator.rshift, a, -(1 << 70))
        same(v.int_lshift, operator.lshift, a, -(1 << 70))
    same(v.int_lshift, operator.lshift, 0, 1 << 70)


@test
def ints_raise_to_powers_as_python_ints():
    for a in [*range(-12, 13), 2**31, -(2**31), 2**62, -(2**62), 3**40]:
        for b in [*range(0, 70)]:
            same(v.int_pow, operator.pow, a, b)
            same(v.int_pow_object, operator.pow, a, b)
        for b in (-1, -2, -63, -1000):
            same(v.int_pow_object, operator.pow, a, b)


@test
def unary_operations_of_ints():
    for a in EDGES + [random_int() for _ in range(2000)]:
        for name, operation in {"neg": operator.neg, "pos": operator.pos, "invert": operator.invert, "abs": abs, "to_str": str, "hash": hash,
                                "bit_length": int.bit_length}.items():
            same(getattr(v, "int_" + name), operation, a)
        same(v.int_to_float, float, a)
        same(v.int_round, round, a, rng.randint(-25, 3))
    for a in (2**61 - 1, 2**61 - 2, -(2**61 - 1), -(2**61), 2**62 - 1, -(2**62)):
        same(v.int_hash, hash, a)
    same(v.int_to_float, float, 10**400)
    same(v.int_truediv, operator.truediv, 10**400, 1)


FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 1e-320, 5e-324, -5e-324, 1e308, -1e308, 1.7976931348623157e308, 2.0**53, 2.0**62, -2.0**62,
          2.0**63, 2.0**64, math.inf, -math.inf, math.nan, -113.0, 0.1, 1e16, 1e-5, 123456.789]


def random_float():
    kind = rng.random()
    if kind < 0.2:
        return rng.choice(FLOATS)
    if kind < 0.5:
        return rng.uniform(-100, 100)
    return rng.choice((1, -1)) * math.ldexp(rng.random(), rng.randint(-1074, 1024))


@test
def floats_compute_as_python_floats():
    operations = {"div": operator.truediv, "floordiv": operator.floordiv, "mod": operator.mod, "divmod": divmod, "pow_object": operator.pow}
    for a, b in itertools.chain(itertools.product(FLOATS, FLOATS), ((random_float(), random_float()) for _ in range(6000))):
        for name, operation in operations.items():
            same(getattr(v, "float_" + name), operation, a, b)
        if not isinstance(outcome(operator.pow, a, b), tuple) or outcome(operator.pow, a, b)[0] != "complex":
            same(v.float_pow, operator.pow, a, b)


@test
def floats_round_and_print_as_python_floats():
    for a in FLOATS + [random_float() for _ in range(5000)] + [k + 0.5 for k in range(-20, 20)]:
        same(v.float_round, round, a)
        same(v.float_floor, math.floor, a)
        same(v.float_ceil, math.ceil, a)
        same(v.float_to_str, repr, a)
        same(v.float_is_integer, float.is_integer, a)
        same(v.int_from_float, int, a)
        same(v.float_round_digits, round, a, rng.randint(-3, 20))


@test
def ints_compare_with_floats_exactly():
    def compare(a, b):
        return 2 if b != b else (a > b) - (a < b)

    for a in EDGES + [random_int() for _ in range(500)]:
        for b in FLOATS + [random_float() for _ in range(10)]:
            same(v.int_compare_float, compare, a, b)
        try:
            near = float(a)
        except OverflowError:
            continue
        for b in (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf)):
            same(v.int_compare_float, compare, a, b)


@test
def float_sums_are_compensated():
    for _ in range(2000):
        items = [random_float() for _ in range(rng.randint(0, 30))]
        assert repr(v.float_sum(items)) == repr(float(sum(items, 0.0))), items
    for items in ([], [1, 2.5, 3], [True, 2], [1 << 80, 1.5], [0.1] * 10, [1e308, 1e308, -1e308], [-0.0], [1j, 2], ["a"], [[1], [2]]):
        same(v.sum, sum, items)
    same(v.sum, sum, [[1], [2]], [])
    same(v.sum, sum, ["a"], "")


@test
def numbers_are_checked_at_boundaries():
    class Whole(int):
        pass

    class Own(enum.IntEnum):
        low = 0

        def __add__(self, other):
            return 1

    assert outcome(v.int_check, "x") == ("TypeError", "f() argument 'x': expected int, got str")
    for value in (True, False, Level.low, Level.high, Level.far):
        assert v.int_check(value) is value
    assert outcome(v.int_check, Own.low) == ("TypeError", "f() argument 'x': expected int, got Own")
    assert outcome(v.int_check, None) == ("TypeError", "f() argument 'x': expected int, got None")
    assert outcome(v.int_check, Whole(3)) == ("TypeError", "f() argument 'x': expected int, got Whole")
    assert outcome(v.int_check_subclass, 1.0) == ("TypeError", "expected int, got float")
    for value in (True, False, Whole(3), Whole(1 << 62), Whole(-(1 << 90)), 5):
        assert v.int_check_subclass(value) == value and type(v.int_check_subclass(value)) is int
    assert outcome(v.float_check, "x") == ("TypeError", "f() argument 'x': expected float, got str")
    assert outcome(v.float_check, True) == ("TypeError", "f() argument 'x': expected float, got bool")
    assert repr(v.float_check(3)) == "3.0" and repr(v.float_check(-113)) == "-113.0"
    assert outcome(v.float_check, 10**400) == ("OverflowError", "int too large to convert to float")
    assert outcome(v.str_check, 1) == ("TypeError", "f() argument 'x': expected str, got int")
    assert outcome(v.bool_check, 1) == ("TypeError", "f() argument 'x': expected bool, got int")
    assert outcome(v.tuple_check, (1, 2, 3)) == ("TypeError", "f() argument 'x': expected a tuple of length 2, got 3")


@test
def int_and_float_constructors():
    for text in ("12", " -7 ", "1_000", "x", "", "1.5", "٣", "9" * 40, b"12", 3.9, -3.9, 1e300, None, [], True, "9" * 5000):
        same(v.int_parse, int, text)
    for text in ("12", " -7.5 ", "nan", "inf", "1e400", "x", "", b"1.5", 3, True, 10**400, None, []):
        same(v.float_parse, float, text)
    for digits in ("0", "7", "123456789012345678", "4611686018427387903", "4611686018427387904", "9" * 60):
        same(v.int_decimal, int, digits)


run_all()
