"""The figures of the last days turn a sender ID's health, where no person has spoken (R17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain.audit import Deed, Kind, Reason
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.health import Figures, judge, reason_words
from sms_desk.domain.model import Health
from sms_desk.services import auditing, health
from sms_desk.store import health as store
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id

EVERY = timedelta(minutes=10)


class HealthWatch:
    """Looks at the figures now and then. It says *blocked* at once and *ok* when they are in order."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._last: datetime | None = None

    def run(self, now: datetime) -> Changes:
        if self._last is not None and self._last <= now < self._last + EVERY:
            return NOTHING
        self._last = now
        with self._workspace.read() as tx:
            watched = store.judged_by_figures(tx)
            if not watched:
                return NOTHING
            limits = health.thresholds(tx)
            figures = health.figures(tx, now - timedelta(days=limits.days))
        changed = {}
        for row in watched:
            found = figures.get(row["id"], Figures())
            said = judge(found, limits)
            if said.health != row["health"]:
                words = reason_words(said.reason, found, limits.days) if said.reason else ""
                changed[row["id"]] = (Health(row["health"]), said.health, words)
        if not changed:
            return NOTHING
        with self._workspace.write() as tx:
            still = {row["id"]: Health(row["health"]) for row in store.judged_by_figures(tx)}
            for sender_id, (before, after, words) in changed.items():
                if still.get(sender_id) is before:  # nobody has spoken meanwhile
                    store.set_health(
                        tx,
                        sender_id,
                        change_id=new_id(),
                        before=before,
                        after=after,
                        reason=words,
                        by=None,
                        at=now,
                    )
                    auditing.by_rule(tx, _deed(sender_id, before, after), now)
        return Changes.of(sender=frozenset(changed), conversation=None)


def _deed(sender_id: UUID, before: Health, after: Health) -> Deed:
    return Deed(
        Kind.HEALTH_SET,
        (sender_id,),
        {"health": before},
        {"sender_id": sender_id, "health": after},
        Reason.FIGURES,
    )
