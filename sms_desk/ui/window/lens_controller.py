"""Keeps the head over a program's responses true: who waits, and how its replies stand (R4, R18)."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.domain.changes import Changes, Thing
from sms_desk.services import program_figures
from sms_desk.services.context import Context
from sms_desk.services.program_figures import Period
from sms_desk.services.rows import ProgramFigures
from sms_desk.ui.inbox import InboxView
from sms_desk.ui.inbox.lens_head import LensHead
from sms_desk.ui.window.inbox_controller import InboxController
from sms_desk.ui.window.ties import Ties

GATHER_MS: Final = 1_000
"""Figures walk over a program's messages: at most so often while messages arrive."""


def figures(ctx: Context, program_id: UUID) -> ProgramFigures:
    return program_figures.of(ctx, program_id, Period.MONTH)


class LensController(QObject):
    """Made once the list stands there; its head is the only thing that it shows."""

    program_requested = Signal(object)

    def __init__(self, view: InboxView, inbox: InboxController, ties: Ties) -> None:
        super().__init__(view)
        self._view = view
        self._doors = ties.doors
        self._head = LensHead(view)
        view.place_head(self._head)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(GATHER_MS)
        self._pause.timeout.connect(self.read)
        self._head.program_requested.connect(self.program_requested)
        inbox.shown.connect(self.read)
        ties.bus.changed.connect(self._on_changed)
        self.read()

    @Slot()
    def read(self) -> None:
        """The figures of the program whose responses the list shows, or none."""
        program_id = self._view.filter().program_id
        if program_id is None or program_id != self._head.program():
            self._head.show_figures(None)
        self._doors.overtake(self, "lens")
        if program_id is not None:
            then = partial(self._on_figures, program_id)
            self._doors.read(
                self, figures, program_id, then=then, failed=lambda _error: None, key="lens"
            )

    def _on_figures(self, program_id: UUID, found: ProgramFigures) -> None:
        if self._view.filter().program_id == program_id:
            self._head.show_figures(found)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        mine = changes.touches(Thing.CONVERSATION) or changes.touches(Thing.PROGRAM)
        if mine and self._view.filter().program_id is not None and not self._pause.isActive():
            self._pause.start()
