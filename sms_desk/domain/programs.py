"""What a campaign or service must say of itself, field by field, and what it still lacks (R3, R13, R18).

The one place of these rules: handler, screen and command line ask here, each in its own moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import SenderDirection, SenderKind

LONGEST_NAME = 80
"""Characters: what still stands in the rail and in a chip."""
LONGEST_INSTRUCTION = 300
LONGEST_AUTO_REPLY = 1_600
"""Characters of a text message at Twilio (https://www.twilio.com/docs/api/errors/21617)."""
DAYS = range(1, 366)
"""How long an answer may count as a program's."""


class Field(StrEnum):
    """What a program is filled in with, by the names of the command's fields."""

    NAME = "name"
    DAYS = "attribution_days"
    DATES = "ends_at"
    INSTRUCTION = "reply_instruction"
    AUTO_REPLY = "auto_reply"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a field cannot stand as it is: one sentence, and what to do."""

    field: Field
    title: str
    next_step: str = ""


def faults(
    *,
    name: str,
    attribution_days: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    reply_instruction: str,
    auto_reply: str,
    taken: Collection[str],
) -> tuple[Fault, ...]:
    """What keeps a program from being saved, in the order of its form; () if nothing does.

    taken: the names of the other programs, retired ones included: history tells them by name.
    """
    found = [
        *_of_name(name, taken),
        *_of_days(attribution_days, starts_at, ends_at),
        *_too_long(Field.INSTRUCTION, reply_instruction, LONGEST_INSTRUCTION),
        *_too_long(Field.AUTO_REPLY, auto_reply, LONGEST_AUTO_REPLY),
    ]
    return tuple(found)


def plain_name(name: str) -> str:
    """As it is kept: one space between words."""
    return " ".join(name.split())


def _of_name(name: str, taken: Collection[str]) -> Iterator[Fault]:
    kept = plain_name(name)
    if not kept:
        yield Fault(Field.NAME, "The program needs a name.", "Type one.")
    yield from _too_long(Field.NAME, kept, LONGEST_NAME)
    if kept.casefold() in {plain_name(other).casefold() for other in taken}:
        yield Fault(Field.NAME, f"Another program is called “{kept}”.", "Choose another name.")


def _of_days(days: int, starts_at: datetime | None, ends_at: datetime | None) -> Iterator[Fault]:
    if days not in DAYS:
        yield Fault(
            Field.DAYS,
            "The attribution window has between 1 and 365 days.",
            "Type such a number.",
        )
    if starts_at and ends_at and ends_at <= starts_at:
        yield Fault(Field.DATES, "The program ends before it starts.", "Change the dates.")


def _too_long(field: Field, text: str, longest: int) -> Iterator[Fault]:
    if len(text.strip()) > longest:
        yield Fault(field, f"This is longer than {longest:,} characters.", "Say it in fewer words.")


# --- what it lacks --------------------------------------------------------------------------------


class Lack(StrEnum):
    """What a program should have and has not; it works all the same."""

    NOTHING_BOUND = "nothing_bound"  # no message would ever count as its own
    INBOUND = "inbound"  # it writes from a sender ID that receives nothing (R13)
    INSTRUCTION = "instruction"  # and does not say how to answer (R13)
    AUTO_REPLY = "auto_reply"  # it takes no replies and does not say so (R18)


@dataclass(frozen=True, slots=True)
class OfProgram:
    """A sender ID as a program uses it. inbound_id: where the answers to a one-way one arrive."""

    id: UUID
    kind: SenderKind
    direction: SenderDirection
    inbound_id: UUID | None

    @property
    def receives(self) -> bool:
        """Whether a customer's answer arrives (R13)."""
        one_way = self.kind is SenderKind.ALPHANUMERIC or self.direction is SenderDirection.OUTGOING
        return not one_way


def lacks(
    *,
    bound: bool,
    senders: Sequence[OfProgram],
    takes_replies: bool,
    reply_instruction: str,
    auto_reply: str,
) -> tuple[Lack, ...]:
    """What the program's screen and the advisor point at. senders: those that it writes from."""
    one_way = [sender for sender in senders if not sender.receives]
    found: Iterable[tuple[bool, Lack]] = (
        (not bound, Lack.NOTHING_BOUND),
        (any(sender.inbound_id is None for sender in one_way) and takes_replies, Lack.INBOUND),
        (
            bool(one_way) and takes_replies and not reply_instruction.strip(),
            Lack.INSTRUCTION,
        ),
        (
            not takes_replies and not auto_reply.strip() and len(one_way) < max(1, len(senders)),
            Lack.AUTO_REPLY,
        ),
    )
    return tuple(lack for is_lacking, lack in found if is_lacking)
