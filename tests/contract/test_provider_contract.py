"""What every provider must do, tried against the sandbox; a new provider is a line in `MAKERS`."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from sms_desk.domain.errors import (
    CredentialError,
    NotFoundError,
    ProviderError,
    ProviderRefusal,
    ProviderUnreachable,
    RateLimited,
    UsageError,
)
from sms_desk.domain.model import Channel, DeliveryStatus, Direction, SenderDirection, SenderKind
from sms_desk.providers import catalogue, http
from sms_desk.providers.base import Credential, Outcome, Outgoing, Page, Provider, RemoteMessage
from sms_desk.providers.sandbox.faults import Fault, FaultKind
from sms_desk.providers.sandbox.model import Status
from sms_desk.providers.sandbox.starter import LINE, SECOND_LINE, UK_LINE
from sms_desk.providers.twilio import TwilioProvider, error_words
from tests.fixtures import raw_server as raw
from tests.fixtures.raw_server import raw_server, says
from tests.fixtures.sandbox import CUSTOMER, START, SandboxApi, sandbox

__all__ = ["sandbox"]

TODAY = START.date()
HELLO = Outgoing(Channel.SMS, LINE, CUSTOMER, "Hello from the desk")

Maker = Callable[[SandboxApi], Provider]


def _twilio(sandbox: SandboxApi) -> Provider:
    account = sandbox.server.account
    credential = Credential(account.sid, account.key_sid, account.key_secret)
    return catalogue.make_provider("twilio", credential, base_url=sandbox.server.base_url)


MAKERS: dict[str, Maker] = {"twilio": _twilio}


@pytest.fixture(params=MAKERS)
def provider(request: pytest.FixtureRequest, sandbox: SandboxApi) -> Iterator[Provider]:
    made = MAKERS[request.param](sandbox)
    yield made
    made.close()


def walk(provider: Provider, page: Page) -> list[RemoteMessage]:
    """All messages of a list, its links followed."""
    messages, seen = list(page.messages), set()
    while page.next_path is not None:
        assert page.next_path not in seen
        seen.add(page.next_path)
        page = provider.next_page(page.next_path)
        messages += page.messages
    return messages


# --- the account -----------------------------------------------------------------------------


def test_it_is_in_the_catalogue(provider: Provider) -> None:
    entry = catalogue.entry(provider.name)
    assert entry.label
    assert {"account_sid", "secret"} <= {field.key for field in entry.fields}
    assert [field.key for field in entry.fields if field.secret] == ["secret"]


def test_the_test_asks_for_one_message(provider: Provider) -> None:
    provider.test()


def test_a_wrong_secret(sandbox: SandboxApi) -> None:
    credential = Credential(sandbox.server.account.sid, sandbox.server.account.sid, "wrong")
    made = catalogue.make_provider("twilio", credential, base_url=sandbox.server.base_url)
    for ask in (made.test, made.directory, lambda: made.list_messages(page_size=1)):
        with pytest.raises(CredentialError):
            ask()
    made.close()


def test_an_account_that_is_not_at_this_address() -> None:
    """Asked for its own list, a provider that knows none is one that cannot be reached."""
    nothing = raw.http(404, '{"code": 20404, "message": "not found", "status": 404}')
    with raw_server(says(nothing, then=raw.keep)) as server:
        made = TwilioProvider(
            Credential("AC1", "AC1", "word"), api=server.url, messaging=server.url
        )
        for ask in (made.test, made.directory, lambda: made.list_messages(page_size=1)):
            with pytest.raises(ProviderUnreachable, match="knows no such account"):
                ask()
        made.close()


def test_a_credential_never_shows_its_secret() -> None:
    assert "hidden" not in repr(Credential("AC1", "AC1", "hidden-word"))


# --- receiving -------------------------------------------------------------------------------


def test_an_empty_account(provider: Provider) -> None:
    page = provider.list_messages(page_size=50)
    assert (list(page.messages), list(page.poison), page.next_path) == ([], [], None)


def test_newest_first_page_by_page(provider: Provider, sandbox: SandboxApi) -> None:
    for number in range(7):
        sandbox.sandbox.receive(CUSTOMER, LINE, f"{number}")
        sandbox.sandbox.advance(1)
    first = provider.list_messages(page_size=3)
    assert [message.body for message in first.messages] == ["6", "5", "4"]
    assert [m.body for m in walk(provider, first)] == ["6", "5", "4", "3", "2", "1", "0"]


def test_an_inbound_message(provider: Provider, sandbox: SandboxApi) -> None:
    sandbox.sandbox.receive(CUSTOMER, LINE, "Hi\n👍🏽 \u202eabc\x00")
    (message,) = provider.list_messages(page_size=5).messages
    assert (message.direction, message.channel) == (Direction.INBOUND, Channel.SMS)
    assert (message.sender_raw, message.peer_raw) == (LINE, CUSTOMER)
    assert message.body == "Hi\n👍🏽 \u202eabc\x00"
    assert (message.created_at, message.status) == (START, DeliveryStatus.RECEIVED)
    assert (message.automatic, message.media_count, message.error_code) == (False, 0, None)


@pytest.mark.parametrize(
    "peer",
    ["22000", "TWILIO", "+5215512345678", "+525512345678", "+5511987654321", "+541112345678"],
)
def test_odd_senders_stay_as_sent(provider: Provider, sandbox: SandboxApi, peer: str) -> None:
    """R53: what the provider named is what is stored and answered."""
    sandbox.sandbox.receive(peer, LINE, "odd")
    (message,) = provider.list_messages(page_size=5).messages
    assert message.peer_raw == peer


def test_whatsapp(provider: Provider, sandbox: SandboxApi) -> None:
    sandbox.sandbox.receive(f"whatsapp:{CUSTOMER}", "whatsapp:+447700900119", "hola")
    (message,) = provider.list_messages(page_size=5).messages
    assert (message.channel, message.sender_raw, message.peer_raw) == (
        Channel.WHATSAPP,
        "+447700900119",
        CUSTOMER,
    )


def test_an_automatic_answer_is_no_persons(provider: Provider, sandbox: SandboxApi) -> None:
    """R51: the confirmation of STOP is not a human reply."""
    sandbox.sandbox.receive(CUSTOMER, LINE, "STOP")
    sandbox.sandbox.advance(30)
    messages = provider.list_messages(page_size=5).messages
    assert [(m.direction, m.automatic) for m in messages] == [
        (Direction.OUTBOUND, True),
        (Direction.INBOUND, False),
    ]


def test_by_day(provider: Provider, sandbox: SandboxApi) -> None:
    """Both days are included; the day after `until` may be there too, none before `since` is."""
    for days in range(6):
        created = START - timedelta(days=days)
        sandbox.sandbox.receive(CUSTOMER, LINE, f"{created.date()}", created=created)
    since, until = TODAY - timedelta(days=4), TODAY - timedelta(days=2)
    page = provider.list_messages(page_size=50, since=since, until=until)
    days_found = {date.fromisoformat(message.body) for message in page.messages}
    assert {since, since + timedelta(days=1), until} <= days_found
    assert min(days_found) == since
    assert max(days_found) <= until + timedelta(days=1)


def test_by_address(provider: Provider, sandbox: SandboxApi) -> None:
    sandbox.sandbox.receive(CUSTOMER, LINE, "wanted")
    sandbox.sandbox.receive("+12025550172", LINE, "another contact")
    sandbox.sandbox.receive(CUSTOMER, SECOND_LINE, "another line")
    page = provider.list_messages(
        page_size=50, to=(Channel.SMS, LINE), sender=(Channel.SMS, CUSTOMER)
    )
    assert [message.body for message in page.messages] == ["wanted"]
    other = provider.list_messages(page_size=50, to=(Channel.WHATSAPP, LINE))
    assert list(other.messages) == []


def test_one_message_as_it_stands(provider: Provider, sandbox: SandboxApi) -> None:
    result = provider.send(HELLO)
    assert result.sid
    sandbox.sandbox.set_status(result.sid, Status.UNDELIVERED, 30003)
    message = provider.fetch_message(result.sid)
    assert (message.status, message.error_code) == (DeliveryStatus.UNDELIVERED, "30003")
    assert message.error_text == "Unreachable destination handset"


@pytest.mark.parametrize("sid", ["SM" + "0" * 32, "../../Accounts", "a?b#c", ""])
def test_a_message_that_is_not_there(provider: Provider, sid: str) -> None:
    with pytest.raises((NotFoundError, ProviderError)):
        provider.fetch_message(sid)


def test_attachments(provider: Provider, sandbox: SandboxApi) -> None:
    received = sandbox.sandbox.receive(CUSTOMER, LINE, "Look", pictures=("coat.png",))
    (message,) = provider.list_messages(page_size=5).messages
    assert message.media_count == 1
    (media,) = provider.list_media(received.sid)
    content_type, content = provider.fetch_media(media.path, limit=5_000_000)
    assert (media.content_type, content_type) == ("image/png", "image/png")
    assert content.startswith(b"\x89PNG")
    with pytest.raises(ProviderRefusal):
        provider.fetch_media(media.path, limit=10)


@pytest.mark.parametrize("path", ["https://example.test/x", "//example.test/x", "Messages.json"])
def test_a_page_on_another_host_is_not_followed(provider: Provider, path: str) -> None:
    with pytest.raises(ProviderError):
        provider.next_page(path)


def test_asked_to_slow_down(provider: Provider, sandbox: SandboxApi) -> None:
    sandbox.sandbox.order(Fault(FaultKind.RATE_LIMIT, "messages.list", retry_after="7"))
    with pytest.raises(RateLimited) as caught:
        provider.list_messages(page_size=5)
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.REDIRECT, FaultKind.ERROR_BEFORE])
def test_a_list_that_is_none(provider: Provider, sandbox: SandboxApi, kind: FaultKind) -> None:
    sandbox.sandbox.order(Fault(kind, "messages.list"))
    with pytest.raises(ProviderUnreachable):
        provider.list_messages(page_size=5)
    assert provider.list_messages(page_size=5).next_path is None


# --- senders ---------------------------------------------------------------------------------


def test_the_directory(provider: Provider) -> None:
    directory = provider.directory()
    senders = {(s.channel, s.address): s for s in directory.senders}
    assert len(senders) == len(directory.senders)
    line = senders[Channel.SMS, LINE]
    assert (line.kind, line.country, line.label) == (SenderKind.LONG_CODE, "US", "First line")
    assert line.direction is SenderDirection.BOTH
    assert senders[Channel.SMS, UK_LINE].country == "GB"
    assert senders[Channel.SMS, "70707"].kind is SenderKind.SHORT_CODE
    assert senders[Channel.WHATSAPP, "+447700900119"].kind is SenderKind.WHATSAPP
    assert senders[Channel.SMS, "SANDBOX"].direction is SenderDirection.OUTGOING
    services = {service.name: service.senders for service in directory.services}
    assert services["Offers"] == {
        (Channel.SMS, SECOND_LINE),
        (Channel.SMS, UK_LINE),
        (Channel.SMS, "SANDBOX"),
    }
    assert services["Alerts"] == {(Channel.SMS, "70707"), (Channel.WHATSAPP, "+447700900119")}
    assert list(directory.unlisted) == []


def test_a_key_that_may_list_little() -> None:
    """What it may not list is named, so that an admin types it by hand; it is no error."""
    numbers = {
        "incoming_phone_numbers": [
            {"phone_number": LINE, "capabilities": {"SMS": True, "voice": True}, "sid": "PN1"},
            {"phone_number": SECOND_LINE, "capabilities": {"sms": False, "voice": True}},
            {"phone_number": "+18335550101", "capabilities": {"sms": True}},
            {"phone_number": None},
            "not an object",
        ]
    }
    denied = raw.http(403, '{"code": 20003, "message": "Permission denied", "status": 403}')

    def answer(connection: socket.socket) -> None:
        listing = b"IncomingPhoneNumbers" in server.requests[-1]
        connection.sendall(raw.http(200, json.dumps(numbers)) if listing else denied)

    with raw_server(answer) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        directory = made.directory()
        made.close()
    assert [(s.address, s.kind) for s in directory.senders] == [
        (LINE, SenderKind.LONG_CODE),
        ("+18335550101", SenderKind.TOLL_FREE),
    ]
    assert list(directory.unlisted) == ["short codes", "WhatsApp senders", "Messaging Services"]


def test_a_host_of_senders_that_is_away_leaves_the_others() -> None:
    numbers = {"incoming_phone_numbers": [{"phone_number": LINE, "capabilities": {"sms": True}}]}

    def answer(connection: socket.socket) -> None:
        if b"/2010-04-01/" in server.requests[-1]:
            connection.sendall(raw.http(200, json.dumps({**numbers, "short_codes": []})))
        else:
            connection.sendall(raw.http(503, "away"))

    with raw_server(answer) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        directory = made.directory()
        made.close()
    assert [sender.address for sender in directory.senders] == [LINE]
    assert list(directory.unlisted) == []
    assert list(directory.unanswered) == ["WhatsApp senders", "Messaging Services"]


@pytest.mark.parametrize("away", [says(raw.http(503, "away")), raw.close, raw.silence])
def test_numbers_that_are_not_listed_now_leave_the_others(
    away: raw.Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LIST_READ_S", 0.2)
    codes = {"short_codes": [{"short_code": "70707", "country_code": "US"}]}

    def answer(connection: socket.socket) -> None:
        if b"/IncomingPhoneNumbers" in server.requests[-1]:
            away(connection)
        else:
            connection.sendall(raw.http(200, json.dumps({**codes, "messages": []})))

    with raw_server(answer) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        directory = made.directory()
        made.close()
    assert [sender.address for sender in directory.senders] == ["70707"]
    assert list(directory.unanswered) == ["numbers"]


def test_where_messages_are_not_listed_either_the_line_is_down_at_once() -> None:
    with raw_server(says(raw.http(503, "away"), then=raw.keep)) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        with pytest.raises(ProviderUnreachable):
            made.directory()
        made.close()
    assert len(server.requests) == 2


def test_whatsapp_senders_that_cannot_send_yet_are_left_out() -> None:
    states = ["ONLINE", "ONLINE:UPDATING", "OFFLINE", "DRAFT", "CREATING", "VERIFYING", None]
    senders = [
        {
            "sender_id": f"whatsapp:+44770090010{number}",
            "status": state,
            "profile": {"name": "Shop"},
        }
        for number, state in enumerate(states)
    ]
    senders.append({"sender_id": "rcs:agent", "status": "ONLINE"})
    with raw_server(says(raw.http(200, json.dumps({"senders": senders})), then=raw.keep)) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        found = made.directory().senders
        made.close()
    assert [sender.address[-1] for sender in found] == ["0", "1", "2", "6"]
    assert {sender.label for sender in found} == {"Shop"}


def test_signalwire_lists_numbers_and_says_what_it_cannot_list() -> None:
    number = {
        "phone_number": LINE,
        "country_code": "US",
        "capabilities": {"mms": True, "sms": False, "voice": True},
        "sid": "b3877c40-da60-4998-90ad-b792e98472ac",
    }
    page = json.dumps({"incoming_phone_numbers": [number]})
    with raw_server(says(raw.http(200, page), then=raw.keep)) as server:
        credential = Credential("x", "x", "word")
        made = catalogue.make_provider("signalwire", credential, base_url=server.url)
        directory = made.directory()
        made.close()
    assert [sender.address for sender in directory.senders] == [LINE]
    assert list(directory.unlisted) == ["short codes", "number groups"]
    assert len(server.requests) == 1


def test_a_list_of_senders_that_never_ends() -> None:
    """A link that is repeated is followed once."""
    number = {"phone_number": LINE, "capabilities": {"sms": True}}
    page = {"incoming_phone_numbers": [number], "next_page_uri": "/2010-04-01/again"}
    with raw_server(says(raw.http(200, json.dumps(page)), then=raw.keep)) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        (sender,) = made.directory().senders
        made.close()
    assert sender.address == LINE
    assert len(server.requests) == 8  # four lists, two pages each


# --- sending ---------------------------------------------------------------------------------


def test_accepted_and_listed(provider: Provider, sandbox: SandboxApi) -> None:
    result = provider.send(HELLO)
    assert (result.outcome, result.server_date) == (Outcome.ACCEPTED, START)
    assert result.message
    assert result.message.status is DeliveryStatus.QUEUED
    (listed,) = provider.list_messages(page_size=5).messages
    assert listed.sid == result.sid == result.message.sid
    assert (listed.direction, listed.body) == (Direction.OUTBOUND, HELLO.body)


@pytest.mark.parametrize("body", ["a+b & c=d%", "日本語 — “quoted”", "é\n\ttab", "x" * 1600])
def test_the_text_arrives_as_written(provider: Provider, sandbox: SandboxApi, body: str) -> None:
    provider.send(Outgoing(Channel.SMS, LINE, CUSTOMER, body))
    assert [message["body"] for message in sandbox.listed()] == [body]


def test_by_service_alone_and_with_a_sender(provider: Provider, sandbox: SandboxApi) -> None:
    service = next(s for s in provider.directory().services if s.name == "Offers")
    alone = provider.send(Outgoing(Channel.SMS, "", CUSTOMER, "a", service_sid=service.sid))
    both = provider.send(Outgoing(Channel.SMS, SECOND_LINE, CUSTOMER, "b", service_sid=service.sid))
    assert (alone.outcome, both.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert alone.message
    assert alone.message.service_sid == service.sid
    assert (alone.message.sender_raw, alone.message.parts) == ("", None)


def test_a_whatsapp_template(provider: Provider, sandbox: SandboxApi) -> None:
    template = sandbox.server.world.templates[0]
    message = Outgoing(
        Channel.WHATSAPP,
        "+447700900119",
        CUSTOMER,
        "",
        content_sid=template.sid,
        content_variables={"1": "Zoë", "2": "today"},
    )
    result = provider.send(message)
    assert result.outcome is Outcome.ACCEPTED
    assert sandbox.message(result.sid or "")["body"] == "Hello Zoë, see you today."


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("+15005550001", "21211"),
        ("+15005550002", "21612"),
        ("+15005550003", "21408"),
        ("+15005550004", "21610"),
        ("+15005550009", "21614"),
    ],
)
def test_magic_numbers(provider: Provider, sandbox: SandboxApi, to: str, code: str) -> None:
    result = provider.send(Outgoing(Channel.SMS, LINE, to, "no"))
    assert (result.outcome, result.code) == (Outcome.REFUSED, code)
    assert provider.describe(code).known
    assert sandbox.listed() == []


LOST = [
    FaultKind.ERROR_AFTER,
    FaultKind.RESET_AFTER,
    FaultKind.CLOSE_AFTER,
    FaultKind.TRUNCATE,
    FaultKind.GARBAGE,
    FaultKind.NO_SID,
    FaultKind.ERROR_BEFORE,
    FaultKind.RESET_BEFORE,
    FaultKind.HTML,
    FaultKind.REDIRECT,
]


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_a_doubt(provider: Provider, sandbox: SandboxApi, kind: FaultKind) -> None:
    """GS1: whether or not the message exists, one POST and no claim to know."""
    sandbox.sandbox.order(Fault(kind, "messages.create"))
    result = provider.send(HELLO)
    assert result.outcome is Outcome.IN_DOUBT
    assert len(sandbox.listed()) == (1 if kind in LOST[:6] else 0)


def test_429_was_not_sent(provider: Provider, sandbox: SandboxApi) -> None:
    sandbox.sandbox.order(Fault(FaultKind.RATE_LIMIT, "messages.create", retry_after="2"))
    result = provider.send(HELLO)
    assert (result.outcome, result.retry_after) == (Outcome.NOT_SENT, 2.0)
    assert sandbox.listed() == []


# --- words -----------------------------------------------------------------------------------

CODES = sorted(error_words())
REFUSED_AT_ONCE = [code for code in CODES if code not in ("20429", "20500", "20503")]


def test_there_are_forty_codes() -> None:
    assert len(REFUSED_AT_ONCE) >= 40


@pytest.mark.parametrize("code", REFUSED_AT_ONCE)
def test_a_refusal_has_words_and_is_never_retried(code: str) -> None:
    """GS9: shown with its cause, posted once."""
    status = {"20003": 401, "20404": 404}.get(code, 400)
    body = json.dumps({"code": int(code), "message": "The vendor's words", "status": status})
    with raw_server(says(raw.http(status, body))) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        result = made.send(HELLO)
        made.close()
        assert len(server.requests) == 1
    assert (result.outcome, result.code) == (Outcome.REFUSED, code)
    words = made.describe(result.code, result.text)
    assert words.known
    assert words.title != result.text


@pytest.mark.parametrize("code", CODES)
def test_words_for_people(code: str) -> None:
    words = error_words()[code]
    for sentence in (words.title, words.next_step):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert 15 < len(sentence) < 140
        for jargon in ("API ", "parameter ", "HTTP", "JSON", "SID ", "null"):
            assert jargon not in sentence.replace("account SID ", "").replace("API key", "")


def test_unknown_codes_show_the_providers_own_text(provider: Provider) -> None:
    words = provider.describe("99999", "Something new")
    assert (words.title, words.known) == ("Something new.", False)
    assert provider.describe("99999", "Is it?").title == "Is it?"
    assert "99999" in words.next_step
    assert provider.describe("99999").title
    assert provider.describe("").title


# --- the catalogue ---------------------------------------------------------------------------


def test_an_unknown_provider() -> None:
    with pytest.raises(UsageError, match="twilio, signalwire"):
        catalogue.entry("nobody")
    assert catalogue.describe("nobody", "1", "text").title == "text"


GOOD = {"account_sid": " AC" + "0a" * 16 + "\n", "secret": "word"}


def test_a_credential_of_what_was_typed() -> None:
    twilio = catalogue.entry("twilio")
    credential = twilio.credential(GOOD)
    assert credential.user == credential.account_sid == "AC" + "0a" * 16
    key = "SK" + "0b" * 16
    assert twilio.credential({**GOOD, "user": key}).user == key
    for wrong in ({"account_sid": "AC1"}, {"secret": " "}, {"account_sid": ""}, {"user": "me"}):
        with pytest.raises(UsageError):
            twilio.credential({**GOOD, **wrong})


@pytest.mark.parametrize("code", CODES)
def test_signalwires_words_are_about_signalwire(code: str) -> None:
    words = catalogue.describe("signalwire", code, "The vendor's words")
    assert words.known
    assert "twilio" not in f"{words.title} {words.next_step}".casefold()


def test_signalwires_own_codes_lead_to_its_own_page() -> None:
    words = catalogue.describe("signalwire", "90000", "Contains invalid format")
    assert (words.title, words.known) == ("Contains invalid format.", False)
    assert "//developer.signalwire.com/" in words.next_step
    assert catalogue.describe("signalwire", "").next_step == ""


def test_twilios_base_url_may_end_with_the_version() -> None:
    with raw_server(says(raw.http(200, '{"messages": []}'))) as server:
        made = catalogue.make_provider(
            "twilio", Credential("AC1", "AC1", "word"), base_url=f"{server.url}/2010-04-01"
        )
        made.test()
        made.close()
    (asked,) = server.requests
    assert asked.startswith(b"GET /2010-04-01/Accounts/AC1/Messages.json?")


@pytest.mark.parametrize("path", ["", "/", "/api/laml", "/api/laml/", "/api/laml/2010-04-01"])
def test_signalwire_lies_under_its_own_path(path: str) -> None:
    """https://signalwire.com/docs/compatibility-api/rest/overview"""
    account = "ea108133-d6b3-407c-9536-9fad8a929a6a"
    row = {
        "sid": "0a059168-ead0-41af-9d1f-343dae832527",
        "account_sid": account,
        "direction": "inbound",
        "from": CUSTOMER,
        "to": LINE,
        "body": "from a space",
        "status": "received",
        "num_segments": 1,
        "num_media": "0",
        "price": 0.005,
        "date_created": "Mon, 13 Aug 2018 21:38:46 +0000",
    }
    link = f"/api/laml/2010-04-01/Accounts/{account}/Messages?Page=1&PageToken=PA1"
    page = json.dumps({"messages": [row], "next_page_uri": link})
    with raw_server(says(raw.http(200, page), then=raw.keep)) as server:
        credential = Credential(account, account, "word")
        made = catalogue.make_provider("signalwire", credential, base_url=server.url + path)
        first = made.list_messages(page_size=1)
        assert first.next_path
        made.next_page(first.next_path)
        server.act = says(raw.http(201, json.dumps({**row, "direction": "outbound-api"})))
        assert made.send(HELLO).outcome is Outcome.ACCEPTED
        made.close()
    lines = [request.split(b"\r\n")[0].decode() for request in server.requests]
    base = f"/api/laml/2010-04-01/Accounts/{account}/Messages"
    assert lines == [
        f"GET {base}.json?PageSize=1 HTTP/1.1",
        f"GET {base}?Page=1&PageToken=PA1 HTTP/1.1",
        f"POST {base}.json HTTP/1.1",
    ]
    assert b"SmartEncoded" not in server.requests[2]
    (message,) = first.messages
    assert (message.parts, message.price, message.media_count) == (1, "0.005", 0)


def test_signalwire_needs_its_space() -> None:
    with pytest.raises(UsageError):
        catalogue.make_provider("signalwire", Credential("x", "x", "word"))
