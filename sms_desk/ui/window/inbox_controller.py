"""Brings rows to the inbox: pages, live arrivals, and the total that a bulk action means."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import DeskError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.services import inbox
from sms_desk.services.context import Context
from sms_desk.services.inbox_rows import Cursor, InboxPage, InboxRow
from sms_desk.ui.inbox import InboxView
from sms_desk.ui.window.ties import Ties

_PAGE: Final = "page"
_NEXT: Final = "next"
_MOST_IDS: Final = 200
"""More changed conversations than this: reading the list's head again is cheaper."""
_KINDS: Final = (
    Thing.CONVERSATION,
    Thing.MESSAGE,
    Thing.MY_STATE,
    Thing.DRAFT,
)
"""Kinds whose ids are those of conversations."""
_NAMES: Final = (Thing.CONTACT, Thing.TAG, Thing.PERSON, Thing.PROGRAM, Thing.SENDER, Thing.SETTING)
"""Kinds whose change shows in rows without naming them."""

Fresh = tuple[tuple[InboxRow, ...], tuple[UUID, ...]]


def fresh_rows(
    ctx: Context, wanted: InboxFilter, ids: Collection[UUID], stays: UUID | None = None
) -> Fresh:
    """Of these conversations: rows of those that match, and ids of those that do not (R50).

    stays: one that need not be unread, as it is just being read.
    """
    match = inbox.matching(ctx, wanted, ids)
    if stays is not None and stays in ids and stays not in match:
        match |= inbox.matching(ctx, replace(wanted, unread=False), [stays])
    rows = inbox.rows(ctx, [id_ for id_ in ids if id_ in match])
    return rows, tuple(id_ for id_ in ids if id_ not in match)


def head_rows(ctx: Context, wanted: InboxFilter, limit: int, stays: UUID | None) -> InboxPage:
    """The list's first rows, and among them the one that stays."""
    page = inbox.page(ctx, wanted, None, limit)
    if stays is None or any(row.id == stays for row in page.rows):
        return page
    rows, _gone = fresh_rows(ctx, wanted, [stays], stays)
    return replace(page, rows=(*rows, *page.rows))


class InboxController(QObject):
    """Reads for one InboxView; moves nothing that the person has not moved (R6)."""

    shown = Signal()
    """A first page stands in the list."""

    def __init__(self, view: InboxView, ties: Ties) -> None:
        super().__init__(view)
        self._view = view
        self._doors = ties.doors
        self._opened: UUID | None = None
        view.filter_changed.connect(self._on_filter_changed)
        view.page_wanted.connect(self._on_page_wanted)
        view.total_wanted.connect(self._on_total_wanted)
        view.retry_requested.connect(self.read_first)
        ties.bus.changed.connect(self._on_changed)

    def show_place(self, value: InboxFilter, title: str) -> None:
        """Go to a place of the rail."""
        self._view.show_place(value, title)
        self.read_first()

    @Slot(object)
    def follow(self, opened: UUID | None) -> None:
        """Which conversation stands open now: what was read before leaves a list of unread ones."""
        left, self._opened = self._opened, opened
        if left is not None and self._view.filter().unread and left in self._view.shown_ids():
            self._read_rows((left,))

    def confirm(self) -> None:
        """A first page stands there already, of another reading: take over what differs (R6)."""
        self._read_head()
        self.shown.emit()

    @Slot()
    def read_first(self) -> None:
        self._doors.overtake(self, _NEXT)
        self._doors.read(
            self,
            inbox.page,
            self._view.filter(),
            then=self._on_first_page,
            failed=self._view.show_error,
            key=_PAGE,
        )

    def _on_first_page(self, page: InboxPage) -> None:
        self._view.set_first_page(page)
        self.shown.emit()

    @Slot(InboxFilter)
    def _on_filter_changed(self, _value: InboxFilter) -> None:
        self.read_first()

    @Slot(object)
    def _on_page_wanted(self, after: Cursor) -> None:
        self._doors.read(
            self,
            inbox.page,
            self._view.filter(),
            after,
            then=self._view.append_page,
            failed=self._on_page_failed,
            key=_NEXT,
        )

    def _on_page_failed(self, error: DeskError) -> None:
        self._view.page_failed()
        self._doors.failed.emit(error)

    @Slot(InboxFilter)
    def _on_total_wanted(self, value: InboxFilter) -> None:
        self._doors.read(self, inbox.count, value, then=self._view.set_total, key="total")

    # --- what changed ----------------------------------------------------------------------------

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        ids = touched_conversations(changes)
        named = any(changes.touches(thing) for thing in _NAMES)
        if ids is None or len(ids) > _MOST_IDS or (named and not ids):
            self._read_head()
        elif ids:
            self._read_rows(tuple(ids))

    def _read_rows(self, ids: tuple[UUID, ...]) -> None:
        asked = self._view.filter()
        self._doors.read(
            self, fresh_rows, asked, ids, self._stays(), then=partial(self._on_fresh, asked)
        )

    def _stays(self) -> UUID | None:
        """What is read in a list of unread ones stands there until one leaves it: else it would go
        from under the pointer, and nobody could go on from it to the next."""
        is_shown = self._view.filter().unread and self._opened in self._view.shown_ids()
        return self._opened if is_shown else None

    def _read_head(self) -> None:
        asked = self._view.filter()
        limit = max(inbox.PAGE, min(len(self._view.shown_ids()), 4 * inbox.PAGE))
        self._doors.read(
            self,
            head_rows,
            asked,
            limit,
            self._stays(),
            then=partial(self._on_head, asked),
            key="head",
        )

    def _on_fresh(self, asked: InboxFilter, fresh: Fresh) -> None:
        if asked == self._view.filter():
            self._view.refresh_rows(*fresh)

    def _on_head(self, asked: InboxFilter, page: InboxPage) -> None:
        if asked == self._view.filter():
            self._view.refresh_head(page)


def touched_conversations(changes: Changes) -> frozenset[UUID] | None:
    """The conversations that changed; None for any of them."""
    found: frozenset[UUID] = frozenset()
    for thing in _KINDS:
        ids = changes.touched.get(thing)
        if ids is not None and not ids:
            return None
        found |= ids or frozenset()
    return found
