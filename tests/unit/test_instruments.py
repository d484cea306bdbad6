"""The instruments of the tests themselves: display, keyring, the watch on log and threads."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import conftest
from tests.fixtures.display import window_environment

pytest_plugins = ["pytester"]

PAINT = """
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.show()
print(app.platformName(), app.primaryScreen().size().toTuple())
"""
KEEP = """
import keyring
keyring.set_password("sms-desk test", "me", "s3cret")
print(keyring.get_password("sms-desk test", "me"), type(keyring.get_keyring()).__module__)
"""
KEEP_LOCKED = """
import keyring, keyring.errors
try:
    keyring.set_password("sms-desk test", "me", "s3cret")
except keyring.errors.KeyringError as error:
    print(type(error).__name__)
"""


@pytest.mark.real_window
def test_a_real_window_opens_on_the_display_of_the_tests(real_display: str) -> None:
    said = run_python(PAINT, window_environment(real_display))
    assert said == "xcb (1280, 800)"


@pytest.mark.keyring
def test_a_secret_is_kept_by_the_secret_service_of_the_tests(
    secret_service: dict[str, str],
) -> None:
    said = run_python(KEEP, secret_service)
    assert said == "s3cret keyring.backends.SecretService"


@pytest.mark.keyring
def test_a_locked_secret_service_keeps_nothing(locked_secret_service: dict[str, str]) -> None:
    assert run_python(KEEP_LOCKED, locked_secret_service) == "KeyringLocked"


def run_python(code: str, environment: dict[str, str]) -> str:
    """What the code prints, run as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.allow_log
@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            "import logging; logging.getLogger('sms_desk.sync').warning('odd')",
            "unexpected in the log",
        ),
        (
            "import threading; threading.Thread(target=threading.Event().wait, args=[1]).start()",
            "threads still running",
        ),
    ],
)
def test_a_warning_or_a_leaked_thread_fails_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, body: str, complaint: str
) -> None:
    monkeypatch.setattr(conftest, "THREAD_SECONDS", 0.01)
    outcome = run_inner(pytester, f"def test_inner():\n    {body}\n")
    monkeypatch.undo()
    outcome.assert_outcomes(passed=1, errors=1)
    outcome.stdout.fnmatch_lines([f"*{complaint}*"])


@pytest.mark.allow_log
def test_allow_log_lets_named_loggers_warn_and_no_others(pytester: pytest.Pytester) -> None:
    head = "import logging, pytest\n@pytest.mark.allow_log('sms_desk.sync')\ndef test_inner():\n"
    warn = "    logging.getLogger('sms_desk.{}').warning('odd')\n"
    run_inner(pytester, head + warn.format("sync.engine")).assert_outcomes(passed=1)
    run_inner(pytester, head + warn.format("store")).assert_outcomes(passed=1, errors=1)


def run_inner(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    """Run a test file under the watches of this project's conftest, in this process."""
    pytester.makeini("[pytest]\nmarkers = allow_log")
    pytester.makeconftest("from tests.conftest import leaked_threads, unexpected_log")
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess("-p", "no:xdist", "-p", "no:benchmark")
