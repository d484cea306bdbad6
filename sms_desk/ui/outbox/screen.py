"""The table of composed messages, and what a person can decide about one (R32, R33)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.model import OutboxState
from sms_desk.domain.outbox_words import STATE_NAMES, doubt_words, waiting_words
from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.services import content_templates, directory, threads
from sms_desk.services.context import Context
from sms_desk.services.rows import ConversationDetail, OutboxRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.outbox.returned import ReturnedSection
from sms_desk.ui.outbox.scheduled import ScheduledSection
from sms_desk.ui.team.returned import ReturnedKeeper
from sms_desk.ui.widgets.buttons import plain, primary, quiet
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.tabs import Tabs
from sms_desk.ui.widgets.text import ask
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_GOOD_FOR: Final = timedelta(minutes=30)
DROPPABLE: Final = frozenset(
    {
        OutboxState.QUEUED,
        OutboxState.HELD,
        OutboxState.IN_DOUBT,
        OutboxState.ASK,
        OutboxState.REFUSED,
    }
)


_SIGNS: Final = {
    OutboxState.QUEUED: ("secondary", "clock"),
    OutboxState.CLAIMED: ("secondary", "send"),
    OutboxState.SENDING: ("secondary", "send"),
    OutboxState.HELD: ("nudge", "hand"),
    OutboxState.IN_DOUBT: ("nudge", "circle-question-mark"),
    OutboxState.ASK: ("error", "circle-question-mark"),
    OutboxState.ACCEPTED: ("ok", "check"),
    OutboxState.REFUSED: ("error", "triangle-alert"),
    OutboxState.WITHDRAWN: ("disabled", "ban"),
}
_DOUBTFUL: Final = (OutboxState.IN_DOUBT, OutboxState.ASK)


Content = tuple[str, tuple[tuple[str, str], ...]]
"""The WhatsApp template that a message was written as, and its values (R42)."""


def _as_it_was(
    ctx: Context, conversation_id: UUID, outbox_id: UUID
) -> tuple[ConversationDetail, Content | None]:
    """What writing a message again needs."""
    detail = threads.detail(ctx, conversation_id)
    return detail, content_templates.of_message(ctx, outbox_id)


def state_cell(row: OutboxRow) -> Cell:
    ink, icon = _SIGNS[row.state]
    return Cell(tr("outbox", STATE_NAMES[row.state]), ink=ink, icon=icon)


def reason_words(row: OutboxRow) -> str:
    """Why it stands as it does, with the evidence, in one or two sentences."""
    if row.state is OutboxState.QUEUED:
        waits = waiting_words(row.reason)
        return f"{waits[0].upper()}{waits[1:]}." if waits else ""
    if row.state not in _DOUBTFUL:
        return preview(f"{row.reason_text} {row.next_step}".strip(), 400)
    doubt = doubt_words(row.reason)
    first = f"{doubt[0].upper()}{doubt[1:]}."
    if row.state is OutboxState.IN_DOUBT:
        then = tr("outbox", "The desk looks for the message in the provider's list, by itself.")
    else:
        then = tr(
            "outbox",
            "The provider's list does not show the message, so it may or may not have arrived.",
        )
    return f"{first} {then}"


def to_cell(row: OutboxRow) -> Cell:
    name = display_name(row.contact_name)
    return Cell(name or display_name(row.peer), display_name(row.peer) if name else "", strong=True)


def text_cell(row: OutboxRow) -> Cell:
    return Cell(preview(row.body, 200), reason_words(row))


def rows(ctx: Context, everything: bool) -> tuple[OutboxRow, ...]:
    return directory.outbox_rows(ctx, everything=everything)


class OutboxScreen(Screen):
    conversation_opened = Signal(object)

    def __init__(
        self,
        doors: Doors,
        bus: Bus,
        zone: tzinfo,
        parent: QWidget | None = None,
        *,
        returned: ReturnedKeeper | None = None,
        waiting: Callable[[], frozenset[UUID]] = frozenset,
    ) -> None:
        """returned: what the workspace did not do, None where it is a file of one's own. waiting:
        what is not with it yet; asked off the window's thread."""
        self._zone = zone
        self._waiting = waiting
        self._unanswered: frozenset[UUID] = frozenset()
        self._doors = doors
        self._table = Table(
            self._columns(),
            tr("outbox", "Outbox"),
            empty=tr("outbox", "Everything has gone out. What waits or is held stands here."),
        )
        self._stack = QStackedWidget()
        super().__init__(tr("outbox", "Outbox"), self._stack, parent)
        self._shown: OutboxRow | None = None
        self._all = ToggleChip(tr("outbox", "Also what was sent"), self)
        self.scheduled = ScheduledSection(doors, bus, zone, self)
        self.scheduled.detail_wanted.connect(self.show_detail)
        self.scheduled.conversation_opened.connect(self.conversation_opened)
        self.returned = None if returned is None else ReturnedSection(returned, doors, zone, self)
        sections = [("outbox", tr("outbox", "Going out")), ("scheduled", tr("outbox", "Scheduled"))]
        self._tables = {"outbox": self._table, "scheduled": self.scheduled.table}
        if self.returned is not None:
            self.returned.detail_wanted.connect(self.show_detail)
            self.returned.conversation_opened.connect(self.conversation_opened)
            sections.append(("returned", tr("outbox", "Returned")))
            self._tables["returned"] = self.returned.table
        self.tabs = Tabs(sections, tr("outbox", "What waits"))
        self.add_control(self.tabs)
        self._search = self.add_search(tr("outbox", "Find a message"))
        self.add_control(self._all)
        for table in self._tables.values():
            self._stack.addWidget(table)
            self._search.textChanged.connect(table.show_matching)
        self.tabs.chosen.connect(self._on_tab_chosen)
        self.setFocusProxy(self._table)
        self._all.toggled.connect(self._read)
        self._table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._read()

    def _columns(self) -> list[Column]:
        return [
            Column(tr("outbox", "State"), self._state_cell, 180),
            Column(tr("outbox", "To"), to_cell, 180),
            Column(tr("outbox", "Message"), text_cell, 360),
            Column(
                tr("outbox", "Written"), self._written_cell, 120, sorts=lambda row: row.composed_at
            ),
        ]

    def _state_cell(self, row: OutboxRow) -> Cell:
        """One that the workspace does not know yet has the outbox's own quiet mark."""
        if row.id in self._unanswered and row.state is OutboxState.QUEUED:
            return Cell(tr("outbox", "Waiting for the workspace"), ink="secondary", icon="clock")
        return state_cell(row)

    def _written_cell(self, row: OutboxRow) -> Cell:
        return Cell(clock_words(row.composed_at, self._now(), self._zone), ink="secondary")

    def _now(self) -> datetime:
        return self._doors.desk.now()

    @Slot()
    def _read(self) -> None:
        everything, waiting = self._all.isChecked(), self._waiting

        def ask(ctx: Context) -> tuple[tuple[OutboxRow, ...], frozenset[UUID]]:
            return rows(ctx, everything), waiting()

        self._doors.read(self, ask, then=self._show, key="rows")

    def _show(self, found: tuple[tuple[OutboxRow, ...], frozenset[UUID]]) -> None:
        shown, self._unanswered = found
        self._table.show_rows(shown)

    @Slot(str)
    def _on_tab_chosen(self, key: str) -> None:
        for table in self._tables.values():  # nothing is marked in a section that is left
            table.choose(None)
        chosen = self._tables[key]
        self._stack.setCurrentWidget(chosen)
        self.setFocusProxy(chosen)
        self._all.setVisible(key == "outbox")
        self.show_detail(None)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.OUTBOX):
            self._read()

    @Slot(object)
    def _on_row_chosen(self, row: OutboxRow | None) -> None:
        if row != self._shown:
            self._shown = row
            self.show_detail(None if row is None else self._pane(row))

    def _pane(self, row: OutboxRow) -> QWidget:
        pane = Form()
        pane.add_title(self._state_cell(row).text)
        if why := reason_words(row):
            pane.add_words(why)
        sender = tr("outbox", "To {who} from {sender}")
        sender = sender.replace("{who}", display_name(row.contact_name or row.peer))
        pane.add_words(sender.replace("{sender}", display_name(row.sender_label)))
        pane.add_words(display_text(row.body))
        choices = self._decisions(row)
        buttons = [primary(words) if first else plain(words) for words, _, first in choices]
        for button, (_, decide, _first) in zip(buttons, choices, strict=True):
            button.clicked.connect(decide)
            pane.add_widget(button, at_start=True)
        stuck = row.state is OutboxState.REFUSED and not choices  # the way on is in there
        open_ = (primary if stuck else quiet)(tr("outbox", "Open conversation"))
        open_.clicked.connect(lambda: self.conversation_opened.emit(row.conversation_id))
        pane.add_widget(open_, at_start=True)
        if row.state in DROPPABLE:
            drop = quiet(tr("outbox", "Drop…"))
            drop.clicked.connect(partial(self._on_drop_clicked, row))
            pane.add_widget(drop, at_start=True)
        return pane

    def _decisions(self, row: OutboxRow) -> list[tuple[str, partial[None], bool]]:
        """What can be done in this state beside dropping it: words, deed, whether it is the next."""
        match row.state:
            case OutboxState.HELD if row.waivable:
                return [(tr("outbox", "Send anyway"), partial(self._release, row), True)]
            case OutboxState.IN_DOUBT:
                return [(tr("outbox", "Check again"), partial(self._check, row.id), False)]
            case OutboxState.ASK:
                return [
                    (tr("outbox", "Check again"), partial(self._check, row.id), True),
                    (tr("outbox", "Send again…"), partial(self._resend, row.id), False),
                ]
            case OutboxState.REFUSED if not row.lasting:  # refused for certain: none arrives twice
                return [(tr("outbox", "Send again"), partial(self._write_again, row), True)]
            case _:
                return []

    # --- decisions -------------------------------------------------------------------------------

    def _on_drop_clicked(self, row: OutboxRow) -> None:
        if row.state in _DOUBTFUL:
            step = tr("outbox", "The desk stops looking for it. It may have arrived all the same.")
        else:
            step = tr("outbox", "It is not sent. Its text stays in the Outbox.")
        if ask(
            self.window(),
            tr("outbox", "Drop this message?"),
            step,
            yes=tr("outbox", "Drop"),
            danger=True,
        ):
            self._drop(row.id)

    def _drop(self, outbox_id: UUID) -> None:
        self._doors.change(self, c.Drop(**self._doors.stamp(), outbox_id=outbox_id))

    def _check(self, outbox_id: UUID) -> None:
        self._doors.change(self, c.CheckAgain(**self._doors.stamp(), outbox_id=outbox_id))

    def _release(self, row: OutboxRow) -> None:
        command = c.ConfirmHeld(
            **self._doors.stamp(),
            outbox_id=row.id,
            checks=(row.reason,),
            not_after=self._now() + _GOOD_FOR,
        )
        self._doors.change(self, command)

    def _write_again(self, row: OutboxRow) -> None:
        """What was refused goes out as a new message, and the old one is done with."""

        def write(found: tuple[ConversationDetail, Content | None]) -> None:
            detail, content = found
            reply = c.Reply(
                **self._doors.stamp(),
                conversation_id=detail.row.id,
                outbox_id=self._doors.new_id(),
                sender_id=detail.sender.id,
                body=row.body,
                content_sid=content[0] if content else None,
                content_variables=content[1] if content else (),
                seen_version=detail.version,
                not_after=self._now() + _GOOD_FOR,
            )
            drop = c.Drop(**self._doors.stamp(), outbox_id=row.id)
            self._doors.change(self, drop, reply)

        self._doors.read(self, _as_it_was, row.conversation_id, row.id, then=write)

    def _resend(self, outbox_id: UUID) -> None:
        agreed = ask(
            self.window(),
            tr("outbox", "Send it a second time?"),
            tr("outbox", "Nobody knows whether the first one arrived. It may arrive twice."),
            yes=tr("outbox", "Send again"),
            danger=True,
        )
        if agreed:
            self._doors.change(self, c.Resend(**self._doors.stamp(), outbox_id=outbox_id))
