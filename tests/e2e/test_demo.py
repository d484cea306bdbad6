"""The demo that a first start finds, by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_desk.settings import clock
from tests.e2e.cli_calls import Terminal
from tests.fixtures.demo import TUESDAY


def test_r8_what_was_closed_in_the_demo_waits_no_more(
    demo_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else who writes again there would seem to have waited since before the close."""
    monkeypatch.setenv(clock.VARIABLE, TUESDAY.isoformat())
    terminal = Terminal(demo_home, capsys)
    words = ("--demo", "inbox", "--scope", "all", "--state", "closed", "--limit", "200", "--json")
    rows = terminal.call(*words).json["rows"]
    assert rows
    assert [row["peer"] for row in rows if row["waiting_since"]] == []
