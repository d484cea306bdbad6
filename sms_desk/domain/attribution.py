"""Which campaign or service a message belongs to, and why (R3, R5, R51, R60, R61).

Pure and independent of the order in which messages arrive: the answer for one inbound message
follows from the sends before it, so a back-fill that brings those later only asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    DIRECT,
    Binding,
    Program,
    ProgramId,
    Source,
    SourceKind,
    SourceReason,
)


@dataclass(frozen=True, slots=True)
class Attributed:
    """The program of an outbound message and why; None with NONE where there is none."""

    program_id: ProgramId | None
    reason: SourceReason


NO_PROGRAM = Attributed(None, SourceReason.NONE)


@dataclass(frozen=True, slots=True)
class ProgramSend:
    """A program's message to this contact from this sender or its one-way partner (R60)."""

    program_id: ProgramId
    at: datetime


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A person made a conversation his own: from that program, from then on (R5).

    program_id None: he said that it answers no program, whichever; any send ends that.
    """

    program_id: ProgramId | None
    at: datetime

    def runs(self, at: datetime, sends: Iterable[ProgramSend]) -> bool:
        """Whether it holds at that time. sends: until then."""
        return at > self.at and not any(
            send.at > self.at and self.program_id in (None, send.program_id) for send in sends
        )


# --- text patterns --------------------------------------------------------------------------------


def folded(text: str) -> str:
    """As texts are compared: letters in one case, runs of white space as one space."""
    return " ".join(text.split()).casefold()


def matches(pattern: str, body: str) -> bool:
    """Whether the whole `body` fits `pattern`: literal text, `*` for any run of characters.

    Letters in any case, runs of white space as one space; so "Sale: *" is every text that begins
    so. No pattern language of a person's reaches a regular expression: the walk is linear.
    """
    first, *rest = folded(pattern).split("*")
    text = folded(body)
    if not rest:
        return bool(first) and text == first
    if not (first or any(rest)) or not text.startswith(first):
        return False
    *middle, last = rest
    end = len(first)
    for piece in middle:
        found = text.find(piece, end)
        if found < 0:
            return False
        end = found + len(piece)
    return len(text) - end >= len(last) and text.endswith(last)


# --- what we send ---------------------------------------------------------------------------------


class Recogniser:
    """The running programs and their bindings, ready to be asked about many messages.

    partners: one-way sender IDs by their inbound number; R3 treats them as one sender (R60).
    """

    def __init__(
        self,
        programs: Mapping[ProgramId, Program],
        bindings: Sequence[Binding],
        homes: Mapping[UUID, UUID] | None = None,
    ) -> None:
        known = [binding for binding in bindings if binding.program_id in programs]
        self.programs = programs
        self.told = (sorted(map(repr, programs.values())), sorted(map(repr, known)))
        """What it knows, in words that are equal where it answers the same."""
        self._homes = homes or {}
        self._by_service = {b.service_id: b.program_id for b in known if b.service_id is not None}
        self._by_sender: dict[UUID, ProgramId] = {
            b.sender_id: b.program_id for b in known if b.sender_id is not None
        }
        self._patterns = [(b.pattern, b.program_id) for b in known if b.pattern is not None]

    def program_of(
        self, *, service_id: UUID | None, sender_id: UUID, body: str, at: datetime
    ) -> Attributed:
        """The program of an outbound message, by the first rule of R61 that names one."""
        if service_id in self._by_service:
            return Attributed(self._by_service[service_id], SourceReason.MESSAGING_SERVICE)  # type: ignore[index]
        if sender_id in self._by_sender:
            return Attributed(self._by_sender[sender_id], SourceReason.DEDICATED)
        for pattern, program_id in self._patterns:
            if _within_dates(self.programs[program_id], at) and matches(pattern, body):
                return Attributed(program_id, SourceReason.PATTERN)
        return NO_PROGRAM

    def dedicated_to(self, sender_id: UUID) -> ProgramId | None:
        """The program that a sender ID, or its one-way partners all, are dedicated to."""
        if sender_id in self._by_sender:
            return self._by_sender[sender_id]
        partners = {
            self._by_sender.get(one_way)
            for one_way, home in self._homes.items()
            if home == sender_id
        }
        return partners.pop() if len(partners) == 1 else None

    # --- what we receive ---

    def source_of(
        self,
        *,
        at: datetime,
        sender_id: UUID,
        sends: Iterable[ProgramSend],
        taken_over: TakeOver | None = None,
    ) -> Source:
        """What an inbound message of that time answers (R3).

        sends: the program sends of the conversation that may matter, in any order: those of the
        longest window before, and for a take-over all since then. While a take-over runs nothing
        else counts, neither another program's later send nor the sender's dedication; it ends with
        the next send of the program that the conversation was taken over from, and from then on
        all is as if it had never been (R5).
        """
        before = [send for send in sends if send.at <= at]
        if taken_over is not None and taken_over.runs(at, before):
            return Source(SourceKind.DIRECT, None, SourceReason.TAKEN_OVER, taken_over.program_id)
        recent = max(
            (send for send in before if self._is_recent(send, at)),
            key=lambda send: (send.at, send.program_id.int),
            default=None,
        )
        if recent is not None:
            return self._source(recent.program_id, SourceReason.RECENT_SEND)
        dedicated = self.dedicated_to(sender_id)
        return DIRECT if dedicated is None else self._source(dedicated, SourceReason.DEDICATED)

    @property
    def longest_window(self) -> timedelta:
        """No send explains an answer that comes later than this."""
        return timedelta(days=max((p.attribution_days for p in self.programs.values()), default=0))

    def _is_recent(self, send: ProgramSend, at: datetime) -> bool:
        program = self.programs.get(send.program_id)
        return program is not None and at - send.at <= timedelta(days=program.attribution_days)

    def _source(self, program_id: ProgramId, reason: SourceReason) -> Source:
        return Source(SourceKind(self.programs[program_id].kind.value), program_id, reason)


def rival(
    wanted: Binding, known: Iterable[Binding], programs: Mapping[ProgramId, Program]
) -> ProgramId | None:
    """The program, it may be its own, that is recognised by the same thing already (R61).

    One pattern may serve several programs whose dates never meet.
    """
    for binding in known:
        if _same_target(wanted, binding) and (
            wanted.pattern is None
            or _dates_meet(programs[wanted.program_id], programs[binding.program_id])
        ):
            return binding.program_id
    return None


def _same_target(one: Binding, other: Binding) -> bool:
    if one.pattern is not None and other.pattern is not None:
        return folded(one.pattern) == folded(other.pattern)
    return (one.sender_id, one.service_id, one.pattern) == (
        other.sender_id,
        other.service_id,
        other.pattern,
    )


def _dates_meet(one: Program, other: Program) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Program, other: Program) -> bool:
    return one.starts_at is None or other.ends_at is None or one.starts_at < other.ends_at


def _within_dates(program: Program, at: datetime) -> bool:
    begun = program.starts_at is None or program.starts_at <= at
    return begun and (program.ends_at is None or at < program.ends_at)
