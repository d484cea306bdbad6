"""The state of the line in one calm line: last synced, offline since, retry in, sync now (R63)."""

from __future__ import annotations

from datetime import datetime, tzinfo

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

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
_DOT = " · "
_TROUBLE = frozenset({LineCondition.OFFLINE, LineCondition.CREDENTIAL, LineCondition.LOCKED})


class LineStatus(QWidget):
    """A sign and few words; the whole story is the tooltip, or a card that opens beside it."""

    sync_requested = Signal()
    story_requested = Signal(QPoint)
    """The person pressed the words; where the card about the line shall stand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = _ICONS[LineCondition.SYNCING]
        self._tells = False
        self._sign = label(parent=self)
        self._words = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._more = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._compact = False
        texts = self._texts = QVBoxLayout()
        texts.setSpacing(0)
        for each in (self._words, self._more):
            fills = each.sizePolicy()
            fills.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # the rail says how wide it is
            each.setSizePolicy(fills)
            texts.addWidget(each)
        self._sync = icon_button("refresh-cw", tr("line", "Sync now"), parent=self)
        self._sync.clicked.connect(self.sync_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._sign)
        layout.addLayout(texts, 1)
        layout.addWidget(self._sync)
        theme.signals.changed.connect(self._draw_sign)
        self._draw_sign()
        self.say(LineCondition.SYNCING, tr("line", "Opening…"), "")

    def say(self, condition: LineCondition, words: str, story: str) -> None:
        tone: Tone = "error" if condition in _TROUBLE else "secondary"
        tone = "nudge" if condition is LineCondition.OFFLINE else tone
        self.show_state(_ICONS[condition], tone, words, story)
        self._sync.setEnabled(condition not in (LineCondition.NO_ACCOUNT, LineCondition.SYNCING))

    def show_state(self, drawing: tuple[str, str], tone: Tone, words: str, story: str) -> None:
        """drawing: icon and colour token. words: what follows a " · " has a line of its own, for the
        rail is narrow. story: all there is to say."""
        first, _dot, more = words.partition(_DOT)
        self._words.setText(first)
        self._more.setText(more)
        self._show_words()
        for label_ in (self._words, self._more):
            label_.set_tone(tone)
        for widget in (self._words, self._more, self._sign):
            set_tip(widget, story or words)
        self._sign.setAccessibleName(words)
        self.setAccessibleName(words)
        if drawing != self._drawing:
            self._drawing = drawing
            self._draw_sign()

    def tell_more(self) -> None:
        """The words can be pressed from now on; they take the place of the button beside them."""
        self._tells = True
        self._sync.hide()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def words(self) -> str:
        return _DOT.join(filter(None, (self._words.text(), self._more.text())))

    def set_compact(self, compact: bool) -> None:
        """Only the sign, where the rail is collapsed."""
        self._compact = compact
        self._show_words()
        self._sync.setVisible(not compact and not self._tells)

    def _show_words(self) -> None:
        self._words.setVisible(not self._compact)
        self._more.setVisible(not self._compact and bool(self._more.text()))
        self._texts.setContentsMargins(0 if self._compact else 6, 0, 0, 0)

    def _draw_sign(self) -> None:
        name, ink = self._drawing
        self._sign.setPixmap(theme.pixmap(name, ink, 16))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._ask_for_story()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._ask_for_story()
        else:
            super().keyPressEvent(event)

    def _ask_for_story(self) -> None:
        if self._tells:
            self.story_requested.emit(self.mapToGlobal(self.rect().topLeft() + QPoint(160, 0)))


def worst(lines: tuple[LineState, ...]) -> LineState | None:
    """The line that a person should know of first."""
    order = list(_BY_WEIGHT)
    return min(lines, key=lambda line: (order.index(line.condition), not line.title), default=None)


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
