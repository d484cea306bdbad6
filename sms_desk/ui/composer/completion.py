"""The list that opens over the text while it is typed: templates after "/", people after "@"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.ui import theme
from sms_desk.ui.widgets.panes import horizontal_line
from sms_desk.ui.widgets.text import elided, label

ROW = 32
MOST_ROWS = 6
WIDTH = 380
PREVIEW_LINES = 3

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the list. value: what the opener gets back; preview: shown while current."""

    title: str
    detail: str
    value: object
    preview: str = ""


class Completion(QFrame):
    """Never takes the focus: the text field offers it the keys."""

    chosen = Signal(object)
    """The value of the offer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("pane", "card")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._offers = _Offers(self)
        self.hide()

    def offer(self, offers: Sequence[Offer], name: str, above: QWidget) -> None:
        """Show the offers over `above`; nothing is shown where there are none."""
        if not offers:
            self.hide()
            return
        if self.layout() is None:
            self._furnish()
        self._offers.show_offers(offers)
        self._list.setAccessibleName(name)
        self._list.setCurrentIndex(self._offers.index(0))
        self._place(above)
        self.show()
        self.raise_()

    def is_open(self) -> bool:
        return self.isVisible()

    def titles(self) -> list[str]:
        return [offer.title for offer in self._offers.offers]

    def preview(self) -> str:
        return self._preview.text()

    def use_key(self, event: QKeyEvent) -> bool:
        """Whether the open list took the key."""
        if not self.isVisible():
            return False
        match event.key():
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    return False
                self._choose(self._list.currentIndex())
            case Qt.Key.Key_Escape:
                self.hide()
            case _:
                return False
        return True

    def _furnish(self) -> None:
        self._list = QListView(self)
        self._list.setModel(self._offers)
        self._list.setItemDelegate(_OfferDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.clicked.connect(self._on_clicked)
        self._line = horizontal_line(self)
        self._preview = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 5, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self._list)
        layout.addWidget(self._line)
        beside = QVBoxLayout()
        beside.setContentsMargins(12, 8, 12, 8)
        beside.addWidget(self._preview)
        layout.addLayout(beside)
        self._list.selectionModel().currentChanged.connect(self._show_preview)

    def _step(self, by: int) -> None:
        row = (self._list.currentIndex().row() + by) % self._offers.rowCount()
        self._list.setCurrentIndex(self._offers.index(row))

    def _choose(self, index: QModelIndex) -> None:
        self.hide()
        if index.isValid():
            self.chosen.emit(self._offers.offers[index.row()].value)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _show_preview(self, index: QModelIndex) -> None:
        text = self._offers.offers[index.row()].preview if index.isValid() else ""
        self._preview.setText(text)
        self._preview.setVisible(bool(text))
        self._line.setVisible(bool(text))

    def _place(self, above: QWidget) -> None:
        parent = self.parentWidget() or self.window()
        rows = min(MOST_ROWS, self._offers.rowCount())
        self._list.setFixedHeight(rows * ROW + 2)
        has_preview = any(offer.preview for offer in self._offers.offers)
        line = self._preview.fontMetrics().lineSpacing()
        self._preview.setFixedHeight(PREVIEW_LINES * line)
        height = rows * ROW + 10 + (PREVIEW_LINES * line + 17 if has_preview else 0)
        corner = parent.mapFromGlobal(above.mapToGlobal(QPoint(0, 0)))
        width = min(WIDTH, above.width())
        from_right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = corner.x() + (above.width() - width if from_right else 0)
        self.setGeometry(left, max(0, corner.y() - height - 4), width, height)


class _Offers(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.offers: list[Offer] = []

    def show_offers(self, offers: Sequence[Offer]) -> None:
        self.beginResetModel()
        self.offers = list(offers)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.offers)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        offer = self.offers[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{offer.title}. {offer.detail}. {offer.preview}"
        return offer if role == Qt.ItemDataRole.UserRole else None


class _OfferDelegate(QStyledItemDelegate):
    """Title at the start, detail at the end."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH, ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer = index.data(Qt.ItemDataRole.UserRole)
        tokens = theme.tokens()
        rect = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, tokens.accent_soft)
        rect.adjust(12, 0, -12, 0)
        painter.setFont(theme.font("snippet"))
        painter.setPen(tokens.secondary)
        detail = elided(painter.fontMetrics(), offer.detail, rect.width() // 2)
        end = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, end, detail)
        taken = painter.fontMetrics().horizontalAdvance(detail) + 12
        from_right = option.direction == Qt.LayoutDirection.RightToLeft
        rect.adjust(taken if from_right else 0, 0, 0 if from_right else -taken, 0)
        painter.setFont(theme.font("body"))
        painter.setPen(tokens.text)
        start = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, start, elided(painter.fontMetrics(), offer.title, rect.width()))
