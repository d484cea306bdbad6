"""Whose each of many messages is that nobody owns yet: the rules of `domain.routing` with what the
workspace knows (R19, R20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import RoutingRule
from sms_desk.domain.routing import Facts, Routing, Situation
from sms_desk.domain.scopes import Directory
from sms_desk.store import routing_facts
from sms_desk.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Unowned:
    """A conversation without an owner, in which its contact has written."""

    conversation_id: UUID
    sender_id: UUID
    contact_id: UUID


class Router:
    """Who holds what at one moment, and whose what comes in is therefore."""

    def __init__(self, directory: Directory, now: datetime) -> None:
        self._situation = Situation(directory, now)

    def decide(self, tx: Tx, unowned: Sequence[Unowned]) -> dict[UUID, Routing]:
        """By conversation, in the order in which they came: each turn of a round robin counts for
        the next."""
        by_sender: dict[UUID, list[Unowned]] = defaultdict(list)
        for each in unowned:
            by_sender[each.sender_id].append(each)
        decided: dict[UUID, Routing] = {}
        for sender_id, some in by_sender.items():
            decided |= self._on_one_sender(tx, sender_id, some)
        return decided

    def _on_one_sender(
        self, tx: Tx, sender_id: UUID, unowned: Sequence[Unowned]
    ) -> dict[UUID, Routing]:
        rule = self._situation.rule(sender_id)
        contacts = {each.contact_id for each in unowned}
        asks_writers = rule is RoutingRule.LAST_SENDER
        writers = routing_facts.writers(tx, sender_id, contacts) if asks_writers else {}
        owners = routing_facts.contact_owners(tx, contacts) if rule is RoutingRule.OWNER else {}
        turns = routing_facts.turns(tx, sender_id) if rule is RoutingRule.ROUND_ROBIN else []
        decided = {}
        for each in unowned:
            facts = Facts(
                writers.get(each.contact_id, ()), owners.get(each.contact_id), tuple(turns)
            )
            found = decided[each.conversation_id] = self._situation.decide(sender_id, facts)
            if found.rule == "round_robin" and found.owner_id is not None:
                turns.insert(0, found.owner_id)
        return decided
