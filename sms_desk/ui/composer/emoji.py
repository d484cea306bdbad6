"""A small searchable picker of common emoji."""

from __future__ import annotations

import json
from functools import cache

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.ui import theme
from sms_desk.ui.theme.icons import icon_folder
from sms_desk.ui.widgets.text import tip_text
from sms_desk.ui.widgets.words import tr

CELL = 34
COLUMNS = 8
ROWS = 6

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Emoji:
    """words: Unicode's name and what people look for."""

    text: str
    words: str


@cache
def all_emoji() -> tuple[Emoji, ...]:
    """The list that comes with the desk, in its order."""
    source = (icon_folder().parent / "emoji.json").read_text(encoding="utf-8")
    return tuple(Emoji(text, words) for text, words in json.loads(source))


def found(typed: str) -> tuple[Emoji, ...]:
    """Those whose words hold every word that was typed."""
    wanted = typed.casefold().split()
    return tuple(each for each in all_emoji() if all(word in each.words for word in wanted))


class EmojiPicker(QFrame):
    """Opens over its button; typing searches, arrows move, Enter takes."""

    picked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("pane", "card")
        self._field = _SearchField(self)
        self._field.setPlaceholderText(tr("composer", "Search emoji"))
        self._field.setAccessibleName(tr("composer", "Search emoji"))
        self._emoji = _EmojiModel(self)
        self._grid = QListView(self)
        self._grid.setModel(self._emoji)
        self._grid.setAccessibleName(tr("composer", "Emoji"))
        self._set_up_grid()
        self._field.textChanged.connect(self._on_typed)
        self._field.moved.connect(self._on_moved)
        self._field.returnPressed.connect(self._on_return)
        self._grid.clicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._field)
        layout.addWidget(self._grid)
        self._on_typed("")

    def _set_up_grid(self) -> None:
        font = theme.font("body")
        font.setPixelSize(20)
        self._grid.setFont(font)
        self._grid.setViewMode(QListView.ViewMode.IconMode)
        self._grid.setMovement(QListView.Movement.Static)
        self._grid.setUniformItemSizes(True)
        self._grid.setGridSize(QSize(CELL, CELL))
        self._grid.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._grid.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._grid.setFixedSize(COLUMNS * CELL + 14, ROWS * CELL + 4)

    def open_over(self, button: QWidget) -> None:
        self._field.clear()
        self.adjustSize()
        self.move(button.mapToGlobal(QPoint(0, -self.sizeHint().height() - 4)))
        self.show()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_typed(self, typed: str) -> None:
        self._emoji.show_emoji(found(typed))
        self._grid.setCurrentIndex(self._emoji.index(0))

    def _on_moved(self, by: int) -> None:
        row = self._grid.currentIndex().row() + by
        if 0 <= row < self._emoji.rowCount():
            self._grid.setCurrentIndex(self._emoji.index(row))

    def _on_return(self) -> None:
        self._pick(self._grid.currentIndex())

    def _on_clicked(self, index: QModelIndex) -> None:
        self._pick(index)

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            self.hide()
            self.picked.emit(self._emoji.emoji[index.row()].text)


class _SearchField(QLineEdit):
    """Hands the arrows to the grid."""

    moved = Signal(int)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Down: COLUMNS,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
        }
        by = steps.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(by)


class _EmojiModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.emoji: tuple[Emoji, ...] = ()

    def show_emoji(self, emoji: tuple[Emoji, ...]) -> None:
        self.beginResetModel()
        self.emoji = emoji
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.emoji)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.emoji[index.row()].text
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.emoji[index.row()].words
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self.emoji[index.row()].words)
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(CELL, CELL)
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
        return None
