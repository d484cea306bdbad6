"""The command line with a real key store: the secret is given once, and stands nowhere (R46, GP3)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from sms_desk.providers.sandbox import SandboxClock
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import Called, called_apart, called_here, descriptor
from tests.fixtures.sandbox import CUSTOMER, sandbox_server
from tests.fixtures.secret_service import enter

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_r46_a_secret_given_once_serves_every_call_and_is_written_nowhere(
    secret_service: dict[str, str],
    desk_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is given to a program, and another one sends with it; what reads is called here."""
    enter(secret_service, monkeypatch)
    caplog.set_level(logging.DEBUG, "sms_desk")
    options = ("--json", "--log-level", "debug")
    with sandbox_server(tmp_path, clock=SandboxClock()) as server:
        token = server.account.auth_token
        server.sandbox.receive(CUSTOMER, LINE, "canary-of-a-body")

        def answer(done: Called) -> Any:
            assert done.code == 0, done
            log = done.err + caplog.text
            assert "was not kept" not in log
            assert token not in done.out + log
            assert "canary" not in log
            assert CUSTOMER not in log
            return done.json

        def call(*words: str) -> Any:
            return answer(called_here(capsys, *words, *options))

        with descriptor(token) as fd:
            words = ("--sid", server.account.sid, "--base-url", server.base_url)
            given = ("--secret-fd", str(fd))
            answer(called_apart("account", "add", "twilio", *words, *given, *options, fds=[fd]))
        call("sync", "--once", "--backfill", "30")
        (row,) = call("inbox", "--waiting")["rows"]
        sent = answer(called_apart("reply", row["id"], "Yes", "--wait", "120", *options))
        assert sent["state"] == "accepted"
        assert {check["status"] for check in call("doctor")["checks"]} == {"ok"}
        call("account", "test", "Twilio")
    kept = b"".join(file.read_bytes() for file in desk_home.rglob("*") if file.is_file())
    for secret in (token, "canary-of-a-body", CUSTOMER):
        assert secret.encode() not in kept
