"""All that stands beside the list: thread, composer, context, and the commands of the window.

Imported and made when the list stands: a third of a second of imports, and as much of widgets.
"""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.ui import composer, context, palette, shortcuts, thread
from sms_desk.ui.bus import ForeignWatch
from sms_desk.ui.commands import Registry
from sms_desk.ui.window import thread_column
from sms_desk.ui.window.action_controller import ActionController
from sms_desk.ui.window.board_controller import BoardController
from sms_desk.ui.window.desk_controller import DeskController
from sms_desk.ui.window.finding_controller import FindingController
from sms_desk.ui.window.glance_keeper import GlanceKeeper
from sms_desk.ui.window.line_controller import LineController
from sms_desk.ui.window.notice_controller import NoticeController
from sms_desk.ui.window.rail_controller import RailController
from sms_desk.ui.window.reading_controller import ReadingController
from sms_desk.ui.window.request_counter import RequestCounter
from sms_desk.ui.window.schedule_controller import ScheduleController
from sms_desk.ui.window.team_controller import TeamController
from sms_desk.ui.window.team_line import TeamLineController
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.wiring import Wiring, taste_of
from sms_desk.ui.window.writing_controller import WritingController

__all__ = ["composer", "context", "furnish", "palette", "shortcuts", "thread", "thread_column"]


def furnish(wiring: Wiring) -> Iterator[None]:
    """Make it, a piece at a time, and begin; whoever calls lets the window breathe between."""
    window, ties, page = wiring.window, wiring.ties, wiring.page
    wiring.rail_controller = RailController(window.side.rail, ties)
    wiring.rail_controller.read()
    yield from page.furnish()
    wiring.thread_controller = ThreadController(page, ties)
    thread_controller = wiring.thread_controller
    wiring.actions = ActionController(page, thread_controller, window.toast, ties)
    window.toast.stand_above(page.inbox.bulk_bar())
    wiring.writing = WritingController(page, thread_controller, ties)
    wiring.scheduling = ScheduleController(page, thread_controller, ties)
    wiring.reading = ReadingController(page, thread_controller, ties)
    findings = FindingController(page, thread_controller, ties)
    yield
    place = (window.side.line, window.banner, window.work, ties)
    if ties.session.team_line() is None:
        wiring.line = LineController(*place)
    else:
        wiring.line = team_line = TeamLineController(*place)
        wiring.team = TeamController(wiring, team_line)
    wiring.registry = Registry(window)
    wiring.desk = DeskController(wiring)
    findings.registration_wanted.connect(wiring.desk.show_sender)
    findings.texts_wanted.connect(wiring.desk.show_registered_texts)
    yield
    _connect(wiring)
    _begin(wiring)


def _connect(wiring: Wiring) -> None:
    page, desk = wiring.page, wiring.desk
    wiring.doors.changed.connect(wiring.bus.tell)
    wiring.bus.changed.connect(wiring.on_changed)
    page.inbox.conversation_opened.connect(wiring.open_conversation)
    page.inbox.conversation_walked_to.connect(wiring.thread_controller.open)
    page.inbox.save_view_requested.connect(wiring.rail_controller.save_view)
    page.inbox.everywhere_requested.connect(lambda text: desk.search(text))
    page.context.conversation_opened.connect(wiring.open_conversation)
    page.column.thread_view.conversation_requested.connect(wiring.open_conversation)
    page.context.fold_requested.connect(page.toggle_context)
    page.column.head.context_toggled.connect(page.toggle_context)
    page.column.head.search_opened.connect(page.column.thread_view.open_search)
    page.column.head.rename_requested.connect(wiring.on_rename_requested)
    wiring.writing.conversation_wanted.connect(wiring.open_conversation)
    wiring.thread_controller.opened.connect(wiring.on_opened)
    wiring.thread_controller.turned_to.connect(page.inbox.set_open)
    wiring.thread_controller.turned_to.connect(wiring.inbox_controller.follow)
    wiring.rail_controller.tell(wiring.on_surroundings)
    wiring.window.side.rail.screen_chosen.connect(desk.show_screen)
    desk.quit_requested.connect(wiring.quit_requested)
    desk.demo_wanted.connect(wiring.demo_wanted)
    desk.join_wanted.connect(wiring.join_wanted)
    desk.person_chosen.connect(wiring.person_chosen)
    thread = page.column.thread_view
    places = (page.list_widget(), page.inbox.list_place())
    wiring.registry.watch(places, thread, thread.messages())


def _begin(wiring: Wiring) -> None:
    """From here on everything can be done; what was wanted before is done now."""
    session, tell = wiring.ties.session, wiring.bus.tell
    ForeignWatch(session.foreign_changes, wiring.doors, wiring.bus, wiring)
    RequestCounter(wiring.window.side.rail, wiring.ties, wiring)
    BoardController(wiring.window.side.rail, wiring.ties, wiring)
    notices = NoticeController(wiring.ties, wiring.looked_at, wiring)
    notices.popup_wanted.connect(wiring.popup_wanted)
    notices.withdrawn.connect(wiring.popup_withdrawn)
    wiring.thread_controller.opened.connect(lambda detail: notices.forget(detail.row.id))
    GlanceKeeper(wiring.window.side.rail, wiring.state, wiring.ties, wiring)
    wiring.doors.read(wiring, taste_of, then=wiring.on_taste)
    wiring.is_ready = True
    wiring.desk.start()
    wiring.open_last()
    wiring.first.grant(wiring.registry)
    # The first page stands: now there is time for the providers and all they import.
    wiring.doors.call(wiring, lambda: session.start_connector(tell), then=lambda _first: None)
    wiring.ready.emit()
