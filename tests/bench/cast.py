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
WHATSAPP = 0.22
"""Share of the sender IDs that are WhatsApp numbers."""
ONE_WAY = 2
"""Campaigns that send under a name, which receives nothing (R13, R60)."""


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
class Sender:
    """holder_id: the person who alone holds it, if one does. key: the id as SQLite keeps it."""

    id: UUID
    key: bytes
    channel: str
    holder_id: UUID | None


@dataclass(frozen=True, slots=True)
class Program:
    """reason: how its messages are recognised. one_way: the name it sends under, if any."""

    id: UUID
    key: bytes
    kind: str
    reason: str
    sender: Sender
    one_way: Sender | None


@dataclass(frozen=True, slots=True)
class Contact:
    id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who has a part. people[0] is oneself; `direct` are the sender IDs of people."""

    account_id: UUID
    people: list[UUID]
    direct: list[Sender]
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
        senders = self._senders(account_id, persons, teams)
        wanted = len(CAMPAIGNS) + len(SERVICES)
        direct, dedicated = senders[:-wanted], senders[-wanted:]
        programs = self._programs(account_id, dedicated, self._one_way(account_id, dedicated))
        return Cast(account_id, persons, direct, programs, self._contacts(contacts), self._tags())

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
        """Teams of a few, and for each a profile: a named group of holders across two teams."""
        teams = [self._ids.next() for _ in range(1 + len(people) // TEAM_SIZE)]
        profiles = [self._ids.next() for _ in teams]
        rows = [{"id": id_, "name": f"Team {n}", "kind": "team"} for n, id_ in enumerate(teams, 1)]
        rows += [
            {"id": id_, "name": f"Profile {n}", "kind": "profile"}
            for n, id_ in enumerate(profiles, 1)
        ]
        self._insert(tables.teams, rows)
        pairs = [(id_, teams[n % len(teams)]) for n, id_ in enumerate(people)]
        pairs += [
            (id_, profiles[(n + n // len(teams) % 2) % len(profiles)])
            for n, id_ in enumerate(people)
            if n % 3
        ]
        members = [
            {"id": self._ids.next(), "person_id": person, "team_id": team} for person, team in pairs
        ]
        self._insert(tables.memberships, [row | {"since": self._start} for row in members])
        return teams + profiles

    def _senders(self, account_id: UUID, people: list[UUID], groups: list[UUID]) -> list[Sender]:
        """A number for each person, for each team and profile, two for all; then the programs'.

        Every tenth person's number has a second holder; every seventh was somebody else's before.
        """
        programs = len(CAMPAIGNS) + len(SERVICES)
        holders: list[tuple[str, UUID | None]] = [("person", id_) for id_ in people]
        holders += [("team", id_) for id_ in groups[: len(groups) // 2]]
        holders += [("profile", id_) for id_ in groups[len(groups) // 2 :]]
        holders += [("organisation", None)] * 2
        holders += [("team", groups[n % len(groups)]) for n in range(programs)]
        whatsapp = [int((n + 1) * WHATSAPP) > int(n * WHATSAPP) for n in range(len(holders))]
        found = []
        for n, ((kind, holder), is_whatsapp) in enumerate(zip(holders, whatsapp, strict=True)):
            id_, alone = self._ids.next(), kind == "person" and n % 10 != 9
            channel = "whatsapp" if is_whatsapp else "sms"
            found.append(Sender(id_, id_.bytes, channel, holder if alone else None))
        self._insert(
            tables.sender_ids,
            [
                self._sender(sender.id, sender.channel, f"+447700900{n:03}", f"{kind} {n}")
                for n, (sender, (kind, _)) in enumerate(zip(found, holders, strict=True))
            ],
        )
        self._hold(found, holders, people)
        self._carry(account_id, found)
        return found

    def _sender(self, id_: UUID, channel: str, address: str, label: str) -> dict[str, Any]:
        return {
            "id": id_,
            "channel": channel,
            "address": address,
            "kind": "whatsapp" if channel == "whatsapp" else "long_code",
            "country": "GB",
            "label": label,
            "direction": "both",
            "purpose": "direct",
            "health": "ok",
            "inbound_id": None,
            "created_at": self._start,
        }

    def _hold(
        self, senders: list[Sender], holders: list[tuple[str, UUID | None]], people: list[UUID]
    ) -> None:
        handed_over = self._start + timedelta(days=200)
        rows: list[dict[str, Any]] = []
        for n, (sender, (kind, holder)) in enumerate(zip(senders, holders, strict=True)):
            of = {"sender_id": sender.id, "holder_kind": kind}
            was_anothers = kind == "person" and n % 7 == 3
            since = handed_over if was_anothers else self._start
            rows.append({**of, "holder_id": holder, "since": since, "until": None})
            other = people[(n + 1) % len(people)]
            if was_anothers:
                rows.append({**of, "holder_id": other, "since": self._start, "until": handed_over})
            if kind == "person" and sender.holder_id is None:
                rows.append({**of, "holder_id": other, "since": self._start, "until": None})
        self._insert(tables.holdings, [{"id": self._ids.next(), **row} for row in rows])

    def _carry(self, account_id: UUID, senders: list[Sender]) -> None:
        carried = [
            {"id": self._ids.next(), "sender_id": sender.id, "account_id": account_id}
            for sender in senders
        ]
        self._insert(tables.sender_accounts, [row | {"since": self._start} for row in carried])

    def _one_way(self, account_id: UUID, dedicated: list[Sender]) -> list[Sender]:
        """Names that the first campaigns send under; answers come to the campaign's number."""
        names = [name.upper().replace(" ", "")[:11] for name in CAMPAIGNS[:ONE_WAY]]
        ids = [self._ids.next() for _ in names]
        one_way = {"kind": "alphanumeric", "direction": "outgoing"}
        self._insert(
            tables.sender_ids,
            [
                self._sender(id_, "sms", name, name) | one_way | {"inbound_id": inbound.id}
                for id_, name, inbound in zip(ids, names, dedicated, strict=False)
            ],
        )
        found = [Sender(id_, id_.bytes, "sms", None) for id_ in ids]
        self._carry(account_id, found)
        return found

    def _programs(
        self, account_id: UUID, dedicated: list[Sender], one_way: list[Sender]
    ) -> list[Program]:
        """Campaigns are recognised by their Messaging Service, services by their sender ID."""
        named = [("campaign", name) for name in CAMPAIGNS]
        named += [("service", name) for name in SERVICES]
        names = [*one_way, *[None] * (len(named) - len(one_way))]
        found = []
        for (kind, _), sender, name in zip(named, dedicated, names, strict=True):
            id_ = self._ids.next()
            reason = "messaging_service" if kind == "campaign" else "dedicated"
            found.append(Program(id_, id_.bytes, kind, reason, sender, name))
        rows = [
            {"id": p.id, "kind": p.kind, "name": name, "takes_replies": True}
            for p, (_, name) in zip(found, named, strict=True)
        ]
        always = {"attribution_days": 30, "created_at": self._start}
        self._insert(tables.programs, [row | always for row in rows])
        for program in found:
            self._bind(account_id, program)
        return found

    def _bind(self, account_id: UUID, program: Program) -> None:
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
            "sender_id": program.sender.id if service_id is None else None,
            "service_id": service_id,
            "since": self._start,
        }
        self._insert(tables.program_bindings, [binding])

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
