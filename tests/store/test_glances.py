"""The glance: exact or not shown, of one person, in the encrypted file and nowhere else (R7, R46)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.bootstrap.secrets import Secrets
from sms_desk.bootstrap.session import LocalSession
from sms_desk.domain.commands import SaveView
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import Origin
from sms_desk.services import glance_keeping, glances, inbox
from sms_desk.services.desk import Desk
from sms_desk.services.glances import Glance
from sms_desk.settings.credentials import SecretStore
from sms_desk.settings.files import Profile
from sms_desk.store import glance_file, people, tables, workspaces
from sms_desk.store.engine import Workspace, open_file
from sms_desk.store.head import HEAD
from sms_desk.store.ids import new_id
from tests.store.conftest import KEY
from tests.store.office import Office

MINE = InboxFilter(scope=Scope.MINE)


@pytest.fixture
def office(local_workspace: Workspace) -> Office:
    """Ben sits here; three contacts wrote to him, and one has not answered him for two days."""
    made = Office(local_workspace)
    with local_workspace.write() as tx:
        workspaces.insert(tx, id_=new_id(), name="Shop", kind="real", me_id=made.ben, at=made.now)
    for n in range(3):
        conversation = made.conversation(made.own, f"+1202555014{n}", made.ben)
        made.message(conversation, f"Canary coat {n}")
    made.later(minutes=1)
    made.message(conversation, "It is here.", Origin.PERSON)
    made.later(days=2, hours=23)
    return made


@pytest.fixture
def desk(office: Office) -> Desk:
    return office.desk(office.ben)


def kept(workspace: Workspace) -> Glance | None:
    """What a start would find."""
    assert workspace.path is not None
    found = glance_file.read(workspace.path, KEY, HEAD)
    return None if found is None else glances.from_bytes(found[1])


def test_it_says_what_a_reading_says(desk: Desk) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    found = kept(desk.workspace)
    assert found is not None
    assert found.at(desk.now()) == found
    assert found.page == desk.read(inbox.page, MINE)
    assert len(found.page.rows) == 3
    assert found.counts == desk.read(inbox.rail)
    assert found.troubled == desk.read(inbox.troubled)
    assert (found.title, found.scope, found.person_id) == ("Shop", Scope.MINE, desk.person_id)


def test_it_waits_for_nobody_s_eyes_and_tells_no_other_window(desk: Desk) -> None:
    before = desk.workspace.foreign_beat()[1]
    other = open_file(desk.workspace.path or Path(), KEY)
    glance_keeping.keep(Desk(other, desk.person_id, clock=desk.now), Scope.MINE)
    assert desk.workspace.foreign_beat()[1] == before
    assert kept(desk.workspace) is not None
    other.close()


def test_whoever_wrote_since_makes_it_stale(desk: Desk, office: Office) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    other = open_file(desk.workspace.path or Path(), KEY)
    with other.write() as tx:
        people.change(tx, office.cara, name="Caroline")
    other.close()
    assert kept(desk.workspace) is None
    glance_keeping.keep(desk, Scope.MINE)
    assert kept(desk.workspace) is not None
    with desk.workspace.write():
        pass
    assert kept(desk.workspace) is None


def test_whoever_wrote_without_a_window_takes_it_again(desk: Desk, office: Office) -> None:
    glance_keeping.renew(desk)
    assert kept(desk.workspace) is None  # nobody has shown anything yet
    glance_keeping.keep(desk, Scope.ALL)
    office.message(office.conversation(office.own, "+12025550190", office.ben), "I am new")
    assert kept(desk.workspace) is None
    glance_keeping.renew(office.desk(office.cara))
    assert kept(desk.workspace) is None
    glance_keeping.renew(desk)
    found = kept(desk.workspace)
    assert found is not None
    assert (found.scope, found.page.rows[0].snippet) == (Scope.ALL, "I am new")


def test_a_session_that_wrote_leaves_one_behind(desk: Desk, office: Office, tmp_path: Path) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    session = LocalSession(
        Profile.of(under=tmp_path), desk.workspace, Secrets(_no_key_store), demo=False
    )
    conversation = office.conversation(office.own, "+12025550190", office.ben)
    office.message(conversation, "I am new")
    session.close()
    found = kept(desk.workspace)
    assert found is not None
    assert found.page.rows[0].id == conversation


def _no_key_store() -> SecretStore:
    raise AssertionError("a glance holds no secret")


def test_one_is_kept_and_only_of_who_sits_here(desk: Desk, office: Office) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    glance_keeping.keep(office.desk(office.ann), Scope.ALL)
    with desk.workspace.read() as tx:
        whose = tx.execute(sa.select(tables.glance.c.person_id)).scalars().all()
    assert whose == [office.ann]
    assert kept(desk.workspace) is None  # the next start is Ben's
    glance_keeping.forget(desk)
    with desk.workspace.read() as tx:
        assert not tx.execute(sa.select(tables.glance.c.person_id)).all()


@pytest.mark.parametrize(
    "body", [b"", b"\xff\x00", b"[]", b"null", b'{"format":1,"glance":{"scope":"moon"}}']
)
def test_a_damaged_one_is_left_aside(desk: Desk, body: bytes) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    with desk.workspace.write(quiet=True) as tx:
        tx.execute(sa.update(tables.glance).values(body=body))
    assert kept(desk.workspace) is None


def test_one_of_another_format_is_left_aside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    monkeypatch.setattr(glances, "FORMAT", glances.FORMAT + 1)
    assert kept(desk.workspace) is None


def test_a_file_of_another_schema_says_nothing(desk: Desk) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    assert desk.workspace.path is not None
    assert glance_file.read(desk.workspace.path, KEY, "0001") is None


def test_looking_neither_makes_nor_changes_a_file(desk: Desk, tmp_path: Path) -> None:
    assert glance_file.read(tmp_path / "absent.db", KEY, HEAD) is None
    assert not (tmp_path / "absent.db").exists()
    glance_keeping.keep(desk, Scope.MINE)
    desk.workspace.close()
    path = desk.workspace.path
    assert path is not None
    before = path.read_bytes()
    assert glance_file.read(path, bytes(32), HEAD) is None
    assert glance_file.read(path, KEY, HEAD) is not None
    assert path.read_bytes() == before


def test_nothing_of_it_is_readable_without_the_key(desk: Desk, tmp_path: Path) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    desk.workspace.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"Canary" in path.read_bytes()]


# --- time alone ----------------------------------------------------------------------------------


def test_what_grows_with_time_is_worked_out_then(desk: Desk, office: Office) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    for hours in (0, 1, 2, 24, 49, 24 * 10):
        office.later(hours=hours)
        found = kept(desk.workspace)
        assert found is not None
        then = found.at(office.now)
        assert then is not None
        assert then.page == desk.read(inbox.page, MINE)
    assert then is not None
    assert any(row.nudge_days for row in then.page.rows)


def test_a_clock_that_was_set_back_finds_nothing(desk: Desk) -> None:
    glance_keeping.keep(desk, Scope.MINE)
    found = kept(desk.workspace)
    assert found is not None
    assert found.at(desk.now() - timedelta(seconds=1)) is None


def test_it_ends_where_somebody_begins_or_ceases_to_hold(desk: Desk, office: Office) -> None:
    ends = office.now + timedelta(days=1)
    held = tables.holdings.c
    with desk.workspace.write() as tx:
        tx.execute(
            sa.update(tables.holdings).where(held.sender_id == office.own).values(until=ends)
        )
    glance_keeping.keep(desk, Scope.MINE)
    found = kept(desk.workspace)
    assert found is not None
    assert found.until == ends
    assert found.at(ends - timedelta(seconds=1)) is not None
    assert found.at(ends) is None


def test_none_is_kept_where_a_view_counts_by_time(desk: Desk) -> None:
    wanted = replace(MINE, nudge=True)
    desk.change(SaveView(**desk.stamp(), view_id=new_id(), name="Silent", filter=wanted))
    glance_keeping.keep(desk, Scope.MINE)
    assert kept(desk.workspace) is None


def test_none_is_kept_before_there_is_an_account(desk: Desk, office: Office) -> None:
    with desk.workspace.write() as tx:
        tx.execute(sa.update(tables.accounts).values(removed_at=office.now))
    glance_keeping.keep(desk, Scope.MINE)
    assert kept(desk.workspace) is None


def test_a_whole_glance_comes_back_as_it_was(desk: Desk) -> None:
    taken = desk.read(glance_keeping.take, Scope.ALL)
    assert taken is not None
    assert isinstance(taken.page.rows[0].id, UUID)
    assert glances.from_bytes(glances.to_bytes(taken)) == taken
