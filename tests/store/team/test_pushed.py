"""Whatever desks push: each command has one receipt, and the next one has its turn (GC1, GC2, GP1)."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.command_codec import encode, kind_of
from sms_desk.domain.model import OutboxState
from sms_desk.services import pushed
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.store.team import queue
from sms_desk.store.types import to_micros
from tests.fixtures.team import TeamServer
from tests.store.team.racing import Given, Team


@pytest.fixture
def team(team_server: TeamServer) -> Team:
    return Team(team_server)


@pytest.fixture
def talk(team: Team) -> UUID:
    id_ = team.office.conversation(team.office.shared, "+14155550123")
    team.office.message(id_, "Is it open?")
    team.later(minutes=1)
    return id_


def note(team: Team, talk: UUID, body: str = "Note.") -> Given:
    return team.give(team.office.ben, c.AddNote, conversation_id=talk, note_id=new_id(), body=body)


# --- once -----------------------------------------------------------------------------------------


def test_a_command_that_is_pushed_again_is_done_once(team: Team, talk: UUID) -> None:
    """GC1: before it ran, and after."""
    given = note(team, talk)
    team.push(given, times=3)
    assert [ran.state for ran in team.run()] == ["done"]
    team.push(given)
    assert not any(ran.changes for ran in team.run())
    assert team.answer(given.by, given.command.id).state == "done"
    assert len(team.rows(tables.notes)) == 1


def test_a_commit_that_fails_leaves_neither_the_deed_nor_its_receipt(
    team: Team, talk: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = note(team, talk)
    team.push(given)

    def die(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(queue, "answer", die)
        with pytest.raises(ConnectionError):
            team.run()
    assert team.rows(tables.notes) == []
    assert not team.was_run(given)
    assert [ran.state for ran in team.run()] == ["done"]
    assert len(team.rows(tables.notes)) == 1


def test_the_same_id_is_another_command_of_another_person(team: Team, talk: UUID) -> None:
    """Receipts are of a person and an id; whose id it was before is not told."""
    bens = note(team, talk)
    team.arrive(bens)
    taken = Given(team.office.cara, bens.command, {})
    answer = team.arrive(taken)
    assert (answer.state, answer.rule) == ("refused", "failed")
    assert len(team.rows(tables.notes)) == 1


# --- nothing stops the queue ----------------------------------------------------------------------

DEEP = "[" * 9_000 + "]" * 9_000


@pytest.mark.allow_log
@pytest.mark.parametrize(
    ("kind", "args", "base"),
    [
        ("no_such_thing", "{}", "{}"),
        ("close", "", "{}"),
        ("close", "[]", "{}"),
        ("close", "null", "{}"),
        ("close", "{}", "{}"),
        ("close", '{"targets": null}', "{}"),
        ("close", '{"targets": {"ids": ["x"]}}', "{}"),
        ("close", '{"targets": {"ids": []}, "other": 1}', "{}"),
        ("close", DEEP, "{}"),
        ("close", '{"targets": {"ids": ["%(talk)s"]}}', "[]"),
        ("close", '{"targets": {"ids": ["%(talk)s"]}}', '{"conversations": {"%(talk)s": [1]}}'),
        ("close", '{"targets": {"ids": ["%(talk)s"]}}', '{"conversations": 7}'),
        ("mark_read", '{"conversation_id": "%(talk)s", "position": 1%(zeros)s}', "{}"),
        ("mark_read", '{"conversation_id": "%(talk)s", "position": null}', "{}"),
        ("snooze", '{"targets": {"ids": ["%(talk)s"]}, "until": "9999-12-31"}', "{}"),
        ("add_note", '{"conversation_id": "%(talk)s", "note_id": "%(talk)s", "body": ""}', "{}"),
        (
            "add_note",
            '{"conversation_id": "%(talk)s", "note_id": "%(talk)s", "body": "a\\u0000b"}',
            "{}",
        ),
        ("rename_contact", '{"contact_id": "%(talk)s", "name": "\\u0000"}', "{}"),
        ("save_draft", '{"conversation_id": "%(talk)s", "mode": "reply", "body": "x"}', "{}"),
        ("hand_over", '{"absence_id": "%(talk)s"}', "{}"),
        ("take_back_hand_over", '{"absence_id": "%(talk)s", "batch_id": "%(talk)s"}', "{}"),
        ("restore_holdings", '{"ended": [], "begun": ["%(talk)s"]}', "{}"),
        ("undo", '{"command_id": "%(talk)s"}', "{}"),
        ("start_conversation", '{"conversation_id": "%(talk)s", "peer_raw": "\\ud800"}', "{}"),
    ],
)
def test_what_cannot_be_run_is_refused_and_the_next_has_its_turn(
    team: Team, talk: UUID, kind: str, args: str, base: str
) -> None:
    ben = team.office.ben
    id_ = new_id()
    fill = {"talk": str(talk), "zeros": "0" * 400}
    for name, value in fill.items():
        args, base = (text.replace(f"%({name})s", value) for text in (args, base))
    team.push_raw(ben, id_, kind, to_micros(team.now), args, base)
    after = note(team, talk, "After.")
    team.push(after)
    states = [ran.state for ran in team.run()]
    assert states[-1] == "done"
    answer = team.answer(ben, id_)
    assert answer.state == "refused", answer
    assert answer.title


@pytest.mark.parametrize(
    ("at", "state"),
    [(-(2**63), "refused"), (0, "refused"), (None, "done"), (2**62, "done")],
)
def test_a_clock_that_is_wrong_is_put_right_or_said(
    team: Team, talk: UUID, at: int | None, state: str
) -> None:
    given = note(team, talk)
    when = to_micros(team.now + timedelta(hours=5)) if at is None else at
    args = json.dumps(encode(given.command))
    team.push_raw(given.by, given.command.id, kind_of(given.command), when, args)
    team.run()
    assert team.answer(given.by, given.command.id).state == state
    for kept in team.rows(tables.notes):
        assert kept["at"] == team.now


def test_who_is_suspended_has_nothing_done_any_more(team: Team, talk: UUID) -> None:
    given = note(team, talk)
    team.push(given)
    team.do(team.office.ann, c.SuspendPerson, person_id=team.office.ben)
    assert team.answer(given.by, given.command.id).state == "refused"
    assert team.rows(tables.notes) == []


def test_nobodys_many_commands_keep_the_others_waiting(team: Team, talk: UUID) -> None:
    for n in range(5):
        team.push(note(team, talk, str(n)))
    caras = team.give(team.office.cara, c.Pin, targets=c.Targets.one(talk), on=True)
    team.push(caras)
    order = [ran.person_id for ran in team.run()]
    assert order.index(team.office.cara) <= 1


# --- at once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["assign", "close", "reply"])
@pytest.mark.parametrize("second", ["assign", "close", "reply"])
def test_of_two_at_once_one_result_holds_and_the_other_is_told(
    team: Team, talk: UUID, first: str, second: str
) -> None:
    """GC4: each pair, in either order of arrival: both had seen the same."""
    ben, cara = team.office.ben, team.office.cara
    given = [_given(team, ben, first, talk), _given(team, cara, second, talk)]
    threads = [threading.Thread(target=team.push, args=(each,)) for each in given]
    for person in (ben, cara):
        team.session(person)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ran = team.run()
    assert len(ran) == 2
    answers = {each.by: team.answer(each.by, each.command.id) for each in given}
    row = team.row(talk)
    early, late = (one.person_id for one in ran)
    assert answers[early].state == "done"
    kinds = {ben: first, cara: second}
    if kinds[early] == "assign" and kinds[late] in ("assign", "close"):
        assert answers[late].state == "refused"
        assert _name(team, early) in answers[late].title
        assert row["owner_id"] == early
    if kinds[late] == "reply" and kinds[early] in ("reply", "assign"):
        assert answers[late].state == "held"
        assert answers[late].result["by"] == _name(team, early)
    replies = [each for each in given if isinstance(each.command, c.Reply)]
    kept = {team.entry(each).state for each in replies}
    assert kept <= {OutboxState.QUEUED, OutboxState.HELD}


def _given(team: Team, by: UUID, kind: str, talk: UUID) -> Given:
    if kind == "assign":
        return team.give(by, c.Assign, targets=c.Targets.one(talk), owner_id=by)
    if kind == "close":
        return team.give(by, c.Close, targets=c.Targets.one(talk))
    return team.reply(by, talk, "Yes.")


def _name(team: Team, person: UUID) -> str:
    return "Ben" if person == team.office.ben else "Cara"


# --- trouble --------------------------------------------------------------------------------------


def test_a_database_in_trouble_refuses_nobodys_command(
    team: Team, talk: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again."""
    from sms_desk.domain.errors import StorageError
    from sms_desk.services.handlers import HANDLERS

    given = note(team, talk)
    team.push(given)
    broken = dict(HANDLERS)

    def locked(ctx: Any, _: Any) -> Any:
        ctx.tx.exec_driver_sql("SET LOCAL statement_timeout = 1")
        ctx.tx.exec_driver_sql("SELECT pg_sleep(1)")

    broken[c.AddNote] = locked
    with monkeypatch.context() as patch:
        patch.setattr("sms_desk.services.executor.HANDLERS", broken)
        with pytest.raises(StorageError):
            pushed.run_next(team.workspace, team.now)
    assert [ran.state for ran in team.run()] == ["done"]
