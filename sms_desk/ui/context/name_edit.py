"""The contact's name: a label that becomes a field where it is clicked (R62)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QStackedLayout, QWidget
from typing_extensions import override

from sms_desk.domain import plain_text
from sms_desk.ui.context.field import InPlaceField
from sms_desk.ui.context.words import tr
from sms_desk.ui.widgets.text import ElidedLabel, set_tip

LONGEST = 80


class NameEdit(QWidget):
    """Enter or leaving the field takes the name, Escape keeps the old one."""

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._editing = False
        self._shown = _Clickable(self)
        self._field = _Field(self)
        self._field.setMaxLength(LONGEST)
        self._field.setAccessibleName(tr("Name of the contact"))
        self._field.taken.connect(self._on_taken)
        self._field.left.connect(self._stop)
        self._shown.clicked.connect(self.begin)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._shown)
        self._stack.addWidget(self._field)

    def show_name(self, name: str) -> None:
        """The stored name; what is being typed stays (R6)."""
        self._name = name
        self._shown.setText(plain_text.display_name(name) or tr("Add a name"))
        self._shown.set_tone("" if name else "accent")

    def begin(self) -> None:
        self._editing = True
        self._field.setText(self._name)
        self._stack.setCurrentWidget(self._field)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.selectAll()

    def is_editing(self) -> bool:
        return self._editing

    def _on_taken(self) -> None:
        name = " ".join(self._field.text().split())
        changed = self._editing and name != self._name
        self._stop()
        if changed:
            self.renamed.emit(name)

    def _stop(self) -> None:
        self._editing = False  # before the field goes: it loses the focus then
        self._stack.setCurrentWidget(self._shown)


class _Field(InPlaceField):
    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.taken.emit()


class _Clickable(ElidedLabel):
    clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", "name_unread", parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        set_tip(self, tr("Click to name the contact, for the team"))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            font = self.font()
            font.setUnderline(event.type() == QEvent.Type.FocusIn)
            self.setFont(font)
        return super().event(event)
