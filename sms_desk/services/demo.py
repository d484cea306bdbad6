"""The demo's people, sender IDs and habits: from `resources/demo/workspace.json` to commands.

Messages are not in it: they come from the sandbox by the same sync as any. `set_up` runs before
the first sync, `settle_in` after it, when there are conversations to own, close and write notes in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain import addresses
from sms_desk.domain import commands as c
from sms_desk.domain.absence_times import Span, whole_days
from sms_desk.domain.absences import HANDED_OVER, Cover, Share, Split
from sms_desk.domain.commands import Targets
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    HolderKind,
    ProgramKind,
    Role,
    SenderDirection,
    SenderKind,
    TeamState,
)
from sms_desk.domain.wall_time import require_zone
from sms_desk.providers.sandbox.script import duration, moment
from sms_desk.services.desk import Desk, Stamp
from sms_desk.settings.resources import resource_path
from sms_desk.store import contacts, inbox, my_states, people, programs, senders
from sms_desk.store.ids import new_id

Words = Mapping[str, Any]
_BEFORE_THE_STORY = timedelta(days=90)


def story() -> Words:
    """The file as it is."""
    found: Words = json.loads(resource_path("demo", "workspace.json").read_text("utf-8"))
    return found


@dataclass
class _Cast:
    """Ids by the names that the story uses."""

    people: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    senders: dict[tuple[Channel, str], UUID] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)


def set_up(desk: Desk, words: Words, account: c.AddAccount) -> None:
    """People, teams, the account, sender IDs with holders, programs, templates and views."""
    cast = _Cast({words["me"]: desk.person_id})
    steps = [
        account,
        *_people(desk, words, cast),
        *_senders(desk, words, cast, account.account_id),
        *_programs(desk, words, cast),
        *_templates(desk, words),
    ]
    desk.change(*steps)
    for view in words["views"]:
        owner = desk.acting_as(cast.people[view["owner"]])
        owner.change(_view(owner, view, cast))


def settle_in(desk: Desk, words: Words) -> None:
    """Names, tags, owners, absences, notes, states and read markers: what weeks of work would have
    left."""
    cast = _known(desk)
    now = desk.now()
    desk.change(*_contact_names(desk, words))
    for entry in words["absences"]:
        _absence(desk, entry, cast, now)
    for entry in words["notes"]:
        _note(desk, entry, cast, now)
    for entry in words["assignments"]:
        _assign(desk, entry, cast, now)
    for entry in words["states"]:
        _state(desk, entry, cast, now)
    _read(desk, now - duration(words["read"]["ago"]))


# --- before the first sync ------------------------------------------------------------------------


def _people(desk: Desk, words: Words, cast: _Cast) -> Iterator[c.Command]:
    for name in words["teams"]:
        cast.teams[name] = new_id()
        yield c.AddTeam(**desk.stamp(), team_id=cast.teams[name], name=name)
    for person in words["people"]:
        if person["key"] == words["me"]:
            yield c.EditPerson(
                **desk.stamp(),
                person_id=desk.person_id,
                name=person["name"],
                role=Role(person["role"]),
                zone=person["zone"],
            )
        else:
            cast.people[person["key"]] = new_id()
            yield c.AddPerson(
                **desk.stamp(),
                person_id=cast.people[person["key"]],
                name=person["name"],
                role=Role(person["role"]),
                zone=person["zone"],
                email=person["email"],
            )
        if "capacity" in person:
            yield c.SetCapacity(
                **desk.stamp(),
                person_id=cast.people[person["key"]],
                capacity=person["capacity"],
            )
        for team in person["teams"]:
            yield c.AddMember(
                **_long_ago(desk),
                membership_id=new_id(),
                team_id=cast.teams[team],
                person_id=cast.people[person["key"]],
            )


def _senders(desk: Desk, words: Words, cast: _Cast, account_id: UUID) -> Iterator[c.Command]:
    for sender in words["senders"]:
        channel, address = addresses.split_channel(sender["address"])
        id_ = cast.senders[channel, address] = new_id()
        yield c.AddSender(
            **desk.stamp(),
            sender_id=id_,
            channel=channel,
            address=address,
            kind=SenderKind(sender["kind"]),
            country=sender["country"],
            label=sender["label"],
            direction=SenderDirection(sender.get("direction", "both")),
            account_id=account_id,
        )
        for holder in sender["holders"]:
            yield c.HoldSender(
                **_long_ago(desk),
                holding_id=new_id(),
                sender_id=id_,
                holder_kind=HolderKind.PERSON,
                holder_id=cast.people[holder],
            )
    yield from _partners(desk, words, cast)


def _partners(desk: Desk, words: Words, cast: _Cast) -> Iterator[c.Command]:
    for sender in words["senders"]:
        if "inbound_partner" in sender:
            yield c.EditSender(
                **desk.stamp(),
                sender_id=cast.senders[addresses.split_channel(sender["address"])],
                label=sender["label"],
                direction=SenderDirection(sender.get("direction", "both")),
                inbound_id=cast.senders[Channel.SMS, sender["inbound_partner"]],
            )


def _programs(desk: Desk, words: Words, cast: _Cast) -> Iterator[c.Command]:
    for program in words["programs"]:
        id_ = new_id()
        yield c.SaveProgram(
            **desk.stamp(),
            program_id=id_,
            kind=ProgramKind(program["kind"]),
            name=program["name"],
            takes_replies=program["replies"],
        )
        for binding in program["bindings"]:
            if "sender" in binding:
                sender = cast.senders[addresses.split_channel(binding["sender"])]
                yield c.BindProgram(
                    **desk.stamp(),
                    binding_id=new_id(),
                    program_id=id_,
                    kind=BindingKind.SENDER,
                    sender_id=sender,
                )
            elif "pattern" in binding:
                yield c.BindProgram(
                    **desk.stamp(),
                    binding_id=new_id(),
                    program_id=id_,
                    kind=BindingKind.PATTERN,
                    pattern=f"*{binding['pattern']}*",
                )


def _templates(desk: Desk, words: Words) -> Iterator[c.Command]:
    for template in words["templates"]:
        channel = template["channel"]
        yield c.SaveTemplate(
            **desk.stamp(),
            template_id=new_id(),
            name=template["name"],
            keyword=template["shortcut"],
            channel=None if channel == "any" else Channel(channel),
            body=template["body"],
        )


def _view(desk: Desk, view: Words, cast: _Cast) -> c.Command:
    return c.SaveView(
        **desk.stamp(),
        view_id=new_id(),
        name=view["name"],
        filter=InboxFilter(
            scope=Scope(view["filters"]["scope"]),
            state=TeamState(view["filters"].get("state", TeamState.OPEN)),
            waiting=view["filters"].get("waiting", False),
        ),
        shared_with=tuple(cast.teams[team] for team in view["shared_with"]) or None,
    )


# --- after the first sync -------------------------------------------------------------------------


def _known(desk: Desk) -> _Cast:
    cast = story()["people"]
    keys = {person["name"]: person["key"] for person in cast}
    with desk.workspace.read() as tx:
        return _Cast(
            {keys[name]: id_ for id_, name in people.names(tx).items() if name in keys},
            zones={person["key"]: person["zone"] for person in cast},
        )


def bind_services(desk: Desk, words: Words) -> None:
    """Messaging Services are known only once the provider has listed them."""
    with desk.workspace.read() as tx:
        services = {row["name"]: row["id"] for row in senders.services(tx)}
        ids = {name: id_ for id_, name in programs.names(tx).items()}
    wanted = [
        (ids[program["name"]], services[binding["service"]])
        for program in words["programs"]
        for binding in program["bindings"]
        if binding.get("service") in services
    ]
    for program_id, service_id in wanted:
        desk.change(
            c.BindProgram(
                **desk.stamp(),
                binding_id=new_id(),
                program_id=program_id,
                kind=BindingKind.MESSAGING_SERVICE,
                service_id=service_id,
            )
        )


def _contact_names(desk: Desk, words: Words) -> Iterator[c.Command]:
    for contact in words["contacts"]:
        for address in contact["addresses"]:
            with desk.workspace.read() as tx:
                key = addresses.from_provider(addresses.split_channel(address)[1]).key
                contact_id = contacts.by_key(tx, key)
                talks = contacts.conversations(tx, contact_id) if contact_id else []
            if contact_id is None:
                continue
            yield c.RenameContact(**desk.stamp(), contact_id=contact_id, name=contact["name"])
            for tag in contact.get("tags", ()):
                yield c.AddTag(
                    **desk.stamp(), targets=Targets(tuple(talks)), tag_id=new_id(), name=tag
                )


def _absence(desk: Desk, entry: Words, cast: _Cast, now: datetime) -> None:
    """Planned before it began, with what its substitutes kept for good."""
    person_id = cast.people[entry["person"]]
    zone = cast.zones[entry["person"]]
    span = days_of(entry, zone, now)
    shares = tuple(Share(cast.people[key]) for key in entry["to"])
    split = Split(entry.get("split", Split.ONE))
    then = _at(desk, cast.people[entry["by"]], moment(entry, now))
    then.change(
        c.PlanAbsence(
            **then.stamp(),
            absence_id=new_id(),
            person_id=person_id,
            since=span.since,
            until=span.until,
            zone=zone,
            since_wall=span.since_wall,
            until_wall=span.until_wall,
            covers=tuple(Cover(part, split, shares) for part in HANDED_OVER),
            reason=entry["reason"],
            confirmed=True,
        )
    )
    for kept in entry.get("kept", ()):
        id_ = _conversation(desk, kept)
        if id_ is not None:
            then = _at(desk, cast.people[kept["by"]], moment(kept, now))
            then.change(c.TakeFromCover(**then.stamp(), targets=Targets.one(id_)))


def days_of(entry: Words, zone: str, now: datetime) -> Span:
    """From the first to the last day of an absence by the clock of who is away, counted from the day
    that the story's `on` counts from: so it agrees with the messages whatever the hour is."""
    first, last = (now.date() + timedelta(days=n) for n in entry["days"])
    return whole_days(first, last, require_zone(zone))


def _note(desk: Desk, entry: Words, cast: _Cast, now: datetime) -> None:
    id_ = _conversation(desk, entry)
    if id_ is None:
        return
    then = _at(desk, cast.people[entry["by"]], moment(entry, now))
    mentions = tuple(
        id_ for key, id_ in cast.people.items() if f"@{key.capitalize()}" in entry["body"]
    )
    then.change(
        c.AddNote(
            **then.stamp(),
            conversation_id=id_,
            note_id=new_id(),
            body=entry["body"],
            mentions=mentions,
        )
    )


def _assign(desk: Desk, entry: Words, cast: _Cast, now: datetime) -> None:
    id_ = _conversation(desk, entry)
    if id_ is not None:
        then = _at(desk, cast.people[entry["by"]], moment(entry, now))
        owner = cast.people[entry["owner"]]
        then.change(c.Assign(**then.stamp(), targets=Targets.one(id_), owner_id=owner))


def _state(desk: Desk, entry: Words, cast: _Cast, now: datetime) -> None:
    id_ = _conversation(desk, entry)
    if id_ is None:
        return
    then = _at(desk, cast.people[entry["by"]], moment(entry, now))
    if entry["state"] == "closed":
        then.change(c.Close(**then.stamp(), targets=Targets.one(id_)))
    else:
        until = now + duration(entry["until"]["in"])
        then.change(c.Snooze(**then.stamp(), targets=Targets.one(id_), until=until))


def _read(desk: Desk, until: datetime) -> None:
    """Everything older is read by everybody who sees it."""
    with desk.workspace.read() as tx:
        everybody = list(people.names(tx))
        markers = inbox.last_positions(tx, until)
    for person in everybody:
        there = desk.acting_as(person)
        seen = there.read(lambda ctx: inbox.visible(ctx.tx, ctx.reach, list(markers)))
        with desk.workspace.write() as tx:
            before = my_states.read_positions(tx, person, seen)
            last = {id_: max(before.get(id_, 0), markers[id_]) for id_ in seen}
            read = {id_: {"read_position": at, "nudge_seen": at} for id_, at in last.items()}
            my_states.set_many(tx, person, read)


def _long_ago(desk: Desk) -> Stamp:
    """The team and its numbers are older than the story's first message."""
    return {"id": new_id(), "at": desk.now() - _BEFORE_THE_STORY}


def _at(desk: Desk, person: UUID, when: datetime) -> Desk:
    """Somebody at the desk at another time."""
    return Desk(desk.workspace, person, clock=lambda: when)


def _conversation(desk: Desk, entry: Words) -> UUID | None:
    channel, ours = addresses.split_channel(entry["ours"])
    _, theirs = addresses.split_channel(entry["customer"])
    with desk.workspace.read() as tx:
        return inbox.between(tx, channel, ours, addresses.from_provider(theirs).key)
