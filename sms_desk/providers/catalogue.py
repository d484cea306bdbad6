"""All providers by name, a line each, and what a person is asked for to connect one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.providers import twilio
from sms_desk.providers.base import Credential, ErrorWords, Provider, ProviderFactory


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask for. key: `account_sid`, `user`, `secret` or `base_url`.

    hint: where a person finds it. pattern: what it must look like, where that is known; a wrong
    one is told before the provider is asked. secret: typed unseen, kept in the keyring only.
    """

    key: str
    label: str
    hint: str
    pattern: str = ""
    required: bool = True
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A provider as a person chooses it. page: where its accounts and keys are made."""

    name: str
    label: str
    page: str
    fields: tuple[Field, ...]
    make: ProviderFactory
    describe: Callable[[str, str], ErrorWords]

    def credential(self, values: Mapping[str, str]) -> Credential:
        """The credential of what was typed; raises UsageError for a missing or misshapen value."""
        typed = {field.key: _checked(field, values.get(field.key, "")) for field in self.fields}
        return Credential(
            account_sid=typed["account_sid"],
            user=typed.get("user") or typed["account_sid"],
            secret=typed["secret"],
        )


def _checked(field: Field, value: str) -> str:
    value = value.strip()
    if not value and field.required:
        raise UsageError(f"{field.label} is missing.", field.hint)
    if value and field.pattern and not re.fullmatch(field.pattern, value):
        raise UsageError(f"This does not look like the {field.label}.", field.hint)
    return value


_TWILIO = (
    Field(
        "account_sid",
        "Account SID",
        "On the first page of the Twilio Console: AC and 32 letters and digits.",
        pattern=r"AC[0-9a-fA-F]{32}",
    ),
    Field(
        "user",
        "API key SID",
        "SK and 32 letters and digits; leave it empty to use the account's own auth token.",
        pattern=r"(AC|SK)[0-9a-fA-F]{32}",
        required=False,
    ),
    Field(
        "secret",
        "Secret",
        "The API key's secret, or the auth token where no API key is given.",
        secret=True,
    ),
    Field(
        "base_url",
        "Base URL",
        "Empty for Twilio itself; it replaces all of Twilio's hosts.",
        required=False,
    ),
)

_SIGNALWIRE = (
    Field(
        "account_sid",
        "Project ID",
        "In the SignalWire dashboard under API: a UUID.",
        pattern=r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    ),
    Field(
        "secret",
        "API token",
        "In the SignalWire dashboard under API; it needs the scopes Messaging and Numbers.",
        secret=True,
    ),
    Field("base_url", "Space URL", "https://your-space.signalwire.com"),
)

# The sandbox is Twilio's adapter with a base URL on this machine.
_ENTRIES = (
    Entry(
        "twilio",
        "Twilio",
        "https://console.twilio.com",
        _TWILIO,
        twilio.make_twilio,
        twilio.describe,
    ),
    Entry(
        "signalwire",
        "SignalWire",
        "https://signalwire.com",
        _SIGNALWIRE,
        twilio.make_signalwire,
        twilio.describe_signalwire,
    ),
)

CATALOGUE: Mapping[str, Entry] = {entry.name: entry for entry in _ENTRIES}


def entry(name: str) -> Entry:
    """The provider of that name; raises UsageError with the names there are."""
    if name not in CATALOGUE:
        raise UsageError(
            f"There is no provider {name!r}.", f"Choose one of: {', '.join(CATALOGUE)}."
        )
    return CATALOGUE[name]


def title(name: str) -> str:
    """What people call a provider; its name where this version knows none of that name."""
    return CATALOGUE[name].label if name in CATALOGUE else name


def make_provider(name: str, credential: Credential, *, base_url: str | None = None) -> Provider:
    """A provider for one account. Raises UsageError for an unknown name or an unusable base URL."""
    return entry(name).make(credential, base_url=base_url)


def describe(name: str, code: str, text: str = "") -> ErrorWords:
    """A provider's error code in plain words; its own text for an unknown code or provider."""
    if name not in CATALOGUE:
        return ErrorWords(text, "", known=False)
    return CATALOGUE[name].describe(code, text)
