"""Who wins, through a real server: two logins, one workspace (algorithms §2.5, GC4, GC5, GS6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.model import OutboxState, TeamState
from sms_desk.store import outbox, tables
from sms_desk.store.ids import new_id
from tests.fixtures.team import TeamServer
from tests.store.team.racing import Team

PEER = "+14155550123"


@pytest.fixture
def team(team_server: TeamServer) -> Team:
    return Team(team_server)


@pytest.fixture
def talk(team: Team) -> UUID:
    """Nobody's conversation in Ben's and Cara's inbox, in which the contact has written."""
    id_ = team.office.conversation(team.office.shared, PEER)
    team.office.message(id_, "Is it open?")
    team.later(minutes=1)
    return id_


def one(conversation: UUID) -> c.Targets:
    return c.Targets.one(conversation)


# --- reply | reply --------------------------------------------------------------------------------


def test_a_reply_whose_writer_had_not_seen_a_colleagues_is_held(team: Team, talk: UUID) -> None:
    ben, cara = team.office.ben, team.office.cara
    bens = team.reply(ben, talk, "We are, until six.")
    caras = team.reply(cara, talk, "Yes!")
    assert team.arrive(caras).state == "done"
    team.sent(caras)
    team.later(seconds=5)

    answer = team.arrive(bens)

    assert (answer.state, answer.rule, answer.result["by"]) == ("held", "unseen", "Cara")
    assert answer.title == "Cara answered at 13:01."
    assert answer.result["place"] == "outbox"
    entry = team.entry(bens)
    assert (entry.state, entry.reason, entry.body) == (
        OutboxState.HELD,
        "unseen",
        "We are, until six.",
    )


def test_what_is_held_because_of_others_leaves_them_the_way(team: Team, talk: UUID) -> None:
    """Its own writer's later messages wait behind it (I6)."""
    ben, cara = team.office.ben, team.office.cara
    held = team.reply(ben, talk, "We are.")
    first = team.reply(cara, talk, "Yes!")
    team.arrive(first)
    team.sent(first)
    team.arrive(held)
    for by in (ben, cara):
        assert team.arrive(team.reply(by, talk, "Until six.")).state == "done"
    with team.workspace.read() as tx:
        assert [entry.author_id for entry in outbox.heads(tx, team.now)] == [cara]


def test_a_colleagues_reply_that_waits_for_the_line_counts_too(team: Team, talk: UUID) -> None:
    bens = team.reply(team.office.ben, talk, "We are.")
    team.arrive(team.reply(team.office.cara, talk, "Yes!"))
    assert team.arrive(bens).rule == "unseen"


def test_ones_own_replies_never_hold_each_other(team: Team, talk: UUID) -> None:
    first, second = (team.reply(team.office.ben, talk, text) for text in ("Yes.", "Until six."))
    assert team.arrive(first).state == "done"
    team.sent(first)
    assert team.arrive(second).state == "done"


# --- reply | inbound ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "offline", "state"), [(20, False, "done"), (90, False, "held"), (20, True, "held")]
)
def test_what_the_contact_wrote_since_holds_an_old_reply(
    team: Team, talk: UUID, seconds: int, offline: bool, state: str
) -> None:
    reply = team.reply(team.office.ben, talk, "Yes.", offline=offline)
    team.later(seconds=seconds)
    team.office.message(talk, "Hello?")
    assert team.arrive(reply).state == state


# --- take | take ----------------------------------------------------------------------------------


def test_of_two_who_take_one_conversation_the_first_has_it(team: Team, talk: UUID) -> None:
    ben, cara = team.office.ben, team.office.cara
    bens = team.give(ben, c.Assign, targets=one(talk), owner_id=ben)
    team.do(cara, c.Assign, targets=one(talk), owner_id=cara)

    answer = team.arrive(bens)

    assert (answer.state, answer.rule) == ("refused", "taken")
    assert answer.title == "Taken by Cara at 13:01."
    assert team.row(talk)["owner_id"] == cara


def test_a_supervisors_word_always_counts(team: Team, talk: UUID) -> None:
    ben, cara = team.office.ben, team.office.cara
    anns = team.give(team.office.ann, c.Assign, targets=one(talk), owner_id=ben)
    team.do(cara, c.Assign, targets=one(talk), owner_id=cara)
    assert team.arrive(anns).state == "done"
    assert team.row(talk)["owner_id"] == ben
    told = team.rows(tables.audit, tables.audit.c.batch_id == anns.command.id)
    assert len(told) == 1


def test_of_several_those_that_still_stand_are_taken(team: Team, talk: UUID) -> None:
    ben, cara = team.office.ben, team.office.cara
    other = team.office.conversation(team.office.shared, "+14155550124")
    bens = team.give(ben, c.Assign, targets=c.Targets((talk, other)), owner_id=ben)
    team.do(cara, c.Assign, targets=one(talk), owner_id=cara)

    answer = team.arrive(bens)

    assert answer.state == "held"
    assert answer.title == "Assigned 1 conversation to Ben; not 1 of 2. Taken by Cara at 13:01."
    assert answer.result["kept"] == [str(talk)]
    assert [team.row(id_)["owner_id"] for id_ in (talk, other)] == [cara, ben]


def test_ones_own_commands_in_a_row_never_stand_against_each_other(team: Team, talk: UUID) -> None:
    """Given without a line, with what the screen showed then: the base of each is the same."""
    ben = team.office.ben
    given = [
        team.give(ben, c.Assign, targets=one(talk), owner_id=ben),
        team.give(ben, c.AddNote, conversation_id=talk, note_id=new_id(), body="Mine."),
        team.reply(ben, talk, "Yes."),
        team.give(ben, c.Close, targets=one(talk)),
    ]
    for each in given:
        team.push(each)
    assert [ran.state for ran in team.run()] == ["done"] * 4
    assert team.row(talk)["team_state"] == TeamState.CLOSED


def test_what_one_gave_away_oneself_is_no_news(team: Team, talk: UUID) -> None:
    """As from another desk of the same person, which has not heard of it."""
    ben, cara = team.office.ben, team.office.cara
    team.do(ben, c.Assign, targets=one(talk), owner_id=ben)
    close = team.give(ben, c.Close, targets=one(talk))
    team.do(ben, c.Assign, targets=one(talk), owner_id=cara)
    assert team.arrive(close).state == "done"


# --- reassigned away | reply, close, note ---------------------------------------------------------


@pytest.fixture
def bens(team: Team) -> UUID:
    """Ben's conversation in an inbox that is his alone: whoever else has it, he sees it no more."""
    id_ = team.office.conversation(team.office.own, PEER, team.office.ben)
    team.office.message(id_, "Is it open?")
    team.later(minutes=1)
    return id_


def test_a_reply_of_who_had_it_waits_for_who_has_it_now(team: Team, bens: UUID) -> None:
    ben, cara = team.office.ben, team.office.cara
    reply = team.reply(ben, bens, "We are.", offline=True)
    team.later(minutes=5)
    team.do(team.office.ann, c.Assign, targets=one(bens), owner_id=cara)

    answer = team.arrive(reply)

    assert (answer.state, answer.rule, answer.result["place"]) == (
        "held",
        "ownership",
        "suggestion",
    )
    assert answer.title == "Cara has the conversation since 13:06."
    entry = team.entry(reply)
    assert (entry.state, entry.author_id, entry.body) == (OutboxState.HELD, ben, "We are.")
    assert entry.reason_text == "Ben wrote this before the conversation changed hands."

    # Cara sends it: as hers, for Ben may not write there any more.
    confirm = team.give(
        cara,
        c.ConfirmHeld,
        outbox_id=entry.id,
        checks=("ownership",),
        not_after=team.now + timedelta(hours=1),
    )
    assert team.arrive(confirm).state == "done"
    entry = team.entry(reply)
    assert (entry.state, entry.author_id) == (OutboxState.QUEUED, cara)


def test_a_close_of_who_had_it_is_refused_by_name(team: Team, bens: UUID) -> None:
    close = team.give(team.office.ben, c.Close, targets=one(bens))
    team.do(team.office.ann, c.Assign, targets=one(bens), owner_id=team.office.cara)
    answer = team.arrive(close)
    assert (answer.state, answer.rule) == ("refused", "ownership")
    assert answer.title == "It went to Cara at 13:01."
    assert team.row(bens)["team_state"] == TeamState.OPEN


def test_a_note_of_who_had_it_is_kept(team: Team, bens: UUID) -> None:
    note = team.give(
        team.office.ben, c.AddNote, conversation_id=bens, note_id=new_id(), body="Calls at six."
    )
    team.do(team.office.ann, c.Assign, targets=one(bens), owner_id=team.office.cara)
    assert team.arrive(note).state == "done"
    (kept,) = team.rows(tables.notes)
    assert (kept["body"], kept["author_id"]) == ("Calls at six.", team.office.ben)


@pytest.mark.parametrize("make", [c.Close, c.Assign, c.AddNote, c.Reply])
def test_of_what_was_never_theirs_nobody_hears_whose_it_is(
    team: Team, bens: UUID, make: type[c.Command]
) -> None:
    """Also with a base that says otherwise (GY1)."""
    cara = team.office.cara
    fields: dict[str, Any] = {"targets": one(bens)}
    if make is c.Assign:
        fields["owner_id"] = cara
    if make in (c.AddNote, c.Reply):
        fields = {"conversation_id": bens, "body": "Hm."}
        fields |= {"note_id": new_id()} if make is c.AddNote else {"outbox_id": new_id()}
    if make is c.Reply:
        fields |= {
            "sender_id": team.office.own,
            "seen_version": 0,
            "not_after": team.now + timedelta(days=1),
        }
    given = team.give(cara, make, **fields)
    given.base["conversations"] = {str(bens): [0, str(cara), 0, "open", 0]}
    answer = team.arrive(given)
    assert (answer.state, answer.rule) == ("refused", "not_found")
    assert "Ben" not in str(answer.result)
    assert team.rows(tables.notes) == team.rows(tables.outbox) == []


# --- close | reply, inbound -----------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "state"), [(2, "done"), (11, "held")])
def test_a_reply_to_what_was_closed_meanwhile(
    team: Team, talk: UUID, minutes: int, state: str
) -> None:
    reply = team.reply(team.office.ben, talk, "Yes.")
    team.do(team.office.cara, c.Close, targets=one(talk))
    team.later(minutes=minutes)
    answer = team.arrive(reply)
    assert answer.state == state
    if state == "held":
        assert answer.title == "Cara closed the conversation at 13:01."


def test_what_the_contact_wrote_unread_is_not_closed_away(team: Team, talk: UUID) -> None:
    close = team.give(team.office.ben, c.Close, targets=one(talk))
    team.later(minutes=2)
    team.office.message(talk, "And on Sunday?")
    answer = team.arrive(close)
    assert (answer.state, answer.rule) == ("refused", "unseen")
    assert team.row(talk)["team_state"] == TeamState.OPEN


def test_two_who_close_are_of_one_mind(team: Team, talk: UUID) -> None:
    bens = team.give(team.office.ben, c.Close, targets=one(talk))
    team.do(team.office.cara, c.Close, targets=one(talk))
    assert team.arrive(bens).state == "done"


# --- opt-out | send -------------------------------------------------------------------------------


def test_nothing_goes_to_who_opted_out_meanwhile(team: Team, talk: UUID) -> None:
    from sms_desk.domain.model import Channel
    from sms_desk.store import opt_outs

    reply = team.reply(team.office.ben, talk, "Yes.")
    with team.workspace.write() as tx:
        opt_outs.record_person(
            tx,
            Channel.SMS,
            team.row(talk)["peer_key"],
            opt_outs.scope_of(tx, team.office.shared),
            at=team.now,
            opt_out_id=new_id(),
        )
    answer = team.arrive(reply)
    assert (answer.state, answer.rule) == ("held", "opt_out")
    assert (team.entry(reply).state, team.entry(reply).reason) == (OutboxState.HELD, "opt_out")


# --- edit | edit ----------------------------------------------------------------------------------


def test_two_names_for_one_contact_are_shown_to_the_second(team: Team, talk: UUID) -> None:
    contact = team.row(talk)["contact_id"]
    bens = team.give(team.office.ben, c.RenameContact, contact_id=contact, name="Dana")
    team.do(team.office.cara, c.RenameContact, contact_id=contact, name="Dana Fox")
    answer = team.arrive(bens)
    assert (answer.state, answer.rule) == ("held", "changed")
    (row,) = team.rows(tables.contacts, tables.contacts.c.id == contact)
    assert row["name"] == "Dana Fox"


def test_a_later_name_wins_whose_writer_had_read_the_first(team: Team, talk: UUID) -> None:
    contact = team.row(talk)["contact_id"]
    team.do(team.office.cara, c.RenameContact, contact_id=contact, name="Dana Fox")
    team.do(team.office.ben, c.RenameContact, contact_id=contact, name="Dana")
    (row,) = team.rows(tables.contacts, tables.contacts.c.id == contact)
    assert row["name"] == "Dana"


def test_different_fields_are_merged(team: Team) -> None:
    ann, ben = team.office.ann, team.office.ben
    zone: dict[str, Any] = {"person_id": ben, "name": "Ben", "role": "rep", "zone": "Europe/Lisbon"}
    name = {**zone, "name": "Benedict", "zone": "Europe/Berlin"}
    named = team.give(ben, c.EditPerson, **name)
    team.do(ann, c.EditPerson, **zone)
    assert team.arrive(named).state == "done"
    (row,) = team.rows(tables.people, tables.people.c.id == ben)
    assert (row["name"], row["zone"]) == ("Benedict", "Europe/Lisbon")


def test_an_edit_of_a_merged_contact_goes_to_the_one_that_is_left(team: Team, talk: UUID) -> None:
    import sqlalchemy as sa

    old = team.row(talk)["contact_id"]
    other = team.office.conversation(team.office.shared, "+14155550125")
    left = team.row(other)["contact_id"]
    given = team.give(team.office.ben, c.RenameContact, contact_id=old, name="Dana")
    with team.workspace.write() as tx:
        k = tables.contacts.c
        tx.execute(sa.update(tables.contacts).where(k.id == old).values(merged_into=left))
    assert team.arrive(given).state == "done"
    (row,) = team.rows(tables.contacts, tables.contacts.c.id == left)
    assert row["name"] == "Dana"


def test_tags_of_two_people_stand_side_by_side(team: Team, talk: UUID) -> None:
    tags = [
        team.give(by, c.AddTag, targets=one(talk), tag_id=new_id(), name=name)
        for by, name in ((team.office.ben, "coats"), (team.office.cara, "boots"))
    ]
    assert [team.arrive(each).state for each in tags] == ["done", "done"]
    assert len(team.rows(tables.conversation_tags)) == 2


# --- read | read ----------------------------------------------------------------------------------


def test_a_read_mark_only_moves_forward(team: Team, talk: UUID) -> None:
    ben = team.office.ben
    last = team.office.message(talk, "Hello?")
    far = team.give(ben, c.MarkRead, conversation_id=talk, position=last)
    near = team.give(ben, c.MarkRead, conversation_id=talk, position=last - 4)
    assert [team.arrive(each).state for each in (far, near)] == ["done", "done"]
    (mine,) = team.rows(tables.my_states)
    assert mine["read_position"] == last


# --- cover ----------------------------------------------------------------------------------------


def away(team: Team, **spans: float) -> dict[str, Any]:
    """Ben is away from now on, and Cara answers."""
    share = (Share(team.office.cara),)
    covers = tuple(Cover(part, Split.ONE, share) for part in (Part.CONVERSATIONS, Part.INBOUND))
    return {
        "absence_id": new_id(),
        "person_id": team.office.ben,
        "since": team.now,
        "until": team.now + timedelta(**spans),
        "zone": "Europe/Berlin",
        "covers": covers,
        "confirmed": True,
    }


def test_replies_from_before_a_cover_wait_for_who_covers(team: Team, bens: UUID) -> None:
    reply = team.reply(team.office.ben, bens, "We are.", offline=True)
    team.later(minutes=5)
    team.do(team.office.ann, c.PlanAbsence, **away(team, days=2))
    answer = team.arrive(reply)
    assert (answer.state, answer.result["place"]) == ("held", "suggestion")
    assert answer.title == "Cara has the conversation."
    assert team.entry(reply).state is OutboxState.HELD


def test_who_is_away_and_knows_it_may_answer_all_the_same(team: Team, bens: UUID) -> None:
    team.do(team.office.ann, c.PlanAbsence, **away(team, days=2))
    team.later(minutes=5)
    assert team.arrive(team.reply(team.office.ben, bens, "We are.")).state == "done"


def test_commands_of_a_cover_that_has_ended_are_as_of_who_lost_it(team: Team, bens: UUID) -> None:
    cara = team.office.cara
    plan = away(team, days=2)
    team.do(team.office.ann, c.PlanAbsence, **plan)
    team.later(minutes=5)
    reply = team.reply(cara, bens, "We are.", offline=True)
    close = team.give(cara, c.Close, targets=one(bens), offline=True)
    note = team.give(cara, c.AddNote, conversation_id=bens, note_id=new_id(), body="Called.")
    team.later(minutes=5)
    team.do(team.office.ben, c.EndAbsence, absence_id=plan["absence_id"])
    team.later(minutes=5)
    answers = [team.arrive(each) for each in (reply, close, note)]
    assert [(each.state, each.rule) for each in answers] == [
        ("held", "ownership"),
        ("refused", "ownership"),
        ("done", ""),
    ]
    assert "Ben" in answers[0].title


# --- reassign | reassign --------------------------------------------------------------------------


def test_the_second_of_two_reassignments_takes_what_is_still_with_its_source(
    team: Team, bens: UUID
) -> None:
    ann, ben, cara = team.office.ann, team.office.ben, team.office.cara
    other = team.office.conversation(team.office.own, "+14155550124", ben)
    both = c.Targets((bens, other))

    def to(person: UUID) -> dict[str, Any]:
        return {"targets": both, "split": Split.ONE, "shares": (Share(person),), "from_id": ben}

    second = team.give(ann, c.Reassign, **to(ann))
    team.do(ben, c.Assign, targets=one(bens), owner_id=cara)
    answer = team.arrive(second)
    assert [team.row(id_)["owner_id"] for id_ in (bens, other)] == [cara, ann]
    assert answer.result["kept"] == [str(bens)]
