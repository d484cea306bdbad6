"""Invented conversations for the tests and try-outs of thread, composer and context pane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from sms_desk.domain import positions
from sms_desk.domain.model import (
    DIRECT,
    AttachmentState,
    Channel,
    DeliveryStatus,
    Direction,
    DraftMode,
    Health,
    Origin,
    OutboxState,
    ProgramId,
    ProgramKind,
    Role,
    SenderDirection,
    SenderKind,
    Source,
    SourceKind,
    SourceReason,
    TeamState,
)
from sms_desk.services.rows import (
    AttachmentRow,
    ConversationDetail,
    InboxRow,
    ItemKind,
    OtherConversation,
    PersonRow,
    SenderChoice,
    SenderRow,
    TagRow,
    TemplateRow,
    ThreadItem,
    ThreadPage,
)

NOW = datetime(2026, 11, 17, 17, 2, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
_SPACE = UUID("00000000-0000-4000-8000-000000000000")


def made_id(name: str) -> UUID:
    return uuid5(_SPACE, name)


ME, SANA, JONAS = made_id("me"), made_id("sana"), made_id("jonas")
CONVERSATION, CONTACT = made_id("conversation"), made_id("contact")
PICTURE = made_id("picture")


def at(text: str, day: int = 17) -> datetime:
    """`at("10:42")`: that minute on the day of November."""
    hour, minute = (int(part) for part in text.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def message(name: str, when: datetime, body: str = "", **more: Any) -> ThreadItem:
    """Inbound unless `more` says otherwise."""
    values: dict[str, Any] = {
        "direction": Direction.INBOUND,
        "origin": Origin.CONTACT,
    } | more
    return ThreadItem(
        ItemKind.MESSAGE,
        made_id(name),
        positions.of_message(when, name),
        when,
        CONVERSATION,
        body,
        **values,
    )


def sent(name: str, when: datetime, body: str, **more: Any) -> ThreadItem:
    """One of ours, delivered unless `more` says otherwise."""
    values: dict[str, Any] = {
        "direction": Direction.OUTBOUND,
        "origin": Origin.PERSON,
        "author_id": ME,
        "author_name": "Jonas Reed",
        "status": DeliveryStatus.DELIVERED,
    } | more
    return message(name, when, body, **values)


def note(name: str, when: datetime, body: str, **more: Any) -> ThreadItem:
    position = positions.of_own(when, positions.Kind.NOTE)
    values: dict[str, Any] = {"author_id": ME, "author_name": "Jonas Reed"} | more
    return ThreadItem(ItemKind.NOTE, made_id(name), position, when, CONVERSATION, body, **values)


def event(name: str, when: datetime, kind: str, **more: Any) -> ThreadItem:
    position = positions.of_own(when, positions.Kind.EVENT)
    return ThreadItem(
        ItemKind.EVENT, made_id(name), position, when, CONVERSATION, event=kind, **more
    )


def pending(name: str, when: datetime, body: str, state: OutboxState, **more: Any) -> ThreadItem:
    return ThreadItem(
        ItemKind.PENDING,
        made_id(name),
        positions.of_message(when, name),
        when,
        CONVERSATION,
        body,
        direction=Direction.OUTBOUND,
        origin=Origin.PERSON,
        author_id=ME,
        author_name="Jonas Reed",
        outbox_state=state,
        outbox_id=made_id(name),
        **more,
    )


def page(*items: ThreadItem, older: int | None = None, newer: int | None = None) -> ThreadPage:
    return ThreadPage(tuple(sorted(items, key=lambda item: item.position)), older, newer)


def target_picture() -> tuple[ThreadItem, ...]:
    """The thread of `look/inbox-light.png`."""
    return (
        sent(
            "offer",
            at("16:00", 10),
            "Our autumn offer starts today: 15 % on every coat until Sunday. See them at the Mill "
            "Street shop. Reply STOP to opt out.",
            origin=Origin.PROGRAM,
            author_id=None,
            author_name="",
            program_name="Autumn offer",
            program_kind=ProgramKind.CAMPAIGN,
        ),
        message("hi", at("10:01"), "Hi! Is the long wool coat still there?"),
        message(
            "blue", at("10:42"), "Is the blue one still in stock? I could come by after work 🧥"
        ),
        event(
            "came",
            at("10:43"),
            "routed",
            event_detail={"name": "you"},
            reason="you hold +1 202 555 0101 · answers Autumn offer",
        ),
        note(
            "held",
            at("10:44"),
            "Two left in blue, sizes M and L. @Sana can you hold one?",
            mentions=("Sana",),
        ),
    )


def every_state() -> tuple[ThreadItem, ...]:
    """Each delivery and outbox state once."""
    return (
        sent("s1", at("11:00"), "Read on WhatsApp", status=DeliveryStatus.READ),
        sent("s2", at("11:02"), "Only sent", status=DeliveryStatus.SENT),
        sent(
            "s3",
            at("11:04"),
            "For a colleague",
            author_id=SANA,
            author_name="Sana Bashir",
            on_behalf_name="Jonas Reed",
            sender_label="West sales",
        ),
        sent(
            "s4",
            at("11:06"),
            "Thank you for your message. We are back at 9.",
            origin=Origin.AUTOMATIC,
            author_id=None,
            author_name="",
        ),
        sent(
            "s5",
            at("11:08"),
            "Your parcel arrives today.",
            origin=Origin.PROGRAM,
            author_id=None,
            author_name="",
            program_name="Delivery alerts",
            program_kind=ProgramKind.SERVICE,
            status=DeliveryStatus.SENT,
        ),
        sent(
            "s6",
            at("11:10"),
            "This one did not make it.",
            status=DeliveryStatus.UNDELIVERED,
            error_code="30003",
            error_title="The phone is off or out of reach.",
            error_step="Try again later, or call.",
        ),
        sent(
            "s7",
            at("11:12"),
            "A word we do not know",
            status=DeliveryStatus.OTHER,
            status_text="teleported",
        ),
        message("s8", at("11:14"), "I wrote this yesterday.", late=True),
        pending("p1", at("11:20"), "Waiting for the line", OutboxState.QUEUED),
        pending("p2", at("11:21"), "On its way", OutboxState.SENDING),
        pending(
            "p3",
            at("11:22"),
            "Is it?",
            OutboxState.HELD,
            reason="Sana Bashir answered since you began.",
        ),
        pending("p4", at("11:23"), "Did this go out?", OutboxState.IN_DOUBT),
        pending(
            "p5",
            at("11:24"),
            "And this?",
            OutboxState.ASK,
            error_step="Later messages of this account are listed.",
        ),
        pending(
            "p6",
            at("11:25"),
            "No.",
            OutboxState.REFUSED,
            error_code="21610",
            error_title="The contact has opted out.",
            error_step="Only they can opt in again, by writing START.",
        ),
    )


def scripts() -> tuple[ThreadItem, ...]:
    """Long text, scripts of the world, links."""
    long_text = (
        "We had a look at the quote and there are a few things that we would like to understand "
        "before we sign: delivery in two parts, the price of the second year, and who answers "
        "the phone on Sundays. Could you put that into one page? "
    ) * 2
    return (
        message("t1", at("09:00"), long_text.strip()),
        sent("t2", at("09:01"), "دیپا شكراً، سأرسل العنوان بعد قليل. See you at 9."),
        message(
            "t3",
            at("09:02"),
            "شكراً جزيلاً، هل المعطف الأزرق ما زال متوفراً؟ يمكنني المرور بعد العمل إن أمكن ذلك اليوم.",
        ),
        message("t4", at("09:03"), "हाँ, कल शाम तक पहुँच जाएगा। धन्यवाद!"),
        sent("t5", at("09:04"), "您好，蓝色的大衣还有两件，中号和大号。需要为您留一件吗？"),
        message("t6", at("09:05"), "👍🏽👩‍👩‍👧‍👦🇧🇷 🎉"),
        message(
            "t7",
            at("09:06"),
            "Here: https://example.com/coats?id=7 and http://пример.com/x, not javascript:alert(1)",
        ),
        message("t8", at("09:07"), "<b>bold?</b> &amp; <img src=x> \x00 end"),
    )


def with_files() -> tuple[ThreadItem, ...]:
    def file(
        name: str, kind: str, state: AttachmentState, size: int | None = None, reason: str = ""
    ) -> AttachmentRow:
        return AttachmentRow(made_id(name), kind, size, state, reason)

    return (
        message(
            "f1",
            at("12:00"),
            "This one?",
            attachments=(AttachmentRow(PICTURE, "image/png", 48_000, AttachmentState.STORED, ""),),
        ),
        message(
            "f2",
            at("12:02"),
            "",
            attachments=(file("pdf", "application/pdf", AttachmentState.STORED, 183_000),),
        ),
        message(
            "f3",
            at("12:04"),
            "And these",
            attachments=(
                file("x1", "video/mp4", AttachmentState.REFUSED, 31_000_000, "larger than 25 MB"),
                file("x2", "image/jpeg", AttachmentState.PENDING),
                file(
                    "x3", "audio/ogg", AttachmentState.FAILED, None, "the provider did not answer"
                ),
            ),
        ),
    )


def many(count: int) -> tuple[ThreadItem, ...]:
    """A long thread, alternating in a plain pattern."""
    return tuple(_many(count))


def _many(count: int) -> Iterator[ThreadItem]:
    start = NOW - timedelta(minutes=7 * count)
    for number in range(count):
        when = start + timedelta(minutes=7 * number)
        text = f"Message {number}: " + "the coat is blue and the shop is open until seven. " * (
            number % 4 + 1
        )
        if number % 3 == 2:
            yield sent(f"m{number}", when, text)
        else:
            yield message(f"m{number}", when, text)


def picture_bytes(width: int = 640, height: int = 420, kind: str = "PNG") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    gradient = QLinearGradient(0, 0, width, height)
    gradient.setColorAt(0, QColor("#2457D6"))
    gradient.setColorAt(1, QColor("#B59CFF"))
    painter.fillRect(image.rect(), gradient)
    painter.setPen(Qt.GlobalColor.white)
    painter.drawEllipse(image.rect().center(), 90, 90)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


# --- the conversation around it ------------------------------------------------------------------

SENDER = SenderRow(
    id=made_id("sender"),
    channel=Channel.SMS,
    address="+12025550101",
    display="+1 202 555 0101",
    kind=SenderKind.LONG_CODE,
    country="US",
    label="West sales",
    direction=SenderDirection.BOTH,
    health=Health.OK,
    holders=("Jonas Reed",),
    program_name="",
    account_label="Main",
    retired=False,
)
OTHER_SENDER = replace(
    SENDER,
    id=made_id("sender 2"),
    address="+12025550102",
    display="+1 202 555 0102",
    label="My own",
)
FORBIDDEN_SENDER = replace(
    SENDER,
    id=made_id("sender 3"),
    address="22000",
    display="22000",
    kind=SenderKind.SHORT_CODE,
    label="Alerts",
)

CHOICES = (
    SenderChoice(SENDER, True, True, "the campaign's number"),
    SenderChoice(OTHER_SENDER, True, False, "your own number"),
    SenderChoice(FORBIDDEN_SENDER, False, False, "held by a service"),
)

CAMPAIGN = Source(SourceKind.CAMPAIGN, ProgramId(made_id("autumn")), SourceReason.RECENT_SEND)

INBOX_ROW = InboxRow(
    id=CONVERSATION,
    contact_id=CONTACT,
    contact_name="Mira Anand",
    peer="+1 202 555 0171",
    channel=Channel.SMS,
    sender_id=SENDER.id,
    sender_label="West sales",
    owner_id=ME,
    owner_name="Jonas Reed",
    team_state=TeamState.OPEN,
    snoozed_until=None,
    source=CAMPAIGN,
    program_name="Autumn offer",
    last_at=at("10:42"),
    last_position=positions.of_message(at("10:42"), "blue"),
    snippet="Is the blue one still in stock?",
    snippet_from=Origin.CONTACT,
    unread=2,
    waiting_since=at("10:01"),
    nudge_days=None,
    trouble="",
    draft="",
    tags=("coats", "Mill Street"),
    pinned=False,
    muted=False,
)

DETAIL = ConversationDetail(
    row=INBOX_ROW,
    sender=SENDER,
    numbers=((Channel.SMS, "+1 202 555 0171"), (Channel.WHATSAPP, "+1 202 555 0171")),
    contact_owner_id=None,
    local_time_zone="America/New_York",
    opted_out_scope="",
    opted_out_since=None,
    window_closes_at=None,
    tag_ids=((made_id("coats"), "coats"), (made_id("mill"), "Mill Street")),
    others=(
        OtherConversation(
            made_id("o1"),
            Channel.SMS,
            "Alerts",
            at("09:00", 3),
            TeamState.CLOSED,
            "",
            Source(SourceKind.SERVICE, ProgramId(made_id("alerts")), SourceReason.DEDICATED),
            "Delivery alerts",
        ),
        OtherConversation(
            made_id("o2"),
            Channel.WHATSAPP,
            "West sales",
            at("09:00", 2),
            TeamState.OPEN,
            "Sana Bashir",
            DIRECT,
            "",
        ),
    ),
    answerable=True,
    unanswerable_reason="",
    read_position=0,
    first_unread_position=positions.of_message(at("10:01"), "hi"),
    version=7,
    drafts={DraftMode.REPLY: "", DraftMode.NOTE: ""},
)

PEOPLE = (
    PersonRow(ME, "Jonas Reed", Role.REP, "UTC", False),
    PersonRow(SANA, "Sana Bashir", Role.REP, "UTC", False),
    PersonRow(JONAS, "Viktor Kessler", Role.SUPERVISOR, "UTC", False),
)
TAGS = (
    TagRow(made_id("coats"), "coats", 12),
    TagRow(made_id("mill"), "Mill Street", 4),
    TagRow(made_id("vip"), "regular", 3),
)
TEMPLATES = (
    TemplateRow(
        made_id("tpl1"),
        "Opening hours",
        "hours",
        None,
        "We are open from 9 to 19 on weekdays, and until 16 on Saturday.",
    ),
    TemplateRow(
        made_id("tpl2"),
        "Put aside",
        "aside",
        None,
        "Hello {first_name}, we have put it aside for you until {until}.",
    ),
    TemplateRow(made_id("tpl3"), "Thanks", "thanks", None, "Thank you, {first_name}!"),
)
