"""Makes the screens and dialogs beside the conversations, each when it is first wanted.

Their modules are imported then, too: nobody's first page waits for the settings (measured.md, Start).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QEvent, QLocale, QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Role
from sms_desk.services import directory
from sms_desk.services.rows import AccountRow
from sms_desk.settings.files import MachineState
from sms_desk.ui import theme
from sms_desk.ui.commands import Registry
from sms_desk.ui.window.ties import Ties

if TYPE_CHECKING:
    from sms_desk.ui.advisor.keeper import AdviceKeeper
    from sms_desk.ui.search import SearchPanel
    from sms_desk.ui.window.team_controller import TeamController
    from sms_desk.ui.wizard import Wizard


class ScreenMaker(QObject):
    conversation_wanted = Signal(object, object)
    """A conversation's id, and the position in it or None."""
    writing_wanted = Signal(object)
    """The id of a conversation that somebody began, to write into it."""
    responses_wanted = Signal(object)
    """The id of the program whose responses shall stand in the list."""
    subject_wanted = Signal(object)
    """What a finding of the advisor is about: a `Subject`, to be shown on its own screen."""
    sender_wanted = Signal(object)
    """Which sender ID shall be shown on its screen."""
    plan_wanted = Signal(object)
    """Of whose absence: a person's id."""
    hand_over_wanted = Signal(object)
    """Who leaves for good: a person's id."""
    absence_wanted = Signal(object)
    """Which absence shall be changed."""
    brief_wanted = Signal(object)
    absences_wanted = Signal()
    people_wanted = Signal()
    outbox_wanted = Signal()
    notices_wanted = Signal(str)
    """Which section of the notifications: told | letters."""
    connect_wanted = Signal()
    demo_wanted = Signal()
    join_wanted = Signal(object, object, str)
    """A filled in step of the wizard, the address and the one-time password."""
    person_chosen = Signal(object)

    def __init__(
        self,
        ties: Ties,
        state: MachineState,
        registry: Registry,
        advice: AdviceKeeper | None,
        parent: QObject,
        *,
        team: TeamController | None = None,
    ) -> None:
        """advice: None for those who do not see the advisor. team: None where the workspace is a
        file of one's own."""
        super().__init__(parent)
        self._advice = advice
        self._team = team
        self._ties = ties
        self._state = state
        self._registry = registry
        self._search: SearchPanel | None = None

    def make(self, name: str, parent: QWidget) -> QWidget:
        """senders | programs | people | templates | outbox | windows | opt_outs | advisor | absences |
        plan | brief | notices | audit | settings"""
        doors, bus = self._ties.doors, self._ties.bus
        match name:
            case "senders":
                from sms_desk.ui.senders import SendersScreen

                zone = self._ties.reader.zone
                return SendersScreen(doors, bus, self._ties.session, zone, parent)
            case "programs":
                from sms_desk.ui.programs import ProgramsScreen

                programs = ProgramsScreen(doors, bus, parent)
                programs.conversation_opened.connect(
                    lambda id_: self.conversation_wanted.emit(id_, None)
                )
                programs.responses_requested.connect(self.responses_wanted)
                return programs
            case "advisor" if self._advice is not None:
                from sms_desk.ui.advisor.screen import AdvisorScreen

                advisor = AdvisorScreen(doors, self._advice, parent)
                advisor.subject_opened.connect(self.subject_wanted)
                return advisor
            case "templates":
                from sms_desk.ui.templates import TemplatesScreen

                zone = self._ties.reader.zone
                return TemplatesScreen(self._ties.session, doors, bus, zone, parent)
            case "outbox":
                return self._outbox(parent)
            case "windows":
                return self._windows(parent)
            case "opt_outs":
                return self._opt_outs(parent)
            case "notices":
                return self._notices(parent)
            case "audit":
                return self._audit(parent)
            case "people":
                return self._people(parent)
            case "absences":
                return self._absences(parent)
            case "plan":
                return self._plan(parent)
            case "brief":
                return self._brief(parent)
            case _:
                return self._settings(parent)

    def _people(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.people import PeopleScreen

        screen = PeopleScreen(
            self._ties.doors,
            self._ties.bus,
            self._ties.reader.zone,
            admin=self._ties.role is Role.ADMIN,
            playing=self._ties.session.demo,
            at_desk=self._team.presence.at_desk if self._team is not None else frozenset,
            parent=parent,
        )
        screen.plan_requested.connect(self.plan_wanted)
        screen.hand_over_requested.connect(self.hand_over_wanted)
        screen.reassign_requested.connect(lambda id_: self.reassign_all_of(id_, parent))
        screen.sender_opened.connect(self.sender_wanted)
        screen.person_chosen.connect(self.person_chosen)
        return screen

    def _absences(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.cover import AbsencesScreen

        reader = self._ties.reader
        screen = AbsencesScreen(
            self._ties.doors, self._ties.bus, reader.zone, reader.person_id, parent
        )
        screen.plan_requested.connect(self.plan_wanted)
        screen.absence_opened.connect(self.absence_wanted)
        screen.brief_requested.connect(self.brief_wanted)
        return screen

    def _plan(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.cover import PlanScreen

        screen = PlanScreen(self._ties.doors, self._ties.reader.zone, parent)
        screen.closed.connect(self.absences_wanted)
        screen.brief_requested.connect(self.brief_wanted)
        screen.outbox_wanted.connect(self.outbox_wanted)
        screen.conversation_opened.connect(lambda id_: self.conversation_wanted.emit(id_, None))
        return screen

    def _brief(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.cover import BriefScreen

        screen = BriefScreen(self._ties.doors, self._ties.reader.zone, parent)
        screen.closed.connect(self.absences_wanted)
        screen.conversation_opened.connect(lambda id_: self.conversation_wanted.emit(id_, None))
        return screen

    def _outbox(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.outbox import OutboxScreen

        screen = OutboxScreen(
            self._ties.doors,
            self._ties.bus,
            self._ties.reader.zone,
            parent,
            returned=self._team.returned if self._team is not None else None,
            waiting=self._ties.session.waiting,
        )
        screen.conversation_opened.connect(lambda id_: self.conversation_wanted.emit(id_, None))
        return screen

    def _opt_outs(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.opt_outs import OptOutsScreen

        screen = OptOutsScreen(self._ties.doors, self._ties.bus, self._ties.reader.zone, parent)
        screen.conversation_opened.connect(lambda id_: self.conversation_wanted.emit(id_, None))
        return screen

    def _notices(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.notices import NoticesScreen

        screen = NoticesScreen(
            self._ties.doors,
            self._ties.bus,
            self._ties.reader.zone,
            admin=self._ties.role is Role.ADMIN,
            parent=parent,
        )
        screen.conversation_opened.connect(lambda id_: self.conversation_wanted.emit(id_, None))
        return screen

    def _audit(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.audit import AuditScreen

        screen = AuditScreen(self._ties.doors, self._ties.bus, self._ties.reader.zone, parent)
        screen.conversation_opened.connect(lambda id_: self.conversation_wanted.emit(id_, None))
        screen.sender_opened.connect(self.sender_wanted)
        return screen

    def _windows(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.windows_board import WindowsScreen

        reader = self._ties.reader
        screen = WindowsScreen(
            self._ties.doors, self._ties.bus, reader.zone, reader.person_id, parent
        )
        screen.conversation_opened.connect(lambda id_: self.conversation_wanted.emit(id_, None))
        return screen

    def _settings(self, parent: QWidget) -> QWidget:
        from sms_desk.ui.settings_screen import SettingsScreen

        screen = SettingsScreen(
            self._ties.session,
            self._ties.doors,
            self._ties.bus,
            self._state,
            self._registry,
            parent,
        )
        screen.connect_requested.connect(self.connect_wanted)
        screen.people_requested.connect(self.people_wanted)
        screen.theme_chosen.connect(use_theme)
        screen.notices_requested.connect(self.notices_wanted)
        return screen

    def wizard(self, parent: QWidget, *, first_run: bool) -> Wizard:
        from sms_desk.ui.wizard import Wizard

        made = Wizard(self._ties.session, self._ties.doors, first_run=first_run, parent=parent)
        made.demo_wanted.connect(self.demo_wanted)
        made.join_wanted.connect(self.join_wanted)
        return made

    # --- dialogs ---------------------------------------------------------------------------------

    def ask_secret(self, account_id: UUID, parent: QWidget) -> None:
        """A new secret for an account whose old one was refused (R63)."""
        from sms_desk.ui.settings_screen.accounts import ask_secret_of

        def ask(accounts: tuple[AccountRow, ...]) -> None:
            account = next((each for each in accounts if each.id == account_id), None)
            secret = ask_secret_of(parent, account) if account else ""
            session = self._ties.session
            if secret:
                self._ties.doors.call(
                    self, lambda: session.set_secret(account_id, secret), then=lambda _none: None
                )

        self._ties.doors.read(self, directory.all_accounts, then=ask)

    def reassign_all_of(self, person_id: UUID, parent: QWidget) -> None:
        """Everything that somebody owns, to others (R30)."""
        from sms_desk.domain.commands import Targets
        from sms_desk.ui.reassign import ReassignDialog

        theirs = InboxFilter(state=None, owner_id=person_id)
        ReassignDialog(self._ties.doors, Targets(matching=theirs), parent).open()

    def new_conversation(self, parent: QWidget) -> None:
        """Ctrl+N (R62)."""
        from sms_desk.ui.new_conversation import NewConversationDialog

        dialog = NewConversationDialog(self._ties.doors, region_of_desk(), parent)
        dialog.opened.connect(self.writing_wanted)
        dialog.open()

    def search(self, over: QWidget, text: str = "") -> None:
        """Search everything, over the list (R44)."""
        if self._search is None:
            from sms_desk.ui.search import SearchPanel

            self._search = SearchPanel(self._ties.doors, self._ties.reader.zone, over)
            self._search.opened.connect(self.conversation_wanted)
            _Cover(self._search, over)
        self._search.begin(text)

    def leave_search(self) -> None:
        """The list again, as it is."""
        if self._search is not None and not self._search.isHidden():
            self._search.leave()


class _Cover(QObject):
    """Keeps a panel as large as what it stands over."""

    def __init__(self, panel: QWidget, over: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel
        self._over = over
        over.installEventFilter(self)
        panel.setGeometry(over.rect())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._panel.setGeometry(self._over.rect())
        return False


def use_theme(scheme: theme.Scheme) -> None:
    """Dress the running application anew."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        theme.apply(app, scheme)


def region_of_desk() -> str | None:
    """The country in which a number without + is read: this machine's."""
    territory = QLocale.system().territory()
    code = QLocale.territoryToCode(territory)
    return code or None
