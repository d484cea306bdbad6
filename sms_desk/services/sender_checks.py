"""The rules of `domain.sender_policy` over the directory as it stands (R11, R14)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.model import Channel, SenderDirection, SenderKind
from sms_desk.domain.sender_policy import Neighbour, Neighbours
from sms_desk.services.context import Context
from sms_desk.store import senders


def neighbours(ctx: Context) -> Neighbours:
    """The whole directory, as the rules look at it."""
    return Neighbours(by_id(ctx))


def by_id(ctx: Context) -> dict[UUID, Neighbour]:
    """Every sender ID, retired ones too."""
    return {
        id_: Neighbour(
            Channel(row.channel),
            row.address,
            SenderKind(row.kind),
            row.country,
            SenderDirection(row.direction),
            row.retired_at is not None,
            row.inbound_id,
            row.fallback_id,
        )
        for id_, row in senders.neighbours(ctx.tx).items()
    }
