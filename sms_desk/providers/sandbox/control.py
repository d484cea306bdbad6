"""`/_sandbox/…`: orders to the sandbox itself. No credentials: the server is on loopback only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import images, render
from .customers import Customers
from .faults import Fault
from .model import Refusal, Status
from .sandbox import Sandbox

Words = Mapping[str, Any]
Order = Callable[[Sandbox, Words], Any]


def routes(sandbox: Sandbox) -> list[Route]:
    """The control endpoint's routes."""
    return [_route(sandbox, method, path, order) for method, path, order in ORDERS]


def _route(sandbox: Sandbox, method: str, path: str, order: Order) -> Route:
    async def handle(request: Request) -> Response:
        if not _is_local(request):
            return JSONResponse({"error": "loopback only"}, 403)
        try:
            words = await request.json() if await request.body() else {}
            with sandbox.lock:
                answer = order(sandbox, {**request.path_params, **words})
        except Refusal as no:
            return JSONResponse(render.error(no), no.status)
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            return JSONResponse({"error": f"{type(problem).__name__}: {problem}"}, 400)
        return JSONResponse(answer)

    return Route(f"/_sandbox{path}", handle, methods=[method])


def _is_local(request: Request) -> bool:
    """Called by this machine and by a loopback name: a web page elsewhere that resolves its own
    name to 127.0.0.1 sends its own Host."""
    host = request.url.hostname
    return host in ("127.0.0.1", "localhost") and "origin" not in request.headers


def _state(sandbox: Sandbox, _words: Words) -> Any:
    return {
        "now": sandbox.now().isoformat(),
        "ledger": len(sandbox.ledger.entries),
        "faults": len(sandbox.faults.standing()),
        **sandbox.world.counts(),
    }


def _order_fault(sandbox: Sandbox, words: Words) -> Any:
    sandbox.order(Fault.from_json(words))
    return {"standing": len(sandbox.faults.standing())}


def _clear_faults(sandbox: Sandbox, _words: Words) -> Any:
    sandbox.clear_faults()
    return {"standing": 0}


def _inbound(sandbox: Sandbox, words: Words) -> Any:
    message = sandbox.receive(
        _text(words["from"]),
        _text(words["to"]),
        _text(words.get("body", "")),
        pictures=[_picture(name) for name in words.get("media", ())],
        created=_moment(words.get("date_created")),
        sid=_text(words.get("sid", "")),
        hidden_until=_moment(words.get("hidden_until")),
    )
    return render.message(message, sandbox.world.account)


def _set_status(sandbox: Sandbox, words: Words) -> Any:
    code = words.get("error_code")
    number = None if code is None else int(code)
    message = sandbox.set_status(words["sid"], Status(words["status"]), number)
    return render.message(message, sandbox.world.account)


def _delete(sandbox: Sandbox, words: Words) -> Any:
    sandbox.delete(words["sid"])
    return {"deleted": words["sid"]}


def _receipts(sandbox: Sandbox, words: Words) -> Any:
    order = tuple(Status(status) for status in words["order"])
    sandbox.world.receipts.extend([order] * int(words.get("times", 1)))
    return {"planned": len(sandbox.world.receipts)}


def _change_template(sandbox: Sandbox, words: Words) -> Any:
    """Judge a template anew, change its text, or remove it."""
    world, name = sandbox.world, words["name"]
    sandbox.changed = True
    if words.get("removed"):
        world.remove_template(name)
        return {"removed": name}
    changes = {key: str(words[key]) for key in ("approval", "reason", "body") if key in words}
    template = world.change_template(name, **changes)
    return render.content_and_approvals(template, world.account)


def _advance(sandbox: Sandbox, words: Words) -> Any:
    return {"now": sandbox.advance(float(words["advance"])).isoformat()}


def _timing(sandbox: Sandbox, words: Words) -> Any:
    steps: dict[str, Any] = {
        key: bool(value) if key == "read" else float(value) for key, value in words.items()
    }
    sandbox.world.timing = replace(sandbox.world.timing, **steps)
    return {}


def _customers(sandbox: Sandbox, words: Words) -> Any:
    """Random answers on or off; the script stays."""
    old = sandbox.world.customers
    sandbox.world.customers = Customers(
        old.script,
        seed=int(words.get("seed", old.seed)),
        rate=float(words.get("rate", old.rate)),
        per_hour=float(words.get("per_hour", old.per_hour)),
    )
    sandbox.world.start_chatter(sandbox.now())
    return {}


def _text(value: Any) -> str:
    """A text that can be listed: another value, or half a surrogate pair, would break each list."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    value.encode()
    return value


def _picture(name: Any) -> str:
    if name not in images.names():
        raise ValueError(
            f"media is a list of {', '.join(images.names())}; {name!r} is none of them"
        )
    return str(name)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


ORDERS: tuple[tuple[str, str, Order], ...] = (
    ("GET", "/state", _state),
    ("POST", "/faults", _order_fault),
    ("DELETE", "/faults", _clear_faults),
    ("POST", "/inbound", _inbound),
    ("POST", "/messages/{sid}/status", _set_status),
    ("DELETE", "/messages/{sid}", _delete),
    ("POST", "/receipts", _receipts),
    ("POST", "/templates/{name}", _change_template),
    ("POST", "/clock", _advance),
    ("POST", "/timing", _timing),
    ("POST", "/customers", _customers),
)
