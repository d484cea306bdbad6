"""How long WhatsApp's window stays open, counted down beside the send button (R42)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain import whatsapp_window
from sms_desk.domain.whatsapp_window import WindowState
from sms_desk.ui import theme
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.durations import left_words
from sms_desk.ui.widgets.text import Label, label, set_tip
from sms_desk.ui.widgets.words import tr

_LONGEST_SLEEP: Final = timedelta(seconds=20)
"""The clock may be set, and a laptop may sleep: look again well before the minute is over."""


class WindowClock(Bare):
    """One line, amber in the last hour; it asks nobody but the clock."""

    ran_out = Signal()
    """The window that was open has just closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._closes: datetime | None = None
        self._now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._was_open = False
        self._roomy = True
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self.look)
        self.hide()

    def count_down(self, closes: datetime | None, now: Callable[[], datetime]) -> None:
        """To when; None where no window is open, or where the channel has none."""
        self._closes, self._now = closes, now
        self._was_open = False
        self.look()

    def set_roomy(self, roomy: bool) -> None:
        """Where room is short only the time stands there; the tooltip has the whole sentence."""
        if roomy != self._roomy:
            self._roomy = roomy
            self.look()

    @Slot()
    def look(self) -> None:
        """Say what is left at this moment."""
        now = self._now()
        state = whatsapp_window.state(self._closes, now)
        if state is WindowState.CLOSED:
            self.hide()
            self._turn.stop()
            was_open, self._was_open = self._was_open, False
            if was_open:
                self.ran_out.emit()
            return
        self._was_open = True
        self.furnish()
        self.show()
        left = left_words(whatsapp_window.time_left(self._closes, now))
        said = tr("composer", "Window open {left}").replace("{left}", left)
        self._words.setText(said if self._roomy else left)
        self._words.set_tone("nudge" if state is WindowState.CLOSING_SOON else "secondary")
        self._draw_sign()
        self.setAccessibleName(said)
        set_tip(self, said)
        wait = whatsapp_window.next_turn(self._closes, now) or _LONGEST_SLEEP
        self._turn.start(min(wait, _LONGEST_SLEEP) // timedelta(milliseconds=1) + 1)

    def words(self) -> str:
        return "" if self.isHidden() else self._words.text()

    def is_amber(self) -> bool:
        return self.is_furnished() and self._words.property("tone") == "nudge"

    @override
    def _furnish(self) -> None:
        self._sign = Label(parent=self)
        self._words = label("", "snippet", tone="secondary", parent=self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(self._sign)
        layout.addWidget(self._words)
        theme.signals.changed.connect(self._draw_sign)

    @Slot()
    def _draw_sign(self) -> None:
        self._sign.setPixmap(theme.pixmap("clock", "nudge" if self.is_amber() else "secondary", 14))
