"""Writes a workspace of any size that the desk can open.

    python -m tests.bench.generate --messages 100000 --conversations 10000 --out DIR [--people 20]
    SMS_DESK_HOME=DIR sms-desk inbox

The same seed gives the same workspace, byte for byte of its content. Its key is the published one:
everything in it is invented.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.model import TeamState
from sms_desk.settings import keys
from sms_desk.settings.files import REAL_PROFILE, Profile
from sms_desk.store import fast, search, tables
from sms_desk.store.engine import Tx, Workspace, ensure_schema, open_file
from sms_desk.store.events import EventKind
from sms_desk.store.types import from_micros, to_micros
from tests.bench.cast import Cast, Casting, Ids
from tests.bench.talk import MESSAGE_COLUMNS, SPAN, Line, Row, Telling, lines, schedule
from tests.bench.words import Texts

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the newest message came; fixed, so that a seed says everything."""
RECENT = timedelta(days=21)
_BATCH = 5_000
_MOST_CONTACTS = 60_000

# The smallest PNG: one transparent pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def generate(
    out: Path, messages: int, conversations: int, people: int = 20, seed: int = 1
) -> Profile:
    """Write the workspace under `out` (as SMS_DESK_HOME) and answer where it is."""
    if not 2 <= conversations <= messages:
        raise SystemExit("there are at least two conversations, and a message for each")
    rng = Random(seed)
    start = NOW - SPAN
    ids = Ids(rng, start)
    profile = Profile.of(REAL_PROFILE, out)
    workspace = open_file(*_made(profile, ids))
    try:
        ensure_schema(workspace)
        _fill(workspace, rng, ids, start, messages, conversations, people)
    finally:
        workspace.close()
    return profile


def _made(profile: Profile, ids: Ids) -> tuple[Path, bytes]:
    profile.make()
    return profile.database, keys.make_published(profile, ids.next())


def _fill(
    workspace: Workspace,
    rng: Random,
    ids: Ids,
    start: datetime,
    messages: int,
    conversations: int,
    people: int,
) -> None:
    texts = Texts(rng, messages)
    with workspace.write() as tx:
        contacts = min(conversations, _MOST_CONTACTS)
        cast = Casting(tx, rng, start, ids, texts).cast(people, contacts)
    talk = lines(cast, rng, ids, conversations)
    told = schedule(rng, start, conversations, messages)
    telling = Telling(cast, rng, ids, texts)
    large = (tables.messages, tables.conversations, tables.events, tables.my_states)
    with _loading(workspace) as tx, _without_indexes(tx, large), _merging_seldom(tx):
        for batch in _batches(telling.messages(talk, told)):
            _insert_messages(tx, batch)
            _insert_attachments(tx, ids, [row for row, _ in batch])
        ends = [_end(rng, line) for line in talk]
        for group in _batches(zip(talk, ends, strict=True)):
            _insert_conversations(tx, group)
        _furnish(tx, cast, rng, ids, talk, ends)


@contextmanager
def _loading(workspace: Workspace) -> Iterator[Tx]:
    """A transaction that asks no references and may use memory: for rows known to be sound."""
    with workspace.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -400000"):
            driver.execute(f"PRAGMA {pragma}")
        with connection.execution_options(desk_write=True).begin():
            yield connection
        connection.invalidate()  # nobody else shall get one with these settings


@contextmanager
def _merging_seldom(tx: Tx) -> Iterator[None]:
    """The search index gathers more in memory before it writes a segment, which it would merge.

    https://sqlite.org/fts5.html#the_hashsize_configuration_option
    """
    set_size = "INSERT INTO message_index (message_index, rank) VALUES ('hashsize', ?)"
    tx.exec_driver_sql(set_size, (32 << 20,))
    yield
    tx.exec_driver_sql(set_size, (1 << 20,))


@contextmanager
def _without_indexes(tx: Tx, loaded: Iterable[sa.Table]) -> Iterator[None]:
    """Indexes made at the end, in order, cost a third of those kept up row by row."""
    indexes = [
        index for table in loaded for index in sorted(table.indexes, key=lambda i: str(i.name))
    ]
    for index in indexes:
        index.drop(tx)
    yield
    for index in indexes:
        index.create(tx)


def _batches(items: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(items, _BATCH)):
        yield batch


def _insert_messages(tx: Tx, batch: list[tuple[Row, str]]) -> None:
    """The bare driver's speed: values as SQLite keeps them, tokens cut beforehand."""
    marks = ", ".join("?" * len(MESSAGE_COLUMNS))
    names = ", ".join(MESSAGE_COLUMNS)
    rows = [row for row, _ in batch]
    tx.exec_driver_sql(f"INSERT INTO messages ({names}) VALUES ({marks})", rows)
    tx.exec_driver_sql(
        "INSERT INTO message_index (rowid, body) VALUES (?, ?)",
        [(row[0], tokens) for row, tokens in batch],
    )


def _insert_attachments(tx: Tx, ids: Ids, rows: list[Row]) -> None:
    names = "id, message_id, n, content_type, size, data, state"
    found = [
        (ids.raw(), row[1], 0, "image/png", len(PIXEL), PIXEL, "stored") for row in rows if row[-1]
    ]
    if found:
        statement = f"INSERT INTO attachments ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        tx.exec_driver_sql(statement, found)


@dataclass(frozen=True, slots=True)
class _End:
    """How a conversation stands now. closed: its last close answered everything (R8)."""

    state: TeamState
    moved_at: int
    snoozed_until: datetime | None = None

    @property
    def closed(self) -> bool:
        return self.state is TeamState.CLOSED


def _end(rng: Random, line: Line) -> _End:
    """What is old is closed, but for a few; of what is recent, a third is and some is snoozed."""
    recent = line.ended > to_micros(NOW - RECENT)
    chance, later = rng.random(), line.ended + 300_000_000
    if chance < (0.35 if recent else 0.94):
        return _End(TeamState.CLOSED, later)
    if chance < (0.45 if recent else 0.96) and line.waiting_since is None:
        return _End(TeamState.SNOOZED, later, NOW + timedelta(hours=1 + rng.randrange(200)))
    return _End(TeamState.OPEN, line.begun)


def _insert_conversations(tx: Tx, talk: list[tuple[Line, _End]]) -> None:
    columns = (
        "id", "sender_id", "channel", "peer_key", "contact_id", "created_at", "owner_id",
        "team_state", "snoozed_until", "state_at", "closed_at", "source_kind", "source_program_id",
        "source_reason", "reply_raw", "version", "last_position", "last_inbound", "last_outbound",
        "answered_position", "waiting_since", "listed", "trouble", "snippet", "snippet_from",
    )  # fmt: skip
    fast.insert(tx, tables.conversations, columns, (_conversation(*pair) for pair in talk))


def _conversation(line: Line, end: _End) -> tuple[object, ...]:
    replied = bool(line.last_inbound and line.program)
    waiting = None if end.closed else line.waiting_since
    return (
        line.id,
        line.sender.id,
        line.sender.channel,
        line.number,
        line.contact_id,
        from_micros(line.begun),
        line.owner_id,
        end.state,
        end.snoozed_until,
        from_micros(end.moved_at),
        from_micros(end.moved_at) if end.closed else None,
        line.program.kind if line.program and replied else "direct",
        line.program.id if line.program and replied else None,
        "recent_send" if replied else "none",
        line.number,
        line.told,
        line.last_position,
        line.last_inbound,
        line.last_outbound,
        line.answered,
        None if waiting is None else from_micros(waiting),
        line.listed,
        "failed" if line.failed else None,
        line.snippet,
        line.last_origin,
    )


def _furnish(tx: Tx, cast: Cast, rng: Random, ids: Ids, talk: list[Line], ends: list[_End]) -> None:
    """Read markers, pins, drafts, tags, notes, and what the log says."""
    told = list(zip(talk, ends, strict=True))
    _insert_my_states(tx, rng, cast.people[0], told)
    heard = [line for line in talk if line.last_inbound]
    tagged = {
        (line.id, tag)
        for line in heard
        if rng.random() < 0.15
        for tag in rng.sample(cast.tags, 1 + int(rng.random() < 0.2))
    }
    fast.insert(tx, tables.conversation_tags, ("conversation_id", "tag_id"), sorted(tagged))
    drafts = (
        (cast.people[0], line.id, "reply", "Let me look that up", NOW)
        for line in rng.sample(heard, len(heard) // 200)
    )
    columns = ("person_id", "conversation_id", "mode", "body", "changed_at")
    fast.insert(tx, tables.drafts, columns, drafts)
    _insert_events(tx, ids, told, cast)
    _insert_notes(tx, ids, rng.sample(heard, len(heard) // 10), cast)


def _insert_my_states(tx: Tx, rng: Random, me: UUID, told: list[tuple[Line, _End]]) -> None:
    """The owner's marker, and mine, who sees all: what waits is often unread, the rest hardly."""
    rows = []
    for line, end in told:
        chance = 0.5 if line.waiting_since and not end.closed else 0.01
        for person in sorted({me, line.owner_id or me}) if line.last_inbound else ():
            position = line.last_inbound - 4 if rng.random() < chance else line.last_inbound
            rows.append((person, line.id, position, rng.random() < 0.002, rng.random() < 0.005))
    rows.sort(key=lambda row: (row[0], row[1]))
    columns = ("person_id", "conversation_id", "read_position", "pinned", "muted")
    fast.insert(tx, tables.my_states, columns, rows)


def _insert_events(tx: Tx, ids: Ids, talk: Iterable[tuple[Line, _End]], cast: Cast) -> None:
    place = _places(positions.Kind.EVENT)
    me = cast.people[0]
    rows: list[tuple[object, ...]] = []

    def happened(line: Line, at: int, kind: EventKind, detail: object) -> None:
        row = (place(at), ids.next(), line.id, from_micros(at), kind, line.owner_id or me, detail)
        rows.append(row)

    for line, end in talk:
        if line.owner_id:
            after = {"before": None, "after": str(line.owner_id)}
            happened(line, line.begun, EventKind.ASSIGNED, after)
        if end.closed and line.listed:
            happened(line, end.moved_at, EventKind.CLOSED, {})
    rows.sort(key=lambda row: str(row[0]))
    columns = ("position", "id", "conversation_id", "at", "kind", "actor_id", "detail")
    fast.insert(tx, tables.events, columns, rows)


def _insert_notes(tx: Tx, ids: Ids, talk: Iterable[Line], cast: Cast) -> None:
    place = _places(positions.Kind.NOTE)
    columns = ("position", "id", "conversation_id", "author_id", "at", "body", "mentions")
    rows: list[tuple[Any, ...]] = [
        (
            place(line.ended),
            ids.next(),
            line.id,
            line.owner_id or cast.people[0],
            from_micros(line.ended),
            "Called back, see the order note",
            [],
        )
        for line in talk
    ]
    fast.insert(tx, tables.notes, columns, rows)
    search.feed_notes(tx, ((row[0], "Called back, see the order note") for row in rows))


def _places(kind: positions.Kind) -> Callable[[int], int]:
    """Free positions for one kind."""
    taken: set[int] = set()

    def place(at: int) -> int:
        position = positions.of_own(from_micros(at), kind)
        while position in taken:
            position = positions.after(position)
        taken.add(position)
        return position

    return place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--conversations", type=int, required=True)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    began = time.perf_counter()
    profile = generate(words.out, words.messages, words.conversations, words.people, words.seed)
    seconds = time.perf_counter() - began
    print(f"{profile.database}: {words.messages} messages in {seconds:.1f} s")
    print(f"{words.messages / seconds:.0f} messages/s")


if __name__ == "__main__":
    main()
