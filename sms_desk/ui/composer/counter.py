"""How many characters and parts, and which character makes the message dear (R34)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain import segments
from sms_desk.domain.segments import Encoding, Segmentation
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.text import label, set_tip
from sms_desk.ui.widgets.words import tr

_MOST_NAMED = 3


class Counter(QWidget):
    """One line such as "61 / 160 · 1 part"; amber from the second part on, and red where no provider
    takes so long a text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = label("", "snippet", tone="secondary", parent=self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._words)

    def show_count(self, text: str) -> None:
        """Count `text`; nothing is shown for an empty one."""
        counted = segments.count(text)
        too_many = len(text) - segments.LONGEST
        if too_many > 0:
            self._words.setText(tr("composer", "%n character(s) too many", too_many))
            self._words.set_tone("error")
        else:
            self._words.setText(count_words(counted) if text else "")
            self._words.set_tone("nudge" if counted.parts > 1 else "secondary")
        set_tip(self._words, unicode_words(counted))

    def words(self) -> str:
        return self._words.text()

    def is_amber(self) -> bool:
        return bool(self._words.property("tone") == "nudge")


class ReplaceOffer(Bare):
    """Names what forces Unicode, and offers the look-alikes that do not where there are any."""

    replace_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hide()

    def show_for(self, text: str) -> None:
        """Shown while the text goes as Unicode; the character comes first, as it is the news."""
        forcing = segments.count(text).unicode
        if not forcing:
            self.hide()
            return
        self.furnish()
        offers = segments.replacements(text)
        self._replace.setVisible(bool(offers))
        self._words.set_tone("nudge" if offers else "secondary")
        words = tr("composer", "{characters} makes this Unicode: 70 per part, not 160")
        self._words.setText(words.replace("{characters}", _named(forcing)))
        self.show()

    def words(self) -> str:
        return self._words.text() if self.is_furnished() else ""

    @override
    def _furnish(self) -> None:
        self._words = label("", "snippet", tone="nudge", wrap=True, parent=self)
        self._replace = link(tr("composer", "Replace"), parent=self)
        self._replace.clicked.connect(self.replace_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._replace)


def count_words(counted: Segmentation) -> str:
    """Such as "61 / 160 · 1 part" or "75 / 134 · 2 parts · Unicode"."""
    room = counted.per_part * max(1, counted.parts)
    said = f"{counted.units} / {room} · {tr('composer', '%n part(s)', counted.parts)}"
    return said if counted.encoding is Encoding.GSM7 else f"{said} · Unicode"


def unicode_words(counted: Segmentation) -> str:
    """Which characters force Unicode; empty where none does."""
    if not counted.unicode:
        return ""
    return tr("composer", "Sent as Unicode because of {characters}").format(
        characters=_named(counted.unicode)
    )


def _named(characters: tuple[str, ...]) -> str:
    shown = "  ".join(_visible(character) for character in characters[:_MOST_NAMED])
    more = len(characters) - _MOST_NAMED
    return (
        shown
        if more <= 0
        else tr("composer", "{shown} and %n more", more).replace("{shown}", shown)
    )


def _visible(character: str) -> str:
    """A character that leaves no mark is named by its number."""
    marks = character.isprintable() and not character.isspace()
    return character if marks else " ".join(f"U+{ord(each):04X}" for each in character)
