"""The nouns of the desk as closed vocabularies and small frozen values.

One word per idea: the glossary at the head of the manual uses these names and no others.
Times are aware UTC instants. Ids are UUIDv7, made here before anything is sent anywhere.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from sms_desk.domain.frozen import dataclass

PersonId = NewType("PersonId", UUID)
SenderId = NewType("SenderId", UUID)
ProgramId = NewType("ProgramId", UUID)
ServiceId = NewType("ServiceId", UUID)

Position = NewType("Position", int)
"""Where something stands in time: whole seconds, a tie-break, and a kind, in 63 bits (R56).

The same number orders a thread, pages it, and is the row number of the search index, so newest
first is the index's own order. See `domain.positions`.
"""


class Channel(StrEnum):
    """How a message travels. The same number on both is two sender IDs and two conversations (R1)."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


class Role(StrEnum):
    REP = "rep"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class SenderKind(StrEnum):
    """What a sender ID is, as the contact's phone shows it (R11)."""

    LONG_CODE = "long_code"
    SHORT_CODE = "short_code"
    TOLL_FREE = "toll_free"
    ALPHANUMERIC = "alphanumeric"
    WHATSAPP = "whatsapp"


class SenderDirection(StrEnum):
    OUTGOING = "outgoing"
    INCOMING = "incoming"
    BOTH = "both"


class Purpose(StrEnum):
    DIRECT = "direct"
    CAMPAIGN = "campaign"
    SERVICE = "service"


class Health(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    BLOCKED = "blocked"


class HolderKind(StrEnum):
    """Who may hold a sender ID (R12)."""

    PERSON = "person"
    PROFILE = "profile"
    TEAM = "team"
    ORGANISATION = "organisation"
    PROGRAM = "program"


class ProgramKind(StrEnum):
    CAMPAIGN = "campaign"
    SERVICE = "service"


class BindingKind(StrEnum):
    """How an outbound message is recognised as a program's, in this order (R61)."""

    MESSAGING_SERVICE = "messaging_service"
    SENDER = "sender"
    PATTERN = "pattern"


class SourceKind(StrEnum):
    """What an inbound message, and by its latest one a conversation, answers (R3)."""

    DIRECT = "direct"
    CAMPAIGN = "campaign"
    SERVICE = "service"


class SourceReason(StrEnum):
    """Why a source was given; stored with the message (R3, R5, R61)."""

    RECENT_SEND = "recent_send"  # the program sent to this contact within its attribution window
    DEDICATED = "dedicated"  # the sender ID is dedicated to the program
    MESSAGING_SERVICE = "messaging_service"  # the Messaging Service is bound to the program
    PATTERN = "pattern"  # the text matches the program's pattern within its dates
    TAKEN_OVER = "taken_over"  # a rep made it a sales conversation (R5)
    REBOUND = "rebound"  # a person said so later (R61)
    NONE = "none"  # nothing points at a program


class TeamState(StrEnum):
    """For everybody. *Waiting* is derived (R8, R48)."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Origin(StrEnum):
    """Who or what wrote a message (R51): only a human reply answers a waiting customer."""

    CONTACT = "contact"
    PERSON = "person"  # one of us, through this desk
    ELSEWHERE = "elsewhere"  # through the account by another program, answering no program
    PROGRAM = "program"  # a campaign or a service
    AUTOMATIC = "automatic"  # an auto-responder or the provider's opt-out confirmation


class DeliveryStatus(StrEnum):
    """What the provider says of a message; a partial order that moves forward only (R57).

    `OTHER` stands for a word that we do not know; the word itself is kept and shown.
    """

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    CANCELED = "canceled"
    RECEIVED = "received"
    OTHER = "other"


class OutboxState(StrEnum):
    """The one state that a composed message is in (algorithms §1.2, GS2)."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    HELD = "held"  # a check says no, and why; a person decides (R33)
    IN_DOUBT = "in_doubt"  # handed over, the answer was lost; being looked up
    ASK = "ask"  # looked up and not found; a person decides (R32)
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AttemptState(StrEnum):
    """One attempt is at most one POST (I1)."""

    CLAIMED = "claimed"
    SENDING = "sending"
    NOT_SENT = "not_sent"  # proved: it never left this machine, or the provider said 429
    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    ASK = "ask"
    SUPERSEDED = "superseded"  # a person sent again; a late sighting still belongs here


class DraftMode(StrEnum):
    REPLY = "reply"
    NOTE = "note"


class OptOutScope(StrEnum):
    """How far a provider applies an opt-out (R39)."""

    SENDER = "sender"
    MESSAGING_SERVICE = "messaging_service"
    ACCOUNT = "account"


class ApprovalStatus(StrEnum):
    """What the provider says of a WhatsApp template; only an approved one can be sent (R42).

    The words are Twilio's (https://www.twilio.com/docs/content/content-api-resources); `OTHER`
    stands for one that we do not know, and the word itself is kept and shown.
    """

    UNSUBMITTED = "unsubmitted"
    PENDING = "pending"  # also: received, in review
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    OTHER = "other"


class DltKind(StrEnum):
    """What India's operators registered a text as; the operator adds the suffix (R41)."""

    TRANSACTIONAL = "transactional"  # -T: one-time passwords of banks
    SERVICE_IMPLICIT = "service_implicit"  # -S: about a running relationship
    SERVICE_EXPLICIT = "service_explicit"  # -S: to those who consented
    PROMOTIONAL = "promotional"  # -P: 10 to 21 h IST only
    GOVERNMENT = "government"  # -G


class RoutingRule(StrEnum):
    """Who of several holders gets an inbound message; chosen on the holding (R19)."""

    LAST_SENDER = "last_sender"  # the holder who last wrote to this contact from it
    OWNER = "owner"  # the conversation's owner
    EVERYONE = "everyone"
    ROUND_ROBIN = "round_robin"  # among present holders
    NAMED = "named"


class AttachmentState(StrEnum):
    PENDING = "pending"
    STORED = "stored"
    REFUSED = "refused"  # too large, wrong type, wrong host: `reason` says which
    FAILED = "failed"  # could not be fetched; will be tried again


@dataclass(frozen=True, slots=True)
class Source:
    """What a conversation or inbound message answers, and why."""

    kind: SourceKind
    program_id: ProgramId | None
    reason: SourceReason
    from_program_id: ProgramId | None = None
    """For direct conversations that a rep took over: the program they came from (R5)."""


DIRECT = Source(SourceKind.DIRECT, None, SourceReason.NONE)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with a role, as the executor and the scopes need it (R31)."""

    person_id: PersonId
    role: Role
    zone: str
    """IANA name of the person's own time zone (R52)."""


@dataclass(frozen=True, slots=True)
class Program:
    """A campaign or a service, as the attribution rules need it (R3, R61)."""

    id: ProgramId
    kind: ProgramKind
    name: str
    attribution_days: int
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Binding:
    """One way of recognising a program. Exactly one of sender_id, service_id, pattern is set."""

    program_id: ProgramId
    kind: BindingKind
    sender_id: SenderId | None = None
    service_id: ServiceId | None = None
    pattern: str | None = None
