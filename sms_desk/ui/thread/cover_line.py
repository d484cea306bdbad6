"""Below the head's names: whose absence brings this conversation here, and until when (R25, R27)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.services.rows import CoverState
from sms_desk.ui import theme
from sms_desk.ui.thread.words import Reader, tr
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.text import ElidedLabel, set_tip
from sms_desk.ui.widgets.times import end_words

_NAMES = 3
"""Substitutes that are named; more are counted."""


class CoverLine(Bare):
    """Hidden while the owner is here."""

    keep_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hide()

    def show_state(self, cover: CoverState | None, reader: Reader, now: datetime) -> None:
        """cover: None while the owner is here, or where nobody owns the conversation."""
        if cover is None:
            self.hide()
            return
        self.furnish()
        self._words.setText(cover_words(cover, reader, now))
        self._keep.setVisible(reader.person_id in cover.answering_ids)
        self.show()

    def words(self) -> str:
        return self._words.text() if self.is_furnished() else ""

    def offers_keep(self) -> bool:
        return not self.isHidden() and not self._keep.isHidden()

    @override
    def _furnish(self) -> None:
        self._words = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._keep = link(tr("Keep this conversation"), parent=self)
        self._keep.setFont(theme.font("meta"))
        self._keep.setAccessibleName(tr("Keep this conversation (team)"))
        set_tip(
            self._keep,
            tr("You own it from now on, for the team; it does not return with the absence."),
        )
        self._keep.clicked.connect(self.keep_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._words)
        row.addWidget(self._keep)
        row.addStretch(1)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())  # nobody's pane stays wide for it


def cover_words(cover: CoverState, reader: Reader, now: datetime) -> str:
    """ "Jonas is away until Fri 18:00; you answer." """
    away = _away_words(cover, reader.person_id, reader, now)
    return f"{away} {_answer_words(cover, reader.person_id)}"


def _away_words(cover: CoverState, me: UUID, reader: Reader, now: datetime) -> str:
    mine = cover.owner_id == me
    if cover.until is None:
        said = tr("You are away.") if mine else tr("{name} is away.")
    else:
        said = tr("You are away until {time}.") if mine else tr("{name} is away until {time}.")
        said = said.replace("{time}", end_words(cover.until, now, reader.zone))
    return said.replace("{name}", isolate(display_name(cover.owner_name, 40)))


def _answer_words(cover: CoverState, me: UUID) -> str:
    if not cover.answering:
        return tr("Nobody answers instead: it stands in Unassigned.")
    if cover.answering_ids == (me,):
        return tr("You answer meanwhile.")
    names = [isolate(display_name(name, 40)) for name in cover.answering]
    more = len(names) - _NAMES
    if more > 0:
        names = [*names[:_NAMES], tr("%n more", more)]
    said = tr("{names} answers meanwhile.") if len(names) == 1 else tr("{names} answer meanwhile.")
    return said.replace("{names}", ", ".join(names))
