"""What is remembered is what would be read now, whoever wrote meanwhile (design §3)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Channel
from sms_desk.services import composing, directory, inbox, searching, senders, telling, threads
from sms_desk.store import notices, people, seldom, tables
from sms_desk.store.engine import Tx, Workspace, open_file
from sms_desk.store.remembered import remembered
from tests.store.conftest import KEY
from tests.store.office import Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def name(tx: Tx, person_id: UUID) -> str:
    return remembered(tx, people.names)[person_id]


def rename(tx: Tx, person_id: UUID, to: str) -> None:
    columns = tables.people.c
    tx.execute(sa.update(tables.people).where(columns.id == person_id).values(name=to))


def test_nothing_is_read_twice(local_workspace: Workspace) -> None:
    reads = 0

    def read(_tx: Tx) -> int:
        nonlocal reads
        reads += 1
        return reads

    for _ in range(3):
        with local_workspace.read() as tx:
            assert remembered(tx, read) == remembered(tx, read) == 1


def test_r21_who_mutes_a_sender_id_is_told_of_it_no_more(office: Office) -> None:
    for on in (True, False):
        with office.workspace.read() as tx:
            remembered(tx, notices.mutes)
        with office.workspace.write() as tx:
            notices.set_mute(tx, office.ben, office.shared, office.now, on=on)
        with office.workspace.read() as tx:
            assert remembered(tx, notices.mutes) == ({office.ben: {office.shared}} if on else {})


def test_a_change_is_seen_by_the_next_read(office: Office) -> None:
    for new in ("Benedict", "Ben again"):
        with office.workspace.read() as tx:
            name(tx, office.ben)
        with office.workspace.write() as tx:
            rename(tx, office.ben, new)
        with office.workspace.read() as tx:
            assert name(tx, office.ben) == new


def test_a_snapshot_keeps_what_it_saw(local_workspace: Workspace) -> None:
    office = Office(local_workspace)
    with local_workspace.read() as tx:
        before = name(tx, office.ben)
        with local_workspace.write() as other:
            rename(other, office.ben, "Benedict")
        assert name(tx, office.ben) == before
    with local_workspace.read() as tx:
        assert name(tx, office.ben) == "Benedict"


@pytest.mark.parametrize("door", ["read", "write"])
def test_what_was_rolled_back_was_never_so(office: Office, door: str) -> None:
    with office.workspace.read() as tx:
        before = name(tx, office.ben)
    with suppress(RuntimeError), getattr(office.workspace, door)() as tx:
        rename(tx, office.ben, "Nobody")
        assert name(tx, office.ben) == "Nobody"
        raise RuntimeError
    with office.workspace.read() as tx:
        assert name(tx, office.ben) == before


def test_many_connections_agree(local_workspace: Workspace) -> None:
    office = Office(local_workspace)
    with local_workspace.read() as one, local_workspace.read() as two:
        assert name(one, office.ben) == name(two, office.ben)
    with local_workspace.write() as tx:
        rename(tx, office.ben, "Benedict")
    with local_workspace.read() as one, local_workspace.read() as two:
        assert name(one, office.ben) == name(two, office.ben) == "Benedict"


ANOTHER_PROCESS = """
import sys
from pathlib import Path
from uuid import UUID
from tests.store.conftest import KEY
from tests.store.test_remembered import rename
from sms_desk.store.engine import open_file
workspace = open_file(Path(sys.argv[1]), KEY)
with workspace.write() as tx:
    rename(tx, UUID(sys.argv[2]), sys.argv[3])
workspace.close()
"""


@pytest.fixture
def opened(tmp_path: Path, local_workspace: Workspace) -> Iterator[Workspace]:
    assert local_workspace.path is not None
    workspace = open_file(local_workspace.path, KEY)
    yield workspace
    workspace.close()


def test_another_process_is_noticed(local_workspace: Workspace) -> None:
    office = Office(local_workspace)
    with local_workspace.read() as tx:
        name(tx, office.ben)
    words = [sys.executable, "-c", ANOTHER_PROCESS, str(local_workspace.path), str(office.ben)]
    subprocess.run([*words, "From elsewhere"], check=True)
    with local_workspace.read() as tx:
        assert name(tx, office.ben) == "From elsewhere"


def test_another_workspace_object_is_noticed(local_workspace: Workspace, opened: Workspace) -> None:
    office = Office(local_workspace)
    with opened.read() as tx:
        name(tx, office.ben)
    with local_workspace.write() as tx:
        rename(tx, office.ben, "Benedict")
    with opened.read() as tx:
        assert name(tx, office.ben) == "Benedict"


# --- what is watched ------------------------------------------------------------------------------


def counted(workspace: Workspace) -> int:
    with workspace.read() as tx:
        return seldom.count(tx.connection.driver_connection)


@pytest.fixture
def talk(local_workspace: Workspace) -> tuple[Office, UUID]:
    office = Office(local_workspace)
    return office, office.conversation(office.own, "+447700900123", office.ben)


def test_messages_change_nothing_that_is_remembered(talk: tuple[Office, UUID]) -> None:
    office, conversation = talk
    before = counted(office.workspace)
    office.message(conversation, "Is it open?")
    assert counted(office.workspace) == before


def test_what_the_line_says_is_not_remembered(talk: tuple[Office, UUID]) -> None:
    office, _ = talk
    before = counted(office.workspace)
    with office.workspace.write() as tx:
        tx.execute(sa.update(tables.accounts).values(line={"last": 1}, clock_offset_us=7))
    assert counted(office.workspace) == before
    with office.workspace.write() as tx:
        tx.execute(sa.update(tables.accounts).values(label="Shop"))
    assert counted(office.workspace) == before + 1


def test_a_first_write_that_is_taken_back_leaves_the_watch(local_workspace: Workspace) -> None:
    with suppress(RuntimeError), local_workspace.write():
        raise RuntimeError
    office = Office(local_workspace)
    before = counted(local_workspace)
    with local_workspace.write() as tx:
        rename(tx, office.ben, "Benedict")
    assert counted(local_workspace) == before + 1


def test_all_that_is_remembered_stands_in_watched_tables(
    talk: tuple[Office, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, conversation = talk
    office.program("Spring")
    read: set[str] = set()

    def allowed(_action: int, table: str, *_more: Any) -> int:
        read.add(table)
        return 0

    @cache
    def spied(ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(tx: Tx, *args: Any, **kwargs: Any) -> Any:
            # Asked of each statement as it is prepared (https://sqlite.org/c3ref/set_authorizer.html).
            driver: Any = tx.connection.driver_connection
            driver.set_authorizer(allowed)
            try:
                return ask(tx, *args, **kwargs)
            finally:
                driver.set_authorizer(None)

        return asked

    real = remembered

    def spying(tx: Tx, ask: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return real(tx, spied(ask), *args, **kwargs)

    for module in list(sys.modules.values()):
        if getattr(module, "remembered", None) is real:
            monkeypatch.setattr(module, "remembered", spying)
    desk = office.desk(office.ben)
    desk.read(inbox.page, InboxFilter())
    desk.read(inbox.rail)
    desk.read(threads.page, conversation)
    desk.read(threads.detail, conversation)
    desk.read(senders.choices_for_reply, conversation)
    desk.read(senders.names)
    desk.read(senders.linkable, Channel.SMS)
    desk.read(directory.all_templates)
    desk.read(searching.find, "open")
    desk.read(lambda ctx: telling.Teller(ctx.tx, people.directory(ctx.tx), ctx.now))
    desk.read(composing.verdicts, conversation, None, "Yes.")
    known = {table.name for table in tables.metadata.tables.values()}
    assert read & known == {table.name for table in seldom.TABLES}
