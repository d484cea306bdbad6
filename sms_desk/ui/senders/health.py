"""A sender ID's health in its pane: what it rests on, what a person says of it, and the way on (R17)."""

from __future__ import annotations

from datetime import datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.commands import SetHealth
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Health, Role
from sms_desk.domain.plain_text import display_name, isolate, preview
from sms_desk.services import health as service
from sms_desk.services.context import Context
from sms_desk.services.executor import Done
from sms_desk.services.health import ChangeRow, HealthRow
from sms_desk.ui import theme
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.senders.fallback import FallbackDialog
from sms_desk.ui.widgets.buttons import plain
from sms_desk.ui.widgets.forms import Choice, Form, line_edit
from sms_desk.ui.widgets.text import ElidedLabel, Tone, label, set_tip
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_SIGN = 16
_MOST_CHANGES = 5
_MOST_CODES = 6
_GATHER_MS = 2_000
"""Figures walk over a sender ID's messages: at most so often while messages arrive."""


@dataclass(frozen=True, slots=True)
class SenderHealth:
    """may_say: whether the person who looks may change it."""

    row: HealthRow
    history: tuple[ChangeRow, ...]
    may_say: bool
    zone: tzinfo
    now: datetime


def sender_health(ctx: Context, sender_id: UUID) -> SenderHealth:
    return SenderHealth(
        service.row(ctx, sender_id),
        service.history(ctx, sender_id)[:_MOST_CHANGES],
        ctx.actor.role is not Role.REP,
        ZoneInfo(ctx.actor.zone),
        ctx.now,
    )


def health_words(health: Health) -> str:
    return {
        Health.OK: tr("senders", "ok"),
        Health.DEGRADED: tr("senders", "degraded"),
        Health.BLOCKED: tr("senders", "blocked"),
    }[health]


_SIGNS: dict[Health, tuple[str, Tone]] = {
    Health.OK: ("check", "ok"),
    Health.DEGRADED: ("triangle-alert", "nudge"),
    Health.BLOCKED: ("ban", "error"),
}


class HealthSection(QWidget):
    """Reads and keeps itself true; figures are counted on another thread."""

    def __init__(
        self, doors: Doors, bus: Bus, sender_id: UUID, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("senders", "Health"))
        self._doors = doors
        self._sender_id = sender_id
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 12)
        self._column.setSpacing(8)
        self._column.addWidget(label(tr("senders", "Health"), "body_strong", parent=self))
        self._shown: QWidget | None = None
        self._found: SenderHealth | None = None
        self._said = _Said(self)
        self._said.hide()
        self._said.save.clicked.connect(self._on_say)
        self._said.go_on.clicked.connect(self._on_go_on)
        self._column.addSpacing(4)
        self._column.addWidget(self._said)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._read)
        bus.changed.connect(self._on_changed)
        self._read()

    def found(self) -> SenderHealth | None:
        """What stands here now."""
        return self._found

    @property
    def said(self) -> _Said:
        """Where a supervisor speaks."""
        return self._said

    def is_changed(self) -> bool:
        """Whether something is half typed."""
        return self._said.is_changed()

    @Slot()
    def _read(self) -> None:
        self._doors.read(
            self,
            sender_health,
            self._sender_id,
            then=self._show,
            failed=self._said.show_error,
            key="health",
        )

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(Thing.SENDER, self._sender_id):
            self._read()
        elif changes.touches(Thing.MESSAGE) and not self._gather.isActive():
            self._gather.start()

    def _show(self, found: SenderHealth) -> None:
        if self._shown is not None:
            self._shown.hide()
            self._shown.deleteLater()
        self._found = found
        self._shown = _Shown(found, self)
        self._column.insertWidget(1, self._shown)
        self._said.setVisible(found.may_say)
        self._said.show_row(found.row)

    @Slot()
    def _on_say(self) -> None:
        self._said.clear_error()
        command = SetHealth(
            **self._doors.stamp(),
            sender_id=self._sender_id,
            health=self._said.value.value(),
            reason=self._said.reason.text(),
        )
        self._doors.change(self, command, then=self._on_done, failed=self._said.show_error)

    def _on_done(self, _done: Done) -> None:
        self._said.settle()
        self._read()

    @Slot()
    def _on_go_on(self) -> None:
        FallbackDialog(self._doors, self._sender_id, self.window()).open()


class _Said(Form):
    """What a supervisor says, and the way on from the fallback."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        options: list[tuple[str, Health | None]] = [
            (health_words(each).capitalize(), each) for each in Health
        ]
        self.value = Choice([(tr("senders", "By the figures"), None), *options])
        self.reason = line_edit(hint=tr("senders", "Why, for whoever asks later"))
        self.save = plain(tr("senders", "Set health"))
        self.go_on = plain(tr("senders", "Go on from the fallback…"), icon="arrow-right")
        self.add(tr("senders", "It is"), self.value)
        self.add(tr("senders", "Reason"), self.reason)
        self.add_foot(self.go_on, self.save)
        self._stored: Health | None = None

    def show_row(self, row: HealthRow) -> None:
        """What is half typed stays (R6)."""
        typing = self.is_changed()
        self._stored = row.health if row.by else None
        if not typing:
            self.value.choose(self._stored)
        set_tip(self.go_on, _go_on_words(row))

    def settle(self) -> None:
        self.reason.clear()
        self._stored = self.value.value()

    def is_changed(self) -> bool:
        return bool(self.reason.text()) or self.value.value() is not self._stored


def _go_on_words(row: HealthRow) -> str:
    if not row.fallback_name:
        return tr("senders", "It has no fallback yet.")
    said = tr(
        "senders", "Lets its open conversations go on from {name}, once you have seen how many."
    )
    return said.replace("{name}", isolate(display_name(row.fallback_name)))


class _Shown(QWidget):
    """The value with its reason, the figures, error codes and history, of one moment."""

    def __init__(self, found: SenderHealth, parent: QWidget) -> None:
        super().__init__(parent)
        row = found.row
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._value(row))
        if row.reason:
            column.addWidget(label(preview(row.reason, 300), wrap=True, parent=self))
        column.addWidget(
            label(_since_words(found), "snippet", tone="secondary", wrap=True, parent=self)
        )
        column.addLayout(self._figures(row))
        for code in row.codes[:_MOST_CODES]:
            column.addWidget(self._code(code.code, code.title, code.n))
        if found.history:
            column.addSpacing(2)
            column.addWidget(
                label(tr("senders", "Before"), "meta_strong", tone="secondary", parent=self)
            )
        for change in found.history:
            column.addWidget(
                label(
                    _change_words(change, found),
                    "snippet",
                    tone="secondary",
                    wrap=True,
                    parent=self,
                )
            )

    def _value(self, row: HealthRow) -> QHBoxLayout:
        icon, tone = _SIGNS[row.health]
        sign = label(parent=self)
        sign.setPixmap(theme.pixmap(icon, tone, _SIGN, self.devicePixelRatioF()))
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(sign)
        line.addWidget(label(health_words(row.health), "body_strong", tone=tone, parent=self))
        line.addStretch(1)
        return line

    def _figures(self, row: HealthRow) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for n, (name, value, tone, tip) in enumerate(_figures(row)):
            made = QWidget(self)
            column = QVBoxLayout(made)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(label(value, "title", tone=tone, parent=made))
            column.addWidget(ElidedLabel(name, "meta", tone="secondary", parent=made))
            made.setAccessibleName(f"{name}: {value}")
            set_tip(made, tip)
            grid.addWidget(made, n // 3, n % 3)
            grid.setColumnStretch(n % 3, 1)
        return grid

    def _code(self, code: str, title: str, count: int) -> QWidget:
        """An error in words, its code and how often it came."""
        line = QWidget(self)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        often = label(f"{count:,} ×", "snippet", tone="error", parent=line)
        often.setMinimumWidth(32)
        layout.addWidget(often, 0, Qt.AlignmentFlag.AlignTop)
        words = display_name(title, 200) or tr("senders", "Failed without a code")
        said = f"{words.rstrip('.')} ({display_name(code)})" if code else words
        layout.addWidget(label(said, "snippet", wrap=True, parent=line), 1)
        return line


def _figures(row: HealthRow) -> list[tuple[str, str, Tone, str]]:
    share = tr("senders", "Of what the provider has decided, on this channel alone.")
    return [
        (
            tr("senders", "Sent"),
            f"{row.sent:,}",
            "",
            tr("senders", "In %n day(s), from this sender ID on this channel alone.", row.days),
        ),
        (tr("senders", "Arrived"), _percent(row.delivery_percent), "", share),
        (
            tr("senders", "Failed"),
            f"{row.failed:,}",
            "error" if row.failed else "",
            tr("senders", "Did not arrive, as the provider says."),
        ),
        (
            tr("senders", "Filtered"),
            f"{row.filtered:,}",
            "error" if row.filtered else "",
            tr("senders", "Those that a carrier took for unwanted."),
        ),
        (
            tr("senders", "Opt-outs"),
            _percent(row.opt_out_percent),
            "nudge" if row.opt_outs else "",
            tr("senders", "Of the contacts that it wrote to."),
        ),
        (
            tr("senders", "On their way"),
            f"{row.pending:,}",
            "",
            tr("senders", "Not decided yet; they count for nothing."),
        ),
    ]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _since_words(found: SenderHealth) -> str:
    """Who says so, since when, and how far back the figures go."""
    row = found.row
    days = tr("senders", "Figures of the last %n day(s), this channel only.", row.days)
    if row.since is None:
        return days
    when = clock_words(row.since, found.now, found.zone)
    if row.by:
        said = tr("senders", "Said by {who}, since {when}.").replace("{who}", display_name(row.by))
    else:
        said = tr("senders", "By the figures, since {when}.")
    return f"{said.replace('{when}', when)} {days}"


def _change_words(change: ChangeRow, found: SenderHealth) -> str:
    """One line of the history: when, from what to what, by whom and why."""
    when = clock_words(change.at, found.now, found.zone)
    moved = f"{health_words(change.before)} → {health_words(change.after)}"
    who = display_name(change.by) if change.by else tr("senders", "by the figures")
    return " · ".join(filter(None, (when, moved, who, preview(change.reason, 160))))
