"""The last step of a first run: a copy of the key, for the day that the keyring is lost (R46)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal

from sms_desk.ui.doors import Doors
from sms_desk.ui.recovery import RecoveryRow
from sms_desk.ui.widgets.buttons import primary
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.wizard.steps import Step


class KeepStep(Step):
    """Nobody has to: Settings offer the same later."""

    done = Signal()

    def __init__(self, doors: Doors, folder: Path) -> None:
        """folder: of the workspace."""
        super().__init__(
            tr("wizard", "Keep a copy of the key"),
            tr("wizard", "Your messages are being fetched meanwhile."),
        )
        self.recovery = RecoveryRow(doors, folder)
        self.form.add_widget(self.recovery)
        self.form.add_words(tr("wizard", "Settings, Workspace, has it again later."))
        self.open_inbox = primary(tr("wizard", "Open the inbox"))
        self.form.add_foot(self.open_inbox)
        self.open_inbox.clicked.connect(self.done)
