"""Asks for a secret: typed as dots, and shown nowhere."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr


def ask_unseen(parent: QWidget, title: str, prompt: str, yes: str) -> str:
    """A secret typed as dots; "" for none."""
    dialog = UnseenDialog(title, prompt, yes, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    typed = dialog.typed()
    dialog.deleteLater()
    return typed if accepted else ""


class UnseenDialog(QDialog):
    def __init__(self, title: str, prompt: str, yes: str, parent: QWidget) -> None:
        super().__init__(parent)
        set_window_title(self, title)
        self._field = QLineEdit(self)
        self._field.setEchoMode(QLineEdit.EchoMode.Password)
        self._field.setMaxLength(500)
        self._field.setAccessibleName(title)
        cancel, accept = plain(tr("unseen", "Cancel"), parent=self), primary(yes, parent=self)
        cancel.clicked.connect(self.reject)
        accept.clicked.connect(self.accept)
        accept.setDefault(True)
        accept.setEnabled(False)
        self._field.textChanged.connect(lambda text: accept.setEnabled(bool(text)))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(label(prompt, wrap=True, parent=self))
        layout.addWidget(self._field)
        layout.addLayout(foot)
        self.setMinimumWidth(400)

    def typed(self) -> str:
        return self._field.text()
