"""The context pane as a whole: sections from one frozen detail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from sms_desk.domain import plain_text, whatsapp_window
from sms_desk.domain.model import Channel
from sms_desk.services.rows import (
    ConversationDetail,
    ItemKind,
    OtherConversation,
    PersonRow,
    TagRow,
    ThreadItem,
)
from sms_desk.ui import theme
from sms_desk.ui.context import words
from sms_desk.ui.context.entry import Entry
from sms_desk.ui.context.name_edit import NameEdit
from sms_desk.ui.context.section import Fact, Section
from sms_desk.ui.context.tags import Tags
from sms_desk.ui.context.words import tr
from sms_desk.ui.theme.tokens import CONTEXT_WIDTH, SPACE_L
from sms_desk.ui.widgets.avatar import Avatar
from sms_desk.ui.widgets.buttons import Button, icon_button, link
from sms_desk.ui.widgets.durations import left_words
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.sources import source_sign
from sms_desk.ui.widgets.text import ElidedLabel, Tone, menu_text, set_tip
from sms_desk.ui.widgets.times import moment_words

MOST_EVENTS = 5


class ContextPane(QWidget):
    """Shows; reports what is asked for; holds ids and frozen rows only."""

    rename_requested = Signal(object, str)
    """Contact id and the new name."""
    tag_add_requested = Signal(object, str)
    """The tag's id, or None for a new one, and its name."""
    tag_remove_requested = Signal(object)
    contact_owner_requested = Signal(object)
    """A person's id, or None for nobody."""
    conversation_opened = Signal(object)
    timeline_requested = Signal(object)
    """The contact's id."""
    fold_requested = Signal()

    def __init__(
        self, clock: Callable[[], datetime], zone: tzinfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._clock, self._zone = clock, zone
        self._detail: ConversationDetail | None = None
        self._people: tuple[PersonRow, ...] = ()
        self._scroll = QScrollArea(self)
        content = self._content = QWidget(self._scroll.viewport())
        self._avatar = Avatar(44, content)
        self._name = NameEdit(content)
        self._about = ElidedLabel("", "snippet", tone="secondary", parent=content)
        self._fold = icon_button("panel-right-close", tr("Hide details"), parent=content)
        self._reach = Section(tr("Reach"), content)
        self._tag_section = Section(tr("Tags"), content)
        self._tags = Tags(self._tag_section)
        self._owner_section = Section(tr("Contact owner"), content)
        self._owner = MenuButton("", "chip", parent=self._owner_section)
        self._others = Section(tr("Other conversations"), content)
        self._timeline = Section(tr("Timeline"), content)
        self._tag_section.add(self._tags)
        self._owner_section.add(_at_start(self._owner))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self._name)
        names.addWidget(self._about)
        names.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self._avatar)
        top.addLayout(names, 1)
        top.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignTop)
        on_ground(self._content, "base")
        column = QVBoxLayout(self._content)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(20)
        column.addLayout(top)
        for section in (
            self._reach,
            self._tag_section,
            self._owner_section,
            self._others,
            self._timeline,
        ):
            column.addWidget(section)
        column.addStretch(1)
        scroll = self._scroll
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.setMinimumWidth(CONTEXT_WIDTH - 48)

    def _connect(self) -> None:
        self._name.renamed.connect(self._on_renamed)
        self._fold.clicked.connect(self.fold_requested)
        theme.signals.changed.connect(self._on_theme_changed)
        self._tags.add_requested.connect(self.tag_add_requested)
        self._tags.remove_requested.connect(self.tag_remove_requested)
        self._owner.about_to_show.connect(self._fill_owner)

    # what it shows

    def show_conversation(self, detail: ConversationDetail) -> None:
        """Fill from the detail; what is being typed in it stays."""
        self._detail = detail
        row = detail.row
        self._avatar.show_name(row.contact_id, row.contact_name)
        self._name.show_name(row.contact_name)
        there = words.local_time(detail.local_time_zone, self._clock())
        self._about.setText(there)  # the number stands below, whole
        self._about.setVisible(bool(there))
        self._show_reach(detail)
        self._tags.show_tags(detail.tag_ids)
        self._show_owner()
        self._show_others(detail.others)

    def set_people(self, people: Sequence[PersonRow]) -> None:
        self._people = tuple(people)
        self._show_owner()

    def set_tags(self, tags: Sequence[TagRow]) -> None:
        """Every tag there is, for the completion."""
        self._tags.set_known(tags)

    def show_timeline(self, items: Sequence[ThreadItem]) -> None:
        """What was last said with the contact across conversations, newest first (R2)."""
        self._timeline.clear()
        said = [item for item in items if item.kind in (ItemKind.MESSAGE, ItemKind.NOTE)]
        for item in said[:MOST_EVENTS]:
            day = words.short_day(item.at, self._zone)
            entry = Entry(day, words.happened(item), column=48, parent=self)
            entry.clicked.connect(self._on_timeline_clicked)
            self._timeline.add(entry)
        whole = link(tr("Whole timeline"), parent=self)
        whole.clicked.connect(self._on_timeline_clicked)
        self._timeline.add(_at_start(whole))

    def edit_name(self) -> None:
        """Begin renaming, as from the head's menu."""
        self._name.begin()

    def _show_reach(self, detail: ConversationDetail) -> None:
        self._reach.clear()
        seen = ""
        for channel, number in detail.numbers:
            self._reach.add(self._number_fact(channel, number, same=number == seen))
            seen = number
        fact = Fact(tr("Consent"), words.consent(detail, self._zone), self, wrap=True)
        tone: Tone = "error" if detail.opted_out_scope else "ok"
        fact.value.set_tone(tone)
        fact.show_sign("ban" if detail.opted_out_scope else "check", tone)
        self._reach.add(fact)
        if detail.scheduled and detail.row.goes_at is not None:
            self._reach.add(Fact(tr("Scheduled"), self._scheduled_words(detail), self, wrap=True))
        if detail.window_closes_at is not None:
            self._reach.add(Fact(tr("Window"), self._window_words(detail.window_closes_at), self))

    def _number_fact(self, channel: Channel, number: str, *, same: bool) -> Fact:
        shown = tr("same number") if same else plain_text.isolate(plain_text.display_name(number))
        fact = Fact(words.channel_name(channel), shown, self)
        copy = Button("", "link", icon="copy", size=14, parent=fact)
        copy.setAccessibleName(tr("Copy {number}").format(number=number))
        set_tip(copy, copy.accessibleName())
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(number))
        fact.row.addWidget(copy)
        return fact

    def _scheduled_words(self, detail: ConversationDetail) -> str:
        """How many wait for their time, and when the next one goes, by the reader's clock."""
        assert detail.row.goes_at is not None
        words = tr("%n message(s), next {when}", detail.scheduled)
        return words.replace("{when}", moment_words(detail.row.goes_at, self._clock(), self._zone))

    def _window_words(self, closes: datetime) -> str:
        left = whatsapp_window.time_left(closes, self._clock())
        if not left:
            return tr("closed")
        return tr("open for {left}").replace("{left}", left_words(left))

    def _show_owner(self) -> None:
        owner_id = self._detail.contact_owner_id if self._detail else None
        owner = next((person for person in self._people if person.id == owner_id), None)
        name = plain_text.display_name(owner.name) if owner else tr("Nobody")
        self._owner.set_words(name)
        self._owner.setAccessibleName(tr("Contact owner, for the team: {name}").format(name=name))

    def _fill_owner(self) -> None:
        menu = self._owner.options()
        menu.clear()
        for person in self._people:
            if not person.suspended:
                action = menu.addAction(menu_text(plain_text.display_name(person.name)))
                action.triggered.connect(
                    lambda _=False, chosen=person.id: self.contact_owner_requested.emit(chosen)
                )
        menu.addSeparator()
        nobody = menu.addAction(tr("Nobody"))
        nobody.triggered.connect(lambda: self.contact_owner_requested.emit(None))

    def _show_others(self, others: Sequence[OtherConversation]) -> None:
        self._others.clear()
        self._others.setVisible(bool(others))
        for row in others:
            self._others.add(self._other_entry(row))

    def _other_entry(self, row: OtherConversation) -> Entry:
        name, color, icon = _chip_of(row)
        entry = Entry(name, words.other(row, self._zone), color=color, icon=icon, parent=self)
        entry.clicked.connect(lambda: self.conversation_opened.emit(row.id))
        return entry

    def _on_theme_changed(self) -> None:
        if self._detail:
            self._show_reach(self._detail)

    # what the person does

    def _on_renamed(self, name: str) -> None:
        if self._detail:
            self.rename_requested.emit(self._detail.row.contact_id, name)

    def _on_timeline_clicked(self) -> None:
        if self._detail:
            self.timeline_requested.emit(self._detail.row.contact_id)

    @override
    def sizeHint(self) -> QSize:
        return QSize(CONTEXT_WIDTH, 600)


def _at_start(widget: QWidget) -> QWidget:
    """The widget no wider than it needs to be."""
    row = QWidget(widget.parentWidget())
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(widget)
    line.addStretch(1)
    return row


def _chip_of(row: OtherConversation) -> tuple[str, str, str]:
    """Words, colour token and icon of what a conversation is about."""
    sign = source_sign(row.source, row.program_name)
    if sign is not None:
        return sign.text, sign.ground.removesuffix("_soft"), sign.icon
    if row.channel is Channel.WHATSAPP:
        return tr("WhatsApp"), "whatsapp", "message-circle"
    return plain_text.display_name(row.sender_label) or tr("SMS"), "neutral", "message-square"
