"""The running program: opens a workspace behind the painted window, and ends in good order.

What is known from the last time is shown first (services.glances), then the workspace's own first
page, then all that stands beside it. Imported after the first paint.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot

from sms_desk.domain.errors import DeskError, KeyringError
from sms_desk.services.inbox_rows import LineCondition, RailCounts
from sms_desk.settings import clock as clocks
from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, Profile
from sms_desk.ui.opening import Frame, Front, Launch, Opening
from sms_desk.ui.widgets.painted import OncePainted
from sms_desk.ui.widgets.text import set_window_title
from sms_desk.ui.widgets.words import tr

if TYPE_CHECKING:  # each comes when it is wanted
    from sms_desk.bootstrap import Session
    from sms_desk.notify.base import Shown
    from sms_desk.services.glances import Glance
    from sms_desk.settings.server_address import ServerAddress
    from sms_desk.ui.popups import Popups
    from sms_desk.ui.tray import Tray
    from sms_desk.ui.window.first_page import FirstPage
    from sms_desk.ui.window.wiring import Wiring
    from sms_desk.ui.wizard.join import JoinStep
    from sms_desk.ui.wizard.welcome import WelcomeStep

_log = logging.getLogger(__name__)
CLOSE_SECONDS: Final = 10.0


class Program(QObject):
    """One window, and in it one workspace at a time."""

    page_shown = Signal()
    """The first page of the inbox is painted."""
    ready = Signal()
    """All that belongs to it is there."""

    def __init__(self, frame: Frame, parent: QObject | None = None) -> None:
        super().__init__(parent or frame.app)
        self._app = frame.app
        self.window = frame.window
        self.launch = frame.launch
        self.state = frame.state
        self._open, self._join = frame.open, frame.join
        self._opening: Opening | None = None
        self._session: Session | None = None
        self._first: FirstPage | None = None
        self.wiring: Wiring | None = None
        self._is_welcomed = False
        self._tray: Tray | None = None
        self._popups: Popups | None = None
        self._unread = 0
        self._title = ""
        self.window.close_wanted.connect(self._on_close_wanted)

    # --- opening ---------------------------------------------------------------------------------

    @Slot()
    def begin(self) -> None:
        """Open the workspace, or try it again."""
        self._opening = Opening(self.launch, self._open, self)
        self._opening.glanced.connect(self._on_glanced)
        self._opening.opened.connect(self._on_opened)
        self._opening.failed.connect(self._on_failed)
        self._opening.passphrase_wanted.connect(self._on_own_passphrase_wanted)
        self._opening.start()  # it reads while the window is furnished
        if self.window.furnish():
            self.window.waiting.retry_requested.connect(self.begin)
        self.window.show_screen(self.window.waiting)
        self.window.waiting.show_shapes()
        self.window.side.line.say(LineCondition.SYNCING, tr("opening", "Opening…"), "")

    @Slot(object)
    def _on_glanced(self, glance: Glance) -> None:
        """Show what the window showed last, if it is where it begins now."""
        from sms_desk.ui.window.first_page import FirstPage, first_scope, reader_of

        assert self._opening is not None
        if glance.scope is not first_scope(self.state.get("place")):
            self._opening.go_on()
            return
        clock = clocks.chosen(played=self.launch.demo)
        self._first = FirstPage(self.window, reader_of(glance), clock, self.state)
        self._first.show_glance(glance)
        self._title = glance.title
        self._on_counts(glance.counts)
        self._first.page.inbox.focus_first()
        OncePainted(self._first.page.inbox.surface(), self._on_glance_painted)

    def _on_glance_painted(self) -> None:
        self.page_shown.emit()
        if self._opening is not None:
            self._opening.go_on()

    @Slot(object)
    def _on_opened(self, session: Session) -> None:
        self._session = session
        self._wire()

    def _wire(self) -> None:
        """Screens and doors for who sits here."""
        from sms_desk.ui.window.wiring import Wiring  # heavy, and by now imported behind the window

        assert self._session is not None
        self._title = self._session.title
        self._show_title()
        first, self._first = self._first, None
        wiring = self.wiring = Wiring(self.window, self._session, self.state, first)
        wiring.is_welcomed = self._is_welcomed
        wiring.page_shown.connect(self._on_page_shown)
        wiring.ready.connect(self._on_ready)
        wiring.counts_changed.connect(self._on_counts)
        wiring.quit_requested.connect(self.quit)
        wiring.person_chosen.connect(self._on_person_chosen)
        wiring.demo_wanted.connect(self._on_demo_wanted)
        wiring.join_wanted.connect(self._on_join_wanted)
        wiring.start()

    @Slot()
    def _on_page_shown(self) -> None:
        if self.wiring is not None and self.wiring.first.glance is None:
            self.page_shown.emit()

    @Slot()
    def _on_ready(self) -> None:
        from sms_desk.ui.popups import Popups
        from sms_desk.ui.tray import Tray, desk_icon, has_tray

        if self._tray is None and has_tray():
            self._tray = Tray(self)
            self._tray.open_requested.connect(self.window.bring_up)
            self._tray.quit_requested.connect(self.quit)
            self._tray.told_clicked.connect(self._on_popup_clicked)
            self._tray.show_unread(self._unread)
        if self._popups is None:
            self._popups = Popups(self)
            self._popups.clicked.connect(self._on_popup_clicked)
            self._popups.tray_wanted.connect(self._on_tray_wanted)
        if self.wiring is not None:
            self.wiring.popup_wanted.connect(self._popups.show)
            self.wiring.popup_withdrawn.connect(self._popups.withdraw)
        self.window.setWindowIcon(desk_icon(0))
        self.ready.emit()

    @Slot(object)
    def _on_popup_clicked(self, shown: Shown) -> None:
        if self.wiring is not None:
            self.wiring.open_popup(shown)

    @Slot(object)
    def _on_tray_wanted(self, shown: Shown) -> None:
        if self._tray is not None:
            self._tray.tell(shown)

    def _unwire(self) -> None:
        if self._first is not None:
            self._first.drop()
            self._first = None
        if self.wiring is not None:
            self.wiring.keep()
            self.wiring.stop()
            self.wiring.dispose()
            self.wiring = None

    @Slot(object)
    def _on_failed(self, error: DeskError) -> None:
        self._unwire()
        self.window.show_screen(self.window.waiting)
        self.window.waiting.show_error(error)
        locked = isinstance(error, KeyringError)
        condition = LineCondition.LOCKED if locked else LineCondition.NO_ACCOUNT
        self.window.side.line.say(condition, tr("opening", "Not open"), error.title)

    @Slot(str, object)
    def _on_own_passphrase_wanted(self, prompt: str, answer: Future[str]) -> None:
        """Of a workspace that is only made now: whoever joins a team or tries the demo needs none, so
        that is asked first (docs/decisions/0005)."""
        if self._profile.identity.exists():
            self._on_passphrase_wanted(prompt, answer)
            return
        from sms_desk.ui.wizard.welcome import WelcomeStep  # of a first start only

        step = WelcomeStep()
        step.connect_chosen.connect(partial(self._begin_own, step, prompt, answer))
        step.join_chosen.connect(partial(self._join_instead, step))
        step.demo_chosen.connect(partial(self._demo_instead, step))
        self.window.side.hide()
        self.window.show_screen(step)

    def _begin_own(self, step: WelcomeStep, prompt: str, answer: Future[str]) -> None:
        self._is_welcomed = True
        self._leave_welcome(step)
        self.window.show_screen(self.window.waiting)
        self._on_passphrase_wanted(prompt, answer)

    def _join_instead(self, welcome: WelcomeStep) -> None:
        from sms_desk.ui.wizard.join import JoinStep

        self._give_up_opening()
        self._leave_welcome(welcome)
        self._show_joining(JoinStep())

    def _demo_instead(self, step: WelcomeStep) -> None:
        self._give_up_opening()
        self._leave_welcome(step)
        self._on_demo_wanted()

    def _leave_welcome(self, step: WelcomeStep) -> None:
        self.window.drop_screen(step)
        self.window.side.show()

    def _give_up_opening(self) -> None:
        """It waits for a passphrase that nobody gives."""
        assert self._opening is not None
        self._opening.give_up()

    @Slot(str, object)
    def _on_passphrase_wanted(self, prompt: str, answer: Future[str]) -> None:
        typed = self._passphrase(prompt)
        if typed:
            answer.set_result(typed)
        else:
            answer.set_exception(
                KeyringError(
                    tr("opening", "No passphrase was given."),
                    tr("opening", "Try again to be asked once more."),
                )
            )

    @property
    def _profile(self) -> Profile:
        return Profile.of(DEMO_PROFILE if self.launch.demo else REAL_PROFILE, self.launch.home)

    def _passphrase(self, prompt: str) -> str:
        """Typed twice for a workspace that is only made now."""
        from sms_desk.settings.keys import SHORTEST_PASSPHRASE
        from sms_desk.ui.widgets.unseen import ask_new_passphrase, ask_unseen

        prompt = f"{prompt.rstrip(': ')}."
        if not self._profile.identity.exists():
            return ask_new_passphrase(self.window, prompt, SHORTEST_PASSPHRASE)
        title, yes = tr("opening", "Passphrase"), tr("opening", "Open")
        return ask_unseen(self.window, title, prompt, yes)

    # --- somebody else, another workspace ----------------------------------------------------------

    @Slot(object)
    def _on_person_chosen(self, person_id: UUID) -> None:
        """Another person sits at the desk: everything is read again with his eyes."""
        assert self._session is not None
        self._unwire()
        self._session.acting_as(person_id)
        self._wire()

    @Slot()
    def _on_demo_wanted(self) -> None:
        """The demo instead of the empty workspace."""
        self._unwire()
        session, self._session = self._session, None
        if session is not None:
            threading.Thread(target=session.close, name="desk-close", daemon=True).start()
        self.launch = Launch(demo=True, home=self.launch.home)
        self.begin()

    @Slot(object, object, str)
    def _on_join_wanted(self, step: JoinStep, address: ServerAddress, one_time: str) -> None:
        """A team's workspace instead of the empty one; the step stays until it is open."""
        self._show_joining(step)
        self._begin_joining(step, address, one_time)

    def _show_joining(self, step: JoinStep) -> None:
        step.join_requested.connect(partial(self._begin_joining, step))
        step.back_requested.connect(partial(self._leave_joining, step))
        self.window.show_screen(step)
        self._unwire()
        self.window.side.hide()

    def _begin_joining(self, step: JoinStep, address: ServerAddress, one_time: str) -> None:
        session, self._session = self._session, None

        def join(launch: Launch, front: Front) -> Session:
            if session is not None:
                session.close()  # the desk's folder has one program at a time
            return self._join(launch, front, address, one_time)

        opening = self._opening = Opening(self.launch, join, self)
        opening.progressed.connect(step.show_progress)
        opening.glanced.connect(lambda _glance: opening.go_on())
        opening.passphrase_wanted.connect(self._on_passphrase_wanted)
        opening.opened.connect(partial(self._on_joined, step))
        opening.failed.connect(step.show_error)
        opening.start()

    def _on_joined(self, step: JoinStep, session: Session) -> None:
        self.window.drop_screen(step)
        self.window.side.show()
        self.window.show_screen(self.window.waiting)
        self.window.waiting.show_shapes()
        self._on_opened(session)

    def _leave_joining(self, step: JoinStep) -> None:
        """Back to a workspace of one's own."""
        self.window.drop_screen(step)
        self.window.side.show()
        self.begin()

    # --- what shows outside the window -------------------------------------------------------------

    @Slot(object)
    def _on_counts(self, counts: RailCounts) -> None:
        self._unread = counts.unread_mine
        if self._tray is not None:
            self._tray.show_unread(self._unread)
        self._show_title()

    def _show_title(self) -> None:
        unread = f"({self._unread}) " if self._unread else ""
        # A workspace of one's own is called as the program is, until somebody names it.
        names = dict.fromkeys((self._title, "SMS Desk"))
        set_window_title(self.window, unread + " — ".join(names))

    # --- the end -----------------------------------------------------------------------------------

    @Slot()
    def _on_close_wanted(self) -> None:
        if self._tray is not None and self.state.setting("close_to_tray"):
            self.window.hide()
        else:
            self.quit()

    @Slot()
    def quit(self) -> None:
        """Leave the event loop; `finish` does the rest."""
        self.window.keep_shape(self.state)
        self._unwire()
        self.window.close_for_good()
        if self._tray is not None:
            self._tray.hide()
        if self._popups is not None:
            self._popups.close()
        self._app.quit()

    def finish(self, seconds: float = CLOSE_SECONDS) -> bool:
        """Close the workspace; False if something hung and was left behind."""
        if self._opening is not None:
            self._opening.give_up()
        session, self._session = self._session, None
        if session is None:
            return True
        from sms_desk.ui.window.first_page import first_scope

        place = first_scope(self.state.get("place"))
        closing = threading.Thread(
            target=session.close, args=(place,), name="desk-close", daemon=True
        )
        closing.start()
        closing.join(seconds)
        if closing.is_alive():
            _log.warning("the workspace did not close in time")
        return not closing.is_alive()
