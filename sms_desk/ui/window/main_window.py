"""The window itself: light enough to be painted at once, then filled with its body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from typing_extensions import override

from sms_desk.settings.files import MachineState
from sms_desk.ui import theme
from sms_desk.ui.theme.tokens import (
    AVATAR,
    LIST_WIDTH,
    RAIL_COLLAPSED_WIDTH,
    RAIL_WIDTH,
    ROW_HEIGHT,
)

if TYPE_CHECKING:  # all that costs time to import comes with the body
    from sms_desk.ui.widgets.progress_bar import WorkBar
    from sms_desk.ui.widgets.toast import Toast
    from sms_desk.ui.window.banner import Banner
    from sms_desk.ui.window.body import Body
    from sms_desk.ui.window.side import Side
    from sms_desk.ui.window.waiting import WaitingPage

LEAST: Final = QSize(760, 520)
USUAL: Final = QSize(1280, 800)
RAIL_FROM: Final = 900
"""Window width from which the rail carries words."""


class MainWindow(QMainWindow):
    """Decides nothing but widths. Before `furnish` it is a frame with the shapes of a list."""

    painted = Signal()
    """Once: the window stands on the screen for the first time."""
    resized = Signal(int)
    close_wanted = Signal()
    """The person closed the window; whoever listens ends the program or hides the window."""

    side: Side
    banner: Banner
    away: Banner
    returned: Banner
    work: WorkBar
    waiting: WaitingPage
    toast: Toast

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(LEAST)
        self.setWindowTitle("SMS Desk")
        self._body: Body | None = None
        self._rail_wish: bool | None = None
        self._fitting = False
        self._may_close = False
        first = FirstFrame(self)
        self.setCentralWidget(first)
        first.installEventFilter(self)

    def furnish(self) -> bool:
        """Fill the frame; called when it has been painted. False if that was done before."""
        from sms_desk.ui.window.body import Body  # 0.1 s of imports (measured.md, Start)

        if self._body is not None:
            return False
        body = self._body = Body(self)
        self.side, self.banner, self.work = body.side, body.banner, body.work
        self.waiting, self.toast = body.waiting, body.toast
        self.away, self.returned = body.away, body.returned
        body.side.rail.collapsed_changed.connect(self._on_rail_collapsed)
        self.setCentralWidget(body)
        self._fit_rail()
        return True

    # --- screens ---------------------------------------------------------------------------------

    def show_screen(self, screen: QWidget) -> None:
        assert self._body is not None
        if self._body.screens.indexOf(screen) < 0:
            self._body.screens.addWidget(screen)
        self._body.screens.setCurrentWidget(screen)

    def screen_shown(self) -> QWidget | None:
        return self._body.screens.currentWidget() if self._body else None

    def drop_screen(self, screen: QWidget) -> None:
        """It is not wanted any more."""
        if self._body is not None:
            self._body.screens.removeWidget(screen)
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
    def event(self, event: QEvent) -> bool:
        """Where no window manager gives the keys back after a dialog, the window takes them: without
        them no shortcut is heard. Nobody's who is in another program by then."""
        if event.type() == QEvent.Type.WindowUnblocked and _is_used():
            QTimer.singleShot(0, self, self.activateWindow)
        return super().event(event)

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
        if self._body is None:
            return
        self._fitting = True
        self.side.rail.set_collapsed(self.width() < RAIL_FROM or bool(self._rail_wish))
        self._fitting = False

    def _on_rail_collapsed(self, collapsed: bool) -> None:
        if not self._fitting and self.width() >= RAIL_FROM:
            self._rail_wish = collapsed


class FirstFrame(QWidget):
    """Grounds, hairlines and the shapes of rows, by nothing but a painter."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rail = RAIL_COLLAPSED_WIDTH if self.width() < RAIL_FROM else RAIL_WIDTH
        painter.fillRect(self.rect(), tokens.base)
        painter.fillRect(QRect(0, 0, rail, self.height()), tokens.sunken)
        for x in (rail, rail + LIST_WIDTH):
            painter.fillRect(QRect(x, 0, 1, self.height()), tokens.line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.hover)
        for top in range(0, self.height(), ROW_HEIGHT):
            painter.drawEllipse(QRect(rail + 12, top + 16, AVATAR, AVATAR))
            for n, width in enumerate((120, 220)):
                bar = QRect(rail + AVATAR + 24, top + 20 + 18 * n, width, 10)
                painter.drawRoundedRect(bar, 5, 5)


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", errors="replace"))


def _is_used() -> bool:
    """Whether one of the program's windows has the keys, or had them a moment ago."""
    return QApplication.applicationState() == Qt.ApplicationState.ApplicationActive
