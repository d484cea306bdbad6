"""Receiving beside the bare driver: the same rows into the same tables of the same kind of file.

    SMS_DESK_BENCH_MESSAGES=100000,1000000 SMS_DESK_BENCH_ARRIVING=10000 make bench

A back-fill reads pages of 200 rows over HTTP into an encrypted workspace. Beside it, page by page,
the rows that it made are inserted by the driver's executemany into a copy of that file, in
transactions of the same size: messages and their index, conversations, contacts, events, notices
and the audit's entries. What a page changes in rows that were there before it is the intake's
alone, and so is making the rows. A page into a file of its own comes first, so that no import and
no statement's first time is counted.

Printed for design §9 (goal: half the floor's rate), by the wall clock and by processor time: the
rate from parsed page to commit, with HTTP and JSON, and of the floor; and where the interpreter's
lock is held, the longest stretch between two breaths (goal 4 ms, design §4).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain.compliance import lexicon
from sms_desk.domain.model import HolderKind, Role
from sms_desk.domain.search_text import indexed
from sms_desk.providers.base import Credential, Page
from sms_desk.providers.twilio import TwilioProvider
from sms_desk.settings import facts, keys
from sms_desk.settings.files import REAL_PROFILE, Profile
from sms_desk.store import accounts, people, programs, search_index, tables
from sms_desk.store.engine import Tx, Workspace, ensure_schema, open_file
from sms_desk.store.ids import new_id
from sms_desk.sync.intake import Intake
from sms_desk.sync.receive import PAGE, Receiver
from sms_desk.sync.slices import Slicer
from tests.bench.generate import NOW
from tests.bench.words import Texts
from tests.bench.workspaces import SIZES, Workspaces
from tests.fixtures.desk import add_sender, hold

ARRIVING = int(os.environ.get("SMS_DESK_BENCH_ARRIVING", "400"))
PER_CONVERSATION = 10
KNOWN_PEERS = 0.5
"""So many of the peers have a conversation already, where the workspace is not empty."""
ACCOUNT = "AC" + "1" * 32
GOAL = 0.5


# --- what arrives ---------------------------------------------------------------------------------


def british_numbers() -> Iterator[str]:
    """Numbers that are kept free for fiction: 07700 900000 to 900999."""
    return (f"+447700900{n:03d}" for n in range(1000))


def talks(tx: Tx, count: int, rng: Random) -> list[tuple[str, str]]:
    """(our address, their address) of the conversations that are written in."""
    ours = list(
        tx.execute(sa.text("SELECT address FROM sender_ids WHERE channel = 'sms'")).scalars()
    )
    known = tx.execute(
        sa.text(
            "SELECT s.address, c.peer_key FROM conversations c JOIN sender_ids s"
            " ON s.id = c.sender_id WHERE s.channel = 'sms' AND c.rowid % 7 = 3 LIMIT 20000"
        )
    ).all()
    chosen = rng.sample(
        [(row[0], row[1]) for row in known], min(int(count * KNOWN_PEERS), len(known))
    )
    new = british_numbers()
    return chosen + [(rng.choice(ours), next(new)) for _ in range(count - len(chosen))]


def rows(pairs: Sequence[tuple[str, str]], count: int, account: str, rng: Random) -> list[Any]:
    """`count` messages as the API lists them, newest first, a minute apart."""
    bodies = [body for body, _ in Texts(rng, count).bodies(count)]
    made = []
    for n in range(count):
        ours, theirs = rng.choice(pairs)
        inbound = rng.random() < 0.55
        body = bodies[n] if inbound or rng.random() < 0.7 else f"Sale: {bodies[n]}"
        at = format_datetime(NOW - timedelta(days=1, minutes=n))
        made.append(
            {
                "account_sid": account,
                "api_version": "2010-04-01",
                "body": body,
                "date_created": at,
                "date_sent": at,
                "date_updated": at,
                "direction": "inbound" if inbound else "outbound-api",
                "error_code": None,
                "error_message": None,
                "from": theirs if inbound else ours,
                "messaging_service_sid": None,
                "num_media": "0",
                "num_segments": "1",
                "price": None if inbound else "-0.00790",
                "price_unit": "USD",
                "sid": f"SM{rng.getrandbits(128):032x}",
                "status": "received" if inbound else "delivered",
                "subresource_uris": {"media": "/Media.json"},
                "to": ours if inbound else theirs,
                "uri": "/2010-04-01/Accounts/x/Messages/y.json",
            }
        )
    return made


@contextmanager
def served(folder: Path, account: str, listed: Sequence[Any]) -> Iterator[str]:
    """The rows as pages that a process of its own serves, so that nobody waits for their making."""
    path = f"/2010-04-01/Accounts/{account}"
    (folder / path[1:]).mkdir(parents=True)
    starts = range(0, len(listed), PAGE)
    names = ["Messages.json", *(f"Messages-{n}.json" for n in range(1, len(starts)))]
    for start, name, following in zip(starts, names, [*names[1:], None], strict=True):
        page = {
            "messages": listed[start : start + PAGE],
            "next_page_uri": following and f"{path}/{following}",
        }
        (folder / path[1:] / name).write_text(json.dumps(page))
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        [*command, "--directory", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().split(" port ")[1].split()[0]
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


# --- where it arrives -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A workspace to receive into, and a copy of it for the floor."""

    ours: Workspace
    floor: Workspace
    account_id: UUID
    account: str


@pytest.fixture(params=[0, *SIZES], ids=lambda size: f"{size}")
def file(request: pytest.FixtureRequest, tmp_path: Path, workspaces: Workspaces) -> Iterator[File]:
    size: int = request.param
    with _opened(workspaces.database(size) if size else _empty(tmp_path), tmp_path) as file:
        yield file


@contextmanager
def _opened(database: Path, folder: Path) -> Iterator[File]:
    one, other = folder / "ours.db", folder / "floor.db"
    shutil.copyfile(database, one)
    shutil.copyfile(database, other)
    ours, floor = (open_file(path, keys.PUBLISHED_KEY) for path in (one, other))
    ensure_schema(ours)
    ensure_schema(floor)
    with ours.read() as tx:
        account = tx.execute(sa.select(tables.accounts.c.id, tables.accounts.c.sid)).one()
    yield File(ours, floor, account.id, account.sid)
    ours.close()
    floor.close()
    one.unlink()
    other.unlink()


def _empty(folder: Path) -> Path:
    """A workspace without messages."""
    profile = Profile.of(REAL_PROFILE, folder / "home")
    profile.make()
    workspace = open_file(profile.database, keys.make_published(profile, new_id()))
    ensure_schema(workspace)
    with workspace.write() as tx:
        _furnish(tx)
    workspace.close()
    return profile.database


def _furnish(tx: Tx) -> None:
    """Ten people with a number each, and a campaign that is known by its text."""
    account_id = new_id()
    accounts.add(
        tx, id_=account_id, provider="twilio", sid=ACCOUNT, label="Bench", base_url=None,
        key_sid=None, at=NOW,
    )  # fmt: skip
    for n in range(10):
        person = new_id()
        people.insert(tx, id_=person, name=f"Person {n}", role=Role.REP, zone="UTC", at=NOW)
        sender = add_sender(tx, account_id, f"+120255501{n:02d}")
        hold(tx, sender, HolderKind.PERSON, person)
    program = {"kind": "campaign", "name": "Sale", "attribution_days": 30, "takes_replies": True}
    program_id = new_id()
    programs.save(tx, {"id": program_id, "created_at": NOW, **program})
    bound = {"kind": "pattern", "pattern": "sale: *", "since": NOW - timedelta(days=900)}
    programs.bind(tx, {"id": new_id(), "program_id": program_id, **bound})


# --- both ways in ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Watch:
    """How long something took in all, in seconds: by the wall, and of the processor's."""

    wall: float = 0.0
    processor: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.processor += time.process_time() - processor

    def without(self, part: Watch) -> Watch:
        return Watch(self.wall - part.wall, self.processor - part.processor)

    def beside(self, floor: Watch) -> str:
        """Which part of the floor's rate this reaches."""
        wall, processor = floor.wall / self.wall, floor.processor / self.processor
        return f"{wall:.2f} (processor {processor:.2f})"


@dataclass(slots=True)
class Watched:
    """The provider, with the time that its calls take."""

    inner: TwilioProvider
    watch: Watch = field(default_factory=Watch)
    pages: list[Page] = field(default_factory=list)

    def list_messages(self, **asked: Any) -> Page:
        return self._timed(lambda: self.inner.list_messages(**asked))

    def next_page(self, path: str) -> Page:
        return self._timed(lambda: self.inner.next_page(path))

    def _timed(self, call: Callable[[], Page]) -> Page:
        with self.watch.running():
            page = call()
        self.pages.append(page)
        return page


@dataclass(slots=True)
class Stretches:
    """How long the intake went on without a breath, in seconds."""

    found: list[float] = field(default_factory=list)
    last: float = 0.0

    def slicer(self) -> Slicer:
        return Slicer(pause=self._pause)

    def begin(self) -> None:
        self.last = time.perf_counter()

    def _pause(self) -> None:
        self.found.append(time.perf_counter() - self.last)
        time.sleep(0)
        self.last = time.perf_counter()


Rows = list[dict[str, Any]]


class Floor:
    """Inserts what a page became into the copy, by the driver alone."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._known = {
            table: {row["id"] for row in self._ask(f"SELECT id FROM {table}")}
            for table in ("conversations", "contacts", "events", "notices")
        }
        self._told = self._ask("SELECT coalesce(max(n), 0) AS n FROM audit")[0]["n"]
        self.watch = Watch()
        self.count = 0

    def insert(self, page: Page) -> None:
        messages = self._rows("messages", "provider_sid", [m.sid for m in page.messages])
        talks = {row["conversation_id"] for row in messages}
        conversations = self._new("conversations", "id", talks)
        contacts = self._new("contacts", "id", {row["contact_id"] for row in conversations})
        addresses = self._rows("contact_addresses", "contact_id", [row["id"] for row in contacts])
        events = self._new("events", "conversation_id", talks)
        notices = [
            row for row in self._ask("SELECT * FROM notices") if self._is_new("notices", row)
        ]
        audit = self._ask("SELECT * FROM audit WHERE n > ?", self._told)
        subjects = self._rows("audit_subjects", "n", [entry["n"] for entry in audit])
        self._told += len(audit)
        rows = {row["id"]: row["search_row"] for row in contacts}
        numbers = [
            (rows[row["contact_id"]], "", search_index.number_tokens(row["peer_key"].lstrip("+")))
            for row in addresses
        ]
        bodies = [(row["position"], indexed(row["body"])) for row in messages]
        statements = [
            _insert("contacts", contacts),
            _insert("contact_addresses", addresses),
            _insert("conversations", conversations),
            _insert("messages", messages),
            _insert("events", events),
            _insert("notices", notices),
            _insert("audit", audit),
            _insert("audit_subjects", subjects),
            ("INSERT INTO message_index (rowid, body) VALUES (?, ?)", bodies),
            ("INSERT INTO contact_index (rowid, name, number) VALUES (?, ?, ?)", numbers),
        ]
        with self.watch.running(), self._file.floor.write() as tx:
            driver: Any = tx.connection.driver_connection
            for statement, values in statements:
                driver.executemany(statement, values)
        self.count += len(messages)

    def _ask(self, statement: str, *values: object) -> Rows:
        with self._file.ours.read() as tx:
            driver: Any = tx.connection.driver_connection
            found = driver.execute(statement, values)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _rows(self, table: str, column: str, keys: Iterable[object]) -> Rows:
        statement = f"SELECT * FROM {table} WHERE {column} = ?"
        if column == "provider_sid":
            statement += " AND account_id = (SELECT id FROM accounts)"
        return [row for key in keys for row in self._ask(statement, key)]

    def _new(self, table: str, column: str, keys: Iterable[object]) -> Rows:
        return [row for row in self._rows(table, column, keys) if self._is_new(table, row)]

    def _is_new(self, table: str, row: dict[str, Any]) -> bool:
        """Whether it was not there yet; it is from now on."""
        known = self._known[table]
        is_new = row["id"] not in known
        known.add(row["id"])
        return is_new


def _insert(table: str, rows: Rows) -> tuple[str, list[tuple[Any, ...]]]:
    names = [c.name for c in tables.metadata.tables[table].columns]
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
    return statement, [tuple(row[name] for name in names) for row in rows]


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("warm")
    with _opened(_empty(folder), folder) as file:
        _receive(file, folder, PAGE)


def test_receiving(file: File, tmp_path: Path) -> None:
    ours, provider, floor, found = _receive(file, tmp_path, ARRIVING)
    stored = ours.without(provider)
    print(
        f"\nreceiving {ARRIVING} messages: {ARRIVING / stored.wall:,.0f}/s stored,"
        f" {ARRIVING / ours.wall:,.0f}/s with HTTP and JSON; floor {ARRIVING / floor.wall:,.0f}/s;"
        f" {stored.beside(floor)} and {ours.beside(floor)} of it (goal {GOAL});"
        f" between two breaths 99.9 % under {found[int(len(found) * 0.999)] * 1e3:.1f} ms,"
        f" longest {found[-1] * 1e3:.1f} ms"
    )


def _receive(file: File, folder: Path, count: int) -> tuple[Watch, Watch, Watch, list[float]]:
    """What it took, in all and of it the provider; what the floor took; the stretches, ascending."""
    rng = Random(1)
    with file.ours.read() as tx:
        pairs = talks(tx, max(1, count // PER_CONVERSATION), rng)
    listed = rows(pairs, count, file.account, rng)
    floor, stretches, ours = Floor(file), Stretches(), Watch()
    with served(folder / "pages", file.account, listed) as url:
        credential = Credential(file.account, file.account, "secret")
        provider = Watched(TwilioProvider(credential, api=url, messaging=url))
        keywords = lexicon(facts.keyword_rules(), "twilio").meaning_of
        intake = Intake(file.account_id, keywords, stretches.slicer())
        receiver = Receiver(file.ours, file.account_id, provider, intake)  # type: ignore[arg-type]
        while receiver.backfill_state().running:
            stretches.begin()
            with ours.running():
                receiver.backfill(NOW)
            while provider.pages:
                floor.insert(provider.pages.pop(0))
        provider.inner.close()
    assert _count(file.ours) == _count(file.floor)
    assert floor.count == count
    return ours, provider.watch, floor.watch, sorted(stretches.found)


def _count(workspace: Workspace) -> tuple[int, ...]:
    rows = ("messages", "conversations", "contacts", "contact_addresses", "events")
    told = ("notices", "audit", "audit_subjects")
    indexes = ("message_index", "contact_index")
    with workspace.read() as tx:
        return tuple(
            int(tx.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())
            for name in (*rows, *told, *indexes)
        )
