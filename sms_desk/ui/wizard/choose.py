"""Which sender IDs there are, what they are called, and who answers them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from sms_desk.domain import addresses
from sms_desk.domain.addresses import AddressKind
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, SenderDirection, SenderKind
from sms_desk.domain.plain_text import display_name
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, line_edit
from sms_desk.ui.widgets.text import Label, label
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.wizard.steps import Step


class Whose(StrEnum):
    MINE = "mine"
    EVERYBODY = "everybody"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sender ID as the person wants it."""

    sender: RemoteSender
    label: str
    whose: Whose


class ChooseStep(Step):
    chosen = Signal(object)
    """A tuple of Chosen, and how far back to fetch: a number of days, None for all."""
    back_requested = Signal()

    def __init__(self) -> None:
        super().__init__(
            tr("wizard", "Your sender IDs"),
            tr("wizard", "Who holds a number sees and answers what comes in on it."),
        )
        self._rows: list[tuple[RemoteSender, QLineEdit, Choice]] = []
        self._grid_of = QWidget()
        self._grid = QGridLayout(self._grid_of)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._unlisted: Label = self.form.add_words("")
        self.form.add_widget(self._grid_of)
        self._by_hand = line_edit(hint="+12025550100")
        add = plain(tr("wizard", "Add"))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 8, 0, 8)
        row.addWidget(self._by_hand, 1)
        row.addWidget(add)
        self.form.add(tr("wizard", "One that is missing"), line)
        self._far = Choice(
            [
                (tr("wizard", "Three months"), 92),
                (tr("wizard", "One month"), 31),
                (tr("wizard", "One year"), 366),
                (tr("wizard", "Everything there is"), None),
                (tr("wizard", "Only what comes from now on"), 0),
            ]
        )
        self.form.add(
            tr("wizard", "Fetch earlier messages"),
            self._far,
            tr("wizard", "Newest first, while you work. It can be stopped and gone on with."),
        )
        self.done = primary(tr("wizard", "Open the inbox"))
        self._back = plain(tr("wizard", "Back"))
        self._back.clicked.connect(self.back_requested)
        self.form.add_foot(self._back, self.done)
        add.clicked.connect(self._on_add_clicked)
        self._by_hand.returnPressed.connect(self._on_add_clicked)
        self.done.clicked.connect(self._on_done_clicked)

    def show_senders(self, found: Directory) -> None:
        """What the provider lists, what it does not, and why."""
        self._clear()
        for sender in found.senders:
            self._add_row(sender)
        words = "\n".join(_missing_words(found))
        self._unlisted.setText(words)
        self._unlisted.setVisible(bool(words))

    def rows(self) -> tuple[Chosen, ...]:
        return tuple(
            Chosen(sender, name.text().strip(), whose.value()) for sender, name, whose in self._rows
        )

    def set_busy(self, busy: bool) -> None:
        """While the account is kept and its sender IDs are given out."""
        for button in (self.done, self._back):
            button.setEnabled(not busy)
        self.done.set_words(tr("wizard", "Connecting…") if busy else tr("wizard", "Open the inbox"))

    def _clear(self) -> None:
        self._rows.clear()
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()

    def _add_row(self, sender: RemoteSender) -> None:
        at = len(self._rows)
        name = line_edit(sender.label, hint=tr("wizard", "Label"))
        name.setAccessibleName(f"{tr('wizard', 'Label')} {sender.address}")
        whose = Choice(
            [
                (tr("wizard", "mine"), Whose.MINE),
                (tr("wizard", "everybody's"), Whose.EVERYBODY),
                (tr("wizard", "nobody's"), Whose.NOBODY),
            ]
        )
        whose.setAccessibleName(f"{tr('wizard', 'Whose')} {sender.address}")
        if sender.direction is SenderDirection.OUTGOING:
            whose.choose(Whose.EVERYBODY)
        channel = " · WhatsApp" if sender.channel is Channel.WHATSAPP else ""
        shown = display_name(addresses.display(addresses.from_provider(sender.address)))
        self._grid.addWidget(label(f"{shown}{channel}"), at, 0)
        self._grid.addWidget(name, at, 1)
        self._grid.addWidget(whose, at, 2)
        self._grid.setColumnStretch(1, 1)
        self._rows.append((sender, name, whose))

    def _on_add_clicked(self) -> None:
        text = self._by_hand.text().strip()
        if text:
            self._add_row(typed_sender(text))
            self._by_hand.clear()

    def _on_done_clicked(self) -> None:
        self.form.clear_error()
        self.chosen.emit((self.rows(), self._far.value()))


def _missing_words(found: Directory) -> Iterator[str]:
    for kinds, words in (
        (found.unlisted, tr("wizard", "Not listed for this key: {kinds}. Add those by hand.")),
        (
            found.unanswered,
            tr("wizard", "No answer now about: {kinds}. The desk asks again by itself."),
        ),
    ):
        if kinds:
            yield words.replace("{kinds}", ", ".join(kinds))
    if not (found.senders or found.unlisted or found.unanswered):
        yield tr("wizard", "The account has no sender ID yet. Add one by hand, or later.")


_KINDS = {
    AddressKind.SHORT_CODE: SenderKind.SHORT_CODE,
    AddressKind.ALPHANUMERIC: SenderKind.ALPHANUMERIC,
}


def typed_sender(text: str) -> RemoteSender:
    """A sender ID typed by hand; its kind is read from its form."""
    channel, rest = addresses.split_channel(text)
    found = addresses.from_provider(rest)
    kind = _KINDS.get(found.kind, SenderKind.LONG_CODE)
    if channel is Channel.WHATSAPP:
        kind = SenderKind.WHATSAPP
    one_way = kind is SenderKind.ALPHANUMERIC
    direction = SenderDirection.OUTGOING if one_way else SenderDirection.BOTH
    return RemoteSender(channel, found.e164 or found.key, kind, "", "", direction, None)
