"""Connectors as programs of their own: killed, stopped and ended while they send (GS8, R63)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain.addresses import from_provider
from sms_desk.domain.model import Channel, HolderKind, Role
from sms_desk.providers.sandbox import Fault, FaultKind, SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store import accounts, conversations, people, scans, settings, tables, unplaced
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.team import lease
from tests.e2e.cli_calls import Terminal
from tests.fixtures.desk import add_sender, hold
from tests.fixtures.postgres import PASSWORD
from tests.fixtures.pushing import push_reply
from tests.fixtures.sandbox import CUSTOMER, sandbox_server
from tests.fixtures.team import Session, TeamServer
from tests.fixtures.waiting import wait_until

BODY = "canary of the words in a text"
TAKEN_OVER_WITHIN = 15.0
_CONNECTOR = (sys.executable, "-m", "sms_desk", "connector", "--health-port", "0")


@dataclass
class Program:
    """A connector's process, its log, and its health page."""

    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def said(self, words: str) -> bool:
        return any(words in line["message"] for line in self.lines())

    @property
    def port(self) -> int:
        wait_until(lambda: self.said("health page on port "), "the health page")
        (line,) = (one for one in self.lines() if "health page on port" in one["message"])
        return int(line["message"].rpartition(" ")[2])

    def health(self) -> tuple[int, dict[str, Any]]:
        page = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            page.request("GET", "/health")
            answer = page.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            page.close()

    def is_holder(self) -> bool:
        return bool(self.health()[1]["role"] == "holder")


@dataclass
class Shop:
    """A team with Ann, an account at the sandbox, and a conversation with a customer."""

    server: TeamServer
    sandbox: SandboxServer
    folder: Path
    workspace: Workspace
    ann: Session
    conversation_id: UUID
    programs: list[Program] = field(default_factory=list)

    @property
    def address(self) -> str:
        socket, port = str(self.server.cluster.socket), self.server.cluster.port
        login = self.server.roles.connector
        return ServerAddress(socket, self.server.database, login, port).url

    def start(self, name: str) -> Program:
        log, home = self.folder / f"{name}.log", self.folder / name
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*_CONNECTOR, "--server", self.address, "--name", name, "--home", str(home)],
                env={**os.environ, "CREDENTIALS_DIRECTORY": str(self.folder / "credentials")},
                stderr=stream,
            )
        made = Program(process, log)
        self.programs.append(made)
        return made

    def holder(self, name: str) -> Program:
        made = self.start(name)
        wait_until(made.is_holder, f"{name} to hold the lease")
        return made

    def spare(self, name: str) -> Program:
        made = self.start(name)
        wait_until(lambda: made.health()[1]["role"] == "spare", f"{name} to wait")
        return made

    def reply(self, body: str) -> None:
        push_reply(self.ann, self.workspace, self.conversation_id, body, datetime.now(UTC))

    def let_nobody_in(self) -> None:
        """As if the server were gone: it ends the sessions that there are, and lets none begin."""
        role = self.server.roles.connector
        with self.server.admin_engine().begin() as tx:
            tx.exec_driver_sql(f'ALTER ROLE "{role}" CONNECTION LIMIT 0')
            tx.exec_driver_sql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'"
            )

    def let_everybody_in(self) -> None:
        with self.server.admin_engine().begin() as tx:
            tx.exec_driver_sql(f'ALTER ROLE "{self.server.roles.connector}" CONNECTION LIMIT 20')

    def states(self) -> list[str]:
        with self.workspace.read() as tx:
            query = sa.select(tables.outbox.c.state).order_by(tables.outbox.c.queue_n)
            return list(tx.execute(query).scalars())

    def is_lease_free(self) -> bool:
        with self.workspace.read() as tx:
            return lease.seen(tx).left < 0

    def arrived(self) -> list[str]:
        """What the customer has."""
        return [entry.request.body for entry in self.sandbox.sandbox.ledger.entries]


@pytest.fixture
def shop(team_server: TeamServer, tmp_path: Path) -> Iterator[Shop]:
    with sandbox_server(tmp_path, clock=SandboxClock()) as sandbox:
        folder = tmp_path / "credentials"
        folder.mkdir()
        (folder / "server-password").write_text(PASSWORD + "\n")
        (folder / f"account-{sandbox.account.sid}").write_text(sandbox.account.auth_token)
        workspace = team_server.workspace()
        ann, conversation_id = furnish(workspace, sandbox)
        session = team_server.join(ann)
        made = Shop(team_server, sandbox, tmp_path, workspace, session, conversation_id)
        try:
            yield made
        finally:
            for program in made.programs:
                program.process.kill()
                program.process.wait()


def furnish(workspace: Workspace, sandbox: SandboxServer) -> tuple[UUID, UUID]:
    """Ann, and her conversation."""
    now, ann, account_id = datetime.now(UTC), new_id(), new_id()
    with workspace.write() as tx:
        people.insert(tx, id_=ann, name="Ann", role=Role.REP, zone="UTC", at=now)
        accounts.add(
            tx,
            id_=account_id,
            provider="twilio",
            sid=sandbox.account.sid,
            label="Shop",
            base_url=sandbox.base_url,
            key_sid=None,
            at=now,
        )
        settings.write(tx, "quiet_hours_us", False, now)
        sender_id = add_sender(tx, account_id, LINE)
        hold(tx, sender_id, HolderKind.PERSON, ann)
        found = conversations.find_or_create(
            tx, sender_id=sender_id, channel=Channel.SMS, peer=from_provider(CUSTOMER), at=now
        )
    return ann, found.id


def seconds_until(condition: Callable[[], bool], what: str) -> float:
    began = time.monotonic()
    wait_until(condition, what)
    return time.monotonic() - began


def hang(shop: Shop) -> None:
    """The provider accepts the next text, and says nothing for long."""
    fault = Fault(FaultKind.HANG_AFTER, on="messages.create", seconds=60)
    shop.sandbox.sandbox.order(fault)


def end(program: Program, number: signal.Signals) -> None:
    program.process.send_signal(number)
    assert program.process.wait(60) == 0


def test_gs8_killed_while_it_sends_and_the_spare_sends_nothing_twice(shop: Shop) -> None:
    first, second = shop.holder("first"), shop.spare("second")
    hang(shop)
    shop.reply(BODY)
    wait_until(lambda: shop.arrived() == [BODY], "the text at the provider")
    assert shop.states() == ["sending"]
    first.process.kill()
    assert seconds_until(second.is_holder, "the spare to take over") < TAKEN_OVER_WITHIN
    wait_until(lambda: shop.states() == ["accepted"], "the text to be found")
    shop.reply("And another one")
    wait_until(lambda: len(shop.arrived()) == 2, "the next text")
    assert shop.arrived() == [BODY, "And another one"]
    status, health = second.health()
    assert (status, health["fence"], health["queue"]) == (200, 2, 0)
    end(second, signal.SIGTERM)
    assert shop.is_lease_free(), "given back for the next one to take at once"


def test_gs8_stopped_while_it_sends_and_woken_later_it_writes_nothing_more(shop: Shop) -> None:
    first, second = shop.holder("first"), shop.spare("second")
    hang(shop)
    shop.reply(BODY)
    wait_until(lambda: shop.arrived() == [BODY], "the text at the provider")
    first.process.send_signal(signal.SIGSTOP)
    assert seconds_until(second.is_holder, "the spare to take over") < TAKEN_OVER_WITHIN
    shop.sandbox.sandbox.clear_faults()
    shop.reply("From the second")
    wait_until(lambda: len(shop.arrived()) == 2, "the second's text")
    first.process.send_signal(signal.SIGCONT)
    wait_until(lambda: first.said("holds the lease no more"), "the first to notice")
    assert first.health()[1]["role"] == "spare"
    shop.reply("And again")
    wait_until(lambda: len(shop.arrived()) == 3, "the third text")
    assert shop.arrived() == [BODY, "From the second", "And again"]
    with shop.workspace.read() as tx:
        fences = tx.execute(sa.select(tables.attempts.c.holder).distinct()).scalars().all()
    assert len(fences) == 2
    assert second.is_holder()


def test_health_and_log_while_the_server_is_away_and_back(shop: Shop) -> None:
    """The log says so, and holds neither words, nor numbers, nor secrets (GP3)."""
    program = shop.holder("only")
    shop.reply(BODY)
    wait_until(lambda: shop.states() == ["accepted"], "the text")
    status, health = program.health()
    assert status == 200
    assert health["reason"] == ""
    wait_until(lambda: program.health()[1]["last_cycle"] is not None, "a whole cycle")
    shop.let_nobody_in()
    wait_until(lambda: program.health()[0] == 503, "the trouble")
    status, health = program.health()
    assert (health["role"], bool(health["reason"])) == ("away", True)
    wait_until(lambda: program.said("the server is away"), "the log")
    shop.let_everybody_in()
    wait_until(lambda: program.health()[0] == 200, "the server")
    assert program.said("the server answers again")
    end(program, signal.SIGINT)
    log = program.log.read_text()
    for secret in (BODY, CUSTOMER[1:], PASSWORD, shop.sandbox.account.auth_token):
        assert secret not in log
    assert {"at", "level", "logger", "thread", "message"} <= program.lines()[0].keys()


# --- as calls in this process ---------------------------------------------------------------------


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path / "home", capsys)


def test_once_does_what_there_is_to_do_with_secrets_that_a_service_is_handed(
    shop: Shop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(shop.folder / "credentials"))
    words = ("--server", shop.address)
    shop.reply(BODY)
    assert terminal.json("connector", "--once", *words)["executed"] == 1
    assert shop.arrived() == [BODY]
    # Systemd's credentials can only be read.
    answer = terminal.json("connector-secret", "mail", *words, secret=True, code=5)
    assert "systemd-creds" in answer["error"]["next_step"]
    answer = terminal.json("connector-secret", "AC0", *words, secret=True, code=4)
    assert "AC0" in answer["error"]["title"]
    with shop.workspace.engine.begin() as tx:
        tx.exec_driver_sql("UPDATE lease SET expires_at = now() + interval '1 minute'")
    assert terminal.json("connector", "--once", *words, code=5)["error"]["code"] == "elsewhere"


def test_accounts_are_connected_on_the_connectors_machine(shop: Shop, terminal: Terminal) -> None:
    def call(*words: str, **options: Any) -> Any:
        where = ("--server", shop.address)
        return terminal.json("connector-account", *words, *where, password=PASSWORD, **options)

    with shop.workspace.write() as tx:
        people.insert(
            tx, id_=new_id(), name="Eve", role=Role.ADMIN, zone="UTC", at=datetime.now(UTC)
        )
        tx.exec_driver_sql("UPDATE lease SET holder = 'x', expires_at = now() + interval '1 hour'")
    (row,) = call("list")["rows"]
    assert call("backfill", "Shop", "--days", "30")["id"] == row["id"]
    with shop.workspace.read() as tx:
        assert scans.backfill(tx, UUID(row["id"])).running
    with shop.workspace.write() as tx:
        unplaced.keep(tx, UUID(row["id"]), [("SM9", "it has no date", "{}")], at=datetime.now(UTC))
    assert [one["provider_sid"] for one in call("unplaced", "Shop")["rows"]] == ["SM9"]
    assert call("remove", "Shop")["id"] == row["id"]
    assert call("list")["rows"] == []
    terminal.secret = shop.sandbox.account.auth_token
    words = ("twilio", "--sid", shop.sandbox.account.sid, "--base-url", shop.sandbox.base_url)
    assert call("add", *words, secret=True)["id"] == row["id"], "the same account is known again"
    assert f"account-{shop.sandbox.account.sid}" in terminal.said[-1]
    terminal.secret = "0" * 32
    assert call("add", *words, secret=True, code=6)["error"]["code"] == "credential"
    assert len(call("list")["rows"]) == 1


def test_a_connector_says_what_it_lacks(
    shop: Shop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--server", shop.address)
    answer = terminal.json("connector", "--once", *words, password="wrong", code=5)
    assert "connector-secret" in answer["error"]["next_step"]
    assert terminal.json("connector-secret", "server", *words, secret=True, code=5)
    monkeypatch.setenv("SMS_DESK_CLOCK", "+3d")
    answer = terminal.json("connector", "--once", *words, password=PASSWORD, code=2)
    assert "real workspace" in answer["error"]["title"]


def test_a_workspace_to_play_with_has_the_clock_that_is_chosen(
    shop: Shop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design 11: a sandbox workspace honours SMS_DESK_CLOCK in the connector, too."""
    with shop.workspace.write() as tx:
        tx.execute(sa.update(tables.workspace).values(kind="demo"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(shop.folder / "credentials"))
    monkeypatch.setenv("SMS_DESK_CLOCK", "+3d")
    shop.reply(BODY)
    terminal.json("connector", "--once", "--server", shop.address)
    with shop.workspace.read() as tx:
        reason = tx.execute(sa.select(tables.outbox.c.reason)).scalar_one()
    assert (shop.states(), reason) == (["held"], "expired"), "its half hour was three days ago"
