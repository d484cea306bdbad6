"""R42: the board of open WhatsApp windows, across reps and with who will not be there."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain import positions
from sms_desk.domain.model import Channel, HolderKind, Origin, Role, TeamState
from sms_desk.services import windows
from sms_desk.services.rows import WindowGap, WindowRow, WindowSummary
from sms_desk.services.windows import WindowFilter
from sms_desk.store import accounts, people, settings, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import NOON, Office

HOUR = timedelta(hours=1)


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def wrote(
    office: Office, hours_ago: float, owner: UUID | None = None, sender: UUID | None = None
) -> UUID:
    """A contact of their own wrote so long ago."""
    n = len(
        office.desk(office.ann).read(lambda ctx: ctx.tx.execute(sa.select(tables.contacts)).all())
    )
    sender = sender or office.whatsapp
    place = office.conversation(sender, f"whatsapp:+4477009{n + 10_000:05d}", owner)
    office.message(place, f"hello {n}", at=office.now - hours_ago * HOUR)
    return place


def board(office: Office, person: UUID, **words: object) -> list[WindowRow]:
    wanted = WindowFilter(**words)  # type: ignore[arg-type]
    return list(office.desk(person).read(windows.page, wanted).rows)


def test_R42_the_first_to_close_stands_first(office: Office) -> None:
    young, old = wrote(office, 1, office.ben), wrote(office, 23, office.cara)
    wrote(office, 24, office.ben)  # closed at this instant
    office.conversation(office.whatsapp, "whatsapp:+447700900999", office.ben)  # never opened
    rows = board(office, office.ann)
    assert [row.id for row in rows] == [old, young]
    assert [row.closes_at - office.now for row in rows] == [HOUR, 23 * HOUR]
    assert [row.owner_name for row in rows] == ["Cara", "Ben"]


def test_R42_only_the_contact_opens_a_window(office: Office) -> None:
    place = wrote(office, 23.5, office.ben)
    office.message(place, "ours", Origin.PERSON)
    office.message(place, "the program's", Origin.PROGRAM)
    (row,) = board(office, office.ann)
    assert row.closes_at == office.now + HOUR / 2
    office.message(place, "theirs")
    (row,) = board(office, office.ann)
    assert row.closes_at == office.now + 24 * HOUR


def test_R42_sms_has_no_window(office: Office) -> None:
    wrote(office, 1, office.ben, office.own)
    assert board(office, office.ann) == []


def test_R42_a_closed_conversation_waits_for_nobody(office: Office) -> None:
    place = wrote(office, 1, office.ben)
    desk = office.desk(office.ben)
    desk.change(c.Close(**desk.stamp(), targets=c.Targets.one(place)))
    assert board(office, office.ann) == []


def test_R42_the_providers_clock_decides(office: Office) -> None:
    """It runs ten minutes ahead: what it dates 23:55 ago was written 24:05 ago by our clock."""
    wrote(office, 23 + 55 / 60, office.ben)
    with office.workspace.write() as tx:
        accounts.set_clock_offset(tx, office.account, timedelta(minutes=10))
    assert board(office, office.ann) == []
    with office.workspace.write() as tx:
        accounts.set_clock_offset(tx, office.account, timedelta(minutes=-10))
    (row,) = board(office, office.ann)
    assert row.closes_at - office.now == timedelta(minutes=15)


def test_R31_nobody_sees_more_than_the_inbox_shows(office: Office) -> None:
    wrote(office, 1, office.ben)
    mine = wrote(office, 2, office.cara)
    assert [row.id for row in board(office, office.cara)] == [mine]
    assert len(board(office, office.ben)) == 2  # he holds the number
    assert len(board(office, office.ann)) == 2
    wrote(office, 23, office.ben)
    with office.workspace.write() as tx:
        people.change(tx, office.ben, suspended_at=NOON)
    assert office.desk(office.ann).read(windows.summary).urgent == 1
    assert office.desk(office.cara).read(windows.summary).urgent == 0


def test_R42_filters_mine_by_rep_and_closing_within(office: Office) -> None:
    soon, later = wrote(office, 23, office.ben), wrote(office, 1, office.ben)
    wrote(office, 1, office.cara)
    assert [row.id for row in board(office, office.ann, owner_id=office.ben)] == [soon, later]
    assert [row.id for row in board(office, office.ann, within=2 * HOUR)] == [soon]
    assert board(office, office.ann, within=HOUR / 2) == []


def test_R42_marked_when_nobody_will_be_there(office: Office) -> None:
    """NOON is a Tuesday, 13:00 in Berlin."""
    with office.workspace.write() as tx:
        settings.write(tx, "working_hours", "wed 15:00-18:00", NOON, office.cara)
        dora = new_id()
        people.insert(tx, id_=dora, name="Dora", role=Role.REP, zone="UTC", at=NOON)
        people.change(tx, dora, suspended_at=NOON)
    here = wrote(office, 23, office.ben)
    suspended = wrote(office, 1, dora)
    off = wrote(office, 2, office.cara)  # closes Wednesday 11:00, she begins at 15:00 Berlin
    found = {row.id: (row.gap, row.back_at) for row in board(office, office.ann)}
    wednesday = NOON + 26 * HOUR
    assert found == {
        here: (None, office.now),
        suspended: (WindowGap.SUSPENDED, None),
        off: (WindowGap.OFF_DUTY, wednesday),
    }
    marked = {row.id for row in board(office, office.ann, unattended=True)}
    assert marked == {suspended, off}


def test_R42_where_nobody_owns_it_the_holders_answer(office: Office) -> None:
    place = wrote(office, 23)
    (row,) = board(office, office.ann)
    assert (row.owner_name, row.gap) == ("", None)  # Ben holds the number, and is there
    with office.workspace.write() as tx:
        people.change(tx, office.ben, suspended_at=NOON)
    (row,) = board(office, office.ann)
    assert (row.id, row.gap) == (place, WindowGap.OFF_DUTY)
    with office.workspace.write() as tx:
        tx.execute(sa.delete(tables.holdings))
    (row,) = board(office, office.ann)
    assert row.gap is WindowGap.NOBODY


def test_R42_a_team_that_holds_it_is_asked_member_by_member(office: Office) -> None:
    with office.workspace.write() as tx:
        tx.execute(sa.delete(tables.holdings))
        team = new_id()
        people.insert_team(tx, id_=team, name="West", profile=False)
        people.insert_membership(
            tx, id_=new_id(), team_id=team, person_id=office.cara, at=NOON - HOUR
        )
        hold = {"holder_kind": HolderKind.TEAM, "holder_id": team, "since": NOON - HOUR}
        tx.execute(
            sa.insert(tables.holdings).values(
                id=new_id(), sender_id=office.whatsapp, reason="", **hold
            )
        )
    wrote(office, 23)
    (row,) = board(office, office.ann)
    assert row.gap is None


def test_R42_the_rail_counts_what_nobody_will_save_within_two_hours(office: Office) -> None:
    desk = office.desk(office.ann)
    assert desk.read(windows.summary) == WindowSummary(True, 0)
    with office.workspace.write() as tx:
        people.change(tx, office.cara, suspended_at=NOON)
    wrote(office, 23, office.cara)
    wrote(office, 1, office.cara)
    wrote(office, 23, office.ben)
    assert desk.read(windows.summary) == WindowSummary(True, 1)


def test_R42_without_whatsapp_there_is_no_board(office: Office) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.sender_ids)
            .where(tables.sender_ids.c.channel == Channel.WHATSAPP)
            .values(retired_at=NOON)
        )
    assert office.desk(office.ann).read(windows.summary) == WindowSummary(False, 0)


def test_R42_pages_follow_each_other_without_gap_or_repeat(office: Office) -> None:
    fill(office, 1_203)
    desk = office.desk(office.ann)
    seen: list[UUID] = []
    page = desk.read(windows.page, limit=100)
    while True:
        seen += [row.id for row in page.rows]
        if page.next is None:
            break
        page = desk.read(windows.page, None, page.next, 100)
    assert len(seen) == len(set(seen)) == 1_203


def test_R42_a_filter_that_few_pass_walks_on(office: Office) -> None:
    """Nine hundred that somebody will answer stand before the one that nobody will."""
    fill(office, 900)
    with office.workspace.write() as tx:
        people.change(tx, office.cara, suspended_at=NOON)
    alone = wrote(office, 0.001, office.cara)
    assert [row.id for row in board(office, office.ann, unattended=True)] == [alone]


def test_R42_ten_thousand_open_windows_stay_quick(office: Office) -> None:
    """The first page costs a page; the whole walk for the rail stays below a few frames of work.

    Bounds are wide: they catch a walk that grows with the square, not a slow machine.
    """
    fill(office, 10_000)
    desk = office.desk(office.ann)
    for ask, bound in ((windows.page, 0.5), (windows.summary, 1.0)):
        began = time.process_time()
        desk.read(ask)
        assert time.process_time() - began < bound
    with office.workspace.write() as tx:
        people.change(tx, office.ben, suspended_at=NOON)
    began = time.process_time()
    assert desk.read(windows.summary).urgent > 0
    assert time.process_time() - began < 1.0


def fill(office: Office, count: int) -> None:
    """So many open windows of Ben's, spread over the day; several close in the same second."""
    contacts, places = [], []
    for n in range(count):
        at = NOON - 23 * HOUR - HOUR / 2 + timedelta(seconds=n * 80_000 // count // 3 * 3)
        contact, place = new_id(), new_id()
        contacts.append({"id": contact, "created_at": NOON, "search_row": 1_000 + n})
        places.append(
            {
                "id": place,
                "sender_id": office.whatsapp,
                "channel": Channel.WHATSAPP,
                "peer_key": f"k{n}",
                "contact_id": contact,
                "created_at": NOON,
                "team_state": TeamState.OPEN,
                "state_at": NOON,
                "source_kind": "direct",
                "source_reason": "none",
                "reply_raw": f"+44770{n:07d}",
                "owner_id": office.ben,
                "last_inbound": positions.of_message(at, f"SM{n}"),
                "last_position": positions.of_message(at, f"SM{n}"),
                "listed": True,
            }
        )
    with office.workspace.write() as tx:
        tx.execute(sa.insert(tables.contacts), contacts)
        tx.execute(sa.insert(tables.conversations), places)


def test_a_clock_that_hardly_differs_from_what_was_measured_changes_nothing(office: Office) -> None:
    """In a team every desk would pull the account for it."""
    with office.workspace.write() as tx:
        for measured, kept in ((10, 10), (11.5, 10), (12, 12), (-1, -1)):
            accounts.set_clock_offset(tx, office.account, timedelta(seconds=measured))
            assert accounts.clock_offset(tx, office.account) == timedelta(seconds=kept)
