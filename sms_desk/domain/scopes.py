"""Who holds which sender ID now, and what a person may therefore see (R12, R31, R59)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sms_desk.domain.model import Actor, HolderKind, Role


@dataclass(frozen=True, slots=True)
class Holding:
    """A dated row: who holds a sender ID, from when to when."""

    sender_id: UUID
    kind: HolderKind
    holder_id: UUID | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A dated row: who belongs to a team or profile."""

    person_id: UUID
    team_id: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds one sender ID now: people by name, and whether all or a program do."""

    people: frozenset[UUID] = frozenset()
    groups: frozenset[UUID] = frozenset()
    organisation: bool = False
    programs: frozenset[UUID] = frozenset()

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
    them; unheld: sender IDs that nobody holds, which supervisors and admins see; people: members
    of the teams that a supervisor leads, and team_senders: what those hold.
    """

    person_id: UUID
    everything: bool
    sees_unrouted: bool
    held: frozenset[UUID] = frozenset()
    shared: frozenset[UUID] = frozenset()
    unheld: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()
    team_senders: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Directory:
    """Dated rows of one moment, as the store read them."""

    holdings: tuple[Holding, ...]
    memberships: tuple[Membership, ...]
    sender_ids: frozenset[UUID]
    inbound_of: Mapping[UUID, UUID] = field(default_factory=dict)
    """One-way sender ID → the inbound number whose conversations it writes into (R60)."""


def holders_now(directory: Directory, now: datetime) -> dict[UUID, Holders]:
    """Per sender ID, who holds it at `now`; sender IDs without a holder map to nobody."""
    found: dict[UUID, list[Holding]] = defaultdict(list)
    for holding in directory.holdings:
        if _runs(holding.since, holding.until, now):
            found[holding.sender_id].append(holding)
    return {sender: _holders(found.get(sender, ())) for sender in directory.sender_ids}


def reach(actor: Actor, directory: Directory, now: datetime) -> Reach:
    """What this person may see at `now`."""
    holders = holders_now(directory, now)
    teams = _teams(directory, actor.person_id, now)
    people = _led(actor, directory, teams, now)
    their_teams = frozenset().union(*(_teams(directory, person, now) for person in people))
    return Reach(
        person_id=actor.person_id,
        everything=actor.role is Role.ADMIN,
        sees_unrouted=actor.role is not Role.REP,
        held=frozenset(s for s, h in holders.items() if _holds(h, actor.person_id, teams)),
        shared=frozenset(
            s for s, h in holders.items() if h.shared and _sees_shared(h, actor, teams)
        ),
        unheld=frozenset(s for s, h in holders.items() if h.nobody),
        people=people,
        team_senders=frozenset(
            s
            for s, h in holders.items()
            if people and (h.organisation or h.people & people or h.groups & their_teams)
        ),
    )


def _sees_shared(holders: Holders, actor: Actor, teams: frozenset[UUID]) -> bool:
    return actor.role is Role.ADMIN or _holds(holders, actor.person_id, teams)


def _led(
    actor: Actor, directory: Directory, teams: frozenset[UUID], now: datetime
) -> frozenset[UUID]:
    if actor.role is Role.REP:
        return frozenset()
    return frozenset(
        member.person_id
        for member in directory.memberships
        if member.team_id in teams and _runs(member.since, member.until, now)
    )


def _teams(directory: Directory, person_id: UUID, now: datetime) -> frozenset[UUID]:
    return frozenset(
        member.team_id
        for member in directory.memberships
        if member.person_id == person_id and _runs(member.since, member.until, now)
    )


def _holders(holdings: Iterable[Holding]) -> Holders:
    by_kind: dict[HolderKind, set[UUID]] = defaultdict(set)
    organisation = False
    for holding in holdings:
        if holding.kind is HolderKind.ORGANISATION or holding.holder_id is None:
            organisation = True
        else:
            by_kind[holding.kind].add(holding.holder_id)
    return Holders(
        frozenset(by_kind[HolderKind.PERSON]),
        frozenset(by_kind[HolderKind.PROFILE] | by_kind[HolderKind.TEAM]),
        organisation,
        frozenset(by_kind[HolderKind.PROGRAM]),
    )


def _holds(holders: Holders, person_id: UUID, teams: frozenset[UUID]) -> bool:
    return holders.organisation or person_id in holders.people or bool(holders.groups & teams)


def _runs(since: datetime, until: datetime | None, now: datetime) -> bool:
    return since <= now and (until is None or now < until)
