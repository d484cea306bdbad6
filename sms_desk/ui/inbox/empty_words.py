"""What an empty list says: one sentence for each place, one action that leads on."""

from __future__ import annotations

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import TeamState
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class EmptyWords:
    icon: str
    sentence: str
    action: str  # "" for none
    tint: str = "secondary"


def empty_words(value: InboxFilter, *, changed: bool) -> EmptyWords:
    """changed: the person has narrowed the place's own filter, so there is a way back."""
    if value.text:
        words = tr("inbox", "Nothing here matches what you typed.")
        return EmptyWords("search", words, tr("inbox", "Clear the search"))
    if value.waiting:
        return EmptyWords("circle-check", _nobody_waits(), _all(changed), "ok")
    if changed:
        words = tr("inbox", "No conversation meets all these conditions.")
        return EmptyWords("list-filter", words, tr("inbox", "Clear the filters"))
    if value.state is TeamState.SNOOZED:
        words = tr("inbox", "Nothing is snoozed. Press S on a conversation to put it off.")
        return EmptyWords("alarm-clock", words, "")
    return _place_words(value)


def _place_words(value: InboxFilter) -> EmptyWords:
    if value.program_id is not None or value.source is not None:
        words = tr("inbox", "Nobody has answered yet. Replies appear here, not the bulk itself.")
        return EmptyWords("megaphone", words, "")
    match value.scope:
        case Scope.MINE:
            words = tr("inbox", "Nobody is waiting for you. Answered conversations are closed.")
            return EmptyWords("circle-check", words, tr("inbox", "Show closed ones"), "ok")
        case Scope.SHARED:
            words = tr("inbox", "Nobody is waiting in the shared inboxes.")
            return EmptyWords("users", words, "")
        case Scope.UNASSIGNED:
            words = tr("inbox", "Every conversation has an owner.")
            return EmptyWords("circle-check", words, "", "ok")
        case Scope.UNROUTED:
            words = tr(
                "inbox", "Whatever came in has found somebody. What finds nobody waits here."
            )
            return EmptyWords("circle-check", words, "", "ok")
        case _:
            words = tr("inbox", "No conversation is open. New messages appear here by themselves.")
            return EmptyWords("inbox", words, tr("inbox", "Show closed ones"))


def _nobody_waits() -> str:
    return tr("inbox", "Nobody is waiting. Everyone has had an answer.")


def _all(changed: bool) -> str:
    return tr("inbox", "Show all conversations") if changed else ""
