"""What a network can do to a request, each judged as the table of algorithms §1.4 says (GS1, GP5).

A real socket misbehaves; only the time limits are shortened.
"""

from __future__ import annotations

import gzip
import json
import socket
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sms_desk.domain import hosts as hosts_rules
from sms_desk.domain.errors import (
    CredentialError,
    NotFoundError,
    ProviderRefusal,
    ProviderUnreachable,
    RateLimited,
    UsageError,
)
from sms_desk.domain.model import Channel
from sms_desk.providers import http
from sms_desk.providers.base import Credential, Outcome, Outgoing, SendResult
from sms_desk.providers.http import HttpOptions
from sms_desk.providers.twilio import TwilioProvider
from tests.fixtures import raw_server as raw
from tests.fixtures.raw_server import Act, Authority, drip, raw_server, says

ACCOUNT = "AC" + "0" * 31 + "1"
SID = "SM" + "0" * 31 + "2"
TEXT = Outgoing(Channel.SMS, "+12025550101", "+12025550171", "Good morning")

MESSAGE = json.dumps(
    {
        "sid": SID,
        "account_sid": ACCOUNT,
        "direction": "outbound-api",
        "from": TEXT.sender,
        "to": TEXT.to,
        "body": TEXT.body,
        "status": "queued",
        "date_created": "Sat, 21 Nov 2026 22:00:00 +0000",
    }
)
REFUSAL = '{"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}'
PAGE = "<html><body>Please sign in to the guest network</body></html>"


def provider(
    url: str, *, options: HttpOptions | None = None, secret: str = "not-a-secret"
) -> TwilioProvider:
    credential = Credential(ACCOUNT, ACCOUNT, secret)
    return TwilioProvider(credential, api=url, messaging=url, options=options)


def send(url: str, options: HttpOptions | None = None) -> SendResult:
    line = provider(url, options=options)
    try:
        return line.send(TEXT)
    finally:
        line.close()


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {
        "CONNECT_S": 0.3,
        "LIST_READ_S": 0.3,
        "LIST_TOTAL_S": 0.6,
        "SEND_READ_S": 0.3,
        "SEND_TOTAL_S": 0.6,
        "MEDIA_TOTAL_S": 0.6,
    }.items():
        monkeypatch.setattr(http, name, seconds)


# --- a POST and its answer -------------------------------------------------------------------

CREATED = raw.http(201, MESSAGE)
HALF = raw.http(201, MESSAGE[:40], length=len(MESSAGE))
CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"

ACCEPTED: dict[str, Act] = {
    "201": says(CREATED),
    "200": says(raw.http(200, MESSAGE)),
    "100 first": says(b"HTTP/1.1 100 Continue\r\n\r\n" + CREATED),
    "two answers": says(CREATED + CREATED),
    "gzip": says(raw.http(201, gzip.compress(MESSAGE.encode()), "Content-Encoding: gzip")),
    "chunked": says(CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(MESSAGE), MESSAGE.encode())),
    "invalid UTF-8": says(raw.http(201, MESSAGE.encode().replace(b"Good", b"G\xff\xfed"))),
    "duplicate keys": says(raw.http(201, '{"sid": "SMold",' + MESSAGE[1:])),
    "byte order mark": says(raw.http(201, b"\xef\xbb\xbf" + MESSAGE.encode())),
}

DOUBTFUL: dict[str, tuple[Act, str]] = {
    "reset after the request": (raw.reset, "reset"),
    "end without an answer": (raw.close, "closed_without_answer"),
    "silence": (raw.silence, "read_timeout"),
    "half a status line": (says(b"HTTP/1.1 20"), "broken_answer"),
    "half a head": (says(b"HTTP/1.1 201 Created\r\nContent-Le"), "not_json"),
    "not HTTP": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "broken_answer"),
    "reset in the head": (says(b"HTTP/1.1 201 Created\r\n", then=raw.reset), "reset"),
    "reset in the body": (says(HALF, then=raw.reset), "reset"),
    "half a body": (says(HALF), "truncated"),
    "length too short": (says(raw.http(201, MESSAGE, length=40)), "not_json"),
    "bad chunk": (says(CHUNKED + b"zz\r\n{}"), "truncated"),
    "half a chunk": (says(CHUNKED + b"ff\r\n{}"), "truncated"),
    "a drip of a head": (drip(CREATED), "total_timeout"),
    "a drip of a body": (says(HALF, then=drip(MESSAGE[40:].encode())), "total_timeout"),
    "a drip of a body without length": (
        says(b"HTTP/1.1 201 Created\r\n\r\n", then=drip(MESSAGE.encode())),
        "total_timeout",
    ),
    "no body": (says(raw.http(201)), "not_json"),
    "not JSON": (says(raw.http(201, "created")), "not_json"),
    "a list": (says(raw.http(201, "[]")), "no_sid"),
    "null": (says(raw.http(201, "null")), "no_sid"),
    "no sid": (says(raw.http(201, '{"status": "queued"}')), "no_sid"),
    "an empty sid": (says(raw.http(201, MESSAGE.replace(SID, ""))), "no_sid"),
    "another account's": (says(raw.http(201, MESSAGE.replace(ACCOUNT, "AC9"))), "foreign_account"),
    "a portal": (says(raw.http(200, PAGE)), "not_json"),
    "202": (says(raw.http(202, MESSAGE)), "http_202"),
    "204": (says(b"HTTP/1.1 204 No Content\r\n\r\n"), "http_204"),
    "103": (says(b"HTTP/1.1 103 Early Hints\r\n\r\n"), "http_103"),
    "deep": (says(raw.http(201, "[" * 100_000)), "too_deep"),
    "deep and closed": (says(raw.http(201, '{"a":' * 65 + "1" + "}" * 65)), "too_deep"),
    "broken gzip": (says(raw.http(201, MESSAGE, "Content-Encoding: gzip")), "broken_encoding"),
    "announced as 50 MB": (says(raw.http(201, MESSAGE, length=50_000_000)), "too_large"),
    "408": (says(raw.http(408, REFUSAL)), "http_408"),
    "500": (says(raw.http(500, REFUSAL)), "http_500"),
    "502": (says(raw.http(502, PAGE)), "http_502"),
    "503": (says(raw.http(503, REFUSAL)), "http_503"),
    "504": (says(raw.http(504, "")), "http_504"),
    "400 by a portal": (says(raw.http(400, PAGE)), "http_400"),
    "403 by a gateway": (says(raw.http(403, '{"message": "Forbidden"}')), "http_403"),
    "404 in HTML": (says(raw.http(404, PAGE)), "http_404"),
    "409 without a form": (says(raw.http(409, "{}")), "http_409"),
    "413": (says(raw.http(413, PAGE)), "http_413"),
    "425": (says(raw.http(425, "")), "http_425"),
    "a refusal cut short": (says(raw.http(400, REFUSAL[:30], length=200)), "http_400"),
}


@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_in_trouble_is_told_as_such(status: int) -> None:
    """No network and no base URL of ours is to blame."""
    with raw_server(says(raw.http(status, PAGE))) as server:
        made = TwilioProvider(
            Credential("AC1", "SK1", "word"), api=server.url, messaging=server.url
        )
        with pytest.raises(ProviderUnreachable) as away:
            made.test()
        made.close()
    assert away.value.title == f"Twilio cannot answer now (HTTP {status})."
    assert "tries again by itself" in away.value.next_step


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    with raw_server(ACCEPTED[name]) as server:
        result = send(server.url)
    assert (result.outcome, result.sid) == (Outcome.ACCEPTED, SID)
    assert result.message is not None
    assert result.message.peer_raw == TEXT.to
    assert len(server.requests) == 1


def test_the_answers_date_is_kept_for_the_clock_offset() -> None:
    with raw_server(ACCEPTED["201"]) as server:
        assert send(server.url).server_date == datetime(2026, 11, 21, 22, tzinfo=UTC)


@pytest.mark.parametrize("name", DOUBTFUL)
@pytest.mark.usefixtures("short_limits")
def test_in_doubt_and_posted_once(name: str) -> None:
    act, why = DOUBTFUL[name]
    with raw_server(act) as server:
        result = send(server.url)
        assert (result.outcome, result.why) == (Outcome.IN_DOUBT, why)
        assert result.sid is None
        assert len(server.requests) == 1  # GS1: never a second POST


def test_reset_before_the_request_is_read() -> None:
    """Bytes that the kernel took may have been read; a reset before the first one proves nothing left.

    Which of the two it is depends on who is quicker.
    """
    with raw_server(raw.reset, reads=False) as server:
        assert send(server.url).outcome in (Outcome.IN_DOUBT, Outcome.NOT_SENT)
        assert server.connections == 1


REDIRECTS = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("where", ["other", "same", "file:///etc/hostname", "//", "\\\\x", ""])
def test_a_redirect_is_a_doubt_and_is_not_followed(status: int, where: str) -> None:
    with raw_server(says(CREATED)) as other:
        location = {"other": f"{other.url}/2010-04-01/", "same": "/again"}.get(where, where)
        redirect = raw.http(status, PAGE, f"Location: {location}")
        with raw_server(says(redirect)) as server:
            result = send(server.url)
            assert (result.outcome, result.why) == (Outcome.IN_DOUBT, f"http_{status}")
            assert (len(server.requests), other.connections) == (1, 0)


def test_a_left_over_answer_is_never_the_next_messages() -> None:
    """After `two answers` on a kept connection the second message would get the first one's id."""
    with raw_server(says(CREATED + CREATED, then=raw.keep)) as server:
        line = provider(server.url)
        line.send(TEXT)
        server.act = says(CREATED.replace(SID.encode(), b"SMnext".ljust(34, b"0")))
        assert line.send(TEXT).sid == "SMnext".ljust(34, "0")
        assert server.connections == 2
        line.close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_twilios_own_error_is_a_refusal(status: int) -> None:
    with raw_server(says(raw.http(status, REFUSAL))) as server:
        result = send(server.url)
    assert (result.outcome, result.code) == (Outcome.REFUSED, "21610")
    assert result.text == "Attempt to send to unsubscribed recipient"


@pytest.mark.parametrize("status", [400, 422])
def test_a_list_of_errors_is_a_refusal(status: int) -> None:
    """SignalWire's other form of the same."""
    errors = '{"errors": [{"code": "10000", "message": "To is not a number"}]}'
    with raw_server(says(raw.http(status, errors))) as server:
        result = send(server.url)
    assert (result.outcome, result.code) == (Outcome.REFUSED, "10000")
    assert result.text == "To is not a number"


@pytest.mark.parametrize("errors", ["[]", '["Not so"]', '[{"message": "Not so"}]', "[[]]", "1"])
def test_a_list_of_errors_without_a_code_is_a_doubt(errors: str) -> None:
    with raw_server(says(raw.http(422, f'{{"errors": {errors}}}'))) as server:
        result = send(server.url)
    assert (result.outcome, result.why) == (Outcome.IN_DOUBT, "http_422")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("99999999999", 3600.0),
        ("1e400", 3600.0),
        ("nan", None),
        ("soon", None),
        ("Sat, 21 Nov 2026 22:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 21:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
    ],
)
@pytest.mark.parametrize("body", [REFUSAL, PAGE])
def test_429_was_not_sent(header: str | None, seconds: float | None, body: str) -> None:
    lines = [f"Retry-After: {header}"] if header else []
    with raw_server(says(raw.http(429, body, *lines))) as server:
        result = send(server.url)
        assert (result.outcome, result.why) == (Outcome.NOT_SENT, "rate_limited")
        assert result.retry_after == seconds
        assert len(server.requests) == 1


# --- proved: not a byte left -----------------------------------------------------------------


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        url = f"http://127.0.0.1:{closing.getsockname()[1]}"
    result = send(url)
    assert (result.outcome, result.why) == (Outcome.NOT_SENT, "refused")


def test_the_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    result = send("https://api.example.test")
    assert (result.outcome, result.why) == (Outcome.NOT_SENT, "dns")


@pytest.mark.usefixtures("short_limits")
def test_the_connection_is_never_made() -> None:
    """A full queue of a listener leaves further connections unanswered (Linux)."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listening.getsockname())
        result = send(f"http://127.0.0.1:{listening.getsockname()[1]}")
        for filler in fillers:
            filler.close()
    assert (result.outcome, result.why) == (Outcome.NOT_SENT, "connect_timeout")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `.test` name leads to this machine."""
    ask = socket.getaddrinfo

    def local(host: str, *args: object, **kwargs: object) -> object:
        return ask("127.0.0.1" if str(host).endswith(".test") else host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", local)


TLS_FAULTS = {
    "unknown authority": ("api.example.test", 1, False),
    "another host's": ("other.example.test", 1, True),
    "expired": ("api.example.test", -1, True),
}


@pytest.mark.parametrize("name", TLS_FAULTS)
@pytest.mark.usefixtures("hosts")
def test_a_certificate_that_proves_nothing(name: str, authority: Authority) -> None:
    host, days, known = TLS_FAULTS[name]
    options = HttpOptions(ca_file=str(authority.path)) if known else None
    with raw_server(says(CREATED), tls=authority.server(host, days=days)) as server:
        result = send(f"https://api.example.test:{server.port}", options)
        assert (result.outcome, result.why) == (Outcome.NOT_SENT, "tls")
        assert server.requests == []  # GP5: the credential stayed here


@pytest.mark.usefixtures("hosts")
def test_an_authority_of_ones_own(authority: Authority) -> None:
    options = HttpOptions(ca_file=str(authority.path))
    with raw_server(says(CREATED), tls=authority.server("api.example.test")) as server:
        result = send(f"https://api.example.test:{server.port}", options)
        assert result.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("act", [raw.close, raw.reset, says(CREATED)], ids=["end", "reset", "http"])
@pytest.mark.usefixtures("hosts")
def test_a_handshake_that_fails(act: Act) -> None:
    """Also where the error is a bare `ConnectionResetError`, which after the request is a doubt."""

    def after_hello(connection: socket.socket) -> None:
        connection.recv(65536)
        act(connection)

    with raw_server(after_hello, reads=False) as server:
        result = send(f"https://api.example.test:{server.port}")
        assert result.outcome is Outcome.NOT_SENT


@pytest.mark.usefixtures("hosts", "short_limits")
def test_a_handshake_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SEND_TOTAL_S", 30.0)  # of the two limits, the one for reading
    with raw_server(drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 500), reads=False) as server:
        result = send(f"https://api.example.test:{server.port}")
        assert (result.outcome, result.why) == (Outcome.NOT_SENT, "read_timeout")


@pytest.mark.parametrize("status", [407, 403, 502])
def test_a_proxy_that_refuses(status: int) -> None:
    with raw_server(says(raw.http(status, PAGE))) as proxy:
        result = send("https://api.example.test", HttpOptions(proxy=proxy.url))
        assert (result.outcome, result.why) == (Outcome.NOT_SENT, "proxy")
        assert b"Authorization" not in b"".join(proxy.requests)


@pytest.mark.usefixtures("hosts")
def test_the_environments_proxy_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(says(CREATED)) as server, raw_server(says(CREATED)) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert send(server.url).outcome is Outcome.ACCEPTED
        assert proxy.connections == 0


def test_plain_http_goes_no_further_than_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """GP5: wherever the name `localhost` leads, the credential is not sent off."""
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("192.0.2.7", 80))
    with raw_server(says(CREATED)) as server:
        result = send(f"http://localhost:{server.port}")
        assert (result.outcome, result.why) == (Outcome.NOT_SENT, "address_refused")
        assert server.requests == []


def test_text_that_no_message_can_carry() -> None:
    with raw_server(says(CREATED)) as server:
        line = provider(server.url)
        half = Outgoing(Channel.SMS, TEXT.sender, TEXT.to, "half a \ud83d")
        assert line.send(half).outcome is Outcome.REFUSED
        assert server.connections == 0
        line.close()


# --- size ------------------------------------------------------------------------------------


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(level=1, wbits=31)  # quick: each worker makes it
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()


BOMB = _bomb(100)


@pytest.mark.parametrize(
    "answer",
    [
        raw.http(200, BOMB, "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BOMB), BOMB),
        b"HTTP/1.1 200 OK\r\n\r\n" + b'{"a": "' + b"x" * 50_000_000,
    ],
    ids=["gzip bomb", "chunked gzip bomb", "50 MB"],
)
def test_an_answer_of_any_size_takes_little_memory(answer: bytes) -> None:
    with raw_server(says(answer)) as server:
        line = provider(server.url)
        tracemalloc.start()
        tracemalloc.reset_peak()
        try:
            with pytest.raises(ProviderUnreachable, match="too large"):
                line.test()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            line.close()
    assert peak < 40_000_000


# --- a GET -----------------------------------------------------------------------------------


def _get(answer: bytes) -> None:
    with raw_server(says(answer)) as server:
        line = provider(server.url)
        try:
            line.test()
        finally:
            line.close()


AUTHENTICATE = '{"code": 20003, "message": "Authenticate", "status": 401}'


@pytest.mark.parametrize("answer", [raw.http(401, AUTHENTICATE), raw.http(401, PAGE)])
def test_get_401(answer: bytes) -> None:
    with pytest.raises(CredentialError):
        _get(answer)


def test_get_403() -> None:
    with pytest.raises(CredentialError):
        _get(raw.http(403, AUTHENTICATE))
    with pytest.raises(ProviderRefusal, match="Not yours"):
        _get(raw.http(403, '{"code": 70051, "message": "Not yours", "status": 403}'))


def test_get_404() -> None:
    """The account's own list is missing: whatever answers, it is not this account."""
    with pytest.raises(ProviderUnreachable):
        _get(raw.http(404, REFUSAL))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Retry-After: 3", 3.0), ("Retry-After: Sat, 21 Nov 2026 22:01:00 GMT", 60.0), ("X: y", 1.0)],
)
def test_get_429(header: str, seconds: float) -> None:
    with pytest.raises(RateLimited) as caught:
        _get(raw.http(429, REFUSAL, header))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 302])
def test_get_of_a_server_in_trouble(status: int) -> None:
    with pytest.raises(ProviderUnreachable):
        _get(raw.http(status, REFUSAL))


@pytest.mark.parametrize("name", [name for name in DOUBTFUL if not name[0].isdigit()])
@pytest.mark.usefixtures("short_limits")
def test_get_of_a_broken_server(name: str) -> None:
    with raw_server(DOUBTFUL[name][0]) as server:
        line = provider(server.url)
        with pytest.raises((ProviderUnreachable, ProviderRefusal)):
            line.test()
        assert server.connections == 1
        line.close()


def test_no_cookie_is_kept() -> None:
    page = raw.http(200, '{"messages": []}', "Set-Cookie: place=here; Path=/")
    with raw_server(says(page, then=raw.keep)) as server:
        line = provider(server.url)
        line.test()
        line.test()
        line.close()
    assert not any(b"cookie" in request.lower() for request in server.requests)


@pytest.mark.parametrize(("idle_s", "connections"), [(60.0, 1), (0.0, 3)])
def test_an_idle_connection_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, idle_s: float, connections: int
) -> None:
    monkeypatch.setattr(http, "IDLE_S", idle_s)
    with raw_server(says(raw.http(200, '{"messages": []}'), then=raw.keep)) as server:
        line = provider(server.url)
        for _ in range(3):
            line.test()
        line.close()
        assert server.connections == connections


# --- attachments (GP5) -----------------------------------------------------------------------

PICTURE = b"\xff\xd8\xff\xe0" + b"\0" * 2000
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}/Media/ME1"


def _fetch(url: str, *, limit: int = 5_000_000, options: HttpOptions | None = None) -> bytes:
    line = provider(url, options=options)
    try:
        return line.fetch_media(PATH, limit=limit)[1]
    finally:
        line.close()


def _redirect(url: str) -> Act:
    return says(raw.http(307, "", f"Location: {url}"), then=raw.keep)


def test_media_from_the_first_host_with_credentials_and_from_the_next_without() -> None:
    with raw_server(says(raw.http(200, PICTURE))) as store, raw_server(raw.close) as server:
        server.act = _redirect(f"{store.url}/file?token=1")
        assert _fetch(server.url) == PICTURE
        assert b"authorization: basic" in server.requests[0].lower()
        assert b"authorization" not in store.requests[0].lower()
        assert b"cookie" not in store.requests[0].lower()


def test_media_never_carries_credentials_back() -> None:
    with raw_server(says(b"")) as store, raw_server(says(b"")) as server:
        server.act = _redirect(f"{store.url}/1")
        store.act = _redirect(f"{server.url}/2")
        with pytest.raises(ProviderRefusal, match="circles"):
            _fetch(server.url)
        assert len(server.requests) + len(store.requests) == 6  # the first and five redirects
        assert [b"authorization" in r.lower() for r in server.requests] == [True, False, False]


@pytest.mark.parametrize(
    "place",
    [
        "http://192.0.2.1/x",
        "file:///etc/hostname",
        "ftp://example.test/x",
        "//192.0.2.1/x",
        "http://user@127.0.0.1/x",
        "https://[::1/x",
        "gopher:",
        "https://exa mple.test/",
    ],
)
def test_media_elsewhere_than_https(place: str) -> None:
    with raw_server(_redirect(place)) as server, pytest.raises(ProviderRefusal) as caught:
        _fetch(server.url)
    assert caught.value.code == "media_host"


@pytest.mark.usefixtures("hosts")
def test_media_on_a_private_address(authority: Authority) -> None:
    """The name is public, the address it leads to is not: no byte is sent there."""
    options = HttpOptions(ca_file=str(authority.path))
    first, second = (authority.server(f"{name}.example.test") for name in ("api", "files"))
    with raw_server(raw.close, tls=first) as server, raw_server(raw.close, tls=second) as store:
        server.act = _redirect(f"https://files.example.test:{store.port}/x")
        with pytest.raises(ProviderRefusal) as caught:
            _fetch(f"https://api.example.test:{server.port}", options=options)
        assert caught.value.code == "media_host"
        assert store.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        raw.http(200, PICTURE),
        b"HTTP/1.1 200 OK\r\n\r\n" + PICTURE,
        raw.http(200, gzip.compress(b"\0" * 10_000_000), "Content-Encoding: gzip"),
    ],
    ids=["announced", "unannounced", "gzip bomb"],
)
def test_media_larger_than_allowed(answer: bytes) -> None:
    with raw_server(says(answer)) as server, pytest.raises(ProviderRefusal) as caught:
        _fetch(server.url, limit=1000)
    assert caught.value.code == "media_too_large"


@pytest.mark.usefixtures("short_limits")
def test_media_that_drips() -> None:
    with raw_server(drip(raw.http(200, PICTURE))) as server, pytest.raises(ProviderUnreachable):
        _fetch(server.url)


@pytest.mark.parametrize(("status", "error"), [(404, NotFoundError), (401, CredentialError)])
def test_media_that_is_gone(status: int, error: type[Exception]) -> None:
    with raw_server(says(raw.http(status, REFUSAL))) as server, pytest.raises(error):
        _fetch(server.url)


@pytest.mark.parametrize("path", ["https://example.test/x", "//example.test/x", "x", "\\\\x\\y"])
def test_media_whose_path_is_on_another_host(path: str) -> None:
    with raw_server(says(raw.http(200, PICTURE))) as server:
        line = provider(server.url)
        with pytest.raises(ProviderRefusal):
            line.fetch_media(path, limit=1000)
        assert server.connections == 0
        line.close()


# --- rules without a network -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f::1", True),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:100.64.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("ff02::1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert hosts_rules.is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com",
        "http://127.0.0.1.example.test",
        "http://localhost.example.test",
        "https://user:word@api.twilio.com",
        "https://api.twilio.com?x=1",
        "https://api.twilio.com#x",
        "https://api.twilio.com\\@example.test",
        "https://",
        "https://host:99999",
        "https://[::1",
        "ftp://127.0.0.1",
        "file:///etc",
        "api.twilio.com",
        "https://bücher.example",
        "",
    ],
)
def test_base_urls_that_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        hosts_rules.check_base_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twilio.com",
        "https://x.signalwire.com/api/laml/",
        "http://127.0.0.1:4010",
        "http://localhost:4010/twilio",
        "http://[::1]:4010",
    ],
)
def test_base_urls_that_are_taken(url: str) -> None:
    assert hosts_rules.check_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize("secret", ["schlüssel", "a\nb", "“quoted”", "zero\u200bwidth"])
def test_a_secret_that_cannot_be_one_is_not_in_the_error(secret: str) -> None:
    with pytest.raises(CredentialError) as caught:
        provider("http://127.0.0.1:9", secret=secret)
    assert secret not in str(caught.value)


def test_nothing_private_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """GP3: neither numbers, texts, URLs nor secrets, at any level of any logger."""
    caplog.set_level(0)
    with raw_server(says(raw.http(200, '{"messages": []}'))) as server:
        line = provider(server.url, secret="very-private-word")
        line.list_messages(page_size=5, to=(Channel.SMS, "+12025550171"))
        line.send(TEXT)
        line.close()
    assert "list messages: 200" in caplog.text
    for private in ("2025550171", "very-private-word", "Good morning", "/2010-04-01", ACCOUNT):
        assert private not in caplog.text


def test_the_environments_certificates_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with raw_server(says(CREATED)) as server:
        assert send(server.url).outcome is Outcome.ACCEPTED
