"""The errors that a person can meet, each with a title and a next step.

    DeskError
    ├── UsageError          the call's words are off                    (exit 2)
    ├── RefusedError        a rule says no, and why                      (exit 3)
    ├── NotFoundError       no such thing, or it is not yours to see     (exit 4)
    ├── StorageError        the file is locked, damaged or cannot open   (exit 5)
    │   ├── ElsewhereError  another process of it receives and sends     (exit 5)
    │   ├── KeyringError    no safe place for a secret, or it is locked  (exit 5)
    │   └── ServerError     the team's server does not do what is asked  (exit 5)
    │       ├── ServerUnreachable  nobody answered: later it may be better
    │       ├── LoginError         it does not let this login in
    │       └── VersionError       it and this desk do not speak the same
    └── ProviderError       the provider refused or cannot be reached    (exit 6)
        ├── CredentialError     the provider does not accept the key
        ├── ProviderRefusal     a definite no to one request, with its code
        ├── RateLimited         try again after some seconds
        └── ProviderUnreachable nobody answered, or not in the provider's form

Foreign exceptions are converted once, at the edge where they arise.
"""

from __future__ import annotations


class DeskError(Exception):
    """An error with words for the person who meets it.

    title: one sentence that says what happened. next_step: what to do now.
    """

    exit_code = 1

    def __init__(self, title: str, next_step: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.title} {self.next_step}".strip()


class UsageError(DeskError):
    """The call's words are off: a wrong value, an impossible combination."""

    exit_code = 2


class RefusedError(DeskError):
    """A rule of the desk says no. rule: a stable word for scripts, such as `opted_out`."""

    exit_code = 3

    def __init__(self, title: str, next_step: str = "", *, rule: str = "") -> None:
        super().__init__(title, next_step)
        self.rule = rule


class NotFoundError(DeskError):
    """No such thing, or not in what this person may see: the same words for both."""

    exit_code = 4


class StorageError(DeskError):
    """The workspace file cannot be opened, read or written."""

    exit_code = 5


class ElsewhereError(StorageError):
    """Another process of this workspace receives and sends: there is nothing to mend."""


class KeyringError(StorageError):
    """There is no safe place for a secret, or it is locked, or it lost the secret."""


class ServerError(StorageError):
    """The team's server does not do what is asked, and asking again will not help by itself."""


class ServerUnreachable(ServerError):
    """Nobody answered, or the line broke: what was asked may be asked again later."""


class LoginError(ServerError):
    """The server does not let this login in: a wrong password, suspended, never invited."""


class VersionError(ServerError):
    """Server and desk do not speak the same: one of them is to be updated."""


class ProviderError(DeskError):
    """The provider refused or could not be reached."""

    exit_code = 6


class CredentialError(ProviderError):
    """The provider does not accept the credential (R63: polling stops, a new one is asked for)."""


class ProviderRefusal(ProviderError):
    """A definite no to one request. code: the provider's own; text: the provider's own words."""

    def __init__(self, title: str, next_step: str = "", *, code: str = "", text: str = "") -> None:
        super().__init__(title, next_step)
        self.code = code
        self.text = text


class RateLimited(ProviderError):
    """The provider asks to slow down. retry_after: seconds to wait before the next request."""

    def __init__(self, title: str, next_step: str = "", *, retry_after: float = 1.0) -> None:
        super().__init__(title, next_step)
        self.retry_after = retry_after


class ProviderUnreachable(ProviderError):
    """Nobody answered, or what answered does not speak the provider's language."""
