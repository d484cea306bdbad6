"""Every command with its key, by group, to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sms_desk.domain.frozen import dataclass
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class KeyLine:
    title: str
    key: str


def fixed_keys() -> dict[str, list[KeyLine]]:
    """Keys that belong to a field or a list, beside those of the commands."""
    return {
        tr("shortcuts", "While writing"): [
            KeyLine(tr("shortcuts", "Send"), "Ctrl+Enter"),
            KeyLine(tr("shortcuts", "Call a template"), "/"),
            KeyLine(tr("shortcuts", "Name a colleague, in a note"), "@"),
        ],
        tr("shortcuts", "In the list"): [
            KeyLine(tr("shortcuts", "Open"), "Enter"),
            KeyLine(tr("shortcuts", "Choose several"), "Shift+\u2191 \u2193"),
            KeyLine(tr("shortcuts", "Choose all that are loaded"), "Ctrl+A"),
        ],
    }


class ShortcutSheet(QDialog):
    """Groups in two columns; Escape leaves."""

    def __init__(self, groups: Mapping[str, Sequence[KeyLine]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_window_title(self, tr("shortcuts", "Keys"))
        content = QWidget(self)
        on_ground(content, "raised")
        columns = QHBoxLayout(content)
        columns.setContentsMargins(24, 8, 24, 24)
        columns.setSpacing(40)
        sides = (QVBoxLayout(), QVBoxLayout())
        for side in sides:
            columns.addLayout(side, 1)
        weights = [0, 0]
        for name, lines in (*groups.items(), *fixed_keys().items()):
            at = weights.index(min(weights))
            weights[at] += len(lines) + 2
            sides[at].addWidget(_group(name, lines, content))
        for side in sides:
            side.setSpacing(20)
            side.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        head = label(tr("shortcuts", "Keys"), "title", parent=self)
        note = label(
            tr("shortcuts", "Single letters count while the list or the messages have the focus."),
            "snippet",
            tone="secondary",
            parent=self,
        )
        titles = QVBoxLayout()
        titles.setContentsMargins(24, 0, 24, 0)
        titles.addWidget(head)
        titles.addWidget(note)
        layout.addLayout(titles)
        layout.addWidget(scroll, 1)
        self.resize(QSize(720, 560))


def _group(name: str, lines: Sequence[KeyLine], parent: QWidget) -> QWidget:
    made = QWidget(parent)
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(8)
    grid.addWidget(label(name, "meta_strong", tone="secondary", parent=made), 0, 0, 1, 2)
    for row, line in enumerate(lines, 1):
        grid.addWidget(label(line.title, parent=made), row, 0)
        key = label(line.key, "snippet", tone="secondary", parent=made)
        grid.addWidget(key, row, 1, Qt.AlignmentFlag.AlignRight)
    grid.setColumnStretch(0, 1)
    return made
