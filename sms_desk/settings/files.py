"""Where a person's files are, and writing them so that a crash leaves the old or the new one.

<home>/<profile>/           0700; SMS_DESK_HOME, else the platform's folder for data
    workspace.db            the encrypted workspace, with its -wal and -shm
    workspace.json          how it opens: no secret (settings.keys)
    state.json              this machine's window and its own settings
    window.lock  connector.lock
    logs/
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import platformdirs

from sms_desk.domain.errors import StorageError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.settings import registry

HOME_VARIABLE = "SMS_DESK_HOME"
REAL_PROFILE = "workspace"
DEMO_PROFILE = "demo"


def home() -> Path:
    """The folder of all files of this person."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else _platform_home()


def _platform_home() -> Path:
    return platformdirs.user_data_path("sms-desk", appauthor=False, roaming=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """One workspace's files on this machine."""

    folder: Path

    @classmethod
    def of(cls, name: str = REAL_PROFILE, under: Path | None = None) -> Profile:
        return cls((home() if under is None else under.absolute()) / name)

    @property
    def database(self) -> Path:
        return self.folder / "workspace.db"

    @property
    def identity(self) -> Path:
        return self.folder / "workspace.json"

    @property
    def state(self) -> Path:
        return self.folder / "state.json"

    @property
    def window_lock(self) -> Path:
        return self.folder / "window.lock"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def make(self) -> None:
        """Make the folders, for their owner alone. Raises StorageError."""
        try:
            for folder in (self.folder, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if folder.stat().st_mode & 0o077:
                    folder.chmod(0o700)
        except OSError as error:
            raise StorageError(
                f"The desk's folder cannot be made: {self.folder} ({error.strerror}).",
                f"Make it yours, or name another one with {HOME_VARIABLE}.",
            ) from error


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is no file. Raises StorageError if it is no object."""
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path) from error
    if not isinstance(value, dict):
        raise _unreadable(path)
    return value


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write an object, for its owner alone; whoever reads meanwhile sees the old or the new one."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8 as `write_json` does. Raises StorageError; the old one is there then."""
    with writing(path) as file:
        file.write(text)


@contextmanager
def writing(path: Path) -> Iterator[TextIO]:
    """A file to be written piece by piece, line ends as they are given; it stands there only once
    all of it does. Raises StorageError, and whatever stops the writer; the old one is there then."""
    try:
        with _replacing(path) as file:
            yield file
    except OSError as error:
        raise StorageError(
            f"A file of the desk cannot be written: {path} ({error.strerror}).",
            "Free some space, or make the folder yours; the old file is still there.",
        ) from error


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105 (a name of mkstemp)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A name is on the disk only with its folder; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unreadable(path: Path) -> StorageError:
    return StorageError(
        f"A file of the desk cannot be read: {path}.",
        "It was left as it is. Bring it back from a backup, or move it away.",
    )


class MachineState:
    """What this machine remembers: the window's shape, and the settings of the machine.

    Nothing in it is precious, so what cannot be read counts as not yet written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._values = read_json(path) or {}
        except StorageError:
            self._values = {}

    def get(self, name: str, default: Any = None) -> Any:
        return self._values.get(name, default)

    def put(self, name: str, value: Any) -> None:
        """Remember a value (JSON's own types) under a name of the caller's."""
        if self._values.get(name) != value:
            self._values = self._values | {name: value}
            write_json(self._path, self._values)

    def setting(self, name: str) -> Any:
        """The machine setting's value; a chosen one that no longer fits counts as not chosen."""
        known = registry.get(name)
        chosen = self.get("settings", {})
        try:
            return known.parse(chosen[name])
        except (UsageError, KeyError, TypeError):
            return known.default

    def choose(self, name: str, value: Any) -> None:
        """Choose a machine setting; None goes back to the default. Raises UsageError."""
        chosen = self.get("settings", {})
        kept = {k: v for k, v in chosen.items() if k != name} if isinstance(chosen, dict) else {}
        new = {} if value is None else {name: registry.get(name).parse(value)}
        self.put("settings", kept | new)
