"""A workspace of one's own steps aside for a team's, while its window goes on (design §1)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLockFile

from sms_desk.bootstrap.joining import put_aside
from sms_desk.settings.files import Profile


def test_a_second_start_still_finds_the_window(tmp_path: Path) -> None:
    profile = Profile.of(under=tmp_path)
    profile.make()
    profile.database.write_bytes(b"mine")
    window = QLockFile(str(profile.window_lock))
    assert window.tryLock(0)
    aside = put_aside(profile, "own")
    assert (aside / profile.database.name).read_bytes() == b"mine"
    assert not profile.database.exists()
    second = QLockFile(str(profile.window_lock))
    second.setStaleLockTime(0)
    assert not second.tryLock(0)
    window.unlock()
    assert second.tryLock(0)
