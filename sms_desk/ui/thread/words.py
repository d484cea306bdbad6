"""What a thread says beside the messages themselves: times, delivery, who wrote, what happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from PySide6.QtCore import QDate, QLocale, QTime

from sms_desk.domain import plain_text
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import AttachmentState, DeliveryStatus, Direction, Origin, OutboxState
from sms_desk.services.rows import AttachmentRow, ItemKind, ThreadItem
from sms_desk.ui.reader import Reader as Reader
from sms_desk.ui.thread.arrange import Older, Row
from sms_desk.ui.widgets.later_words import due_words
from sms_desk.ui.widgets.words import tr as translated

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sign:
    """A state as a glyph and a word, never as colour alone. color: the theme's colour."""

    icon: str
    word: str
    color: str = "secondary"


def tr(text: str, n: int = -1) -> str:
    """The text in the person's language; `%n` and "(s)" as in `ui.widgets.words`."""
    return translated("thread", text, n)


def name_in_text(name: str) -> str:
    """A name inside a sentence of ours: one line, and its direction stays its own."""
    shown = plain_text.display_name(name)
    return plain_text.isolate(shown) if shown else ""


# --- times -----------------------------------------------------------------------------------


def time_of(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def day_name(day: date, today: date) -> str:
    """Today, yesterday, tomorrow, or the weekday and date; the year where it is another."""
    near = {-1: tr("Tomorrow"), 0: tr("Today"), 1: tr("Yesterday")}
    if (name := near.get((today - day).days)) is not None:
        return name
    pattern = "dddd, d MMMM" if day.year == today.year else "dddd, d MMMM yyyy"
    return QLocale().toString(QDate(day.year, day.month, day.day), pattern)


def span(row: Row, reader: Reader) -> str:
    """The minute of a message, or first and last minute of its group."""
    if row.item is None:
        return ""
    if row.item.kind is ItemKind.SCHEDULED:  # its day stands above it
        return due_words(row.item.at, row.item.zone, str(reader.zone), day=False)
    last = time_of(row.item.at, reader.zone)
    first = time_of(row.since, reader.zone) if row.since else last
    return last if first == last else f"{first} – {last}"


# --- who -------------------------------------------------------------------------------------


def author(item: ThreadItem, reader: Reader) -> str:
    """Who of us wrote, and for whom (R26); empty for the contact's own messages."""
    name = _writer(item, reader)
    if item.on_behalf_name:
        return tr("{author} for {other}").format(
            author=name, other=name_in_text(item.on_behalf_name)
        )
    return name


def _writer(item: ThreadItem, reader: Reader) -> str:
    if item.author_id is not None and item.author_id == reader.person_id:
        return tr("You")
    if item.author_name:
        return name_in_text(item.author_name)
    return tr("Sent from elsewhere") if item.origin is Origin.ELSEWHERE else ""


# --- how it went -----------------------------------------------------------------------------

_FAILED = (DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED)


def has_failed(item: ThreadItem) -> bool:
    return item.status in _FAILED or item.outbox_state is OutboxState.REFUSED


def sign(item: ThreadItem) -> Sign | None:
    """Delivery of a message, or the state of a pending one; None for what has none."""
    if item.kind is ItemKind.SCHEDULED:
        return Sign("calendar-clock", tr("Scheduled"), "accent")
    if item.unanswered and item.outbox_state in (None, OutboxState.QUEUED):
        return Sign("clock", tr("Waiting for the workspace"))
    if item.outbox_state is not None and item.kind is ItemKind.PENDING:
        return _pending_sign(item.outbox_state)
    if item.direction is not Direction.OUTBOUND or item.status is None:
        return None
    return _delivery_sign(item)


def _delivery_sign(item: ThreadItem) -> Sign:
    match item.status:
        case DeliveryStatus.QUEUED:
            return Sign("clock", tr("Queued"))
        case DeliveryStatus.SENT:
            return Sign("check", tr("Sent"))
        case DeliveryStatus.DELIVERED:
            return Sign("check-check", tr("Delivered"))
        case DeliveryStatus.READ:
            return Sign("check-check", tr("Read"), "accent")
        case DeliveryStatus.FAILED | DeliveryStatus.UNDELIVERED:
            return Sign("triangle-alert", tr("Not delivered"), "error")
        case DeliveryStatus.CANCELED:
            return Sign("ban", tr("Canceled"))
        case _:
            word = plain_text.display_name(item.status_text) or tr("Unknown state")
            return Sign("info", word)


def _pending_sign(state: OutboxState) -> Sign:
    match state:
        case OutboxState.QUEUED:
            return Sign("clock", tr("Queued"))
        case OutboxState.CLAIMED | OutboxState.SENDING:
            return Sign("loader-circle", tr("Sending"))
        case OutboxState.HELD:
            return Sign("hand", tr("Held"), "nudge")
        case OutboxState.IN_DOUBT:
            return Sign("circle-question-mark", tr("Not confirmed"), "nudge")
        case OutboxState.ASK:
            return Sign("circle-question-mark", tr("Needs your decision"), "error")
        case OutboxState.REFUSED:
            return Sign("triangle-alert", tr("Not sent"), "error")
        case OutboxState.WITHDRAWN:
            return Sign("ban", tr("Dropped"))
        case _:
            return Sign("check", tr("Sent"))


def without_text(item: ThreadItem) -> str:
    """What stands for the text of a message that has none, nor a file: it was blank, or its text was
    taken away at the provider."""
    is_blank = item.kind is ItemKind.MESSAGE and not (item.body or item.attachments)
    return tr("(no text)") if is_blank else ""


def trouble(item: ThreadItem) -> tuple[str, str]:
    """What is wrong and what to do, in plain words; empty where nothing is."""
    match item.outbox_state if item.kind is ItemKind.PENDING else None:
        case OutboxState.HELD:
            return _held(item), plain_text.preview(item.error_step, 300)
        case OutboxState.IN_DOUBT:
            return tr(
                "The provider's answer was lost. The desk is checking whether it arrived."
            ), ""
        case OutboxState.ASK:
            return (
                tr("The provider's answer was lost, and its list does not show the message."),
                plain_text.preview(item.error_step or item.error_title, 300),
            )
    if not has_failed(item):
        return "", ""
    return _failure(item), plain_text.preview(item.error_step, 300)


def _held(item: ThreadItem) -> str:
    reason = plain_text.preview(item.error_title or item.reason, 300)
    return reason or tr("A check said no before it was sent.")


def _failure(item: ThreadItem) -> str:
    title = plain_text.preview(item.error_title or item.reason, 300)
    code = plain_text.display_name(item.error_code)
    if not title:
        return tr("Error {code}").format(code=code) if code else ""
    return f"{title} ({code})" if code else title


# --- attachments -----------------------------------------------------------------------------


def size_of(count: int | None) -> str:
    form = QLocale.DataSizeFormat.DataSizeSIFormat
    return "" if count is None else QLocale().formattedDataSize(count, 1, form)


def _kind(content_type: str) -> str:
    """A type in words, with the provider's own where it says more."""
    known = {"application/pdf": tr("PDF document"), "text/vcard": tr("Contact card")}
    families = {"image": tr("Picture"), "audio": tr("Audio"), "video": tr("Video")}
    family, _, detail = content_type.lower().partition("/")
    if content_type.lower() in known:
        return known[content_type.lower()]
    shown = plain_text.display_name(detail if family in families else content_type, 40)
    word = families.get(family, tr("File"))
    return f"{word} ({shown})" if shown else word


def attachment(row: AttachmentRow) -> tuple[str, str]:
    """Its type in words, and its size or what became of it."""
    kind = _kind(row.content_type)
    reason = plain_text.preview(row.reason, 300)
    match row.state:
        case AttachmentState.PENDING:
            return kind, tr("being fetched")
        case AttachmentState.REFUSED:
            return kind, tr("not fetched: {reason}").format(reason=reason or tr("refused"))
        case AttachmentState.FAILED:
            return kind, tr("could not be fetched: {reason}").format(
                reason=reason or tr("will be tried again")
            )
        case _:
            return kind, size_of(row.size)


# --- events ----------------------------------------------------------------------------------


def event(item: ThreadItem, reader: Reader) -> str:
    """One line: who did what, and why, from the stored kind, detail and reason."""
    said = _happening(item, reader)
    reason = _event_reason(item, reader)
    if not said or not reason:
        return said or reason
    if item.event in _CAME:
        return tr("{happened} because {reason}").format(happened=said, reason=reason)
    return f"{said} · {reason}"


def _happening(item: ThreadItem, reader: Reader) -> str:
    texts = _EVENTS.get("begun_elsewhere" if is_continuation(item) else item.event)
    if texts is None:
        return item.event.replace("_", " ").capitalize()
    who, name = _writer(item, reader), _event_name(item, reader)
    by_person, by_rule, by_person_unnamed = texts
    if not name and by_person_unnamed:
        by_person = by_rule = by_person_unnamed
    text = tr(by_person) if who else tr(by_rule)
    said = text.format(who=who, name=name, until=_until(item, reader))
    return " ".join(said.split())


_CAME = ("routed", "came")
_EVENTS = {  # by a person, by a rule, and where nobody and nothing is named
    "started": ("{who} began this conversation", "This conversation began", ""),
    "routed": ("Came to {name}", "Came to {name}", "Stands here without an owner"),
    "came": ("Came to {name}", "Came to {name}", "Stands here without an owner"),
    "assigned": ("{who} assigned this to {name}", "Assigned to {name}", "{who} removed the owner"),
    "closed": ("{who} closed", "Closed", ""),
    "reopened": ("{who} reopened", "Reopened", ""),
    "snoozed": ("{who} snoozed until {until}", "Snoozed until {until}", ""),
    "woken": ("{who} ended the snooze", "The snooze ended", ""),
    "tagged": ("{who} added the tag {name}", "Tagged {name}", "{who} added a tag"),
    "untagged": ("{who} removed the tag {name}", "Untagged {name}", "{who} removed a tag"),
    "taken_over": (
        "{who} took this over as a sales conversation",
        "Taken over as a sales conversation",
        "",
    ),
    "rebound": ("{who} said that this answers {name}", "Answers {name}", "{who} made this direct"),
    "silenced": (
        "{who} answered: the automation is silent from here on",
        "The automation is silent from here on",
        "",
    ),
    "released": ("{who} let the automation answer again", "The automation may answer again", ""),
    "opted_out": ("The contact opted out", "The contact opted out", ""),
    "opted_in": ("The contact opted in again", "The contact opted in again", ""),
    "begun_elsewhere": ("Continued from {name} · {who}", "Continued from {name}", ""),
    "continued": ("Goes on in {name} · {who}", "Goes on in {name}", ""),
}
_REASONS = {
    "person": "",  # the line says who
    "undo": "a change taken back",
    "due": "its time had come",
    "contact_wrote": "the contact wrote",
    "replied": "somebody replied",
    "one_holder": "they hold the sender ID",
    "several_holders": "several people hold the sender ID",
    "no_holder": "nobody holds the sender ID",
    "program_only": "only a program holds the sender ID",
    "nobody_present": "nobody who holds the sender ID is here",
    "last_sender": "of who wrote last from the sender ID",
    "owner": "of who owns the contact",
    "round_robin": "the holders get it in turn",
    "named": "one person gets what comes in",
    "everyone": "everybody who holds the sender ID gets it",
    "fallback": "",  # the line says where it goes on
    "continued": "it goes on from another sender ID",
}


def is_continuation(item: ThreadItem) -> bool:
    """Whether the event tells that this conversation continues one of a blocked sender ID (R17)."""
    return item.event == "started" and "continued_from" in (item.event_detail or {})


def leads_to(item: ThreadItem) -> str:
    """The id of the conversation that an event leads to, "" for none."""
    return str((item.event_detail or {}).get("opens", ""))


def _event_reason(item: ThreadItem, reader: Reader) -> str:
    detail = item.event_detail or {}
    trail = detail.get("trail")
    rule = str(trail.get("rule", "")) if isinstance(trail, dict) else ""
    reason = "" if is_continuation(item) else rule or item.reason
    if reason == "one_holder" and detail.get("after") == str(reader.person_id):
        return tr("you hold the sender ID")
    if reason in _REASONS:
        return tr(_REASONS[reason]) if _REASONS[reason] else ""
    return plain_text.preview(reason, 300)


def _event_name(item: ThreadItem, reader: Reader) -> str:
    """Whom or what the event tells of: the person, program or tag after it."""
    detail = item.event_detail or {}
    after = detail.get("after", detail.get("tag"))
    after = detail.get("continued_from", detail.get("continued_in", after))
    values = list(after.values()) if isinstance(after, dict) else [after]
    if str(reader.person_id) in values:
        return tr("you")
    names = detail.get("names", {})
    found = next((names[value] for value in values if value in names), detail.get("name", ""))
    return name_in_text(str(found)) if found else ""


def _until(item: ThreadItem, reader: Reader) -> str:
    """The moment that a snooze ends, stored in microseconds since 1970."""
    after = (item.event_detail or {}).get("after")
    micros = after.get("snoozed_until") if isinstance(after, dict) else None
    if not isinstance(micros, int):
        return ""
    until = _EPOCH + timedelta(microseconds=micros)
    local = until.astimezone(reader.zone)
    day = QLocale().toString(QDate(local.year, local.month, local.day), "ddd d MMM")
    return f"{day} {time_of(until, reader.zone)}"


# --- what the server keeps ----------------------------------------------------------------------


def older(state: Older) -> tuple[str, str]:
    """What the row above the first message says, and the word that fetches; "" while it runs."""
    if state.fetching:
        return tr("Fetching older messages…"), ""
    if state.trouble:
        return plain_text.preview(state.trouble, 300), tr("Try again")
    return tr("Older messages are kept on the server"), tr("Fetch")


# --- for those who listen ----------------------------------------------------------------------


def spoken(row: Row, reader: Reader, today: date) -> str:
    """The whole row as one sentence for a screen reader; the text of messages stays plain."""
    item = row.item
    if row.older is not None:
        return " · ".join(filter(None, older(row.older)))
    if item is None:
        return day_name(row.day, today) if row.key[0] == "day" else tr("New messages from here")
    if item.kind is ItemKind.EVENT:
        return event(item, reader)
    problem, step = trouble(item)
    state = sign(item)
    files = [", ".join(filter(None, attachment(each))) for each in item.attachments]
    pieces = [
        _speaker(item, reader),
        plain_text.preview(item.body, 1000) if item.body else without_text(item),
        *files,
        _moment(item, reader),
        state.word if state else "",
        tr("arrived late") if item.late else "",
        problem,
        step,
    ]
    return ". ".join(piece.rstrip(".") for piece in pieces if piece)


def _moment(item: ThreadItem, reader: Reader) -> str:
    if item.kind is ItemKind.SCHEDULED:
        return due_words(item.at, item.zone, str(reader.zone))
    return time_of(item.at, reader.zone)


def _speaker(item: ThreadItem, reader: Reader) -> str:
    if item.kind is ItemKind.NOTE:
        return tr("Note by {name}, only your team sees this").format(
            name=_writer(item, reader) or tr("somebody")
        )
    if item.direction is Direction.INBOUND:
        return tr("Contact")
    if item.origin is Origin.PROGRAM:
        return name_in_text(item.program_name) or tr("Program")
    if item.origin is Origin.AUTOMATIC:
        return tr("Automatic reply")
    return author(item, reader) or tr("We")
