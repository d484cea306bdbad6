"""What seldom changes and every page needs, read once for each state of the file.

Names, holdings and settings are hundreds of rows; reading them again for every page cost ten times
the page, and for every page after an arrival three times. A file counts what changes in the tables
that they stand in (`store.seldom`); while the count stands still, what was read before is what would
be read now. The one writer of a team's workspace counts its commits itself (`team.workspace`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sms_desk.store import seldom
from sms_desk.store.engine import Tx

P = ParamSpec("P")
T = TypeVar("T")

SHELF = "shelf"
"""In a connection's info, where its workspace keeps what is remembered: asked for it, answers it."""
_PLACE = "remembered"
_MOST = 512


def remembered(
    tx: Tx, read: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """`read(tx, *args)`, whose result nobody changes. The arguments can be hashed, and what is read
    stands in `seldom.TABLES`.

    A transaction that has written reads for itself: what it sees may never be committed.
    """
    kept = _kept(tx)
    if kept is None:
        return read(tx, *args, **kwargs)
    key: Hashable = (read, args, *kwargs.items())
    if key not in kept:
        if len(kept) >= _MOST:
            kept.clear()
        kept[key] = read(tx, *args, **kwargs)
    found: T = kept[key]
    return found


def _kept(tx: Tx) -> dict[Hashable, Any] | None:
    """What this connection has read at this state of the file; None: nothing may be kept."""
    if tx.dialect.name != "sqlite":
        shelf: Callable[[], dict[Hashable, Any]] | None = tx.info.get(SHELF)
        return None if shelf is None else shelf()
    driver: Any = tx.connection.driver_connection
    info = tx.info
    if info.get("changes_at_begin") != driver.total_changes:
        return None
    count = info.get("seldom_count")
    if count is None:  # the same for the whole snapshot
        count = info["seldom_count"] = seldom.count(driver)
    place = info.get(_PLACE)
    if place is None or place[0] != count:
        place = info[_PLACE] = (count, {})
    kept: dict[Hashable, Any] = place[1]
    return kept
