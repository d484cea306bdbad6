"""Whose each of many messages is that nobody owns yet: the rules of `domain.routing` with what the
workspace knows (R19, R20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sms_desk.domain import routing
from sms_desk.domain.model import RoutingRule
from sms_desk.domain.responsibility import flows
from sms_desk.domain.routing import Known, Routing
from sms_desk.domain.scopes import NOBODY, Directory, holders_now, members_now, reachable
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
        self._directory = directory
        self._members = members_now(directory, now)
        self._holders = holders_now(directory, now)
        self._presence = directory.presence(now)
        self._covered = frozenset(
            person
            for person in self._presence.absences
            if any(flow.people for flow in flows(person, self._presence))
        )

    def knows(self, sender_id: UUID) -> bool:
        """Whether the directory had this sender ID."""
        return sender_id in self._holders

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
        holders = self._holders.get(sender_id, NOBODY)
        rule = holders.rule
        contacts = {each.contact_id for each in unowned}
        asks_writers = rule is RoutingRule.LAST_SENDER
        writers = routing_facts.writers(tx, sender_id, contacts) if asks_writers else {}
        owners = routing_facts.contact_owners(tx, contacts) if rule is RoutingRule.OWNER else {}
        turns = routing_facts.turns(tx, sender_id) if rule is RoutingRule.ROUND_ROBIN else []
        candidates = reachable(holders, self._directory, self._members)
        decided = {}
        named = {holders.rule_person_id} if holders.rule_person_id else set()
        for each in unowned:
            asked_of = candidates.union(owners.values(), *writers.values(), named)
            known = Known(
                candidates=candidates,
                writers=writers.get(each.contact_id, ()),
                owner_id=owners.get(each.contact_id),
                turns=turns,
                away=asked_of & self._presence.absences.keys(),
                suspended=self._directory.suspended,
                covered=self._covered,
            )
            found = decided[each.conversation_id] = routing.route(holders, known)
            if found.rule == "round_robin" and found.owner_id is not None:
                turns.insert(0, found.owner_id)
        return decided
