"""A team's logins with a real key store: every password is typed once or never (R46, GP3, GP4)."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sms_desk.domain.errors import LoginError
from sms_desk.settings import server_address
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team.connection import connect
from tests.e2e.cli_calls import Called, called_apart, called_here, descriptor
from tests.e2e.team_setup import remove
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster
from tests.fixtures.secret_service import enter

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_r46_passwords_are_kept_and_written_nowhere(
    postgres: Cluster,
    secret_service: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Ann's calls are made here; Bob joins by a program, and another one finds his password."""
    administrator = ServerAddress(str(postgres.socket), "kept", clusters.USER)
    enter(secret_service, monkeypatch)
    caplog.set_level(logging.DEBUG, "sms_desk")
    options = ("--json", "--log-level", "debug")
    homes = {name: ("--home", str(tmp_path / name)) for name in ("anns", "bobs")}
    said = ""

    def answer(done: Called) -> Any:
        nonlocal said
        assert done.code == 0, done
        said += done.err
        return done.json

    def call(*words: str, password: str = "", home: str = "anns") -> Any:
        with descriptor(password) as fd:
            given = ("--password-fd", str(fd)) if password else ()
            return answer(called_here(capsys, *homes[home], *words, *given, *options))

    def program(*words: str, password: str = "") -> Any:
        with descriptor(password) as fd:
            given = ("--password-fd", str(fd)) if password else ()
            return answer(called_apart(*homes["bobs"], *words, *given, *options, fds=[fd]))

    try:
        words = ("--name", "Coats & Co", "--person", "Ann")
        made = call("workspace", "init", administrator.url, *words, password=clusters.PASSWORD)
        assert (made["connector_password"], made["kept_in"]) == ("", "Secret Service")
        call("workspace", "status")  # the connector's password is in the key store
        bob = call("workspace", "invite", "Bob", "--role", "rep")
        joined = program("join", bob["address"], password=bob["password"])
        assert joined["person_name"] == "Bob"
        with pytest.raises(LoginError):
            connect(server_address.parsed(bob["address"]), bob["password"])
        # Its own password is known to the key store alone, and serves every call.
        program("sync", "--once")
        (me,) = (row for row in call("people", "list", home="bobs")["rows"] if row["is_me"])
        assert me["id"] == bob["person_id"]
        identity = json.loads((tmp_path / "bobs" / "workspace" / "workspace.json").read_text())
        assert identity["source"] == "keyring"
        kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        for secret in (bob["password"], made["invitation"]["password"], clusters.PASSWORD):
            assert secret.encode() not in kept
            assert secret not in said + caplog.text
    finally:
        remove(replace(administrator))
