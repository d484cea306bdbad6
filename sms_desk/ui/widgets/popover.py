"""A small card beside what it is about: a title, a few lines, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.text import label

WIDTH: Final = 320


class Popover(QFrame):
    """Goes away with a click elsewhere or Escape."""

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        parent: QWidget,
        actions: Sequence[tuple[str, Callable[[], None]]] = (),
    ) -> None:
        """actions: (words, deed) pairs, a button each."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("pane", "card")
        self.setAccessibleName(" ".join((title, *lines)))
        self._words = (title, *lines)
        self.buttons = [plain(words, parent=self) for words, _ in actions]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(6)
        layout.addWidget(label(title, "body_strong", wrap=True, parent=self))
        for line in lines:
            layout.addWidget(label(line, tone="secondary", wrap=True, parent=self))
        for button, (_, act) in zip(self.buttons, actions, strict=True):
            button.clicked.connect(self.close)
            button.clicked.connect(act)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)

    def words(self) -> tuple[str, ...]:
        return self._words

    def pop_up(self, at: QPoint) -> None:
        """Beside a point of the screen and wholly on it: below, or above where the window ends."""
        height = self.heightForWidth(WIDTH)  # the hint is that of lines that need not wrap
        self.setFixedSize(WIDTH, height)
        room = self.screen().availableGeometry()
        x = max(room.left(), min(at.x() - WIDTH // 2, room.right() - WIDTH))
        y, above = at.y() + 12, at.y() - height - 12
        owner = self.parentWidget()
        assert owner is not None  # it was made with one
        window = owner.window().frameGeometry()
        lowest = window.bottom() if above >= room.top() else room.bottom()
        if y + height > min(lowest, room.bottom()):
            y = above
        self.move(x, y)
        self.show()
