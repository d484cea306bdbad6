"""What the connector does for the server itself: hints, the watchdog, and what is old (§2.2, §2.7, §2.8)."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Tx

_TOMB_DAYS: Final = 45
"""A desk that was away for longer starts over; its own commands are kept for thirty days."""
_RECEIPT_DAYS: Final = 90
_PRESENCE_MINUTES: Final = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many pushed commands wait, and for how many seconds the oldest one has."""

    n: int
    seconds: float


def waiting(tx: Tx) -> Waiting:
    """What no connector has executed yet."""
    row = tx.execute(_WAITING).one()
    return Waiting(int(row.n), float(row.seconds))


def poke(tx: Tx, since: str = "") -> str:
    """Tell the desks that there is something to pull, and nothing of what it is: those of everybody
    who sees something that changed after the view `since` of the workspace, as the last poke answered
    it; of all people without one. Answers the view that these are told of.
    """
    told = tx.execute(_POKE_WHOM_IT_CONCERNS, {"since": since}) if since else tx.execute(_POKE_ALL)
    view: str = told.one().view
    return view


def watch_over(tx: Tx) -> None:
    """End sessions of people that hang, or that may not be any more."""
    tx.exec_driver_sql("SELECT watchdog()")


def forget(tx: Tx) -> None:
    """Remove what nobody asks for any more: tombs, of which who was away for so long has to start
    over, receipts, and who was here."""
    last = tx.execute(_LAST_OLD_TOMB, {"days": _TOMB_DAYS}).scalar()
    if last is not None:
        tx.execute(_FORGET_TOMBS, {"last": last})
        tx.execute(_REMEMBERED_SINCE, {"last": last})
    tx.execute(_FORGET_RECEIPTS, {"days": _RECEIPT_DAYS})
    tx.execute(_FORGET_PRESENCE, {"minutes": _PRESENCE_MINUTES})


_POKE_ALL = sa.text(
    r"SELECT pg_current_snapshot()\:\:text AS view,"
    " (SELECT count(pg_notify(channel, '')) FROM login WHERE suspended_at IS NULL)"
)


def _is_new(column: str) -> str:
    """As a pull finds it (`functions.pull`)."""
    since = "CAST(:since AS pg_snapshot)"
    return (
        f"{column} >= pg_snapshot_xmin({since}) AND NOT pg_visible_in_snapshot({column}, {since})"
    )


# Whatever changes changes the digest of its key; who sees something else than before, their access.
_POKE_WHOM_IT_CONCERNS = sa.text(rf"""
    SELECT pg_current_snapshot()\:\:text AS view, (
      SELECT count(pg_notify(l.channel, '')) FROM login l
      WHERE l.suspended_at IS NULL AND (
        l.person_id IN (SELECT a.person_id FROM digest d JOIN access a ON a.key = d.key
                        WHERE a.mode = 'see' AND {_is_new("d.row_xid")})
        OR EXISTS (SELECT FROM access a WHERE a.person_id = l.person_id AND {_is_new("a.row_xid")})
        OR EXISTS (SELECT FROM receipt r WHERE r.person_id = l.person_id AND {_is_new("r.row_xid")})
      ))
""")  # noqa: S608 (own words)
_WAITING = sa.text(
    "SELECT count(*) AS n,"
    " coalesce(extract(epoch FROM clock_timestamp() - min(pushed_at)), 0)::float8 AS seconds"
    " FROM queue"
)
_LAST_OLD_TOMB = sa.text(
    "SELECT row_xid::text FROM tomb WHERE at < now() - make_interval(days => :days)"
    " ORDER BY row_xid DESC LIMIT 1"
)
# Only what is older than that one: a desk whose cursor ends just there may not have seen it yet.
_FORGET_TOMBS = sa.text("DELETE FROM tomb WHERE row_xid < CAST(:last AS xid8)")
_REMEMBERED_SINCE = sa.text(
    "UPDATE team_meta SET gc_xid = CAST(:last AS xid8) WHERE gc_xid < CAST(:last AS xid8)"
)
_FORGET_RECEIPTS = sa.text("DELETE FROM receipt WHERE at < now() - make_interval(days => :days)")
# A person's own row is what a person's transaction can hold: nobody waits for it.
_FORGET_PRESENCE = sa.text(
    "DELETE FROM presence WHERE person_id IN (SELECT p.person_id FROM presence p"
    " WHERE p.at < now() - make_interval(mins => :minutes) FOR UPDATE SKIP LOCKED)"
)
