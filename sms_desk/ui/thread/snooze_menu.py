"""What a snooze offers, wherever it is offered: the choices that make sense now (R52)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from PySide6.QtWidgets import QMenu

from sms_desk.domain.wall_time import SnoozeChoice, snooze_choices
from sms_desk.ui.widgets.times import moment_words
from sms_desk.ui.widgets.words import tr


def choice_words(choice: SnoozeChoice) -> str:
    return {
        SnoozeChoice.LATER_TODAY: tr("snooze", "Later today"),
        SnoozeChoice.THIS_EVENING: tr("snooze", "This evening"),
        SnoozeChoice.TOMORROW: tr("snooze", "Tomorrow morning"),
        SnoozeChoice.NEXT_WEEK: tr("snooze", "Next week"),
    }[choice]


def add_choices(
    menu: QMenu,
    now: datetime,
    zone: tzinfo,
    then: Callable[[datetime], None],
    choose: Callable[[], None],
) -> None:
    """The moments, each at the wall clock of the person's own zone, and *Choose…* below them."""
    for choice, until in snooze_choices(now, zone):
        action = menu.addAction(f"{choice_words(choice)}\t{moment_words(until, now, zone)}")
        action.triggered.connect(lambda _=False, at=until: then(at))
    menu.addSeparator()
    menu.addAction(tr("snooze", "Choose…")).triggered.connect(choose)
