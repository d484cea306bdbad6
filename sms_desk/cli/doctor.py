"""`doctor`: what the desk needs, looked at from the outside in; no finding holds a secret."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import zip_longest

import click

import sms_desk
from sms_desk.bootstrap import Session
from sms_desk.cli import secrets
from sms_desk.cli.answers import Check, Health
from sms_desk.cli.framework import Unsettled, command, with_invocation
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.provider_secrets import credential_words
from sms_desk.domain.errors import DeskError, ProviderError, StorageError
from sms_desk.services import directory, unplaced
from sms_desk.services.rows import AccountRow
from sms_desk.settings import credentials, keys
from sms_desk.settings.files import DEMO_PROFILE, REAL_PROFILE, Profile
from sms_desk.store import engine

OK, WARN, FAIL = "ok", "warn", "fail"
_LIBRARIES = ("PySide6-Essentials", "SQLAlchemy", "sqlcipher3", "keyring", "phonenumbers")


@command()
@click.option(
    "--secret-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Where there is no key store: a line for each account's secret, as account list has them.",
)
@with_invocation
def doctor(call: Invocation, secret_fd: int | None) -> Health:
    """Check versions, folders, key store, database and providers; change nothing, send nothing.

    Exit code 5 if the workspace or a key cannot be had, 6 if only a provider fails.
    """
    findings = _Findings()
    findings.add("versions", _versions)
    profile = Profile.of(DEMO_PROFILE if call.demo else REAL_PROFILE, call.home)
    findings.add("folder", lambda: _folder(profile))
    store_needed = findings.add("opens with", lambda: _source(profile))
    findings.add("key store", _key_store, failure=FAIL if store_needed == "keyring" else WARN)
    if not _has_workspace(profile):
        findings.note(WARN, "database", "There is no workspace yet.", "Open the desk to make one.")
        return findings.judged()
    opened = findings.add("database", lambda: _database(call))
    if opened:
        given = [] if secret_fd is None else secrets.lines_from_fd(secret_fd, "secret")
        accounts = call.session.desk.read(directory.all_accounts)
        unplaced_count = sum(call.session.desk.read(unplaced.count_unplaced).values())
        if unplaced_count:
            words = unplaced.found_no_place(unplaced_count)
            findings.note(WARN, "unplaced", words, "See sms-desk account unplaced.")
        for account, secret in zip_longest(accounts, given[: len(accounts)]):
            findings.add(f"account {account.label}", _account(call.session, account, secret))
    return findings.judged()


class _Findings:
    """Gathers checks; an error of the desk becomes one with its own words."""

    def __init__(self) -> None:
        self._checks: list[Check] = []
        self._errors: list[DeskError] = []

    def add(self, name: str, look: Callable[[], str], *, failure: str = FAIL) -> str:
        """What the look found; empty where it failed."""
        try:
            detail = look()
        except DeskError as error:
            self.note(failure, name, error.title, error.next_step)
            if failure == FAIL:
                self._errors.append(error)
            return ""
        self.note(OK, name, detail)
        return detail

    def note(self, status: str, name: str, detail: str, next_step: str = "") -> None:
        self._checks.append(Check(name, status, detail, next_step))

    def judged(self) -> Health:
        """The findings. Raises Unsettled if one failed: storage before providers."""
        health = Health(tuple(self._checks))
        for kind in (StorageError, ProviderError, DeskError):
            for error in self._errors:
                if isinstance(error, kind):
                    raise Unsettled(error, health, shown=True)
        return health


# --- looks ----------------------------------------------------------------------------------------


def _versions() -> str:
    return ", ".join(
        (
            f"sms-desk {sms_desk.__version__}",
            f"Python {platform.python_version()}",
            *_installed(),
            f"{platform.system()} {platform.machine()}",
        )
    )


def _installed() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError as error:
            raise StorageError(
                f"{name} is not installed.", "Set the program up again: make run."
            ) from error


def _folder(profile: Profile) -> str:
    folder = profile.folder
    if folder.exists() and sys.platform != "win32" and folder.stat().st_mode & 0o077:
        raise StorageError(
            f"Others may look into {folder}.", "Open the desk once: it takes that right away."
        )
    return str(folder)


def _has_workspace(profile: Profile) -> bool:
    """Whether there is a workspace, or what is left of one."""
    return profile.identity.exists() or profile.database.exists()


def _source(profile: Profile) -> str:
    identity = keys.read(profile)
    return str(identity.source) if identity else "nothing yet"


def _key_store() -> str:
    name, _ = credentials.find_backend()
    return name


def _database(call: Invocation) -> str:
    folder = call.session.folder  # opens it
    size = Profile(folder).database.stat().st_size
    return f"opens; schema {engine.HEAD}, {size / 1e6:,.1f} MB"


def _account(session: Session, account: AccountRow, secret: str | None) -> Callable[[], str]:
    def look() -> str:
        if session.demo:
            return "the embedded sandbox"
        found = session.test_account(account.provider, credential_words(session, account, secret))
        return f"reached {account.base_url or account.provider}: {len(found.senders)} sender IDs"

    return look
