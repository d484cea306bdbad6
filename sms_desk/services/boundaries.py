"""What happens once when an absence begins or ends (R27, R29).

Who answers what hangs on none of it: that follows from the dates alone, also while every desk is
closed. Here only is noted that a boundary was passed, and who leaves for good hands over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.audit import Deed, Kind, Reason
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.model import Actor, PersonId, Role
from sms_desk.services import auditing
from sms_desk.services.context import Context
from sms_desk.store import absence_plans, absences
from sms_desk.store.engine import Tx
from sms_desk.store.ids import derived


def pending(tx: Tx, now: datetime) -> bool:
    """Whether `cross` has something to do."""
    return bool(absence_plans.unnoted(tx, now)) or bool(_leaving(tx, now, frozenset()))


def cross(tx: Tx, now: datetime) -> Changes:
    """Note what has begun and ended since somebody looked; hand over what those own who are gone for
    good. Once each, however often it is called."""
    changes = NOTHING
    begun: set[UUID] = set()
    for row in absence_plans.unnoted(tx, now):
        if row["begun_at"] is None:
            begun.add(row["id"])
            if row["since"] > row["created_at"]:  # else it began with the plan, which is told
                _audit(tx, row, Kind.COVER_BEGUN, now)
        ended = row["until"] is not None and row["until"] <= now
        if ended and row["planned_until"] is None:  # else somebody ended it, which is told
            _audit(tx, row, Kind.COVER_ENDED, now)
        absence_plans.change(
            tx, row["id"], begun_at=row["begun_at"] or now, ended_at=now if ended else None
        )
        changes |= Changes.of(absence=row["id"], conversation=None)
    for absence_id, planned_by in _leaving(tx, now, frozenset(begun)):
        # Every command and handler: not for a cycle in which nobody leaves.
        from sms_desk.services.executor import execute

        command = c.HandOver(
            id=derived(absence_id, ("hand_over", now.isoformat())), at=now, absence_id=absence_id
        )
        # In the name of who planned it and was allowed to then, so that they can undo it.
        actor = Actor(PersonId(planned_by), Role.ADMIN, "UTC")
        changes |= execute(Context(tx, actor, now), command).changes
    return changes


def _audit(tx: Tx, row: Mapping[Any, Any], kind: Kind, now: datetime) -> None:
    """No person did it: the date that somebody planned came (R31)."""
    substitutes = frozenset[UUID]().union(
        *(cover.substitutes for cover in absence_plans.covers_of(row))
    )
    about = {
        "person_id": row["person_id"],
        "absence_id": row["id"],
        "since": row["since"],
        "until": row["until"],
    }
    subjects = (row["id"], row["person_id"], *sorted(substitutes))
    auditing.by_rule(tx, Deed(kind, subjects, None, about, Reason.RULE), now)


def _leaving(tx: Tx, now: datetime, begun: frozenset[UUID]) -> list[tuple[UUID, UUID]]:
    """Permanent absences that begin just now, or that run while the person owns something (again:
    a closed conversation was opened by its contact): (absence, planned by)."""
    return [
        (absence.id, absence_plans.get(tx, absence.id)["created_by"])
        for absence in absences.around(tx, now)
        if absence.permanent
        and (absence.id in begun or absence_plans.owns_something(tx, absence.person_id, now))
    ]
