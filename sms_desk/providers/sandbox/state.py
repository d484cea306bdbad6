"""The world as a file, so that a demo goes on where it was."""

from __future__ import annotations

import functools
import json
import os
import types
import typing
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from . import events
from .clock import SandboxClock
from .customers import Customers, Rule
from .model import (
    Account,
    Message,
    Number,
    Service,
    ShortCode,
    Status,
    Template,
    Timing,
    WhatsAppSender,
)
from .world import World

VERSION = 1
_SENDERS = {
    "numbers": Number,
    "short_codes": ShortCode,
    "whatsapp": WhatsAppSender,
    "services": Service,
    "templates": Template,
}
_EVENTS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (events.Step, events.Dispatch, events.Arrival, events.Confirmation, events.Chatter)
}


def save(world: World, clock: SandboxClock, path: Path) -> None:
    """Write the file as a whole or not at all."""
    text = _text(world, clock.offset)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _text(world: World, offset: timedelta) -> str:
    """`dump` as JSON; messages that have not changed since the last time are not written anew,
    because the sandbox may live in the desk's own process, where a pause is felt."""
    frame = json.dumps(_frame(world, offset), ensure_ascii=False, default=plain)
    messages = ",\n".join(map(_message_text, world.messages()))
    return f'{frame[:-1]}, "messages": [{messages}]}}'


@functools.lru_cache(maxsize=20_000)
def _message_text(message: Message) -> str:
    return json.dumps(asdict(message), ensure_ascii=False, default=plain)


def load(path: Path, clock: SandboxClock) -> World:
    """Read the file back; the clock gets its offset again."""
    words = json.loads(path.read_text("utf-8"))
    clock.offset = timedelta(seconds=words["clock_offset"])
    return restore(words)


def dump(world: World, offset: timedelta = timedelta(0)) -> dict[str, Any]:
    """The whole world in plain values."""
    return _frame(world, offset) | {"messages": [asdict(m) for m in world.messages()]}


def _frame(world: World, offset: timedelta) -> dict[str, Any]:
    """All but the messages."""
    customers = world.customers
    return {
        "version": VERSION,
        "clock_offset": offset.total_seconds(),
        "seed": world.seed,
        "serial": world.serial,
        "account": asdict(world.account),
        "timing": asdict(world.timing),
        **{name: [asdict(value) for value in getattr(world, name)] for name in _SENDERS},
        "gone": [[sid, *order] for sid, order in world.archive.gone.items()],
        "opt_outs": sorted(world.opt_outs),
        "sticky": [[*pair, sender] for pair, sender in world.sticky.items()],
        "receipts": world.receipts,
        "unreachable": world.unreachable,
        "agenda": [
            {"due": due, "kind": type(event).__name__, **asdict(event)}
            for due, event in world.agenda.pending()
        ],
        "customers": {
            "script": [asdict(rule) for rule in customers.script],
            "seed": customers.seed,
            "rate": customers.rate,
            "per_hour": customers.per_hour,
            "answered": [[*key, times] for key, times in customers.answered.items()],
        },
    }


def restore(words: dict[str, Any]) -> World:
    """The world that `dump` described."""
    world = World(
        account=_build(Account, words["account"]),
        seed=words["seed"],
        timing=_build(Timing, words["timing"]),
        customers=_customers(words["customers"]),
    )
    for name, kind in _SENDERS.items():
        setattr(world, name, [_build(kind, value) for value in words[name]])
    for message in words["messages"]:
        world.archive.add(_build(Message, message))
    for sid, created, seq in words["gone"]:
        world.archive.gone[sid] = (datetime.fromisoformat(created), seq)
    world.serial = words["serial"]
    world.opt_outs = {(scope, customer) for scope, customer in words["opt_outs"]}
    world.sticky = {(service, to): sender for service, to, sender in words["sticky"]}
    world.receipts = [tuple(Status(s) for s in order) for order in words["receipts"]]
    world.unreachable = dict(words["unreachable"])
    for event in words["agenda"]:
        due, kind = datetime.fromisoformat(event.pop("due")), _EVENTS[event.pop("kind")]
        world.agenda.add(due, _build(kind, event))
    return world


def _customers(words: dict[str, Any]) -> Customers:
    customers = Customers(
        [_build(Rule, rule) for rule in words["script"]],
        seed=words["seed"],
        rate=words["rate"],
        per_hour=words["per_hour"],
    )
    customers.answered = {(line, who): times for line, who, times in words["answered"]}
    return customers


def plain(value: Any) -> Any:
    """For `json.dumps(default=…)`: times as ISO 8601, durations as seconds."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"no plain form for {type(value).__name__}")


def _build(kind: Any, words: dict[str, Any]) -> Any:
    """A dataclass from plain values, by its annotations; an older file lacks younger fields."""
    hints = typing.get_type_hints(kind)
    return kind(
        **{f.name: _value(hints[f.name], words[f.name]) for f in fields(kind) if f.name in words}
    )


def _value(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if value is None:
        return None
    if origin in (typing.Union, types.UnionType):
        return _value(typing.get_args(hint)[0], value)
    if origin is tuple:
        return tuple(
            _value(part, item) for part, item in zip(_parts(hint, value), value, strict=True)
        )
    if is_dataclass(hint):
        return _build(hint, value)
    return _scalar(hint, value)


def _parts(hint: Any, value: Any) -> list[Any]:
    """The types of a tuple's items: `tuple[X, ...]` repeats its one."""
    inner = typing.get_args(hint)
    return [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)


def _scalar(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is timedelta:
        return timedelta(seconds=value)
    return hint(value) if issubclass(hint, StrEnum) else value
