"""Commands: what each does, what undo takes back, and who may (R5, R10, R48, R49, R52, R61, R62)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import commands as c
from sms_desk.domain.command_codec import KINDS, decode, encode, kind_of
from sms_desk.domain.commands import Targets
from sms_desk.domain.errors import NotFoundError, RefusedError, UsageError
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    DraftMode,
    HolderKind,
    Origin,
    OutboxState,
    ProgramKind,
    SenderKind,
    SourceKind,
    TeamState,
)
from sms_desk.services import directory, inbox, programs, senders, threads
from sms_desk.services.desk import Desk
from sms_desk.services.handlers import HANDLERS
from sms_desk.services.rows import InboxRow, ItemKind
from sms_desk.store import outbox
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import NOON, Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


@pytest.fixture
def talk(office: Office) -> UUID:
    conversation = office.conversation(office.own, "+12025550171", office.ben)
    office.message(conversation, "Is it open?")
    office.later(minutes=1)
    return conversation


def row_of(office: Office, conversation: UUID) -> InboxRow:
    return office.desk(office.ann).read(inbox.rows, [conversation])[0]


def test_every_command_has_a_handler() -> None:
    assert set(KINDS.values()) - {c.Undo} == set(HANDLERS)


# --- team state -----------------------------------------------------------------------------------


def test_close_and_undo_are_entries_of_their_own(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    done = ben.change(c.Close(**ben.stamp(), targets=Targets.one(talk)))
    assert done.label == "Closed 1 conversation"
    assert row_of(office, talk).team_state is TeamState.CLOSED
    assert row_of(office, talk).waiting_since is None

    office.later(seconds=5)
    assert done.undo is not None
    ben.undo(done.undo.command_id)
    row = row_of(office, talk)
    assert (row.team_state, row.waiting_since) == (TeamState.OPEN, NOON)
    kinds = [item.event for item in ben.read(threads.page, talk).items if item.event]
    assert kinds == ["closed", "reopened"]
    with pytest.raises(RefusedError, match="undone already"):
        ben.undo(done.command_id)


def test_undo_leaves_alone_what_somebody_moved_since(office: Office, talk: UUID) -> None:
    other = office.conversation(office.own, "+12025550172", office.ben)
    office.message(other, "Me too")
    ben, ann = office.desk(office.ben), office.desk(office.ann)
    done = ben.change(c.Close(**ben.stamp(), targets=Targets((talk, other))))
    office.later(minutes=1)
    until = office.now + timedelta(days=1)
    ann.change(c.Snooze(**ann.stamp(), targets=Targets.one(other), until=until))
    assert ben.undo(done.command_id).count == 1
    assert row_of(office, talk).team_state is TeamState.OPEN
    assert row_of(office, other).team_state is TeamState.SNOOZED


def test_undo_of_what_was_all_changed_again_is_refused(office: Office, talk: UUID) -> None:
    ben, ann = office.desk(office.ben), office.desk(office.ann)
    done = ben.change(c.Assign(**ben.stamp(), targets=Targets.one(talk), owner_id=office.cara))
    ann.change(c.Assign(**ann.stamp(), targets=Targets.one(talk), owner_id=office.ann))
    with pytest.raises(RefusedError, match="changed again"):
        ben.undo(done.command_id)


def test_r52_a_snooze_wakes_at_its_time_once(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    until = office.now + timedelta(hours=2)
    ben.change(c.Snooze(**ben.stamp(), targets=Targets.one(talk), until=until))
    assert row_of(office, talk).snoozed_until == until
    office.later(hours=1)
    assert not ben.wake_due()
    office.later(hours=1)
    assert ben.wake_due()
    assert row_of(office, talk).team_state is TeamState.OPEN
    assert not ben.wake_due()


def test_a_snooze_into_the_past_is_refused(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    with pytest.raises(UsageError, match="future"):
        ben.change(c.Snooze(**ben.stamp(), targets=Targets.one(talk), until=office.now))


def test_r50_bulk_reaches_everything_that_matches_not_the_loaded_page(office: Office) -> None:
    for n in range(120):
        conversation = office.conversation(office.own, f"+1202555{n:04d}", office.ben)
        office.message(conversation, "Hi")
    ben = office.desk(office.ben)
    done = ben.change(
        c.Close(**ben.stamp(), targets=Targets(matching=InboxFilter(scope=Scope.MINE)))
    )
    assert done.count == 120
    assert ben.read(inbox.count, InboxFilter(scope=Scope.MINE)) == 0
    assert ben.undo(done.command_id).count == 120
    assert ben.read(inbox.count, InboxFilter(scope=Scope.MINE)) == 120


def test_gc1_a_repeated_command_changes_nothing(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    close = c.Close(**ben.stamp(), targets=Targets.one(talk))
    ben.change(close)
    ben.change(c.Reopen(**ben.stamp(), targets=Targets.one(talk)))
    assert ben.change(close).repeated
    assert row_of(office, talk).team_state is TeamState.OPEN


def test_a_change_of_several_commands_is_all_or_nothing(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    with pytest.raises(NotFoundError):
        ben.change(
            c.Close(**ben.stamp(), targets=Targets.one(talk)),
            c.Close(**ben.stamp(), targets=Targets.one(new_id())),
        )
    assert row_of(office, talk).team_state is TeamState.OPEN


def test_assigning_to_a_stranger_is_refused(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    with pytest.raises(NotFoundError, match="no such person"):
        ben.change(c.Assign(**ben.stamp(), targets=Targets.one(talk), owner_id=new_id()))


# --- my state -------------------------------------------------------------------------------------


def test_r48_read_is_per_person_and_moves_forward_only(office: Office, talk: UUID) -> None:
    later = office.message(talk, "Hello?")
    ben, ann = office.desk(office.ben), office.desk(office.ann)
    ben.change(c.MarkRead(**ben.stamp(), conversation_id=talk, position=later))
    ben.change(c.MarkRead(**ben.stamp(), conversation_id=talk, position=1))
    assert ben.read(inbox.rows, [talk])[0].unread == 0
    assert ann.read(inbox.rows, [talk])[0].unread == 2


def test_r48_notes_tags_and_assignments_make_nothing_unread(office: Office, talk: UUID) -> None:
    ben, ann = office.desk(office.ben), office.desk(office.ann)
    last = ben.read(inbox.rows, [talk])[0].last_position
    ben.change(c.MarkRead(**ben.stamp(), conversation_id=talk, position=last))
    one = Targets.one(talk)
    ann.change(
        c.AddNote(**ann.stamp(), conversation_id=talk, note_id=new_id(), body="Call him"),
        c.AddTag(**ann.stamp(), targets=one, tag_id=new_id(), name="coats"),
        c.Assign(**ann.stamp(), targets=one, owner_id=office.cara),
        c.Assign(**ann.stamp(), targets=one, owner_id=office.ben),
    )
    assert ben.read(inbox.rows, [talk])[0].unread == 0


def test_mark_unread_and_undo(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    last = ben.read(inbox.rows, [talk])[0].last_position
    ben.change(c.MarkRead(**ben.stamp(), conversation_id=talk, position=last))
    done = ben.change(c.MarkUnread(**ben.stamp(), targets=Targets.one(talk)))
    assert ben.read(inbox.rows, [talk])[0].unread == 1
    ben.undo(done.command_id)
    assert ben.read(inbox.rows, [talk])[0].unread == 0


def test_r10_drafts_are_kept_per_person_and_mode(office: Office, talk: UUID) -> None:
    ben, ann = office.desk(office.ben), office.desk(office.ann)
    for mode, body in ((DraftMode.REPLY, "Yes, "), (DraftMode.NOTE, "he is")):
        ben.change(c.SaveDraft(**ben.stamp(), conversation_id=talk, mode=mode, body=body))
    assert ben.read(threads.detail, talk).drafts == {
        DraftMode.REPLY: "Yes, ",
        DraftMode.NOTE: "he is",
    }
    assert ann.read(threads.detail, talk).drafts == {}
    ben.change(c.SaveDraft(**ben.stamp(), conversation_id=talk, mode=DraftMode.REPLY, body=""))
    assert ben.read(threads.detail, talk).drafts == {DraftMode.NOTE: "he is"}


# --- writing --------------------------------------------------------------------------------------


def reply(office: Office, talk: UUID, body: str, sender: UUID | None = None) -> c.Reply:
    ben = office.desk(office.ben)
    return c.Reply(
        **ben.stamp(),
        conversation_id=talk,
        outbox_id=new_id(),
        sender_id=sender or office.own,
        body=body,
        seen_version=ben.read(threads.detail, talk).version,
        not_after=office.now + timedelta(minutes=30),
    )


def test_a_reply_waits_last_in_the_thread_and_takes_the_draft(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    ben.change(c.SaveDraft(**ben.stamp(), conversation_id=talk, mode=DraftMode.REPLY, body="Ye"))
    ben.change(reply(office, talk, "Yes"), reply(office, talk, "Until six"))
    page = ben.read(threads.page, talk)
    assert [item.body for item in page.items] == ["Is it open?", "Yes", "Until six"]
    assert [item.kind for item in page.items[1:]] == [ItemKind.PENDING] * 2
    assert ben.read(threads.detail, talk).drafts == {}
    assert [row.body for row in ben.read(directory.outbox_rows)] == ["Until six", "Yes"]


def test_a_queued_reply_can_be_undone(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    done = ben.change(reply(office, talk, "Oops"))
    ben.undo(done.command_id)
    assert [item.body for item in ben.read(threads.page, talk).items] == ["Is it open?"]


def test_r1_another_sender_id_is_another_conversation(office: Office, talk: UUID) -> None:
    with pytest.raises(RefusedError, match="another conversation"):
        office.desk(office.ben).change(reply(office, talk, "Hi", office.shared))


@pytest.mark.parametrize("body", ["", "  \n\t"])
def test_an_empty_reply_is_refused(office: Office, talk: UUID, body: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        office.desk(office.ben).change(reply(office, talk, body))


def test_r34_a_reply_that_no_provider_takes_is_refused(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    with pytest.raises(UsageError, match=r"too long by 1,234 characters"):
        ben.change(reply(office, talk, "x" * 2_834))
    assert ben.read(directory.outbox_rows) == ()
    ben.change(reply(office, talk, "x" * 1_600))


def start(office: Office, sender: UUID, to: str, name: str = "") -> c.StartConversation:
    return c.StartConversation(
        **office.desk(office.ben).stamp(),
        conversation_id=new_id(),
        contact_id=new_id(),
        sender_id=sender,
        channel=Channel.SMS,
        peer_raw=to,
        contact_name=name,
    )


def test_r62_an_existing_conversation_is_reused(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    done = ben.change(start(office, office.own, "+12025550171", "Mira Anand"))
    (changed,) = [ids for thing, ids in done.changes.touched.items() if thing == "conversation"]
    assert changed == {talk}
    assert row_of(office, talk).contact_name == "Mira Anand"


def test_r62_a_new_conversation_is_listed_first_and_owned_by_who_began_it(
    office: Office, talk: UUID
) -> None:
    ben = office.desk(office.ben)
    command = start(office, office.own, "+12025550199")
    ben.change(command)
    first = ben.read(inbox.page, InboxFilter(scope=Scope.MINE)).rows[0]
    assert (first.id, first.owner_id) == (command.conversation_id, office.ben)


@pytest.mark.parametrize("to", ["22000", "TWILIO", "", "+1"])
def test_r53_an_unanswerable_address_starts_nothing(office: Office, to: str) -> None:
    with pytest.raises(UsageError):
        office.desk(office.ben).change(start(office, office.own, to))


def test_r12_a_rep_starts_nothing_from_a_number_held_by_others(office: Office) -> None:
    with pytest.raises(RefusedError, match="do not hold"):
        office.desk(office.ben).change(start(office, office.unheld, "+12025550171"))


# --- sources --------------------------------------------------------------------------------------


def test_r5_a_campaign_reply_taken_over_is_direct_from_that_campaign(
    office: Office, talk: UUID
) -> None:
    autumn = office.program("Autumn offer")
    ben, ann = office.desk(office.ben), office.desk(office.ann)
    ann.change(c.RebindSource(**ann.stamp(), conversation_id=talk, program_id=autumn))
    assert row_of(office, talk).source.kind is SourceKind.CAMPAIGN
    done = ben.change(c.TakeOver(**ben.stamp(), conversation_id=talk))
    source = row_of(office, talk).source
    assert (source.kind, source.from_program_id) == (SourceKind.DIRECT, autumn)
    ben.undo(done.command_id)
    assert row_of(office, talk).source.program_id == autumn


def test_r61_one_sender_id_serves_one_program(office: Office) -> None:
    ann = office.desk(office.ann)
    first, second = office.program("Autumn"), office.program("Alerts", ProgramKind.SERVICE)

    def bind(program: UUID) -> c.BindProgram:
        return c.BindProgram(
            **ann.stamp(),
            binding_id=new_id(),
            program_id=program,
            kind=BindingKind.SENDER,
            sender_id=office.unheld,
        )

    done = ann.change(bind(first))
    with pytest.raises(RefusedError, match="dedicated to Autumn"):
        ann.change(bind(second))
    ann.undo(done.command_id)
    ann.change(bind(second))
    shown = {row.name: row.bindings for row in ann.read(programs.listing)}
    assert [binding.target for binding in shown["Alerts"]] == ["+12025550103"]


def test_r32_undo_passes_by_messages_that_were_handed_over(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    closed = ben.change(c.Close(**ben.stamp(), targets=Targets.one(talk)))
    office.later(seconds=1)
    sent = ben.change(reply(office, talk, "Yes"))
    assert ben.read(directory.undo_offer) == sent.undo
    with office.workspace.write() as tx:
        for state in (OutboxState.CLAIMED, OutboxState.SENDING, OutboxState.IN_DOUBT):
            (entry,) = [outbox.find(tx, row["id"]) for row in outbox.listing(tx)]
            assert entry is not None
            outbox.set_state(tx, entry, state, at=office.now)
    offer = ben.read(directory.undo_offer)
    assert offer is not None
    assert offer.command_id == closed.command_id
    with pytest.raises(RefusedError, match="handed over"):
        ben.undo(sent.command_id)


def test_r19_who_is_given_a_number_owns_what_waited_there(office: Office) -> None:
    waiting = office.conversation(office.unheld, "+12025550171")
    office.message(waiting, "Anybody there?")
    ann = office.desk(office.ann)
    hold = c.HoldSender(
        **ann.stamp(),
        holding_id=new_id(),
        sender_id=office.unheld,
        holder_kind=HolderKind.PERSON,
        holder_id=office.ben,
    )
    done = ann.change(hold)
    assert row_of(office, waiting).owner_id == office.ben
    events = [item.event for item in ann.read(threads.page, waiting).items if item.event]
    assert events == ["routed"]
    office.later(seconds=1)
    ann.undo(done.command_id)
    assert row_of(office, waiting).owner_id is None


# --- directory ------------------------------------------------------------------------------------


def test_only_an_admin_changes_the_directory(office: Office) -> None:
    ben = office.desk(office.ben)
    with pytest.raises(RefusedError, match="Only an admin"):
        ben.change(c.RetireSender(**ben.stamp(), sender_id=office.own))


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("12345", SenderKind.LONG_CODE),
        ("+12025550104", SenderKind.SHORT_CODE),
        ("TWELVELETTER", SenderKind.ALPHANUMERIC),
        ("+1", SenderKind.LONG_CODE),
    ],
)
def test_a_sender_id_fits_its_kind(office: Office, address: str, kind: SenderKind) -> None:
    ann = office.desk(office.ann)
    with pytest.raises(UsageError, match="is not a"):
        ann.change(
            c.AddSender(
                **ann.stamp(),
                sender_id=new_id(),
                channel=Channel.SMS,
                address=address,
                kind=kind,
            )
        )


def test_r16_the_composer_proposes_and_says_why(office: Office, talk: UUID) -> None:
    ben = office.desk(office.ben)
    choices = ben.read(senders.choices_for_reply, talk)
    assert choices[0].proposed
    assert choices[0].reason == "the number of this conversation"
    by_address = {choice.sender.address: choice for choice in choices}
    assert by_address["+12025550102"].allowed
    assert not by_address["+12025550103"].allowed
    new = ben.read(senders.choices_for_new, Channel.SMS)
    assert (new[0].sender.id, new[0].proposed, new[0].reason) == (
        office.own,
        True,
        "your own number",
    )


def test_views_are_saved_shared_and_taken_back(office: Office) -> None:
    ben, cara = office.desk(office.ben), office.desk(office.cara)
    wanted = InboxFilter(scope=Scope.SHARED, waiting=True, state=None)
    view = new_id()
    ben.change(c.SaveView(**ben.stamp(), view_id=view, name="Waiting", filter=wanted))
    assert [found.name for found in ben.read(inbox.saved_views)] == ["Waiting"]
    assert cara.read(inbox.saved_views) == ()
    shared = ben.change(
        c.SaveView(
            **ben.stamp(),
            view_id=view,
            name="All waiting",
            filter=wanted,
            shared_with=(office.cara,),
        )
    )
    assert [found.filter for found in cara.read(inbox.saved_views)] == [wanted]
    with pytest.raises(RefusedError, match="somebody else"):
        cara.change(c.DeleteView(**cara.stamp(), view_id=view))
    ben.undo(shared.command_id)
    assert cara.read(inbox.saved_views) == ()


def test_r2_the_timeline_of_a_contact_merges_conversations(office: Office, talk: UUID) -> None:
    other = office.conversation(office.whatsapp, "+12025550171", office.ben)
    office.message(other, "On WhatsApp now", at=office.later(minutes=1))
    contact = row_of(office, talk).contact_id
    ben = office.desk(office.ben)
    items = ben.read(threads.timeline, contact).items
    assert [(item.body, item.channel) for item in items] == [
        ("Is it open?", Channel.SMS),
        ("On WhatsApp now", Channel.WHATSAPP),
    ]
    assert [found.id for found in ben.read(threads.detail, talk).others] == [other]


def test_threads_page_up_and_down_without_gap(office: Office, talk: UUID) -> None:
    for n in range(50):
        office.message(talk, f"n{n}", Origin.PERSON if n % 3 else Origin.CONTACT, at=office.now)
        if n % 4 == 0:
            office.later(seconds=1)
    ben = office.desk(office.ben)
    everything = ben.read(threads.page, talk, limit=500).items
    walked: list[object] = []
    before = None
    while True:
        page = ben.read(threads.page, talk, before=before, limit=7)
        walked = [item.id for item in page.items] + walked
        before = page.older
        if before is None:
            break
    assert walked == [item.id for item in everything]
    for n in (0, 1, 25, 49):
        for limit in (1, 2, 10, 99, 500):
            around = ben.read(threads.page, talk, around=everything[n].position, limit=limit)
            first = max(0, n - limit // 2)
            last = min(len(everything), first + limit)
            assert around.items == everything[first:last]
            assert (around.older is None, around.newer is None) == (
                first == 0,
                last == len(everything),
            )


# --- JSON form ------------------------------------------------------------------------------------

INSTANTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 (hypothesis wants naive bounds)
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
TARGETS = st.builds(
    Targets,
    ids=st.lists(st.uuids(), max_size=3).map(tuple),
    matching=st.none()
    | st.builds(InboxFilter, tag_id=st.none() | st.uuids(), unread=st.booleans()),
)
COMMANDS = st.one_of(
    *(
        st.builds(kind, id=st.uuids(), at=INSTANTS)
        for kind in KINDS.values()
        if kind not in (c.ChangeSetting,)
    )
)
st.register_type_strategy(datetime, INSTANTS)
st.register_type_strategy(Targets, TARGETS)


@given(command=COMMANDS)
def test_a_command_survives_its_json_form(command: c.Command) -> None:
    import json

    text = json.dumps(encode(command))
    assert decode(kind_of(command), command.id, command.at, json.loads(text)) == command


# --- templates ------------------------------------------------------------------------------------


def saved(desk: Desk, keyword: str) -> str:
    """The keyword that a template has when it was saved with this one."""
    id_ = new_id()
    desk.change(
        c.SaveTemplate(
            **desk.stamp(), template_id=id_, name="A", keyword=keyword, channel=None, body="b"
        )
    )
    return next(row.keyword for row in desk.read(directory.all_templates) if row.id == id_)


@pytest.mark.parametrize(
    ("typed", "kept"), [("", ""), (" ", ""), (" /Hours ", "hours"), ("Straße", "strasse")]
)
def test_r36_a_keyword_is_kept_as_it_is_called(office: Office, typed: str, kept: str) -> None:
    assert saved(office.desk(office.ann), typed) == kept


@pytest.mark.parametrize("typed", ["good morning", "hi!", "a" * 33, "/"])
def test_r36_a_keyword_that_nothing_could_call_is_refused(office: Office, typed: str) -> None:
    with pytest.raises(UsageError, match="keyword"):
        saved(office.desk(office.ann), typed)
