"""How many sender IDs nobody holds, and to whom to give them all (R19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.domain.model import HolderKind
from sms_desk.domain.plain_text import display_name
from sms_desk.services.rows import PersonRow, SenderRow
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.forms import Choice
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import label
from sms_desk.ui.widgets.words import tr


def holder_options(
    people: Sequence[PersonRow],
    groups: Sequence[tuple[UUID, str]],
    programs: Sequence[tuple[UUID, str]] = (),
) -> list[tuple[str, tuple[HolderKind, UUID | None]]]:
    """Whom a sender ID can be given to."""
    options: list[tuple[str, tuple[HolderKind, UUID | None]]] = [
        (display_name(person.name), (HolderKind.PERSON, person.id))
        for person in people
        if not person.suspended
    ]
    options += [(display_name(name), (HolderKind.TEAM, id_)) for id_, name in groups]
    options.append((tr("senders", "Everybody"), (HolderKind.ORGANISATION, None)))
    for id_, name in programs:
        words = tr("senders", "Program {name}").replace("{name}", display_name(name))
        options.append((words, (HolderKind.PROGRAM, id_)))
    return options


class UnheldBar(QWidget):
    """Stands above the table while there are any."""

    give_requested = Signal(object, object, object)
    """The sender IDs, HolderKind, and the holder's id or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "soft")
        self._ids: tuple[UUID, ...] = ()
        self._words = label("", wrap=True, parent=self)
        self.holder = Choice([], self)
        self.holder.setMinimumContentsLength(16)
        self.holder.setAccessibleName(tr("senders", "Who gets them"))
        self.give = plain(tr("senders", "Give"), parent=self)
        self.give.clicked.connect(self._on_give_clicked)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 8, 16, 8)
        line.setSpacing(8)
        line.addWidget(self._words, 1)
        line.addWidget(self.holder)
        line.addWidget(self.give)
        self.hide()

    def show_rows(
        self, rows: Sequence[SenderRow], options: Sequence[tuple[str, Any]], me: UUID
    ) -> None:
        """me: whom to propose."""
        self._ids = tuple(
            row.id for row in rows if not (row.held or row.program_name or row.retired)
        )
        first = not self.holder.count()
        self.holder.set_options(options)
        if first:
            self.holder.choose((HolderKind.PERSON, me))
        one = tr("senders", "One sender ID has no holder: what comes in is Unrouted. Give it to")
        many = tr("senders", "%n sender IDs have no holder. Give them to", len(self._ids))
        self._words.setText(one if len(self._ids) == 1 else many)
        self.setVisible(bool(self._ids))

    def words(self) -> str:
        return self._words.text()

    def _on_give_clicked(self) -> None:
        kind, holder_id = self.holder.value()
        self.give_requested.emit(self._ids, kind, holder_id)
