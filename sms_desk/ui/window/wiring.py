"""Wires one person's screens to the doors: made when a workspace is open, and again for another person.

First the list, as soon as there is anything to show; then `rest` brings all that stands beside it,
a piece at a time, so that the window answers meanwhile (measured.md, Start).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.bootstrap import Session
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import DeskError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import DraftMode, Role
from sms_desk.notify.base import Shown
from sms_desk.services import preferences
from sms_desk.services.context import Context
from sms_desk.settings.files import MachineState
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.rail.places import scope_key
from sms_desk.ui.reader import Reader
from sms_desk.ui.widgets.painted import OncePainted
from sms_desk.ui.widgets.text import tell_error
from sms_desk.ui.window.first_page import FirstPage, first_scope, last_conversation
from sms_desk.ui.window.inbox_controller import InboxController
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.window.ties import Ties

if TYPE_CHECKING:  # `rest` makes them
    from sms_desk.services.rows import ConversationDetail
    from sms_desk.ui.commands import Registry
    from sms_desk.ui.window.action_controller import ActionController
    from sms_desk.ui.window.desk_controller import DeskController
    from sms_desk.ui.window.line_controller import LineController
    from sms_desk.ui.window.rail_controller import RailController, Surroundings
    from sms_desk.ui.window.reading_controller import ReadingController
    from sms_desk.ui.window.schedule_controller import ScheduleController
    from sms_desk.ui.window.team_controller import TeamController
    from sms_desk.ui.window.thread_controller import ThreadController
    from sms_desk.ui.window.writing_controller import WritingController


def seat_of(ctx: Context) -> tuple[Reader, Role]:
    """Who sits here, on which wall clock they read times, and what they may do."""
    return Reader(ctx.actor.person_id, ZoneInfo(ctx.actor.zone)), ctx.actor.role


def taste_of(ctx: Context) -> bool:
    """The person's setting that the composer follows: whether Enter sends."""
    return bool(preferences.value(ctx, "enter_sends"))


class Wiring(QObject):
    """Owns doors, bus, page and controllers of one session and person."""

    page_shown = Signal()
    """The first page of the list stands there."""
    ready = Signal()
    """So does everything else."""
    counts_changed = Signal(object)
    """`RailCounts`, for tray and title."""
    quit_requested = Signal()
    demo_wanted = Signal()
    join_wanted = Signal(object, object, str)
    """Another workspace, of a team: the step that shows how far it is, address and password."""
    person_chosen = Signal(object)
    """Somebody else sits here from now on: the person's id."""
    popup_wanted = Signal(object)
    """A `Shown`, to stand outside the window."""
    popup_withdrawn = Signal(str)

    registry: Registry
    thread_controller: ThreadController
    rail_controller: RailController
    actions: ActionController
    writing: WritingController
    scheduling: ScheduleController
    reading: ReadingController
    line: LineController
    desk: DeskController

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        state: MachineState,
        first: FirstPage | None = None,
    ) -> None:
        """first: a page that stands there already, of the same reader."""
        super().__init__(window)
        self.window = window
        self.state = state
        self.doors = Doors(session.desk, self)
        self.bus = Bus(self)
        reader, role = session.desk.read(seat_of)
        self.ties = Ties(session, self.doors, self.bus, reader, role)
        self.first = self._fitting(first) or FirstPage(window, reader, self.ties.clock, state)
        self.page = self.first.page
        self.inbox_controller = InboxController(self.page.inbox, self.ties)
        self.team: TeamController | None = None
        self.is_welcomed = False  # an account of one's own is wanted: that was chosen before
        self.is_ready = False
        self._is_shown = False
        self._place_key = ""
        self._rest: Iterator[None] = iter(())
        self.doors.failed.connect(self._on_failed)
        self.inbox_controller.shown.connect(self._on_list_shown)
        window.side.rail.place_chosen.connect(self._on_place_chosen)

    def _fitting(self, first: FirstPage | None) -> FirstPage | None:
        """The page that stands there, if it is of whoever sits here."""
        if first is None or first.reader == self.ties.reader:
            return first
        first.drop()
        return None

    # --- beginning and end -----------------------------------------------------------------------

    def start(self) -> None:
        """Show the page, read what stands on it, and go where the person was."""
        rail = self.window.side.rail
        glance = self.first.glance
        if glance is None:
            self.first.grant_list()  # or what is chosen next were a wish, and read twice
            rail.choose(scope_key(first_scope(self.state.get("place"))))
            self.first.show()
            return
        self._place_key = scope_key(glance.scope)
        self.first.grant_list()
        if self.page.inbox.filter() == InboxFilter(scope=glance.scope):
            self.inbox_controller.confirm()

    def keep(self) -> None:
        """Remember where the person stands."""
        widths = self.page.widths()
        self.state.put("widths", [widths.list, widths.context])
        self.state.put("place", self.window.side.rail.chosen_key())
        if self.is_ready:
            opened = self.thread_controller.conversation_id()
            self.state.put("conversation", str(opened) if opened else None)

    def stop(self) -> None:
        """Write what is half typed, and answer no more."""
        self._rest = iter(())
        if self.is_ready:
            self.page.column.composer.flush()
        self.doors.close()

    def dispose(self) -> None:
        """Another person's wiring follows: nothing of this one stays."""
        if self.is_ready:
            self.desk.dispose()
            if self.team is not None:
                self.team.dispose()
        for name in ("registry", "rail_controller", "line"):
            made = vars(self).get(name)  # their parents stay
            if made is not None:
                made.dispose() if name == "registry" else made.deleteLater()
        self.window.side.rail.disconnect(self)
        self.window.disconnect(self.page)
        self.first.drop()
        self.deleteLater()

    # --- what stands beside the list ---------------------------------------------------------------

    @Slot()
    def _on_list_shown(self) -> None:
        if self._is_shown:
            if self.is_ready:
                self._select_opened()
            return
        self._is_shown = True
        if self.first.glance is not None:
            self._on_painted()
        else:
            OncePainted(self.page.inbox.surface(), self._on_painted)

    def _on_painted(self) -> None:
        self.page_shown.emit()
        self.doors.run(self, _bring_rest, then=self._on_rest_there)

    def _select_opened(self) -> None:
        opened = self.thread_controller.conversation_id()
        if opened is not None:
            self.page.inbox.select(opened)

    def _on_rest_there(self, _none: None) -> None:
        from sms_desk.ui.window.rest import furnish  # by now imported behind the window

        self._rest = furnish(self)
        self._take_step()

    @Slot()
    def _take_step(self) -> None:
        """One piece, then whatever the person does."""
        try:
            next(self._rest)
        except StopIteration:
            return
        QTimer.singleShot(0, self, self._take_step)

    # --- where the person goes -------------------------------------------------------------------

    @Slot(object)
    def open_conversation(self, conversation_id: UUID, position: int | None = None) -> None:
        """Read a conversation; position: where in it."""
        if self.window.screen_shown() is not self.page:
            self.window.show_screen(self.page)
            self.window.side.rail.show_place(self._place_key)
        gave_way = self.page.hide_list()
        self.thread_controller.open(conversation_id, position)
        if gave_way:  # or the keys would be those of whatever stands nearest to the list
            self.thread_controller.when_there(self.page.column.take_focus)

    @Slot(object)
    def write_into(self, conversation_id: UUID) -> None:
        """Read a conversation, with the cursor in its reply once it stands there (R62)."""
        self.open_conversation(conversation_id)
        self.thread_controller.when_read(
            lambda: self.page.column.composer.focus_text(DraftMode.REPLY)
        )

    def go_to_next(self, step: int) -> None:
        """The next or previous conversation of the list, opened."""
        ids = self.page.inbox.shown_ids()
        opened = self.thread_controller.conversation_id()
        at = ids.index(opened) + step if opened in ids else 0
        if 0 <= at < len(ids):
            self.page.inbox.select(ids[at])
            self.open_conversation(ids[at])

    @Slot(InboxFilter, str)
    def _on_place_chosen(self, value: InboxFilter, title: str) -> None:
        self._place_key = self.window.side.rail.chosen_key()
        self.window.show_screen(self.page)
        if self.is_ready:
            self.desk.leave_search()
        self.inbox_controller.show_place(value, title)
        if self.page.is_narrow():
            self.page.show_list()

    def open_last(self) -> None:
        """The conversation that stood open when the window was last closed."""
        last = last_conversation(self.state)
        if last is not None and self.thread_controller.conversation_id() is None:
            self.thread_controller.open(last)

    def looked_at(self) -> UUID | None:
        """The conversation that stands open before somebody's eyes."""
        shown = self.window.screen_shown() is self.page and self.window.isActiveWindow()
        return self.thread_controller.conversation_id() if shown else None

    @Slot(object)
    def open_popup(self, shown: Shown) -> None:
        """What a click on a pop-up opens; what is half typed elsewhere is kept as when one walks."""
        self.window.bring_up()
        if not self.is_ready:
            return
        if shown.conversation_id is not None:
            self.open_conversation(shown.conversation_id)
        else:
            self.desk.show_conversations()

    # --- what happened ---------------------------------------------------------------------------

    @Slot(object)
    def on_opened(self, detail: ConversationDetail) -> None:
        if self.page.inbox.may_move():
            self.page.inbox.select(detail.row.id)
        session = self.ties.session
        self.doors.run(self, lambda: session.watch([detail.row.id]), then=lambda _none: None)

    @Slot(object)
    def on_surroundings(self, read: Surroundings) -> None:
        self.page.inbox.set_choices(read.choices)
        self.page.context.set_tags(read.tags)
        self.thread_controller.set_people(read.people)
        self.page.column.head.set_programs(read.choices.programs)
        self.actions.set_surroundings(read)
        self.counts_changed.emit(read.counts)

    def on_taste(self, enter_sends: bool) -> None:
        self.page.column.composer.set_enter_sends(enter_sends)

    @Slot(object)
    def on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.SETTING):
            self.doors.read(self, taste_of, then=self.on_taste)
        if changes.touches(Thing.PERSON, self.ties.reader.person_id):
            self.doors.read(self, seat_of, then=self._on_seat)

    def _on_seat(self, seat: tuple[Reader, Role]) -> None:
        """Another time zone or role: everything on the page is said and offered anew."""
        if seat != (self.ties.reader, self.ties.role):
            self.person_chosen.emit(seat[0].person_id)

    @Slot()
    def on_rename_requested(self) -> None:
        self.page.set_context_open(True)
        self.page.context.edit_name()

    @Slot(object)
    def _on_failed(self, error: DeskError) -> None:
        """The one home of failures that nobody else shows."""
        QTimer.singleShot(0, self.window, lambda: tell_error(self.window, error))


def _bring_rest() -> None:
    """Import it, in a reader's thread: the window answers while it lasts."""
    import sms_desk.ui.window.rest  # noqa: F401
