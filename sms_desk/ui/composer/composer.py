"""Writes a reply or a note: brings the parts together, and asks the owner to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain import plain_text, segments, templates
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel, DraftMode
from sms_desk.services.rows import ContentTemplateRow, PersonRow, SenderChoice, TemplateRow
from sms_desk.ui.composer import choosing, mentions
from sms_desk.ui.composer.block_bar import Action, BlockBar
from sms_desk.ui.composer.box import Box
from sms_desk.ui.composer.completion import Completion, Offer
from sms_desk.ui.composer.counter import Counter, ReplaceOffer
from sms_desk.ui.composer.drafts import Drafts
from sms_desk.ui.composer.editor import Editor
from sms_desk.ui.composer.emoji import EmojiPicker
from sms_desk.ui.composer.fill_dialog import FillDialog
from sms_desk.ui.composer.send_button import SendButton
from sms_desk.ui.composer.sender_picker import SenderPicker
from sms_desk.ui.composer.tabs import ModeTabs
from sms_desk.ui.composer.template_picker import TemplatePicker
from sms_desk.ui.composer.window_clock import WindowClock
from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.words import tr

_ROOMY = 420
"""Width in pixels from which the window's clock says what it counts."""


class Composer(QWidget):
    """Holds the text until the owner says that it was taken (`sent_ok`)."""

    send_requested = Signal(str, object)
    """Text and sender ID. Answered by `sent_ok` or `refused`."""
    note_requested = Signal(str, object)
    """Text and the ids of the people mentioned, a tuple. Answered likewise."""
    draft_changed = Signal(object, object, str)
    """Conversation id, DraftMode, text: at most two seconds after typing began, and on leaving."""
    sender_chosen = Signal(object)
    sender_why_requested = Signal()
    block_action_requested = Signal(str)
    typed = Signal()
    """The person has just changed the text."""
    written = Signal()
    """What stands against the text may have changed: it was typed in, chosen or put there."""
    templates_requested = Signal()
    """The person wants to see or edit the templates, and there are none."""
    content_templates_wanted = Signal()
    """The person wants to send an approved WhatsApp template. Answered by `pick_template`."""
    content_requested = Signal(str, object)
    """The provider's id of a template, and its values as (name, value) pairs (R42)."""
    later_requested = Signal()
    """The person wants to send what stands here later. Answered by `put_off`, then as a reply."""
    content_later_requested = Signal(str, object)
    """As `content_requested`, later. Answered by `template_taken`."""
    window_closed = Signal()
    """WhatsApp's window, which was open, has just closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._mode = DraftMode.REPLY
        self._channel = Channel.SMS
        self._people: tuple[PersonRow, ...] = ()
        self._templates: tuple[TemplateRow, ...] = ()
        self._values: dict[str, str] = {}
        self._asked: tuple[DraftMode, str] | None = None
        self._unanswerable = ""
        self._window_closes: datetime | None = None
        self._window_now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._blocked = False
        self._held = False
        self._drafts = Drafts(self)
        self._gone: dict[DraftMode, str] = {}  # sent last: a read from before brings it again
        self._build()
        self._lay_out()
        self._connect()
        self._show_mode()

    def _build(self) -> None:
        self._bar = BlockBar(self)
        self._no_answer = BlockBar(self)
        self._finding = BlockBar(self)
        self._claim = BlockBar(self, sign=("pencil", "accent"))
        self._notice = BlockBar(self)
        self._tabs = ModeTabs(self)
        self._sender = SenderPicker(self)
        keeps_its_room = self._sender.sizePolicy()
        keeps_its_room.setRetainSizeWhenHidden(True)
        self._sender.setSizePolicy(keeps_its_room)
        self._box = Box(self)
        self._editor = Editor(self._box)
        self._box.follow(self._editor)
        self._offer = ReplaceOffer(self._box)
        self._counter = Counter(self._box)
        self._window_clock = WindowClock(self._box)
        self._replies = icon_button(
            "notepad-text",
            tr("composer", "Templates"),
            tip=tr("composer", "Templates (/)"),
            parent=self._box,
        )
        self._approved = icon_button(
            "file-text", tr("composer", "Send a WhatsApp template"), parent=self._box
        )
        self._emoji = icon_button("smile", tr("composer", "Emoji"), parent=self._box)
        self._later = icon_button("calendar-clock", tr("composer", "Send later…"), parent=self._box)
        self._send = SendButton(self._box)
        self._template_picker: TemplatePicker | None = None
        self._picker: EmojiPicker | None = None
        self._completion = Completion(self.window())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 4, 20, 0)
        head.setSpacing(16)
        head.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._sender, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(0)
        foot.addWidget(self._replies)
        foot.addWidget(self._approved)
        foot.addWidget(self._emoji)
        foot.addStretch(1)
        foot.addWidget(self._window_clock)
        foot.addWidget(self._counter)
        foot.addWidget(self._later)
        foot.addSpacing(4)
        foot.addWidget(self._send)
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(14, 11, 10, 10)
        inside.setSpacing(6)
        inside.addWidget(self._editor)
        inside.addWidget(self._offer)
        inside.addLayout(foot)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(horizontal_line(self))
        for bar in (self._bar, self._no_answer, self._finding, self._claim, self._notice):
            outer.addWidget(bar)
        outer.addLayout(head)
        around = QHBoxLayout()
        around.setContentsMargins(18, 2, 18, 14)
        around.addWidget(self._box)
        outer.addLayout(around)

    def _connect(self) -> None:
        self._drafts.changed.connect(self.draft_changed)
        self._tabs.mode_chosen.connect(self._on_mode_chosen)
        self._editor.textChanged.connect(self._on_text_changed)
        self._editor.send_pressed.connect(self.send)
        self._editor.key_offered.connect(self._on_key_offered)
        self._editor.focus_lost.connect(self._on_focus_lost)
        self._editor.paste_refused.connect(self.show_notice)
        self._sender.sender_chosen.connect(self.sender_chosen)
        self._sender.why_requested.connect(self.sender_why_requested)
        self._offer.replace_requested.connect(self._on_replace_requested)
        self._send.clicked.connect(self.send)
        self._later.clicked.connect(self.later_requested)
        self._replies.clicked.connect(self._on_replies_clicked)
        self._approved.clicked.connect(self.content_templates_wanted)
        self._window_clock.ran_out.connect(self.window_closed)
        self._emoji.clicked.connect(lambda: self._emoji_picker().open_over(self._emoji))
        self._completion.chosen.connect(self._on_completion_chosen)
        self._bar.action_requested.connect(self.block_action_requested)
        self._finding.action_requested.connect(self.block_action_requested)
        self._sender.sender_chosen.connect(lambda _id: self.written.emit())
        self._notice.put_away.connect(self._notice.hide)

    # what the owner tells

    def start(
        self, conversation_id: UUID, channel: Channel, drafts: Mapping[DraftMode, str]
    ) -> None:
        """Another conversation. What was typed for the old one is reported before anything else."""
        self._drafts.start(conversation_id, drafts)
        self._channel = channel
        self._asked = None
        self._sender.forget_choice()
        self.set_window(None)
        self.clear_block()
        self.clear_finding()
        self.set_claim("")
        self.set_unanswerable("")
        self._notice.hide()
        self._completion.hide()
        self.choose_mode(DraftMode.REPLY)

    def expect_again(self) -> None:
        """What was sent may come back as a draft: somebody takes the last thing back (R10)."""
        self._gone.clear()

    def set_drafts(self, drafts: Mapping[DraftMode, str]) -> None:
        """Stored drafts of the same conversation; what is being typed here stays (R6, R10)."""
        for mode in [mode for mode in self._gone if not drafts.get(mode)]:
            del self._gone[mode]  # read since then
        for mode, text in drafts.items():
            if self._is_in_use(mode) or (text and text == self._gone.get(mode)):
                continue
            self._drafts.take(mode, text)
            if mode is self._mode and self._editor.toPlainText() != text:
                self._put_text(text)

    def set_senders(self, choices: tuple[SenderChoice, ...]) -> None:
        self._sender.show_choices(choices)
        self._show_state()

    def set_people(self, people: Sequence[PersonRow]) -> None:
        """Who can be mentioned in a note."""
        self._people = tuple(person for person in people if not person.suspended)

    def set_templates(self, rows: Sequence[TemplateRow], values: Mapping[str, str]) -> None:
        """Templates, and what is known of their fields (such as first_name)."""
        self._templates = tuple(rows)
        self._values = dict(values)

    def set_window(
        self, closes: datetime | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """WhatsApp: until when one may write freely; None where it is closed, or has none (R42)."""
        self._window_closes = closes
        self._window_now = now
        self._show_window()

    def pick_template(self, rows: Sequence[ContentTemplateRow], contact_name: str) -> None:
        """Let the person choose an approved template; what stands half-typed stays."""
        picker = TemplatePicker(rows, contact_name, self.window())
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.send_requested.connect(self.content_requested)
        picker.later_requested.connect(self.content_later_requested)
        picker.finished.connect(self._on_picker_finished)
        picker.manage_requested.connect(self.templates_requested)
        picker.open()
        self._template_picker = picker

    def template_taken(self) -> None:
        """The template was scheduled: what it was filled in with is done with."""
        if self._template_picker is not None:
            self._template_picker.accept()

    def text_for_later(self) -> tuple[str, UUID] | None:
        """Text and sender ID of a reply that may be put off, also while it may not go now; None if
        there is none."""
        text, sender_id = self.text(), self._sender.sender_id()
        if self._mode is not DraftMode.REPLY or not self._may_be_later() or sender_id is None:
            return None
        return text, sender_id

    def put_off(self, text: str) -> None:
        """This text is being scheduled: `sent_ok` or `refused` follows."""
        self._asked = (DraftMode.REPLY, text)
        self._show_state()

    def later_corner(self) -> QPoint:
        """Where a menu about sending later ends: the upper end of the button that asks for it."""
        picker = self._template_picker
        button = self._later if picker is None else picker.later_button()
        rtl = button.layoutDirection() == Qt.LayoutDirection.RightToLeft
        rect = button.rect()
        return button.mapToGlobal(rect.topLeft() if rtl else rect.topRight())

    def set_enter_sends(self, enter_sends: bool) -> None:
        self._editor.enter_sends = enter_sends
        self._show_mode()

    def set_block(self, title: str, step: str = "", actions: Sequence[Action] = ()) -> None:
        """Something keeps replies from being sent now; the text may still be written."""
        self._blocked = True
        self._bar.show_words(title, step, actions)
        self._show_state()

    def clear_block(self) -> None:
        self._blocked = False
        self._bar.hide()
        self._show_state()

    def set_finding(
        self, title: str, step: str, actions: Sequence[Action] = (), *, holds: bool
    ) -> None:
        """What the checks of sending say of the text as it stands: it would be held, or a warning."""
        self._held = holds
        words = f"{title} {step}".strip()
        if words != self._finding.words():  # the same sentence is not read out at each key
            self._finding.show_words(title, step, actions)
        self._show_state()

    def clear_finding(self) -> None:
        self._held = False
        self._finding.hide()
        self._show_state()

    def set_claim(self, words: str) -> None:
        """Who has begun an answer here, in one sentence; "" for nobody (R38). It blocks nothing."""
        if not words:
            self._claim.hide()
        elif words != self._claim.words():
            self._claim.show_words(words, "")

    def claim(self) -> str:
        """The sentence, "" if nobody has."""
        return self._claim.words()

    def finding(self) -> str:
        """The sentence, "" if nothing is found."""
        return self._finding.words()

    def sender_id(self) -> UUID | None:
        """The sender ID that is chosen, None if there is none to write from."""
        return self._sender.sender_id()

    def has_other_senders(self) -> bool:
        """Whether the person may write from another sender ID, too."""
        return self._sender.has_others()

    def open_senders(self) -> None:
        """Show what may be written from, as if the person had pressed the sender ID."""
        self._sender.open()

    def is_blocked(self) -> bool:
        """Whether a reply cannot be sent whatever is written."""
        return self._blocked or bool(self._unanswerable)

    def set_unanswerable(self, reason: str) -> None:
        """Nobody can answer this sender, and why (R53); notes can still be written. "" ends it."""
        self._unanswerable = reason
        self._show_state()

    def show_notice(self, title: str, step: str = "") -> None:
        """A passing word, such as why a paste or a send was refused."""
        self._notice.show_words(title, step, passing=True)

    def sent_ok(self) -> None:
        """The command was taken: the text goes, unless the person has typed on."""
        if self._asked is None:
            return
        mode, sent = self._asked
        self._asked = None
        self._gone[mode] = sent
        left = self._drafts.text(mode).removeprefix(sent).lstrip("\n")
        self._drafts.typed(mode, left)
        self._drafts.flush()
        if mode is self._mode:
            self._put_text(left)
        self._notice.hide()
        self._show_state()

    def refused(self, title: str, step: str = "") -> None:
        """The command was refused: the text stays, with the reason above it."""
        self._asked = None
        self.show_notice(title, step)
        self._show_state()

    def flush(self) -> None:
        """Report unsaved drafts now: the window closes."""
        self._drafts.flush()

    def focus_text(self, mode: DraftMode | None = None) -> bool:
        """False where nothing can be written."""
        if mode is not None:
            self.choose_mode(mode)
        self._editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return self._editor.isEnabled()

    def put_reply(self, text: str) -> None:
        """Replace what stands there, in a way that the person can take back."""
        self._editor.selectAll()
        self._editor.textCursor().insertText(text)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def insert_text(self, text: str) -> None:
        """Put text where the cursor is, such as a retried message."""
        self._editor.textCursor().insertText(text)

    # what is shown

    def mode(self) -> DraftMode:
        return self._mode

    def text(self) -> str:
        return self._editor.toPlainText()

    def choose_mode(self, mode: DraftMode) -> None:
        """Reply or note; each keeps its own text."""
        self._mode = mode
        self._tabs.choose(mode)
        self._put_text(self._drafts.text(mode))
        self._show_mode()
        self.written.emit()

    def send(self) -> None:
        """Ask the owner to send what stands here, once."""
        text = self.text()
        if not text.strip() or self._asked is not None or not self._can_send():
            return
        self._completion.hide()
        self._asked = (self._mode, text)
        self._show_state()
        if self._mode is DraftMode.NOTE:
            self.note_requested.emit(text, mentions.mentioned(text, self._people))
        else:
            self.send_requested.emit(text, self._sender.sender_id())

    # inside

    def _is_in_use(self, mode: DraftMode) -> bool:
        if self._drafts.is_unsaved(mode):
            return True
        typing = mode is self._mode and self._editor.hasFocus()
        return typing and bool(self._editor.toPlainText())

    def _put_text(self, text: str) -> None:
        self._editor.blockSignals(True)
        self._editor.put_text(text)
        self._editor.blockSignals(False)
        self._show_count()

    def _can_send(self) -> bool:
        if self._mode is DraftMode.NOTE:
            return True
        return (
            not (self._blocked or self._held or self._unanswerable or self._is_too_long())
            and self._sender.sender_id() is not None
        )

    def _is_too_long(self) -> bool:
        """The provider would refuse it; a note may be of any length."""
        return self._mode is DraftMode.REPLY and len(self.text()) > segments.LONGEST

    def _may_be_later(self) -> bool:
        """Whatever blocks it now may be over by then; but somebody must be there to read it."""
        if self._is_too_long() or self._unanswerable or self._sender.sender_id() is None:
            return False
        return bool(self.text().strip()) and self._asked is None

    def _why_not(self) -> str:
        """Why a reply cannot be written at all; empty where it can."""
        if self._mode is DraftMode.NOTE:
            return ""
        return self._unanswerable

    def _show_mode(self) -> None:
        is_note = self._mode is DraftMode.NOTE
        self._box.tint_as_note(is_note)
        self._sender.setVisible(not is_note)
        self._replies.setVisible(not is_note)
        self._approved.setVisible(not is_note and self._channel is Channel.WHATSAPP)
        self._later.setVisible(not is_note)
        self._show_window()
        key = "↵" if self._editor.enter_sends else tr("composer", "Ctrl ↵")
        word = tr("composer", "Add note") if is_note else tr("composer", "Send")
        self._send.show_action(word, key)
        self._editor.setAccessibleName(
            tr("composer", "Note for your team") if is_note else tr("composer", "Reply")
        )
        self._show_count()
        self._show_state()

    def _show_window(self) -> None:
        by_whatsapp = self._mode is DraftMode.REPLY and self._channel is Channel.WHATSAPP
        self._window_clock.count_down(
            self._window_closes if by_whatsapp else None, self._window_now
        )

    def _show_state(self) -> None:
        reason = self._why_not()
        if reason:
            self._no_answer.show_words(plain_text.preview(reason, 300), "")
        else:
            self._no_answer.hide()
        self._editor.setEnabled(not reason)
        self._editor.setPlaceholderText("" if reason else self._invitation())
        self._editor.setAccessibleDescription(reason)
        for button in (self._replies, self._approved, self._emoji):
            button.setEnabled(not reason)
        self._later.setEnabled(self._may_be_later())
        has_text = bool(self.text().strip())
        self._send.setEnabled(has_text and self._asked is None and self._can_send())

    def _invitation(self) -> str:
        if self._mode is DraftMode.NOTE:
            return tr("composer", "Note for your team. The contact never sees it. @ mentions.")
        return tr("composer", "Write a reply. / for templates.")

    def _show_count(self) -> None:
        text = self.text()
        by_sms = self._mode is DraftMode.REPLY and self._channel is Channel.SMS
        counts = by_sms or self._is_too_long()
        self._counter.show_count(text if counts else "")
        self._counter.setVisible(counts)
        self._offer.show_for(text if by_sms else "")

    # what the person does

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._window_clock.set_roomy(self.width() >= _ROOMY)

    def _on_mode_chosen(self, mode: DraftMode) -> None:
        """By the pointer, to write; who goes along the tabs by keys goes on from there."""
        self.choose_mode(mode)
        if not self._tabs.has_focus():
            self.focus_text()

    def _on_text_changed(self) -> None:
        self._drafts.typed(self._mode, self.text())
        self._notice.hide()  # what it said was of the text before
        self._show_count()
        self._show_state()
        self.typed.emit()
        self.written.emit()
        self._offer_completion()

    def _on_focus_lost(self) -> None:
        self._drafts.flush()
        self._completion.hide()

    def _on_key_offered(self, event: QKeyEvent) -> None:
        if self._completion.use_key(event):
            event.accept()

    def _on_replace_requested(self) -> None:
        text = segments.apply_replacements(self.text())
        self._editor.selectAll()
        self._editor.textCursor().insertText(text)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _emoji_picker(self) -> EmojiPicker:
        if self._picker is None:
            self._picker = EmojiPicker(self)
            self._picker.picked.connect(self._on_emoji_picked)
        return self._picker

    def _on_emoji_picked(self, text: str) -> None:
        self._editor.textCursor().insertText(text)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_picker_finished(self) -> None:
        self._template_picker = None

    def _on_replies_clicked(self) -> None:
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self._templates:
            self.templates_requested.emit()
        self._open_replies("")

    def _offer_completion(self) -> None:
        before = self._editor.before_cursor()
        if self._mode is DraftMode.NOTE:
            typed = mentions.called_name(before)
            found = [] if typed is None else mentions.offers(self._people, typed)
            self._open(found, tr("composer", "People"))
            return
        keyword = templates.called_shortcut(before)
        if keyword is None:
            self._completion.hide()
        else:
            self._open_replies(keyword)

    def _open_replies(self, typed: str) -> None:
        found = choosing.offers(self._templates, typed, self._channel, self._values)
        self._open(found, tr("composer", "Templates"))

    def _open(self, found: Sequence[Offer], name: str) -> None:
        if self._completion.parentWidget() is not self.window():
            self._completion.setParent(self.window())
        self._completion.offer(found, name, self._box)

    def _on_completion_chosen(self, value: object) -> None:
        before = self._editor.before_cursor()
        if isinstance(value, PersonRow):
            typed = mentions.called_name(before) or ""
            name = plain_text.display_name(value.name)
            self._editor.replace_before_cursor(len(typed) + 1, f"@{name} ")
        elif isinstance(value, TemplateRow):
            keyword = templates.called_shortcut(before)
            self._insert_reply(value, 0 if keyword is None else len(keyword) + 1)

    def _insert_reply(self, row: TemplateRow, typed: int) -> None:
        """typed: how many characters of its keyword stand before the cursor."""
        try:
            if not choosing.missing(row.body, self._values):
                text = templates.render(row.body, self._values)
                self._editor.replace_before_cursor(typed, text)
                return
        except UsageError as error:
            self.show_notice(error.title, error.next_step)
            return
        self._ask_for_fields(row, typed)

    def _ask_for_fields(self, row: TemplateRow, typed: int) -> None:
        dialog = FillDialog(row, self._values, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def insert() -> None:
            text = templates.render(row.body, dialog.values())
            self._editor.replace_before_cursor(typed, text)
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

        dialog.accepted.connect(insert)
        dialog.open()
