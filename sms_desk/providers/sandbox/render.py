"""The world as Twilio's JSON: the shapes of `twilio_api_v2010`, `twilio_messaging_v1`/`v2` and
`twilio_content_v1` (https://github.com/twilio/twilio-oai)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from sms_desk.domain.frozen import dataclass

from . import content as content_values
from .model import (
    Account,
    Media,
    Message,
    Number,
    Refusal,
    Service,
    ShortCode,
    Status,
    Template,
    WhatsAppSender,
)
from .rules import DELIVERY_ERRORS, segments

Json = dict[str, Any]
VERSION = "2010-04-01"
FOUNDED = datetime(2024, 1, 1, tzinfo=UTC)  # when the account's resources were made


def rfc2822(moment: datetime | None) -> str | None:
    """A time as the 2010 API writes it: `Fri, 24 May 2019 17:18:27 +0000`, whole seconds."""
    return format_datetime(moment.astimezone(UTC)) if moment else None


def iso(moment: datetime) -> str:
    """A time as the younger APIs write it: `2015-07-30T20:12:31Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def error(refusal: Refusal) -> Json:
    return {
        "code": refusal.code,
        "message": refusal.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }


# --- api.twilio.com, 2010-04-01 -----------------------------------------------------------


def _base(account: Account) -> str:
    return f"/{VERSION}/Accounts/{account.sid}"


def account(value: Account) -> Json:
    base = _base(value)
    names = ("Messages", "IncomingPhoneNumbers", "Balance")
    return {
        "auth_token": value.auth_token,
        "date_created": rfc2822(FOUNDED),
        "date_updated": rfc2822(FOUNDED),
        "friendly_name": value.friendly_name,
        "owner_account_sid": value.sid,
        "sid": value.sid,
        "status": "active",
        "subresource_uris": {name.lower(): f"{base}/{name}.json" for name in names},
        "type": "Full",
        "uri": f"{base}.json",
    }


def balance(value: Account) -> Json:
    return {"account_sid": value.sid, "balance": "100.00", "currency": "USD"}


def message(value: Message, owner: Account) -> Json:
    uri = f"{_base(owner)}/Messages/{value.sid}"
    priced = value.sent is not None and value.status is not Status.FAILED
    return {
        "account_sid": owner.sid,
        "api_version": VERSION,
        "body": value.body,
        "date_created": rfc2822(value.created),
        "date_sent": rfc2822(value.sent),
        "date_updated": rfc2822(value.updated),
        "direction": value.direction.value,
        "error_code": value.error_code,
        "error_message": DELIVERY_ERRORS.get(value.error_code) if value.error_code else None,
        "from": value.sender or None,
        "messaging_service_sid": value.service_sid or None,
        "num_media": str(len(value.media)),
        "num_segments": str(segments(value.body)) if value.sender else "0",
        "price": "-0.00790" if priced else None,
        "price_unit": "USD",
        "sid": value.sid,
        "status": value.status.value,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
        "to": value.to,
        "uri": f"{uri}.json",
    }


def media(value: Media, parent: str, owner: Account) -> Json:
    return {
        "account_sid": owner.sid,
        "content_type": value.content_type,
        "date_created": rfc2822(value.created),
        "date_updated": rfc2822(value.created),
        "parent_sid": parent,
        "sid": value.sid,
        "uri": f"{_base(owner)}/Messages/{parent}/Media/{value.sid}.json",
    }


def number(value: Number, owner: Account) -> Json:
    return {
        "account_sid": owner.sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": value.mms, "fax": False},
        "date_created": rfc2822(FOUNDED),
        "date_updated": rfc2822(FOUNDED),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": value.name,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": value.address,
        "sid": value.sid,
        "sms_application_sid": None,
        **_webhooks("sms"),
        "status": "in-use",
        "status_callback": None,
        "status_callback_method": "POST",
        "trunk_sid": None,
        "type": "local",
        "uri": f"{_base(owner)}/IncomingPhoneNumbers/{value.sid}.json",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        **_webhooks("voice"),
    }


def _webhooks(kind: str) -> Json:
    return {
        f"{kind}_fallback_method": "POST",
        f"{kind}_fallback_url": None,
        f"{kind}_method": "POST",
        f"{kind}_url": None,
    }


def short_code(value: ShortCode, owner: Account) -> Json:
    return {
        "account_sid": owner.sid,
        "api_version": VERSION,
        "date_created": rfc2822(FOUNDED),
        "date_updated": rfc2822(FOUNDED),
        "friendly_name": value.name,
        "short_code": value.code,
        "sid": value.sid,
        **_webhooks("sms"),
        "uri": f"{_base(owner)}/SMS/ShortCodes/{value.sid}.json",
    }


# --- messaging.twilio.com and content.twilio.com -------------------------------------------


def service(value: Service, owner: Account, origin: str) -> Json:
    url = f"{origin}/v1/Services/{value.sid}"
    return {
        "account_sid": owner.sid,
        "area_code_geomatch": True,
        "date_created": iso(FOUNDED),
        "date_updated": iso(FOUNDED),
        "fallback_method": "POST",
        "fallback_to_long_code": True,
        "fallback_url": None,
        "friendly_name": value.name,
        "inbound_method": "POST",
        "inbound_request_url": None,
        "links": {
            "phone_numbers": f"{url}/PhoneNumbers",
            "short_codes": f"{url}/ShortCodes",
            "alpha_senders": f"{url}/AlphaSenders",
            "channel_senders": f"{url}/ChannelSenders",
        },
        "mms_converter": True,
        "scan_message_content": "inherit",
        "sid": value.sid,
        "smart_encoding": False,
        "status_callback": None,
        "sticky_sender": True,
        "synchronous_validation": False,
        "url": url,
        "us_app_to_person_registered": True,
        "use_inbound_webhook_on_number": False,
        "usecase": "marketing",
        "validity_period": 14_400,
    }


def _pool_entry(sid: str, kind: str, pool: Service, owner: Account, origin: str) -> Json:
    return {
        "account_sid": owner.sid,
        "date_created": iso(FOUNDED),
        "date_updated": iso(FOUNDED),
        "service_sid": pool.sid,
        "sid": sid,
        "url": f"{origin}/v1/Services/{pool.sid}/{kind}/{sid}",
    }


def service_number(value: Number, pool: Service, owner: Account, origin: str) -> Json:
    country = "US" if value.address.startswith("+1") else "GB"
    return {
        **_pool_entry(value.sid, "PhoneNumbers", pool, owner, origin),
        "capabilities": ["SMS", "MMS"] if value.mms else ["SMS"],
        "country_code": country,
        "phone_number": value.address,
    }


def service_short_code(value: ShortCode, pool: Service, owner: Account, origin: str) -> Json:
    return {
        **_pool_entry(value.sid, "ShortCodes", pool, owner, origin),
        "capabilities": ["SMS"],
        "country_code": value.country,
        "short_code": value.code,
    }


def alpha_sender(pool: Service, owner: Account, origin: str) -> Json:
    return {
        **_pool_entry(pool.alpha_sid, "AlphaSenders", pool, owner, origin),
        "alpha_sender": pool.alpha,
        "capabilities": ["SMS"],
    }


def channel_sender(value: WhatsAppSender, pool: Service, owner: Account, origin: str) -> Json:
    entry = _pool_entry(value.sid, "ChannelSenders", pool, owner, origin)
    entry["messaging_service_sid"] = entry.pop("service_sid")
    return {**entry, "country_code": "GB", "sender": value.address, "sender_type": "WhatsApp"}


def whatsapp_sender(value: WhatsAppSender, origin: str) -> Json:
    return {
        "configuration": {"waba_id": "100000000000000"},
        "offline_reasons": None,
        "profile": {"name": value.name},
        "properties": {"quality_rating": "HIGH", "messaging_limit": "10K Customers/24hr"},
        "sender_id": value.address,
        "sid": value.sid,
        "status": "ONLINE",
        "url": f"{origin}/v2/Channels/Senders/{value.sid}",
        "webhook": {"callback_url": None, "callback_method": "POST"},
    }


def content(value: Template, owner: Account, origin: str) -> Json:
    url = f"{origin}/v1/Content/{value.sid}"
    return {
        **_content_base(value, owner),
        "links": {"approval_fetch": f"{url}/ApprovalRequests"},
        "url": url,
    }


def _content_base(value: Template, owner: Account) -> Json:
    return {
        "account_sid": owner.sid,
        "date_created": iso(FOUNDED),
        "date_updated": iso(FOUNDED),
        "friendly_name": value.name,
        "language": value.language,
        "sid": value.sid,
        "types": content_values.types(value),
        "variables": dict(value.variables),
    }


def content_and_approvals(value: Template, owner: Account) -> Json:
    return {**_content_base(value, owner), "approval_requests": content_values.approval(value)}


def approval(value: Template, owner: Account, origin: str) -> Json:
    return {
        "account_sid": owner.sid,
        "sid": value.sid,
        "url": f"{origin}/v1/Content/{value.sid}/ApprovalRequests",
        "whatsapp": {"type": "whatsapp", **content_values.approval(value)},
    }


# --- pages --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageOf:
    """One page of a list. query: the filters that its links repeat; next_token: "" at the end."""

    path: str
    query: Mapping[str, str]
    size: int
    number: int
    next_token: str
    rows: Sequence[Json]

    def link(self, number: int, token: str = "") -> str:
        words = {**self.query, "PageSize": str(self.size), "Page": str(number)}
        if token:
            words["PageToken"] = token
        return f"{self.path}?{urlencode(words)}"

    @property
    def next_link(self) -> str | None:
        return self.link(self.number + 1, self.next_token) if self.next_token else None


def page_2010(key: str, page: PageOf) -> Json:
    """A list of the 2010 API: relative links beside the rows."""
    start = page.number * page.size
    return {
        "end": start + max(len(page.rows) - 1, 0),
        "first_page_uri": page.link(0),
        key: list(page.rows),
        "next_page_uri": page.next_link,
        "page": page.number,
        "page_size": page.size,
        "previous_page_uri": None,
        "start": start,
        "uri": page.link(page.number),
    }


def page_meta(key: str, page: PageOf, origin: str) -> Json:
    """A list of the younger APIs: absolute links under `meta`."""
    following = page.next_link
    return {
        key: list(page.rows),
        "meta": {
            "first_page_url": origin + page.link(0),
            "key": key,
            "next_page_url": origin + following if following else None,
            "page": page.number,
            "page_size": page.size,
            "previous_page_url": None,
            "url": origin + page.link(page.number),
        },
    }
