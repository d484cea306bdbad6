"""Below the head's names: where a person has taken over from a program, and the way back (R5, R51)."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from sms_desk.ui import theme
from sms_desk.ui.thread.words import tr
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import link
from sms_desk.ui.widgets.text import ElidedLabel, set_tip


class AutomationLine(Bare):
    """Hidden where there is nothing to say: no campaign is answered, no automation is silent."""

    release_requested = Signal()
    take_over_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hide()

    def show_state(self, silent_since: str, *, may_keep: bool) -> None:
        """silent_since: the moment in words, "" while the automation is not silent."""
        if not silent_since and not may_keep:
            self.hide()
            return
        self.furnish()
        words = tr("Automation silent since {time} ·").format(time=silent_since)
        self._words.setText(words if silent_since else "")
        self._words.setVisible(bool(silent_since))
        self._release.setVisible(bool(silent_since))
        self._keep.setVisible(may_keep)
        self.show()

    def words(self) -> str:
        return "" if self.isHidden() else self._words.text()

    def offers_keep(self) -> bool:
        return not self.isHidden() and not self._keep.isHidden()

    def offers_release(self) -> bool:
        return not self.isHidden() and not self._release.isHidden()

    @override
    def _furnish(self) -> None:
        self._words = ElidedLabel("", "meta", tone="secondary", parent=self)
        self._release = link(tr("Release"), parent=self)
        self._keep = link(tr("Keep as sales conversation"), parent=self)
        self._release.setAccessibleName(tr("Release the automation (team)"))
        self._keep.setAccessibleName(tr("Keep as sales conversation (team)"))
        set_tip(self._release, tr("The auto-responder may answer here again, for the team."))
        set_tip(
            self._keep,
            tr(
                "Direct from now on, for the team, from the campaign's own sender ID, until the"
                " campaign writes again."
            ),
        )
        self._release.clicked.connect(self.release_requested)
        self._keep.clicked.connect(self.take_over_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in (self._release, self._keep):
            button.setFont(theme.font("meta"))
        for widget in (self._words, self._release, self._keep):
            row.addWidget(widget)
        row.addStretch(1)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())  # nobody's pane stays wide for it
