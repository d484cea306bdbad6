"""Wires one person's screens to the doors: made when a workspace is open, and again for another person."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.bootstrap import Session
from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import DeskError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.services import preferences
from sms_desk.services.context import Context
from sms_desk.services.rows import ConversationDetail, RailCounts
from sms_desk.settings.files import MachineState
from sms_desk.ui.bus import Bus, ForeignWatch
from sms_desk.ui.commands import Registry
from sms_desk.ui.doors import Doors
from sms_desk.ui.thread import Reader
from sms_desk.ui.widgets.text import tell_error
from sms_desk.ui.window.action_controller import ActionController
from sms_desk.ui.window.conversations import ConversationsPage, Widths
from sms_desk.ui.window.desk_controller import DeskController
from sms_desk.ui.window.inbox_controller import InboxController
from sms_desk.ui.window.line_controller import LineController
from sms_desk.ui.window.main_window import MainWindow
from sms_desk.ui.window.rail_controller import RailController, Surroundings
from sms_desk.ui.window.reading_controller import ReadingController
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.ties import Ties
from sms_desk.ui.window.writing_controller import WritingController


def reader_of(ctx: Context) -> Reader:
    """Who sits here, and on which wall clock they read times."""
    return Reader(ctx.actor.person_id, ZoneInfo(ctx.actor.zone))


def taste_of(ctx: Context) -> bool:
    """The person's setting that the composer follows: whether Enter sends."""
    return bool(preferences.value(ctx, "enter_sends"))


class Wiring(QObject):
    """Owns doors, bus, page and controllers of one session and person."""

    ready = Signal()
    """The first page of the list stands there."""
    counts_changed = Signal(object)
    """`RailCounts`, for tray and title."""

    def __init__(self, window: MainWindow, session: Session, state: MachineState) -> None:
        super().__init__(window)
        self.window = window
        self.state = state
        self.doors = Doors(session.desk, self)
        self.bus = Bus(self)
        self.ties = Ties(session, self.doors, self.bus, session.desk.read(reader_of))
        self.page = ConversationsPage(self.ties.reader, self.ties.clock, window)
        self.registry = Registry(window)
        self.thread_controller = ThreadController(self.page, self.ties)
        self.inbox_controller = InboxController(self.page.inbox, self.ties)
        self.rail_controller = RailController(window.side.rail, self.ties)
        self.actions = ActionController(self.page, self.thread_controller, window.toast, self.ties)
        self.writing = WritingController(self.page, self.thread_controller, self.ties)
        self.reading = ReadingController(self.page, self.thread_controller, self.ties)
        self.line = LineController(window.side.line, window.banner, window.work, self.ties)
        self.desk = DeskController(self)
        self._place_key = ""
        self._connected = False
        self._foreign = ForeignWatch(session.foreign_changes, self.doors, self.bus, self)
        self._connect()

    def _connect(self) -> None:
        page, rail = self.page, self.window.side.rail
        self.doors.changed.connect(self.bus.tell)
        self.doors.failed.connect(self._on_failed)
        self.bus.changed.connect(self._on_changed)
        page.inbox.conversation_opened.connect(self.open_conversation)
        page.inbox.conversation_walked_to.connect(self.thread_controller.open)
        page.inbox.save_view_requested.connect(self.rail_controller.save_view)
        page.inbox.everywhere_requested.connect(lambda text: self.desk.search(text))
        page.context.conversation_opened.connect(self.open_conversation)
        page.context.fold_requested.connect(page.toggle_context)
        page.column.head.context_toggled.connect(page.toggle_context)
        page.column.head.search_opened.connect(page.column.thread_view.open_search)
        page.column.head.rename_requested.connect(self._on_rename_requested)
        self.writing.conversation_wanted.connect(self.open_conversation)
        self.thread_controller.opened.connect(self._on_opened)
        self.thread_controller.turned_to.connect(page.inbox.set_open)
        self.rail_controller.surroundings_read.connect(self._on_surroundings)
        self.inbox_controller.shown.connect(self._on_list_shown)
        rail.place_chosen.connect(self._on_place_chosen)
        rail.screen_chosen.connect(self.desk.show_screen)
        self.window.resized.connect(page.fit)
        self.registry.watch(page.list_widget(), page.column.thread_view)

    # --- beginning and end -----------------------------------------------------------------------

    def start(self) -> None:
        """Show the page, read what stands on it, and go where the person was."""
        widths = self.state.get("widths")
        if (
            isinstance(widths, list)
            and len(widths) == 2
            and all(isinstance(w, int) for w in widths)
        ):
            self.page.set_widths(Widths(*widths))
        self.window.show_screen(self.page)
        self.page.fit(self.window.width())
        key = self.state.get("place", "")
        self.window.side.rail.choose(key if str(key).startswith("scope:") else "scope:mine")
        self.rail_controller.read()
        self.doors.read(self, taste_of, then=self._on_taste)
        self.desk.start()
        last = self.state.get("conversation")
        if isinstance(last, str):
            QTimer.singleShot(0, self, lambda: self._open_last(last))

    def keep(self) -> None:
        """Remember where the person stands."""
        widths = self.page.widths()
        self.state.put("widths", [widths.list, widths.context])
        self.state.put("place", self.window.side.rail.chosen_key())
        opened = self.thread_controller.conversation_id()
        self.state.put("conversation", str(opened) if opened else None)

    def stop(self) -> None:
        """Write what is half typed, and answer no more."""
        self.page.column.composer.flush()
        self.doors.close()

    def dispose(self) -> None:
        """Another person's wiring follows: nothing of this one stays."""
        self.desk.dispose()
        self.registry.dispose()
        for controller in (self.rail_controller, self.line):
            controller.deleteLater()  # their parents stay
        self.window.side.rail.disconnect(self)
        self.window.disconnect(self.page)
        self.window.drop_screen(self.page)
        self.deleteLater()

    # --- where the person goes -------------------------------------------------------------------

    @Slot(object)
    def open_conversation(self, conversation_id: UUID, position: int | None = None) -> None:
        """Read a conversation; position: where in it."""
        if self.window.screen_shown() is not self.page:
            self.window.show_screen(self.page)
            self.window.side.rail.show_place(self._place_key)
        self.page.hide_list()
        self.thread_controller.open(conversation_id, position)

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
        self.inbox_controller.show_place(value, title)
        if self.page.is_narrow():
            self.page.show_list()

    def _open_last(self, text: str) -> None:
        try:
            conversation_id = UUID(text)
        except ValueError:
            return
        if self.thread_controller.conversation_id() is None:
            self.thread_controller.open(conversation_id)

    # --- what happened ---------------------------------------------------------------------------

    @Slot(object)
    def _on_opened(self, detail: ConversationDetail) -> None:
        if self.page.inbox.may_move():
            self.page.inbox.select(detail.row.id)
        session = self.ties.session
        self.doors.run(self, lambda: session.watch([detail.row.id]), then=lambda _none: None)

    @Slot()
    def _on_list_shown(self) -> None:
        opened = self.thread_controller.conversation_id()
        if opened is not None:
            self.page.inbox.select(opened)
        if not self._connected:
            self._connected = True
            session, tell = self.ties.session, self.bus.tell
            # The first page stands: now there is time for the providers and all they import.
            self.doors.call(self, lambda: session.start_connector(tell), then=lambda _first: None)
        self.ready.emit()

    @Slot(object)
    def _on_surroundings(self, read: Surroundings) -> None:
        self.page.inbox.set_choices(read.choices)
        self.page.context.set_tags(read.tags)
        self.thread_controller.set_people(read.people)
        self.page.column.head.set_programs(read.choices.programs)
        self.actions.set_surroundings(read)
        counts: RailCounts = read.counts
        self.counts_changed.emit(counts)

    def _on_taste(self, enter_sends: bool) -> None:
        self.page.column.composer.set_enter_sends(enter_sends)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.SETTING):
            self.doors.read(self, taste_of, then=self._on_taste)
        if changes.touches(Thing.PERSON, self.ties.reader.person_id):
            self.doors.read(self, reader_of, then=self._on_reader)

    def _on_reader(self, reader: Reader) -> None:
        """Another time zone: every time on the page is said anew."""
        if reader != self.ties.reader:
            self.desk.person_chosen.emit(reader.person_id)

    @Slot()
    def _on_rename_requested(self) -> None:
        self.page.set_context_open(True)
        self.page.context.edit_name()

    @Slot(object)
    def _on_failed(self, error: DeskError) -> None:
        """The one home of failures that nobody else shows."""
        QTimer.singleShot(0, self.window, lambda: tell_error(self.window, error))
