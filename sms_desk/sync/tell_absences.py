"""Absences that begin and end are told of, each once: the substitutes, and who comes back (R25, R27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain.absences import Absence
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.notices import Because, Kind, Told
from sms_desk.services import covers
from sms_desk.services.telling import Teller
from sms_desk.store import absences, notices, people
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import derived

_KINDS = (Kind.COVERING, Kind.COVER_ENDED, Kind.RETURNED)
_BEGAN_WITHIN = timedelta(days=30)
"""A substitute who is named later is told, too; of what began long ago nobody is told anew."""
_ENDED_WITHIN = timedelta(days=14)
"""As long as the brief is offered by itself: a desk that was closed at the end tells of it later."""


@dataclass(frozen=True, slots=True)
class _Boundary:
    kind: Kind
    told: Told
    subject_id: UUID


def tell_absences(workspace: Workspace, now: datetime) -> Changes:
    """Tell of what began or ended and has not been told."""
    with workspace.read() as tx:
        found = [one for absence in absences.listing(tx) for one in _boundaries(absence, now)]
        known = notices.known(tx, _KINDS, {(one.told.person_id, one.subject_id) for one in found})
        fresh = [one for one in found if (one.told.person_id, one.subject_id) not in known]
        if any(one.kind is Kind.RETURNED for one in fresh):
            here = covers.presence(tx, now)
            fresh = [
                one
                for one in fresh
                if one.kind is not Kind.RETURNED or not here.is_away(one.told.person_id)
            ]
    if not fresh:
        return NOTHING
    with workspace.write() as tx:
        teller = Teller(tx, people.directory(tx), now)
        for one in fresh:
            teller.tell(tx, [one.told], one.kind, one.subject_id)
    return Changes.of(notice=None)


def _boundaries(absence: Absence, now: datetime) -> Iterator[_Boundary]:
    substitutes = sorted(frozenset().union(*(cover.substitutes for cover in absence.covers)))
    if absence.runs(now) and now - absence.since <= _BEGAN_WITHIN:
        subject = derived(absence.id, "begins")
        for person_id in substitutes:
            told = Told(person_id, Because.SUBSTITUTE, absence.id, absence.person_id)
            yield _Boundary(Kind.COVERING, told, subject)
    until = absence.until
    if until is None or not absence.since < until <= now or now - until > _ENDED_WITHIN:
        return
    subject = derived(absence.id, ("ends", until.isoformat()))
    for person_id in substitutes:
        told = Told(person_id, Because.SUBSTITUTE, absence.id, absence.person_id)
        yield _Boundary(Kind.COVER_ENDED, told, subject)
    if not absence.permanent:
        told = Told(absence.person_id, Because.BACK, absence.id)
        yield _Boundary(Kind.RETURNED, told, subject)
