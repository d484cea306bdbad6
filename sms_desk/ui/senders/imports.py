"""Carries out imports and exports for the sender IDs' screen: files and the provider's list."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from sms_desk.domain import commands as c
from sms_desk.domain.commands import SenderLine
from sms_desk.domain.errors import StorageError
from sms_desk.services import csv_files, directory, sender_csv, sender_import
from sms_desk.services.csv_files import Progress
from sms_desk.services.rows import AccountRow
from sms_desk.services.sender_csv import Plan
from sms_desk.settings import files
from sms_desk.ui.doors import Doors
from sms_desk.ui.senders.import_dialog import ImportDialog
from sms_desk.ui.widgets.dialogs import tell, tell_error
from sms_desk.ui.widgets.menu_button import MenuButton
from sms_desk.ui.widgets.outside import ask_what_to_open, ask_where_to_save
from sms_desk.ui.widgets.text import menu_text
from sms_desk.ui.widgets.words import tr

if TYPE_CHECKING:  # heavy to import, and needed for its name only
    from sms_desk.bootstrap.options import Session

_FILE_NAME = "sender-ids.csv"


class SenderImports(QObject):
    """Fills the menu, reads beside the window, shows the preview, and applies what is chosen."""

    def __init__(self, doors: Doors, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._doors, self._session, self._window = doors, session, parent
        self.button = MenuButton(tr("senders", "Import, export"), parent=parent)
        self.button.about_to_show.connect(self._on_menu)
        self.dialog: ImportDialog | None = None

    @Slot()
    def _on_menu(self) -> None:
        self._doors.read(self, directory.all_accounts, then=self._fill, key="accounts")
        self._fill(())

    def _fill(self, accounts: tuple[AccountRow, ...]) -> None:
        menu = self.button.options()
        menu.clear()
        menu.addAction(tr("senders", "From a CSV file…")).triggered.connect(self.choose_file)
        for account in accounts:
            words = tr("senders", "From the provider: {account}…")
            action = menu.addAction(menu_text(words.replace("{account}", account.label)))
            action.triggered.connect(partial(self.from_provider, account))
        menu.addSeparator()
        menu.addAction(tr("senders", "Export as CSV…")).triggered.connect(self.export)

    # --- from a file -----------------------------------------------------------------------------------

    @Slot()
    def choose_file(self) -> None:
        path = ask_what_to_open(
            self._window, tr("senders", "Import sender IDs"), "CSV (*.csv *.txt *.tsv);;* (*)"
        )
        if path is not None:
            self.from_file(path)

    def from_file(self, path: Path) -> None:
        """Read it beside the window, with a preview before anything is changed."""
        dialog = self._open(tr("senders", "Import sender IDs from a file"))
        progress = dialog.progress()
        self._doors.call(
            dialog,
            lambda: self._planned(path, progress),
            then=dialog.show_plan,
            failed=dialog.show_error,
        )

    def _planned(self, path: Path, progress: Progress) -> Plan:
        try:
            with path.open("rb") as stream:
                _, records = csv_files.read(stream, sender_csv.COLUMNS, "address", progress)
        except OSError as error:
            raise StorageError(
                f"The file cannot be read ({error.strerror}).", "Check its rights."
            ) from error
        return self._doors.desk.read(sender_csv.plan, records, progress)

    # --- from the provider -------------------------------------------------------------------------------

    def from_provider(self, account: AccountRow, _checked: bool = False) -> None:
        """Ask the provider for its list; what differs is shown first."""
        dialog = self._open(tr("senders", "Import sender IDs from the provider"))
        desk, session = self._doors.desk, self._session
        self._doors.call(
            dialog,
            lambda: desk.read(
                sender_import.preview,
                account.id,
                account.label,
                session.account_directory(account.id),
            ),
            then=dialog.show_preview,
            failed=dialog.show_error,
        )

    def _open(self, title: str) -> ImportDialog:
        dialog = self.dialog = ImportDialog(title, self._window)
        dialog.applied.connect(partial(self._on_applied, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _on_applied(self, dialog: ImportDialog, lines: tuple[SenderLine, ...]) -> None:
        dialog.apply.setEnabled(False)
        command = c.ImportSenders(**self._doors.stamp(), lines=lines)
        self._doors.change(
            dialog, command, then=lambda _done: dialog.accept(), failed=dialog.show_error
        )

    # --- to a file ---------------------------------------------------------------------------------------

    @Slot()
    def export(self) -> None:
        title = tr("senders", "Export sender IDs")
        path = ask_where_to_save(self._window, title, _FILE_NAME)
        if path is not None:
            self.write_to(path)

    def write_to(self, path: Path) -> None:
        """The whole directory, retired ones too."""
        self._doors.call(
            self,
            lambda: self._written(path),
            then=self._on_written,
            failed=partial(tell_error, self._window),
        )

    def _written(self, path: Path) -> int:
        text = io.StringIO(newline="")
        rows = self._doors.desk.read(lambda ctx: list(sender_csv.export_rows(ctx)))
        count = csv_files.write(text, sender_csv.COLUMNS, rows)
        files.write_text(path, text.getvalue())
        return count

    def _on_written(self, count: int) -> None:
        tell(self._window, tr("senders", "%n sender IDs were written.", count))
