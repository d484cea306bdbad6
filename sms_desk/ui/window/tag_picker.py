"""Chooses one tag by typing: the list narrows to what is typed, and a new name can be created."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.plain_text import display_name
from sms_desk.ui import theme
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr

WIDTH: Final = 280
LONGEST: Final = 40
_MOST_ROWS: Final = 8
_ROW: Final = 30
_VALUE: Final = Qt.ItemDataRole.UserRole


class TagPicker(QFrame):
    """Goes away with a click elsewhere or Escape. Enter takes the row that is marked, if one is:
    the first that fits for a single conversation, for several only one that was typed in full."""

    def __init__(
        self,
        title: str,
        tags: Sequence[tuple[UUID, str]],
        then: Callable[[UUID | None, str], None],
        parent: QWidget,
        *,
        several: bool = False,
    ) -> None:
        """then: the tag's id, or None for a new one, and its name."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("pane", "card")
        self.setAccessibleName(title)
        self._tags = tuple(tags)
        self._then = then
        self._several = several
        self._field = QLineEdit(self)
        self._field.setMaxLength(LONGEST)
        self._field.setPlaceholderText(tr("tag", "Find or create a tag"))
        self._field.setAccessibleName(title)
        self._rows = QListWidget(self)
        self._rows.setFrameShape(QFrame.Shape.NoFrame)
        self._rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows.setUniformItemSizes(True)
        self._rows.setAccessibleName(tr("tag", "Tags"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 10, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(label(title, "meta_strong", tone="secondary", wrap=True, parent=self))
        layout.addWidget(self._field)
        layout.addWidget(self._rows)
        self._field.textChanged.connect(self._show_rows)
        self._field.installEventFilter(self)
        self._rows.itemClicked.connect(self._take)
        self.setFixedWidth(WIDTH)
        self._show_rows()

    def pop_up(self, at: QPoint) -> None:
        """Beside a point of the screen, and wholly on it."""
        size = QSize(WIDTH, self.sizeHint().height())
        room = self.screen().availableGeometry()
        x = max(room.left(), min(at.x(), room.right() - size.width()))
        y = max(room.top(), min(at.y(), room.bottom() - size.height()))
        self.move(x, y)
        self.show()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def offers(self) -> list[str]:
        """What stands in the list."""
        return [self._rows.item(at).text() for at in range(self._rows.count())]

    def marked(self) -> str:
        """What Enter would take, "" for nothing."""
        item = self._rows.currentItem()
        return item.text() if item is not None else ""

    # --- the list --------------------------------------------------------------------------------

    @Slot()
    def _show_rows(self) -> None:
        typed = " ".join(self._field.text().split())
        fold = typed.casefold()
        found = [tag for tag in self._tags if fold in tag[1].casefold()]
        found.sort(key=lambda tag: (not tag[1].casefold().startswith(fold), tag[1].casefold()))
        exact = next((tag for tag in found if tag[1].casefold() == fold), None)
        self._rows.clear()
        for tag in found:
            self._add("tag", display_name(tag[1], LONGEST), tag)
        if typed and exact is None:
            words = tr("tag", "Create tag “{name}”").replace("{name}", display_name(typed))
            self._add("plus", words, (None, typed))
        self._mark(typed, found, exact)
        self._rows.setFixedHeight(_ROW * max(1, min(_MOST_ROWS, self._rows.count())) + 2)
        self.adjustSize()

    def _mark(
        self, typed: str, found: list[tuple[UUID, str]], exact: tuple[UUID, str] | None
    ) -> None:
        if exact is not None:
            self._rows.setCurrentRow(found.index(exact))
        elif typed and not self._several:
            self._rows.setCurrentRow(0)
        elif typed and not found:
            self._rows.setCurrentRow(0)  # nothing but the new one
        else:
            self._rows.setCurrentRow(-1)

    def _add(self, icon: str, words: str, value: tuple[UUID | None, str]) -> None:
        item = QListWidgetItem(theme.icon(icon), words)
        item.setData(_VALUE, value)
        item.setSizeHint(QSize(0, _ROW))
        self._rows.addItem(item)

    # --- keys ------------------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._use(Qt.Key(event.key()))
        return False

    def _use(self, key: Qt.Key) -> bool:
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            last = self._rows.count() - 1
            self._rows.setCurrentRow(max(0, min(last, self._rows.currentRow() + step)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self._rows.currentItem()
            if item is not None:
                self._take(item)
        else:
            return False
        return True

    @Slot(QListWidgetItem)
    def _take(self, item: QListWidgetItem) -> None:
        id_, name = item.data(_VALUE)
        self.close()
        self._then(id_, name)
