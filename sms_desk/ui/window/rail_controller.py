"""Keeps the rail's counts, the filter menus and the saved views true (R4, R7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Channel
from sms_desk.services import directory, inbox, senders
from sms_desk.services.context import Context
from sms_desk.services.rows import PersonRow, RailCounts, TagRow, ViewRow
from sms_desk.ui.inbox import FilterChoices
from sms_desk.ui.rail import Rail
from sms_desk.ui.widgets.text import ask, ask_text
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.ties import Ties

GATHER_MS: Final = 150
"""Counts cost a walk over all who wait: at most a few times a second."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the list: counts, what can be chosen, and the people."""

    counts: RailCounts
    choices: FilterChoices
    people: tuple[PersonRow, ...]
    tags: tuple[TagRow, ...]
    troubled: int


def surroundings(ctx: Context) -> Surroundings:
    """All of it in one snapshot."""
    counts = inbox.rail(ctx)
    people = directory.everybody(ctx)
    tags = directory.all_tags(ctx)
    ids = senders.names(ctx)
    choices = FilterChoices(
        programs=counts.programs,
        senders=tuple((id_, words) for id_, words, _channel in ids),
        whatsapp=frozenset(id_ for id_, _, channel in ids if channel is Channel.WHATSAPP),
        owners=tuple((row.id, row.name) for row in people if not row.suspended),
        tags=tuple((row.id, row.name) for row in tags),
    )
    return Surroundings(counts, choices, people, tags, inbox.troubled(ctx))


class RailController(QObject):
    """Reads counts after changes; carries out what is asked of a saved view."""

    _surroundings_read = Signal(object)

    def __init__(self, rail: Rail, ties: Ties) -> None:
        super().__init__(rail)
        self._rail = rail
        self._doors = ties.doors
        self._views: dict[UUID, ViewRow] = {}
        self._last: Surroundings | None = None
        self._saved: UUID | None = None  # a view that was just made, to be gone to
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(GATHER_MS)
        self._pause.timeout.connect(self.read)
        rail.view_rename_requested.connect(self._on_rename_requested)
        rail.view_delete_requested.connect(self._on_delete_requested)
        rail.view_share_requested.connect(self._on_share_requested)
        ties.bus.changed.connect(self._on_changed)

    @Slot()
    def read(self) -> None:
        self._doors.read(self, surroundings, then=self._on_read, key="surroundings")

    def tell(self, take: Callable[[Surroundings], object]) -> None:
        """Give each reading to `take`, and the last one to who comes after it: the first may be there
        before all that stands beside the list is."""
        self._surroundings_read.connect(take)
        if self._last is not None:
            take(self._last)

    def save_view(self, wanted: InboxFilter) -> None:
        """The list's filter under a name; where it stands in the rail, the person is there."""
        name = ask_text(
            self._rail.window(), tr("window", "Save view"), tr("window", "Name of the view")
        )
        if name:
            view_id = self._doors.new_id()
            command = c.SaveView(**self._doors.stamp(), view_id=view_id, name=name, filter=wanted)
            self._saved = view_id
            self._doors.change(self, command)

    def _on_read(self, read: Surroundings) -> None:
        self._views = {view.id: view for view in read.counts.views}
        self._last = read
        self._rail.set_counts(read.counts, read.troubled)
        if self._saved in self._views:
            self._rail.choose(f"view:{self._saved}")
            self._saved = None
        self._surroundings_read.emit(read)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if set(changes.touched) - {Thing.DRAFT, Thing.LINE} and not self._pause.isActive():
            self._pause.start()

    # --- saved views -----------------------------------------------------------------------------

    @Slot(object)
    def _on_rename_requested(self, view_id: UUID) -> None:
        view = self._views.get(view_id)
        if view is None:
            return
        name = ask_text(
            self._rail.window(),
            tr("window", "Rename view"),
            tr("window", "Name of the view"),
            view.name,
        )
        if name:
            self._save(view, name, shared=view.shared)

    @Slot(object)
    def _on_delete_requested(self, view_id: UUID) -> None:
        view = self._views.get(view_id)
        if view is not None and (not view.shared or self._may_delete_shared()):
            self._doors.change(self, c.DeleteView(**self._doors.stamp(), view_id=view_id))

    def _may_delete_shared(self) -> bool:
        return ask(
            self._rail.window(),
            tr("window", "Delete a view that others use?"),
            tr("window", "It goes for everybody whom it is shared with."),
            yes=tr("window", "Delete"),
            danger=True,
        )

    @Slot(object, bool)
    def _on_share_requested(self, view_id: UUID, shared: bool) -> None:
        view = self._views.get(view_id)
        if view is not None:
            self._save(view, view.name, shared=shared)

    def _save(self, view: ViewRow, name: str, *, shared: bool) -> None:
        command = c.SaveView(
            **self._doors.stamp(),
            view_id=view.id,
            name=name,
            filter=view.filter,
            shared_with_all=shared,
        )
        self._doors.change(self, command)
