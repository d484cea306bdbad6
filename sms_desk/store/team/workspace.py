"""The team's workspace as its connector has it: nobody else writes, and not under a lost lease."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Engine
from typing_extensions import override

from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.team.lease import Hold, held


class TeamWorkspace(Workspace):
    """A workspace on the team's server, written under one hold of its lease: whoever takes the lease
    anew makes a new one. What is left of an earlier hold, a thread that still waits for a provider,
    can then write nothing any more. Raises LeaseLost from `write`."""

    def __init__(self, engine: Engine, hold: Hold) -> None:
        super().__init__(engine)
        self.hold = hold
        self.committed = threading.Event()
        """Set by every commit, for who tells the desks."""

    @contextmanager
    @override
    def write(self, *, quiet: bool = False) -> Iterator[Tx]:
        """As of any workspace. No pulse is kept: the connector's is the only process that writes."""
        with super().write(quiet=True) as tx:
            self._claim(tx)
            yield tx
        self.has_written = self.has_written or not quiet
        self.committed.set()

    def _claim(self, tx: Tx) -> None:
        """Make sure that nobody else writes until this transaction ends."""
        held(tx, self.hold)

    @override
    def foreign_beat(self) -> tuple[int, int]:
        """Nobody else writes."""
        return 0, 0


class AdminWorkspace(TeamWorkspace):
    """The same for who sets a workspace up or invites: each transaction takes its place between two
    of the connector's, which waits meanwhile and keeps its lease. For short ones: a lease that is not
    renewed for as long as it lasts is lost."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, Hold("", 0))

    @override
    def _claim(self, tx: Tx) -> None:
        tx.exec_driver_sql("SELECT fence FROM lease FOR UPDATE")
