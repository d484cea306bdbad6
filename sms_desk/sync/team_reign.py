"""What runs while this process holds a team's lease (design §6, algorithms §2.6-2.8).

One thread executes what people pushed, one after the other. Beside it, each in a thread of its own,
the engine receives and sends and the mailer mails, neither of which may hold up a command by a slow
network; the lease is kept; the desks are told that there is something new; and what only time brings
is looked after. All of them write the same workspace under the same hold, one transaction at a time,
and all end as soon as the lease is lost, or could not be renewed for as long as it lasts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol
from uuid import UUID

from sms_desk.domain.changes import Changes, Thing
from sms_desk.domain.errors import StorageError
from sms_desk.domain.frozen import dataclass
from sms_desk.providers.base import Provider
from sms_desk.store.team import housekeeping, invited
from sms_desk.store.team.lease import LASTS, RENEWED_EVERY, Hold, Lease, LeaseLost
from sms_desk.store.team.workspace import TeamWorkspace
from sms_desk.sync.clock import Clock
from sms_desk.sync.connector import Connector, Cycle
from sms_desk.sync.engine import Engine
from sms_desk.sync.mail import Mailer

log = logging.getLogger(__name__)


class Executed(Protocol):
    """What became of a pushed command, as `services.pushed` answers it."""

    @property
    def person_id(self) -> UUID: ...

    @property
    def changes(self) -> Changes: ...


class Execute(Protocol):
    """Executes the command that waits first, of somebody else than `after` if there is one; None
    where none waits."""

    def __call__(
        self, workspace: TeamWorkspace, now: datetime, *, after: UUID | None
    ) -> Executed | None: ...


LOOK_EVERY: Final = (0.05, 0.2)
"""Seconds between looks at the queue: while something comes, and when nothing has for a while."""
_QUIET_AFTER: Final = 200  # looks in vain
_POKES_APART: Final = 0.25
AGAIN_AFTER: Final = 1.0
_AFTER_A_FAULT: Final = 5.0
_RESTS: Final = timedelta(seconds=3)
_LINES_TOLD_EVERY: Final = timedelta(seconds=20)
_WATCHED_EVERY: Final = timedelta(seconds=5)
_TIDIED_EVERY: Final = timedelta(hours=6)
_ENGINE_SECONDS: Final = 6.0
_MAIL_SECONDS: Final = 1.0
_WAKES_ENGINE: Final = frozenset((Thing.OUTBOX, Thing.SCHEDULED, Thing.ACCOUNT, Thing.LINE))


@dataclass(frozen=True, slots=True)
class Doors:
    """What a connector works with. workspace: opens the team's workspace under a hold.
    open_provider, mail_password, ca_file: as the engine and the mailer take them."""

    lease: Lease
    workspace: Callable[[Hold], TeamWorkspace]
    execute: Execute
    open_provider: Callable[[Mapping[str, Any]], Provider]
    mail_password: Callable[[], str]
    ca_file: Callable[[], str] = lambda: ""


class Reign:
    """One hold of the lease, from its first renewal to its end."""

    def __init__(
        self, doors: Doors, hold: Hold, clock: Clock, stopping: threading.Event, since_us: int
    ) -> None:
        """since_us: boot time before the lease was asked for, from which it lasts at least."""
        self.hold = hold
        self.workspace = doors.workspace(hold)
        self._doors = doors
        self._clock = clock
        self._stopping = stopping
        self._over = threading.Event()
        self._good_until_us = since_us + int(LASTS * 1e6)
        engine = Engine(
            self.workspace,
            doors.open_provider,
            clock,
            fence=hold.fence,
            told_every=_LINES_TOLD_EVERY,
        )
        self._cycles = _Noted(engine, self)
        self.forget = engine.forget
        self._mailer = Mailer(self.workspace, doors.mail_password, doors.ca_file)
        self._engine = self._connector(self._cycles, "engine")
        self._mail = self._connector(self._mailer, "mailer")
        self._after: UUID | None = None
        self._crossed = False
        self._troubled: set[str] = set()
        self._watched_us = 0
        self._tidied: datetime | None = None
        self._told_of = ""
        self.turned_us = clock.mono_us()
        """When the queue was last looked at."""
        self.last_cycle: datetime | None = None

    def _connector(self, cycle: Cycle, name: str) -> Connector:
        return Connector(
            self.workspace,
            cycle,
            self,
            lambda _: None,
            self._clock,
            beside=True,
            name=name,
            rests=_RESTS,
        )

    # --- as whose turn it is ---

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be begun: the lease is lost, or was not renewed in time."""
        return self._over.is_set() or self._clock.mono_us() > self._good_until_us

    def acquire(self) -> bool:
        return not self.is_over

    def release(self) -> None:
        """The lease is given back when all have ended, and not by one of them."""

    # --- from beginning to end ---

    def run(self) -> None:
        """Until the lease is lost or somebody asks to stop; then everything has ended, but for a
        provider that still has not answered: what it says will not be written down."""
        beside = [
            self._beside("lease", self._renew),
            self._beside("herald", self._tell),
            self._beside("housekeeper", self._look_after),
        ]
        self._engine.start()
        self._mail.start()
        try:
            self._execute_all()
        finally:
            self._over_now()
            self._engine.stop(_ENGINE_SECONDS if self._stopping.is_set() else 0)
            self._mail.stop(_MAIL_SECONDS if self._stopping.is_set() else 0)
            for thread in beside:
                thread.join(AGAIN_AFTER)

    def once(self) -> int:
        """Execute what waits, one cycle, and the letters; how many commands there were."""
        keeper = self._beside("lease", self._renew)
        try:
            executed = self._drain()
            self._cycles.run_once(self._clock.now(), force=True)
            executed += self._drain()
            self._mailer.run_once(self._clock.now(), force=True)
            self._look_after()
            self._tell()
        finally:
            self._over_now()
            self._cycles.close()
            keeper.join(AGAIN_AFTER)
        return executed

    def _drain(self) -> int:
        executed = 0
        while self._execute_next() is not None:
            executed += 1
        return executed

    def _execute_next(self) -> Changes | None:
        """Everybody has their turn, so that nobody's thousand commands keep the others waiting."""
        ran = self._doors.execute(self.workspace, self._clock.now(), after=self._after)
        if ran is None:
            return None
        self._after = ran.person_id
        return ran.changes

    def poke(self, *, force: bool = False) -> None:
        """Receive and send now."""
        self._engine.poke(force=force)
        self._mail.poke(force=force)

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """Which conversations are on the screen beside this connector."""
        self._engine.watch(conversation_ids)

    def _over_now(self) -> None:
        self._over.set()
        self.workspace.committed.set()  # wakes the herald

    # --- what people pushed ---

    def _execute_all(self) -> None:
        in_vain = 0
        while not (self.is_over or self._stopping.is_set()):
            self.turned_us = self._clock.mono_us()
            try:
                changes = self._execute_next()
            except LeaseLost:
                return
            except StorageError as error:
                self._tell_trouble("commands", error)
                self._stopping.wait(AGAIN_AFTER)
                continue
            except Exception as error:
                log.error("a pushed command broke: %s", type(error).__name__, exc_info=error)
                self._stopping.wait(_AFTER_A_FAULT)
                continue
            self._troubled.discard("commands")
            if changes is None:
                in_vain += 1
                self._stopping.wait(LOOK_EVERY[in_vain > _QUIET_AFTER])
                continue
            in_vain = 0
            if _WAKES_ENGINE & changes.touched.keys():
                self._engine.poke()
            if Thing.NOTICE in changes.touched:
                self._mail.poke()

    def _tell_trouble(self, who: str, error: StorageError) -> None:
        """Once for each outage: it is tried again every second."""
        if who not in self._troubled:
            log.warning("%s: %s", who, error.title)
            self._troubled.add(who)

    # --- beside it ---

    def _beside(self, name: str, work: Callable[[], float]) -> threading.Thread:
        """A thread that does its work over and over; work answers after how many seconds again."""

        def run() -> None:
            while not self.is_over:
                try:
                    pause = work()
                    self._troubled.discard(name)
                except LeaseLost:
                    self._over_now()
                    return
                except StorageError as error:
                    self._tell_trouble(name, error)
                    pause = AGAIN_AFTER
                except Exception as error:
                    log.error("%s broke: %s", name, type(error).__name__, exc_info=error)
                    pause = _AFTER_A_FAULT
                self._over.wait(pause)

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread

    def _renew(self) -> float:
        asked_us = self._clock.mono_us()
        was_late = asked_us > self._good_until_us - int((LASTS - 2 * RENEWED_EVERY) * 1e6)
        if not self._doors.lease.renew(self.hold):
            raise LeaseLost
        self._good_until_us = asked_us + int(LASTS * 1e6)
        if was_late:  # the server did not answer meanwhile: what failed then need wait no longer
            self.poke()
        return RENEWED_EVERY

    def _tell(self) -> float:
        """Hint to the desks that there is something to pull, at most four times a second: a commit
        that says so waits for every other one of the server that does."""
        committed = self.workspace.committed
        if not committed.wait(AGAIN_AFTER):
            return 0
        committed.clear()
        try:
            self._told_of = self._doors.lease.run(partial(housekeeping.poke, since=self._told_of))
        except StorageError:
            committed.set()
            self._told_of = ""  # the server may have become another one
            raise
        return _POKES_APART

    def _look_after(self) -> float:
        """What only time brings: who sees what from a date on, sessions that hang, what is old."""
        # First of all: what follows could have to wait for a session that is to be ended.
        us = self._clock.mono_us()
        if us - self._watched_us >= _WATCHED_EVERY / timedelta(microseconds=1):
            self._watched_us = us
            self._doors.lease.run(housekeeping.watch_over)
            self._note_invited()
        now = self._clock.now()
        self._cross(now)
        if self._tidied is None or not self._tidied <= now < self._tidied + _TIDIED_EVERY:
            with self.workspace.write(quiet=True) as tx:
                housekeeping.forget(tx)
            self._tidied = now
        return AGAIN_AFTER

    def _note_invited(self) -> None:
        """Somebody has joined, or was invited anew."""
        with self.workspace.read() as tx:
            if invited.is_noted(tx):
                return
        with self.workspace.write() as tx:
            invited.note(tx, self._clock.now())

    def _cross(self, now: datetime) -> None:
        """A transaction that changes nothing settles, at its end, who sees what by now: at first, for
        what came while nobody held the lease, and then at each date."""
        due = self.workspace.due
        if not self._crossed or (due is not None and due <= now):
            with self.workspace.write():
                self._crossed = True


class _Noted:
    """An engine whose cycles are noted, for the health page."""

    def __init__(self, engine: Engine, reign: Reign) -> None:
        self._engine = engine
        self._reign = reign
        self.next_due = engine.next_due
        self.watch = engine.watch
        self.close = engine.close

    def run_once(self, now: datetime, *, force: bool = False) -> Changes:
        changes = self._engine.run_once(now, force=force)
        self._reign.last_cycle = now
        return changes
