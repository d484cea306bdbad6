"""One section of a screen that has several: its table, its buttons, and the pane of a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sms_desk.ui.widgets.table import Table


class Section(QObject):
    """A kind of row. The screen puts the table in its middle while the section is chosen."""

    detail_wanted = Signal(object)
    """A widget for the screen's pane, or None to fold it away."""

    def __init__(self, key: str, title: str, table: Table, parent: QObject) -> None:
        super().__init__(parent)
        self.key = key
        self.title = title
        self.table = table
        self.buttons: Sequence[QWidget] = ()

    def left(self) -> None:
        """Another section is chosen: nothing is marked here any more."""
        self.table.choose(None)
