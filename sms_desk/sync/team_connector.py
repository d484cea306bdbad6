"""A team's connector: waits for the lease, reigns while it has it, and waits again (design §1, §6).

Headless (`sms-desk connector`), or as a thread inside an admin's desk: the same object. Any number
may run; one holds the lease, the others are spares, each of which looks every second.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sms_desk.domain.errors import DeskError, ElsewhereError, StorageError
from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Tx
from sms_desk.store.team import housekeeping
from sms_desk.store.team.housekeeping import Waiting
from sms_desk.store.team.lease import Seen, seen
from sms_desk.sync.clock import Clock
from sms_desk.sync.team_reign import Doors, Reign

log = logging.getLogger(__name__)

STOP_SECONDS: Final = 9.0
"""How long an exit waits: a transaction ends, a letter and a text are handed over, or are a doubt."""
_LOOK_EVERY: Final = 1.0
_BACKOFF: Final = (0.5, 8.0)
_STUCK_SECONDS: Final = 120.0
"""A command that takes longer than this is told as trouble."""


class Part(StrEnum):
    """What a connector is at the moment."""

    HOLDER = "holder"
    SPARE = "spare"
    AWAY = "away"  # the server does not answer


@dataclass(frozen=True, slots=True)
class Health:
    """How a connector is, asked just now. trouble: "" where there is none. seconds_left: until the
    lease runs out, whoever holds it. waiting: pushed commands, and how long the oldest has waited."""

    part: Part
    fence: int
    seconds_left: float
    waiting: int
    waiting_seconds: float
    last_cycle: datetime | None
    trouble: str

    @property
    def is_well(self) -> bool:
        return not self.trouble


class TeamConnector:
    """One process's connector. Any thread may call any method; `run` is for one of them."""

    def __init__(self, doors: Doors, clock: Clock | None = None) -> None:
        self._doors = doors
        self._clock = clock or Clock.of_machine()
        self._stopping = threading.Event()
        self._reign: Reign | None = None
        self._trouble_seen: DeskError | None = None
        self._has_looked = False
        self._thread: threading.Thread | None = None

    # --- as a thread ---

    def start(self) -> None:
        """Run in a thread of its own."""
        if self._thread is None:
            self._thread = threading.Thread(target=self.run, name="team-connector", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """End what runs and give the lease back; True if all came to its end in time."""
        self.ask_to_stop()
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def ask_to_stop(self) -> None:
        """Returns at once; a signal's handler may call it."""
        self._stopping.set()

    def poke(self, *, force: bool = False) -> None:
        """Receive and send now, if this is the one that does."""
        if (reign := self._reign) is not None:
            reign.poke(force=force)

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """Which conversations are on the screen of the desk that this runs in."""
        if (reign := self._reign) is not None:
            reign.watch(conversation_ids)

    def forget(self, account_id: UUID) -> None:
        """The account's secret is another one now, if this is the one that uses it."""
        if (reign := self._reign) is not None:
            reign.forget(account_id)

    @property
    def trouble(self) -> DeskError | None:
        """Why it cannot work, as it was last seen; asks nobody."""
        return self._trouble_seen

    @property
    def has_looked(self) -> bool:
        """Whether the server has ever said who holds the lease."""
        return self._has_looked

    @property
    def is_holder(self) -> bool:
        reign = self._reign
        return reign is not None and not reign.is_over

    # --- its life ---

    def run(self) -> None:
        """Until somebody asks to stop."""
        pause = _BACKOFF[0]
        while not self._stopping.is_set():
            try:
                if not self._reign_once():
                    self._stopping.wait(_LOOK_EVERY)
                pause = _BACKOFF[0]
            except DeskError as error:
                self._tell_away(error)
                self._stopping.wait(pause)
                pause = min(pause * 2, _BACKOFF[1])
            except Exception as error:
                log.error("the connector broke: %s", type(error).__name__, exc_info=error)
                self._stopping.wait(_BACKOFF[1])

    def once(self) -> int:
        """Do all that there is to do, once, in this thread; how many commands were executed. Raises
        ElsewhereError while another connector holds the lease, and StorageError."""
        since_us = self._clock.mono_us()
        hold = self._doors.lease.acquire()
        if hold is None:
            raise ElsewhereError(
                "Another connector of this workspace receives and sends.",
                "It does what there is to do; sms-desk workspace status says since when.",
            )
        try:
            return Reign(self._doors, hold, self._clock, self._stopping, since_us).once()
        finally:
            self._doors.lease.release(hold)

    def _reign_once(self) -> bool:
        """Take the lease and use it until it is lost; False while somebody else has it."""
        since_us = self._clock.mono_us()
        hold = self._doors.lease.acquire()
        self._tell_back()
        if hold is None:
            return False
        log.info("holds the lease, fence %d", hold.fence)
        try:
            self._reign = Reign(self._doors, hold, self._clock, self._stopping, since_us)
            self._reign.run()
        finally:
            self._reign = None
            self._doors.lease.release(hold)  # changes nothing where it is another's by now
            log.info("holds the lease no more, fence %d", hold.fence)
        return True

    def _tell_away(self, error: DeskError) -> None:
        """Once for each outage, and again when its reason changes."""
        if self._trouble_seen is None or error.title != self._trouble_seen.title:
            log.warning("the server is away, tried again by itself: %s", error.title)
        self._trouble_seen = error

    def _tell_back(self) -> None:
        self._has_looked = True
        if self._trouble_seen is not None:
            log.warning("the server answers again")
            self._trouble_seen = None

    # --- how it is ---

    def health(self) -> Health:
        """Asks the server; takes as long as that takes, and raises nothing."""
        asked: list[tuple[Seen, Waiting]] = []

        def ask(tx: Tx) -> None:
            asked.append((seen(tx), housekeeping.waiting(tx)))

        try:
            self._doors.lease.run(ask)
        except StorageError as error:
            return Health(Part.AWAY, 0, 0, 0, 0, self._last_cycle(), error.title)
        (lease, waiting) = asked[0]
        return Health(
            Part.HOLDER if self.is_holder else Part.SPARE,
            lease.fence,
            lease.left,
            waiting.n,
            waiting.seconds,
            self._last_cycle(),
            self._trouble(lease),
        )

    def _last_cycle(self) -> datetime | None:
        reign = self._reign
        return None if reign is None else reign.last_cycle

    def _trouble(self, lease: Seen) -> str:
        reign = self._reign
        if self._stopping.is_set():
            return "The connector is being stopped."
        if reign is None or reign.is_over:
            return "" if lease.left > 0 else "Nobody holds the lease."
        silent = (self._clock.mono_us() - reign.turned_us) / 1e6
        if silent > _STUCK_SECONDS:
            return f"A command has been running for {silent:.0f} s."
        return ""
