"""The page of conversations while only its list is there, and what a person does with it then.

It stands there as the glance has it, before the workspace is open, or empty until the first page
has been read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject

from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.services.glances import Glance
from sms_desk.services.inbox_rows import WindowSummary
from sms_desk.settings.files import MachineState
from sms_desk.ui.commands import Registry
from sms_desk.ui.rail.places import scope_key, scope_title
from sms_desk.ui.reader import Reader
from sms_desk.ui.window.conversations import ConversationsPage, Widths
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.window.wishes import EarlyKeys, Wishes


def first_scope(key: object) -> Scope:
    """Where a window begins that was last at this place of the rail (`Rail.chosen_key`)."""
    try:
        return Scope(str(key).removeprefix("scope:"))
    except ValueError:
        return Scope.MINE


def last_conversation(state: MachineState) -> UUID | None:
    """What stood open when the window was last closed."""
    last = state.get("conversation")
    try:
        return UUID(last) if isinstance(last, str) else None
    except ValueError:
        return None


def reader_of(glance: Glance) -> Reader:
    """Whose glance it is."""
    return Reader(glance.person_id, ZoneInfo(glance.zone))


class FirstPage(QObject):
    """Owns the page until somebody drops it."""

    def __init__(
        self,
        window: MainWindow,
        reader: Reader,
        clock: Callable[[], datetime],
        state: MachineState,
    ) -> None:
        super().__init__(window)
        self.reader = reader
        self.glance: Glance | None = None
        self._window = window
        self._state = state
        self.page = ConversationsPage(reader, clock, window)
        inbox, rail = self.page.inbox, window.side.rail
        self._list_wishes = Wishes(
            self,
            rail.place_chosen,
            inbox.filter_changed,
            inbox.page_wanted,
            inbox.total_wanted,
            inbox.retry_requested,
        )
        self._wishes = Wishes(
            self,
            rail.screen_chosen,
            rail.view_rename_requested,
            rail.view_delete_requested,
            rail.view_share_requested,
            inbox.conversation_opened,
            inbox.conversation_walked_to,
            inbox.action_requested,
            inbox.save_view_requested,
            inbox.everywhere_requested,
        )
        own_keys = bool(state.get("keys"))
        self._keys: EarlyKeys | None = EarlyKeys(window, inbox, letters_are_own=own_keys)

    def show(self) -> None:
        """Put it into the window, as wide as the person had it."""
        widths = self._state.get("widths")
        if (
            isinstance(widths, list)
            and len(widths) == 2
            and all(isinstance(w, int) for w in widths)
        ):
            self.page.set_widths(Widths(*widths))
        self._window.show_screen(self.page)
        self.page.fit(self._window.width())
        self._window.resized.connect(self.page.fit)

    def show_glance(self, glance: Glance) -> None:
        """Fill list and rail with what is known to be so."""
        self.glance = glance
        inbox, rail = self.page.inbox, self._window.side.rail
        rail.set_counts(glance.counts, glance.troubled)
        rail.set_board(WindowSummary(any=glance.has_board))
        rail.show_place(scope_key(glance.scope))
        inbox.show_place(InboxFilter(scope=glance.scope), scope_title(glance.scope))
        inbox.set_first_page(glance.page)
        last = last_conversation(self._state)
        if last is not None:
            inbox.select(last)
            inbox.set_open(last)
        rail.place_chosen.connect(inbox.show_place)
        self.show()

    def grant_list(self) -> None:
        """Rows can be read: bring what was wanted of the list meanwhile."""
        if self.glance is not None:
            self._window.side.rail.place_chosen.disconnect(self.page.inbox.show_place)
        self._list_wishes.grant()

    def grant(self, registry: Registry) -> None:
        """Everything is there: do what was wanted before."""
        self._wishes.grant()
        if self._keys is not None:
            self._keys.grant(registry)
            self._keys = None

    def drop(self) -> None:
        """Another page follows, or none."""
        if self._keys is not None:
            self._keys.forget()
        self._window.disconnect(self.page)
        self._window.drop_screen(self.page)
        self.deleteLater()
