"""Finding contacts by words of the name or any part of a number, in any spelling (R44)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import addresses
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.search_query import Term, terms_of
from sms_desk.domain.search_text import fold, stream
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query
from sms_desk.store.search_filters import Who
from sms_desk.store.search_index import SHORTEST_NUMBER, json_array
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
    found = _CONTACTS_AT.rows(tx, rows=json_array(rows), most=limit)
    return [FoundContact(*row) for row in found]


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


def _contacts_at() -> Query:
    """Contacts by their rows of the index, who wrote or was written to last first."""
    theirs = conversations.c.contact_id == contacts.c.id
    by_age = conversations.c.last_position.desc()
    newest = sa.select(conversations.c.id).where(theirs).order_by(by_age).limit(1)
    activity = sa.select(sa.func.max(conversations.c.last_position)).where(theirs)
    among = sa.func.json_each(sa.bindparam("rows")).table_valued("value").c.value
    return Query(
        sa.select(contacts.c.id, contacts.c.name, newest.scalar_subquery())
        .where(contacts.c.search_row.in_(sa.select(among)), contacts.c.merged_into.is_(None))
        .order_by(activity.scalar_subquery().desc().nulls_last(), contacts.c.search_row.desc())
        .limit(sa.bindparam("most"))
    )


_CONTACTS_AT = _contacts_at()
_ROWS = Query(
    sa.select(sa.column("rowid", sa.Integer))
    .select_from(sa.table("contact_index"))
    .where(sa.text("contact_index MATCH :words"))
    .order_by(sa.literal_column("rowid").desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def _contact_rows(tx: Tx, text: str, *, most: int) -> list[int]:
    """Rows of the contact index that match, newest contacts first."""
    words = expression(text)
    if not words or tx.dialect.name != "sqlite":
        return []
    return [row[0] for row in _ROWS.rows(tx, words=words, most=most)]


def expression(text: str) -> str:
    """In the language of the index: every word begins a word of the name, or the digits are a part
    of a number; "" where nothing can match."""
    words = [term.as_beginning for term in _terms(text)]
    asked = [f"name : ({' '.join(words)})"] if words else []
    asked += [f'number : "{number}" *' for number in _numbers(text)]
    return " OR ".join(f"({part})" for part in asked)


def matcher(text: str) -> Callable[[str, Iterable[str]], bool]:
    """What the index would say of a contact, from its name and the spellings of its addresses."""
    needles = [term.needle if term.run else " " + " ".join(term.words) for term in _terms(text)]
    numbers = _numbers(text)

    def matching(name: str, spellings: Iterable[str]) -> bool:
        names = [name]
        for spelling in spellings:
            digits = spelling.lstrip("+")
            if not (digits.isdecimal() and digits.isascii()):
                names.append(digits)  # a sender's name
            elif any(number in digits for number in numbers):
                return True
        tokens = stream(" ".join(names))
        return bool(needles) and all(needle in tokens for needle in needles)

    return matching


def _terms(text: str) -> list[Term]:
    return [term for word in text.split() for term in terms_of(word)]


def _numbers(text: str) -> list[str]:
    """The typed digits, as typed and as a number is kept, long enough to be sought."""
    key = addresses.spellings_key(text)
    typed = "".join(filter(str.isdecimal, fold(text)))
    return [n for n in sorted({key, typed}) if len(n) >= SHORTEST_NUMBER] if key else []
