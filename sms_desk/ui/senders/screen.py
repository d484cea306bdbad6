"""The directory of sender IDs: the table, its filters, a pane for one, adding, import and export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import HolderKind, ProgramKind
from sms_desk.domain.sender_policy import Draft
from sms_desk.domain.wall_time import parse_when
from sms_desk.services import directory, holdings, sender_detail, senders, what_if
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.services.rows import AccountRow, PersonRow, SenderRow
from sms_desk.services.sender_detail import SenderDetail as Detail
from sms_desk.services.what_if import Trial
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.senders import words
from sms_desk.ui.senders.add_form import AddForm
from sms_desk.ui.senders.detail import SenderDetail
from sms_desk.ui.senders.filters import FilterChips
from sms_desk.ui.senders.health import HealthSection
from sms_desk.ui.senders.imports import SenderImports
from sms_desk.ui.senders.unheld import UnheldBar, holder_options
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Column, Table
from sms_desk.ui.widgets.words import tr

if TYPE_CHECKING:  # heavy to import, and needed for its name only
    from sms_desk.bootstrap.options import Session

_TOUCHED = (Thing.SENDER, Thing.PROGRAM, Thing.PERSON, Thing.ACCOUNT)
_PANE = 380


@dataclass(frozen=True, slots=True)
class One:
    """A sender ID with what its pane shows. others: id, number, label, whether it receives."""

    detail: Detail
    people: tuple[PersonRow, ...]
    groups: tuple[tuple[UUID, str], ...]
    programs: tuple[tuple[UUID, str], ...]
    others: tuple[tuple[UUID, str, str, bool], ...]


def one(ctx: Context, sender_id: UUID) -> One:
    detail = sender_detail.detail(ctx, sender_id)
    return One(
        detail,
        directory.everybody(ctx),
        holdings.groups(ctx),
        tuple((id_, name) for id_, name, _ in holdings.holding_programs(ctx)),
        tuple(
            other for other in senders.linkable(ctx, detail.row.channel) if other[0] != sender_id
        ),
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows, by id the words by which each is found, and which programs are services."""

    rows: tuple[SenderRow, ...]
    hay: Mapping[UUID, str]
    services: frozenset[str]
    people: tuple[PersonRow, ...]
    groups: tuple[tuple[UUID, str], ...]


def listing(ctx: Context) -> Listing:
    rows = senders.listing(ctx, retired=True)
    return Listing(
        rows,
        {row.id: words.hay(row) for row in rows},
        frozenset(
            name for _, name, kind in holdings.holding_programs(ctx) if kind is ProgramKind.SERVICE
        ),
        directory.everybody(ctx),
        holdings.groups(ctx),
    )


class SendersScreen(Screen):
    def __init__(
        self,
        doors: Doors,
        bus: Bus,
        session: Session,
        zone: tzinfo,
        parent: QWidget | None = None,
    ) -> None:
        self._listed = Listing((), {}, frozenset(), (), ())
        self._zone = zone
        self._table = Table(
            self._columns(),
            tr("senders", "Sender IDs"),
            empty=tr("senders", "No sender ID matches. Connect an account, or add one by hand."),
        )
        self._unheld = UnheldBar()
        self._filters = FilterChips()
        middle = QWidget()
        middle.setFocusProxy(self._table)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._filters)
        column.addWidget(self._unheld)
        column.addWidget(self._table, 1)
        super().__init__(tr("senders", "Sender IDs"), middle, parent, detail_width=_PANE)
        self._unheld.give_requested.connect(self._on_give_requested)
        self._doors = doors
        self._bus = bus
        self._health: HealthSection | None = None
        self._search = self.add_search(tr("senders", "Find a sender ID"))
        self.imports = SenderImports(doors, session, self)
        self.add_button(self.imports.button)
        self._add = primary(tr("senders", "Add"), parent=self)
        self.add_button(self._add)
        self._search.textChanged.connect(self._filters.type_text)
        self._filters.changed.connect(self._show_rows)
        self._add.clicked.connect(self._on_add_clicked)
        self._table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._shown: UUID | None = None
        self._wanted: UUID | None = None
        self._found: One | None = None
        self._pane: SenderDetail | None = None
        self._read()

    def show_sender(self, sender_id: UUID) -> None:
        """Open one, as from a finding of the advisor."""
        self._wanted = sender_id
        self._read()

    # --- reading ---------------------------------------------------------------------------------

    @Slot()
    def _read(self) -> None:
        self._doors.read(self, listing, then=self._on_listing, key="rows")

    def _on_listing(self, found: Listing) -> None:
        self._listed = found
        self._filters.set_countries(sorted({row.country for row in found.rows}))
        self._show_rows()
        options = holder_options(found.people, found.groups)
        self._unheld.show_rows(found.rows, options, self._doors.desk.person_id)
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self._table.choose(wanted)

    @Slot()
    def _show_rows(self) -> None:
        wanted, hay = self._filters.chosen(), self._listed.hay
        self._table.show_rows(
            [row for row in self._listed.rows if wanted.matches(row, hay[row.id])]
        )

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if any(changes.touches(thing) for thing in _TOUCHED):
            self._read()
            if self._shown is not None:
                self._doors.read(self, one, self._shown, then=self._show_again, key="one")

    def _show_again(self, found: One) -> None:
        """What is half typed stays (R6); what else changed is shown."""
        typing = self._pane is not None and self._pane.is_changed()
        typing = typing or (self._health is not None and self._health.is_changed())
        if found != self._found and not typing:
            self._show_one(found)

    @Slot(object)
    def _on_row_chosen(self, row: SenderRow | None) -> None:
        if row is None:
            if self._shown is not None:
                self._fold()
        elif row.id != self._shown:
            self._shown = row.id
            self._doors.read(self, one, row.id, then=self._show_one, key="one")

    def _show_one(self, found: One) -> None:
        self._found = found
        sender_id = found.detail.row.id
        pane = self._pane = SenderDetail(found.detail, self._day, self._moment)
        options = holder_options(found.people, found.groups, found.programs)
        pane.show_options(found.others, options, found.people)
        pane.saved.connect(partial(self._on_saved, pane))
        pane.checked.connect(partial(self._on_checked, pane))
        pane.holders.given.connect(partial(self._on_held, pane, sender_id))
        pane.holders.changed.connect(partial(self._on_holding_changed, pane))
        pane.holders.ended.connect(self._on_holding_ended)
        pane.holders.tried.connect(partial(self._on_tried, pane, sender_id))
        pane.retired.connect(partial(self._on_retired, sender_id))
        pane.closed.connect(self._fold)
        self._health = HealthSection(self._doors, self._bus, sender_id)
        pane.add_widget(self._health)
        self.show_detail(pane)

    def _day(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _moment(self, typed: str) -> datetime:
        """Raises UsageError for what is no time to come."""
        return parse_when(typed, self._doors.desk.now(), self._zone)

    @Slot()
    def _fold(self) -> None:
        self._shown = self._pane = self._health = None
        self.show_detail(None)
        self._table.choose(None)

    # --- changing --------------------------------------------------------------------------------

    def _on_checked(self, pane: SenderDetail, draft: Draft) -> None:
        self._doors.read(
            pane, sender_detail.checked, draft, then=pane.show_findings, key="findings"
        )

    def _on_saved(self, pane: SenderDetail) -> None:
        command = pane.command(self._doors.stamp())
        self._doors.change(pane, command, then=lambda _done: pane.settle(), failed=pane.show_error)

    def _on_tried(self, pane: SenderDetail, sender_id: UUID, fields: dict[str, Any]) -> None:
        """Where messages would have gone; only the newest question is answered."""
        trial = pane.holders.trial
        self._doors.read(
            trial,
            what_if.try_rule,
            Trial(sender_id=sender_id, **fields),
            then=trial.show_result,
            failed=trial.show_error,
            key="trial",
        )

    def _on_held(self, pane: SenderDetail, sender_id: UUID, given: dict[str, Any]) -> None:
        command = c.HoldSender(
            **self._doors.stamp(), holding_id=self._doors.new_id(), sender_id=sender_id, **given
        )
        self._change_holding(pane, command)

    def _on_holding_changed(
        self, pane: SenderDetail, holding_id: UUID, terms: dict[str, Any]
    ) -> None:
        command = c.EditHolding(**self._doors.stamp(), holding_id=holding_id, **terms)
        self._change_holding(pane, command)

    def _change_holding(self, pane: SenderDetail, command: c.Command) -> None:
        def done(_done: Done) -> None:
            pane.holders.stop_editing()

        self._doors.change(pane, command, then=done, failed=pane.holders.show_error)

    @Slot(object, object, object)
    def _on_give_requested(
        self, sender_ids: tuple[UUID, ...], kind: HolderKind, holder_id: UUID | None
    ) -> None:
        """All in one, so that one undo takes them back."""
        command = c.HoldSenders(
            **self._doors.stamp(), sender_ids=sender_ids, holders=(c.Holder(kind, holder_id),)
        )
        self._doors.change(self, command)

    @Slot(object)
    def _on_holding_ended(self, holding_id: UUID) -> None:
        self._doors.change(self, c.EndHolding(**self._doors.stamp(), holding_id=holding_id))

    def _on_retired(self, sender_id: UUID, retired: bool) -> None:
        command = c.RetireSender(**self._doors.stamp(), sender_id=sender_id, retired=retired)
        self._doors.change(self, command)

    @Slot()
    def _on_add_clicked(self) -> None:
        self._table.choose(None)
        self._doors.read(self, directory.all_accounts, then=self._show_add)

    def _show_add(self, accounts: tuple[AccountRow, ...]) -> None:
        form = AddForm([(account.label, account.id) for account in accounts])
        form.add_requested.connect(partial(self._on_add_requested, form))
        form.closed.connect(self._fold)
        self.show_detail(form)
        form.focus_first()

    def _on_add_requested(self, form: AddForm) -> None:
        sender_id = self._doors.new_id()

        def added(_done: Done) -> None:
            self._fold()
            self._table.choose(sender_id)

        self._doors.change(
            form, form.command(self._doors.stamp(), sender_id), then=added, failed=form.show_error
        )

    def _columns(self) -> list[Column]:
        return [
            Column(tr("senders", "Sender ID"), words.address_cell, 220),
            Column(tr("senders", "Kind"), words.kind_cell, 125),
            Column(
                tr("senders", "Used for"),
                lambda row: words.use_cell(row, self._listed.services),
                150,
            ),
            Column(tr("senders", "Holders"), words.holders_cell, 190),
            Column(tr("senders", "Health"), words.health_cell, 150),
        ]
