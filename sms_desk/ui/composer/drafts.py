"""The two half-typed texts of a conversation, kept apart and reported soon (R10)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from sms_desk.domain.model import DraftMode

SAVE_AFTER_MS = 1_500
"""After the first unsaved change, not after the last: who types on loses no more than this."""


class Drafts(QObject):
    """What stands in each mode, and what nobody has been told of yet."""

    changed = Signal(object, object, str)
    """Conversation id, mode, text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._conversation_id: UUID | None = None
        self._texts = dict.fromkeys(DraftMode, "")
        self._unsaved: set[DraftMode] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def conversation_id(self) -> UUID | None:
        return self._conversation_id

    def start(self, conversation_id: UUID, texts: Mapping[DraftMode, str]) -> None:
        """Another conversation; what was typed for the old one is reported first."""
        self.flush()
        self._conversation_id = conversation_id
        self._texts = {mode: texts.get(mode, "") for mode in DraftMode}

    def text(self, mode: DraftMode) -> str:
        return self._texts[mode]

    def is_unsaved(self, mode: DraftMode) -> bool:
        return mode in self._unsaved

    def typed(self, mode: DraftMode, text: str) -> None:
        """The person changed the text."""
        if text == self._texts[mode]:
            return
        self._texts[mode] = text
        self._unsaved.add(mode)
        if not self._timer.isActive():
            self._timer.start()

    def take(self, mode: DraftMode, text: str) -> None:
        """A stored draft, from another of the person's windows; nothing to report."""
        self._texts[mode] = text

    def flush(self) -> None:
        """Report what is not saved yet, now."""
        self._timer.stop()
        unsaved, self._unsaved = self._unsaved, set()
        if self._conversation_id is None:
            return
        for mode in sorted(unsaved):
            self.changed.emit(self._conversation_id, mode, self._texts[mode])
