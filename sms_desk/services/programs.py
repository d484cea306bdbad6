"""Campaigns and services: their lists, what each is made of, and what it lacks (R3, R13, R18, R61)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sms_desk.domain import addresses
from sms_desk.domain import programs as rules
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import ProgramKind, Purpose, SenderDirection, SenderKind
from sms_desk.services import inbox
from sms_desk.services.context import Context
from sms_desk.services.rows import BindingRow, ProgramRow, ProgramSender
from sms_desk.store import programs, senders


def listing(ctx: Context, *, retired: bool = False) -> tuple[ProgramRow, ...]:
    """Programs by kind and name. retired: those, too."""
    return tuple(_row(ctx, row) for row in programs.listing(ctx.tx, retired=retired))


def one(ctx: Context, program_id: UUID) -> ProgramRow:
    """Raises NotFoundError."""
    return _row(ctx, programs.get(ctx.tx, program_id))


def find(ctx: Context, name_or_id: str) -> UUID:
    """Raises NotFoundError."""
    return programs.find(ctx.tx, name_or_id)


def taken_names(ctx: Context, program_id: UUID | None) -> tuple[str, ...]:
    """The names of the other programs, which a new one cannot have."""
    return tuple(name for id_, name in programs.names(ctx.tx).items() if id_ != program_id)


def messaging_services(ctx: Context) -> tuple[tuple[UUID, str, str], ...]:
    """(id, provider's id, name) of every Messaging Service."""
    return tuple((row["id"], row["provider_sid"], row["name"]) for row in senders.services(ctx.tx))


def _row(ctx: Context, row: Any) -> ProgramRow:
    bound = programs.bindings(ctx.tx, row["id"])
    used = _senders(programs.senders_of(ctx.tx, row["id"]))
    return ProgramRow(
        row["id"],
        ProgramKind(row["kind"]),
        row["name"],
        row["attribution_days"],
        row["starts_at"],
        row["ends_at"],
        row["takes_replies"],
        row["reply_instruction"],
        row["auto_reply"],
        tuple(BindingRow(found["id"], found["kind"], found["target"]) for found in bound),
        used,
        _lacks(row, bool(bound), used),
        inbox.count(ctx, InboxFilter(program_id=row["id"], waiting=True)),
        row["retired_at"] is not None,
    )


def _senders(rows: Sequence[Mapping[Any, Any]]) -> tuple[ProgramSender, ...]:
    return tuple(
        ProgramSender(
            row["id"],
            row["channel"],
            addresses.display(addresses.from_provider(row["address"])),
            row["label"],
            SenderKind(row["kind"]),
            SenderDirection(row["direction"]),
            Purpose(row["purpose"]),
            row["inbound_id"],
            row["inbound"] and addresses.display(addresses.from_provider(row["inbound"])),
        )
        for row in rows
    )


def _lacks(row: Any, bound: bool, used: Sequence[ProgramSender]) -> tuple[rules.Lack, ...]:
    return rules.lacks(
        bound=bound,
        senders=[rules.OfProgram(s.id, s.kind, s.direction, s.inbound_id) for s in used],
        takes_replies=row["takes_replies"],
        reply_instruction=row["reply_instruction"],
        auto_reply=row["auto_reply"],
    )
