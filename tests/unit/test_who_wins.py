"""The table of who wins, row by row (algorithms §2.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.command_codec import KINDS
from sms_desk.domain.exactness import EXACT, STAYS_HERE, runs_here
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.who_wins import RUN, Deed, Given, Standing, Way, decide, decide_field

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
BEN, CARA, TALK, ID = (UUID(int=n) for n in range(1, 5))
AT = NOW - timedelta(seconds=20)
OLD = NOW - timedelta(minutes=15)

GIVEN = Given(BEN, supervises=False, zone="Europe/Berlin", at=AT, now=NOW)
MINE = Standing(owner_id=BEN, owner_name="Ben", answers=frozenset({BEN}), answered=frozenset({BEN}))
BY_CARA = Deed(CARA, "Cara", NOW - timedelta(minutes=1))
TAKEN = Standing(
    owner_id=CARA,
    owner_name="Cara",
    moves=(BY_CARA,),
    answers=frozenset({CARA}),
    answering="Cara",
)
LOST = replace(TAKEN, answered=frozenset({BEN}), sees=False)
COVERED = replace(MINE, answers=frozenset({CARA}), answering="Cara")

REPLY = c.Reply(
    id=ID,
    at=AT,
    conversation_id=TALK,
    outbox_id=ID,
    sender_id=ID,
    body="Yes.",
    seen_version=1,
    not_after=NOW,
)
ONE = c.Targets.one(TALK)
CLOSE = c.Close(id=ID, at=AT, targets=ONE)
TAKE = c.Assign(id=ID, at=AT, targets=ONE, owner_id=BEN)
NOTE = c.AddNote(id=ID, at=AT, conversation_id=TALK, note_id=ID, body="Hm.")
TAG = c.AddTag(id=ID, at=AT, targets=ONE, tag_id=ID, name="a")
READ = c.MarkRead(id=ID, at=AT, conversation_id=TALK, position=1)
SEND = c.ConfirmHeld(id=ID, at=AT, outbox_id=ID, checks=("unseen",), not_after=NOW)

ROWS = [
    # reply | reply
    ("colleague answered", REPLY, replace(MINE, replies=(BY_CARA,)), Way.HOLD),
    # reply | inbound
    ("fresh", REPLY, replace(MINE, inbound_at=NOW), Way.RUN),
    # assign | assign
    ("taken first", TAKE, TAKEN, Way.REFUSE),
    ("given to me meanwhile", TAKE, replace(MINE, moves=(BY_CARA,)), Way.RUN),
    ("given to nobody meanwhile", TAKE, Standing(moves=(BY_CARA,)), Way.RUN),
    # reassigned away | reply, close, note
    ("reply of who lost it", REPLY, LOST, Way.SUGGEST),
    ("reply of who still sees it", REPLY, TAKEN, Way.SUGGEST),
    ("close of who lost it", CLOSE, LOST, Way.REFUSE),
    ("close of what somebody took", CLOSE, TAKEN, Way.REFUSE),
    ("note of who lost it", NOTE, LOST, Way.RUN),
    # close | reply; close | inbound
    ("reply to what was just closed", REPLY, replace(MINE, closed=BY_CARA), Way.RUN),
    ("close of what was not read", CLOSE, replace(MINE, inbound_at=NOW), Way.REFUSE),
    ("close of what a colleague answered", CLOSE, replace(MINE, replies=(BY_CARA,)), Way.RUN),
    # opt-out | send
    ("opted out", REPLY, replace(MINE, opted_out=True), Way.HOLD),
    # tags and read marks
    ("tag of what somebody took", TAG, TAKEN, Way.RUN),
    ("read mark", READ, TAKEN, Way.RUN),
    # cover
    ("reply from before a cover", REPLY, COVERED, Way.SUGGEST),
    ("close from before a cover", CLOSE, COVERED, Way.REFUSE),
    ("cover that goes on", REPLY, replace(TAKEN, answers=frozenset({BEN}), moves=()), Way.RUN),
    ("nobody covers", REPLY, replace(MINE, answers=frozenset(), answering=""), Way.RUN),
    # a decision is one on the thread as it stands
    ("send anyway, unread", SEND, replace(MINE, replies=(BY_CARA,)), Way.REFUSE),
    ("send anyway", SEND, MINE, Way.RUN),
]


@pytest.mark.parametrize(
    ("command", "standing", "way"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_row(command: c.Command, standing: Standing, way: Way) -> None:
    verdict = decide(command, standing, GIVEN)
    assert verdict.way is way
    assert (verdict is RUN) is (way is Way.RUN)
    assert bool(verdict.title) is (way is not Way.RUN)


@pytest.mark.parametrize(
    ("given", "way"),
    [
        (GIVEN, Way.RUN),
        (replace(GIVEN, offline=True), Way.HOLD),
        (replace(GIVEN, at=NOW - timedelta(seconds=61)), Way.HOLD),
    ],
)
def test_what_the_contact_wrote_holds_what_is_old_or_written_offline(
    given: Given, way: Way
) -> None:
    assert decide(REPLY, replace(MINE, inbound_at=NOW), given).way is way


def test_what_was_closed_longer_ago_asks_first() -> None:
    given = replace(GIVEN, at=OLD)
    assert decide(REPLY, replace(MINE, closed=BY_CARA), given).way is Way.HOLD


@pytest.mark.parametrize("command", [TAKE, CLOSE])
def test_a_supervisors_word_counts(command: c.Command) -> None:
    assert decide(command, TAKEN, replace(GIVEN, supervises=True)) is RUN


def test_the_loser_is_told_by_name_and_by_their_own_clock() -> None:
    verdict = decide(TAKE, TAKEN, GIVEN)
    assert (verdict.title, verdict.by) == ("Taken by Cara at 12:59.", "Cara")
    yesterday = replace(TAKEN, moves=(replace(BY_CARA, at=NOW - timedelta(days=1)),))
    assert decide(TAKE, yesterday, GIVEN).title == "Taken by Cara at 13:00 on 29 Nov."


@pytest.mark.parametrize(
    ("before", "now", "wanted", "way"),
    [
        ("A", "A", "B", Way.RUN),  # nobody else
        ("A", "B", "B", Way.RUN),  # of one mind
        ("A", "C", "B", Way.ASK),
    ],
)
def test_an_edit_of_one_field(before: str, now: str, wanted: str, way: Way) -> None:
    assert decide_field(before, now, wanted, what="the name").way is way


WAITS = (
    *["fetch_history", "pause_history", "refresh_templates"],
    *[
        "add_member",
        "bind_program",
        "cancel_absence",
        "change_absence",
        "edit_holding",
    ],
    *[
        "end_absence",
        "end_binding",
        "end_holding",
        "end_membership",
        "fix_substitutes",
        "hand_over",
    ],
    *["hold_sender", "hold_senders", "import_dlt_templates", "import_senders", "plan_absence"],
    *["reassign", "remove_account", "remove_person", "restore_holdings", "resume_binding"],
    *["resume_membership", "retire_team", "revive_absence", "send_notice_again", "set_health"],
    *[
        "settle_brief",
        "suspend_person",
        "switch_back",
        "switch_to_fallback",
        "take_back_dlt_import",
    ],
    *["take_back_hand_over", "take_from_cover", "undo", "unsettle_brief", "waive_finding"],
)


def test_every_command_is_exact_or_waits_for_the_workspace() -> None:
    """A new one has to be thought of (algorithms §2.4)."""
    exact = {kind for kind, cls in KINDS.items() if cls in EXACT | STAYS_HERE}
    assert exact | set(WAITS) == set(KINDS)
    assert not exact & set(WAITS)


def test_what_a_filter_means_only_the_workspace_knows() -> None:
    assert runs_here(CLOSE)
    assert not runs_here(replace(CLOSE, targets=c.Targets(matching=InboxFilter())))
    assert runs_here(c.Undo(id=ID, at=AT, command_id=ID), c.Close)
    assert not runs_here(c.Undo(id=ID, at=AT, command_id=ID), c.Reassign)
    assert not runs_here(c.Undo(id=ID, at=AT, command_id=ID))
