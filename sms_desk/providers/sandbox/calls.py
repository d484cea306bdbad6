"""One API call, taken apart: its path, query, form and credentials."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs

from starlette.requests import Request

from sms_desk.domain.frozen import dataclass

from .model import Account, Filter, SendRequest
from .rules import refusal

MAX_PAGE = 1000
DEFAULT_PAGE = 50


@dataclass(frozen=True, slots=True)
class Call:
    """path: the route's parameters; query and form: every value of each name; origin: our URL."""

    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    form: Mapping[str, list[str]]
    authorization: str
    url_path: str
    origin: str

    @classmethod
    async def read(cls, request: Request) -> Call:
        """Raises a refusal when the query or the form is not UTF-8."""
        try:
            query = parse_qs(request.url.query, keep_blank_values=True, errors="strict")
            body = (await request.body()).decode()
            form = parse_qs(body, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise refusal(20001) from None
        return cls(
            path=request.path_params,
            query=query,
            form=form,
            authorization=request.headers.get("Authorization", ""),
            url_path=request.url.path,
            origin=str(request.base_url).rstrip("/"),
        )

    def asked(self, name: str) -> str:
        """A query parameter, "" when absent."""
        return self.query.get(name, [""])[-1]

    def given(self, name: str) -> str:
        """A form field, "" when absent."""
        return self.form.get(name, [""])[-1]

    @property
    def to(self) -> str:
        return self.given("To") or self.asked("To")

    @property
    def page_size(self) -> int:
        return _whole(self.asked("PageSize"), DEFAULT_PAGE, 1, MAX_PAGE)

    @property
    def page_number(self) -> int:
        """Only client state at Twilio; here a number without its token is refused, so that a
        client which computes pages instead of following links is found out."""
        number = _whole(self.asked("Page"), 0, 0, 1_000_000)
        if number and not self.asked("PageToken"):
            raise refusal(20001)
        return number

    def filters(self) -> dict[str, str]:
        """The query without its paging, for the links of a page."""
        paging = ("PageSize", "Page", "PageToken")
        return {name: values[-1] for name, values in self.query.items() if name not in paging}


def credentials(call: Call) -> tuple[str, str]:
    """Name and secret of Basic authentication; two empty strings when there are none."""
    scheme, _, encoded = call.authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def authenticate(call: Call, account: Account, *, main_only: bool = False) -> None:
    """Refuse a wrong secret, or another account's path, with 401. main_only: no API keys either."""
    accepted = {(account.sid, account.auth_token)}
    if not main_only:
        accepted.add((account.key_sid, account.key_secret))
    asked_for = call.path.get("account", account.sid)
    if credentials(call) not in accepted or asked_for != account.sid:
        raise refusal(20003, 401)


def send_request(call: Call) -> SendRequest:
    """The create call's form. Numbers are taken with spaces, dashes and brackets, as at Twilio."""
    return SendRequest(
        to=_compact(call.given("To")),
        sender=call.given("From"),
        body=call.given("Body"),
        service_sid=call.given("MessagingServiceSid"),
        media=tuple(call.form.get("MediaUrl", ())),
        content_sid=call.given("ContentSid"),
        content_variables=call.given("ContentVariables"),
        validity=_whole(call.given("ValidityPeriod"), 36_000, 1, 36_000),
        send_at=_moment(call.given("SendAt")) if call.given("ScheduleType") == "fixed" else None,
    )


def message_filter(call: Call) -> Filter:
    """The list call's filters. A date alone means the whole GMT day; both ends are inclusive.

    `DateSent` itself is always a day: the official client adds midnight to it.
    """
    day = _day(call.asked("DateSent")[: len("2026-01-31")])
    since = _day(call.asked("DateSent>"))
    until = _day(call.asked("DateSent<"))
    return Filter(
        to=call.asked("To"),
        sender=call.asked("From"),
        sent_from=(since or day or (None, None))[0],
        sent_until=(until or day or (None, None))[1],
    )


def _compact(address: str) -> str:
    return address.translate(str.maketrans("", "", " -().")) if "+" in address else address


def _whole(text: str, default: int, least: int, most: int) -> int:
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= most:
        raise refusal(20001)
    return int(text)


def _day(text: str) -> tuple[datetime, datetime] | None:
    """First and last instant that a date filter means, or None when it is absent."""
    if not text:
        return None
    start = _moment(text)
    if len(text) > len("2026-01-31"):
        return start, start
    return start, start + timedelta(days=1) - timedelta(microseconds=1)


def _moment(text: str) -> datetime:
    """A date or time in ISO 8601 or RFC 2822, GMT unless it says otherwise."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise refusal(20001)
