"""A desk that is killed anywhere in a pull has the old or the new state, cursor included (GY3)."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from sms_desk.store import search_index, tables
from sms_desk.store.engine import Workspace, open_file
from sms_desk.store.ids import new_id
from sms_desk.store.replica import before, leaving
from sms_desk.store.replica import tables as own
from sms_desk.store.replica.apply import Fetched, News, NoQueue, apply
from sms_desk.store.replica.state import Name, get
from sms_desk.store.team.delta import Delta
from sms_desk.store.team.replicated import BY_NAME, Replicated
from tests.fixtures.desk import open_hurried
from tests.store.conftest import KEY
from tests.store.correspondence import NOON, Correspondence
from tests.store.replica.looking import contents, findable

EACH = int(os.environ.get("SMS_DESK_KILL_EACH", "40"))
"""Killed at every so many-th statement; a process for each takes its time."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


def pull(path: Path, news: News, die_at: int) -> None:
    """In a process of its own: apply and wipe, killed before a statement."""
    workspace = open_file(path, KEY, replica=True)
    left = die_at

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(workspace.engine, "before_cursor_execute", count)
    with workspace.write() as tx:
        apply(tx, news, NoQueue())
    leaving.purge(workspace)


def everything(workspace: Workspace) -> object:
    """What a person sees, and how far the desk has come."""
    with workspace.write() as tx:
        returned = tx.execute(sa.select(own.pending.c.args)).scalars().all()
        images = len(before.images(tx))
        return contents(tx), findable(tx), get(tx, Name.CURSOR), list(returned), images


@pytest.fixture
def news(replica_file: Callable[[str], Path]) -> News:
    """One conversation leaves, one comes, one changes, and a command had changed it here; the file
    `desk.db` is as before."""
    workspace = open_hurried(replica_file("desk.db"), KEY, replica=True)
    conversations, messages = BY_NAME["conversations"], BY_NAME["messages"]
    with workspace.write() as tx:
        talk = Correspondence(tx)
        goes, stays, comes = (talk.conversation() for _ in range(3))
        for id_ in (goes, stays, comes):
            talk.message(id_, "the blue one")
        rows = {
            one.name: [one.to_wire(row) for row in tx.exec_driver_sql(all_of(one))]
            for one in (conversations, messages)
        }
        for one in (messages, conversations):
            column = "id" if one is conversations else "conversation_id"
            tx.exec_driver_sql(f"DELETE FROM {one.name} WHERE {column} = ?", (comes.bytes,))
        search_index.rebuild(tx)
        drafted = {"person_id": talk.person_id, "conversation_id": goes, "mode": "reply"}
        tx.execute(sa.insert(tables.drafts).values(**drafted, body="so far", changed_at=NOON))
        with before.keeping(tx, new_id()):
            tx.execute(sa.update(tables.conversations).values(team_state="closed"))
    workspace.close()
    of = {name: listed[-1] for name, listed in rows.items()}
    changed = {"messages": [[*rows["messages"][1]]]}
    changed["messages"][0][messages.columns.index("body")] = "the red one"
    came = Fetched(frozenset((comes,)), Delta(rows={name: [row] for name, row in of.items()}))
    return News(
        Delta("next", "epoch", leave=(goes,), enter={comes: 1}, rows=changed),
        (came,),
    )


def all_of(one: Replicated) -> str:
    listed = ", ".join(one.columns)
    order = "position" if one.name == "messages" else "rowid"
    return f"SELECT {listed} FROM {one.name} ORDER BY {order}"


@pytest.mark.allow_log("sms_desk.store.replica.apply")
def test_gy3_a_killed_pull_leaves_the_old_or_the_new(news: News, tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    old = seen(path)
    kept = path.read_bytes()
    outcomes = []
    for die_at in range(1, 10_000, EACH):
        for left in tmp_path.glob("desk.db*"):
            left.unlink()
        path.write_bytes(kept)
        process = processes.Process(target=pull, args=(path, news, die_at))
        process.start()
        process.join(60)
        outcomes.append(seen(path))
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
    new = outcomes[-1]
    assert new != old
    assert old in outcomes
    assert all(each in (old, new) for each in outcomes)
    assert len(outcomes) > 5


def seen(path: Path) -> object:
    """What stands in the file after the desk is opened again."""
    workspace = open_hurried(path, KEY, replica=True)
    try:
        return everything(workspace)
    finally:
        workspace.close()
