"""What a file or the provider's list would change, seen before it does (R11)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.commands import SenderLine
from sms_desk.domain.errors import DeskError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services.csv_files import Stopped
from sms_desk.services.sender_csv import Difference, LineReport, Outcome, Plan
from sms_desk.services.sender_import import ProviderChange, ProviderLine, ProviderPreview
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.check_box import CheckBox
from sms_desk.ui.widgets.progress_bar import Work, WorkBar
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr

_MOST = 2_000
"""Lines that a preview shows; the wrong ones come first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a preview. order: its place until somebody sorts otherwise."""

    id: Any
    where: str
    address: str
    state: Cell
    told: str
    order: int


class ImportDialog(QDialog):
    """Says first what will happen; nothing is changed until the button that says so."""

    applied = Signal(object)
    """The lines to import."""
    _progressed = Signal(int)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_window_title(self, title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.resize(860, 560)
        self._lines: tuple[SenderLine, ...] = ()
        self._stop = threading.Event()
        self._plan: Plan | None = None
        self._preview: ProviderPreview | None = None
        self._chosen: set[UUID] = set()
        self._words = label(tr("senders", "Reading …"), "body_strong", wrap=True, parent=self)
        self._more = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self.table = Table(_columns(), title, empty="")
        self.skip = CheckBox(tr("senders", "Leave out the lines that are wrong"), self)
        self.work = WorkBar(self)
        self.apply = primary(tr("senders", "Import"), parent=self)
        cancel = plain(tr("senders", "Cancel"), parent=self)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.skip)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.apply)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(10)
        for widget in (self._words, self._more, self._wrong):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.work)
        layout.addLayout(buttons)
        self._more.hide()
        self._wrong.hide()
        self.skip.hide()
        self.apply.setEnabled(False)
        self.apply.clicked.connect(lambda: self.applied.emit(self._lines))
        cancel.clicked.connect(self.reject)
        self.skip.toggled.connect(self._show_state)
        self.work.stop_requested.connect(self.reject)
        self._progressed.connect(self._on_progressed, Qt.ConnectionType.QueuedConnection)
        self.finished.connect(lambda _result: self._stop.set())
        self.table.installEventFilter(self)
        self.table.doubleClicked.connect(self._turn_chosen)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        space = (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Space
        )
        if space and self._preview is not None:
            self._turn_chosen()
            return True
        return super().eventFilter(watched, event)

    # --- while it is read, on another thread ---------------------------------------------------------

    def progress(self) -> Callable[[int], None]:
        """To be told, from any thread, how many rows are done; raises `Stopped` when closed."""
        stop, tell = self._stop, self._progressed

        def told(done: int) -> None:
            if stop.is_set():
                raise Stopped
            tell.emit(done)

        return told

    @Slot(int)
    def _on_progressed(self, done: int) -> None:
        if self._plan is None and self._preview is None:
            rows = tr("senders", "Reading row {n}").replace("{n}", f"{done:,}")
            self.work.show_work(Work(rows, done, None, None))

    def show_error(self, error: DeskError) -> None:
        """It cannot be read, or was not taken."""
        self.work.show_work(None)
        self._words.setText(error.title)
        self._wrong.setText(error.next_step)
        self._wrong.setVisible(bool(error.next_step))
        self.apply.setEnabled(False)

    # --- a file --------------------------------------------------------------------------------------

    def show_plan(self, plan: Plan) -> None:
        """The wrong lines first, then what changes."""
        self._plan = plan
        self.work.show_work(None)
        changing = [each for each in plan.reports if each.outcome is not Outcome.UNCHANGED]
        changing.sort(key=lambda each: each.outcome is not Outcome.ERROR)
        self.table.show_rows([_of_report(*each) for each in enumerate(changing[:_MOST])])
        if len(changing) > _MOST:
            self._more.setText(
                tr("senders", "The first {n} are shown.").replace("{n}", f"{_MOST:,}")
            )
            self._more.show()
        self.skip.setVisible(plan.count(Outcome.ERROR) > 0)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        plan = self._plan
        if plan is None:
            return
        counts = {outcome: plan.count(outcome) for outcome in Outcome}
        wrong = counts[Outcome.ERROR]
        words = tr("senders", "{a} new, {c} changed, {u} as they are, {e} wrong.")
        for mark, outcome in zip("acue", Outcome, strict=True):
            words = words.replace(f"{{{mark}}}", f"{counts[outcome]:,}")
        self._words.setText(words)
        blocked = wrong > 0 and not self.skip.isChecked()
        self._wrong.setText(
            tr("senders", "Nothing is imported while a line is wrong: correct the file.")
        )
        self._wrong.setVisible(blocked)
        self._lines = () if blocked else plan.wanted
        self.apply.setEnabled(bool(self._lines))
        self.apply.set_words(_import_words(len(self._lines)))

    # --- the provider's list ---------------------------------------------------------------------------

    def show_preview(self, preview: ProviderPreview) -> None:
        """Each difference with whether it will be applied; Space turns it."""
        self._preview = preview
        self._chosen = {one.id for one in preview.lines if one.proposed}
        self.work.show_work(None)
        notes = [tr("senders", "Space or a double click takes a line in or out.")]
        for words, kinds in (
            (tr("senders", "Not listed for this key: {kinds}."), preview.unlisted),
            (tr("senders", "No answer now about: {kinds}. Try again later."), preview.unanswered),
        ):
            if kinds:
                notes.append(words.replace("{kinds}", ", ".join(map(display_name, kinds))))
        self._more.setText(" ".join(notes))
        self._more.setVisible(bool(preview.lines))
        self._show_chosen()

    @Slot()
    def _turn_chosen(self) -> None:
        row = self.table.chosen()
        if self._preview is None or row is None:
            return
        line = next(one for one in self._preview.lines if one.id == row.id)
        if line.line is not None:
            self._chosen ^= {line.id}
            self._show_chosen()

    def _show_chosen(self) -> None:
        assert self._preview is not None
        self._lines = self._preview.chosen(self._chosen)
        self.table.show_rows(
            [
                _of_provider(n, one, chosen=one.id in self._chosen)
                for n, one in enumerate(self._preview.lines)
            ]
        )
        words = tr("senders", "{n} of {m} differences will be applied; {s} are the same.")
        for mark, count in (
            ("n", len(self._lines)),
            ("m", len(self._preview.lines)),
            ("s", self._preview.same),
        ):
            words = words.replace(f"{{{mark}}}", f"{count:,}")
        self._words.setText(words)
        self.apply.setEnabled(bool(self._lines))
        self.apply.set_words(_import_words(len(self._lines)))

    def words(self) -> str:
        return self._words.text()


def _import_words(count: int) -> str:
    return tr("senders", "Import %n", count) if count else tr("senders", "Import")


def _columns() -> list[Column]:
    return [
        Column(
            tr("senders", "Sender ID"),
            lambda row: Cell(row.address, row.where, strong=True),
            sorts=lambda row: row.order,
        ),
        Column(tr("senders", "Becomes"), lambda row: row.state, 150),
        Column(tr("senders", "What"), lambda row: Cell(row.told), 480),
    ]


_STATES = {
    Outcome.ADDED: (tr("senders", "new"), "ok", "plus"),
    Outcome.CHANGED: (tr("senders", "changed"), "text", "pencil"),
    Outcome.UNCHANGED: (tr("senders", "as it is"), "secondary", ""),
    Outcome.ERROR: (tr("senders", "wrong"), "error", "circle-x"),
}


def _of_report(order: int, report: LineReport) -> Shown:
    words, ink, icon = _STATES[report.outcome]
    told = [
        f"{each.field}: {each.message} {each.next_step}".strip() for each in report.problems
    ] or _changes(report.differences)
    told += [f"{each.field}: {each.message}" for each in report.warnings]
    return Shown(
        report.line,
        tr("senders", "line {n}").replace("{n}", f"{report.line:,}"),
        display_name(report.address),
        Cell(words, ink=ink, icon=icon),
        preview(" · ".join(told), 400),
        order,
    )


def _of_provider(order: int, line: ProviderLine, *, chosen: bool) -> Shown:
    state = {
        ProviderChange.NEW: tr("senders", "new"),
        ProviderChange.CHANGED: tr("senders", "changed"),
        ProviderChange.GONE: tr("senders", "retired: no longer listed"),
        ProviderChange.CONFLICT: tr("senders", "in conflict"),
    }[line.change]
    told = [*_changes(line.differences), *(each.message for each in line.problems)]
    if chosen:
        cell = Cell(state, tr("senders", "will be applied"), ink="accent", icon="check")
    elif line.line is None:
        cell = Cell(state, tr("senders", "cannot be applied"), ink="error", icon="circle-x")
    else:
        cell = Cell(state, tr("senders", "left as it is"), ink="secondary")
    return Shown(
        line.id,
        display_name(line.label),
        display_name(line.display),
        cell,
        preview(" · ".join(told), 400),
        order,
    )


def _changes(differences: Sequence[Difference]) -> list[str]:
    return [f"{each.field}: {each.before or '–'} → {each.after or '–'}" for each in differences]
