"""A running sandbox: one world, its clock, faults and ledger behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from . import state
from .clock import SandboxClock
from .faults import Fault, FaultBook
from .ledger import Ledger
from .model import Message, SendRequest, Status
from .world import World


class Sandbox:
    """What the HTTP side and the tests talk to; each method may be called from any thread.

    ledger: the file of accepted messages. Those in it that the world does not know (a crash came
    between the ledger and the state file) are taken in again. state_file: where the world is kept
    between runs; when the file exists it takes the place of `world`. run: sets what this run adds to
    a new world apart from what others did; "" for ids that another run gives again.
    """

    def __init__(
        self,
        world: World | Callable[[], World],
        *,
        clock: SandboxClock | None = None,
        ledger: Path | None = None,
        state_file: Path | None = None,
        run: str = "",
    ) -> None:
        self.clock = clock or SandboxClock()
        self.faults = FaultBook()
        self.lock = threading.RLock()
        self.ledger = Ledger(ledger)
        self.state_file = state_file
        self.changed = state_file is not None and not state_file.exists()
        """What is not in the state file yet; a world that nobody has touched must come back, too."""
        self.world = self._first_world(world, run)
        self._restore_from_ledger()
        self.world.start_chatter(self.now())

    def _first_world(self, world: World | Callable[[], World], run: str) -> World:
        if self.state_file and self.state_file.exists():
            return state.load(self.state_file, self.clock)
        first = world() if callable(world) else world
        # What customers wrote in the ledger's earlier runs stands in no file, only with the desks.
        first.run = run or (str(len(self.ledger.entries)) if self.ledger.entries else "")
        return first

    def _restore_from_ledger(self) -> None:
        for entry in self.ledger.entries:
            if not self.world.archive.knows(entry.sid):
                self.world.accept(entry.request, entry.at, sid=entry.sid)
                self.changed = True

    def now(self) -> datetime:
        return self.clock.now()

    def tick(self) -> int:
        """Let everything happen that is due; how much it was."""
        with self.lock:
            happened = self.world.tick(self.now())
            self.changed = self.changed or happened > 0
            return happened

    def advance(self, seconds: float) -> datetime:
        """Move the clock forward and let what falls due happen; the new time."""
        with self.lock:
            self.clock.advance(timedelta(seconds=seconds))
            self.changed = True
            self.tick()
            return self.now()

    def send(self, request: SendRequest) -> Message:
        """Accept a message and write it into the ledger, or raise a Refusal."""
        with self.lock:
            message = self.world.send(request, self.now())
            self.ledger.record(message, request)
            self.changed = True
            return message

    def receive(
        self,
        sender: str,
        to: str,
        body: str,
        *,
        pictures: Sequence[str] = (),
        created: datetime | None = None,
        sid: str = "",
        hidden_until: datetime | None = None,
    ) -> Message:
        """A customer writes. created: an older date; hidden_until: the list leaves it out so long."""
        with self.lock:
            self.changed = True
            return self.world.receive(
                sender,
                to,
                body,
                self.now(),
                pictures=pictures,
                created=created,
                sid=sid,
                hidden_until=hidden_until,
            )

    def set_status(self, sid: str, status: Status, error_code: int | None = None) -> Message:
        with self.lock:
            self.changed = True
            return self.world.set_status(sid, status, self.now(), error_code)

    def delete(self, sid: str) -> None:
        """Remove a message whatever its state."""
        with self.lock:
            self.changed = True
            self.world.delete(sid, forced=True)

    def order(self, fault: Fault) -> None:
        with self.lock:
            self.faults.order(fault)

    def clear_faults(self) -> None:
        with self.lock:
            self.faults.clear()

    def save(self) -> None:
        """Write the state file, when there is one and something changed."""
        with self.lock:
            if self.state_file and self.changed:
                state.save(self.world, self.clock, self.state_file)
            self.changed = False

    def close(self) -> None:
        self.save()
        self.ledger.close()
