"""Generic classes of both notations and abstract ones: native layout, what typing and abc see of them."""

import abc
import copy
import dataclasses
import gc
import inspect
import pickle
import sys
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_type_hints
from unittest import mock

T = TypeVar("T")
S = TypeVar("S")


class Store[K, V]:
    """A class with type parameters."""

    limit: int = 3

    def __init__(self, name: str) -> None:
        self.name = name
        self.items: dict[K, V] = {}
        self.reads: int = 0

    def put(self, key: K, value: V) -> V | None:
        before: V | None = self.items.get(key)
        self.items[key] = value
        return before

    def get(self, key: K) -> V:
        self.reads += 1
        return self.items[key]

    def mapped[R](self, function: Callable[[V], R]) -> list[R]:
        return [function(value) for value in self.items.values()]

    @classmethod
    def named(cls, name: str) -> "Store[K, V]":
        return cls(name)

    def __iter__(self) -> Iterator[V]:
        for value in self.items.values():
            yield value

    def __len__(self) -> int:
        return len(self.items)


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value

    def get(self) -> T:
        return self.value

    def swap(self, other: "Box[T]") -> None:
        self.value, other.value = other.value, self.value


class Pair(Box[T], Generic[T, S]):
    def __init__(self, value: T, second: S) -> None:
        super().__init__(value)
        self.second = second

    def get(self) -> T:
        return super().get()

    def both(self) -> tuple[T, S]:
        return self.value, self.second


class Numbers(Box[int]):
    def doubled(self) -> int:
        return self.get() * 2


@dataclass
class Page[T]:
    items: list[T]
    total: int
    extra: dict[str, T] = field(default_factory=dict)

    def size(self) -> int:
        return len(self.items)


@dataclass(frozen=True, order=True, slots=True)
class Version(Generic[T]):
    major: int
    label: T


@dataclass
class Words(Page[str]):
    language: str = "en"


class Shape(ABC):
    """Two abstract methods and one that is not."""

    created: int = 0

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def area(self) -> float:
        """How large it is."""

    @property
    @abstractmethod
    def sides(self) -> int: ...

    def described(self) -> str:
        return f"{self.name} {self.area():.2f} {self.sides}"


class Square(Shape):
    def __init__(self, side: float) -> None:
        super().__init__("square")
        self.side = side

    def area(self) -> float:
        return self.side * self.side

    @property
    def sides(self) -> int:
        return 4


class Half(Shape):
    def area(self) -> float:
        return 0.5


@dataclass
class Animal(ABC):
    name: str

    @abstractmethod
    def sound(self) -> str: ...

    def speak(self) -> str:
        return self.name + " says " + self.sound()


@dataclass
class Dog(Animal):
    age: int = 1

    def sound(self) -> str:
        return "wuff"


class Repository[E](ABC):
    def __init__(self) -> None:
        self.rows: list[E] = []

    @abstractmethod
    def key(self, row: E) -> str: ...

    def find(self, key: str) -> E | None:
        for row in self.rows:
            if self.key(row) == key:
                return row
        return None


class Dogs(Repository[Dog]):
    def key(self, row: Dog) -> str:
        return row.name


class Foreign:
    """Registered with Shape: `isinstance` holds, the layout is another."""

    name = "foreign"

    def described(self) -> str:
        return "foreign"


class Plain:
    count: int = 2


def total(shapes: list[Shape]) -> float:
    result = 0.0
    for shape in shapes:
        result += shape.area()
    return result


def described(value: object) -> str:
    if isinstance(value, Shape):
        return value.described()
    return "none"


def matched(value: object) -> str:
    match value:
        case Shape(name=name):
            return "shape " + str(name)
        case Box(value=inner):
            return "box " + str(inner)
    return "none"


def made(side: float) -> Square:
    return Square(side)


def made_abstract() -> Shape:
    return Shape("x")  # type: ignore[abstract]


def made_half() -> Half:
    return Half("x")  # type: ignore[abstract]


def made_animal() -> Animal:
    return Animal("x")  # type: ignore[abstract]


def made_box(value: int) -> Box[int]:
    return Box[int](value)


def paged(page: Page[int]) -> int:
    return page.size() + page.total


def attempt(function: Callable[..., Any], *args: Any) -> None:
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        print(function.__name__, type(error).__name__, error)


def see_generics() -> None:
    store: Store[str, int] = Store("s")
    print(store.put("a", 1), store.put("a", 2), store.get("a"), store.mapped(str), list(store), len(store), store.reads)
    print(Store.__type_params__, Store.__orig_bases__, Store.__parameters__, Store.__mro__, Store.__bases__)
    print(Store[str, int], Store[str, int]("t").name, vars(Store[str, int]("t")), Store.named("u").name)
    print(Box.__orig_bases__, Box.__parameters__, Pair.__mro__, Pair.__parameters__, Box[int], Pair[int, str].__args__)
    box = made_box(4)
    other = Box(5)
    box.swap(other)
    print(box.get(), other.get(), box.__orig_class__, type(box), Numbers(4).doubled(), Numbers.__mro__)
    pair = Pair(1, "b")
    print(pair.get(), pair.both(), isinstance(pair, Box), vars(pair), matched(box), matched(pair))
    page = Page([1, 2], 7)
    print(page, page == Page([1, 2], 7), paged(page), dataclasses.asdict(page), dataclasses.replace(page, total=1))
    print(Page.__type_params__, Page[int], get_type_hints(Page.__init__), inspect.signature(Page))
    print(Words(["a"], 1), Words(["a"], 1).size(), Words.__mro__, dataclasses.fields(Words)[3].name)
    version = Version(1, "a")
    print(version < Version(1, "b"), version, hash(version) == hash(Version(1, "a")), Version[int].__origin__ is Version)
    print(copy.deepcopy(pair).both(), weakref.ref(pair)() is pair, Plain().count)
    for each in (page, pair, version):
        again = pickle.loads(pickle.dumps(each))
        print(type(again) is type(each), again == each, getattr(again, "value", None))
    attempt(lambda: Store[int])
    attempt(lambda: Numbers[int])
    attempt(Box)


def see_abstract() -> None:
    shape = made(3.0)
    print(total([shape, Square(2.0)]), shape.described(), shape.sides, vars(shape), Square(1.0).side)
    for function in (made_abstract, made_half, made_animal, Shape, Half, Animal, Repository):
        attempt(function)
    print(type(Shape) is abc.ABCMeta, type(Square) is abc.ABCMeta, type(Shape).__name__, Shape.__bases__, Square.__mro__)
    print(sorted(Shape.__abstractmethods__), sorted(Square.__abstractmethods__), inspect.isabstract(Shape), inspect.isabstract(Square))
    print(Shape.area.__isabstractmethod__, isinstance(shape, Shape), issubclass(Half, Shape), isinstance(5, Shape))
    print(Shape.register(Foreign), isinstance(Foreign(), Shape), described(Foreign()), described(shape), described(1))
    print(matched(Foreign()), matched(shape), matched(1))
    dog = Dog("rex", 3)
    print(dog, dog.speak(), dog == Dog("rex", 3), sorted(Animal.__abstractmethods__), dataclasses.fields(Animal)[0].name)
    dogs = Dogs()
    dogs.rows.append(dog)
    print(dogs.find("rex"), dogs.find("max"), Repository.__type_params__, Repository.__mro__, Repository[int])
    with mock.patch.object(Square, "area", lambda self: 1.5):
        print(total([shape]), shape.described())
    with mock.patch.object(Shape, "__abstractmethods__", frozenset()):
        attempt(lambda: made_abstract().name)
    attempt(made_abstract)
    with mock.patch.object(Square, "__abstractmethods__", frozenset({"area"})):
        attempt(made, 1.0)
    attempt(lambda: made(1.0).area())

    class Triangle(Shape):
        def area(self) -> float:
            return 2.0

        @property
        def sides(self) -> int:
            return 3

    class Named(Box[str]):
        def get(self) -> str:
            return "named"

    print(total([Triangle("t"), shape]), Triangle("t").described(), Named("x").get(), Named("x").value)
    print([each.__name__ for each in Shape.__subclasses__()])


def leaks() -> str:
    def once() -> None:
        made_box(1).swap(Box(2))
        Pair(1, "b").both()
        made(2.0).described()
        Dog("a", 2).speak()
        for function in (made_abstract, made_half, made_animal):
            try:
                function()
            except TypeError:
                pass

    for _ in range(20):
        once()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(300):
        once()
    gc.collect()
    return "leaks" if sys.getallocatedblocks() - before >= 300 else "no leak"


see_generics()
see_abstract()
print(leaks())
