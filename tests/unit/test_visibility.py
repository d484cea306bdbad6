"""Who sees a conversation, in cases that a picture of any workspace seldom meets (R25, R31)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.model import Actor, PersonId, Role
from sms_desk.domain.scopes import Directory
from sms_desk.domain.visibility import Difference, Sight, difference
from tests.unit.test_responsibility import ANN, BEN, CARA, DAN, EVE, NOON, NUMBER, PEOPLE, away

HEAD = UUID(int=77)


def sight(directory: Directory) -> Sight:
    reps = [Actor(PersonId(one), Role.REP, "UTC") for one in PEOPLE]
    return Sight.at([*reps, Actor(PersonId(HEAD), Role.ADMIN, "UTC")], directory, NOON)


def test_r25_a_divided_cover_of_a_divided_cover_is_seen_by_whom_both_chose() -> None:
    first, then = away(ANN, BEN, CARA), away(BEN, DAN, EVE)
    seen = sight(Directory((), (), frozenset({NUMBER}), absences=(first, then)))
    assert seen.divides(ANN)
    chosen = {first.id: BEN, then.id: DAN}
    assert seen.people(ANN, NUMBER, chosen) == {HEAD, ANN, DAN}
    assert seen.people(ANN, NUMBER, chosen | {first.id: CARA}) == {HEAD, ANN, CARA}


def test_r25_a_cover_by_one_needs_nothing_chosen() -> None:
    seen = sight(Directory((), (), frozenset({NUMBER}), absences=(away(ANN, BEN),)))
    assert not seen.divides(ANN)
    assert not seen.divides(None)
    assert seen.people(ANN, NUMBER) == {HEAD, ANN, BEN}


def test_r31_one_absence_touches_the_conversations_of_one_owner() -> None:
    before = sight(Directory((), (), frozenset({NUMBER})))
    after = sight(Directory((), (), frozenset({NUMBER}), absences=(away(ANN, BEN),)))
    changed = difference(before, after)
    assert changed == Difference(people=frozenset({BEN}), owners=frozenset({ANN}))
