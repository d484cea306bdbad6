"""A real psql that is fed one statement after the other, as a hostile person would."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, Queue
from typing import IO, Final

from sms_desk.domain.frozen import dataclass
from tests.fixtures.postgres import program
from tests.fixtures.team import TeamServer

SECONDS: Final = 40.0
"""The watchdog ends a statement after thirty."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What psql printed. failed: the last statement ended with an error; state: its SQL state."""

    text: str
    failed: bool
    state: str
    seconds: float


class Psql:
    """One session. Everything is printed that can be: details, hints, contexts, source lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._input: IO[str] = process.stdin
        self._out, self._said = Queue[str](), Queue[str]()
        for stream, queue in ((process.stdout, self._out), (process.stderr, self._said)):
            threading.Thread(target=_pour, args=(stream, queue), daemon=True).start()
        self._n = 0

    def run(self, sql: str) -> Outcome:
        """The statement's outcome; whatever it set or began is undone afterwards."""
        self._n += 1
        mark, began = f"<{self._n}>", time.monotonic()
        self._input.write(f"{sql}\n\\echo\n\\echo {mark} :ERROR :SQLSTATE\n\\warn {mark}\n")
        self._input.flush()
        shown, last = _until(mark, self._out)
        said, _ = _until(mark, self._said)
        seconds = time.monotonic() - began
        # A role of one's own would survive DISCARD, as would a transaction forbid it.
        self._input.write(f"ROLLBACK;\nRESET ROLE;\nDISCARD ALL;\n\\warn again {mark}\n")
        self._input.flush()
        _until(f"again {mark}", self._said)
        _, failed, state = last.rsplit(" ", 2)
        return Outcome(shown + said, failed == "true", state, seconds)


@contextmanager
def psql(
    server: TeamServer, user: str, password: str, options: Sequence[str] = ()
) -> Iterator[Psql]:
    """psql as somebody's login."""
    place = ("-h", str(server.cluster.socket), "-d", server.database)
    command = [program("psql"), "-X", "-q", *place, "-U", user]
    for setting in ("VERBOSITY=verbose", "SHOW_CONTEXT=always", "FETCH_COUNT=0"):
        command += ["-v", setting]
    process = subprocess.Popen(
        [*command, "-P", "pager=off", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd="/",
        env=os.environ | {"PGPASSWORD": password, "PGCLIENTENCODING": "UTF8"},
    )
    try:
        yield Psql(process)
    finally:
        process.kill()
        process.communicate()


def _pour(stream: IO[str], queue: Queue[str]) -> None:
    for line in stream:
        queue.put(line)


def _until(mark: str, queue: Queue[str]) -> tuple[str, str]:
    """What came before the mark, and the line of the mark."""
    lines: list[str] = []
    while True:
        try:
            line = queue.get(timeout=SECONDS)
        except Empty:
            raise AssertionError(f"psql no longer answers; it said: {''.join(lines)}") from None
        if line.startswith(mark):
            return "".join(lines), line.strip()
        lines.append(line)
