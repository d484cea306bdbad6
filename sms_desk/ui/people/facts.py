"""What is known of one person: whether they are there, how much they have, with whom, and from where."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.model import Role
from sms_desk.services.people import StaffRow, TeamRow
from sms_desk.ui.people.words import (
    SIGNS,
    clock_words,
    here_detail,
    here_title,
    is_full,
    load_words,
    name_of,
    place_of,
    tr,
)
from sms_desk.ui.widgets.avatar import Avatar
from sms_desk.ui.widgets.buttons import icon_button, link
from sms_desk.ui.widgets.load_bar import LoadBar
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.people_fields import role_words
from sms_desk.ui.widgets.sign import Sign
from sms_desk.ui.widgets.text import ElidedLabel, label, menu_text

_MOST_SENDERS = 12


class PersonHead(QWidget):
    """Picture, name and role; below it presence, the clock where they are, and their load."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._avatar = Avatar(36, self)
        self._name = label("", "body_strong", wrap=True, parent=self)
        self._role = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._sign = Sign("check", parent=self)
        self._here = label("", "body", wrap=True, parent=self)
        self._clock = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._bar = LoadBar(self)
        self._load = label("", "snippet", tone="secondary", wrap=True, parent=self)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._name)
        names.addWidget(self._role)
        who = QHBoxLayout()
        who.setSpacing(12)
        who.addWidget(self._avatar)
        who.addLayout(names, 1)
        self.close_button = icon_button("x", tr("Close"), parent=self)
        self.close_button.clicked.connect(lambda: self.closed.emit())
        who.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        here = QHBoxLayout()
        here.setSpacing(8)
        here.addWidget(self._sign)
        here.addWidget(self._here, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        column.addLayout(who)
        column.addLayout(here)
        for widget in (self._clock, self._bar, self._load):
            column.addWidget(widget)

    def show_row(self, row: StaffRow, now: datetime, zone: tzinfo) -> None:
        """zone: the reader's own."""
        self._avatar.show_name(row.id, row.name)
        self._name.setText(name_of(row.name))
        role = role_words(row.role)
        self._role.setText(f"{role} · {tr('you')}" if row.is_me else role)
        tone, icon = SIGNS[row.here]
        self._sign.show_sign(icon, tone)
        detail = here_detail(row, now, zone)
        self._here.setText(", ".join(filter(None, (here_title(row.here), detail))))
        self._here.set_tone(tone)
        self.show_clock(row, now, zone)
        known = row.open is not None
        self._bar.setVisible(known and bool(row.capacity))
        self._bar.show_load(row.open or 0, 0, row.capacity or 1, over=is_full(row))
        self._bar.setAccessibleName(load_words(row))
        self._load.setVisible(known)
        self._load.setText(load_words(row))
        self._load.set_tone("error" if is_full(row) else "secondary")

    def show_clock(self, row: StaffRow, now: datetime, zone: tzinfo) -> None:
        words = tr("{time} in {place}").replace("{time}", clock_words(row, now, zone))
        words = words.replace("{place}", place_of(row))
        if row.hours:
            words = f"{words}. {tr('Works {hours}').replace('{hours}', row.hours)}"
        self._clock.setText(words)

    def words(self) -> str:
        """All that is said, for a test."""
        shown = (self._name, self._role, self._here, self._clock, self._load)
        return "\n".join(each.text() for each in shown if each.isVisibleTo(self))


class Belongings(QWidget):
    """Teams and sender IDs, by name; an admin lets somebody belong, or no longer."""

    joined = Signal(object)
    """The id of a team or profile."""
    left = Signal(object)
    """The id of a membership."""
    sender_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 6, 0, 8)
        self._box = QWidget(self)

    def show_row(self, row: StaffRow, free: tuple[TeamRow, ...], *, change: bool) -> None:
        """free: what they could belong to, besides. change: whether the reader may."""
        self._column.removeWidget(self._box)
        self._box.hide()
        self._box.deleteLater()
        self._box = QWidget(self)
        lines = QVBoxLayout(self._box)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(label(tr("Teams"), "meta_strong", tone="secondary", parent=self._box))
        for team in row.teams:
            lines.addWidget(self._team(name_of(team.name), team.membership_id, change=change))
        if not row.teams:
            words = tr("In no team.")
            if row.role is Role.REP:
                words = tr("In no team: nobody but admins leads them.")
            lines.addWidget(label(words, "snippet", tone="secondary", wrap=True, parent=self._box))
        if change and free:
            lines.addWidget(self._join(free))
        if row.senders:
            lines.addSpacing(6)
            held = label(tr("Sender IDs"), "meta_strong", tone="secondary", parent=self._box)
            lines.addWidget(held)
            for id_, words in row.senders[:_MOST_SENDERS]:
                lines.addWidget(self._sender(id_, words))
            more = len(row.senders) - _MOST_SENDERS
            if more > 0:
                lines.addWidget(label(tr("%n more", more), "snippet", tone="secondary"))
        self._column.addWidget(self._box)

    def _team(self, name: str, membership_id: UUID, *, change: bool) -> QWidget:
        line = QWidget(self._box)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(ElidedLabel(name, parent=line), 1)
        if change:
            end = icon_button("x", tr("Leaves {team}").replace("{team}", name), parent=line)
            end.clicked.connect(partial(self._on_left, membership_id))
            row.addWidget(end)
        return line

    def _on_left(self, membership_id: UUID, _checked: bool = False) -> None:
        self.left.emit(membership_id)

    def _join(self, free: tuple[TeamRow, ...]) -> QWidget:
        button = MenuButton(tr("Add to a team"), "quiet", icon="plus", parent=self._box)
        for team in free:
            action = button.options().addAction(menu_text(name_of(team.name)))
            action.triggered.connect(partial(self._on_joined, team.id))
        around = QWidget(self._box)
        row = QHBoxLayout(around)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button)
        row.addStretch(1)
        return around

    def _on_joined(self, team_id: UUID, _checked: bool = False) -> None:
        self.joined.emit(team_id)

    def _sender(self, id_: UUID, words: str) -> QWidget:
        around = QWidget(self._box)
        row = QHBoxLayout(around)
        row.setContentsMargins(0, 0, 0, 0)
        open_ = link(name_of(words, 32), parent=around)
        open_.clicked.connect(partial(self._on_sender, id_))
        row.addWidget(open_)
        row.addStretch(1)
        return around

    def _on_sender(self, id_: UUID, _checked: bool = False) -> None:
        self.sender_opened.emit(id_)
