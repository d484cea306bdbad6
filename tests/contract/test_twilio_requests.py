"""Every request that we send fits Twilio's own OpenAPI description, and names nothing unknown to it.

Validators let a misspelt field pass, so each parameter's name is looked up as well. Where the
description is not to be had, this module is skipped and says so.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from openapi_core.exceptions import OpenAPIError

from sms_desk.domain.errors import DeskError
from sms_desk.domain.model import Channel
from sms_desk.providers.base import Credential, Outgoing
from sms_desk.providers.twilio import TwilioProvider
from tests.fixtures import raw_server as raw
from tests.fixtures.openapi import HOST, description
from tests.fixtures.raw_server import raw_server

VENDOR = description()

ACCOUNT = "AC" + "0a" * 16
MESSAGE = "SM" + "0b" * 16
SERVICE = "MG" + "0c" * 16
TEMPLATE = "HX" + "0d" * 16
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
LINE, CUSTOMER = "+12025550101", "+12025550171"

NEXT = f"{BASE}/Messages.json?To=%2B12025550171&PageSize=50&Page=1&PageToken=PASM{'0b' * 16}"
ANSWERS = {
    "Messages.json": {"messages": [], "next_page_uri": NEXT},
    "Media.json": {"media_list": []},
    "ContentAndApprovals": {
        "contents": [],
        "meta": {
            "next_page_url": "https://content.twilio.com/v1/ContentAndApprovals?PageSize=100&Page=1"
        },
    },
    "Services": {
        "services": [{"sid": SERVICE, "friendly_name": "Offers"}],
        "meta": {"next_page_url": "https://messaging.twilio.com/v1/Services?PageSize=100&Page=1"},
    },
}


def recorded(act: Callable[[TwilioProvider], object]) -> list[requests.PreparedRequest]:
    """What `act` sends."""

    def answer(connection: socket.socket) -> None:
        path = server.requests[-1].split(b" ")[1].decode()
        payload = ANSWERS.get(urlsplit(path).path.rpartition("/")[2], {"sid": MESSAGE})
        connection.sendall(raw.http(200, json.dumps(payload)))

    with raw_server(answer) as server:
        credential = Credential(ACCOUNT, "SK" + "0e" * 16, "word")
        provider = TwilioProvider(credential, api=server.url, messaging=server.url)
        with suppress(DeskError):  # what the canned answer lacks is no matter here
            act(provider)
        provider.close()
    return [_prepared(request) for request in server.requests]


def _prepared(request: bytes) -> requests.PreparedRequest:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines if not line.startswith("Host"))
    return requests.Request(method, HOST + path, headers, data=body.decode("ascii")).prepare()


def unknown_names(request: requests.PreparedRequest) -> set[str]:
    """The parameters that the description does not know."""
    url = urlsplit(str(request.url))
    pairs = parse_qsl(str(url.query)) + parse_qsl(str(request.body or ""))
    known = VENDOR.parameters(str(request.method), str(url.path))
    return {name for name, _ in pairs} - known


def _list(**words: object) -> Callable[[TwilioProvider], object]:
    return lambda provider: provider.list_messages(page_size=200, **words)  # type: ignore[arg-type]


def _send(channel: Channel = Channel.SMS, **words: object) -> Callable[[TwilioProvider], object]:
    fields: dict[str, object] = {"sender": LINE, "to": CUSTOMER, "body": "Grüße & mehr", **words}
    return lambda provider: provider.send(Outgoing(channel, **fields))  # type: ignore[arg-type]


CALLS: dict[str, tuple[Callable[[TwilioProvider], object], int]] = {
    "test": (lambda provider: provider.test(), 1),
    "list": (_list(), 1),
    "list by day": (_list(since=date(2026, 11, 1), until=date(2026, 11, 2)), 1),
    "list by number": (_list(to=(Channel.SMS, CUSTOMER), sender=(Channel.SMS, LINE)), 1),
    "list by WhatsApp": (_list(to=(Channel.WHATSAPP, CUSTOMER)), 1),
    "list by name": (_list(sender=(Channel.SMS, "TWILIO")), 1),
    "next page": (lambda provider: provider.next_page(NEXT), 1),
    "fetch": (lambda provider: provider.fetch_message(MESSAGE), 1),
    "media": (lambda provider: provider.list_media(MESSAGE), 1),
    "directory": (lambda provider: provider.directory(), 13),
    "templates": (lambda provider: provider.templates(), 2),
    "send": (_send(), 1),
    "send by service": (_send(sender="", service_sid=SERVICE), 1),
    "send by service and number": (_send(service_sid=SERVICE), 1),
    "send by name": (_send(sender="SANDBOX"), 1),
    "send WhatsApp": (_send(Channel.WHATSAPP), 1),
    "send template": (
        _send(Channel.WHATSAPP, content_sid=TEMPLATE, content_variables={"1": "Zoë"}),
        1,
    ),
    "send bare template": (_send(Channel.WHATSAPP, content_sid=TEMPLATE), 1),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_request_fits(name: str) -> None:
    act, count = CALLS[name]
    sent = recorded(act)
    assert len(sent) == count
    for request in sent:
        VENDOR.validate_request(request)
        assert unknown_names(request) == set()


def test_every_operation_that_we_need_is_tried() -> None:
    paths = {
        str(urlsplit(str(request.url)).path).replace(ACCOUNT, "{a}").replace(SERVICE, "{s}")
        for act, _ in CALLS.values()
        for request in recorded(act)
    }
    account = "/2010-04-01/Accounts/{a}"
    assert paths == {
        f"{account}/Messages.json",
        f"{account}/Messages/{MESSAGE}.json",
        f"{account}/Messages/{MESSAGE}/Media.json",
        f"{account}/IncomingPhoneNumbers.json",
        f"{account}/SMS/ShortCodes.json",
        "/v1/Services",
        "/v1/Services/{s}/PhoneNumbers",
        "/v1/Services/{s}/ShortCodes",
        "/v1/Services/{s}/AlphaSenders",
        "/v1/Services/{s}/ChannelSenders",
        "/v2/Channels/Senders",
        "/v1/ContentAndApprovals",
    }


def form(name: str) -> dict[str, str]:
    (request,) = recorded(CALLS[name][0])
    return dict(parse_qsl(str(request.body)))


def test_the_fields_of_a_text() -> None:
    """A doubtful message lives four hours at most; nothing rewrites its text (algorithms §1.4)."""
    assert form("send") == {
        "To": CUSTOMER,
        "From": LINE,
        "Body": "Grüße & mehr",
        "ValidityPeriod": "14400",
        "SmartEncoded": "false",
    }


def test_the_fields_of_a_template() -> None:
    assert form("send template") == {
        "To": f"whatsapp:{CUSTOMER}",
        "From": f"whatsapp:{LINE}",
        "ContentSid": TEMPLATE,
        "ContentVariables": '{"1": "Zoë"}',
    }


def test_the_days_of_a_list() -> None:
    (request,) = recorded(CALLS["list by day"][0])
    query = dict(parse_qsl(str(urlsplit(str(request.url)).query)))
    assert query == {"PageSize": "200", "DateSent>": "2026-11-01", "DateSent<": "2026-11-03"}


@pytest.mark.parametrize(("asked", "sent"), [(0, "1"), (50, "50"), (5000, "1000")])
def test_the_page_size_stays_within_the_limits(asked: int, sent: str) -> None:
    (request,) = recorded(lambda provider: provider.list_messages(page_size=asked))
    assert str(request.url).endswith(f"PageSize={sent}")


def test_the_check_finds_what_it_should() -> None:
    """A misspelt field, which the validator lets pass, and a missing one, which it does not."""
    (request,) = recorded(CALLS["send"][0])
    request.body = str(request.body).replace("Body=", "Boddy=")
    VENDOR.validate_request(request)
    assert unknown_names(request) == {"Boddy"}
    request.body = "From=%2B12025550101&Body=x"
    with pytest.raises(OpenAPIError):
        VENDOR.validate_request(request)
    (listing,) = recorded(CALLS["list"][0])
    listing.url = str(listing.url).replace("PageSize=200", "PageSize=2000")
    with pytest.raises(OpenAPIError):
        VENDOR.validate_request(listing)
