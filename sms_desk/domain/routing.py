"""Whose a message is that nobody owns yet, and why (R19, R20).

Each rule looks at who holds the sender ID and what is known of the contact, and says nothing or
decides; the first that decides counts. Whoever holds a sender ID alone gets what comes in; among
several the rule that stands on the holding decides. A rule that finds nobody leaves the message in
Unrouted and says why: it never falls on whoever happens to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import RoutingRule
from sms_desk.domain.responsibility import Flow, flows
from sms_desk.domain.scopes import (
    NOBODY,
    Directory,
    Holders,
    holders_now,
    members_now,
    reachable,
)

UNROUTED = "unrouted"
"""The outcome of a message that came to nobody."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules look at beside the holders.

    candidates: the present people who hold it, however they do; None: those named on it.
    writers: who of us wrote to this contact from it, newest first. owner_id: whose the
    conversation, or else the contact, is. turns: whom round robin chose on this sender ID, newest
    first. away: who of the candidates is left out because they are absent.
    """

    candidates: frozenset[UUID] | None = None
    writers: Sequence[UUID] = ()
    owner_id: UUID | None = None
    turns: Sequence[UUID] = ()
    away: frozenset[UUID] = frozenset()
    suspended: frozenset[UUID] = frozenset()
    covered: frozenset[UUID] = frozenset()


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Routing:
    """owner_id None: nobody's yet. rule, outcome, why: stable words; candidates: who came into
    question; why: what the rule went by, or what it lacked."""

    rule: str
    outcome: str
    owner_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    why: str = ""
    away: tuple[UUID, ...] = ()

    def trail(self) -> dict[str, Any]:
        """As kept with the event, readable as "Why is this here?" (R20)."""
        found: dict[str, Any] = {
            "rule": self.rule,
            "candidates": [str(person_id) for person_id in self.candidates],
            "outcome": self.outcome,
        }
        if self.why:
            found["why"] = self.why
        if self.away:
            found["absent"] = [str(person_id) for person_id in self.away]
        return found


def trail(
    routed: Routing | None, owner_id: UUID | None, flow: Flow | None = None
) -> dict[str, Any]:
    """How one message found who answers it (R20). routed: what was decided, where nobody owned it;
    owner_id: whose it is by now; flow: who answers it instead, where that person is away."""
    if routed is not None:
        found = routed.trail()
    else:
        found = {"rule": "owned" if flow is None else "cover", "outcome": "owner"}
    if owner_id is not None:
        found["owner"] = str(owner_id)
    if flow is not None:
        found["outcome"] = "cover" if flow.people else "unassigned"
        found["away"] = str(owner_id)
        found["answering"] = [str(one) for one in sorted(flow.people)]
        found["chain"] = [str(one) for one in flow.chain]
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """One message on its way, with the present candidates in the order of their ids."""

    holders: Holders
    known: Known
    candidates: tuple[UUID, ...]

    def to(self, rule: str, owner_id: UUID, why: str = "") -> Routing:
        return Routing(
            rule, "owner", owner_id, self.candidates, why, tuple(sorted(self.known.away))
        )

    def nobody(self, rule: str, why: str = "") -> Routing:
        return Routing(rule, UNROUTED, None, self.candidates, why, tuple(sorted(self.known.away)))


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened before a message, as far as its rule asks for it: see `Known`."""

    writers: Sequence[UUID] = ()
    owner_id: UUID | None = None
    turns: Sequence[UUID] = ()


NO_FACTS = Facts()


class Situation:
    """Who holds what and who is here at one moment, and whose what comes in is therefore."""

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
        self._reachable: dict[UUID, frozenset[UUID]] = {}

    def rule(self, sender_id: UUID) -> RoutingRule | None:
        """By which several holders share it."""
        return self._holders.get(sender_id, NOBODY).rule

    def decide(self, sender_id: UUID, facts: Facts = NO_FACTS) -> Routing:
        """Whose a message on this sender ID is that nobody owns."""
        holders = self._holders.get(sender_id, NOBODY)
        candidates = self._candidates(sender_id, holders)
        named = (holders.rule_person_id, facts.owner_id)
        asked_of = candidates.union(facts.writers, (one for one in named if one is not None))
        known = Known(
            candidates=candidates,
            writers=facts.writers,
            owner_id=facts.owner_id,
            turns=facts.turns,
            away=asked_of & self._presence.absences.keys(),
            suspended=self._directory.suspended,
            covered=self._covered,
        )
        return route(holders, known)

    def _candidates(self, sender_id: UUID, holders: Holders) -> frozenset[UUID]:
        if sender_id not in self._reachable:
            found = reachable(holders, self._directory, self._members)
            self._reachable[sender_id] = found
        return self._reachable[sender_id]


Rule = Callable[[_Asked], Routing | None]


def _no_holder(asked: _Asked) -> Routing | None:
    if not asked.holders.nobody:
        return None
    return asked.nobody("program_only" if asked.holders.programs else "no_holder")


def _nobody_present(asked: _Asked) -> Routing | None:
    """Held, but by nobody who is here: an empty group, or people who left or are away."""
    if asked.candidates or asked.holders.rule is RoutingRule.NAMED:
        return None
    return asked.nobody("nobody_present")


def _one_holder(asked: _Asked) -> Routing | None:
    if asked.holders.shared or len(asked.candidates) != 1:
        return None
    return asked.to("one_holder", asked.candidates[0])


def _last_sender(asked: _Asked) -> Routing | None:
    if asked.holders.rule is not RoutingRule.LAST_SENDER:
        return None
    for writer in asked.known.writers:
        if writer in asked.candidates:
            return asked.to("last_sender", writer)
    why = "writers_gone" if asked.known.writers else "nobody_wrote"
    return asked.nobody("last_sender", why)


def _owner(asked: _Asked) -> Routing | None:
    if asked.holders.rule is not RoutingRule.OWNER:
        return None
    owner_id = asked.known.owner_id
    if owner_id is None:
        return asked.nobody("owner", "no_owner")
    if owner_id not in asked.candidates and owner_id not in asked.known.covered:
        return asked.nobody("owner", "owner_away" if owner_id in asked.known.away else "owner_gone")
    return asked.to("owner", owner_id)


def _round_robin(asked: _Asked) -> Routing | None:
    """Whose turn is longest ago; of those who never had one, the first by id."""
    if asked.holders.rule is not RoutingRule.ROUND_ROBIN:
        return None
    last = {person_id: at for at, person_id in reversed(tuple(enumerate(asked.known.turns)))}
    never = len(asked.known.turns)
    longest = max(asked.candidates, key=lambda one: (last.get(one, never), -one.int))
    return asked.to("round_robin", longest)


def _named(asked: _Asked) -> Routing | None:
    """Whoever is named gets it, also where they do not hold the sender ID themselves."""
    if asked.holders.rule is not RoutingRule.NAMED:
        return None
    named = asked.holders.rule_person_id
    if named is None or named in asked.known.suspended:
        return asked.nobody("named", "named_gone")
    if named in asked.known.away - asked.known.covered:
        return asked.nobody("named", "named_away")
    return asked.to("named", named)


def _everyone(asked: _Asked) -> Routing | None:
    stated = asked.holders.rule is RoutingRule.EVERYONE
    rule = "everyone" if stated else "several_holders"
    return Routing(
        rule, "shared_inbox", None, asked.candidates, "", tuple(sorted(asked.known.away))
    )


RULES: tuple[Rule, ...] = (
    _no_holder,
    _nobody_present,
    _one_holder,
    _last_sender,
    _owner,
    _round_robin,
    _named,
    _everyone,
)


def after_leaving(
    rule: RoutingRule | None, named: UUID | None, leaver: UUID, takers: Sequence[UUID]
) -> tuple[RoutingRule | None, UUID | None]:
    """A rule once somebody gives a sender ID away: one that names them names who takes it, where
    that is one person; of several, or none, the contact's owner decides (R29, R30)."""
    if rule is not RoutingRule.NAMED or named != leaver:
        return rule, named
    return (RoutingRule.NAMED, takers[0]) if len(takers) == 1 else (RoutingRule.OWNER, None)


def route(holders: Holders, known: Known = NOTHING_KNOWN) -> Routing:
    """Whose a message on a sender ID is that nobody owns."""
    people = holders.people if known.candidates is None else known.candidates
    asked = _Asked(holders, known, tuple(sorted(_candidates(holders, people, known))))
    if known.candidates is None and holders.shared and not holders.people:
        # Without the members of its groups nobody can be chosen, but somebody is there.
        return Routing("several_holders", "shared_inbox")
    for rule in RULES:
        decided = rule(asked)
        if decided is not None:
            return decided
    raise AssertionError("the last rule takes what is left")


def _candidates(holders: Holders, people: frozenset[UUID], known: Known) -> frozenset[UUID]:
    """Who is present; if nobody is, whoever has a substitute. Who holds it alone keeps what comes
    in even without one: it stands in Unassigned until somebody is back (R25, R49)."""
    here = people - known.suspended
    found = here - known.away or here & known.covered
    return found or (here if len(here) == 1 and not holders.shared else frozenset())
