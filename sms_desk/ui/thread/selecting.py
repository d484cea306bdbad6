"""Selecting a piece of one message's text with the mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF
from PySide6.QtGui import QTextLayout, QTextLine

from sms_desk.ui.thread.pieces import Words

Key = tuple[str, str]


class Selecting:
    """The selection, in UTF-16 units of the text of one row."""

    def __init__(self, words_of: Callable[[Key], Words | None]) -> None:
        """words_of: the laid out text of a row, None if it has none or is gone."""
        self._words_of = words_of
        self.key: Key = ("", "")
        self.active = False
        self._anchor = 0
        self._cursor = 0

    def begin(self, key: Key, point: QPointF) -> None:
        """point: within the text."""
        self.key, self.active = key, True
        self._anchor = self._cursor = self._at(point)

    def extend(self, point: QPointF) -> None:
        self._cursor = self._at(point)

    def finish(self) -> bool:
        """The button was released; tells whether something is selected now."""
        self.active = False
        return self.selection() is not None

    def clear(self) -> None:
        self.key, self.active = ("", ""), False
        self._anchor = self._cursor = 0

    def select_word(self, key: Key, point: QPointF) -> None:
        self.key = key
        found = self._words_of(key)
        if found is None:
            return
        at = self._at(point)
        mode = QTextLayout.CursorMode.SkipWords
        self._cursor = found.layout.nextCursorPosition(at, mode)
        self._anchor = found.layout.previousCursorPosition(self._cursor, mode)

    def selection(self) -> tuple[Key, int, int] | None:
        start, end = sorted((self._anchor, self._cursor))
        return (self.key, start, end) if start < end else None

    def _at(self, point: QPointF) -> int:
        found = self._words_of(self.key)
        line = _line_at(found.layout, point.y()) if found else None
        return line.xToCursor(point.x()) if line else 0


def _line_at(layout: QTextLayout, y: float) -> QTextLine | None:
    """The line at that height; the first or last one beyond the text."""
    count = layout.lineCount()
    for number in range(count):
        line = layout.lineAt(number)
        if y < line.y() + line.height() or number == count - 1:
            return line
    return None
