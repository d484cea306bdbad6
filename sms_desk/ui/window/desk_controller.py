"""The window's commands, and the screens beside the conversations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from sms_desk.domain.model import DraftMode
from sms_desk.domain.plain_text import display_name
from sms_desk.services import directory
from sms_desk.services.rows import AccountRow
from sms_desk.ui import theme
from sms_desk.ui.commands import Group, group_title
from sms_desk.ui.palette import Palette
from sms_desk.ui.palette.palette import Entry
from sms_desk.ui.shortcuts import KeyLine, ShortcutSheet
from sms_desk.ui.widgets.text import menu_text
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.absence_controller import AbsenceController
from sms_desk.ui.window.advice_controller import AdviceController
from sms_desk.ui.window.command_list import window_commands
from sms_desk.ui.window.lens_controller import LensController
from sms_desk.ui.window.screens import ScreenMaker

if TYPE_CHECKING:  # the wiring makes this controller
    from sms_desk.ui.advisor.reading import Subject
    from sms_desk.ui.cover import PlanScreen
    from sms_desk.ui.window.wiring import Wiring
    from sms_desk.ui.wizard import Wizard


_OFTEN = frozenset(
    {"new", "reply", "close", "assign", "snooze", "tag", "search", "undo", "sick_today"}
)
_SELDOM = frozenset({"rail", "details", "list", "messages", "pin", "mute", "keys", "quit"})
"""Where the palette puts what fits as well as another."""
_PLACES = {"plan": "absences", "brief": "absences", "notices": "settings"}
"""Screens that the rail leads to by another."""


class DeskController(QObject):
    """Menu, palette, sheet of keys, and going from screen to screen."""

    quit_requested = Signal()
    demo_wanted = Signal()
    join_wanted = Signal(object, object, str)
    """Another workspace, of a team: the step that shows how far it is, address and password."""
    person_chosen = Signal(object)
    """Somebody else sits here from now on: the person's id."""

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self._wiring = wiring
        self._window = wiring.window
        self._screens: dict[str, QWidget] = {}
        self._wizard: QWidget | None = None
        self.advice = AdviceController(wiring.window.side.rail, wiring.ties, self)
        self._maker = ScreenMaker(
            wiring.ties, wiring.state, wiring.registry, self.advice.keeper, self, team=wiring.team
        )
        self._maker.subject_wanted.connect(self._on_subject_wanted)
        self._maker.conversation_wanted.connect(wiring.open_conversation)
        self._maker.writing_wanted.connect(wiring.write_into)
        self._maker.responses_wanted.connect(self._on_responses_wanted)
        self._maker.sender_wanted.connect(self.show_sender)
        self._maker.plan_wanted.connect(self.plan_absence)
        self._maker.hand_over_wanted.connect(self.plan_leaving)
        self._maker.absence_wanted.connect(self.change_absence)
        self._maker.brief_wanted.connect(self.show_brief)
        self._maker.absences_wanted.connect(lambda: self.show_screen("absences"))
        self._maker.people_wanted.connect(lambda: self.show_screen("people"))
        self._maker.notices_wanted.connect(self.show_notices)
        self._maker.outbox_wanted.connect(lambda: self.show_screen("outbox"))
        self.absence = AbsenceController(wiring.window.away, wiring.ties, self)
        self.absence.plan_wanted.connect(self.plan_absence)
        self.absence.sick_wanted.connect(self.plan_sick)
        self.absence.brief_wanted.connect(self.show_brief)
        self.absence.told.connect(wiring.window.toast.say)
        self._lens = LensController(wiring.page.inbox, wiring.inbox_controller, wiring.ties)
        self._lens.program_requested.connect(self.show_program)
        self._maker.connect_wanted.connect(self._on_connect_wanted)
        self._maker.demo_wanted.connect(self.demo_wanted)
        self._maker.join_wanted.connect(self.join_wanted)
        self._maker.person_chosen.connect(self.person_chosen)
        wiring.page.column.composer.templates_requested.connect(
            lambda: self.show_screen("templates")
        )
        wiring.line.secret_wanted.connect(self._on_secret_wanted)
        wiring.line.account_wanted.connect(lambda: self.show_screen("settings"))

    def start(self) -> None:
        """Fill the registry; the menu follows from it."""
        registry = self._wiring.registry
        registry.add(*window_commands(self._wiring))
        chosen = self._wiring.state.get("keys", {})
        registry.use_keys(chosen if isinstance(chosen, dict) else {})
        self.absence.read()
        menu = self._window.side.menu()
        menu.aboutToShow.connect(lambda: self._fill(menu))
        if not self._wiring.ties.session.demo and self._wiring.team is None:
            self._wiring.doors.read(self, directory.all_accounts, then=self._on_accounts)

    def _on_accounts(self, accounts: tuple[AccountRow, ...]) -> None:
        if not accounts:
            wizard = self._show_wizard(first_run=True)
            if self._wiring.is_welcomed:
                wizard.begin_with_account()

    @Slot()
    def _on_connect_wanted(self) -> None:
        self._show_wizard(first_run=False)

    def _show_wizard(self, *, first_run: bool) -> Wizard:
        wizard = self._wizard = self._maker.wizard(self._window, first_run=first_run)
        wizard.finished.connect(lambda: self._end_wizard(wizard))
        wizard.left.connect(lambda: self._end_wizard(wizard))
        self._window.side.setVisible(not first_run)  # nothing is there to go to
        self._window.show_screen(wizard)
        return wizard

    def _end_wizard(self, wizard: QWidget) -> None:
        self._window.drop_screen(wizard)
        self._wizard = None
        self._window.side.show()
        self._window.side.rail.choose("scope:all")
        self._wiring.page.inbox.focus_list()  # whoever came here by keys goes on by keys
        self._wiring.rail_controller.read()
        if self._wiring.team is not None:  # what is left to do stands with the account
            self.show_screen("settings")

    def dispose(self) -> None:
        self.absence.dispose()
        self._window.side.show()
        for screen in self._screens.values():
            self._window.drop_screen(screen)
        if self._wizard is not None:
            self._window.drop_screen(self._wizard)
        self._window.side.menu().aboutToShow.disconnect()

    # --- screens ---------------------------------------------------------------------------------

    @Slot(str)
    def show_screen(self, name: str) -> None:
        """senders | programs | people | templates | outbox | windows | absences | plan | brief |
        notices | audit | settings"""
        screen = self._screens.get(name)
        if screen is None:
            screen = self._screens[name] = self._maker.make(name, self._window)
        self._window.show_screen(screen)
        self._window.side.rail.show_place(f"screen:{_PLACES.get(name, name)}")
        screen.setFocus()

    def screen(self, name: str) -> QWidget:
        """The same, and the screen itself."""
        self.show_screen(name)
        return self._screens[name]

    @Slot(object)
    def show_program(self, program_id: UUID) -> None:
        """The screen of one program, as from the head over its responses."""
        from sms_desk.ui.programs import ProgramsScreen  # with the screen, when it is wanted

        self.show_screen("programs")
        screen = self._screens["programs"]
        assert isinstance(screen, ProgramsScreen)
        screen.show_program(program_id)

    @Slot(object)
    def show_sender(self, sender_id: UUID) -> None:
        """The screen of one sender ID, as from a finding of the advisor."""
        from sms_desk.ui.senders import SendersScreen  # with the screen, when it is wanted

        self.show_screen("senders")
        screen = self._screens["senders"]
        assert isinstance(screen, SendersScreen)
        screen.show_sender(sender_id)

    @Slot(object)
    def show_person(self, person_id: UUID) -> None:
        """One of us, as from a finding of the advisor."""
        from sms_desk.ui.people import PeopleScreen  # with the screen, when it is wanted

        self.show_screen("people")
        screen = self._screens["people"]
        assert isinstance(screen, PeopleScreen)
        screen.show_person(person_id)

    @Slot(object)
    def plan_absence(self, person_id: UUID) -> None:
        """The plan of somebody's absence, new."""
        self._plan().plan_for(person_id)

    @Slot(object)
    def plan_leaving(self, person_id: UUID) -> None:
        """The plan of somebody who does not come back (R29)."""
        self._plan().plan_leaving(person_id)

    @Slot(object)
    def plan_sick(self, person_id: UUID) -> None:
        """The same for today and for illness, where nobody can be sent home without a look (R24)."""
        self._plan().plan_for(person_id, "now", "today", "sick")

    @Slot(object)
    def change_absence(self, absence_id: UUID) -> None:
        self._plan().change(absence_id)

    def _plan(self) -> PlanScreen:
        from sms_desk.ui.cover import PlanScreen  # with the screen, when it is wanted

        self.show_screen("plan")
        screen = self._screens["plan"]
        assert isinstance(screen, PlanScreen)
        return screen

    @Slot(object)
    def show_brief(self, absence_id: UUID) -> None:
        """What happened while somebody was away."""
        from sms_desk.ui.cover import BriefScreen  # with the screen, when it is wanted

        self.show_screen("brief")
        screen = self._screens["brief"]
        assert isinstance(screen, BriefScreen)
        screen.show_absence(absence_id)

    @Slot(str)
    def show_notices(self, key: str = "told") -> None:
        """What was told to whom (told), or the templates of e-mail (letters)."""
        from sms_desk.ui.notices import NoticesScreen  # with the screen, when it is wanted

        self.show_screen("notices")
        screen = self._screens["notices"]
        assert isinstance(screen, NoticesScreen)
        screen.tabs.choose(key)

    def show_audit_here(self) -> None:
        """Who changed what of the conversation that stands open; of all where none does."""
        from sms_desk.ui.audit import AuditScreen  # with the screen, when it is wanted

        detail = self._wiring.thread_controller.detail()
        self.show_screen("audit")
        screen = self._screens["audit"]
        assert isinstance(screen, AuditScreen)
        if detail is not None:
            screen.show_conversation(
                detail.row.id, display_name(detail.row.contact_name) or detail.row.peer
            )

    @Slot(object)
    def _on_subject_wanted(self, subject: Subject) -> None:
        if subject.kind == "sender":
            self.show_sender(subject.id)
        elif subject.kind == "person":
            self.show_person(subject.id)
        else:
            self.show_program(subject.id)

    @Slot()
    def show_registered_texts(self) -> None:
        """What India's operators have registered, and where a text can be checked."""
        from sms_desk.ui.templates import TemplatesScreen  # with the screen, when it is wanted

        self.show_screen("templates")
        screen = self._screens["templates"]
        assert isinstance(screen, TemplatesScreen)
        screen.tabs.choose("india")

    @Slot(object)
    def _on_responses_wanted(self, program_id: UUID) -> None:
        """One click from a program to who answered it (R51)."""
        self._window.side.rail.choose(f"program:{program_id}")

    def show_conversations(self) -> None:
        rail = self._window.side.rail
        if self._window.screen_shown() is not self._wiring.page:
            rail.choose("scope:mine")
        self._wiring.page.show_list()

    @Slot(object)
    def _on_secret_wanted(self, account_id: UUID) -> None:
        self._maker.ask_secret(account_id, self._window)

    # --- writing ---------------------------------------------------------------------------------

    def write(self, mode: DraftMode) -> None:
        """In the conversation that is marked in the list, which is the one that stands open."""
        inbox, thread = self._wiring.page.inbox, self._wiring.thread_controller
        if inbox.list_has_focus() or thread.conversation_id() is None:
            inbox.open_current()
        thread.when_there(partial(self._wiring.page.column.composer.focus_text, mode))

    def pick_template(self) -> None:
        """An approved WhatsApp template, for the conversation that is marked or stands open."""
        inbox, thread = self._wiring.page.inbox, self._wiring.thread_controller
        if inbox.list_has_focus() or thread.conversation_id() is None:
            inbox.open_current()
        thread.when_there(self._wiring.writing.pick_template)

    def send_later(self) -> None:
        """When what stands in the composer shall go."""
        self._wiring.scheduling.offer()

    def new_conversation(self) -> None:
        self._maker.new_conversation(self._window)

    def search(self, text: str = "") -> None:
        """Over the list; text: what to look for at once."""
        self.show_conversations()
        self._maker.search(self._wiring.page.inbox, text)

    def leave_search(self) -> None:
        """Whoever goes to a place wants to see it."""
        self._maker.leave_search()

    # --- what follows from the registry ------------------------------------------------------------

    def open_palette(self) -> None:
        registry = self._wiring.registry
        entries = tuple(
            Entry(
                command.title,
                registry.key_words(command.id),
                command.icon,
                command.run,
                seldom=0 if command.id in _OFTEN else 2 if command.id in _SELDOM else 1,
            )
            for command in registry
            if command.id != "palette"
        )
        Palette(entries, self._window).open_over(self._window)

    def open_keys(self) -> None:
        registry = self._wiring.registry
        groups = {
            group_title(group): [
                KeyLine(command.title, registry.key_words(command.id))
                for command in registry.of_group(group)
                if registry.keys_of(command.id)
            ]
            for group in Group
        }
        ShortcutSheet(groups, self._window).open()

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for group in Group:
            under = menu.addMenu(menu_text(group_title(group)))
            for command in self._wiring.registry.of_group(group):
                key = self._wiring.registry.key_words(command.id)
                action = QAction(f"{menu_text(command.title)}\t{key}", under)
                if command.icon:
                    action.setIcon(theme.icon(command.icon))
                action.triggered.connect(command.run)
                under.addAction(action)
        if self._wiring.ties.session.demo:
            self._fill_people(menu.addMenu(menu_text(tr("commands", "Act as"))))

    def _fill_people(self, menu: QMenu) -> None:
        """In the demo anybody may sit at the desk; the title says who does."""
        me = self._wiring.ties.reader.person_id
        for person in self._wiring.actions.people():
            action = menu.addAction(menu_text(display_name(person.name)))
            action.setCheckable(True)
            action.setChecked(person.id == me)
            action.triggered.connect(partial(self.person_chosen.emit, person.id))
