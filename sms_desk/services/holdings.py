"""Who holds or held a sender ID, row by row (R59)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import HolderKind, ProgramKind, RoutingRule
from sms_desk.services.context import Context
from sms_desk.store import people, programs, senders


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """name: of the person, group or program; "" for the organisation. rule_name: who gets what
    comes in, for the rule `named`. notice: which e-mail template tells the holders."""

    id: UUID
    kind: HolderKind
    name: str
    since: datetime
    until: datetime | None
    running: bool
    holder_id: UUID | None = None
    reason: str = ""
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    rule_name: str = ""
    notice: str | None = None


def of_sender(ctx: Context, sender_id: UUID) -> tuple[HoldingRow, ...]:
    """All holdings of a sender ID, newest first; ended ones too."""
    staff = people.names(ctx.tx)
    names = staff | senders.group_names(ctx.tx) | programs.names(ctx.tx)
    return tuple(
        HoldingRow(
            row["id"],
            HolderKind(row["holder_kind"]),
            names.get(row["holder_id"], ""),
            row["since"],
            row["until"],
            row["since"] <= ctx.now and (row["until"] is None or ctx.now < row["until"]),
            row["holder_id"],
            row["reason"],
            None if row["rule"] is None else RoutingRule(row["rule"]),
            row["rule_person_id"],
            staff.get(row["rule_person_id"], ""),
            row["notice"],
        )
        for row in reversed(senders.holdings(ctx.tx, sender_id))
    )


def groups(ctx: Context) -> tuple[tuple[UUID, str], ...]:
    """Teams and profiles by name."""
    return tuple(sorted(senders.group_names(ctx.tx).items(), key=lambda pair: pair[1].casefold()))


def holding_programs(ctx: Context) -> tuple[tuple[UUID, str, ProgramKind], ...]:
    """Id, name and kind of the programs in use: they can hold sender IDs, too."""
    return tuple(
        (row["id"], row["name"], ProgramKind(row["kind"])) for row in programs.listing(ctx.tx)
    )


def inbound_of(ctx: Context, sender_id: UUID) -> UUID | None:
    """The inbound number of a one-way sender ID (R60)."""
    return ctx.directory.inbound_of.get(sender_id)
