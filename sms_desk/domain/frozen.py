"""Frozen values that cost little to declare, and little to make.

The standard library's `dataclass(frozen=True, slots=True)` compiles six methods for each class, 1.7 ms
of every start, most of them for screens that nobody opens then; and it sets each field through
`object.__setattr__`, past its own refusal. Here comparing, hashing and showing are shared by all,
`__init__` is compiled when the first one is made, and a new object is, until it is filled, of a twin
class with the same slots that refuses nothing. All else is the standard library's: `field`, `fields`,
`replace`, `asdict`, `match`.

Nobody inherits from such a class without being one too.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from operator import attrgetter
from typing import Any, Literal, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(field_specifiers=(dataclasses.field, Field))
def dataclass(
    *, frozen: Literal[True], slots: Literal[True], kw_only: bool = False
) -> Callable[[type[T]], type[T]]:
    """As the standard library's, by the same words."""
    assert frozen
    assert slots
    return lambda cls: _made(cls, kw_only=kw_only)


def _made(cls: type[T], *, kw_only: bool) -> type[T]:
    said = cls.__doc__
    cls.__doc__ = said or cls.__name__  # else the signature is worked out, to stand there
    bare = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
    made: Any = bare(cls)
    made.__doc__ = said
    compared = _values([each.name for each in fields(made) if each.compare])

    def make(self: Any, *args: Any, **kwargs: Any) -> None:
        made.__init__ = _initializer(made)
        made.__init__(self, *args, **kwargs)

    def equals(self: Any, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented  # type: ignore[no-any-return]
        return bool(compared(self) == compared(other))

    made.__init__, made.__eq__, made.__signature__ = make, equals, _SIGNATURE
    made.__hash__ = lambda self: hash(compared(self))
    made.__repr__, made.__setattr__, made.__delattr__ = _shown, _refuse, _refuse
    made.__getstate__, made.__setstate__ = _state, _fill
    return made  # type: ignore[no-any-return]


class _Signature:
    """What `inspect.signature` says of such a class, which its first `__init__` does not."""

    def __get__(self, _value: object, cls: type[Any]) -> inspect.Signature:
        whole = inspect.signature(_initializer(cls))
        return whole.replace(parameters=list(whole.parameters.values())[1:])


_SIGNATURE = _Signature()


def _values(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _value: ()


def _shown(self: Any) -> str:
    said = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{self.__class__.__qualname__}({', '.join(said)})"


def _refuse(_self: Any, name: str, *_value: Any) -> NoReturn:
    raise FrozenInstanceError(f"{name!r} does not change")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in fields(self)]


def _fill(self: Any, state: list[Any]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


def _initializer(made: Any) -> Callable[..., None]:
    """`__init__` as one would write it by hand."""
    own = {"__slots__": made.__slots__, "__setattr__": object.__setattr__}
    if "__orig_bases__" in vars(made):  # what it is generic in
        own["__orig_bases__"] = made.__orig_bases__
    known: dict[str, Any] = {
        "become": object.__setattr__,
        "unfrozen": type(made.__name__, made.__bases__, own),
        "made": made,
        "MISSING": MISSING,
    }
    asked, filled = ["self"], []
    for each in sorted(fields(made), key=lambda one: bool(one.kw_only)):
        if each.kw_only and "*" not in asked:
            asked.append("*")
        default, value = _default(each, known)
        asked.append(each.name + default)
        filled.append(f"self.{each.name} = {value}")
    source = [
        f"def __init__({', '.join(asked)}):",
        "become(self, '__class__', unfrozen)",
        *filled,
        "self.__class__ = made",
        *(["self.__post_init__()"] if hasattr(made, "__post_init__") else []),
    ]
    exec("\n    ".join(source), known)  # noqa: S102 (as dataclasses do; of the fields' names alone)
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _default(of: Field[Any], known: dict[str, Any]) -> tuple[str, str]:
    """How a field stands among the arguments after its name, and what is kept of it."""
    name = of.name
    if of.default_factory is not MISSING:
        known[f"make_{name}"] = of.default_factory
        return " = MISSING", f"make_{name}() if {name} is MISSING else {name}"
    if of.default is not MISSING:
        known[f"default_{name}"] = of.default
        return f" = default_{name}", name
    return "", name
