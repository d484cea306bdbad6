"""The head of a thread: who it is, whose it is, and what can be done with the conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from PySide6.QtCore import QPoint, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain import plain_text
from sms_desk.domain.model import SourceKind, TeamState
from sms_desk.services.rows import ConversationDetail, InboxRow, PersonRow, ProgramCount
from sms_desk.ui import theme
from sms_desk.ui.thread.automation import AutomationLine
from sms_desk.ui.thread.cover_line import CoverLine
from sms_desk.ui.thread.seen_sign import SeenSign
from sms_desk.ui.thread.snooze_dialog import ask_moment
from sms_desk.ui.thread.snooze_menu import add_choices
from sms_desk.ui.thread.source_chip import BARE, SourceChip
from sms_desk.ui.thread.waiting_sign import WaitingSign
from sms_desk.ui.thread.words import Reader, name_in_text, tr
from sms_desk.ui.widgets.avatar import avatar_icon
from sms_desk.ui.widgets.buttons import icon_button, plain
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.sources import KIND_SIGNS, source_sign
from sms_desk.ui.widgets.text import ElidedLabel, menu_text, set_tip
from sms_desk.ui.widgets.times import age_words, clock_words, moment_words

ROOMY = 520
"""Width in pixels from which the buttons carry words."""
_BESIDE = 8
_LEFT, _RIGHT = 20, 12
_NAME_LEAST = 72
"""Pixels of the name that what it answers never takes."""
_AGES_EVERY_MS = 15_000


class ThreadHead(QWidget):
    """Every button says whom it affects: the team, or only me (R48)."""

    assign_requested = Signal(object)
    """A person's id, or None for nobody."""
    reassign_requested = Signal()
    """Ask more: several people, or sender IDs along with it."""
    snooze_requested = Signal(object)
    """Until when, an aware datetime."""
    close_requested = Signal()
    reopen_requested = Signal()
    mark_unread_requested = Signal()
    pin_requested = Signal(bool)
    mute_requested = Signal(bool)
    take_over_requested = Signal()
    release_requested = Signal()
    """The program's auto-responder may answer here again (R51)."""
    keep_requested = Signal()
    """The substitute keeps the conversation for good (R27)."""
    rebind_requested = Signal(object)
    """What it answers: a program's id, or None for direct (R61)."""
    source_why_requested = Signal(QPoint)
    """Why the conversation answers what it does, to be said at this point of the screen."""
    place_why_requested = Signal()
    """Why the conversation is where it is (R20)."""
    rename_requested = Signal()
    search_opened = Signal()
    context_toggled = Signal()

    def __init__(
        self, reader: Reader, clock: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._reader = reader
        self._clock = clock
        self._detail: ConversationDetail | None = None
        self._people: tuple[PersonRow, ...] = ()
        self._programs: tuple[ProgramCount, ...] = ()
        self._name = ElidedLabel("", "title", parent=self)
        self._source = SourceChip(self)
        self._source.why_requested.connect(self.source_why_requested)
        self._waiting = WaitingSign(self)
        self._seen = SeenSign(self)
        self._numbers = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._own = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._automation = AutomationLine(self)
        self._automation.release_requested.connect(self.release_requested)
        self._automation.take_over_requested.connect(self.take_over_requested)
        self._cover = CoverLine(self)
        self._cover.keep_requested.connect(self.keep_requested)
        self._owner = MenuButton(icon="user", parent=self)
        self._snooze = MenuButton(icon="clock", parent=self)
        self._close = plain(tr("Close"), icon="check", parent=self)
        self._more = icon_button("ellipsis", tr("More"), parent=self)
        self._more.setMenu(QMenu(self._more))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(_BESIDE)
        first.addWidget(self._name)
        first.addWidget(self._source)
        first.addStretch(1)
        for button in self._buttons():
            first.addWidget(button)
        second = QHBoxLayout()
        second.setSpacing(_BESIDE)
        second.addWidget(self._numbers)
        second.addWidget(self._waiting)
        second.addWidget(self._seen)
        second.addStretch(1)
        self._below = QGridLayout()
        self._below.setHorizontalSpacing(0)  # the line before ends with what is left of it
        self._below.setVerticalSpacing(2)
        self._below.setColumnStretch(0, 1)
        self._below.addLayout(second, 0, 0)
        self._below.addWidget(self._own, 1, 0, 1, 2)
        self._below.addWidget(self._automation, 2, 0, 1, 2)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(_LEFT, 8, _RIGHT, 8)
        rows.setSpacing(2)
        rows.addLayout(first)
        rows.addLayout(self._below)
        rows.addWidget(self._cover)

    def _connect(self) -> None:
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES_EVERY_MS)
        self._ages.timeout.connect(self._fit)
        self._close.clicked.connect(self._on_close_clicked)
        self._owner.about_to_show.connect(self._fill_owner)
        self._snooze.about_to_show.connect(self._fill_snooze)
        self._more.menu().aboutToShow.connect(self._fill_more)

    # what it shows

    def show_conversation(self, detail: ConversationDetail) -> None:
        self._detail = detail
        row = detail.row
        self._name.setText(plain_text.display_name(row.contact_name) or row.peer)
        self._source.show_sign(source_sign(row.source, row.program_name))
        since = detail.automation_silent_since
        self._automation.show_state(
            clock_words(since, self._clock(), self._reader.zone) if since else "",
            may_keep=row.source.kind is SourceKind.CAMPAIGN,
        )
        self._cover.show_state(detail.cover, self._reader, self._clock())
        self._show_owner(row)
        self._show_state(row)
        self._fit()

    def show_seen(self, words: str, *, typing: bool) -> None:
        """Which colleagues are in this conversation now, "" for none (R38)."""
        self._seen.show_words(words, typing=typing)
        self._fit()

    def set_people(self, people: tuple[PersonRow, ...]) -> None:
        """Whom a conversation can be given to."""
        self._people = people

    def set_programs(self, programs: tuple[ProgramCount, ...]) -> None:
        """What a conversation can be said to answer."""
        self._programs = programs

    def set_reader(self, reader: Reader) -> None:
        self._reader = reader
        if self._detail:
            self.show_conversation(self._detail)

    def _buttons(self) -> tuple[QWidget, ...]:
        return self._owner, self._snooze, self._close, self._more

    def _room(self) -> int:
        """How many pixels a line has."""
        return self.width() - _LEFT - _RIGHT

    def _room_for_names(self) -> int:
        """How many of them the buttons leave."""
        return self._room() - sum(each.sizeHint().width() + _BESIDE for each in self._buttons())

    def _show_waiting(self, row: InboxRow) -> None:
        """How long the customer has waited, red once it is too long (R8); the numbers go first."""
        since, now = row.waiting_since, self._clock()
        self._give_way()
        if since is None:
            self._ages.stop()
            self._waiting.hide()
            return
        late = row.late_at is not None and now >= row.late_at
        self._waiting.show_age(age_words(now - since), late=late)
        self._ages.start()
        self._waiting.setVisible(_taken(self._waiting) + self._line_width() <= self._room())

    def _give_way(self) -> None:
        """Who is here goes before a number that stands in the details, too."""
        seen = self._seen.room()
        fits = _text_width(self._numbers) + _BESIDE + seen <= self._room()
        self._numbers.setVisible(not seen or fits)

    def _line_width(self) -> int:
        """What stands in the second line so far."""
        numbers = 0 if self._numbers.isHidden() else _text_width(self._numbers)
        return numbers + (self._seen.room() + _BESIDE if self._seen.room() else 0)

    def _show_numbers(self, row: InboxRow, own: str) -> None:
        """Both numbers on one line, or whole on two: cut short they say nothing."""
        peer = name_in_text(row.peer) if row.contact_name else ""
        number = name_in_text(own)
        said = tr("to your number {number}").format(number=number)
        short = tr("to yours, {number}").format(number=number)
        lines = [f"{peer} · {said}", f"{peer} · {short}"] if peer else [said, short]
        beside = 0 if self._automation.isHidden() else _taken(self._automation)
        fitting = self._fitting(lines, self._room() - beside) or self._fitting(lines, self._room())
        self._numbers.setText(fitting or peer or said)
        self._own.setText(short)
        self._own.setVisible(bool(peer) and not fitting)
        self._show_waiting(row)

    def _fitting(self, lines: Sequence[str], room: int) -> str:
        """The first of the lines that is whole in so many pixels, or ""."""
        wide = self._numbers.fontMetrics().horizontalAdvance
        return next((line for line in lines if wide(line) < room), "")

    def _place_automation(self) -> None:
        """At the end of the numbers' line where that leaves it room."""
        if self._automation.isHidden():
            return
        waiting = 0 if self._waiting.isHidden() else _taken(self._waiting)
        taken = self._line_width() + waiting + _taken(self._automation)
        if self._own.isHidden() and taken <= self._room():
            self._below.addWidget(self._automation, 0, 1)
        else:
            self._below.addWidget(self._automation, 2, 0, 1, 2)

    def _show_owner(self, row: InboxRow) -> None:
        self._owner.setAccessibleName(
            tr("Owner, for the team: {name}").format(name=self._owner_name(row))
        )
        set_tip(self._owner, tr("Who owns this conversation. Changes it for the team."))
        if row.owner_id is None:
            self._owner.set_icon("user")
        else:
            ratio = self.devicePixelRatioF()
            self._owner.setIcon(avatar_icon(row.owner_id, row.owner_name, 18, ratio))
        self._owner.setIconSize(QSize(18, 18))

    def _owner_name(self, row: InboxRow) -> str:
        if row.owner_id is None:
            return tr("Nobody")
        if row.owner_id == self._reader.person_id:
            return tr("You")
        return plain_text.display_name(row.owner_name, 24)

    def _show_state(self, row: InboxRow) -> None:
        is_open = row.team_state is TeamState.OPEN
        self._close.set_icon("check" if is_open else "rotate-cw")
        set_tip(self._close, tr("Closes or reopens it for the team."))
        set_tip(self._snooze, tr("Puts it aside for the team until a moment you choose."))

    def _snooze_words(self, row: InboxRow) -> str:
        if row.team_state is TeamState.SNOOZED and row.snoozed_until:
            return tr("Until {time}").format(time=self._moment_words(row.snoozed_until))
        return tr("Snooze")

    def _close_words(self, row: InboxRow) -> str:
        match row.team_state:
            case TeamState.CLOSED:
                return tr("Reopen")
            case TeamState.SNOOZED:
                return tr("Wake")
            case _:
                return tr("Close")

    def _fit(self) -> None:
        """Words on the buttons where there is room; always their names for a screen reader."""
        if self._detail is None:
            return
        row, roomy = self._detail.row, self.width() >= ROOMY
        for button, said in (
            (self._owner, self._owner_name(row)),
            (self._snooze, self._snooze_words(row)),
            (self._close, self._close_words(row)),
        ):
            name = button.accessibleName() if button is self._owner else f"{said} ({tr('team')})"
            button.set_words(said if roomy else "")
            button.setAccessibleName(name)
        self._share_first_line()
        self._show_numbers(row, self._detail.sender.display)
        self._place_automation()

    def _share_first_line(self) -> None:
        """The name whole where the icon alone leaves it that; else what the conversation answers
        takes up to half, but for the name's least."""
        room = self._room_for_names()
        name = self._name.fontMetrics().horizontalAdvance(self._name.text()) + 1
        rest = room - name - _BESIDE
        most = rest if rest >= BARE else min(room // 2, room - _NAME_LEAST) - _BESIDE
        self._name.setMaximumWidth(max(0, min(name, room - self._source.fit(most) - _BESIDE)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # menus

    def _fill_owner(self) -> None:
        menu = self._owner.options()
        menu.clear()
        row = self._detail.row if self._detail else None
        if row is None:
            return
        if row.owner_id != self._reader.person_id:
            take = menu.addAction(tr("Take it"))
            take.triggered.connect(lambda: self.assign_requested.emit(self._reader.person_id))
            menu.addSeparator()
        for person in self._people:
            if not person.suspended:
                self._add_person(menu, person, row.owner_id)
        menu.addSeparator()
        if row.owner_id is not None:
            nobody = menu.addAction(tr("Nobody"))
            nobody.triggered.connect(lambda: self.assign_requested.emit(None))
        menu.addAction(tr("Reassign…")).triggered.connect(self.reassign_requested)

    def _add_person(self, menu: QMenu, person: PersonRow, owner_id: UUID | None) -> None:
        action = menu.addAction(menu_text(plain_text.display_name(person.name)))
        action.setCheckable(True)
        action.setChecked(person.id == owner_id)
        action.triggered.connect(lambda: self.assign_requested.emit(person.id))

    def _fill_snooze(self) -> None:
        menu = self._snooze.options()
        menu.clear()
        add_choices(menu, self._clock(), self._reader.zone, self._on_moment, self._on_choose_moment)

    def _moment_words(self, at: datetime) -> str:
        return moment_words(at, self._clock(), self._reader.zone)

    def _on_moment(self, until: datetime) -> None:
        self.snooze_requested.emit(until)

    def _on_choose_moment(self) -> None:
        QTimer.singleShot(0, self, self._ask_moment)  # when the menu has let its button go

    def _ask_moment(self) -> None:
        until = ask_moment(self, self._clock(), self._reader.zone)
        self._snooze.forget_pointer()  # it left while the dialog kept that from the button
        if until is not None:
            self.snooze_requested.emit(until.astimezone(UTC))

    def _fill_more(self) -> None:
        menu = self._more.menu()
        menu.clear()
        row = self._detail.row if self._detail else None
        if row is None:
            return
        menu.addAction(tr("Search in this conversation\tCtrl+Shift+F")).triggered.connect(
            self.search_opened
        )
        menu.addAction(tr("Rename contact…")).triggered.connect(self.rename_requested)
        menu.addAction(tr("Copy number")).triggered.connect(self._on_copy_number)
        menu.addAction(tr("Show or hide details")).triggered.connect(self.context_toggled)
        menu.addAction(tr("Why is this here?")).triggered.connect(self.place_why_requested)
        menu.addSeparator()
        self._add_mine(menu, row)
        menu.addSeparator()
        self._add_source(menu.addMenu(tr("This answers (team)")), row)
        if row.source.kind is SourceKind.CAMPAIGN:
            take = menu.addAction(tr("Take over as sales conversation (team)"))
            take.triggered.connect(self.take_over_requested)

    def _add_source(self, menu: QMenu, row: InboxRow) -> None:
        """A person may know better than the desk what a customer answers (R61)."""
        direct = menu.addAction(tr("No campaign or service: direct"))
        offers: list[tuple[QAction, UUID | None]] = [(direct, None)]
        if self._programs:
            menu.addSeparator()
        for program in self._programs:
            action = menu.addAction(menu_text(plain_text.display_name(program.name)))
            if program.program_id != row.source.program_id:  # there stands the tick
                action.setIcon(theme.icon(KIND_SIGNS[program.kind][0]))
            offers.append((action, program.program_id))
        for action, id_ in offers:
            action.setCheckable(True)
            action.setChecked(id_ == row.source.program_id)
            action.triggered.connect(lambda _=False, id_=id_: self._on_source_chosen(id_))

    def _on_source_chosen(self, program_id: UUID | None) -> None:
        if self._detail and program_id != self._detail.row.source.program_id:
            self.rebind_requested.emit(program_id)

    def _add_mine(self, menu: QMenu, row: InboxRow) -> None:
        """What changes for me alone."""
        menu.addAction(tr("Mark unread (only me)")).triggered.connect(self.mark_unread_requested)
        pin = tr("Unpin (only me)") if row.pinned else tr("Pin (only me)")
        menu.addAction(pin).triggered.connect(lambda: self.pin_requested.emit(not row.pinned))
        mute = tr("Unmute (only me)") if row.muted else tr("Mute (only me)")
        menu.addAction(mute).triggered.connect(lambda: self.mute_requested.emit(not row.muted))

    def _on_copy_number(self) -> None:
        if self._detail:
            QGuiApplication.clipboard().setText(self._detail.row.peer)

    def _on_close_clicked(self) -> None:
        if self._detail is None:
            return
        if self._detail.row.team_state is TeamState.OPEN:
            self.close_requested.emit()
        else:
            self.reopen_requested.emit()


def _taken(widget: QWidget) -> int:
    """Pixels that it takes in a line beside others."""
    return widget.sizeHint().width() + _BESIDE


def _text_width(label: ElidedLabel) -> int:
    return label.fontMetrics().horizontalAdvance(label.text()) + 1
