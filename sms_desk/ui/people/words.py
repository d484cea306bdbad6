"""People and teams in words and signs, as values: nothing here paints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import QDate, QLocale, QTime

from sms_desk.domain.model import HolderKind
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.domain.staff import Holds
from sms_desk.domain.wall_time import require_zone
from sms_desk.services.people import Here, StaffRow, TeamRow
from sms_desk.ui.widgets.people_fields import role_words
from sms_desk.ui.widgets.table import Cell
from sms_desk.ui.widgets.text import Tone
from sms_desk.ui.widgets.times import end_words, moment_words
from sms_desk.ui.widgets.words import tr as translated

SIGNS: dict[Here, tuple[Tone, str]] = {
    Here.HERE: ("ok", "check"),
    Here.OFF_HOURS: ("secondary", "moon"),
    Here.ABSENT: ("nudge", "user-x"),
    Here.INVITED: ("secondary", "mail"),
    Here.SUSPENDED: ("error", "ban"),
    Here.REMOVED: ("secondary", "log-out"),
}
_NAMED = 3


def tr(text: str, n: int = -1) -> str:
    return translated("people", text, n)


def name_of(name: str, limit: int = 60) -> str:
    """A name alone: as it is written, or that there is none."""
    return display_name(name, limit) or tr("Unnamed")


def inside(name: str) -> str:
    """A name inside a sentence of ours: its direction is its own."""
    return isolate(name_of(name, 40))


def names_words(names: Sequence[str]) -> str:
    """The first few by name, the others by number."""
    said = ", ".join(inside(name) for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{said}, {tr('%n more', more)}" if more > 0 else said


# --- presence -------------------------------------------------------------------------------------


def here_title(here: Here) -> str:
    return {
        Here.HERE: tr("Here"),
        Here.OFF_HOURS: tr("Outside hours"),
        Here.ABSENT: tr("Away"),
        Here.INVITED: tr("Invited"),
        Here.SUSPENDED: tr("Suspended"),
        Here.REMOVED: tr("Removed"),
    }[here]


def here_cell(row: StaffRow, now: datetime, zone: tzinfo, *, at_desk: bool = False) -> Cell:
    """zone: the reader's own. at_desk: their desk is open, and somebody sits at it (R38)."""
    ink, icon = SIGNS[row.here]
    detail = here_detail(row, now, zone)
    if at_desk:
        detail = ", ".join(filter(None, (tr("at the desk now"), detail)))
    return Cell(here_title(row.here), detail, ink=ink or "text", icon=icon)


def here_detail(row: StaffRow, now: datetime, zone: tzinfo) -> str:
    """Until when, and who answers meanwhile; what suspended and removed mean."""
    match row.here:
        case Here.HERE:
            return ""
        case Here.INVITED:
            return tr("has not joined yet")
        case Here.SUSPENDED:
            return tr("keeps what they hold, does nothing more")
        case Here.REMOVED:
            return tr("has left, the name stays on what they wrote")
    back = ""
    if row.back_at is not None:
        words = end_words if row.here is Here.ABSENT else moment_words
        back = tr("until {when}").replace("{when}", words(row.back_at, now, zone))
    if row.here is Here.OFF_HOURS:
        return back
    return ", ".join(filter(None, (back or tr("no end yet"), _cover_words(row))))


def _cover_words(row: StaffRow) -> str:
    if not row.covered_by:
        return tr("nobody covers")
    return tr("covered by {names}").replace("{names}", names_words(row.covered_by))


def clock_cell(row: StaffRow, now: datetime, zone: tzinfo) -> Cell:
    return Cell(clock_words(row, now, zone), place_of(row), ink="secondary")


def clock_words(row: StaffRow, now: datetime, zone: tzinfo) -> str:
    """What their clock shows; with the weekday where it is another than the reader's."""
    there = now.astimezone(require_zone(row.zone))
    time = QLocale().toString(QTime(there.hour, there.minute), QLocale.FormatType.ShortFormat)
    if there.date() == now.astimezone(zone).date():
        return time
    return f"{QLocale().toString(QDate(there.year, there.month, there.day), 'ddd')} {time}"


def clock_key(row: StaffRow, now: datetime) -> float:
    """From west to east."""
    offset = now.astimezone(require_zone(row.zone)).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def place_of(row: StaffRow) -> str:
    return row.zone.replace("_", " ").rpartition("/")[2]


# --- what they have -------------------------------------------------------------------------------


def is_full(row: StaffRow) -> bool:
    return row.capacity is not None and (row.open or 0) > row.capacity


def load_cell(row: StaffRow) -> Cell:
    """A bar where it is known how many are a full desk."""
    if row.open is None:
        return Cell("")
    waiting = tr("%n waiting", row.waiting) if row.waiting else ""
    if row.capacity is None:
        return Cell(f"{row.open:,}", waiting)
    share = row.open / row.capacity if row.capacity else float(row.open > 0)
    said = " · ".join(filter(None, (open_words(row), waiting)))
    return Cell(said, ink="waiting" if is_full(row) else "text", bar=share)


def open_words(row: StaffRow) -> str:
    """As in "12 of 40"."""
    if row.capacity is None:
        return f"{row.open or 0:,}"
    of = tr("{open} of {capacity}").replace("{open}", f"{row.open or 0:,}")
    return of.replace("{capacity}", f"{row.capacity:,}")


def load_words(row: StaffRow) -> str:
    """As in "12 of 40 open, 3 waiting, 2 snoozed"."""
    parts = [tr("{count} open").replace("{count}", open_words(row))]
    if row.waiting:
        parts.append(tr("%n waiting", row.waiting))
    if row.snoozed:
        parts.append(tr("%n snoozed", row.snoozed))
    return ", ".join(parts)


def holds_lines(holds: Holds) -> list[str]:
    """What somebody still has, one line for each kind (R29)."""
    lines = []
    if holds.conversations:
        lines.append(tr("%n open or snoozed conversation(s)", holds.conversations))
    if holds.senders:
        words = tr("%n sender ID(s): {names}", len(holds.senders))
        lines.append(words.replace("{names}", names_words(holds.senders)))
    if holds.scheduled:
        lines.append(tr("%n scheduled message(s)", holds.scheduled))
    if holds.contacts:
        lines.append(tr("%n contact(s) whose owner they are", holds.contacts))
    if holds.rules:
        words = tr("%n routing rule(s) that name them: {names}", len(holds.rules))
        lines.append(words.replace("{names}", names_words(holds.rules)))
    return lines


def name_cell(row: StaffRow) -> Cell:
    role = role_words(row.role)
    return Cell(
        name_of(row.name),
        f"{role} · {tr('you')}" if row.is_me else role,
        ink="secondary" if row.here is Here.REMOVED else "text",
        strong=row.here is not Here.REMOVED,
    )


# --- teams ----------------------------------------------------------------------------------------


def kind_words(kind: HolderKind) -> str:
    return tr("Profile") if kind is HolderKind.PROFILE else tr("Team")


def team_cell(row: TeamRow) -> Cell:
    kind = kind_words(row.kind)
    if row.retired:
        return Cell(name_of(row.name), f"{kind} · {tr('retired')}", ink="secondary")
    return Cell(name_of(row.name), kind, strong=True)
