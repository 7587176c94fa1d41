"""Properties and methods that a class below overrides with something that gives other types than the base declares."""

from typing import Any


class Base:
    def __init__(self) -> None:
        self.x: int = 3

    @property
    def text(self) -> str:
        return "text"

    @property
    def numbers(self) -> list[int]:
        return [1]

    @property
    def real(self) -> float:
        return 1.5

    @property
    def count(self) -> int:
        return 1

    @property
    def truth(self) -> bool:
        return True

    def method(self) -> str:
        return "method"

    def nothing(self) -> None:
        pass

    def itself(self) -> "Base":
        return self

    @staticmethod
    def fixed() -> int:
        return 1

    async def waited(self) -> int:
        return 1

    def through(self) -> Any:
        return self.text, self.method(), self.count, self.fixed()


class Other(Base):
    """Properties and methods of other types."""

    @property
    def text(self) -> int:
        return self.x

    @property
    def numbers(self) -> int:
        return self.x

    @property
    def real(self) -> str:
        return "real"

    @property
    def count(self) -> str:
        return "count"

    @property
    def truth(self) -> int:
        return 7

    def method(self) -> int:
        return self.x

    def nothing(self) -> int:
        return 5

    def itself(self) -> "Other":
        return self

    @staticmethod
    def fixed() -> str:
        return "fixed"

    async def waited(self) -> str:
        return "waited"


class Plain(Base):
    """Attributes of the class, a method without annotations, a plain method in the place of a coroutine's."""

    text = 5
    numbers = None
    real = 2
    count = 2.5
    truth = "truth"
    nothing = len

    def method(self):
        return 6

    def waited(self) -> int:
        return 9


class Kept(Base):
    """The same types."""

    @property
    def text(self) -> str:
        return "kept"

    def method(self) -> str:
        return "kept"


class Below(Other):
    @property
    def real(self) -> int:
        return 8


def read(z: Base) -> Any:
    return z.text


def called(z: Base) -> Any:
    return z.method()


def listed(z: Base) -> Any:
    return [z.text for _ in (1, 2)], {z.count: z.real for _ in (1,)}


def walked(z: Base) -> Any:
    return [x for x in z.numbers]


def later(z: Base) -> Any:
    return list(z.text for _ in (1, 2)), list(map(str, (z.count for _ in (1, 2))))


def summed(z: Base) -> Any:
    return sum(z.count for _ in (1, 2))


def captured(z: Base) -> Any:
    text = z.text

    def inner() -> Any:
        return text, z.count

    return inner()


def default(z: Base) -> Any:
    def inner(text: Any = z.text, *, count: Any = z.count) -> Any:
        return text, count

    return inner()


def chosen(z: Base) -> Any:
    return (z.text if z.x else z.numbers), (1 if z.text else 2), (1 if z.truth else 2)


def matched(z: Base) -> Any:
    match z.text:
        case str() as text:
            return text
        case int() as number:
            return number


def matched_within(z: Base) -> Any:
    match z:
        case Base(text="text", count=count):
            return count
        case Base(text=text, real=real):
            return text, real


def matched_items(z: Base) -> Any:
    match z.numbers:
        case [one]:
            return one
        case other:
            return other


def named(z: Base) -> Any:
    if text := z.text:
        return text, [count for _ in (1,) if (count := z.count)]
    return None


def in_lambda(z: Base) -> Any:
    return (lambda: z.text)(), (lambda text=z.text: text)()


def operated(z: Base) -> Any:
    return z.count * 2, z.count == 1, -z.real


def added(z: Base) -> Any:
    return z.text + "x"


def formatted(z: Base) -> Any:
    return f"{z.text} {z.real} {z.count} {z.truth} {z.method()} {z.nothing()}"


def thrown_away(z: Base) -> Any:
    z.text
    z.method()
    z.real
    z.nothing()
    return "fine"


def compared(z: Base) -> Any:
    return z.text == "text", z.real == 1.5, z.text is None, z.truth is True


def passed(z: Base) -> Any:
    return repr(z.text), str(z.count), len(z.numbers)


def spread(z: Base) -> Any:
    (one,) = z.numbers
    return one, [*z.numbers]


def either(z: Base) -> Any:
    return (z.text or z.numbers), (z.truth and z.count), any(z.truth for _ in (1,))


def rebound(z: Base) -> Any:
    value = z.text
    value = z.numbers
    return value


def looped(z: Base) -> Any:
    found = []
    for x in z.numbers:
        found.append(x)
    return found


def chained(z: Base) -> Any:
    return z.itself().text, z.itself().itself().method(), z.fixed()


def through(z: Base) -> Any:
    return z.through()


class Manager:
    def __enter__(self) -> str:
        return "entered"

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        pass


class Sub(Manager):
    def __enter__(self) -> int:
        return 5


def entered(manager: Manager) -> Any:
    with manager as value:
        return value


async def waits(z: Base) -> Any:
    return await z.waited()


def waited(z: Base) -> Any:
    try:
        waits(z).send(None)
    except StopIteration as stop:
        return stop.value


def declared(z: Kept) -> str:
    return z.text + z.method()


def attempt(name: str, run: Any) -> None:
    try:
        print(name, run())
    except TypeError as error:
        print(name, error)


FUNCTIONS: list[Any] = [
    read, called, listed, walked, later, summed, captured, default, chosen, matched, matched_within, matched_items, named, in_lambda,
    operated, added, formatted, thrown_away, compared, passed, spread, either, rebound, looped, chained, through, waited,
]


def main() -> None:
    for z in (Base(), Other(), Plain(), Kept(), Below()):
        for function in FUNCTIONS:
            attempt(f"{type(z).__name__} {function.__name__}", lambda: function(z))
    print(entered(Manager()), entered(Sub()), declared(Kept()))


main()
