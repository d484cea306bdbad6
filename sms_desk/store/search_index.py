"""What the search index holds, and how it is fed (R44, GY8).

Two contentless FTS5 tables, which keep tokens and no text:

    message_index   row = position of a message or note, so newest first is the index's own order
    contact_index   row = contacts.search_row; names, and every end of each number

The desk feeds them itself, many rows at a time: a trigger would cap intake at 23 k messages/s
(measured.md). The text is folded and cut by `domain.search_text`, so the tokenizer has only spaces
to find; unicode61 would fold by tables of 2012 and drop later scripts and emoji. The index belongs
to the desk's own file: a PostgreSQL workspace has none, and there every function here does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.search_text import indexed
from sms_desk.store import tables
from sms_desk.store.engine import Tx

TABLES = (
    "CREATE VIRTUAL TABLE message_index USING fts5("
    "body, content='', contentless_delete=1, tokenize='ascii', prefix='2 3')",
    "CREATE VIRTUAL TABLE contact_index USING fts5("
    "name, number, content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3')",
)
"""As the newest migration makes them."""

SHORTEST_NUMBER = 3
"""Digits of a number that can be sought."""
_BATCH = 1_000
_PAGES = 500
"""Of the index, merged in one step: 2 MB, some hundredths of a second."""
_FEED_CONTACTS = "INSERT OR REPLACE INTO contact_index (rowid, name, number) VALUES (?, ?, ?)"


def feed_messages(tx: Tx, rows: Iterable[tuple[int, str]]) -> None:
    """Make messages findable. rows: (position, body); a position already there is replaced."""
    if not _has_index(tx):
        return
    statement = "INSERT OR REPLACE INTO message_index (rowid, body) VALUES (?, ?)"
    entries = ((position, indexed(body)) for position, body in rows)
    while batch := list(islice(entries, _BATCH)):
        tx.exec_driver_sql(statement, batch)


feed_notes = feed_messages
"""Notes stand in the same index, at positions of their own kind."""


def drop(tx: Tx, positions: Iterable[int]) -> None:
    """Make messages and notes unfindable."""
    _delete(tx, "message_index", positions)


def feed_contact(tx: Tx, contact_id: UUID) -> None:
    """Make a contact findable by its name and numbers as they stand now."""
    feed_contacts(tx, (contact_id,))


def feed_contacts(tx: Tx, contact_ids: Iterable[UUID]) -> None:
    """As `feed_contact`, for many."""
    if not _has_index(tx):
        return
    ids = iter(contact_ids)
    while batch := list(islice(ids, _BATCH)):
        _feed_contacts(tx, tables.contacts.c.id.in_(batch))


def feed_nameless(tx: Tx, rows: Iterable[tuple[int, str, str | None]]) -> None:
    """Make new contacts findable that have one address and no name yet.

    rows: (search row, match key, E.164 or None).
    """
    if not _has_index(tx):
        return
    entries = [(row, *_entry("", ((key, e164),))) for row, key, e164 in rows]
    if entries:
        tx.exec_driver_sql(_FEED_CONTACTS, entries)


def drop_contacts(tx: Tx, search_rows: Iterable[int]) -> None:
    """Make contacts unfindable. search_rows: their `contacts.search_row`."""
    _delete(tx, "contact_index", search_rows)


def squeeze(tx: Tx) -> bool:
    """One short step towards an index without a trace of what was dropped: what is deleted is only
    marked until its part of the index is merged with others. Whether there is more to do."""
    if not _has_index(tx):
        return False
    steps = [_merge(tx, index) for index in ("message_index", "contact_index")]
    return any(steps)


def _merge(tx: Tx, index: str) -> bool:
    # A negative number merges all parts into one, so many pages at a time; when less than two rows
    # changed, nothing was done (https://sqlite.org/fts5.html#the_merge_command).
    driver: Any = tx.connection.driver_connection
    before = driver.total_changes
    tx.exec_driver_sql(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', {-_PAGES})")  # noqa: S608 (own names)
    return bool(driver.total_changes - before >= 2)


def rebuild(tx: Tx) -> None:
    """Make both indexes anew from messages, notes and contacts."""
    if not _has_index(tx):
        return
    for index in ("message_index", "contact_index"):
        tx.exec_driver_sql(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")  # noqa: S608 (own names)
    for table in (tables.messages, tables.notes):
        feed_messages(tx, _bodies(tx, table))
    _feed_contacts(tx, sa.true())


def differences(tx: Tx) -> list[int]:
    """Positions that are stored and not findable, or findable and not stored (GY8): none, if all is well."""
    if not _has_index(tx):
        return []
    stored = "SELECT position FROM messages UNION ALL SELECT position FROM notes"
    found = "SELECT rowid FROM message_index"
    statement = (
        f"SELECT * FROM ({stored} EXCEPT {found})"  # noqa: S608 (own names)
        f" UNION ALL SELECT * FROM ({found} EXCEPT SELECT * FROM ({stored}))"
    )
    return [int(row[0]) for row in tx.exec_driver_sql(statement)]


def number_tokens(digits: str) -> str:
    """All ends of a number, so that any part of it is the beginning of a token."""
    return " ".join(digits[i:] for i in range(max(1, len(digits) - SHORTEST_NUMBER + 1)))


def among(column: sa.Column[int], values: Sequence[int]) -> sa.ColumnElement[bool]:
    """`column IN values`, as one statement whatever their number, so that it is compiled once."""
    each = sa.func.json_each(json_array(values)).table_valued("value")
    return column.in_(sa.select(each.c.value))


def json_array(values: Sequence[int]) -> str:
    return f"[{','.join(map(str, values))}]"


def _has_index(tx: Tx) -> bool:
    return tx.dialect.name == "sqlite"


def _delete(tx: Tx, table: str, rows: Iterable[int]) -> None:
    if not _has_index(tx):
        return
    batch = [(row,) for row in rows]
    if batch:
        tx.exec_driver_sql(f"DELETE FROM {table} WHERE rowid = ?", batch)  # noqa: S608 (own names)


def _bodies(tx: Tx, table: sa.Table) -> Iterator[tuple[int, str]]:
    """Positions and bodies, page by page: a million bodies are never held at once."""
    last = -1
    while True:
        page = sa.select(table.c.position, table.c.body).where(table.c.position > last)
        rows = tx.execute(page.order_by(table.c.position).limit(_BATCH)).all()
        if not rows:
            return
        yield from ((row[0], row[1]) for row in rows)
        last = rows[-1][0]


def _feed_contacts(tx: Tx, which: sa.ColumnElement[bool]) -> None:
    contacts, addresses = tables.contacts.c, tables.contact_addresses.c
    rows = tx.execute(
        sa.select(contacts.search_row, contacts.name, addresses.peer_key, addresses.e164)
        .outerjoin_from(tables.contacts, tables.contact_addresses)
        .where(which)
        .order_by(contacts.search_row)
    )
    entries = [(row, *_contact_entry(group)) for row, group in _grouped(rows)]
    if entries:
        tx.exec_driver_sql(_FEED_CONTACTS, entries)


def _grouped(rows: Iterable[Any]) -> Iterator[tuple[int, list[Any]]]:
    group: list[Any] = []
    for row in rows:
        if group and group[0].search_row != row.search_row:
            yield group[0].search_row, group
            group = []
        group.append(row)
    if group:
        yield group[0].search_row, group


def _contact_entry(addresses: list[Any]) -> tuple[str, str]:
    return _entry(addresses[0].name, [(row.peer_key, row.e164) for row in addresses])


def _entry(name: str, addresses: Iterable[tuple[str | None, str | None]]) -> tuple[str, str]:
    """(name, number) of one contact as tokens. A peer without digits, a sender's name, is a name."""
    names, numbers = [indexed(name)], list[str]()
    for key, e164 in addresses:
        spellings = {key or "", e164 or ""}
        for digits in sorted({spelling.lstrip("+") for spelling in spellings if spelling}):
            if digits.isdecimal() and digits.isascii():
                numbers.append(number_tokens(digits))
            else:
                names.append(indexed(digits))
    return " ".join(names), " ".join(numbers)
