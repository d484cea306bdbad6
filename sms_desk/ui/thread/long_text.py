"""The viewer for a whole long message: plain text, in pieces that a text widget can carry."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from sms_desk.domain import plain_text
from sms_desk.ui.thread import words
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.text import label, set_window_title

LINE = 500
CHUNK = 40_000
MOST = 2_000_000
"""Characters. A message of five megabytes would hold the window; its beginning is enough to read."""


class LongText(QDialog):
    """Shows the text as it was sent, line by line; nothing in it is a link or markup."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_window_title(self, words.tr("Whole message"))
        self._left = split_long_lines(plain_text.display_text(text[:MOST]))
        self._text = QPlainTextEdit(self)
        self._text.setReadOnly(True)
        self._text.setUndoRedoEnabled(False)
        self._text.setAccessibleName(words.tr("Whole message"))
        more = words.tr("Show more")
        self._more = plain(more, parent=self)
        self._more.clicked.connect(self._on_more)
        close = plain(words.tr("Close"), parent=self)
        close.clicked.connect(self.accept)
        self._count = label("", "meta", tone="secondary", parent=self)
        self._count.setText(words.tr("%n character(s)", len(text)))
        foot = QHBoxLayout()
        foot.addWidget(self._count, 1)
        foot.addWidget(self._more)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addLayout(foot)
        self.resize(640, 480)
        QTimer.singleShot(0, self, self._on_more)

    def shown(self) -> str:
        return self._text.toPlainText()

    def _on_more(self) -> None:
        chunk, self._left = self._left[:CHUNK], self._left[CHUNK:]
        cursor = self._text.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(chunk)
        self._more.setVisible(bool(self._left))


def split_long_lines(text: str) -> str:
    """`text` with a new line wherever a line would be longer than a text widget can carry."""
    return "\n".join(
        line[start : start + LINE]
        for line in text.split("\n")
        for start in range(0, max(1, len(line)), LINE)
    )
