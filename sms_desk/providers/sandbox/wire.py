"""Answers that break on the wire: resets, silence, half bodies.

An ASGI application cannot reach its connection, so `OpenProtocol` puts the transport into the
scope; each broken answer is a Response that uses it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from contextlib import suppress
from typing import Any, cast

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import render, rules
from .faults import Fault, FaultKind

_TRANSPORT = "sandbox.transport"

PORTAL = """<!doctype html><title>Guest Wi-Fi</title>
<h1>Welcome to the guest network</h1><p>Please accept the terms to go online.</p>"""


class OpenProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with the connection's transport in each scope."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            await inner({**scope, _TRANSPORT: transport}, receive, send)

        self.app = cast(Any, with_transport)


class Reset(Response):
    """No answer: the connection is reset (RST)."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _reset(scope[_TRANSPORT])
        await _until_gone(receive)


class Close(Response):
    """No answer: the connection is closed in order (FIN)."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_TRANSPORT].close()
        await _until_gone(receive)


class Hang(Response):
    """Silence for so many seconds, or until the caller leaves or the server stops; then a reset."""

    def __init__(self, seconds: float, stopping: asyncio.Event) -> None:
        super().__init__()
        self.seconds = seconds
        self.stopping = stopping

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_until_gone(receive))
        stopped = asyncio.ensure_future(self.stopping.wait())
        await asyncio.wait(
            {gone, stopped}, timeout=self.seconds, return_when=asyncio.FIRST_COMPLETED
        )
        stopped.cancel()
        _reset(scope[_TRANSPORT])
        await gone


class Truncated(Response):
    """The head of a whole answer and half of its body; then the connection closes."""

    def __init__(self, whole: Response) -> None:
        super().__init__()
        self.whole = whole

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytes(self.whole.body)
        head = {
            "type": "http.response.start",
            "status": self.whole.status_code,
            "headers": self.whole.raw_headers,
        }
        await send(head)
        half = body[: len(body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope[_TRANSPORT].close()
        await _until_gone(receive)


def instead(fault: Fault, stopping: asyncio.Event, whole: Response | None = None) -> Response:
    """The answer that a fault gives. whole: the right one, for the faults that come after it."""
    match fault.kind:
        case FaultKind.RATE_LIMIT:
            headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return JSONResponse(render.error(rules.refusal(20429, 429)), 429, headers)
        case FaultKind.ERROR_BEFORE | FaultKind.ERROR_AFTER:
            return JSONResponse(render.error(rules.refusal(20500, fault.status)), fault.status)
        case FaultKind.HTML:
            return HTMLResponse(PORTAL)
        case FaultKind.REDIRECT:
            return RedirectResponse(fault.location, 307)
        case FaultKind.HANG_BEFORE | FaultKind.HANG_AFTER:
            return Hang(fault.pause, stopping)
        case FaultKind.CLOSE_AFTER:
            return Close()
        case _:
            return _damaged(fault.kind, whole)


def _damaged(kind: FaultKind, whole: Response | None) -> Response:
    if whole is None or kind is FaultKind.RESET_AFTER:
        return Reset()
    if kind is FaultKind.TRUNCATE:
        return Truncated(whole)
    if kind is FaultKind.NO_SID:
        return _without_sid(whole)
    return Response('{"sid": "SM', whole.status_code, media_type="application/json")


def _without_sid(whole: Response) -> Response:
    words = json.loads(bytes(whole.body) or b"{}")
    words.pop("sid", None)
    return JSONResponse(words, whole.status_code)


def _reset(transport: asyncio.Transport) -> None:
    """Close with RST: a socket that lingers for zero seconds forgets what it had to say."""
    connection: socket.socket = transport.get_extra_info("socket")
    shape = "hh" if sys.platform == "win32" else "ii"
    with suppress(OSError):  # the caller has closed it already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(shape, 1, 0))
    transport.abort()


async def _until_gone(receive: Receive) -> None:
    """Wait for the end of the connection, or uvicorn would miss an answer and add its own."""
    while (await receive())["type"] != "http.disconnect":
        pass
