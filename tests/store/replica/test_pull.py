"""What a pull leaves in a desk's file, and what it tells the window."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain.changes import NOTHING, Changes, Thing
from sms_desk.store import tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.replica import state
from sms_desk.store.replica import tables as own
from sms_desk.store.replica.state import Name
from sms_desk.store.team.replicated import OVERSIGHT_KEY, address_key
from sms_desk.sync import team_pull
from sms_desk.sync.team_pull import Puller
from tests.fixtures.desk import open_hurried
from tests.store.conftest import KEY
from tests.store.correspondence import NOON, Correspondence
from tests.store.replica.looking import contents, count, findable, findable_if_rebuilt
from tests.store.replica.model import FileServer

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Shop:
    """A server with two conversations, and a desk whose person sees both."""

    def __init__(self, server: Workspace, desk: Workspace) -> None:
        self.server = FileServer(server)
        self.desk = desk
        self.puller = Puller(desk)
        with server.write() as tx:
            self.workspace_id = new_id()
            values = {"name": "Shop", "kind": "real", "created_at": NOON}
            tx.execute(sa.insert(tables.workspace).values(id=self.workspace_id, **values))
            self.written = Correspondence(tx)
            self.blue, self.green = (self.talk(self.written, name) for name in ("blue", "green"))
        self.server.seen[self.workspace_id] = 2**62

    def talk(self, talk: Correspondence, name: str) -> UUID:
        peer = f"+1202555017{len(self.server.seen)}"
        contact = talk.contact(f"Zoë {name}", peer)
        id_ = talk.conversation(contact)
        talk.message(id_, f"the {name} one")
        talk.message(id_, f"{name} again")
        talk.note(id_, f"likes {name}")
        rank = len(self.server.seen) + 1
        self.server.seen |= {id_: rank, contact: rank, address_key(peer): rank}
        return id_

    def keys_of(self, conversation: UUID) -> list[UUID]:
        keys = list(self.server.seen)
        place = keys.index(conversation)
        return keys[place : place + 3]

    def hide(self, conversation: UUID) -> None:
        for key in self.keys_of(conversation):
            del self.server.seen[key]

    def on_server(self, statement: str) -> None:
        with self.server.file.write() as tx:
            tx.exec_driver_sql(statement)

    def pull(self) -> Changes:
        return self.puller.pull_once(self.server, NOW)

    def catch_up(self) -> Changes:
        changes = self.pull()
        while self.puller.has_more:
            changes |= self.puller.fill_once(self.server, NOW)
        return changes

    def assert_same(self) -> None:
        with self.desk.write() as tx, self.server.file.read() as other:
            assert contents(tx) == contents(other)
            assert findable(tx) == findable_if_rebuilt(tx)


@pytest.fixture
def shop(replica_file: Callable[[str], Path]) -> Iterator[Shop]:
    server, desk = (
        open_hurried(replica_file(name), KEY, replica=True) for name in ("server.db", "desk.db")
    )
    yield Shop(server, desk)
    server.close()
    desk.close()


def test_a_first_pull_brings_what_is_little_at_once(shop: Shop) -> None:
    shop.pull()
    shop.assert_same()
    assert not shop.puller.has_more


def test_what_is_more_is_fetched_page_by_page_the_newest_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_pull, "KEYS_AT_ONCE", 2)
    shop.pull()
    progress = [shop.puller.progress()]
    while shop.puller.has_more:
        assert shop.puller.fill_once(shop.server, NOW).touches(Thing.LINE)
        progress.append(shop.puller.progress())
    shop.assert_same()
    wanted = [len(shop.server.seen) - 2 * n for n in range(1, 5)]
    assert [one.to_fetch for one in progress] == [max(n, 0) for n in wanted]
    asked = [key for page in shop.server.asked for key in page]
    ranks = [shop.server.seen[key] for key in asked]
    assert ranks == sorted(ranks, reverse=True)


def test_the_audit_log_is_fetched_last(shop: Shop) -> None:
    shop.server.seen[OVERSIGHT_KEY] = 2**62
    shop.pull()
    assert shop.server.asked[0][-1] == OVERSIGHT_KEY


def test_a_fill_goes_on_where_a_killed_desk_was(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_pull, "KEYS_AT_ONCE", 2)
    shop.pull()
    shop.puller = Puller(shop.desk)
    while shop.puller.has_more:
        shop.puller.fill_once(shop.server, NOW)
    shop.assert_same()
    assert len(shop.server.asked) == 4


def test_r6_the_window_hears_of_what_changed_and_of_nothing_else(shop: Shop) -> None:
    shop.catch_up()
    assert shop.pull() == NOTHING
    shop.on_server(f"UPDATE conversations SET team_state = 'closed' WHERE id = x'{shop.blue.hex}'")
    assert shop.pull() == Changes.of(conversation=shop.blue)
    shop.on_server(
        f"UPDATE messages SET status = 'read' WHERE conversation_id = x'{shop.green.hex}'"
    )
    assert shop.pull() == Changes.of(message=shop.green)
    shop.on_server(f"DELETE FROM notes WHERE conversation_id = x'{shop.green.hex}'")
    assert shop.pull() == Changes.of(message=shop.green)
    shop.hide(shop.blue)
    changes = shop.pull()
    assert changes.touched[Thing.CONVERSATION] == {shop.blue}
    assert set(changes.touched) == {Thing.CONVERSATION, Thing.MESSAGE, Thing.CONTACT}


def test_gy2_what_leaves_leaves_rows_index_drafts_and_the_log_beside_the_file(shop: Shop) -> None:
    shop.catch_up()
    with shop.desk.write() as tx:
        draft(tx, shop.blue, "My own words on blue")
        draft(tx, shop.green, "My own words on green")
        glance = {"person_id": new_id(), "pulse": 0, "body": b"the blue one"}
        tx.execute(sa.insert(tables.glance).values(glance))
    shop.hide(shop.blue)
    shop.pull()
    with shop.desk.write() as tx:
        told = repr(everything(tx)).lower()
        assert "the blue one" not in told
        assert "likes blue" not in told
        assert "+12025550171" not in told
        assert count(tx, tables.glance) == 0
        assert {row[3] for row in findable(tx)["message_index"]} == {
            *("the", "green", "one", "again", "likes")
        }
        assert findable(tx) == findable_if_rebuilt(tx)
        (came_back,) = tx.execute(sa.select(own.pending)).all()
        assert came_back.args == {
            "conversation_id": str(shop.blue),
            "mode": "reply",
            "body": "My own words on blue",
        }
        assert (came_back.kind, came_back.state) == (own.DRAFT, "held")
        (kept,) = tx.execute(sa.select(tables.drafts.c.body)).scalars()
        assert kept == "My own words on green"
        assert not state.get(tx, Name.TO_PURGE)
    shop.hide(shop.green)
    shop.pull()
    assert shop.desk.path is not None
    log = shop.desk.path.with_name(shop.desk.path.name + "-wal")
    assert log.stat().st_size < 20_000  # what was put down after it was emptied


def test_gy2_old_parts_of_the_index_hold_no_word_of_what_left(shop: Shop) -> None:
    """The index marks what is deleted; its parts are merged until no mark is left."""
    shop.catch_up()
    shop.hide(shop.blue)
    shop.pull()
    with shop.desk.read() as tx:
        for table in ("message_index_data", "contact_index_data"):
            for (block,) in tx.exec_driver_sql(f"SELECT block FROM {table}"):
                assert b"blue" not in block


def test_a_reader_does_not_keep_the_traces_for_ever(shop: Shop) -> None:
    shop.catch_up()
    shop.hide(shop.blue)
    with shop.desk.read() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM messages").scalar()
        shop.pull()
        with shop.desk.read() as tx:
            assert state.get(tx, Name.TO_PURGE)
    shop.pull()
    with shop.desk.read() as tx:
        assert not state.get(tx, Name.TO_PURGE)


def test_what_comes_back_into_view_is_whole(shop: Shop) -> None:
    shop.catch_up()
    seen = dict(shop.server.seen)
    shop.hide(shop.blue)
    shop.pull()
    shop.on_server("UPDATE messages SET status = 'read'")
    shop.server.seen = seen
    shop.catch_up()
    shop.assert_same()


def test_rows_that_change_places_are_both_there(shop: Shop) -> None:
    """Only one may have each place, and neither row comes before the other."""
    shop.catch_up()
    shop.on_server("UPDATE contacts SET search_row = -search_row")
    total = "(SELECT -sum(search_row) FROM contacts)"
    shop.on_server(f"UPDATE contacts SET search_row = {total} + search_row")
    shop.catch_up()
    shop.assert_same()


def test_another_epoch_takes_what_is_not_in_view_and_fetches_all(shop: Shop) -> None:
    shop.catch_up()
    shop.server.epoch = "second"
    shop.hide(shop.blue)
    shop.on_server(f"DELETE FROM messages WHERE conversation_id = x'{shop.blue.hex}'")
    shop.on_server("DELETE FROM notes")
    shop.catch_up()
    with shop.desk.read() as tx:
        assert count(tx, tables.conversations) == 1
        assert count(tx, tables.notes) == 0


@pytest.mark.allow_log("sms_desk.store.replica.apply")
def test_a_difference_is_logged_by_ids_and_healed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.catch_up()
    with shop.desk.write() as tx:
        tx.exec_driver_sql("UPDATE messages SET body = 'SECRET' WHERE body = 'the blue one'")
    shop.on_server("UPDATE conversations SET version = version + 1")
    with caplog.at_level(logging.ERROR):
        shop.catch_up()
    (told,) = (record.getMessage() for record in caplog.records)
    assert str(shop.blue) in told
    assert "SECRET" not in told
    shop.assert_same()


@pytest.mark.allow_log("sms_desk.store.replica.apply")
def test_every_hundredth_pull_begins_to_compare_everything(
    shop: Shop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert team_pull._SWEEP_EVERY == 100
    monkeypatch.setattr(team_pull, "_SWEEP_EVERY", 4)
    monkeypatch.setattr(team_pull, "_SWEPT_AT_ONCE", 3)
    shop.catch_up()
    with shop.desk.write() as tx:
        tx.exec_driver_sql("DELETE FROM messages WHERE body = 'the blue one'")
        tx.exec_driver_sql("UPDATE people SET name = 'Nobody'")
    with caplog.at_level(logging.ERROR):
        for _ in range(12):
            shop.catch_up()
    assert caplog.records
    shop.assert_same()


def test_a_supervisor_keeps_the_newer_part_and_asks_for_the_older(shop: Shop) -> None:
    with shop.server.file.write() as tx:
        shop.written.tx = tx
        shop.written.message(shop.blue, "a year ago", at=NOON - timedelta(days=365))
    shop.puller = Puller(shop.desk, offline_days=lambda: 30)
    shop.catch_up()
    assert bodies(shop.desk, shop.blue) == ["the blue one", "blue again"]
    # an older message that changes does not come alone
    shop.on_server("UPDATE messages SET status = 'read'")
    shop.catch_up()
    assert bodies(shop.desk, shop.blue) == ["the blue one", "blue again"]
    changes = shop.puller.fetch_older(shop.server, shop.blue, NOW)
    assert changes.touches(Thing.MESSAGE, shop.blue)
    assert bodies(shop.desk, shop.blue) == ["a year ago", "the blue one", "blue again"]
    shop.server.epoch = "second"  # and it stays so
    shop.catch_up()
    shop.assert_same()


def test_attachments_follow_newest_first_within_a_budget(shop: Shop) -> None:
    data = [b"older picture", b"newer picture", b"huge"]
    with shop.server.file.write() as tx:
        messages = tx.execute(
            sa.select(tables.messages.c.id).order_by(tables.messages.c.position)
        ).scalars()
        ids = [attach(tx, message, each) for message, each in zip(messages, data, strict=False)]
        tx.execute(
            sa.update(tables.attachments)
            .where(tables.attachments.c.id == ids[2])
            .values(size=10**9)
        )
    shop.server.attachments = dict(zip(ids, data, strict=True))
    shop.puller = Puller(shop.desk, attachment_bytes=100)
    shop.catch_up()
    with shop.desk.read() as tx:
        kept = dict(tx.execute(sa.select(tables.attachments.c.id, tables.attachments.c.data)).all())
    assert kept == dict(zip(ids, [*data[:2], None], strict=True))
    assert shop.puller.fetch_attachment(shop.server, ids[2])
    shop.on_server("UPDATE attachments SET tries = 7")
    shop.catch_up()
    with shop.desk.read() as tx:
        assert set(tx.execute(sa.select(tables.attachments.c.data)).scalars()) == set(data)


def test_bytes_that_are_not_the_named_ones_are_not_kept(shop: Shop) -> None:
    with shop.server.file.write() as tx:
        message = tx.execute(sa.select(tables.messages.c.id)).scalars().first()
        assert message is not None
        id_ = attach(tx, message, b"picture")
    shop.server.attachments = {id_: b"something else"}
    shop.catch_up()
    with shop.desk.read() as tx:
        assert tx.execute(sa.select(tables.attachments.c.data)).scalar() is None


def attach(tx: Tx, message_id: UUID, data: bytes) -> UUID:
    id_ = new_id()
    tx.execute(
        sa.insert(tables.attachments).values(
            id=id_,
            message_id=message_id,
            n=0,
            state="stored",
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
    )
    return id_


def draft(tx: Tx, conversation: UUID, body: str) -> None:
    values = {"person_id": new_id(), "conversation_id": conversation, "mode": "reply"}
    tx.execute(sa.insert(tables.drafts).values(**values, body=body, changed_at=NOON))


def bodies(workspace: Workspace, conversation: UUID) -> list[str]:
    message = tables.messages.c
    query = sa.select(message.body).where(message.conversation_id == conversation)
    with workspace.read() as tx:
        return list(tx.execute(query.order_by(message.position)).scalars())


def everything(tx: Tx) -> list[object]:
    names = tx.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        " AND name NOT LIKE '%_index_%' AND name <> 'replica_pending'"
    ).scalars()
    return [list(tx.exec_driver_sql(f"SELECT * FROM {name}")) for name in names.all()]
