"""The pane of one finding: why it stands there, what it rests on, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.services.advisor import FindingRow
from sms_desk.ui import theme
from sms_desk.ui.advisor.reading import Advice, Subject
from sms_desk.ui.advisor.words import accepted_words, sign_of, title_of
from sms_desk.ui.widgets.buttons import Button, icon_button, plain, primary
from sms_desk.ui.widgets.forms import line_edit
from sms_desk.ui.widgets.text import Label, Tone, label, set_tip
from sms_desk.ui.widgets.words import tr

_SIGN = 16


class FindingPane(QWidget):
    """Says and asks; changes nothing itself."""

    remedy_requested = Signal()
    accepted = Signal(str)
    """Why it is accepted as it is."""
    counts_again = Signal()
    subject_opened = Signal(object)
    """The `Subject` to be shown."""
    closed = Signal()

    def __init__(self, row: FindingRow, advice: Advice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._advice = advice
        self.setAccessibleName(title_of(row))
        self.remedy = primary(row.remedy, parent=self)
        self.accept = plain(tr("advisor", "Accept as it is…"), parent=self)
        self.again = plain(tr("advisor", "Let it count again"), parent=self)
        self.reason = _Reason(self)
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self._wrong.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._build()
        self.remedy.clicked.connect(self.ask_remedy)
        self.accept.clicked.connect(self.ask_reason)
        self.again.clicked.connect(self.counts_again)
        self.reason.given.connect(self.accepted)
        self.reason.left.connect(self._on_reason_left)

    # --- from outside ----------------------------------------------------------------------------

    def is_changed(self) -> bool:
        """Whether a reason is half typed."""
        return bool(self.reason.text())

    def ask_remedy(self) -> None:
        """Once: it is looked at again before anything is done."""
        if self.remedy.isVisibleTo(self) and self.remedy.isEnabled():
            self._wrong.hide()
            self.remedy.setEnabled(False)
            self.remedy_requested.emit()

    def ask_reason(self) -> None:
        """Why it is accepted as it is; nothing where it is accepted, or not for this person."""
        if self.accept.isVisibleTo(self):
            self.reason.begin()  # first: the focus must not wander off with the button
            self.accept.hide()

    def focus_first(self) -> None:
        """To what can be done next."""
        buttons = (self.remedy, self.accept, self.again)
        first = next((each for each in buttons if each.isVisibleTo(self)), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def show_error(self, error: DeskError) -> None:
        """Why it was not done; what was typed stays."""
        self.remedy.setEnabled(True)
        self._wrong.setText(f"{error.title} {error.next_step}".strip())
        self._wrong.show()

    def error_words(self) -> str:
        return self._wrong.text() if self._wrong.isVisibleTo(self) else ""

    # --- building --------------------------------------------------------------------------------

    def _build(self) -> None:
        row = self.row
        self._column.addLayout(self._head())
        self._column.addWidget(label(title_of(row), "title", wrap=True, parent=self))
        self._column.addSpacing(2)
        self._column.addWidget(self._words(row.explanation, "secondary"))
        self._section(tr("advisor", "Rests on"))
        for fact in row.based_on:
            self._column.addWidget(self._words(fact))
        subjects = self._advice.subjects_of(row)
        if subjects:
            self._section(tr("advisor", "Concerns"))
            for subject in subjects:
                self._column.addWidget(self._subject(subject))
        self._section(tr("advisor", "Next step"))
        self._column.addWidget(self._words(row.next_step))
        self._column.addSpacing(8)
        if row.waived:
            self._build_accepted()
        self._build_buttons()

    def _head(self) -> QHBoxLayout:
        sign = sign_of(self.row.severity)
        drawing = Label(parent=self)
        drawing.setPixmap(theme.pixmap(sign.icon, sign.tone, _SIGN, self.devicePixelRatioF()))
        close = icon_button("x", tr("advisor", "Close the pane"), parent=self)
        close.clicked.connect(self.closed)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(drawing)
        line.addWidget(label(sign.word, "meta_strong", tone=sign.tone, parent=self))
        line.addStretch(1)
        line.addWidget(close)
        return line

    def _section(self, title: str) -> None:
        self._column.addSpacing(10)
        self._column.addWidget(label(title, "meta_strong", tone="secondary", parent=self))

    def _words(self, text: str, tone: Tone = "") -> Label:
        return label(preview(display_text(text), 1_000), tone=tone, wrap=True, parent=self)

    def _subject(self, subject: Subject) -> QWidget:
        """A sender ID, program or person leads to its own pane."""
        name = display_name(subject.name)
        line = QWidget(self)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        drawing = Label(parent=line)
        drawing.setPixmap(theme.pixmap(subject.icon, "secondary", 14, self.devicePixelRatioF()))
        layout.addWidget(drawing)
        opens = Button(name, "link", parent=line)
        opens.setCursor(Qt.CursorShape.PointingHandCursor)
        opens.setAccessibleName(tr("advisor", "Open {name}").replace("{name}", name))
        set_tip(opens, opens.accessibleName())
        opens.clicked.connect(lambda: self.subject_opened.emit(subject))
        layout.addWidget(opens)
        layout.addStretch(1)
        return line

    def _build_accepted(self) -> None:
        words = accepted_words(self.row, self._advice)
        self._column.addWidget(label(words, "body_strong", wrap=True, parent=self))
        if self.row.waived_reason:
            self._column.addWidget(self._words(self.row.waived_reason))
        self._column.addSpacing(4)

    def _build_buttons(self) -> None:
        row, may = self.row, self._advice.may_change
        self.remedy.setVisible(bool(row.remedy) and may and not row.waived)
        self.accept.setVisible(may and not row.waived)
        self.again.setVisible(may and row.waived)
        if not may and (row.remedy or row.waived):
            words = tr("advisor", "An admin can do it with one click: {remedy}.")
            words = words.replace("{remedy}", preview(row.remedy, 120))
            said = words if row.remedy and not row.waived else tr("advisor", "Only an admin can.")
            self._column.addWidget(label(said, "snippet", tone="secondary", wrap=True, parent=self))
        self._column.addWidget(self._wrong)
        for button in (self.remedy, self.accept, self.again):
            self._column.addWidget(button)
        self._column.addWidget(self.reason)

    def _on_reason_left(self) -> None:
        self.accept.show()
        self.accept.setFocus(Qt.FocusReason.TabFocusReason)


class _Reason(QWidget):
    """Why it is accepted as it is: asked in place, Enter takes it, Escape thinks better of it."""

    given = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = line_edit(hint=tr("advisor", "Why, for whoever asks later"), parent=self)
        self._field.setAccessibleName(tr("advisor", "Why is it accepted?"))
        self._yes = plain(tr("advisor", "Accept"), parent=self)
        self._yes.setEnabled(False)
        self._no = plain(tr("advisor", "Cancel"), parent=self)
        self._field.textChanged.connect(lambda text: self._yes.setEnabled(bool(text.strip())))
        self._field.returnPressed.connect(self._on_yes)
        self._yes.clicked.connect(self._on_yes)
        self._no.clicked.connect(self._leave)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._no)
        buttons.addWidget(self._yes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(
            label(
                tr("advisor", "Why is it accepted?"), "meta_strong", tone="secondary", parent=self
            )
        )
        column.addWidget(self._field)
        column.addLayout(buttons)
        self.hide()

    def field(self) -> QLineEdit:
        return self._field

    def text(self) -> str:
        return self._field.text()

    def begin(self) -> None:
        self.show()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _on_yes(self) -> None:
        if reason := " ".join(self._field.text().split()):
            self.given.emit(reason)

    def _leave(self) -> None:
        self._field.clear()
        self.left.emit()
        self.hide()
