"""Over the list of one program's responses: who waits, and how its replies stand (R4, R18, R51)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.model import Channel, ProgramKind
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.ui import theme
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.text import ElidedLabel, Label, label, set_tip
from sms_desk.ui.widgets.words import tr

if TYPE_CHECKING:  # the first page waits for no figures
    from sms_desk.services.rows import ProgramFigures, SenderFigures

_SIGN: Final = 16
_MOST: Final = 2
"""Sender IDs that have a line here; the program's screen shows all."""


class LensHead(Bare):
    """Hidden where the list is not one program's."""

    program_requested = Signal(object)
    """Open this program's screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "base")
        self._figures: ProgramFigures | None = None
        self._lines: list[Label] = []
        self.hide()

    def show_figures(self, figures: ProgramFigures | None) -> None:
        """None: the list is no program's, or its figures are still being counted."""
        self._figures = figures
        if figures is None:
            self.hide()
            return
        self.furnish()
        campaign = figures.kind is ProgramKind.CAMPAIGN
        token = "campaign" if campaign else "service"
        self._sign.show_sign("megaphone" if campaign else "bot", token)
        self._name.setText(display_name(figures.name))
        waiting = tr("inbox", "%n waiting", figures.waiting) if figures.waiting else ""
        self._waiting.setText(waiting)
        for line, words in zip(self._lines, [*lens_lines(figures), "", "", ""], strict=False):
            line.setText(words)
            line.setVisible(bool(words))
        said = ". ".join(filter(None, (display_name(figures.name), waiting, *lens_lines(figures))))
        self.setAccessibleName(said)
        set_tip(self, tr("inbox", "In the last 30 days, for each sender ID."))
        self.show()

    def program(self) -> object:
        return self._figures.program_id if self._figures else None

    def words(self) -> list[str]:
        """What its lines say."""
        return [line.text() for line in self._lines if line.text()]

    @override
    def _furnish(self) -> None:
        self._sign = _Sign(self)
        self._name = ElidedLabel("", "body_strong", parent=self)
        self._waiting = label("", "snippet", tone="error", parent=self)
        self._open = link(tr("inbox", "Open program"), parent=self)
        self._open.clicked.connect(self._on_open)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._sign)
        first.addWidget(self._name, 1)
        first.addWidget(self._waiting)
        first.addWidget(self._open)
        self._lines = [
            label("", "snippet", tone="secondary", wrap=True, parent=self) for _ in range(_MOST + 1)
        ]
        inside = QVBoxLayout()
        inside.setContentsMargins(16, 8, 12, 8)
        inside.setSpacing(2)
        inside.addLayout(first)
        for line in self._lines:
            inside.addWidget(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inside)
        column.addWidget(horizontal_line(self))

    def _on_open(self) -> None:
        if self._figures is not None:
            self.program_requested.emit(self._figures.program_id)


class _Sign(QWidget):
    """A campaign's or a service's icon, in its colour."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon, self._token = "", ""
        self.setFixedSize(_SIGN, _SIGN)

    def show_sign(self, icon: str, token: str) -> None:
        self._icon, self._token = icon, token
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._icon:
            ratio = self.devicePixelRatioF()
            QPainter(self).drawPixmap(0, 0, theme.pixmap(self._icon, self._token, _SIGN, ratio))


def lens_lines(figures: ProgramFigures) -> list[str]:
    """One line for each sender ID, the busiest first; never a rate over several (R2)."""
    busiest = sorted(figures.senders, key=lambda each: (-each.reached, -each.replied))
    several = len(busiest) > 1
    lines = [_line(each, named=several) for each in busiest[:_MOST]]
    if len(busiest) > _MOST:
        lines.append(tr("inbox", "and %n more sender ID(s)", len(busiest) - _MOST))
    return lines or [tr("inbox", "Nothing sent or heard in 30 days.")]


def _line(sender: SenderFigures, *, named: bool) -> str:
    pieces = [
        _counted(tr("inbox", "%n replied", sender.replied), sender.reply_rate),
        _counted(tr("inbox", "%n opt-out(s)", sender.opt_outs), sender.opt_out_rate),
        _counted(tr("inbox", "%n complaint(s)", sender.complaints), sender.complaint_rate),
    ]
    said = " · ".join(pieces)
    if not named:
        return said
    channel = "WhatsApp" if sender.channel is Channel.WHATSAPP else "SMS"
    name = display_name(sender.label, 24) or isolate(sender.display)
    return f"{channel} {name}: {said}"


def _counted(words: str, rate: float | None) -> str:
    return words if not rate else f"{words} ({rate * 100:.{0 if rate >= 0.1 else 1}f} %)"
