"""Who is told of what, and letters sent once, with a real workspace (R20, R21, R22, R25, R55, R56)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain import value_codec
from sms_desk.domain.absences import Cover, Part, Share
from sms_desk.domain.errors import NotFoundError, RefusedError, UsageError
from sms_desk.domain.model import HolderKind, Role
from sms_desk.domain.notices import KEPT, QUIET, SHOWN_WITHIN, Kind, State, Way
from sms_desk.notify.email import Letter, MailServer, Outcome, Result
from sms_desk.services import holdings
from sms_desk.services import notices as service
from sms_desk.services.executor import Done
from sms_desk.services.notice_words import why
from sms_desk.services.telling import Teller, Written
from sms_desk.store import my_states, notices, people, settings, tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.sync.mail import Mailer
from tests.fixtures.desk import Desk, desk_at, open_workspace
from tests.fixtures.fake_provider import CUSTOMER
from tests.store.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = open_workspace(tmp_path / "w.db")
    yield Office(made)
    made.close()


def rows(workspace: Workspace, **wanted: Any) -> list[dict[str, Any]]:
    with workspace.read() as tx:
        query = sa.select(tables.notices).order_by(tables.notices.c.made_at, tables.notices.c.id)
        found = [dict(row) for row in tx.execute(query).mappings()]
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def told(workspace: Workspace, **wanted: Any) -> list[tuple[UUID, str, str, str]]:
    return [
        (row["person_id"], row["way"], row["state"], row["trail"]["because"])
        for row in rows(workspace, **wanted)
    ]


def teller(tx: Tx, office: Office) -> Teller:
    return Teller(tx, people.directory(tx), office.now)


def arrives(office: Office, sender: UUID, owner: UUID | None, peer: str = "+12025550199") -> UUID:
    """A contact writes, as the intake tells of it."""
    conversation = office.conversation(sender, peer, owner)
    office.message(conversation, "Is it in stock?")
    with office.workspace.write() as tx:
        newest = tx.execute(
            sa.select(tables.messages.c.id)
            .where(tables.messages.c.conversation_id == conversation)
            .order_by(tables.messages.c.position.desc())
            .limit(1)
        ).scalar_one()
        one = Written(newest, conversation, sender, owner, office.now)
        teller(tx, office).wrote(tx, [one], live=True, provider_now=office.now)
    return conversation


def chooses(office: Office, name: str, value: Any, person: UUID | None = None) -> None:
    with office.workspace.write() as tx:
        settings.write(tx, name, value, office.now, person)


def away(
    office: Office, who: UUID, cover: UUID | None, *, until: float = 24, **parts: UUID
) -> UUID:
    """Away from now for so many hours; cover takes the conversations, old and new."""
    named = {Part.CONVERSATIONS: cover, Part.INBOUND: cover} if cover else {}
    named |= {Part(part): one for part, one in parts.items()}
    covers = [Cover(part, shares=(Share(one),)) for part, one in named.items() if one]
    id_ = new_id()
    with office.workspace.write() as tx:
        tx.execute(
            sa.insert(tables.absences).values(
                id=id_,
                person_id=who,
                since=office.now,
                until=office.now + timedelta(hours=until),
                zone="UTC",
                covers=[value_codec.encode(one) for one in covers],
                created_by=office.ann,
                created_at=office.now,
            )
        )
    return id_


def with_email(office: Office) -> None:
    chooses(office, "email_host", "127.0.0.1")
    chooses(office, "email_from", "desk@example.org")
    with office.workspace.write() as tx:
        for person, name in ((office.ann, "ann"), (office.ben, "ben"), (office.cara, "cara")):
            people.change(tx, person, email=f"{name}@example.org")
        tx.execute(
            sa.update(tables.holdings)
            .where(tables.holdings.c.sender_id == office.own)
            .values(notice="default")
        )


# --- who ------------------------------------------------------------------------------------------


def test_r21_the_owner_is_told_and_nobody_else(office: Office) -> None:
    arrives(office, office.shared, office.ben)
    assert told(office.workspace) == [(office.ben, Way.SCREEN, State.WAITING, "owner")]


def test_r21_a_shared_inbox_tells_its_holders_and_an_unheld_one_the_admins(office: Office) -> None:
    arrives(office, office.shared, None)
    assert sorted(told(office.workspace)) == sorted(
        (person, Way.SCREEN, State.WAITING, "holder") for person in (office.ben, office.cara)
    )
    arrives(office, office.unheld, None, "+12025550198")
    assert (office.ann, Way.SCREEN, State.WAITING, "no_holder") in told(office.workspace)


def test_r25_the_substitute_is_told_with_the_absence_as_the_reason(office: Office) -> None:
    absence = away(office, office.ben, office.cara)
    arrives(office, office.own, office.ben)
    (row,) = rows(office.workspace)
    assert (row["person_id"], row["trail"]["because"]) == (office.cara, "cover")
    assert row["trail"]["absence"] == str(absence)
    (shown,) = office.desk(office.cara).read(service.page, service.Wanted()).rows
    assert shown.why == "Ben is away, and you answer meanwhile."


def test_r23_the_part_notifications_tells_its_own_substitutes(office: Office) -> None:
    away(office, office.ben, office.cara, notifications=office.ann)
    arrives(office, office.own, office.ben)
    assert told(office.workspace) == [(office.ann, Way.SCREEN, State.WAITING, "notified")]


def test_r28_the_chain_is_followed_to_somebody_present(office: Office) -> None:
    away(office, office.ben, office.cara)
    away(office, office.cara, office.ann)
    arrives(office, office.own, office.ben)
    assert told(office.workspace) == [(office.ann, Way.SCREEN, State.WAITING, "cover")]


def test_r58_who_is_suspended_is_told_nothing(office: Office) -> None:
    with office.workspace.write() as tx:
        people.change(tx, office.ben, suspended_at=office.now)
    arrives(office, office.own, office.ben)
    assert [row["person_id"] for row in rows(office.workspace)] == [office.ann]


def test_r20_both_engines_keep_and_show_the_same(workspace: Workspace) -> None:
    """From the message to the pop-up, the list, the letter and the end, on either engine."""
    office = Office(workspace)
    with_email(office)
    away(office, office.ben, office.cara)
    arrives(office, office.own, office.ben)
    cara = office.desk(office.cara)
    (popup,) = cara.read(service.popups)
    assert cara.change(c.ShowNotices(**cara.stamp(), notice_ids=popup.notice_ids)).count == 1
    post = Post()
    post.answers = [Result(Outcome.LATER, "recipient:451"), Result(Outcome.SENT)]
    sender = mailer(office, post)
    for _ in range(3):
        sender.run_once(office.later(minutes=10))
    found = cara.read(service.page, service.Wanted(kind=Kind.MESSAGE)).rows
    assert sorted((row.way, row.state) for row in found) == [
        (Way.EMAIL, State.SENT),
        (Way.SCREEN, State.SENT),
    ]
    cara.change(c.MuteSender(**cara.stamp(), sender_id=office.shared, on=True))
    ann = office.desk(office.ann)
    for text in ("one", "two"):
        saved = c.SaveNoticeTemplate(**ann.stamp(), name="sales", subject="s", text=text)
        ann.change(saved)
    assert ann.read(service.templates)[1].text == "two"
    old = Written(new_id(), popup.shown.conversation_id or new_id(), office.own, None, office.now)
    for _ in range(2):
        with workspace.write() as tx:
            teller(tx, office).wrote(tx, [old], live=False, provider_now=office.now)
    assert [row["trail"]["count"] for row in rows(workspace, kind="older")][:1] == [2]
    office.later(days=KEPT.days + 1)
    sender.run_once(office.later(hours=2))
    sender.run_once(office.later(hours=2))
    assert rows(workspace, kind="message") == []


# --- how ------------------------------------------------------------------------------------------


def test_r21_a_muted_inbox_is_silent_for_who_muted_it_alone(office: Office) -> None:
    ben = office.desk(office.ben)
    done = ben.change(c.MuteSender(**ben.stamp(), sender_id=office.shared, on=True))
    arrives(office, office.shared, None)
    found = {row["person_id"]: (row["state"], row["reason"]) for row in rows(office.workspace)}
    assert found == {
        office.ben: (State.SILENT, "muted_inbox"),
        office.cara: (State.WAITING, ""),
    }
    ben.undo(done.command_id)
    assert not any(one.muted for one in ben.read(service.inboxes))


def test_r31_what_one_never_hears_of_cannot_be_muted(office: Office) -> None:
    cara = office.desk(office.cara)
    with pytest.raises(NotFoundError):
        cara.change(c.MuteSender(**cara.stamp(), sender_id=office.own, on=True))


def test_r21_a_muted_conversation_is_silent(office: Office) -> None:
    conversation = office.conversation(office.own, "+12025550199", office.ben)
    with office.workspace.write() as tx:
        my_states.set_many(tx, office.ben, {conversation: {"muted": True}})
    arrives(office, office.own, office.ben)
    (row,) = rows(office.workspace)
    assert (row["state"], row["reason"]) == (State.SILENT, "muted_conversation")


def test_r21_hours_of_rest_hold_the_popup_and_not_the_email(office: Office) -> None:
    with_email(office)
    chooses(office, "do_not_disturb", "daily 0:00-24:00", office.ben)
    arrives(office, office.own, office.ben)
    found = {
        row["way"]: (row["state"], row["reason"])
        for row in rows(office.workspace, kind=Kind.MESSAGE)
    }
    assert found == {"screen": (State.SILENT, "do_not_disturb"), "email": (State.WAITING, "")}


def rests(office: Office, hours: str = "daily 12:30-14:00") -> None:
    """Ben rests by the clock of Berlin; it is 13:00 there."""
    chooses(office, "do_not_disturb", hours, office.ben)


def test_r21_the_end_of_rest_tells_once_what_came_meanwhile(office: Office) -> None:
    """Neither silence nor one pop-up for each; never twice."""
    rests(office)
    ben = office.desk(office.ben)
    for n in range(5):
        conversation = arrives(office, office.own, office.ben, f"+1202555019{n}")
    ann = office.desk(office.ann)
    ann.change(
        c.AddNote(
            **ann.stamp(),
            conversation_id=conversation,
            note_id=new_id(),
            body="Look!",
            mentions=(office.ben,),
        )
    )
    assert ben.read(service.popups) == ()
    office.later(hours=1, seconds=-1)
    assert ben.read(service.popups) == (), "one second before the end"
    office.later(seconds=1)
    (popup,) = ben.read(service.popups)
    assert popup.shown.title == "5 messages and 1 other notice while do-not-disturb was on"
    assert popup.shown.conversation_id is None, "it opens the list"
    assert ben.change(c.ShowNotices(**ben.stamp(), notice_ids=popup.notice_ids)).count == 1
    assert ben.change(c.ShowNotices(**ben.stamp(), notice_ids=popup.notice_ids)).count == 0
    assert ben.read(service.popups) == ()
    office.later(days=1, minutes=-30)
    arrives(office, office.own, office.ben)
    office.later(minutes=30)
    (popup,) = ben.read(service.popups)
    assert popup.shown.title == "1 message while do-not-disturb was on", "counted anew"


def test_r21_older_messages_count_and_what_is_told_twice_counts_once(office: Office) -> None:
    rests(office)
    conversation = office.conversation(office.own, "+12025550199", office.ben)
    one = Written(new_id(), conversation, office.own, office.ben, office.now)
    old = Written(new_id(), conversation, office.own, office.ben, office.now - timedelta(hours=1))
    with office.workspace.write() as tx:
        for some in ([one], [one, old]):
            teller(tx, office).wrote(tx, some, live=True, provider_now=office.now)
    office.later(hours=1)
    (popup,) = office.desk(office.ben).read(service.popups)
    assert popup.shown.title == "2 messages while do-not-disturb was on"


@pytest.mark.parametrize(("hours", "shown"), [("", True), ("daily 12:30-18:00", False)])
def test_r21_who_changes_the_hours_of_rest_is_told_at_their_new_end(
    office: Office, hours: str, shown: bool
) -> None:
    rests(office, "daily 12:30-14:00")
    arrives(office, office.own, office.ben)
    office.later(minutes=1 if shown else 61)
    rests(office, hours)
    assert bool(office.desk(office.ben).read(service.popups)) is shown


def test_r21_the_summary_waits_for_a_closed_window_until_noon(office: Office) -> None:
    rests(office)
    arrives(office, office.own, office.ben)
    mailer = Mailer(office.workspace, lambda: "")
    office.later(hours=12)
    mailer.run_once(office.now)
    assert office.desk(office.ben).read(service.popups)
    office.later(hours=2)
    mailer.run_once(office.now)
    assert office.desk(office.ben).read(service.popups) == ()
    (row,) = rows(office.workspace, kind="rested")
    assert (row["state"], row["reason"]) == (State.SILENT, "stale")


def test_r21_without_rest_there_is_no_summary_and_others_hear_nothing(office: Office) -> None:
    rests(office)
    arrives(office, office.shared, None)
    office.later(hours=1)
    (popup,) = office.desk(office.cara).read(service.popups)
    assert "disturb" not in popup.shown.title
    (popup,) = office.desk(office.ben).read(service.popups)
    assert popup.shown.title == "1 message while do-not-disturb was on"


def test_r55_one_message_is_one_notice_however_often_it_is_told(office: Office) -> None:
    conversation = office.conversation(office.own, "+12025550199", office.ben)
    one = Written(new_id(), conversation, office.own, office.ben, office.now)
    for _ in range(3):
        with office.workspace.write() as tx:
            teller(tx, office).wrote(tx, [one], live=True, provider_now=office.now)
    assert len(rows(office.workspace)) == 1


def test_r56_what_is_older_makes_one_summary_that_grows(office: Office) -> None:
    conversation = office.conversation(office.own, "+12025550199", office.ben)
    for _ in range(4):
        with office.workspace.write() as tx:
            old = office.now - timedelta(hours=1)
            some = [
                Written(new_id(), conversation, office.own, office.ben, old) for _ in range(103)
            ]
            teller(tx, office).wrote(tx, some, live=True, provider_now=office.now)
        with office.workspace.write() as tx:
            filled = [Written(new_id(), conversation, office.own, office.ben, office.now)]
            teller(tx, office).wrote(tx, filled, live=False, provider_now=office.now)
    (row,) = rows(office.workspace)
    assert (row["kind"], row["trail"]["count"]) == (Kind.OLDER, 416)
    ben = office.desk(office.ben)
    assert ben.read(service.popups) == (), "it still grows"
    office.later(seconds=QUIET.total_seconds())
    (popup,) = ben.read(service.popups)
    assert popup.shown.title == "416 older messages arrived"
    assert why(row["trail"], "you", {}) == (
        "They came into conversations of which you would have been told."
    )


# --- what commands tell ---------------------------------------------------------------------------


def test_r22_who_is_assigned_is_told_once_for_a_batch_and_not_by_oneself(office: Office) -> None:
    ids = tuple(office.conversation(office.shared, f"+120255501{n}") for n in range(10, 13))
    ben = office.desk(office.ben)
    ben.change(c.Assign(**ben.stamp(), targets=c.Targets(ids), owner_id=office.cara))
    (row,) = rows(office.workspace)
    assert (row["person_id"], row["kind"], row["trail"]["count"]) == (office.cara, "assigned", 3)
    (popup,) = office.desk(office.cara).read(service.popups)
    assert popup.shown.title == "Ben gave you 3 conversations"
    cara = office.desk(office.cara)
    cara.change(c.Assign(**cara.stamp(), targets=c.Targets(ids[:1]), owner_id=office.ben))
    ben.change(c.Assign(**ben.stamp(), targets=c.Targets(ids[1:2]), owner_id=office.ben))
    found = told(office.workspace, person_id=office.ben)
    assert found == [(office.ben, Way.SCREEN, State.WAITING, "assigned")]


def test_r22_what_is_given_to_who_is_away_is_told_to_the_substitute_too(office: Office) -> None:
    away(office, office.ben, office.cara)
    id_ = office.conversation(office.shared, "+12025550110")
    ann = office.desk(office.ann)
    ann.change(c.Assign(**ann.stamp(), targets=c.Targets.one(id_), owner_id=office.ben))
    found = {person: because for person, _, _, because in told(office.workspace)}
    assert found == {office.ben: "assigned", office.cara: "cover"}


def test_r37_who_is_named_in_a_note_is_told_and_who_wrote_it_is_not(office: Office) -> None:
    id_ = office.conversation(office.shared, "+12025550110", office.ben)
    ben = office.desk(office.ben)
    note = c.AddNote(
        **ben.stamp(),
        conversation_id=id_,
        note_id=new_id(),
        body="@Cara look",
        mentions=(office.cara, office.ben),
    )
    ben.change(note)
    assert told(office.workspace) == [(office.cara, Way.SCREEN, State.WAITING, "mentioned")]


# --- pop-ups --------------------------------------------------------------------------------------


def test_r21_a_popup_names_who_wrote_and_not_what_unless_that_is_wanted(office: Office) -> None:
    conversation = arrives(office, office.own, office.ben)
    ben = office.desk(office.ben)
    (popup,) = ben.read(service.popups)
    assert popup.shown.title == "New message from +1 202-555-0199"
    assert popup.shown.text == "To +1 202-555-0101"
    assert popup.shown.conversation_id == conversation
    chooses(office, "notice_text", True, office.ben)
    (popup,) = ben.read(service.popups)
    assert popup.shown.text == "Is it in stock?"


def test_r21_a_popup_is_taken_once_and_only_by_whom_it_is_for(office: Office) -> None:
    arrives(office, office.own, office.ben)
    ben, cara = office.desk(office.ben), office.desk(office.cara)
    (popup,) = ben.read(service.popups)
    take = c.ShowNotices(**ben.stamp(), notice_ids=popup.notice_ids)
    assert cara.change(take).count == 0
    assert ben.change(take).count == 1
    assert ben.change(c.ShowNotices(**ben.stamp(), notice_ids=popup.notice_ids)).count == 0
    assert ben.read(service.popups) == ()


def test_r31_what_is_not_ones_own_any_more_does_not_pop_up(office: Office) -> None:
    conversation = arrives(office, office.unheld, office.ben)
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.conversations)
            .where(tables.conversations.c.id == conversation)
            .values(owner_id=office.ann)
        )
    assert office.desk(office.ben).read(service.popups) == ()


def test_r21_many_at_once_are_one_popup(office: Office) -> None:
    for n in range(5):
        arrives(office, office.own, office.ben, f"+120255501{n + 10}")
    (popup,) = office.desk(office.ben).read(service.popups)
    assert popup.shown.title == "5 new messages"
    assert popup.shown.conversation_id is None
    assert popup.shown.text.endswith("and 2 more")
    assert len(popup.notice_ids) == 5


def test_r21_what_no_window_showed_in_time_is_not_shown_later(office: Office) -> None:
    arrives(office, office.own, office.ben)
    mailer = Mailer(office.workspace, lambda: "")
    office.later(seconds=SHOWN_WITHIN.total_seconds() + 1)
    mailer.run_once(office.now)
    (row,) = rows(office.workspace)
    assert (row["state"], row["reason"]) == (State.SILENT, "stale")
    office.later(days=KEPT.days + 1)
    mailer.run_once(office.now)
    assert rows(office.workspace) == []


# --- letters --------------------------------------------------------------------------------------


class Post:
    """Stands for the wire: answers as it is told, and keeps what it was handed."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: list[Result | BaseException] = []
        self.states: list[str] = []
        self.look: Callable[[], str] = lambda: ""

    def hand_in(self, _server: MailServer, letter: Letter, claim: Callable[[], None]) -> Result:
        answer = self.answers.pop(0) if self.answers else Result(Outcome.SENT)
        if isinstance(answer, Result) and answer.outcome is Outcome.LATER:
            return answer
        claim()
        self.states.append(self.look())
        self.letters.append(letter)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def post(office: Office) -> Post:
    with_email(office)
    made = Post()
    made.look = lambda: rows(office.workspace, way="email")[0]["state"]
    return made


def mailer(office: Office, post: Post) -> Mailer:
    return Mailer(office.workspace, lambda: "", hand_in=post.hand_in)


def email_row(office: Office) -> dict[str, Any]:
    (row,) = rows(office.workspace, way="email", kind="message")
    return row


def test_r21_a_letter_goes_once_and_stands_on_the_disk_before_it_does(
    office: Office, post: Post
) -> None:
    arrives(office, office.own, office.ben)
    sender = mailer(office, post)
    for _ in range(3):
        sender.run_once(office.later(minutes=5))
    assert post.states == [State.SENDING]
    (letter,) = post.letters
    assert letter.to == "ben@example.org"
    assert letter.subject == "New message from +1 202-555-0199"
    assert "in stock" not in letter.text, "no text leaves by e-mail unless the workspace allows it"
    assert "You own the conversation." in letter.text
    assert email_row(office)["state"] == State.SENT


def test_r21_the_text_goes_where_the_workspace_allows_it(office: Office, post: Post) -> None:
    chooses(office, "email_text", True)
    arrives(office, office.own, office.ben)
    mailer(office, post).run_once(office.now)
    assert "Is it in stock?" in post.letters[0].text


class Killed(BaseException):
    """The process ends here."""


def test_r32_killed_while_it_is_handed_over_a_letter_is_in_doubt_and_never_repeated(
    office: Office, post: Post
) -> None:
    arrives(office, office.own, office.ben)
    post.answers = [Killed()]
    with pytest.raises(Killed):
        mailer(office, post).run_once(office.now)
    again = mailer(office, post)
    for _ in range(5):
        again.run_once(office.later(hours=1))
    assert len(post.letters) == 1
    row = email_row(office)
    assert (row["state"], row["reason"]) == (State.IN_DOUBT, "stopped")
    ann = office.desk(office.ann)
    assert ann.read(service.page, service.Wanted()).troubled == 1
    ann.change(c.SendNoticeAgain(**ann.stamp(), notice_id=row["id"]))
    again.run_once(office.now)
    assert len(post.letters) == 2
    assert post.letters[0].key == post.letters[1].key


def test_r21_what_is_put_off_is_tried_again_ever_more_seldom_and_given_up(
    office: Office, post: Post
) -> None:
    arrives(office, office.own, office.ben)
    post.answers = [Result(Outcome.LATER, "recipient:451")] * 50
    sender = mailer(office, post)
    for _ in range(3 * 24):
        sender.run_once(office.later(hours=1))
    row = email_row(office)
    assert (row["state"], row["reason"]) == (State.FAILED, "tried")
    assert 5 <= 50 - len(post.answers) <= 10
    shown = office.desk(office.ben).read(service.page, service.Wanted(way=Way.EMAIL)).rows[0]
    assert shown.state_words.startswith("Failed: the e-mail server did not take it")


def test_r21_a_definite_no_fails_with_its_reason(office: Office, post: Post) -> None:
    arrives(office, office.own, office.ben)
    post.answers = [Result(Outcome.REFUSED, "recipient:550")]
    mailer(office, post).run_once(office.now)
    row = email_row(office)
    assert (row["state"], row["reason"]) == (State.FAILED, "recipient:550")


def test_r21_a_server_that_is_gone_rests_and_gets_all_when_it_is_back(
    office: Office, post: Post
) -> None:
    for n in range(5):
        arrives(office, office.own, office.ben, f"+120255501{n + 10}")
    post.answers = [Result(Outcome.LATER, "unreachable")] * 2
    sender = mailer(office, post)
    sender.run_once(office.now)
    sender.run_once(office.later(seconds=10))
    assert len(post.answers) == 1, "one try, not five, and a rest"
    sender.run_once(office.later(seconds=60))
    assert post.letters == []
    for _ in range(12):
        sender.run_once(office.later(minutes=5))
    assert len(post.letters) == 5


@pytest.mark.parametrize("what", ["gone", "not_theirs", "no_address"])
def test_r21_who_is_not_to_be_told_any_more_gets_no_letter(
    office: Office, post: Post, what: str
) -> None:
    conversation = arrives(office, office.own, office.ben)
    with office.workspace.write() as tx:
        if what == "gone":
            people.change(tx, office.ben, suspended_at=office.now)
        elif what == "no_address":
            people.change(tx, office.ben, email=None)
        else:
            tx.execute(sa.delete(tables.holdings))
            tx.execute(
                sa.update(tables.conversations)
                .where(tables.conversations.c.id == conversation)
                .values(owner_id=office.ann)
            )
    mailer(office, post).run_once(office.now)
    assert post.letters == []
    row = email_row(office)
    assert (row["state"], row["reason"]) == (State.SILENT, what)


# --- templates ------------------------------------------------------------------------------------


def named(office: Office, name: str) -> None:
    with office.workspace.write() as tx:
        tx.execute(sa.update(tables.holdings).values(notice=name))


def test_r21_a_holding_names_the_template(office: Office, post: Post) -> None:
    ann = office.desk(office.ann)
    ann.change(
        c.SaveNoticeTemplate(
            **ann.stamp(), name="sales", subject="{{ sender }}: {{ contact }}", text="{{ kind }}"
        )
    )
    named(office, "sales")
    arrives(office, office.own, office.ben)
    mailer(office, post).run_once(office.now)
    (letter,) = post.letters
    assert (letter.subject, letter.text) == ("+1 202-555-0101: +1 202-555-0199", "message\n")
    assert letter.html == ""


def holds(office: Office, notice: str | None) -> Done:
    ann = office.desk(office.ann)
    hold = c.HoldSender(
        **ann.stamp(),
        holding_id=new_id(),
        sender_id=office.unheld,
        holder_kind=HolderKind.PERSON,
        holder_id=office.ben,
        notice=notice,
    )
    return ann.change(hold)


def test_r21_a_holding_names_a_template_that_is_there(office: Office) -> None:
    ann = office.desk(office.ann)
    ann.change(c.SaveNoticeTemplate(**ann.stamp(), name="sales", subject="s", text="t"))
    with pytest.raises(NotFoundError, match="sails") as caught:
        holds(office, "sails")
    assert caught.value.next_step == "There are: default, sales."
    ann.change(c.RetireNoticeTemplate(**ann.stamp(), name="sales"))
    with pytest.raises(RefusedError, match="retired"):
        holds(office, "sales")
    ann.change(c.RetireNoticeTemplate(**ann.stamp(), name="sales", retired=False))
    holds(office, "sales")


def test_r21_what_a_holding_names_can_be_retired_and_the_holding_still_changed(
    office: Office,
) -> None:
    ann = office.desk(office.ann)
    ann.change(c.SaveNoticeTemplate(**ann.stamp(), name="sales", subject="s", text="t"))
    holds(office, "sales")
    (row,) = ann.read(holdings.of_sender, office.unheld)
    ann.change(c.RetireNoticeTemplate(**ann.stamp(), name="sales"))

    def edit(notice: str | None, reason: str = "") -> Done:
        edited = c.EditHolding(
            **ann.stamp(),
            holding_id=row.id,
            reason=reason,
            notice=notice,
        )
        return ann.change(edited)

    edit("sales", "for a while")
    done = edit("default")
    with pytest.raises(NotFoundError):
        edit("sails")
    ann.undo(done.command_id)
    assert ann.read(holdings.of_sender, office.unheld)[0].notice == "sales"


def test_r21_a_broken_template_sends_plain_words_and_tells_the_admins_once(
    office: Office, post: Post
) -> None:
    with office.workspace.write() as tx:
        notices.save_template(
            tx,
            {
                "name": "sales",
                "subject": "{{ nonsense }}",
                "text": "x",
                "html": "",
                "changed_at": office.now,
            },
        )
    named(office, "sales")
    for n in range(3):
        arrives(office, office.own, office.ben, f"+120255501{n + 10}")
    mailer(office, post).run_once(office.now)
    to_ben = [letter for letter in post.letters if letter.to == "ben@example.org"]
    assert len(to_ben) == 3
    assert all("New message from" in letter.subject and not letter.html for letter in to_ben)
    told_admins = rows(office.workspace, kind="template_broken", way="screen")
    assert [row["person_id"] for row in told_admins] == [office.ann]
    (popup,) = office.desk(office.ann).read(service.popups)
    assert popup.shown.title == "The e-mail template “sales” is broken"


def test_r21_a_template_that_never_was_is_a_broken_one(office: Office, post: Post) -> None:
    named(office, "missing")
    arrives(office, office.own, office.ben)
    mailer(office, post).run_once(office.now)
    assert "Why you:" in post.letters[0].text
    assert len(rows(office.workspace, kind="template_broken", way="screen")) == 1


def test_r21_a_template_is_checked_when_it_is_saved_and_can_be_undone(office: Office) -> None:
    ann, ben = office.desk(office.ann), office.desk(office.ben)

    def save(desk: Any, text: str, name: str = "sales") -> Any:
        return desk.change(c.SaveNoticeTemplate(**desk.stamp(), name=name, subject="s", text=text))

    with pytest.raises(RefusedError):
        save(ben, "x")
    with pytest.raises(UsageError, match="Line 2 of the text"):
        save(ann, "a\n{{ b }}")
    with pytest.raises(UsageError, match="own"):
        save(ann, "x", "default")
    save(ann, "first")
    second = save(ann, "second")
    ann.undo(second.command_id)
    own, saved = ann.read(service.templates)
    assert (own.shipped, saved.text) == (True, "first")
    ann.change(c.RetireNoticeTemplate(**ann.stamp(), name="sales"))
    assert len(ann.read(service.templates)) == 1


# --- absences -------------------------------------------------------------------------------------


def test_r25_r27_absences_tell_the_substitute_and_who_comes_back_once_each(office: Office) -> None:
    away(office, office.ben, office.cara, until=8)
    sender = Mailer(office.workspace, lambda: "")
    for _ in range(3):
        sender.run_once(office.later(minutes=1))
    assert told(office.workspace) == [(office.cara, Way.SCREEN, State.WAITING, "substitute")]
    (popup,) = office.desk(office.cara).read(service.popups)
    assert popup.shown.title == "You stand in for Ben from now on"
    office.later(hours=8)
    for _ in range(3):
        sender.run_once(office.later(minutes=1))
    ends = {(row["person_id"], row["kind"]) for row in rows(office.workspace)}
    assert ends == {
        (office.cara, Kind.COVERING),
        (office.cara, Kind.COVER_ENDED),
        (office.ben, Kind.RETURNED),
    }


def test_r27_an_absence_that_ended_while_every_desk_was_closed_is_told_once(
    office: Office,
) -> None:
    """The whole of it, or its end alone: the return is told when somebody opens a desk again."""
    away(office, office.ben, office.cara, until=48)
    office.later(days=5)
    sender = Mailer(office.workspace, lambda: "")
    for _ in range(3):
        sender.run_once(office.later(minutes=1))
    assert sorted((row["person_id"], row["kind"]) for row in rows(office.workspace)) == sorted(
        [(office.cara, Kind.COVER_ENDED), (office.ben, Kind.RETURNED)]
    )
    (popup,) = office.desk(office.ben).read(service.popups)
    assert popup.shown.title == "Your absence is over: the brief says what happened"
    office.later(days=10)
    sender.run_once(office.now)
    assert len(rows(office.workspace)) == 2


# --- who may look ---------------------------------------------------------------------------------


def test_r31_a_rep_sees_ones_own_notices_and_an_admin_all(office: Office) -> None:
    arrives(office, office.shared, None)
    wanted = service.Wanted()
    assert len(office.desk(office.ben).read(service.page, wanted).rows) == 1
    assert len(office.desk(office.ann).read(service.page, wanted).rows) == 2
    with pytest.raises(RefusedError):
        office.desk(office.ben).read(service.page, service.Wanted(person_id=office.cara))


def test_the_list_goes_on_below_the_last_row(office: Office) -> None:
    for n in range(5):
        office.later(seconds=1)
        arrives(office, office.own, office.ben, f"+120255501{n + 10}")
    ben = office.desk(office.ben)
    first = ben.read(service.page, service.Wanted(limit=3))
    last = first.rows[-1]
    rest = ben.read(service.page, service.Wanted(limit=3, before=(last.at, last.id)))
    assert (len(first.rows), first.more, len(rest.rows), rest.more) == (3, True, 2, False)
    assert not {row.id for row in first.rows} & {row.id for row in rest.rows}


# --- with the engine ------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Ann alone holds the number; the first sync has been."""
    with desk_at(tmp_path / "w.db") as made:
        with made.workspace.write() as tx:
            tx.execute(sa.update(tables.people).values(role=Role.ADMIN))
        made.cycle()
        made.hand.tick(60)
        yield made


def test_r55_what_comes_in_twice_is_told_once_and_in_the_same_transaction(desk: Desk) -> None:
    desk.provider.receive("hello?")
    for _ in range(4):
        desk.cycle(10, force=True)
    (row,) = desk.rows(tables.notices)
    (message,) = desk.messages()
    assert (row["subject_id"], row["kind"]) == (message["id"], Kind.MESSAGE)
    assert row["conversation_id"] == message["conversation_id"]


def test_r21_ones_own_messages_and_a_programs_are_told_to_nobody(desk: Desk) -> None:
    desk.start()
    desk.reply("hello")
    desk.cycle(10)
    desk.provider.sent_elsewhere("from a campaign", peer=CUSTOMER)
    desk.cycle(10)
    assert desk.rows(tables.notices) == []


def test_r56_a_desk_that_was_closed_over_night_tells_one_summary(desk: Desk) -> None:
    for n in range(30):
        desk.hand.tick(600)
        desk.provider.receive(f"message {n}", peer=f"+1202555{1000 + n}")
    desk.hand.tick(3_600)
    desk.provider.receive("just now")
    desk.restart()
    desk.settle(600)
    found = desk.rows(tables.notices, tables.notices.c.made_at)
    kinds = sorted(row["kind"] for row in found)
    assert kinds == [Kind.MESSAGE, Kind.OLDER]
    (older,) = (row for row in found if row["kind"] == Kind.OLDER)
    assert older["trail"]["count"] == 30
