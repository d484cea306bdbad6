"""The recovery key: shown after a question, to be copied or kept as a file (algorithms §5, R46)."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.bootstrap import recovery
from sms_desk.domain.errors import StorageError
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.forms import Form
from sms_desk.ui.widgets.outside import ask_where_to_save
from sms_desk.ui.widgets.text import ask, label, set_window_title
from sms_desk.ui.widgets.words import tr


class RecoveryRow(Form):
    """What the key is for, and the button that shows it."""

    def __init__(self, doors: Doors, folder: Path) -> None:
        """folder: of the workspace."""
        super().__init__()
        self._doors = doors
        self._folder = folder
        self.add_words(
            tr(
                "settings",
                "The workspace opens with a key in this computer's keyring. Printed and kept "
                "safely, the recovery key opens it if the keyring is lost.",
            )
        )
        self._show = plain(tr("settings", "Show the recovery key…"), parent=self)
        self._show.clicked.connect(self._on_show_clicked)
        self.add_widget(self._show, at_start=True)

    def _on_show_clicked(self) -> None:
        self.clear_error()
        agreed = ask(
            self.window(),
            tr("settings", "Show the recovery key?"),
            tr("settings", "Whoever sees it, and has the file, can read every message."),
            yes=tr("settings", "Show it"),
        )
        if agreed:
            folder = self._folder
            self._doors.call(
                self,
                lambda: recovery.of_folder(folder),
                then=self._on_key,
                failed=self.show_error,
            )

    def _on_key(self, key: str) -> None:
        RecoveryDialog(key, self._doors, self.window()).open()


class RecoveryDialog(QDialog):
    """Holds the key only while it stands open."""

    def __init__(self, key: str, doors: Doors, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_window_title(self, tr("settings", "Recovery key"))
        self._key = key
        self._doors = doors
        self._said = label("", "snippet", tone="secondary", wrap=True, parent=self)
        shown = label(_in_lines(key), "title", parent=self)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        shown.setAccessibleName(tr("settings", "Recovery key"))
        foot = QHBoxLayout()
        for words, act in (
            (tr("settings", "Copy"), self._on_copy),
            (tr("settings", "Save as text…"), self._on_save),
        ):
            button = plain(words, parent=self)
            button.clicked.connect(act)
            foot.addWidget(button)
        foot.addStretch(1)
        close = plain(tr("settings", "Close"), parent=self)
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        words = tr("settings", "Print it or write it down, and keep it where nobody else finds it.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(label(words, wrap=True, parent=self))
        layout.addWidget(shown)
        layout.addWidget(self._said)
        layout.addLayout(foot)
        self.setMinimumWidth(440)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._key)
        self._said.setText(tr("settings", "Copied. Other programs can read it there."))

    def _on_save(self) -> None:
        path = ask_where_to_save(self, tr("settings", "Save recovery key"), "recovery-key.txt")
        if path is not None:
            self._doors.run(
                self, partial(_write, path, self._key), then=lambda _none: self._on_saved()
            )

    def _on_saved(self) -> None:
        self._said.setText(tr("settings", "Saved. Move it off this computer."))


def _in_lines(key: str) -> str:
    """Four groups to a line: as one compares them with paper."""
    groups = key.split("-")
    return "\n".join("  ".join(groups[at : at + 4]) for at in range(0, len(groups), 4))


def _write(path: Path, key: str) -> None:
    """Only its owner may read the file."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(f"SMS Desk recovery key\n\n{key}\n", "utf-8")
    except OSError as error:
        raise StorageError(
            f"The file could not be written: {path} ({error.strerror}).", "Choose another place."
        ) from error
