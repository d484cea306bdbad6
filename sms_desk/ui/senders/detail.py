"""The pane of one sender ID: label, direction, inbound number, holders, retiring."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.domain.model import SenderDirection
from sms_desk.domain.plain_text import display_name
from sms_desk.services.holdings import HoldingRow
from sms_desk.services.rows import PersonRow, SenderRow
from sms_desk.ui.senders.unheld import holder_options
from sms_desk.ui.senders.words import direction_words, kind_words
from sms_desk.ui.widgets.buttons import icon_button, plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.text import ElidedLabel, label
from sms_desk.ui.widgets.words import tr


class SenderDetail(Form):
    saved = Signal(str, object, object)
    """Label, SenderDirection, and the inbound number's id or None."""
    held = Signal(object, object)
    """HolderKind and the holder's id, None for everybody."""
    holding_ended = Signal(object)
    retired = Signal(bool)
    closed = Signal()

    def __init__(self, row: SenderRow, inbound_id: UUID | None) -> None:
        super().__init__()
        self._row = row
        self._inbound_id = inbound_id
        self._label = line_edit(row.label)
        self._direction = Choice([(direction_words(each), each) for each in SenderDirection])
        self._direction.choose(row.direction)
        self._inbound = Choice([(tr("senders", "none"), None)])
        self._holder = Choice([])
        self._holdings = QWidget()
        self._save = primary(tr("senders", "Save"))
        self._give = plain(tr("senders", "Give out"))
        words = tr("senders", "Bring back") if row.retired else tr("senders", "Retire")
        self._retire = plain(words)
        self._build()
        self.settle()

    def settle(self) -> None:
        """What stands here now is what is stored."""
        self._stored = self._filled()

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        return self._filled() != self._stored

    def _filled(self) -> tuple[object, ...]:
        return self._label.text(), self._direction.value(), self._inbound.value()

    def _build(self) -> None:
        row = self._row
        self.add_widget(_head(display_name(row.display), self))
        account = display_name(row.account_label) or tr("senders", "carried by no account")
        self.add_words(" · ".join(filter(None, (kind_words(row.kind), row.country, account))))
        self.add(tr("senders", "Label"), self._label)
        self.add(tr("senders", "Direction"), self._direction)
        self._inbound_hint = self.add(
            tr("senders", "Replies arrive at"),
            self._inbound,
            tr("senders", "For a sender ID that receives nothing: the number it asks to answer."),
        )
        self.add_foot(self._retire, self._save)
        self.add_title(tr("senders", "Holders"))
        self.add_widget(self._holdings)
        self.add(tr("senders", "Give it to"), self._holder)
        row_of = QWidget()
        line = QHBoxLayout(row_of)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        line.addWidget(self._give)
        self.add_widget(row_of)
        self._save.clicked.connect(self._on_save_clicked)
        self._give.clicked.connect(self._on_give_clicked)
        self._retire.clicked.connect(lambda: self.retired.emit(not row.retired))

    def show_inbound(self, others: Sequence[SenderRow]) -> None:
        """Which numbers could take the replies."""
        options: list[tuple[str, UUID | None]] = [(tr("senders", "none"), None)]
        options += [
            (display_name(other.label or other.display), other.id)
            for other in others
            if other.direction is not SenderDirection.OUTGOING
        ]
        self._inbound.set_options(options)
        self._inbound.choose(self._inbound_id)
        self.settle()

    def show_holdings(
        self,
        rows: Sequence[HoldingRow],
        people: Sequence[PersonRow],
        groups: Sequence[tuple[UUID, str]],
    ) -> None:
        """Who holds it now, and to whom it can be given."""
        running = [row for row in rows if row.running]
        column = Form(self._holdings)
        for holding in running:
            column.add_widget(self._holding_line(holding))
        if not running:
            column.add_words(tr("senders", "Nobody holds it: what comes in stands in Unrouted."))
        box = QHBoxLayout(self._holdings)
        box.setContentsMargins(0, 0, 0, 8)
        box.addWidget(column)
        self._holder.set_options(holder_options(people, groups))

    def _holding_line(self, holding: HoldingRow) -> QWidget:
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        name = display_name(holding.name) or tr("senders", "Everybody")
        layout.addWidget(ElidedLabel(name, parent=line), 1)
        end = icon_button("x", f"{tr('senders', 'Take back from')} {name}", parent=line)
        end.clicked.connect(lambda: self.holding_ended.emit(holding.id))
        layout.addWidget(end)
        return line

    def _on_save_clicked(self) -> None:
        self.clear_error()
        self.saved.emit(self._label.text(), self._direction.value(), self._inbound.value())

    def _on_give_clicked(self) -> None:
        kind, holder_id = self._holder.value()
        self.clear_error()
        self.held.emit(kind, holder_id)


def _head(title: str, pane: SenderDetail) -> QWidget:
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label(title, "title", parent=line), 1)
    close = icon_button("x", tr("senders", "Close the pane"), parent=line)
    close.clicked.connect(pane.closed)
    layout.addWidget(close)
    return line
