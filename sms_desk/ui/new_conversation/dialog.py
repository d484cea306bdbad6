"""Whom to write to, on which channel, and from which sender ID and why (R16, R62)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from sms_desk.domain import addresses
from sms_desk.domain.changes import Thing
from sms_desk.domain.commands import StartConversation
from sms_desk.domain.errors import DeskError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel
from sms_desk.domain.plain_text import display_name
from sms_desk.services import searching, senders
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.services.rows import ContactHit, SenderChoice
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import set_window_title
from sms_desk.ui.widgets.words import tr

TYPING_MS: Final = 120
_SUGGESTED: Final = 5
_HIT_HEIGHT: Final = 28
_HIT: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Offers:
    """Who might be meant, by what was typed."""

    typed: str
    contacts: tuple[ContactHit, ...]


def offers(ctx: Context, typed: str) -> Offers:
    return Offers(typed, searching.find(ctx, typed, limit=1).contacts[:_SUGGESTED])


class NewConversationDialog(QDialog):
    opened = Signal(object)
    """The id of the conversation, found or made."""

    def __init__(self, doors: Doors, region: str | None, parent: QWidget | None = None) -> None:
        """region: the country of numbers typed without +, such as "US"; None: + is needed."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_window_title(self, tr("new", "New conversation"))
        self._doors = doors
        self._region = region
        self._choices: tuple[SenderChoice, ...] = ()
        self._to = line_edit(hint=tr("new", "+1 202 555 0101, or a name"))
        self._found = QListWidget(self)
        self._name = line_edit()
        self._channel = Choice([("SMS", Channel.SMS), ("WhatsApp", Channel.WHATSAPP)])
        self._sender = Choice([])
        self._form = Form(self)
        self._start = primary(tr("new", "Start"), parent=self)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._build()
        self._read_senders()
        self._show_state()

    def _build(self) -> None:
        on_ground(self._found, "raised")
        self._found.setFrameShape(QFrame.Shape.NoFrame)
        self._found.setAccessibleName(tr("new", "Contacts that fit"))
        self._found.hide()
        self._why_to = self._form.add(tr("new", "To"), self._to, self._said_of_whom(""))
        self._why_to.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._form.add_widget(self._found)
        self._form.add(tr("new", "Name (optional)"), self._name)
        self._form.add(tr("new", "Channel"), self._channel)
        self._why_sender = self._form.add(tr("new", "From"), self._sender)
        cancel = plain(tr("new", "Cancel"), parent=self)
        self._form.add_foot(cancel, self._start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.addWidget(self._form)
        layout.addStretch(1)
        self.setMinimumWidth(440)
        cancel.clicked.connect(self.reject)
        self._start.setDefault(True)
        self._start.clicked.connect(self._on_start_clicked)
        self._to.textChanged.connect(self._on_typed)
        self._to.returnPressed.connect(self._on_enter)
        self._typing.timeout.connect(self._suggest)
        self._channel.currentIndexChanged.connect(self._read_senders)
        self._sender.currentIndexChanged.connect(self._show_state)
        self._found.itemActivated.connect(self._on_contact_chosen)
        self._found.itemClicked.connect(self._on_contact_chosen)

    # --- whom ------------------------------------------------------------------------------------

    def address(self) -> addresses.Address | None:
        """The number that was typed; None while it is none."""
        try:
            return addresses.from_person(self._to.text(), self._region)
        except UsageError:
            return None

    def why_not(self) -> str:
        """Why what was typed cannot be written to, in words; "" while it can, or is a name."""
        text = self._to.text().strip()
        if not any(character.isdigit() for character in text):
            return ""
        try:
            address = addresses.from_person(text, self._region)
        except UsageError as error:
            return f"{error.title} {error.next_step}".strip()
        answerable, why = addresses.is_answerable(address)
        return "" if answerable else why

    @Slot(str)
    def _on_typed(self, _text: str) -> None:
        self._form.clear_error()
        self._typing.start()
        self._show_state()

    def _suggest(self) -> None:
        typed = self._to.text().strip()
        if len(typed) < 2:
            self._found.hide()
            self._show_state()
            return
        self._doors.read(self, offers, typed, then=self._on_offers, key="offers")

    def _on_offers(self, found: Offers) -> None:
        self._found.clear()
        for contact in found.contacts if found.typed == self._to.text().strip() else ():
            for number in contact.numbers[:2]:
                words = "  ".join(filter(None, (display_name(contact.name), number)))
                item = QListWidgetItem(words, self._found)
                item.setData(_HIT, (contact, number))
                item.setSizeHint(QSize(0, _HIT_HEIGHT))
        self._found.setVisible(self._found.count() > 0)
        self._found.setFixedHeight(_HIT_HEIGHT * min(_SUGGESTED, self._found.count()))
        self._show_state()

    @Slot()
    def _on_enter(self) -> None:
        """After a name, Enter takes the contact that fits best; once more begins."""
        if not self._start.isEnabled() and self._found.isVisible():
            best = self._found.item(0)
            # not yet, or the same key would press Start
            QTimer.singleShot(0, self, lambda: self._on_contact_chosen(best))

    @Slot(QListWidgetItem)
    def _on_contact_chosen(self, item: QListWidgetItem) -> None:
        contact, number = item.data(_HIT)
        self._to.setText(number)
        self._name.setText(contact.name)
        self._typing.stop()
        self._found.hide()
        self._show_state()
        self._start.setFocus()

    # --- from which ------------------------------------------------------------------------------

    @Slot()
    def _read_senders(self) -> None:
        channel: Channel = self._channel.value()
        self._doors.read(
            self, senders.choices_for_new, channel, then=self._on_senders, key="senders"
        )

    def _on_senders(self, choices: tuple[SenderChoice, ...]) -> None:
        self._choices = tuple(choice for choice in choices if choice.allowed)
        self._sender.set_options([(_sender_words(each), each.sender.id) for each in self._choices])
        proposed = next((each.sender.id for each in self._choices if each.proposed), None)
        self._sender.choose(proposed)
        self._show_state()

    def _chosen(self) -> SenderChoice | None:
        id_: UUID | None = self._sender.value()
        return next((each for each in self._choices if each.sender.id == id_), None)

    # --- state -----------------------------------------------------------------------------------

    @Slot()
    def _show_state(self) -> None:
        why_not = self.why_not()
        self._why_to.setText(self._said_of_whom(why_not))
        self._why_to.set_tone("error" if why_not and not self._has_hits() else "secondary")
        # Most of what can be wrong has two lines, which are there from the beginning.
        lines = 1 if self._has_hits() else 2
        self._why_to.setMinimumHeight(lines * self._why_to.fontMetrics().lineSpacing())
        choice = self._chosen()
        reason = choice.reason if choice else tr("new", "No sender ID can be used on this channel.")
        self._why_sender.setText(reason)
        self._why_sender.setVisible(bool(reason))
        ready = self.address() is not None and not why_not and choice is not None
        self._start.setEnabled(ready)
        QTimer.singleShot(0, self, self._fit)  # when the lines have their new heights

    def _has_hits(self) -> bool:
        """Whether contacts fit what was typed: then it is no wrong number but the part of one."""
        return self._found.isVisibleTo(self)

    def _said_of_whom(self, why_not: str) -> str:
        """What can be typed or is wrong, at one place, so that nothing moves."""
        if self._has_hits():
            return "" if self.address() else tr("new", "Enter takes the first of these.")
        return why_not or tr("new", "A number with + and its country code, or a contact's name.")

    def _fit(self) -> None:
        """As high as what it says: a second line of a reason takes no button's place, and gives the
        room back when it goes."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setFixedHeight(layout.totalHeightForWidth(self.width()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    @Slot()
    def _on_start_clicked(self) -> None:
        address, choice = self.address(), self._chosen()
        if address is None or choice is None:
            return
        command = StartConversation(
            **self._doors.stamp(),
            conversation_id=self._doors.new_id(),
            contact_id=self._doors.new_id(),
            sender_id=choice.sender.id,
            channel=choice.sender.channel,
            peer_raw=address.e164 or address.raw,
            contact_name=self._name.text(),
        )
        self._start.setEnabled(False)
        self._doors.change(
            self, command, then=self._on_started, failed=self._on_refused, quiet=True
        )

    def _on_started(self, done: Done) -> None:
        (conversation_id,) = done.changes.touched[Thing.CONVERSATION]
        self.opened.emit(conversation_id)
        self.accept()

    def _on_refused(self, error: DeskError) -> None:
        self._form.show_error(error)
        self._show_state()


def _sender_words(choice: SenderChoice) -> str:
    label = display_name(choice.sender.label)
    return " · ".join(filter(None, (display_name(choice.sender.display), label)))
