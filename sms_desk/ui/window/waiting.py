"""What stands in the window until the workspace is open: the shapes of a list, or why it is not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from sms_desk.domain.errors import DeskError
from sms_desk.ui.inbox.skeleton import Skeleton
from sms_desk.ui.theme.tokens import LIST_WIDTH
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.panes import on_ground, vertical_line
from sms_desk.ui.widgets.words import tr


class WaitingPage(QWidget):
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._stack = QStackedWidget(self)
        self._error = EmptyState(self)
        self._error.action_requested.connect(self.retry_requested)
        self._stack.addWidget(_shapes(self))
        self._stack.addWidget(self._error)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def show_shapes(self) -> None:
        self._stack.setCurrentIndex(0)

    def show_error(self, error: DeskError) -> None:
        """The workspace did not open: why, and what to do."""
        words = f"{error.title}\n{error.next_step}".strip()
        action = tr("window", "Try again")
        self._error.show_words("triangle-alert", words, action, tint="error")
        self._stack.setCurrentWidget(self._error)

    def words(self) -> str:
        """The error that stands there, "" for none."""
        return self._error.sentence() if self._stack.currentWidget() is self._error else ""


def _shapes(parent: QWidget) -> QWidget:
    made = QWidget(parent)
    shapes = Skeleton(made)
    shapes.setFixedWidth(LIST_WIDTH)
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(shapes)
    layout.addWidget(vertical_line(made))
    layout.addStretch(1)
    return made
