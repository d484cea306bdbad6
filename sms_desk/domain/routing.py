"""Whose a first message is, and why (R19, R20).

Each rule looks at who holds the sender ID and says nothing or decides; the first that decides
counts. The routing issue adds rules (last sender, round robin, …) to RULES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sms_desk.domain.scopes import Holders


@dataclass(frozen=True, slots=True)
class Routing:
    """owner_id None: nobody's yet. rule, outcome: stable words; candidates: who came into question."""

    rule: str
    outcome: str
    owner_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()

    def trail(self) -> dict[str, Any]:
        """As kept with the event, readable as "Why is this here?" (R20)."""
        return {
            "rule": self.rule,
            "candidates": [str(person_id) for person_id in self.candidates],
            "outcome": self.outcome,
        }


Rule = Callable[[Holders], Routing | None]


def _one_holder(holders: Holders) -> Routing | None:
    if holders.shared or len(holders.people) != 1:
        return None
    (person_id,) = holders.people
    return Routing("one_holder", "owner", person_id, (person_id,))


def _several_holders(holders: Holders) -> Routing | None:
    if not holders.shared:
        return None
    return Routing("several_holders", "shared_inbox", None, tuple(sorted(holders.people)))


def _nobody(holders: Holders) -> Routing | None:
    rule = "program_only" if holders.programs else "no_holder"
    return Routing(rule, "unrouted") if holders.nobody else None


RULES: tuple[Rule, ...] = (_one_holder, _several_holders, _nobody)


def route(holders: Holders) -> Routing:
    """Whose a contact's first message on a sender ID is."""
    for rule in RULES:
        decided = rule(holders)
        if decided is not None:
            return decided
    raise AssertionError("the last rule takes what is left")
