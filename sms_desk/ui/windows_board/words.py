"""What the board's cells and its pane say (R42)."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from sms_desk.domain import whatsapp_window
from sms_desk.domain.model import Origin
from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.domain.whatsapp_window import WindowState
from sms_desk.services.rows import WindowGap, WindowRow
from sms_desk.ui.widgets.durations import left_words
from sms_desk.ui.widgets.table import Cell
from sms_desk.ui.widgets.times import end_words, moment_words
from sms_desk.ui.widgets.words import tr


def contact_cell(row: WindowRow) -> Cell:
    name = display_name(row.contact_name)
    return Cell(name or row.peer, row.peer if name else "", strong=True)


def owner_cell(row: WindowRow, now: datetime, zone: tzinfo) -> Cell:
    name = display_name(row.owner_name) or tr("windows", "Nobody")
    if row.gap is None:
        return Cell(name, ink="text" if row.owner_name else "secondary")
    return Cell(name, gap_words(row, now, zone), ink="waiting", icon="user-x")


def left_cell(row: WindowRow, now: datetime) -> Cell:
    """What is left, and as a share of the day; amber in the last hour."""
    left = whatsapp_window.time_left(row.closes_at, now)
    state = whatsapp_window.state(row.closes_at, now)
    if state is WindowState.CLOSED:
        return Cell(tr("windows", "Closed"), ink="disabled", bar=0.0)
    ink = "nudge" if state is WindowState.CLOSING_SOON else "ok"
    return Cell(left_words(left), ink=ink, bar=left / whatsapp_window.WINDOW)


def message_text(row: WindowRow, longest: int) -> str:
    """The newest message, and as what a picture alone stands there."""
    return display_text(row.snippet[:longest]) or tr("windows", "(no text)")


def message_cell(row: WindowRow) -> Cell:
    text = preview(row.snippet, 200) or message_text(row, 0)
    if row.snippet_from in (Origin.PERSON, Origin.ELSEWHERE):
        text = tr("windows", "You: {text}").replace("{text}", text)
    return Cell(text, ink="secondary")


def waiting_cell(row: WindowRow, now: datetime) -> Cell:
    if row.waiting_since is None:
        return Cell("")
    waited = max(now - row.waiting_since, timedelta(0))
    return Cell(left_words(waited), ink="waiting", icon="clock")


def gap_words(row: WindowRow, now: datetime, zone: tzinfo) -> str:
    """Why nobody will be there in time; "" where somebody will."""
    match row.gap:
        case WindowGap.SUSPENDED:
            return tr("windows", "suspended")
        case WindowGap.ABSENT if row.back_at is not None:
            back = end_words(row.back_at, now, zone)
            return tr("windows", "away until {when}").replace("{when}", back)
        case WindowGap.ABSENT:
            return tr("windows", "away")
        case WindowGap.OFF_DUTY if row.back_at is not None:
            back = moment_words(row.back_at, now, zone)
            return tr("windows", "off until {when}").replace("{when}", back)
        case WindowGap.OFF_DUTY:
            return tr("windows", "nobody is at work")
        case WindowGap.NOBODY:
            return tr("windows", "nobody holds it")
        case _:
            return ""


def gap_sentence(row: WindowRow, now: datetime, zone: tzinfo) -> str:
    """The same for the pane, as a sentence with what to do."""
    who = display_name(row.owner_name)
    back = moment_words(row.back_at, now, zone) if row.back_at else ""
    match row.gap:
        case WindowGap.SUSPENDED:
            said = tr("windows", "{who} is suspended.").replace("{who}", who)
        case WindowGap.ABSENT:
            said = tr("windows", "{who} is away, and nobody answers instead before it closes.")
            said = said.replace("{who}", who)
        case WindowGap.OFF_DUTY if who and back:
            said = tr("windows", "{who} is back {when}, after the window has closed.")
            said = said.replace("{who}", who).replace("{when}", back)
        case WindowGap.OFF_DUTY:
            said = tr(
                "windows", "None of those who hold the sender ID is at work before it closes."
            )
        case WindowGap.NOBODY:
            said = tr("windows", "Nobody owns the conversation, and nobody holds the sender ID.")
        case _:
            return ""
    return f"{said} {tr('windows', 'Give it to somebody who is there.')}"
