"""Class attributes with annotations: what objects do not have themselves is the class's, as it is now."""

from unittest import mock


class F:
    limit: int = 10
    names: list[str] = []
    own: int

    def __init__(self) -> None:
        self.own = 1

    def both(self) -> tuple[int, int]:
        return self.limit, F.limit

    def bump(self) -> int:
        self.limit += 1
        return self.limit


def read(f: F) -> int:
    return f.limit


f = F()
F.limit = 20
print(f.limit, F().limit, read(f), f.both(), F.limit)
f.limit = 3
print(f.limit, read(f), f.both(), f.bump(), vars(f))
F.limit = 30
print(f.limit, read(f), F().limit)
del f.limit
print(f.limit, read(f))
with mock.patch.object(F, "limit", 99):
    print(f.limit, read(f), F().both())
print(f.limit)
F.names = ["new"]
print(F().names, f.names)


class Base:
    kind: str

    def told(self) -> str:
        return self.kind


class Derived(Base):
    kind: str = "derived"


class Counter:
    """Counts for all and for itself."""

    total: int = 0
    mine: int = 0

    def count(self) -> tuple[int, int]:
        Counter.total += 1
        self.mine += 1
        return self.total, self.mine


class Special(F):
    limit: int = 7

    def more(self) -> int:
        return super().both()[0] + self.limit


print(Derived().told(), Derived().kind)
one, two = Counter(), Counter()
print(one.count(), two.count(), one.count(), vars(one), Counter.mine)
print(Special().both(), Special().more(), F().limit)


class Environment:
    """What it makes is said after the classes that it makes."""

    template_class: type["Template"]
    size: int
    name: str

    def __init__(self, name: str) -> None:
        self.name = name
        self.level = 1

    def cls(self, other: type | None = None) -> object:
        return other or self.template_class

    def count(self) -> int:
        return self.size + self.level

    def put(self, size: int) -> None:
        self.size = size
        self.level = size

    def drop(self) -> None:
        del self.size
        del self.level


class NativeEnvironment(Environment):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.level = 5


class Template:
    def render(self) -> str:
        return "rendered"


class NativeTemplate(Template):
    pass


def told(f) -> None:
    try:
        print(repr(f()))
    except AttributeError as error:
        print(type(error).__name__, error)


def steps(environment: Environment) -> None:
    told(lambda: environment.cls())
    told(lambda: environment.count())
    environment.put(8)
    told(lambda: (environment.count(), environment.size, environment.level))
    environment.drop()
    told(lambda: (environment.size, environment.level))
    told(environment.count)
    told(environment.drop)
    environment.template_class = int
    told(environment.cls)
    told(lambda: sorted(vars(environment)))


def install() -> None:
    Environment.template_class = Template
    NativeEnvironment.template_class = NativeTemplate
    Environment.size, Environment.level = 7, 70


steps(Environment("before"))
install()
steps(Environment("after"))
steps(NativeEnvironment("below"))
