"""A team's logins with a real key store: every password is typed once or never (R46, GP3, GP4)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sms_desk.domain.errors import LoginError
from sms_desk.settings import server_address
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team.connection import connect
from tests.e2e.cli_calls import descriptor
from tests.e2e.team_setup import remove
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster
from tests.fixtures.secret_service import secret_service

__all__ = ["secret_service"]


def test_r46_passwords_are_kept_and_written_nowhere(
    postgres: Cluster, secret_service: dict[str, str], tmp_path: Path
) -> None:
    administrator = ServerAddress(str(postgres.socket), "kept", clusters.USER)
    environment = {**os.environ, **secret_service, "SMS_DESK_HOME": str(tmp_path / "anns")}
    environment.pop("PYTHON_KEYRING_BACKEND", None)
    said = b""

    def call(*words: str, password: str = "", home: str = "anns") -> Any:
        nonlocal said
        with descriptor(password) as fd:
            given = ("--password-fd", str(fd)) if password else ()
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "sms_desk",
                    *words,
                    *given,
                    "--json",
                    "--log-level",
                    "debug",
                ],
                env={**environment, "SMS_DESK_HOME": str(tmp_path / home)},
                capture_output=True,
                pass_fds=[fd],
                timeout=120,
            )
        assert done.returncode == 0, done
        said += done.stderr
        return json.loads(done.stdout)

    try:
        words = ("--name", "Coats & Co", "--person", "Ann")
        made = call("workspace", "init", administrator.url, *words, password=clusters.PASSWORD)
        assert (made["connector_password"], made["kept_in"]) == ("", "Secret Service")
        call("workspace", "status")  # the connector's password is in the key store
        bob = call("workspace", "invite", "Bob", "--role", "rep")
        joined = call("join", bob["address"], password=bob["password"], home="bobs")
        assert joined["person_name"] == "Bob"
        with pytest.raises(LoginError):
            connect(server_address.parsed(bob["address"]), bob["password"])
        # Its own password is known to the key store alone, and serves every call.
        call("sync", "--once", home="bobs")
        (me,) = (row for row in call("people", "list", home="bobs")["rows"] if row["is_me"])
        assert me["id"] == bob["person_id"]
        identity = json.loads((tmp_path / "bobs" / "workspace" / "workspace.json").read_text())
        assert identity["source"] == "keyring"
        kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        for secret in (bob["password"], made["invitation"]["password"], clusters.PASSWORD):
            assert secret.encode() not in kept + said
    finally:
        remove(replace(administrator))
