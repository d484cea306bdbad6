"""Before a blocked sender ID's conversations go on from its fallback: what that would do (R17)."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.commands import SwitchToFallback
from sms_desk.domain.errors import DeskError
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.services import health
from sms_desk.services.executor import Done
from sms_desk.services.health import FallbackPreview
from sms_desk.ui.doors import Doors
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.text import ElidedLabel, Label, label, set_tip, set_window_title
from sms_desk.ui.widgets.words import tr

_WIDTH = 480


class FallbackDialog(QDialog):
    """Counts first; nothing happens before the person says so, and undo takes it back."""

    def __init__(self, doors: Doors, sender_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_window_title(self, tr("fallback", "Go on from the fallback"))
        self._doors = doors
        self._sender_id = sender_id
        self._title = label(
            tr("fallback", "Counting the conversations…"), "title", wrap=True, parent=self
        )
        self._numbers = _Numbers(self)
        self._words = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._wrong = label("", "snippet", tone="error", wrap=True, parent=self)
        self._yes = primary(tr("fallback", "Go on from the fallback"), parent=self)
        self._yes.setEnabled(False)
        self._yes.setDefault(True)
        self._no = plain(tr("fallback", "Cancel"), parent=self)
        self._lay_out()
        self._yes.clicked.connect(self._on_yes)
        self._no.clicked.connect(self.reject)
        doors.read(
            self, health.preview, sender_id, then=self._show_preview, failed=self._show_error
        )

    def words(self) -> str:
        """All that it says, for whoever listens."""
        said = (self._title, self._words, self._wrong)
        return " ".join(filter(None, (each.text() for each in said)))

    def is_possible(self) -> bool:
        return self._yes.isEnabled()

    def confirm(self) -> None:
        """As the button does."""
        self._yes.click()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._no)
        buttons.addWidget(self._yes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for widget in (self._title, self._numbers, self._words, self._wrong):
            layout.addWidget(widget)
        layout.addSpacing(4)
        layout.addLayout(buttons)
        self._numbers.hide()
        self._wrong.hide()
        self.setFixedWidth(_WIDTH)

    def _show_preview(self, found: FallbackPreview) -> None:
        name = isolate(display_name(found.sender_name))
        other = isolate(display_name(found.fallback_name))
        if found.problem:
            said = tr("fallback", "{name} cannot hand its conversations on")
            self._title.setText(said.replace("{name}", name))
            self._say_wrong(f"{found.problem} {found.next_step}".strip())
            self._no.setFocus()
            return
        said = tr("fallback", "From {name} to {other}")
        self._title.setText(said.replace("{name}", name).replace("{other}", other))
        self._numbers.show_counts(found)
        self._words.setText(_consequences(found, other))
        go_on = tr("fallback", "Go on from {other}").replace("{other}", other)
        self._yes.set_words(go_on)
        self._yes.setEnabled(found.conversations > 0)
        self.setAccessibleName(self.words())
        self._yes.setFocus()
        self._fit()

    def _show_error(self, error: DeskError) -> None:
        self._say_wrong(f"{error.title} {error.next_step}".strip())
        self._yes.setEnabled(True)

    def _say_wrong(self, words: str) -> None:
        self._wrong.setText(words)
        self._wrong.show()
        self.setAccessibleName(self.words())
        self._fit()

    def _fit(self) -> None:
        """As high as its words are at this width."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setFixedHeight(layout.totalHeightForWidth(_WIDTH))

    def _on_yes(self) -> None:
        self._yes.setEnabled(False)
        self._wrong.hide()
        command = SwitchToFallback(**self._doors.stamp(), sender_id=self._sender_id)
        self._doors.change(self, command, then=self._on_done, failed=self._show_error)

    def _on_done(self, _done: Done) -> None:
        self.accept()


def _consequences(found: FallbackPreview, other: str) -> str:
    """What becomes of owners, of what waits, and of those who asked to stop."""
    if not found.conversations:
        return tr("fallback", "No open conversation of it is there to go on.")
    said = [
        tr(
            "fallback",
            "Each goes on in a conversation of {other} that continues it, with the same owner, "
            "tags and source. Those in which nobody waits are closed; the others close with the "
            "first answer.",
        ).replace("{other}", other)
    ]
    if found.held or found.scheduled:
        said.append(tr("fallback", "What is held or scheduled moves along and is checked anew."))
    if found.opted_out:
        said.append(
            tr("fallback", "Who asked to hear no more is not written to from there, either.")
        )
    said.append(tr("fallback", "You can undo it as long as nobody has gone on there."))
    return " ".join(said)


class _Numbers(QWidget):
    """Five counts in a row, each over its name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 4)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(0)

    def show_counts(self, found: FallbackPreview) -> None:
        counts = (
            (tr("fallback", "Conversations"), found.conversations),
            (tr("fallback", "Waiting"), found.waiting),
            (tr("fallback", "Held"), found.held),
            (tr("fallback", "Scheduled"), found.scheduled),
            (tr("fallback", "Opted out"), found.opted_out),
        )
        for n, (name, count) in enumerate(counts):
            number = Label(f"{count:,}", "title", parent=self)
            number.setAccessibleName(f"{name}: {count:,}")
            below = ElidedLabel(name, "meta", tone="secondary", parent=self)
            set_tip(below, name)
            self._grid.addWidget(number, 0, n)
            self._grid.addWidget(below, 1, n)
            self._grid.setColumnStretch(n, 1)
        self.show()
