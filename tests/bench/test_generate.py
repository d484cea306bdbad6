"""A generated workspace is one that the desk could have written, and the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from sms_desk.domain.positions import of_message
from sms_desk.settings import keys
from sms_desk.settings.credentials import SecretStore
from sms_desk.store import conversation_caches, search, tables
from sms_desk.store.engine import HEAD, Tx, Workspace, open_file, schema_version
from tests.bench.generate import NOW, generate
from tests.bench.talk import LONGEST, SPAN, moment, schedule
from tests.bench.words import NAMES, SHARES

MESSAGES, CONVERSATIONS = 3_000, 300


def made(out: Path, messages: int, conversations: int, seed: int = 1) -> Workspace:
    profile = generate(out, messages, conversations, people=5, seed=seed)
    identity = keys.read(profile)
    assert identity is not None
    return open_file(profile.database, keys.load(identity, store=_unasked, passphrase=None))


def _unasked() -> SecretStore:
    raise AssertionError("its key is published")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = made(tmp_path_factory.mktemp("generated"), MESSAGES, CONVERSATIONS)
    yield workspace
    workspace.close()


def content(tx: Tx, *, but: tuple[sa.Table, ...] = (tables.pulse,)) -> dict[str, str]:
    """A digest of every table's rows."""
    digests = {}
    for table in tables.metadata.sorted_tables:
        if table not in but:
            rows = tx.execute(sa.select(table).order_by(*table.primary_key)).all()
            digests[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return digests


def test_as_many_as_asked(workspace: Workspace) -> None:
    with workspace.read() as tx:
        for table, wanted in ((tables.messages, MESSAGES), (tables.conversations, CONVERSATIONS)):
            assert tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == wanted
    assert schema_version(workspace) == HEAD


def test_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    def told(name: str, seed: int) -> dict[str, str]:
        workspace = made(tmp_path / name, 600, 60, seed)
        with workspace.read() as tx:
            found = content(tx)
        workspace.close()
        return found

    one = told("one", 1)
    assert told("same", 1) == one
    assert told("other", 2)["messages"] != one["messages"]


def test_references_and_caches_are_sound(workspace: Workspace) -> None:
    with workspace.read() as tx:
        assert tx.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert search.differences(tx) == []
        before = content(tx)
        conversation_caches.rebuild(tx)
        search.rebuild(tx)
        assert content(tx) == before


def test_the_index_is_what_the_store_would_have_fed(workspace: Workspace) -> None:
    with workspace.read() as tx:
        words = "CREATE VIRTUAL TABLE temp.tokens USING fts5vocab(main, message_index, instance)"
        tx.exec_driver_sql(words)
        count = "SELECT count(*), total(offset), count(DISTINCT term) FROM tokens"
        before = tx.exec_driver_sql(count).one()
        search.rebuild(tx)
        assert tx.exec_driver_sql(count).one() == before


def test_it_looks_like_life(workspace: Workspace) -> None:
    c, m = tables.conversations.c, tables.messages.c
    with workspace.read() as tx:

        def share(*where: sa.ColumnElement[bool]) -> float:
            count = sa.select(sa.func.count()).select_from(tables.conversations).where(*where)
            return float(tx.execute(count).scalar_one()) / CONVERSATIONS

        listed = share(c.listed)
        assert 0.6 < listed < 0.7  # the rest are silent recipients (R51)
        assert 0.6 < share(c.listed, c.team_state == "closed") / listed < 0.95
        assert 0 < share(c.listed, c.team_state == "snoozed") < share(c.team_state == "open")
        assert 0.01 < share(c.waiting_since.is_not(None), c.team_state == "open") < 0.2
        assert 0.1 < share(c.listed, c.owner_id.is_(None)) / listed < 0.3
        assert 0 < share(c.trouble.is_not(None)) < 0.2
        assert 0.1 < share(c.channel == "whatsapp") < 0.35
        assert {"direct", "campaign", "service"} == set(
            tx.execute(sa.select(c.source_kind).distinct()).scalars()
        )
        longest = sa.select(sa.func.count()).select_from(tables.messages)
        longest = longest.group_by(m.conversation_id)
        assert max(tx.execute(longest).scalars()) >= MESSAGES // 10


def test_a_name_receives_nothing_and_its_answers_come_to_its_number(workspace: Workspace) -> None:
    s, m, c = tables.sender_ids.c, tables.messages.c, tables.conversations.c
    sent = (
        sa.select(m.direction, s.inbound_id == c.sender_id)
        .join(tables.sender_ids, s.id == m.sender_id)
        .join(tables.conversations, c.id == m.conversation_id)
        .where(s.kind == "alphanumeric")
        .distinct()
    )
    with workspace.read() as tx:
        assert tx.execute(sent).all() == [("outbound", True)]


def test_messages_stand_where_the_desk_would_place_them(workspace: Workspace) -> None:
    m = tables.messages.c
    with workspace.read() as tx:
        for row in tx.execute(sa.select(m.position, m.at, m.provider_sid, m.direction)):
            outbound = row.direction == "outbound"
            assert row.position == of_message(row.at, row.provider_sid, outbound=outbound)


def test_notes_tags_drafts_pins_holders_and_unread_are_there(workspace: Workspace) -> None:
    mine, held, c = tables.my_states.c, tables.holdings.c, tables.conversations.c
    with workspace.read() as tx:
        for table in (tables.notes, tables.conversation_tags, tables.events, tables.attachments):
            assert tx.execute(sa.select(table).limit(1)).first() is not None, table.name
        kinds = set(tx.execute(sa.select(held.holder_kind)).scalars())
        assert kinds == {"person", "team", "profile", "organisation"}
        assert tx.execute(sa.select(held.id).where(held.until.is_not(None))).first() is not None
        unread = sa.select(sa.func.count()).join_from(tables.my_states, tables.conversations)
        unread = unread.where(mine.read_position < c.last_inbound)
        everything = sa.select(sa.func.count()).select_from(tables.my_states)
        share = tx.execute(unread).scalar_one() / tx.execute(everything).scalar_one()
        assert 0.01 < share < 0.2


def test_the_long_conversation_is_as_long_as_the_design_says() -> None:
    told = schedule(Random(1), NOW - SPAN, 1_000, 200_000)
    assert len(told) == 200_000
    assert told == sorted(told)
    whose = [moment(packed)[1] for packed in told]
    assert whose.count(0) == LONGEST
    assert set(whose) == set(range(1_000))


def test_every_language_and_many_scripts_are_there() -> None:
    assert sum(SHARES.values()) == 100
    assert sum(weight for weight, _, _ in NAMES.values()) == 100
