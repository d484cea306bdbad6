"""Who holds which sender ID now, and what a person may therefore see (R12, R31, R59)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sms_desk.domain.absences import Absence
from sms_desk.domain.model import Actor, HolderKind, Role, RoutingRule
from sms_desk.domain.responsibility import Flow, Presence, Step, flows, users_of

Ways = tuple[tuple[UUID, tuple[tuple[Step, ...], ...]], ...]
"""By owner, what has to be stored of a conversation, one way or another; () for all of them."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A dated row: who holds a sender ID, from when to when, and how what comes in is routed."""

    sender_id: UUID
    kind: HolderKind
    holder_id: UUID | None
    since: datetime
    until: datetime | None
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A dated row: who belongs to a team or profile."""

    person_id: UUID
    team_id: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds one sender ID now: people by name, and whether all or a program do.

    rule: the one on the newest holding that states any (R19); None: nobody said.
    """

    people: frozenset[UUID] = frozenset()
    groups: frozenset[UUID] = frozenset()
    organisation: bool = False
    programs: frozenset[UUID] = frozenset()
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None

    @property
    def shared(self) -> bool:
        """A shared inbox: several people, a profile, a team or all (semantics, words)."""
        return len(self.people) > 1 or bool(self.groups) or self.organisation

    @property
    def nobody(self) -> bool:
        """No person can be reached through it: its conversations are unrouted."""
        return not (self.people or self.groups or self.organisation)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person may see (R31). everything: an admin; then the sets only sort the scopes.

    held: sender IDs that the person holds alone or with others; shared: the shared inboxes among
    them; unheld: sender IDs through which nobody of us is reached (no holder, or an empty group, or
    only who left), which supervisors and admins see; unrouted: those, and for supervisors and admins
    the ones whose rule has to choose somebody, on which what nobody owns is Unrouted; people: members of the teams that a supervisor
    leads, and team_senders: what those hold. covering: conversations of absent owners that the
    person answers now; uncovered: those that nobody answers, which stand in Unassigned; lent:
    sender IDs of absent people that the person may use (R25, R26).
    """

    person_id: UUID
    everything: bool
    sees_unrouted: bool
    held: frozenset[UUID] = frozenset()
    shared: frozenset[UUID] = frozenset()
    unheld: frozenset[UUID] = frozenset()
    unrouted: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()
    team_senders: frozenset[UUID] = frozenset()
    covering: Ways = ()
    uncovered: Ways = ()
    lent: frozenset[UUID] = frozenset()

    def may_use(self, sender_id: UUID) -> bool:
        """Whether the person may write from a sender ID: held, or lent by who is absent."""
        return sender_id in self.held or sender_id in self.lent

    @property
    def writable(self) -> frozenset[UUID]:
        """From which sender IDs the person may write, and with which begin a conversation: those
        that they may use; a supervisor also their teams' and what nobody holds (R12, R16, R31)."""
        theirs = self.held | self.lent | self.team_senders
        return theirs | self.unheld if self.sees_unrouted else theirs

    def may_write(self, sender_id: UUID) -> bool:
        return self.everything or sender_id in self.writable


@dataclass(frozen=True)
class Directory:
    """Dated rows of one moment, as the store read them."""

    holdings: tuple[Holding, ...]
    memberships: tuple[Membership, ...]
    sender_ids: frozenset[UUID]
    inbound_of: Mapping[UUID, UUID] = field(default_factory=dict)
    """One-way sender ID → the inbound number whose conversations it writes into (R60)."""
    people: frozenset[UUID] = frozenset()
    """Who works here now."""
    suspended: frozenset[UUID] = frozenset()
    """Who does not any more: they hold what they held, but nothing new comes to them."""
    absences: tuple[Absence, ...] = ()
    """Those that have not ended yet when they were read, and later ones."""

    def presence(self, now: datetime) -> Presence:
        return Presence.at(self.absences, now, self.suspended)

    def period(self, now: datetime) -> datetime:
        """When the last dated row began or ended before `now`: until the next one does, the same
        people hold the same."""
        n = bisect_right(self._boundaries, now)
        return self._boundaries[n - 1] if n else now

    def until(self, now: datetime) -> datetime | None:
        """When the next dated row begins or ends; None where none will."""
        n = bisect_right(self._boundaries, now)
        return self._boundaries[n] if n < len(self._boundaries) else None

    @cached_property
    def _boundaries(self) -> tuple[datetime, ...]:
        dated: tuple[Holding | Membership | Absence, ...] = (
            *self.holdings,
            *self.memberships,
            *self.absences,
        )
        return tuple(sorted({at for row in dated for at in (row.since, row.until) if at}))


NOBODY = Holders()


def holders_now(directory: Directory, now: datetime) -> dict[UUID, Holders]:
    """Per sender ID, who holds it at `now`; sender IDs without a holder map to nobody."""
    found: dict[UUID, list[Holding]] = defaultdict(list)
    for holding in directory.holdings:
        if _runs(holding.since, holding.until, now):
            found[holding.sender_id].append(holding)
    held = {sender: _holders(holdings) for sender, holdings in found.items()}
    return {sender: held.get(sender, NOBODY) for sender in directory.sender_ids}


def members_now(directory: Directory, now: datetime) -> dict[UUID, frozenset[UUID]]:
    """Who belongs to each team and profile at `now`."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for member in directory.memberships:
        if _runs(member.since, member.until, now):
            found[member.team_id].add(member.person_id)
    return {team: frozenset(people) for team, people in found.items()}


def reachable(
    holders: Holders, directory: Directory, members: Mapping[UUID, frozenset[UUID]]
) -> frozenset[UUID]:
    """The people of us whom something on this sender ID can come to: never who is suspended, and
    nothing that is no person (R19). members: as `members_now` says."""
    if holders.organisation:
        return directory.people | (holders.people - directory.suspended)
    found = holders.people.union(*(members.get(group, ()) for group in holders.groups))
    return found - directory.suspended


def reach(actor: Actor, directory: Directory, now: datetime) -> Reach:
    """What this person may see at `now`."""
    return _Moment(directory, now).reach(actor)


def reaches(actors: Iterable[Actor], directory: Directory, now: datetime) -> tuple[Reach, ...]:
    """As `reach` for each of them: what is the same for all is worked out once."""
    moment = _Moment(directory, now)
    return tuple(moment.reach(actor) for actor in actors)


class _Moment:
    """The dated rows at one moment, as far as they are the same whoever looks."""

    def __init__(self, directory: Directory, now: datetime) -> None:
        self._holders = holders_now(directory, now)
        self._members = members_now(directory, now)
        self._presence = directory.presence(now)
        self._of_all = frozenset(s for s, h in self._holders.items() if h.organisation)
        self._of_one: dict[UUID, set[UUID]] = defaultdict(set)
        for sender, held in self._holders.items():
            for holder in held.people | held.groups:
                self._of_one[holder].add(sender)
        present = {
            s: h.people - directory.suspended or reachable(h, directory, self._members)
            for s, h in self._holders.items()
        }
        self._unheld = frozenset(s for s, some in present.items() if not some)
        self._shared = frozenset(s for s, h in self._holders.items() if h.shared)
        self._choosing = _choosing(self._holders)
        self._lent = _lent(self._holders, self._members, self._presence)
        # A shared inbox of which everybody is away is, meanwhile, that of whoever covers them.
        self._left = frozenset(
            s
            for s in frozenset[UUID]().union(*self._lent.values()) & self._shared
            if not reachable(self._holders[s], directory, self._members) - self._presence.away
        )
        self._flows = [
            (owner, flows(owner, self._presence)) for owner in sorted(self._presence.away)
        ]

    def reach(self, actor: Actor) -> Reach:
        me = actor.person_id
        teams = frozenset(team for team, people in self._members.items() if me in people)
        people = frozenset[UUID]()
        if actor.role is not Role.REP:
            people = people.union(*(self._members[team] for team in teams))
        theirs = {team for team, some in self._members.items() if some & people}
        shows_all = actor.role is Role.ADMIN
        lent = self._lent.get(me, frozenset())
        held = lent & self._left | self._held({me} | teams)
        return Reach(
            person_id=me,
            everything=shows_all,
            sees_unrouted=actor.role is not Role.REP,
            held=held,
            shared=self._shared if shows_all else self._shared & held,
            unheld=self._unheld,
            unrouted=self._unheld | (frozenset() if actor.role is Role.REP else self._choosing),
            people=people,
            team_senders=self._held(people | theirs) if people else frozenset(),
            covering=self._ways(lambda flow: me in flow.people),
            uncovered=self._ways(lambda flow: not flow.people),
            lent=lent,
        )

    def _held(self, holders: Iterable[UUID]) -> frozenset[UUID]:
        """What any of these people and groups hold, alone or with others."""
        return self._of_all.union(*(self._of_one.get(holder, ()) for holder in holders))

    def _ways(self, fits: Callable[[Flow], bool]) -> Ways:
        """How conversations of absent owners come to somebody, or to nobody."""
        found = (
            (owner, [flow.steps for flow in some if fits(flow)]) for owner, some in self._flows
        )
        return tuple((owner, tuple(ways)) for owner, ways in found if ways)


_CHOOSE = frozenset(RoutingRule) - {RoutingRule.EVERYONE}


def _choosing(holders: Mapping[UUID, Holders]) -> frozenset[UUID]:
    """Sender IDs whose rule chooses one of several: what nobody owns there, it found nobody for."""
    return frozenset(s for s, held in holders.items() if held.shared and held.rule in _CHOOSE)


def _lent(
    holders: Mapping[UUID, Holders],
    members: Mapping[UUID, frozenset[UUID]],
    presence: Presence,
) -> dict[UUID, frozenset[UUID]]:
    """By person, the sender IDs that they may use because somebody is away who holds them (R26)."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for sender, held in holders.items() if presence.absences else ():
        theirs = held.people.union(*(members.get(group, ()) for group in held.groups))
        for away in theirs & presence.absences.keys():
            for user in users_of(sender, away, presence):
                found[user].add(sender)
    return {user: frozenset(senders) for user, senders in found.items()}


def _holders(holdings: Iterable[Holding]) -> Holders:
    by_kind: dict[HolderKind, set[UUID]] = defaultdict(set)
    organisation = False
    rule: Holding | None = None
    for holding in holdings:
        if holding.rule is not None and (rule is None or holding.since >= rule.since):
            rule = holding
        if holding.kind is HolderKind.ORGANISATION or holding.holder_id is None:
            organisation = True
        else:
            by_kind[holding.kind].add(holding.holder_id)
    return Holders(
        frozenset(by_kind[HolderKind.PERSON]),
        frozenset(by_kind[HolderKind.PROFILE] | by_kind[HolderKind.TEAM]),
        organisation,
        frozenset(by_kind[HolderKind.PROGRAM]),
        None if rule is None else rule.rule,
        None if rule is None else rule.rule_person_id,
    )


def _runs(since: datetime, until: datetime | None, now: datetime) -> bool:
    return since <= now and (until is None or now < until)
