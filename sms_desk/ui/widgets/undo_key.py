"""Ctrl+Z, which a field of text keeps to itself also where it has nothing to take back."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence


def wants_undo(event: QEvent) -> bool:
    """Whether a widget is asked who gets the key: it, or the window."""
    return (
        event.type() is QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.matches(QKeySequence.StandardKey.Undo)
    )
