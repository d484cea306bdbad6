"""Twilio: SMS, MMS and WhatsApp by its 2010 API; SignalWire speaks the same at its own address.

The API: https://www.twilio.com/docs/messaging/api/message-resource. SignalWire's copy of it:
https://signalwire.com/docs/compatibility-api/rest/overview. What a provider really does, where it
differs from its pages, stands beside the code that copes with it.
"""

from __future__ import annotations

import csv
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

import phonenumbers

from sms_desk.domain.addresses import split_channel
from sms_desk.domain.errors import (
    CredentialError,
    NotFoundError,
    ProviderRefusal,
    ProviderUnreachable,
    UsageError,
)
from sms_desk.domain.model import Channel, DeliveryStatus, Direction, SenderDirection, SenderKind
from sms_desk.providers.base import (
    Capabilities,
    Credential,
    Directory,
    ErrorWords,
    Idempotency,
    Inbound,
    Outcome,
    Outgoing,
    Page,
    Poison,
    RemoteMedia,
    RemoteMessage,
    RemoteSender,
    RemoteService,
    SendResult,
)
from sms_desk.providers.http import (
    Answer,
    ApiClient,
    HttpOptions,
    NoAnswer,
    check_base_url,
    parse_date,
)
from sms_desk.settings.resources import resource_path

API = "https://api.twilio.com"
MESSAGING = "https://messaging.twilio.com"
VERSION = "/2010-04-01"

VALIDITY_S = 4 * 3600  # a doubtful message must not surface tomorrow (algorithms §1.4)
PAGE_LIMIT = 1000  # the API's own upper limit of PageSize
DIRECTORY_PAGES = 200
RAW_LIMIT = 16_000  # characters kept of an item that could not be read
EARLIEST, LATEST = 2000, 2200  # years outside are damage, not dates

# --- Reading messages ------------------------------------------------------------------------

WHATSAPP = "whatsapp:"
_SID = re.compile(r"[A-Za-z0-9_-]{2,64}")  # Twilio: SM or MM and 32 hex digits; SignalWire: a UUID
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_CHANNEL = re.compile(r"[A-Za-z]+:")  # `rcs:`, `messenger:` …

STATUS: Mapping[str, DeliveryStatus] = {
    "accepted": DeliveryStatus.QUEUED,  # a Messaging Service has not chosen a sender yet
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
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
    next_path = None if link is None or link == "" else _text(link, or_else=json.dumps(link))
    if not isinstance(rows, list):
        poison = _poison(payload, "the page has no list of messages")
        return Page((), (poison,), next_path)
    items = [parse_message(row, account_sid) for row in rows]
    return Page(
        messages=[item for item in items if isinstance(item, RemoteMessage)],
        poison=[item for item in items if isinstance(item, Poison)],
        next_path=next_path,
    )


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
    status_text = _text(item.get("status"))
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
        error_text=_text(item.get("error_message")) or None,
        service_sid=_text(item.get("messaging_service_sid")) or None,
        media_count=_count(item.get("num_media")),
        parts=_count(item.get("num_segments")) or None,  # "0" until a service has chosen a sender
        price=_text(item.get("price")) or None,
        price_unit=_text(item.get("price_unit")) or None,
    )


def _poison(item: object, why: str) -> Poison:
    sid = item.get("sid") if isinstance(item, dict) else None
    return Poison(
        sid=sid if isinstance(sid, str) and _SID.fullmatch(sid) else None,
        raw=json.dumps(item)[:RAW_LIMIT],
        why=why,
    )


def _sid(item: Mapping[str, Any]) -> str:
    sid = item.get("sid")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise _UnreadableItem("it has no id")
    return sid


def _is_own(item: Mapping[str, Any], account_sid: str) -> bool:
    """The description lets `account_sid` be null; only another account's makes it foreign."""
    owner = item.get("account_sid")
    return owner in (None, "") or (
        isinstance(owner, str) and owner.casefold() == account_sid.casefold()
    )


def _direction(item: Mapping[str, Any]) -> tuple[Direction, bool]:
    word = _text(item.get("direction"))
    if word not in DIRECTION:
        raise _UnreadableItem("its direction is unknown")
    return DIRECTION[word]


def _addresses(item: Mapping[str, Any], direction: Direction) -> tuple[Channel, str, str]:
    """Channel, our address and theirs, as sent. A prefix on either side names the channel."""
    origin_channel, origin = split_channel(_text(item.get("from")))
    target_channel, target = split_channel(_text(item.get("to")))
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
    return _text(item.get("body"))


def _created(item: Mapping[str, Any], sent_at: datetime | None) -> datetime:
    created = _date(item, "date_created") or sent_at or _date(item, "date_updated")
    if created is None:
        raise _UnreadableItem("it has no date")
    return created


def _date(item: Mapping[str, Any], name: str) -> datetime | None:
    """An RFC 2822 date; None where there is none or where it cannot be one (year 9999)."""
    value = item.get(name)
    moment = parse_date(value) if isinstance(value, str) else None
    return moment if moment and EARLIEST <= moment.year < LATEST else None


def _error_code(item: Mapping[str, Any]) -> str | None:
    code = _text(item.get("error_code"))
    return None if code in ("", "0") else code


def _count(value: object) -> int:
    """A count, given as text (Twilio) or as a number (SignalWire)."""
    text = _text(value, or_else="")
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _text(value: object, *, or_else: str | None = None) -> str:
    """A value as text; null is empty. or_else: what stands for objects and lists."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
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
    if 400 <= answer.status < 500 and answer.status != 408 and _is_api_error(answer.fields):
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
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        return _result(Outcome.IN_DOUBT, "no_sid", answer)
    message = parse_message(fields, account_sid)
    return SendResult(
        Outcome.ACCEPTED,
        "accepted",
        message=message if isinstance(message, RemoteMessage) else None,
        sid=sid,
        server_date=answer.server_date,
    )


def _is_api_error(fields: Mapping[str, Any]) -> bool:
    """Twilio's form: `{"code": 21211, "message": "…", "more_info": "…", "status": 400}`.

    A gateway's own `{"message": "Forbidden"}` is not, and says nothing about the message.
    """
    code = fields.get("code")
    numbered = (isinstance(code, int) and not isinstance(code, bool)) or (
        isinstance(code, str) and code.isdecimal()  # SignalWire
    )
    return numbered and isinstance(fields.get("message"), str)


def _result(outcome: Outcome, why: str, answer: Answer) -> SendResult:
    return SendResult(
        outcome,
        why,
        code=_text(answer.fields.get("code"), or_else=""),
        text=_text(answer.fields.get("message"), or_else=""),
        server_date=answer.server_date,
        retry_after=answer.retry_after,
    )


# --- Senders ---------------------------------------------------------------------------------

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


def _number_sender(row: Mapping[str, Any]) -> RemoteSender | None:
    """A number that can text. Twilio's voice-only numbers are no sender IDs."""
    address = _text(row.get("phone_number"), or_else="")
    if not address or not _can_text(row.get("capabilities")):
        return None
    return RemoteSender(
        channel=Channel.SMS,
        address=address,
        kind=number_kind(address),
        country=_text(row.get("country_code"), or_else="") or number_country(address),
        label=_text(row.get("friendly_name"), or_else=""),
        direction=SenderDirection.BOTH,
        provider_sid=_text(row.get("sid"), or_else="") or None,
    )


def _can_text(capabilities: object) -> bool:
    """`{"sms": true, …}` (2010 API), `["SMS", …]` (Messaging Services, often empty), any case."""
    if isinstance(capabilities, dict):
        return any(bool(on) for name, on in capabilities.items() if name.lower() in ("sms", "mms"))
    return True


def _short_code_sender(row: Mapping[str, Any]) -> RemoteSender | None:
    address = _text(row.get("short_code"), or_else="")
    if not address:
        return None
    return RemoteSender(
        channel=Channel.SMS,
        address=address,
        kind=SenderKind.SHORT_CODE,
        country=_text(row.get("country_code"), or_else=""),
        label=_text(row.get("friendly_name"), or_else=""),
        direction=SenderDirection.BOTH,
        provider_sid=_text(row.get("sid"), or_else="") or None,
    )


def _alpha_sender(row: Mapping[str, Any]) -> RemoteSender | None:
    """A name instead of a number: the contact cannot answer it."""
    address = _text(row.get("alpha_sender"), or_else="")
    if not address:
        return None
    return RemoteSender(
        channel=Channel.SMS,
        address=address,
        kind=SenderKind.ALPHANUMERIC,
        country="",
        label=address,
        direction=SenderDirection.OUTGOING,
        provider_sid=_text(row.get("sid"), or_else="") or None,
    )


def _whatsapp_sender(row: Mapping[str, Any]) -> RemoteSender | None:
    """A row of Channels/Senders (`sender_id`) or of a service's ChannelSenders (`sender`)."""
    raw = _text(row.get("sender_id") or row.get("sender"), or_else="")
    channel, address = split_channel(raw)
    status = _text(row.get("status"), or_else="")
    if channel is not Channel.WHATSAPP or not address or (status and not status.startswith(LIVE)):
        return None
    profile = row.get("profile")
    return RemoteSender(
        channel=channel,
        address=address,
        kind=SenderKind.WHATSAPP,
        country=_text(row.get("country_code"), or_else="") or number_country(address),
        label=_text(profile.get("name"), or_else="") if isinstance(profile, dict) else "",
        direction=SenderDirection.BOTH,
        provider_sid=_text(row.get("sid"), or_else="") or None,
    )


_Reader = Callable[[Mapping[str, Any]], RemoteSender | None]
_POOL: Sequence[tuple[str, str, _Reader]] = (
    ("PhoneNumbers", "phone_numbers", _number_sender),
    ("ShortCodes", "short_codes", _short_code_sender),
    ("AlphaSenders", "alpha_senders", _alpha_sender),
    ("ChannelSenders", "senders", _whatsapp_sender),
)


# --- The provider ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dialect:
    """How far a provider speaks Twilio's API.

    never_listed: kinds of sender that its API does not list at all, in words.
    smart_encoded: knows the `SmartEncoded` field.
    """

    name: str
    label: str
    channels: frozenset[Channel]
    never_listed: Sequence[str] = ()
    smart_encoded: bool = True


TWILIO = Dialect("twilio", "Twilio", frozenset(Channel))
SIGNALWIRE = Dialect(
    "signalwire",
    "SignalWire",
    frozenset({Channel.SMS}),
    never_listed=("short codes", "number groups"),
    smart_encoded=False,
)


class TwilioProvider:
    """One account, spoken to in Twilio's language. May be used by several threads.

    api, messaging: base URLs; the same where one base URL replaces all of Twilio's hosts.
    """

    def __init__(
        self,
        credential: Credential,
        *,
        dialect: Dialect = TWILIO,
        api: str = API,
        messaging: str = MESSAGING,
        options: HttpOptions | None = None,
    ) -> None:
        self.name = dialect.name
        self.capabilities = Capabilities(
            channels=dialect.channels,
            inbound=Inbound.TIME_WINDOW_LIST,
            idempotency=Idempotency.NONE,
            uploads=False,
            lists_senders=True,
            read_receipts=dialect.channels & {Channel.WHATSAPP},
        )
        self._dialect = dialect
        self._api = check_base_url(api)
        self._messaging = check_base_url(messaging)
        self._account_sid = credential.account_sid
        self._account = f"{self._api}{VERSION}/Accounts/{quote(credential.account_sid, safe='')}"
        self._client = ApiClient(
            [self._api, self._messaging],
            user=credential.user,
            secret=credential.secret,
            provider=dialect.label,
            options=options,
        )

    def test(self) -> None:
        """Ask for one message: a standard API key may not read the account itself.

        https://www.twilio.com/docs/iam/api-keys
        """
        self._page(f"{self._account}/Messages.json", [("PageSize", "1")], "test")

    def list_messages(
        self,
        *,
        page_size: int,
        since: date | None = None,
        until: date | None = None,
        to: tuple[Channel, str] | None = None,
        sender: tuple[Channel, str] | None = None,
    ) -> Page:
        """First page, newest first. Days are UTC and both included; the day after `until` may be too.

        `DateSent<=` means "on or before midnight" of that day, which its pages read both ways; a
        day more costs a few repeats, a day less a gap. A date filter leaves out rows without a
        sent date.
        """
        params = [("PageSize", str(min(max(page_size, 1), PAGE_LIMIT)))]
        if since:
            params.append(("DateSent>", since.isoformat()))
        if until:
            params.append(("DateSent<", (until + timedelta(days=1)).isoformat()))
        if to:
            params.append(("To", join_address(*to)))
        if sender:
            params.append(("From", join_address(*sender)))
        return self._page(f"{self._account}/Messages.json", params, "list messages")

    def next_page(self, path: str) -> Page:
        return self._page(self._absolute(self._api, path), (), "next page")

    def fetch_message(self, sid: str) -> RemoteMessage:
        row = self._client.get(self._message_url(sid) + ".json", what="fetch message")
        message = parse_message(row, self._account_sid)
        if isinstance(message, Poison):
            self._unreadable(f"a message that cannot be read: {message.why}")
        return message

    def list_media(self, message_sid: str) -> Sequence[RemoteMedia]:
        url = f"{self._message_url(message_sid)}/Media.json"
        rows = self._rows(url, "media_list", "list media")
        path = urlsplit(self._message_url(message_sid)).path
        return [
            RemoteMedia(sid, _text(row.get("content_type"), or_else=""), f"{path}/Media/{sid}")
            for row in rows
            if _SID.fullmatch(sid := _text(row.get("sid"), or_else=""))
        ]

    def fetch_media(self, path: str, *, limit: int) -> tuple[str, bytes]:
        """The content lies at the resource's address without `.json`, behind redirects elsewhere.

        https://www.twilio.com/docs/messaging/api/media-resource
        """
        url = self._absolute(self._api, path)
        if not self._client.owns(url):
            raise ProviderRefusal(
                "The attachment's address is not on the provider's host.",
                "It stays with the provider.",
                code="media_host",
            )
        return self._client.download(url, limit=limit)

    def directory(self) -> Directory:
        """All senders and services that this key may list; raises CredentialError if it may nothing."""
        found: dict[tuple[Channel, str], RemoteSender] = {}
        services: list[RemoteService] = []
        unlisted = list(self._dialect.never_listed)
        for words, step in self._directory_steps(found, services):
            try:
                step()
            except (CredentialError, ProviderRefusal, NotFoundError):
                unlisted.append(words)
        if not found and not services:
            self.test()
        return Directory(list(found.values()), services, unlisted)

    def send(self, message: Outgoing) -> SendResult:
        url = f"{self._account}/Messages.json"
        return classify(self._client.post(url, self._form(message), what="send"), self._account_sid)

    def describe(self, code: str, text: str = "") -> ErrorWords:
        return describe(code, text)

    def close(self) -> None:
        self._client.close()

    # -- how ----------------------------------------------------------------------------------

    def _form(self, message: Outgoing) -> list[tuple[str, str]]:
        """The fields of a create call. `ShortenUrls` stays unset: the text arrives as written."""
        form = [("To", join_address(message.channel, message.to))]
        if message.sender:
            form.append(("From", join_address(message.channel, message.sender)))
        if message.service_sid:
            form.append(("MessagingServiceSid", message.service_sid))
        if message.content_sid:
            form.append(("ContentSid", message.content_sid))
            if message.content_variables:
                variables = json.dumps(dict(message.content_variables), ensure_ascii=False)
                form.append(("ContentVariables", variables))
        elif message.body:
            form.append(("Body", message.body))
        if message.channel is Channel.SMS:
            form.append(("ValidityPeriod", str(VALIDITY_S)))
            if self._dialect.smart_encoded:
                form.append(("SmartEncoded", "false"))
        return form

    def _page(self, url: str, params: Sequence[tuple[str, str]], what: str) -> Page:
        payload = self._client.get(url, params, what=what)
        if "messages" not in payload:
            self._unreadable("a list without messages")
        return parse_page(payload, self._account_sid)

    def _message_url(self, sid: str) -> str:
        return f"{self._account}/Messages/{quote(sid, safe='')}"

    def _rows(self, url: str, key: str, what: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """The objects of a list, all pages of it; the two generations of the API name links apart."""
        seen: set[str] = set()
        host = self._messaging if url.startswith(self._messaging) else self._api
        params: Sequence[tuple[str, str]] = [*query.items(), ("PageSize", "100")]
        while url not in seen and len(seen) < DIRECTORY_PAGES:
            seen.add(url)
            payload = self._client.get(url, params, what=what)
            rows = payload.get(key)
            yield from (row for row in rows or () if isinstance(row, dict))
            meta = payload.get("meta")
            link = meta.get("next_page_url") if isinstance(meta, dict) else None
            link = link or payload.get("next_page_uri")
            if not isinstance(link, str) or not link:
                return
            url, params = self._absolute(host, link), ()

    def _directory_steps(
        self, found: dict[tuple[Channel, str], RemoteSender], services: list[RemoteService]
    ) -> Iterator[tuple[str, Callable[[], None]]]:
        """Each kind of sender in words, and the call that adds its rows to `found`."""

        def collect(url: str, key: str, read: _Reader, **query: str) -> None:
            for row in self._rows(url, key, f"list {key}", **query):
                if sender := read(row):
                    found.setdefault((sender.channel, sender.address), sender)

        def collect_services() -> None:
            for row in self._rows(f"{self._messaging}/v1/Services", "services", "list services"):
                if sid := _text(row.get("sid"), or_else=""):
                    services.append(self._service(sid, row, found))

        numbers = f"{self._account}/IncomingPhoneNumbers.json"
        yield "numbers", lambda: collect(numbers, "incoming_phone_numbers", _number_sender)
        if self._dialect is not TWILIO:
            return
        codes = f"{self._account}/SMS/ShortCodes.json"
        yield "short codes", lambda: collect(codes, "short_codes", _short_code_sender)
        channels = f"{self._messaging}/v2/Channels/Senders"
        yield (
            "WhatsApp senders",
            lambda: collect(channels, "senders", _whatsapp_sender, Channel="whatsapp"),
        )
        yield "Messaging Services", collect_services

    def _service(
        self,
        sid: str,
        row: Mapping[str, Any],
        found: dict[tuple[Channel, str], RemoteSender],
    ) -> RemoteService:
        """A service and its pool; alphanumeric senders are listed nowhere else."""
        pool: set[tuple[Channel, str]] = set()
        for name, key, read in _POOL:
            url = f"{self._messaging}/v1/Services/{quote(sid, safe='')}/{name}"
            for entry in self._rows(url, key, f"list {key} of a service"):
                if sender := read(entry):
                    found.setdefault((sender.channel, sender.address), sender)
                    pool.add((sender.channel, sender.address))
        return RemoteService(sid, _text(row.get("friendly_name"), or_else=""), frozenset(pool))

    def _absolute(self, host: str, link: str) -> str:
        """The URL that a link of the API means: `/2010-04-01/…`, or one of Twilio's own hosts.

        A base URL replaces Twilio's hosts in links too. Any other host stays as it is, and the
        client refuses it.
        """
        for known, own in ((API, self._api), (MESSAGING, self._messaging)):
            if link.startswith(f"{known}/"):
                host, link = own, link.removeprefix(known)
        if not link.startswith("/") or link.startswith("//"):
            return link
        prefix = urlsplit(host).path
        if prefix and link.startswith(f"{prefix}/"):  # SignalWire's links hold its `/api/laml`
            return host.removesuffix(prefix) + link
        return host + link

    def _unreadable(self, what: str) -> NoReturn:
        raise ProviderUnreachable(
            f"{self._dialect.label} sent {what}.",
            "Check the base URL of the account; the desk tries again by itself.",
        )


# --- Errors in words -------------------------------------------------------------------------


@functools.cache
def error_words() -> Mapping[str, ErrorWords]:
    """The codes that a rep meets, in plain words (`resources/providers/twilio_errors.csv`)."""
    with resource_path("providers", "twilio_errors.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: ErrorWords(row["title"], row["next_step"]) for row in csv.DictReader(file)
        }


def describe(code: str, text: str = "") -> ErrorWords:
    """A code in plain words and what to do; unknown codes show the provider's own text."""
    if words := error_words().get(code):
        return words
    title = text or (
        f"The provider reported error {code}." if code else "The provider gave no reason."
    )
    page = f"See https://www.twilio.com/docs/api/errors/{code}." if code.isdecimal() else ""
    return ErrorWords(title, page, known=False)


# --- Making one ------------------------------------------------------------------------------


def make_twilio(credential: Credential, *, base_url: str | None = None) -> TwilioProvider:
    """Twilio itself, or whatever answers at `base_url` for all of its hosts."""
    if base_url is None:
        return TwilioProvider(credential)
    return TwilioProvider(credential, api=base_url, messaging=base_url)


def make_signalwire(credential: Credential, *, base_url: str | None = None) -> TwilioProvider:
    """A SignalWire space: `https://<space>.signalwire.com`, its API under `/api/laml`.

    https://signalwire.com/docs/compatibility-api/rest/overview
    """
    if base_url is None:
        raise UsageError(
            "SignalWire needs the address of your space.",
            "Give it as --base-url https://your-space.signalwire.com",
        )
    base = check_base_url(base_url)
    if not urlsplit(base).path:
        base += "/api/laml"
    return TwilioProvider(credential, dialect=SIGNALWIRE, api=base, messaging=base)
