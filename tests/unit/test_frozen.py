"""A frozen value is a frozen dataclass in all but the time it takes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Generic, TypeVar

import pytest

from sms_desk.domain.frozen import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Quick:
    """A row."""

    id: int
    name: str = "nobody"
    tags: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.id} {self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    id: int
    name: str = "nobody"
    tags: tuple[str, ...] = ()


def test_it_is_made_as_a_dataclass_is() -> None:
    row = Quick(1, name="Ann")
    assert type(row) is Quick
    assert (row.id, row.name, row.tags, row.shown) == (1, "Ann", (), "1 Ann")
    assert row == Quick(1, "Ann", ()) != Quick(2)
    assert hash(row) == hash(Plain(1, "Ann"))
    assert repr(row) == repr(Plain(1, "Ann")).replace("Plain", "Quick")
    assert [(f.name, f.default) for f in fields(Quick)] == [
        (f.name, f.default) for f in fields(Plain)
    ]
    assert replace(row, id=2) == Quick(2, "Ann")
    assert asdict(row) == asdict(Plain(1, "Ann"))
    assert pickle.loads(pickle.dumps(row)) == row == copy.deepcopy(row)


def test_it_stays_as_it_was_made() -> None:
    row = Quick(1)
    with pytest.raises(FrozenInstanceError):
        row.id = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del row.id
    with pytest.raises(AttributeError):
        row.__dict__  # noqa: B018
    assert row == Quick(1)


def test_a_missing_or_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="missing 1 required"):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword"):
        Quick(1, mood="angry")  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    at: int
    by: str = field(default="me", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Base):
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.at < 0:
            raise ValueError("at")


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


def test_it_inherits_fields_makes_defaults_and_checks_itself() -> None:
    one, other = Derived(at=1), Derived(at=1, by="you")
    assert type(one) is Derived
    assert (one.at, one.by, one.names) == (1, "me", [])
    assert one.names is not other.names
    assert one == other
    assert one != Base(at=1)
    assert repr(other) == "Derived(at=1, names=[])"
    with pytest.raises(FrozenInstanceError):
        one.at = 2  # type: ignore[misc]
    with pytest.raises(ValueError, match="at"):
        Derived(at=-1)
    with pytest.raises(TypeError):
        Derived(1)  # type: ignore[call-arg]


def test_it_may_be_empty() -> None:
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert repr(Nothing()) == "Nothing()"


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    rows: tuple[T, ...]


def test_it_may_be_generic() -> None:
    assert Rows[int]((1,)) == Rows((1,))
    assert type(Rows[int]((1,))) is Rows
