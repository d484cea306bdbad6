"""Twilio's rows of numbers, codes and names as senders of ours. Pure: no network here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import phonenumbers

from sms_desk.domain.addresses import split_channel
from sms_desk.domain.model import Channel, SenderDirection, SenderKind
from sms_desk.providers.base import RemoteSender

from .messages import text_of

# https://www.nationalnanpa.com/area_codes/index.html, "Toll-free"
TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
# A WhatsApp sender in any other state cannot send yet (spec, `channels_sender_enum_status`).
LIVE = ("ONLINE", "OFFLINE")


def number_kind(address: str) -> SenderKind:
    """Toll-free within the North American plan, else a long code."""
    is_toll_free = address.startswith("+1") and address[2:5] in TOLL_FREE
    return SenderKind.TOLL_FREE if is_toll_free else SenderKind.LONG_CODE


def number_country(address: str) -> str:
    """ISO code of the country of an E.164 number; "" where the number names none.

    A number that is not in use anywhere still has its calling code's main country.
    """
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(number)
    region = region or phonenumbers.region_code_for_country_code(number.country_code or 0)
    return "" if region in ("001", "ZZ") else str(region)


def field_of(row: Mapping[str, Any], name: str) -> str:
    """A field as text; empty for null, objects and lists."""
    return text_of(row.get(name), or_else="")


def read_number(row: Mapping[str, Any]) -> RemoteSender | None:
    """A number that can text. Twilio's voice-only numbers are no sender IDs."""
    address = field_of(row, "phone_number")
    if not address or not _can_text(row.get("capabilities")):
        return None
    return RemoteSender(
        channel=Channel.SMS,
        address=address,
        kind=number_kind(address),
        country=field_of(row, "country_code") or number_country(address),
        label=field_of(row, "friendly_name"),
        direction=SenderDirection.BOTH,
        provider_sid=field_of(row, "sid") or None,
    )


def _can_text(capabilities: object) -> bool:
    """`{"sms": true, …}` (2010 API), `["SMS", …]` (Messaging Services, often empty), any case."""
    if isinstance(capabilities, dict):
        return any(bool(on) for name, on in capabilities.items() if name.lower() in ("sms", "mms"))
    return True


def read_short_code(row: Mapping[str, Any]) -> RemoteSender | None:
    address = field_of(row, "short_code")
    if not address:
        return None
    return RemoteSender(
        channel=Channel.SMS,
        address=address,
        kind=SenderKind.SHORT_CODE,
        country=field_of(row, "country_code"),
        label=field_of(row, "friendly_name"),
        direction=SenderDirection.BOTH,
        provider_sid=field_of(row, "sid") or None,
    )


def read_alpha(row: Mapping[str, Any]) -> RemoteSender | None:
    """A name instead of a number: the contact cannot answer it."""
    address = field_of(row, "alpha_sender")
    if not address:
        return None
    return RemoteSender(
        channel=Channel.SMS,
        address=address,
        kind=SenderKind.ALPHANUMERIC,
        country="",
        label=address,
        direction=SenderDirection.OUTGOING,
        provider_sid=field_of(row, "sid") or None,
    )


def read_whatsapp(row: Mapping[str, Any]) -> RemoteSender | None:
    """A row of Channels/Senders (`sender_id`) or of a service's ChannelSenders (`sender`)."""
    raw = field_of(row, "sender_id") or field_of(row, "sender")
    channel, address = split_channel(raw)
    status = field_of(row, "status")
    if channel is not Channel.WHATSAPP or not address or (status and not status.startswith(LIVE)):
        return None
    profile = row.get("profile")
    return RemoteSender(
        channel=channel,
        address=address,
        kind=SenderKind.WHATSAPP,
        country=field_of(row, "country_code") or number_country(address),
        label=field_of(profile, "name") if isinstance(profile, dict) else "",
        direction=SenderDirection.BOTH,
        provider_sid=field_of(row, "sid") or None,
    )


Reader = Callable[[Mapping[str, Any]], RemoteSender | None]
POOL: Sequence[tuple[str, str, Reader]] = (
    ("PhoneNumbers", "phone_numbers", read_number),
    ("ShortCodes", "short_codes", read_short_code),
    ("AlphaSenders", "alpha_senders", read_alpha),
    ("ChannelSenders", "senders", read_whatsapp),
)
