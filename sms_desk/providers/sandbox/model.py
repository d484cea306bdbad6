"""The things a provider account holds: numbers, services, templates, messages.

All are frozen values; the world replaces a message when it changes. Times are aware UTC with
fractions of a second inside; the wire shows whole seconds, as Twilio does.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from sms_desk.domain.frozen import dataclass

WHATSAPP = "whatsapp:"


class Direction(StrEnum):
    """The vendor's `message_enum_direction`, without calls."""

    INBOUND = "inbound"
    OUTBOUND = "outbound-api"
    AUTOMATIC = "outbound-reply"


class Status(StrEnum):
    """The part of the vendor's `message_enum_status` that the sandbox reaches."""

    SCHEDULED = "scheduled"
    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"


UNSENT = frozenset({Status.SCHEDULED, Status.ACCEPTED, Status.QUEUED, Status.SENDING})
FINAL = frozenset(
    {
        Status.DELIVERED,
        Status.READ,
        Status.UNDELIVERED,
        Status.FAILED,
        Status.CANCELED,
        Status.RECEIVED,
    }
)


@dataclass(frozen=True, slots=True)
class Account:
    """The one account of a sandbox. These credentials are published: they open nothing else.

    A *standard* API key may do everything here except read the account itself, as at Twilio
    (https://www.twilio.com/docs/iam/api-keys).
    """

    sid: str = "AC" + "5a" * 16
    auth_token: str = "sandbox-auth-token"  # noqa: S105 - published on purpose
    key_sid: str = "SK" + "5a" * 16
    key_secret: str = "sandbox-key-secret"  # noqa: S105 - published on purpose
    friendly_name: str = "Sandbox"


@dataclass(frozen=True, slots=True)
class Number:
    """A long code of the account (an IncomingPhoneNumber)."""

    sid: str
    address: str  # E.164
    name: str = ""
    mms: bool = True


@dataclass(frozen=True, slots=True)
class ShortCode:
    """A short code of the account. code: its digits, without a country."""

    sid: str
    code: str
    name: str = ""
    country: str = "US"


@dataclass(frozen=True, slots=True)
class WhatsAppSender:
    """A WhatsApp number of the account. address: `whatsapp:+…`."""

    sid: str
    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A messaging service and its sender pool.

    senders: addresses of numbers, short codes and WhatsApp senders of the account.
    alpha: its alphanumeric sender, or "" for none.
    """

    sid: str
    name: str
    senders: tuple[str, ...] = ()
    alpha: str = ""
    alpha_sid: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A content template. variables: their default values by name; approval: as WhatsApp says.

    kind: the vendor's type of content. reason: of a rejection. title: of a card. buttons: what the
    customer can tap. media: addresses of pictures, with placeholders of their own.
    """

    sid: str
    name: str
    body: str
    language: str = "en"
    category: str = "UTILITY"
    approval: str = "approved"
    variables: tuple[tuple[str, str], ...] = ()
    kind: str = "twilio/text"
    reason: str = ""
    title: str = ""
    buttons: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """One attachment. picture: the name of a generated picture (`images.py`)."""

    sid: str
    content_type: str
    picture: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the provider holds it.

    sender: "" while a messaging service has not chosen one yet (`from: null` on the wire).
    seq: the order of arrival, for messages of one second. arrived: when the provider really got it,
    which differs from `created` for messages put in with an older date. hidden_until: the list
    leaves it out until then.
    """

    sid: str
    seq: int
    direction: Direction
    sender: str
    to: str
    body: str
    status: Status
    created: datetime
    updated: datetime
    sent: datetime | None = None
    error_code: int | None = None
    service_sid: str = ""
    media: tuple[Media, ...] = ()
    template_sid: str = ""
    validity: int = 36_000
    hidden_until: datetime | None = None
    arrived: datetime | None = None

    @property
    def order(self) -> tuple[datetime, int]:
        """The place in the list: by creation, whole seconds, then by arrival."""
        return (self.created.replace(microsecond=0), self.seq)

    @property
    def is_whatsapp(self) -> bool:
        return self.to.startswith(WHATSAPP)

    @property
    def customer(self) -> str:
        """The other side's address."""
        return self.sender if self.direction is Direction.INBOUND else self.to

    @property
    def ours(self) -> str:
        """Our side's address."""
        return self.to if self.direction is Direction.INBOUND else self.sender


@dataclass(frozen=True, slots=True)
class SendRequest:
    """What a create call asks for, in the API's own terms. media: URLs."""

    to: str
    sender: str = ""
    body: str = ""
    service_sid: str = ""
    media: tuple[str, ...] = ()
    content_sid: str = ""
    content_variables: str = ""
    validity: int = 36_000  # seconds; the API's own default and upper limit
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A list call's filters. sent_from and sent_until are both inclusive."""

    to: str = ""
    sender: str = ""
    sent_from: datetime | None = None
    sent_until: datetime | None = None

    def admits(self, message: Message) -> bool:
        if self.to and message.to != self.to:
            return False
        if self.sender and message.sender != self.sender:
            return False
        return self._admits_date(message.sent)

    def _admits_date(self, sent: datetime | None) -> bool:
        if self.sent_from is None and self.sent_until is None:
            return True
        if sent is None:  # a message that is not sent has no date to match
            return False
        return (self.sent_from is None or sent >= self.sent_from) and (
            self.sent_until is None or sent <= self.sent_until
        )


class Refusal(Exception):
    """The provider's definite no. code: Twilio's; status: the HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each step of a message takes, in seconds."""

    accepted: float = 0.5  # a service choosing its sender
    queued: float = 1.0
    sent: float = 2.0
    delivered: float = 8.0  # until a WhatsApp message is read
    confirmation: float = 1.0  # until the automatic answer to a keyword
    read: bool = field(default=True)  # WhatsApp customers have read receipts on
