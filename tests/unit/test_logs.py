"""A log can be shown to a stranger: one line each, no secret, no number, no value (R46, GP3)."""

from __future__ import annotations

import io
import json
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.settings import logs

TOKEN = "0123456789abcdef" * 2
SECRETS = [
    TOKEN,
    f"auth_token={TOKEN}",
    "password: hunter2-canary",
    '{"secret": "canary word"}',
    "https://user:canary@host/path",
    "Authorization: Basic Y2FuYXJ5OmNhbmFyeQ==",
    "Bearer canary.canary",
    "+1 202 555 0142",
    "whatsapp:+12025550142",
    "To=%2B12025550142&Body=",
    "12025550142",
    "ab" * 32,
]
KEPT = [
    f"SM{TOKEN}",
    f"AC{TOKEN}",
    "0192f0c1-7e7b-7c7d-8e8f-9a9b9c9d9e9f",
    "took 0.123 s for 1000 rows",
    "2026-05-04 09:00:00",
    "error 21610 of the provider",
    "127.0.0.1:54321",
]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_and_numbers_are_struck_out(text: str) -> None:
    shown = logs.redacted(f"before {text} after")
    assert "[…]" in shown
    for word in ("canary", TOKEN, "0142", "hunter2", "Y2Fu", "abab"):
        assert word not in shown
    assert shown.startswith("before ")


@pytest.mark.parametrize("text", KEPT)
def test_ids_and_figures_stay(text: str) -> None:
    assert logs.redacted(text) == text


@given(st.text())
def test_any_text_is_one_printable_line(text: str) -> None:
    assert logs.escaped(text).isprintable()


def one_line(message: str, error: BaseException | None = None) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.OneLine())
    handler.handle(
        logging.LogRecord(
            "sms_desk.x",
            logging.ERROR,
            "x.py",
            1,
            message,
            None,
            (type(error), error, error.__traceback__) if error else None,
        )
    )
    return stream.getvalue()


def test_a_line_cannot_be_faked() -> None:
    line = one_line("real\n2026-01-01 CRITICAL sms_desk: fake \x1b[31m\u202e")
    assert line.count("\n") == 1
    assert "\x1b" not in line
    assert "\\n2026" in line


def test_an_exception_shows_types_and_own_places_alone() -> None:
    from sms_desk.domain.inbox_filters import from_json

    try:
        from_json({"channel": "canary-value"})
    except Exception as error:  # noqa: BLE001
        line = one_line("failed", error)
    assert "canary" not in line
    assert "sms_desk.domain.errors.UsageError at domain/inbox_filters.py:" in line
    assert "because of builtins.ValueError at domain/inbox_filters.py:" in line
    assert __file__ not in line


PROGRAM = """
import logging, sys, threading, warnings
from pathlib import Path
from sms_desk.settings import logs
logs.set_up("info", Path(sys.argv[1]))
logging.getLogger("sms_desk.x").info("heard")
logging.getLogger("sms_desk.x").debug("not heard")
logging.getLogger("urllib3").info("not heard")
warnings.warn("a warning")
def fails(): raise ValueError("canary in a thread")
thread = threading.Thread(target=fails); thread.start(); thread.join()
import resource
logging.getLogger("sms_desk.x").info("core %s", resource.getrlimit(resource.RLIMIT_CORE)[0])
from sms_desk.domain.inbox_filters import from_json
secret = "canary in a local"
from_json({"channel": "canary in an argument"})
"""


def test_a_program_that_fails_says_so_without_values(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(logs.__file__).parents[2])}
    words = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    failed = subprocess.run(words, env=environment, capture_output=True, text=True)
    written = (tmp_path / "desk.log").read_text("utf-8")
    assert failed.returncode == 1
    for text in (failed.stderr, written):
        assert "canary" not in text
        assert "not heard" not in text
        assert "heard" in text
        assert "core 0" in text
        assert "a warning" in text
        assert "builtins.ValueError at elsewhere" in text
        assert "UsageError at domain/inbox_filters.py:" in text
    assert stat.S_IMODE((tmp_path / "desk.log").stat().st_mode) == 0o600


def test_an_old_log_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 1_000)
    handler = logs.PrivateFile(tmp_path / "desk.log")
    for n in range(900):
        handler.handle(logging.LogRecord("x", 20, "x", 1, "line %s", (n,), None))
    handler.close()
    assert len(list(tmp_path.iterdir())) == 1 + logs._FILES
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_services_log_is_an_object_a_line_and_as_discreet(tmp_path: Path) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLine())
    logger = logging.getLogger("of_this_test")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        logger.warning("one\nline with +1 202 555 0142\x1b[31m")
        try:
            raise ValueError("canary word")
        except ValueError:
            logger.exception("it broke")
    finally:
        logger.removeHandler(handler)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["level"] == "warning"
    assert first["message"] == "one\nline with […]\x1b[31m"
    assert "places" not in first
    assert second["places"].startswith("builtins.ValueError")
    assert "canary" not in stream.getvalue()
    assert stream.getvalue().isascii()
