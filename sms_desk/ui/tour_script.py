"""What the tour shows, step by step, and the hands that do it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from time import monotonic
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QMenu, QWidget

from sms_desk.domain.model import DeliveryStatus
from sms_desk.services.absence_rows import AbsenceState
from sms_desk.ui import theme
from sms_desk.ui.advisor.listing import FindingList
from sms_desk.ui.cover import BriefScreen, PlanScreen
from sms_desk.ui.cover.divide_dialog import DivideDialog
from sms_desk.ui.main import Start
from sms_desk.ui.new_conversation.dialog import NewConversationDialog
from sms_desk.ui.widgets.table import Table
from sms_desk.ui.window.main_window import MainWindow

SETTLE: Final = 0.2
"""Seconds in which nothing more was asked for: what fades in has done so, too."""
DELIVERY: Final = 3.5
"""Seconds until the sandbox has delivered a text."""

Wait = Callable[[], object] | float
"""A condition to come true, or seconds to let pass."""
Steps = Generator[Wait, None, None]


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    words: str
    play: Callable[[], Steps]


class Hands:
    """Keys and clicks on whatever has the focus, as a person gives them."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def key(self, key: Qt.Key, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self._target(), key, modifiers)

    def ctrl(self, key: Qt.Key) -> None:
        self.key(key, Qt.KeyboardModifier.ControlModifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(self._target(), text)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(widget, left, none, at or widget.rect().center())

    def click_soon(self, widget: QWidget) -> None:
        """A click that begins a loop of its own, of a menu or a dialog: the tour goes on in it."""
        QTimer.singleShot(0, lambda: self.click(widget))

    def choose(self, words: str) -> None:
        """Go down the open menu to the first line that begins so, and take it."""
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        wanted = next(one for one in menu.actions() if one.text().startswith(words))
        while menu.activeAction() is not wanted:
            self.key(Qt.Key.Key_Down)
        QTimer.singleShot(0, lambda: self.key(Qt.Key.Key_Return))

    def click_row(self, view: Any, row: int) -> None:
        index = view.model().index(row, 0)
        view.scrollTo(index)
        self.click(view.viewport(), view.visualRect(index).center())

    def _target(self) -> QWidget:
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return popup.focusWidget() or popup
        modal = QApplication.activeModalWidget()
        top = modal or self._window
        return top.focusWidget() or top


class Script:
    """The steps on one window; each picks up where the one before it left off."""

    def __init__(self, start: Start, window: MainWindow) -> None:
        self._start = start
        self._window = window
        self._hands = Hands(window)

    def steps(self) -> list[Step]:
        """In the order in which they are played."""
        return [
            Step(
                "inbox",
                "The desk opens: my conversations, those who wait first in red",
                self._opens,
            ),
            Step(
                "thread", "A click opens a conversation at its first unread message", self._thread
            ),
            Step(
                "reply",
                "Ctrl+R, a reply, Ctrl+Enter; F5 hears that the sandbox delivered it",
                self._reply,
            ),
            Step("note", "Ctrl+M: a note that only the team sees", self._note),
            Step("filters", "A campaign's answers, waiting ones only", self._filters),
            Step("snooze", "S puts a conversation aside; the foot offers to undo it", self._snooze),
            Step("undo", "Ctrl+Z brings it back", self._undo),
            Step("close", "E closes it, and the next one stands open", self._close),
            Step("bulk", "Ctrl+A selects all; T tags them", self._bulk),
            Step("search", "Ctrl+F searches everything, newest first", self._search),
            Step("hit", "Enter opens the thread at the hit", self._hit),
            Step(
                "later",
                "Ctrl+Shift+Enter: send later, at moments by the contact's clock",
                self._later,
            ),
            Step("palette", "Ctrl+K: every command by a few letters", self._palette),
            Step("keys", "F1: the sheet of keys", self._keys),
            Step(
                "impossible", "Ctrl+N: an impossible number is explained in place", self._impossible
            ),
            Step("new", "A good one: the sender ID is proposed, with its reason", self._new),
            Step(
                "covering",
                "Jonas is away: what one answers for him, and until when",
                self._covering,
            ),
            Step("covered", "An answer for him says so: sent by Julia for Jonas", self._covered),
            Step("absences", "Who is away, who will be, and who covers", self._absences),
            Step(
                "plan",
                "A plan says before it is saved what is missing, and everybody's load",
                self._plan,
            ),
            Step("brief", "Back again: what happened meanwhile, and B takes back", self._brief),
            Step("people", "Who works here, who is away, how full their desks are", self._people),
            Step("audit", "Who changed what, before and after", self._audit),
            Step("senders", "Sender IDs: who holds what", self._senders),
            Step(
                "programs",
                "Programs: campaigns and services, and what they are recognised by",
                self._programs,
            ),
            Step("advisor", "The advisor: what stands against the directory", self._advisor),
            Step("templates", "Templates, and how they will read", self._templates),
            Step("outbox", "The outbox: what waits, what is held", self._outbox),
            Step("settings", "Settings", self._settings),
            Step("wizard", "Connecting an account", self._wizard),
            Step("dark", "The dark theme", self._dark),
            Step("narrow", "The smallest window: the thread alone", self._narrow),
            Step("narrow-list", "There the list slides over", self._narrow_list),
        ]

    @property
    def _wiring(self) -> Any:
        return self._start.program.wiring if self._start.program else None

    @property
    def _page(self) -> Any:
        return self._wiring.page

    def _quiet(self) -> Steps:
        """Until what was asked for stands there, and nothing more has been asked for a moment."""
        quiet_since = monotonic()

        def is_quiet() -> bool:
            nonlocal quiet_since
            if not self._wiring.doors.is_quiet:
                quiet_since = monotonic()
            return monotonic() - quiet_since >= SETTLE

        yield is_quiet

    def _opened(self) -> bool:
        detail = self._wiring.thread_controller.detail()
        wanted = self._wiring.thread_controller.conversation_id()
        return detail is not None and detail.row.id == wanted

    def _row_of(self, name: str) -> int:
        model = self._page.list_widget().model()
        names = [model.index(row, 0).data() for row in range(model.rowCount())]
        return next((row for row, found in enumerate(names) if name in str(found)), 0)

    def _opens(self) -> Steps:
        yield lambda: self._wiring is not None and self._page.inbox.shown_ids()
        yield lambda: self._wiring.is_ready
        yield from self._quiet()

    def _thread(self) -> Steps:
        view = self._page.list_widget()
        self._hands.click_row(view, self._row_of("Mira Anand"))
        yield self._opened
        yield from self._quiet()

    def _reply(self) -> Steps:
        self._hands.ctrl(Qt.Key.Key_R)
        self._hands.type("Yes, two in blue (M and L). Shall I put one aside until 19:00?")
        yield from self._quiet()
        self._hands.ctrl(Qt.Key.Key_Return)
        yield partial(self._stands_there, "put one aside")
        yield DELIVERY
        self._hands.key(Qt.Key.Key_F5)
        yield partial(self._is_delivered, "put one aside")
        yield from self._quiet()

    def _is_delivered(self, words: str) -> bool:
        items = self._page.column.thread_view.loaded().items
        done = (DeliveryStatus.DELIVERED, DeliveryStatus.READ)
        return any(words in item.body and item.status in done for item in items)

    def _stands_there(self, words: str) -> bool:
        return any(words in item.body for item in self._page.column.thread_view.loaded().items)

    def _note(self) -> Steps:
        self._hands.ctrl(Qt.Key.Key_M)
        self._hands.type("Two left in blue, sizes M and L.")
        self._hands.ctrl(Qt.Key.Key_Return)
        yield partial(self._stands_there, "Two left in blue")
        yield from self._quiet()

    def _filters(self) -> Steps:
        yield from self._place("Autumn")
        yield from self._quiet()
        chip = _button(self._page.inbox, "Waiting")
        self._hands.click(chip)
        yield from self._quiet()

    def _place(self, title: str) -> Steps:
        """Where the rail goes by a click."""
        rail = self._window.side.rail
        places = rail.findChildren(type(rail._places))[0]
        row = next(
            row
            for row in range(places.model().rowCount())
            if title in str(places.model().index(row, 0).data())
        )
        self._hands.click_row(places, row)
        yield from self._quiet()
        yield lambda: self._page.inbox.shown_ids()

    def _snooze(self) -> Steps:
        self._hands.ctrl(Qt.Key.Key_1)
        yield from self._quiet()
        self._hands.click_row(self._page.list_widget(), 1)
        yield self._opened
        yield from self._quiet()
        self._hands.key(Qt.Key.Key_S)
        yield lambda: isinstance(QApplication.activePopupWidget(), QMenu)
        yield from self._quiet()
        self._hands.key(Qt.Key.Key_Return)
        yield lambda: self._window.toast.isVisible()
        yield from self._quiet()

    def _undo(self) -> Steps:
        self._page.inbox.focus_list()
        self._hands.ctrl(Qt.Key.Key_Z)
        yield lambda: self._window.toast.words().startswith("Undone")
        yield from self._quiet()

    def _close(self) -> Steps:
        self._hands.click_row(self._page.list_widget(), 1)
        yield self._opened
        before = self._wiring.thread_controller.conversation_id()
        self._hands.key(Qt.Key.Key_E)
        yield lambda: self._wiring.thread_controller.conversation_id() != before
        yield self._opened
        yield from self._quiet()

    def _bulk(self) -> Steps:
        self._page.inbox.focus_list()
        self._hands.ctrl(Qt.Key.Key_A)
        yield from self._quiet()
        self._hands.key(Qt.Key.Key_T)
        yield lambda: QApplication.activePopupWidget() is not None
        yield from self._quiet()

    def _search(self) -> Steps:
        self._hands.key(Qt.Key.Key_Escape)
        yield from self._quiet()
        self._hands.ctrl(Qt.Key.Key_F)
        yield lambda: isinstance(self._window.focusWidget(), QLineEdit)
        self._hands.type("coat")
        yield from self._quiet()

    def _hit(self) -> Steps:
        self._hands.key(Qt.Key.Key_Down)
        self._hands.key(Qt.Key.Key_Return)
        yield self._opened
        yield from self._quiet()

    def _later(self) -> Steps:
        self._hands.ctrl(Qt.Key.Key_R)
        self._hands.type("We open at nine. Shall I put one aside?")
        yield from self._quiet()
        self._wiring.registry.run("send_later")
        yield lambda: isinstance(QApplication.activePopupWidget(), QMenu)
        yield from self._quiet()

    def _palette(self) -> Steps:
        self._hands.key(Qt.Key.Key_Escape)
        self._hands.ctrl(Qt.Key.Key_K)
        yield lambda: QApplication.activePopupWidget() is not None
        self._hands.type("co")
        yield from self._quiet()

    def _keys(self) -> Steps:
        self._hands.key(Qt.Key.Key_Escape)
        self._hands.key(Qt.Key.Key_F1)
        yield lambda: QApplication.activeModalWidget() is not None
        yield from self._quiet()

    def _back_to_window(self) -> Steps:
        """Escape closes the dialog."""
        self._hands.key(Qt.Key.Key_Escape)
        yield from self._window_again()

    def _window_again(self) -> Steps:
        """What stood before it has closed; without a window manager nobody else gives the focus back."""
        yield lambda: QApplication.activeModalWidget() is None
        self._window.activateWindow()
        yield self._window.isActiveWindow

    def _impossible(self) -> Steps:
        yield from self._back_to_window()
        self._hands.ctrl(Qt.Key.Key_N)
        yield lambda: isinstance(QApplication.activeModalWidget(), NewConversationDialog)
        yield lambda: isinstance(QApplication.focusWidget(), QLineEdit)
        self._hands.type("+1 212 555 01")  # of nobody whom the desk knows
        yield lambda: bool(self._new_conversation().why_not())
        yield from self._quiet()

    def _new(self) -> Steps:
        self._hands.type("99")
        yield lambda: self._new_conversation().address() is not None
        yield from self._quiet()

    def _new_conversation(self) -> NewConversationDialog:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, NewConversationDialog)
        return dialog

    # Absence and cover

    def _covering(self) -> Steps:
        yield from self._back_to_window()
        yield from self._place("Covering")
        self._hands.click_row(self._page.list_widget(), self._row_of("Nora Lindqvist"))
        yield self._opened
        yield from self._quiet()

    def _covered(self) -> Steps:
        self._hands.ctrl(Qt.Key.Key_R)
        self._hands.type("There is, Nora: your brother is on the list. Jonas is back next week.")
        yield from self._quiet()
        self._hands.ctrl(Qt.Key.Key_Return)
        yield partial(self._stands_there, "on the list")
        yield from self._quiet()

    def _absences(self) -> Steps:
        yield from self._screen("absences", 0)

    def _plan(self) -> Steps:
        """One's own, shared by two of whom one will be away on its last days."""
        listing = self._shown
        table = _table_of(listing)
        assert isinstance(table, Table)
        assert listing is not None
        theirs = next(row for row in table.rows() if row.state is AbsenceState.COMING)
        yield from self._menu(_button(listing, "Plan an absence"))
        self._hands.choose("My own")
        yield lambda: isinstance(self._shown, PlanScreen)
        screen = self._shown
        assert isinstance(screen, PlanScreen)
        yield lambda: any(cover.shares for cover in screen.parts.covers)
        for field, days in ((screen.when.since, -1), (screen.when.until, 2)):
            self._hands.click(field)
            self._hands.ctrl(Qt.Key.Key_A)
            day = date.fromisoformat(theirs.since_wall) + timedelta(days=days)
            self._hands.type(day.isoformat())
        yield from self._menu(screen.parts.all)
        self._hands.choose("Divide")
        yield lambda: isinstance(QApplication.activeModalWidget(), DivideDialog)
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        for box in dialog.findChildren(QCheckBox):
            if box.isChecked() != box.text().startswith(("Adaeze", "Viktor")):
                self._hands.click(box, QPoint(8, box.height() // 2))
        yield from self._quiet()
        self._hands.click_soon(_button(dialog, "Divide"))
        yield from self._window_again()
        yield from self._quiet()

    def _brief(self) -> Steps:
        self._hands.key(Qt.Key.Key_Escape)
        yield lambda: not isinstance(self._shown, PlanScreen)
        yield from self._screen("brief", None)
        screen = self._shown
        assert isinstance(screen, BriefScreen)
        table = _table_of(screen)
        assert isinstance(table, Table)
        yield table.rows
        kept = next(at for at, line in enumerate(table.rows()) if line.row.taken_over_by)
        self._hands.click_row(table, kept)
        self._hands.key(Qt.Key.Key_B)
        yield from self._quiet()

    def _menu(self, button: QWidget) -> Steps:
        self._hands.click_soon(button)
        yield lambda: isinstance(QApplication.activePopupWidget(), QMenu)
        yield from self._quiet()

    @property
    def _shown(self) -> QWidget | None:
        return self._window.screen_shown()

    def _people(self) -> Steps:
        yield from self._screen("people", 1)

    def _audit(self) -> Steps:
        yield from self._screen("audit", 0)

    def _senders(self) -> Steps:
        yield from self._screen("senders", 1)

    def _programs(self) -> Steps:
        yield from self._screen("programs", 1)

    def _advisor(self) -> Steps:
        yield from self._screen("advisor", None)
        listing = _table_of(self._window.screen_shown())
        assert isinstance(listing, FindingList)
        yield listing.rows
        self._hands.key(Qt.Key.Key_Down)
        yield from self._quiet()

    def _templates(self) -> Steps:
        yield from self._screen("templates", 1)

    def _outbox(self) -> Steps:
        yield from self._screen("outbox", None)

    def _screen(self, name: str, row: int | None) -> Steps:
        """Through the palette, as somebody goes who keeps his hands on the keys."""
        titles = {
            "senders": "Sender IDs",
            "programs": "Programs",
            "advisor": "Advisor",
            "templates": "Templates",
            "outbox": "Outbox",
            "settings": "Settings",
            "absences": "Absence and cover",
            "people": "People and teams",
            "audit": "Audit log",
            "brief": "My brief",
        }
        self._hands.ctrl(Qt.Key.Key_K)
        yield lambda: QApplication.activePopupWidget() is not None
        self._hands.type(titles[name])
        self._hands.key(Qt.Key.Key_Return)
        yield from self._window_again()
        if row is None:
            yield from self._quiet()
            return
        table: Any = _table_of(self._shown)
        yield lambda: table.model().rowCount() > row
        self._hands.click_row(table, row)
        yield from self._quiet()

    def _settings(self) -> Steps:
        self._hands.ctrl(Qt.Key.Key_Comma)
        yield from self._quiet()
        self._hands.key(Qt.Key.Key_Down)
        yield from self._quiet()

    def _wizard(self) -> Steps:
        screen = self._window.screen_shown()
        assert screen is not None
        self._hands.click(_button(screen, "Connect an account…"))
        yield from self._quiet()

    def _dark(self) -> Steps:
        theme.apply(_app(), "dark")
        yield from self._place("Covering")
        yield self._opened
        yield from self._quiet()

    def _narrow(self) -> Steps:
        self._window.resize(760, 520)
        yield from self._quiet()

    def _narrow_list(self) -> Steps:
        self._hands.key(Qt.Key.Key_F6)
        yield from self._quiet()


def _table_of(screen: QWidget | None) -> QWidget | None:
    """Where the focus of a screen goes in the end."""
    while screen is not None and screen.focusProxy() is not None:
        screen = screen.focusProxy()
    return screen


def _button(parent: QWidget, name: str) -> QWidget:
    """The visible control that a screen reader would call so."""
    found = (w for w in parent.findChildren(QWidget) if w.accessibleName() == name)
    return next(widget for widget in found if widget.isVisible())


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
