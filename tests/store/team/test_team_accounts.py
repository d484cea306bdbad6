"""Provider accounts, as an admin connects them at a desk of the team (R1, R46, R63)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.bootstrap.options import Also
from sms_desk.bootstrap.team_session import TeamSession
from sms_desk.domain import commands as c
from sms_desk.domain.errors import CredentialError, RefusedError
from sms_desk.domain.line import Line
from sms_desk.domain.model import HolderKind
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.providers.sandbox import SandboxClock
from sms_desk.services import directory
from sms_desk.services.composing import GOOD_FOR
from sms_desk.services.team_rows import ConnectorHere, HerePart
from sms_desk.settings import credentials
from sms_desk.settings.files import MachineState, Profile
from sms_desk.store import accounts, content_templates, scans, tables
from sms_desk.store.ids import new_id
from tests.fixtures.postgres import PASSWORD
from tests.fixtures.sandbox import CUSTOMER, SandboxApi, sandbox, sandbox_api
from tests.fixtures.team_desks import Floor, all_round, listed, pull
from tests.fixtures.waiting import wait_until

__all__ = ["sandbox"]

pytestmark = pytest.mark.allow_log("sms_desk")


class KeyRing:
    """An encrypting key store's part, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[f"{service} {username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[f"{service} {username}"]


@pytest.fixture
def key_store(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What this machine's key store keeps."""
    ring = KeyRing()
    monkeypatch.setattr(credentials, "find_backend", lambda: ("Test store", ring))
    return ring.kept


@pytest.fixture
def lively(tmp_path: Path) -> Iterator[SandboxApi]:
    """A provider on the clock of the machine."""
    with sandbox_api(tmp_path, clock=SandboxClock()) as api:
        yield api


def words_of(sandbox: SandboxApi) -> dict[str, str]:
    account = sandbox.server.account
    return {
        "account_sid": account.sid,
        "secret": account.auth_token,
        "base_url": sandbox.server.base_url,
        "label": "Main line",
    }


def new_one(found: Directory) -> RemoteSender:
    return next(one for one in found.senders if not one.address.startswith("+1202555010"))


def giving(session: TeamSession, found: Directory, to: UUID) -> Also:
    """Commands that give a sender ID that the provider lists, and the office has not, to somebody."""
    sender, id_, desk = new_one(found), new_id(), session.desk

    def also(account_id: UUID) -> list[c.Command]:
        return [
            c.AddSender(
                **desk.stamp(),
                sender_id=id_,
                channel=sender.channel,
                address=sender.address,
                kind=sender.kind,
                country=sender.country,
                direction=sender.direction,
                account_id=account_id,
            ),
            c.HoldSender(
                **desk.stamp(),
                holding_id=new_id(),
                sender_id=id_,
                holder_kind=HolderKind.PERSON,
                holder_id=to,
            ),
        ]

    return also


def switch(session: TeamSession, *, on: bool) -> None:
    MachineState(Profile(session.folder).state).choose("run_connector", on)


def here(session: TeamSession) -> ConnectorHere:
    line = session.team_line()
    assert line is not None
    return line.here or ConnectorHere(HerePart.STARTING)


def held_by(floor: Floor, address: str) -> list[tuple[UUID, UUID]]:
    """Who holds a sender ID of that address, and which account carries it."""
    query = (
        sa.select(tables.holdings.c.holder_id, tables.sender_accounts.c.account_id)
        .join_from(tables.holdings, tables.sender_ids)
        .join(tables.sender_accounts)
        .where(tables.sender_ids.c.address == address)
    )
    with floor.workspace.read() as tx:
        return [(row.holder_id, row.account_id) for row in tx.execute(query)]


def sent(sandbox: SandboxApi) -> list[str]:
    """What the provider has taken, by its ledger."""
    return [entry.request.body for entry in sandbox.server.sandbox.ledger.entries]


def test_r46_an_admin_connects_an_account_and_the_secret_is_left_to_the_connector(
    floor: Floor, sandbox: SandboxApi
) -> None:
    ann = floor.sit(floor.office.ann)
    pull(ann)
    words = words_of(sandbox)
    with pytest.raises(CredentialError):
        ann.test_account("twilio", {**words, "secret": "0" * 32})
    found = ann.test_account("twilio", words)
    account_id = ann.add_account("twilio", words, giving(ann, found, floor.office.ben))
    shown = ann.desk.read(directory.all_accounts)
    assert account_id in {row.id for row in shown}, "at once, before the workspace has answered"
    all_round(floor, ann)
    assert not ann.returned()
    with floor.workspace.read() as tx:
        assert accounts.get(tx, account_id)["sid"] == words["account_sid"]
    assert held_by(floor, new_one(found).address) == [(floor.office.ben, account_id)]
    assert not ann.keeps_secrets()
    refusals: tuple[Callable[[], object], ...] = (
        lambda: ann.set_secret(account_id, "0" * 32),
        lambda: ann.set_mail_password("word"),
        lambda: ann.test_mail("ann@example.org"),
    )
    for refused in refusals:
        with pytest.raises(RefusedError) as caught:
            refused()
        assert "sms-desk connector-secret" in caught.value.next_step
    with pytest.raises(RefusedError, match="connector's machine"):
        ann.check_account(account_id)
    ann.remove_account(account_id)
    all_round(floor, ann)
    assert account_id not in {row.id for row in ann.desk.read(directory.all_accounts)}


def test_r63_how_far_back_is_fetched_is_chosen_at_an_admin_s_desk(floor: Floor) -> None:
    ann, account_id = floor.sit(floor.office.ann), floor.office.account
    pull(ann)
    (line,) = ann.lines()
    assert not line.backfill_running, "a desk knows nothing of it yet, and claims nothing"
    since = datetime(2026, 10, 1, tzinfo=UTC)
    ann.start_backfill(account_id, since=since)
    ann.stop_backfill(account_id)
    ann.refresh_templates()
    all_round(floor, ann)
    with floor.workspace.read() as tx:
        state = scans.backfill(tx, account_id)
        assert (state.until, state.stopped) == (since, True)
        assert content_templates.list_state(tx, account_id)["asked"]
    ann.resume_backfill(account_id)
    all_round(floor, ann)
    with floor.workspace.read() as tx:
        assert scans.backfill(tx, account_id).running


def test_r63_how_far_the_history_has_come_is_seen_at_every_desk(floor: Floor) -> None:
    """With the line, as the connector writes it after each cycle."""
    ben, account_id = floor.sit(floor.office.ben), floor.office.account
    reached = datetime(2026, 11, 3, tzinfo=UTC)
    for stopped in (False, True):
        history = scans.Backfill(reached=reached, count=1_200, stopped=stopped, links=("x",))
        with floor.workspace.write() as tx:
            accounts.set_line(tx, account_id, {**Line().to_state(), "history": history.told()})
        pull(ben)
        (line,) = ben.lines()
        assert (line.backfill_done, line.backfill_until) == (1_200, reached)
        assert (line.backfill_running, line.backfill_stopped) == (not stopped, stopped)
    with ben.desk.workspace.read() as tx:
        assert accounts.line(tx, account_id)["history"]["links"] == []


def test_r46_nobody_but_an_admin_has_to_do_with_accounts(floor: Floor, sandbox: SandboxApi) -> None:
    ben, account_id = floor.sit(floor.office.ben), floor.office.account
    pull(ben)
    words = words_of(sandbox)
    refusals: tuple[Callable[[], object], ...] = (
        lambda: ben.test_account("twilio", words),
        lambda: ben.add_account("twilio", words),
        lambda: ben.check_account(account_id),
        lambda: ben.account_directory(account_id),
        lambda: ben.set_secret(account_id, "0" * 32),
        lambda: ben.remove_account(account_id),
        lambda: ben.set_mail_password("word"),
    )
    for refused in refusals:
        with pytest.raises(RefusedError, match="Only an admin"):
            refused()
    ben.start_backfill(account_id, since=datetime(2026, 10, 1, tzinfo=UTC))
    all_round(floor, ben)
    assert [one.title for one in ben.returned()] == ["Only an admin may change this."]


def test_an_admin_s_desk_with_the_switch_is_the_connector(
    floor: Floor, lively: SandboxApi, key_store: dict[str, str]
) -> None:
    """Connect an account there; a customer writes, a rep's desk has it and answers, it went out."""
    ann, ben = floor.sit(floor.office.ann), floor.sit(floor.office.ben)
    pull(ann, ben)
    for session in (ann, ben):
        session.start_connector(lambda _: None)
    switch(ann, on=True)
    wait_until(lambda: here(ann).part is HerePart.TROUBLE, "a word about the password")
    assert "sms-desk connector-secret server --server postgresql://" in here(ann).next_step
    ann.keep_connector_password(PASSWORD)
    wait_until(lambda: here(ann).part is HerePart.SPARE, "the desk as a spare")
    with floor.server.admin_engine().begin() as tx:
        tx.exec_driver_sql("UPDATE desk.lease SET expires_at = now()")
    wait_until(lambda: here(ann).part is HerePart.WORKS, "the desk as the connector")

    words = words_of(lively)
    found = ann.test_account("twilio", words)
    account_id = ann.add_account("twilio", words, giving(ann, found, floor.office.ben))
    ann.start_backfill(account_id, since=ann.desk.now() - timedelta(days=1))
    assert words["secret"] in key_store.values()
    line = new_one(found).address
    wait_until(lambda: held_by(floor, line) == [(floor.office.ben, account_id)], "the sender ID")
    assert not ann.returned()
    lively.control("/inbound", **{"from": CUSTOMER, "to": line, "body": "Is it there?"})
    wait_until(lambda: bool(listed(ben)), "the customer's text at Ben's desk", seconds=60)
    (row,) = listed(ben)
    stamp = ben.desk.stamp()
    ben.desk.change(
        c.Reply(
            **stamp,
            conversation_id=row.id,
            outbox_id=new_id(),
            sender_id=row.sender_id,
            body="It is",
            seen_version=10**6,
            not_after=stamp["at"] + GOOD_FOR,
        )
    )
    wait_until(lambda: "It is" in sent(lively), "the answer at the provider", seconds=60)
    assert sent(lively).count("It is") == 1

    switch(ann, on=False)
    wait_until(lambda: ann.team_line() is not None and not ann.keeps_secrets(), "the switch")
    with floor.server.admin_engine().connect() as tx:

        def is_free() -> bool:
            query = "SELECT coalesce(expires_at <= clock_timestamp(), true) FROM desk.lease"
            return bool(tx.exec_driver_sql(query).scalar_one())

        wait_until(is_free, "the lease, given back")


def test_a_desk_closes_within_ten_seconds_and_gives_the_lease_back(
    floor: Floor, key_store: dict[str, str]
) -> None:
    ann = floor.sit(floor.office.ann)
    pull(ann)
    switch(ann, on=True)
    ann.keep_connector_password(PASSWORD)
    with floor.server.admin_engine().begin() as tx:
        tx.exec_driver_sql("UPDATE desk.lease SET expires_at = now()")
    ann.start_connector(lambda _: None)
    wait_until(lambda: here(ann).part is HerePart.WORKS, "the desk as the connector")
    begun = time.monotonic()
    floor.forget(floor.office.ann)
    ann.close()
    assert time.monotonic() - begun < 10
    with floor.server.admin_engine().connect() as connection:
        query = "SELECT coalesce(expires_at <= clock_timestamp(), true) FROM desk.lease"
        assert connection.exec_driver_sql(query).scalar_one()


def test_a_rep_s_desk_is_no_connector_and_a_wrong_password_is_said(
    floor: Floor, key_store: dict[str, str]
) -> None:
    ann, ben = floor.sit(floor.office.ann), floor.sit(floor.office.ben)
    pull(ann, ben)
    with pytest.raises(RefusedError, match="Only an admin"):
        ben.keep_connector_password(PASSWORD)
    ann.keep_connector_password("not it")
    for session in (ann, ben):
        switch(session, on=True)
        session.start_connector(lambda _: None)
    wait_until(lambda: here(ben).part is HerePart.TROUBLE, "a refusal")
    assert "Only an admin" in here(ben).title
    wait_until(lambda: here(ann).part is HerePart.TROUBLE, "a refusal")
    assert "connector-secret server" in here(ann).next_step
