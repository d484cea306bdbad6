"""The frozen rows of a window's first page: by themselves, since it waits for no others.

`services.rows` has them all.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Channel, Origin, ProgramKind, Source, TeamState


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page of a list begins: the last row's sort value and id."""

    value: int
    id: UUID


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One conversation in the list."""

    id: UUID
    contact_id: UUID
    contact_name: str  # "" where nobody named the contact
    peer: str  # the address as shown: international format, short code or name
    channel: Channel
    sender_id: UUID
    sender_label: str
    owner_id: UUID | None
    owner_name: str
    team_state: TeamState
    snoozed_until: datetime | None
    source: Source
    program_name: str
    last_at: datetime | None
    last_position: int
    snippet: str
    snippet_from: Origin | None
    unread: int  # inbound messages after my read marker
    waiting_since: datetime | None
    nudge_days: int | None  # whole days of silence, once they reach the limit (R9)
    trouble: str  # "" | failed | held | in_doubt | ask
    draft: str  # my half-typed reply, "" if none
    tags: tuple[str, ...]
    pinned: bool
    muted: bool
    late_at: datetime | None = None  # when waiting turns red, by my own hours at work (R8)
    sender_blocked: bool = False  # our own sender ID: what is written is held (R17)
    goes_at: datetime | None = None  # when the next scheduled message is due (R36)
    attachments: int = 0  # of the newest message, where it has no words
    covering: bool = False  # its owner is away, and I answer meanwhile (R25)
    owner_away: bool = False
    unrouted: str = ""  # why nobody got it, in a few words, for those who see Unrouted (R19)


@dataclass(frozen=True, slots=True)
class InboxPage:
    rows: tuple[InboxRow, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class ProgramCount:
    program_id: UUID
    kind: ProgramKind
    name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ViewRow:
    id: UUID
    name: str
    filter: InboxFilter
    mine: bool
    shared: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Covered:
    """Somebody for whom the reader answers. last_day: by the reader's calendar, 2026-11-27; "" while
    the absence has no end."""

    name: str
    last_day: str


@dataclass(frozen=True, slots=True)
class RailCounts:
    """Customers waiting, per place in the rail (look.md: people waiting, not totals)."""

    mine: int
    shared: int
    covering: int
    unassigned: int
    unrouted: int
    team: int
    all: int
    unread_mine: int  # conversations of mine with something unread: for the tray and the title
    programs: tuple[ProgramCount, ...]
    views: tuple[ViewRow, ...]
    covered: tuple[Covered, ...] = ()  # for whom I answer now, by name (R25)
    sees_unrouted: bool = False  # Unrouted is mine to look after


class LineCondition(StrEnum):
    """The state of the line (R63)."""

    NO_ACCOUNT = "no_account"
    SYNCING = "syncing"
    ONLINE = "online"
    OFFLINE = "offline"
    CREDENTIAL = "credential"  # refused: polling has stopped and a new one is needed
    LOCKED = "locked"  # the keyring gives nothing out
    ELSEWHERE = "elsewhere"  # another process of this profile syncs


@dataclass(frozen=True, slots=True)
class WindowSummary:
    """any: there is a WhatsApp sender ID at all. urgent: open windows that close within two hours
    before anybody will be there."""

    any: bool = False
    urgent: int = 0


@dataclass(frozen=True, slots=True)
class LineState:
    account_id: UUID | None
    label: str
    condition: LineCondition
    last_sync_at: datetime | None
    offline_since: datetime | None
    retry_at: datetime | None
    title: str  # in words, with
    next_step: str  # what to do
    backfill_done: int  # messages stored by the running first sync
    backfill_until: datetime | None  # how far back it has come
    backfill_running: bool
    backfill_stopped: bool = False  # by a person, before it was done
