"""One call of the program: its global options, its workspace once opened, and how it speaks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sms_desk.cli import secrets

if TYPE_CHECKING:  # loads the store, which `segments` and `--help` never need
    from sms_desk.bootstrap import Options, Session


def _open(options: Options) -> Session:
    from sms_desk.bootstrap import open_session  # only a command that needs a workspace pays

    return open_session(options)


@dataclass
class Invocation:
    """Filled from the global options while the words are read.

    own_process: it may set up the process's log and signals; a test's may not.
    """

    own_process: bool = False
    open_session: Callable[[Options], Session] = _open
    json: bool = False
    home: Path | None = None
    as_person: str | None = None
    demo: bool = False
    passphrase_fd: int | None = None
    log_level: str = "warning"
    wait: int = 5

    @cached_property
    def session(self) -> Session:
        """The workspace, opened at the first use. Raises StorageError, KeyringError."""
        session = self.open_session(self.options)
        if self.wait:
            session.be_patient(self.wait)
        return session

    @property
    def options(self) -> Options:
        from sms_desk.bootstrap import Options

        return Options(self.home, self.as_person, self._ask_passphrase(), self.demo)

    def say(self, answer: object, *, but: Collection[str] = ()) -> None:
        """Print an answer: the one place that does. but: lines that are said elsewhere."""
        if self.json:
            from sms_desk.cli.as_json import dumps

            click.echo(dumps(answer))
        else:
            from sms_desk.cli.as_text import lines

            for line in lines(answer):
                if line not in but:
                    click.echo(line)

    def progress(self, text: str) -> None:
        """A line for the person who waits; stdout stays the answer's."""
        click.echo(text, err=True)

    def close(self) -> None:
        """Let go of the workspace, if it was opened."""
        if "session" in self.__dict__:
            self.session.close()

    def _ask_passphrase(self) -> Callable[[str], str] | None:
        fd = self.passphrase_fd
        if fd is None and not secrets.can_ask():
            return None
        return secrets.Asked(fd, "passphrase")
