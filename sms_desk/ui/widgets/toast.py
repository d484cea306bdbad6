"""The toast at the foot of a window: what was just done, and Undo, for eight seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.text import ElidedLabel
from sms_desk.ui.widgets.words import tr

STAYS_MS: Final = 8_000
_FROM_FOOT: Final = 24
_ABOVE_BAR: Final = 8
_MOVES: Final = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class Toast(QFrame):
    """Floats over its parent's foot. It waits while the pointer or the keyboard is on it."""

    undo_requested = Signal(object)
    """The id of the command to take back."""

    def __init__(self, parent: QWidget, *, left: Callable[[], int] | None = None) -> None:
        """left: where it begins, in the parent's pixels; None for the middle."""
        super().__init__(parent)
        self._over = parent
        self._left = left
        self._bars: list[QWidget] = []
        self._command_id: UUID | None = None
        self._back: Callable[[], None] | None = None
        self.setProperty("pane", "toast")
        self._words = ElidedLabel(parent=self)
        self._undo = Button(tr("toast", "Undo"), parent=self)
        self._undo.clicked.connect(self._on_undo_clicked)
        self._undo.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 6, 6)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._undo)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAYS_MS)
        self._timer.timeout.connect(self.hide)
        self._effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        parent.installEventFilter(self)
        self.hide()

    def stand_above(self, bar: QWidget) -> None:
        """Leave a bar at the parent's foot in sight, while it is shown."""
        self._bars.append(bar)
        bar.installEventFilter(self)

    def offer_undo(self, words: str, command_id: UUID) -> None:
        """Say what was done, with a way back."""
        self._command_id, self._back = command_id, None
        self._show(words)

    def offer_back(self, words: str, back: Callable[[], None]) -> None:
        """Say what was done here alone, with a way back that is no command's."""
        self._command_id, self._back = None, back
        self._show(words)

    def say(self, words: str) -> None:
        """Say what was done, where there is no way back."""
        self._command_id = self._back = None
        self._show(words)

    def is_counting(self) -> bool:
        """Whether the eight seconds run."""
        return self._timer.isActive()

    def words(self) -> str:
        return self._words.text()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._count_again()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES and (watched is self._over or watched in self._bars):
            self._place()
        elif watched is self._undo and event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif watched is self._undo and event.type() == QEvent.Type.FocusOut:
            self._count_again()
        return False

    def _show(self, words: str) -> None:
        self._words.setText(words)
        self._undo.setVisible(self._command_id is not None or self._back is not None)
        self._undo.setAccessibleName(f"{tr('toast', 'Undo')}: {words}")
        self._place()
        self.show()
        self.raise_()
        self._fade_in()
        self._announce(words)
        self._timer.start()

    def _place(self) -> None:
        parent = self._over
        room = parent.width() - 2 * _FROM_FOOT
        wanted = self._words.fontMetrics().horizontalAdvance(self._words.text()) + 48
        wanted += self._undo.sizeHint().width() if self._undo.isVisibleTo(self) else 0
        self.resize(max(0, min(room, max(240, wanted))), self.sizeHint().height())
        x = (parent.width() - self.width()) // 2 if self._left is None else self._left()
        if parent.layoutDirection() is Qt.LayoutDirection.RightToLeft and self._left is not None:
            x = parent.width() - self.width() - x
        self.move(x, self._foot() - self.height())

    def _foot(self) -> int:
        """Where it ends."""
        shown = [bar for bar in self._bars if bar.isVisibleTo(self._over)]
        tops = [bar.mapTo(self._over, bar.rect().topLeft()).y() - _ABOVE_BAR for bar in shown]
        return min([self._over.height() - _FROM_FOOT, *tops])

    def _fade_in(self) -> None:
        self._fade.stop()
        self._effect.setOpacity(1.0)
        if duration := theme.fade_ms():
            self._fade.setDuration(duration)
            self._fade.setStartValue(0.0)
            self._fade.setEndValue(1.0)
            self._fade.start()

    def _announce(self, words: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _count_again(self) -> None:
        if self.isVisible() and not self.underMouse() and not self._undo.hasFocus():
            self._timer.start()

    @Slot()
    def _on_undo_clicked(self) -> None:
        command_id, back = self._command_id, self._back
        self.hide()
        if back is not None:
            back()
        elif command_id is not None:
            self.undo_requested.emit(command_id)
