"""A notice in cells: what, to whom and how, where it stands, why, when (R20)."""

from __future__ import annotations

from typing import Final

from sms_desk.domain.notices import State, Way
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services.notices import NoticeRow
from sms_desk.ui.widgets.table import Cell
from sms_desk.ui.widgets.words import tr

_SIGNS: Final = {
    State.WAITING: ("secondary", "clock"),
    State.SENDING: ("secondary", "send"),
    State.SENT: ("ok", "check"),
    State.SILENT: ("secondary", "bell-off"),
    State.FAILED: ("error", "triangle-alert"),
    State.IN_DOUBT: ("nudge", "circle-question-mark"),
}
_LONGEST: Final = 300


def way_words(way: Way) -> str:
    return tr("notices", "on the screen") if way is Way.SCREEN else tr("notices", "by e-mail")


def what_cell(row: NoticeRow) -> Cell:
    return Cell(row.what, display_name(row.about), strong=True)


def who_cell(row: NoticeRow) -> Cell:
    return Cell(display_name(row.person_name), way_words(row.way))


def state_cell(row: NoticeRow) -> Cell:
    """The state, and below it what is to be said of it."""
    ink, icon = _SIGNS[row.state]
    state, _, more = row.state_words.partition(": ")
    return Cell(state, preview(more, _LONGEST), ink=ink, icon=icon)


def why_cell(row: NoticeRow) -> Cell:
    return Cell(preview(row.why, _LONGEST), ink="secondary")
