"""Type hints turned into descriptions that the table-driven codec walks.

In: an annotation (a class, a generic alias, a union, a forward reference already resolved by `typing`). Out: a
`Type`, a graph that may be cyclic where a class mentions itself. What holds: every node's `kind` is one of those
listed at `Type`; a type without a JSON form raises a `TypeError` that names the place where it was written.
"""

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import inspect
import sys
import types
import typing
import uuid
from typing import Any

from .integers import Integer

MISSING = dataclasses.MISSING

#: Kinds whose values have a text form, so that they can stand in a path, a query string, a header or a cookie.
SCALARS = frozenset(
    "any bool int float str bytes uuid datetime date time timedelta decimal enum literal none".split()
)
#: Kinds that collect repeated texts.
SEQUENCES = frozenset(("list", "set", "frozenset", "tuple_of"))


class Field:
    """A field of a model as input and output see it.

    `default` is the value for an absent key, `factory` is called for one (`MISSING` where there is none); `required` is
    true when neither is there. `init` says whether input may give it, `output` whether it is written.
    """

    __slots__ = ("name", "type", "required", "default", "factory", "init", "output")

    def __init__(
        self,
        name: str,
        type: Type,
        *,
        default: Any = MISSING,
        factory: Any = MISSING,
        init: bool = True,
        output: bool = True,
        required: bool | None = None,
    ) -> None:
        self.name = sys.intern(name)
        self.type = type
        self.default = default
        self.factory = factory
        self.required = (default is MISSING and factory is MISSING) if required is None else required
        self.init = init
        self.output = output

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.type!r})"


class Type:
    """One node of a description.

    | kind | says |
    |---|---|
    | any none bool int float str bytes uuid datetime date time timedelta decimal | the type itself |
    | int | `values`, if its range is limited: the least and the greatest, each in a pair |
    | list set frozenset tuple_of | `args[0]`: the items; `cls`: the class, or the abstract one that a result may be of |
    | tuple | `args`: one per position |
    | dict | `args`: key and value; `cls` likewise |
    | enum | `cls`; `values`: pairs of a value and its member |
    | literal | `values`: pairs of a value and itself |
    | union | `args` in order, `None` last |
    | model | `cls`, `fields`, `construct`, `forbid` (unknown keys are errors) |
    | typed_dict | `fields`, `forbid` |
    | named_tuple | `cls`, `args` |
    | request response | objects of the server, injected or returned |

    `construct` is `"direct"` (`cls.__new__`, then one attribute per field), `"empty"` (call without arguments, then the
    attributes that were given) or `"call"` (call with keywords).
    """

    __slots__ = ("kind", "name", "args", "cls", "fields", "values", "construct", "forbid", "_plan", "__weakref__")

    def __init__(
        self,
        kind: str,
        name: str,
        *,
        args: tuple[Type, ...] = (),
        cls: Any = None,
        fields: tuple[Field, ...] = (),
        values: tuple[tuple[Any, Any], ...] = (),
        construct: str = "",
        forbid: bool = False,
    ) -> None:
        self.kind = kind
        self.name = name
        self.args = args
        self.cls = cls
        self.fields = fields
        self.values = values
        self.construct = construct
        self.forbid = forbid
        self._plan: Any = None

    def __repr__(self) -> str:
        return f"Type({self.name})"

    def become(self, other: Type) -> None:
        """Takes over another node's content: how a node that was promised before it was known is filled."""
        for slot in ("kind", "name", "args", "cls", "fields", "values", "construct", "forbid"):
            setattr(self, slot, getattr(other, slot))


ANY = Type("any", "Any")
NONE = Type("none", "None", cls=type(None))

_PLAIN: dict[Any, Type] = {
    Any: ANY,
    object: ANY,
    inspect.Parameter.empty: ANY,
    None: NONE,
    type(None): NONE,
    bool: Type("bool", "bool", cls=bool),
    int: Type("int", "int", cls=int),
    float: Type("float", "float", cls=float),
    str: Type("str", "str", cls=str),
    typing.LiteralString: Type("str", "str", cls=str),
    typing.AnyStr: Type("str", "str", cls=str),
    bytes: Type("bytes", "bytes", cls=bytes),
    uuid.UUID: Type("uuid", "UUID", cls=uuid.UUID),
    datetime.datetime: Type("datetime", "datetime", cls=datetime.datetime),
    datetime.date: Type("date", "date", cls=datetime.date),
    datetime.time: Type("time", "time", cls=datetime.time),
    datetime.timedelta: Type("timedelta", "timedelta", cls=datetime.timedelta),
    decimal.Decimal: Type("decimal", "Decimal", cls=decimal.Decimal),
}

_SEQUENCE_ORIGINS: dict[Any, str] = {
    list: "list",
    set: "set",
    frozenset: "frozenset",
    collections.abc.Sequence: "list",
    collections.abc.MutableSequence: "list",
    collections.abc.Collection: "list",
    collections.abc.Iterable: "list",
    collections.abc.Set: "set",
    collections.abc.MutableSet: "set",
}
_MAPPING_ORIGINS = frozenset((dict, collections.abc.Mapping, collections.abc.MutableMapping))

# One description per class or alias for the life of the process: recursive classes need it, and plans are kept on it.
_known: dict[Any, Type] = {}


def describe(annotation: Any, where: str = "the type") -> Type:
    """The description of an annotation; `where` opens the message of the `TypeError` for one without a JSON form."""
    return _describe(annotation, where, {})


def forget() -> None:
    """Lets go of the classes that were described, and of the plans that were made for them."""
    for described in list(_known.values()):
        described._plan = None
    _known.clear()


def _describe(annotation: Any, where: str, variables: dict[Any, Any]) -> Type:
    try:
        plain = _PLAIN.get(annotation)
    except TypeError:
        plain = None
    if plain is not None:
        return plain
    if isinstance(annotation, str):
        raise TypeError(f"{where}: the name {annotation!r} could not be resolved")
    if isinstance(annotation, typing.ForwardRef):
        raise TypeError(f"{where}: the name {annotation.__forward_arg__!r} could not be resolved")
    if annotation is typing.Self and annotation in variables:
        return _describe(variables[annotation], where, {})
    if isinstance(annotation, typing.TypeVar):
        if annotation in variables:
            return _describe(variables[annotation], where, {})
        if annotation.__constraints__:
            return union([_describe(each, where, variables) for each in annotation.__constraints__])
        return ANY if annotation.__bound__ is None else _describe(annotation.__bound__, where, variables)
    if isinstance(annotation, Integer):
        return _integer(annotation)
    if isinstance(annotation, typing.NewType):
        return _describe(annotation.__supertype__, where, variables)
    if isinstance(annotation, typing.TypeAliasType):
        return _alias(annotation, annotation, {}, where)
    origin = typing.get_origin(annotation)
    if origin is not None:
        if getattr(typing, getattr(annotation, "_name", None) or "", None) is annotation:
            return _class(origin, where)  # `typing.Sequence` without arguments
        return _generic(annotation, origin, typing.get_args(annotation), where, variables)
    if isinstance(annotation, type):
        return _class(annotation, where)
    if annotation in (typing.Final, typing.Annotated, typing.Literal, typing.Union, typing.Optional, typing.Tuple):
        if annotation is typing.Tuple:
            return _class(tuple, where)
        raise TypeError(f"{where}: {_show(annotation)} needs arguments")
    raise TypeError(f"{where}: {_show(annotation)} has no JSON form")


def _integer(annotation: Integer) -> Type:
    if annotation not in _known:
        bounds = ((annotation.minimum, None), (annotation.maximum, None))
        _known[annotation] = Type("int", annotation.__name__, cls=int, values=bounds)
    return _known[annotation]


def _generic(annotation: Any, origin: Any, args: tuple[Any, ...], where: str, variables: dict[Any, Any]) -> Type:
    if origin is typing.Annotated:
        return _describe(args[0], where, variables)
    if origin in (typing.Final, typing.Required, typing.NotRequired, typing.ReadOnly):
        return _describe(args[0], where, variables)
    if origin is typing.Literal:
        return _literal(args, where)
    if origin in (typing.Union, types.UnionType):
        return union([_describe(each, where, variables) for each in args])
    if origin is tuple:
        if len(args) == 2 and args[1] is ...:
            item = _describe(args[0], where, variables)
            return Type("tuple_of", f"tuple[{item.name}, ...]", args=(item,), cls=tuple)
        items = tuple(_describe(each, where, variables) for each in args)
        return Type("tuple", f"tuple[{', '.join(each.name for each in items) or '()'}]", args=items, cls=tuple)
    if origin in _SEQUENCE_ORIGINS:
        kind = _SEQUENCE_ORIGINS[origin]
        item = _describe(args[0], where, variables)
        return Type(kind, f"{origin.__name__}[{item.name}]", args=(item,), cls=origin)
    if origin in _MAPPING_ORIGINS:
        key, value = (_describe(each, where, variables) for each in args)
        return _mapping(origin, key, value, where)
    if isinstance(origin, typing.TypeAliasType):
        bound = dict(zip(origin.__type_params__, (_substituted(each, variables) for each in args)))
        return _alias(annotation, origin, bound, where)
    if isinstance(origin, type):
        parameters = getattr(origin, "__parameters__", ())
        bound = dict(zip(parameters, (_substituted(each, variables) for each in args)))
        return _class(origin, where, bound, tuple(bound.values()))
    raise TypeError(f"{where}: {_show(annotation)} has no JSON form")


def _substituted(annotation: Any, variables: dict[Any, Any]) -> Any:
    if isinstance(annotation, typing.TypeVar):
        return variables.get(annotation, annotation)
    parameters = getattr(annotation, "__parameters__", ())
    if parameters and typing.get_origin(annotation) is not None:
        return annotation[tuple(variables.get(each, each) for each in parameters)]
    return annotation


def _alias(annotation: Any, alias: typing.TypeAliasType, variables: dict[Any, Any], where: str) -> Type:
    if annotation in _known:
        return _known[annotation]
    promised = Type("promised", str(alias.__name__))
    _known[annotation] = promised
    try:
        promised.become(_describe(alias.__value__, where, variables))
    except BaseException:
        del _known[annotation]
        raise
    return promised


def _mapping(cls: type, key: Type, value: Type, where: str) -> Type:
    if key.kind not in SCALARS - {"none"} and not (key.kind == "union" and all(each.kind in SCALARS for each in key.args)):
        raise TypeError(f"{where}: keys of a dict must be scalars, not {key.name}")
    return Type("dict", f"{cls.__name__}[{key.name}, {value.name}]", args=(key, value), cls=cls)


def union(members: collections.abc.Sequence[Type]) -> Type:
    """A type for what fits any of at least one."""
    flat: list[Type] = []
    for member in members:
        for each in member.args if member.kind == "union" else (member,):
            if each.kind == "any":
                return ANY
            if not any(each is other or (each.name == other.name and each.cls is other.cls and each.kind == other.kind and not each.fields) for other in flat):
                flat.append(each)
    flat.sort(key=lambda each: each.kind == "none")
    if len(flat) == 1:
        return flat[0]
    return Type("union", " | ".join(each.name for each in flat), args=tuple(flat))


def _literal(values: tuple[Any, ...], where: str) -> Type:
    plain: list[tuple[Any, Any]] = []
    for value in values:
        if isinstance(value, enum.Enum):
            plain.append((value.value, value))
        elif value is None or type(value) in (str, int, bool):
            plain.append((value, value))
        else:
            raise TypeError(f"{where}: Literal values must be str, int, bool, None or enum members, not {value!r}")
    return Type("literal", f"Literal[{', '.join(repr(each) for _, each in plain)}]", values=tuple(plain))


def _class(cls: type, where: str, variables: dict[Any, Any] | None = None, arguments: tuple[Any, ...] = ()) -> Type:
    if cls is list or cls is set or cls is frozenset:
        return Type(cls.__name__, cls.__name__, args=(ANY,), cls=cls)
    if cls is tuple:
        return Type("tuple_of", "tuple", args=(ANY,), cls=tuple)
    if cls is dict:
        return Type("dict", "dict", args=(_PLAIN[str], ANY), cls=dict)
    if cls in _SEQUENCE_ORIGINS:
        return _generic(cls, cls, (Any,), where, {})
    if cls in _MAPPING_ORIGINS:
        return _mapping(cls, _PLAIN[str], ANY, where)
    key: Any = (cls, arguments) if arguments else cls
    try:
        if key in _known:
            return _known[key]
    except TypeError:
        key = None
    special = _special(cls)
    if special is not None:
        return special
    if issubclass(cls, enum.Enum):
        members = tuple((member.value, member) for member in cls)
        made = Type("enum", cls.__qualname__, cls=cls, values=members)
        _known[key] = made
        return made
    name = cls.__qualname__.rpartition("<locals>.")[2]
    if arguments:
        name += f"[{', '.join(_show(each) for each in arguments)}]"
    promised = Type("promised", name, cls=cls)
    if key is not None:
        _known[key] = promised
    try:
        promised.become(_model(cls, name, where, variables or {}))
    except BaseException:
        if key is not None:
            del _known[key]
        raise
    return promised


def _special(cls: type) -> Type | None:
    """`Request`, `Response` and their subclasses, found by name so that this module imports nothing of the package."""
    for each in cls.__mro__:
        if each.__module__.partition(".")[0] == "tayberry" and each.__name__ in ("Request", "Response"):
            return Type(each.__name__.lower(), cls.__name__, cls=cls)
    return None


def _model(cls: type, name: str, where: str, variables: dict[Any, Any]) -> Type:
    variables = {typing.Self: cls, **_inherited_variables(cls, variables)}
    forbid = getattr(cls, "__tayberry_extra__", "ignore") == "forbid"
    if typing.is_typeddict(cls):
        return Type("typed_dict", name, cls=dict, fields=_typed_dict_fields(cls, where, variables), forbid=forbid)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        hints = _hints(cls, where)
        args = tuple(_describe(hints.get(each, Any), f"{where}: field `{each}` of {name}", variables) for each in cls._fields)
        return Type("named_tuple", name, args=args, cls=cls)
    if dataclasses.is_dataclass(cls):
        fields, construct = _dataclass_fields(cls, name, where, variables)
    elif is_annotated_class(cls):
        fields, construct = _annotated_fields(cls, name, where, variables)
    else:
        raise TypeError(f"{where}: {_show(cls)} has no JSON form (it is neither a dataclass nor a class with annotations)")
    return Type("model", name, cls=cls, fields=fields, construct=construct, forbid=forbid)


def _inherited_variables(cls: type, variables: dict[Any, Any]) -> dict[Any, Any]:
    """What type variables of generic bases stand for: `class Names(Page[str])`."""
    bound = dict(variables)
    for base in types.get_original_bases(cls) if isinstance(cls, type) and hasattr(cls, "__orig_bases__") else ():
        origin = typing.get_origin(base)
        if not isinstance(origin, type) or origin is typing.Generic:
            continue
        arguments = [_substituted(each, bound) for each in typing.get_args(base)]
        bound |= dict(zip(getattr(origin, "__parameters__", ()), arguments))
        bound |= _inherited_variables(origin, bound)
    return bound


def is_annotated_class(cls: type) -> bool:
    """A class written in Python whose body, or a base's, annotates attributes, and which is no subclass of a built-in class
    or of one that has a text for its JSON form."""
    if not isinstance(cls, type) or cls.__module__ in ("builtins", "typing") or issubclass(cls, (BaseException, uuid.UUID, decimal.Decimal)):
        return False
    bases = [each for each in cls.__mro__ if each is not object and each is not typing.Generic]
    if any(not each.__flags__ & (1 << 9) for each in bases):  # Py_TPFLAGS_HEAPTYPE
        return False
    if getattr(cls, "_is_protocol", False) or inspect.isabstract(cls):
        return False
    return any(_own_annotations(each) for each in bases)


def _own_annotations(cls: type) -> dict[str, Any]:
    import annotationlib

    return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)


def _hints(owner: Any, where: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(owner, include_extras=True)
    except NameError as error:
        named = f"{where}: " if isinstance(owner, type) else ""
        shown = getattr(owner, "__qualname__", repr(owner))
        raise TypeError(f"{named}annotations of {shown}: {error}") from error


def _dataclass_fields(cls: Any, name: str, where: str, variables: dict[Any, Any]) -> tuple[tuple[Field, ...], str]:
    hints = _hints(cls, where)
    fields: list[Field] = []
    for field in dataclasses.fields(cls):
        described = _describe(hints.get(field.name, field.type), f"{where}: field `{field.name}` of {name}", variables)
        fields.append(
            Field(field.name, described, default=field.default, factory=field.default_factory, init=field.init)
        )
    init_only = [
        each for each in cls.__dataclass_fields__.values() if each._field_type is dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]
    ]
    for field in init_only:
        hint = hints.get(field.name, field.type)
        if isinstance(hint, dataclasses.InitVar):
            hint = hint.type
        described = _describe(hint, f"{where}: field `{field.name}` of {name}", variables)
        fields.append(
            Field(field.name, described, default=field.default, factory=field.default_factory, output=False)
        )
    if not _has_generated_init(cls):
        return _with_init(cls, name, where, variables, {each.name: each for each in fields}), "call"
    return tuple(fields), "direct" if is_direct(cls) else "call"


def is_direct(cls: Any) -> bool:
    """Whether making an object of a data class does nothing but set its fields. The runtime asks again when the class has changed."""
    return (
        _has_generated_init(cls)
        and all(each._field_type is not dataclasses._FIELD_INITVAR and each.init for each in _init_fields(cls))  # type: ignore[attr-defined]
        and not hasattr(cls, "__post_init__")
        and _allocates_plainly(cls)
        and (cls.__setattr__ is object.__setattr__ or cls.__dataclass_params__.frozen)
    )


def _init_fields(cls: Any) -> list[Any]:
    return [each for each in cls.__dataclass_fields__.values() if each._field_type is not dataclasses._FIELD_CLASSVAR]  # type: ignore[attr-defined]


def _has_generated_init(cls: Any) -> bool:
    """Whether constructing runs an `__init__` that `@dataclass` wrote for just these fields. It compiles its text under the name
    `<string>`, as `exec` and `python -c` do, inside of a function of its own.
    """
    owner = next(each for each in cls.__mro__ if "__init__" in each.__dict__)
    code = getattr(cls.__init__, "__code__", None)
    return (
        code is not None
        and code.co_filename == "<string>"
        and code.co_qualname == "__create_fn__.<locals>.__init__"
        and owner.__dict__.get("__dataclass_fields__") is cls.__dataclass_fields__
    )


def _allocates_plainly(cls: Any) -> bool:
    return cls.__new__ is object.__new__ and type(cls).__call__ is type.__call__


def _annotated_fields(cls: Any, name: str, where: str, variables: dict[Any, Any]) -> tuple[tuple[Field, ...], str]:
    hints = {each: hint for each, hint in _hints(cls, where).items() if typing.get_origin(hint) is not typing.ClassVar and hint is not typing.ClassVar}
    fields: dict[str, Field] = {}
    for each, hint in hints.items():
        described = _describe(hint, f"{where}: field `{each}` of {name}", variables)
        fields[each] = Field(each, described, default=_class_default(cls, each))
    if cls.__init__ is object.__init__:
        return tuple(fields.values()), "empty"
    for field in fields.values():
        field.init = False
    return _with_init(cls, name, where, variables, fields), "call"


def _class_default(cls: type, name: str) -> Any:
    for each in cls.__mro__:
        if name in each.__dict__:
            value = each.__dict__[name]
            if hasattr(type(value), "__get__") and hasattr(type(value), "__set__"):
                # A native class's field gives its default to the class; other data descriptors give themselves, or raise.
                value, descriptor = getattr(cls, name, MISSING), value
                return MISSING if value is descriptor else value
            return value
    return MISSING


def _with_init(cls: Any, name: str, where: str, variables: dict[Any, Any], fields: dict[str, Field]) -> tuple[Field, ...]:
    """Fields of a class with its own `__init__`: its parameters are what input gives, the annotations what is written."""
    hints = _hints(cls.__init__, where)
    made: dict[str, Field] = {}
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise TypeError(f"{where}: {name}.__init__ has a positional-only parameter `{parameter.name}`")
        known = fields.get(parameter.name)
        if parameter.name in hints:
            place = f"{where}: parameter `{parameter.name}` of {name}.__init__"
            described = _describe(hints[parameter.name], place, variables)
        else:
            described = known.type if known is not None else ANY
        default = MISSING if parameter.default is parameter.empty else parameter.default
        made[parameter.name] = Field(parameter.name, described, default=default, output=known is not None)
    ordered = []
    for each, field in fields.items():
        if each in made:
            ordered.append(made.pop(each))
        else:
            field.init = False
            ordered.append(field)
    return tuple(ordered) + tuple(made.values())


def _typed_dict_fields(cls: Any, where: str, variables: dict[Any, Any]) -> tuple[Field, ...]:
    fields = []
    for each, hint in _hints(cls, where).items():
        described = _describe(hint, f"{where}: key `{each}` of {cls.__qualname__}", variables)
        required = each in cls.__required_keys__
        # Where annotations are text, the class could not see the qualifiers.
        outer = typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint
        while typing.get_origin(outer) in (typing.Required, typing.NotRequired, typing.ReadOnly):
            if typing.get_origin(outer) is not typing.ReadOnly:
                required = typing.get_origin(outer) is typing.Required
            outer = typing.get_args(outer)[0]
        fields.append(Field(each, described, required=required))
    return tuple(fields)


def written_fields(cls: type) -> tuple[tuple[str, bool], ...] | None:
    """The attributes that are written for an instance of `cls`, in order, and whether they are declared to be floats; `None` if it is no model.

    Types that nobody can resolve do no harm.
    """
    if dataclasses.is_dataclass(cls):
        declared: dict[str, Any] = {each.name: each.type for each in dataclasses.fields(cls)}
    elif is_annotated_class(cls):
        declared = {}
        for each in reversed(cls.__mro__):
            for name, hint in _own_annotations(each).items() if each is not object else ():
                shown = hint if isinstance(hint, str) else ""
                if typing.get_origin(hint) is typing.ClassVar or hint is typing.ClassVar or "ClassVar" in shown:
                    continue
                declared[name] = hint
    else:
        return None
    try:
        hints = _hints(cls, "")
    except Exception:  # whatever evaluating them raises
        hints = {}
    return tuple((sys.intern(name), _is_float(hints.get(name, hint))) for name, hint in declared.items())


def _is_float(hint: Any) -> bool:
    """Whether an annotation says `float` and nothing else: under any other name, and with whatever is said besides."""
    for _ in range(100):
        origin = typing.get_origin(hint)
        if isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif isinstance(hint, typing.TypeAliasType):
            try:
                hint = hint.__value__
            except Exception:  # as above
                return False
        elif origin in (typing.Annotated, typing.Final) and typing.get_args(hint):
            hint = typing.get_args(hint)[0]
        else:
            break
    return hint is float or hint == "float"


def _show(annotation: Any) -> str:
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return annotation.__qualname__.rpartition("<locals>.")[2]
    return str(annotation).replace("typing.", "")
