"""Labels, tooltips, menu entries and titles that show their text letter by letter."""

from __future__ import annotations

import html
from typing import Final, Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from sms_desk.ui import theme

Tone = Literal["", "secondary", "disabled", "accent", "error", "nudge", "ok"]

LONGEST: Final = 4_000
"""Characters that a label, tooltip or message box takes; longer texts are cut with a mark."""
LONGEST_MENU_TEXT: Final = 60
LONGEST_TITLE: Final = 200


def clipped(text: str, longest: int = LONGEST) -> str:
    """`text`, or its beginning and a mark that there is more."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


class Label(QLabel):
    """A label in a role's font that shows plain text whatever the text is."""

    def __init__(
        self,
        text: str = "",
        role: theme.Role = "body",
        *,
        tone: Tone = "",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        self.setWordWrap(wrap)
        self.set_tone(tone)
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        super().setText(clipped(text))

    def set_tone(self, tone: Tone) -> None:
        """What the text means, as a colour."""
        if self.property("tone") == tone:
            return
        self.setProperty("tone", tone)
        repolish(self)


class ElidedLabel(Label):
    """One line that is cut with … where the room ends; the whole text is its tooltip then."""

    def __init__(
        self,
        text: str = "",
        role: theme.Role = "body",
        *,
        tone: Tone = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, role, tone=tone, parent=parent)

    @override
    def setText(self, text: str) -> None:
        super().setText(clipped(text.replace("\n", " "), 500))
        self.setAccessibleName(self.text())
        self._follow_width()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 3, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow_width()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self._shown())

    def _shown(self) -> str:
        return elided(self.fontMetrics(), self.text(), self.contentsRect().width())

    def _follow_width(self) -> None:
        set_tip(self, self.text() if self._shown() != self.text() else "")


def label(
    text: str = "",
    role: theme.Role = "body",
    *,
    tone: Tone = "",
    wrap: bool = False,
    parent: QWidget | None = None,
) -> Label:
    """A plain-text label."""
    return Label(text, role, tone=tone, wrap=wrap, parent=parent)


def elided(metrics: QFontMetrics, text: str, width: int) -> str:
    """`text` cut with … to fit `width` logical pixels."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, width))


def repolish(widget: QWidget) -> None:
    """Let the stylesheet look at a changed property; it looks at what was never shown by itself."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def tip_text(text: str) -> str:
    """`text` as a tooltip shows it literally: Qt guesses markup, so the guess is made certain."""
    if not text:
        return ""
    escaped = html.escape(clipped(text)).replace("\n", "<br/>")
    return f"<qt>{escaped}</qt>"


def set_tip(widget: QWidget, text: str) -> None:
    """A plain-text tooltip, read out by a screen reader as the description."""
    widget.setToolTip(tip_text(text))
    widget.setAccessibleDescription(clipped(text))


def menu_text(text: str) -> str:
    """`text` as a menu entry or button shows it literally: no mnemonics, no shortcut column."""
    one_line = " ".join(clipped(text, LONGEST_MENU_TEXT).split())
    return one_line.replace("&", "&&")


def set_window_title(window: QWidget, text: str) -> None:
    """A window's title, literally: Qt reads `[*]` as a mark of its own."""
    one_line = " ".join(clipped(text, LONGEST_TITLE).split())
    window.setWindowTitle(one_line.replace("[*]", "[*][*]"))
