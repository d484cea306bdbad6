"""What every test gets: its own desk folder, no foreign keyring, and a watch on log and threads."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fixtures.compiled import compiled_once
from tests.fixtures.desk import migrated_file
from tests.fixtures.display import real_display
from tests.fixtures.patience import qtbot
from tests.fixtures.postgres import postgres
from tests.fixtures.secret_service import locked_secret_service, secret_service
from tests.fixtures.team import kept_teams, team_server, team_template
from tests.fixtures.team_desks import floor

# Here and nowhere else: a fixture of the session that a module imports is another one, made again.
__all__ = [
    "compiled_once",
    "floor",
    "kept_teams",
    "locked_secret_service",
    "migrated_file",
    "postgres",
    "qtbot",
    "real_display",
    "secret_service",
    "team_server",
    "team_template",
]

# Before any test imports Qt or keyring: no window on a developer's screen, no key in his keyring.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)

# Started in the background of a script (`make test &`), they would ignore it, and so would the programs
# that they start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long it takes to draw an example says more of the machine than of the test.
_PACE = [HealthCheck.too_slow]
settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=40, suppress_health_check=_PACE
)
settings.register_profile("dev", deadline=None, max_examples=40, suppress_health_check=_PACE)
settings.register_profile("torture", deadline=None, max_examples=5_000, suppress_health_check=_PACE)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)

THREAD_SECONDS = 20.0
FOLDERS_THAT_WAIT = {"bench", "contract", "e2e"}
WAITED_BY = 0.55
"""Of the other files; the last two fifths are small."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays: to look for rubbish in it took a third of collecting, and more later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files that wait for programs and sockets among those that work, so that no core is
    idle: tests run by file, in this order. Towards the end nobody waits any more."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    tests = Path(__file__).parent
    waits = {path: path.relative_to(tests).parts[0] in FOLDERS_THAT_WAIT for path in files}
    place = {
        path: share * n / len(some)
        for share, some in (
            (WAITED_BY, [path for path in files if waits[path]]),
            (1.0, [path for path in files if not waits[path]]),
        )
        for n, path in enumerate(some)
    }
    items[:] = [item for path in sorted(files, key=place.__getitem__) for item in files[path]]


@pytest.fixture(autouse=True)
def desk_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this test's desk: `SMS_DESK_HOME` points there, and nothing is in it yet."""
    home = tmp_path / "desk-home"
    monkeypatch.setenv("SMS_DESK_HOME", str(home))
    for name in ("SMS_DESK_CLOCK", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return home


class LogWatch(logging.Handler):
    """Keeps the records of level WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that made the desk warn; `allow_log` says that the warning is the point."""
    watch = LogWatch()
    logger = logging.getLogger("sms_desk")
    logger.addHandler(watch)
    yield
    logger.removeHandler(watch)
    allowed = [marker.args or ("sms_desk",) for marker in request.node.iter_markers("allow_log")]
    prefixes = tuple(f"{name}." for names in allowed for name in names)
    left = [r for r in watch.records if not f"{r.name}.".startswith(prefixes)]
    if left:
        lines = "\n".join(f"  {r.levelname} {r.name}: {r.getMessage()}" for r in left)
        pytest.fail(f"unexpected in the log (mark with allow_log if it is the point):\n{lines}")


@pytest.fixture(autouse=True)
def leaked_threads() -> Iterator[None]:
    """Fail a test that leaves a non-daemon thread behind: it would keep the program alive."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and not t.daemon]
    for thread in left:
        thread.join(THREAD_SECONDS)
    alive = [thread.name for thread in left if thread.is_alive()]
    if alive:
        pytest.fail(f"threads still running after the test: {', '.join(alive)}")
