"""Who is told of what, in which way, and why (R20, R21, R22, R56).

Pure: every fact is handed in. Two questions are answered one after the other: *who* something
concerns now (`audience`), and *how* each of them is told (`ways`). Whoever is not told although it
concerns them gets the reason as a row of their own, so that "why was I not told" has an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.working_hours import ALWAYS, WorkingHours, is_working, next_closing

FRESH = timedelta(minutes=10)
"""What is older when it comes in was back-filled, or waited for a line that was down: it is counted
into one summary instead of being told one by one (R56)."""
QUIET = timedelta(seconds=60)
"""A summary is told when nothing was added to it for so long."""
SHOWN_WITHIN = timedelta(minutes=10)
"""A pop-up that nobody's window has shown by then is not shown any more: the list says it."""
SUMMED_WITHIN = timedelta(hours=12)
"""The same for the summary after hours of rest: who closes the lid at night opens it later."""
RESTING = "do_not_disturb"
"""Why nothing popped up, where it was an hour of rest."""
KEPT = timedelta(days=180)
"""How long it can be looked up who was told what."""


class Kind(StrEnum):
    """What somebody is told of. The subject of each: the message, the command, the absence …"""

    MESSAGE = "message"  # a contact wrote
    OLDER = "older"  # older messages came in, so many at once
    RESTED = "rested"  # the hours of rest are over: so many things did not pop up
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"  # in a note
    COVERING = "covering"  # an absence begins for whose part one stands in
    COVER_ENDED = "cover_ended"
    RETURNED = "returned"  # one's own absence is over: there is a brief
    TEMPLATE_BROKEN = "template_broken"  # an e-mail template could not be filled


class Way(StrEnum):
    SCREEN = "screen"
    EMAIL = "email"


class State(StrEnum):
    """Where a notice stands; `SENT` on the screen means shown."""

    WAITING = "waiting"
    SENDING = "sending"  # written before the server is handed the text
    SENT = "sent"
    SILENT = "silent"  # not told, and why
    FAILED = "failed"
    IN_DOUBT = "in_doubt"  # handed over, the answer was lost: never repeated by itself


class Because(StrEnum):
    """Why it concerns this person: the first word of a notice's trail."""

    OWNER = "owner"
    COVER = "cover"  # answers for somebody who is away
    NOTIFIED = "notified"  # takes the notifications of somebody who is away
    HOLDER = "holder"  # of a shared inbox, where nobody owns the conversation
    NO_HOLDER = "no_holder"  # unrouted: supervisors and admins are told
    NOBODY_ANSWERS = "nobody_answers"  # who should answer is away without a substitute
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    SUBSTITUTE = "substitute"
    BACK = "back"
    ADMIN = "admin"
    RESTED = "rested"
    CONCERNED = "concerned"  # by each of the older messages of a summary, for reasons of its own


@dataclass(frozen=True, slots=True)
class Told:
    """One person whom something concerns, and why. absence_id, instead_of: the absence that is the
    reason, and of whom."""

    person_id: UUID
    because: Because
    absence_id: UUID | None = None
    instead_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Concerned:
    """A conversation in which something happened, and the people around it at this moment.

    owner_id: whose it is. answers: who answers it now; empty: nobody, though somebody may own it.
    absence_id: the owner's, by which others answer. takers: who takes the notifications of that
    absence, if it names anybody. holders: who can be reached by its sender ID. leads: supervisors
    and admins who see it. away: who is absent now. here: who works here; nobody else is told.
    """

    owner_id: UUID | None = None
    answers: frozenset[UUID] = frozenset()
    absence_id: UUID | None = None
    takers: frozenset[UUID] = frozenset()
    holders: frozenset[UUID] = frozenset()
    leads: frozenset[UUID] = frozenset()
    away: frozenset[UUID] = frozenset()
    here: frozenset[UUID] = frozenset()


def audience(about: Concerned) -> tuple[Told, ...]:
    """Whom it concerns, in the order of their ids; nobody only where nobody works here.

    Whoever answers now; where the absence names who takes the notifications, those. A conversation
    that nobody owns, or that nobody answers, concerns all who hold its sender ID and are present;
    where nobody does, the supervisors and admins.
    """
    takers = (about.takers & about.here) - about.away
    if about.absence_id is not None and takers:
        return _all(takers, Because.NOTIFIED, about.absence_id, about.owner_id)
    answers = about.answers & about.here
    if about.owner_id in answers:
        return _all(answers, Because.OWNER)
    if answers:
        return _all(answers, Because.COVER, about.absence_id, about.owner_id)
    holders = (about.holders & about.here) - about.away
    if about.owner_id is None and holders:
        return _all(holders, Because.HOLDER)
    if holders:
        return _all(holders, Because.NOBODY_ANSWERS, about.absence_id, about.owner_id)
    leads = (about.leads & about.here - about.away) or (about.leads & about.here)
    if about.owner_id is None:
        return _all(leads, Because.NO_HOLDER)
    return _all(leads, Because.NOBODY_ANSWERS, about.absence_id, about.owner_id)


def _all(
    people: Iterable[UUID],
    because: Because,
    absence_id: UUID | None = None,
    instead_of: UUID | None = None,
) -> tuple[Told, ...]:
    return tuple(Told(person, because, absence_id, instead_of) for person in sorted(people))


# --- how ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wishes:
    """How one person wants to be told. address: whether an e-mail can reach them. quiet: hours of
    their week in which nothing pops up; always-empty hours mean never. muted: sender IDs whose
    inbox they do not want to hear of."""

    zone: tzinfo
    screen: bool = True
    email: bool = True
    address: bool = False
    quiet: WorkingHours = ALWAYS
    muted: frozenset[UUID] = frozenset()

    def rests(self, now: datetime) -> bool:
        """Whether it is one of the hours in which nothing may pop up."""
        return not self.quiet.always and is_working(now, self.quiet, self.zone)

    def rested(self, now: datetime) -> datetime:
        """When the hours of rest at `now` are over."""
        return next_closing(now, self.quiet, self.zone)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of telling one person: whether they are told, or why not. template: of the e-mail."""

    way: Way
    state: State
    reason: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides on the way besides the person. sender_id: of whose inbox it is; muted: whether
    this conversation is muted by the person. template: what the holding of the sender ID names, ""
    for the one that the desk brings along, None where no e-mail is to be sent. mailing: whether
    the workspace has an e-mail server."""

    kind: Kind
    now: datetime
    sender_id: UUID | None = None
    muted: bool = False
    template: str | None = None
    mailing: bool = False


def ways(wishes: Wishes, around: Circumstances) -> tuple[Choice, ...]:
    """How a person is told. A pop-up always has a row, an e-mail where a rule asks for one."""
    hushed = _hushed(wishes, around)
    found = [_on_screen(wishes, around, hushed)]
    if around.template is not None and around.mailing:
        found.append(_by_email(wishes, around.template, hushed))
    return tuple(found)


_MUTABLE = frozenset({Kind.MESSAGE, Kind.OLDER})
"""What a muted inbox or conversation keeps quiet; what is meant for oneself is told all the same."""


def _hushed(wishes: Wishes, around: Circumstances) -> str:
    if around.kind not in _MUTABLE:
        return ""
    if around.sender_id in wishes.muted:
        return "muted_inbox"
    return "muted_conversation" if around.muted else ""


def _on_screen(wishes: Wishes, around: Circumstances, hushed: str) -> Choice:
    """In the hours of rest nothing pops up; at their end one summary does."""
    reason = hushed or ("" if wishes.screen else "off")
    if not reason and wishes.rests(around.now):
        reason = RESTING
    return Choice(Way.SCREEN, State.SILENT if reason else State.WAITING, reason)


def _by_email(wishes: Wishes, template: str, hushed: str) -> Choice:
    """Also in the hours of rest: it makes no noise here and waits where it is read."""
    reason = hushed or ("" if wishes.email else "off")
    if not reason and not wishes.address:
        reason = "no_address"
    return Choice(Way.EMAIL, State.SILENT if reason else State.WAITING, reason, template)


def trail(told: Told, around: Circumstances, **more: Any) -> Mapping[str, Any]:
    """As kept with the notice: ids as text and enumerated words, never names or texts (R20)."""
    found: dict[str, Any] = {"because": str(told.because)}
    for name, value in (
        ("absence", told.absence_id),
        ("instead_of", told.instead_of),
        ("sender", around.sender_id),
        *more.items(),
    ):
        if value not in (None, ""):
            found[name] = str(value) if isinstance(value, UUID) else value
    return found


def is_fresh(at: datetime, now: datetime) -> bool:
    """Whether what was written at `at`, by the same clock as `now`, is news."""
    return now - at <= FRESH


# --- trying again ---------------------------------------------------------------------------------

_WAITS = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 180, 360, 720))


def next_try(tries: int, now: datetime) -> datetime | None:
    """When an e-mail that was put off is tried again; None: it was tried often enough (a day)."""
    return now + _WAITS[tries - 1] if 0 < tries <= len(_WAITS) else None
