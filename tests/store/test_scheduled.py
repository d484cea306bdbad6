"""Messages written for later: edited, cancelled, sent once, and checked again when due (R33, R36)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError, RefusedError, UsageError
from sms_desk.domain.model import DraftMode, Origin, OutboxState
from sms_desk.domain.scopes import holders_now, reach
from sms_desk.services import scheduled, threads
from sms_desk.services.desk import Desk
from sms_desk.store import outbox, people, send_facts
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.scheduled import ScheduledState
from sms_desk.sync.schedule import release_due
from tests.store.office import NOON, Office

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


@pytest.fixture
def talk(office: Office) -> UUID:
    conversation = office.conversation(office.own, "+12025550171", office.ben)
    office.message(conversation, "Is it open?")
    office.later(minutes=1)
    return conversation


def schedule(office: Office, talk: UUID, body: str = "We open at nine", **changed: object) -> UUID:
    desk = office.desk(office.ben)
    values: dict[str, object] = {
        "scheduled_id": new_id(),
        "conversation_id": talk,
        "sender_id": office.own,
        "body": body,
        "due_at": TOMORROW,
        "zone": "America/New_York",
        "seen_version": desk.read(threads.detail, talk).version,
    } | changed
    desk.change(c.Schedule(**desk.stamp(), **values))  # type: ignore[arg-type]
    id_ = values["scheduled_id"]
    assert isinstance(id_, UUID)
    return id_


def entries(office: Office) -> list[outbox.Entry]:
    with office.workspace.read() as tx:
        return [outbox.get(tx, row["id"]) for row in outbox.listing(tx, settled=True)]


def waiting(desk: Desk) -> list[str]:
    return [row.body for row in desk.read(scheduled.listing)]


def test_it_takes_the_draft_and_waits(office: Office, talk: UUID) -> None:
    """R36, R10."""
    ben = office.desk(office.ben)
    ben.change(
        c.SaveDraft(**ben.stamp(), conversation_id=talk, mode=DraftMode.REPLY, body="We open")
    )
    id_ = schedule(office, talk)
    row = ben.read(scheduled.row, id_)
    assert (row.state, row.due_at, row.author_name) == (ScheduledState.WAITING, TOMORROW, "Ben")
    assert ben.read(threads.detail, talk).drafts == {}
    assert not release_due(office.workspace, TOMORROW - timedelta(seconds=1))
    assert entries(office) == []


def test_when_due_it_is_one_entry_whoever_asks_how_often(office: Office, talk: UUID) -> None:
    """R36, GS1."""
    id_ = schedule(office, talk)
    assert release_due(office.workspace, TOMORROW)
    assert not release_due(office.workspace, TOMORROW)
    (entry,) = entries(office)
    assert (entry.body, entry.scheduled_id, entry.author_id) == (
        "We open at nine",
        id_,
        office.ben,
    )
    assert entry.not_after > TOMORROW
    row = office.desk(office.ben).read(scheduled.row, id_)
    assert (row.state, row.outbox_id) == (ScheduledState.RELEASED, entry.id)


def test_what_the_contact_wrote_since_holds_it(office: Office, talk: UUID) -> None:
    """R33: its writer had not seen that."""
    schedule(office, talk)
    office.later(hours=3)
    office.message(talk, "Never mind, I went elsewhere")
    release_due(office.workspace, TOMORROW)
    (entry,) = entries(office)
    with office.workspace.read() as tx:
        facts = send_facts.gather(tx, entry, TOMORROW)
    assert [unseen.inbound for unseen in facts.unseen] == [True]


def test_a_desk_closed_when_it_was_due_asks(office: Office, talk: UUID) -> None:
    """R33: hours late it may no longer fit; the check says so, and nothing is lost."""
    schedule(office, talk)
    much_later = TOMORROW + timedelta(hours=5)
    release_due(office.workspace, much_later)
    (entry,) = entries(office)
    assert entry.state is OutboxState.QUEUED
    assert entry.not_after < much_later


def test_given_away_since_then_it_is_the_new_owners(office: Office, talk: UUID) -> None:
    """R33, algorithms 2.5."""
    schedule(office, talk)
    ann = office.desk(office.ann)
    ann.change(c.Assign(**ann.stamp(), targets=c.Targets.one(talk), owner_id=office.cara))
    release_due(office.workspace, TOMORROW)
    (entry,) = entries(office)
    with office.workspace.read() as tx:
        assert send_facts.gather(tx, entry, TOMORROW).epoch_moved


def test_editing_reads_the_conversation_anew_and_can_be_undone(office: Office, talk: UUID) -> None:
    """R36, GS6."""
    id_ = schedule(office, talk)
    office.message(talk, "And on Sunday?", Origin.CONTACT, at=office.later(minutes=5))
    ben = office.desk(office.ben)
    at = TOMORROW + timedelta(hours=1)
    done = ben.change(
        c.EditScheduled(
            **ben.stamp(), scheduled_id=id_, body="Also on Sunday", due_at=at, zone="Europe/Berlin"
        )
    )
    row = ben.read(scheduled.row, id_)
    assert (row.body, row.due_at, row.zone) == ("Also on Sunday", at, "Europe/Berlin")
    release_due(office.workspace, TOMORROW)
    assert entries(office) == []
    ben.undo(done.command_id)
    assert ben.read(scheduled.row, id_).due_at == TOMORROW
    release_due(office.workspace, TOMORROW)
    (entry,) = entries(office)
    with office.workspace.read() as tx:
        assert send_facts.gather(tx, entry, TOMORROW).unseen == ()


def test_cancelled_it_never_goes_and_undo_brings_it_back(office: Office, talk: UUID) -> None:
    id_ = schedule(office, talk)
    ben = office.desk(office.ben)
    done = ben.change(c.CancelScheduled(**ben.stamp(), scheduled_id=id_))
    assert waiting(ben) == []
    release_due(office.workspace, TOMORROW)
    assert entries(office) == []
    ben.undo(done.command_id)
    assert waiting(ben) == ["We open at nine"]
    ben.change(c.CancelScheduled(**ben.stamp(), scheduled_id=id_))
    office.later(days=2)
    with pytest.raises(RefusedError, match="time is over"):
        ben.change(c.CancelScheduled(**ben.stamp(), scheduled_id=id_, cancelled=False))


def test_due_now_is_sending_now(office: Office, talk: UUID) -> None:
    id_ = schedule(office, talk)
    ben = office.desk(office.ben)
    ben.change(
        c.EditScheduled(
            **ben.stamp(), scheduled_id=id_, body="Now", due_at=ben.now(), zone="Europe/Berlin"
        )
    )
    release_due(office.workspace, office.now)
    assert [entry.body for entry in entries(office)] == ["Now"]
    with pytest.raises(RefusedError, match="due already"):
        ben.change(c.CancelScheduled(**ben.stamp(), scheduled_id=id_))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"due_at": NOON}, "in the future"),
        ({"due_at": NOON + timedelta(days=400)}, "more than a year"),
        ({"body": " \n "}, "empty"),
        ({"body": "x" * 1_601}, "too long by 1 character"),
        ({"zone": "Mars/Olympus"}, "not a time zone"),
    ],
)
def test_what_cannot_be_scheduled_says_why(
    office: Office, talk: UUID, changed: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        schedule(office, talk, **changed)  # type: ignore[arg-type]
    assert waiting(office.desk(office.ben)) == []


def test_nobody_sees_or_cancels_what_is_not_his_to_see(office: Office, talk: UUID) -> None:
    """R31."""
    id_ = schedule(office, talk)
    cara = office.desk(office.cara)
    assert waiting(cara) == []
    with pytest.raises(NotFoundError):
        cara.read(scheduled.row, id_)
    with pytest.raises(NotFoundError):
        cara.change(c.CancelScheduled(**cara.stamp(), scheduled_id=id_))
    assert waiting(office.desk(office.ann)) == ["We open at nine"]


def test_the_order_of_the_thread_is_the_order_of_becoming_due(office: Office, talk: UUID) -> None:
    """I6: what waits for its time holds nothing that is written meanwhile."""
    schedule(office, talk, "Second", due_at=TOMORROW + timedelta(minutes=1))
    schedule(office, talk, "First")
    release_due(office.workspace, TOMORROW + timedelta(hours=1))
    ordered = sorted(entries(office), key=lambda entry: entry.queue_n)
    assert [entry.body for entry in ordered] == ["First", "Second"]


@pytest.mark.parametrize(
    ("peer", "at", "recipients"),
    [
        ("+12125550171", datetime(2026, 11, 18, 14, tzinfo=UTC), True),  # New York's nine o'clock
        ("+442079460123", datetime(2026, 11, 18, 9, tzinfo=UTC), True),
        ("+18005550171", datetime(2026, 11, 18, 8, tzinfo=UTC), False),  # no place: Ben's, Berlin
    ],
)
def test_a_time_is_read_by_the_contacts_clock(
    office: Office, peer: str, at: datetime, recipients: bool
) -> None:
    """R36."""
    conversation = office.conversation(office.own, peer, office.ben)
    due = office.desk(office.ben).read(scheduled.when, conversation, "tomorrow 9:00")
    assert (due.at, due.recipients) == (at, recipients)


def test_who_holds_one_sender_id_needs_no_other_read(office: Office) -> None:
    """R31, R33: each message asks when it goes out, in a directory of thousands."""
    with office.workspace.read() as tx:
        whole, one = people.directory(tx), people.directory(tx, of=office.shared)
        cara = people.actor(tx, office.cara)
    assert one.sender_ids == {office.shared}
    assert {holding.sender_id for holding in one.holdings} == {office.shared}
    everyone = holders_now(whole, office.now)[office.shared]
    assert holders_now(one, office.now) == {office.shared: everyone}
    assert reach(cara, one, office.now).held == {office.shared}
