"""Where files are, who may read them, and what a crash leaves (R46, GD1)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sms_desk.domain.errors import StorageError, UsageError
from sms_desk.settings import files
from sms_desk.settings.files import MachineState, Profile, home, read_json, write_json


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_variable_moves_everything(desk_home: Path) -> None:
    profile = Profile.of()
    assert home() == desk_home
    everything = (
        profile.database,
        profile.identity,
        profile.state,
        profile.logs,
        profile.window_lock,
    )
    assert all(path.is_relative_to(desk_home) for path in everything)
    assert len(set(everything)) == len(everything)


def test_without_it_the_platform_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(files.HOME_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home() == tmp_path / "sms-desk"


def test_the_demo_lives_apart() -> None:
    assert Profile.of(files.DEMO_PROFILE).folder != Profile.of().folder


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    profile = Profile.of(under=tmp_path)
    profile.folder.mkdir(mode=0o755)
    profile.make()
    assert mode(profile.folder) == mode(profile.logs) == 0o700


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be made"):
        Profile.of(under=tmp_path / "file").make()


def test_written_for_the_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"name": "Zoë"})
    assert read_json(path) == {"name": "Zoë"}
    assert mode(path) == 0o600
    assert read_json(tmp_path / "none.json") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_said_and_left(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="cannot be read"):
        read_json(path)
    assert path.read_bytes() == content


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_json(path, {"new": 1})
    assert read_json(path) == {"old": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_the_machine_remembers(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    MachineState(path).put("window", [0, 0, 800, 600])
    MachineState(path).choose("theme", "dark")
    again = MachineState(path)
    assert again.get("window") == [0, 0, 800, 600]
    assert again.setting("theme") == "dark"
    again.choose("theme", None)
    assert MachineState(path).setting("theme") == "system"
    with pytest.raises(UsageError):
        again.choose("theme", "pink")


@pytest.mark.parametrize("content", ["{", '{"settings": 3}', '{"settings": {"theme": 7}}'])
def test_a_spoilt_memory_is_an_empty_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    state = MachineState(path)
    assert state.setting("theme") == "system"
    state.choose("theme", "light")
    assert MachineState(path).setting("theme") == "light"
