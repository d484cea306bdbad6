"""The text field of the composer: plain text, grows to eight lines, never more than it can carry."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.widgets.undo_key import wants_undo
from sms_desk.ui.widgets.words import tr

MOST_CHARACTERS = 10_000
LONGEST_RUN = 500
"""Characters without a place to wrap: one such line of a million held Qt for minutes (design §7)."""
MOST_LINES = 8

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")


class Editor(QPlainTextEdit):
    """Knows keys and limits; what is done with the text is the composer's."""

    send_pressed = Signal()
    key_offered = Signal(object)
    """A QKeyEvent before the text sees it; whoever accepts it has used it (the completion)."""
    focus_lost = Signal()
    paste_refused = Signal(str)
    """Why, in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.enter_sends = False
        self.setFont(theme.font("body"))
        # Geometry only: the box around it draws ground and edge in the theme's colours.
        self.setStyleSheet("border: none; padding: 0; background: transparent;")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(3)
        self.document().documentLayout().documentSizeChanged.connect(self._on_grown)
        self._on_grown()

    # text

    def put_text(self, text: str) -> None:
        """Replace everything; the cursor stands at the end."""
        self.setPlainText(text[:MOST_CHARACTERS])
        self.moveCursor(QTextCursor.MoveOperation.End)

    def before_cursor(self) -> str:
        """The line up to the cursor, at most what a keyword or a name can take."""
        cursor = self.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()][-80:]

    def replace_before_cursor(self, length: int, text: str) -> None:
        """Take `length` characters before the cursor away and put `text` there; one undo step."""
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, length)
        cursor.insertText(text)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def lines_shown(self) -> int:
        return max(1, min(MOST_LINES, round(self.document().size().height())))

    # what Qt tells

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        text = _cleaned(source.text())
        reason = self._why_not(text)
        if reason:
            self.paste_refused.emit(reason)
        else:
            self.textCursor().insertText(text)

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    @override
    def event(self, event: QEvent) -> bool:
        if wants_undo(event) and not self._has_history():
            event.ignore()  # the window's
            return True
        # Qt moves the focus by Tab before keyPressEvent hears of it.
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            event.ignore()
            self.key_offered.emit(event)
            if event.isAccepted():
                return True
        return super().event(event)

    def _has_history(self) -> bool:
        document = self.document()
        return document.isUndoAvailable() or document.isRedoAvailable()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        self.key_offered.emit(event)
        if event.isAccepted():
            return
        event.accept()
        if self._sends(event):
            self.send_pressed.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_lost.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._on_grown()

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, self.height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing())

    def _on_grown(self) -> None:
        height = self.lines_shown() * self.fontMetrics().lineSpacing() + 6
        if height != self.height():
            self.setFixedHeight(height)
        over = self.document().size().height() > MOST_LINES
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if over else policy.ScrollBarAlwaysOff
        )

    def _sends(self, event: QKeyEvent) -> bool:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held == Qt.KeyboardModifier.ControlModifier:
            return True
        return self.enter_sends and held == Qt.KeyboardModifier.NoModifier

    def _why_not(self, text: str) -> str:
        if len(self.toPlainText()) + len(text) > MOST_CHARACTERS:
            return tr(
                "composer",
                "The pasted text has %n character(s): too long for a message. Nothing was pasted.",
                len(text),
            )
        if _RUN.search(text):
            return tr(
                "composer",
                "The pasted text holds more than %n characters without a space. "
                "Nothing was pasted.",
                LONGEST_RUN,
            )
        return ""


def _cleaned(text: str) -> str:
    """One kind of line end, and no control characters, which no phone shows."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n")
    return _UNWANTED.sub("", lines.replace("\u2028", "\n"))
