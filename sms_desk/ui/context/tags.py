"""A conversation's tags: remove, add a known one, or make a new one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCompleter, QWidget
from typing_extensions import override

from sms_desk.domain import plain_text
from sms_desk.services.rows import TagRow
from sms_desk.ui.context.field import InPlaceField
from sms_desk.ui.context.words import tr
from sms_desk.ui.widgets.chips import Chip, RemovableChip
from sms_desk.ui.widgets.flow import FlowLayout

LONGEST = 40


class Tags(QWidget):
    """Chips, and "+ add" that becomes a field."""

    add_requested = Signal(object, str)
    """The tag's id, or None for a new one, and its name."""
    remove_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: dict[str, TagRow] = {}
        self._here: tuple[tuple[UUID, str], ...] = ()
        self._chips: list[RemovableChip] = []
        self._names = QStringListModel(self)
        self._add = Chip(tr("+ add"), self)
        self._add.setAccessibleName(tr("Add a tag, for the team"))
        self._add.clicked.connect(self.begin)
        self._field = _Field(self)
        self._field.setPlaceholderText(tr("Tag"))
        self._field.setAccessibleName(tr("Tag to add"))
        self._field.setMaxLength(LONGEST)
        self._field.setFixedWidth(140)
        self._field.setCompleter(self._completer())
        self._field.taken.connect(self._on_taken)
        self._field.left.connect(self._stop)
        self._field.hide()
        self._flow = FlowLayout(self, spacing=6)
        self._flow.addWidget(self._add)
        self._flow.addWidget(self._field)

    def show_tags(self, tags: Sequence[tuple[UUID, str]]) -> None:
        """Tags of this conversation; a name that is being typed stays."""
        if tuple(tags) == self._here:
            return
        self._here = tuple(tags)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(*tag) for tag in tags]
        for number, chip in enumerate(self._chips):
            self._flow.insert(number, chip)
        self._show_names()

    def set_known(self, tags: Sequence[TagRow]) -> None:
        """Every tag there is, for the completion."""
        self._known = {tag.name.casefold(): tag for tag in tags}
        self._show_names()

    def begin(self) -> None:
        self._add.hide()
        self._field.clear()
        self._field.show()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chip(self, id_: UUID, name: str) -> RemovableChip:
        chip = RemovableChip(plain_text.display_name(name, LONGEST), self)
        chip.set_chosen(False)
        chip.removed.connect(lambda: self.remove_requested.emit(id_))
        return chip

    def _completer(self) -> QCompleter:
        made = QCompleter(self._names, self)
        made.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        made.setFilterMode(Qt.MatchFlag.MatchContains)
        return made

    def _show_names(self) -> None:
        here = {id_ for id_, _ in self._here}
        self._names.setStringList([tag.name for tag in self._known.values() if tag.id not in here])

    def _on_taken(self) -> None:
        name = " ".join(self._field.text().split())
        self._stop()
        if not name:
            return
        known = self._known.get(name.casefold())
        if known is None:
            self.add_requested.emit(None, name)
        elif known.id not in {id_ for id_, _ in self._here}:
            self.add_requested.emit(known.id, known.name)

    def _stop(self) -> None:
        self._field.hide()
        self._add.show()


class _Field(InPlaceField):
    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.left.emit()
