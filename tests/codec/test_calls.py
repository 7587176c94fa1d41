"""Data classes that are called, read and filled natively against what Python does.

In: classes of every sort, calls with arguments of every sort, and changes of the class or its objects in between. Out: the same
objects, exceptions with the same texts, the same JSON. `type.__call__` always takes the way through `__init__`.
"""

import copy
import gc
import itertools
import json
import pickle
import subprocess
import sys
import threading
import unittest
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from tayberry._runtime import decode_json, encode_json
from tayberry._types import Type, describe


@dataclass
class Plain:
    a: int
    b: str = "tea"
    c: float | None = None


@dataclass
class Made:
    a: int
    tags: list[str] = field(default_factory=list)
    b: int = 7


@dataclass(frozen=True)
class Frozen:
    a: int
    b: str = "x"


@dataclass(slots=True)
class Slotted:
    a: int
    b: str = "x"


@dataclass(slots=True, frozen=True, weakref_slot=True)
class Still:
    a: int
    b: str = "x"


@dataclass
class Derived(Plain):
    d: int = 4


@dataclass
class Mixed(Slotted):
    """With slots from its base and a dict of its own."""

    c: int = 3


@dataclass
class Mourned:
    """Its objects are heard of when they go."""

    a: int
    b: int = 2

    def __del__(self) -> None:
        assert self.a is not self


@dataclass
class Many:
    a: int = 1
    b: int = 2
    c: int = 3
    d: int = 4
    e: int = 5
    f: int = 6
    g: int = 7
    h: int = 8
    i: int = 9
    j: int = 10
    k: int = 11
    l: int = 12
    m: int = 13
    n: int = 14


@dataclass(kw_only=True)
class Named:
    a: int
    b: int = 2


@dataclass
class Half:
    a: int
    b: int = field(default=2, kw_only=True)
    c: int = 3


@dataclass
class Later:
    a: int
    b: int = 2

    def __post_init__(self) -> None:
        self.b += 1


class Abstract(type):
    """A metaclass of its own."""


@dataclass
class Meta(metaclass=Abstract):
    a: int
    b: int = 2


CLASSES: tuple[Any, ...] = (Plain, Made, Frozen, Slotted, Still, Derived, Mixed, Mourned, Many, Named, Half, Later, Meta)
#: Given for a parameter, or not.
GIVEN: tuple[Any, ...] = (1, "text", None, [1])


def adopted(cls: Any) -> Type:
    """The class's description, with the runtime knowing the class."""
    found = describe(cls)
    encode_json(None, describe(cls | None))
    return found


def known(cls: Any) -> Type:
    """The same, with the places of its fields known: objects were made and written."""
    found = adopted(cls)
    for _ in range(3):
        values = {each.name: 1 for each in fields(cls)}
        try:
            encode_json(cls(**values), found)
        except TypeError:
            pass
    return found


def told(make: Callable[[], Any]) -> Any:
    """What can be seen of an object, or of the exception instead."""
    try:
        made = make()
    except Exception as error:
        return type(error), str(error)
    state = list(vars(made).items()) if hasattr(made, "__dict__") else None
    return type(made), state, [getattr(made, each.name, "(none)") for each in fields(made)], repr(made), gc.is_tracked(made)


def fresh(**options: Any) -> Any:
    """A class that nobody else has, known to the runtime."""

    @dataclass(**options)
    class Fresh:
        a: int
        b: int = 2
        c: Any = None

    known(Fresh)
    return Fresh


class Calls(unittest.TestCase):
    """Construction."""

    @classmethod
    def setUpClass(cls) -> None:
        for each in CLASSES:
            known(each)

    def same(self, cls: Any, *args: Any, **keywords: Any) -> None:
        with self.subTest(cls=cls.__name__, args=args, keywords=keywords):
            self.assertEqual(told(lambda: cls(*args, **keywords)), told(lambda: type.__call__(cls, *args, **keywords)))

    def test_every_combination_of_arguments_makes_what_python_makes(self) -> None:
        for cls in CLASSES:
            names = [each.name for each in fields(cls)][:3]
            for count in range(len(names) + 2):
                for given in GIVEN[: count + 1]:
                    args = (given, *GIVEN)[:count]
                    self.same(cls, *args)
                    for chosen in itertools.chain.from_iterable(itertools.permutations(names, some) for some in range(len(names) + 1)):
                        self.same(cls, *args, **dict.fromkeys(chosen, 5))
            self.same(cls, 1, unknown=2)
            self.same(cls, **{"".join(["", "a"]): 3})
            self.same(cls, *range(20))

    def test_a_default_factory_is_called_for_every_object(self) -> None:
        first, second = Made(1), Made(a=2)
        self.assertIsNot(first.tags, second.tags)
        given = ["x"]
        self.assertIs(Made(1, tags=given).tags, given)
        nothing = Made.__init__.__defaults__[0]  # type: ignore[index]
        self.same(Made, 1, nothing)
        self.same(Made, a=1, tags=nothing, b=2)

    def test_objects_are_as_alive_as_others(self) -> None:
        for cls in CLASSES:
            with self.subTest(cls=cls.__name__):
                made = cls(a=1) if cls is Named else cls(1)
                self.assertEqual(copy.copy(made), made)
                self.assertEqual(copy.deepcopy(made), made)
                self.assertEqual(pickle.loads(pickle.dumps(made)), made)
                self.assertEqual(list(asdict(made)), [each.name for each in fields(cls)])
                if cls is not Later:
                    self.assertEqual(replace(made, a=2), cls(a=2))
                if cls.__weakrefoffset__:
                    self.assertIs(weakref.ref(made)(), made)
                if hasattr(made, "__dict__") and cls is not Frozen:
                    made.other = 3
                    made.a = 2
                    self.assertEqual(list(vars(made))[-1], "other")
                    self.assertEqual(vars(made).get("a", made.a), 2)
                    del made.a
                    self.assertFalse("a" in vars(made))

    def test_values_go_with_their_objects(self) -> None:
        class Value:
            pass

        for cls in (fresh(), fresh(slots=True), fresh(frozen=True)):
            values = [Value() for _ in range(200)]
            gone = [weakref.ref(each) for each in values]
            made = [cls(each, b=each, c=each) for each in values]
            made += [cls(a=each, c=each) for each in values]
            cycle = cls(1, 2, [])
            cycle.c.append(cycle)
            watched = weakref.finalize(cycle.c[0].c.append, int)
            del values, made, cycle, watched
            gc.collect()
            self.assertEqual([each() for each in gone], [None] * 200)

    def test_a_changed_class_is_called_as_it_is_now(self) -> None:
        def by_init(cls: Any) -> None:
            cls.__init__ = lambda self, *args, **keywords: setattr(self, "seen", (args, keywords))

        def by_code(cls: Any) -> None:
            @dataclass
            class Other:
                a: int
                c: int = 2
                b: Any = None

            cls.__init__.__code__ = Other.__init__.__code__

        def by_defaults(cls: Any) -> None:
            cls.__init__.__defaults__ = (8, 9)

        def by_setattr(cls: Any) -> None:
            cls.__setattr__ = lambda self, name, value: object.__setattr__(self, name, [value])

        def by_new(cls: Any) -> None:
            cls.__new__ = lambda kind, *args, **keywords: "another"

        def by_property(cls: Any) -> None:
            cls.b = property(lambda self: 40, lambda self, value: None)

        def by_default(cls: Any) -> None:
            cls.b = 50

        for change in (by_init, by_code, by_defaults, by_setattr, by_new, by_property, by_default):
            with self.subTest(change=change.__name__):
                cls = fresh()
                before = cls(1)
                change(cls)
                for args, keywords in (((1,), {}), ((1,), {"c": 3}), ((), {"a": 1, "b": 2, "c": 3}), ((), {})):
                    native = shown(lambda: cls(*args, **keywords))
                    self.assertEqual(native, shown(lambda: type.__call__(cls, *args, **keywords)))
                self.assertEqual(written(before, cls), reference(before, cls))

    def test_subclasses_and_other_callers_are_not_confused(self) -> None:
        cls = fresh()

        class Sub(cls):  # type: ignore[misc]
            def __init__(self, a: int) -> None:
                super().__init__(a, b=3)

        self.assertEqual((Sub(1).a, Sub(1).b, type(Sub(1))), (1, 3, Sub))
        made = cls.__new__(cls)
        cls.__init__(made, 1, c=2)
        self.assertEqual(made, cls(1, c=2))
        self.assertEqual(list(map(cls, [1, 2])), [cls(1), cls(2)])

    def test_who_watches_the_constructor_alone_sees_the_call(self) -> None:
        # In a process where nobody has watched anything before.
        source = """
import sys
from dataclasses import dataclass
from tayberry._runtime import decode_json
from tayberry._types import describe

@dataclass
class Item:
    a: int

@dataclass
class Other:
    a: int

events, seen = sys.monitoring, []
events.use_tool_id(3, "watcher")
for each in (Item, Other):
    decode_json(describe(each), b'{"a":1}')
    each(a=1)
    each(a=2)
events.register_callback(3, events.events.PY_START, lambda code, offset: seen.append(code.co_name))
events.set_local_events(3, Item.__init__.__code__, events.events.PY_START)
print(Item(a=3), Other(a=3), Item(4), seen)
"""
        done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.stdout, done.stderr), ("Item(a=3) Other(a=3) Item(a=4) ['__init__', '__init__']\n", ""))

    def test_a_forgotten_class_is_called_as_ever_and_goes_away(self) -> None:
        # In a process whose classes nobody needs afterwards.
        source = """
import gc, threading, weakref
from dataclasses import dataclass
from tayberry import _types
from tayberry._runtime import decode_json, encode_json, forget

@dataclass
class Item:
    a: int
    next: "Item | None" = None

class Derived(Item):
    pass

def learn():
    made = decode_json(_types.describe(Item), b'{"a":1}')
    print(encode_json([made, Derived(5)]), Item(a=1) == made, Item(2, made))
    try:
        Item()
    except TypeError as error:
        print(error)

gone = weakref.ref(Item)
learn()
waiting = threading.Event()
other = threading.Thread(target=waiting.wait)
other.start()
forget()
print(Item(3))
waiting.set()
other.join()
for _ in range(3):
    forget()
    learn()
_types.forget()
forget()
print(Item(3), Derived(4))
del Item, Derived
gc.collect()
print(gone())
"""
        done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60)
        learned = [
            """b'[{"a":1,"next":null},{"a":5,"next":null}]' True Item(a=2, next=Item(a=1, next=None))""",
            "Item.__init__() missing 1 required positional argument: 'a'",
        ]
        lines = [*learned, "Item(a=3, next=None)", *learned * 3, "Item(a=3, next=None) Derived(a=4, next=None)", "None"]
        self.assertEqual((done.stdout.splitlines(), done.stderr), (lines, ""))

    def test_a_profiler_sees_the_call(self) -> None:
        cls = fresh()
        cls(a=1)
        seen: list[str] = []
        before = sys.getprofile()
        sys.setprofile(lambda frame, event, argument: seen.append(frame.f_code.co_name) if event == "call" else None)
        try:
            cls(a=1, b=2)
        finally:
            sys.setprofile(before)
        self.assertIn("__init__", seen)


def shown(make: Callable[[], Any]) -> Any:
    """What can be seen of an object that may not be what its class says."""
    try:
        made = make()
    except Exception as error:
        return type(error), str(error)
    return type(made), getattr(made, "__dict__", made)


def written(value: Any, cls: Any) -> Any:
    """Its JSON by the description."""
    try:
        return json.loads(encode_json(value, describe(cls)))
    except Exception as error:
        return type(error), str(error)


def reference(value: Any, cls: Any) -> Any:
    """What Python's own reading of attributes gives."""
    try:
        return {each.name: getattr(value, each.name) for each in fields(cls)}
    except Exception as error:
        return type(error), str(error)


class Reading(unittest.TestCase):
    """Attributes of objects that are written."""

    def test_what_is_written_is_what_getattr_gives(self) -> None:
        def nothing(value: Any) -> None:
            pass

        def assigned(value: Any) -> None:
            value.a = 5
            value.b = 6

        def seen(value: Any) -> None:
            vars(value)["a"] = 7

        def deleted(value: Any) -> None:
            del value.b

        def required(value: Any) -> None:
            del value.a

        def exchanged(value: Any) -> None:
            value.__dict__ = {"b": 1, "a": 2, "c": [3]}

        def cleared(value: Any) -> None:
            vars(value).clear()

        def crowded(value: Any) -> None:
            for at in range(60):
                setattr(value, f"x{at}", at)

        for options in ({}, {"slots": True}, {"eq": False}):
            for change in (nothing, assigned, seen, deleted, required, exchanged, cleared, crowded):
                cls = fresh(**options)
                for value in (cls(1), cls(a=1, b=2, c="x"), type.__call__(cls, 1, 2)):
                    with self.subTest(options=options, change=change.__name__):
                        try:
                            change(value)
                        except (AttributeError, TypeError):
                            continue
                        self.assertEqual(written(value, cls), reference(value, cls))
                        self.assertEqual(written(value, cls), reference(value, cls))

    def test_objects_of_other_shapes_are_read_too(self) -> None:
        cls = fresh()
        other = cls.__new__(cls)
        other.z, other.c, other.b, other.a = 0, 1, 2, 3
        self.assertEqual(written(other, cls), {"a": 3, "b": 2, "c": 1})
        empty = cls.__new__(cls)
        self.assertEqual(written(empty, cls), reference(empty, cls))

        @dataclass
        class Sub(cls):  # type: ignore[misc, valid-type]
            d: int = 4

        self.assertEqual(written(Sub(1), cls), {"a": 1, "b": 2, "c": None, "d": 4})
        adopted_sub = fresh()
        value = adopted_sub(1)
        value.__class__ = cls
        self.assertEqual(written(value, cls), {"a": 1, "b": 2, "c": None})

    def test_a_slot_of_another_class_is_no_place_in_an_object(self) -> None:
        large: Any = type("Large", (), {"__slots__": tuple(f"x{at}" for at in range(40))})
        for bases in ((), (Slotted,)):
            for own in ({}, {"__slots__": ()}):
                body = {"__annotations__": {"a": Any, "b": Any}, "b": vars(large)["x39"], **own}
                cls = dataclass(type("Borrower", bases, body), init=False)
                value = cls.__new__(cls)
                if bases or not own:
                    value.a = 1
                for _ in range(3):
                    with self.subTest(bases=bases, own=own):
                        self.assertEqual(written(value, cls), reference(value, cls))
                        self.assertEqual(reference(value, cls)[0], TypeError if bases or not own else AttributeError)

    def test_a_default_whose_class_becomes_a_descriptors_is_asked(self) -> None:
        def given(self: Any, instance: Any, owner: Any) -> Any:
            return self if instance is None else "given"

        def noted(self: Any, instance: Any, value: Any) -> None:
            vars(instance)["noted"] = value

        for way in ("methods", "class"):
            quiet: Any = type("Quiet", (), {})
            loud: Any = type("Loud", (quiet,), {"__get__": given, "__set__": noted})
            default = quiet()

            @dataclass
            class Holder:
                a: Any = default

            for _ in range(3):
                value = decode_json(describe(Holder), b'{"a":1}')
                self.assertEqual((written(value, Holder), vars(value)), ({"a": 1}, {"a": 1}))
            if way == "methods":
                quiet.__get__, quiet.__set__ = given, noted
            else:
                default.__class__ = loud
            self.assertEqual(value.a, "given")
            for _ in range(3):
                with self.subTest(way=way):
                    self.assertEqual(written(value, Holder), {"a": "given"})
                    self.assertEqual(vars(decode_json(describe(Holder), b'{"a":1}')), {"noted": 1})

    def test_a_value_that_other_threads_exchange_is_one_or_the_other(self) -> None:
        cls = fresh()
        shared = cls(1, 2, "x" * 50)
        ends = threading.Event()

        def exchange() -> None:
            turn = 0
            while not ends.is_set():
                turn += 1
                shared.c = str(turn) * 20
                if turn % 64 == 0:
                    shared.__dict__ = {"a": 1, "b": 2, "c": "dict"}

        threads = [threading.Thread(target=exchange) for _ in range(2)]
        for each in threads:
            each.start()
        try:
            for _ in range(3000):
                found = json.loads(encode_json(shared, describe(cls)))
                self.assertEqual((found["a"], found["b"]), (1, 2))
                self.assertTrue(found["c"] in ("dict", "x" * 50) or found["c"].isdigit())
        finally:
            ends.set()
            for each in threads:
                each.join()

    def test_what_is_decoded_is_what_the_constructor_gives(self) -> None:
        for cls in (Plain, Made, Frozen, Slotted, Still, Derived, Mixed, Many):
            for body in (b'{"a":1}', b'{"b":3,"a":1}' if cls in (Made, Many) else b'{"b":"y","a":1}'):
                for _ in range(3):
                    with self.subTest(cls=cls.__name__, body=body):
                        self.assertEqual(told(lambda: decode_json(describe(cls), body)), told(lambda: cls(**json.loads(body))))

    def test_a_constructor_that_is_exchanged_is_called(self) -> None:
        def twice(self: Any, a: int, b: int = 2, c: Any = None) -> None:
            self.a, self.b, self.c = a * 2, b, c

        for known_before in (False, True):
            for change in ({"__init__": twice}, {"__setattr__": lambda self, name, value: object.__setattr__(self, name, [value])}, {"__new__": lambda cls, *_, **__: Plain(9)}):
                cls = dataclass(type("Exchanged", (), {"__annotations__": {"a": int, "b": int, "c": Any}, "b": 2, "c": None}))
                described = describe(cls)
                if known_before:
                    decode_json(described, b'{"a":1}')
                for name, value in change.items():
                    setattr(cls, name, value)
                for _ in range(3):
                    with self.subTest(change=change, known_before=known_before):
                        self.assertEqual(told(lambda: decode_json(described, b'{"a":3}')), told(lambda: type.__call__(cls, a=3)))
                        self.same(cls, 3)

    def test_constructors_that_only_look_generated_are_called(self) -> None:
        names: dict[str, Any] = {"dataclass": dataclass, "field": field}
        source = """
@dataclass
class Base:
    x: list = field(default_factory=list)

class Written(Base):
    def __init__(self, x):
        self.x = [x]

@dataclass(init=False)
class Fixed(Base):
    x: list = ()
"""
        exec(source, names)
        for name, body in (("Written", b'{"x":[1]}'), ("Fixed", b"{}"), ("Fixed", b'{"x":[1]}')):
            cls = names[name]
            with self.subTest(cls=name, body=body):
                self.assertEqual(told(lambda: decode_json(describe(cls), body)), told(lambda: cls(**json.loads(body))))
                self.same(cls)
                self.same(cls, [1])

    same = Calls.same


if __name__ == "__main__":
    unittest.main()
