"""A team's server that lives through anything, and desks that follow it (GY1).

Rows mean nothing here: any row of any table may come, change, move to another key and go, in one of
several open transactions; what hangs on what, and who sees it, is all that counts. Foreign keys are
dropped, for they only say which order a sensible writer keeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import derived
from sms_desk.store.replica import before, digests, searching, state
from sms_desk.store.team.client import Pulling
from sms_desk.store.team.delta import Digest, Receipt
from sms_desk.store.team.replicated import (
    BY_NAME,
    OVERSIGHT_KEY,
    REPLICATED,
    Replicated,
    address_key,
)
from sms_desk.store.types import Id, Instant, Json
from sms_desk.sync.team_pull import Puller
from tests.fixtures.desk import open_hurried
from tests.fixtures.team import Login, Session, TeamServer
from tests.store.conftest import KEY
from tests.store.replica.looking import findable, findable_if_rebuilt

NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)
SEED = UUID("0190b6f2-0000-7000-8000-000000000001")
TEXTS = ("", "blue", "Blue one", "Zoë Quince", "+12025550171", "你好 世界", "a\nb", "=1+1", "-")
PEERS = ("+12025550171", "+12025550172", "SHOP")


def pool(name: str, size: int) -> list[UUID]:
    """So many ids of a kind, the same in every world."""
    return [derived(SEED, f"{name} {n}") for n in range(size)]


POOLS = {
    "conversations": pool("conversation", 5),
    "contacts": pool("contact", 3),
    "messages": pool("message", 9),
    "outbox": pool("outbox", 4),
    "people": pool("person", 4),
    "views": pool("view", 3),
}
DESKS = POOLS["people"][:2]
NAMES = {"conversation_id": "conversations", "message_id": "messages", "outbox_id": "outbox"}
NAMES |= {"contact_id": "contacts", "person_id": "people", "owner_id": "people"}
LIVELY = (
    *("conversations", "messages", "messages", "notes", "attachments", "message_routes", "outbox"),
    *("attempts", "contacts", "contact_addresses", "conversation_tags", "settings", "views"),
)


@dataclass
class Server:
    """The server's side: sessions of writers, each perhaps in a transaction."""

    team: TeamServer
    random: Random
    sessions: list[Session] = field(default_factory=list)
    looking: Session = field(init=False)

    def __post_init__(self) -> None:
        self.looking = self.team.connect(self.team.roles.connector)
        with self.team.admin_engine().begin() as tx:
            drop_foreign_keys(tx)
        for _ in range(3):
            session = self.team.connect(self.team.roles.connector)
            session.execute("SET lock_timeout = '20ms'")
            self.sessions.append(session)
        for person in POOLS["people"]:
            self.insert(self.sessions[0], BY_NAME["people"], person)
        for one in REPLICATED * 6:
            self.attempt(self.sessions[0], one)
        for desk in DESKS:
            for key in (self.team.workspace_id, desk, *POOLS["conversations"][:2]):
                self.see(self.sessions[0], desk, key, "see")

    # --- one step ---

    def write(self) -> None:
        """One statement in one of the transactions, or their beginning or end."""
        session = self.random.choice(self.sessions)
        inside = session.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        step = self.random.random()
        if not inside and step < 0.5:
            session.execute("BEGIN")
        elif inside and step < 0.25:
            session.execute(self.random.choice(("COMMIT", "COMMIT", "ROLLBACK")))
        else:
            for _ in range(self.random.randrange(1, 6)):
                with suppress(psycopg.Error), session.transaction():
                    self.something(session)

    def attempt(self, session: Session, one: Replicated) -> None:
        with suppress(psycopg.Error), session.transaction():
            self.insert(session, one)

    def something(self, session: Session) -> None:
        what = self.random.random()
        one = self.random.choice(REPLICATED)
        if self.random.random() < 0.6:
            one = BY_NAME[self.random.choice(LIVELY)]
        if what < 0.12:
            mode = self.random.choice(("see", "see", "none"))
            self.see(session, self.random.choice(DESKS), self.random.choice(self.keys()), mode)
        elif what < 0.123:
            self.forget(session)
        elif what < 0.126:
            session.execute("UPDATE team_meta SET epoch = gen_random_uuid()")
        elif what < 0.3:
            self.delete(session, one)
        else:
            self.insert(session, one)

    def end_all(self) -> None:
        for session in self.sessions:
            session.execute("COMMIT")

    def keys(self) -> list[UUID]:
        mine = [*POOLS["conversations"], *POOLS["contacts"], *POOLS["views"], *DESKS]
        return [*mine, *map(address_key, PEERS), OVERSIGHT_KEY, self.team.workspace_id]

    def see(self, session: Session, person: UUID, key: UUID, mode: str) -> None:
        session.execute(
            "INSERT INTO access (person_id, key, mode) VALUES (%s, %s, %s)"
            " ON CONFLICT (person_id, key) DO UPDATE SET mode = excluded.mode",
            (person, key, mode),
        )

    def forget(self, session: Session) -> None:
        """Tombs that every desk of some diligence has seen."""
        session.execute("UPDATE team_meta SET gc_xid = pg_snapshot_xmin(pg_current_snapshot())")
        session.execute("DELETE FROM tomb WHERE row_xid < (SELECT gc_xid FROM team_meta)")

    def insert(self, session: Session, one: Replicated, id_: UUID | None = None) -> None:
        """A row, new or in another's place."""
        row = {column.name: self.value(one.table, column) for column in one.table.columns}
        if id_ is not None:
            row["id"] = id_
        if one.name == "workspace":
            row["id"] = self.team.workspace_id
        if one.name == "people":
            row |= {"suspended_at": None, "removed_at": None}
        if one.name == "program_bindings":
            row |= {"sender_id": None, "service_id": None, "pattern": "x"}
        names = ", ".join(row)
        marks = ", ".join(f"%({name})s" for name in row)
        key = ", ".join(one.primary_key)
        # What hangs on a message by its id would hang on nothing; a foreign key forbids it.
        stays = (*one.primary_key, "id")
        set_ = ", ".join(f"{n} = excluded.{n}" for n in row if n not in stays)
        then = f"UPDATE SET {set_}" if set_ else "NOTHING"
        session.execute(
            f"INSERT INTO {one.name} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO {then}",
            row,
        )

    def delete(self, session: Session, one: Replicated) -> None:
        if one.name in ("workspace", "people"):
            return
        picked = session.execute(
            f"SELECT {', '.join(one.primary_key)} FROM {one.name}"
            f" ORDER BY {', '.join(one.primary_key)} OFFSET {self.random.randrange(4)} LIMIT 1"
        ).fetchone()
        if picked is None:
            return
        same = " AND ".join(f"{name} = %s" for name in one.primary_key)
        if one.name == "messages":
            session.execute(
                "DELETE FROM attachments WHERE message_id IN"
                " (SELECT id FROM messages WHERE position = %s)",
                picked,
            )
        if one.name == "outbox":
            session.execute("DELETE FROM attempts WHERE outbox_id = %s", picked)
        session.execute(f"DELETE FROM {one.name} WHERE {same}", picked)

    def value(self, table: sa.Table, column: sa.Column[Any]) -> Any:
        random = self.random
        if column.nullable and random.random() < 0.3:
            return None
        if column.name == "position":
            kind = {"notes": 1, "events": 2}.get(table.name, 0)
            return random.randrange(1, 9) * 4 + kind
        if isinstance(column.type, Id):
            known = table.name if column.name == "id" else NAMES.get(column.name, "")
            return random.choice(POOLS.get(known) or pool(column.name, 4))
        if column.name == "peer_key":
            return random.choice(PEERS)
        if table.name == "settings" and column.name == "scope":
            return random.choice(("workspace", "audit", *map(str, DESKS)))
        if column.name == "shared_with":
            return random.choice(('{"all":true}', '{"all":false,"people":[]}'))
        if isinstance(column.type, Json):
            return json.dumps(random.choice((None, [], {"a": "ö"}, "word")), ensure_ascii=False)
        if isinstance(column.type, sa.Boolean):
            return random.random() < 0.5
        if isinstance(column.type, sa.LargeBinary):
            return b"bytes"
        if isinstance(column.type, Instant | sa.BigInteger):
            return random.choice((0, 7, 1_700_000_000_000_001, 2**62))
        if isinstance(column.type, sa.Integer):
            return random.randrange(9)
        return random.choice(TEXTS)

    # --- what a person sees ---

    def view(self, person: UUID) -> dict[str, list[list[Any]]]:
        """Every row of that person's, as committed now."""
        found: dict[str, list[list[Any]]] = {}
        for one in REPLICATED:
            listed = self.looking.execute(
                f"SELECT {one.row_sql('t')} FROM {one.name} t WHERE t.scope_key IN"
                " (SELECT key FROM access WHERE person_id = %s AND mode = 'see')",
                (person,),
            )
            found[one.name] = sorted((json.loads(row[0]) for row in listed), key=repr)
        return found

    def digests(self, person: UUID) -> dict[UUID, Digest]:
        listed = self.looking.execute(
            "SELECT key, n, h FROM digest WHERE n <> 0 AND key IN"
            " (SELECT key FROM access WHERE person_id = %s AND mode = 'see')",
            (person,),
        )
        return {key: Digest(n, h) for key, n, h in listed}


def drop_foreign_keys(tx: sa.Connection) -> None:
    query = (
        "SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname)"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'desk'::regnamespace"
    )
    for statement in tx.exec_driver_sql(query).scalars().all():
        tx.exec_driver_sql(statement)


class SessionClient:
    """A desk's line, over a plain session of its login."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def pulling(self) -> AbstractContextManager[Pulling]:
        return self._pulling()

    @contextmanager
    def _pulling(self) -> Iterator[Pulling]:
        self.session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            yield Pulling(self.session)
        finally:
            self.session.execute("ROLLBACK")

    def attachment(self, attachment_id: UUID) -> bytes | None:
        row = self.session.execute("SELECT desk.attachment(%s)", (attachment_id,)).fetchone()
        assert row is not None
        found: bytes | None = row[0]
        return found


@dataclass
class FakeQueue:
    """Commands that write anything anywhere, until their receipt comes."""

    pending: dict[UUID, Sequence[str]] = field(default_factory=dict)

    def settle(self, tx: Tx, receipts: Sequence[Receipt], *, anew: bool) -> Changes:
        del tx, anew
        for receipt in receipts:
            self.pending.pop(receipt.id, None)
        return NOTHING

    def again(self, tx: Tx) -> Changes:
        for id_ in self.pending:
            self.run(tx, id_)
        return NOTHING

    def run(self, tx: Tx, id_: UUID) -> None:
        with before.keeping(tx, id_), searching.in_step(tx):
            for statement in self.pending[id_]:
                with suppress(sa.exc.IntegrityError):
                    tx.exec_driver_sql(statement)


WRONG_HERE = (
    "UPDATE messages SET body = body || ' edited', status = 'hm' WHERE position % 3 = 0",
    "UPDATE OR REPLACE messages SET position = position + 4 WHERE position < 16",
    "DELETE FROM messages WHERE position % 5 = 0",
    "DELETE FROM notes",
    "UPDATE conversations SET owner_id = NULL, team_state = 'closed', version = version + 1",
    "UPDATE contacts SET name = 'Somebody'",
    "DELETE FROM contact_addresses",
    "INSERT OR REPLACE INTO conversation_tags SELECT id, id FROM conversations",
    "UPDATE OR REPLACE settings SET name = 'other'",
    "UPDATE OR IGNORE outbox SET queue_n = queue_n + 1",
    "INSERT OR REPLACE INTO my_states SELECT id, id, 1, 1, 1, 1 FROM conversations",
)


@dataclass
class Follower:
    """A desk: its file, its line, its commands."""

    server: Server
    login: Login
    path: Path
    queue: FakeQueue = field(default_factory=FakeQueue)
    workspace: Workspace = field(init=False)
    puller: Puller = field(init=False)

    def __post_init__(self) -> None:
        self.client = SessionClient(self.server.team.connect(self.login))
        self.start()

    def start(self) -> None:
        self.workspace = open_hurried(self.path, KEY, replica=True)
        self.puller = Puller(self.workspace, self.queue)

    def restart(self) -> None:
        self.workspace.close()
        self.start()

    def pull(self) -> None:
        self.puller.pull_once(self.client, NOW)

    def fill(self) -> None:
        self.puller.fill_once(self.client, NOW)

    def catch_up(self) -> None:
        self.pull()
        for _ in range(200):
            if not self.puller.has_more:
                return
            self.fill()
        raise AssertionError("there is always more to fetch")

    def do(self, n: int, statements: Sequence[str]) -> None:
        """A command of this desk's, with its effect here."""
        id_ = derived(SEED, f"command {n}")
        self.queue.pending[id_] = statements
        with self.workspace.write() as tx:
            self.queue.run(tx, id_)

    def crash(self, after: int) -> None:
        """Die at some statement of a pull: the file is as before, cursor included, or the pull has
        been (GY3)."""
        was = self.everything()
        left = after

        def die(*_: Any) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Died

        event.listen(self.workspace.engine, "before_cursor_execute", die)
        pending = dict(self.queue.pending)
        try:
            self.pull()
        except Died:
            self.queue.pending = pending
            self.restart()
            now = self.everything()
            # After its commit a pull only looks and wipes: then it has been.
            assert now == was or now["replica_state"] != was["replica_state"]
        else:
            event.remove(self.workspace.engine, "before_cursor_execute", die)

    def everything(self) -> dict[str, Any]:
        """The whole file but for how often it was written."""
        with self.workspace.read() as tx:
            names = tx.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_index_%'"
                " AND name NOT IN ('pulse') AND sql NOT LIKE 'CREATE VIRTUAL%'"
            ).scalars()
            return {
                name: [tuple(row) for row in tx.exec_driver_sql(f"SELECT * FROM {name}")]
                for name in names.all()
            }

    def assert_same(self) -> None:
        """The file without what is pending is the server's view, row for row (GY1, GY8)."""
        person = self.login.person_id
        wanted, said = self.server.view(person), self.server.digests(person)
        with self.workspace.write() as tx:
            nested = tx.begin_nested()
            before.restore(tx)
            for one in REPLICATED:
                listed = ", ".join(one.columns)
                found = tx.exec_driver_sql(f"SELECT {listed} FROM {one.name}")
                here = sorted((one.to_wire(row) for row in found), key=repr)
                assert here == wanted[one.name], one.name
            assert digests.here(tx, self.server.keys()) == said
            assert not state.progress(tx).to_fetch
            assert findable(tx) == findable_if_rebuilt(tx)
            nested.rollback()


class Died(Exception):
    """As by kill -9: nothing of the program runs after it but what the file itself does."""
