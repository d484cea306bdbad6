"""Found contacts and messages as one list with headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name
from sms_desk.services.rows import ContactHit, ItemKind, SearchHit, SearchResult
from sms_desk.ui.widgets.words import tr

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
LINE: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Heading:
    title: str


Line = Heading | ContactHit | SearchHit


class SearchModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self.more_after: int | None = None
        """The position after which there are more messages, None if that is all."""

    def show_result(self, result: SearchResult) -> None:
        """Another question's answer."""
        self.beginResetModel()
        self._lines = list(_lines(result))
        self.endResetModel()
        self.more_after = result.hits[-1].position if result.more and result.hits else None

    def append(self, result: SearchResult) -> None:
        """The next page of messages."""
        self.more_after = result.hits[-1].position if result.more and result.hits else None
        if not result.hits:
            return
        first = len(self._lines)
        self.beginInsertRows(_NOWHERE, first, first + len(result.hits) - 1)
        self._lines += result.hits
        self.endInsertRows()

    def line(self, row: int) -> Line:
        return self._lines[row]

    def first_hit(self) -> int:
        """The first line that can be opened, -1 for none."""
        return next((n for n, line in enumerate(self._lines) if not isinstance(line, Heading)), -1)

    @override
    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._lines[index.row()], Heading):
            return Qt.ItemFlag.ItemNeverHasChildren
        return super().flags(index)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(line)
        return None


def _lines(result: SearchResult) -> Iterator[Line]:
    yield from _section(tr("search", "Contacts"), result.contacts)
    yield from _section(tr("search", "Messages"), result.hits)


def _section(title: str, found: Sequence[ContactHit | SearchHit]) -> Iterator[Line]:
    if found:
        yield Heading(title)
        yield from found


def spoken(line: Line) -> str:
    """The line as a screen reader says it."""
    if isinstance(line, Heading):
        return line.title
    if isinstance(line, ContactHit):
        return f"{display_name(line.name)} {', '.join(line.numbers)}".strip()
    who = display_name(line.contact_name or line.peer)
    note = tr("search", "note") if line.kind is ItemKind.NOTE else ""
    return " ".join(filter(None, (who, note, line.excerpt)))
