"""The HTTP side: Twilio's paths over one sandbox, every host's paths from one base URL."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sms_desk.domain.frozen import dataclass

from . import calls, control, images, render, rules, wire
from .calls import Call
from .faults import Afflictions, FaultKind
from .model import Refusal, Service, Status
from .render import Json, PageOf
from .sandbox import Sandbox

TICK_SECONDS = 0.25
_ACCOUNT = f"/{render.VERSION}/Accounts/{{account}}"


@dataclass(frozen=True, slots=True)
class Context:
    """What an operation works with: the sandbox (its lock is held), the call, what befalls it."""

    sandbox: Sandbox
    call: Call
    ills: Afflictions


Operation = Callable[[Context], Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One line of the API. name: how faults and the page docs/sandbox.md call it."""

    name: str
    method: str
    path: str
    operation: Operation
    main_only: bool = False  # refused to API keys


class Application:
    """Carries calls to the world, with authentication and faults around them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.stopping = asyncio.Event()

    def starlette(self) -> Starlette:
        """The ASGI application; its lifespan lets time pass in the world."""
        routes = [self._route(endpoint) for endpoint in ENDPOINTS]
        return Starlette(
            routes=[*routes, *control.routes(self.sandbox)],
            lifespan=self._lifespan,
            exception_handlers={HTTPException: _unknown_path},
        )

    def _route(self, endpoint: Endpoint) -> Route:
        async def handle(request: Request) -> Response:
            return await self._serve(endpoint, request)

        return Route(endpoint.path, handle, methods=[endpoint.method])

    async def _serve(self, endpoint: Endpoint, request: Request) -> Response:
        try:
            call = await Call.read(request)
        except Refusal as no:
            return _refused(no)
        with self.sandbox.lock:
            ills = self.sandbox.faults.take(endpoint.name, call.to)
        await self._pause(ills.delay)
        if ills.before:
            return wire.instead(ills.before, self.stopping)
        answer = self._perform(endpoint, Context(self.sandbox, call, ills))
        if ills.after:
            return wire.instead(ills.after, self.stopping, answer)
        return answer

    def _perform(self, endpoint: Endpoint, context: Context) -> Response:
        sandbox = context.sandbox
        with sandbox.lock:
            sandbox.tick()
            try:
                calls.authenticate(
                    context.call, sandbox.world.account, main_only=endpoint.main_only
                )
                answer = endpoint.operation(context)
            except Refusal as no:
                answer = _refused(no)
            answer.headers["Date"] = format_datetime(sandbox.now(), usegmt=True)
        return answer

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), seconds)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(self._live())
        try:
            yield
        finally:
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking
            self.sandbox.close()

    async def _live(self) -> None:
        """Let what is due happen, and keep the state file; a second of play may be lost."""
        while True:
            for _ in range(int(1 / TICK_SECONDS)):
                await asyncio.sleep(TICK_SECONDS)
                self.sandbox.tick()
            self.sandbox.save()


# --- operations ---------------------------------------------------------------------------


def _fetch_account(at: Context) -> Response:
    return JSONResponse(render.account(at.sandbox.world.account))


def _fetch_balance(at: Context) -> Response:
    return JSONResponse(render.balance(at.sandbox.world.account))


def _create_message(at: Context) -> Response:
    message = at.sandbox.send(calls.send_request(at.call))
    return JSONResponse(render.message(message, at.sandbox.world.account), 201)


def _list_messages(at: Context) -> Response:
    world, call = at.sandbox.world, at.call
    page = world.archive.page(
        calls.message_filter(call),
        call.page_size,
        call.asked("PageToken"),
        at.sandbox.now(),
        at.ills.list_lag,
    )
    rows = [render.message(message, world.account) for message in page.messages]
    return _page_2010(at, "messages", _distorted(rows, at.ills), page.token)


def _distorted(rows: list[Json], ills: Afflictions) -> list[Json]:
    if ills.has(FaultKind.LIST_DUPLICATES):
        rows = [row for row in rows for _ in range(2)]
    if ills.has(FaultKind.LIST_SHUFFLED):
        random.Random(len(rows)).shuffle(rows)  # noqa: S311 - repeatable disorder
    return rows


def _fetch_message(at: Context) -> Response:
    world = at.sandbox.world
    return JSONResponse(render.message(world.message(at.call.path["sid"]), world.account))


def _update_message(at: Context) -> Response:
    """Redact (an empty Body) or cancel (Status=canceled)."""
    world, sid, now = at.sandbox.world, at.call.path["sid"], at.sandbox.now()
    message = world.message(sid)
    if at.call.given("Status") == Status.CANCELED:
        message = world.cancel(sid, now)
    elif at.call.form.get("Body") == [""]:
        message = world.redact(sid, now)
    elif at.call.form:
        raise rules.refusal(20001)
    at.sandbox.changed = True
    return JSONResponse(render.message(message, world.account))


def _delete_message(at: Context) -> Response:
    at.sandbox.world.delete(at.call.path["sid"])
    at.sandbox.changed = True
    return Response(status_code=204)


def _list_media(at: Context) -> Response:
    world = at.sandbox.world
    message = world.message(at.call.path["sid"])
    rows = [render.media(media, message.sid, world.account) for media in message.media]
    return _page_2010(at, "media_list", rows)


def _fetch_media(at: Context) -> Response:
    """The description with `.json`, else the bytes. (Twilio answers the latter with a redirect to
    its storage; order the fault `redirect` to see that.)"""
    world, name = at.sandbox.world, at.call.path["media"]
    message = world.message(at.call.path["sid"])
    wanted = name.removesuffix(".json")
    media = next((m for m in message.media if m.sid == wanted), None)
    if media is None:
        raise rules.refusal(20404, 404)
    if name != wanted:
        return JSONResponse(render.media(media, message.sid, world.account))
    return Response(images.data(media.picture), media_type=media.content_type)


def _delete_media(at: Context) -> Response:
    path = at.call.path
    at.sandbox.world.delete_media(path["sid"], path["media"].removesuffix(".json"))
    at.sandbox.changed = True
    return Response(status_code=204)


def _list_numbers(at: Context) -> Response:
    world, number, name = (
        at.sandbox.world,
        at.call.asked("PhoneNumber"),
        at.call.asked("FriendlyName"),
    )
    rows = [
        render.number(n, world.account)
        for n in world.numbers
        if number in n.address and name in ("", n.name)
    ]
    return _page_2010(at, "incoming_phone_numbers", rows)


def _fetch_number(at: Context) -> Response:
    world = at.sandbox.world
    number = _one(n for n in world.numbers if n.sid == at.call.path["sid"])
    return JSONResponse(render.number(number, world.account))


def _list_short_codes(at: Context) -> Response:
    world, code = at.sandbox.world, at.call.asked("ShortCode")
    rows = [render.short_code(c, world.account) for c in world.short_codes if code in c.code]
    return _page_2010(at, "short_codes", rows)


def _fetch_short_code(at: Context) -> Response:
    world = at.sandbox.world
    code = _one(c for c in world.short_codes if c.sid == at.call.path["sid"])
    return JSONResponse(render.short_code(code, world.account))


def _list_services(at: Context) -> Response:
    world = at.sandbox.world
    rows = [render.service(s, world.account, at.call.origin) for s in world.services]
    return _page_meta(at, "services", rows)


def _fetch_service(at: Context) -> Response:
    return JSONResponse(render.service(_service(at), at.sandbox.world.account, at.call.origin))


def _list_service_numbers(at: Context) -> Response:
    world, pool = at.sandbox.world, _service(at)
    rows = [
        render.service_number(n, pool, world.account, at.call.origin)
        for n in world.numbers
        if n.address in pool.senders
    ]
    return _page_meta(at, "phone_numbers", rows)


def _list_service_short_codes(at: Context) -> Response:
    world, pool = at.sandbox.world, _service(at)
    rows = [
        render.service_short_code(c, pool, world.account, at.call.origin)
        for c in world.short_codes
        if c.code in pool.senders
    ]
    return _page_meta(at, "short_codes", rows)


def _list_alpha_senders(at: Context) -> Response:
    pool = _service(at)
    row = render.alpha_sender(pool, at.sandbox.world.account, at.call.origin)
    return _page_meta(at, "alpha_senders", [row] if pool.alpha else [])


def _list_channel_senders(at: Context) -> Response:
    world, pool = at.sandbox.world, _service(at)
    rows = [
        render.channel_sender(w, pool, world.account, at.call.origin)
        for w in world.whatsapp
        if w.address in pool.senders
    ]
    return _page_meta(at, "senders", rows)


def _list_whatsapp_senders(at: Context) -> Response:
    channel = at.call.asked("Channel")
    if channel not in ("whatsapp", "rcs"):
        raise rules.refusal(20001)
    senders = at.sandbox.world.whatsapp if channel == "whatsapp" else []
    rows = [render.whatsapp_sender(w, at.call.origin) for w in senders]
    return _page_meta(at, "senders", rows)


def _fetch_whatsapp_sender(at: Context) -> Response:
    sender = _one(w for w in at.sandbox.world.whatsapp if w.sid == at.call.path["sid"])
    return JSONResponse(render.whatsapp_sender(sender, at.call.origin))


def _list_content(at: Context) -> Response:
    world = at.sandbox.world
    rows = [render.content(t, world.account, at.call.origin) for t in world.templates]
    return _page_meta(at, "contents", rows)


def _fetch_content(at: Context) -> Response:
    world = at.sandbox.world
    template = _one(t for t in world.templates if t.sid == at.call.path["sid"])
    return JSONResponse(render.content(template, world.account, at.call.origin))


def _fetch_approval(at: Context) -> Response:
    world = at.sandbox.world
    template = _one(t for t in world.templates if t.sid == at.call.path["sid"])
    return JSONResponse(render.approval(template, world.account, at.call.origin))


def _list_approvals(at: Context) -> Response:
    world = at.sandbox.world
    rows = [render.content_and_approvals(t, world.account) for t in world.templates]
    return _page_meta(at, "contents", rows)


_MESSAGES = f"{_ACCOUNT}/Messages"
_SERVICES = "/v1/Services"

ENDPOINTS: Sequence[Endpoint] = (
    Endpoint("account.fetch", "GET", f"{_ACCOUNT}.json", _fetch_account, main_only=True),
    Endpoint("balance.fetch", "GET", f"{_ACCOUNT}/Balance.json", _fetch_balance),
    Endpoint("messages.list", "GET", f"{_MESSAGES}.json", _list_messages),
    Endpoint("messages.create", "POST", f"{_MESSAGES}.json", _create_message),
    Endpoint("messages.fetch", "GET", f"{_MESSAGES}/{{sid}}.json", _fetch_message),
    Endpoint("messages.update", "POST", f"{_MESSAGES}/{{sid}}.json", _update_message),
    Endpoint("messages.delete", "DELETE", f"{_MESSAGES}/{{sid}}.json", _delete_message),
    Endpoint("media.list", "GET", f"{_MESSAGES}/{{sid}}/Media.json", _list_media),
    Endpoint("media.fetch", "GET", f"{_MESSAGES}/{{sid}}/Media/{{media}}", _fetch_media),
    Endpoint("media.delete", "DELETE", f"{_MESSAGES}/{{sid}}/Media/{{media}}", _delete_media),
    Endpoint("numbers.list", "GET", f"{_ACCOUNT}/IncomingPhoneNumbers.json", _list_numbers),
    Endpoint("numbers.fetch", "GET", f"{_ACCOUNT}/IncomingPhoneNumbers/{{sid}}.json", _fetch_number),
    Endpoint("short_codes.list", "GET", f"{_ACCOUNT}/SMS/ShortCodes.json", _list_short_codes),
    Endpoint("short_codes.fetch", "GET", f"{_ACCOUNT}/SMS/ShortCodes/{{sid}}.json", _fetch_short_code),
    Endpoint("services.list", "GET", _SERVICES, _list_services),
    Endpoint("services.fetch", "GET", f"{_SERVICES}/{{sid}}", _fetch_service),
    Endpoint("services.numbers", "GET", f"{_SERVICES}/{{sid}}/PhoneNumbers", _list_service_numbers),
    Endpoint("services.short_codes", "GET", f"{_SERVICES}/{{sid}}/ShortCodes", _list_service_short_codes),
    Endpoint("services.alpha", "GET", f"{_SERVICES}/{{sid}}/AlphaSenders", _list_alpha_senders),
    Endpoint("services.channels", "GET", f"{_SERVICES}/{{sid}}/ChannelSenders", _list_channel_senders),
    Endpoint("whatsapp.list", "GET", "/v2/Channels/Senders", _list_whatsapp_senders),
    Endpoint("whatsapp.fetch", "GET", "/v2/Channels/Senders/{sid}", _fetch_whatsapp_sender),
    Endpoint("content.list", "GET", "/v1/Content", _list_content),
    Endpoint("content.fetch", "GET", "/v1/Content/{sid}", _fetch_content),
    Endpoint("content.approval", "GET", "/v1/Content/{sid}/ApprovalRequests", _fetch_approval),
    Endpoint("content.approvals", "GET", "/v1/ContentAndApprovals", _list_approvals),
)  # fmt: skip


# --- shared -------------------------------------------------------------------------------


def _one(found: Iterable[Any]) -> Any:
    """The one that was asked for, or a 404."""
    first = next(iter(found), None)
    if first is None:
        raise rules.refusal(20404, 404)
    return first


def _service(at: Context) -> Service:
    service: Service = _one(s for s in at.sandbox.world.services if s.sid == at.call.path["sid"])
    return service


def _page_2010(at: Context, key: str, rows: list[Json], token: str | None = None) -> Response:
    return JSONResponse(render.page_2010(key, _page_of(at, rows, token)))


def _page_meta(at: Context, key: str, rows: list[Json]) -> Response:
    return JSONResponse(render.page_meta(key, _page_of(at, rows, None), at.call.origin))


def _page_of(at: Context, rows: list[Json], token: str | None) -> PageOf:
    """A page; without a token given, `rows` is the whole list and is cut here."""
    call, size = at.call, at.call.page_size
    if token is None:
        start = _offset(call.asked("PageToken"))
        rows, more = rows[start : start + size], len(rows) > start + size
        token = f"PA{start + size}" if more else ""
    return PageOf(call.url_path, call.filters(), size, call.page_number, token, rows)


def _offset(token: str) -> int:
    digits = token.removeprefix("PA") or "0"
    if not digits.isdecimal():
        raise rules.refusal(20001)
    return int(digits)


def _refused(no: Refusal) -> JSONResponse:
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if no.status == 401 else None
    return JSONResponse(render.error(no), no.status, headers)


async def _unknown_path(_request: Request, _problem: Exception) -> Response:
    return _refused(rules.refusal(20404, 404))
