"""Opening a workspace file: what fits opens, all else is left as it is and said in words."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
import sqlalchemy as sa

from sms_desk.domain.errors import StorageError
from sms_desk.store import engine, tables
from sms_desk.store.engine import Tx, Workspace, ensure_schema, open_file
from tests.store.conftest import KEY
from tests.store.filling import NOON

OTHER_KEY = bytes(32)
PROGRAM = "from tests.store.test_engine import *; import sys\n"


def add_tag(workspace: Workspace, name: str) -> None:
    with workspace.write() as tx:
        tx.execute(sa.insert(tables.tags).values(id=_id(name), name=name, folded=name))


def add_tags(workspace: Workspace, letter: str) -> None:
    for n in range(20):
        add_tag(workspace, f"{letter}{n}")


def tags(workspace: Workspace) -> list[str]:
    with workspace.read() as tx:
        return list(tx.execute(sa.select(tables.tags.c.name).order_by("name")).scalars())


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_OID, name)


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process of the desk, running code that may use this module's names."""
    root = str(Path(engine.__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + code, *arguments],
        env=os.environ | {"PYTHONPATH": root},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_nothing_readable_stands_in_the_files(local_workspace: Workspace) -> None:
    """GP3."""
    add_tag(local_workspace, "canary-in-the-mine")
    assert local_workspace.path is not None
    for path in local_workspace.path.parent.iterdir():
        assert b"canary" not in path.read_bytes()
        assert b"SQLite format" not in path.read_bytes()


def test_files_are_for_their_owner_alone(local_workspace: Workspace) -> None:
    assert local_workspace.path is not None
    add_tag(local_workspace, "one")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in local_workspace.path.parent.iterdir()}
    assert modes == dict.fromkeys(("workspace.db", "workspace.db-wal", "workspace.db-shm"), 0o600)


def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    path.touch(mode=0o644)
    open_file(path, KEY).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_opens_again_with_its_key(local_workspace: Workspace) -> None:
    assert local_workspace.path is not None
    add_tag(local_workspace, "kept")
    local_workspace.close()
    again = open_file(local_workspace.path, KEY, create=False)
    assert tags(again) == ["kept"]
    again.close()


def _other_key(path: Path) -> bytes:
    workspace = open_file(path, OTHER_KEY)
    ensure_schema(workspace)
    workspace.close()
    return path.read_bytes()


def _plain(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    return path.read_bytes()


CONTENTS = {
    "another key": (_other_key, "does not open with this key"),
    "plain SQLite": (_plain, "not encrypted"),
    "noise": (lambda path: os.urandom(9_000), "does not open with this key"),
    "a text": (lambda path: b"hello", "does not open with this key"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_no_workspace_is_refused_and_left_alone(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    make, words = CONTENTS[name]
    path = tmp_path / "workspace.db"
    content = make(path)
    path.write_bytes(content)
    with pytest.raises(StorageError, match=words) as caught:
        open_file(path, KEY)
    assert caught.value.next_step
    assert path.read_bytes() == content
    assert capfd.readouterr().err == ""  # SQLCipher's own log stays silent


@pytest.mark.parametrize("content", [None, b""])
def test_a_workspace_that_was_there_is_not_made_anew(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "workspace.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StorageError, match="missing or empty"):
        open_file(path, KEY, create=False)
    assert path.exists() == (content is not None)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        open_file(tmp_path / "nowhere" / "workspace.db", KEY)


def test_damage_is_said_and_left_alone(local_workspace: Workspace) -> None:
    path = local_workspace.path
    assert path is not None
    local_workspace.close()
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        open_file(path, KEY)
    assert path.read_bytes() == bytes(content)


HOLD = """
workspace = open_file(Path(sys.argv[1]), KEY)
workspace.close()
with workspace.engine.connect() as connection:
    connection.exec_driver_sql("PRAGMA locking_mode = EXCLUSIVE")
    connection.rollback()
    connection = connection.execution_options(desk_write=True)
    with connection.begin():
        connection.exec_driver_sql("CREATE TABLE held (a)")
        print("held", flush=True)
        sys.stdin.readline()
"""


def test_a_file_that_another_program_holds_is_said(
    local_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it shows inside the pool's connect event."""
    assert local_workspace.path is not None
    local_workspace.close()
    monkeypatch.setattr(engine, "_BUSY_MS", 50)
    holder = start(HOLD, str(local_workspace.path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        with pytest.raises(StorageError, match="another program holds it"):
            open_file(local_workspace.path, KEY)
    finally:
        holder.communicate("\n")
    open_file(local_workspace.path, KEY).close()


WRITE = """
workspace = open_file(Path(sys.argv[1]), KEY)
add_tags(workspace, sys.argv[2])
workspace.close()
"""


def test_processes_and_threads_write_one_after_the_other(local_workspace: Workspace) -> None:
    others = [start(WRITE, str(local_workspace.path), name) for name in "ab"]
    threads = [threading.Thread(target=add_tags, args=(local_workspace, c)) for c in "cd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait() for process in others] == [0, 0]
    for process in others:
        process.communicate()
    assert len(tags(local_workspace)) == 80


def test_what_was_read_in_a_write_still_holds_when_it_writes(local_workspace: Workspace) -> None:
    """A write takes its lock at the beginning: to upgrade a read lock can only fail."""
    assert local_workspace.path is not None
    add_tag(local_workspace, "0")
    colleague = open_file(local_workspace.path, KEY)

    def count_up(workspace: Workspace) -> None:
        for _ in range(25):
            with workspace.write() as tx:
                seen = int(tx.execute(sa.select(tables.tags.c.name)).scalar_one())
                tx.execute(sa.update(tables.tags).values(name=str(seen + 1)))

    threads = [threading.Thread(target=count_up, args=(w,)) for w in (local_workspace, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tags(local_workspace) == ["50"]
    colleague.close()


def test_a_foreign_write_is_noticed_and_an_own_one_is_not(local_workspace: Workspace) -> None:
    assert local_workspace.path is not None
    assert local_workspace.foreign_beat()[1] == 0
    add_tag(local_workspace, "own")
    assert local_workspace.foreign_beat()[1] == 0
    colleague = open_file(local_workspace.path, KEY)
    add_tag(colleague, "foreign")
    version, beats = local_workspace.foreign_beat()
    assert beats == 1
    assert local_workspace.foreign_beat() == (version, 1)
    assert colleague.foreign_beat()[1] == 1
    colleague.close()


def test_a_read_is_one_snapshot(local_workspace: Workspace) -> None:
    add_tag(local_workspace, "before")
    count = sa.select(sa.func.count()).select_from(tables.tags)
    with local_workspace.read() as tx:
        assert tx.execute(count).scalar_one() == 1
        add_tag(local_workspace, "meanwhile")
        assert tx.execute(count).scalar_one() == 1


def test_reads_one_after_another_use_one_connection(local_workspace: Workspace) -> None:
    """Each of them has its own pages, and reads for itself who holds what (store.remembered)."""
    with local_workspace.read(), local_workspace.read(), local_workspace.read():
        pass  # three stand open now
    used = set()
    for _ in range(4):
        with local_workspace.read() as tx:
            used.add(id(tx.connection.driver_connection))
    assert len(used) == 1


def test_nothing_written_in_a_read_is_kept(workspace: Workspace) -> None:
    with workspace.read() as tx:
        tx.execute(sa.insert(tables.tags).values(id=_id("a"), name="a", folded="a"))
    assert tags(workspace) == []


def test_a_write_that_fails_leaves_nothing(workspace: Workspace) -> None:
    def fails_after_the_first(tx: Tx) -> None:
        for name in "ab":
            tx.execute(sa.insert(tables.tags).values(id=_id("a"), name=name, folded=name))

    with pytest.raises(StorageError), workspace.write() as tx:
        fails_after_the_first(tx)
    assert tags(workspace) == []


def test_an_error_holds_no_value(workspace: Workspace) -> None:
    """GP3: neither our words nor what SQLAlchemy would print name what was being written."""
    add_tag(workspace, "canary")
    with pytest.raises(StorageError) as caught:
        add_tag(workspace, "canary")
    assert "canary" not in str(caught.value)


def test_foreign_keys_hold(workspace: Workspace) -> None:
    workspace.engine.dispose()  # a migration switches them on its own connection
    row = {"person_id": _id("a"), "conversation_id": _id("b"), "mode": "reply", "body": ""}
    with pytest.raises(StorageError), workspace.write() as tx:
        tx.execute(sa.insert(tables.drafts).values(**row, changed_at=NOON))


def test_a_full_disk_is_said_and_the_rest_stays(local_workspace: Workspace) -> None:
    """GD1."""
    add_tag(local_workspace, "kept")
    with local_workspace.read() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="disk is full"):
        add_tag(local_workspace, "x" * 100_000)
    assert tags(local_workspace) == ["kept"]


def test_a_connection_rests_between_two_calls(local_workspace: Workspace) -> None:
    """A reader after a writer takes no lock, one beside another has its own (design 9)."""
    with local_workspace.write() as writing:
        pass
    with local_workspace.read() as reading, local_workspace.read() as beside:
        assert reading is writing
        assert not reading.get_execution_options()["desk_write"]
        assert beside is not reading
    with pytest.raises(ZeroDivisionError), local_workspace.write() as failed:
        _ = 1 / 0
    assert failed.closed


def test_none_rests_once_the_workspace_is_closed(local_workspace: Workspace) -> None:
    with local_workspace.read() as one, local_workspace.read():
        pass
    with local_workspace.read() as late:
        local_workspace.close()
    assert one.closed
    assert late.closed
