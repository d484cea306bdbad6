"""Where messages would have gone under another rule, or with other holders (R19, R20).

The messages that came in are gone through again in the order in which they were decided. What
people did stays as it was: where somebody moved a conversation in between, it is theirs from there
on. Only what a rule decided is decided anew, by what was known before each message: who had written
until then, whose the contact was, whose turn it was, who was away. A conversation that thereby
finds an owner keeps that owner for what follows, as a real one would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import RoutingRule
from sms_desk.domain.routing import UNROUTED, Facts, Routing, Situation
from sms_desk.domain.scopes import Directory, Holding

_ALWAYS = datetime.min.replace(tzinfo=UTC)
_OWNED = ("owned", "cover")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands. owner_id None: nobody's; outcome then tells the shared inbox from
    Unrouted."""

    owner_id: UUID | None
    outcome: str = "owner"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that came in, and its trail. at: when it was decided."""

    message_id: UUID
    conversation_id: UUID
    contact_id: UUID
    position: int
    at: datetime
    trail: Mapping[str, Any]

    @property
    def was_owned(self) -> bool:
        """Whether no rule had to decide."""
        return self.trail.get("rule") in _OWNED

    @property
    def went(self) -> Place:
        owner = self.trail.get("owner")
        if owner is not None:
            return Place(UUID(owner))
        return Place(None, str(self.trail.get("outcome", UNROUTED)))


@dataclass(frozen=True, slots=True)
class Wrote:
    """One of us wrote to a contact. at: when the desk knew it."""

    at: datetime
    position: int
    contact_id: UUID
    author_id: UUID


@dataclass(frozen=True, slots=True)
class Gave:
    """A contact's owner changed. before: whose it was until then."""

    at: datetime
    contact_id: UUID
    before: UUID | None


@dataclass(frozen=True, slots=True)
class Past:
    """What the rules look at, with its time. turns: before the first message, newest first;
    owners: whose each contact is now; gave: newest first."""

    wrote: Sequence[Wrote] = ()
    owners: Mapping[UUID, UUID] = field(default_factory=dict)
    gave: Sequence[Gave] = ()
    turns: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """One message, where it went and where it would have gone. routing: what the other rule
    decided; None where the conversation had an owner by then."""

    arrived: Arrived
    would: Place
    routing: Routing | None

    @property
    def differs(self) -> bool:
        return self.arrived.went != self.would


def held_by(directory: Directory, sender_id: UUID, holdings: Iterable[Holding]) -> Directory:
    """The same, as if the sender ID had always been held like this; who was away or belonged where
    stays dated."""
    others = [each for each in directory.holdings if each.sender_id != sender_id]
    always = [replace(each, since=_ALWAYS, until=None) for each in holdings]
    return replace(directory, holdings=(*others, *always))


def with_rule(
    holdings: Sequence[Holding], rule: RoutingRule | None, person_id: UUID | None
) -> tuple[Holding, ...]:
    """The same holders, sharing by another rule."""
    return tuple(replace(each, rule=rule, rule_person_id=person_id) for each in holdings)


class Times:
    """The situation at any moment. gone: since when somebody does not work here any more."""

    def __init__(self, directory: Directory, gone: Mapping[UUID, datetime]) -> None:
        self._directory = directory
        self._everybody = directory.people | directory.suspended
        self._gone = gone
        self._known: dict[tuple[datetime, frozenset[UUID]], Situation] = {}

    def at(self, moment: datetime) -> Situation:
        """Made once for as long as nothing dated begins or ends."""
        gone = frozenset(one for one, since in self._gone.items() if since <= moment)
        key = (self._directory.period(moment), gone)
        if key not in self._known:
            then = replace(self._directory, people=self._everybody - gone, suspended=gone)
            self._known[key] = Situation(then, moment)
        return self._known[key]


def try_out(
    arrived: Iterable[Arrived], sender_id: UUID, times: Times, past: Past
) -> tuple[Tried, ...]:
    """Each message on one sender ID, in the order in which they were decided."""
    trial = _Trial(sender_id, times, past)
    return tuple(map(trial.next, sorted(arrived, key=lambda one: (one.at, one.position))))


class _Trial:
    """One run through the messages. real, other: whose each conversation is, in truth and here."""

    def __init__(self, sender_id: UUID, times: Times, past: Past) -> None:
        self._sender_id = sender_id
        self._times = times
        self._turns = list(dict.fromkeys(past.turns))
        self._owners = past.owners
        self._wrote: dict[UUID, list[Wrote]] = defaultdict(list)
        for each in past.wrote:
            self._wrote[each.contact_id].append(each)
        self._gave: dict[UUID, list[Gave]] = defaultdict(list)
        for gift in past.gave:
            self._gave[gift.contact_id].append(gift)
        self._last: dict[UUID, Arrived] = {}
        self._other: dict[UUID, UUID | None] = {}

    def next(self, message: Arrived) -> Tried:
        owner = self._owner_before(message)
        routing = None if owner is not None else self._decide(message)
        if routing is not None:
            owner = routing.owner_id
        self._last[message.conversation_id] = message
        self._other[message.conversation_id] = owner
        if owner is not None:
            return Tried(message, Place(owner), routing)
        assert routing is not None, "what nobody owns was just decided"
        return Tried(message, Place(None, routing.outcome), routing)

    def _owner_before(self, message: Arrived) -> UUID | None:
        """Whose the conversation is when the message comes, as things went here."""
        truth = message.went.owner_id if message.was_owned else None
        last = self._last.get(message.conversation_id)
        if last is None:
            return truth
        # Several of one batch have the trail of the first: nothing happened between them.
        same_batch = message.at == last.at
        if same_batch or truth == last.went.owner_id:
            return self._other[message.conversation_id]
        return truth

    def _decide(self, message: Arrived) -> Routing:
        facts = Facts(self._writers(message), self._contact_owner(message), tuple(self._turns))
        found = self._times.at(message.at).decide(self._sender_id, facts)
        if found.rule == "round_robin" and found.owner_id is not None:
            self._take_turn(found.owner_id)
        return found

    def _take_turn(self, person_id: UUID) -> None:
        """Only everybody's latest turn counts; all of them would be looked through each time."""
        self._turns = [person_id, *(one for one in self._turns if one != person_id)]

    def _writers(self, message: Arrived) -> tuple[UUID, ...]:
        """Who had written to the contact by then, newest first."""
        newest: dict[UUID, int] = {}
        for each in self._wrote.get(message.contact_id, ()):
            if each.at <= message.at:
                newest[each.author_id] = max(each.position, newest.get(each.author_id, 0))
        return tuple(sorted(newest, key=lambda one: newest[one], reverse=True))

    def _contact_owner(self, message: Arrived) -> UUID | None:
        """Whose contact it was then: what changed since is taken back."""
        owner = self._owners.get(message.contact_id)
        for gift in self._gave.get(message.contact_id, ()):
            if gift.at <= message.at:
                break
            owner = gift.before
        return owner
