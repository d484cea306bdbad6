"""Chips: small round buttons that say one condition or one fact."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import CHIP_HEIGHT
from sms_desk.ui.widgets.text import menu_text, repolish
from sms_desk.ui.widgets.words import tr

_SIGN: Final = 12
_SIGN_EDGE: Final = 8


class Chip(QPushButton):
    """What all chips share: the round shape, meta text, and a sign at their end, or none."""

    def __init__(self, text: str, parent: QWidget | None = None, *, sign: str = "") -> None:
        super().__init__(menu_text(text), parent)
        self._sign = sign
        self.setProperty("kind", "chip")
        self.setProperty("chosen", False)
        self.setProperty("signed", bool(sign))
        self.setFont(theme.font("snippet"))
        self.setFixedHeight(CHIP_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.setAccessibleName(text)

    def set_words(self, text: str) -> None:
        self.setText(menu_text(text))
        self.setAccessibleName(text)

    def is_chosen(self) -> bool:
        return bool(self.property("chosen"))

    def set_chosen(self, chosen: bool) -> None:
        """Whether the chip's condition holds; shown by colour and by its words."""
        if self.is_chosen() != chosen:
            self.setProperty("chosen", chosen)
            repolish(self)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._sign:
            self._paint_sign()

    def sign_rect(self) -> QRect:
        """Where the sign stands: at the end of the text, on the left in right-to-left layouts."""
        left_to_right = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        x = self.width() - _SIGN_EDGE - _SIGN if left_to_right else _SIGN_EDGE
        return QRect(QPoint(x, (self.height() - _SIGN) // 2), QSize(_SIGN, _SIGN))

    def _paint_sign(self) -> None:
        token = "accent" if self.is_chosen() or self.isChecked() else "secondary"
        painter = QPainter(self)
        painter.drawPixmap(
            self.sign_rect(), theme.pixmap(self._sign, token, _SIGN, self.devicePixelRatioF())
        )


class ChipButton(Chip):
    """A chip that opens a menu. Its words are the condition's name, or the value once chosen.

    Not `QPushButton.setMenu`: a stylesheet then lays out the text around an indicator of its own.
    """

    about_to_show = Signal()
    """The menu is about to open: the last moment to fill it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent, sign="chevron-down")
        self._name = name
        self._menu: QMenu | None = None
        self.setAccessibleDescription(tr("chips", "Opens a menu"))
        self.clicked.connect(self._on_clicked)

    def options(self) -> QMenu:
        """The menu to fill, made when it is first asked for."""
        if self._menu is None:
            self._menu = QMenu(self)
            self._menu.aboutToShow.connect(self.about_to_show)
        return self._menu

    def set_value(self, value: str) -> None:
        """The chosen value in words, "" if the chip asks nothing."""
        self.set_words(value or self._name)
        self.setAccessibleName(f"{self._name}: {value}" if value else self._name)
        self.set_chosen(bool(value))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self._on_clicked()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_clicked(self) -> None:
        foot = self.rect().bottomLeft() + QPoint(0, 4)
        self.options().popup(self.mapToGlobal(foot))


class ToggleChip(Chip):
    """A chip that is on or off; `toggled` tells."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)


class RemovableChip(Chip):
    """A condition that holds, with a cross to end it; Delete and Backspace do the same."""

    removed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent, sign="x")
        self.setAccessibleName(tr("chips", "Remove: {what}").replace("{what}", text))
        self.set_chosen(True)
        self.clicked.connect(self._on_clicked)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_clicked(self) -> None:
        self.removed.emit()
