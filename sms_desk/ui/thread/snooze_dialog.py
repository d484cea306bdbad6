"""Asks for the moment at which a snoozed conversation comes back."""

from __future__ import annotations

from datetime import datetime, tzinfo

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from sms_desk.domain.wall_time import at_wall_time, snooze_choices
from sms_desk.ui.thread.words import tr
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import MomentEdit
from sms_desk.ui.widgets.text import label, set_window_title


def ask_moment(parent: QWidget, now: datetime, zone: tzinfo) -> datetime | None:
    """A later moment, typed as the wall clock in `zone` shows it; None if thought better of."""
    dialog = _MomentDialog(now, zone, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    answer = dialog.moment()
    dialog.deleteLater()
    return answer if accepted and answer > now else None


class _MomentDialog(QDialog):
    def __init__(self, now: datetime, zone: tzinfo, parent: QWidget) -> None:
        super().__init__(parent)
        set_window_title(self, tr("Snooze until"))
        self._zone = zone
        (_, soonest), *_ = snooze_choices(now, zone)
        self._field = MomentEdit(self)
        self._field.show_wall(soonest.astimezone(zone))
        self._field.begin_at(now.astimezone(zone))
        self._field.setMinimumWidth(230)
        self._field.setAccessibleName(tr("Snooze until"))
        cancel, snooze = plain(tr("Cancel"), parent=self), primary(tr("Snooze"), parent=self)
        cancel.clicked.connect(self.reject)
        snooze.clicked.connect(self.accept)
        snooze.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(snooze)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(label(tr("Put aside for the team until"), parent=self))
        layout.addWidget(self._field)
        layout.addLayout(foot)

    def moment(self) -> datetime:
        return at_wall_time(self._field.day(), self._field.clock(), self._zone)
