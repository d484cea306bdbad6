"""Asks when a message shall go, by their clock or by mine, and shows both (R36); perhaps its text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from sms_desk.domain.errors import DeskError, UsageError
from sms_desk.domain.plain_text import display_text, preview
from sms_desk.domain.wall_time import at_wall_time, parse_when
from sms_desk.services.composing import Finding
from sms_desk.services.scheduled import Clocks
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, MomentEdit, line_edit, text_edit
from sms_desk.ui.widgets.later_words import due_words, zone_words
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr

_PAUSE_MS = 250
_WIDTH = 440
_TEXT_HEIGHT = 112
"""Pixels: six lines."""


class LaterDialog(QDialog):
    """Stays open, with what was typed, until its owner accepts it or shows why not."""

    chosen = Signal(object, str, str)
    """The instant, the zone by which it was chosen, and the text."""
    look_wanted = Signal(object, str)
    """An instant and the text, when the person pauses. Answered by `show_findings`."""

    def __init__(
        self,
        clocks: Clocks,
        now: Callable[[], datetime],
        *,
        at: datetime,
        zone: str,
        body: str | None = None,
        editable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """at, zone: what stands there first. body: to be edited, too; editable: False for an
        approved template's, which stays as it is."""
        super().__init__(parent)
        title = tr("later", "Send later") if body is None else tr("later", "Scheduled message")
        set_window_title(self, title)
        self._clocks, self._now = clocks, now
        self._body = body
        self._text = text_edit(body or "") if body is not None and editable else None
        self._typed = line_edit(hint=tr("later", "tue 14:30, tomorrow 9:00, 2 h"))
        self._field = MomentEdit()
        names = dict.fromkeys(name for name in (zone, clocks.theirs, clocks.mine) if name)
        self._zone = Choice([(zone_words(clocks, name), name) for name in names])
        self._both = label("", "body_strong", wrap=True, parent=self)
        self._found = label("", "snippet", tone="nudge", wrap=True, parent=self)
        go = tr("later", "Schedule") if body is None else tr("later", "Save")
        self._go = primary(go, parent=self)
        self._form = Form(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._zone.choose(zone)
        self._lay_out()
        self._show_moment(at)
        self._connect()
        self._on_changed()
        (self._text or self._typed).setFocus()

    def _lay_out(self) -> None:
        form = self._form
        if self._text is not None:
            self._text.setFixedHeight(_TEXT_HEIGHT)
            form.add(tr("later", "Message"), self._text)
        elif self._body is not None:
            form.add_words(display_text(preview(self._body, 400)))
        form.add(tr("later", "When, in words"), self._typed)
        form.add(tr("later", "Or day and time"), self._field)
        unknown = tr("later", "The number does not tell where the contact is.")
        form.add(tr("later", "By the clock in"), self._zone, "" if self._clocks.theirs else unknown)
        form.add_widget(self._both)
        form.add_widget(self._found)
        cancel = plain(tr("later", "Cancel"), parent=self)
        cancel.clicked.connect(self.reject)
        self._go.setDefault(True)
        form.add_foot(cancel, self._go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.addWidget(form)
        self.setMinimumWidth(_WIDTH)

    def _connect(self) -> None:
        self._typed.textEdited.connect(self._on_typed)
        self._field.dateTimeChanged.connect(self._on_picked)
        self._zone.currentIndexChanged.connect(self._on_zone_chosen)
        self._pause.timeout.connect(self._on_pause)
        self._go.clicked.connect(self.confirm)
        if self._text is not None:
            self._text.textChanged.connect(self._on_changed)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.confirm)

    # --- what it says ----------------------------------------------------------------------------

    def moment(self) -> datetime:
        """The instant that day, time and zone mean."""
        return at_wall_time(self._field.day(), self._field.clock(), ZoneInfo(self.zone()))

    def zone(self) -> str:
        return str(self._zone.value())

    def text(self) -> str:
        return self._text.toPlainText() if self._text is not None else self._body or ""

    def words(self) -> str:
        """What it says about the moment: by both clocks, or why not."""
        return self._both.text()

    def finding_words(self) -> str:
        return "" if self._found.isHidden() else self._found.text()

    def error_words(self) -> str:
        return self._form.error_words()

    def field(self) -> QWidget:
        """Where the moment is typed in words."""
        return self._typed

    def text_field(self) -> QPlainTextEdit | None:
        return self._text

    def zone_field(self) -> Choice:
        return self._zone

    def go_button(self) -> QWidget:
        return self._go

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """What would stand against the message at that moment."""
        said = "\n".join(f"{one.title} {one.next_step}".strip() for one in findings[:3])
        self._found.setText(said)
        self._found.setVisible(bool(said))
        self._fit()

    def show_error(self, error: DeskError) -> None:
        """It was not taken; everything stays as it was typed."""
        self._form.show_error(error)
        self._go.setEnabled(True)
        self._fit()

    # --- what the person does --------------------------------------------------------------------

    @Slot()
    def confirm(self) -> None:
        if self._go.isEnabled():
            self._go.setEnabled(False)  # once; the owner answers
            self.chosen.emit(self.moment(), self.zone(), self.text())

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        try:
            at = parse_when(typed, self._now(), ZoneInfo(self.zone()))
        except UsageError as error:
            if typed.strip():
                self._say(f"{error.title} {error.next_step}", fits=False)
            else:
                self._on_changed()
            return
        self._show_moment(at)
        self._on_changed()

    @Slot()
    def _on_picked(self) -> None:
        self._typed.clear()
        self._on_changed()

    @Slot()
    def _on_zone_chosen(self) -> None:
        """The same words, or the same day and time, by another clock."""
        if self._typed.text().strip():
            self._on_typed(self._typed.text())
        else:
            self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        at = self.moment()
        if at <= self._now():
            self._say(tr("later", "That is in the past."), fits=False)
            return
        said = due_words(at, self.zone(), self._clocks.mine, theirs=self._clocks.theirs)
        self._say(said, fits=self._has_text())
        self._pause.start()

    @Slot()
    def _on_pause(self) -> None:
        if self._go.isEnabled():
            self.look_wanted.emit(self.moment(), self.text())

    def _has_text(self) -> bool:
        return self._text is None or bool(self._text.toPlainText().strip())

    def _say(self, words: str, *, fits: bool) -> None:
        self._form.clear_error()
        self._both.setText(words)
        self._both.set_tone("" if fits or not self._has_text() else "error")
        self._go.setEnabled(fits)
        if not fits:
            self._found.hide()
        self._fit()

    def _show_moment(self, at: datetime) -> None:
        local = at.astimezone(ZoneInfo(self.zone()))
        self._field.blockSignals(True)
        self._field.show_wall(local)
        self._field.blockSignals(False)

    def _fit(self) -> None:
        """As high as what it says now."""
        QTimer.singleShot(0, self, self.adjustSize)
