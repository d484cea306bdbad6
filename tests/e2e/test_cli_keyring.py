"""The command line with a real Secret Service: a secret is given once, and kept nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sms_desk.providers.sandbox import SandboxClock
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import descriptor
from tests.fixtures.sandbox import CUSTOMER, sandbox_server

pytestmark = pytest.mark.keyring


def test_a_secret_is_given_once(secret_service: dict[str, str], tmp_path: Path) -> None:
    """R46: connect, then sync and answer without being asked again."""
    home = tmp_path / "home"
    environment = {**secret_service, "SMS_DESK_HOME": str(home)}
    environment.pop("PYTHON_KEYRING_BACKEND", None)

    with (
        sandbox_server(tmp_path, clock=SandboxClock()) as server,
        descriptor(server.account.auth_token) as fd,
    ):

        def call(*words: str) -> subprocess.CompletedProcess[str]:
            done = subprocess.run(
                [sys.executable, "-m", "sms_desk", *words, "--json"],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                pass_fds=[fd],
                timeout=60,
            )
            assert done.returncode == 0, done
            return done

        server.sandbox.receive(CUSTOMER, LINE, "Hello")
        words = ("account", "add", "twilio", "--sid", server.account.sid)
        added = call(*words, "--base-url", server.base_url, "--secret-fd", str(fd))
        assert added.stderr == ""
        call("sync", "--once")
        (row,) = json.loads(call("inbox").stdout)["rows"]
        sent = call("reply", row["id"], "Hello you", "--wait", "20")
        assert json.loads(sent.stdout)["state"] == "accepted"
        checks = json.loads(call("doctor").stdout)["checks"]
        assert {check["status"] for check in checks} == {"ok"}
        call("account", "test", "Twilio")
        token = server.account.auth_token.encode()
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert token not in kept
