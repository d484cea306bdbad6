"""The inbox: scopes, filters, counts and pages that agree (R4, R7, R8, R9, R31, R50)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_desk.domain import commands as c
from sms_desk.domain.errors import UsageError
from sms_desk.domain.inbox_filters import (
    InboxFilter,
    Order,
    Scope,
    SourceFilter,
    from_json,
    to_json,
)
from sms_desk.domain.model import Channel, Origin, ProgramKind, TeamState
from sms_desk.services import inbox
from sms_desk.services.desk import Desk
from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.volume import examples
from tests.store.office import NOON, Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def ids(desk: Desk, **wanted: object) -> list[UUID]:
    return [row.id for row in desk.read(inbox.page, InboxFilter(**wanted)).rows]  # type: ignore[arg-type]


def test_r4_scopes_sort_conversations_by_owner_and_holder(office: Office) -> None:
    mine = office.conversation(office.own, "+12025550171", office.ben)
    shared = office.conversation(office.shared, "+12025550172", office.cara)
    unassigned = office.conversation(office.shared, "+12025550173")
    unrouted = office.conversation(office.unheld, "+12025550174")
    for conversation in (mine, shared, unassigned, unrouted):
        office.message(conversation, "Hello")
        office.later(minutes=1)
    ben, ann = office.desk(office.ben), office.desk(office.ann)

    assert ids(ben, scope=Scope.MINE) == [mine]
    assert ids(ben, scope=Scope.SHARED) == [unassigned, shared]
    assert ids(ben, scope=Scope.UNASSIGNED) == [unassigned]
    assert ids(ann, scope=Scope.UNROUTED) == [unrouted]
    assert ids(ann, scope=Scope.ALL) == [unrouted, unassigned, shared, mine]


def test_r31_a_rep_sees_own_and_shared_and_nothing_else(office: Office) -> None:
    hidden = office.conversation(office.own, "+12025550171", office.ben)
    office.message(hidden, "secret")
    cara = office.desk(office.cara)

    assert ids(cara, scope=Scope.ALL) == []
    assert cara.read(inbox.rows, [hidden]) == ()
    with pytest.raises(Exception, match="not yours to see"):
        cara.change(c.Close(**cara.stamp(), targets=c.Targets.one(hidden)))


def test_r8_waiting_turns_red_by_ones_own_working_hours(office: Office) -> None:
    """Noon on a Tuesday is one o'clock in Berlin; the workspace's default holds for the others."""
    conversation = office.conversation(office.own, "+12025550171", office.ben)
    office.message(conversation, "First")
    ben, ann = office.desk(office.ben), office.desk(office.ann)

    def late(desk: Desk) -> datetime | None:
        return desk.read(inbox.rows, [conversation])[0].late_at

    assert late(ben) == NOON + timedelta(minutes=30)

    def choose(desk: Desk, name: str, value: object, person: UUID | None) -> None:
        desk.change(c.ChangeSetting(**desk.stamp(), name=name, value=value, person_id=person))

    choose(ann, "waiting_minutes", 60, None)
    choose(ann, "working_hours", "mon-fri 14:00-15:00", None)
    choose(ben, "working_hours", "mon-fri 9:00-13:45; sat 10:00-14:00", ben.person_id)
    assert late(ann) == NOON + timedelta(hours=2)
    assert late(ben) == NOON + timedelta(hours=20, minutes=15)
    with pytest.raises(UsageError, match="not a span"):
        choose(ben, "working_hours", "mon 9", ben.person_id)


def test_r8_waiting_counts_from_the_oldest_unanswered_message_and_ends_by_a_reply(
    office: Office,
) -> None:
    conversation = office.conversation(office.own, "+12025550171", office.ben)
    office.message(conversation, "First")
    office.later(minutes=10)
    office.message(conversation, "Second")
    ben = office.desk(office.ben)
    row = ben.read(inbox.rows, [conversation])[0]
    assert row.waiting_since == NOON
    assert row.unread == 2

    office.later(minutes=1)
    office.message(conversation, "Auto: we are closed", Origin.AUTOMATIC)
    assert ben.read(inbox.rows, [conversation])[0].waiting_since == NOON  # R51

    office.message(conversation, "Here I am", Origin.PERSON, at=office.later(minutes=1))
    assert ben.read(inbox.rows, [conversation])[0].waiting_since is None


def test_r8_looking_does_not_end_waiting_but_closing_does(office: Office) -> None:
    conversation = office.conversation(office.own, "+12025550171", office.ben)
    position = office.message(conversation, "First")
    ben = office.desk(office.ben)
    office.later(minutes=1)
    ben.change(c.MarkRead(**ben.stamp(), conversation_id=conversation, position=position))
    row = ben.read(inbox.rows, [conversation])[0]
    assert (row.unread, row.waiting_since) == (0, NOON)

    ben.change(c.Close(**ben.stamp(), targets=c.Targets.one(conversation)))
    assert ben.read(inbox.rows, [conversation])[0].waiting_since is None


def test_r9_a_nudge_after_days_of_silence_clears_on_opening(office: Office) -> None:
    conversation = office.conversation(office.own, "+12025550171", office.ben)
    office.message(conversation, "A question")
    position = office.message(conversation, "An answer", Origin.PERSON, at=office.later(minutes=1))
    ben = office.desk(office.ben)
    office.later(days=2)
    assert ids(ben, nudge=True) == []
    office.later(days=2)
    assert ids(ben, nudge=True) == [conversation]
    assert ben.read(inbox.rows, [conversation])[0].nudge_days == 4

    ben.change(c.MarkRead(**ben.stamp(), conversation_id=conversation, position=position))
    assert ids(ben, nudge=True) == []


def test_r50_a_tag_is_not_x_includes_untagged_rows(office: Office) -> None:
    tagged = office.conversation(office.own, "+12025550171", office.ben)
    plain = office.conversation(office.own, "+12025550172", office.ben)
    for conversation in (tagged, plain):
        office.message(conversation, "Hi")
    ben = office.desk(office.ben)
    tag = new_id()
    ben.change(c.AddTag(**ben.stamp(), targets=c.Targets.one(tagged), tag_id=tag, name="Coats"))
    assert ids(ben, tag_id=tag) == [tagged]
    assert ids(ben, without_tag_id=tag) == [plain]


def test_r51_silent_recipients_do_not_fill_the_inbox(office: Office) -> None:
    autumn = office.program("Autumn offer")
    silent = office.conversation(office.own, "+12025550171")
    office.message(silent, "15 % off", Origin.PROGRAM, program=autumn)
    assert ids(office.desk(office.ann), state=None) == []
    office.message(silent, "Still there?", at=office.later(minutes=1))
    assert ids(office.desk(office.ann), state=None) == [silent]


def test_r56_longest_waiting_is_the_other_order(office: Office) -> None:
    first = office.conversation(office.own, "+12025550171", office.ben)
    second = office.conversation(office.own, "+12025550172", office.ben)
    office.message(first, "a")
    office.message(second, "b", at=office.later(minutes=1))
    office.message(first, "c", at=office.later(minutes=1))
    ben = office.desk(office.ben)
    assert ids(ben) == [first, second]
    assert ids(ben, order=Order.WAITING) == [first, second]
    office.message(first, "answer", Origin.PERSON, at=office.later(minutes=1))
    assert ids(ben, order=Order.WAITING) == [second]


@pytest.mark.parametrize(
    "spelling", ["+1 202 555 0172", "2025550172", "0172", "(202) 555-0172", "Okafor", "blue coat"]
)
def test_r4_free_text_finds_names_numbers_in_any_spelling_and_words(
    local_workspace: Workspace, spelling: str
) -> None:
    office = Office(local_workspace)
    other = office.conversation(office.own, "+12025550171", office.ben)
    office.message(other, "Opening hours?")
    wanted = office.conversation(office.own, "+12025550172", office.ben)
    office.message(wanted, "Is the blue coat there?", at=office.later(minutes=1))
    ben = office.desk(office.ben)
    contact = ben.read(inbox.rows, [wanted])[0].contact_id
    ben.change(c.RenameContact(**ben.stamp(), contact_id=contact, name="Sophie Okafor"))
    assert ids(ben, text=spelling) == [wanted]


def test_a_row_counts_the_attachments_of_a_newest_message_without_words(office: Office) -> None:
    pictures, worded, empty, older = (
        office.conversation(office.shared, f"+1202555017{n}") for n in range(4)
    )
    said = {pictures: "", worded: "Look", empty: "", older: ""}
    found = {id_: office.message(id_, body) for id_, body in said.items()}
    with office.workspace.write() as tx:
        for id_, count in ((pictures, 2), (worded, 1), (older, 1)):
            its = tables.messages.c.position == found[id_]
            tx.execute(sa.update(tables.messages).where(its).values(media_count=count))
    office.later(minutes=1)
    office.message(older, "And now in words")
    rows = office.desk(office.ann).read(inbox.page, InboxFilter(scope=Scope.ALL)).rows
    assert {row.id: row.attachments for row in rows} == {pictures: 2, worded: 0, empty: 0, older: 0}


def test_pages_follow_each_other_without_gap_or_repeat(office: Office) -> None:
    expected = []
    for n in range(23):
        conversation = office.conversation(office.own, f"+1202555{100 + n:04d}", office.ben)
        office.message(conversation, "Hi", at=office.now)  # many share one second
        if n % 5 == 0:
            office.later(seconds=1)
        expected.append(conversation)
    ben = office.desk(office.ben)
    found: list[UUID] = []
    cursor = None
    while True:
        page = ben.read(inbox.page, InboxFilter(), cursor, 5)
        found += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 23
    assert set(found) == set(expected)


SELDOM = st.sampled_from([False, False, False, True])
"""Of many fields at once a list is empty, and an empty one tells nothing."""

FILTERS = st.builds(
    InboxFilter,
    scope=st.sampled_from([s for s in Scope if s is not Scope.COVERING]),
    source=st.none() | st.none() | st.sampled_from(SourceFilter),
    channel=st.none() | st.none() | st.sampled_from(Channel),
    state=st.none() | st.sampled_from(TeamState),
    unread=SELDOM,
    waiting=SELDOM,
    nudge=SELDOM,
    failed=SELDOM,
    pinned=SELDOM,
    text=st.sampled_from(["", "", "coat", "0171", "nothing like it"]),
    order=st.sampled_from(Order),
)


@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(wanted=FILTERS)
def test_r50_count_page_and_predicate_agree_for_every_filter(
    furnished: Office, wanted: InboxFilter
) -> None:
    for person in (furnished.ann, furnished.ben, furnished.cara):
        desk = furnished.desk(person)
        page = desk.read(inbox.page, wanted, None, 500)
        listed = frozenset(row.id for row in page.rows)
        everything = frozenset(
            row.id for row in desk.read(inbox.page, InboxFilter(state=None), None, 500).rows
        )
        assert desk.read(inbox.count, wanted) == len(listed)
        assert desk.read(inbox.matching, wanted, everything) == listed
        assert listed <= everything


@pytest.fixture
def furnished(local_workspace: Workspace) -> Office:
    office = Office(local_workspace)
    ben = office.desk(office.ben)
    autumn = office.program("Autumn offer", ProgramKind.CAMPAIGN)
    for n, sender in enumerate([office.own, office.shared, office.unheld, office.whatsapp] * 5):
        owner = [office.ben, office.cara, None][n % 3]
        conversation = office.conversation(sender, f"+1202555{170 + n // 4:04d}", owner)
        if n % 4 == 1:
            office.message(conversation, "offer", Origin.PROGRAM, program=autumn)
        office.message(conversation, "a coat please", at=office.later(minutes=n))
        if n % 5 == 0:
            office.message(conversation, "yes", Origin.PERSON, at=office.later(minutes=1))
        if n % 7 == 0 and sender != office.unheld:
            ben.change(c.Close(**ben.stamp(), targets=c.Targets.one(conversation)))
        if n % 6 == 0:
            ann = office.desk(office.ann)
            ann.change(c.Pin(**ann.stamp(), targets=c.Targets.one(conversation), on=True))
    office.later(days=4)
    return office


def test_r7_rail_counts_equal_a_query_over_the_list(furnished: Office) -> None:
    for person in (furnished.ann, furnished.ben, furnished.cara):
        desk = furnished.desk(person)
        rail = desk.read(inbox.rail)
        for scope, shown in {
            Scope.MINE: rail.mine,
            Scope.SHARED: rail.shared,
            Scope.UNASSIGNED: rail.unassigned,
            Scope.UNROUTED: rail.unrouted,
            Scope.ALL: rail.all,
        }.items():
            wanted = InboxFilter(scope=scope, waiting=True)
            rows = desk.read(inbox.page, wanted, None, 500).rows
            assert shown == len([row for row in rows if row.waiting_since]), scope
        unread = desk.read(inbox.page, InboxFilter(scope=Scope.MINE, unread=True), None, 500).rows
        assert rail.unread_mine == len(unread)


@given(wanted=FILTERS)
def test_r4_a_saved_view_is_the_same_filter_again(wanted: InboxFilter) -> None:
    assert from_json(to_json(wanted)) == wanted


def test_r50_a_view_with_an_unknown_filter_is_refused_not_widened() -> None:
    with pytest.raises(Exception, match="does not know: mood"):
        from_json({"mood": "angry"})


def test_every_filter_is_asked(furnished: Office) -> None:
    """A field of the filter without a clause would silently show too much."""
    desk = furnished.desk(furnished.ann)
    nobody = new_id()
    narrow: dict[str, object] = {
        "scope": Scope.COVERING,
        "source": SourceFilter.SERVICE,
        "program_id": nobody,
        "channel": Channel.WHATSAPP,
        "sender_id": nobody,
        "state": TeamState.SNOOZED,
        "unread": True,
        "waiting": True,
        "nudge": True,
        "failed": True,
        "tag_id": nobody,
        "owner_id": nobody,
        "pinned": True,
        "text": "nothing like it",
    }
    base = InboxFilter(state=None)
    everything = desk.read(inbox.count, base)
    rest = {field.name for field in fields(InboxFilter)} - set(narrow)
    assert rest == {"without_tag_id", "order"}
    for name, value in narrow.items():
        if name == "unread":
            continue  # all is unread here
        assert desk.read(inbox.count, replace(base, **{name: value})) < everything, name  # type: ignore[arg-type]


def test_waiting_has_no_upper_bound_in_time(office: Office) -> None:
    conversation = office.conversation(office.own, "+12025550171", office.ben)
    office.message(conversation, "Hello", at=NOON - timedelta(days=400))
    assert ids(office.desk(office.ben), waiting=True) == [conversation]
