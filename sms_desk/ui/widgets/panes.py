"""Grounds and hairlines: what separates the panes of a window."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

Ground = Literal["base", "raised", "sunken", "soft", "card"]


def on_ground(widget: QWidget, ground: Ground) -> None:
    """Give a widget one of the theme's grounds."""
    widget.setProperty("pane", ground)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def horizontal_line(parent: QWidget | None = None) -> QFrame:
    """A hairline between what is above and what is below."""
    made = QFrame(parent)
    made.setProperty("pane", "line")
    made.setFixedHeight(1)
    return made


def vertical_line(parent: QWidget | None = None) -> QFrame:
    """A hairline between two panes."""
    made = QFrame(parent)
    made.setProperty("pane", "line")
    made.setFixedWidth(1)
    return made
