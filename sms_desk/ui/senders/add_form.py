"""A sender ID typed by hand, where the provider's key may not list them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal

from sms_desk.domain.commands import AddSender
from sms_desk.domain.model import Channel, SenderDirection, SenderKind
from sms_desk.ui.senders.words import direction_words, kind_words
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.words import tr


class AddForm(Form):
    add_requested = Signal()
    closed = Signal()

    def __init__(self, accounts: Sequence[tuple[str, UUID]]) -> None:
        super().__init__()
        self._address = line_edit(hint="+12025550100")
        self._kind = Choice([(kind_words(kind), kind) for kind in SenderKind])
        self._direction = Choice([(direction_words(each), each) for each in SenderDirection])
        self._direction.choose(SenderDirection.BOTH)
        self._country = line_edit(hint="US")
        self._label = line_edit()
        self._account = Choice([*accounts, (tr("senders", "none"), None)])
        self.add_title(tr("senders", "Add a sender ID"))
        self.add(
            tr("senders", "Address"),
            self._address,
            tr("senders", "With + and country code; a short code or a name as it is."),
        )
        self.add(tr("senders", "Kind"), self._kind)
        self.add(tr("senders", "Direction"), self._direction)
        self.add(tr("senders", "Label"), self._label)
        self.add(tr("senders", "Country"), self._country)
        self.add(tr("senders", "Account that carries it"), self._account)
        cancel, add = plain(tr("senders", "Cancel")), primary(tr("senders", "Add"))
        cancel.clicked.connect(self.closed)
        add.clicked.connect(self._on_add_clicked)
        self._address.returnPressed.connect(self._on_add_clicked)
        self._kind.currentIndexChanged.connect(self._on_kind_chosen)
        self.add_foot(cancel, add)

    def focus_first(self) -> None:
        self._address.setFocus()

    def command(self, stamp: Any, sender_id: UUID) -> AddSender:
        """What was filled in."""
        kind: SenderKind = self._kind.value()
        channel = Channel.WHATSAPP if kind is SenderKind.WHATSAPP else Channel.SMS
        return AddSender(
            **stamp,
            sender_id=sender_id,
            channel=channel,
            address=self._address.text(),
            kind=kind,
            country=self._country.text().strip(),
            label=self._label.text(),
            direction=self._direction.value(),
            account_id=self._account.value(),
        )

    def _on_kind_chosen(self) -> None:
        if self._kind.value() is SenderKind.ALPHANUMERIC:
            self._direction.choose(SenderDirection.OUTGOING)

    def _on_add_clicked(self) -> None:
        self.clear_error()
        self.add_requested.emit()
