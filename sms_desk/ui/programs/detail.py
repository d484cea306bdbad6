"""The pane of one program: what it lacks, its figures, what it is, and how it is recognised."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.commands import SaveProgram
from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_name
from sms_desk.services.program_figures import Period
from sms_desk.services.rows import ProgramRow
from sms_desk.ui.programs.figures import Figures
from sms_desk.ui.programs.recognition import Named, Recognition
from sms_desk.ui.programs.setup import SetupForm
from sms_desk.ui.programs.words import about_words, lack_words
from sms_desk.ui.widgets.buttons import icon_button, plain
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.text import ElidedLabel, label
from sms_desk.ui.widgets.words import tr

FIGURES, SETUP, RECOGNITION = range(3)


class ProgramDetail(QWidget):
    saved = Signal()
    retired = Signal(bool)
    """Whether it shall be retired, else brought back."""
    closed = Signal()
    bind_requested = Signal(object, object)
    binding_ended = Signal(object)
    responses_requested = Signal()
    turned = Signal(int)
    """To which of its pages."""

    def __init__(
        self,
        row: ProgramRow | None,
        taken_names: tuple[str, ...] = (),
        *,
        period: Period = Period.MONTH,
        page: int = FIGURES,
    ) -> None:
        super().__init__()
        self._row = row
        self._tabs: list[ToggleChip] = []
        self._pages: list[QWidget] = []  # not stacked: the longest would ask room for all
        self._page = page
        self.setup = SetupForm(row, taken_names)
        self.setup.saved.connect(self.saved)
        self.setup.closed.connect(self.closed)
        self._name, self._kind = self.setup.name, self.setup.kind
        self.figures: Figures | None = None
        self.recognition: Recognition | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        if row is None:
            self._column.addWidget(label(tr("programs", "A new program"), "title", parent=self))
            self._column.addWidget(self.setup)
        else:
            self._build(row, period, page)

    # --- what stands in it -----------------------------------------------------------------------

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        typing = self.recognition is not None and self.recognition.is_changed()
        return self.setup.is_changed() or typing

    def settle(self) -> None:
        self.setup.settle()

    def focus_first(self) -> None:
        self.setup.focus_first()

    def command(self, stamp: Any, program_id: UUID) -> SaveProgram:
        return self.setup.command(stamp, program_id)

    def set_targets(self, senders: Named, services: Named) -> None:
        if self.recognition is not None:
            self.recognition.set_targets(senders, services)

    def page(self) -> int:
        return self._page

    def show_error(self, error: DeskError) -> None:
        """On the page where something was asked."""
        where = self.recognition if self.page() == RECOGNITION and self.recognition else self.setup
        where.show_error(error)

    def error_words(self) -> str:
        shown = [self.setup.error_words()]
        if self.recognition is not None:
            shown.append(self.recognition.error_words())
        return " ".join(filter(None, shown))

    # --- building --------------------------------------------------------------------------------

    def _build(self, row: ProgramRow, period: Period, page: int) -> None:
        self._column.addLayout(self._head(row))
        for lack in row.lacks:
            words = label(lack_words(lack), "snippet", tone="nudge", wrap=True, parent=self)
            self._column.addWidget(words)
        self._column.addLayout(self._tab_row())
        self.figures = Figures(period)
        self.figures.responses_requested.connect(self.responses_requested)
        self.recognition = Recognition(row)
        self.recognition.bind_requested.connect(self.bind_requested)
        self.recognition.binding_ended.connect(self.binding_ended)
        for widget in (self.figures, self._setup_page(row), self.recognition):
            self._pages.append(widget)
            self._column.addWidget(widget)
        self._turn_to(page)

    def _head(self, row: ProgramRow) -> QHBoxLayout:
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(ElidedLabel(display_name(row.name), "title", parent=self))
        names.addWidget(ElidedLabel(about_words(row), "meta", tone="secondary", parent=self))
        responses = plain(tr("programs", "Show responses"), parent=self)
        responses.clicked.connect(self.responses_requested)
        responses.setVisible(not row.retired)  # a retired one has no place in the rail
        close = icon_button("x", tr("programs", "Close"), parent=self)
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(names, 1)
        head.addWidget(responses)
        head.addWidget(close)
        return head

    def _tab_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        names = (
            tr("programs", "Figures"),
            tr("programs", "Set-up and replies"),
            tr("programs", "Recognition"),
        )
        for n, name in enumerate(names):
            chip = ToggleChip(name, self)
            chip.clicked.connect(lambda _=False, n=n: self._turn_to(n))
            self._tabs.append(chip)
            row.addWidget(chip)
        row.addStretch(1)
        return row

    def _setup_page(self, row: ProgramRow) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.setup)
        words = tr("programs", "Bring back") if row.retired else tr("programs", "Retire program")
        retire = plain(words, parent=page)
        retire.clicked.connect(lambda: self.retired.emit(not row.retired))
        line = QHBoxLayout()
        line.setContentsMargins(0, 8, 0, 0)
        line.addWidget(retire)
        line.addStretch(1)
        column.addLayout(line)
        return page

    def _turn_to(self, page: int) -> None:
        for n, chip in enumerate(self._tabs):
            chip.setChecked(n == page)
        for n, widget in enumerate(self._pages):
            widget.setVisible(n == page)
        self._page = page
        self.turned.emit(page)
