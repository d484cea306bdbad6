"""The bar for searching in a thread: words, how many, previous and next."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from sms_desk.ui.thread.words import tr
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import label

TYPING_PAUSE_MS = 150


class SearchBar(Bare):
    """Asks for hits and walks through them, newest first; finds nothing itself."""

    search_requested = Signal(str)
    hit_chosen = Signal(object)
    """The position of the hit to show."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "sunken")
        self._hits: tuple[int, ...] = ()
        self._current = 0
        self.hide()

    def open_bar(self) -> None:
        self.furnish()
        self.show()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def close_bar(self) -> None:
        self.reset()
        self.closed.emit()

    def reset(self) -> None:
        """Gone and empty, without a word: another thread is shown."""
        self.hide()
        if not self.is_furnished():
            return
        self._pause.stop()
        self._hits = ()
        self._field.blockSignals(True)
        self._field.clear()
        self._field.blockSignals(False)

    def text(self) -> str:
        return self._field.text().strip() if self.is_furnished() else ""

    def set_hits(self, positions: tuple[int, ...]) -> None:
        """Positions of what was found, in any order; the newest is shown first."""
        self._hits = tuple(sorted(positions, reverse=True))
        self._current = 0
        self._show_count()
        if self._hits:
            self.hit_chosen.emit(self._hits[0])

    def step(self, by: int) -> None:
        """To an older hit (1) or a newer one (-1), around at the ends."""
        if self._hits:
            self._current = (self._current + by) % len(self._hits)
            self._show_count()
            self.hit_chosen.emit(self._hits[self._current])

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        backwards = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(-1 if backwards else 1)
        else:
            super().keyPressEvent(event)

    @override
    def _furnish(self) -> None:
        self._field = QLineEdit(self)
        self._field.setPlaceholderText(tr("Search in this conversation"))
        self._field.setAccessibleName(tr("Search in this conversation"))
        self._field.setMaxLength(200)
        self._field.textChanged.connect(self._on_typed)
        self._count = label("", "snippet", tone="secondary", parent=self)
        self._older = icon_button("chevron-up", tr("Older hit"), parent=self)
        self._newer = icon_button("chevron-down", tr("Newer hit"), parent=self)
        self._close = icon_button("x", tr("Close the search"), parent=self)
        self._older.clicked.connect(lambda: self.step(1))
        self._newer.clicked.connect(lambda: self.step(-1))
        self._close.clicked.connect(self.close_bar)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._on_paused)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 6, 12, 6)
        layout.setSpacing(4)
        layout.addWidget(self._field, 1)
        layout.addSpacing(4)
        for widget in (self._count, self._older, self._newer, self._close):
            layout.addWidget(widget)
        self._show_count()

    def _on_typed(self) -> None:
        self._pause.start()

    def _on_paused(self) -> None:
        self.search_requested.emit(self.text())

    def _show_count(self) -> None:
        for button in (self._older, self._newer):
            button.setEnabled(bool(self._hits))
        if not self.text():
            self._count.setText("")
        elif not self._hits:
            self._count.setText(tr("No hits"))
        else:
            self._count.setText(
                tr("{number} of {total}").format(number=self._current + 1, total=len(self._hits))
            )
