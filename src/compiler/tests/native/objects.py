# interpreted: Sub, Dynamic
"""What the tools of Python see of native classes and their objects: copies, pickles, weak references, the collector, inspect, mock, threads."""

from __future__ import annotations

import copy
import functools
import gc
import inspect
import pickle
import pydoc
import sys
import threading
import typing
import weakref
from dataclasses import dataclass, field
from typing import Any, Callable
from unittest import mock


def attempt(f: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    try:
        return f(*args, **kw)
    except Exception as error:
        return type(error).__name__, str(error)


class Node:
    """A node of a tree."""

    name: str
    children: list[Node]
    parent: Node | None = None
    weight: int = 1

    def __init__(self, name: str, parent: Node | None = None) -> None:
        self.name = name
        self.children = []
        self.parent = parent
        if parent is not None:
            parent.children.append(self)

    def depth(self) -> int:
        """How far from the root."""
        depth = 0
        at = self.parent
        while at is not None:
            depth += 1
            at = at.parent
        return depth

    def total(self, factor: int = 1, *, plus: int = 0) -> int:
        return self.weight * factor + plus + sum([each.total(factor) for each in self.children])

    @property
    def path(self) -> str:
        return self.name if self.parent is None else f"{self.parent.path}/{self.name}"

    @classmethod
    def root(cls) -> Node:
        return cls("root")

    @staticmethod
    def separator() -> str:
        return "/"


@dataclass
class Money:
    amount: int
    currency: str = "EUR"
    notes: list[str] = field(default_factory=list)

    def add(self, other: Money) -> Money:
        return Money(self.amount + other.amount, self.currency)


class State:
    value: int
    cache: dict[str, int]

    def __init__(self, value: int) -> None:
        self.value = value
        self.cache = {}

    def __getstate__(self) -> dict[str, int]:
        return {"value": self.value}

    def __setstate__(self, state: dict[str, int]) -> None:
        self.value = state["value"]
        self.cache = {"restored": 1}

    def __copy__(self) -> State:
        return State(self.value + 1)

    def __deepcopy__(self, memo: dict[int, Any]) -> State:
        return State(self.value + 2)


class Reduced:
    n: int

    def __init__(self, n: int) -> None:
        self.n = n

    def __reduce__(self) -> tuple[Any, ...]:
        return Reduced, (self.n + 1,)


class Counted:
    def __init__(self) -> None:
        self.count = 0
        self.lock = threading.Lock()

    def bump(self) -> int:
        with self.lock:
            self.count += 1
            return self.count


class Racy:
    number: int
    big: int
    real: float
    flag: bool
    text: str
    items: list[int]
    any: Any

    def __init__(self) -> None:
        self.number = 0
        self.big = 1 << 80
        self.real = 0.0
        self.flag = False
        self.text = ""
        self.items = []
        self.any = None

    def write(self, i: int) -> None:
        self.number = i
        self.big = (1 << 70) + i
        self.real = i + 0.5
        self.flag = not self.flag
        self.text = f"t{i}"
        self.items = [i, i]
        self.any = (i, i)

    def read(self) -> bool:
        a, b = self.any or (0, 0)
        items = self.items
        return self.big >= 1 << 70 and a == b and (len(items) == 0 or items[0] == items[1]) and (self.text == "" or self.text[0] == "t")


def tree() -> Node:
    root = Node.root()
    child = Node("a", root)
    Node("b", child)
    child.weight = 5
    return root


root = tree()
again = pickle.loads(pickle.dumps(root))
deep = copy.deepcopy(root)
shallow = copy.copy(root)
print(again.children[0].children[0].path, again.total(2, plus=1), deep.children[0].parent is deep, shallow.children is root.children, again.children[0].depth())
print(vars(again.children[0])["weight"], "weight" in vars(again), again.weight, Node.weight, Node.parent)
state = State(5)
print(copy.copy(state).value, copy.deepcopy(state).value, pickle.loads(pickle.dumps(state)).cache, pickle.loads(pickle.dumps(Reduced(3))).n, copy.copy(Reduced(1)).n)
print(pickle.loads(pickle.dumps(Node.depth)) is Node.depth, pickle.loads(pickle.dumps(root.depth))(), pickle.loads(pickle.dumps(Node)) is Node)

reference = weakref.ref(root)
died: list[str] = []
weakref.finalize(root, died.append, "root")
table = weakref.WeakValueDictionary({"r": root})
keys = weakref.WeakKeyDictionary({root: 1})
print(reference() is root, table["r"] is root, len(keys), weakref.getweakrefcount(root) > 0)
del root, again, deep, shallow
gc.collect()
print(reference(), died, len(table), len(keys))


def cycle() -> weakref.ref[Node]:
    a = Node("a")
    b = Node("b", a)
    a.parent = b
    return weakref.ref(a)


lost = cycle()
gc.collect()
print(lost(), gc.is_tracked(Node("x")))

for each in [Node.depth, Node.total, Node.root, Node.separator, Node.__init__, Node, Money, Money.add, Node("x").total]:
    print(inspect.signature(each), inspect.isfunction(each), inspect.ismethod(each), inspect.isclass(each), each.__name__, each.__qualname__, each.__module__)
print(inspect.getdoc(Node), inspect.getdoc(Node.depth), typing.get_type_hints(Node), typing.get_type_hints(Node.total), Node.__annotations__)
print([name for name, _ in inspect.getmembers(Node, inspect.isfunction)], inspect.getattr_static(Node, "path").fget.__name__, Node.__mro__, Node.__bases__, Node.__subclasses__())
print(Node.total.__defaults__, Node.total.__kwdefaults__, Node.total.__code__.co_varnames[:3], Node.total.__code__.co_firstlineno, Node.depth.__get__(Node("q"))(), Node.__dict__["root"].__func__.__name__)
print(hasattr(Node("x"), "nothing"), attempt(getattr, Node("x"), "nothing"), attempt(setattr, Node("x"), "path", 1), attempt(delattr, Node("x"), "weight"), attempt(lambda: Node("x").missing()))
print(type(Node("n")).__name__, isinstance(Node("n"), Node), issubclass(Node, object), Node("n") == Node("n"), str(Node)[:30], repr(Node("z"))[:25] in repr(Node("z")), "Node object at" in repr(Node("z")))
print(attempt(Node), attempt(Node, "a", None, 3), attempt(Node, nam="x"), attempt(Money), attempt(Node.depth), sorted(Node("q").__dict__), Node("q").__dict__ == {"name": "q", "children": [], "parent": None})
node = Node("d")
node.extra = 1
node.__dict__["more"] = 2
print(sorted(vars(node)), node.extra, node.more, attempt(delattr, node, "extra"), sorted(vars(node)))
node.__dict__ = {"name": "new", "children": []}
print(node.name, node.parent, sorted(vars(node)), attempt(lambda: node.more))
node.__dict__.update(weight=9)
print(node.weight, node.total())

with mock.patch.object(Node, "depth", return_value=7) as depth:
    print(tree().children[0].depth(), depth.call_count)
with mock.patch.object(Node, "total", autospec=True) as total:
    total.return_value = 99
    print(Node("a").total(3), total.call_args_list[0].args[1:], attempt(Node("a").total, 1, 2, 3)[0])
with mock.patch.object(Node, "path", new_callable=mock.PropertyMock, return_value="p"):
    print(Node("a").path)
with mock.patch.object(Money, "__init__", lambda self, *a: setattr(self, "amount", 42)):
    print(Money(1).amount)
with mock.patch.object(Money, "__eq__", lambda self, other: True):
    print(Money(1) == Money(2))
with mock.patch(f"{__name__}.Money", side_effect=lambda *a: "mocked"):
    print(attempt(pickle.loads(pickle.dumps(Node("x"))).depth), Money(1))
spec = mock.create_autospec(Node, instance=True)
spec.depth.return_value = 3
print(spec.depth(), attempt(spec.depth, 1)[0], attempt(lambda: spec.nothing)[0], isinstance(spec, Node))
print(Node("a").total(3), Money(1) == Money(2), Money(1).add(Money(2)))

counted = Counted()
threads = [threading.Thread(target=lambda: [counted.bump() for _ in range(500)]) for _ in range(4)]
[each.start() for each in threads]
[each.join() for each in threads]
print(counted.count)
racy = Racy()
bad: list[int] = []


def hammer(which: int) -> None:
    for i in range(3000):
        if which % 2:
            racy.write(i)
        elif not racy.read():
            bad.append(i)
        setattr(racy, "text", f"t{i}")
        pair = racy.any or (0, 0)
        if racy.number < 0 or racy.big < 1 << 70 or pair[0] != pair[1]:
            bad.append(i)


threads = [threading.Thread(target=hammer, args=(which,)) for which in range(4)]
[each.start() for each in threads]
[each.join() for each in threads]
print(bad[:3], type(racy.any).__name__, sys.getsizeof(racy) > 0)


class Sub(Node):
    __slots__ = ("own",)

    def __init__(self) -> None:
        super().__init__("sub")
        self.own = 5

    def depth(self) -> int:
        return super().depth() + 100


class Dynamic(Node):
    def __getattr__(self, name: str) -> str:
        return f"dynamic {name}"

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value if name != "weight" else value * 2)


sub, dynamic = Sub(), Dynamic("d")
dynamic.weight = 4
print(sub.depth(), sub.own, copy.copy(sub).own, pickle.loads(pickle.dumps(sub)).name, dynamic.weight, dynamic.anything, dynamic.total(), sub.total())
made = type("Made", (Node,), {"depth": lambda self: -1})
print(made("m").depth(), made.__name__, functools.partial(Node.total, factor=3)(Node("n")), Node("n").__class__, attempt(setattr, Node, "weight", 8), Node.weight, Node("w").weight)
print(pydoc.plain(pydoc.render_doc(Money.add)).splitlines()[0], Node("r").__reduce_ex__(2)[0].__name__, Node.__flags__ & (1 << 9) != 0)
object.__setattr__(node, "weight", 3)
print(node.weight, object.__getattribute__(node, "name"), attempt(object.__setattr__, node, "nope", 1), node.nope)


class Returns:
    n: int

    def __init__(self, n: Any) -> Any:
        self.n = 1
        return n


def returns(n: Any) -> Returns:
    return Returns(n)


print(attempt(Returns, 5), attempt(returns, 5), returns(None).n, Returns(None).n, type.__call__(Returns, None).n, attempt(Returns), attempt(Returns, n=1))
with mock.patch.object(Returns, "__init__", lambda self, n: None):
    print(attempt(lambda: Returns(3).n), attempt(lambda: returns(3).n))
Returns.__new__ = lambda cls, n: 7
print(Returns(1))


# A dict of attributes that is made by its class is of no object.
made: Any = type(vars(node))()
made.update(a=1, b=2)
made["c"] = 3
del made["a"]
print(made, made.pop("b"), made.setdefault("d", 4), made | {"e": 5}, made.popitem(), made.clear(), made, type(vars(node)).fromkeys("xy"))
filled: Any = type(vars(node))({"p": 1})
filled |= {"q": 2}
print(filled, sorted(filled), attempt(lambda: filled["z"]))


# An interpreted class below a native one has values of its own under the names of fields.
class Extension:
    name: str
    size: int

    def __init__(self, size: int = 0) -> None:
        if size:
            self.size = size

    def rename(self, name: str) -> None:
        self.name = name

    def shown(self) -> str:
        return f"{self.name} {self.size}"


def name_of(each: Extension) -> str:
    return each.name


space: dict[str, Any] = {"Extension": Extension, "dataclass": dataclass, "field": field}
exec(
    """
class Fake(Extension):
    name = 'fake'
    size = 3

class Lazy(Extension):
    size = 1
    @property
    def name(self):
        return 'lazy'

class Guessed(Extension):
    size = 1
    def __getattr__(self, name):
        return 'guessed ' + name

class Deeper(Fake):
    name = 'deeper'

@dataclass
class Data(Extension):
    name: str = 'data'
    size: int = field(default=4)

@dataclass(slots=True)
class Slim(Extension):
    name = 'slim'
    size: int = 6
    more: int = 7
""",
    space,
)
for kind in ("Fake", "Lazy", "Guessed", "Deeper", "Data", "Slim"):
    each = space[kind]()
    print(kind, each.name, name_of(each), each.shown(), getattr(space[kind], "size", "none"))
    if kind != "Lazy":
        each.rename("other")
        print(each.name, name_of(each), each.shown())
        each.name = "another"
        print(each.name, name_of(each), vars(each))
        del each.name
        print(name_of(each), each.name)
print(space["Fake"](5).shown(), space["Fake"](5).size)
with mock.patch.object(space["Fake"], "name", "patched"):
    print(name_of(space["Fake"]()), name_of(space["Deeper"]()))
print(name_of(space["Fake"]()))


# What such a class has is not of the type that the field's annotation promises.
class Inner:
    def __init__(self, n: int) -> None:
        self.n = n


class Outer:
    inner: Inner
    tags: list[int]

    def get(self) -> int:
        return self.inner.n

    def tag(self) -> int:
        return self.tags[0]

    def put(self, n: int) -> None:
        self.inner.n = n


def below() -> None:
    class Wrong(Outer):
        inner = mock.MagicMock(n=5)  # type: ignore
        tags = "xyz"  # type: ignore

    class Right(Outer):
        inner = Inner(6)
        tags = [7]

    for act in (Outer.get, Outer.tag, lambda o: o.put(8)):
        try:
            print(act(Right()))
            act(Wrong())
        except TypeError as error:
            print("refused" if "Outer." in str(error) else error)
        else:
            print("refused")


below()


# The class's value may change, and an object's own comes before it.
class Kind:
    kind: int

    def get(self) -> int:
        return self.kind

    def put(self, kind: int) -> None:
        self.kind = kind


def kinds() -> None:
    class A(Kind):
        kind = 2

    class B(A):
        def above(self) -> int:
            return super().kind

    a, b = A(), B()
    a.kind = 7
    with mock.patch.object(A, "kind", 9):
        print(a.kind, a.get(), b.kind, b.get())
        a.kind = 8
    print(a.kind, a.get(), b.above(), vars(A)["kind"], inspect.getattr_static(A, "kind"))
    A.kind += 1
    a.put(4)
    print(a.kind, a.get(), vars(a), b.get(), copy.copy(a).kind, pickle.loads(pickle.dumps(vars(a))))
    del a.kind
    print(a.kind, a.get(), vars(a))
    try:
        del a.kind
    except AttributeError as error:
        print(error)
    b.kind = 5
    print(b.above(), b.kind, hasattr(b, "kind"), getattr(b, "other", None))
    setattr(b, "other", 3)
    print(b.other, vars(b))  # type: ignore


kinds()


@dataclass(slots=True)
class Narrow:
    kind: int = 1

    def put(self, kind: int) -> None:
        self.kind = kind


def narrow() -> None:
    class A(Narrow):
        kind = 6

    class M:
        kind = 5

    made = type("C", (M, Narrow), {})
    for each in (A(), made()):
        each.put(8)
        print(each.kind, vars(each), vars(copy.copy(each)))
        each.kind = 9
        print(each.kind, vars(each))
        del each.kind
        print(each.kind, vars(each))

    class Closed(Narrow):
        __slots__ = ("more",)

    try:
        Closed().other = 3  # type: ignore
    except AttributeError as error:
        print(error)


narrow()


# What the dict of an object below slots refers to is counted once by the collector.
def collected() -> None:
    class Below(Narrow):
        pass

    made: Any = Below()
    child: list[Any] = [1]
    child.append(child)
    made.child = child
    made.me = made
    gc.collect()
    gc.collect()
    print(len(child), sorted(vars(made)))
    dead = weakref.ref(made)
    made = None
    gc.collect()
    print(dead() is None, len(child))


collected()


# What is in slots that interpreted classes add, one below the other, is cleared with the cycle that it is in.
def slots_cleared() -> None:
    class Linked(Narrow):
        __slots__ = ("near", "__weakref__")

    class Twice(Linked):
        __slots__ = ("far",)

    class Loose(Twice):
        pass

    for each in (Linked, Twice, Loose):
        made: Any = each()
        made.near = made
        if each is not Linked:
            made.far = [made]
        if each is Loose:
            made.other = {"made": made}
        dead = weakref.ref(made)
        made = None
        gc.collect()
        print(each.__name__, dead() is None)


slots_cleared()
