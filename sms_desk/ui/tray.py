"""The tray icon with the number of unread conversations, where the desktop has a tray."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from sms_desk.notify.base import Shown
from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import LIGHT
from sms_desk.ui.widgets.tray_message import show_tray_message
from sms_desk.ui.widgets.words import tr

_SIZE: Final = 64


class Tray(QObject):
    open_requested = Signal()
    quit_requested = Signal()
    told_clicked = Signal(object)
    """A person clicked its message: the `Shown` of it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._menu = QMenu()
        self._menu.addAction(tr("tray", "Open SMS Desk")).triggered.connect(self.open_requested)
        self._menu.addAction(tr("tray", "Quit")).triggered.connect(self.quit_requested)
        self._icon = QSystemTrayIcon(desk_icon(0), self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self._on_message_clicked)
        self._told: Shown | None = None
        self.show_unread(0)
        self._icon.show()

    def show_unread(self, count: int) -> None:
        self._icon.setIcon(desk_icon(count))

    def tell(self, shown: Shown) -> None:
        """Where the desktop has no notifications of its own; a tray shows one at a time."""
        self._told = shown
        show_tray_message(self._icon, shown.title, shown.text)

    @Slot()
    def _on_message_clicked(self) -> None:
        if self._told is not None:
            self.told_clicked.emit(self._told)

    def hide(self) -> None:
        self._icon.hide()
        self._menu.deleteLater()

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.open_requested.emit()


def has_tray() -> bool:
    return QSystemTrayIcon.isSystemTrayAvailable()


def desk_icon(unread: int) -> QIcon:
    """The desk's sign, with a number while something is unread."""
    pixmap = QPixmap(_SIZE, _SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(LIGHT.accent)
    painter.drawRoundedRect(QRectF(2, 6, 60, 52), 14, 14)
    painter.drawPixmap(16, 16, theme.pixmap("message-square", LIGHT.on_accent, 32, 1.0))
    if unread:
        _paint_number(painter, str(unread) if unread < 100 else "99")
    painter.end()
    return QIcon(pixmap)


def _paint_number(painter: QPainter, text: str) -> None:
    disc = QRectF(24, 0, 40, 40)
    painter.setBrush(LIGHT.waiting)
    painter.drawEllipse(disc)
    font = theme.font("body_strong")
    font.setPixelSize(26 if len(text) < 2 else 22)
    painter.setFont(font)
    painter.setPen(QColor("white"))
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, text)
