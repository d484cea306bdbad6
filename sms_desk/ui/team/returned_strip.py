"""Above the composer: what of this conversation came back, why, and what can be done with it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.plain_text import preview
from sms_desk.services.team_rows import Returned
from sms_desk.ui.team.returned import ReturnedKeeper, act, actions_of
from sms_desk.ui.team.words import reason_words, returned_title, tr
from sms_desk.ui.widgets.buttons import Button, plain, quiet
from sms_desk.ui.widgets.flow import FlowLayout
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.sign import Sign
from sms_desk.ui.widgets.text import label

_SHOWN = 200
"""Characters of the person's words: enough to know them again."""


class ReturnedStrip(QWidget):
    """The newest one; the others are counted and stand in the Outbox."""

    def __init__(self, keeper: ReturnedKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "soft")
        self._keeper = keeper
        self._conversation_id: UUID | None = None
        self._row: Returned | None = None
        self._title = label("", "body_strong", wrap=True, parent=self)
        self._reason = label("", "snippet", wrap=True, parent=self)
        self._words = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._more = label("", "meta", tone="secondary", wrap=True, parent=self)
        self._foot = QWidget(self)
        self._flow = FlowLayout(self._foot)
        self.buttons: dict[str, Button] = {}
        self._lay_out()
        keeper.changed.connect(self._show)
        self.hide()

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(3)
        for widget in (self._title, self._reason, self._words, self._more):
            texts.addWidget(widget)
        texts.addSpacing(4)
        texts.addWidget(self._foot)
        inside = QHBoxLayout()
        inside.setContentsMargins(20, 8, 16, 10)
        inside.setSpacing(10)
        inside.addWidget(Sign("undo-2", "nudge", self), 0, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(texts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(horizontal_line(self))
        column.addLayout(inside)

    def show_conversation(self, conversation_id: UUID | None) -> None:
        """Which conversation is meant from now on."""
        self._conversation_id = conversation_id
        self._show()

    def words(self) -> str:
        return f"{self._title.text()} {self._reason.text()} {self._words.text()}".strip()

    # --- inside ------------------------------------------------------------------------------------

    def _show(self) -> None:
        rows = self._keeper.of(self._conversation_id) if self._conversation_id else ()
        if not rows:
            self._row = None
            self.hide()
            return
        more = len(rows) - 1
        self._more.setText(tr("%n more of this conversation: see Outbox, Returned", more))
        self._more.setVisible(bool(more))
        if rows[0] != self._row:
            self._show_row(rows[0])
        self.show()

    def _show_row(self, row: Returned) -> None:
        self._row = row
        self._title.setText(returned_title(row))
        self._reason.setText(reason_words(row))
        self._words.setText(preview(row.text, _SHOWN))
        self._words.setVisible(bool(row.text))
        for old in self.buttons.values():
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = {deed: self._button(deed, words, row) for deed, words in actions_of(row)}
        self.setAccessibleName(self.words())
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.words()))

    def _button(self, deed: str, words: str, row: Returned) -> Button:
        made = (quiet if deed == "drop" else plain)(words, parent=self._foot)
        made.clicked.connect(partial(act, self._keeper, deed, row))
        self._flow.addWidget(made)
        made.show()
        return made
