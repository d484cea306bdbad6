"""One's own absence: whether one is recorded as away now, and whether a brief waits (R25, R27)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.services import absences
from sms_desk.services.absence_rows import AbsenceRow, AbsenceState
from sms_desk.services.context import Context
from sms_desk.store import absence_plans

_OFFERED = timedelta(days=14)
"""So long after the return the brief is offered by itself; it stays reachable for ever."""


@dataclass(frozen=True, slots=True)
class MyAbsence:
    """running: the innermost that runs; brief: the newest that ended and was not settled."""

    running: AbsenceRow | None = None
    brief: AbsenceRow | None = None


def mine(ctx: Context) -> MyAbsence:
    """What the actor's own desk says of their absence."""
    me = ctx.actor.person_id
    own = [row for row in absence_plans.rows(ctx.tx) if row["person_id"] == me]
    running, brief = None, None
    for row in sorted(own, key=lambda row: (row["since"], row["id"])):
        state = absences.state_of(row, ctx.now)
        if state is AbsenceState.RUNNING:
            running = row["id"]
        elif (
            state is AbsenceState.ENDED
            and not absences.is_settled(row)
            and ctx.now - row["until"] < _OFFERED
        ):
            brief = row["id"]
    return MyAbsence(_row(ctx, running), _row(ctx, brief))


def _row(ctx: Context, absence_id: UUID | None) -> AbsenceRow | None:
    return None if absence_id is None else absences.get(ctx, absence_id)
