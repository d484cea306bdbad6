"""The table of sender IDs and the pane of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.model import HolderKind, ProgramKind
from sms_desk.services import directory, holdings, senders
from sms_desk.services import programs as program_lists
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.services.holdings import HoldingRow
from sms_desk.services.rows import AccountRow, PersonRow, SenderRow
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.senders import words
from sms_desk.ui.senders.add_form import AddForm
from sms_desk.ui.senders.detail import SenderDetail
from sms_desk.ui.senders.health import HealthSection
from sms_desk.ui.senders.unheld import UnheldBar, holder_options
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Column, Table
from sms_desk.ui.widgets.words import tr

_TOUCHED = (Thing.SENDER, Thing.PROGRAM, Thing.PERSON, Thing.ACCOUNT)


@dataclass(frozen=True, slots=True)
class One:
    """A sender ID with what its pane shows."""

    row: SenderRow
    holdings: tuple[HoldingRow, ...]
    inbound_id: UUID | None
    people: tuple[PersonRow, ...]
    groups: tuple[tuple[UUID, str], ...]
    inbound: tuple[SenderRow, ...]


def one(ctx: Context, sender_id: UUID) -> One:
    row = senders.row(ctx, sender_id)
    return One(
        row,
        holdings.of_sender(ctx, sender_id),
        holdings.inbound_of(ctx, sender_id),
        directory.everybody(ctx),
        holdings.groups(ctx),
        tuple(
            other
            for other in senders.listing(ctx)
            if other.id != sender_id and other.channel is row.channel
        ),
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows, and which programs among those that they serve are services."""

    rows: tuple[SenderRow, ...]
    services: frozenset[str]
    people: tuple[PersonRow, ...]
    groups: tuple[tuple[UUID, str], ...]


def listing(ctx: Context, retired: bool) -> Listing:
    programs = program_lists.listing(ctx)
    services = frozenset(each.name for each in programs if each.kind is ProgramKind.SERVICE)
    rows = senders.listing(ctx, retired=retired)
    return Listing(rows, services, directory.everybody(ctx), holdings.groups(ctx))


class SendersScreen(Screen):
    def __init__(self, doors: Doors, bus: Bus, parent: QWidget | None = None) -> None:
        self._services: frozenset[str] = frozenset()
        self._table = Table(
            self._columns(),
            tr("senders", "Sender IDs"),
            empty=tr("senders", "Connect an account, or add a sender ID by hand."),
        )
        self._unheld = UnheldBar()
        middle = QWidget()
        middle.setFocusProxy(self._table)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._unheld)
        column.addWidget(self._table, 1)
        super().__init__(tr("senders", "Sender IDs"), middle, parent)
        self._unheld.give_requested.connect(self._on_give_requested)
        self._doors = doors
        self._bus = bus
        self._health: HealthSection | None = None
        self._search = self.add_search(tr("senders", "Find a sender ID"))
        self._retired = ToggleChip(tr("senders", "Retired"), self)
        self.add_control(self._retired)
        self._add = primary(tr("senders", "Add"), parent=self)
        self.add_button(self._add)
        self._search.textChanged.connect(self._table.show_matching)
        self._retired.toggled.connect(self._read)
        self._add.clicked.connect(self._on_add_clicked)
        self._table.row_chosen.connect(self._on_row_chosen)
        bus.changed.connect(self._on_changed)
        self._shown: UUID | None = None
        self._found: One | None = None
        self._pane: SenderDetail | None = None
        self._read()

    # --- reading ---------------------------------------------------------------------------------

    @Slot()
    def _read(self) -> None:
        retired = self._retired.isChecked()
        self._doors.read(self, listing, retired, then=self._on_listing, key="rows")

    def _on_listing(self, found: Listing) -> None:
        self._services = found.services
        self._table.show_rows(found.rows)
        options = holder_options(found.people, found.groups)
        self._unheld.show_rows(found.rows, options, self._doors.desk.person_id)

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
        pane = self._pane = SenderDetail(found.row, found.inbound_id)
        pane.show_holdings(found.holdings, found.people, found.groups)
        pane.show_inbound(found.inbound)
        pane.saved.connect(partial(self._on_saved, pane, found.row.id))
        pane.held.connect(partial(self._on_held, pane, found.row.id))
        pane.holding_ended.connect(self._on_holding_ended)
        pane.retired.connect(partial(self._on_retired, found.row.id))
        pane.closed.connect(self._fold)
        self._health = HealthSection(self._doors, self._bus, found.row.id)
        pane.add_widget(self._health)
        self.show_detail(pane)

    @Slot()
    def _fold(self) -> None:
        self._shown = self._pane = self._health = None
        self.show_detail(None)
        self._table.choose(None)

    # --- changing --------------------------------------------------------------------------------

    def _on_saved(
        self, pane: SenderDetail, sender_id: UUID, label: str, direction: object, inbound: object
    ) -> None:
        command = c.EditSender(
            **self._doors.stamp(),
            sender_id=sender_id,
            label=label,
            direction=direction,  # type: ignore[arg-type]
            inbound_id=inbound,  # type: ignore[arg-type]
        )
        self._doors.change(pane, command, then=lambda _done: pane.settle(), failed=pane.show_error)

    def _on_held(
        self, pane: SenderDetail, sender_id: UUID, kind: object, holder_id: object
    ) -> None:
        command = c.HoldSender(
            **self._doors.stamp(),
            holding_id=self._doors.new_id(),
            sender_id=sender_id,
            holder_kind=kind,  # type: ignore[arg-type]
            holder_id=holder_id,  # type: ignore[arg-type]
        )
        self._doors.change(pane, command, failed=pane.show_error)

    @Slot(object, object, object)
    def _on_give_requested(
        self, sender_ids: tuple[UUID, ...], kind: HolderKind, holder_id: UUID | None
    ) -> None:
        """All in one, so that one undo takes them back."""
        commands = [
            c.HoldSender(
                **self._doors.stamp(),
                holding_id=self._doors.new_id(),
                sender_id=sender_id,
                holder_kind=kind,
                holder_id=holder_id,
            )
            for sender_id in sender_ids
        ]
        self._doors.change(self, *commands)

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
            Column(tr("senders", "Kind"), words.kind_cell, 110),
            Column(tr("senders", "Used for"), lambda row: words.use_cell(row, self._services), 150),
            Column(tr("senders", "Holders"), words.holders_cell, 190),
            Column(tr("senders", "Health"), words.health_cell, 120),
        ]
