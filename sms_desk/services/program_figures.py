"""A program's figures over a period, per sender ID and channel, and who answered it (R2, R18, R47)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain import addresses
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Channel, DeliveryStatus, ProgramKind
from sms_desk.services import inbox
from sms_desk.services.context import Context
from sms_desk.services.rows import InboxRow, ProgramFigures, SenderFigures
from sms_desk.store import conversations, programs, senders
from sms_desk.store import inbox as inbox_store
from sms_desk.store import program_figures as store
from sms_desk.store.program_figures import Span

PAGE = 50


class Period(StrEnum):
    """Until now, from so long ago."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    ALL = "all"


_SPANS = {
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=30),
    Period.QUARTER: timedelta(days=90),
    Period.ALL: None,
}
_ARRIVED = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.READ})
_FAILED = frozenset({DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.CANCELED})


@dataclass(slots=True)
class _Counts:
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    reached: int = 0
    answered: int = 0
    replied: int = 0
    complaints: int = 0
    opt_outs: int = 0
    auto_replies: int = 0


def of(ctx: Context, program_id: UUID, period: Period = Period.MONTH) -> ProgramFigures:
    """What became of a program's messages. Raises NotFoundError."""
    row = programs.get(ctx.tx, program_id)
    span = _span(ctx, program_id, period)
    counts = _counted(ctx, span, row["attribution_days"])
    known = senders.briefly(ctx.tx, list(counts))
    waiting = inbox.count(ctx, InboxFilter(program_id=program_id, waiting=True))
    found = [_figures(known[id_], count) for id_, count in counts.items() if id_ in known]
    return ProgramFigures(
        program_id,
        ProgramKind(row["kind"]),
        row["name"],
        period.value,
        span.since,
        span.until,
        waiting,
        tuple(sorted(found, key=lambda each: (each.channel, -each.sent, each.display))),
    )


def repliers(
    ctx: Context, program_id: UUID, period: Period = Period.MONTH, before: int | None = None
) -> tuple[tuple[InboxRow, ...], int | None]:
    """Who answered, the latest first, as far as the actor may see them; and where to go on."""
    found = store.repliers(ctx.tx, _span(ctx, program_id, period), before=before, limit=PAGE)
    seen = inbox_store.visible(ctx.tx, ctx.reach, [id_ for id_, _ in found])
    rows = inbox.rows(ctx, [id_ for id_, _ in found if id_ in seen])
    return rows, found[-1][1] if len(found) == PAGE else None


def _span(ctx: Context, program_id: UUID, period: Period) -> Span:
    back = _SPANS[period]
    # The second that runs now counts, too.
    until = ctx.now + timedelta(seconds=1)
    return Span(program_id, None if back is None else ctx.now - back, until)


def _counted(ctx: Context, span: Span, window_days: int) -> dict[UUID, _Counts]:
    counts: dict[UUID, _Counts] = {}

    def of(sender_id: UUID) -> _Counts:
        return counts.setdefault(sender_id, _Counts())

    for sent in store.sent(ctx.tx, span):
        count = of(sent.sender_id)
        count.sent += sent.messages
        count.delivered += sent.messages if sent.status in _ARRIVED else 0
        count.failed += sent.messages if sent.status in _FAILED else 0
    for sender_id, n in store.filtered(ctx.tx, span).items():
        of(sender_id).complaints += n
    voice = _voices(ctx, counts)
    for heard in store.heard(ctx.tx, span):
        asked = heard.written is not None
        count = of(heard.sender_id if asked else voice.get(heard.sender_id, heard.sender_id))
        count.reached += heard.written or 0
        count.answered += heard.answered if asked else 0
        count.replied += heard.answered
        count.complaints += heard.complained
        count.opt_outs += heard.opted_out
    for sender_id, n in store.refused(ctx.tx, span, window_days).items():
        of(voice.get(sender_id, sender_id)).opt_outs += n
    for sender_id, n in store.told(ctx.tx, span).items():
        of(voice.get(sender_id, sender_id)).auto_replies += n
    return counts


def _voices(ctx: Context, counts: dict[UUID, _Counts]) -> dict[UUID, UUID]:
    """The one-way sender ID whose answers arrive at an inbound number that sent nothing (R60)."""
    found: dict[UUID, list[UUID]] = {}
    for one_way, home in conversations.home_senders(ctx.tx).items():
        if one_way in counts and home not in counts:
            found.setdefault(home, []).append(one_way)
    return {home: voices[0] for home, voices in found.items() if len(voices) == 1}


def _figures(sender: Mapping[Any, Any], count: _Counts) -> SenderFigures:
    return SenderFigures(
        sender["id"],
        Channel(sender["channel"]),
        addresses.display(addresses.from_provider(sender["address"])),
        sender["label"],
        count.sent,
        count.delivered,
        count.failed,
        count.reached,
        count.replied,
        count.complaints,
        count.opt_outs,
        count.auto_replies,
        _rate(count.delivered, count.sent),
        _rate(count.answered, count.reached),
        _rate(count.complaints, count.reached),
        _rate(count.opt_outs, count.reached),
    )


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
