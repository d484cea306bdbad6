"""What seldom changes and every page needs, read once for each state of the file.

Names, holdings and settings are hundreds of rows; reading them again for every page cost ten times
the page. SQLite says when a file has changed: a connection's data version moves with every commit
of any other connection or process, and `total_changes` with every row that it wrote itself. While
both stand still, what was read before is what would be read now. The one writer of a team's
workspace counts its commits itself (`team.workspace`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, TypeVar

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
    """`read(tx, *args)`, whose result nobody changes. The arguments can be hashed.

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
    written = driver.total_changes
    if tx.info.get("changes_at_begin") != written:
        return None
    # https://sqlite.org/pragma.html#pragma_data_version
    version = (driver.execute("PRAGMA data_version").fetchone()[0], written)
    place = tx.info.get(_PLACE)
    if place is None or place[0] != version:
        place = tx.info[_PLACE] = (version, {})
    kept: dict[Hashable, Any] = place[1]
    return kept
