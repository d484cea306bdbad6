"""The window itself: the side, the screen in the middle, and what floats over them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.settings.files import MachineState
from sms_desk.ui.theme.tokens import SPACE_M
from sms_desk.ui.widgets.panes import on_ground, vertical_line
from sms_desk.ui.widgets.progress_bar import WorkBar
from sms_desk.ui.widgets.text import set_window_title
from sms_desk.ui.widgets.toast import Toast
from sms_desk.ui.window.banner import Banner
from sms_desk.ui.window.side import Side
from sms_desk.ui.window.waiting import WaitingPage

LEAST: Final = QSize(760, 520)
USUAL: Final = QSize(1280, 800)
RAIL_FROM: Final = 900
"""Window width from which the rail carries words."""


class MainWindow(QMainWindow):
    """Shows whatever screen it is given; decides nothing but widths."""

    painted = Signal()
    """Once: the window stands on the screen for the first time."""
    resized = Signal(int)
    close_wanted = Signal()
    """The person closed the window; whoever listens ends the program or hides the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(LEAST)
        set_window_title(self, "SMS Desk")
        whole = QWidget(self)
        on_ground(whole, "base")
        self.side = Side(whole)
        self.banner = Banner(whole)
        self.work = WorkBar(whole)
        self.waiting = WaitingPage(whole)
        self._screens = QStackedWidget(whole)
        self._screens.addWidget(self.waiting)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.banner)
        middle.addWidget(self._screens, 1)
        middle.addWidget(self.work)
        layout = QHBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.side)
        layout.addWidget(vertical_line(whole))
        layout.addLayout(middle, 1)
        self.setCentralWidget(whole)
        whole.installEventFilter(self)
        # Over the list's foot: in the middle it would lie over what is being written.
        self.toast = Toast(whole, left=lambda: self.side.width() + SPACE_M)
        self._rail_wish: bool | None = None
        self._fitting = False
        self._may_close = False
        self.side.rail.collapsed_changed.connect(self._on_rail_collapsed)

    # --- screens ---------------------------------------------------------------------------------

    def show_screen(self, screen: QWidget) -> None:
        if self._screens.indexOf(screen) < 0:
            self._screens.addWidget(screen)
        self._screens.setCurrentWidget(screen)

    def screen_shown(self) -> QWidget | None:
        return self._screens.currentWidget()

    def drop_screen(self, screen: QWidget) -> None:
        """It is not wanted any more."""
        self._screens.removeWidget(screen)
        screen.hide()
        screen.deleteLater()

    # --- shape -----------------------------------------------------------------------------------

    def take_shape(self, state: MachineState) -> None:
        """As it was when it was last closed."""
        kept = state.get("geometry")
        if not (isinstance(kept, str) and self.restoreGeometry(_bytes(kept))):
            self.resize(USUAL)
        collapsed = state.get("rail_collapsed")
        self._rail_wish = collapsed if isinstance(collapsed, bool) else None
        self._fit_rail()

    def keep_shape(self, state: MachineState) -> None:
        encoded = self.saveGeometry().toBase64().data()
        state.put("geometry", bytes(encoded).decode("ascii"))
        state.put("rail_collapsed", self._rail_wish)

    def bring_up(self) -> None:
        """To the front, as when it is started a second time."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def close_for_good(self) -> None:
        self._may_close = True
        self.close()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_rail()
        self.resized.emit(self.width())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self.centralWidget():
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self.painted.emit)
        return False

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_wanted.emit()

    def _fit_rail(self) -> None:
        """Icons only in a narrow window; else as the person wishes."""
        self._fitting = True
        self.side.rail.set_collapsed(self.width() < RAIL_FROM or bool(self._rail_wish))
        self._fitting = False

    def _on_rail_collapsed(self, collapsed: bool) -> None:
        if not self._fitting and self.width() >= RAIL_FROM:
            self._rail_wish = collapsed


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", errors="replace"))
