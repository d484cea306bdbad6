"""Who answers now: chains, rings, divided covers, nested absences (R25, R26, R28, R49, GC8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.absences import Absence, Cover, Part, Share, Split
from sms_desk.domain.responsibility import (
    Presence,
    flows,
    responsible,
    told_instead,
    users_of,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANN, BEN, CARA, DAN, EVE = (UUID(int=n) for n in range(1, 6))
PEOPLE = (ANN, BEN, CARA, DAN, EVE)
NUMBER, OTHER = UUID(int=91), UUID(int=92)
_ids = iter(range(1_000, 10**9))


def away(
    person: UUID,
    *covering: UUID,
    new: tuple[UUID, ...] | None = None,
    since: timedelta = timedelta(days=-1),
    until: timedelta | None = timedelta(days=1),
    senders: tuple[Share, ...] = (),
) -> Absence:
    split = Split.ONE if len(covering) < 2 else Split.EVEN
    return Absence(
        UUID(int=next(_ids)),
        person,
        NOON + since,
        None if until is None else NOON + until,
        (
            Cover(Part.CONVERSATIONS, split, tuple(map(Share, covering))),
            Cover(Part.INBOUND, split, tuple(map(Share, covering if new is None else new))),
            Cover(Part.SENDERS, Split.SENDER, senders),
        ),
    )


def now(*absences: Absence, gone: frozenset[UUID] = frozenset()) -> Presence:
    return Presence.at(absences, NOON, gone)


def test_r25_who_is_here_answers_their_own() -> None:
    assert responsible(ANN, now(), {}).people == {ANN}


def test_r25_the_substitute_answers_while_it_lasts_and_not_a_moment_longer() -> None:
    absence = away(ANN, BEN, since=timedelta(0), until=timedelta(hours=1))
    at = {
        moment: responsible(ANN, Presence.at((absence,), moment), {}).people
        for moment in (
            absence.since - timedelta(microseconds=1),
            absence.since,
            NOON + timedelta(hours=1, microseconds=-1),
            NOON + timedelta(hours=1),
        )
    }
    assert list(at.values()) == [{ANN}, {BEN}, {BEN}, {ANN}]


def test_r28_substitutes_absences_are_followed_along_the_chain() -> None:
    found = responsible(ANN, now(away(ANN, BEN), away(BEN, CARA), away(CARA, DAN)), {})
    assert found.people == {DAN}
    assert len(found.chain) == 3


def test_r24_a_ring_ends_in_the_queue() -> None:
    assert responsible(ANN, now(away(ANN, BEN), away(BEN, ANN)), {}).people == set()


def test_r24_a_ring_with_a_second_substitute_ends_with_that_one() -> None:
    ring = away(ANN, BEN, CARA)
    here = now(ring, away(BEN, ANN))
    assert responsible(ANN, here, {ring.id: BEN}).people == {CARA}


def test_r25_a_divided_cover_goes_by_what_was_chosen_and_before_that_to_all() -> None:
    absence = away(ANN, BEN, CARA)
    assert responsible(ANN, now(absence), {}).people == {BEN, CARA}
    assert responsible(ANN, now(absence), {absence.id: CARA}).people == {CARA}
    assert responsible(ANN, now(absence), {absence.id: None}).people == set()


def test_r25_old_and_new_may_go_to_different_people() -> None:
    absence = away(ANN, BEN, new=(CARA,))
    assert absence.sole is None
    assert responsible(ANN, now(absence), {absence.id: BEN}).people == {BEN}


def test_r24_the_share_of_a_substitute_whom_nobody_covers_goes_to_the_others() -> None:
    absence = away(ANN, BEN, CARA)
    here = now(absence, away(BEN))
    assert responsible(ANN, here, {absence.id: BEN}).people == {CARA}


def test_r25_the_inner_absence_counts_and_ending_it_falls_back_to_the_outer() -> None:
    outer = away(ANN, BEN, since=timedelta(days=-3))
    inner = away(ANN, CARA, since=timedelta(hours=-1), until=timedelta(hours=1))
    assert responsible(ANN, now(outer, inner), {}).people == {CARA}
    later = Presence.at((outer, inner), NOON + timedelta(hours=2))
    assert responsible(ANN, later, {}).people == {BEN}


def test_r29_who_is_suspended_is_away_without_end() -> None:
    assert responsible(ANN, now(gone=frozenset({ANN})), {}).people == set()
    assert responsible(ANN, now(away(ANN, BEN), gone=frozenset({ANN})), {}).people == {BEN}
    assert responsible(ANN, now(away(ANN, BEN), gone=frozenset({BEN})), {}).people == set()


def test_r26_a_sender_id_is_lent_to_whom_its_share_names() -> None:
    absence = away(ANN, BEN, senders=(Share(BEN, (NUMBER,)), Share(CARA)))
    assert users_of(NUMBER, ANN, now(absence)) == {BEN}
    assert users_of(OTHER, ANN, now(absence)) == {CARA}
    assert users_of(NUMBER, ANN, now()) == {ANN}


def test_r26_the_loan_follows_the_chain() -> None:
    here = now(away(ANN, senders=(Share(BEN),)), away(BEN, senders=(Share(ANN), Share(DAN))))
    assert users_of(NUMBER, ANN, here) == {DAN}


def test_r23_notices_go_to_whom_the_cover_names() -> None:
    absence = Absence(
        UUID(int=7), ANN, NOON, None, (Cover(Part.NOTIFICATIONS, Split.ONE, (Share(EVE),)),)
    )
    assert told_instead(ANN, now(absence)) == {EVE}
    assert told_instead(ANN, now(absence, gone=frozenset({EVE}))) == set()


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Presence, dict[UUID, UUID | None]]:
    """Absences in any tangle, and what was chosen of one conversation: only real substitutes."""
    absences = []
    chosen: dict[UUID, UUID | None] = {}
    for person in draw(st.lists(st.sampled_from(PEOPLE), max_size=6)):
        some = st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True).map(tuple)
        absence = away(person, *draw(some), new=draw(st.none() | some))
        absences.append(absence)
        if absence.sole is None and draw(st.booleans()):
            chosen[absence.id] = draw(st.sampled_from([None, *sorted(absence.answering)]))
    gone = frozenset(draw(st.lists(st.sampled_from(PEOPLE), max_size=2)))
    return Presence.at(absences, NOON, gone), chosen


@given(worlds(), st.sampled_from(PEOPLE))
def test_r49_a_conversation_takes_exactly_one_way_to_people_who_are_here_or_to_the_queue(
    world: tuple[Presence, dict[UUID, UUID | None]], owner: UUID
) -> None:
    presence, chosen = world
    fitting = [
        flow for flow in flows(owner, presence) if all(step.fits(chosen) for step in flow.steps)
    ]
    assert len(fitting) == 1
    assert not any(presence.is_away(person) for person in fitting[0].people)
    assert fitting[0] == responsible(owner, presence, chosen)
    if not presence.is_away(owner):
        assert fitting[0].people == {owner}
