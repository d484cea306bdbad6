"""The team's workspace as its connector has it: nobody else writes, and not under a lost lease."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from typing_extensions import override

from sms_desk.store import remembered
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.team import access
from sms_desk.store.team.lease import Hold, held
from sms_desk.store.team.replicated import REPLICATED, Hangs

_TALK: Final = (Hangs.CONVERSATION, Hangs.CONTACT, Hangs.ADDRESS)
_WROTE: Final = "wrote"
_TURNED: Final = "turned"
_WRITES: Final = ("INSERT", "UPDATE", "DELETE", "MERGE", "COPY")
_TABLE: Final = re.compile(
    r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?(\w+)", re.IGNORECASE
)
_PASSING: Final = frozenset(
    (
        *(one.name for one in REPLICATED if one.hangs in _TALK),
        *("my_states", "notices", "commands", "audit", "audit_subjects"),
        *("receipts", "scans", "unplaced", "auto_replies", "drafts"),
        *("queue", "receipt", "access", "digest", "tomb", "unsettled", "settled", "lease"),
    )
)
"""Tables that change with every message and every command; nothing of them is ever remembered."""
_COMMITS = sa.text("SELECT commits FROM settled")
_COMMITTED = sa.text("UPDATE settled SET commits = commits + 1")


class TeamWorkspace(Workspace):
    """A workspace on the team's server, written under one hold of its lease: whoever takes the lease
    anew makes a new one. What is left of an earlier hold, a thread that still waits for a provider,
    can then write nothing any more. Raises LeaseLost from `write`.

    Every write ends by settling who sees what (`access`), in the same transaction.
    """

    def __init__(
        self, engine: Engine, hold: Hold, clock: Callable[[], datetime] | None = None
    ) -> None:
        """clock: as the workspace's commands and cycles have it."""
        super().__init__(engine)
        self.hold = hold
        self.committed = threading.Event()
        """Set by every commit that changed something, for who tells the desks."""
        self._clock = clock or _wall
        self._known: access.Known | None = None
        self._shelf: tuple[int, dict[Hashable, Any]] = (-1, {})
        if not sa.event.contains(engine, "after_cursor_execute", _note_write):
            sa.event.listen(engine, "after_cursor_execute", _note_write)

    @property
    def due(self) -> datetime | None:
        """When somebody sees something else by time alone: an empty write then settles it. None:
        never, or not before something is written."""
        return None if self._known is None else self._known.until

    @contextmanager
    @override
    def read(self) -> Iterator[Tx]:
        with super().read() as tx, self._remembering(tx):
            yield tx

    @contextmanager
    @override
    def write(self, *, quiet: bool = False) -> Iterator[Tx]:
        """As of any workspace. No pulse is kept: the connector's is the only process that writes."""
        with super().write(quiet=True) as tx:
            self._claim(tx)
            tx.info[_WROTE] = tx.info[_TURNED] = False
            with self._remembering(tx):
                yield tx
                known = access.settle(tx, self._clock(), self._known)
            wrote, turned = tx.info.pop(_WROTE), tx.info.pop(_TURNED)
            if turned:
                tx.execute(_COMMITTED)
        self._known = known
        self.has_written = self.has_written or (wrote and not quiet)
        if wrote:
            self.committed.set()

    def _claim(self, tx: Tx) -> None:
        """Make sure that nobody else writes until this transaction ends."""
        held(tx, self.hold)

    @override
    def foreign_beat(self) -> tuple[int, int]:
        """Nobody else writes."""
        return 0, 0

    @contextmanager
    def _remembering(self, tx: Tx) -> Iterator[None]:
        """What seldom changes is read once for each commit that may have changed it
        (`store.remembered`), by the number of these that this transaction sees: every writer counts
        them, one after the other."""
        kept: dict[Hashable, Any] | None = None

        def place() -> dict[Hashable, Any]:
            nonlocal kept
            if kept is None:
                kept = self._shelf_of(int(tx.execute(_COMMITS).scalar_one()))
            return kept

        info = tx.info  # a connection that broke meanwhile answers nothing any more
        info[remembered.SHELF] = place
        try:
            yield
        finally:
            info.pop(remembered.SHELF, None)

    def _shelf_of(self, commits: int) -> dict[Hashable, Any]:
        if commits > self._shelf[0]:
            self._shelf = commits, {}
        at, shelf = self._shelf
        return shelf if at == commits else {}  # a snapshot from before the last commit


class AdminWorkspace(TeamWorkspace):
    """The same for who sets a workspace up or invites: each transaction takes its place between two
    of the connector's, which waits meanwhile and keeps its lease. For short ones: a lease that is not
    renewed for as long as it lasts is lost."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, Hold("", 0))

    @override
    def _claim(self, tx: Tx) -> None:
        tx.exec_driver_sql("SELECT fence FROM lease FOR UPDATE")


def _note_write(tx: Tx, cursor: Any, statement: str, *_: object) -> None:
    """After any statement: whether the transaction has written a row, and whether what is remembered
    may be another by it."""
    # The server's own word for what it did: "UPDATE 3".
    if not cursor.rowcount or not str(cursor.statusmessage or "").startswith(_WRITES):
        return
    tx.info[_WROTE] = True
    table = _TABLE.match(statement)
    if table is None or table[1].lower() not in _PASSING:
        tx.info[_TURNED] = True
        tx.info.pop(remembered.SHELF, None)


def _wall() -> datetime:
    return datetime.now(UTC)
