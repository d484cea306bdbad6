"""Provider accounts, as an admin connects them at a desk of the team (R1, R46, R63)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.bootstrap.options import Also
from sms_desk.bootstrap.team_session import TeamSession
from sms_desk.domain import commands as c
from sms_desk.domain.errors import CredentialError, RefusedError
from sms_desk.domain.model import HolderKind
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.services import directory
from sms_desk.store import accounts, content_templates, scans, tables
from sms_desk.store.ids import new_id
from tests.fixtures.postgres import postgres
from tests.fixtures.sandbox import SandboxApi, sandbox
from tests.fixtures.team import team_server, team_template
from tests.fixtures.team_desks import Floor, all_round, floor, pull

__all__ = ["floor", "postgres", "sandbox", "team_server", "team_template"]

pytestmark = [pytest.mark.xdist_group("pg"), pytest.mark.allow_log("sms_desk")]


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
        held = tx.execute(
            sa.select(tables.holdings.c.holder_id, tables.sender_accounts.c.account_id)
            .join_from(tables.holdings, tables.sender_ids)
            .join(tables.sender_accounts)
            .where(tables.sender_ids.c.address == new_one(found).address)
        ).all()
    assert held == [(floor.office.ben, account_id)]
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
    assert not line.backfill_running, "a desk knows nothing of it, and claims nothing"
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
