"""Trying out how messages are recognised, and how far the desk has come looking again (R61)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sms_desk.domain import attribution, positions
from sms_desk.domain.attribution import Recogniser
from sms_desk.domain.model import (
    Binding,
    BindingKind,
    Position,
    Program,
    ProgramId,
    SenderId,
    ServiceId,
    SourceReason,
)
from sms_desk.services.context import Context
from sms_desk.services.rows import BindingPreview, TextTest
from sms_desk.store import conversations, programs, scans

LOOKED_AT = 200_000
"""Messages that a preview looks at, newest first; it says where it stopped short."""
_PAGE = 5_000
_SCAN = "programs"


def try_text(
    ctx: Context,
    text: str,
    *,
    program_id: UUID | None = None,
    pattern: str = "",
    sender_id: UUID | None = None,
) -> TextTest:
    """Which program a text that went out now would belong to, and why (R61).

    pattern: one that is only typed yet, of program_id; it comes after those that are bound.
    sender_id: from which it goes out; None for one that is dedicated to nobody.
    """
    known, bindings = programs.for_attribution(ctx.tx)
    typed = _typed(known, program_id, pattern)
    found = Recogniser(known, [*bindings, *typed], conversations.home_senders(ctx.tx)).program_of(
        service_id=None, sender_id=sender_id or UUID(int=0), body=text, at=ctx.now
    )
    names = programs.names(ctx.tx)
    fits = [
        names[each.program_id]
        for each in (*bindings, *typed)
        if each.pattern is not None and attribution.matches(each.pattern, text)
    ]
    return TextTest(
        bool(pattern) and attribution.matches(pattern, text),
        found.program_id,
        names.get(found.program_id, "") if found.program_id else "",
        found.reason,
        tuple(dict.fromkeys(fits)),
    )


def preview_binding(
    ctx: Context,
    program_id: UUID,
    kind: BindingKind,
    *,
    sender_id: UUID | None = None,
    service_id: UUID | None = None,
    pattern: str | None = None,
) -> BindingPreview:
    """How many messages that are stored already would become the program's by one more binding."""
    known, bindings = programs.for_attribution(ctx.tx)
    new = Binding(
        ProgramId(program_id),
        kind,
        SenderId(sender_id) if sender_id else None,
        ServiceId(service_id) if service_id else None,
        pattern,
    )
    recogniser = Recogniser(known, [*bindings, new])
    services = programs.services_by_sid(ctx.tx)
    messages, talks, looked = 0, set[UUID](), 0
    below: int | None = None
    while looked < LOOKED_AT:
        rows = programs.unrecognised(ctx.tx, below=below, limit=_PAGE)
        for row in rows:
            service = services.get((row.account_id, row.service_sid))
            found = recogniser.program_of(
                service_id=service, sender_id=row.sender_id, body=row.body, at=row.at
            )
            if found.program_id == program_id:
                messages += 1
                talks.add(row.conversation_id)
        looked += len(rows)
        if len(rows) < _PAGE:
            return BindingPreview(messages, len(talks), looked, complete=True)
        below = rows[-1].position
    return BindingPreview(messages, len(talks), looked, complete=False)


def looking_again(ctx: Context) -> datetime | None:
    """How far back the desk has looked at stored messages since programs changed; None where it
    is done, or where no connector has begun."""
    states = scans.named(ctx.tx, _SCAN)
    open_ = [state for state in states if not state.get("done", True)]
    if not open_:
        return None
    reached = [state["below"] for state in open_ if state.get("below") is not None]
    return min((positions.instant(Position(int(below))) for below in reached), default=ctx.now)


def _typed(known: dict[ProgramId, Program], program_id: UUID | None, pattern: str) -> list[Binding]:
    if program_id is None or not pattern.strip():
        return []
    id_ = ProgramId(program_id)
    if id_ not in known:  # a retired one, tried out as if it ran
        return []
    return [replace(Binding(id_, BindingKind.PATTERN), pattern=pattern)]


REASONS = (
    SourceReason.MESSAGING_SERVICE,
    SourceReason.DEDICATED,
    SourceReason.PATTERN,
)
"""In this order: the first that names a program wins."""
