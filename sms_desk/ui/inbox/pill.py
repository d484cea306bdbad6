"""The pill at the list's top: how many conversations came in above what is being read (R6)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.words import tr

_FROM_TOP = 8


class Pill(Button):
    """Floats over the list; a click shows what it announces."""

    def __init__(self, over: QWidget) -> None:
        super().__init__("", "pill", icon="arrow-up", parent=over)
        self._over = over
        over.installEventFilter(self)
        self.hide()

    @Slot(int)
    def show_count(self, count: int) -> None:
        """Shown while there is something to show."""
        self.setVisible(count > 0)
        if count:
            self.set_words(tr("inbox", "%n new", count))
            self._place()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, _FROM_TOP)
        self.raise_()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
