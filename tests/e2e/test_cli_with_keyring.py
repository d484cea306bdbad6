"""The command line with a real key store: the secret is given once, and stands nowhere (R46, GP3)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sms_desk.providers.sandbox import SandboxClock
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import descriptor
from tests.fixtures.sandbox import CUSTOMER, sandbox_server
from tests.fixtures.secret_service import secret_service

__all__ = ["secret_service"]


def test_r46_a_secret_given_once_serves_every_call_and_is_written_nowhere(
    secret_service: dict[str, str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, **secret_service, "SMS_DESK_HOME": str(home)}
    environment.pop("PYTHON_KEYRING_BACKEND", None)
    with sandbox_server(tmp_path, clock=SandboxClock()) as server:
        token = server.account.auth_token
        server.sandbox.receive(CUSTOMER, LINE, "canary-of-a-body")

        def call(*words: str) -> Any:
            done = subprocess.run(
                [sys.executable, "-m", "sms_desk", *words, "--json", "--log-level", "debug"],
                env=environment,
                capture_output=True,
                pass_fds=fds,
                timeout=180,
            )
            assert done.returncode == 0, done
            assert b"was not kept" not in done.stderr
            assert token.encode() not in done.stdout + done.stderr
            assert b"canary" not in done.stderr
            assert CUSTOMER.encode() not in done.stderr
            return json.loads(done.stdout)

        with descriptor(token) as fd:
            fds = [fd]
            words = ("--sid", server.account.sid, "--base-url", server.base_url)
            call("account", "add", "twilio", *words, "--secret-fd", str(fd))
        fds = []
        call("sync", "--once", "--backfill", "30")
        (row,) = call("inbox", "--waiting")["rows"]
        assert call("reply", row["id"], "Yes", "--wait", "120")["state"] == "accepted"
        assert {check["status"] for check in call("doctor")["checks"]} == {"ok"}
        call("account", "test", "Twilio")
    kept = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    for secret in (token, "canary-of-a-body", CUSTOMER):
        assert secret.encode() not in kept
