"""The real window on a real display: the whole tour, a second start, a polite end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from sms_desk.settings import clock
from sms_desk.settings.files import DEMO_PROFILE, Profile
from sms_desk.ui.main import window_lock
from tests.fixtures.demo import TUESDAY
from tests.fixtures.display import window_environment
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.real_window


def test_the_tour_plays_to_its_end(real_display: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sms_desk", "tour", "--out", str(tmp_path)],
        env=window_environment(real_display),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) >= 20
    for picture in pictures:
        image = QImage(str(picture))
        points = ((x, y) for y in range(0, image.height(), 7) for x in range(0, image.width(), 5))
        colours = {image.pixel(x, y) for x, y in points}
        assert len(colours) > 50, f"nothing to see in {picture.name}"


def test_a_second_start_raises_the_first_and_sigterm_ends_it(
    real_display: str, demo_home: Path
) -> None:
    words = [sys.executable, "-m", "sms_desk", "demo", "--home", str(demo_home)]
    environment = window_environment(real_display) | {clock.VARIABLE: TUESDAY.isoformat()}
    folder = Profile.of(DEMO_PROFILE, demo_home).folder
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE) as first:
        try:
            wait_until((folder / "window.lock").exists, "the first window")
            second = subprocess.run(words, env=environment, timeout=120)
            assert second.returncode == 0
            assert first.poll() is None
            first.send_signal(signal.SIGTERM)
            assert first.wait(60) == 0
        finally:
            first.kill()
    lock = window_lock(folder / "window.lock")
    assert lock.tryLock(0)
    lock.unlock()
