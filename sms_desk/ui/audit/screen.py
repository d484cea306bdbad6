"""The audit log, newest first: narrowed, read entry by entry, written to a file, verified (R31)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Final, TypeVar, TypeVarTuple
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.audit import Head
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import DeskError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import isolate
from sms_desk.services import audit
from sms_desk.services.audit import About, AuditPart, AuditRow, Choices, Concerned, Verified, Wanted
from sms_desk.services.context import Context
from sms_desk.services.csv_files import Stopped
from sms_desk.ui import theme
from sms_desk.ui.audit.entry_pane import EntryPane
from sms_desk.ui.audit.exports import AuditExports
from sms_desk.ui.audit.filters import AuditFilters
from sms_desk.ui.audit.verdict_pane import VerdictPane, sign_of
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.dialogs import tell_error
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.long_work import LongWork
from sms_desk.ui.widgets.panes import horizontal_line
from sms_desk.ui.widgets.progress_bar import WorkBar
from sms_desk.ui.widgets.screen import Screen
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import ElidedLabel, Label
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

PAGE: Final = 200
MOST: Final = 10_000
"""Entries that stand in the table at once; what is older is found by the filters."""
_AGAIN: Final = 1_000
"""Of those, so many are read again after a change: older ones say what they said."""
_GATHER_MS: Final = 400
_TYPING_MS: Final = 250
_DETAIL: Final = 360
_SIGN: Final = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """newest: the number of the newest entry of all, by which the next look knows of changes."""

    part: AuditPart
    choices: Choices
    newest: int


def shown(ctx: Context, wanted: Wanted, limit: int) -> Shown:
    """All in one snapshot; names end where they end, in whatever direction they run."""
    part = audit.part(ctx, wanted, limit=limit, quote=isolate)
    return Shown(part, audit.choices(ctx), audit.newest(ctx))


def again(ctx: Context, wanted: Wanted, limit: int, newest: int) -> Shown | None:
    """The same after a change; None where the log is as it was: then so is what it tells."""
    return None if audit.newest(ctx) == newest else shown(ctx, wanted, limit)


def more(ctx: Context, wanted: Wanted, before: int) -> AuditPart:
    return audit.part(ctx, wanted, before=before, limit=PAGE, quote=isolate)


class AuditScreen(Screen):
    conversation_opened = Signal(object)
    sender_opened = Signal(object)

    def __init__(self, doors: Doors, bus: Bus, zone: tzinfo, parent: QWidget | None = None) -> None:
        self._doors = doors
        self._zone = zone
        self.table = Table(self._columns(), tr("audit", "Audit log"), sortable=False)
        self.filters = AuditFilters(zone)
        self._empty = EmptyState()
        self._stack = QStackedWidget()
        self._sign = Label()
        self._said = ElidedLabel("", "meta", tone="secondary")
        self._bar = WorkBar()
        super().__init__(tr("audit", "Audit log"), self._middle_of(), parent, detail_width=_DETAIL)
        self._work = LongWork(self._bar, self)
        self.exports = AuditExports(doors, self._work, self)
        self._search = self.add_search(tr("audit", "Name, sender ID, kind"))
        self.verify_button = plain(tr("audit", "Verify"), icon="shield", parent=self)
        self.add_button(self.exports.button)
        self.add_button(self.verify_button)
        self._wanted = Wanted()
        self._rows: tuple[AuditRow, ...] = ()
        self._next: int | None = None
        self._newest = 0
        self._count: int | None = None
        self._chosen: AuditRow | None = None
        self._verdict: Verified | None = None
        self._stale = True
        self._failed = False
        self._reading_more = False
        self._pause = self._timer(_GATHER_MS, self._refresh)
        self._typing = self._timer(_TYPING_MS, self._on_filtered)
        self._connect(bus)

    def _timer(self, ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(then)
        return timer

    def _middle_of(self) -> QWidget:
        middle = QWidget()
        middle.setFocusProxy(self.table)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        above = QHBoxLayout()
        above.setContentsMargins(16, 8, 16, 8)
        above.addWidget(self.filters, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 6, 16, 6)
        foot.setSpacing(6)
        foot.addWidget(self._sign)
        foot.addWidget(self._said, 1)
        self._sign.hide()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addWidget(horizontal_line(middle))
        column.addWidget(self._stack, 1)
        column.addWidget(horizontal_line(middle))
        column.addLayout(foot)
        column.addWidget(self._bar)
        return middle

    def _connect(self, bus: Bus) -> None:
        self.filters.changed.connect(self._on_filtered)
        self._search.textChanged.connect(self._typing.start)
        self._search.returnPressed.connect(self.table.setFocus)
        self._empty.action_requested.connect(self._on_action)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.table.activated.connect(self._on_activated)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.exports.wanted.connect(self._on_export_wanted)
        self.verify_button.clicked.connect(partial(self.verify, None))
        self._work.busy_changed.connect(self.verify_button.setDisabled)
        theme.signals.changed.connect(self._show_foot)
        bus.changed.connect(self._on_changed)

    def _columns(self) -> list[Column]:
        return [
            Column(tr("audit", "When"), self._when_cell, 130),
            Column(tr("audit", "What happened"), _sentence_cell, 450),
            Column(tr("audit", "Kind"), _kind_cell, 210),
        ]

    def _when_cell(self, row: AuditRow) -> Cell:
        return Cell(clock_words(row.at, self._doors.desk.now(), self._zone), ink="secondary")

    # --- for whom leads here ---------------------------------------------------------------------

    def search(self, typed: str) -> None:
        self._search.setText(typed)

    def show_conversation(self, conversation_id: UUID, name: str) -> None:
        """All entries about one conversation, whatever was chosen before."""
        self._search.clear()
        self.filters.show_only(conversation=(conversation_id, name))

    def empty_words(self) -> str:
        """What stands there instead of entries."""
        return self._empty.sentence() if self._stack.currentWidget() is self._empty else ""

    def said(self) -> str:
        """The line below: how many, and the verdict."""
        return self._said.text()

    # --- reading ---------------------------------------------------------------------------------

    @Slot()
    def _read(self) -> None:
        """From the newest on."""
        self._stale = False
        self._pause.stop()
        self._wanted = self._asked()
        self._count = None
        self._said.setText(tr("audit", "Reading…"))
        self._ask(shown, self._wanted, PAGE, then=self._on_read)
        self._ask_count()

    @Slot()
    def _refresh(self) -> None:
        """What came since; what stands there stays in its place."""
        self._stale = False
        if self._failed or self._asked() != self._wanted:  # another day began
            self._read()
            return
        limit = min(max(len(self._rows), PAGE), _AGAIN)
        self._ask(again, self._wanted, limit, self._newest, then=self._on_again)

    def _ask(self, ask: Callable[[Context, *Ts], T], *args: *Ts, then: Callable[[T], None]) -> None:
        self._doors.read(self, ask, *args, then=then, failed=self._on_failed, key="log")

    def _ask_count(self) -> None:
        """Apart from the entries, which need not wait for it."""
        self._doors.read(self, audit.count, self._wanted, then=self._on_counted, key="count")

    def _asked(self) -> Wanted:
        return self.filters.wanted(self._search.text(), self._doors.desk.now())

    def _on_read(self, found: Shown) -> None:
        self._take(found)
        self._show(found.part.rows, found.part.next)

    def _on_again(self, found: Shown | None) -> None:
        self._reading_more = False
        if found is None:
            return
        self._take(found)
        rows, following = found.part.rows, found.part.next
        older = tuple(row for row in self._rows if following is not None and row.n < following)
        self._show(rows + older, self._next if older else following)
        self._ask_count()

    def _take(self, found: Shown) -> None:
        self._newest = found.newest
        self.filters.set_choices(found.choices)

    def _on_counted(self, count: int) -> None:
        self._count = count
        self._show_foot()

    def _on_failed(self, error: DeskError) -> None:
        self._failed = True
        self._reading_more = False
        words = f"{error.title} {error.next_step}".strip()
        self._empty.show_words("triangle-alert", words, tr("audit", "Try again"), tint="error")
        self._put_up(self._empty)
        self._show_foot()

    def _put_up(self, page: QWidget) -> None:
        """The keys stay in the middle when the table goes."""
        inside = self._stack.isAncestorOf(QApplication.focusWidget() or self)
        self._stack.setCurrentWidget(page)
        if inside:
            (self.table if page is self.table else self._search).setFocus()

    def _show(self, rows: tuple[AuditRow, ...], following: int | None) -> None:
        self._failed = self._reading_more = False
        self._rows, self._next = rows[:MOST], following
        self.table.show_rows(self._rows)
        self._put_up(self.table if rows else self._empty)
        if not rows and self._wanted != Wanted():
            words = tr("audit", "No entry matches.")
            self._empty.show_words("search", words, tr("audit", "Show all"))
        elif not rows:
            words = tr(
                "audit",
                "Nothing yet. Whoever changes an owner, a cover, a holder, a sender ID, a rule"
                " or a role leaves an entry here that nobody can change.",
            )
            self._empty.show_words("history", words)
        self._show_foot()

    @Slot()
    def _on_action(self) -> None:
        """Of what stands there instead of entries: once more, or all of them."""
        if self._failed:
            self._read()
            return
        self._search.clear()
        self.filters.clear()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        near = value >= bar.maximum() - bar.pageStep()
        if near and not self._reading_more and self._next is not None and not self._is_full():
            self._reading_more = True
            self._ask(more, self._wanted, self._next, then=self._on_more)

    def _on_more(self, part: AuditPart) -> None:
        self._reading_more = False
        rows = part.rows[: MOST - len(self._rows)]
        self._rows, self._next = self._rows + rows, part.next
        self.table.add_rows(rows)
        self._show_foot()

    def _is_full(self) -> bool:
        return len(self._rows) >= MOST

    @Slot()
    def _on_filtered(self) -> None:
        self._typing.stop()
        self.table.verticalScrollBar().setValue(0)
        self._read()

    @Slot(object)
    def _on_changed(self, _changes: Changes) -> None:
        """Nearly everything leaves an entry; while nobody looks it is read once, when they do."""
        self._stale = True
        if self.isVisible() and not self._pause.isActive():
            self._pause.start()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._refresh() if self._rows else self._read()

    # --- one entry -------------------------------------------------------------------------------

    @Slot(object)
    def _on_row_chosen(self, row: AuditRow | None) -> None:
        if row != self._chosen:
            self._chosen = row
            self._show_entry(row)

    def _show_entry(self, row: AuditRow | None) -> None:
        if row is None:
            self.show_detail(None)
            return
        pane = EntryPane(row, self._doors.desk.now(), self._zone)
        pane.closed.connect(self._on_closed)
        pane.opened.connect(self._on_opened)
        pane.narrowed.connect(self._on_narrowed)
        pane.batch_wanted.connect(self._on_batch_wanted)
        self.show_detail(pane)
        self._doors.read(
            pane, audit.concerned, row.n, then=pane.show_concerned, failed=_nothing, key="concerned"
        )

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        """Enter goes on into the pane: to what the entry is about."""
        for pane in self.findChildren(EntryPane):
            if pane.row == self._chosen:
                pane.focus_first()

    @Slot(object)
    def _on_opened(self, what: Concerned) -> None:
        if what.about is About.CONVERSATION:
            self.conversation_opened.emit(what.id)
        else:
            self.sender_opened.emit(what.id)

    @Slot(object)
    def _on_narrowed(self, what: Concerned) -> None:
        if what.about is About.CONVERSATION:
            self.show_conversation(what.id, what.name)
        else:
            self._search.clear()
            self.filters.show_only(sender_id=what.id)

    @Slot(object)
    def _on_batch_wanted(self, batch_id: UUID) -> None:
        self._search.clear()
        self.filters.show_only(batch_id=batch_id)

    @Slot()
    def _on_closed(self) -> None:
        self.table.choose(None)
        self.show_detail(None)
        self.table.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.has_detail():
            self._on_closed()
        else:
            super().keyPressEvent(event)

    # --- to a file, and whether it is whole --------------------------------------------------------

    @Slot(str)
    def _on_export_wanted(self, name: str) -> None:
        self.exports.ask(name, self._asked(), self._count)

    def verify(self, head: Head | None = None, _checked: bool = False) -> None:
        """All of it, whatever is shown. head: one that was noted elsewhere."""
        progress = self._work.begin(tr("audit", "Verifying the whole log"), self._newest or None)
        self._doors.call(
            self,
            lambda: self._doors.desk.read(audit.verify, head, progress),
            then=partial(self._on_verified, head),
            failed=self._on_not_verified,
        )

    def _on_verified(self, head: Head | None, found: Verified) -> None:
        self._work.end()
        self._verdict = found
        self.table.choose(None)
        pane = VerdictPane(found, head)
        pane.closed.connect(self._on_closed)
        pane.compared.connect(self.verify)
        pane.entry_wanted.connect(self._on_entry_wanted)
        self.show_detail(pane)
        self._show_foot()

    def _on_not_verified(self, error: DeskError) -> None:
        self._work.end()
        if not isinstance(error, Stopped):
            tell_error(self, error)

    @Slot(int)
    def _on_entry_wanted(self, n: int) -> None:
        """Also one that is not in the table."""
        ask = partial(audit.get, n=n, quote=isolate)
        self._doors.read(self, ask, then=self._show_entry, failed=partial(tell_error, self))

    @Slot()
    def _show_foot(self) -> None:
        """How many entries match, and what the last look at the whole chain found."""
        found = self._verdict
        self._sign.setVisible(found is not None)
        if found is not None:
            self._sign.setPixmap(theme.pixmap(*sign_of(found), _SIGN, self.devicePixelRatioF()))
        self._said.set_tone("error" if found is not None and not found.intact else "secondary")
        words = (found.words if found is not None else "", self._count_words())
        self._said.setText(" · ".join(filter(None, words)))

    def _count_words(self) -> str:
        if self._failed or not self._count:
            return ""
        if self._is_full() and self._count > MOST:
            words = tr("audit", "The newest {n} of {count}; the filters find older ones")
            return words.replace("{n}", f"{MOST:,}").replace("{count}", f"{self._count:,}")
        one = tr("audit", "1 entry")
        return one if self._count == 1 else tr("audit", "{n} entries").format(n=f"{self._count:,}")


def _nothing(_error: DeskError) -> None:
    """What an entry leads to is no loss where it cannot be read: the entry stands there."""


def _kind_cell(row: AuditRow) -> Cell:
    return Cell(tr("audit", row.what), ink="secondary")


def _sentence_cell(row: AuditRow) -> Cell:
    """Each line is one run by itself, so that it stands in its own direction."""
    second = _second_words(row)
    return Cell(isolate(row.sentence), isolate(second) if second else "")


def _second_words(row: AuditRow) -> str:
    """Why, as somebody wrote it; else the first thing that changed."""
    if row.note:
        return row.note
    for change in row.changes:
        if change.before and change.after:
            return f"{change.what}: {change.before} → {change.after}"
    return row.reason
