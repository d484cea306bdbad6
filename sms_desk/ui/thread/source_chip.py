"""What a conversation answers, beside its name: a chip, and its reason on request (R3, R5)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.thread.words import tr
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.sources import SourceSign
from sms_desk.ui.widgets.text import elided, set_tip

_HEIGHT: Final = 18
_PAD: Final = 8
_ICON: Final = 12
_GAP: Final = 4
_BESIDE: Final = 6
BARE: Final = 2 * _PAD + _ICON
"""Pixels of the icon alone."""
_LEAST_WORDS: Final = 40
"""Pixels of words below which the icon alone says more."""


class SourceChip(QWidget):
    """Hidden where there is nothing to say, or no room. Chip and *why?* both tell the reason."""

    why_requested = Signal(QPoint)
    """Where the reason belongs, on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chip = _Chip(self)
        self._why = link(tr("why?"), parent=self)
        self._why.setFont(theme.font("meta"))
        for button in (self._chip, self._why):
            button.clicked.connect(self._on_why_clicked)
        self._says = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_BESIDE)
        row.addWidget(self._chip)
        row.addWidget(self._why)
        self.hide()

    def show_sign(self, sign: SourceSign | None) -> None:
        self._says = sign is not None
        if sign is not None:
            self._chip.show_sign(sign)
            for button in (self._chip, self._why):
                button.setAccessibleName(tr("Why {source}?").format(source=sign.text))

    def fit(self, room: int) -> int:
        """Take at most so many pixels: whole, the words cut, the icon with *why?*, the icon alone,
        or nothing. Returns what it takes."""
        self.setVisible(self._says and room >= BARE)
        if self.isHidden():
            return 0
        around = _BESIDE + self._why.sizeHint().width()
        asks = room >= BARE + around
        self._why.setVisible(asks)
        # One stop for the keyboard, whichever of the two stands there.
        self._chip.setFocusPolicy(Qt.FocusPolicy.NoFocus if asks else Qt.FocusPolicy.TabFocus)
        return self._chip.fit(room - around * asks) + around * asks

    def words(self) -> str:
        return self._chip.words()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, _HEIGHT)  # nobody's pane stays wide for it

    @Slot()
    def _on_why_clicked(self) -> None:
        self.why_requested.emit(self.mapToGlobal(self.rect().bottomLeft()))


class _Chip(QAbstractButton):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sign = SourceSign("", "", "secondary", "neutral_soft")
        self._width = BARE
        self.setFont(theme.font("meta"))
        self.setFixedHeight(_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_sign(self, sign: SourceSign) -> None:
        self._sign = sign
        self.update()

    def words(self) -> str:
        return self._sign.text

    def fit(self, room: int) -> int:
        wanted = BARE + _GAP + self.fontMetrics().horizontalAdvance(self._sign.text) + 1
        least = min(wanted, BARE + _GAP + _LEAST_WORDS)
        self._width = min(wanted, room) if room >= least else BARE
        set_tip(self, self._sign.text if self._width < wanted else "")
        self.setMaximumWidth(self._width)
        self.updateGeometry()
        return self._width

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._width, _HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(BARE, _HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        painter.setPen(QPen(tokens.accent, 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color(self._sign.ground))
        edge = 1 if self.hasFocus() else 0
        round_ = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.drawRoundedRect(round_, round_.height() / 2, round_.height() / 2)
        icon = theme.pixmap(self._sign.icon, self._sign.ink, _ICON, self.devicePixelRatioF())
        mark = QRect(_PAD, (_HEIGHT - _ICON) // 2, _ICON, _ICON)
        words = QRect(_PAD + _ICON + _GAP, 0, self.width() - 2 * _PAD - _ICON - _GAP, _HEIGHT)
        painter.drawPixmap(self._placed(mark).topLeft(), icon)
        if words.width() > 0:
            painter.setPen(tokens.color(self._sign.ink))
            shown = elided(self.fontMetrics(), self._sign.text, words.width())
            painter.drawText(self._placed(words), Qt.AlignmentFlag.AlignVCenter, shown)

    def _placed(self, where: QRect) -> QRect:
        """Mirrored in right-to-left layouts."""
        if self.layoutDirection() == Qt.LayoutDirection.LeftToRight:
            return where
        return QRect(QPoint(self.width() - where.right() - 1, where.top()), where.size())
