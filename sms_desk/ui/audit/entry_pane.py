"""The pane of one entry: the sentence, why, before and after, and whom it leads to (R31)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.plain_text import display_text, preview
from sms_desk.services.audit import About, AuditRow, Concerned
from sms_desk.services.audit_differences import Difference
from sms_desk.ui import theme
from sms_desk.ui.widgets.buttons import Button, icon_button, link, quiet
from sms_desk.ui.widgets.panes import horizontal_line
from sms_desk.ui.widgets.text import Label, Tone, clipped, label
from sms_desk.ui.widgets.times import moment_words
from sms_desk.ui.widgets.words import tr

_ARROW: Final = 14
_LONGEST: Final = 1_000
_NAME: Final = 36
_NAMED: Final = 12
"""So many conversations or sender IDs stand there; the others are counted."""
_SIGNS: Final = {About.CONVERSATION: "message-square", About.SENDER: "hash"}


class EntryPane(QWidget):
    closed = Signal()
    opened = Signal(object)
    """A `Concerned`, to be shown on its own screen."""
    narrowed = Signal(object)
    """A `Concerned`: all entries about it."""
    batch_wanted = Signal(object)
    """The id of a command: all entries of it."""

    def __init__(
        self, row: AuditRow, now: datetime, zone: tzinfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.row = row
        self._first: Button | None = None
        self.setAccessibleName(row.sentence)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(self._head())
        sentence = preview(row.sentence, _LONGEST)
        self._column.addWidget(label(sentence, "body_strong", wrap=True, parent=self))
        self._column.addWidget(self._words(moment_words(row.at, now, zone), "secondary"))
        for words in (row.reason, row.note):
            if words:
                why = tr("audit", "Why: {reason}").replace("{reason}", words)
                self._column.addWidget(self._words(why))
        if row.changes:
            self._rule()
            self._column.addWidget(self._changes())
        self._concerned = QVBoxLayout()
        self._concerned.setSpacing(2)
        self._column.addLayout(self._concerned)
        self._rule()
        self._column.addWidget(self._seal())
        if row.batch_id is not None:
            self._column.addWidget(self._batch(), 0, Qt.AlignmentFlag.AlignLeading)

    # --- whom it leads to ------------------------------------------------------------------------

    def show_concerned(self, found: Sequence[Concerned]) -> None:
        """Each with a way to its screen, and to all that is told of it."""
        if not found:
            return
        self._concerned.addSpacing(8)
        self._concerned.addWidget(horizontal_line(self))
        self._concerned.addSpacing(4)
        for about, title in (
            (About.CONVERSATION, tr("audit", "Conversations")),
            (About.SENDER, tr("audit", "Sender IDs")),
        ):
            some = [one for one in found if one.about is about]
            if some:
                head = label(title, "meta_strong", tone="secondary", parent=self)
                self._concerned.addWidget(head)
            for one in some[:_NAMED]:
                self._concerned.addLayout(self._way(one))
            if len(some) > _NAMED:
                more = tr("audit", "and %n more", len(some) - _NAMED)
                self._concerned.addWidget(self._words(more, "secondary"))

    def focus_first(self) -> None:
        """To the first of those, else to the cross."""
        (self._first or self._close).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _way(self, one: Concerned) -> QHBoxLayout:
        name = clipped(one.name, _NAME)
        open_ = quiet(name, icon=_SIGNS[one.about], parent=self)
        open_.setAccessibleName(tr("audit", "Open: {name}").replace("{name}", name))
        open_.clicked.connect(partial(self.opened.emit, one))
        all_ = link(tr("audit", "All of it"), parent=self)
        all_.setAccessibleName(tr("audit", "All entries about {name}").replace("{name}", name))
        all_.clicked.connect(partial(self.narrowed.emit, one))
        self._first = self._first or open_
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(open_)
        line.addStretch(1)
        line.addWidget(all_)
        return line

    # --- pieces ----------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        self._close = icon_button("x", tr("audit", "Close the pane"), parent=self)
        self._close.clicked.connect(self.closed)
        line = QHBoxLayout()
        what = tr("audit", self.row.what)
        line.addWidget(label(what, "meta_strong", tone="secondary", parent=self))
        line.addStretch(1)
        line.addWidget(self._close)
        return line

    def _rule(self) -> None:
        self._column.addSpacing(8)
        self._column.addWidget(horizontal_line(self))
        self._column.addSpacing(4)

    def _changes(self) -> QWidget:
        """Both sides are as wide, whatever stands there."""
        table = QWidget(self)
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        for n, change in enumerate(self.row.changes):
            self._change(grid, 3 * n, change)
        return table

    def _change(self, grid: QGridLayout, at: int, change: Difference) -> None:
        head = label(change.what, "meta_strong", tone="secondary", parent=self)
        grid.addWidget(head, at, 0, 1, 3)
        top = Qt.AlignmentFlag.AlignTop
        if change.before:
            grid.addWidget(self._words(change.before, "secondary"), at + 1, 0, top)
            grid.addWidget(self._arrow(), at + 1, 1, top)
            grid.addWidget(self._words(change.after or "–"), at + 1, 2, top)
        else:
            grid.addWidget(self._words(change.after), at + 1, 0, 1, 3, top)
        grid.setRowMinimumHeight(at + 2, 8)

    def _arrow(self) -> Label:
        arrow = Label(parent=self)
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        name = "arrow-left" if rtl else "arrow-right"
        arrow.setPixmap(theme.pixmap(name, "secondary", _ARROW, self.devicePixelRatioF()))
        arrow.setAccessibleName(tr("audit", "then"))
        return arrow

    def _seal(self) -> Label:
        words = tr("audit", "Entry {n} · seal {hash}").replace("{n}", f"{self.row.n:,}")
        words = words.replace("{hash}", self.row.hash[:12])
        return label(words, "meta", tone="secondary", parent=self)

    def _batch(self) -> Button:
        batch = link(tr("audit", "All of this batch"), parent=self)
        batch.clicked.connect(partial(self.batch_wanted.emit, self.row.batch_id))
        return batch

    def _words(self, text: str, tone: Tone = "") -> Label:
        return label(preview(display_text(text), _LONGEST), tone=tone, wrap=True, parent=self)
