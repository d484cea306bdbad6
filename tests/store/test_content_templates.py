"""R42, R36: approved templates in the workspace: refreshed, sent by their id, held when no longer fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.errors import (
    CredentialError,
    NotFoundError,
    ProviderUnreachable,
    RateLimited,
    RefusedError,
    UsageError,
)
from sms_desk.domain.model import ApprovalStatus, Channel, DraftMode, HolderKind, OutboxState
from sms_desk.providers.base import Poison, RemoteTemplate, TemplateList
from sms_desk.services import content_templates as service
from sms_desk.services.context import Context
from sms_desk.services.executor import execute
from sms_desk.store import content_templates, decisions, my_states, people, scheduled, settings
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures import desk as fixtures
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import CUSTOMER, US
from tests.store.office import NOON, Office

HOUR = timedelta(hours=1)


def template(n: int = 1, **changes: object) -> RemoteTemplate:
    made = RemoteTemplate(
        sid=f"HX{n:032x}",
        name=f"order_ready_{n}",
        language="en",
        category="UTILITY",
        kind="twilio/text",
        body="Hello {{1}}, order {{2}} is ready.",
        variables={"1": "Sam", "2": "48000"},
        status=ApprovalStatus.APPROVED,
        status_text="approved",
        reason="",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def stored(row: RemoteTemplate) -> dict[str, object]:
    return {
        "provider_sid": row.sid,
        **{
            name: getattr(row, name)
            for name in ("name", "language", "category", "kind", "body", "status", "status_text")
        },
        "variables": dict(row.variables),
        "reason": row.reason,
    }


# --- the table, on both engines -------------------------------------------------------------------


def test_R42_a_list_is_taken_as_it_stands(workspace: Workspace) -> None:
    office = Office(workspace)
    first, second = template(1), template(2, body="Größe: {{1}} 😀 हिन्दी")
    with workspace.write() as tx:
        content_templates.take(tx, office.account, [stored(first), stored(second)], at=NOON)
        before = {row["provider_sid"]: row for row in content_templates.listing(tx)}
        judged = replace(first, status=ApprovalStatus.PAUSED, status_text="paused")
        later = NOON + HOUR
        content_templates.take(tx, office.account, [stored(judged), stored(second)], at=later)
        after = {row["provider_sid"]: row for row in content_templates.listing(tx)}
    assert after[second.sid]["body"] == "Größe: {{1}} 😀 हिन्दी"
    assert (after[first.sid]["status"], after[first.sid]["seen_at"]) == ("paused", later)
    assert after[first.sid]["id"] == before[first.sid]["id"]
    assert after[second.sid]["seen_at"] == NOON  # what is as it was is not written again


def test_R58_what_is_no_longer_listed_stays_and_can_come_back(workspace: Workspace) -> None:
    office = Office(workspace)
    with workspace.write() as tx:
        content_templates.take(tx, office.account, [stored(template(1))], at=NOON)
        content_templates.mark_gone(tx, office.account, set(), at=NOON + HOUR)
        assert content_templates.listing(tx) == []
        row = content_templates.find(tx, office.account, template(1).sid)
        assert row is not None
        assert row["gone_at"] == NOON + HOUR
        content_templates.take(tx, office.account, [stored(template(1))], at=NOON + 2 * HOUR)
        assert [row["gone_at"] for row in content_templates.listing(tx)] == [None]


def test_R42_templates_are_offered_to_the_sender_ids_of_their_account(workspace: Workspace) -> None:
    office = Office(workspace)
    pending = template(2, status=ApprovalStatus.PENDING, status_text="received", name="a_sale")
    with workspace.write() as tx:
        content_templates.take(tx, office.account, map(stored, (pending, template(1))), at=NOON)
    desk = office.desk(office.ann)
    rows = desk.read(service.for_sender, office.whatsapp)
    assert [(row.name, bool(row.why_not)) for row in rows] == [
        ("order_ready_1", False),
        ("a_sale", True),
    ]
    assert desk.read(service.find, office.whatsapp, "ORDER_READY_1").id == rows[0].id
    assert desk.read(service.find, office.whatsapp, "a_sale/en").id == rows[1].id
    with pytest.raises(NotFoundError):
        desk.read(service.find, office.whatsapp, "nothing")


def test_R42_one_name_in_two_languages_has_to_be_told_apart(workspace: Workspace) -> None:
    office = Office(workspace)
    twins = (template(1, name="hello"), template(2, name="hello", language="es"))
    with workspace.write() as tx:
        content_templates.take(tx, office.account, map(stored, twins), at=NOON)
    desk = office.desk(office.ann)
    with pytest.raises(UsageError, match="hello/en, hello/es"):
        desk.read(service.find, office.whatsapp, "hello")
    assert desk.read(service.find, office.whatsapp, "hello/es").language == "es"


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def office(workspace: Workspace) -> Office:
    made = Office(workspace)
    with workspace.write() as tx:
        content_templates.take(tx, made.account, [stored(template(1))], at=NOON)
    return made


def reply(desk_stamp: dict[str, object], place: UUID, sender: UUID, **words: object) -> c.Reply:
    values = {
        "conversation_id": place,
        "outbox_id": new_id(),
        "sender_id": sender,
        "body": "",
        "seen_version": 0,
        "not_after": NOON + HOUR,
        "content_sid": template(1).sid,
        "content_variables": (("1", "Mira"), ("2", "7")),
        **words,
    }
    return c.Reply(**desk_stamp, **values)  # type: ignore[arg-type]


def test_R42_the_text_that_is_kept_is_the_one_the_contact_reads(office: Office) -> None:
    """Also to a contact who never wrote."""
    place = office.conversation(office.whatsapp, "whatsapp:+447700900171", office.ben)
    desk = office.desk(office.ben)
    command = reply(dict(desk.stamp()), place, office.whatsapp)
    desk.change(command)
    assert desk.read(service.of_message, command.outbox_id) == (
        template(1).sid,
        (("1", "Mira"), ("2", "7")),
    )
    with office.workspace.read() as tx:
        from sms_desk.store import outbox

        assert outbox.get(tx, command.outbox_id).body == "Hello Mira, order 7 is ready."


def test_R42_a_template_leaves_the_draft_where_it_is(office: Office) -> None:
    place = office.conversation(office.whatsapp, "whatsapp:+447700900171", office.ben)
    desk = office.desk(office.ben)
    with office.workspace.write() as tx:
        my_states.save_draft(tx, office.ben, place, DraftMode.REPLY, "half a tho", NOON)
    desk.change(reply(dict(desk.stamp()), place, office.whatsapp))
    with office.workspace.read() as tx:
        assert my_states.drafts(tx, office.ben, place)[DraftMode.REPLY] == "half a tho"


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ({"content_variables": (("1", "Mira"),)}, UsageError, r"\{\{2\}\}"),
        ({"content_variables": (("1", "a\nb"), ("2", "7"))}, UsageError, r"\{\{1\}\}"),
        ({"content_sid": template(9).sid}, RefusedError, "no such template"),
    ],
)
def test_R36_what_cannot_go_is_refused_before_it_is_queued(
    office: Office, words: dict[str, object], error: type[Exception], said: str
) -> None:
    place = office.conversation(office.whatsapp, "whatsapp:+447700900171", office.ben)
    desk = office.desk(office.ben)
    command = reply(dict(desk.stamp()), place, office.whatsapp, **words)
    with pytest.raises(error, match=said):
        desk.change(command)
    assert desk.read(service.of_message, command.outbox_id) is None


def test_R42_a_template_that_is_not_approved_is_refused_with_its_reason(office: Office) -> None:
    place = office.conversation(office.whatsapp, "whatsapp:+447700900171", office.ben)
    paused = template(1, status=ApprovalStatus.PAUSED, status_text="paused")
    with office.workspace.write() as tx:
        content_templates.take(tx, office.account, [stored(paused)], at=NOON)
    desk = office.desk(office.ben)
    with pytest.raises(RefusedError, match="paused"):
        desk.change(reply(dict(desk.stamp()), place, office.whatsapp))


def test_R42_sms_takes_no_whatsapp_template(office: Office) -> None:
    place = office.conversation(office.own, "+12025550171", office.ben)
    desk = office.desk(office.ben)
    with pytest.raises(RefusedError, match="no such template"):
        desk.change(reply(dict(desk.stamp()), place, office.own))


def test_R36_a_scheduled_template_is_filled_and_judged_as_it_is_planned(office: Office) -> None:
    place = office.conversation(office.whatsapp, "whatsapp:+447700900171", office.ben)
    desk = office.desk(office.ben)

    def plan(*pairs: tuple[str, str]) -> UUID:
        scheduled_id = new_id()
        desk.change(
            c.Schedule(
                **desk.stamp(),
                scheduled_id=scheduled_id,
                conversation_id=place,
                sender_id=office.whatsapp,
                body="",
                seen_version=0,
                due_at=NOON + HOUR,
                zone="UTC",
                content_sid=template(1).sid,
                content_variables=pairs,
            )
        )
        return scheduled_id

    with pytest.raises(UsageError, match=r"\{\{2\}\}"):
        plan(("1", "Mira"))
    planned = plan(("1", "Mira"), ("2", "7"))
    with office.workspace.read() as tx:
        assert scheduled.get(tx, planned)["body"] == "Hello Mira, order 7 is ready."


# --- whole cycles ---------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A WhatsApp sender ID; the contact wrote 25 hours ago; one template is approved."""
    with desk_at(tmp_path / "w.db") as made:
        made.provider.capabilities = replace(made.provider.capabilities, lists_templates=True)
        made.provider.templates_answer = TemplateList([template(1)])
        with made.workspace.write() as tx:
            sender = fixtures.add_sender(
                tx, made.account_id, US, channel=Channel.WHATSAPP, kind="whatsapp"
            )
            fixtures.hold(tx, sender, HolderKind.PERSON, made.ann)
            settings.write(tx, "quiet_hours_us", False, NOON)
        made.sender_id = sender
        made.provider.receive("hello", channel=Channel.WHATSAPP)
        made.cycle()
        made.hand.tick(hours=25)
        made.cycle()
        yield made


def change(desk: Desk, **words: object) -> UUID:
    """A template sent by Ann; the id of its outbox entry."""
    place = desk.conversation()
    stamp = {"id": new_id(), "at": desk.hand.at}
    later = {"seen_version": place["version"], "not_after": desk.hand.at + HOUR}
    command = reply(stamp, place["id"], desk.sender_id, **{**later, **words})
    with desk.workspace.write() as tx:
        execute(Context(tx, people.actor(tx, desk.ann), desk.hand.at), command)
    return command.outbox_id


def rows(desk: Desk) -> dict[str, tuple[str, bool]]:
    with desk.workspace.read() as tx:
        found = content_templates.of_account(tx, desk.account_id)
    return {row["provider_sid"]: (row["status"], row["gone_at"] is not None) for row in found}


def test_R42_an_approved_template_passes_a_closed_window_by_its_id(desk: Desk) -> None:
    entry = change(desk)
    desk.cycle()
    assert desk.state(entry) is OutboxState.ACCEPTED
    (post,) = desk.provider.posts
    assert (post.content_sid, dict(post.content_variables)) == (
        template(1).sid,
        {"1": "Mira", "2": "7"},
    )
    assert desk.messages()[-1]["body"] == "Hello Mira, order 7 is ready."
    assert desk.messages()[-1]["outbox_id"] == entry


def test_R42_free_text_is_held_and_the_way_out_is_told(desk: Desk) -> None:
    entry = desk.reply("free text")
    desk.cycle()
    (row,) = desk.outbox()
    assert (desk.state(entry), row["reason"]) == (OutboxState.HELD, "window")
    assert desk.provider.posts == []


def test_R42_what_we_send_opens_no_window(desk: Desk) -> None:
    change(desk)
    desk.cycle()
    desk.reply("free text")
    desk.cycle(1)
    assert desk.outbox()[-1]["reason"] == "window"
    desk.provider.receive("again", channel=Channel.WHATSAPP)
    desk.cycle(11)
    desk.reply("free text, now")
    desk.cycle(1)
    assert desk.outbox()[-1]["state"] == "queued"  # behind the held one (I6)
    with desk.workspace.write() as tx:
        decisions.drop(tx, desk.outbox()[-2]["id"], at=desk.hand.at)
    desk.cycle(1)
    assert desk.outbox()[-1]["state"] == "accepted"


def test_R33_a_template_that_is_paused_meanwhile_holds_with_the_reason(desk: Desk) -> None:
    desk.provider.broken = ProviderUnreachable("No line.")
    entry = change(desk)
    desk.cycle()
    desk.provider.broken = None
    with desk.workspace.write() as tx:
        paused = template(1, status=ApprovalStatus.PAUSED, status_text="paused")
        content_templates.take(tx, desk.account_id, [stored(paused)], at=desk.hand.at)
    desk.cycle(60)
    (row,) = desk.outbox()
    assert (desk.state(entry), row["reason"]) == (OutboxState.HELD, "window")
    assert "order_ready_1" in row["reason_text"]
    assert "paused" in row["reason_text"]
    assert desk.provider.posts == []


def test_GS7_a_doubtful_template_is_found_by_the_text_that_it_made(desk: Desk) -> None:
    """Algorithms §1.5: the list shows what the provider rendered, and that is what we kept."""
    desk.provider.send_plan = ["lost_accepted"]
    entry = change(desk, content_variables=(("1", "{{2}} Zoë"), ("2", "7")))
    desk.cycle()
    assert desk.state(entry) in (OutboxState.IN_DOUBT, OutboxState.ACCEPTED)
    desk.settle(60)
    assert desk.state(entry) is OutboxState.ACCEPTED
    assert len(desk.provider.posts) == 1
    assert [row["outbox_id"] for row in desk.messages()].count(entry) == 1


def test_GS7_a_doubtful_one_is_not_taken_for_another_filling(desk: Desk) -> None:
    desk.provider.send_plan = ["lost"]
    entry = change(desk)
    desk.cycle()
    desk.provider.sent_elsewhere(
        "Hello Nora, order 8 is ready.", peer=CUSTOMER, channel=Channel.WHATSAPP
    )
    desk.settle(60)
    assert desk.state(entry) is OutboxState.IN_DOUBT


# --- refreshing -----------------------------------------------------------------------------------


def test_R42_the_list_is_read_on_a_schedule_and_on_demand(desk: Desk) -> None:
    desk.provider.templates_answer = TemplateList([template(1), template(2)])
    desk.cycle(60)
    assert len(rows(desk)) == 1  # not due yet
    with desk.workspace.write() as tx:
        content_templates.ask_for_list(tx, desk.account_id, at=desk.hand.at)
    desk.cycle(1)
    assert len(rows(desk)) == 2
    desk.provider.templates_answer = TemplateList([template(2)])
    desk.cycle(3_600)
    assert rows(desk)[template(1).sid] == ("approved", True)


def test_GR6_poison_hides_no_neighbour_and_drops_nobody(desk: Desk) -> None:
    """A template that cannot be read today is not gone; nor is any where one has no id."""
    for poison in (Poison(template(1).sid, "{}", "broken"), Poison(None, "5", "broken")):
        desk.provider.templates_answer = TemplateList([template(3)], [poison])
        desk.cycle(3_601)
        assert rows(desk)[template(1).sid] == ("approved", False)
        assert rows(desk)[template(3).sid] == ("approved", False)


def test_R42_a_list_cut_short_drops_nobody(desk: Desk) -> None:
    desk.provider.templates_answer = TemplateList([], complete=False)
    desk.cycle(3_601)
    assert rows(desk)[template(1).sid] == ("approved", False)


@pytest.mark.parametrize(
    "error", [CredentialError("No right."), ProviderUnreachable("Away."), NotFoundError("None.")]
)
def test_R42_a_key_that_may_not_list_them_still_sends_and_receives(
    desk: Desk, error: Exception
) -> None:
    def fails() -> TemplateList:
        raise error

    desk.provider.templates = fails  # type: ignore[method-assign]
    desk.provider.receive("still here", channel=Channel.WHATSAPP)
    desk.cycle(3_601)
    assert desk.messages()[-1]["body"] == "still here"
    assert rows(desk)[template(1).sid] == ("approved", False)
    with desk.workspace.read() as tx:
        state = content_templates.list_state(tx, desk.account_id)
    assert state["problem"].startswith(str(error).split(".")[0])


def test_R63_being_asked_to_slow_down_counts_for_the_whole_line(desk: Desk) -> None:
    def fails() -> TemplateList:
        raise RateLimited("Slower.", retry_after=30)

    desk.provider.templates = fails  # type: ignore[method-assign]
    desk.cycle(3_601)
    assert desk.line()


def test_R42_a_nul_in_a_template_stops_no_engine(desk: Desk) -> None:
    desk.provider.templates_answer = TemplateList([template(4, body="a\0b \ud800")])
    desk.cycle(3_601)
    with desk.workspace.read() as tx:
        row = content_templates.find(tx, desk.account_id, template(4).sid)
    assert row is not None
    assert row["body"] == "a\ufffdb \ufffd"
