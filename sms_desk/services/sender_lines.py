"""A sender ID as one line of an import, from what is stored and as the rules look at it (R1, R11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import registration
from sms_desk.domain.addresses import match_key
from sms_desk.domain.model import Channel, HolderKind, Purpose, SenderDirection, SenderKind
from sms_desk.domain.sender_policy import Draft, Neighbour


def identity(
    channel: Channel, kind: SenderKind, address: str, country: str
) -> tuple[str, str, str]:
    """What makes a sender ID one (R1)."""
    only_there = country if kind is SenderKind.SHORT_CODE else ""
    return channel, match_key(address), only_there


def draft_of(line: c.SenderLine) -> Draft:
    """The line as the rules look at it."""
    return Draft(
        line.sender_id,
        line.channel,
        line.address,
        line.kind,
        line.country,
        line.direction,
        line.purpose,
        line.registration,
        line.inbound_id,
        line.fallback_id,
    )


def neighbour_of(line: c.SenderLine) -> Neighbour:
    """The line as the rules look at it beside another."""
    return Neighbour(
        line.channel,
        line.address,
        line.kind,
        line.country,
        line.direction,
        line.retired,
        line.inbound_id,
        line.fallback_id,
    )


def line_of(row: Any, holders: tuple[c.Holder, ...] | None = None) -> c.SenderLine:
    """A stored sender ID as a line. row: as `store.senders.some` reads it."""
    said = row["registration"]
    return c.SenderLine(
        sender_id=row["id"],
        channel=Channel(row["channel"]),
        address=row["address"],
        kind=SenderKind(row["kind"]),
        country=row["country"],
        label=row["label"],
        direction=SenderDirection(row["direction"]),
        purpose=Purpose(row["purpose"]),
        registration=None if said is None else registration.from_json(said),
        inbound_id=row["inbound_id"],
        fallback_id=row["fallback_id"],
        account_id=row["account_id"],
        retired=row["retired_at"] is not None,
        holders=holders,
    )


def holder_of(row: Any, groups: Mapping[UUID, tuple[str, HolderKind]]) -> c.Holder:
    """Who holds it by a stored holding. groups: as `store.senders.groups` reads them: the first
    release called a profile a team."""
    kind = HolderKind(row["holder_kind"])
    if row["holder_id"] in groups:
        kind = groups[row["holder_id"]][1]
    return c.Holder(kind, row["holder_id"])
