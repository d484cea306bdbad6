"""Finding contacts by words of the name or any part of a number, in any spelling (R44)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import addresses
from sms_desk.domain.search_query import terms_of
from sms_desk.domain.search_text import fold
from sms_desk.store.engine import Tx
from sms_desk.store.search_filters import Who
from sms_desk.store.search_index import SHORTEST_NUMBER, among, json_array
from sms_desk.store.tables import contacts, conversations, people, sender_ids

_CANDIDATES = 64
_MOST_CONTACTS = 1_000


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A contact that matches. conversation_id: its newest conversation, if it has any."""

    contact_id: UUID
    name: str
    conversation_id: UUID | None


def find_contacts(tx: Tx, text: str, *, limit: int) -> list[FoundContact]:
    """Contacts by words of the name, or by any part (three digits) of a number in any spelling."""
    rows = _contact_rows(tx, text, most=max(limit, _CANDIDATES))
    if not rows:
        return []
    return [
        FoundContact(*row)
        for row in tx.execute(_CONTACTS_AT, {"rows": json_array(rows), "most": limit})
    ]


def contact_ids(tx: Tx, text: str, *, limit: int) -> list[UUID]:
    """As `find_contacts`, ids alone and in no order: for a filter."""
    rows = _contact_rows(tx, text, most=limit)
    chosen = sa.select(contacts.c.id).where(among(contacts.c.search_row, rows))
    return list(tx.execute(chosen).scalars()) if rows else []


def who(tx: Tx, text: str) -> Who:
    """Contacts, people and sender IDs that a name or number may mean."""
    rows = _contact_rows(tx, text, most=_MOST_CONTACTS)
    digits = addresses.spellings_key(text)
    named: list[sa.ColumnElement[bool]] = [sender_ids.c.label.icontains(text, autoescape=True)]
    named.append(sender_ids.c.address.icontains(digits or text, autoescape=True))

    def ids(table: sa.Table, condition: sa.ColumnElement[bool]) -> tuple[UUID, ...]:
        return tuple(tx.execute(sa.select(table.c.id).where(condition)).scalars())

    return Who(
        contacts=ids(contacts, contacts.c.search_row.in_(rows)),
        people=ids(people, people.c.name.icontains(text, autoescape=True)),
        senders=ids(sender_ids, sa.or_(*named)),
    )


def _contacts_at() -> sa.Select[Any]:
    """Contacts by their rows of the index, who wrote or was written to last first."""
    theirs = conversations.c.contact_id == contacts.c.id
    by_age = conversations.c.last_position.desc()
    newest = sa.select(conversations.c.id).where(theirs).order_by(by_age).limit(1)
    activity = sa.select(sa.func.max(conversations.c.last_position)).where(theirs)
    among = sa.func.json_each(sa.bindparam("rows")).table_valued("value").c.value
    return (
        sa.select(contacts.c.id, contacts.c.name, newest.scalar_subquery())
        .where(contacts.c.search_row.in_(sa.select(among)), contacts.c.merged_into.is_(None))
        .order_by(activity.scalar_subquery().desc().nulls_last(), contacts.c.search_row.desc())
        .limit(sa.bindparam("most"))
    )


_CONTACTS_AT = _contacts_at()


def _contact_rows(tx: Tx, text: str, *, most: int) -> list[int]:
    """Rows of the contact index that match, newest contacts first."""
    expression = _contact_expression(text)
    if not expression or tx.dialect.name != "sqlite":
        return []
    statement = sa.text(
        "SELECT rowid FROM contact_index WHERE contact_index MATCH :words"
        " ORDER BY rowid DESC LIMIT :most"
    )
    return list(tx.execute(statement, {"words": expression, "most": most}).scalars())


def _contact_expression(text: str) -> str:
    """Every word begins a word of the name; or the digits are a part of a number."""
    words = [term.as_beginning for word in text.split() for term in terms_of(word)]
    asked = [f"name : ({' '.join(words)})"] if words else []
    if key := addresses.spellings_key(text):
        typed = "".join(filter(str.isdecimal, fold(text)))
        numbers = sorted({key, typed})
        asked += [f'number : "{n}" *' for n in numbers if len(n) >= SHORTEST_NUMBER]
    return " OR ".join(f"({part})" for part in asked)
