"""A message as the provider lists it, seen from our side."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from sms_desk.domain import outbox as outbox_rules
from sms_desk.domain.delivery import Report
from sms_desk.domain.model import Direction, Origin
from sms_desk.domain.outbox import Sighting
from sms_desk.domain.plain_text import clean_intake
from sms_desk.providers.base import RemoteMessage
from sms_desk.store import unplaced
from sms_desk.sync.book import peer_address


def report_of(message: RemoteMessage) -> Report:
    """A listed message's status as it is merged (R57)."""
    return Report(
        message.status,
        clean_intake(message.status_text),
        message.error_code,
        None if message.error_text is None else clean_intake(message.error_text),
    )


def sighting_of(message: RemoteMessage, seen_at: datetime | None = None) -> Sighting:
    """A listed outbound message as the attempts in doubt are compared with it."""
    lane = outbox_rules.lane(
        message.channel,
        peer_address(message.channel, message.sender_raw).key,
        peer_address(message.channel, message.peer_raw).key,
        clean_intake(message.body),
    )
    return Sighting(message.sid, lane, message.created_at, seen_at)


def cannot_place(message: RemoteMessage) -> str:
    if not message.sender_raw.strip():
        return unplaced.NO_SENDER
    return "" if message.peer_raw.strip() else unplaced.NO_PEER


def origin_of(message: RemoteMessage, *, in_program: bool) -> Origin:
    if message.direction is Direction.INBOUND:
        return Origin.CONTACT
    if message.automatic:
        return Origin.AUTOMATIC
    return Origin.PROGRAM if in_program else Origin.ELSEWHERE


def raw(message: RemoteMessage) -> str:
    return json.dumps(asdict(message), default=str)


def escaped(raw: str) -> str:
    return json.dumps(raw)
