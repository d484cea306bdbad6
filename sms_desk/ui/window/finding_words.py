"""What the checks of sending say of a text, as the composer's one sentence with its ways out (R33)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sms_desk.domain.send_checks import WayOut
from sms_desk.services.composing import Finding, Verdicts
from sms_desk.ui.widgets.later_words import time_words
from sms_desk.ui.widgets.words import tr

WITHOUT_TEXT: Final = frozenset({"quiet_hours", "health", "holder", "sender"})
"""What is true of any text, and so is said before the first letter."""

Action = tuple[str, str]


def finding_of(found: Verdicts) -> Finding | None:
    """The one to show: what holds before what only warns."""
    if found.body.strip():
        return next(iter(found.findings), None)
    return next((one for one in found.findings if one.rule in WITHOUT_TEXT), None)


_OPENS: Final = {
    WayOut.OTHER_SENDER: tr("finding", "Other sender ID"),
    WayOut.FALLBACK: tr("finding", "Go on from its fallback…"),
    WayOut.PICK_TEMPLATE: tr("finding", "Templates"),
    WayOut.REGISTRATION: tr("finding", "Registration"),
}


def actions_of(
    finding: Finding, theirs: str, mine: str, opens: Collection[WayOut] = ()
) -> tuple[Action, ...]:
    """A button for each way out that can be gone from here. theirs, mine: IANA names of the
    contact's zone, "" where it is not known, and the reader's. opens: what this reader may open
    for this conversation."""
    return tuple(_actions(finding, theirs, mine, opens))


def _actions(finding: Finding, theirs: str, mine: str, opens: Collection[WayOut]) -> list[Action]:
    actions = []
    if WayOut.INSERT in finding.ways:
        actions.append((WayOut.INSERT.value, tr("finding", "Insert instruction")))
    if WayOut.SEND_LATER in finding.ways and finding.not_before is not None:
        there = tr("finding", "Send at {time} their time")
        words = there if theirs else tr("finding", "Send at {time} your time")
        time = time_words(finding.not_before, theirs or mine)
        actions.append((WayOut.SEND_LATER.value, words.replace("{time}", time)))
    actions += [(way.value, _OPENS[way]) for way in finding.ways if way in _OPENS and way in opens]
    return actions
