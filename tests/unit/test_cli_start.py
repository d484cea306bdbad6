"""What starts when: the window or the command line, and as little of it as will do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sms_desk.__main__ import WindowStart, window_start

HEAVY = ("PySide6", "sqlalchemy", "alembic", "requests", "uvicorn", "keyring", "sms_desk.bootstrap")


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ([], WindowStart()),
        (["--as", "Ann"], WindowStart(as_person="Ann")),
        (["demo"], WindowStart(demo=True)),
        (["--demo"], WindowStart(demo=True)),
        (["demo", "--reset"], WindowStart(demo=True, reset=True)),
        (["--home", "x", "demo"], WindowStart(demo=True, home=Path("x"))),
        (["demo", "--home=x"], WindowStart(demo=True, home=Path("x"))),
        (["--passphrase-fd", "7"], WindowStart(passphrase_fd=7)),
        (["--log-level", "debug"], WindowStart(log_level="debug")),
    ],
)
def test_the_window_opens_with(words: list[str], start: WindowStart) -> None:
    assert window_start(words) == start


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["inbox"],
        ["--demo", "inbox"],
        ["demo", "--remove"],
        ["demo", "--help"],
        ["--home"],
        ["--passphrase-fd", "x"],
        ["--log-level", "loud"],
        ["--reset"],
        ["tour", "--out", "x"],
        ["--json"],
    ],
)
def test_all_else_is_the_command_lines(words: list[str]) -> None:
    assert window_start(words) is None


@pytest.mark.parametrize("words", [["--help"], ["segments"], ["segments", "--help"], ["--version"]])
def test_what_needs_no_workspace_loads_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys; from sms_desk.cli import main; sys.argv[1:] = {words}; code = main();"
        "loaded = [name for name in {heavy} if name in sys.modules];"
        "sys.exit(code or ' '.join(loaded) or None)"
    )
    text = program.replace("{words}", repr(words)).replace("{heavy}", repr(HEAVY))
    done = subprocess.run(
        [sys.executable, "-c", text], input=b'{"text": "a"}\n', capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_who_only_reads_loads_no_change() -> None:
    """Every command and its handler are a fifth of what a start loads."""
    program = (
        "import sys, sms_desk.cli.inbox, sms_desk.cli.thread, sms_desk.bootstrap.opening;"
        "changing = ('sms_desk.domain.commands', 'sms_desk.services.handlers');"
        "sys.exit(' '.join(name for name in sys.modules if name.startswith(changing)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_stream_that_was_closed_is_no_mistake_of_ours(closed: str) -> None:
    done = _in_shell(f"segments </dev/null {closed}")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize("words", ["segments", "segments --json", "--version", "segments --help"])
def test_an_answer_that_finds_no_room_is_told(words: str) -> None:
    done = _in_shell(f"{words} >/dev/full")
    assert done.returncode == 5
    assert done.stderr.startswith(b"The answer could not be written: No space left on device.\n")
    assert b"Traceback" not in done.stderr


def _in_shell(words: str) -> subprocess.CompletedProcess[bytes]:
    program = f'echo \'{{"text": "a"}}\' | "$0" -m sms_desk {words}'
    return subprocess.run(
        ["sh", "-c", program, sys.executable], capture_output=True, timeout=60, check=False
    )
