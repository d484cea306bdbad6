"""The rail's lines as a model: new counts change what is said, never where the person stands."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from typing_extensions import override

from sms_desk.ui.rail.places import Place
from sms_desk.ui.widgets.text import tip_text
from sms_desk.ui.widgets.words import tr

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class RailRole(IntEnum):
    """What a line answers beside Qt's own roles."""

    PLACE = Qt.ItemDataRole.UserRole  # the Place itself


class RailModel(QAbstractListModel):
    """The lines in order."""

    def __init__(self, places: Sequence[Place] = ()) -> None:
        super().__init__()
        self._places = tuple(places)

    def set_places(self, places: Sequence[Place]) -> bool:
        """Take new lines. True if they are others or stand elsewhere: the selection is to be set
        again by key; False if only words and counts changed."""
        same = [place.key for place in self._places] == [place.key for place in places]
        if same:
            self._places = tuple(places)
            self.dataChanged.emit(self.index(0), self.index(len(places) - 1))
        else:
            self.beginResetModel()
            self._places = tuple(places)
            self.endResetModel()
        return not same

    def place(self, row: int) -> Place:
        return self._places[row]

    def row_of(self, key: str) -> int:
        """The line of that key, -1 if it is gone."""
        return next((row for row, place in enumerate(self._places) if place.key == key), -1)

    @override
    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._places)

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or self._places[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place = self._places[index.row()]
        match role:
            case RailRole.PLACE:
                return place
            case Qt.ItemDataRole.DisplayRole:
                return place.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(place)
            case Qt.ItemDataRole.ToolTipRole:
                return None if place.is_heading else tip_text(spoken(place))
            case _:
                return None


def spoken(place: Place) -> str:
    """The line in words, such as "Mine, 12 waiting"."""
    title = f"{place.title}: {place.below}" if place.below else place.title
    if not place.waiting:
        return title
    return f"{title}, {place.count or tr('rail', '%n waiting', place.waiting)}"
