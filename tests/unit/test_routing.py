"""R19, R20: whose a first message is, with its trail."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.model import RoutingRule
from sms_desk.domain.routing import UNROUTED, Known, route
from sms_desk.domain.scopes import Holders

ANN, BOB, WEST, CARA = (UUID(int=n) for n in range(1, 5))


@pytest.mark.parametrize(
    ("holders", "rule", "outcome", "owner"),
    [
        (Holders(people=frozenset({ANN})), "one_holder", "owner", ANN),
        (
            Holders(people=frozenset({ANN}), programs=frozenset({WEST})),
            "one_holder",
            "owner",
            ANN,
        ),
        (Holders(people=frozenset({ANN, BOB})), "several_holders", "shared_inbox", None),
        (Holders(groups=frozenset({WEST})), "several_holders", "shared_inbox", None),
        (
            Holders(people=frozenset({ANN}), organisation=True),
            "several_holders",
            "shared_inbox",
            None,
        ),
        (Holders(programs=frozenset({WEST})), "program_only", "unrouted", None),
        (Holders(), "no_holder", "unrouted", None),
    ],
)
def test_who_gets_it_and_why(holders: Holders, rule: str, outcome: str, owner: UUID | None) -> None:
    decided = route(holders)
    assert (decided.rule, decided.outcome, decided.owner_id) == (rule, outcome, owner)
    assert decided.trail() == {
        "rule": rule,
        "outcome": outcome,
        "candidates": [str(person) for person in sorted(holders.people)],
    }


# --- several holders: the rule on the holding (R19) ----------------------------------------------------


def of(rule: RoutingRule, named: UUID | None = None) -> Holders:
    return Holders(groups=frozenset({WEST}), rule=rule, rule_person_id=named)


def test_r19_last_sender_is_the_present_holder_who_wrote_last() -> None:
    holders = of(RoutingRule.LAST_SENDER)
    both = frozenset({ANN, BOB})
    assert route(holders, Known(both, writers=(BOB, ANN))).owner_id == BOB
    absent = route(holders, Known(both, writers=(BOB, ANN), away=frozenset({BOB})))
    assert (absent.owner_id, absent.trail()["absent"]) == (ANN, [str(BOB)])
    gone = route(holders, Known(frozenset({ANN}), writers=(BOB,)))
    assert (gone.outcome, gone.why) == (UNROUTED, "writers_gone")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (RoutingRule.LAST_SENDER, "nobody_wrote"),
        (RoutingRule.OWNER, "no_owner"),
        (RoutingRule.NAMED, "named_gone"),
    ],
)
def test_r19_an_unknown_contact_goes_by_the_same_rule_and_nobody_is_unrouted(
    rule: RoutingRule, why: str
) -> None:
    decided = route(of(rule), Known(frozenset({ANN, BOB})))
    assert (decided.rule, decided.outcome, decided.owner_id, decided.why) == (
        rule,
        UNROUTED,
        None,
        why,
    )


def test_r19_owner_named_and_everyone() -> None:
    both = Known(frozenset({ANN, BOB}), owner_id=BOB)
    assert route(of(RoutingRule.OWNER), both).owner_id == BOB
    assert route(of(RoutingRule.OWNER), replace(both, owner_id=CARA)).why == "owner_gone"
    assert route(of(RoutingRule.NAMED, CARA), both).owner_id == CARA
    suspended = replace(both, suspended=frozenset({CARA}))
    assert route(of(RoutingRule.NAMED, CARA), suspended).outcome == UNROUTED
    everyone = route(of(RoutingRule.EVERYONE), both)
    assert (everyone.rule, everyone.outcome, everyone.owner_id) == (
        "everyone",
        "shared_inbox",
        None,
    )


def test_r19_one_holder_gets_it_whatever_the_rule() -> None:
    for rule in RoutingRule:
        alone = Holders(people=frozenset({ANN}), rule=rule, rule_person_id=BOB)
        assert route(alone, Known(frozenset({ANN}))).owner_id == ANN


def test_r19_an_empty_group_or_only_who_left_is_nobody() -> None:
    for rule in (None, *RoutingRule):
        holders = Holders(groups=frozenset({WEST}), rule=rule)
        decided = route(holders, Known(frozenset()))
        assert (decided.outcome, decided.owner_id) == (UNROUTED, None)
    left = Holders(people=frozenset({ANN}))
    assert route(left, Known(frozenset({ANN}), suspended=frozenset({ANN}))).outcome == UNROUTED


PEOPLE = [UUID(int=n) for n in range(1, 7)]
SOME = st.frozensets(st.sampled_from(PEOPLE))
RULES = st.sampled_from((None, *RoutingRule))
KNOWN = st.builds(
    Known,
    candidates=SOME,
    writers=st.lists(st.sampled_from(PEOPLE), max_size=8),
    owner_id=st.sampled_from((None, *PEOPLE)),
    turns=st.lists(st.sampled_from(PEOPLE), max_size=12),
    away=SOME,
    suspended=SOME,
)
HOLDERS = st.builds(
    Holders,
    people=SOME,
    groups=st.frozensets(st.sampled_from([WEST])),
    organisation=st.booleans(),
    programs=st.frozensets(st.sampled_from([WEST])),
    rule=RULES,
    rule_person_id=st.sampled_from((None, *PEOPLE)),
)


@given(HOLDERS, KNOWN)
def test_r19_never_to_who_is_away_or_left_nor_to_a_stranger(holders: Holders, known: Known) -> None:
    decided = route(holders, known)
    assert decided == route(holders, known)
    assert (decided.outcome == "owner") == (decided.owner_id is not None)
    assert known.candidates is not None
    if decided.owner_id is not None:
        assert decided.owner_id not in known.suspended
        if decided.owner_id in known.away:  # who holds it alone keeps it (R25, R49)
            assert known.candidates - known.suspended == {decided.owner_id}
            assert not holders.shared
        if decided.rule != "named":
            assert decided.owner_id in known.candidates
    if decided.outcome == "shared_inbox":
        assert set(decided.candidates) == known.candidates - known.away - known.suspended
        assert decided.candidates
    json.dumps(decided.trail())


@given(
    st.lists(st.frozensets(st.sampled_from(PEOPLE), min_size=1), min_size=1, max_size=60),
)
def test_r19_round_robin_is_fair_whoever_comes_and_goes(present: list[frozenset[UUID]]) -> None:
    """Nobody present is passed over twice while another present one has two turns."""
    turns: list[UUID] = []
    for people in present:
        known = Known(people, turns=tuple(turns))
        chosen = route(of(RoutingRule.ROUND_ROBIN), known).owner_id
        assert chosen is not None
        last = {person: turns.index(person) if person in turns else 999 for person in people}
        assert last[chosen] == max(last.values())
        turns.insert(0, chosen)


@given(st.integers(1, 6), st.integers(1, 40))
def test_r19_round_robin_shares_evenly(people: int, messages: int) -> None:
    turns: list[UUID] = []
    for _ in range(messages):
        known = Known(frozenset(PEOPLE[:people]), turns=tuple(turns))
        chosen = route(of(RoutingRule.ROUND_ROBIN), known).owner_id
        assert chosen is not None
        turns.insert(0, chosen)
    had = [turns.count(person) for person in PEOPLE[:people]]
    assert max(had) - min(had) <= 1
