"""What every provider offers: one protocol, its capabilities, and the values that cross it.

What a provider cannot do, its `Capabilities` say; nothing is dropped quietly. A provider's own
limits are not copied here: it refuses, and `describe` puts its code into words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.health import Fault
from sms_desk.domain.model import (
    ApprovalStatus,
    Channel,
    DeliveryStatus,
    Direction,
    SenderDirection,
    SenderKind,
)


class Idempotency(StrEnum):
    """How a doubtful send can be resolved (algorithms §1.1), best first."""

    KEY = "key"  # repeat freely under one key
    ECHO_IN_LIST = "echo_in_list"
    ECHO_IN_CALLBACK = "echo_in_callback"
    NONE = "none"  # look it up by From and To; if not found, a person is asked


class Inbound(StrEnum):
    """In which shape messages arrive (design §4)."""

    TIME_WINDOW_LIST = "time_window_list"
    ID_CURSOR = "id_cursor"
    CONSUME_QUEUE = "consume_queue"


@dataclass(frozen=True, slots=True)
class Capabilities:
    channels: frozenset[Channel]
    inbound: Inbound
    idempotency: Idempotency
    uploads: bool  # can take a file from here (R64); Twilio needs a public address
    lists_senders: bool
    read_receipts: frozenset[Channel] = frozenset()
    lists_templates: bool = False  # approved WhatsApp templates (R42)


@dataclass(frozen=True, slots=True)
class RemoteMedia:
    """An attachment as the provider lists it. path: on the provider's own host."""

    sid: str
    content_type: str
    path: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """A message as the provider lists it, parsed but with addresses as sent (R53)."""

    sid: str
    channel: Channel
    direction: Direction
    automatic: bool  # the provider answered by itself (Twilio: `outbound-reply`)
    sender_raw: str  # ours, channel prefix removed; "" where a Messaging Service has not chosen yet
    peer_raw: str  # theirs, channel prefix removed
    body: str
    created_at: datetime
    sent_at: datetime | None
    status: DeliveryStatus
    status_text: str
    error_code: str | None
    error_text: str | None
    service_sid: str | None
    media_count: int
    parts: int | None
    price: str | None
    price_unit: str | None


@dataclass(frozen=True, slots=True)
class Poison:
    """An item that could not be read: kept for inspection, its neighbours go on (GR6)."""

    sid: str | None
    raw: str
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, newest first. next_path: on the same host, None at the end."""

    messages: Sequence[RemoteMessage]
    poison: Sequence[Poison] = ()
    next_path: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteSender:
    """A sender ID as the provider lists it."""

    channel: Channel
    address: str
    kind: SenderKind
    country: str
    label: str
    direction: SenderDirection
    provider_sid: str | None


@dataclass(frozen=True, slots=True)
class RemoteService:
    """A Messaging Service with the addresses of its senders, as (channel, address)."""

    sid: str
    name: str
    senders: frozenset[tuple[Channel, str]]


@dataclass(frozen=True, slots=True)
class Directory:
    """All senders and services. unlisted: kinds that are not listed for this key, in words;
    unanswered: those of which nobody said anything now."""

    senders: Sequence[RemoteSender]
    services: Sequence[RemoteService]
    unlisted: Sequence[str] = ()
    unanswered: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RemoteTemplate:
    """A content template as the provider lists it, with WhatsApp's approval (R42).

    kind: the provider's type of content. body: its text as far as it has one, placeholders as they
    are. variables: every placeholder of that type of content → the provider's sample, or "".
    status_text: the provider's own word. reason: of a rejection.
    """

    sid: str
    name: str
    language: str
    category: str
    kind: str
    body: str
    variables: Mapping[str, str]
    status: ApprovalStatus
    status_text: str
    reason: str


@dataclass(frozen=True, slots=True)
class TemplateList:
    """All templates. complete: the list was read to its end."""

    templates: Sequence[RemoteTemplate]
    poison: Sequence[Poison] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to hand over. Addresses without channel prefix."""

    channel: Channel
    sender: str
    to: str
    body: str
    service_sid: str | None = None
    content_sid: str | None = None
    content_variables: Mapping[str, str] = field(default_factory=dict)


class Outcome(StrEnum):
    """What became of one POST (algorithms §1.4)."""

    NOT_SENT = "not_sent"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The classified answer of a send; `send` raises nothing for what it can classify.

    why: a stable word such as `read_timeout`, `http_500`, `rate_limited`, `dns`.
    message: the accepted message as the provider returned it.
    server_date: the answer's Date header, for the clock offset.
    retry_after: seconds, for NOT_SENT that may be tried again (429).
    """

    outcome: Outcome
    why: str
    message: RemoteMessage | None = None
    sid: str | None = None
    code: str = ""
    text: str = ""
    server_date: datetime | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """An error code in plain words. known: False where the provider's own text is all there is.

    lasting: the same message to the same number is refused again, however often it is sent.
    fault: what the code says of the sender ID rather than of the message.
    """

    title: str
    next_step: str
    known: bool = True
    lasting: bool = False
    fault: Fault = Fault.NONE


@dataclass(frozen=True, slots=True)
class Credential:
    """What opens an account. Never printed: `repr` hides the secret."""

    account_sid: str
    user: str
    secret: str = field(repr=False)


class Provider(Protocol):
    """One account at one provider. Every call may raise `domain.errors.ProviderError`s."""

    name: str
    capabilities: Capabilities

    def test(self) -> None:
        """Ask for one message; raises CredentialError or ProviderError if that does not work."""

    def list_messages(
        self,
        *,
        page_size: int,
        since: date | None = None,
        until: date | None = None,
        to: tuple[Channel, str] | None = None,
        sender: tuple[Channel, str] | None = None,
    ) -> Page:
        """First page, newest first. since, until: whole days in UTC, both included."""

    def next_page(self, path: str) -> Page:
        """The page behind `Page.next_path`. Raises ProviderError for a path on another host."""

    def fetch_message(self, sid: str) -> RemoteMessage:
        """One message as it stands now. Raises NotFoundError."""

    def list_media(self, message_sid: str) -> Sequence[RemoteMedia]: ...

    def fetch_media(self, path: str, *, limit: int) -> tuple[str, bytes]:
        """Content type and bytes. Credentials go to the provider's own host only (GP5).

        Raises ProviderRefusal if larger than limit (bytes), if the host or address is not allowed.
        """

    def directory(self) -> Directory:
        """All that this key may list. Raises ProviderUnreachable only where the messages cannot be
        listed either: a list of senders that is away holds nothing up."""

    def templates(self) -> TemplateList:
        """Only where `capabilities.lists_templates` says so."""

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message: one POST, never repeated here (algorithms §1.4)."""

    def describe(self, code: str, text: str = "") -> ErrorWords:
        """A code in plain words and what to do; unknown codes show the provider's own text."""

    def close(self) -> None: ...


class ProviderFactory(Protocol):
    """A line of the catalogue: makes a provider for one account."""

    def __call__(self, credential: Credential, *, base_url: str | None) -> Provider: ...
