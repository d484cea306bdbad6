"""The workspace's one lease: which connector writes it, and since when (GS8, GY5).

One row, which runs out by the server's clock and by no other. Each new holder gets a higher number,
the fence. Whoever writes holds the row while they do (`held`): nobody takes the lease over in the
middle of a transaction, and who has lost it can write nothing, however late they wake up. Renewing
does not wait for that: it is another kind of lock (https://www.postgresql.org/docs/15/explicit-locking.html,
Row-Level Locks), so a long transaction costs nobody the lease.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from sms_desk.domain.errors import ElsewhereError, StorageError
from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Tx

LASTS: Final = 10.0
"""Seconds from a renewal until anybody may take it."""
RENEWED_EVERY: Final = 3.0
ANSWERED_WITHIN: Final = 4.0
"""Patience of its connections: whatever silences one of them, there is time to renew by another."""

T = TypeVar("T")

_LOCK_WAIT: Final = "2s"
_LOCK_NOT_HAD: Final = "55P03"


class LeaseLost(ElsewhereError):
    """Another connector has taken over: this one writes nothing more."""

    def __init__(self) -> None:
        super().__init__("Another connector of this workspace has taken over.")


@dataclass(frozen=True, slots=True)
class Hold:
    """What a holder writes under. holder: a name made for this one hold; fence: grows with each."""

    holder: str
    fence: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The lease as it stands. left: seconds until it runs out, negative since it did; age: seconds
    since its holder was last heard of, None if there never was one."""

    holder: str
    fence: int
    left: float
    age: float | None


def held(tx: Tx, hold: Hold) -> None:
    """Make sure that this transaction commits before anybody takes over. Raises LeaseLost."""
    found = tx.execute(_HELD, {"holder": hold.holder, "fence": hold.fence}).first()
    if found is None:
        raise LeaseLost


def seen(tx: Tx) -> Seen:
    """Who holds the lease now."""
    row = tx.execute(_SEEN).one()
    return Seen(row.holder or "", row.fence, row.left, row.age)


class Lease:
    """Takes, keeps and gives back the lease, over connections of its own: a long transaction of the
    workspace is nothing to wait for. Raises StorageError where the server does not answer."""

    def __init__(self, engine: Engine, name: str = "") -> None:
        """engine: of few connections, none of them the workspace's. name: of this connector, for
        the words of `status`."""
        self._engine = engine
        self._name = name

    def acquire(self) -> Hold | None:
        """The lease, if it has run out; None while somebody holds it."""
        with self._short() as tx:
            if not tx.execute(_IS_FREE).scalar_one():
                return None
        hold = self._take()
        if hold is None:
            self._end_who_hangs()
        return hold

    def _take(self) -> Hold | None:
        """None if somebody was quicker, or a transaction of the last holder still runs."""
        holder = f"{self._name}#{secrets.token_hex(8)}"
        try:
            with self._short() as tx:
                if tx.execute(_LOCK_IF_FREE).first() is None:
                    return None
                fence = tx.execute(_TAKE, {"holder": holder, "lasts": LASTS}).scalar_one()
                return Hold(holder, int(fence))
        except _NotHad:
            return None

    def _end_who_hangs(self) -> None:
        """A holder that was stopped in the middle of a transaction lets nobody take over: end it.
        What it had not committed is undone."""
        with self._short() as tx:
            tx.execute(_END_WHO_HANGS)

    def renew(self, hold: Hold) -> bool:
        """Keep it for another while; False if it is somebody else's by now."""
        with self._short() as tx:
            return tx.execute(_RENEW, _words(hold)).first() is not None

    def release(self, hold: Hold) -> None:
        """Give it back, for the next one to take at once."""
        with self._short() as tx:
            tx.execute(_RELEASE, _words(hold))

    def look(self) -> Seen:
        with self._short() as tx:
            return seen(tx)

    def run(self, work: Callable[[Tx], T]) -> T:
        """Something else that is short and wants no waiting: a hint to the desks, the watchdog."""
        with self._short() as tx:
            return work(tx)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _short(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
                yield connection
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_HAD:
                raise _NotHad from None
            raise StorageError(
                "The team's server does not answer the connector.", "It is tried again by itself."
            ) from error


class _NotHad(StorageError):
    """Somebody else is at the row."""

    def __init__(self) -> None:
        super().__init__("The lease is being used.", "It is tried again by itself.")


def _words(hold: Hold) -> dict[str, Any]:
    return {"holder": hold.holder, "fence": hold.fence, "lasts": LASTS}


# clock_timestamp() and not now(): a transaction that waited has an old now().
_FREE = "expires_at IS NULL OR expires_at < clock_timestamp()"
_IS_FREE = sa.text(f"SELECT {_FREE} FROM lease")  # noqa: S608 (own words)
_LOCK_IF_FREE = sa.text(f"SELECT fence FROM lease WHERE {_FREE} FOR UPDATE")  # noqa: S608 (own words)
_TAKE = sa.text(
    "UPDATE lease SET holder = :holder, fence = fence + 1, seen_at = clock_timestamp(),"
    " expires_at = clock_timestamp() + make_interval(secs => :lasts) RETURNING fence"
)
_MINE = "holder = :holder AND fence = :fence"
_RENEW = sa.text(
    "UPDATE lease SET seen_at = clock_timestamp(),"  # noqa: S608 (own words)
    f" expires_at = clock_timestamp() + make_interval(secs => :lasts) WHERE {_MINE} RETURNING fence"
)
_RELEASE = sa.text(f"UPDATE lease SET expires_at = NULL WHERE {_MINE}")  # noqa: S608 (own words)
_HELD = sa.text(f"SELECT fence FROM lease WHERE {_MINE} FOR KEY SHARE")  # noqa: S608 (own words)
_SEEN = sa.text(
    "SELECT holder, fence,"
    " coalesce(extract(epoch FROM expires_at - clock_timestamp()), -1)::float8 AS left,"
    " extract(epoch FROM clock_timestamp() - seen_at)::float8 AS age FROM lease"
)
_END_WHO_HANGS = sa.text(
    # Only of our own role, and only what began before the lease ran out.
    "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a, lease"  # noqa: S608 (own words)
    f" WHERE ({_FREE}) AND a.usename = session_user AND a.pid <> pg_backend_pid()"
    " AND a.xact_start < lease.expires_at"
    " AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid"
    " AND l.relation = 'lease'::regclass AND l.granted)"
)
