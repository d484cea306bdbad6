"""Frozen rows that are made quickly: hundreds stand in a window, and each change reads them anew."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """`dataclass(frozen=True, slots=True)`, made at twice the speed where it has many fields.

    A frozen dataclass sets each field through `object.__setattr__`, past its own refusal. Here a new
    object is, until it is filled, of a twin class with the same slots that refuses nothing. Fields
    have no `default_factory`.
    """
    made: Any = dataclass(frozen=True, slots=True)(cls)
    assert all(field.default_factory is MISSING for field in fields(made))
    names = [field.name for field in fields(made)]
    source = [
        f"def __init__(self, {', '.join(names)}):",
        "become(self, '__class__', unfrozen)",
        *(f"self.{name} = {name}" for name in names),
        "self.__class__ = made",
    ]
    known: dict[str, Any] = {
        "become": object.__setattr__,
        "unfrozen": type(cls.__name__, (), {"__slots__": tuple(names)}),
        "made": made,
    }
    exec("\n    ".join(source), known)  # noqa: S102 (as dataclasses do; of the fields' names alone)
    init, told = known["__init__"], made.__init__
    init.__defaults__, init.__annotations__ = told.__defaults__, told.__annotations__
    init.__qualname__ = told.__qualname__
    made.__init__ = init
    return made  # type: ignore[no-any-return]
