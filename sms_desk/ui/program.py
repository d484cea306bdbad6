"""The running program: opens a workspace behind the painted window, and ends in good order.

Imported after the first paint: all that costs time hangs on it.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from sms_desk.domain.errors import DeskError, KeyringError
from sms_desk.services.rows import LineCondition, RailCounts
from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, MachineState, Profile
from sms_desk.settings.keys import SHORTEST_PASSPHRASE
from sms_desk.ui.opening import Launch, Open, Opening, open_workspace
from sms_desk.ui.tray import Tray, desk_icon, has_tray
from sms_desk.ui.widgets.text import set_window_title
from sms_desk.ui.widgets.unseen import ask_new_passphrase, ask_unseen
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.main_window import MainWindow

if TYPE_CHECKING:  # both import the store and all providers
    from sms_desk.bootstrap import Session
    from sms_desk.ui.window.wiring import Wiring

_log = logging.getLogger(__name__)
CLOSE_SECONDS: Final = 10.0


class Program(QObject):
    """One window, and in it one workspace at a time."""

    ready = Signal()
    """The first page of the inbox stands in the window."""

    def __init__(
        self,
        app: QApplication,
        window: MainWindow,
        launch: Launch,
        state: MachineState,
        open_: Open = open_workspace,
    ) -> None:
        super().__init__(app)
        self._app = app
        self.window = window
        self.launch = launch
        self.state = state
        self._open = open_
        self._opening: Opening | None = None
        self._session: Session | None = None
        self.wiring: Wiring | None = None
        window.furnish()
        window.setWindowIcon(desk_icon(0))
        self._tray = self._made_tray()
        window.close_wanted.connect(self._on_close_wanted)
        window.waiting.retry_requested.connect(self.begin)

    def _made_tray(self) -> Tray | None:
        if not has_tray():
            return None
        tray = Tray(self)
        tray.open_requested.connect(self.window.bring_up)
        tray.quit_requested.connect(self.quit)
        return tray

    # --- opening ---------------------------------------------------------------------------------

    @Slot()
    def begin(self) -> None:
        """Open the workspace, or try it again."""
        self.window.show_screen(self.window.waiting)
        self.window.waiting.show_shapes()
        self.window.side.line.say(LineCondition.SYNCING, tr("opening", "Opening…"), "")
        self._opening = Opening(self.launch, self._open, self)
        self._opening.opened.connect(self._on_opened)
        self._opening.failed.connect(self._on_failed)
        self._opening.passphrase_wanted.connect(self._on_passphrase_wanted)
        self._opening.start()

    @Slot(object)
    def _on_opened(self, session: Session) -> None:
        self._session = session
        self._wire()

    def _wire(self) -> None:
        """Screens and doors for who sits here."""
        from sms_desk.ui.window.wiring import Wiring  # heavy, and by now imported behind the window

        assert self._session is not None
        set_window_title(self.window, f"{self._session.title} — SMS Desk")
        self.wiring = Wiring(self.window, self._session, self.state)
        self.wiring.ready.connect(self.ready)
        self.wiring.counts_changed.connect(self._on_counts)
        self.wiring.desk.quit_requested.connect(self.quit)
        self.wiring.desk.person_chosen.connect(self._on_person_chosen)
        self.wiring.desk.demo_wanted.connect(self._on_demo_wanted)
        self.wiring.start()

    def _unwire(self) -> None:
        if self.wiring is not None:
            self.wiring.keep()
            self.wiring.stop()
            self.wiring.dispose()
            self.wiring = None

    @Slot(object)
    def _on_failed(self, error: DeskError) -> None:
        self.window.waiting.show_error(error)
        locked = isinstance(error, KeyringError)
        condition = LineCondition.LOCKED if locked else LineCondition.NO_ACCOUNT
        self.window.side.line.say(condition, tr("opening", "Not open"), error.title)

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

    def _passphrase(self, prompt: str) -> str:
        """Typed twice for a workspace that is only made now."""
        prompt = f"{prompt.rstrip(': ')}."
        profile = Profile.of(DEMO_PROFILE if self.launch.demo else REAL_PROFILE, self.launch.home)
        if not profile.identity.exists():
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

    # --- what shows outside the window -------------------------------------------------------------

    @Slot(object)
    def _on_counts(self, counts: RailCounts) -> None:
        if self._tray is not None:
            self._tray.show_unread(counts.unread_mine)
        if self._session is not None:
            unread = f"({counts.unread_mine}) " if counts.unread_mine else ""
            set_window_title(self.window, f"{unread}{self._session.title} — SMS Desk")

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
        self._app.quit()

    def finish(self, seconds: float = CLOSE_SECONDS) -> bool:
        """Close the workspace; False if something hung and was left behind."""
        if self._opening is not None:
            self._opening.give_up()
        session, self._session = self._session, None
        if session is None:
            return True
        closing = threading.Thread(target=session.close, name="desk-close", daemon=True)
        closing.start()
        closing.join(seconds)
        if closing.is_alive():
            _log.warning("the workspace did not close in time")
        return not closing.is_alive()
