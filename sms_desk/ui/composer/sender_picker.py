"""From which sender ID, and why it is proposed (R16)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain import plain_text
from sms_desk.services.rows import SenderChoice
from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.text import ElidedLabel, label, menu_text
from sms_desk.ui.widgets.words import tr

_GAP: Final = 4


def _line(parent: QWidget | None = None) -> QHBoxLayout:
    """What stands in it stands at its end."""
    made = QHBoxLayout() if parent is None else QHBoxLayout(parent)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(_GAP)
    if parent is None:
        made.addStretch(1)
    return made


class SenderPicker(QWidget):
    """Lists every choice: the forbidden ones too, each with its reason."""

    sender_chosen = Signal(object)
    why_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[SenderChoice, ...] = ()
        self._chosen: SenderChoice | None = None
        self._from = label(tr("composer", "From"), "snippet", tone="secondary", parent=self)
        self._number = MenuButton("", "quiet", parent=self)
        self._number.setFont(theme.font("name_unread"))
        self._number.about_to_show.connect(self._fill)
        self._reason = ElidedLabel("", "snippet", tone="secondary", parent=self)
        self._why = link(tr("composer", "why?"), parent=self)
        self._why.clicked.connect(self.why_requested)
        self._because = QWidget(self)
        because = _line(self._because)
        because.addWidget(self._reason)
        because.addWidget(self._why)
        self._first, self._second = _line(), _line()
        for widget in (self._from, self._number, self._because):
            self._first.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._first)
        layout.addLayout(self._second)

    def show_choices(self, choices: tuple[SenderChoice, ...]) -> None:
        """The proposed one is chosen, unless the person's own choice is still allowed."""
        self._choices = choices
        kept = self._chosen.sender.id if self._chosen else None
        allowed = [choice for choice in choices if choice.allowed]
        self._chosen = next(
            (choice for choice in allowed if choice.sender.id == kept),
            next((choice for choice in allowed if choice.proposed), None),
        ) or (allowed[0] if allowed else None)
        self._show_chosen()

    def has_others(self) -> bool:
        """Whether another than the chosen one is allowed."""
        return any(each.allowed and each is not self._chosen for each in self._choices)

    def open(self) -> None:
        """Show the choices; the window goes on meanwhile."""
        corner = self._number.mapToGlobal(self._number.rect().bottomLeft())
        self._number.options().popup(corner)

    def forget_choice(self) -> None:
        """Another conversation: propose again."""
        self._chosen = None

    def sender_id(self) -> UUID | None:
        """None where no sender ID may be used."""
        return self._chosen.sender.id if self._chosen else None

    def why_nobody(self) -> str:
        """The first reason against, where nothing is allowed."""
        return next((choice.reason for choice in self._choices if not choice.allowed), "")

    def _show_chosen(self) -> None:
        chosen = self._chosen
        number = (
            plain_text.isolate(plain_text.display_name(chosen.sender.display)) if chosen else ""
        )
        self._number.set_words(number if chosen else tr("composer", "No sender ID"))
        self._number.setAccessibleName(tr("composer", "From {number}").format(number=number))
        reason = plain_text.preview(chosen.reason, 200) if chosen else ""
        self._reason.setText(f"{reason} ·" if reason else "")
        self._why.setVisible(bool(reason))
        self._fit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The reason stands whole: beside the number, or below it where that is too narrow."""
        reason = self._reason.fontMetrics().horizontalAdvance(self._reason.text())
        around = (self._from, self._number, self._why)
        wanted = reason + sum(each.sizeHint().width() for each in around) + 5 * _GAP
        home, other = self._first, self._second
        if wanted > self.width():
            home, other = other, home
        if home.indexOf(self._because) < 0:
            other.removeWidget(self._because)
            home.addWidget(self._because)

    def _fill(self) -> None:
        menu = self._number.options()
        menu.clear()
        allowed = [choice for choice in self._choices if choice.allowed]
        forbidden = [choice for choice in self._choices if not choice.allowed]
        for choice in (*allowed, *forbidden):
            if forbidden and allowed and choice is forbidden[0]:
                menu.addSection(tr("composer", "You may not write from"))
            action = menu.addAction(_choice_words(choice))
            action.setEnabled(choice.allowed)
            action.setCheckable(True)
            action.setChecked(choice is self._chosen)
            action.triggered.connect(lambda _=False, chosen=choice: self._choose(chosen))

    def _choose(self, choice: SenderChoice) -> None:
        self._chosen = choice
        self._show_chosen()
        self.sender_chosen.emit(choice.sender.id)


def _choice_words(choice: SenderChoice) -> str:
    sender = choice.sender
    names = [plain_text.display_name(name) for name in (sender.display, sender.label)]
    left = " · ".join(plain_text.isolate(name) for name in names if name)
    return f"{menu_text(left)}\t{menu_text(plain_text.preview(choice.reason))}"
