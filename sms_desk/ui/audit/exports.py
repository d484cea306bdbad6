"""Writes what the audit screen shows to a file, beside the window (R31)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sms_desk.domain.errors import DeskError
from sms_desk.services import audit
from sms_desk.services.audit import Wanted
from sms_desk.services.context import Context
from sms_desk.services.csv_files import Progress, Stopped
from sms_desk.settings import files
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.dialogs import tell, tell_error
from sms_desk.ui.widgets.long_work import LongWork
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.outside import ask_where_to_save
from sms_desk.ui.widgets.words import tr

_Write = Callable[[Context, Wanted, TextIO, Progress], int]


class AuditExports(QObject):
    wanted = Signal(str)
    """The name of the file that is offered: audit.csv or audit.jsonl. Answered by `ask`."""

    def __init__(self, doors: Doors, work: LongWork, parent: QWidget) -> None:
        super().__init__(parent)
        self._doors, self._work, self._window = doors, work, parent
        self.button = MenuButton(tr("audit", "Export"), parent=parent)
        work.busy_changed.connect(self.button.setDisabled)
        menu = self.button.options()
        for words, name in (
            (tr("audit", "As CSV, for a spreadsheet…"), "audit.csv"),
            (tr("audit", "As JSON lines, for a program…"), "audit.jsonl"),
        ):
            menu.addAction(words).triggered.connect(partial(self._on_chosen, name))

    def _on_chosen(self, name: str, _checked: bool = False) -> None:
        self.wanted.emit(name)

    def ask(self, name: str, wanted: Wanted, total: int | None) -> None:
        """Where to; then write it."""
        path = ask_where_to_save(self._window, tr("audit", "Export the audit log"), name)
        if path is not None:
            self.write_to(path, wanted, total, as_lines=name.endswith(".jsonl"))

    def write_to(
        self, path: Path, wanted: Wanted, total: int | None = None, *, as_lines: bool = False
    ) -> None:
        """Everything that matches, loaded or not. as_lines: as JSON, not as CSV."""
        write = audit.write_json_lines if as_lines else audit.write_csv
        progress = self._work.begin(tr("audit", "Writing the audit log to a file"), total)
        self._doors.call(
            self,
            lambda: self._written(write, path, wanted, progress),
            then=self._on_written,
            failed=self._on_failed,
        )

    def _written(self, write: _Write, path: Path, wanted: Wanted, progress: Progress) -> int:
        with files.writing(path) as stream:
            return self._doors.desk.read(write, wanted, stream, progress)

    def _on_written(self, count: int) -> None:
        self._work.end()
        one, many = (
            tr("audit", "1 entry was written."),
            tr("audit", "%n entries were written.", count),
        )
        tell(self._window, one if count == 1 else many)

    def _on_failed(self, error: DeskError) -> None:
        self._work.end()
        if not isinstance(error, Stopped):
            tell_error(self._window, error)
