"""Workspaces of any make, as far as it matters who sees what: the rows of everything dated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st

from sms_desk.domain import value_codec
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.model import HolderKind, Role
from sms_desk.domain.scopes import reach
from sms_desk.store import inbox_clauses, people, tables
from sms_desk.store.engine import Tx

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = tuple(UUID(int=0x100 + n) for n in range(6))
GROUPS = tuple(UUID(int=0x200 + n) for n in range(3))
SENDERS = tuple(UUID(int=0x300 + n) for n in range(4))
CONVERSATIONS = tuple(UUID(int=0x400 + n) for n in range(8))
CONTACTS = tuple(UUID(int=0x500 + n) for n in range(4))
ABSENCES = tuple(UUID(int=0x600 + n) for n in range(5))
PROGRAM = UUID(int=0x700)

SINCE = st.sampled_from([NOON - 3 * HOUR, NOON - HOUR, NOON, NOON + HOUR])
UNTIL = st.sampled_from([None, None, NOON - HOUR, NOON, NOON + 2 * HOUR])
WHO = st.sampled_from(PEOPLE)

Row = dict[str, Any]


@dataclass
class World:
    """Rows by table, in the order in which they are put."""

    rows: dict[sa.Table, list[Row]] = field(default_factory=dict)

    def put(self, tx: Tx) -> None:
        for table, rows in self.rows.items():
            if rows:
                tx.execute(sa.insert(table), rows)


def wiped(tx: Tx) -> None:
    """Everything that a world puts taken out again."""
    for table in (
        *(tables.covered_conversations, tables.conversations, tables.contact_addresses),
        *(tables.contacts, tables.absences, tables.views, tables.holdings, tables.memberships),
        *(tables.sender_ids, tables.teams, tables.people, tables.workspace),
    ):
        tx.execute(sa.delete(table))


def fixed() -> World:
    """What every world has: teams and sender IDs."""
    sender = {"channel": "sms", "kind": "long_code", "direction": "both", "purpose": "direct"}
    return World(
        {
            tables.teams: [
                {"id": one, "name": f"Group {n}", "kind": "profile" if n else "team"}
                for n, one in enumerate(GROUPS)
            ],
            tables.sender_ids: [
                {"id": one, "address": f"+1202555010{n}", "health": "ok", "created_at": NOON}
                | sender
                for n, one in enumerate(SENDERS)
            ],
            tables.contacts: [
                {"id": one, "created_at": NOON, "search_row": n} for n, one in enumerate(CONTACTS)
            ],
        }
    )


def person(id_: UUID, role: Role, gone: str | None = None) -> Row:
    row: Row = {"id": id_, "name": str(id_)[-3:], "role": role, "zone": "UTC", "created_at": NOON}
    ended = {"suspended_at": None, "removed_at": None} | ({gone: NOON} if gone else {})
    return row | ended


@st.composite
def memberships(draw: st.DrawFn) -> Row:
    return {
        "id": draw(st.uuids()),
        "person_id": draw(WHO),
        "team_id": draw(st.sampled_from(GROUPS)),
        "since": draw(SINCE),
        "until": draw(UNTIL),
    }


def led() -> list[Row]:
    """The first one's team: of memberships drawn alone hardly any two ever meet."""
    return [
        {
            "id": UUID(int=0x800 + n),
            "person_id": one,
            "team_id": GROUPS[0],
            "since": NOON - 9 * HOUR,
            "until": None,
        }
        for n, one in enumerate(PEOPLE[:2])
    ]


def held() -> list[Row]:
    """What the last one holds: what nobody does, every supervisor sees."""
    return [
        {
            "id": UUID(int=0x900 + n),
            "sender_id": one,
            "holder_kind": HolderKind.PERSON,
            "holder_id": PEOPLE[-1],
            "since": NOON - 9 * HOUR,
            "until": None,
        }
        for n, one in enumerate(SENDERS[:2])
    ]


@st.composite
def holdings(draw: st.DrawFn) -> Row:
    kind = draw(st.sampled_from([HolderKind.PERSON, *HolderKind]))
    holder: dict[HolderKind, UUID | None] = {
        HolderKind.PERSON: draw(WHO),
        HolderKind.ORGANISATION: None,
        HolderKind.PROGRAM: PROGRAM,
    }
    return {
        "id": draw(st.uuids()),
        "sender_id": draw(st.sampled_from(SENDERS)),
        "holder_kind": kind,
        "holder_id": holder[kind] if kind in holder else draw(st.sampled_from(GROUPS)),
        "since": draw(SINCE),
        "until": draw(UNTIL),
    }


def all_to(*who: UUID) -> list[Cover]:
    """The covers of an absence whose conversations these people take."""
    split = Split.EVEN if len(who) > 1 else Split.ONE
    shares = tuple(map(Share, who))
    return [Cover(part, split, shares) for part in (Part.CONVERSATIONS, Part.INBOUND)]


@st.composite
def absences(draw: st.DrawFn, id_: UUID) -> Row:
    """Rings, gaps and covers by who is away too among them."""
    some = st.lists(WHO, max_size=3, unique=True)
    old = draw(some)
    new = draw(st.just(old) | some)
    shares = [Share(one, draw(st.sampled_from([(), SENDERS[:1]]))) for one in draw(some)]
    covers = [all_to(*old)[0], all_to(*new)[1]]
    covers.append(Cover(Part.SENDERS, Split.SENDER, tuple(shares)))
    return {
        "id": id_,
        "person_id": draw(WHO),
        "since": draw(SINCE),
        "until": draw(UNTIL),
        "zone": "UTC",
        "covers": [value_codec.encode(cover) for cover in covers],
        "created_by": PEOPLE[0],
        "created_at": NOON,
    }


def plain_conversation(n: int) -> Row:
    """The n-th: one peer may have several, on different sender IDs."""
    return {
        "id": CONVERSATIONS[n],
        "sender_id": SENDERS[n % len(SENDERS)],
        "channel": "sms",
        "peer_key": f"1202555018{n // len(SENDERS)}",
        "created_at": NOON,
        "team_state": "open",
        "state_at": NOON,
        "source_kind": "direct",
        "source_reason": "direct",
        "reply_raw": "+12025550180",
    }


@st.composite
def conversations(draw: st.DrawFn, n: int) -> Row:
    owner, contact = draw(st.none() | WHO), draw(st.sampled_from(CONTACTS))
    return plain_conversation(n) | {"owner_id": owner, "contact_id": contact}


@st.composite
def chosen(draw: st.DrawFn, conversation_id: UUID, absence: Row) -> Row:
    return {
        "absence_id": absence["id"],
        "conversation_id": conversation_id,
        "substitute_id": draw(st.none() | WHO),
        "part": "conversations",
        "since": NOON,
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any people in any roles, teams, holdings, absences and conversations."""
    gone = st.sampled_from([None, None, None, "suspended_at", "removed_at"])
    away = [draw(absences(id_)) for id_ in draw(st.sets(st.sampled_from(ABSENCES)))]
    pairs = [(one, absence) for one in CONVERSATIONS for absence in away]
    some = draw(st.sets(st.sampled_from(range(len(pairs))), max_size=8)) if away else ()
    rows = {
        tables.people: [
            person(PEOPLE[0], draw(st.sampled_from([Role.SUPERVISOR, *Role])), draw(gone)),
            *(
                person(id_, draw(st.sampled_from([Role.REP, *Role])), draw(gone))
                for id_ in PEOPLE[1:]
            ),
        ],
        **fixed().rows,
        tables.memberships: led() + draw(st.lists(memberships(), max_size=6)),
        tables.holdings: held() + draw(st.lists(holdings(), max_size=6)),
        tables.absences: away,
        tables.conversations: [draw(conversations(n)) for n in range(len(CONVERSATIONS))],
        tables.covered_conversations: [draw(chosen(*pairs[n])) for n in some],
    }
    return World(rows)


def selected(tx: Tx, now: datetime) -> dict[UUID, set[UUID]]:
    """By conversation, who sees it, asked as each person's own inbox asks."""
    directory = people.directory(tx)
    column = tables.conversations.c
    found: dict[UUID, set[UUID]] = {
        id_: set() for id_ in tx.execute(sa.select(column.id)).scalars()
    }
    for actor in people.actors(tx):
        clauses = inbox_clauses.sight(reach(actor, directory, now))
        for id_ in tx.execute(sa.select(column.id).where(*clauses)).scalars():
            found[id_].add(actor.person_id)
    return found
