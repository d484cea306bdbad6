"""Search finds every stored message and nothing else (R44, GY8), by index and by reading alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_desk.domain import positions
from sms_desk.domain.excerpts import matches
from sms_desk.domain.inbox_filters import InboxFilter, Order, Scope, SourceFilter
from sms_desk.domain.model import Channel, Position
from sms_desk.domain.scopes import Reach
from sms_desk.domain.search_query import parse
from sms_desk.store import inbox_text, reading, search, tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.inbox_clauses import Asked
from sms_desk.store.search import Viewer
from tests.store.correspondence import NOON, Correspondence
from tests.unit.test_search_query import FOUND, HOSTILE, NOT_FOUND


@pytest.fixture
def desk(local_workspace: Workspace) -> Iterator[Correspondence]:
    """A correspondence in an open transaction."""
    with local_workspace.write() as tx:
        yield Correspondence(tx)


def found(tx: Tx, typed: str, viewer: Viewer = search.ANYBODY) -> list[int]:
    return [f.position for f in search.find_messages(tx, parse(typed), limit=50, viewer=viewer)]


def asked(desk: Correspondence, typed: str) -> Asked:
    """An inbox filter of everything with a text."""
    reach = Reach(desk.person_id, everything=True, sees_unrouted=True)
    return Asked(InboxFilter(state=None, text=typed), reach, datetime(2026, 6, 1, tzinfo=UTC), 3)


def names(tx: Tx, typed: str) -> list[str]:
    return [hit.name for hit in search.find_contacts(tx, typed, limit=10)]


@pytest.mark.parametrize("typed", HOSTILE)
def test_no_text_is_an_error(desk: Correspondence, typed: str) -> None:
    """Algorithms §3, rows 88 to 96."""
    conversation = desk.conversation()
    position = desk.message(conversation, typed)
    assert found(desk.tx, typed) == ([position] if parse(typed) else [])
    search.within_conversation(desk.tx, conversation, typed)
    search.find_contacts(desk.tx, typed, limit=5)
    inbox_text.holding(desk.tx, typed, [conversation])
    if typed.strip():
        inbox_text.all_ids(desk.tx, asked(desk, typed))


@pytest.mark.parametrize(("typed", "text"), FOUND + NOT_FOUND)
def test_the_index_finds_what_the_rules_say(desk: Correspondence, typed: str, text: str) -> None:
    position = desk.message(desk.conversation(), text)
    expected = [position] if matches(parse(typed).terms, text) else []
    assert found(desk.tx, typed) == expected


WORDS = st.lists(
    st.sampled_from(
        [
            "hello",
            "help",
            "he",
            "Café",
            "cafe",
            "don't",
            "你好",
            "好",
            "世界",
            "สวัสดี",
            "🎉",
            "x1",
            "ß",
            "ss",
            "a",
        ]
    ),
    max_size=4,
)


@given(
    bodies=st.lists(st.tuples(WORDS, st.sampled_from([" ", "", "\n", "-"])), max_size=6),
    typed=st.tuples(WORDS, st.sampled_from([" ", ""])),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_index_and_reading_agree(
    local_workspace: Workspace,
    bodies: list[tuple[list[str], str]],
    typed: tuple[list[str], str],
) -> None:
    """GY8: the index, the scan of a conversation, and the plain rule give one answer."""
    query = " ".join(typed[0]) + typed[1]
    with local_workspace.read() as tx:
        desk = Correspondence(tx)
        conversation = desk.conversation()
        texts = {
            desk.message(conversation, gap.join(words)): gap.join(words) for words, gap in bodies
        }
        terms = parse(query).terms
        expected = sorted(
            (p for p, t in texts.items() if terms and matches(terms, t)), reverse=True
        )
        assert found(tx, query) == expected
        read = search.within_conversation(tx, conversation, query)
        assert [f.position for f in read] == expected


def test_newest_first_page_by_page(desk: Correspondence) -> None:
    conversation = desk.conversation()
    written = [desk.message(conversation, f"offer number {n}") for n in range(300)]
    query = parse("offer")
    pages: list[int] = []
    before: Position | None = None
    while page := search.find_messages(desk.tx, query, limit=70, before=before):
        pages += [hit.position for hit in page]
        before = Position(page[-1].position)
    assert pages == written[::-1]


def test_notes_and_messages_stand_in_one_order(desk: Correspondence) -> None:
    conversation = desk.conversation()
    positions_ = [
        desk.message(conversation, "invoice sent"),
        desk.note(conversation, "invoice was wrong"),
        desk.message(conversation, "which invoice?"),
    ]
    assert found(desk.tx, "invoice") == positions_[::-1]
    kinds = [hit.kind for hit in search.within_conversation(desk.tx, conversation, "invoice")]
    assert kinds == ["message", "note", "message"]


def test_within_one_conversation_only(desk: Correspondence) -> None:
    here, there = desk.conversation(), desk.conversation()
    wanted = desk.message(here, "the Caf\u00e9 order")
    desk.message(there, "the cafe order")
    [hit] = search.within_conversation(desk.tx, here, "cafe ord")
    assert (hit.position, hit.conversation_id) == (wanted, here)


def test_what_leaves_is_not_found(desk: Correspondence) -> None:
    conversation = desk.conversation()
    kept, gone = desk.message(conversation, "secret"), desk.message(conversation, "secret")
    search.drop(desk.tx, [gone])
    desk.tx.execute(sa.delete(tables.messages).where(tables.messages.c.position == gone))
    assert found(desk.tx, "secret") == [kept]
    assert search.differences(desk.tx) == []


def test_a_changed_body_replaces_the_old_one(desk: Correspondence) -> None:
    position = desk.message(desk.conversation(), "before")
    search.feed_messages(desk.tx, [(position, "after")])
    assert found(desk.tx, "after") == [position]
    assert found(desk.tx, "before") == []


def test_differences_are_noticed_and_rebuilt(desk: Correspondence) -> None:
    conversation = desk.conversation(desk.contact("Ann Archer"))
    position = desk.message(conversation, "one 你好")
    note = desk.note(conversation, "two")
    search.drop(desk.tx, [position])
    search.feed_notes(desk.tx, [(note + 4, "left over")])
    assert sorted(search.differences(desk.tx)) == sorted([position, note + 4])
    desk.tx.exec_driver_sql("DELETE FROM contact_index")
    search.rebuild(desk.tx)
    assert search.differences(desk.tx) == []
    assert found(desk.tx, "好") == [position]
    assert names(desk.tx, "arch") == ["Ann Archer"]


def test_a_rebuilt_index_holds_the_same_tokens(desk: Correspondence) -> None:
    """GY8: token by token, as FTS5 itself lists them."""
    conversation = desk.conversation(desk.contact("Łukasz 王", "+12025550177"))
    for body in ("Hello hello", "你好世界 abc", "🎉 done", "\0", ""):
        desk.message(conversation, body)
    for name in ("message", "contact"):
        desk.tx.exec_driver_sql(
            f"CREATE VIRTUAL TABLE temp.{name}_tokens USING fts5vocab(main, {name}_index, instance)"
        )
    before = _tokens(desk.tx)
    search.rebuild(desk.tx)
    assert _tokens(desk.tx) == before
    assert len(before) > 15


def _tokens(tx: Tx) -> list[tuple[object, ...]]:
    return sorted(
        tuple(row)
        for name in ("message", "contact")
        for row in tx.exec_driver_sql(f"SELECT term, doc, col, offset FROM {name}_tokens")
    )


# --- operators --------------------------------------------------------------------------------


def test_from_and_to_a_contact(desk: Correspondence) -> None:
    ann, bob = (desk.conversation(desk.contact(name)) for name in ("Ann Archer", "Bob Baker"))
    theirs = desk.message(ann, "hello")
    ours = desk.message(ann, "hello", direction="outbound", origin="person")
    desk.message(bob, "hello")
    assert found(desk.tx, "hello from:archer") == [theirs]
    assert found(desk.tx, 'to:"ann arch" hello') == [ours]
    assert found(desk.tx, "from:ann") == [theirs]
    assert found(desk.tx, "from:nobody hello") == []


def test_from_and_to_us(desk: Correspondence) -> None:
    conversation = desk.conversation()
    theirs = desk.message(conversation, "hello")
    ours = desk.message(
        conversation, "hello", direction="outbound", origin="person", author_id=desk.person_id
    )
    note = desk.note(conversation, "hello")
    assert found(desk.tx, "hello from:rita") == [note, ours]
    assert found(desk.tx, 'hello from:"front desk"') == [ours]
    assert found(desk.tx, 'hello from:"(202) 555-0100"') == [ours]
    assert found(desk.tx, 'hello to:"front desk"') == [theirs]


def test_campaign_and_service(desk: Correspondence) -> None:
    program_id = new_id()
    desk.add(
        tables.programs,
        id=program_id,
        kind="campaign",
        name="Spring sale 100%",
        attribution_days=30,
        takes_replies=True,
    )
    conversation = desk.conversation()
    sold = desk.message(conversation, "offer", program_id=program_id)
    desk.message(conversation, "offer")
    assert found(desk.tx, "offer campaign:spring") == [sold]
    assert found(desk.tx, 'campaign:"sale 100%"') == [sold]
    assert found(desk.tx, "campaign:s_ring") == []
    assert found(desk.tx, "offer service:spring") == []


def test_channel_and_state(desk: Correspondence) -> None:
    closed = desk.message(desk.conversation(team_state="closed"), "hi")
    snoozed = desk.message(desk.conversation(team_state="snoozed"), "hi")
    waiting = desk.message(desk.conversation(waiting_since=datetime(2026, 1, 1, tzinfo=UTC)), "hi")
    whatsapp = desk.message(desk.conversation(channel="whatsapp"), "hi")
    assert found(desk.tx, "hi is:closed") == [closed]
    assert found(desk.tx, "hi is:snoozed") == [snoozed]
    assert found(desk.tx, "hi is:open") == [whatsapp, waiting]
    assert found(desk.tx, "is:waiting") == [waiting]
    assert found(desk.tx, "channel:whatsapp hi") == [whatsapp]


def test_has(desk: Correspondence) -> None:
    conversation = desk.conversation()
    picture = desk.message(conversation, "look", media_count=1)
    link = desk.message(conversation, "look HTTPS://example.org/a")
    note = desk.note(conversation, "look")
    assert found(desk.tx, "look has:attachment") == [picture]
    assert found(desk.tx, "look has:link") == [link]
    assert found(desk.tx, "has:note") == [note]


def test_tag(desk: Correspondence) -> None:
    tagged, untagged = desk.conversation(), desk.conversation()
    tag_id = new_id()
    desk.add(tables.tags, id=tag_id, name="VIP", folded="vip")
    desk.add(tables.conversation_tags, conversation_id=tagged, tag_id=tag_id)
    wanted = desk.message(tagged, "hi")
    desk.message(untagged, "hi")
    assert found(desk.tx, "hi tag:Vip") == [wanted]


def test_unread_is_mine(desk: Correspondence) -> None:
    conversation = desk.conversation()
    read, unread = desk.message(conversation, "hi"), desk.message(conversation, "hi")
    me = Viewer(desk.person_id)
    assert found(desk.tx, "hi is:unread", me) == [unread, read]
    desk.add(
        tables.my_states,
        person_id=desk.person_id,
        conversation_id=conversation,
        read_position=read,
    )
    assert found(desk.tx, "hi is:unread", me) == [unread]


def test_days_are_those_of_the_person(desk: Correspondence) -> None:
    conversation = desk.conversation()
    times = [datetime(2026, 5, 3, 23, tzinfo=UTC), datetime(2026, 5, 4, 1, tzinfo=UTC)]
    early, late = (desk.message(conversation, "hi", at=at) for at in times)
    assert found(desk.tx, "hi before:2026-05-04") == [early]
    assert found(desk.tx, "hi after:2026-05-04") == [late]
    east = Viewer(zone=timezone(timedelta(hours=2)))
    assert found(desk.tx, "hi after:2026-05-04", east) == [late, early]
    assert found(desk.tx, "hi before:9999-12-31 after:0001-01-01") == [late, early]


def test_a_rare_match_behind_many_others(desk: Correspondence) -> None:
    """Operators are asked of batches: none is skipped between them."""
    rare, common = desk.conversation(channel="whatsapp"), desk.conversation()
    wanted = desk.message(rare, "hello")
    for _ in range(400):
        desk.message(common, "hello")
    assert found(desk.tx, "hello channel:whatsapp") == [wanted]


def test_only_what_this_person_may_see(desk: Correspondence) -> None:
    """R31: the services say what may be seen, as a condition on conversations."""
    mine, other = desk.conversation(owner_id=desk.person_id), desk.conversation()
    visible = tables.conversations.c.owner_id == desk.person_id
    wanted = desk.message(mine, "hello")
    desk.message(other, "hello")
    desk.note(other, "hello")
    hits = search.find_messages(desk.tx, parse("hello"), limit=9, visible=visible)
    assert [hit.position for hit in hits] == [wanted]


# --- contacts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "zoe",
        "Zoë",
        "MÜL",
        "mul",
        "zo mu",
        "555",
        "+1 202 555-0142",
        "2025550142",
        "(202) 555",
        "0142",
        "00 1 202",
        "٥٥٥",
    ],
)
def test_names_and_numbers_in_any_spelling(desk: Correspondence, typed: str) -> None:
    desk.contact("Zoë Müller", "+12025550142")
    desk.contact("Bob Baker", "+447700900123")
    assert names(desk.tx, typed) == ["Zoë Müller"]


def test_both_spellings_of_a_mexican_number_are_found(desk: Correspondence) -> None:
    """R53."""
    contact_id = desk.contact("Maria", "+525512345678")
    addresses = tables.contact_addresses
    desk.tx.execute(sa.update(addresses).values(e164="+5215512345678", raw="+5215512345678"))
    search.feed_contact(desk.tx, contact_id)
    for typed in ("+52 1 55 1234", "+52 55 1234", "5215512", "5512345678"):
        assert names(desk.tx, typed) == ["Maria"], typed


def test_a_sender_name_is_a_name(desk: Correspondence) -> None:
    desk.contact("", "TWILIO")
    assert len(search.find_contacts(desk.tx, "twil", limit=5)) == 1


def test_a_chinese_name_by_any_part(desk: Correspondence) -> None:
    desk.contact("王小明")
    for typed in ("王", "小", "明", "小明", "王小明"):
        assert names(desk.tx, typed) == ["王小明"]


def test_merged_and_renamed_contacts(desk: Correspondence) -> None:
    old = desk.contact("Old Name")
    desk.contact("Old Twin", merged_into=old)
    assert names(desk.tx, "old") == ["Old Name"]
    contacts = tables.contacts
    desk.tx.execute(sa.update(contacts).where(contacts.c.id == old).values(name="New Name"))
    search.feed_contact(desk.tx, old)
    assert names(desk.tx, "old") == []
    assert names(desk.tx, "new") == ["New Name"]


def test_who_wrote_last_stands_first(desk: Correspondence) -> None:
    ann, anna = desk.contact("Ann"), desk.contact("Anna")
    desk.conversation(anna, last_position=5)
    newest = desk.conversation(ann, last_position=9)
    desk.conversation(ann, last_position=7)
    hits = search.find_contacts(desk.tx, "ann", limit=5)
    assert (hits[0].name, hits[0].conversation_id) == ("Ann", newest)


def test_conversations_by_words(desk: Correspondence) -> None:
    one, two, other = desk.conversation(), desk.conversation(), desk.conversation()
    for conversation in (one, two, two, one):
        desk.message(conversation, "parcel")
    desk.message(other, "letter")
    desk.tx.execute(sa.update(tables.conversations).values(listed=True))
    assert set(inbox_text.all_ids(desk.tx, asked(desk, "parc"))) == {one, two}
    assert inbox_text.holding(desk.tx, "parc", [one, two, other]) == {one, two}


def test_more_than_two_thousand_hits_hide_nothing(desk: Correspondence) -> None:
    """R50: the bound that the inbox's text filter once had."""
    old, busy = desk.conversation(listed=True), desk.conversation(listed=True)
    desk.message(old, "hello from long ago")
    for _ in range(2_100):
        desk.message(busy, "hello")
    wanted = asked(desk, "hello ")
    assert set(inbox_text.all_ids(desk.tx, wanted)) == {old, busy}
    page = inbox_text.page_ids(desk.tx, wanted, after=None, limit=50)
    assert {edge.id for edge in page} == {old, busy}


@pytest.mark.parametrize(
    ("named", "compared"), [(1, []), (4, [2]), (5, [2, 4, 8])], ids=["rare", "many", "common"]
)
def test_a_name_of_many_is_looked_up_after_a_glance(
    desk: Correspondence, monkeypatch: pytest.MonkeyPatch, named: int, compared: list[int]
) -> None:
    """The conversations that a page compares before it asks the index: those whose contact has the
    name are the last of the list."""
    limits = {"_FEW": 2, "_GLANCED": 2, "_MANY": 5, "_WALKED": 14}
    for name, limit in limits.items():
        monkeypatch.setattr(inbox_text, name, limit)
    list_ = [
        desk.conversation(desk.contact("Zoë" if n < named else "Ada"), last_position=n + 1)
        for n in range(20)
    ]
    seen, holding = list[int](), inbox_text.holding

    def counted(tx: Tx, text: str, ids: Sequence[UUID], **rest: Any) -> set[UUID]:
        seen.append(len(ids))
        return holding(tx, text, ids, **rest)

    monkeypatch.setattr(inbox_text, "holding", counted)
    page = inbox_text.page_ids(desk.tx, asked(desk, "zoe"), after=None, limit=2)
    assert [edge.id for edge in page] == list_[:named][::-1][:2]
    assert seen == compared


@pytest.mark.parametrize(
    "wanted",
    [
        InboxFilter(),
        InboxFilter(source=SourceFilter.CAMPAIGN),
        InboxFilter(channel=Channel.WHATSAPP, scope=Scope.MINE),
        InboxFilter(order=Order.WAITING, failed=True),
    ],
    ids=["open", "campaign", "mine", "waiting"],
)
def test_what_is_looked_up_comes_first(
    desk: Correspondence, monkeypatch: pytest.MonkeyPatch, wanted: InboxFilter
) -> None:
    """Whatever else a filter asks, only what the text finds is read: by contact and by id."""
    desk.message(desk.conversation(), "for Zoë")
    steps = conversations_read(desk, monkeypatch, wanted)
    assert steps == 2 * ["ix_conversations_contact", "sqlite_autoindex_conversations_1"]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (InboxFilter(), "ix_conversations_state"),
        (InboxFilter(state=None), "ix_conversations_state"),
        (InboxFilter(order=Order.WAITING), "ix_conversations_waiting"),
    ],
)
def test_a_common_name_is_looked_for_in_the_lists_order(
    desk: Correspondence, monkeypatch: pytest.MonkeyPatch, wanted: InboxFilter, index: str
) -> None:
    """It ends when the page is full: by contact it would read all of them."""
    for name in ("_FEW", "_MANY", "_WALKED"):
        monkeypatch.setattr(inbox_text, name, 1)
    desk.conversation(desk.contact("Zoë"))
    for _ in range(2):
        desk.conversation(desk.contact("Ada"), last_position=1, waiting_since=NOON)
    assert conversations_read(desk, monkeypatch, wanted)[0] == index


def conversations_read(
    desk: Correspondence, monkeypatch: pytest.MonkeyPatch, wanted: InboxFilter
) -> list[str]:
    """The indexes by which the search for a page and for all reads conversations."""
    plans, straight = list[str](), reading._asked

    def explained(tx: Tx, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        if "contacts.search_row" in text:
            plan = straight(tx, f"EXPLAIN QUERY PLAN {text}", values)
            plans.extend(step for *_, step in plan if " conversations" in step)
        return straight(tx, text, values)

    monkeypatch.setattr(reading, "_asked", explained)
    sought = replace(asked(desk, "zoe"), filter=replace(wanted, text="zoe"))
    inbox_text.page_ids(desk.tx, sought, after=None, limit=2)
    inbox_text.all_ids(desk.tx, sought)
    return [step.partition(" INDEX ")[2].partition(" ")[0] or step for step in plans]


def test_positions_as_part_of_another_query(desk: Correspondence) -> None:
    position = desk.message(desk.conversation(), "parcel")
    column = tables.messages.c.position
    within = search.matching_positions(parse("parcel"))
    assert desk.tx.execute(sa.select(column).where(column.in_(within))).scalars().all() == [
        position
    ]


def test_a_team_workspace_has_no_index(postgres_workspace: Workspace) -> None:
    """Full text under row security is 780 times slower (measured.md): search is local."""
    with postgres_workspace.write() as tx:
        desk = Correspondence(tx)
        contact_id = desk.contact("Ann")
        position = desk.message(desk.conversation(contact_id), "hello")
        search.drop(tx, [position])
        search.drop_contacts(tx, [1])
        search.rebuild(tx)
        assert search.differences(tx) == []
        assert search.find_contacts(tx, "ann", limit=5) == []
        assert positions.instant(Position(position)).year == 2026
