"""Who writes to whom in a generated workspace: people, sender IDs, programs, contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.search_text import fold
from sms_desk.store import search, tables
from sms_desk.store.engine import Tx
from tests.bench.words import Texts

ZONES = ("America/New_York", "Europe/London", "Europe/Berlin", "Asia/Tokyo", "America/Sao_Paulo")
CAMPAIGNS = (
    "Spring sale",
    "Tent weeks",
    "Boot clearance",
    "Members' night",
    "New store",
    "Winter coats",
)
SERVICES = ("Appointment reminders", "Parcel alerts", "Support line")
TAGS = (
    "vip",
    "refund",
    "complaint",
    "wholesale",
    "press",
    "warranty",
    "event",
    "size",
    "urgent",
    "lead",
)
TEAM_SIZE = 8


class Ids:
    """Ids in the form of UUIDv7 that come out the same for the same seed, the later the larger."""

    def __init__(self, rng: Random, start: datetime) -> None:
        self._rng = rng
        self._ms = int(start.timestamp() * 1000)
        self._n = count()

    def next(self) -> UUID:
        return UUID(bytes=self.raw())

    def raw(self) -> bytes:
        """Sixteen bytes, as SQLite keeps an id."""
        high = (self._ms + next(self._n)) << 16 | 0x7000 | self._rng.getrandbits(12)
        low = 0x8000_0000_0000_0000 | self._rng.getrandbits(62)
        return high.to_bytes(8, "big") + low.to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class Program:
    id: UUID
    kind: str
    sender_id: UUID


@dataclass(frozen=True, slots=True)
class Contact:
    id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who has a part. people[0] is oneself."""

    account_id: UUID
    people: list[UUID]
    sender_ids: list[UUID]
    programs: list[Program]
    contacts: list[Contact]
    tags: list[UUID]


def numbers() -> Iterator[str]:
    """US numbers that are kept free for fiction: 555-0100 to 555-0199 in each area code."""
    for line in range(100, 200):
        for area in range(200, 1000):
            if area % 100 != 11 and (area // 10) % 10 != 9:
                yield f"+1{area}5550{line}"


class Casting:
    """Writes the cast into an empty workspace."""

    def __init__(self, tx: Tx, rng: Random, start: datetime, ids: Ids, texts: Texts) -> None:
        self._tx, self._rng, self._start, self._ids, self._texts = tx, rng, start, ids, texts

    def cast(self, people: int, contacts: int) -> Cast:
        """Everybody, written and returned."""
        account_id = self._account()
        persons = self._people(people)
        teams = self._teams(persons)
        sender_ids = self._senders(account_id, persons, teams)
        programs = self._programs(account_id, sender_ids)
        return Cast(
            account_id, persons, sender_ids, programs, self._contacts(contacts), self._tags()
        )

    def _insert(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        self._tx.execute(sa.insert(table), rows)

    def _account(self) -> UUID:
        account_id, start = self._ids.next(), self._start
        account = {
            "id": account_id,
            "provider": "sandbox",
            "sid": "AC" + "0" * 32,
            "label": "Generated",
            "base_url": "http://127.0.0.1:9",  # nobody listens there: nothing leaves the machine
            "created_at": start,
        }
        self._insert(tables.accounts, [account])
        return account_id

    def _people(self, wanted: int) -> list[UUID]:
        ids = [self._ids.next() for _ in range(wanted)]
        names = ["Me Myself", *(self._texts.name() for _ in ids[1:])]
        roles = ["admin", "supervisor", *["rep"] * wanted]
        rows = [
            {"id": id_, "name": name, "role": role, "zone": self._rng.choice(ZONES)}
            for id_, name, role in zip(ids, names, roles, strict=False)
        ]
        self._insert(tables.people, [row | {"created_at": self._start} for row in rows])
        workspace = {"id": self._ids.next(), "name": "Generated", "kind": "demo", "me_id": ids[0]}
        self._insert(tables.workspace, [workspace | {"created_at": self._start}])
        return ids

    def _teams(self, people: list[UUID]) -> list[UUID]:
        teams = [self._ids.next() for _ in range(1 + len(people) // TEAM_SIZE)]
        rows = [{"id": id_, "name": f"Team {n}", "kind": "team"} for n, id_ in enumerate(teams, 1)]
        self._insert(tables.teams, rows)
        members = [
            {"id": self._ids.next(), "person_id": id_, "team_id": teams[n % len(teams)]}
            for n, id_ in enumerate(people)
        ]
        self._insert(tables.memberships, [row | {"since": self._start} for row in members])
        return teams

    def _senders(self, account_id: UUID, people: list[UUID], teams: list[UUID]) -> list[UUID]:
        """A number for each person, one for each team, one for all, and one for each program."""
        programs = len(CAMPAIGNS) + len(SERVICES)
        holders: list[tuple[str, UUID | None]] = []
        holders += [("person", id_) for id_ in people]
        holders += [("team", id_) for id_ in teams]
        holders += [("organisation", None)] * (1 + programs)
        ids = [self._ids.next() for _ in holders]
        senders = [
            {
                "id": id_,
                "channel": "whatsapp" if n % 10 == 9 else "sms",
                "address": f"+447700900{n:03}",
                "kind": "whatsapp" if n % 10 == 9 else "long_code",
                "country": "GB",
                "label": f"{kind} {n}",
                "direction": "both",
                "purpose": "direct",
                "health": "ok",
                "created_at": self._start,
            }
            for n, (id_, (kind, _)) in enumerate(zip(ids, holders, strict=True))
        ]
        self._insert(tables.sender_ids, senders)
        holdings = [
            {"id": self._ids.next(), "sender_id": id_, "holder_kind": kind, "holder_id": holder}
            for id_, (kind, holder) in zip(ids, holders, strict=True)
        ]
        self._insert(tables.holdings, [row | {"since": self._start} for row in holdings])
        carried = [
            {"id": self._ids.next(), "sender_id": id_, "account_id": account_id} for id_ in ids
        ]
        self._insert(tables.sender_accounts, [row | {"since": self._start} for row in carried])
        return ids

    def _programs(self, account_id: UUID, sender_ids: list[UUID]) -> list[Program]:
        """Campaigns are recognised by their Messaging Service, services by their sender ID."""
        named = [("campaign", name) for name in CAMPAIGNS] + [
            ("service", name) for name in SERVICES
        ]
        found = [
            Program(self._ids.next(), kind, sender_id)
            for (kind, _), sender_id in zip(named, sender_ids[-len(named) :], strict=True)
        ]
        rows = [
            {
                "id": p.id,
                "kind": p.kind,
                "name": name,
                "takes_replies": True,
                "attribution_days": 30,
            }
            for p, (_, name) in zip(found, named, strict=True)
        ]
        self._insert(tables.programs, [row | {"created_at": self._start} for row in rows])
        for program in found:
            service_id = None
            if program.kind == "campaign":
                service_id = self._ids.next()
                service = {"id": service_id, "account_id": account_id, "name": "Campaign"}
                service["provider_sid"] = f"MG{program.id.hex}"
                self._insert(tables.messaging_services, [service])
            binding = {
                "id": self._ids.next(),
                "program_id": program.id,
                "kind": "sender" if service_id is None else "messaging_service",
                "sender_id": program.sender_id if service_id is None else None,
                "service_id": service_id,
                "since": self._start,
            }
            self._insert(tables.program_bindings, [binding])
        return found

    def _contacts(self, wanted: int) -> list[Contact]:
        pairs = zip(range(wanted), numbers(), strict=False)
        found = [Contact(self._ids.next(), number) for _, number in pairs]
        named = self._rng.choices((True, False), weights=(7, 3), k=len(found))
        rows = [
            {
                "id": contact.id,
                "name": self._texts.name() if has_name else "",
                "created_at": self._start + timedelta(seconds=n),
                "search_row": n,
            }
            for n, (contact, has_name) in enumerate(zip(found, named, strict=True), 1)
        ]
        self._insert(tables.contacts, rows)
        addresses = [
            {"peer_key": c.number, "contact_id": c.id, "raw": c.number, "e164": c.number}
            for c in found
        ]
        self._insert(tables.contact_addresses, addresses)
        search.feed_contacts(self._tx, (contact.id for contact in found))
        return found

    def _tags(self) -> list[UUID]:
        ids = [self._ids.next() for _ in TAGS]
        rows = [{"id": i, "name": n, "folded": fold(n)} for i, n in zip(ids, TAGS, strict=True)]
        self._insert(tables.tags, rows)
        return ids
