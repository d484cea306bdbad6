"""The generated workspaces that the benches share: one of each size, made once for a run.

SMS_DESK_BENCH_MESSAGES says the sizes, with commas. Ready ones (`tests.bench.generate`) can be named
by SMS_DESK_BENCH_HOME, one for each size, with commas too. Without the variables there is a small
one: then the cases run, and their times say little.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sms_desk.settings.files import REAL_PROFILE, Profile
from tests.bench.generate import generate

SIZES = [int(n) for n in os.environ.get("SMS_DESK_BENCH_MESSAGES", "2000").split(",")]
"""Messages in each workspace."""
_READY = [home for home in os.environ.get("SMS_DESK_BENCH_HOME", "").split(",") if home]
_MANY = 500_000
"""From so many messages on it is a large company's."""


class Workspaces:
    """What was made so far, by size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._homes = dict(zip(SIZES, map(Path, _READY), strict=True)) if _READY else {}

    def home(self, size: int) -> Path:
        """The folder that SMS_DESK_HOME names. Others read it too: nothing is to be put into it."""
        if size not in self._homes:
            made = self._folder / str(size)
            generate(made, size, max(2, size // 10), people=20 if size < _MANY else 300)
            self._homes[size] = made
        return self._homes[size]

    def database(self, size: int) -> Path:
        """Its file."""
        return Profile.of(REAL_PROFILE, self.home(size)).database

    def copy(self, size: int, to: Path) -> Path:
        """A home of one's own, to write into."""
        return Path(shutil.copytree(self.home(size), to))
