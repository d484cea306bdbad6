"""A frozen row is a frozen dataclass in all but the time it takes."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, fields, replace

import pytest

from sms_desk.services.frozen import frozen


@frozen
class Quick:
    """A row."""

    id: int
    name: str = "nobody"
    tags: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.id} {self.name}"


@dataclass(frozen=True, slots=True)
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
    assert pickle.loads(pickle.dumps(row)) == row


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
