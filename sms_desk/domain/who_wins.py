"""Who wins where two people did something to one conversation, and the second had not seen the first
(algorithms §2.5).

The workspace asks here before it runs a command that somebody's desk has pushed. What has happened
since that person looked comes as `Standing`; what they did themselves meanwhile, on this desk or on
another one, is no news to them and never stands against them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.wall_time import require_zone

FRESH = timedelta(seconds=60)
"""As long as a reply may cross with what the contact writes: both are at their telephones."""
STALE = timedelta(minutes=10)
"""From when on a reply to what was closed meanwhile asks first."""


class Way(StrEnum):
    RUN = "run"
    HOLD = "hold"  # a message: kept in the thread, its writer decides
    SUGGEST = "suggest"  # a message: kept in the thread for whoever answers there now
    ASK = "ask"  # nothing is done; both values are shown, and a person picks
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as it stood on the screen of who gave a command.

    version: counts its messages. queued: the place in the queue of the newest message that somebody
    else was sending there.
    """

    version: int
    owner_id: UUID | None
    owner_epoch: int
    team_state: str
    queued: int = 0


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, and when. by None: a rule."""

    by: UUID | None
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation as it stands, and what has happened since `Seen`; newest first.

    moves: it changed hands. replies: colleagues answered, or are about to. inbound_at: when the
    contact wrote last. closed: it is closed. answers: who answers it now, answered: who did when
    the command was given, by the workspace's own dates. sees: whether who gave it may see it now.
    """

    owner_id: UUID | None = None
    owner_name: str = ""
    moves: tuple[Deed, ...] = ()
    replies: tuple[Deed, ...] = ()
    inbound_at: datetime | None = None
    closed: Deed | None = None
    answers: frozenset[UUID] = frozenset()
    answering: str = ""
    answered: frozenset[UUID] = frozenset()
    opted_out: bool = False
    sees: bool = True


@dataclass(frozen=True, slots=True)
class Given:
    """By whom and when a command was given. supervises: a supervisor or an admin. offline: nothing
    was heard of the workspace then. now: when it is to run."""

    by: UUID
    supervises: bool
    zone: str
    at: datetime
    now: datetime
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """way, and in words why. rule: a stable word. by: who was first, by name."""

    way: Way
    rule: str = ""
    title: str = ""
    next_step: str = ""
    by: str = ""


RUN = Verdict(Way.RUN)


def decide(command: c.Command, standing: Standing, given: Given) -> Verdict:
    """What becomes of a command in one of the conversations that it is about."""
    rule = _RULES.get(type(command))
    return RUN if rule is None else rule(command, standing, given)


def decide_field(before: Any, now: Any, wanted: Any, *, what: str) -> Verdict:
    """What becomes of an edit of one field. before: what stood on the writer's screen; now: what
    stands there; wanted: what was typed.

    A later word wins if its writer had read the earlier one; else both are shown.
    """
    if now in (before, wanted):
        return RUN
    return Verdict(
        Way.ASK,
        "changed",
        f"Somebody else changed {what} meanwhile.",
        "Compare the two, then write yours again or leave it.",
    )


# --- one rule for each kind of command ------------------------------------------------------------


def _reply(_: c.Command, now: Standing, given: Given) -> Verdict:
    if _went_away(now, given) or _taken(now, given):
        return _suggestion(now, given)
    if now.opted_out:
        return Verdict(
            Way.HOLD,
            "opt_out",
            "The contact opted out meanwhile.",
            "Only the contact can take that back, by texting START.",
        )
    if now.replies:
        return _held(f"{now.replies[0].name} answered at", now.replies[0], given)
    if now.inbound_at is not None and (given.offline or given.now - given.at > FRESH):
        return _held("The contact wrote at", Deed(None, "The contact", now.inbound_at), given)
    if now.closed is not None and given.now - given.at > STALE:
        return _held(f"{now.closed.name} closed the conversation at", now.closed, given)
    return RUN


def _suggestion(now: Standing, given: Given) -> Verdict:
    who = now.answering or now.owner_name or "Nobody"
    when = f" since {clock(now.moves[0].at, given)}" if now.moves else ""
    return Verdict(
        Way.SUGGEST,
        "ownership",
        f"{who} has the conversation{when}.",
        "Your text waits there as a suggestion, for whoever answers.",
        who,
    )


def _held(words: str, deed: Deed, given: Given) -> Verdict:
    return Verdict(
        Way.HOLD,
        "unseen",
        f"{words} {clock(deed.at, given)}.",
        "Read it, then send yours anyway, change it or drop it.",
        deed.name,
    )


def _schedule(command: c.Command, now: Standing, given: Given) -> Verdict:
    """When it is due, every check is made again; here only whose it is."""
    return _handling(command, now, given)


def _assign(command: c.Command, now: Standing, given: Given) -> Verdict:
    """A rep takes what nobody has taken since; a supervisor's word always counts."""
    assert isinstance(command, c.Assign)
    if given.supervises or now.owner_id == command.owner_id or not _taken(now, given):
        return RUN
    return Verdict(
        Way.REFUSE,
        "taken",
        f"Taken by {now.owner_name} at {clock(now.moves[0].at, given)}.",
        f"Ask {now.owner_name}, or a supervisor.",
        now.owner_name,
    )


def _reassign(_: c.Command, now: Standing, given: Given) -> Verdict:
    """What is still with its source goes; what somebody has moved since stays there."""
    return _gone(now, given) if now.moves else RUN


def _handling(_: c.Command, now: Standing, given: Given) -> Verdict:
    """Not by who answered it once, and not over the head of who has taken it since."""
    if not _went_away(now, given) and (given.supervises or not _taken(now, given)):
        return RUN
    return _gone(now, given)


def _gone(now: Standing, given: Given) -> Verdict:
    who = now.answering or now.owner_name or "somebody else"
    when = f" at {clock(now.moves[0].at, given)}" if now.moves else ""
    return Verdict(
        Way.REFUSE,
        "ownership",
        f"It went to {who}{when}.",
        f"Leave it to {who}, or ask there.",
        who,
    )


def _put_away(command: c.Command, now: Standing, given: Given) -> Verdict:
    """What would hide a message that its closer had not read: the contact's word brings it back."""
    verdict = _handling(command, now, given)
    if verdict.way is not Way.RUN or now.inbound_at is None:
        return verdict
    return Verdict(
        Way.REFUSE,
        "unseen",
        f"The contact wrote at {clock(now.inbound_at, given)}.",
        "Read it first.",
        "The contact",
    )


def _decision(command: c.Command, now: Standing, given: Given) -> Verdict:
    """Send anyway, or at another time: whoever says so has read the thread as it stands (GS6)."""
    verdict = _reply(command, now, given)
    if verdict.way is Way.RUN:
        return RUN
    return Verdict(
        Way.REFUSE, verdict.rule, verdict.title, "Read it, then decide again.", verdict.by
    )


def _went_away(now: Standing, given: Given) -> bool:
    """Whether who gave the command answered the conversation then, and others do now; or nobody
    does, and it is out of sight."""
    mine = given.by in now.answered and given.by not in now.answers
    return mine and (bool(now.answers) or not now.sees)


def _taken(now: Standing, given: Given) -> bool:
    """Whether somebody else has got it since."""
    others = now.owner_id not in (None, given.by) and given.by not in now.answers
    return bool(now.moves) and others


_RULES: Mapping[type[c.Command], Callable[[c.Command, Standing, Given], Verdict]] = {
    c.Reply: _reply,
    c.Schedule: _schedule,
    c.Assign: _assign,
    c.Reassign: _reassign,
    c.TakeFromCover: _handling,
    c.Close: _put_away,
    c.Snooze: _put_away,
    c.Reopen: _handling,
    c.TakeOver: _handling,
    c.RebindSource: _handling,
    c.ReleaseAutomation: _handling,
    c.ConfirmHeld: _decision,
    c.EditScheduled: _decision,
    c.Resend: _decision,
}
"""Notes are kept, also of who has just lost the conversation. Tags, pins, mutes and read marks merge by
themselves; what is not named here runs, and its own handler sees what stands."""


def clock(at: datetime, given: Given) -> str:
    """A time of day on the clock of who gave the command; with its date where that is not today."""
    zone = require_zone(given.zone)
    local, today = at.astimezone(zone), given.now.astimezone(zone)
    words = f"{local.hour}:{local:%M}"
    return words if local.date() == today.date() else f"{words} on {local.day} {local:%b}"
