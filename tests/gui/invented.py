"""Invented rows for the window's tests: a small inbox with all that a row can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import (
    Channel,
    Origin,
    ProgramId,
    ProgramKind,
    Source,
    SourceKind,
    SourceReason,
    TeamState,
)
from sms_desk.services.rows import Cursor, InboxPage, InboxRow, ProgramCount, RailCounts, ViewRow

NOW = datetime(2026, 11, 17, 10, 43, tzinfo=UTC)
AUTUMN, OPENING, ALERTS, APPOINTMENTS = (UUID(int=n) for n in range(900, 904))

_DIRECT = Source(SourceKind.DIRECT, None, SourceReason.NONE)
CAMPAIGN = Source(SourceKind.CAMPAIGN, ProgramId(AUTUMN), SourceReason.RECENT_SEND)
SERVICE = Source(SourceKind.SERVICE, ProgramId(ALERTS), SourceReason.RECENT_SEND)

PLAIN = InboxRow(
    id=UUID(int=0),
    contact_id=UUID(int=0),
    contact_name="",
    peer="+1 202 555 0144",
    channel=Channel.SMS,
    sender_id=UUID(int=800),
    sender_label="Front desk",
    owner_id=UUID(int=700),
    owner_name="Julia Reyes",
    team_state=TeamState.OPEN,
    snoozed_until=None,
    source=_DIRECT,
    program_name="",
    last_at=NOW,
    last_position=0,
    snippet="",
    snippet_from=Origin.CONTACT,
    unread=0,
    waiting_since=None,
    nudge_days=None,
    trouble="",
    draft="",
    tags=(),
    pinned=False,
    muted=False,
)


def row(number: int, name: str = "", snippet: str = "Hello", **fields: object) -> InboxRow:
    """One row; the higher the number, the newer."""
    at = NOW - timedelta(minutes=5_000 - number)
    base = replace(
        PLAIN,
        id=UUID(int=number + 1),
        contact_id=UUID(int=(number + 1) * 7919),
        contact_name=name,
        snippet=snippet,
        last_at=at,
        last_position=number,
    )
    waits = fields.get("waiting_since")
    if isinstance(waits, datetime):
        fields = {"late_at": waits + timedelta(minutes=30)} | fields
    return replace(base, **fields)  # type: ignore[arg-type]


def page(*rows: InboxRow, more: bool = False) -> InboxPage:
    """A page; more: there is another one after it."""
    last = rows[-1] if rows else None
    return InboxPage(rows, Cursor(last.last_position, last.id) if more and last else None)


def many(count: int, *, first: int = 0, more: bool = False) -> InboxPage:
    """A page of plain rows, newest first."""
    numbers = range(first + count - 1, first - 1, -1)
    return page(*(row(n, f"Person {n}", f"Message {n}") for n in numbers), more=more)


def _ago(**units: int) -> datetime:
    return NOW - timedelta(**units)


def pictured() -> InboxPage:
    """The rows of the target picture, and those that are hard to draw."""
    wa = Channel.WHATSAPP
    me = Origin.PERSON
    waited = _ago(minutes=41)
    return page(
        row(
            4_999,
            "Mira Anand",
            "Is the blue one still in stock? I could come by after work",
            unread=2,
            source=CAMPAIGN,
            program_name="Autumn offer",
            waiting_since=waited,
            last_at=_ago(minutes=1),
            pinned=True,
        ),
        row(
            4_998,
            "Rafael Ortega",
            "Perfecto, mañana a las 9 entonces 👍",
            channel=wa,
            unread=1,
            waiting_since=_ago(minutes=45),
            last_at=_ago(minutes=5),
            tags=("coats", "Mill Street"),
        ),
        row(
            4_997,
            "",
            "Who is this?",
            unread=1,
            source=CAMPAIGN,
            program_name="Autumn offer",
            waiting_since=_ago(minutes=12),
            last_at=_ago(minutes=28),
        ),
        row(
            4_996,
            "Sana Bashir",
            "شكراً، سأرسل العنوان بعد قليل",
            channel=wa,
            last_at=_ago(minutes=45),
        ),
        row(
            4_995,
            "दीपा वर्मा",
            "हाँ, कल शाम तक पहुँच जाएगा।",
            snippet_from=me,
            last_at=_ago(minutes=62),
            draft="Danke",
        ),
        row(
            4_994,
            "Viktor Kessler",
            "Here is the quote we talked about.",
            snippet_from=me,
            nudge_days=3,
            last_at=_ago(minutes=91),
        ),
        row(
            4_993,
            "Ada Lind",
            "Delivered to your neighbour, no. 14. Reply 1 if that is fine, 2 if not",
            snippet_from=Origin.PROGRAM,
            source=SERVICE,
            program_name="Delivery alerts",
            last_at=_ago(hours=20),
            muted=True,
        ),
        row(
            4_992,
            "Metin Er",
            "Not delivered: phone off or out of reach",
            snippet_from=me,
            trouble="failed",
            last_at=_ago(hours=22),
        ),
        row(
            4_991,
            "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Anneliese",
            "Sorry, I wanted to ask about the very long thing that has no end and goes on",
            tags=("vip", "returns", "Mill Street", "wholesale"),
            waiting_since=_ago(hours=3, minutes=12),
            last_at=_ago(hours=26),
            unread=120,
        ),
        row(
            4_990,
            "أحمد الخطيب",
            "هل يمكنني تغيير الموعد إلى 18:30 يوم الخميس؟",
            snippet_from=me,
            last_at=_ago(days=2),
            team_state=TeamState.SNOOZED,
            snoozed_until=NOW + timedelta(days=1),
        ),
        row(
            4_989,
            "\u202eevil \u2066name",
            "<img src=x> <b>bold</b> &amp; \u0007bell",
            last_at=_ago(days=3),
            trouble="ask",
        ),
        row(
            4_988,
            "👩‍👩‍👧‍👦 Familie",
            "🎉🎉🎉 🇩🇪 👍🏽",
            last_at=_ago(days=40),
            team_state=TeamState.CLOSED,
        ),
        row(
            4_987,
            "Sophie Okafor",
            "Great, see you then!",
            snippet_from=me,
            channel=wa,
            last_at=_ago(days=400),
        ),
    )


COUNTS = RailCounts(
    mine=12,
    shared=5,
    covering=0,
    unassigned=2,
    unrouted=0,
    team=31,
    all=1_204,
    unread_mine=3,
    programs=(
        ProgramCount(AUTUMN, ProgramKind.CAMPAIGN, "Autumn offer", 7),
        ProgramCount(
            OPENING, ProgramKind.CAMPAIGN, "Store opening with a name that does not fit", 0
        ),
        ProgramCount(ALERTS, ProgramKind.SERVICE, "Delivery alerts", 3),
        ProgramCount(APPOINTMENTS, ProgramKind.SERVICE, "Appointments", 0),
    ),
    views=(
        ViewRow(UUID(int=950), "Waiting over 30 min", InboxFilter(waiting=True), True, False, 4),
        ViewRow(
            UUID(int=951),
            "Snoozed, due today",
            InboxFilter(scope=Scope.MINE, state=TeamState.SNOOZED),
            False,
            True,
            0,
        ),
    ),
)
