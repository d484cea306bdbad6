"""The state of the line in one calm line: last synced, offline since, retry in, sync now (R63)."""

from __future__ import annotations

from datetime import datetime, tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sms_desk.services.inbox_rows import LineCondition, LineState
from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import icon_button
from sms_desk.ui.widgets.text import ElidedLabel, Tone, label, set_tip
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_ICONS: dict[LineCondition, tuple[str, str]] = {
    LineCondition.NO_ACCOUNT: ("plug", "secondary"),
    LineCondition.SYNCING: ("refresh-cw", "accent"),
    LineCondition.ONLINE: ("circle-check", "ok"),
    LineCondition.OFFLINE: ("wifi-off", "nudge"),
    LineCondition.CREDENTIAL: ("key-round", "error"),
    LineCondition.LOCKED: ("lock", "error"),
    LineCondition.ELSEWHERE: ("circle-check", "secondary"),
}
_TROUBLE = frozenset({LineCondition.OFFLINE, LineCondition.CREDENTIAL, LineCondition.LOCKED})


class LineStatus(QWidget):
    """A sign and few words; the whole story is the tooltip."""

    sync_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._condition = LineCondition.SYNCING
        self._sign = label(parent=self)
        self._words = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._sync = icon_button("refresh-cw", tr("line", "Sync now"), parent=self)
        self._sync.clicked.connect(self.sync_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._sign)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._sync)
        theme.signals.changed.connect(self._draw_sign)
        self.say(LineCondition.SYNCING, tr("line", "Opening…"), "")

    def say(self, condition: LineCondition, words: str, story: str) -> None:
        self._condition = condition
        self._words.setText(words)
        tone: Tone = "error" if condition in _TROUBLE else "secondary"
        self._words.set_tone("nudge" if condition is LineCondition.OFFLINE else tone)
        set_tip(self._words, story or words)
        self._sign.setAccessibleName(words)
        self._sync.setEnabled(condition not in (LineCondition.NO_ACCOUNT, LineCondition.SYNCING))
        self._draw_sign()

    def words(self) -> str:
        return self._words.text()

    def set_compact(self, compact: bool) -> None:
        """Only the sign, where the rail is collapsed."""
        self._words.setVisible(not compact)
        self._sync.setVisible(not compact)

    def _draw_sign(self) -> None:
        name, ink = _ICONS[self._condition]
        self._sign.setPixmap(theme.pixmap(name, ink, 16))


def worst(lines: tuple[LineState, ...]) -> LineState | None:
    """The line that a person should know of first."""
    order = list(_BY_WEIGHT)
    return min(lines, key=lambda line: order.index(line.condition), default=None)


_BY_WEIGHT = (
    LineCondition.CREDENTIAL,
    LineCondition.LOCKED,
    LineCondition.OFFLINE,
    LineCondition.SYNCING,
    LineCondition.ELSEWHERE,
    LineCondition.ONLINE,
    LineCondition.NO_ACCOUNT,
)


def line_words(line: LineState, now: datetime, zone: tzinfo) -> str:
    """Such as "Synced 10:42" or "Offline since 10:38 · retry in 20 s"."""
    match line.condition:
        case LineCondition.NO_ACCOUNT:
            return tr("line", "No account connected")
        case LineCondition.SYNCING:
            return tr("line", "Syncing…")
        case LineCondition.CREDENTIAL:
            return tr("line", "Credential refused")
        case LineCondition.LOCKED:
            return tr("line", "Keyring locked")
        case LineCondition.OFFLINE:
            return _offline(line, now, zone)
        case LineCondition.ELSEWHERE:
            return tr("line", "Synced by another process")
        case _:
            return _synced(line, now, zone)


def _synced(line: LineState, now: datetime, zone: tzinfo) -> str:
    if line.last_sync_at is None:
        return tr("line", "Connected")
    words = tr("line", "Synced {time}")
    return words.replace("{time}", clock_words(line.last_sync_at, now, zone))


def _offline(line: LineState, now: datetime, zone: tzinfo) -> str:
    words = tr("line", "Offline")
    if line.offline_since is not None:
        since = clock_words(line.offline_since, now, zone)
        words = tr("line", "Offline since {time}").replace("{time}", since)
    if line.retry_at is not None and line.retry_at > now:
        seconds = max(1, round((line.retry_at - now).total_seconds()))
        words += " · " + tr("line", "retry in %n s", seconds)
    return words
