"""R19, R20: whose a first message is, with its trail."""

from __future__ import annotations

from uuid import UUID

import pytest

from sms_desk.domain.routing import route
from sms_desk.domain.scopes import Holders

ANN, BOB, WEST = UUID(int=1), UUID(int=2), UUID(int=3)


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
