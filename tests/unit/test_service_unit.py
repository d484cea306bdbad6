"""The unit that runs a team's connector: systemd reads it, and it starts what there is (R46, GP4)."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from sms_desk.cli.connector import connector
from sms_desk.domain.errors import KeyringError
from sms_desk.settings.credentials import CredentialsFolder

UNIT = Path(__file__).parents[2] / "packaging" / "systemd" / "sms-desk-connector.service"


def values(key: str) -> list[str]:
    lines = UNIT.read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("there is no systemd on this machine")
    (command,) = values("ExecStart")
    there = shutil.which("true")
    assert there is not None
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace(shlex.split(command)[0], there))
    done = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_it_starts_is_a_command_with_these_options() -> None:
    (command,) = values("ExecStart")
    _, name, *words = shlex.split(command)
    assert name == connector.name
    known = {option for param in connector.own_params for option in param.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_it_starts_again_whatever_ended_it_and_no_secret_stands_in_it() -> None:
    assert values("Restart") == ["always"]
    (credential,) = values("LoadCredentialEncrypted")
    assert credential.partition(":")[0] == "server-password"
    assert not values("SetCredential")


# --- what systemd hands over ----------------------------------------------------------------------


def test_credentials_are_read_and_nothing_else_is_done_with_them(tmp_path: Path) -> None:
    (tmp_path / "server-password").write_text("canary\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "folder").mkdir()
    store = CredentialsFolder(tmp_path)
    assert store.read("server-password") == "canary"
    assert store.read("empty") is None
    assert store.read("none") is None
    with pytest.raises(KeyringError):
        store.read("folder")
    with pytest.raises(KeyringError, match="only be read"):
        store.write("smtp", "x")
    with pytest.raises(KeyringError, match="only be read"):
        store.delete("smtp")
    (tmp_path.parent / "outside").write_text("not handed over")
    assert store.read("../outside") is None
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "empty",
        "folder",
        "server-password",
    ]


def test_they_count_only_where_systemd_gives_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert CredentialsFolder.given() is None
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert CredentialsFolder.given() is not None
