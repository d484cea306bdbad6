"""The answers of commands that are no rows of a service already."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.segments import Encoding
from sms_desk.services.composing import Finding
from sms_desk.services.rows import (
    ContentTemplateRow,
    ConversationDetail,
    LineState,
    OtherConversation,
    SenderChoice,
    TemplateListState,
    ThreadItem,
)

if TYPE_CHECKING:  # it loads every command and handler, which an answer never needs
    from sms_desk.services.executor import Done

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """A list without pages."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, or would be touched."""

    count: int


@dataclass(frozen=True, slots=True)
class ContentTemplates:
    """WhatsApp templates, those that can be sent first, and how each account's list stands."""

    rows: tuple[ContentTemplateRow, ...]
    lists: tuple[TemplateListState, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did. id: the one thing that it made or changed, where there is one. kept: of an
    undo, the conversations that somebody changed since, which stay as they are."""

    id: UUID | None
    command_id: UUID
    count: int
    label: str
    undoable: bool
    kept: tuple[UUID, ...] = ()

    @classmethod
    def of(cls, done: Done, id_: UUID | None = None) -> Changed:
        return cls(id_, done.command_id, done.count, done.label, done.undo is not None, done.kept)


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation: its head, and a page of what stands in it, oldest first."""

    conversation: ConversationDetail
    items: tuple[ThreadItem, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would happen to a message: from where and why, how long it is, what stands against it.

    senders: the proposed one first, then the likeliest others, the forbidden ones with why.
    conversation_id: None for one that would begin.
    """

    conversation_id: UUID | None
    peer: str
    senders: tuple[SenderChoice, ...]
    answerable: bool
    unanswerable_reason: str
    opted_out_scope: str
    window_closes_at: datetime | None
    encoding: Encoding
    units: int
    parts: int
    unicode: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ContactCard:
    id: UUID
    name: str
    numbers: tuple[str, ...]
    owner_id: UUID | None
    owner_name: str
    local_time_zone: str
    conversations: tuple[OtherConversation, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A team or profile. members: names of those who belong to it now."""

    id: UUID
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A Messaging Service of an account."""

    id: UUID
    provider_sid: str
    name: str


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting with the value that holds for who asks. takes: its values, in words."""

    name: str
    scope: str
    value: object
    default: object
    title: str
    help: str
    takes: str


@dataclass(frozen=True, slots=True)
class Synced:
    """What a cycle brought. elsewhere: another process syncs, and was asked to."""

    elsewhere: bool
    changed: dict[str, int]
    lines: tuple[LineState, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A template with its fields filled, and what it would take to send it."""

    text: str
    encoding: Encoding
    units: int
    parts: int


@dataclass(frozen=True, slots=True)
class LetterPreview:
    """What a template makes of invented data."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class MailTested:
    """The e-mail server took a letter to this address."""

    to: str


@dataclass(frozen=True, slots=True)
class PasswordKept:
    """kept False: it was forgotten."""

    kept: bool


@dataclass(frozen=True, slots=True)
class Tested:
    """What a credential may see. unlisted: kinds that are not listed for it; unanswered: kinds that
    the provider gave no answer about."""

    sender_ids: int
    services: int
    unlisted: tuple[str, ...]
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Serving:
    """A sandbox that answers. Its credentials are published and open nothing else."""

    base_url: str
    account_sid: str
    auth_token: str


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of the doctor. status: ok, warn or fail."""

    name: str
    status: str
    detail: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Health:
    """All findings of the doctor."""

    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """Opens the workspace where the keyring lost its key; whoever has it can read everything."""

    recovery_key: str


@dataclass(frozen=True, slots=True)
class Restored:
    """restored: the keyring has the workspace's key again."""

    restored: bool


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What a team's workspace works with now. place: the database and its server."""

    place: str
    schema: str
    surface: int


@dataclass(frozen=True, slots=True)
class Removed:
    """removed: whether there was something to remove."""

    folder: str
    removed: bool


@dataclass(frozen=True, slots=True)
class ConnectorRan:
    """What a connector did that was told to do it once. executed: pushed commands."""

    executed: int


@dataclass(frozen=True, slots=True)
class SecretKept:
    """where: what people call the key store. account_id: whose secret it is; None of another."""

    what: str
    account_id: UUID | None
    where: str
