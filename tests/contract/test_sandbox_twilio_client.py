"""The official `twilio` Python client works against the sandbox (issue 2, point 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from sms_desk.providers.sandbox import SandboxServer
from tests.fixtures.sandbox import CUSTOMER, sandbox_server


class LoopbackHttpClient(TwilioHttpClient):  # type: ignore[misc] # twilio has no types
    """Sends what is meant for any of Twilio's hosts to one base URL."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base = urlsplit(base_url)
        self.session.trust_env = False

    def request(self, method: str, url: str, *words: Any, **more: Any) -> Response:
        asked = urlsplit(url)
        here = asked._replace(scheme=self.base.scheme, netloc=self.base.netloc)
        return super().request(method, urlunsplit(here), *words, **more)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox_server() as server:
        yield server


@pytest.fixture
def client(server: SandboxServer) -> Iterator[Client]:
    account = server.account
    http = LoopbackHttpClient(server.base_url)
    yield Client(account.key_sid, account.key_secret, account.sid, http_client=http)
    http.session.close()


def test_create_fetch_update_delete(server: SandboxServer, client: Client) -> None:
    sent = client.messages.create(
        to=CUSTOMER, from_="+12025550101", body="Hello 👋", validity_period=14400
    )
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    server.sandbox.advance(10)
    fetched = client.messages(sent.sid).fetch()
    assert (fetched.status, fetched.body) == ("delivered", "Hello 👋")
    assert fetched.date_sent > fetched.date_created
    assert client.messages(sent.sid).update(body="").body == ""
    assert client.messages(sent.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        client.messages(sent.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_list_streams_every_page_once(server: SandboxServer, client: Client) -> None:
    arrived = [server.sandbox.receive("+12025550188", "+12025550102", f"{n}").sid for n in range(7)]
    streamed = client.messages.stream(from_="+12025550188", page_size=3)
    assert [message.sid for message in streamed] == arrived[::-1]
    today, tomorrow = date(2026, 11, 17), date(2026, 11, 18)
    assert len(client.messages.list(from_="+12025550188", date_sent=today)) == 7
    assert client.messages.list(from_="+12025550188", date_sent_after=tomorrow) == []


def test_media(server: SandboxServer, client: Client) -> None:
    message = server.sandbox.receive(
        CUSTOMER, "+12025550101", "look", pictures=("coat.png", "shop.png")
    )
    assert client.messages(message.sid).fetch().num_media == "2"
    assert [m.content_type for m in client.messages(message.sid).media.list()] == ["image/png"] * 2


def test_senders_and_services(client: Client) -> None:
    numbers = client.incoming_phone_numbers.list()
    assert {n.phone_number for n in numbers} == {"+12025550101", "+12025550102", "+447700900118"}
    assert numbers[0].capabilities["mms"] is True
    assert [c.short_code for c in client.short_codes.list()] == ["70707"]
    offers, alerts = client.messaging.v1.services.list()
    assert [a.alpha_sender for a in offers.alpha_senders.list()] == ["SANDBOX"]
    assert [n.phone_number for n in offers.phone_numbers.list(page_size=1)] == [
        "+12025550102",
        "+447700900118",
    ]
    assert [c.short_code for c in alerts.short_codes.list()] == ["70707"]
    assert [c.sender for c in alerts.channel_senders.list()] == ["whatsapp:+447700900119"]
    senders = client.messaging.v2.channels_senders.list(channel="whatsapp")
    assert [s.sender_id for s in senders] == ["whatsapp:+447700900119"]


def test_content_and_approvals(client: Client) -> None:
    appointment = client.content.v1.contents.list()[0]
    assert appointment.approval_fetch().fetch().whatsapp["status"] == "approved"
    statuses = [
        c.approval_requests["status"] for c in client.content.v1.content_and_approvals.list()
    ]
    assert statuses == ["approved", "rejected", "pending", "paused"]


def test_a_refusal_is_the_clients_own_exception(client: Client) -> None:
    with pytest.raises(TwilioRestException) as no:
        client.messages.create(to="+15005550009", from_="+12025550101", body="Hello")
    assert (no.value.status, no.value.code) == (400, 21614)


def test_only_the_main_token_reads_the_account(server: SandboxServer, client: Client) -> None:
    sid = server.account.sid
    with pytest.raises(TwilioRestException) as no:
        client.api.v2010.accounts(sid).fetch()
    assert (no.value.status, no.value.code) == (401, 20003)
    http = LoopbackHttpClient(server.base_url)
    main = Client(sid, server.account.auth_token, http_client=http)
    assert main.api.v2010.accounts(sid).fetch().friendly_name == "Sandbox"
    assert main.balance.fetch().currency == "USD"
    http.session.close()
