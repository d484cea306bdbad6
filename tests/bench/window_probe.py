"""A window as its own process that says when it was painted: the desk, or the bare floor.

    python -m tests.bench.window_probe bare
    python -m tests.bench.window_probe desk HOME        # a workspace of tests.bench.generate
    python -m tests.bench.window_probe closed HOME      # opens it and closes it in good order
    python -m tests.bench.window_probe busy HOME URL    # receives a sandbox's messages meanwhile

Prints one JSON object: seconds since the parent's BENCH_STARTED until the first paint, until rows are
painted in the list (and the processor time until then) and until all is there; resident megabytes,
some seconds later, and for `busy` the gaps between turns of the event loop (ms).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

STARTED = float(os.environ["BENCH_STARTED"])
STALL_SECONDS = 60.0
SETTLE_MS = 3_000
FOUND: dict[str, float] = {}


def since() -> float:
    return time.time() - STARTED


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def stored(ctx: Any, account_id: UUID) -> int:
    statement = "SELECT count(*) FROM messages WHERE account_id = ?"
    return int(ctx.tx.exec_driver_sql(statement, (account_id.bytes,)).scalar_one())


def say(**found: Any) -> None:
    print(json.dumps(found), flush=True)


def bare() -> None:
    """A PySide6 window with an empty list: the floor."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QListView, QMainWindow

    class Painted(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                window.removeEventFilter(self)
                say(paint=since(), cpu=time.process_time(), mb=resident_mb())
                QTimer.singleShot(0, app.quit)
            return False

    app = QApplication([])
    window = QMainWindow()
    window.setCentralWidget(QListView())
    window.resize(1280, 800)
    filter_ = Painted()
    window.installEventFilter(filter_)
    window.show()
    app.exec()


def start(launch: Any, open_: Any, when_started: Callable[[Any], None]) -> None:
    """Start the desk as `sms-desk` does; call back with the program before it opens anything."""
    from sms_desk.ui import main

    class Watched(main.Start):
        def __init__(self, frame: Any) -> None:
            frame.window.painted.connect(lambda: FOUND.setdefault("paint", since()))
            super().__init__(frame)
            self.started.connect(when_started)

    setattr(main, "Start", Watched)  # noqa: B010 (a class is no variable to the checker)
    main.run(launch, open_)


def desk(home: str) -> None:
    """The real start, as `sms-desk` runs it."""
    from sms_desk.ui.opening import Launch, open_workspace

    def started(program: Any) -> None:
        from PySide6.QtCore import QTimer

        def page_shown() -> None:
            (page,) = program.window.findChildren(ConversationsPage)
            assert page.inbox.shown_ids(), "an empty list is no page"
            FOUND.update(page=since(), cpu=time.process_time())
            gaps.begin()

        def ready() -> None:
            gaps.end()
            FOUND.update(ready=since(), gap=max(gaps.all) / 1000)
            QTimer.singleShot(SETTLE_MS, program, settled)

        def settled() -> None:
            say(mb=resident_mb(), **FOUND)
            os._exit(0)  # the time of leaving is nobody's wait

        from sms_desk.ui.window.conversations import ConversationsPage

        gaps = Gaps(program)
        program.page_shown.connect(page_shown)
        program.ready.connect(ready)

    start(Launch(home=Path(home)), open_workspace, started)


def closed(home: str) -> None:
    """A start and a good end, after which the next start knows what it shows."""
    from sms_desk.ui.opening import Launch, open_workspace

    def started(program: Any) -> None:
        program.ready.connect(program.quit)

    start(Launch(home=Path(home)), open_workspace, started)
    say(closed=True)


def busy(home: str, url: str) -> None:
    """The window while a sandbox's messages come in; gaps of the event loop until all are here."""
    from sms_desk.ui.opening import Launch

    accounts: list[UUID] = []
    pulses: list[Pulse] = []

    def opened(launch: Any, _ask: Any) -> Any:
        from sms_desk.bootstrap import Options, open_session
        from sms_desk.providers.sandbox import Account

        session = open_session(Options(launch.home))
        account = Account()
        account_id = session.add_account(
            "twilio",
            {"account_sid": account.sid, "secret": account.auth_token, "base_url": url},
        )
        accounts.append(account_id)
        return session

    def started(program: Any) -> None:
        program.ready.connect(lambda: pulses.append(Pulse(program, accounts[0])))

    start(Launch(home=Path(home)), opened, started)


class Gaps:
    """Measures the gaps between turns of the event loop (ms), once begun.

    queued: of each, how long this thread could have run and the machine let others; own: its
    processor time. On a machine that others use, the first says more of them than of the desk.
    """

    def __init__(self, program: Any) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.all: list[float] = []
        self.queued: list[float] = []
        self.own: list[float] = []
        self._last: tuple[float, float, float] | None = None
        self._beat = QTimer(program, interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._on_turn)

    def begin(self) -> None:
        self._last = _clocks()
        self._beat.start()

    def end(self) -> None:
        self._on_turn()
        self._beat.stop()

    def leave_out(self) -> None:
        """What passed since the last turn is the probe's own."""
        self._last = None

    def _on_turn(self) -> None:
        now = _clocks()
        if self._last:
            passed = (after - before for before, after in zip(self._last, now, strict=True))
            for gaps, ms in zip((self.all, self.queued, self.own), passed, strict=True):
                gaps.append(ms)
        self._last = now


def _clocks() -> tuple[float, float, float]:
    """Milliseconds: the wall's, those in which this thread waited for a processor, and its own.

    https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
    """
    waited = int(Path("/proc/thread-self/schedstat").read_text().split()[1])
    return time.perf_counter() * 1e3, waited / 1e6, time.thread_time() * 1e3


class Pulse:
    """The window's calm while messages come in, until all are here."""

    def __init__(self, program: Any, account_id: UUID) -> None:
        from PySide6.QtCore import QTimer

        self._program, self._account_id = program, account_id
        self._gaps = Gaps(program)
        self._gaps.begin()
        self._begun = time.perf_counter()
        self._look = QTimer(program, interval=500)
        self._look.timeout.connect(self._on_look)
        self._look.start()

    def _on_look(self) -> None:
        self._gaps.leave_out()
        session = self._program._session
        (line,) = (one for one in session.lines() if one.account_id == self._account_id)
        seconds = time.perf_counter() - self._begun
        if not line.backfill_running or seconds > STALL_SECONDS:
            gaps = self._gaps
            calm = [gap - queued for gap, queued in zip(gaps.all, gaps.queued, strict=True)]
            found = {"gaps": gaps.all, "calm": calm, "own": gaps.own}
            received = session.desk.read(lambda ctx: stored(ctx, self._account_id))
            say(received=received, seconds=seconds, **{k: sorted(v) for k, v in found.items()})
            os._exit(0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare"]:
            bare()
        case ["desk", home]:
            desk(home)
        case ["closed", home]:
            closed(home)
        case ["busy", home, url]:
            busy(home, url)
