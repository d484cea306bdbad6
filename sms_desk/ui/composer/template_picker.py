"""Chooses an approved WhatsApp template, fills it, and sends it (R36, R42)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain import plain_text
from sms_desk.services.rows import ContentTemplateRow
from sms_desk.ui.composer.template_card import TemplateCard
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.forms import scrolled
from sms_desk.ui.widgets.panes import horizontal_line, vertical_line
from sms_desk.ui.widgets.search_field import SearchField
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.template_words import about_words, status_words, suggested
from sms_desk.ui.widgets.text import set_window_title
from sms_desk.ui.widgets.words import tr

_LIST_WIDTH = 288
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


class TemplatePicker(QDialog):
    """Templates at the start, the chosen one with its blanks at the end.

    From the search field the arrow keys walk the list and Enter goes to the blanks; Enter in the
    last blank, or Ctrl+Enter anywhere, sends.
    """

    send_requested = Signal(str, object)
    """The provider's id of the template, and its values as (name, value) pairs."""
    later_requested = Signal(str, object)
    """As `send_requested`, later; it stays open until somebody accepts it."""
    manage_requested = Signal()
    """There is none: the person wants to see how the list stands."""

    def __init__(
        self,
        rows: Sequence[ContentTemplateRow],
        contact_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        set_window_title(self, tr("whatsapp", "Send a template"))
        self._contact_name = contact_name
        self._typed: dict[str, dict[str, str]] = {}
        self._card: TemplateCard | None = None
        self._search = SearchField(
            tr("whatsapp", "Find a template"), tr("whatsapp", "Find a template"), parent=self
        )
        self._table = Table(
            [Column(tr("whatsapp", "Template"), _cell, sorts=_order)],
            tr("whatsapp", "Templates"),
            empty=tr("whatsapp", "No template matches."),
            parent=self,
        )
        self._table.horizontalHeader().hide()
        self._later = plain(tr("whatsapp", "Send later…"), icon="calendar-clock", parent=self)
        self._send = primary(tr("whatsapp", "Send"), icon="send", parent=self)
        self._place = QVBoxLayout()
        self._lay_out(bool(rows))
        self._connect()
        self._table.show_rows(rows)
        if rows:
            self._table.choose(self._table.rows()[0].id)
        self._search.setFocus()
        self.resize(760, 520)
        self.setMinimumSize(560, 400)

    # --- made ------------------------------------------------------------------------------------

    def _lay_out(self, any_rows: bool) -> None:
        start = QVBoxLayout()
        start.setContentsMargins(0, 0, 0, 0)
        start.setSpacing(0)
        around = QHBoxLayout()
        around.setContentsMargins(12, 12, 12, 10)
        around.addWidget(self._search)
        start.addLayout(around)
        start.addWidget(self._table, 1)
        left = QWidget(self)
        left.setFixedWidth(_LIST_WIDTH)
        left.setLayout(start)
        self._place.setContentsMargins(0, 0, 0, 0)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(left)
        middle.addWidget(vertical_line(self))
        middle.addLayout(self._place, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(middle, 1)
        whole.addWidget(horizontal_line(self))
        whole.addLayout(self._foot())
        if not any_rows:
            left.hide()
            self._show_empty()

    def _foot(self) -> QHBoxLayout:
        cancel = plain(tr("whatsapp", "Cancel"), parent=self)
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 10, 16, 10)
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self._later)
        foot.addWidget(self._send)
        self._may_send(False)
        return foot

    def _show_empty(self) -> None:
        empty = EmptyState(self)
        empty.show_words(
            "file-text",
            tr("whatsapp", "This sender ID's account lists no WhatsApp template yet."),
            tr("whatsapp", "See how the list stands"),
        )
        empty.action_requested.connect(self._on_manage)
        self._place.addWidget(empty)

    def _connect(self) -> None:
        self._search.installEventFilter(self)
        self._search.textChanged.connect(self._on_searched)
        self._search.returnPressed.connect(self._on_entered)
        self._table.row_chosen.connect(self._on_row_chosen)
        self._table.activated.connect(self._on_activated)
        self._send.clicked.connect(self.send)
        self._later.clicked.connect(self.send_later)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.send)

    # --- what is shown ---------------------------------------------------------------------------

    def card(self) -> TemplateCard | None:
        return self._card

    def rows(self) -> list[ContentTemplateRow]:
        """What the list shows, in its order."""
        return list(self._table.rows())

    def choose(self, row: ContentTemplateRow) -> None:
        self._table.choose(row.id)

    def send_button(self) -> QWidget:
        return self._send

    def later_button(self) -> QWidget:
        return self._later

    @Slot()
    def send(self) -> None:
        """Hand the template over, if every blank is filled."""
        card = self._card
        if card is None or not card.is_complete():
            return
        self.send_requested.emit(card.row().content_sid, tuple(card.values().items()))
        self.accept()

    @Slot()
    def send_later(self) -> None:
        """Ask when it shall go, if every blank is filled."""
        card = self._card
        if card is not None and card.is_complete():
            self.later_requested.emit(card.row().content_sid, tuple(card.values().items()))

    def _may_send(self, may: bool) -> None:
        self._send.setEnabled(may)
        self._later.setEnabled(may)

    def _show_card(self, row: ContentTemplateRow | None) -> None:
        while self._place.count():
            item = self._place.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._card = None
        if row is not None:
            values = self._typed.get(row.content_sid) or suggested(row, self._contact_name)
            self._card = TemplateCard(row, values)
            self._card.changed.connect(self._on_card_changed)
            self._card.finished.connect(self.send)
            self._place.addWidget(scrolled(self._card))
        self._may_send(self._card is not None and self._card.is_complete())

    # --- what the person does --------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent):
            step = _STEPS.get(Qt.Key(event.key()), 0)
            if step and event.type() == QEvent.Type.KeyPress:
                self._walk(step)
                return True
        return False

    def _walk(self, step: int) -> None:
        rows = self._table.rows()
        if rows:
            chosen = self._table.chosen()
            at = rows.index(chosen) + step if chosen in rows else 0
            self._table.choose(rows[max(0, min(at, len(rows) - 1))].id)

    @Slot(str)
    def _on_searched(self, typed: str) -> None:
        self._table.show_matching(typed)
        rows = self._table.rows()
        if rows and self._table.chosen() is None:
            self._table.choose(rows[0].id)

    @Slot()
    def _on_entered(self) -> None:
        if self._card is not None and not self._card.focus_first() and self._send.isEnabled():
            self._send.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        self._on_entered()

    @Slot(object)
    def _on_row_chosen(self, row: ContentTemplateRow | None) -> None:
        if self._card is None or row is None or self._card.row().id != row.id:
            self._show_card(row)

    @Slot()
    def _on_card_changed(self) -> None:
        assert self._card is not None
        self._typed[self._card.row().content_sid] = self._card.values()
        self._may_send(self._card.is_complete())

    @Slot()
    def _on_manage(self) -> None:
        self.reject()
        self.manage_requested.emit()


def _cell(row: ContentTemplateRow) -> Cell:
    name = plain_text.display_name(row.name)
    if not row.why_not:
        return Cell(name, about_words(row), strong=True)
    return Cell(name, status_words(row.status), ink="secondary", icon="ban")


def _order(row: ContentTemplateRow) -> tuple[bool, str, str]:
    return bool(row.why_not), row.name.casefold(), row.language
