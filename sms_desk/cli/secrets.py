"""Secrets come from a file descriptor or from a prompt without echo; never from the words (R46)."""

from __future__ import annotations

import os
import sys

import click

from sms_desk.domain.errors import UsageError

_LONGEST = 4096


class Asked:
    """Asks once and gives the same answer again, for where it must be repeated."""

    def __init__(self, fd: int | None, what: str) -> None:
        self._fd = fd
        self._what = what
        self._answer: str | None = None

    def __call__(self, prompt: str) -> str:
        if self._fd is None:
            return ask(prompt)
        if self._answer is None:
            self._answer = from_fd(self._fd, self._what)
        return self._answer


def secret(fd: int | None, prompt: str) -> str:
    """A provider's secret, from `--secret-fd` or from the person. Raises UsageError without one."""
    if fd is not None:
        return from_fd(fd, "secret")
    if not can_ask():
        raise UsageError("There is no terminal to ask for the secret.", "Give it by --secret-fd N.")
    return ask(prompt)


def can_ask() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(prompt: str) -> str:
    """What a person types, unseen."""
    text: str = click.prompt(prompt.rstrip(": "), hide_input=True, err=True)
    return text


def from_fd(fd: int, what: str) -> str:
    """The first line of a file descriptor. Raises UsageError where nothing can be read."""
    return lines_from_fd(fd, what)[0]


def lines_from_fd(fd: int, what: str) -> list[str]:
    """All lines of a file descriptor, at least one. Raises UsageError."""
    try:
        with os.fdopen(fd, "rb", closefd=False) as file:
            lines = file.read(_LONGEST).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The {what} cannot be read from file descriptor {fd}.",
            f"Open it for reading, as in: {fd}<file",
        ) from error
    if not lines or not lines[0]:
        raise UsageError(f"File descriptor {fd} holds no {what}.", "Write it there, on one line.")
    return lines
