"""A program's figures over a period, sender ID by sender ID, and who answered it (R2, R18, R47)."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services.program_figures import Period
from sms_desk.services.rows import InboxRow, ProgramFigures, SenderFigures
from sms_desk.ui.programs.words import figure_words, period_words, sender_title
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.chips import ToggleChip
from sms_desk.ui.widgets.table import Cell, Column, Table
from sms_desk.ui.widgets.text import ElidedLabel, Tone, label, set_tip
from sms_desk.ui.widgets.words import tr

_ACROSS = 4
_ROWS_SHOWN = 6
_ROW = 52


class Figures(QWidget):
    """Never one rate for two sender IDs: each has its own block."""

    period_chosen = Signal(object)
    conversation_opened = Signal(object)
    responses_requested = Signal()

    def __init__(self, period: Period, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[Period, ToggleChip] = {}
        self._blocks = QVBoxLayout()
        self._blocks.setSpacing(16)
        self._words = label("", "snippet", tone="secondary", wrap=True, parent=self)
        self._repliers = Table(
            [
                Column(
                    tr("programs", "Who replied"),
                    _who_cell,
                    220,
                    sorts=lambda row: -row.last_position,
                ),
                Column(tr("programs", "Stands"), _state_cell, 110),
            ],
            tr("programs", "Who replied"),
            empty=tr("programs", "Nobody has answered in this time."),
        )
        self._repliers.activated.connect(self._on_activated)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(self._period_row(period))
        layout.addWidget(self._words)
        layout.addLayout(self._blocks)
        layout.addSpacing(4)
        layout.addWidget(self._repliers)
        whole = link(tr("programs", "All responses in the inbox"), parent=self)
        whole.clicked.connect(self.responses_requested)
        foot = QHBoxLayout()
        foot.addWidget(whole)
        foot.addStretch(1)
        layout.addLayout(foot)

    def show_figures(self, figures: ProgramFigures) -> None:
        self._clear_blocks()
        self._words.setText(figure_words(figures))
        for sender in figures.senders:
            self._blocks.addWidget(_Block(sender, self))

    def show_repliers(self, rows: tuple[InboxRow, ...]) -> None:
        self._repliers.show_rows(rows)
        shown = max(1, min(len(rows), _ROWS_SHOWN))
        self._repliers.setFixedHeight(
            self._repliers.horizontalHeader().sizeHint().height() + shown * _ROW + 4
        )

    def repliers(self) -> Table:
        return self._repliers

    def _period_row(self, period: Period) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for each in Period:
            chip = self._chips[each] = ToggleChip(period_words(each), self)
            chip.setChecked(each is period)
            chip.clicked.connect(lambda _=False, each=each: self._on_period(each))
            row.addWidget(chip)
        row.addStretch(1)
        return row

    def _on_period(self, period: Period) -> None:
        for each, chip in self._chips.items():
            chip.setChecked(each is period)
        self.period_chosen.emit(period)

    def _clear_blocks(self) -> None:
        while (item := self._blocks.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _on_activated(self, index: QModelIndex) -> None:
        row = self._repliers.rows()[index.row()]
        self.conversation_opened.emit(row.id)


class _Block(QWidget):
    """One sender ID's numbers, each over its name."""

    def __init__(self, sender: SenderFigures, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(ElidedLabel(sender_title(sender), "body_strong", parent=self))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        for n, (name, count, rate, tone, tip) in enumerate(_numbers(sender)):
            grid.addWidget(_number(name, count, rate, tone, tip, self), n // _ACROSS, n % _ACROSS)
        for column in range(_ACROSS):
            grid.setColumnStretch(column, 1)
        layout.addLayout(grid)


def _numbers(s: SenderFigures) -> list[tuple[str, int, float | None, Tone, str]]:
    warn: Tone = "nudge"
    return [
        (tr("programs", "Sent"), s.sent, None, "", tr("programs", "Messages that it sent.")),
        (
            tr("programs", "Delivered"),
            s.delivered,
            s.delivery_rate,
            "",
            tr("programs", "Of the messages sent, on this channel and sender ID alone."),
        ),
        (
            tr("programs", "Failed"),
            s.failed,
            None,
            "error" if s.failed else "",
            tr("programs", "Messages that the provider says did not arrive."),
        ),
        (
            tr("programs", "Contacts"),
            s.reached,
            None,
            "",
            tr("programs", "Different contacts that it wrote to."),
        ),
        (
            tr("programs", "Replied"),
            s.replied,
            s.reply_rate,
            "",
            tr("programs", "Different contacts who wrote back; the share is of those written to."),
        ),
        (
            tr("programs", "Complaints"),
            s.complaints,
            s.complaint_rate,
            warn if s.complaints else "",
            tr(
                "programs",
                "Who asked to hear no more in words of their own, and messages that a carrier"
                " filtered as spam.",
            ),
        ),
        (
            tr("programs", "Opt-outs"),
            s.opt_outs,
            s.opt_out_rate,
            warn if s.opt_outs else "",
            tr("programs", "By keyword, or because the provider refused, within its window."),
        ),
        (
            tr("programs", "Auto-replies"),
            s.auto_replies,
            None,
            "",
            tr("programs", "What the auto-responder sent."),
        ),
    ]


def _number(
    name: str, count: int, rate: float | None, tone: Tone, tip: str, parent: QWidget
) -> QWidget:
    made = QWidget(parent)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    share = "" if rate is None else f"{rate * 100:.1f} %"
    line = QHBoxLayout()
    line.setSpacing(6)
    line.addWidget(label(f"{count:,}", "title", tone=tone, parent=made))
    if share:
        line.addWidget(label(share, "snippet", tone="secondary", parent=made))
    line.addStretch(1)
    column.addLayout(line)
    column.addWidget(label(name, "meta", tone="secondary", parent=made))
    made.setAccessibleName(f"{name}: {count:,} {share}".strip())
    set_tip(made, tip)
    return made


def _who_cell(row: InboxRow) -> Cell:
    return Cell(
        display_name(row.contact_name) or row.peer, preview(row.snippet, 120), strong=row.unread > 0
    )


def _state_cell(row: InboxRow) -> Cell:
    if row.waiting_since is not None:
        return Cell(tr("programs", "waiting"), display_name(row.owner_name), ink="waiting")
    return Cell(tr("programs", "answered"), display_name(row.owner_name), ink="secondary")
