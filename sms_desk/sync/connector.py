"""The thread that runs cycles, and the lock that lets one process of a profile do so (design §1)."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Protocol
from uuid import UUID

from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import DeskError
from sms_desk.store.engine import Workspace
from sms_desk.sync.clock import Clock

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows has none; there one desk at a time is the rule)
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""How long the program's exit waits for a send that is under way (algorithms §1.4)."""
_LOOK_EVERY = 0.5
"""Seconds between looks at what another process wrote."""
_AFTER_A_FAULT = timedelta(seconds=30)
_LONGEST = 120.0
"""Seconds; no cycle is due so late."""


class ConnectorLock:
    """Who holds it polls and posts. The lock ends with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "connector.lock"
        self._file: int | None = None
        self._turn = threading.Lock()  # threads of one process are one holder

    def acquire(self) -> bool:
        """True if this process is now, or was already, the connector. Any thread may ask."""
        with self._turn:
            return self._file is not None or self._take()

    def _take(self) -> bool:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(file)
                return False
        self._file = file
        return True

    def release(self) -> None:
        with self._turn:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class Turn(Protocol):
    """Whose turn it is to poll and post: the lock of a profile, or the lease of a team."""

    def acquire(self) -> bool: ...

    def release(self) -> None: ...


class Cycle(Protocol):
    """What a connector runs: the engine, or the mailer beside it."""

    def run_once(self, now: datetime, *, force: bool = False) -> Changes: ...

    def next_due(self, now: datetime) -> datetime: ...

    def watch(self, conversation_ids: Iterable[UUID]) -> None: ...

    def close(self) -> None: ...


class Connector:
    """Runs an engine in a thread. changed: called in that thread after each cycle that did
    something; it must not block. Takes the lock when it can, and waits for it otherwise.

    beside: somebody else of this process gives the lock back, after this one has ended. name: of
    its thread. rests: for how long, after a cycle that broke."""

    def __init__(
        self,
        workspace: Workspace,
        engine: Cycle,
        lock: Turn,
        changed: Callable[[Changes], None],
        clock: Clock | None = None,
        *,
        beside: bool = False,
        name: str = "connector",
        rests: timedelta = _AFTER_A_FAULT,
    ) -> None:
        self._workspace = workspace
        self._engine = engine
        self._lock = lock
        self._changed = changed
        self._clock = clock or Clock.of_machine()
        self._beside = beside
        self._name = name
        self._rests = rests
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._force = threading.Event()
        self._thread: threading.Thread | None = None
        self.is_connector = False

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=self._beside)
            self._thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Stop after the cycle that runs; True if it came to its end in time. What a send that
        was cut off became is looked up at the next start."""
        self._stopping.set()
        self._awake.set()
        if self._thread is None:
            return True
        self._thread.join(seconds)
        ended = not self._thread.is_alive()
        if ended:
            self._thread = None
        return ended

    def poke(self, *, force: bool = False) -> None:
        """Run a cycle now. force: as by "sync now", whatever the line's state."""
        if force:
            self._force.set()
        self._awake.set()

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """Which conversations are on screen."""
        self._engine.watch(conversation_ids)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                beat = self._beat()  # what is written while a cycle runs may be too late for it
                self._wait_until(self._turn(), beat)
        finally:
            self._engine.close()
            if not self._beside:
                self._lock.release()

    def _turn(self) -> datetime:
        """One cycle, if this process is the connector; returns when the next one is due."""
        now = self._clock.now()
        self._awake.clear()
        try:
            self.is_connector = self._lock.acquire()
            if not self.is_connector:
                return now + timedelta(seconds=1)
            force = self._force.is_set()
            self._force.clear()
            changes = self._engine.run_once(now, force=force)
            if changes:
                self._changed(changes)
            return self._engine.next_due(self._clock.now())
        except DeskError as error:
            log.warning("a cycle ended early: %s", error.title)
        except Exception as error:
            log.error("a cycle broke: %s", type(error).__name__, exc_info=error)
        return now + self._rests

    def _wait_until(self, due: datetime, beat: int) -> None:
        """Until it is due, somebody pokes, or another process has written since that beat (design
        §1)."""
        while not self._stopping.is_set():
            left = (due - self._clock.now()).total_seconds()
            if left > _LONGEST:  # somebody put the clock back: what is due is worked out anew
                return
            if left <= 0 or self._awake.wait(min(left, _LOOK_EVERY)) or self._beat() != beat:
                return

    def _beat(self) -> int:
        try:
            return self._workspace.foreign_beat()[1]
        except DeskError:
            return 0
