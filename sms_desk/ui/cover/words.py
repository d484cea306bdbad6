"""What the screens of absence and cover say, as values: nothing here paints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from uuid import UUID

from PySide6.QtCore import QDate, QLocale

from sms_desk.domain.absences import Cover, Part, Split
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.services.absence_rows import AbsenceRow, AbsenceState, PartCount, Severity
from sms_desk.ui.widgets.times import moment_words
from sms_desk.ui.widgets.words import tr as translated


def tr(text: str, n: int = -1) -> str:
    return translated("cover", text, n)


PART_ICONS = {
    Part.CONVERSATIONS: "inbox",
    Part.INBOUND: "arrow-down",
    Part.SENDERS: "hash",
    Part.SCHEDULED: "clock",
    Part.NOTIFICATIONS: "zap",
}
GAP_SIGNS = {
    Severity.STOP: ("circle-x", "error"),
    Severity.WARNING: ("triangle-alert", "nudge"),
    Severity.OK: ("check", "ok"),
}


def name_of(name: str) -> str:
    """A person inside a sentence of ours: one line, its direction its own."""
    return isolate(display_name(name, 40) or tr("Unnamed"))


def part_title(part: Part) -> str:
    return {
        Part.CONVERSATIONS: tr("Open conversations"),
        Part.INBOUND: tr("New messages while away"),
        Part.SENDERS: tr("Sender IDs"),
        Part.SCHEDULED: tr("Scheduled messages"),
        Part.NOTIFICATIONS: tr("Notifications"),
    }[part]


def part_detail(count: PartCount, now: datetime, zone: tzinfo) -> str:
    """The quiet line below a part's title."""
    match count.part:
        case Part.CONVERSATIONS:
            if not count.count:
                return tr("none at the moment")
            said = [
                tr("%n waiting for us", count.waiting) if count.waiting else "",
                tr("%n quiet", count.quiet) if count.quiet else "",
                tr("%n snoozed", count.snoozed) if count.snoozed else "",
            ]
            return ", ".join(filter(None, said))
        case Part.INBOUND:
            return tr("what begins or opens again meanwhile")
        case Part.SENDERS:
            if not count.senders:
                return tr("none held")
            shown = [display_name(label, 24) or address for _, label, address, _ in count.senders]
            more = len(shown) - 2
            words = ", ".join(isolate(one) for one in shown[:2])
            return f"{words}, {tr('%n more', more)}" if more > 0 else words
        case Part.SCHEDULED:
            if count.first_due is None:
                return tr("none waits")
            when = moment_words(count.first_due, now, zone)
            return tr("first one {when}").replace("{when}", when)
        case Part.NOTIFICATIONS:
            return tr("on screen and by e-mail")


def cover_words(cover: Cover, names: Mapping[UUID, str]) -> str:
    """What a part's button says."""
    if not cover.shares:
        if cover.part is Part.NOTIFICATIONS:
            return tr("With the conversation")
        return tr("Nobody")
    people = list(dict.fromkeys(share.person_id for share in cover.shares))
    if len(people) == 1:
        return display_name(names.get(people[0], ""), 24)
    if cover.split in (Split.EVEN, Split.ONE):
        shown = ", ".join(display_name(names.get(one, ""), 14) for one in people[:2])
        return shown if len(people) == 2 else f"{shown} +{len(people) - 2}"
    return {
        Split.LOAD: tr("Split by load"),
        Split.PROGRAM: tr("Split by program"),
        Split.SENDER: tr("Split by sender ID"),
        Split.LIST: tr("Split by list"),
    }[cover.split]


def reason_title(reason: str) -> str:
    return {
        "": tr("No reason given"),
        "vacation": tr("Vacation"),
        "sick": tr("Sick"),
        "left": tr("Does not come back"),
        "other": tr("Something else"),
    }.get(reason, reason)


def state_title(state: AbsenceState) -> str:
    return {
        AbsenceState.COMING: tr("Coming"),
        AbsenceState.RUNNING: tr("Away now"),
        AbsenceState.ENDED: tr("Over"),
        AbsenceState.CANCELLED: tr("Called off"),
    }[state]


def wall_words(wall: str, at: datetime, now: datetime, zone: tzinfo, *, end: bool) -> str:
    """A beginning or an end as it was meant: a whole day, or a minute. zone: the absent person's."""
    said = _day_words(wall, now, zone)
    if said:
        words = tr("{day}, end of day") if end else tr("{day}, start of day")
        return words.replace("{day}", said)
    return moment_words(at, now, zone)


def _day_words(wall: str, now: datetime, zone: tzinfo) -> str:
    """A whole day; "" for what is none."""
    if len(wall) != len("2026-11-23"):
        return ""
    day = QDate.fromString(wall, "yyyy-MM-dd")
    pattern = "ddd d MMM" if day.year() == now.astimezone(zone).year else "ddd d MMM yyyy"
    return QLocale().toString(day, pattern)


def span_words(row: AbsenceRow, now: datetime, zone: tzinfo) -> str:
    """From and until of a row, in the absent person's own days; whole ones need no more words."""
    first, last = (_day_words(wall, now, zone) for wall in (row.since_wall, row.until_wall))
    if first and last:
        return first if first == last else f"{first} – {last}"
    since = first or wall_words(row.since_wall, row.since, now, zone, end=False)
    if row.permanent:
        return tr("from {since}, for good").replace("{since}", since)
    if row.until is None:
        return tr("from {since}, no end yet").replace("{since}", since)
    until = wall_words(row.until_wall, row.until, now, zone, end=True)
    return f"{since} – {until}"


def start_words(since: datetime, now: datetime, zone: tzinfo, *, permanent: bool) -> str:
    """What the one primary button of a new plan does."""
    if permanent:
        return tr("Hand over for good")
    if since <= now:
        return tr("Start cover now")
    day = since.astimezone(zone).date()
    if (day - now.astimezone(zone).date()).days < 7:
        name = QLocale().toString(QDate(day.year, day.month, day.day), "dddd")
    else:
        name = QLocale().toString(QDate(day.year, day.month, day.day), "d MMM")
    return tr("Start cover on {day}").replace("{day}", name)
