"""Conversations offered by name, for a division by list (R23, R30)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.frozen import dataclass
from sms_desk.services.context import Context
from sms_desk.services.targets import resolve
from sms_desk.store import reassigning

MOST = 2_000
"""So many are offered, the newest; the others can be named by their ids."""


@dataclass(frozen=True, slots=True)
class Choosable:
    """name: the contact's, or their address where it has none; detail: their address, our sender
    ID."""

    id: UUID
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Offer:
    """ids: of all that can be divided; rows: those of them that are listed."""

    ids: frozenset[UUID] = frozenset()
    rows: tuple[Choosable, ...] = ()


NOTHING_TO_CHOOSE = Offer()


def of_targets(ctx: Context, targets: c.Targets) -> Offer:
    """Raises NotFoundError if one of the conversations may not be seen (R31)."""
    return of_ids(ctx, resolve(ctx, targets))


def of_ids(ctx: Context, ids: Collection[UUID]) -> Offer:
    found = reassigning.named(ctx.tx, ids)
    return Offer(frozenset(one.id for one in found), tuple(map(_choosable, found[:MOST])))


def _choosable(one: reassigning.Named) -> Choosable:
    # As it stands there: to group the digits of thousands takes seconds.
    address = one.reply_raw.rpartition(":")[2]
    return Choosable(one.id, one.contact_name or address, f"{address} · {one.sender}")
