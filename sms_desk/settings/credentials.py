"""Secrets, in the operating system's key store and nowhere else (R46, GP4).

Only stores that encrypt are used, named one by one: `keyring` by itself would as readily take one
that writes a plain file, or one that forgets everything (measured.md). What is written is read
back. Every call has a time limit, since a locked store may wait for a person behind a window.
"""

from __future__ import annotations

import configparser
import importlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

from sms_desk.domain.errors import KeyringError

T = TypeVar("T")

ALLOWED = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
}
"""Stores that encrypt, and what people call them."""
_CHAINER = "keyring.backends.chainer.ChainerBackend"  # several of them; we take the allowed one
_CHOSEN_BY = "PYTHON_KEYRING_BACKEND"
_USER = "sms-desk"
_CREDENTIALS = "CREDENTIALS_DIRECTORY"  # https://systemd.io/CREDENTIALS/
SECONDS = 60.0
"""For a person to type the password of a locked store."""

_NO_STORE_STEP = (
    "Log in to a desktop with a key store (GNOME Keyring, KWallet) or start its service, then"
    " try again."
)


class SecretStore(Protocol):
    """Keeps secrets of one workspace, each under a purpose. All raise KeyringError."""

    @property
    def name(self) -> str:
        """What people call the store."""

    def read(self, purpose: str) -> str | None:
        """The secret; None if there is none."""

    def write(self, purpose: str, secret: str) -> None:
        """Keep a secret, and make sure that it was kept."""

    def delete(self, purpose: str) -> None:
        """Forget a secret; fine if there is none."""


class Backend(Protocol):
    """The part of a `keyring` backend that the desk uses."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class KeyringStore:
    """A workspace's secrets in a key store, as `sms-desk/<workspace>/<purpose>`."""

    def __init__(
        self,
        workspace_id: UUID,
        find: Callable[[], tuple[str, Backend]] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """find: answers (what people call it, backend); by default the best allowed one."""
        self._workspace_id = workspace_id
        self._seconds = seconds
        self.name, self._backend = _in_time(find or find_backend, seconds)

    def read(self, purpose: str) -> str | None:
        """The secret under a purpose."""
        return self._do(lambda: self._backend.get_password(self._service(purpose), _USER))

    def write(self, purpose: str, secret: str) -> None:
        """Keep a secret; an old one under the same purpose is replaced."""
        self._do(lambda: self._backend.set_password(self._service(purpose), _USER, secret))
        if self.read(purpose) != secret:
            raise KeyringError(
                f"The key store ({self.name}) does not keep what it is given.",
                "Nothing was stored elsewhere. Check the key store, or choose another one.",
            )

    def delete(self, purpose: str) -> None:
        """Forget a secret."""
        if self.read(purpose) is not None:
            self._do(lambda: self._backend.delete_password(self._service(purpose), _USER))

    def _service(self, purpose: str) -> str:
        return f"sms-desk/{self._workspace_id}/{purpose}"

    def _do(self, call: Callable[[], T]) -> T:
        return _in_time(call, self._seconds, self.name)


class CredentialsFolder:
    """Secrets that systemd hands to a service, decrypted, for as long as it runs: a file each
    (`LoadCredentialEncrypted=`). The one store beside the allowed key stores, for a machine where
    nobody logs in; it can only be read (algorithms §5)."""

    name = "systemd's credentials"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def given(cls) -> Self | None:
        """The folder that this process was given; None outside of such a service."""
        folder = os.environ.get(_CREDENTIALS)
        return cls(Path(folder)) if folder else None

    def read(self, purpose: str) -> str | None:
        """The secret in the file of this name; a line's end behind it is not part of it."""
        if "/" in purpose:  # an account's SID is what somebody typed
            return None
        try:
            return (self._folder / purpose).read_text("utf-8").rstrip("\r\n") or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise KeyringError(
                f"The credential “{purpose}” cannot be read.",
                "It is a file of systemd's: see LoadCredentialEncrypted= in the unit.",
            ) from None

    def write(self, purpose: str, _secret: str) -> None:
        raise self._read_only(purpose)

    def delete(self, purpose: str) -> None:
        raise self._read_only(purpose)

    def _read_only(self, purpose: str) -> KeyringError:
        return KeyringError(
            f"{self.name.capitalize()} can only be read.",
            f"Make “{purpose}” anew by systemd-creds encrypt, and start the service again.",
        )


def store_for(place: UUID) -> SecretStore:
    """Where secrets of a workspace, or of a server's logins, are on this machine: systemd's
    credentials for a service that was given some, else the key store. Raises KeyringError."""
    return CredentialsFolder.given() or KeyringStore(place)


# --- which store ------------------------------------------------------------------------------


def find_backend() -> tuple[str, Backend]:
    """The best allowed store of this machine. Raises KeyringError, saying why there is none.

    No other backend's code is loaded: neither plug-ins nor what a configuration file points at.
    """
    chosen = _configured()
    if chosen and chosen != _CHAINER:
        if chosen not in ALLOWED:
            raise KeyringError(
                f"The key store is set to “{chosen}”, which does not keep secrets encrypted.",
                f"Unset it ({_CHOSEN_BY} or keyringrc.cfg), then try again.",
            )
        candidates = [chosen]
    else:
        candidates = list(ALLOWED)
    found = [rated for name in candidates if (rated := _rated(name)) is not None]
    if not found:
        raise KeyringError("No key store can be reached on this machine.", _NO_STORE_STEP)
    _, name, backend_class = max(found, key=lambda rated: rated[0])
    return ALLOWED[name], backend_class()


def _configured() -> str | None:
    """The backend that a person or administrator chose for `keyring`, by name."""
    chosen = os.environ.get(_CHOSEN_BY)
    if chosen:
        return chosen.strip()
    from keyring.util import platform_

    parser = configparser.RawConfigParser()
    try:
        text = (Path(platform_.config_root()) / "keyringrc.cfg").read_text("utf-8")
        parser.read_string(text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, configparser.Error):
        return "an unreadable keyringrc.cfg"
    return parser.get("backend", "default-keyring", fallback="").strip() or None


def _rated(name: str) -> tuple[float, str, Callable[[], Backend]] | None:
    """(priority, name, class) of an allowed backend; None where it cannot work here."""
    module, _, attribute = name.rpartition(".")
    try:
        backend_class: Any = getattr(importlib.import_module(module), attribute)
        return float(backend_class.priority), name, backend_class
    except Exception:  # noqa: BLE001 - a store asks its bus here, which may fail in any way
        return None


# --- calls with an end ------------------------------------------------------------------------


def _in_time(call: Callable[[], T], seconds: float, name: str = "") -> T:
    """The call's answer, made in a thread of its own; KeyringError where it fails or takes too long.

    A call that hangs is left behind: it holds no lock of ours, and its thread ends with the program.
    """
    answers: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # noqa: BLE001 - a thread begins here; `_translated` says it
            failures.append(error)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if failures:
        raise _translated(failures[0], name) from None  # its text or frames may hold the secret
    if not answers:
        raise KeyringError(
            f"The key store{_in_brackets(name)} did not answer within {seconds:g} s.",
            "It may be locked, with a window that asks for its password. Unlock it, and try again.",
        )
    return answers[0]


def _translated(error: BaseException, name: str) -> KeyringError:
    """A key store's failure in the desk's words. Stores fail in many types, so by their names."""
    if isinstance(error, KeyringError):
        return error
    kinds = {kind.__name__ for kind in type(error).__mro__}
    store = f"The key store{_in_brackets(name)}"
    for known, (title, step) in _FAILURES.items():
        if known in kinds:
            return KeyringError(f"{store} {title}.", step)
    return KeyringError(f"{store} failed ({type(error).__name__}).", _AGAIN)


_AGAIN = "Nothing was stored elsewhere. Check the key store, then try again."
_FAILURES = {
    "PromptDismissedException": ("was not unlocked", "Unlock it when it asks, and try again."),
    "KeyringLocked": ("is locked", "Unlock it, and try again."),
    "LockedException": ("is locked", "Unlock it, and try again."),
    "NoKeyringError": ("is missing", _NO_STORE_STEP),
    "SecretServiceNotAvailableException": ("cannot be reached", _NO_STORE_STEP),
    "PasswordSetError": ("refused to keep a secret: it may be read-only", _AGAIN),
    "PasswordDeleteError": ("refused to forget a secret: it may be read-only", _AGAIN),
    "InitError": ("could not be opened", "Unlock or set it up, and try again."),
    "UnicodeDecodeError": ("holds something that is no text in the desk's place", _AGAIN),
    "ConnectionError": ("went away", _AGAIN),
    "EOFError": ("went away", _AGAIN),
    "OSError": ("cannot be reached", _NO_STORE_STEP),
}


def _in_brackets(name: str) -> str:
    return f" ({name})" if name else ""
