"""What a person does at a desk of a team: at once here, for good there (algorithms §2.4; GC1-GC5)."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Share, Split
from sms_desk.domain.addresses import from_provider
from sms_desk.domain.changes import Thing
from sms_desk.domain.errors import NotFoundError, RefusedError, ServerUnreachable
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Channel, DraftMode, OutboxState, TeamState
from sms_desk.services import directory, returned
from sms_desk.services.executor import Done
from sms_desk.services.rows import UndoOffer
from sms_desk.services.team_desk import LARGEST, replay
from sms_desk.store import conversations, my_states, outbox, tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.replica import before, pending
from tests.fixtures.team import TeamServer
from tests.store.replica.looking import contents, differences
from tests.store.team.racing import Team
from tests.store.team.seats import Seat


@pytest.fixture
def team(team_server: TeamServer) -> Team:
    return Team(team_server)


@pytest.fixture
def talk(team: Team) -> UUID:
    """Nobody's conversation in Ben's and Cara's inbox."""
    id_ = team.office.conversation(team.office.shared, "+14155550123")
    team.office.message(id_, "Is it open?")
    team.later(minutes=1)
    return id_


@pytest.fixture
def seat(team: Team, tmp_path: Path, migrated_file: Path) -> Iterator[Callable[[UUID], Seat]]:
    made: list[Seat] = []

    def sit(person: UUID) -> Seat:
        made.append(Seat(team, person, tmp_path / f"{len(made)}.db", migrated_file))
        made[-1].pull()
        return made[-1]

    yield sit
    for one in made:
        one.file.close()


@pytest.fixture
def ben(seat: Callable[[UUID], Seat], team: Team, talk: UUID) -> Seat:
    assert talk
    return seat(team.office.ben)


def one(conversation: UUID) -> c.Targets:
    return c.Targets.one(conversation)


def row(file: Workspace, conversation: UUID) -> dict[str, object]:
    from sms_desk.store import conversations

    with file.read() as tx:
        return dict(conversations.load(tx, [conversation])[conversation])


# --- at once, then for good -----------------------------------------------------------------------


def test_what_is_done_shows_at_once_and_is_the_workspaces_word_afterwards(
    ben: Seat, team: Team, talk: UUID
) -> None:
    done = ben.do(c.Assign, targets=one(talk), owner_id=ben.person)
    assert (done.count, done.waits) == (1, False)
    assert done.changes.touches(Thing.LINE)
    assert row(ben.file, talk)["owner_id"] == ben.person
    assert team.row(talk)["owner_id"] is None
    assert [each.kind for each in ben.waiting()] == ["assign"]

    ben.sync()

    assert team.row(talk)["owner_id"] == row(ben.file, talk)["owner_id"] == ben.person
    assert ben.waiting() == ben.returned() == []


def test_the_audit_entry_and_the_notices_are_the_workspaces(
    ben: Seat, team: Team, talk: UUID
) -> None:
    ben.do(c.Assign, targets=one(talk), owner_id=team.office.cara)
    with ben.file.read() as tx:
        assert contents(tx)["audit"] == contents(tx)["notices"] == []
    ben.push()
    team.run()
    assert len(team.rows(tables.audit)) == 1
    assert {told["person_id"] for told in team.rows(tables.notices)} == {team.office.cara}


def test_what_a_replica_cannot_decide_waits(ben: Seat, team: Team, talk: UUID) -> None:
    matching = c.Targets(matching=InboxFilter())
    done = ben.do(c.Close, targets=matching)
    assert (done.waits, done.label) == (True, "Closing, all that match: waits for the workspace")
    assert row(ben.file, talk)["team_state"] == TeamState.OPEN
    ben.sync()
    assert row(ben.file, talk)["team_state"] == team.row(talk)["team_state"] == TeamState.CLOSED


def test_r30_a_reassignment_says_what_was_asked_and_is_taken_back(
    seat: Callable[[UUID], Seat], team: Team, talk: UUID
) -> None:
    """Before the workspace has heard of it, and while it has not answered."""
    ann = seat(team.office.ann)

    def reassign() -> Done:
        share = (Share(team.office.cara),)
        return ann.do(c.Reassign, targets=one(talk), split=Split.ONE, shares=share)

    owner = team.row(talk)["owner_id"]
    done = reassign()
    asked = "Reassignment, 1 conversation, to Cara"
    assert done.label == f"{asked}: waits for the workspace"
    assert ann.desk.read(directory.undo_offer) == done.undo == UndoOffer(done.command_id, asked)
    assert ann.desk.undo(done.command_id).label == f"Undone: {asked}"
    assert ann.waiting() == []

    again = reassign()
    ann.push()
    assert ann.desk.read(directory.undo_offer) == again.undo
    assert ann.desk.undo(again.command_id).waits
    assert ann.desk.read(directory.undo_offer) is None
    ann.sync()
    assert team.row(talk)["owner_id"] == row(ann.file, talk)["owner_id"] == owner
    assert ann.waiting() == ann.returned() == []


def test_a_patient_desk_is_answered_by_the_workspace(
    seat: Callable[[UUID], Seat], team: Team, talk: UUID
) -> None:
    """What was done, with its count and its way back; or why it was refused. Nothing is left over."""
    ann = seat(team.office.ann)
    ann.desk.be_patient(lambda _id: ann.sync())
    done = ann.do(c.Close, targets=c.Targets(matching=InboxFilter()))
    assert (done.waits, done.count, done.label) == (False, 1, "Closed 1 conversation")
    assert done.undo is not None
    assert ann.desk.undo(done.command_id).label == "Undone: Closed 1 conversation"
    with pytest.raises(NotFoundError):
        ann.do(c.EndHolding, holding_id=new_id())
    share = (Share(new_id()),)
    with pytest.raises(RefusedError) as refused:
        ann.do(c.Reassign, targets=one(talk), split=Split.ONE, shares=share)
    assert refused.value.title
    assert ann.waiting() == ann.returned() == []


def test_a_patient_desk_ends_its_wait(ben: Seat, team: Team, talk: UUID) -> None:
    """The command goes on without it, and leaves nothing behind once it is done."""
    ben.desk.be_patient(lambda _id: None)
    done = ben.do(c.Close, targets=c.Targets(matching=InboxFilter()))
    assert done.waits
    ben.sync()
    assert team.row(talk)["team_state"] == TeamState.CLOSED
    with ben.file.read() as tx:
        assert pending.find(tx, done.command_id) is None


def test_r30_the_newest_goes_first_whoever_does_it(ben: Seat, talk: UUID) -> None:
    here = ben.do(c.Pin, targets=one(talk), on=True)
    ben.team.later(seconds=1)
    asked = ben.do(c.Close, targets=c.Targets(matching=InboxFilter()))
    ben.team.later(seconds=1)
    newest = ben.do(c.Mute, targets=one(talk), on=True)
    for done in (newest, asked, here):
        assert ben.desk.read(directory.undo_offer) == done.undo
        ben.desk.undo(done.command_id)
    assert ben.desk.read(directory.undo_offer) is None


def test_what_comes_behind_one_that_waits_waits_too(ben: Seat, talk: UUID) -> None:
    """All in one change, for a later one may build on an earlier one."""
    stamp = ben.desk.stamp
    ben.desk.change(
        c.Close(**stamp(), targets=c.Targets(matching=InboxFilter())),
        c.Pin(**stamp(), targets=one(talk), on=True),
    )
    assert [each.kind for each in ben.waiting()] == ["close", "pin"]
    with ben.file.read() as tx:
        assert not my_states.with_flag(tx, ben.person, "pinned", [talk])


def test_what_is_impossible_here_is_refused_at_once(ben: Seat, team: Team, talk: UUID) -> None:
    with pytest.raises(RefusedError):
        ben.do(c.RenameWorkspace, name="Mine")
    assert ben.waiting() == []
    with ben.file.read() as tx:
        assert before.images(tx) == []
    assert team.row(talk)


def test_more_than_the_workspace_takes_is_said_before_it_waits(ben: Seat, talk: UUID) -> None:
    with pytest.raises(RefusedError) as caught:
        ben.do(c.AddNote, conversation_id=talk, note_id=new_id(), body="a" * LARGEST)
    assert caught.value.rule == "size"
    with ben.file.read() as tx:
        assert contents(tx)["notes"] == []


def test_everybody_works_under_their_own_login(ben: Seat, team: Team) -> None:
    assert ben.desk.acting_as(ben.person) is ben.desk
    with pytest.raises(RefusedError):
        ben.desk.acting_as(team.office.ann)


# --- refused --------------------------------------------------------------------------------------


def test_what_is_refused_goes_back_to_what_it_was_with_the_words_kept(
    ben: Seat, team: Team, talk: UUID
) -> None:
    ben.do(c.Assign, targets=one(talk), owner_id=ben.person)
    team.do(team.office.cara, c.Assign, targets=one(talk), owner_id=team.office.cara)
    ben.sync()
    assert row(ben.file, talk)["owner_id"] == team.office.cara
    (back,) = ben.returned()
    assert (back.state, back.result["title"]) == (pending.State.REFUSED, "Taken by Cara at 13:01.")
    assert back.args["owner_id"] == str(ben.person)
    with ben.file.write() as tx:
        pending.drop(tx, back.id)
    assert ben.returned() == []


def test_of_a_name_that_both_changed_the_text_comes_back(ben: Seat, team: Team, talk: UUID) -> None:
    contact = team.row(talk)["contact_id"]
    ben.do(c.RenameContact, contact_id=contact, name="Dana")
    team.do(team.office.cara, c.RenameContact, contact_id=contact, name="Dana Fox")
    ben.sync()
    (back,) = ben.returned()
    assert (back.state, back.args["name"]) == (pending.State.HELD, "Dana")


@pytest.fixture
def crowd(team: Team) -> tuple[UUID, ...]:
    """More conversations of Ben's than a command of the workspace's can name."""
    office = team.office
    peers = [from_provider(f"+1415556{n:04d}") for n in range(520)]
    wanted = {conversations.Key(office.own, peer.key): (Channel.SMS, peer) for peer in peers}
    with team.workspace.write() as tx:
        found = [one.id for one in conversations.ensure(tx, wanted, at=team.now).values()]
        c_ = tables.conversations
        tx.execute(sa.update(c_).where(c_.c.id.in_(found)).values(owner_id=office.ben))
    return tuple(found)


def test_more_than_a_command_can_name_are_closed_and_opened_again_as_one(
    ben: Seat, team: Team, crowd: tuple[UUID, ...]
) -> None:
    """One answer and one Undo; of each conversation it is compared what its author saw (2.5)."""
    ben.pull()
    team.do(team.office.ann, c.Assign, targets=c.Targets.one(crowd[7]), owner_id=team.office.ann)
    done = ben.do(c.Close, targets=c.Targets(crowd))
    assert (done.count, done.label) == (520, "Closed 520 conversations")
    waiting = ben.waiting()
    assert [len(one.args["targets"]["ids"]) for one in waiting] == [100, 100, 100, 100, 100, 20]
    assert all(len(one.base["conversations"]) == len(one.args["targets"]["ids"]) for one in waiting)
    ben.sync()
    assert states(team, crowd) == {"closed": 519, "open": 1}
    (back,) = ben.returned()
    assert back.result["kept"] == [str(crowd[7])]
    assert done.undo is not None
    undone = ben.do(c.Undo, command_id=done.undo.command_id)
    assert undone.label == "Undone: 519 conversations"
    ben.sync()
    assert states(team, crowd) == {"open": 520}


def test_what_no_server_has_heard_of_is_taken_back_whole(
    ben: Seat, team: Team, crowd: tuple[UUID, ...]
) -> None:
    ben.pull()
    was = ben.shows()
    done = ben.do(c.Close, targets=c.Targets(crowd))
    ben.do(c.Undo, command_id=done.command_id)
    assert ben.waiting() == []
    assert differences(ben.shows(), was) == {}


def states(team: Team, ids: tuple[UUID, ...]) -> Counter[str]:
    c_ = tables.conversations
    return Counter(str(row["team_state"]) for row in team.rows(c_, c_.c.id.in_(ids)))


def test_gc5_of_a_template_that_both_changed_the_text_comes_back(ben: Seat, team: Team) -> None:
    """Offline it was written over what stands there by now: nobody's words are lost."""
    template = {"template_id": new_id(), "keyword": "hours", "channel": None}
    team.do(team.office.cara, c.SaveTemplate, **template, name="Hours", body="We open at 9.")
    ben.sync()
    ben.do(c.SaveTemplate, **template, name="Hours", body="We open at 8.")
    team.do(team.office.cara, c.SaveTemplate, **template, name="Hours", body="Closed on Friday.")
    ben.sync()
    (back,) = ben.returned()
    assert (back.state, back.args["body"]) == (pending.State.HELD, "We open at 8.")
    (row,) = team.rows(tables.templates)
    assert row["body"] == "Closed on Friday."


def test_gc5_a_templates_keyword_and_its_text_are_merged(ben: Seat, team: Team) -> None:
    template = {"template_id": new_id(), "channel": None, "name": "Hours"}
    was = {"keyword": "hours", "body": "We open at 9."}
    team.do(team.office.cara, c.SaveTemplate, **template, **was)
    ben.sync()
    ben.do(c.SaveTemplate, **template, **{**was, "keyword": "open"})
    team.do(team.office.cara, c.SaveTemplate, **template, **{**was, "body": "We open at 8."})
    ben.sync()
    assert ben.returned() == []
    (row,) = team.rows(tables.templates)
    assert (row["keyword"], row["body"]) == ("open", "We open at 8.")


def test_a_held_message_stands_in_the_thread_and_not_among_what_came_back(
    ben: Seat, team: Team, talk: UUID
) -> None:
    ben.reply(talk, "We are.")
    team.arrive(team.reply(team.office.cara, talk, "Yes!"))
    ben.sync()
    assert ben.returned() == []
    with ben.file.read() as tx:
        states = {entry["body"]: entry["state"] for entry in outbox.listing(tx)}
    assert states == {"We are.": OutboxState.HELD, "Yes!": OutboxState.QUEUED}


def test_a_refused_one_neither_stops_nor_reorders_the_others(
    ben: Seat, team: Team, talk: UUID
) -> None:
    """GC2."""
    dice = random.Random(5)
    wanted: list[str] = []
    for n in range(30):
        if dice.random() < 0.1 or n == 3:
            ben.do(c.MuteSender, sender_id=team.office.shared, on=True)
            ben.do(c.Snooze, targets=one(talk), until=team.now + timedelta(seconds=1))
            wanted += ["done", "refused"]
        else:
            ben.do(c.AddNote, conversation_id=talk, note_id=new_id(), body=str(n))
            wanted.append("done")
    team.later(minutes=1)
    ben.push()
    assert [ran.state for ran in team.run()] == wanted
    bodies = [int(note["body"]) for note in team.rows(tables.notes)]
    assert len(bodies) == wanted.count("done") - wanted.count("refused")
    assert {back.kind for back in ben.returned()} == set()
    ben.pull()
    assert {back.kind for back in ben.returned()} == {"snooze"}


def test_what_came_back_is_listed_with_its_words_and_can_be_given_again(
    ben: Seat, team: Team, talk: UUID
) -> None:
    contact = team.row(talk)["contact_id"]
    ben.do(c.RenameContact, contact_id=contact, name="Dana")
    ben.do(c.Assign, targets=one(talk), owner_id=ben.person)
    team.do(team.office.cara, c.RenameContact, contact_id=contact, name="Dana Fox")
    team.do(team.office.cara, c.Assign, targets=one(talk), owner_id=team.office.cara)
    ben.sync()
    taken, named = ben.desk.read(returned.returned)
    assert (taken.label, taken.text, taken.title) == ("Assignment", "", "Taken by Cara at 13:01.")
    assert (named.label, named.text, named.state) == ("Name of a contact", "Dana", "held")
    assert named.again
    ben.desk.change(ben.desk.read(returned.again, named.id, ben.desk.stamp()))
    with ben.file.write() as tx:
        pending.drop(tx, named.id)
        pending.drop(tx, taken.id)
    assert ben.desk.read(returned.returned) == ()
    ben.sync()
    (row,) = team.rows(tables.contacts, tables.contacts.c.id == contact)
    assert row["name"] == "Dana"


# --- the line breaks ------------------------------------------------------------------------------


def test_what_was_pushed_before_the_line_broke_is_done_once(
    ben: Seat, team: Team, talk: UUID
) -> None:
    """GC1: a desk that heard nothing pushes again; the workspace has it already, or has done it."""
    for breaks in ("before", "after"):
        ben.do(c.AddNote, conversation_id=talk, note_id=new_id(), body=breaks)
        ben.line.breaks = breaks
        with pytest.raises(ServerUnreachable):
            ben.push()
        ben.line.breaks = ""
    team.run()
    ben.push()  # the first, which never arrived, and the second, which was done meanwhile
    team.run()
    ben.pull()
    assert sorted(note["body"] for note in team.rows(tables.notes)) == ["after", "before"]
    assert ben.waiting() == ben.returned() == []


def test_another_line_and_another_epoch_push_again(ben: Seat, team: Team, talk: UUID) -> None:
    ben.do(c.Pin, targets=one(talk), on=True)
    ben.push()
    with team.server.admin_engine().begin() as tx:  # the server came back without it
        tx.exec_driver_sql("DELETE FROM desk.queue")
        tx.exec_driver_sql("UPDATE desk.team_meta SET epoch = gen_random_uuid()")
    ben.pull()
    assert [each.state for each in ben.waiting()] == [pending.State.WAITING]
    ben.sync()
    assert ben.waiting() == []
    assert [mine["pinned"] for mine in team.rows(tables.my_states)] == [True]


def test_a_receipt_that_does_not_come_has_it_pushed_again(
    ben: Seat, team: Team, talk: UUID
) -> None:
    ben.do(c.Pin, targets=one(talk), on=True)
    ben.push()
    with team.server.admin_engine().begin() as tx:
        tx.exec_driver_sql("DELETE FROM desk.queue")
    ben.push()
    assert team.run() == []
    team.later(seconds=61)
    ben.push()
    assert [ran.state for ran in team.run()] == ["done"]


def test_after_thirty_days_it_comes_back(ben: Seat, team: Team, talk: UUID) -> None:
    ben.do(c.AddNote, conversation_id=talk, note_id=new_id(), body="Old.")
    team.later(days=31)
    ben.line.breaks = "before"
    with pytest.raises(ServerUnreachable):
        ben.push()
    ben.line.breaks = ""
    ben.push()
    (back,) = ben.returned()
    assert (back.args["body"], back.result["rule"]) == ("Old.", "late")


# --- undo, drafts, read marks ---------------------------------------------------------------------


def test_what_is_undone_before_anybody_heard_of_it_never_was(
    ben: Seat, team: Team, talk: UUID
) -> None:
    """A message written and undone without a line must not go out in between."""
    id_ = ben.reply(talk, "Oops.")
    ben.do(c.Pin, targets=one(talk), on=True)
    done = ben.desk.undo(id_)
    assert done.label == "Undone: Queued a message"
    assert [each.kind for each in ben.waiting()] == ["pin"]
    with ben.file.read() as tx:
        assert outbox.listing(tx) == []
        assert my_states.with_flag(tx, ben.person, "pinned", [talk]) == {talk}
    ben.sync()
    assert team.rows(tables.outbox) == []


def test_what_the_workspace_may_have_is_undone_there_as_well(
    ben: Seat, team: Team, talk: UUID
) -> None:
    done = ben.do(c.Close, targets=one(talk))
    ben.push()
    ben.desk.undo(done.command_id)
    assert row(ben.file, talk)["team_state"] == TeamState.OPEN
    ben.sync()
    assert team.row(talk)["team_state"] == TeamState.OPEN
    assert ben.waiting() == ben.returned() == []


def test_half_typed_text_stays_here_whatever_comes_and_goes(
    ben: Seat, team: Team, talk: UUID
) -> None:
    ben.reply(talk, "Yes.")
    ben.do(c.SaveDraft, conversation_id=talk, mode=DraftMode.REPLY, body="And on Su")
    assert [each.kind for each in ben.waiting()] == ["reply"]
    team.office.message(talk, "Hello?")
    ben.pull()
    ben.sync()
    with ben.file.read() as tx:
        assert my_states.drafts(tx, ben.person, talk) == {"reply": "And on Su"}
    assert team.rows(tables.drafts) == []


def test_of_read_marks_of_one_conversation_the_last_waits(ben: Seat, talk: UUID) -> None:
    for position in (1, 2, 3):
        ben.do(c.MarkRead, conversation_id=talk, position=position)
    assert [each.args["position"] for each in ben.waiting()] == [3]


def test_ones_own_base_holds_what_was_done_here(ben: Seat, talk: UUID) -> None:
    ben.offline = True
    ben.do(c.Assign, targets=one(talk), owner_id=ben.person)
    ben.do(c.Close, targets=one(talk))
    bases = [each.base for each in ben.waiting()]
    assert [base["conversations"][str(talk)][1:4] for base in bases] == [
        [None, 0, "open"],
        [str(ben.person), 1, "open"],
    ]
    assert all(base["offline"] for base in bases)


def test_who_begins_what_was_there_already_writes_into_that(ben: Seat, team: Team) -> None:
    """The contact wrote in a conversation that this desk has not heard of yet."""
    there = team.office.conversation(team.office.shared, "+14155550177")
    mine = new_id()
    stamp = ben.desk.stamp
    ben.desk.change(
        c.StartConversation(
            **stamp(),
            conversation_id=mine,
            contact_id=new_id(),
            sender_id=team.office.shared,
            channel=team.row(there)["channel"],
            peer_raw="+14155550177",
        ),
        c.Reply(
            **stamp(),
            conversation_id=mine,
            outbox_id=new_id(),
            sender_id=team.office.shared,
            body="Hello!",
            seen_version=0,
            not_after=team.now + timedelta(hours=1),
        ),
    )
    ben.sync()
    assert ben.waiting() == ben.returned() == []
    (entry,) = team.rows(tables.outbox)
    assert (entry["conversation_id"], entry["body"]) == (there, "Hello!")


# --- GC3 ------------------------------------------------------------------------------------------


HISTORIES = int(os.environ.get("SMS_DESK_WORLDS", "1"))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_desk_shows_the_workspace_with_what_waits_on_top(
    seed: int,
    seat: Callable[[UUID], Seat],
    team: Team,
    talk: UUID,
    tmp_path: Path,
    migrated_file: Path,
) -> None:
    """GC3, through histories of two desks: putting back what waits gives what was pulled last; and
    where nothing waits, the desk shows what the server shows."""
    dice = random.Random(seed)
    talks = [talk, team.office.conversation(team.office.shared, "+14155550124")]
    seats = [seat(team.office.ben), seat(team.office.cara)]
    pulled = {each: each.shows() for each in seats}
    for _ in range(60):
        team.later(seconds=dice.randrange(1, 40))
        who = dice.choice(seats)
        match dice.randrange(10):
            case 0:
                who.push()
            case 1:
                team.run()
            case 2:
                who.pull()
                with _rolled_back(who) as tx:
                    before.restore(tx)
                    pulled[who] = contents(tx)
            case 3:
                team.office.message(dice.choice(talks), "Hello?")
            case _:
                _something(dice, who, team, dice.choice(talks))
        with _rolled_back(who) as tx:
            shown = contents(tx)
            before.restore(tx)
            assert differences(contents(tx), pulled[who]) == {}
            replay(tx, who.person, team.now)
            assert {name: len(rows) for name, rows in contents(tx).items()} == {
                name: len(rows) for name, rows in shown.items()
            }
    for who in (*seats, *seats):
        who.sync()
    for n, who in enumerate(seats):
        assert who.waiting() == []
        there = who.of_server(tmp_path / f"server{n}.db", migrated_file)
        assert differences(who.shows(), there) == {}


def _something(dice: random.Random, who: Seat, team: Team, talk: UUID) -> None:
    match dice.randrange(9):
        case 0:
            who.do(c.Assign, targets=one(talk), owner_id=dice.choice([*team.people, None]))
        case 1:
            who.do(c.Close, targets=one(talk))
        case 2:
            who.do(c.Reopen, targets=one(talk))
        case 3:
            who.do(c.AddNote, conversation_id=talk, note_id=new_id(), body="Note.")
        case 4:
            who.do(c.AddTag, targets=one(talk), tag_id=new_id(), name=dice.choice(["a", "b"]))
        case 5:
            who.do(c.Pin, targets=one(talk), on=dice.random() < 0.5)
        case 6:
            done = who.do(c.Snooze, targets=one(talk), until=team.now + timedelta(hours=1))
            if dice.random() < 0.5 and done.undo is not None:
                who.desk.undo(done.command_id)
        case 7:
            contact = team.row(talk)["contact_id"]
            who.do(c.RenameContact, contact_id=contact, name=dice.choice(["Dana", "Fox"]))
        case _:
            who.reply(talk, f"Reply {dice.random()}")


class _Over(Exception):
    pass


@contextmanager
def _rolled_back(seat: Seat) -> Iterator[Tx]:
    """A transaction on a desk's file of which nothing stays."""
    with suppress(_Over), seat.file.write(quiet=True) as tx:
        yield tx
        raise _Over


def test_an_admins_desk_has_the_log(seat: Callable[[UUID], Seat], team: Team, talk: UUID) -> None:
    ann = seat(team.office.ann)
    ann.do(c.Assign, targets=one(talk), owner_id=team.office.cara)
    ann.sync()
    assert len(ann.shows()["audit"]) == 1
