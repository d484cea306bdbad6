"""Who else is in this conversation: a sign and their names (R38)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui.widgets.sign import Sign
from sms_desk.ui.widgets.text import ElidedLabel

_ICON: Final = 12
_GAP: Final = 4


class SeenSign(QWidget):
    """Hidden while nobody is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign("eye", "secondary", self, size=_ICON)
        self._words = ElidedLabel("", "meta", tone="secondary", parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self._sign)
        row.addWidget(self._words)
        self.hide()

    def show_words(self, words: str, *, typing: bool) -> None:
        """words: "" for nobody."""
        self._words.setText(words)
        self._words.set_tone("accent" if typing else "secondary")
        self._sign.show_sign("pencil" if typing else "eye", "accent" if typing else "secondary")
        self.setAccessibleName(words)
        self.setVisible(bool(words))

    def words(self) -> str:
        return "" if self.isHidden() else self._words.text()

    def room(self) -> int:
        """Pixels that it takes, whole; 0 for nobody."""
        if self.isHidden():
            return 0
        return _ICON + _GAP + self._words.fontMetrics().horizontalAdvance(self._words.text()) + 1

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())  # nobody's pane stays wide for it
