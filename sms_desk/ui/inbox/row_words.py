"""What a row of the inbox says, in words and chips, as values: nothing here paints.

Everything that came from outside has passed `domain.plain_text` when it leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final

from PySide6.QtCore import QDate, QLocale, QTime

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Origin, TeamState
from sms_desk.domain.plain_text import display_name, initials, isolate, preview
from sms_desk.services.inbox_rows import InboxRow
from sms_desk.ui.widgets.later_words import brief_words
from sms_desk.ui.widgets.sources import source_sign
from sms_desk.ui.widgets.times import age_words
from sms_desk.ui.widgets.words import tr

_MOST_TAGS: Final = 6
_OWNER: Final = 16
"""Characters of an absent owner's name: how long somebody waits stands beside it."""


@dataclass(frozen=True, slots=True)
class ChipWords:
    """One fact on the third line. ink: a colour token; ground: a token, "" for none."""

    text: str
    icon: str
    ink: str
    ground: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Here:
    """A colleague in a conversation, in words such as "Ann is reading" (R38)."""

    words: str
    typing: bool


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row, ready to be painted and read out."""

    name: str
    initials: str  # "" for a contact that nobody named
    time: str
    snippet: str
    chips: tuple[ChipWords, ...]
    spoken: str  # for a screen reader: name, unread, snippet, waiting
    here: Here | None = None  # a colleague is in it


@dataclass(frozen=True, slots=True)
class Clock:
    """What ages are measured by: the instant, and the person's zone."""

    now: datetime
    zone: tzinfo


def row_words(row: InboxRow, clock: Clock, here: Here | None = None) -> RowWords:
    """Everything that the row says at this instant."""
    name = display_name(row.contact_name)
    peer = display_name(row.peer)
    time = time_words(row.last_at, clock)
    snippet = _snippet(row)
    chips = tuple(_chips(row, clock))
    spoken = _spoken(row, name, peer, snippet, time, chips)
    if here is not None:
        spoken = f"{spoken}, {here.words}"
    return RowWords(isolate(name or peer), _initials(name), time, snippet, chips, spoken, here)


def time_words(at: datetime | None, clock: Clock) -> str:
    """When, as briefly as it is clear: 10:42, Yesterday, Tue, 3 Nov, 3 Nov 2019."""
    if at is None:
        return ""
    local, today = at.astimezone(clock.zone), clock.now.astimezone(clock.zone).date()
    days = (today - local.date()).days
    if days == 0:
        return clock_time(local)
    if days == 1:
        return tr("inbox", "Yesterday")
    date = QDate(local.year, local.month, local.day)
    if 1 < days < 7:
        return QLocale().toString(date, "ddd")
    return QLocale().toString(date, "d MMM" if local.year == today.year else "d MMM yyyy")


def clock_time(local: datetime) -> str:
    """The time of day in the manner of the person's system."""
    locale = QLocale()
    time = QTime(local.hour, local.minute)
    if locale.language() == QLocale.Language.C:
        return time.toString("HH:mm")
    return locale.toString(time, QLocale.FormatType.ShortFormat)


def _initials(name: str) -> str:
    return initials(name) if name else ""


def _snippet(row: InboxRow) -> str:
    text = preview(row.snippet) or _without_words(row)
    prefix = _PREFIXES.get(row.snippet_from)
    return f"{tr('inbox', prefix)} {isolate(text)}" if prefix else text


def _without_words(row: InboxRow) -> str:
    """A row with an empty line would look as if it were not there yet."""
    if row.snippet_from is None:
        return tr("inbox", "Nothing sent yet")
    if row.attachments > 1:
        return tr("inbox", "%n attachments", row.attachments)
    return tr("inbox", "Attachment") if row.attachments else tr("inbox", "(no text)")


_PREFIXES: Final[dict[Origin | None, str]] = {
    Origin.PERSON: "You:",
    Origin.AUTOMATIC: "Automatic:",
    Origin.ELSEWHERE: "Sent elsewhere:",
}


def _chips(row: InboxRow, clock: Clock) -> Iterator[ChipWords]:
    """The third line in order of weight; empty when there is nothing to say."""
    yield from _source_chip(row)
    yield from _trouble_chip(row)
    if row.sender_blocked:
        yield ChipWords(tr("inbox", "number blocked"), "ban", "error")
    yield from _waiting_chip(row, clock)
    if row.unrouted:
        yield ChipWords(row.unrouted, "circle-alert", "nudge")
    yield from _cover_chip(row)
    yield from _nudge_chip(row)
    yield from _state_chip(row, clock)
    yield from _later_chip(row, clock)
    if row.draft:
        yield ChipWords(tr("inbox", "draft"), "pencil", "accent")
    for tag in row.tags[:_MOST_TAGS]:
        yield ChipWords(display_name(tag, 30), "", "secondary", "neutral_soft")


def _cover_chip(row: InboxRow) -> Iterator[ChipWords]:
    """Whose place one takes; of the others' one only sees that they are away."""
    owner = display_name(row.owner_name, _OWNER)
    if row.covering:
        words = tr("inbox", "covering for {name}").replace("{name}", isolate(owner))
        yield ChipWords(words, "shield", "accent")
    elif row.owner_away and owner:
        words = tr("inbox", "{name} is away").replace("{name}", isolate(owner))
        yield ChipWords(words, "user-x", "secondary")


def _source_chip(row: InboxRow) -> Iterator[ChipWords]:
    sign = source_sign(row.source, row.program_name)
    if sign is not None:
        yield ChipWords(sign.text, sign.icon, sign.ink, sign.ground)


_TROUBLES: Final = {
    "failed": ("failed", "triangle-alert", "error"),
    "held": ("held", "hand", "nudge"),
    "in_doubt": ("not confirmed", "circle-question-mark", "nudge"),
    "ask": ("needs your decision", "circle-question-mark", "error"),
}


def _trouble_chip(row: InboxRow) -> Iterator[ChipWords]:
    if found := _TROUBLES.get(row.trouble):
        words, icon, ink = found
        yield ChipWords(tr("inbox", words), icon, ink, strong=True)


def _waiting_chip(row: InboxRow, clock: Clock) -> Iterator[ChipWords]:
    if row.waiting_since is None:
        return
    age = clock.now - row.waiting_since
    late = row.late_at is not None and clock.now >= row.late_at
    yield ChipWords(age_words(age), "clock", "waiting" if late else "secondary", strong=late)


def _nudge_chip(row: InboxRow) -> Iterator[ChipWords]:
    if row.nudge_days is not None:
        words = tr("inbox", "silent for %n day(s)", row.nudge_days)
        yield ChipWords(words, "zap", "nudge")


def _state_chip(row: InboxRow, clock: Clock) -> Iterator[ChipWords]:
    if row.team_state is TeamState.SNOOZED and row.snoozed_until is not None:
        until = row.snoozed_until.astimezone(clock.zone)
        day = "" if until.date() == clock.now.astimezone(clock.zone).date() else f"{_day(until)} "
        words = tr("inbox", "till {when}").replace("{when}", f"{day}{clock_time(until)}")
        yield ChipWords(words, "alarm-clock", "secondary")
    elif row.team_state is TeamState.CLOSED:
        yield ChipWords(tr("inbox", "closed"), "check", "secondary")


_LATER_SIGN: Final = "calendar-clock"


def _later_chip(row: InboxRow, clock: Clock) -> Iterator[ChipWords]:
    """The next message that waits for its time; by the reader's clock, as all times of the list."""
    if row.goes_at is not None:
        when = brief_words(row.goes_at, clock.now, str(clock.zone))
        yield ChipWords(when, _LATER_SIGN, "accent")


def _day(local: datetime) -> str:
    return QLocale().toString(QDate(local.year, local.month, local.day), "ddd d MMM")


def _spoken(
    row: InboxRow, name: str, peer: str, snippet: str, time: str, chips: tuple[ChipWords, ...]
) -> str:
    """The row read out: the number stands beside any name."""
    who = f"{isolate(name)}, {isolate(peer)}" if name else isolate(peer)
    channel = "WhatsApp" if row.channel is Channel.WHATSAPP else tr("inbox", "SMS")
    parts = [who, channel, _unread_words(row), isolate(snippet), time, _waiting_words(chips)]
    others = [isolate(_said(chip)) for chip in chips if chip.icon != "clock"]
    signs = [tr("inbox", "pinned")] * row.pinned + [tr("inbox", "muted")] * row.muted
    return ", ".join(part for part in (*parts, *others, *signs) if part)


def _said(chip: ChipWords) -> str:
    """What a chip's sign tells the eye, for the ear."""
    if chip.icon == _LATER_SIGN:
        return tr("inbox", "scheduled for {when}").replace("{when}", chip.text)
    return chip.text


def _unread_words(row: InboxRow) -> str:
    return tr("inbox", "%n unread", row.unread) if row.unread else ""


def _waiting_words(chips: tuple[ChipWords, ...]) -> str:
    ages = [chip.text for chip in chips if chip.icon == "clock"]
    return tr("inbox", "waiting {age}").replace("{age}", ages[0]) if ages else ""
