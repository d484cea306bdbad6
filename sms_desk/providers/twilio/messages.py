"""Twilio's message rows and answers as values of ours; what cannot be read is kept as poison.

The rows: https://www.twilio.com/docs/messaging/api/message-resource. Pure: no network here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sms_desk.domain.addresses import split_channel
from sms_desk.domain.model import Channel, DeliveryStatus, Direction
from sms_desk.providers.base import (
    Outcome,
    Page,
    Poison,
    RemoteMessage,
    SendResult,
)
from sms_desk.providers.http import Answer, NoAnswer
from sms_desk.providers.reading import api_error, parse_date

RAW_LIMIT = 16_000  # characters kept of an item that could not be read
EARLIEST, LATEST = 2000, 2200  # years outside are damage, not dates

WHATSAPP = "whatsapp:"
SID_FORM = re.compile(
    r"[A-Za-z0-9_-]{2,64}"
)  # Twilio: SM or MM and 32 hex digits; SignalWire: a UUID
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_CHANNEL = re.compile(r"[A-Za-z]+:")  # `rcs:`, `messenger:` …

STATUS: Mapping[str, DeliveryStatus] = {
    "accepted": DeliveryStatus.QUEUED,  # a Messaging Service has not chosen a sender yet
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
    "initiated": DeliveryStatus.QUEUED,  # SignalWire's word for it
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "canceled": DeliveryStatus.CANCELED,
    "receiving": DeliveryStatus.RECEIVED,
    "received": DeliveryStatus.RECEIVED,
}

# `outbound-call` is a text that a voice call sent (TwiML <Sms>), `outbound-reply` one that answered
# an incoming message by TwiML or by the opt-out service: no person wrote it.
DIRECTION: Mapping[str, tuple[Direction, bool]] = {
    "inbound": (Direction.INBOUND, False),
    "outbound-api": (Direction.OUTBOUND, False),
    "outbound-call": (Direction.OUTBOUND, True),
    "outbound-reply": (Direction.OUTBOUND, True),
}


class _UnreadableItem(ValueError):
    """Why an item cannot be a message, in words."""


def parse_page(payload: Mapping[str, Any], account_sid: str) -> Page:
    """A page of the message list. Never raises: what cannot be read is in `poison`."""
    rows = payload.get("messages")
    link = payload.get("next_page_uri")
    next_path = None if link is None or link == "" else text_of(link, or_else=json.dumps(link))
    if not isinstance(rows, list):
        poison = _poison(payload, "the page has no list of messages")
        return Page((), (poison,), next_path)
    items = [parse_message(row, account_sid) for row in rows]
    return Page(
        messages=[item for item in items if isinstance(item, RemoteMessage)],
        poison=[item for item in items if isinstance(item, Poison)],
        next_path=next_path,
    )


_SID = re.compile(r'"sid"\s*:\s*"([A-Za-z0-9_-]{2,64})"')
_NEXT = re.compile(r'"next_page_uri"\s*:\s*(null|"(?:[^"\\]|\\.)*")')


def parse_huge(head: str, tail: str) -> Page | None:
    """A page whose one row is too large to be read, of its first and last characters; None where
    they do not say what follows it.

    A name in quotation marks is never found inside a text: there its marks are escaped.
    """
    link = _NEXT.search(tail) or _NEXT.search(head)
    if link is None:
        return None
    sid = _SID.search(tail) or _SID.search(head)
    poison = Poison(sid[1] if sid else None, head[:RAW_LIMIT], "it is too large to be read")
    return Page((), (poison,), json.loads(link[1]) or None)


def parse_message(item: object, account_sid: str) -> RemoteMessage | Poison:
    """One message as the API shows it; Poison when it cannot be one, or is not this account's."""
    try:
        if not isinstance(item, dict):
            raise _UnreadableItem("it is not an object")
        return _message(item, account_sid)
    except _UnreadableItem as error:
        return _poison(item, str(error))


def _message(item: Mapping[str, Any], account_sid: str) -> RemoteMessage:
    sid = _sid(item)
    if not _is_own(item, account_sid):
        raise _UnreadableItem("it belongs to another account")
    direction, automatic = _direction(item)
    channel, sender, peer = _addresses(item, direction)
    sent_at = _date(item, "date_sent")
    status_text = text_of(item.get("status"))
    return RemoteMessage(
        sid=sid,
        channel=channel,
        direction=direction,
        automatic=automatic,
        sender_raw=sender,
        peer_raw=peer,
        body=_body(item),
        created_at=_created(item, sent_at),
        sent_at=sent_at,
        status=STATUS.get(status_text, DeliveryStatus.OTHER),
        status_text=status_text,
        error_code=_error_code(item),
        error_text=text_of(item.get("error_message")) or None,
        service_sid=text_of(item.get("messaging_service_sid")) or None,
        media_count=_count(item.get("num_media")),
        parts=_count(item.get("num_segments")) or None,  # "0" until a service has chosen a sender
        price=text_of(item.get("price")) or None,
        price_unit=text_of(item.get("price_unit")) or None,
    )


def _poison(item: object, why: str) -> Poison:
    sid = item.get("sid") if isinstance(item, dict) else None
    return Poison(
        sid=sid if isinstance(sid, str) and SID_FORM.fullmatch(sid) else None,
        raw=json.dumps(item)[:RAW_LIMIT],
        why=why,
    )


def _sid(item: Mapping[str, Any]) -> str:
    sid = item.get("sid")
    if not isinstance(sid, str) or not SID_FORM.fullmatch(sid):
        raise _UnreadableItem("it has no id")
    return sid


def _is_own(item: Mapping[str, Any], account_sid: str) -> bool:
    """The description lets `account_sid` be null; only another account's makes it foreign."""
    owner = item.get("account_sid")
    return owner in (None, "") or (
        isinstance(owner, str) and owner.casefold() == account_sid.casefold()
    )


def _direction(item: Mapping[str, Any]) -> tuple[Direction, bool]:
    word = text_of(item.get("direction"))
    if word not in DIRECTION:
        raise _UnreadableItem("its direction is unknown")
    return DIRECTION[word]


def _addresses(item: Mapping[str, Any], direction: Direction) -> tuple[Channel, str, str]:
    """Channel, our address and theirs, as sent. A prefix on either side names the channel."""
    origin_channel, origin = split_channel(text_of(item.get("from")))
    target_channel, target = split_channel(text_of(item.get("to")))
    whatsapp = Channel.WHATSAPP in (origin_channel, target_channel)
    if not whatsapp and (_OTHER_CHANNEL.match(origin) or _OTHER_CHANNEL.match(target)):
        raise _UnreadableItem("it came by a channel that this desk does not know")
    inbound = direction is Direction.INBOUND
    ours, theirs = (target, origin) if inbound else (origin, target)
    if not theirs or (inbound and not ours):
        raise _UnreadableItem("an address is missing")
    return Channel.WHATSAPP if whatsapp else Channel.SMS, ours, theirs


def join_address(channel: Channel, address: str) -> str:
    """An address as the API takes it."""
    return WHATSAPP + address if channel is Channel.WHATSAPP else address


def _body(item: Mapping[str, Any]) -> str:
    """The text, never null. Half surrogate pairs, which no store takes, become U+FFFD."""
    return text_of(item.get("body"))


def _created(item: Mapping[str, Any], sent_at: datetime | None) -> datetime:
    created = _date(item, "date_created") or sent_at or _date(item, "date_updated")
    if created is None:
        raise _UnreadableItem("it has no date")
    return created


def _date(item: Mapping[str, Any], name: str) -> datetime | None:
    """An RFC 2822 date; None where there is none or where it cannot be one (year 9999)."""
    value = item.get(name)
    return _moment(value) if isinstance(value, str) else None


@lru_cache(maxsize=512)
def _moment(text: str) -> datetime | None:
    """A message's three dates are mostly one, and neighbours share it."""
    moment = _plain_date(text) or parse_date(text)
    return moment if moment and EARLIEST <= moment.year < LATEST else None


_PLAIN = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) \+0000",
    re.ASCII,
)
_MONTHS = {
    name: n
    for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)  # noqa: SIM905
}


def _plain_date(text: str) -> datetime | None:
    """The one form that Twilio writes, a tenth of the time; None for any other, which `parse_date`
    may still read."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute, second = found.groups()
    try:
        return datetime(
            int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except (KeyError, ValueError):
        return None


def _error_code(item: Mapping[str, Any]) -> str | None:
    code = text_of(item.get("error_code"))
    return None if code in ("", "0") else code


def _count(value: object) -> int:
    """A count, given as text (Twilio) or as a number (SignalWire)."""
    text = text_of(value, or_else="")
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def text_of(value: object, *, or_else: str | None = None) -> str:
    """A value as text; null is empty. or_else: what stands for objects and lists."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if or_else is None:
        raise _UnreadableItem("a field is not text")
    return or_else


# --- What became of a send -------------------------------------------------------------------


def classify(answer: Answer | NoAnswer, account_sid: str) -> SendResult:
    """The table of algorithms §1.4: when it is not proved otherwise, it is in doubt."""
    if isinstance(answer, NoAnswer):
        return _without_answer(answer)
    if answer.status == 429:  # "never processed and always safe to retry"
        return _result(Outcome.NOT_SENT, "rate_limited", answer)
    if answer.status in (200, 201):
        return _accepted(answer, account_sid)
    if 400 <= answer.status < 500 and answer.status != 408 and _is_api_error(answer):
        return _result(Outcome.REFUSED, "refused", answer)
    return _result(Outcome.IN_DOUBT, f"http_{answer.status}", answer)


def _without_answer(answer: NoAnswer) -> SendResult:
    if answer.why == "not_text":
        text = "The text holds half a character, which no message can carry."
        return SendResult(Outcome.REFUSED, answer.why, text=text)
    outcome = Outcome.IN_DOUBT if answer.sent else Outcome.NOT_SENT
    return SendResult(outcome, answer.why)


def _accepted(answer: Answer, account_sid: str) -> SendResult:
    """Accepted, if the answer holds an id of this account; a portal's HTML with 200 does not."""
    fields = answer.fields
    if not fields:
        return _result(Outcome.IN_DOUBT, answer.fault or "no_sid", answer)
    if not _is_own(fields, account_sid):
        return _result(Outcome.IN_DOUBT, "foreign_account", answer)
    sid = fields.get("sid")
    if not isinstance(sid, str) or not SID_FORM.fullmatch(sid):
        return _result(Outcome.IN_DOUBT, "no_sid", answer)
    message = parse_message(fields, account_sid)
    return SendResult(
        Outcome.ACCEPTED,
        "accepted",
        message=message if isinstance(message, RemoteMessage) else None,
        sid=sid,
        server_date=answer.server_date,
    )


def _is_api_error(answer: Answer) -> bool:
    """Twilio's form: `{"code": 21211, "message": "…", "more_info": "…", "status": 400}`.

    A gateway's own `{"message": "Forbidden"}` is not, and says nothing about the message.
    """
    code, text = api_error(answer.fields)
    numbered = (isinstance(code, int) and not isinstance(code, bool)) or (
        isinstance(code, str) and code.isdecimal()  # SignalWire
    )
    return numbered and isinstance(text, str)


def _result(outcome: Outcome, why: str, answer: Answer) -> SendResult:
    code, text = api_error(answer.fields)
    return SendResult(
        outcome,
        why,
        code=text_of(code, or_else=""),
        text=text_of(text, or_else=""),
        server_date=answer.server_date,
        retry_after=answer.retry_after,
    )
