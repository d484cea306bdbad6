"""A window as its own process that says when it was painted: the desk, or the bare floor.

    python -m tests.bench.window_probe bare
    python -m tests.bench.window_probe desk HOME        # a workspace of tests.bench.generate
    python -m tests.bench.window_probe busy HOME URL    # receives a sandbox's messages meanwhile

Prints one JSON object: seconds since the parent's BENCH_STARTED until the first paint and until the
first page, resident megabytes, and for `busy` the gaps between turns of the event loop (ms).
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

STARTED = float(os.environ["BENCH_STARTED"])
STALL_SECONDS = 60.0


def since() -> float:
    return time.time() - STARTED


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def stored(ctx: Any) -> int:
    return int(ctx.tx.exec_driver_sql("SELECT count(*) FROM messages").scalar_one())


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
                say(paint=since(), page=since(), mb=resident_mb())
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


def desk(home: str) -> None:
    """The real start, as `sms-desk` runs it."""
    from sms_desk.ui import main, program
    from sms_desk.ui.opening import Launch

    found: dict[str, float] = {}

    class Timed(program.Program):
        def __init__(self, app: Any, window: Any, *rest: Any) -> None:
            super().__init__(app, window, *rest)
            window.painted.connect(lambda: found.setdefault("paint", since()))
            self.ready.connect(self._on_ready)

        def _on_ready(self) -> None:
            say(page=since(), mb=resident_mb(), **found)
            os._exit(0)  # the time of leaving is nobody's wait

    setattr(main, "Program", Timed)  # noqa: B010 (the checker knows it as final)
    main.run(Launch(home=Path(home)))


def busy(home: str, url: str) -> None:
    """The window while a sandbox's messages come in; gaps of the event loop until all are here."""
    from PySide6.QtCore import Qt, QTimer

    from sms_desk.bootstrap import Options, open_session
    from sms_desk.providers.sandbox import Account
    from sms_desk.ui import main, program
    from sms_desk.ui.opening import Launch

    gaps: list[float] = []
    last = [0.0]

    def turn() -> None:
        now = time.perf_counter()
        if last[0]:
            gaps.append((now - last[0]) * 1000)
        last[0] = now

    class Timed(program.Program):
        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            self.ready.connect(self._on_ready)

        def _on_ready(self) -> None:
            self.beat = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
            self.beat.timeout.connect(turn)
            self.beat.start()
            self.look = QTimer(self, interval=500)
            self.look.timeout.connect(self._on_look)
            self.look.start()
            self.begun = time.perf_counter()

        def _on_look(self) -> None:
            last[0] = 0.0  # this look is the probe's own
            assert self._session is not None
            (line,) = self._session.lines()
            seconds = time.perf_counter() - self.begun
            if not line.backfill_running or seconds > STALL_SECONDS:
                say(gaps=sorted(gaps), received=self._session.desk.read(stored), seconds=seconds)
                os._exit(0)

    def opened(launch: Launch, _ask: Any) -> Any:
        session = open_session(Options(launch.home, ask_passphrase=lambda _: "bench bench bench"))
        account = Account()
        session.add_account(
            "twilio",
            {"account_sid": account.sid, "secret": account.auth_token, "base_url": url},
        )
        return session

    setattr(main, "Program", Timed)  # noqa: B010 (the checker knows it as final)
    main.run(Launch(home=Path(home)), opened)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare"]:
            bare()
        case ["desk", home]:
            desk(home)
        case ["busy", home, url]:
            busy(home, url)
