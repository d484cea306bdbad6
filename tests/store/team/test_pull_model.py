"""A replica that pulls equals what its person may see, after any history (GY1, algorithms §2.2).

The model is the simplest replica there is: per key a set of rows, replaced when the key enters,
dropped when it leaves. The server's own view is asked of the tables directly.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.store.team import housekeeping, stamps
from sms_desk.store.team.delta import Delta, parsed
from sms_desk.store.team.replicated import BY_NAME, REPLICATED, hash_of
from tests.fixtures.team import Session, TeamServer, fetch, has_heard, listen
from tests.store.office import Office

Rows = dict[tuple[str, str], list[Any]]
STEPS = 50


class Replica:
    """The model of a desk. rows: table and primary key → the row as it travels."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.rows: Rows = {}
        self.keys: set[UUID] = set()
        self._hung: dict[tuple[str, str], UUID] = {}
        self.cursor = self._told_of = ""
        listen(session)
        self.started_over = 0

    def pull(self, server: TeamServer) -> Delta:
        """One pull, with what enters fetched in the same view. Whoever has something to pull was told
        so before (algorithms 2.7)."""
        with server.shared_engine(server.roles.connector).begin() as tx:
            self._told_of = housekeeping.poke(tx, self._told_of)
        was_told = has_heard(self._session)
        delta = self._pull()
        assert was_told or delta.is_empty
        return delta

    def _pull(self) -> Delta:
        self._session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            delta = _asked(self._session, self.cursor)
            filled = {key: fetch(self._session, key) for key in delta.enter}
        finally:
            self._session.execute("ROLLBACK")
        if delta.start_over:
            self.started_over += 1
            self.rows, self.keys, self._hung = {}, set(), {}
        for key in delta.leave:
            assert not filled.get(key)
            self._drop(key)
        for name, key_columns in delta.tombs:
            self._take_out((name, json.dumps(key_columns, sort_keys=True)))
        for key in delta.enter:
            self._drop(key)
        for key, part in filled.items():
            self.keys.add(key)
            self._put(part, key)
        self._put(delta, None)
        self.cursor = delta.cursor
        return delta

    def _drop(self, key: UUID) -> None:
        self.keys.discard(key)
        for place in [place for place, hung in self._hung.items() if hung == key]:
            self._take_out(place)

    def _take_out(self, place: tuple[str, str]) -> None:
        self.rows.pop(place, None)
        self._hung.pop(place, None)

    def _put(self, delta: Delta, key: UUID | None) -> None:
        for name, rows in delta.rows.items():
            for row in rows:
                place = name, json.dumps(BY_NAME[name].primary_key_of(row), sort_keys=True)
                self.rows[place] = row
                if key is not None:
                    self._hung[place] = key
                else:
                    self._hung[place] = _key_of(name, row) or self._hung.get(place, UUID(int=0))


def _key_of(name: str, row: list[Any]) -> UUID | None:
    """The conversation of a row that changed, where its table names one."""
    columns = BY_NAME[name].columns
    column = {"conversations": "id"}.get(name, "conversation_id")
    return UUID(row[columns.index(column)]) if column in columns else None


def _asked(session: Session, cursor: str) -> Delta:
    return parsed(session.execute("SELECT * FROM desk.pull(%s)", (cursor,)).fetchall())


def server_view(server: TeamServer, person_id: UUID) -> Rows:
    """What a person may see, asked of the tables by the superuser."""
    found: Rows = {}
    with server.admin_engine().connect() as tx:
        for one in REPLICATED:
            rows = tx.exec_driver_sql(
                f"SELECT {one.row_sql('t')} FROM desk.{one.name} t JOIN desk.access a"
                " ON a.key = t.scope_key AND a.mode = 'see' WHERE a.person_id = %s",
                (person_id,),
            )
            for (text,) in rows:
                row = json.loads(text)
                found[one.name, json.dumps(one.primary_key_of(row), sort_keys=True)] = row
    return found


class World:
    """Writers that work as the connector does, several transactions at once, and what they change."""

    def __init__(self, server: TeamServer, office: Office, seed: int) -> None:
        self.server, self.office = server, office
        self.random = random.Random(seed)
        self.places = [
            office.conversation(office.own, f"+1202555{n:04d}", office.ben) for n in range(5)
        ]
        for place in self.places:
            office.message(place, "first")
        self.engine = server.connector_engine()
        self.busy: dict[UUID, Connection] = {}
        """Conversation → the open transaction that wrote it: two never touch the same."""

    @contextmanager
    def writing(self, *, open_: bool) -> Iterator[tuple[Connection, UUID] | None]:
        free = [place for place in self.places if place not in self.busy]
        if not free:
            yield None
            return
        place = self.random.choice(free)
        connection = self.engine.connect()
        connection.begin()
        yield connection, place
        if open_ and len(self.busy) < 2:
            self.busy[place] = connection
        else:
            self.end(connection)

    def end(self, connection: Connection) -> None:
        transaction = connection.get_transaction()
        assert transaction is not None
        transaction.commit() if self.random.random() < 0.75 else transaction.rollback()
        connection.close()

    def end_one(self) -> None:
        if self.busy:
            place = self.random.choice(list(self.busy))
            self.end(self.busy.pop(place))

    def end_all(self) -> None:
        while self.busy:
            self.end_one()

    def step(self) -> None:
        kind = self.random.choice(
            (
                "say",
                "say",
                "change",
                "erase",
                "give",
                "take",
                "give",
                "move",
                "retag",
                "end",
                "both",
            )
        )
        if kind == "end":
            self.end_one()
            return
        # What moves writes to two conversations, of which a second may be somebody else's soon.
        with self.writing(open_=kind != "move" and self.random.random() < 0.4) as taken:
            if taken is not None:
                getattr(self, f"_{kind}")(*taken)

    def _say(self, tx: Connection, place: UUID) -> None:
        at = self.office.later(seconds=1)
        position = int(at.timestamp()) << 30 | 1
        tx.execute(
            sa.insert(tables.notes).values(
                position=position,
                id=new_id(),
                conversation_id=place,
                author_id=self.office.ben,
                at=at,
                body=f"note {position} ünï",
                mentions=[],
            )
        )

    def _change(self, tx: Connection, place: UUID) -> None:
        new = tables.conversations.c.version + 1
        tx.execute(
            sa.update(tables.conversations)
            .where(tables.conversations.c.id == place)
            .values(version=new)
        )

    def _erase(self, tx: Connection, place: UUID) -> None:
        notes = tables.notes.c
        newest = (
            sa.select(sa.func.max(notes.position)).where(notes.conversation_id == place)
        ).scalar_subquery()
        tx.execute(sa.delete(tables.notes).where(notes.position == newest))

    def _give(self, tx: Connection, place: UUID) -> None:
        self._allow(tx, place, "see")

    def _take(self, tx: Connection, place: UUID) -> None:
        self._allow(tx, place, "none")

    def _both(self, tx: Connection, place: UUID) -> None:
        """Taken away and given back between two pulls, with a change that nobody saw."""
        self._allow(tx, place, "none")
        self._change(tx, place)
        self._erase(tx, place)
        self._allow(tx, place, "see")

    def _allow(self, tx: Connection, place: UUID, mode: str) -> None:
        tx.exec_driver_sql(
            "INSERT INTO access (person_id, key, mode) VALUES (%s, %s, %s)"
            " ON CONFLICT (person_id, key) DO UPDATE SET mode = excluded.mode",
            (self.office.ben, place, mode),
        )

    def _move(self, tx: Connection, place: UUID) -> None:
        """A row that hangs on another key from now on."""
        free = [other for other in self.places if other not in self.busy and other != place]
        if free:
            notes = tables.notes.c
            newest = (
                sa.select(sa.func.max(notes.position)).where(notes.conversation_id == place)
            ).scalar_subquery()
            tx.execute(
                sa.update(tables.notes)
                .where(notes.position == newest)
                .values(conversation_id=free[0])
            )

    def _retag(self, tx: Connection, place: UUID) -> None:
        """A row whose own key changes."""
        notes = tables.notes.c
        newest = (
            sa.select(sa.func.max(notes.position)).where(notes.conversation_id == place)
        ).scalar_subquery()
        tx.execute(
            sa.update(tables.notes)
            .where(notes.position == newest)
            .values(position=notes.position + (self.random.randrange(1, 1 << 20) << 2))
        )


@pytest.mark.parametrize("seed", range(4))
def test_after_any_history_the_replica_is_what_its_person_may_see(
    team_server: TeamServer, seed: int
) -> None:
    office = Office(team_server.workspace())
    team_server.see(office.ben, office.ben, team_server.workspace_id)
    session = team_server.join(office.ben)
    world = World(team_server, office, seed)
    replica = Replica(session)
    with ExitStack() as cleaning:
        cleaning.callback(world.end_all)
        for _ in range(STEPS):
            world.step()
            if world.random.random() < 0.5:
                replica.pull(team_server)
                assert replica.rows == server_view(team_server, office.ben)
        world.end_all()
    replica.pull(team_server)
    assert replica.rows == server_view(team_server, office.ben)
    assert replica.started_over == 1  # the very first
    assert kept_digests(team_server) == counted_digests(team_server)
    assert_digests_fit(replica, kept_digests(team_server))


def kept_digests(server: TeamServer) -> dict[UUID, tuple[int, int]]:
    with server.admin_engine().connect() as tx:
        rows = tx.exec_driver_sql("SELECT key, n, h FROM desk.digest WHERE n <> 0 OR h <> 0")
        return {key: (n, h) for key, n, h in rows}


def counted_digests(server: TeamServer) -> dict[UUID, tuple[int, int]]:
    parts = " UNION ALL ".join(stamps.recomputed(one) for one in REPLICATED)
    with server.admin_engine().connect() as tx:
        rows = tx.exec_driver_sql(f"SELECT key, sum(n), bit_xor(h) FROM ({parts}) p GROUP BY key")
        return {key: (int(n), h) for key, n, h in rows}


def assert_digests_fit(replica: Replica, digests: dict[UUID, tuple[int, int]]) -> None:
    """What the desk counts of its own rows is what the server has counted."""
    counted: dict[UUID, tuple[int, int]] = {}
    for (name, _), row in replica.rows.items():
        key = _key_of(name, row)
        if key is None or name == "my_states":
            continue
        n, h = counted.get(key, (0, 0))
        counted[key] = n + 1, h ^ hash_of(BY_NAME[name].canonical(row))
    assert counted
    assert counted == {key: digests[key] for key in counted}
