"""Calls of the command line for tests: in this process where many are made, else as a program.

Every answer in JSON is compared with the form that docs/cli.md gives for its command.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from sms_desk.cli import reference
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.running import run
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.providers.sandbox import SandboxServer
from sms_desk.services.rows import Cursor

PASSPHRASE = "canary-otter-of-the-passphrase"
ERROR_KEYS = {"code", "title", "next_step", "rule"}
FORMS = {path: reference.answer_forms(command) for path, command in reference.commands()}

_TEAM = ("workspace", "join", "connector", "connector-account", "connector-secret")
TEAMS = {path for path in FORMS if path.split()[0] in _TEAM}
"""What needs a team's server: test_workspace_story and test_connector call them."""


@dataclass
class Called:
    """What a call left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        lines = self.out.splitlines()
        assert len(lines) == 1, f"not one object: {self.out!r} {self.err!r}"
        return json.loads(lines[0])


@dataclass
class Terminal:
    """A person without a key store: the passphrase and the provider's secret go by descriptors."""

    home: Path
    capsys: pytest.CaptureFixture[str]
    server: SandboxServer | None = None
    secret: str = ""  # given instead of the server's own
    called: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def json(
        self,
        *words: str,
        code: int = 0,
        secret: bool = False,
        stdin: bytes = b"",
        password: str | None = None,
    ) -> Any:
        """The object that a call answers; it must end with `code`, and fit its documented form."""
        done = self.call(*words, "--json", secret=secret, stdin=stdin, password=password)
        assert done.code == code, (words, done)
        answer = done.json
        path = path_of(words)
        self.called.add(path)
        if code:
            assert set(answer["error"]) == ERROR_KEYS
            assert answer["error"]["title"].splitlines()[0][:20] in done.err, done.err
            beside = {key: value for key, value in answer.items() if key != "error"}
            assert not beside or fits_one(FORMS[path], beside), (words, beside)
        else:
            assert fits_one(FORMS[path], answer), (words, answer)
        return answer

    def text(
        self, *words: str, code: int = 0, secret: bool = False, password: str | None = None
    ) -> str:
        """What a call says to a person."""
        done = self.call(*words, secret=secret, password=password)
        assert done.code == code, (words, done)
        return done.out if not code else done.err

    def call(
        self,
        *words: str,
        secret: bool = False,
        stdin: bytes = b"",
        password: str | None = None,
    ) -> Called:
        """A call in this process. password: of a login on a team's server; may have two lines."""
        with (
            descriptor(PASSPHRASE) as passphrase,
            descriptor(self._token) as token,
            descriptor(password or "") as given,
            given_stdin(stdin),
        ):
            options = ["--home", str(self.home), "--passphrase-fd", str(passphrase)]
            extra = ["--secret-fd", str(token)] if secret else []
            extra += ["--password-fd", str(given)] if password is not None else []
            done = called_here(self.capsys, *options, *words, *extra)
        self.said += [done.out, done.err]
        return done

    @property
    def _token(self) -> str:
        return self.secret or (self.server.account.auth_token if self.server else "none")

    def connect(self) -> Any:
        """Connect the sandbox's account; quiet hours are off, for tests run by day and by night."""
        assert self.server is not None
        self.json("setting", "set", "quiet_hours_us", "off")
        return self.json(
            *("account", "add", "twilio", "--sid", self.server.account.sid),
            *("--label", "Shop", "--base-url", self.server.base_url),
            secret=True,
        )

    def sync(self) -> Any:
        return self.json("sync", "--once", secret=True)


def called_here(capsys: pytest.CaptureFixture[str], *words: str) -> Called:
    """A call in this process."""
    capsys.readouterr()
    code = run(words, Invocation())
    said = capsys.readouterr()
    return Called(code, said.out, said.err)


def called_apart(*words: str, fds: Collection[int] = ()) -> Called:
    """A call as a program of its own, which is handed those descriptors."""
    done = subprocess.run(
        [sys.executable, "-m", "sms_desk", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        pass_fds=fds,
        timeout=180,
    )
    return Called(done.returncode, done.stdout, done.stderr)


def program(
    *words: str,
    home: Path,
    stdin: bytes = b"",
    passphrase: str = PASSPHRASE,
    seconds: float = 180,
) -> subprocess.CompletedProcess[bytes]:
    """A call as a program of its own."""
    with descriptor(passphrase) as fd:
        return subprocess.run(
            [sys.executable, "-m", "sms_desk", *words, "--passphrase-fd", str(fd)],
            env={**os.environ, "SMS_DESK_HOME": str(home)},
            input=stdin,
            capture_output=True,
            pass_fds=[fd],
            timeout=seconds,
        )


@contextmanager
def descriptor(text: str) -> Iterator[int]:
    """A file descriptor that holds a line."""
    reading, writing = os.pipe()
    os.write(writing, text.encode() + b"\n")
    os.close(writing)
    try:
        yield reading
    finally:
        os.close(reading)


@contextmanager
def given_stdin(data: bytes) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(data))
    try:
        yield
    finally:
        sys.stdin = before


# --- forms ------------------------------------------------------------------------------------


def path_of(words: tuple[str, ...]) -> str:
    """The command that the words call."""
    if words[0] == "--as":
        words = words[2:]
    for n in (2, 1):
        if " ".join(words[:n]) in FORMS:
            return " ".join(words[:n])
    raise AssertionError(f"no such command: {words}")


def fits_one(forms: list[Any], value: Any) -> bool:
    return any(fits(form, value) for form in forms)


def fits(hint: Any, value: Any) -> bool:
    """Whether a value of JSON has the documented form, keys and all."""
    hint = getattr(hint, "__supertype__", hint)
    if value is None:
        return type(None) in reference.alternatives(hint) or hint is object
    hints = [part for part in reference.alternatives(hint) if part is not type(None)]
    return any(_fits(part, value) for part in hints)


def _fits(hint: Any, value: Any) -> bool:
    if hint in (Cursor, InboxFilter):
        return isinstance(value, str | dict)
    if is_dataclass(get_origin(hint) or hint):
        keys = reference.keys_of(hint)
        return (
            isinstance(value, dict)
            and list(value) == list(keys)
            and all(fits(part, value[name]) for name, part in keys.items())
        )
    if get_origin(hint) is tuple:
        parts = get_args(hint)
        expected = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return isinstance(value, list) and all(map(fits, expected, value))
    if hint is bool:
        return isinstance(value, bool)
    if hint is int:
        return isinstance(value, int | str) and not isinstance(value, bool)
    if hint is float:
        return isinstance(value, float)
    if get_origin(hint) is dict:
        return isinstance(value, dict)
    return hint is object or isinstance(value, str)
