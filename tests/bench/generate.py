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
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from sms_desk.domain import positions
from sms_desk.settings import keys
from sms_desk.settings.files import REAL_PROFILE, Profile
from sms_desk.store import conversation_caches, fast, search, tables
from sms_desk.store.engine import Tx, Workspace, ensure_schema, open_file
from sms_desk.store.types import from_micros
from tests.bench.cast import Cast, Casting, Ids
from tests.bench.talk import MESSAGE_COLUMNS, RECENT, SPAN, Line, Row, Telling, lines, schedule
from tests.bench.words import Texts

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the newest message came; fixed, so that a seed says everything."""
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
    texts = Texts(rng)
    with workspace.write() as tx:
        contacts = min(conversations, _MOST_CONTACTS)
        cast = Casting(tx, rng, start, ids, texts).cast(people, contacts)
    talk = lines(cast, rng, ids, conversations)
    told = schedule(rng, conversations, messages)
    telling = Telling(cast, rng, ids, texts, start)
    with _loading(workspace) as tx:
        for batch in _batches(telling.messages(talk, told)):
            _insert_messages(tx, batch)
            _insert_attachments(tx, ids, [row for row, _ in batch])
        for group in _batches(iter(talk)):
            _insert_conversations(tx, group)
        _furnish(tx, cast, rng, ids, talk)
    with workspace.write() as tx:
        conversation_caches.rebuild(tx)
        tx.exec_driver_sql("ANALYZE")


@contextmanager
def _loading(workspace: Workspace) -> Iterator[Tx]:
    """A transaction that asks no references and may use memory: for rows known to be sound."""
    with workspace.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -200000"):
            driver.execute(f"PRAGMA {pragma}")
        with connection.execution_options(desk_write=True).begin():
            yield connection
        connection.invalidate()  # nobody else shall get one with these settings


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
        (ids.raw(), row[1], 0, "image/png", len(PIXEL), PIXEL, "stored") for row in rows if row[19]
    ]
    if found:
        statement = f"INSERT INTO attachments ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        tx.exec_driver_sql(statement, found)


def _insert_conversations(tx: Tx, talk: list[Line]) -> None:
    columns = (
        "id", "sender_id", "channel", "peer_key", "contact_id", "created_at", "owner_id",
        "team_state", "state_at", "closed_at", "source_kind", "source_program_id",
        "source_reason", "reply_raw",
    )  # fmt: skip
    fast.insert(tx, tables.conversations, columns, map(_conversation, talk))


def _conversation(line: Line) -> tuple[object, ...]:
    """What is old is closed, but for one in forty; a close answers all that was there (R8)."""
    ended = from_micros(line.ended)
    old = ended < NOW - RECENT and line.ended // 1_000_000 % 40 != 0
    replied = bool(line.last_inbound and line.program)
    return (
        line.id,
        line.sender_id,
        "sms",
        line.number,
        line.contact_id,
        from_micros(line.begun),
        line.owner_id,
        "closed" if old else "open",
        ended + timedelta(minutes=5),
        ended + timedelta(minutes=5) if old else None,
        line.program.kind if line.program and replied else "direct",
        line.program.id if line.program and replied else None,
        "recent_send" if replied else "none",
        line.number,
    )


def _furnish(tx: Tx, cast: Cast, rng: Random, ids: Ids, talk: list[Line]) -> None:
    """Read markers, tags, notes and the assignments of the log."""
    heard = [line for line in talk if line.last_inbound]
    read = rng.choices((True, False), weights=(96, 4), k=len(heard))
    markers = (
        (cast.people[0], line.id, line.last_inbound if is_read else line.last_inbound - 4)
        for line, is_read in zip(heard, read, strict=True)
    )
    fast.insert(tx, tables.my_states, ("person_id", "conversation_id", "read_position"), markers)
    tagged = [(line.id, rng.choice(cast.tags)) for line in heard if rng.random() < 0.15]
    fast.insert(tx, tables.conversation_tags, ("conversation_id", "tag_id"), tagged)
    _insert_events(tx, ids, heard, cast)
    _insert_notes(tx, ids, rng.sample(heard, len(heard) // 10), cast)


def _insert_events(tx: Tx, ids: Ids, talk: Iterable[Line], cast: Cast) -> None:
    place = _places(positions.Kind.EVENT)
    columns = ("position", "id", "conversation_id", "at", "kind", "actor_id", "detail")
    rows = (
        (
            place(line.begun),
            ids.next(),
            line.id,
            from_micros(line.begun),
            "assigned",
            cast.people[0],
            {"before": None, "after": str(line.owner_id)},
        )
        for line in talk
        if line.owner_id
    )
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
