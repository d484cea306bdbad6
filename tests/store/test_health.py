"""Health of sender IDs: figures, a person's word, and going on from the fallback (R2, R11, R17)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import (
    Channel,
    Health,
    Origin,
    OutboxState,
    Role,
    SenderDirection,
    SourceKind,
    TeamState,
)
from sms_desk.services import health, inbox, scheduled, threads
from sms_desk.services.rows import InboxRow
from sms_desk.store import fallbacks, opt_outs, outbox, people, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.sync.health import EVERY, HealthWatch
from tests.store.office import Office

_M = tables.messages.c


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def sent(office: Office, talk: UUID, status: str, code: str = "", n: int = 1) -> None:
    for _ in range(n):
        position = office.message(talk, "Hello", Origin.PERSON)
        with office.workspace.write() as tx:
            tx.execute(
                sa.update(tables.messages)
                .where(_M.position == position)
                .values(status=status, error_code=code or None)
            )


def state(office: Office, sender: UUID) -> tuple[Health, str]:
    row = office.desk(office.ann).read(health.row, sender)
    return row.health, row.reason


# --- figures --------------------------------------------------------------------------------------


def test_figures_of_the_last_days_per_sender_id(office: Office) -> None:
    """R2, R17: what is older, and what the same number did on the other channel, is not in them."""
    old = office.conversation(office.own, "+12025550170", office.ben)
    office.now -= timedelta(days=8)
    sent(office, old, "failed", "30003", 5)
    office.later(days=8)
    talk = office.conversation(office.own, "+12025550171", office.ben)
    sent(office, talk, "delivered", n=6)
    sent(office, talk, "failed", "30007", 2)
    sent(office, talk, "failed", "30003", 1)
    sent(office, talk, "sent", n=3)
    other = office.conversation(office.whatsapp, "+12025550171", office.ben)
    sent(office, other, "read", n=2)
    row = office.desk(office.ann).read(health.row, office.own)
    assert (row.sent, row.delivered, row.failed, row.pending) == (12, 6, 3, 3)
    assert row.delivery_percent == pytest.approx(100 * 6 / 9)
    assert (row.filtered, row.contacts) == (2, 1)
    assert [(code.code, code.n) for code in row.codes] == [("30007", 2), ("30003", 1)]
    assert row.codes[0].title.startswith("The message was filtered")
    assert office.desk(office.ann).read(health.row, office.whatsapp).delivered == 2


def test_the_figures_turn_it_and_turn_it_back(office: Office) -> None:
    """R17: thresholds turn health to degraded or blocked; the history says why."""
    watch = HealthWatch(office.workspace)
    talk = office.conversation(office.own, "+12025550171", office.ben)
    sent(office, talk, "delivered", n=26)
    sent(office, talk, "failed", "30008", 4)
    assert watch.run(office.now)
    assert state(office, office.own) == (
        Health.DEGRADED,
        "87 % of 30 messages arrived (last 7 days)",
    )
    assert not watch.run(office.later(minutes=1)), "not at every cycle"
    sent(office, talk, "failed", "30008", 30)
    assert watch.run(office.later(seconds=EVERY.total_seconds()))
    assert state(office, office.own)[0] is Health.BLOCKED
    office.later(days=8)
    assert watch.run(office.now)
    assert state(office, office.own) == (Health.OK, "")
    history = office.desk(office.ann).read(health.history, office.own)
    assert [(one.before, one.after, one.by) for one in history] == [
        (Health.BLOCKED, Health.OK, ""),
        (Health.DEGRADED, Health.BLOCKED, ""),
        (Health.OK, Health.DEGRADED, ""),
    ]


def test_a_persons_word_stands_above_the_figures(office: Office) -> None:
    """R17."""
    ann = office.desk(office.ann)
    done = ann.change(
        c.SetHealth(
            **ann.stamp(),
            sender_id=office.own,
            health=Health.BLOCKED,
            reason="The carrier  called",
        )
    )
    assert state(office, office.own) == (Health.BLOCKED, "The carrier called")
    assert not HealthWatch(office.workspace).run(office.now)
    assert ann.read(health.row, office.own).by == "Ann"
    ann.undo(done.command_id)
    assert ann.read(health.row, office.own).by == ""
    assert state(office, office.own) == (Health.OK, "")
    ben = office.desk(office.ben)
    with pytest.raises(RefusedError, match="supervisor"):
        ben.change(c.SetHealth(**ben.stamp(), sender_id=office.own, health=Health.OK))


# --- the fallback ---------------------------------------------------------------------------------


@pytest.fixture
def blocked(office: Office) -> Office:
    """Ben's own number is blocked; the shared one is its fallback."""
    ann = office.desk(office.ann)
    ann.change(c.SetHealth(**ann.stamp(), sender_id=office.own, health=Health.BLOCKED))
    name(office, office.own, office.shared)
    return office


def name(office: Office, sender: UUID, fallback: UUID) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.sender_ids)
            .where(tables.sender_ids.c.id == sender)
            .values(fallback_id=fallback)
        )


def switch(office: Office, person: UUID | None = None) -> UUID:
    desk = office.desk(person or office.ann)
    return desk.change(c.SwitchToFallback(**desk.stamp(), sender_id=office.own)).command_id


def one(office: Office, conversation: UUID) -> InboxRow:
    return office.desk(office.ann).read(inbox.rows, [conversation])[0]


def continued(office: Office, old: UUID) -> UUID:
    with office.workspace.read() as tx:
        found = fallbacks.continued_in(tx, old)
    assert found is not None
    return found


def test_the_preview_counts_and_changes_nothing(blocked: Office) -> None:
    """R17."""
    talk = blocked.conversation(blocked.own, "+12025550171", blocked.ben)
    blocked.message(talk, "Is it open?")
    quiet = blocked.conversation(blocked.own, "+12025550172", blocked.ben)
    blocked.message(quiet, "Thanks")
    blocked.message(quiet, "You are welcome", Origin.PERSON, at=blocked.later(minutes=1))
    queue(blocked, talk, "At nine")
    found = blocked.desk(blocked.ann).read(health.preview, blocked.own)
    assert (found.conversations, found.waiting, found.held, found.problem) == (2, 1, 1, "")
    assert blocked.desk(blocked.ann).read(health.preview, blocked.own) == found


def queue(office: Office, talk: UUID, body: str) -> UUID:
    desk = office.desk(office.ben)
    stamp, outbox_id = desk.stamp(), new_id()
    desk.change(
        c.Reply(
            **stamp,
            conversation_id=talk,
            outbox_id=outbox_id,
            sender_id=office.own,
            body=body,
            seen_version=desk.read(threads.detail, talk).version,
            not_after=stamp["at"] + timedelta(minutes=30),
        )
    )
    return outbox_id


def test_conversations_go_on_with_all_that_belongs_to_them(blocked: Office) -> None:
    """R17: owner, tags, source and opt-out; the thread shows both; one that waits stays open."""
    talk = blocked.conversation(blocked.own, "+12025550171", blocked.ben)
    blocked.message(talk, "Is it open?")
    ben = blocked.desk(blocked.ben)
    ben.change(c.AddTag(**ben.stamp(), targets=c.Targets.one(talk), tag_id=new_id(), name="coats"))
    sale = blocked.program("Spring sale")
    with blocked.workspace.write() as tx:
        tx.execute(
            sa.update(tables.conversations)
            .where(tables.conversations.c.id == talk)
            .values(
                source_kind=SourceKind.CAMPAIGN,
                source_program_id=sale,
                source_reason="recent_send",
            )
        )
    switch(blocked)
    new = one(blocked, continued(blocked, talk))
    assert (new.sender_id, new.owner_id, new.tags) == (blocked.shared, blocked.ben, ("coats",))
    assert (new.source.kind, new.source.program_id) == (SourceKind.CAMPAIGN, sale)
    assert new.contact_id == one(blocked, talk).contact_id
    assert one(blocked, talk).team_state is TeamState.OPEN, "somebody waits there"
    here = [item.event for item in ben.read(threads.page, new.id).items]
    there = [item.event for item in ben.read(threads.page, talk).items]
    assert ("started" in here, "continued" in there) == (True, True)


def test_who_opted_out_stays_so(blocked: Office) -> None:
    """R17, R39."""
    talk = blocked.conversation(blocked.own, "+12025550171", blocked.ben)
    blocked.message(talk, "STOP")
    with blocked.workspace.write() as tx:
        scope = opt_outs.scope_of(tx, blocked.own)
        opt_outs.record_refusal(tx, Channel.SMS, "+12025550171", scope, at=blocked.now)
    assert blocked.desk(blocked.ann).read(health.preview, blocked.own).opted_out == 1
    switch(blocked)
    detail = blocked.desk(blocked.ann).read(threads.detail, continued(blocked, talk))
    assert detail.opted_out_scope == "sender"
    with blocked.workspace.write() as tx:
        opt_outs.relearn(tx, Channel.SMS, "+12025550171", opt_outs.scope_of(tx, blocked.shared))
    detail = blocked.desk(blocked.ann).read(threads.detail, detail.row.id)
    assert detail.opted_out_scope == "sender", "whatever is learnt anew"


def test_what_is_held_or_scheduled_moves_along_once(blocked: Office) -> None:
    """R17, GS1, GS2."""
    talk = blocked.conversation(blocked.own, "+12025550171", blocked.ben)
    blocked.message(talk, "Is it open?")
    held = queue(blocked, talk, "At nine")
    ben = blocked.desk(blocked.ben)
    ben.change(
        c.Schedule(
            **ben.stamp(),
            scheduled_id=new_id(),
            conversation_id=talk,
            sender_id=blocked.own,
            body="Still nine",
            due_at=blocked.now + timedelta(days=1),
            zone="Europe/Berlin",
            seen_version=1,
        )
    )
    command = switch(blocked)
    new = continued(blocked, talk)
    with blocked.workspace.read() as tx:
        assert outbox.get(tx, held).state is OutboxState.WITHDRAWN
        moved = [row for row in outbox.listing(tx) if row["conversation_id"] == new]
    assert [(row["body"], row["sender_id"], row["state"]) for row in moved] == [
        ("At nine", blocked.shared, OutboxState.QUEUED)
    ]
    (later,) = ben.read(scheduled.of_conversation, new)
    assert later.sender_id == blocked.shared
    blocked.desk(blocked.ann).undo(command)
    (later,) = ben.read(scheduled.of_conversation, talk)
    assert later.sender_id == blocked.own
    with blocked.workspace.read() as tx:
        waiting = [row["conversation_id"] for row in outbox.listing(tx)]
    assert waiting == [talk]


def test_quiet_ones_close_and_undo_opens_them(blocked: Office) -> None:
    quiet = blocked.conversation(blocked.own, "+12025550172", blocked.ben)
    blocked.message(quiet, "Thanks")
    blocked.message(quiet, "You are welcome", Origin.PERSON, at=blocked.later(minutes=1))
    command = switch(blocked)
    new = continued(blocked, quiet)
    assert one(blocked, quiet).team_state is TeamState.CLOSED
    assert one(blocked, new).team_state is TeamState.OPEN
    blocked.desk(blocked.ann).undo(command)
    assert one(blocked, quiet).team_state is TeamState.OPEN
    assert one(blocked, new).team_state is TeamState.CLOSED


def test_an_answer_from_the_fallback_closes_the_old_one(blocked: Office) -> None:
    talk = blocked.conversation(blocked.own, "+12025550171", blocked.ben)
    blocked.message(talk, "Is it open?")
    switch(blocked)
    with blocked.workspace.write() as tx:
        fallbacks.close_answered(tx, continued(blocked, talk), blocked.later(minutes=1))
    row = one(blocked, talk)
    assert (row.team_state, row.waiting_since) == (TeamState.CLOSED, None)


def test_the_other_channel_stays_as_it_is(blocked: Office) -> None:
    """R17."""
    talk = blocked.conversation(blocked.whatsapp, "+12025550171", blocked.ben)
    blocked.message(talk, "Hello")
    switch(blocked)
    with blocked.workspace.read() as tx:
        assert fallbacks.continued_in(tx, talk) is None
    assert one(blocked, talk).team_state is TeamState.OPEN


def test_a_conversation_that_is_there_already_keeps_its_own(blocked: Office) -> None:
    """R1, R17: one for ever; its owner and source stay, and there and back makes no ring."""
    talk = blocked.conversation(blocked.own, "+12025550171", blocked.ben)
    blocked.message(talk, "Is it open?")
    there = blocked.conversation(blocked.shared, "+12025550171", blocked.cara)
    blocked.message(there, "Another question")
    switch(blocked)
    assert continued(blocked, talk) == there
    assert one(blocked, there).owner_id == blocked.cara
    ann = blocked.desk(blocked.ann)
    ann.change(c.SetHealth(**ann.stamp(), sender_id=blocked.own, health=None))
    ann.change(c.SetHealth(**ann.stamp(), sender_id=blocked.shared, health=Health.BLOCKED))
    name(blocked, blocked.shared, blocked.own)
    ann.change(c.SwitchToFallback(**ann.stamp(), sender_id=blocked.shared))
    with blocked.workspace.read() as tx:
        assert fallbacks.continues(tx, talk) is None
        assert fallbacks.continues(tx, there) == talk


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"health": Health.BLOCKED}, "blocked itself"),
        ({"direction": SenderDirection.OUTGOING}, "does not both send and receive"),
        ({"retired_at": True}, "is retired"),
        ({"channel": Channel.WHATSAPP}, "another channel"),
    ],
)
def test_a_fallback_that_will_not_do_says_why(
    blocked: Office, values: dict[str, object], words: str
) -> None:
    if values.get("retired_at"):
        values = {"retired_at": blocked.now}
    with blocked.workspace.write() as tx:
        tx.execute(
            sa.update(tables.sender_ids)
            .where(tables.sender_ids.c.id == blocked.shared)
            .values(values)
        )
    assert words in blocked.desk(blocked.ann).read(health.preview, blocked.own).problem
    with pytest.raises(RefusedError, match=words):
        switch(blocked)


def test_reps_do_not_switch(blocked: Office) -> None:
    with pytest.raises(RefusedError, match="supervisor"):
        switch(blocked, blocked.ben)
    with blocked.workspace.write() as tx:
        sue = new_id()
        people.insert(
            tx, id_=sue, name="Sue", role=Role.SUPERVISOR, zone="Europe/Berlin", at=blocked.now
        )
    switch(blocked, sue)
