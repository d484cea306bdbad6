"""Whom a program that takes no replies tells so, and when (R18, R51).

Pure: every fact is handed in, and the answer says why it is silent. The connector asks once for
each new inbound message; what the answer made is kept, so that nobody is told twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sms_desk.domain.addresses import Address, is_answerable
from sms_desk.domain.attribution import folded
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, SenderDirection

EVERY = timedelta(hours=24)
"""Once a person in this time, counted by the provider's clock from when the last one went out."""
FRESH = timedelta(minutes=10)
"""What is older when it is seen was back-filled, found late, or waited for a line that was down:
an answer to it would come out of nowhere. An answer that could not leave in this time is not sent."""


class Silence(StrEnum):
    """Why somebody is not told."""

    NONE = ""  # he is told
    TAKES_REPLIES = "takes_replies"
    NO_TEXT = "no_text"
    OUTSIDE_DATES = "outside_dates"  # the program has not begun, or is over
    RETIRED = "retired"
    KEYWORD = "keyword"  # STOP, START, HELP, or a wish to stop in other words: not for a machine
    AUTOMATIC = "automatic"  # the message was a machine's own: two of them would talk for ever
    OLD = "old"
    BEFORE_US = "before_us"  # older than the account here: back-filled
    HUMAN = "human"  # a person answers in this conversation (R51)
    OPTED_OUT = "opted_out"
    UNANSWERABLE = "unanswerable"  # a short code, or a name (R53)
    OURS = "ours"  # one of our own sender IDs
    ONE_WAY = "one_way"  # our own sender ID sends nothing
    TOLD = "told"  # within the last 24 hours


@dataclass(frozen=True, slots=True)
class Responder:
    """A program as far as its automation goes."""

    takes_replies: bool
    auto_reply: str
    retired: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One inbound message that answers the program, and how things stand around it.

    at, now: by the provider's clock. keyword: what it says to the provider, "" for nothing.
    connected_at: since when its account is here. human: a person took over, has answered since, or
    is about to. last_told_at: the program's last automatic reply to this address on this channel
    that went out or may have.
    """

    at: datetime
    now: datetime
    body: str
    keyword: str
    channel: Channel
    peer: Address
    connected_at: datetime
    sender_direction: SenderDirection = SenderDirection.BOTH
    peer_is_ours: bool = False
    human: bool = False
    opted_out: bool = False
    last_told_at: datetime | None = None


def silence(responder: Responder, asked: Asked) -> Silence:
    """NONE where the auto-responder answers, else the first reason why it does not."""
    for reason, holds in _reasons(responder, asked):
        if holds:
            return reason
    return Silence.NONE


def _reasons(responder: Responder, asked: Asked) -> tuple[tuple[Silence, bool], ...]:
    begun = responder.starts_at is None or responder.starts_at <= asked.at
    over = responder.ends_at is not None and responder.ends_at <= asked.at
    last = asked.last_told_at
    return (
        (Silence.TAKES_REPLIES, responder.takes_replies),
        (Silence.RETIRED, responder.retired),
        (Silence.NO_TEXT, not responder.auto_reply.strip()),
        (Silence.OUTSIDE_DATES, over or not begun),
        (Silence.KEYWORD, bool(asked.keyword)),
        (Silence.AUTOMATIC, sounds_automatic(asked.body, responder.auto_reply)),
        (Silence.OLD, asked.now - asked.at > FRESH),
        (Silence.BEFORE_US, asked.at < asked.connected_at),
        (Silence.HUMAN, asked.human),
        (Silence.OPTED_OUT, asked.opted_out),
        (Silence.UNANSWERABLE, not is_answerable(asked.peer)[0]),
        (Silence.OURS, asked.peer_is_ours),
        (Silence.ONE_WAY, asked.sender_direction is SenderDirection.INCOMING),
        (Silence.TOLD, last is not None and asked.at - last < EVERY),
    )


_MACHINES = (
    "auto reply",
    "auto response",
    "automated message",
    "automated response",
    "automatic reply",
    "automatic response",
    "autoreply",
    "do not reply",
    "i am driving",
    "i'm driving",
    "out of office",
    "out of the office",
    "please do not reply",
    "this is an automated",
    "this is an automatic",
    "this mailbox is not monitored",
    "this number does not",
)
"""How automatic answers begin; phones' own "driving" answers among them."""


def sounds_automatic(body: str, own: str = "") -> bool:
    """Whether a text is a machine's: it begins like one, or is our own text come back."""
    text = folded(body).replace("-", " ").lstrip("[(*# ")
    return text.startswith(_MACHINES) or (bool(own.strip()) and folded(own) in folded(body))
