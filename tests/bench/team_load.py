"""What one PostgreSQL and one connector carry: many desks at work, and what each thing costs.

    python -m tests.bench.team_load --desks 200 --messages 100000 --seconds 60 \
        --commands 20 --inbound 10 [--processes 2]

Makes a throw-away cluster that writes durably, carries a generated workspace into it, starts a
connector in a process of its own and the desks in a few others. A simulated desk has a login and
two connections as a real one: it listens, pulls when it is poked (and then rests a while) and pushes
notes; of what it pulls it keeps nothing. Every number is of the machine that it was measured on:
compare what stands in one table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg import sql

from sms_desk.services import pushed
from sms_desk.settings import keys
from sms_desk.store import tables
from sms_desk.store.engine import open_file
from sms_desk.store.ids import new_id
from sms_desk.store.team import access, moving, roles, surface
from sms_desk.store.team.functions import key_column, place_of
from sms_desk.store.team.lease import Lease
from sms_desk.store.team.replicated import BY_NAME, REPLICATED, Hangs, hash_sql
from sms_desk.store.team.workspace import TeamWorkspace
from sms_desk.sync import team_line
from sms_desk.sync.team_connector import TeamConnector
from sms_desk.sync.team_reign import Doors
from tests.bench.generate import generate
from tests.fixtures.fake_provider import FakeProvider
from tests.fixtures.postgres import PASSWORD, Cluster, running_cluster
from tests.fixtures.team import TeamServer

DATABASE = "load"
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on")
_COMPLETE = "complete"  # a file beside the data: all of the workspace was carried
_MOST_CONVERSATIONS = 100_000
_FIRST_PULLS_AT_ONCE = 4
_ASKED = "When do you open?"
_SEEN = [
    BY_NAME["conversations"].columns.index(name)
    for name in ("id", "version", "owner_id", "owner_epoch", "team_state")
]
_NOTED_IN = BY_NAME["notes"].columns.index("conversation_id")
_FEW: Final = 20
_WARM_UP: Final = 15.0
"""Seconds in which every session has its plans made, as in the first minutes of a working day."""
_SEEN_AT = BY_NAME["messages"].columns.index("seen_at")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of the machine."""

    desks: int
    messages: int
    grown: int
    seconds: float
    commands: float
    inbound: float
    processes: int
    burst: int
    no_crowds: bool
    kept: Path | None


@dataclass
class Measured:
    """Milliseconds of each thing, as one process of desks saw them."""

    seen: list[float] = field(default_factory=list)  # a colleague's note, push to pull
    seen_by_many: list[float] = field(default_factory=list)  # the same where more than _FEW see it
    arrived: list[float] = field(default_factory=list)  # an inbound message, commit to pull
    answered: list[float] = field(default_factory=list)  # the receipt of one's own command
    pulls: list[float] = field(default_factory=list)
    pushes: list[float] = field(default_factory=list)
    rows: int = 0
    _lists = ("seen", "seen_by_many", "arrived", "answered", "pulls", "pushes")

    def forget(self) -> None:
        """What was measured while everything was new."""
        for name in self._lists:
            getattr(self, name).clear()
        self.rows = 0

    def add(self, other: Measured) -> None:
        for name in self._lists:
            getattr(self, name).extend(getattr(other, name))
        self.rows += other.rows


# --- the workspace --------------------------------------------------------------------------------


@contextmanager
def served(plan: Plan, folder: Path) -> Iterator[TeamServer]:
    """A server with a generated workspace in it."""
    limit = plan.desks * 2 + 40
    options = (*DURABLE, f"max_connections={limit}", "shared_buffers=512MB", "max_wal_size=4GB")
    data = plan.kept and plan.kept / "data"
    is_there = data is not None and (data / _COMPLETE).exists()
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(options=options, kept=data))
        if is_there:
            _upgrade(cluster)
        else:
            _make(cluster)
        server = TeamServer(cluster, DATABASE, roles.roles_for(DATABASE))
        stack.callback(server.close)
        if not is_there:
            _carry(server, plan, folder)
            if data is not None:
                (data / _COMPLETE).touch()
        _grow(server, plan.grown)
        yield server


def _make(cluster: Cluster) -> None:
    admin = sa.create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {DATABASE}")
    admin.dispose()
    with _administered(cluster) as connection:
        made = surface.install(connection, DATABASE)
        roles.set_password(connection, made.connector, PASSWORD)


def _upgrade(cluster: Cluster) -> None:
    """What was kept is measured with the functions of today."""
    with _administered(cluster) as connection:
        surface.upgrade(connection)


@contextmanager
def _administered(cluster: Cluster) -> Iterator[sa.Connection]:
    engine = sa.create_engine(cluster.url(DATABASE))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _carry(server: TeamServer, plan: Plan, folder: Path) -> None:
    began = time.perf_counter()
    conversations = min(max(plan.messages // 10, 2), _MOST_CONVERSATIONS)
    profile = generate(folder, plan.messages, conversations, people=plan.desks)
    identity = keys.read(profile)
    assert identity is not None
    file = open_file(profile.database, _published(identity), create=False)
    made = time.perf_counter()
    with file.read() as source, server.connector_engine().begin() as target:
        moving.carry(source, target, lambda *_: None)
        carried = time.perf_counter()
        access.rebuild(target, datetime.now(UTC))
    file.close()
    _vacuum(server)
    print(
        f"{plan.messages:,} messages: generated in {made - began:.0f} s, carried and verified in"
        f" {carried - made:.0f} s, who sees what computed in {time.perf_counter() - carried:.0f} s"
    )


def _grow(server: TeamServer, wanted: int) -> None:
    """Up to so many messages by copies of those that are there, each further back in its conversation:
    what grows a workspace from year to year is its history."""
    began = time.perf_counter()
    with server.admin_engine().begin() as admin:
        admin.exec_driver_sql("SET LOCAL search_path = desk")
        have, span = admin.exec_driver_sql(
            "SELECT count(*), ((max(position) >> 30) - (min(position) >> 30) + 1) FROM messages"
        ).one()
        copies = wanted // have - 1
        if copies < 1:
            return
        back = f"- g * {span} * 1000000"
        other = {
            "id": "gen_random_uuid()",
            "position": f"m.position - ((g * {span}) << 30)",
            "provider_sid": "m.provider_sid || '-' || g",
            **{name: f"m.{name} {back}" for name in ("at", "seen_at", "status_at")},
            "outbox_id": "NULL",
            "media_count": "0",
        }
        names = [column.name for column in tables.messages.columns]
        listed = ", ".join((*names, "row_xid", "scope_key"))
        values = ", ".join(other.get(name, f"m.{name}") for name in names)
        hashed = hash_sql(BY_NAME["messages"].canonical_sql("m"))
        for statement in (
            "ALTER TABLE messages DISABLE TRIGGER ALL",
            f"INSERT INTO messages ({listed}) SELECT {values}, m.row_xid, m.scope_key"
            f" FROM messages m, generate_series(1::bigint, {copies}) g",
            "ALTER TABLE messages ENABLE TRIGGER ALL",
            "ALTER TABLE digest DISABLE TRIGGER ALL",
            f"UPDATE digest d SET n = d.n + x.n, h = d.h # x.h FROM (SELECT m.scope_key, count(*) AS n,"
            f" bit_xor({hashed}) AS h FROM messages m WHERE m.provider_sid LIKE '%%-%%'"
            " GROUP BY m.scope_key) x WHERE x.scope_key = d.key",
            "ALTER TABLE digest ENABLE TRIGGER ALL",
        ):
            admin.exec_driver_sql(statement)
    _vacuum(server)
    print(f"grown to {wanted:,} messages in {time.perf_counter() - began:.0f} s")


def _vacuum(server: TeamServer) -> None:
    with server.admin_engine().connect() as admin:
        admin.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")


def _published(identity: keys.Identity) -> bytes:
    """What is invented has the published key."""
    return keys.load(identity, store=_no_store, passphrase=None)


def _no_store() -> Any:
    raise AssertionError("nobody asks a key store")


def invite_all(server: TeamServer) -> list[tuple[UUID, str]]:
    """A login for each person: (person, login)."""
    with server.connected(server.roles.connector) as connector:
        people = [row[0] for row in connector.execute("SELECT id FROM people ORDER BY id")]
        verifier = connector.pgconn.encrypt_password(
            PASSWORD.encode(), b"anybody", b"scram-sha-256"
        ).decode()
        found = []
        for person in people:
            row = connector.execute("SELECT create_login(%s, %s)", (person, verifier)).fetchone()
            assert row is not None
            found.append((person, str(row[0])))
    return found


# --- the connector --------------------------------------------------------------------------------


def run_connector(socket: str, port: int, inbound: float, go: Event, stop: Event) -> None:
    """A process: the real loop, with a provider in memory at which customers write."""
    logging.basicConfig(level=logging.WARNING)
    server = TeamServer(Cluster(Path(socket), port), DATABASE, roles.roles_for(DATABASE))
    provider = FakeProvider(lambda: datetime.now(UTC))
    engine, lease_engine = server.connector_engine(), server.connector_engine()
    with engine.connect() as tx:
        lines = tx.exec_driver_sql(
            "SELECT s.address, c.reply_raw FROM conversations c JOIN sender_ids s"
            " ON s.id = c.sender_id WHERE c.channel = 'sms' AND s.direction <> 'outbound'"
            " ORDER BY c.last_position DESC LIMIT 500"
        ).all()
    doors = Doors(
        lease=Lease(lease_engine, "load"),
        workspace=lambda hold: TeamWorkspace(engine, hold, lambda: datetime.now(UTC)),
        execute=pushed.run_next,
        open_provider=lambda _row: provider,
        mail_password=lambda: "",
    )
    connector = TeamConnector(doors)
    connector.start()
    rng = Random(1)
    go.wait()
    while not stop.is_set():
        ours, peer = rng.choice(lines)
        if inbound:
            # An id of its own: those of the provider in memory are the generated messages', too.
            provider.receive(_ASKED, peer=peer, ours=ours, sid=f"SM{new_id().hex}")
            connector.poke(force=True)
        stop.wait(1 / inbound if inbound else 1)
    connector.stop()
    server.close()


# --- desks ----------------------------------------------------------------------------------------


class SimulatedDesk:
    """One login that listens, pulls and pushes; what it pulls is counted and let go."""

    def __init__(
        self, login: str, socket: str, port: int, measured: Measured, crowded: frozenset[str]
    ) -> None:
        self._login = login
        self._crowded = crowded
        self._place = {"host": socket, "port": port}
        self._measured = measured
        self._cursor = ""
        self._pushed: dict[str, float] = {}
        self.mine: list[str] = []
        self._seen: dict[str, list[Any]] = {}
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()  # one connection, one question at a time
        self._last = 0.0
        self._rest = 0.0

    async def begin(self) -> None:
        """The first pull, as a desk has it behind it in the morning."""
        self._asking = await self._connection()
        self._listening = await self._connection()
        hello = await (await self._listening.execute("SELECT desk.hello()")).fetchone()
        assert hello is not None
        channel = json.loads(hello[0])["channel"]
        await self._listening.execute(sql.SQL("LISTEN ") + sql.Identifier(channel))
        await self.pull()
        query = "SELECT body FROM desk.fetch(%s, 9223372036854775807) WHERE tbl = 'conversations'"
        found = await (await self._asking.execute(query, (self.mine[:100],))).fetchall()
        for (body,) in found:
            self._stands(json.loads(body))
        self.mine = list(self._seen)

    def _stands(self, row: list[Any]) -> None:
        """What the desk saw of a conversation, as it says with a command (`services.standing`)."""
        id_, *seen = (row[n] for n in _SEEN)
        self._seen[str(id_)] = [*seen, 0]

    async def _connection(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        return await psycopg.AsyncConnection.connect(
            dbname=DATABASE,
            user=self._login,
            password=PASSWORD,
            autocommit=True,
            **self._place,  # type: ignore[arg-type]
        )

    def avoid(self, places: frozenset[str]) -> None:
        """Write there no more."""
        self.mine = [place for place in self.mine if place not in places]

    async def listen(self) -> None:
        async for _ in self._listening.notifies():
            self._news.set()

    async def live(self) -> None:
        """Pull when there is news, and rest after it as a desk does."""
        while True:
            await self._news.wait()
            await asyncio.sleep(max(0.0, self._last + self._rest - time.monotonic()))
            self._news.clear()
            await self.pull()

    async def pull(self) -> None:
        self._last = began = time.monotonic()
        async with self._turn:
            # The statements of a desk, in one message: its own machine is not what is measured.
            cursor = await self._asking.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
                f"SELECT * FROM desk.pull('{self._cursor}'); ROLLBACK"
            )
            cursor.nextset()
            lines = await cursor.fetchall()
        now = time.monotonic()
        self._rest = team_line.rest_after(timedelta(seconds=now - began)).total_seconds()
        first = not self._cursor
        for what, table, body in lines:
            if what == "head":
                self._cursor = json.loads(body)["cursor"]
            elif what == "enter" and first:
                entered = json.loads(body)
                if 0 < entered["rank"] < 9 * 10**18:
                    self.mine.append(entered["key"])
            elif what == "receipt" and not first:
                pushed_at = self._pushed.pop(json.loads(body)["id"], None)
                if pushed_at is not None:
                    self._measured.answered.append((now - pushed_at) * 1e3)
            elif what == "row":
                self._measured.rows += 1
                self._note(table, body, now)
        if not first:
            self._measured.pulls.append((now - began) * 1e3)

    def _note(self, table: str, body: str, now: float) -> None:
        if table == "notes" and "pushed at " in body:
            at = float(body.partition("pushed at ")[2].partition("!")[0])
            many = json.loads(body)[_NOTED_IN] in self._crowded
            seen = self._measured.seen_by_many if many else self._measured.seen
            seen.append((now - at) * 1e3)
        elif table == "conversations":
            self._stands(json.loads(body))
        elif table == "messages":
            row = json.loads(body)
            if _ASKED in row:
                self._measured.arrived.append(time.time() * 1e3 - row[_SEEN_AT] / 1e3)

    async def write(self, rng: Random) -> None:
        """A note in one of one's own conversations."""
        command, place = str(new_id()), rng.choice(self.mine)
        began = time.monotonic()
        args = {
            "conversation_id": place,
            "note_id": str(new_id()),
            "body": f"pushed at {began}!",
            "mentions": [],
        }
        base = {"conversations": {place: self._seen[place]}}
        self._pushed[command] = began
        async with self._turn:
            await self._asking.execute(
                "SELECT desk.push(%s, 'add_note', %s, %s, %s)",
                (command, time.time_ns() // 1000, json.dumps(args), json.dumps(base)),
            )
        self._measured.pushes.append((time.monotonic() - began) * 1e3)


async def _work(
    logins: Sequence[str],
    socket: str,
    port: int,
    rate: float,
    seconds: float,
    crowded: frozenset[str],
    no_crowds: bool,
    ready: Any,
    go: Event,
) -> Measured:
    measured = Measured()
    desks = [SimulatedDesk(login, socket, port, measured, crowded) for login in logins]
    limit = asyncio.Semaphore(_FIRST_PULLS_AT_ONCE)

    async def begin(desk: SimulatedDesk) -> None:
        async with limit:
            await desk.begin()

    await asyncio.gather(*map(begin, desks))
    ready.release()
    await asyncio.to_thread(go.wait)
    tasks = [asyncio.create_task(part) for desk in desks for part in (desk.listen(), desk.live())]
    rng = Random(len(logins))
    writers = [desk for desk in desks if {*desk.mine} - crowded]
    due = time.monotonic()
    warm, end = due + _WARM_UP, due + _WARM_UP + seconds
    while time.monotonic() < end:
        if warm and time.monotonic() > warm:
            measured.forget()
            warm = 0.0
            if no_crowds:
                for desk in writers:
                    desk.avoid(crowded)
        await rng.choice(writers).write(rng)
        due += rng.expovariate(rate)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    return measured


def run_desks(
    logins: Sequence[str],
    socket: str,
    port: int,
    rate: float,
    seconds: float,
    crowded: frozenset[str],
    no_crowds: bool,
    ready: Any,
    go: Event,
    answer: Any,
) -> None:
    """A process of simulated desks. crowded: conversations that more than a few people see."""
    answer.put(
        asyncio.run(_work(logins, socket, port, rate, seconds, crowded, no_crowds, ready, go))
    )


def _crowded(server: TeamServer) -> frozenset[str]:
    with server.connected(server.roles.connector) as connector:
        rows = connector.execute(
            "SELECT a.key::text FROM access a JOIN conversations c ON c.id = a.key"
            f" WHERE a.mode = 'see' GROUP BY a.key HAVING count(*) > {_FEW}"
        )
        return frozenset(key for (key,) in rows)


def load(plan: Plan, server: TeamServer, logins: Sequence[str]) -> Measured:
    """All desks and the connector at work for a while."""
    context = multiprocessing.get_context("spawn")
    go, stop = context.Event(), context.Event()
    ready, answers = context.Semaphore(0), context.Queue()
    place = (str(server.cluster.socket), server.cluster.port)
    connector = context.Process(target=run_connector, args=(*place, plan.inbound, go, stop))
    parts = [logins[n :: plan.processes] for n in range(plan.processes)]
    rate = plan.commands / plan.processes
    crowded = _crowded(server)
    workers = [
        context.Process(
            target=run_desks,
            args=(part, *place, rate, plan.seconds, crowded, plan.no_crowds, ready, go, answers),
        )
        for part in parts
    ]
    began = time.perf_counter()
    for process in (connector, *workers):
        process.start()
    for _ in workers:
        ready.acquire()
    print(
        f"{len(logins)} desks connected and listed what they see in {time.perf_counter() - began:.0f} s"
    )
    go.set()
    measured = Measured()
    for _ in workers:
        measured.add(answers.get())
    stop.set()
    for process in (connector, *workers):
        process.join(30)
        if process.is_alive():
            process.kill()
    return measured


# --- single things --------------------------------------------------------------------------------


def drained(server: TeamServer, logins: Sequence[tuple[UUID, str]], n: int) -> float:
    """Commands a second of a connector that has nothing else to do."""
    with server.connected(server.roles.connector) as connector:
        rows = connector.execute(
            "SELECT DISTINCT ON (a.person_id) a.person_id, c.id FROM access a"
            " JOIN conversations c ON c.id = a.key WHERE a.mode = 'see'"
        ).fetchall()
        places = dict(rows)
        who = [person for person, _ in logins if person in places]
        for one in range(n):
            person = who[one % len(who)]
            args = {"conversation_id": str(places[person]), "note_id": str(new_id())}
            connector.execute(
                "INSERT INTO queue (person_id, id, kind, at, args, base)"
                " VALUES (%s, %s, 'add_note', %s, %s, '{}')",
                (
                    person,
                    new_id(),
                    time.time_ns() // 1000,
                    json.dumps(args | {"body": "x", "mentions": []}),
                ),
            )
    hold = Lease(server.connector_engine()).acquire()
    assert hold is not None
    workspace = TeamWorkspace(server.connector_engine(), hold, lambda: datetime.now(UTC))
    began = time.perf_counter()
    last = None
    done = 0
    while (ran := pushed.run_next(workspace, datetime.now(UTC), after=last)) is not None:
        last, done = ran.person_id, done + 1
    seconds = time.perf_counter() - began
    Lease(server.connector_engine()).release(hold)
    workspace.close()
    return done / seconds


_PLACES: Final = 20
_LAST: Final = 10
"""Conversations of which the last messages are asked for: as many rows whatever the workspace's size."""
_MESSAGES: Final = (
    "SELECT json_build_array(m.position, m.id, m.conversation_id, m.body)::text FROM messages m"
    " WHERE m.conversation_id = %s AND m.position >= %s"
)


def costs(server: TeamServer, login: str, person: UUID) -> dict[str, float]:
    """Milliseconds, the median of some: rows through `fetch`, the same rows by bare SQL as the tables'
    owner, and the same query as the functions' role, under its policies; a pull that brings nothing."""
    found: dict[str, float] = {}
    with server.connected(login) as rep, server.connected(server.roles.connector) as connector:
        ends: list[tuple[UUID, int]] = connector.execute(
            "SELECT c.id, coalesce((SELECT m.position FROM messages m WHERE m.conversation_id = c.id"
            f" ORDER BY m.position DESC OFFSET {_LAST - 1} LIMIT 1), 0)"
            " FROM access a JOIN conversations c ON c.id = a.key"
            " WHERE a.person_id = %s AND a.mode = 'see'"
            f" ORDER BY c.last_position DESC LIMIT {_PLACES}",
            (person,),
        ).fetchall()
        cursor = _cursor(rep)
        found["a pull that brings nothing"] = _median(
            lambda: rep.execute("SELECT * FROM desk.pull(%s)", (cursor,)).fetchall()
        )
        found[f"rows of the ends of {len(ends)} threads"] = sum(_fetched(rep, *end) for end in ends)
        found["these by fetch"] = _median(lambda: [_fetched(rep, *end) for end in ends])
        found["these by bare SQL"] = _median(lambda: [_bare(connector, *end) for end in ends])
        found["their messages by bare SQL"] = _median(lambda: _messages(connector, ends))
    found["their messages under row security"] = _under_policies(server, login, ends)
    return found


def _fetched(rep: psycopg.Connection[Any], key: UUID, since: int) -> int:
    query = "SELECT * FROM desk.fetch(%s, %s) WHERE what = 'row'"
    return len(rep.execute(query, ([key], since)).fetchall())


def _bare(connector: psycopg.Connection[Any], key: UUID, since: int) -> int:
    found = 0
    for one in REPLICATED:
        if one.hangs is Hangs.CONVERSATION:
            query = f"SELECT {one.row_sql('t')} FROM {one.name} t WHERE t.{key_column(one)} = %s"
            if place := place_of(one):
                query += f" AND t.{place} >= {since}"
            found += len(connector.execute(query.encode(), (key,)).fetchall())
    return found


def _messages(session: psycopg.Connection[Any], ends: Sequence[tuple[UUID, int]]) -> None:
    for end in ends:
        session.execute(_MESSAGES, end).fetchall()


def _under_policies(server: TeamServer, login: str, ends: Sequence[tuple[UUID, int]]) -> float:
    """As the functions' role for that login, which the policies look at."""
    api, rep_name = roles.quoted(server.roles.api), roles.quoted(login)
    with server.admin_engine().connect() as admin:
        admin.execution_options(isolation_level="AUTOCOMMIT")
        admin.exec_driver_sql(f"GRANT {api} TO {rep_name}")
        try:
            with server.connected(login) as rep:
                rep.execute(f"SET ROLE {api}".encode())
                rep.execute("SET search_path = desk")
                return _median(lambda: _messages(rep, ends))
        finally:
            admin.exec_driver_sql(f"REVOKE {api} FROM {rep_name}")


def _cursor(rep: psycopg.Connection[Any]) -> str:
    row = rep.execute("SELECT body FROM desk.pull('') WHERE what = 'head'").fetchone()
    assert row is not None
    return str(json.loads(row[0])["cursor"])


def _median(work: Any, times: int = 9) -> float:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1e3)
    return statistics.median(spent)


# --- telling --------------------------------------------------------------------------------------


def _quantiles(values: list[float]) -> str:
    if len(values) < 2:
        return "nothing"
    cut = statistics.quantiles(values, n=100)
    return f"p50 {cut[49]:7.1f} ms   p99 {cut[98]:7.1f} ms   of {len(values):,}"


def tell(plan: Plan, measured: Measured) -> None:
    print(
        f"\n{plan.desks} desks, {plan.commands:g} commands/s, {plan.inbound:g} inbound/s, {plan.seconds:g} s"
    )
    for title, values in (
        (f"a colleague's note that {_FEW} may see", measured.seen),
        ("a note that more may see", measured.seen_by_many),
        ("an inbound message, stored to pulled", measured.arrived),
        ("one's own receipt, push to pull", measured.answered),
        ("a pull", measured.pulls),
        ("a push", measured.pushes),
    ):
        print(f"  {title:38s} {_quantiles(values)}")
    per = measured.rows / max(len(measured.pulls), 1)
    print(f"  {len(measured.pulls) / plan.seconds:.0f} pulls/s, {per:.1f} rows each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--desks", type=int, default=200)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--grown", type=int, default=0, help="messages to grow to in the server")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--commands", type=float, default=20, help="a second, of all desks")
    parser.add_argument("--inbound", type=float, default=10, help="messages a second")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--burst", type=int, default=500, help="commands to drain at once")
    parser.add_argument(
        "--no-crowds", action="store_true", help=f"write only where at most {_FEW} people see it"
    )
    parser.add_argument("--kept", type=Path, help="where the server's data stays for another run")
    plan = Plan(**vars(parser.parse_args()))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(served(plan, folder))
        logins = invite_all(server)
        rate = drained(server, logins, plan.burst)
        print(f"a connector alone: {rate:.0f} commands/s")
        person, login = logins[-1]
        for title, value in costs(server, login, person).items():
            print(f"  {title:38s} {value:8.1f}")
        tell(plan, load(plan, server, [name for _, name in logins]))


if __name__ == "__main__":
    main()
