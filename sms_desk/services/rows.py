"""The frozen rows that windows and the command line show: values, ids, and nothing to load later.

Texts are as stored; who paints them passes them through `domain.plain_text` first.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    ApprovalStatus,
    AttachmentState,
    Channel,
    DeliveryStatus,
    Direction,
    DraftMode,
    Health,
    Origin,
    OutboxState,
    ProgramKind,
    Purpose,
    Role,
    RoutingRule,
    SenderDirection,
    SenderKind,
    Source,
    SourceReason,
    TeamState,
)
from sms_desk.domain.programs import Lack
from sms_desk.domain.registration import Registration
from sms_desk.services.inbox_rows import (
    Cursor,
    InboxPage,
    InboxRow,
    LineCondition,
    LineState,
    ProgramCount,
    RailCounts,
    ViewRow,
    WindowSummary,
)

__all__ = [
    "Cursor",
    "InboxPage",
    "InboxRow",
    "LineCondition",
    "LineState",
    "ProgramCount",
    "RailCounts",
    "ViewRow",
    "WindowSummary",
]
"""Defined beside, for the first page; asked for here like all others."""


class ItemKind(StrEnum):
    MESSAGE = "message"
    NOTE = "note"
    EVENT = "event"
    PENDING = "pending"  # an outbox entry that no provider has accepted yet; stands last (R56)
    SCHEDULED = "scheduled"  # waits for its time, below what is pending; at: when it is due (R36)


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    id: UUID
    content_type: str
    size: int | None
    state: AttachmentState
    reason: str


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """One thing in a thread. Fields that a kind does not have are empty."""

    kind: ItemKind
    id: UUID  # message, note, event or outbox id
    position: int  # thread order; pending items count on from the newest
    at: datetime
    conversation_id: UUID
    body: str = ""
    direction: Direction | None = None
    origin: Origin | None = None
    author_id: UUID | None = None
    author_name: str = ""
    on_behalf_name: str = ""  # "sent by B for A"
    sender_label: str = ""  # which of our sender IDs, where it is not the conversation's own
    channel: Channel | None = None
    program_name: str = ""
    program_kind: ProgramKind | None = None
    source: Source | None = None  # inbound: what it answers, and why
    status: DeliveryStatus | None = None
    status_text: str = ""  # the provider's own word, for a status that we do not know
    status_at: datetime | None = None
    error_code: str = ""
    error_title: str = ""  # what happened, in plain words
    error_step: str = ""  # what to do
    lasting: bool = False  # sent again, the same message would be refused again
    late: bool = False  # found late (GR5)
    parts: int | None = None
    attachments: tuple[AttachmentRow, ...] = ()
    keyword: str = ""  # stop | start | help | triage
    mentions: tuple[str, ...] = ()  # names, for notes
    event: str = ""  # assigned, unassigned, closed, reopened, snoozed, woken, tagged, …
    event_detail: dict[str, Any] | None = None
    reason: str = ""  # why an event happened, or why a pending item is held
    outbox_state: OutboxState | None = None
    outbox_id: UUID | None = None
    zone: str = ""  # scheduled: in whose wall-clock time its moment was chosen; IANA name
    waivable: bool = False  # held, and a person may send it all the same
    unanswered: bool = False  # written here, and not with the team's workspace yet


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Oldest first. older: position to pass as `before` for the page above, None at the top."""

    items: tuple[ThreadItem, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class SenderRow:
    """holders: names of who holds it now, programs too. held: by somebody who is no program; alone:
    by one person. rule: which of several gets what comes in. registered: for its own country, None
    where that asks for nothing.
    """

    id: UUID
    channel: Channel
    address: str
    display: str
    kind: SenderKind
    country: str
    label: str
    direction: SenderDirection
    health: Health
    holders: tuple[str, ...]
    program_name: str
    account_label: str
    retired: bool
    purpose: Purpose = Purpose.DIRECT
    health_reason: str = ""
    registration: Registration | None = None
    registered: bool | None = None
    inbound_id: UUID | None = None
    fallback_id: UUID | None = None
    account_id: UUID | None = None
    rule: RoutingRule | None = None
    held: bool = True
    alone: bool = False


@dataclass(frozen=True, slots=True)
class SenderChoice:
    """One sender ID that the composer may offer, and why, or why not."""

    sender: SenderRow
    allowed: bool
    proposed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OtherConversation:
    id: UUID
    channel: Channel
    sender_label: str
    last_at: datetime | None
    team_state: TeamState
    owner_name: str
    source: Source
    program_name: str
    link: str = ""  # "" | before: this one continues it | after: it continues this one (R17)


@dataclass(frozen=True, slots=True)
class CoverState:
    """The owner of a conversation is away. until: None for no end; answering: who answers
    meanwhile, by name; empty: nobody, it stands in Unassigned."""

    owner_id: UUID
    owner_name: str
    until: datetime | None
    answering_ids: tuple[UUID, ...]
    answering: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConversationDetail:
    """Head, context pane and composer of one conversation."""

    row: InboxRow
    sender: SenderRow
    numbers: tuple[tuple[Channel, str], ...]  # the contact's addresses, each with its channels
    contact_owner_id: UUID | None
    local_time_zone: str  # the contact's likely zone, "" if unknown
    opted_out_scope: str  # "" | sender | messaging_service | account
    opted_out_since: datetime | None
    window_closes_at: datetime | None  # WhatsApp only (R42)
    tag_ids: tuple[tuple[UUID, str], ...]
    others: tuple[OtherConversation, ...]
    answerable: bool
    unanswerable_reason: str
    read_position: int  # my read marker as stored
    first_unread_position: int | None  # where the thread opens
    version: int  # newest version, for `Reply.seen_version`
    drafts: dict[DraftMode, str]
    automation_silent_since: datetime | None = None  # a person answers; R51
    fallback: str = ""  # the sender ID from which a blocked one's conversations can go on
    may_switch: bool = False  # whether I may let them (R17)
    scheduled: int = 0  # messages that wait for their time; the next at row.goes_at
    cover: CoverState | None = None  # its owner is away
    home: str = ""  # the inbound number in whose conversation this one-way sender ID goes on (R60)


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: UUID
    name: str
    role: Role
    zone: str
    suspended: bool


@dataclass(frozen=True, slots=True)
class TagRow:
    id: UUID
    name: str
    uses: int


@dataclass(frozen=True, slots=True)
class TemplateRow:
    id: UUID
    name: str
    keyword: str
    channel: Channel | None
    body: str


@dataclass(frozen=True, slots=True)
class ContentTemplateRow:
    """A WhatsApp template as its provider lists it."""

    id: UUID
    content_sid: str  # the provider's id, which a message is sent by
    name: str
    language: str  # as the provider writes it: en, pt_BR
    category: str  # UTILITY, MARKETING, AUTHENTICATION …
    kind: str  # the provider's type of content: twilio/text, twilio/quick-reply, whatsapp/card …
    body: str  # with its blanks as {{1}} or {{name}}; "" where the content has no text of its own
    variables: dict[str, str]  # every blank, with the provider's sample for it
    status: ApprovalStatus
    why_not: str  # why it cannot be sent, "" if it can
    account_label: str
    seen_at: datetime  # when it last changed here


@dataclass(frozen=True, slots=True)
class TemplateListState:
    """How the list of an account's WhatsApp templates stands."""

    account_id: UUID
    account_label: str
    refreshed_at: datetime | None
    problem: str  # why it could not be read, "" if it could
    unreadable: int  # templates that were left out because they could not be read


class WindowGap(StrEnum):
    """Why nobody will be there before a WhatsApp window closes (R42)."""

    SUSPENDED = "suspended"  # the owner is
    ABSENT = "absent"  # the owner is, until after it closes, and nobody answers for them
    OFF_DUTY = "off_duty"  # outside working hours until it closes
    NOBODY = "nobody"  # no owner, and nobody holds the sender ID


@dataclass(frozen=True, slots=True)
class WindowRow:
    """An open WhatsApp window. id: the conversation's."""

    id: UUID
    contact_name: str  # "" where nobody named the contact
    peer: str
    sender_id: UUID
    sender_label: str
    owner_id: UUID | None
    owner_name: str
    closes_at: datetime
    snippet: str
    snippet_from: Origin | None
    last_at: datetime | None
    waiting_since: datetime | None
    gap: WindowGap | None  # None: somebody will be there
    back_at: datetime | None  # when the first who may answer is there again; None for never


@dataclass(frozen=True, slots=True)
class WindowPage:
    """Soonest to close first."""

    rows: tuple[WindowRow, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class BindingRow:
    id: UUID
    kind: str
    target: str  # the sender's address, the service's name, or the pattern


@dataclass(frozen=True, slots=True)
class ProgramSender:
    """A sender ID that a program writes from: dedicated to it, or in a bound Messaging Service."""

    id: UUID
    channel: Channel
    display: str
    label: str
    kind: SenderKind
    direction: SenderDirection
    purpose: Purpose
    inbound_id: UUID | None  # where the answers to a one-way one arrive (R60)
    inbound: str | None


@dataclass(frozen=True, slots=True)
class ProgramRow:
    id: UUID
    kind: ProgramKind
    name: str
    attribution_days: int
    starts_at: datetime | None
    ends_at: datetime | None
    takes_replies: bool
    reply_instruction: str  # how to answer, where its sender ID receives nothing (R13)
    auto_reply: str  # what its auto-responder says, where it takes no replies (R18)
    bindings: tuple[BindingRow, ...]
    senders: tuple[ProgramSender, ...]
    lacks: tuple[Lack, ...]
    waiting: int
    retired: bool = False


@dataclass(frozen=True, slots=True)
class TextTest:
    """fits: whether the pattern that was typed does. program: whose the text would be, and why.

    patterns: the names of all programs of which a pattern fits it.
    """

    fits: bool
    program_id: UUID | None
    program_name: str
    reason: SourceReason
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BindingPreview:
    """How many stored messages a binding would recognise. looked_at: how many were tried, newest
    first; complete: those were all."""

    messages: int
    conversations: int
    looked_at: int
    complete: bool


@dataclass(frozen=True, slots=True)
class SenderFigures:
    """What became of a program's messages from one sender ID; never summed over several.

    reached, replied: different contacts, written to and writing. Rates are parts of one: of what
    was sent, delivered; of those reached, who answered, complained, opted out. None without any.
    """

    sender_id: UUID
    channel: Channel
    display: str
    label: str
    sent: int
    delivered: int
    failed: int
    reached: int
    replied: int
    complaints: int
    opt_outs: int
    auto_replies: int
    delivery_rate: float | None
    reply_rate: float | None
    complaint_rate: float | None
    opt_out_rate: float | None


@dataclass(frozen=True, slots=True)
class ProgramFigures:
    """A program's figures from since (None: the beginning) until now. waiting: who waits now."""

    program_id: UUID
    kind: ProgramKind
    name: str
    period: str
    since: datetime | None
    until: datetime
    waiting: int
    senders: tuple[SenderFigures, ...]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    id: UUID
    conversation_id: UUID
    contact_name: str
    peer: str
    sender_label: str
    body: str
    state: OutboxState
    reason: str
    reason_text: str
    next_step: str  # what to do now, where the provider refused it
    lasting: bool  # sent again, the same message would be refused again
    composed_at: datetime
    state_at: datetime
    attempts: int
    provider_sid: str
    warnings: tuple[str, ...] = ()  # what the writer was told as it was queued; not kept
    waivable: bool = False  # held, and a person may send it all the same


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One found message or note, newest first. marks: (start, end) pairs within excerpt."""

    kind: ItemKind
    id: UUID
    conversation_id: UUID
    position: int
    at: datetime
    contact_name: str
    peer: str
    channel: Channel
    excerpt: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ContactHit:
    contact_id: UUID
    name: str
    numbers: tuple[str, ...]
    conversation_id: UUID | None  # the newest


@dataclass(frozen=True, slots=True)
class SearchResult:
    contacts: tuple[ContactHit, ...]
    hits: tuple[SearchHit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    id: UUID
    provider: str
    sid: str
    label: str
    base_url: str | None
    created_at: datetime
    line: LineState


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """What was just done and can be taken back."""

    command_id: UUID
    label: str
