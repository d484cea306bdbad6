"""What fills the window once it stands: the side, the screen in the middle, and what floats."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sms_desk.ui.theme.tokens import SPACE_M
from sms_desk.ui.widgets.panes import on_ground, vertical_line
from sms_desk.ui.widgets.progress_bar import WorkBar
from sms_desk.ui.widgets.toast import Toast
from sms_desk.ui.window.banner import Banner
from sms_desk.ui.window.side import Side
from sms_desk.ui.window.waiting import WaitingPage


class Body(QWidget):
    """Shows whatever screen it is given."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self.side = Side(self)
        self.banner = Banner(self)
        self.away = Banner(self, sign=("user-x", "secondary"))
        self.returned = Banner(self, sign=("undo-2", "nudge"))
        self.work = WorkBar(self)
        self.waiting = WaitingPage(self)
        self.screens = QStackedWidget(self)
        self.screens.addWidget(self.waiting)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.banner)
        middle.addWidget(self.away)
        middle.addWidget(self.returned)
        middle.addWidget(self.screens, 1)
        middle.addWidget(self.work)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.side)
        layout.addWidget(vertical_line(self))
        layout.addLayout(middle, 1)
        # Over the list's foot: in the middle it would lie over what is being written.
        self.toast = Toast(self, left=lambda: self.side.width() + SPACE_M)
        self.toast.stand_above(self.work)
