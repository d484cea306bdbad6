"""The pane of the verdict: whether the log is whole, and the head to be noted elsewhere (R31)."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.audit import Head, head_text, parse_head
from sms_desk.domain.errors import DeskError
from sms_desk.services.audit import Verified
from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import icon_button, plain
from sms_desk.ui.widgets.forms import Form, line_edit
from sms_desk.ui.widgets.panes import horizontal_line
from sms_desk.ui.widgets.text import Label, label
from sms_desk.ui.widgets.words import tr

_SIGN: Final = 20


class VerdictPane(QWidget):
    closed = Signal()
    compared = Signal(object)
    """A `Head` that somebody noted, to be looked for in the chain."""
    entry_wanted = Signal(int)

    def __init__(
        self, found: Verified, with_head: Head | None = None, parent: QWidget | None = None
    ) -> None:
        """with_head: the one that was looked for."""
        super().__init__(parent)
        self._found = found
        self.setAccessibleName(found.words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addLayout(self._verdict(with_head))
        if not found.intact:
            column.addLayout(self._advice())
        if found.head:
            column.addSpacing(4)
            column.addWidget(horizontal_line(self))
            column.addWidget(self._noting())
        self._noted = line_edit(hint=tr("audit", "Number:hash"))
        self._form = Form(self)
        if found.head:
            column.addWidget(self._comparing(with_head))

    def error_words(self) -> str:
        return self._form.error_words()

    def noted_field(self) -> QWidget:
        """Where the head that was noted is typed."""
        return self._noted

    def _head(self) -> QHBoxLayout:
        close = icon_button("x", tr("audit", "Close the pane"), parent=self)
        close.clicked.connect(self.closed)
        line = QHBoxLayout()
        title = tr("audit", "Verification")
        line.addWidget(label(title, "meta_strong", tone="secondary", parent=self))
        line.addStretch(1)
        line.addWidget(close)
        return line

    def _verdict(self, with_head: Head | None) -> QHBoxLayout:
        sign = Label(parent=self)
        icon, ink = sign_of(self._found)
        sign.setPixmap(theme.pixmap(icon, ink, _SIGN, self.devicePixelRatioF()))
        words = self._found.words
        if with_head is not None and self._found.intact:
            noted = tr("audit", "Entry {n} is as it was noted.").replace("{n}", f"{with_head.n:,}")
            words = f"{words} {noted}"
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(words, "body_strong", wrap=True, parent=self), 1)
        return line

    def _advice(self) -> QVBoxLayout:
        column = QVBoxLayout()
        words = tr(
            "audit",
            "Compare with a backup. Whoever can write to the database can have done it; the desk"
            " itself changes no entry.",
        )
        column.addWidget(label(words, "snippet", tone="secondary", wrap=True, parent=self))
        if self._found.broken is not None:
            show = plain(tr("audit", "Show that entry"), parent=self)
            show.clicked.connect(partial(self.entry_wanted.emit, self._found.broken))
            column.addWidget(show, 0, Qt.AlignmentFlag.AlignLeading)
        return column

    def _noting(self) -> QWidget:
        form = Form(self)
        head = head_text(Head(self._found.head, self._found.hash))
        shown = line_edit(head)
        shown.setReadOnly(True)
        shown.setCursorPosition(0)
        form.add(
            tr("audit", "To be noted elsewhere"),
            shown,
            tr(
                "audit",
                "Whoever can write to the database could write the whole log anew. What is noted"
                " outside of it shows that.",
            ),
        )
        copy = plain(tr("audit", "Copy"), icon="copy", parent=form)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(head))
        form.add_widget(copy, at_start=True)
        return form

    def _comparing(self, with_head: Head | None) -> QWidget:
        if with_head is not None:
            self._noted.setText(head_text(with_head))
            self._noted.setCursorPosition(0)
        self._noted.returnPressed.connect(self._on_compare)
        self._form.add(tr("audit", "Noted earlier"), self._noted)
        compare = plain(tr("audit", "Compare"), parent=self._form)
        compare.clicked.connect(self._on_compare)
        self._form.add_foot(compare)
        return self._form

    @Slot()
    def _on_compare(self) -> None:
        try:
            self.compared.emit(parse_head(self._noted.text()))
        except DeskError as error:
            self._form.show_error(error)


def sign_of(found: Verified) -> tuple[str, str]:
    """Icon and ink of a verdict."""
    return ("circle-check", "ok") if found.intact else ("triangle-alert", "error")
