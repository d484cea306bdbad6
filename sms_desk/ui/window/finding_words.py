"""What the checks of sending say of a text, as the composer's one sentence with its ways out (R33)."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from sms_desk.domain.send_checks import WayOut
from sms_desk.services.composing import Finding, Verdicts
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

WITHOUT_TEXT: Final = frozenset({"quiet_hours", "health", "holder", "sender"})
"""What is true of any text, and so is said before the first letter."""

Action = tuple[str, str]


def finding_of(found: Verdicts) -> Finding | None:
    """The one to show: what holds before what only warns."""
    if found.body.strip():
        return next(iter(found.findings), None)
    return next((one for one in found.findings if one.rule in WITHOUT_TEXT), None)


def actions_of(finding: Finding, now: datetime, zone: tzinfo) -> tuple[Action, ...]:
    """A button for each way out that the composer can go by itself."""
    return tuple(_actions(finding, now, zone))


def _actions(finding: Finding, now: datetime, zone: tzinfo) -> list[Action]:
    actions = []
    if WayOut.INSERT in finding.ways:
        actions.append((WayOut.INSERT.value, tr("finding", "Insert instruction")))
    if WayOut.SEND_LATER in finding.ways and finding.not_before is not None:
        words = tr("finding", "Send {when}")
        when = clock_words(finding.not_before, now, zone)
        actions.append((WayOut.SEND_LATER.value, words.replace("{when}", when)))
    return actions
