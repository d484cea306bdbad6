"""A long thread and the audit log come in pieces, the newest first, and then are whole (GY1, GY3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from sms_desk.store.replica import digests, state
from sms_desk.store.replica.rows import BY_POSITION
from sms_desk.store.team.delta import Delta
from sms_desk.store.team.functions import ROWS_AT_ONCE
from sms_desk.store.team.replicated import OVERSIGHT_KEY
from sms_desk.sync import team_pull
from sms_desk.sync.team_pull import Puller
from tests.fixtures.desk import open_hurried
from tests.fixtures.team import Session, TeamServer, fetch
from tests.store.conftest import KEY
from tests.store.office import NOON, Office
from tests.store.replica.world import SessionClient

PIECE = 4


class Shop:
    """Ann oversees all, and talks with one contact for long."""

    def __init__(self, server: TeamServer) -> None:
        self.server = server
        self.office = Office(server.team_workspace())
        self.talk = self.office.conversation(self.office.own, "+14155550123", self.office.ann)
        for n in range(11):
            self.say(f"text {n}")
        self.hand_over(6)
        self.session: Session = server.join(self.office.ann)

    def hand_over(self, times: int) -> None:
        """What the audit log tells of."""
        desk = self.office.desk(self.office.ann)
        for _ in range(times // 2):
            for to in (self.office.ben, self.office.ann):
                target = c.Targets.one(self.talk)
                desk.change(c.Assign(**desk.stamp(), targets=target, owner_id=to))

    def say(self, body: str) -> None:
        self.office.later(minutes=1)
        self.office.message(self.talk, body)

    def piece(self, key: UUID, since: int = 0, below: int | None = None) -> Delta:
        return fetch(self.session, key, since=since, below=below, most=PIECE)

    def pieces(self, key: UUID) -> list[Delta]:
        found = [self.piece(key)]
        while found[-1].rest:
            found.append(self.piece(key, below=found[-1].rest[key]))
        return found


@pytest.fixture
def shop(team_server: TeamServer) -> Shop:
    return Shop(team_server)


@pytest.fixture
def desk(replica_file: Callable[[str], Path]) -> Iterator[Workspace]:
    made = open_hurried(replica_file("desk.db"), KEY, replica=True)
    yield made
    made.close()


def bodies(desk: Workspace) -> list[str]:
    m = tables.messages.c
    with desk.read() as tx:
        return list(tx.execute(sa.select(m.body).order_by(m.position)).scalars())


# --- what the server answers --------------------------------------------------------------------


def test_no_answer_has_more_rows_of_a_table_than_a_piece(shop: Shop) -> None:
    found = shop.pieces(shop.talk)
    assert len(found) > 3
    assert all(len(one.rows.get(name, ())) <= PIECE for one in found for name in BY_POSITION)
    whole = fetch(shop.session, shop.talk)
    assert not whole.rest
    for table, rows in whole.rows.items():
        came = [row for one in found for row in one.rows.get(table, ())]
        assert sorted(map(repr, came)) == sorted(map(repr, rows)), table
    assert all(one.digests == whole.digests for one in found)


def test_the_audit_log_comes_in_pieces(shop: Shop) -> None:
    whole = fetch(shop.session, OVERSIGHT_KEY)
    found = shop.pieces(OVERSIGHT_KEY)
    assert len(found) > 1
    for table in ("audit", "audit_subjects"):
        came = [row for one in found for row in one.rows.get(table, ())]
        assert sorted(map(repr, came)) == sorted(map(repr, whole.rows.get(table, ()))), table


def test_as_many_keys_are_answered_as_make_a_piece(shop: Shop) -> None:
    office = shop.office
    short = [office.conversation(office.own, f"+1415555020{n}", office.ann) for n in range(3)]
    found = fetch(shop.session, *short, shop.talk, most=PIECE)
    answered = {UUID(row[0]) for row in found.rows["conversations"]}
    assert answered
    assert answered.isdisjoint(found.later)
    assert answered | found.later == {*short, shop.talk}
    assert shop.talk in found.later


def test_nobody_gets_more_at_once_by_asking_for_it(shop: Shop) -> None:
    assert ROWS_AT_ONCE == 2_000
    asked = fetch(shop.session, shop.talk, most=2**31 - 1)
    assert asked.rows == fetch(shop.session, shop.talk).rows
    assert fetch(shop.session, shop.talk, most=-1).rows == {}


# --- what a desk makes of it --------------------------------------------------------------------


def test_gy1_a_long_thread_grows_from_its_end_while_all_else_goes_on(
    shop: Shop, desk: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(team_pull, "ROWS_AT_ONCE", PIECE)
    client, puller = SessionClient(shop.session), Puller(desk)
    puller.pull_once(client, NOON)
    grown = [bodies(desk)]
    while puller.has_more:
        puller = Puller(desk)  # as after a crash
        puller.fill_once(client, NOON)
        if grown[-1] != (now := bodies(desk)):
            grown.append(now)
        if len(grown) == 3:
            shop.say("meanwhile")
            change_the_newest(shop)
    sizes = [len(one) for one in grown if one]
    assert sizes[0] <= PIECE
    assert len(sizes) > 3
    assert sizes == sorted(sizes)
    assert grown[-1][-2:] == ["changed", "meanwhile"]
    with desk.read() as tx:
        kept = state.kept_since(tx, [shop.talk])
        assert digests.here(tx, [shop.talk, OVERSIGHT_KEY]) == said_of(shop)
    assert not any(kept.values())
    assert not caplog.records


def change_the_newest(shop: Shop) -> None:
    """A row of the first piece, which no later piece brings."""
    m = tables.messages.c
    with shop.office.workspace.write() as tx:
        tx.execute(sa.update(tables.messages).where(m.body == "text 10").values(body="changed"))


def said_of(shop: Shop) -> dict[UUID, object]:
    return dict(fetch(shop.session, shop.talk, OVERSIGHT_KEY, most=0).digests)
