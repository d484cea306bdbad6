"""Shows the state of the line, and does what a person wants of it (R63)."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from sms_desk.services.inbox_rows import LineCondition, LineState
from sms_desk.ui.widgets.progress_bar import Work, WorkBar
from sms_desk.ui.widgets.times import date_words
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.banner import Banner
from sms_desk.ui.window.line_status import LineStatus, line_words, worst
from sms_desk.ui.window.ties import Ties

LOOK_MS: Final = 500


class LineController(QObject):
    """Looks at the lines twice a second, since a countdown runs."""

    secret_wanted = Signal(object)
    """The account whose credential was refused."""
    account_wanted = Signal()

    def __init__(self, status: LineStatus, banner: Banner, work: WorkBar, ties: Ties) -> None:
        super().__init__(status)
        self._status = status
        self._banner = banner
        self._work = work
        self._ties = ties
        self._backfill: UUID | None = None
        self._stopped: UUID | None = None
        self._lines: tuple[LineState, ...] = ()
        self._asked_for: UUID | None = None
        self._put_away: LineCondition | None = None
        status.sync_requested.connect(self.sync)
        work.stop_requested.connect(self._on_stop_requested)
        work.resume_requested.connect(self._on_resume_requested)
        work.put_away.connect(self._on_work_put_away)
        banner.action_requested.connect(self._on_action_requested)
        banner.other_requested.connect(self.sync)
        banner.put_away.connect(self._on_put_away)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.look()

    @Slot()
    def look(self) -> None:
        """Read how the lines stand."""
        self._ties.doors.run(
            self, self._ties.session.lines, then=self._on_lines, failed=lambda _: None, key="lines"
        )

    def _on_lines(self, lines: tuple[LineState, ...]) -> None:
        self._lines = lines
        now, zone = self._ties.clock(), self._ties.reader.zone
        line = worst(lines)
        if line is None:
            self._status.say(LineCondition.NO_ACCOUNT, tr("line", "No account connected"), "")
        else:
            story = f"{line.label}: {line.title} {line.next_step}".strip() if line.title else ""
            self._status.say(line.condition, line_words(line, now, zone), story)
        self._show_banner(line)
        self._show_backfill(self._working(lines))

    @Slot()
    def sync(self) -> None:
        """Look at the provider now, in the connector's thread."""
        self._ties.doors.run(self, self._ties.session.sync_soon, then=lambda _none: self.look())

    # --- inside ------------------------------------------------------------------------------------

    def _show_banner(self, line: LineState | None) -> None:
        condition = line.condition if line is not None else None
        if condition is not self._put_away:
            self._put_away = None
        if line is None or condition not in _ACTIONS or condition is self._put_away:
            self._banner.hide()
            return
        self._asked_for = line.account_id
        self._banner.show_words(line.title, line.next_step, *_action_words(line.condition))

    def _working(self, lines: tuple[LineState, ...]) -> LineState | None:
        """The line that fetches, or whose fetching was stopped here."""
        running = next((each for each in lines if each.backfill_running), None)
        here = (each for each in lines if each.account_id == self._stopped)
        return running or next((each for each in here if each.backfill_stopped), None)

    def _show_backfill(self, line: LineState | None) -> None:
        if line is None:
            self._backfill = None
            self._work.show_work(None)
            return
        self._backfill = line.account_id
        self._work.show_work(backfill_work(line, self._ties.clock(), self._ties.reader.zone))

    @Slot()
    def _on_stop_requested(self) -> None:
        account_id = self._stopped = self._backfill
        if account_id is not None:
            session = self._ties.session
            self._ties.doors.call(
                self, lambda: session.stop_backfill(account_id), then=lambda _none: self.look()
            )

    @Slot()
    def _on_resume_requested(self) -> None:
        account_id, self._stopped = self._stopped, None
        if account_id is not None:
            session = self._ties.session
            self._ties.doors.call(
                self, lambda: session.resume_backfill(account_id), then=lambda _none: self.look()
            )

    @Slot()
    def _on_work_put_away(self) -> None:
        """Settings, Accounts resumes it any time."""
        self._stopped = None
        self._work.show_work(None)

    @Slot()
    def _on_action_requested(self) -> None:
        if self._asked_for is None:
            self.account_wanted.emit()
        else:
            self.secret_wanted.emit(self._asked_for)

    @Slot()
    def _on_put_away(self) -> None:
        line = worst(self._lines)
        self._put_away = line.condition if line else None
        self._banner.hide()


_ACTIONS = frozenset({LineCondition.CREDENTIAL, LineCondition.LOCKED})


def _action_words(condition: LineCondition) -> tuple[str, str]:
    """What helps: a secret, and where the key store may be open by now, another look."""
    if condition is LineCondition.CREDENTIAL:
        return tr("line", "Enter a new secret…"), ""
    return tr("line", "Enter the secret…"), tr("line", "Try again")


def backfill_work(line: LineState, now: datetime, zone: tzinfo) -> Work:
    """Nobody knows where a provider's history begins, so it says how far and not how long still."""
    what = tr("line", "Fetching earlier messages")
    if line.backfill_stopped:
        what = tr("line", "Earlier messages: stopped")
    if line.backfill_until is not None:
        what += tr("line", ", back to {day}").replace(
            "{day}", date_words(line.backfill_until, now, zone)
        )
    return Work(what, line.backfill_done, None, None, stopped=line.backfill_stopped)
