"""How long the customer has been waiting, as the list shows it: a clock and an age (R8)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.thread.words import tr
from sms_desk.ui.widgets.text import label, set_tip

_ICON: Final = 12


class WaitingSign(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._late = False
        self._sign = label(parent=self)
        self._age = label("", "meta", tone="secondary", parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._sign)
        row.addWidget(self._age)
        self.hide()
        theme.signals.changed.connect(self._paint_sign)

    def show_age(self, age: str, *, late: bool) -> None:
        """late: longer than the limit."""
        self._late = late
        self._age.setText(age)
        self._age.setFont(theme.font("meta_strong" if late else "meta"))
        self._age.set_tone("error" if late else "secondary")
        self._paint_sign()
        words = tr("waiting {age}").format(age=age)
        self.setAccessibleName(words)
        set_tip(self, words)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, _ICON)  # nobody's pane stays wide for it

    def words(self) -> str:
        return self._age.text()

    def is_late(self) -> bool:
        return self._late

    def _paint_sign(self) -> None:
        ink = "waiting" if self._late else "secondary"
        self._sign.setPixmap(theme.pixmap("clock", ink, _ICON, self.devicePixelRatioF()))
