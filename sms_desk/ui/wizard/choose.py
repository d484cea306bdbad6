"""Which sender IDs there are, what they are called, and who answers them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from sms_desk.domain import addresses, sender_policy
from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, SenderDirection, SenderKind
from sms_desk.domain.plain_text import display_name
from sms_desk.providers.base import Directory, RemoteSender
from sms_desk.ui.widgets.buttons import icon_button, plain, primary
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
        self._grid.setContentsMargins(0, 0, 0, 12)
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
        self._by_hand.textEdited.connect(self.form.clear_error)
        self.done.clicked.connect(self._on_done_clicked)

    def show_senders(self, found: Directory) -> None:
        """What the provider lists, what it does not, and why."""
        self._clear()
        self.form.clear_error()
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

    def _add_row(self, sender: RemoteSender, *, by_hand: bool = False) -> None:
        """by_hand: it can be taken off again; what the provider lists is there."""
        at = self._grid.rowCount()
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
        said = label(f"{shown}{channel}")
        self._grid.addWidget(said, at, 0)
        self._grid.addWidget(name, at, 1)
        self._grid.addWidget(whose, at, 2)
        self._grid.setColumnStretch(1, 1)
        self._rows.append((sender, name, whose))
        if by_hand:
            off = icon_button("x", f"{tr('wizard', 'Take off')} {shown}")
            off.clicked.connect(lambda: self._take_off(sender, said, name, whose, off))
            self._grid.addWidget(off, at, 3)

    def _take_off(self, sender: RemoteSender, *line: QWidget) -> None:
        """line: what stands in the sender ID's line of the grid."""
        self._rows = [row for row in self._rows if row[0] is not sender]
        for widget in line:
            self._grid.removeWidget(widget)
            widget.deleteLater()
        self._by_hand.setFocus()

    def _on_add_clicked(self) -> None:
        """What cannot be a sender ID is told at once and stays to be mended (R14)."""
        text = self._by_hand.text().strip()
        if not text:
            return
        self.form.clear_error()
        try:
            sender = typed_sender(text)
            self._refuse_twice(sender)
        except UsageError as error:
            self.form.show_error(error)
            return
        self._add_row(sender, by_hand=True)
        self._by_hand.clear()

    def _refuse_twice(self, sender: RemoteSender) -> None:
        there = {(row.channel, row.address) for row, _name, _whose in self._rows}
        if (sender.channel, sender.address) in there:
            shown = display_name(addresses.display(addresses.from_provider(sender.address)))
            raise UsageError(tr("wizard", "{number} is there already.").replace("{number}", shown))

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


def typed_sender(text: str) -> RemoteSender:
    """A sender ID typed by hand; its kind is read from its form. Raises UsageError for what cannot
    be one."""
    channel, rest = addresses.split_channel(text)
    found, kind = addresses.from_provider(rest), sender_policy.kind_by_form(text)
    address = found.e164 or found.key
    wrong = sender_policy.impossible_address(sender_policy.Draft(None, channel, address, kind))
    if wrong is not None and kind is SenderKind.LONG_CODE:
        raise UsageError(
            tr("wizard", "“{typed}” is no number, short code or name to send from.").replace(
                "{typed}", display_name(text, 40)
            ),
            tr("wizard", "A number begins with + and the country code, as in +44 7700 900123."),
        )
    if wrong is not None:
        raise UsageError(wrong.title, wrong.next_step)
    one_way = kind is SenderKind.ALPHANUMERIC
    direction = SenderDirection.OUTGOING if one_way else SenderDirection.BOTH
    return RemoteSender(channel, address, kind, "", "", direction, None)
