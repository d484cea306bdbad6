"""Bringing a provider's list of sender IDs and services into the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sms_desk.domain.audit import INLINE, Deed, Kind, Reason
from sms_desk.domain.model import Channel
from sms_desk.providers.base import Directory, Provider
from sms_desk.services import auditing
from sms_desk.store import directories
from sms_desk.store.engine import Tx, Workspace


def discover(
    workspace: Workspace, account_id: UUID, provider: Provider, now: datetime
) -> tuple[frozenset[UUID], Directory]:
    """Read the provider's directory and store it. Returns the sender IDs that are new here, and
    the directory, which says what is not in it and why."""
    directory = provider.directory()
    with workspace.write() as tx:
        new = _take(tx, account_id, directory, now)
        if new:
            auditing.by_rule(tx, _deed(sorted(new)), now)
        return frozenset(new), directory


def _take(tx: Tx, account_id: UUID, directory: Directory, now: datetime) -> set[UUID]:
    new = set[UUID]()
    ids: dict[tuple[Channel, str], UUID] = {}
    for sender in directory.senders:
        sender_id, is_new = directories.take_sender(
            tx,
            account_id,
            channel=sender.channel,
            address=sender.address,
            kind=sender.kind,
            country=sender.country,
            label=sender.label,
            direction=sender.direction,
            provider_sid=sender.provider_sid,
            at=now,
        )
        ids[sender.channel, sender.address] = sender_id
        if is_new:
            new.add(sender_id)
    for service in directory.services:
        members = [ids[key] for key in service.senders if key in ids]
        directories.take_service(
            tx, account_id, sid=service.sid, name=service.name, sender_ids=members
        )
    return new


def _deed(new: Sequence[UUID]) -> Deed:
    return Deed(
        Kind.SENDERS_IMPORTED, tuple(new[:INLINE]), after={"sender_ids": new}, reason=Reason.IMPORT
    )
