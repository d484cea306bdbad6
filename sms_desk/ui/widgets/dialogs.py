"""Dialogs in plain text: a question, a notice, an error with its next step, one line to type.

Not QMessageBox, which guesses markup and draws the platform's signs: these look like the desk.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from sms_desk.domain.errors import DeskError
from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import Button
from sms_desk.ui.widgets.labels import LONGEST_TITLE, Label, clipped, set_window_title
from sms_desk.ui.widgets.words import tr

_SIGN: Final = 24
_WIDTH: Final = 400


class Notice(QDialog):
    """A sign, what it is about, what to do next, and one or two buttons that say what they do.

    After `exec`, `result()` is Accepted only if the person chose `yes`.
    """

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        next_step: str,
        *,
        sign: tuple[str, str],
        yes: str,
        no: str = "",
        danger: bool = False,
    ) -> None:
        super().__init__(parent)
        set_window_title(self, "SMS Desk")
        self.setAccessibleName(clipped(title))
        self.setAccessibleDescription(clipped(next_step))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(20)
        layout.addLayout(self._words(title, next_step, sign))
        layout.addLayout(self._buttons(yes, no, danger))
        self.setFixedWidth(_WIDTH)

    def _words(self, title: str, next_step: str, sign: tuple[str, str]) -> QHBoxLayout:
        name, token = sign
        drawing = Label("", parent=self)
        drawing.setPixmap(theme.pixmap(name, token, _SIGN, self.devicePixelRatioF()))
        drawing.setFixedSize(QSize(_SIGN, _SIGN))
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addWidget(Label(title, "body_strong", wrap=True, parent=self))
        if next_step:
            texts.addWidget(Label(next_step, tone="secondary", wrap=True, parent=self))
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(drawing, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(texts, 1)
        return line

    def _buttons(self, yes: str, no: str, danger: bool) -> QHBoxLayout:
        accept = Button(yes, "danger" if danger else "primary", parent=self)
        accept.clicked.connect(self.accept)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addStretch(1)
        if no:
            reject = Button(no, parent=self)
            reject.clicked.connect(self.reject)
            line.addWidget(reject)
            reject.setDefault(danger)
        line.addWidget(accept)
        accept.setDefault(not danger)
        return line


def ask(
    parent: QWidget | None,
    title: str,
    next_step: str,
    *,
    yes: str,
    no: str = "",
    danger: bool = False,
) -> bool:
    """A question whose two answers each say what they do; Escape means no.

    danger: Enter means no too, and the yes is red.
    """
    sign = ("triangle-alert", "error") if danger else ("circle-question-mark", "accent")
    no = no or tr("text", "Cancel")
    return _run(Notice(parent, title, next_step, sign=sign, yes=yes, no=no, danger=danger))


def tell(parent: QWidget | None, title: str, next_step: str = "") -> None:
    """Something that the person should know before going on."""
    _run(Notice(parent, title, next_step, sign=("info", "accent"), yes=tr("text", "OK")))


def tell_error(parent: QWidget | None, error: DeskError) -> None:
    """What happened, and what to do now."""
    sign = ("triangle-alert", "error")
    _run(Notice(parent, error.title, error.next_step, sign=sign, yes=tr("text", "OK")))


class TextQuestion(QDialog):
    """Asks for one line of text."""

    def __init__(
        self, parent: QWidget | None, title: str, prompt: str, text: str, yes: str
    ) -> None:
        super().__init__(parent)
        set_window_title(self, title)
        self._field = QLineEdit(clipped(text, LONGEST_TITLE), self)
        self._field.setMaxLength(LONGEST_TITLE)
        self._field.setAccessibleName(prompt)
        self._field.selectAll()
        self._field.textChanged.connect(self._on_text_changed)
        self._accept = Button(yes, "primary", parent=self)
        self._accept.clicked.connect(self.accept)
        self._accept.setDefault(True)
        cancel = Button(tr("text", "Cancel"), parent=self)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(Label(prompt, "body_strong", wrap=True, parent=self))
        layout.addWidget(self._field)
        layout.addLayout(buttons)
        self.setFixedWidth(_WIDTH)
        self._on_text_changed(text)

    def answer(self) -> str:
        return self._field.text().strip()

    def _on_text_changed(self, text: str) -> None:
        self._accept.setEnabled(bool(text.strip()))


def ask_text(
    parent: QWidget | None, title: str, prompt: str, text: str = "", *, ok: str = ""
) -> str | None:
    """One line of text from the person; None if they thought better of it."""
    dialog = TextQuestion(parent, title, prompt, text, ok or tr("text", "Save"))
    return dialog.answer() if _run(dialog) else None


def _run(dialog: QDialog) -> bool:
    """Show a dialog until it is answered, and let it go."""
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted
