"""The one user of requests: time limits, verified TLS, bounded answers, nothing ever repeated.

`ApiClient` speaks JSON with one provider's own hosts, `Downloader` fetches attachments. Neither
follows a redirect with credentials, reads proxies or keys from the environment, or tries again by
itself. What became of a POST is judged by whether a byte of it may have left (algorithms §1.4).
Logs name the call, never an address, a URL, a text or a secret.
"""

from __future__ import annotations

import base64
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from datetime import datetime
from http.client import IncompleteRead, RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode

import requests
import urllib3
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3 import exceptions as wire
from urllib3.connection import HTTPConnection, HTTPSConnection

from sms_desk.domain.errors import (
    CredentialError,
    NotFoundError,
    ProviderError,
    ProviderRefusal,
    ProviderUnreachable,
    RateLimited,
)
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.hosts import (
    check_base_url,
    is_loopback,
    is_loopback_url,
    is_public,
    joined,
    origin,
)
from sms_desk.providers.reading import (
    Unreadable,
    api_error,
    parse_date,
    parse_json,
    parse_retry_after,
)

CONNECT_S = 10.0
LIST_READ_S = 30.0
LIST_TOTAL_S = 60.0
SEND_READ_S = 65.0  # giving up earlier than the provider makes a doubt of our own
SEND_TOTAL_S = 75.0
MEDIA_TOTAL_S = 60.0
IDLE_S = 15.0  # an older connection may have died in its sleep, and would answer with silence
MEDIA_HOPS = 5
BODY_LIMIT = 8 * 1024 * 1024
HUGE_LIMIT = 64 * 1024 * 1024
"""Of an answer of which only the ends are kept."""
_EDGE = 64 * 1024
_CHUNK = 64 * 1024

_log = logging.getLogger(__name__)
# urllib3 logs whole URLs, and with them the numbers in list filters.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


# --- Answers ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A status line and what came with it.

    payload: the JSON value; None where `fault` says why it could not be read (`truncated`,
    `too_large`, `not_json`, `too_deep`, `total_timeout` …).
    server_date: the Date header. retry_after: seconds, bounded.
    """

    status: int
    payload: object
    fault: str = ""
    server_date: datetime | None = None
    retry_after: float | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        """The JSON object, or an empty one for anything else."""
        return self.payload if isinstance(self.payload, dict) else {}


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody answered. sent: a byte of the request may have left this machine.

    why: a stable word such as `dns`, `refused`, `tls`, `read_timeout`, `reset`.
    """

    sent: bool
    why: str


class AnswerTooLarge(ProviderUnreachable):
    """The provider sent more than the desk reads at once; asked for less, it may send less."""


# --- One request on the wire -----------------------------------------------------------------


class _Exchange:
    """What is known of one request while it runs: was a byte sent, and has its time run out.

    requests' own limits hold for each read; a server that drips bytes never meets them. At
    `total_s` the socket is shut down, and whoever reads from it sees its end.
    """

    def __init__(self, total_s: float, admits: Callable[[str], bool]) -> None:
        self.sent = False
        self.expired = False
        self.connecting = False
        self._admits = admits
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(total_s, self._expire)
        self._timer.daemon = True

    def admit(self, sock: socket.socket) -> None:
        """Refuse an address that may not be spoken to. (A TLS handshake has a time limit itself.)"""
        address = str(sock.getpeername()[0])
        if not self._admits(address):
            raise AddressRefused("this address is not allowed")
        self._sock = sock

    def follow(self, sock: socket.socket) -> None:
        self._sock = sock
        self.sent = True

    def _expire(self) -> None:
        self.expired = True
        if self._sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)  # beneath TLS

    def __enter__(self) -> _Exchange:
        self._token = _current.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _current.reset(self._token)


class AddressRefused(OSError):
    """The name leads to an address that may not be spoken to."""


_current: ContextVar[_Exchange] = ContextVar("exchange")


class _Connection(HTTPConnection):
    """Tells the exchange where it connected and when the first byte of the request leaves."""

    @override
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        try:
            _current.get().admit(sock)
        except OSError:
            sock.close()
            raise
        return sock

    @override
    def connect(self) -> None:
        exchange = _current.get()
        exchange.connecting = True  # a proxy's CONNECT goes through `send` too
        super().connect()
        exchange.connecting = False

    @override
    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        exchange = _current.get()
        if not exchange.connecting:
            exchange.follow(self.sock)
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS: dict[str, Any] = {"http": _Pool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    """Our own connections, and no retries of any kind."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    @override
    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """From the desk's own settings; the environment is never asked. Certificates are always checked.

    ca_file: PEM file that replaces the public authorities. proxy: `http://host:port`.
    """

    ca_file: str | None = None
    proxy: str | None = None


class _Session(requests.Session):
    """Follows no redirect; plain `allow_redirects=False` still reads a redirect's whole body."""

    def __init__(self, options: HttpOptions) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = options.ca_file or True
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = "sms-desk"
        if options.proxy:
            self.proxies = {"https": options.proxy}
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


_WORDS: Sequence[tuple[type[BaseException], str]] = (
    (AddressRefused, "address_refused"),
    (wire.NameResolutionError, "dns"),
    (wire.NewConnectionError, "refused"),
    (wire.ConnectTimeoutError, "connect_timeout"),
    (wire.ReadTimeoutError, "read_timeout"),
    (TimeoutError, "read_timeout"),
    (wire.SSLError, "tls"),
    (RemoteDisconnected, "closed_without_answer"),
    (ConnectionError, "reset"),
    (IncompleteRead, "truncated"),
    (wire.InvalidChunkLength, "truncated"),
    (wire.DecodeError, "broken_encoding"),
)


def _word(error: BaseException, exchange: _Exchange) -> str:
    """One stable word for a failure, for the log and the attempt row, of its innermost reason."""
    if exchange.expired:
        return "total_timeout"
    chain = list(_causes(error))
    if any(isinstance(cause, wire.ProxyError) for cause in chain):
        return "proxy"
    words = (word for cause in reversed(chain) for kind, word in _WORDS if isinstance(cause, kind))
    return next(words, "broken_answer")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it wraps: requests and urllib3 keep that in `reason` or in an argument."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        held = (getattr(cause, "reason", None), *reversed(cause.args))
        cause = next((item for item in held if isinstance(item, BaseException)), None)


def _read(response: requests.Response, limit: int) -> bytes:
    """The decoded body; raises Unreadable as soon as it is larger than `limit` bytes."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise Unreadable("too_large")
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            raise Unreadable("too_large")
    return bytes(body)


def _edges(response: requests.Response) -> tuple[str, str]:
    """The first and the last characters of a body, however large it is in between."""
    head, tail, size = bytearray(), b"", 0
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > HUGE_LIMIT:
            raise Unreadable("too_large")
        head += chunk[: _EDGE - len(head)]
        tail = (tail + chunk)[-_EDGE:]
    return head.decode("utf-8", "replace"), tail.decode("utf-8", "replace")


def _json(response: requests.Response) -> object:
    return parse_json(_read(response, BODY_LIMIT))


def _answer(
    response: requests.Response,
    exchange: _Exchange,
    read: Callable[[requests.Response], object] = _json,
) -> Answer:
    payload: object = None
    fault = ""
    try:
        payload = read(response)
    except Unreadable as error:
        fault = error.why
    except (wire.HTTPError, OSError) as error:
        fault = _word(error, exchange)
    if exchange.expired:
        payload, fault = None, "total_timeout"
    date = parse_date(response.headers.get("Date"))
    wait = parse_retry_after(response.headers.get("Retry-After"), date)
    return Answer(response.status_code, payload, fault, date, wait)


# --- The client ------------------------------------------------------------------------------


class ApiClient:
    """JSON with one provider's own hosts, under one credential.

    base_urls: every URL that the credential may go to begins with the origin of one of them.
    provider: its name, for the words of errors. May be used by several threads.
    """

    def __init__(
        self,
        base_urls: Sequence[str],
        *,
        user: str,
        secret: str,
        provider: str,
        options: HttpOptions | None = None,
    ) -> None:
        options = options or HttpOptions()
        self._provider = provider
        self._origins = frozenset(origin(check_base_url(url)) for url in base_urls)
        self._is_local = all(is_loopback_url(url) for url in base_urls)
        self._is_proxied = options.proxy is not None
        self._auth = _basic(user, secret, provider)
        self._session = _Session(options)
        self._sender = _Session(options)
        self._stranger = _Session(options)
        self._last_get = time.monotonic()

    def owns(self, url: str) -> bool:
        """Whether the URL is on one of the provider's own hosts."""
        return origin(url) in self._origins

    def get(
        self, url: str, params: Sequence[tuple[str, str]] = (), *, what: str
    ) -> Mapping[str, Any]:
        """The JSON object at `url`. what: the call's name, for the log.

        Raises CredentialError, NotFoundError, RateLimited, ProviderRefusal, ProviderUnreachable,
        of these AnswerTooLarge for one above BODY_LIMIT.
        """
        if params:
            url = f"{url}?{urlencode(params)}"
        payload = self._get(url, what, _json)
        if not isinstance(payload, dict):
            raise self._unreachable("not_json")
        return payload

    def edges(self, url: str, *, what: str) -> tuple[str, str]:
        """The first and last 64 KB, as text, of an answer that is too large to be read.

        Raises as `get`; AnswerTooLarge only above HUGE_LIMIT.
        """
        found = self._get(url, what, _edges)
        assert isinstance(found, tuple)
        return found

    def _get(self, url: str, what: str, read: Callable[[requests.Response], object]) -> object:
        self._drop_idle()
        limits = (LIST_READ_S, LIST_TOTAL_S)
        answer = self._call(self._session, "GET", url, None, limits, what, read)
        if isinstance(answer, NoAnswer):
            raise self._unreachable(answer.why)
        if not 200 <= answer.status < 300:
            raise self._error(answer)
        if answer.fault:
            raise self._unreachable(answer.fault)
        return answer.payload

    def post(self, url: str, form: Sequence[tuple[str, str]], *, what: str) -> Answer | NoAnswer:
        """One POST on a connection of its own; never repeated, whatever becomes of it.

        A kept connection that the server closes meanwhile is the commonest cause of a doubt, and
        one with a left-over answer in it would give this message another one's id.
        """
        try:
            body = urlencode(form).encode("ascii")
        except UnicodeEncodeError:
            return NoAnswer(sent=False, why="not_text")  # half a surrogate pair
        try:
            return self._call(self._sender, "POST", url, body, (SEND_READ_S, SEND_TOTAL_S), what)
        finally:
            self._sender.close()

    def download(self, url: str, *, limit: int) -> tuple[str, bytes]:
        """Content type and bytes of an attachment, through at most five redirects, in 60 seconds.

        Off the provider's own hosts nothing but a bare https request to a public address is sent.
        Raises ProviderRefusal (`media_too_large`, `media_host`, `media_redirects`),
        NotFoundError, CredentialError, ProviderUnreachable.
        """
        deadline = time.monotonic() + MEDIA_TOTAL_S
        is_own = True
        for _ in range(MEDIA_HOPS + 1):
            is_own = is_own and self.owns(url)
            step = self._hop(url, is_own, limit, deadline - time.monotonic())
            if not isinstance(step, str):
                return step
            url = step
        raise _media_refusal("media_redirects", "The attachment's address leads in circles.")

    def close(self) -> None:
        for session in (self._session, self._sender, self._stranger):
            session.close()

    def _call(
        self,
        session: requests.Session,
        method: str,
        url: str,
        body: bytes | None,
        limits: tuple[float, float],
        what: str,
        read: Callable[[requests.Response], object] = _json,
    ) -> Answer | NoAnswer:
        if not self.owns(url):
            raise self._foreign()
        read_s, total_s = limits
        headers = {"Accept": "application/json", "Authorization": self._auth}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.monotonic()
        with _Exchange(total_s, self._admission(url, is_own=True)) as exchange:
            try:
                with session.request(
                    method, url, data=body, headers=headers, timeout=(CONNECT_S, read_s),
                    stream=True,
                ) as response:  # fmt: skip
                    result: Answer | NoAnswer = _answer(response, exchange, read)
            except (requests.RequestException, wire.HTTPError, OSError) as error:
                result = NoAnswer(exchange.sent, _word(error, exchange))
        _log_call(what, result, time.monotonic() - started)
        return result

    def _drop_idle(self) -> None:
        now = time.monotonic()
        if now - self._last_get > IDLE_S:
            self._session.close()
        self._last_get = now

    def _hop(self, url: str, is_own: bool, limit: int, total_s: float) -> str | tuple[str, bytes]:
        """One request of a download: the next URL, or the content."""
        self._check_hop(url, is_own)
        if total_s <= 0:
            raise self._unreachable("total_timeout")
        session = self._session if is_own else self._stranger
        headers = {"Authorization": self._auth} if is_own else {}
        with _Exchange(total_s, self._admission(url, is_own=is_own)) as exchange:
            try:
                with session.get(
                    url, headers=headers, timeout=(CONNECT_S, LIST_READ_S), stream=True
                ) as response:
                    step = self._content(response, url, is_own, limit)
            except (requests.RequestException, wire.HTTPError, OSError) as error:
                why = _word(error, exchange)
                if why == "address_refused":
                    raise _foreign_media() from None
                raise self._unreachable(why) from None
            if exchange.expired:
                raise self._unreachable("total_timeout")
        return step

    def _content(
        self, response: requests.Response, url: str, is_own: bool, limit: int
    ) -> str | tuple[str, bytes]:
        if response.status_code in (301, 302, 303, 307, 308):
            return joined(url, response.headers.get("Location", ""))
        if response.status_code == 404:
            raise NotFoundError("The provider no longer has this attachment.")
        if not 200 <= response.status_code < 300:
            if is_own:
                raise self._error(_answer(response, _current.get()))
            raise self._unreachable(f"http_{response.status_code}")
        try:
            body = _read(response, limit)
        except Unreadable:
            raise _media_refusal(
                "media_too_large",
                f"The attachment is larger than {limit // 1_000_000} MB.",
            ) from None
        return response.headers.get("Content-Type", "application/octet-stream"), body

    def _check_hop(self, url: str, is_own: bool) -> None:
        """Off the own hosts: https only, and on loopback's account also http to loopback."""
        if is_own:
            return
        place = origin(url)
        if place is None or not (
            place.startswith("https:") or (self._is_local and is_loopback_url(url))
        ):
            raise _foreign_media()

    def _admission(self, url: str, *, is_own: bool) -> Callable[[str], bool]:
        """Which addresses a connection for `url` may lead to, checked once it is made."""
        if url.startswith("http:"):
            return is_loopback
        if is_own or self._is_local or self._is_proxied:  # the proxy's address says nothing
            return lambda _: True
        return is_public

    def _error(self, answer: Answer) -> ProviderError | NotFoundError:
        """The domain's error for an answer that is not 2xx."""
        code, text = (str(word or "") for word in api_error(answer.fields))
        if answer.status == 401 or (answer.status == 403 and code == "20003"):
            return CredentialError(
                f"{self._provider} does not accept this credential.",
                "Check the account's id and secret, or make a new API key, and test it again.",
            )
        if answer.status == 404:
            return NotFoundError(f"{self._provider} has no such thing.")
        if answer.status == 429:
            return RateLimited(
                f"{self._provider} asks to slow down.",
                "Nothing is lost; the desk goes on by itself.",
                retry_after=1.0 if answer.retry_after is None else answer.retry_after,
            )
        if 400 <= answer.status < 500 and answer.status != 408 and text:
            return ProviderRefusal(f"{self._provider} says: {text}", code=code, text=text)
        return self._unreachable(f"http_{answer.status}")

    def _unreachable(self, why: str) -> ProviderUnreachable:
        if why.startswith("http_5"):
            return ProviderUnreachable(
                f"{self._provider} cannot answer now (HTTP {why.removeprefix('http_')}).",
                "Nothing is lost; the desk tries again by itself.",
            )
        words = _UNREACHABLE.get(why, f"answered in an unknown way ({why})")
        kind = AnswerTooLarge if why == "too_large" else ProviderUnreachable
        return kind(
            f"{self._provider} {words}.",
            "Check the network and the base URL.",
        )

    def _foreign(self) -> ProviderUnreachable:
        return ProviderUnreachable(
            f"{self._provider} pointed to a host that is not its own.",
            "The credential was not sent there. Check the base URL of the account.",
        )


_UNREACHABLE: Mapping[str, str] = {
    "dns": "could not be found by name",
    "refused": "could not be reached",
    "connect_timeout": "did not answer in time",
    "read_timeout": "did not answer in time",
    "total_timeout": "did not answer in time",
    "tls": "could not prove who it is (TLS certificate)",
    "proxy": "could not be reached through the proxy",
    "reset": "broke the connection",
    "closed_without_answer": "broke the connection",
    "truncated": "broke the connection in the middle of its answer",
    "too_large": "sent an answer that is too large",
    "too_deep": "sent an answer that cannot be read",
    "not_json": "sent an answer that cannot be read",
    "address_refused": "is not on this machine, and plain http goes no further",
}


def _basic(user: str, secret: str, provider: str) -> str:
    """The Authorization header. Raises CredentialError for characters that no key holds."""
    if not (user.isascii() and secret.isascii() and (user + secret).isprintable()):
        raise CredentialError(
            f"The credential for {provider} holds a character that no key has.",
            "Copy it again, without blanks or quotation marks around it.",
        )
    token = base64.b64encode(f"{user}:{secret}".encode("ascii")).decode("ascii")
    return f"Basic {token}"


def _media_refusal(code: str, title: str) -> ProviderRefusal:
    return ProviderRefusal(title, "It stays with the provider.", code=code, text=title)


def _foreign_media() -> ProviderRefusal:
    return _media_refusal("media_host", "The attachment lies on a host that is not allowed.")


def _log_call(what: str, result: Answer | NoAnswer, seconds: float) -> None:
    if isinstance(result, NoAnswer):
        outcome = f"no answer ({result.why})"
    else:
        outcome = f"{result.status} {result.fault}".strip()
    _log.info("%s: %s in %d ms", what, outcome, seconds * 1000)
