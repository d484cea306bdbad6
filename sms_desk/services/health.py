"""How sender IDs fare, and what going on from a fallback would mean (R11, R17)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain.errors import RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.health import Fault, Figures, Thresholds
from sms_desk.domain.model import Channel, DeliveryStatus, Health, Role, SenderDirection
from sms_desk.services.context import Context
from sms_desk.services.words import error_words, peer_text
from sms_desk.settings import registry
from sms_desk.store import fallbacks, opt_outs, people, senders, settings
from sms_desk.store import health as store
from sms_desk.store.engine import Tx

_ARRIVED = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.READ})
_FAILED = frozenset({DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED})
_OPTED_OUT = "21610"  # https://www.twilio.com/docs/api/errors/21610


@dataclass(frozen=True, slots=True)
class CodeRow:
    """An error code in words, and how often it came."""

    code: str
    title: str
    n: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """by: the person who said so; "" for the figures."""

    at: datetime
    before: Health
    after: Health
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One sender ID over `days` days. by: who spoke about it, "" where the figures do."""

    sender_id: UUID
    name: str
    channel: Channel
    health: Health
    reason: str
    since: datetime | None
    by: str
    days: int
    sent: int
    delivered: int
    failed: int
    pending: int
    delivery_percent: float | None
    filtered: int
    contacts: int
    opt_outs: int
    opt_out_percent: float | None
    codes: tuple[CodeRow, ...]
    fallback_id: UUID | None
    fallback_name: str


@dataclass(frozen=True, slots=True)
class FallbackPreview:
    """What switching would do. problem: why it cannot be done, "" if it can."""

    sender_id: UUID
    sender_name: str
    fallback_id: UUID | None
    fallback_name: str
    conversations: int
    waiting: int
    held: int
    scheduled: int
    opted_out: int
    problem: str
    next_step: str


def thresholds(tx: Tx) -> Thresholds:
    """From where on figures say something, as the workspace chose."""
    chosen = settings.read(tx)

    def of(name: str) -> int:
        return int(chosen.get(name, registry.get(name).default))

    return Thresholds(
        days=of("health_days"),
        least=of("health_least_messages"),
        degraded_delivery=of("health_degraded_percent"),
        blocked_delivery=of("health_blocked_percent"),
    )


def figures(
    tx: Tx, since: datetime, sender_ids: Collection[UUID] | None = None
) -> dict[UUID, Figures]:
    """What became of what each sender ID sent since then; never merged (R2)."""
    stops, reached = store.stops(tx, since), store.reached(tx, since)
    parts: dict[UUID, list[store.Outcome]] = defaultdict(list)
    for outcome in store.outcomes(tx, since, sender_ids):
        parts[outcome.sender_id].append(outcome)
    return {
        id_: _figures(all_, reached.get(id_, 0), stops.get(id_, 0)) for id_, all_ in parts.items()
    }


def _figures(parts: Iterable[store.Outcome], contacts: int, stops: int) -> Figures:
    delivered = failed = pending = filtered = stopped = 0
    codes: Counter[str] = Counter()
    for part in parts:
        status = DeliveryStatus(part.status)
        if status in _ARRIVED:
            delivered += part.n
        elif status not in _FAILED:
            pending += part.n
        else:
            failed += part.n
            code = part.error_code or ""
            codes[code] += part.n
            fault = error_words(part.provider, code, "").fault
            filtered += part.n if fault is Fault.FILTERED else 0
            stopped += part.n if fault is Fault.STOPPED else 0
    return Figures(
        delivered, failed, pending, codes, filtered, stopped, contacts, stops + codes[_OPTED_OUT]
    )


def listing(ctx: Context, *, days: int | None = None) -> tuple[HealthRow, ...]:
    """Every sender ID in use with its figures, those in trouble first."""
    span = days or thresholds(ctx.tx).days
    found = figures(ctx.tx, ctx.now - timedelta(days=span))
    rows = _rows(ctx, senders.listing(ctx.tx), span, found)
    order = [Health.BLOCKED, Health.DEGRADED, Health.OK]
    return tuple(sorted(rows, key=lambda row: (order.index(row.health), row.name)))


def row(ctx: Context, sender_id: UUID, *, days: int | None = None) -> HealthRow:
    """One sender ID with its figures. Raises NotFoundError."""
    span = days or thresholds(ctx.tx).days
    found = figures(ctx.tx, ctx.now - timedelta(days=span), [sender_id])
    return next(iter(_rows(ctx, [senders.get(ctx.tx, sender_id)], span, found)))


def history(ctx: Context, sender_id: UUID) -> tuple[ChangeRow, ...]:
    """How its health moved, newest first."""
    names = people.names(ctx.tx)
    return tuple(
        ChangeRow(
            found["at"],
            Health(found["before"]),
            Health(found["after"]),
            found["reason"],
            names.get(found["by_id"], ""),
        )
        for found in store.history(ctx.tx, sender_id)
    )


def _rows(
    ctx: Context, stored: Iterable[Any], days: int, found: Mapping[UUID, Figures]
) -> Iterable[HealthRow]:
    names = people.names(ctx.tx)
    provider = {row["id"]: row["provider"] or "" for row in senders.listing(ctx.tx, retired=True)}
    called = {row["id"]: _name(row) for row in senders.listing(ctx.tx, retired=True)}
    for row_ in stored:
        id_ = row_["id"]
        one = found.get(id_, Figures())
        yield HealthRow(
            id_,
            _name(row_),
            Channel(row_["channel"]),
            Health(row_["health"]),
            row_["health_reason"],
            row_["health_since"],
            names.get(row_["health_by"], ""),
            days,
            one.sent,
            one.delivered,
            one.failed,
            one.pending,
            one.delivery_percent,
            one.filtered,
            one.contacts,
            one.opt_outs,
            one.opt_out_percent,
            tuple(
                CodeRow(code, error_words(provider.get(id_, ""), code, "").title, n)
                for code, n in sorted(one.codes.items(), key=lambda pair: -pair[1])
            ),
            row_["fallback_id"],
            called.get(row_["fallback_id"], ""),
        )


def _name(row_: Mapping[Any, Any]) -> str:
    return row_["label"] or peer_text(row_["address"])


# --- going on from the fallback -------------------------------------------------------------------


def preview(ctx: Context, sender_id: UUID) -> FallbackPreview:
    """What switching the sender ID's conversations to its fallback would do. Raises NotFoundError."""
    row_ = senders.get(ctx.tx, sender_id)
    fallback = senders.get(ctx.tx, row_["fallback_id"]) if row_["fallback_id"] else None
    going = fallbacks.ongoing(ctx.tx, sender_id)
    ids = [conversation["id"] for conversation in going]
    title, step = why_not(row_, fallback)
    return FallbackPreview(
        sender_id,
        _name(row_),
        row_["fallback_id"],
        _name(fallback) if fallback else "",
        len(going),
        sum(conversation["waiting_since"] is not None for conversation in going),
        len(fallbacks.movable(ctx.tx, ids)),
        len(fallbacks.later(ctx.tx, ids)),
        sum(_opted_out(ctx, conversation) for conversation in going),
        title,
        step,
    )


def stand_in(ctx: Context, sender_id: UUID) -> str:
    """The fallback from which its conversations can go on now; "" while there is none."""
    row_ = senders.get(ctx.tx, sender_id)
    fallback = senders.get(ctx.tx, row_["fallback_id"]) if row_["fallback_id"] else None
    return "" if fallback is None or why_not(row_, fallback)[0] else _name(fallback)


def _opted_out(ctx: Context, conversation: Mapping[Any, Any]) -> bool:
    found = opt_outs.running(
        ctx.tx,
        Channel(conversation["channel"]),
        conversation["peer_key"],
        sender_ids=[conversation["sender_id"]],
        account_id=None,
    )
    return found is not None


def require_supervisor(ctx: Context) -> None:
    """Raises RefusedError for reps: health and fallback concern more than one person."""
    if ctx.actor.role is Role.REP:
        raise RefusedError(
            "Only a supervisor may change this.", "Ask a supervisor or an admin.", rule="role"
        )


def why_not(row_: Mapping[Any, Any], fallback: Any) -> tuple[str, str]:
    """(why its conversations cannot go on from the fallback, what to do); empty if they can."""
    name = _name(row_)
    if fallback is None:
        return f"{name} has no fallback.", "Name one in its details first."
    other = _name(fallback)
    if fallback["channel"] != row_["channel"]:
        return f"{other} is on another channel.", "Name a fallback on the same channel."
    if fallback["retired_at"] is not None:
        return f"{other} is retired.", "Bring it back, or name another fallback."
    if fallback["health"] == Health.BLOCKED:
        return f"{other} is blocked itself.", "Name another fallback."
    if fallback["direction"] != SenderDirection.BOTH:
        return f"{other} does not both send and receive.", "Name another fallback."
    if not fallback["account_label"]:
        return f"No connected account carries {other}.", "Connect its account first."
    return "", ""
