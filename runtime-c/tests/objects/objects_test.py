"""Runs sample.py interpreted and with its native specs and compares: results, exceptions and their texts, introspection."""
import asyncio
import copy
import ctypes
import dataclasses
import gc
import importlib.machinery
import importlib.util
import inspect
import os
import pathlib
import pickle
import sys
import threading
import traceback
import types
import warnings
import weakref
from unittest import mock

here = pathlib.Path(__file__).parent
SOURCE = str(here / "sample.py")
passed = failed = 0
tests = []


def test(function):
    tests.append(function)
    return function


import objects as program


class NativeLoader:
    def create_module(self, spec):
        return program.create(spec.name, spec)

    def exec_module(self, module):
        program.exec(module)


def load(loader):
    spec = importlib.util.spec_from_loader("sample", loader, origin=SOURCE)
    spec.has_location = True
    module = importlib.util.module_from_spec(spec)
    sys.modules["sample"] = module
    spec.loader.exec_module(module)
    return module


native = load(NativeLoader())
python = load(importlib.machinery.SourceFileLoader("sample", SOURCE))
get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
calls = ctypes.c_uint.from_address(get_pointer(native._calls, b"calls"))


def outcome(function, module):
    sys.modules["sample"] = module
    try:
        value = function(module)
    except Exception as error:
        return type(error).__name__, str(error)
    return type(value).__name__, repr(value)


def same(function):
    got, wanted = outcome(function, native), outcome(function, python)
    assert got == wanted, f"{inspect.getsource(function).strip()}\n  got    {got!r:.400}\n  wanted {wanted!r:.400}"


def raises(kind, text, function):
    try:
        function()
    except kind as error:
        assert str(error) == text, f"{error} instead of {text}"
    else:
        raise AssertionError(f"no {kind.__name__}")


@test
def functions_run_natively_and_stay_functions():
    before = calls.value
    assert native.add(1, 2) == 3 and native.add(2**70) == 2**70 + 10
    assert calls.value == before + 2
    for of in (lambda m: inspect.signature(m.add), lambda m: m.add.__doc__, lambda m: m.add.__defaults__, lambda m: m.add.__annotations__,
               lambda m: type(m.add), lambda m: inspect.getsource(m.scale), lambda m: m.scale.seen, lambda m: m.add.__code__.co_firstlineno,
               lambda m: m.add.__qualname__, lambda m: inspect.iscoroutinefunction(m.later), lambda m: m.Item.total.__qualname__,
               lambda m: pickle.loads(pickle.dumps(m.add)) is m.add, lambda m: m.__doc__, lambda m: m.add.__code__.co_filename):
        same(of)


@test
def arguments_bind_as_the_interpreter_binds_them():
    for of in (lambda m: m.add(), lambda m: m.add(1, 2, 3), lambda m: m.add(1, c=2), lambda m: m.add(1, a=2), lambda m: m.add(b=1),
               lambda m: m.add(a=1), lambda m: m.add(b=1, a=2), lambda m: m.add(1, **{"b": 5}), lambda m: m.add(*[1, 2]),
               lambda m: m.spread(1, 2), lambda m: m.spread(1, 2, key=3), lambda m: m.spread(1, 2, 3, 4, key=3, z=1, a=9),
               lambda m: m.spread(1, b=2, key=3), lambda m: m.spread(a=1, b=2, key=3), lambda m: m.spread(1, 2, 3, b=2, key=1),
               lambda m: m.spread(1, 2, key=3, other=5), lambda m: m.spread(), lambda m: m.spread(key=1), lambda m: m.spread(1, 2, b=3, key=4),
               lambda m: m.Item(1, 1.0).total(), lambda m: m.Item(1, 1.5).total(2), lambda m: m.Item.total(m.Item(1, 1.5), count=3),
               lambda m: m.scale(1.0), lambda m: m.scale(1.5, text="u"), lambda m: m.scale(), lambda m: m.add(1, **{"".join(["b"]): 4})):
        same(of)


@test
def defaults_are_read_at_each_call():
    def rebound(m):
        old, m.add.__defaults__ = m.add.__defaults__, (100,)
        kw, m.spread.__kwdefaults__ = m.spread.__kwdefaults__, {"key": 1, "other": 2}
        try:
            return m.add(1), m.spread(1, 2)
        finally:
            m.add.__defaults__, m.spread.__kwdefaults__ = old, kw
    same(rebound)


@test
def wrong_types_name_function_parameter_expected_and_got():
    raises(TypeError, "add() argument 'a' must be int, not str", lambda: native.add("x"))
    raises(TypeError, "add() argument 'b' must be int, not float", lambda: native.add(1, 1.0))
    assert native.add(1, True) == 2
    raises(TypeError, "scale() argument 'x' must be float, not None", lambda: native.scale(None))
    raises(TypeError, "scale() argument 'on' must be bool, not int", lambda: native.scale(1.0, 1))
    raises(TypeError, "Item.total() argument 'count' must be int, not float", lambda: native.Item(1, 1.0).total(1.0))
    raises(TypeError, "Item.total() argument 'self' must be another type, not int", lambda: native.Item.total(1, 1))
    raises(TypeError, "Item.__init__() argument 'id' must be int, not str", lambda: native.Item("1", 1.0))
    item = native.Item(1, 2)
    assert type(item.price) is float
    def assign():
        item.name = 5
    raises(TypeError, "Item.name must be str, not int", assign)


@test
def coroutines_are_taken_for_coroutines():
    async def outer(m):
        task = asyncio.create_task(m.later(5))
        return await m.later(1), await task, await asyncio.gather(m.later(2), m.later(3)), await asyncio.wait_for(m.later(9), 1)
    same(lambda m: asyncio.run(outer(m)))
    same(lambda m: asyncio.run(m.later(1)))
    same(lambda m: asyncio.run(m.failing()))
    c = native.later(1)
    assert inspect.iscoroutine(c) and inspect.isawaitable(c) and asyncio.iscoroutine(c) and isinstance(c, types.CoroutineType)
    c.close()

    def reuse(m):
        c = m.later(1)
        try:
            c.send(None)
        except StopIteration as stop:
            first = stop.value
        try:
            c.send(None)
        except RuntimeError as error:
            return first, str(error)
    for of in (reuse, lambda m: m.later(1).send(1), lambda m: m.later(1).throw(ValueError("v")), lambda m: m.later(1).close(),
               lambda m: m.later(1).throw(StopIteration), lambda m: iter(m.later(1)), lambda m: next(m.later(1)), lambda m: m.later(1).throw(3),
               lambda m: m.later(1).__qualname__, lambda m: m.later("x", 2)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            same(of)

    def unawaited(m):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            m.later(1)
            gc.collect()
        return [(w.category.__name__, str(w.message)) for w in seen]
    same(unawaited)

    def lines(m):
        try:
            asyncio.run(m.failing())
        except KeyError as error:
            return [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)][-1:]
    same(lines)


@test
def names_are_guarded_against_rebinding():
    assert native.use_add() == (1, 1, 1, 1, 1), native.use_add()
    with mock.patch.object(native, "add", lambda a, b: 7):
        assert native.use_add()[0] == 0
    assert native.use_add()[0] == 1
    native.len = lambda x: 0
    assert native.use_add()[2] == 0
    del native.len
    assert native.use_add()[2] == 1
    import builtins
    with mock.patch.object(builtins, "len", lambda x: 3):
        assert native.use_add()[2] == 0
    assert native.use_add()[2] == 1
    with mock.patch.object(native.Item, "total", lambda self, count: 1):
        assert native.use_add()[3:] == (0, 0) and native.Item(1, 1.0).total(4) == 1
    assert native.use_add()[3:] == (1, 1)
    with mock.patch.object(native.Item, "__init__", lambda self, *a: None):
        assert not hasattr(native.Item(1), "id")
        assert native.use_add()[3:] == (0, 0)
    assert native.use_add()[3:] == (1, 1)
    with mock.patch.object(native.Special, "total", lambda self, count: 1):
        assert native.use_add()[3:] == (1, 0)
    assert native.use_add()[3:] == (1, 1)
    assert "__tayberry_function__" not in vars(native) and "__tayberry_class__" not in vars(native)


@test
def dataclasses_are_dataclasses():
    D = dataclasses
    for of in (lambda m: m.Item(1, 2.0), lambda m: m.Item(2**80, 2.0, "n", True, ["a"], {"k": 1}), lambda m: m.Item(1), lambda m: m.Item(),
               lambda m: m.Item(1, 2.0, colour=1), lambda m: m.Item(1, 2.0, "a", True, [], None, 7), lambda m: m.Item(id=1, price=1.0, tags=["x"]),
               lambda m: [f.name for f in D.fields(m.Item)], lambda m: D.asdict(m.Item(1, 2.0, tags=["a"])), lambda m: D.astuple(m.Item(1, 2.0)),
               lambda m: D.replace(m.Item(1, 2.0), id=9, name="z"), lambda m: m.Item(1, 2.0) == m.Item(1, 2.0), lambda m: m.Item(1, 2.0) == m.Item(1, 2.5),
               lambda m: m.Item(1, 2.0) == 3, lambda m: m.Item(1, float("nan")) == m.Item(1, float("nan")), lambda m: hash(m.Item(1, 2.0)),
               lambda m: hash(m.Point(1.0, 2.0)), lambda m: m.Point(1.0) < m.Point(2.0), lambda m: sorted([m.Point(2.0), m.Point(1.0)]),
               lambda m: setattr(m.Point(1.0), "x", 2.0), lambda m: delattr(m.Point(1.0), "x"), lambda m: m.Point(1.0, y=3.0), lambda m: D.replace(m.Point(1.0), y=2.0),
               lambda m: m.Item.__match_args__, lambda m: m.Item.kind, lambda m: m.Item.name, lambda m: m.Item.on, lambda m: m.Item.tags, lambda m: m.Item.id,
               lambda m: inspect.signature(m.Item), lambda m: m.Item.__doc__, lambda m: m.Special(1, 2.0), lambda m: m.Special(1, 2.0).note, lambda m: m.Special(1, 2.0, rank=2).note,
               lambda m: m.Special(1, 2.0) == m.Item(1, 2.0), lambda m: m.Item.__mro__, lambda m: m.Special.__bases__, lambda m: m.Item.__annotations__,
               lambda m: m.Item.__module__, lambda m: m.Item.__qualname__, lambda m: m.Item, lambda m: type(m.Item), lambda m: m.Item.make(4), lambda m: m.Special.make(4),
               lambda m: m.Item.unit(), lambda m: m.Item(1, 1.0).label, lambda m: m.Keyed(1), lambda m: m.Keyed(1, b=4, c=5), lambda m: m.Keyed(1, 2), lambda m: m.Keyed(1, b=2, c=3) == m.Keyed(1, b=2, c=4),
               lambda m: m.Slotted(1), lambda m: m.Slotted(1, "x") == m.Slotted(1, "x"), lambda m: m.Slotted.__slots__, lambda m: setattr(m.Slotted(1), "z", 1), lambda m: m.Slotted(1).whose(),
               lambda m: m.Slotted(1).__dict__, lambda m: m.Item.__hash__, lambda m: m.Item.__firstlineno__, lambda m: m.Item.__static_attributes__, lambda m: hasattr(m.Item, "__getstate__"),
               lambda m: m.Item.__init__.__qualname__, lambda m: m.Item.total.__get__(m.Item(3, 2.0))(3), lambda m: object.__new__(m.Item).id, lambda m: m.Item.__new__(m.Item).price,
               lambda m: object.__new__(m.Item).name, lambda m: m.Counter(1, 2), lambda m: m.Item.nothing, lambda m: m.Item(1, 1.0).nothing):
        same(of)

    def matched(m):
        match m.Item(4, 2.0, "q"):
            case m.Item(4, price, name=name):
                return price, name
    same(matched)

    def recursive(m):
        item = m.Item(1, 2.0)
        item.extra = item
        return repr(item)
    same(recursive)
    same(lambda m: m.Item(1, 1.0, tags=[]).tags is m.Item(1, 1.0).tags)


@test
def attributes_behave_as_in_an_instance_dict():
    def unset(m):
        item = m.Item(1, 2.0, "named")
        seen = []
        for name in ("id", "name", "on", "tags", "extra", "price"):
            delattr(item, name)
            try:
                seen.append(getattr(item, name))
            except AttributeError as error:
                seen.append((str(error), error.name, error.obj is item))
            try:
                delattr(item, name)
            except AttributeError as error:
                seen.append(str(error))
        return seen, vars(item)

    def undeclared(m):
        item = m.Item(1, 2.0)
        item.colour = "red"
        return vars(item), item.__dict__["colour"], dir(item) == sorted(set(dir(item))), "id" in dir(item)

    def through(m):
        item = m.Item(1, 2.0)
        item.__dict__["id"] = 5
        item.__dict__.update(name="new", other=3)
        d = vars(item)
        d.pop("on")
        d |= {"price": 9.0}
        d.setdefault("late", 4)
        return item.id, item.name, item.other, item.on, item.price, item.late, vars(item)

    def replaced(m):
        item = m.Item(1, 2.0)
        item.__dict__ = {"id": 3, "z": 1}
        return vars(item), item.name

    for of in (unset, undeclared, through, replaced, lambda m: vars(m.Item(1, 2.0)), lambda m: {**vars(m.Item(1, 2.0))}, lambda m: m.Item(1, 2.0).__dict__ == {"id": 1},
               lambda m: vars(m.Counter(3)), lambda m: m.Counter(3).bump(), lambda m: m.Counter(3).count, lambda m: m.Counter.count, lambda m: m.Counter.step,
               lambda m: setattr(m.Item(1, 1.0), "label", 1), lambda m: weakref.ref(m.Item(1, 1.0))() is None):
        got, wanted = outcome(of, native), outcome(of, python)
        assert (got[1], got[0].replace("attributes", "dict")) == (wanted[1], wanted[0]), (inspect.getsource(of), got, wanted)


@test
def objects_are_copied_and_pickled():
    for of in (lambda m: copy.copy(m.Item(1, 2.0, tags=["a"])), lambda m: copy.deepcopy(m.Item(1, 2.0, tags=["a"])), lambda m: copy.copy(m.Point(1.0)),
               lambda m: copy.deepcopy(m.Slotted(1)), lambda m: copy.copy(m.Special(1, 2.0)).note, lambda m: copy.replace(m.Item(1, 2.0), id=3),
               *[lambda m, p=p: pickle.loads(pickle.dumps(m.Item(2**70, 2.0, tags=["x"]), p)) for p in range(6)],
               *[lambda m, p=p: pickle.loads(pickle.dumps(m.Point(2.0), p)) for p in range(6)],
               *[lambda m, p=p: pickle.loads(pickle.dumps(m.Slotted(2), p)) for p in range(2, 6)],
               lambda m: m.Item(1, 2.0).__getstate__(), lambda m: m.Slotted(1).__getstate__(), lambda m: m.Point(1.0).__getstate__(), lambda m: m.Counter.__new__(m.Counter).__getstate__()):
        same(of)


@test
def python_subclasses_work():
    def results(m):
        class Sub(m.Item):
            def total(self, count):
                return super().total(count) + 1

        class Slots(m.Item):
            __slots__ = ("hidden",)

        @dataclasses.dataclass
        class More(m.Item):
            size: int = 3

        class Hook(m.Item):
            def __init_subclass__(cls, **kw):
                super().__init_subclass__()
                cls.hooked = kw

        class Hooked(Hook, flag=1):
            pass

        class Shadow(m.Item):
            name = "shadow"

            @property
            def price(self):
                return 1.0

            @price.setter
            def price(self, value):
                pass

        class Guarded(m.Item):
            def __setattr__(self, name, value):
                super().__setattr__(name, value if name != "name" else value + "!")

        slots = Slots(1, 2.0)
        slots.hidden = 4
        raw = object.__new__(Sub)
        seen = []
        try:
            raw.id
        except AttributeError as error:
            seen.append(str(error))
        return (Sub(1, 2.0).total(3), slots.hidden, slots.__getstate__(), More(1, 2.0), More(1, 2.0, size=8) == More(1, 2.0, size=8), Hooked.hooked, Hooked(1, 2.0),
                Shadow(1, 7.0).price, Guarded(1, 2.0, "n").name, seen, vars(raw), Sub.__mro__, isinstance(Sub(1, 1.0), m.Item), Sub(1, 1.0) == m.Item(1, 1.0),
                [c.__name__ for c in m.Item.__subclasses__()][:1])
    same(results)
    same(lambda m: m.Item.__init_subclass__(1))


@test
def direct_construction_gives_a_tracked_object_like_any_other():
    item = native.measure("x")
    assert repr(item) == "Item(id=5, price=2.5, name='direct', on=True, tags=[], extra='x')"
    assert item == native.Item(5, 2.5, "direct", True, [], "x") and gc.is_tracked(item)
    assert native.measure(None) is None
    assert not gc.is_tracked(native.Point(1.0)) and not gc.is_tracked(native.Slotted(1))


@test
def cycles_are_collected_and_finalizers_run():
    def cycle(m):
        item = m.Item(1, 2.0)
        item.extra = [item]
        reference = weakref.ref(item)
        del item
        gc.collect()
        a = m.Counter(1)
        a.me = a
        second = weakref.ref(a)
        del a
        gc.collect()
        return reference(), second()
    same(cycle)

    def finalized(m):
        seen = []

        class Last(m.Item):
            def __del__(self):
                seen.append(self.id)
        Last(5, 1.0)
        gc.collect()
        return seen
    same(finalized)

    def deep(m):
        item = None
        for _ in range(100_000):
            item = m.Item(1, 1.0, extra=item)
        del item
        return gc.collect() >= 0
    same(deep)


@test
def nothing_leaks():
    try:
        import resource
    except ImportError:
        return
    def work():
        for _ in range(3000):
            item = native.Item(2**70, 2.0, "n" * 50, tags=["a" * 100])
            item.id = 2**80
            item.extra = object()
            vars(item)
            copy.copy(item)
            native.spread(1, 2, 3, key=[4], z={})
            native.later(1).close()
            native.measure(list(range(20)))
            native.measure(None)
            del item.id, item.tags
            try:
                native.Item(1, 1.0, 5)
            except TypeError:
                pass
            try:
                native.add(2**70, "x")
            except TypeError:
                pass
    work(); gc.collect()
    def size():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * 4
    import sys
    before = sys.getallocatedblocks()
    for _ in range(3):
        work(); gc.collect()
    after = sys.getallocatedblocks()
    assert after - before < 300, f"{after - before} blocks more"


@test
def racing_threads_see_whole_values():
    item = native.Item(1, 1.0)
    ints = [3, 2**70, -5, 2**90, 7]
    names = [("n%d" % each) * 20 for each in range(5)]
    floats = [1.5, -2.25, 3e300]
    stop = threading.Event()
    bad = []

    def write():
        k = 0
        while not stop.is_set():
            k += 1
            item.id = ints[k % 5] + 0
            item.name = names[k % 5] + str(k)
            item.price = floats[k % 3]
            item.on = k % 2 == 0
            item.tags = [str(k)]
            item.extra = (k, k)
            if k % 50 == 0:
                try:
                    del item.extra
                except AttributeError:
                    pass  # the other writer was first

    def read():
        while not stop.is_set():
            try:
                if item.id not in ints or item.price not in (1.0, *floats) or item.on not in (True, False):
                    bad.append("scalar")
                name = item.name
                if name != "none" and name[:40] not in names[int(name[1])]:
                    bad.append(name)
                [x.isdigit() for x in item.tags]
                extra = getattr(item, "extra", None)
                if extra is not None and extra[0] != extra[1]:
                    bad.append(extra)
                vars(item)
                repr(item)
            except Exception as error:
                bad.append(error)
    threads = [threading.Thread(target=f) for f in (write, write, read, read)]
    for each in threads:
        each.start()
    stop.wait(1.5)
    stop.set()
    for each in threads:
        each.join()
    assert not bad, bad[:3]


@test
def executing_a_module_again_replaces_its_objects():
    old = native.Item(1, 2.0)
    again = load(NativeLoader())
    assert again.Item is not type(old) and again.Item(1, 2.0) == again.Item(1, 2.0)
    assert again.use_add() == (1, 1, 1, 1, 1) and repr(old).startswith("Item(") and old.total(2) == 4.0
    sys.modules["sample"] = again
    program.exec(again)
    assert again.use_add() == (1, 1, 1, 1, 1)


@test
def a_failing_module_leaves_no_names_behind():
    try:
        program.create("missing", importlib.machinery.ModuleSpec("missing", None))
    except ImportError as error:
        assert str(error) == "objects has no module missing"
    raises(TypeError, "exec() argument must be a module made by create(), not int", lambda: program.exec(1))
    assert program.modules == ("sample",)


chosen = sys.argv[1:]
for each in tests:
    if chosen and each.__name__ not in chosen:
        continue
    try:
        each()
        passed += 1
    except BaseException:
        failed += 1
        print("FAILED", each.__name__)
        traceback.print_exc()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
