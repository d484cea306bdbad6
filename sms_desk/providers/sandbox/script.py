"""The demo's story: from `resources/demo/script.json` to a world that lived through it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.templates import render
from sms_desk.settings.resources import resource_path

from .customers import Customers, Reply, Rule
from .model import Account, SendRequest
from .world import World

Words = Mapping[str, Any]
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happened: a message of ours (`inbound` false) or of a customer.

    fails: from this message on the customer's phone is unreachable, with this error code.
    """

    when: datetime
    inbound: bool
    customer: str
    ours: str
    body: str
    service: str = ""
    media: tuple[str, ...] = ()
    fails: int | None = None


def demo_world(
    now: datetime, seed: int = 0, *, lively: bool = True, path: Path | None = None
) -> World:
    """The shop's account as it stands `now`: three weeks of messages, played through the rules.

    The same seed gives the same world, counted from `now`. lively: customers go on answering and
    writing. path: another story than the demo's.
    """
    story = json.loads((path or resource_path("demo", "script.json")).read_text("utf-8"))
    world = World(account=Account(friendly_name=story["account"]), seed=seed)
    _furnish(world, story)
    for scene in sorted(_scenes(story, now, seed), key=lambda scene: scene.when):
        world.tick(scene.when)
        _play(world, scene)
    world.tick(now)
    world.customers = _customers(story["customers"], seed, lively)
    return world


def _furnish(world: World, story: Words) -> None:
    for number in story["numbers"]:
        world.add_number(**number)
    for code in story["short_codes"]:
        world.add_short_code(**code)
    for sender in story["whatsapp"]:
        world.add_whatsapp(sender["address"].removeprefix("whatsapp:"), sender["name"])
    for service in story["services"]:
        world.add_service(**service)
    for template in story["templates"]:
        variables = list(template["variables"].items())
        world.add_template(**{**template, "variables": variables})


def _play(world: World, scene: Scene) -> None:
    if scene.inbound:
        world.receive(scene.customer, scene.ours, scene.body, scene.when, pictures=scene.media)
        return
    if scene.fails:
        world.unreachable[scene.customer] = scene.fails
    service = next((s.sid for s in world.services if s.name == scene.service), "")
    world.send(SendRequest(scene.customer, scene.ours, scene.body, service), scene.when)


def _scenes(story: Words, now: datetime, seed: int) -> Iterator[Scene]:
    for thread in story["threads"]:
        yield from _thread(thread, now)
    for send in story["sends"]:
        yield from _bulk(send, now)
    chance = random.Random(f"{seed} series")  # noqa: S311 - play, not secrecy
    for series in story["series"]:
        yield from _series(series, now, chance)


def _thread(thread: Words, now: datetime) -> Iterator[Scene]:
    """A conversation: each message has `in` (theirs) or `out` (ours)."""
    for message in thread["messages"]:
        inbound = "in" in message
        yield Scene(
            when=moment(message, now),
            inbound=inbound,
            customer=thread["customer"],
            ours=thread["ours"],
            body=message["in" if inbound else "out"],
            media=tuple(message.get("media", ())),
            fails=message.get("fails"),
        )


def _bulk(send: Words, now: datetime) -> Iterator[Scene]:
    """One text to many, some in each second, as another system sends it."""
    start = moment(send, now)
    for n, customer in enumerate(send["to"]):
        when = start + timedelta(seconds=n // send["per_second"])
        yield _outbound(send, customer, send["body"], when)


def _series(series: Words, now: datetime, chance: random.Random) -> Iterator[Scene]:
    """An automation's messages, on days and at hours that chance draws."""
    first, last = series["days"]
    for customer in series["to"]:
        for _ in range(series["each"]):
            at = _midnight(now) + timedelta(
                days=chance.randint(first, last), hours=8, seconds=chance.randrange(9 * 3600)
            )
            hour = chance.randint(9, 17)
            text = chance.choice(series["bodies"])
            order = chance.randint(47000, 48999)
            body = render(text, {"n": str(order), "h": str(hour), "h2": str(hour + 2)})
            yield _outbound(series, customer, body, at)


def _outbound(words: Words, customer: str, body: str, when: datetime) -> Scene:
    return Scene(when, False, customer, words.get("from", ""), body, words.get("service", ""))


def moment(words: Words, now: datetime) -> datetime:
    """`ago`: `2d 4h 10m` before now. `on`: `-3 16:00`, a day before today and a time in GMT, which
    may name the second."""
    if "ago" in words:
        return now - duration(words["ago"])
    day, clock = words["on"].split()
    at = time.fromisoformat(clock)
    return _midnight(now).replace(hour=at.hour, minute=at.minute, second=at.second) + timedelta(
        days=int(day)
    )


def duration(text: str) -> timedelta:
    """A length of time written as `2d 4h 10m 5s`, any part of it."""
    parts = re.findall(r"(\d+)([dhms])", text)
    if "".join(number + unit for number, unit in parts) != text.replace(" ", ""):
        raise ValueError(f"not a length of time: {text!r}")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _customers(words: Words, seed: int, lively: bool) -> Customers:
    if not lively:
        return Customers(seed=seed)
    script = [_rule(rule) for rule in words["answers"]]
    return Customers(script, seed=seed, rate=words["rate"], per_hour=words["per_hour"])


def _rule(words: Words) -> Rule:
    replies = tuple(
        Reply(duration(reply["after"]), reply["body"], tuple(reply.get("media", ())))
        for reply in words["replies"]
    )
    return Rule(replies, words["customer"], words.get("contains", ""), words.get("times", 1))
