"""Another sender ID, typed by its address or label, with what fits offered while typing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from sms_desk.domain.plain_text import display_name
from sms_desk.ui.widgets.forms import LONGEST

_OFFERED = 12


class SenderField(QLineEdit):
    """Thousands can be chosen from, so this is no list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(LONGEST)
        self._ids: dict[str, UUID] = {}
        self._words: dict[UUID, str] = {}
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(_OFFERED)
        self.setCompleter(completer)

    def set_options(self, options: Sequence[tuple[UUID, str, str]]) -> None:
        """Id, number as shown, and label of what may be chosen."""
        self._ids.clear()
        self._words.clear()
        for id_, shown, label in options:
            words = " · ".join(filter(None, (display_name(shown), display_name(label))))
            self._words[id_] = words
            for word in (words, shown, label):
                if word:
                    self._ids.setdefault(word.casefold(), id_)
        self._model.setStringList(list(self._words.values()))

    def choose(self, id_: UUID | None) -> None:
        self.setText(self._words.get(id_, "") if id_ is not None else "")

    def value(self) -> UUID | None:
        """None while nothing is named, or something unknown."""
        typed = self.text().strip().casefold()
        return self._ids.get(typed) or self._ids.get(typed.replace(" ", ""))

    def is_unknown(self) -> bool:
        """Something is typed that is no sender ID of the list."""
        return bool(self.text().strip()) and self.value() is None
