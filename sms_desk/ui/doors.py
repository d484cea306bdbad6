"""The window's two doors to slow work: one to read, one to change (design §2).

Work runs on a few threads; that it is done comes back by one queued signal on one object of the
window's thread. A result whose owner is gone is dropped, and so is a read that a newer one with
the same key has overtaken. What fails without a word of its own goes to `failed`, which the window
shows in one place.

Whoever asked is kept here until then, and by no thread: the last to let go of a widget ends it, and
its timers can be stopped in the window's thread only (https://doc.qt.io/qt-6/threads-qobject.html).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, TypeVar, TypeVarTuple
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from sms_desk.domain.errors import DeskError
from sms_desk.domain.frozen import dataclass

if TYPE_CHECKING:  # heavy to import, and needed for their names only
    from sms_desk.domain.commands import Command
    from sms_desk.services.context import Context
    from sms_desk.services.desk import Desk, Stamp
    from sms_desk.services.executor import Done

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Failed = Callable[[DeskError], None]

_log = logging.getLogger(__name__)
_READERS: Final = 3


@dataclass(frozen=True, slots=True)
class _Asked:
    """A piece of work, and who is to hear what came of it. place: of its owner and key, if it can be
    overtaken."""

    owner: QObject
    place: Hashable | None
    work: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Failed | None


class Doors(QObject):
    """Lives in the window's thread, like everything that it answers to."""

    changed = Signal(object)
    """`Changes` after a command of one's own."""
    done = Signal(object)
    """`Done` of a command that a person gave, for the offer to undo it."""
    failed = Signal(object)
    """A `DeskError` that nobody else shows."""
    _arrived = Signal(int)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._numbers = count(1)
        self._newest: dict[Hashable, int] = {}
        self._asked: dict[int, _Asked] = {}
        self._outcomes: dict[int, tuple[Any, DeskError | None]] = {}
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="desk-read")
        # One thread, so that what a person did in a row is written in that order.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="desk-write")
        self._open = True
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    # --- the doors -----------------------------------------------------------------------------

    def read(
        self,
        owner: QObject,
        ask: Callable[[Context, *Ts], T],
        *args: *Ts,
        then: Callable[[T], None],
        failed: Failed | None = None,
        key: str = "",
    ) -> None:
        """Ask a service; `then` gets its frozen rows. key: a newer read of the owner under the
        same key makes this one's answer worthless."""
        self.run(owner, lambda: self.desk.read(ask, *args), then=then, failed=failed, key=key)

    def change(
        self,
        owner: QObject,
        *commands: Command,
        then: Callable[[Done], None] | None = None,
        failed: Failed | None = None,
        quiet: bool = False,
    ) -> None:
        """Run commands in one transaction. quiet: no offer to undo it."""

        def after(done: Done) -> None:
            if then is not None and isValid(owner):
                then(done)
            self.changed.emit(done.changes)
            if not quiet:
                self.done.emit(done)

        # The window wants to hear of a change also when the screen that asked is closed.
        self._give(
            self._writer.submit,
            self,
            lambda: self.desk.change(*commands),
            then=after,
            failed=_alive(owner, failed),
        )

    def undo(self, owner: QObject, command_id: UUID) -> None:
        """Take a command back."""

        def after(done: Done) -> None:
            self.changed.emit(done.changes)
            self.done.emit(done)

        self._give(self._writer.submit, owner, lambda: self.desk.undo(command_id), then=after)

    def run(
        self,
        owner: QObject,
        work: Callable[[], T],
        *,
        then: Callable[[T], None],
        failed: Failed | None = None,
        key: str = "",
    ) -> None:
        """Any short work on a reader's thread."""
        self._give(self._readers.submit, owner, work, then=then, failed=failed, key=key)

    def call(
        self,
        owner: QObject,
        work: Callable[[], T],
        *,
        then: Callable[[T], None],
        failed: Failed | None = None,
    ) -> None:
        """Work that may wait for a network: a thread of its own, which never keeps the program."""
        self._give(_in_a_thread_of_its_own, owner, work, then=then, failed=failed)

    def overtake(self, owner: QObject, key: str) -> None:
        """What was asked under this key is not wanted any more."""
        self._newest[(id(owner), key)] = next(self._numbers)

    # --- commands ------------------------------------------------------------------------------

    def stamp(self) -> Stamp:
        """The id and time of a new command."""
        return self.desk.stamp()

    def new_id(self) -> UUID:
        """For what a command makes."""
        return self.desk.stamp()["id"]

    @property
    def is_quiet(self) -> bool:
        """Whether everything that was asked for has been answered."""
        return not self._asked

    # --- the end ---------------------------------------------------------------------------------

    def close(self) -> None:
        """Write what was asked to be written, drop the rest; nothing comes back any more."""
        self._open = False
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True, cancel_futures=True)

    # --- inside ----------------------------------------------------------------------------------

    def _give(
        self,
        start: Callable[[Callable[[], None]], object],
        owner: QObject,
        work: Callable[[], T],
        *,
        then: Callable[[T], None],
        failed: Failed | None = None,
        key: str = "",
    ) -> None:
        """start: begins a job in a thread."""
        if not self._open:
            return
        number, place = next(self._numbers), (id(owner), key) if key else None
        if place is not None:
            self._newest[place] = number
        self._asked[number] = _Asked(owner, place, work, then, failed)
        start(partial(self._work, number))

    def _work(self, number: int) -> None:
        """In its thread. No name here stands for anything that holds who asked."""
        if not self._is_overtaken(number):
            self._outcomes[number] = _outcome(self._asked[number].work)
        if isValid(self):
            self._arrived.emit(number)

    def _is_overtaken(self, number: int) -> bool:
        place = self._asked[number].place
        return place is not None and self._newest.get(place) != number

    @Slot(int)
    def _on_arrived(self, number: int) -> None:
        is_overtaken = self._is_overtaken(number)
        asked, outcome = self._asked.pop(number), self._outcomes.pop(number, None)
        if outcome is None or is_overtaken or not isValid(asked.owner):
            return
        answer, error = outcome
        if error is None:
            asked.then(answer)
        elif asked.failed is not None:
            asked.failed(error)
        else:
            self.failed.emit(error)


def _in_a_thread_of_its_own(job: Callable[[], None]) -> None:
    threading.Thread(target=job, name="desk-call", daemon=True).start()


def _alive(owner: QObject, failed: Failed | None) -> Failed | None:
    """The owner's own answer to a failure, while there is an owner."""
    if failed is None:
        return None
    return lambda error: failed(error) if isValid(owner) else None


def _outcome(work: Callable[[], T]) -> tuple[T | None, DeskError | None]:
    """The answer, or what went wrong in words."""
    try:
        return work(), None
    except DeskError as error:
        return None, error
    except Exception:  # noqa: BLE001 (a thread's work begins here: no failure may pass in silence)
        _log.exception("work for the window failed")
        return None, DeskError(
            "Something went wrong inside SMS Desk.",
            "Nothing was lost. Try again; the log tells more.",
        )
