"""Asks for a secret: typed as dots, and shown nowhere."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.text import label, set_window_title
from sms_desk.ui.widgets.words import tr


def ask_unseen(parent: QWidget, title: str, prompt: str, yes: str) -> str:
    """A secret typed as dots; "" for none."""
    return _answer_of(UnseenDialog(title, prompt, yes, parent))


def ask_new_passphrase(parent: QWidget, reason: str, shortest: int) -> str:
    """A passphrase typed twice; "" for none. reason: why one is needed."""
    return _answer_of(NewPassphraseDialog(reason, shortest, parent))


def _answer_of(dialog: UnseenDialog) -> str:
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    typed = dialog.typed()
    dialog.deleteLater()
    return typed if accepted else ""


class UnseenDialog(QDialog):
    """One field of dots, and a button that works once something stands there."""

    def __init__(self, title: str, prompt: str, yes: str, parent: QWidget) -> None:
        super().__init__(parent)
        set_window_title(self, title)
        self._field = self._made_field(title)
        cancel, self._yes = plain(tr("unseen", "Cancel"), parent=self), primary(yes, parent=self)
        cancel.clicked.connect(self.reject)
        self._yes.clicked.connect(self.accept)
        self._yes.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self._yes)
        self._column = QVBoxLayout()
        self._column.setSpacing(12)
        self._column.addWidget(label(prompt, wrap=True, parent=self))
        self._column.addWidget(self._field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self._column)
        layout.addLayout(foot)
        self.setMinimumWidth(400)
        self._look()

    def typed(self) -> str:
        return self._field.text()

    def is_complete(self) -> bool:
        """Whether it can be taken as it stands."""
        return bool(self._field.text())

    def _made_field(self, name: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setMaxLength(500)
        field.setAccessibleName(name)
        field.textChanged.connect(self._look)
        return field

    def _look(self) -> None:
        self._yes.setEnabled(self.is_complete())


class NewPassphraseDialog(UnseenDialog):
    """Typed twice, with the rule and the warning before, not after."""

    def __init__(self, reason: str, shortest: int, parent: QWidget) -> None:
        self._shortest = shortest
        self._again: QLineEdit | None = None
        super().__init__(
            tr("unseen", "A passphrase for the new workspace"),
            reason,
            tr("unseen", "Make the workspace"),
            parent,
        )
        rule = tr("unseen", "At least {n} characters; several words are good.")
        self._state = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._again = self._made_field(tr("unseen", "The passphrase again"))
        self._field.setPlaceholderText(rule.replace("{n}", str(shortest)))
        self._again.setPlaceholderText(tr("unseen", "The same again"))
        self._column.addWidget(self._again)
        self.setTabOrder(self._field, self._again)  # it is made after the buttons
        self._column.addWidget(self._state)
        self._column.addWidget(
            label(
                tr(
                    "unseen",
                    "It is written nowhere and cannot be recovered: "
                    "without it nobody opens the workspace, you included.",
                ),
                "body_strong",
                wrap=True,
                parent=self,
            )
        )
        self._look()

    def is_complete(self) -> bool:
        return self._again is not None and not self.missing()

    def missing(self) -> str:
        """What still keeps it from being taken, in words; "" for nothing."""
        typed, again = self._field.text(), self._again.text() if self._again else ""
        short = self._shortest - len(typed.strip())
        if short > 0:
            return tr("unseen", "%n more character(s).", short)
        if typed != again:
            return tr("unseen", "The two are not the same yet.")
        return ""

    def _look(self) -> None:
        super()._look()
        if self._again is not None:
            self._state.setText(self.missing() or tr("unseen", "Good."))
