"""Shows how the desk stands to its team's workspace, in the place of the line (R63)."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from typing_extensions import override

from sms_desk.domain.model import Role
from sms_desk.services.team_rows import TeamLine
from sms_desk.ui.team.words import UNKNOWN, LineWords, line_words
from sms_desk.ui.team.words import tr as team_tr
from sms_desk.ui.widgets.popover import Popover
from sms_desk.ui.widgets.progress_bar import WorkBar
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window.banner import Banner
from sms_desk.ui.window.line_controller import LineController
from sms_desk.ui.window.line_status import LineStatus
from sms_desk.ui.window.ties import Ties


class TeamLineController(LineController):
    """The connector has the accounts' lines; here stands the one to the workspace. An admin sees how
    far the connector has come with older messages, too.

    Calm: only a desk that is not let in any more says so across the top.
    """

    outbox_wanted = Signal()
    returned_changed = Signal(int)
    """How many commands came back, when that is another number."""

    def __init__(self, status: LineStatus, banner: Banner, work: WorkBar, ties: Ties) -> None:
        self._line = UNKNOWN
        self._said: LineWords | None = None
        self._quiet_refusal = False
        self.workspace = ties.session.title
        self.card: Popover | None = None
        super().__init__(status, banner, work, ties)
        status.tell_more()
        status.story_requested.connect(self.tell)

    @override
    @Slot()
    def look(self) -> None:
        """How it stands is known without a wait."""
        line = self._ties.session.team_line()
        if line is None:
            return
        before, self._line = self._line, line
        said = line_words(line, self.workspace, self._ties.clock(), self._ties.reader.zone)
        if said != self._said:
            self._said = said
            self._status.show_state(
                (said.icon, said.ink), said.tone, said.words, "\n".join((said.title, *said.lines))
            )
        self._show_refusal(line)
        if self._ties.role is Role.ADMIN:
            self._look_at_history()
        if line.returned != before.returned:
            self.returned_changed.emit(line.returned)

    @Slot(QPoint)
    def tell(self, at: QPoint) -> None:
        """All there is to say, with what can be done."""
        if self._said is None:
            return
        actions = [(team_tr("Show what came back"), self.outbox_wanted.emit)]
        actions = actions if self._line.returned else []
        if not self._line.online and not self._line.refused:
            actions.insert(0, (team_tr("Try now"), self.sync))
        self.card = Popover(self._said.title, self._said.lines, self._status.window(), actions)
        self.card.pop_up(at)

    # --- inside ------------------------------------------------------------------------------------

    def _look_at_history(self) -> None:
        """How far the connector has come with older messages, for those who may stop it."""
        self._ties.doors.run(
            self,
            self._ties.session.lines,
            then=lambda lines: self._show_backfill(self._working(lines)),
            failed=lambda _: None,
            key="lines",
        )

    def _show_refusal(self, line: TeamLine) -> None:
        if not line.refused:
            self._quiet_refusal = False
        if line.refused and not self._quiet_refusal:
            self._banner.show_words(line.title, line.next_step, "", tr("line", "Try again"))
        else:
            self._banner.hide()

    @override
    @Slot()
    def _on_put_away(self) -> None:
        self._quiet_refusal = True
        self._banner.hide()

    @override
    @Slot()
    def _on_action_requested(self) -> None:
        """There is no secret to enter here: the connector has them."""
