"""A field and a list over the window's upper part; Enter runs, Escape leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.ui import theme
from sms_desk.ui.palette.fuzzy import score
from sms_desk.ui.widgets.text import elided
from sms_desk.ui.widgets.words import tr

_Index = QModelIndex | QPersistentModelIndex

WIDTH: Final = 520
ROW: Final = 34
ROWS_SHOWN: Final = 9
_ENTRY: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to run. key: as the platform writes it, "" for none.

    seldom: how far down it stands among what fits as well; 0 for what is done every minute.
    """

    title: str
    key: str
    icon: str
    run: Callable[[], None]
    seldom: int = 0


class Palette(QDialog):
    def __init__(self, entries: tuple[Entry, ...], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(tr("palette", "Commands"))
        self._entries = entries
        self._field = QLineEdit(self)
        self._field.setPlaceholderText(tr("palette", "What do you want to do?"))
        self._field.setAccessibleName(tr("palette", "What do you want to do?"))
        self._field.setMaxLength(100)
        self._list = QListWidget(self)
        self._list.setAccessibleName(tr("palette", "Commands"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setItemDelegate(_EntryDelegate(self._list))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self._field)
        layout.addWidget(self._list)
        self._field.textChanged.connect(self._on_typed)
        self._field.installEventFilter(self)
        self._list.itemClicked.connect(self._on_clicked)
        self._on_typed("")

    def open_over(self, window: QWidget) -> None:
        """In the upper middle of the window."""
        self.resize(min(WIDTH, window.width() - 32), 0)
        height = 8 + self._field.sizeHint().height() + 6 + ROW * ROWS_SHOWN + 10
        self.resize(self.width(), min(height, window.height() - 48))
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 64)
        self.show()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def titles(self) -> list[str]:
        """What is offered now, best first."""
        return [self._list.item(row).data(_ENTRY).title for row in range(self._list.count())]

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._take(Qt.Key(event.key()))
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.tokens().raised)
        painter.setPen(theme.tokens().control_line)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _take(self, key: Qt.Key) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: ROWS_SHOWN,
            Qt.Key.Key_PageUp: -ROWS_SHOWN,
        }
        if key in steps:
            row = self._list.currentRow() + steps[key]
            self._list.setCurrentRow(max(0, min(self._list.count() - 1, row)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._list.currentItem())
        else:
            return False
        return True

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        found = [(score(typed, entry.title), entry) for entry in self._entries]
        ranked = [(points, entry) for points, entry in found if points is not None]
        if typed.strip():
            ranked.sort(key=lambda pair: (-pair[0], pair[1].seldom))
        self._list.clear()
        for _points, entry in ranked:
            item = QListWidgetItem(self._list)
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.title} {entry.key}".strip())
        self._list.setCurrentRow(0)

    @Slot(QListWidgetItem)
    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._run(item)

    def _run(self, item: QListWidgetItem | None) -> None:
        self.close()
        if item is not None:
            item.data(_ENTRY).run()


class _EntryDelegate(QStyledItemDelegate):
    """Icon, title, and the key at the end."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(_ENTRY)
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        tokens = theme.tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.accent_soft)
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 6, 6)
        self._paint_words(painter, option, entry, rect.adjusted(12, 0, -12, 0))
        painter.restore()

    def _paint_words(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, rect: QRect
    ) -> None:
        tokens = theme.tokens()
        direction: Qt.LayoutDirection = option.direction
        icon = QRect(rect.left(), rect.center().y() - 7, 16, 16)
        where = QStyle.visualRect(direction, rect, icon)
        if entry.icon:
            painter.drawPixmap(where, theme.pixmap(entry.icon, "secondary", 16))
        words = QStyle.visualRect(direction, rect, rect.adjusted(28, 0, -110, 0))
        painter.setFont(theme.font("body"))
        painter.setPen(tokens.text)
        start = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(words, start, elided(painter.fontMetrics(), entry.title, words.width()))
        key = QStyle.visualRect(direction, rect, QRect(rect.right() - 108, rect.top(), 108, ROW))
        painter.setFont(theme.font("meta"))
        painter.setPen(tokens.secondary)
        painter.drawText(
            key, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, entry.key
        )
