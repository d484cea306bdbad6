""" "Why is this here?", of a conversation or of one message of its contact (R20).

A message is explained by the trail that was written as it came in; one that a back-fill brought, by
what had happened to its conversation until then. A conversation is explained by how things stand:
whose it is and since when, or who answers while that person is away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain import positions, routing
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name
from sms_desk.services import covers
from sms_desk.services.context import Context
from sms_desk.services.route_words import NOT_STORED, listed, rule_text, sentence, who
from sms_desk.services.words import end_text, moment_text, peer_text
from sms_desk.store import events, message_routes, people, programs, team_states
from sms_desk.store import inbox as inbox_store
from sms_desk.store import senders as sender_store
from sms_desk.store.events import Event, EventKind, owner_in
from sms_desk.store.message_routes import Route

_OWNERSHIP = (EventKind.ROUTED, EventKind.ASSIGNED, EventKind.STARTED)


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that the sentence rests on."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The sentence with what it rests on. message_id: None for the conversation as it stands.

    at: when that was decided; rule, outcome, why: stable words, empty where a person decided;
    away_id: whose place is taken; absence_ids: along the chain.
    """

    conversation_id: UUID
    message_id: UUID | None
    sentence: str
    details: tuple[Detail, ...]
    at: datetime | None
    rule: str
    outcome: str
    why: str
    owner_id: UUID | None
    candidate_ids: tuple[UUID, ...]
    absent_ids: tuple[UUID, ...]
    away_id: UUID | None
    answering_ids: tuple[UUID, ...]
    absence_ids: tuple[UUID, ...]


def explain(ctx: Context, id_: UUID) -> Explained:
    """Of a conversation's id, or a message's. Raises NotFoundError, also for what is not theirs to
    see (R31)."""
    if inbox_store.visible(ctx.tx, ctx.reach, [id_]):
        return of_conversation(ctx, id_)
    return of_message(ctx, id_)


def of_conversation(ctx: Context, conversation_id: UUID) -> Explained:
    """As it stands now. Raises NotFoundError."""
    asked = _Asked.of(ctx, conversation_id)
    owner = team_states.load(ctx.tx, [conversation_id])[conversation_id]["owner_id"]
    newest = message_routes.newest(ctx.tx, conversation_id)
    origin = events.newest(ctx.tx, conversation_id, _OWNERSHIP)
    if owner is not None and ctx.presence.is_away(owner):
        flow = covers.answering(ctx.tx, ctx.now, {conversation_id: owner})[conversation_id]
        return asked.told(routing.trail(None, owner, flow), ctx.now, origin)
    if newest is not None and newest.trail is not None and _tells(newest, owner, origin):
        return asked.told(newest.trail, newest.at, None)
    return asked.happened(origin)


def _tells(newest: Route, owner: UUID | None, origin: Event | None) -> bool:
    """Whether the newest message's trail says more than what happened to the conversation."""
    if origin is None:
        return True
    return owner is None and (origin.kind is EventKind.ROUTED or origin.at < newest.at)


def of_event(ctx: Context, event_id: UUID) -> Explained:
    """Of a line in the thread that says whose it became. Raises NotFoundError."""
    event = events.get(ctx.tx, event_id)
    if event is None or event.kind not in _OWNERSHIP:
        raise NotFoundError("Nothing of that kind happened, or it is not yours to see.")
    return _Asked.of(ctx, event.conversation_id).happened(event)


def of_message(ctx: Context, message_id: UUID) -> Explained:
    """As it was when a contact's message came in. Raises NotFoundError."""
    route = message_routes.of_message(ctx.tx, message_id)
    if route is None:
        raise NotFoundError(
            "There is no such conversation or message of a contact, or it is not yours to see."
        )
    asked = _Asked.of(ctx, route.conversation_id, route)
    if route.trail is not None:
        origin = events.newest(ctx.tx, route.conversation_id, _OWNERSHIP, before=route.position)
        return asked.told(route.trail, route.at, origin)
    # What a back-fill brings is routed as of the second in which it was written.
    until = positions.last_at(route.at) + 1
    return asked.happened(
        events.newest(ctx.tx, route.conversation_id, _OWNERSHIP, before=until)
        or events.newest(ctx.tx, route.conversation_id, _OWNERSHIP)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked about, with what things are called."""

    ctx: Context
    conversation_id: UUID
    message: Route | None
    sender: str
    names: Mapping[UUID, str]

    @classmethod
    def of(cls, ctx: Context, conversation_id: UUID, message: Route | None = None) -> _Asked:
        """Raises NotFoundError for what the actor may not see."""
        home = inbox_store.homes(ctx.tx, ctx.reach, [conversation_id]).get(conversation_id)
        if home is None:
            raise NotFoundError(
                "There is no such conversation or message of a contact, or it is not yours to see."
            )
        row = sender_store.briefly(ctx.tx, [home])[home]
        sender = display_name(row["label"]) or peer_text(row["address"])
        return cls(ctx, conversation_id, message, sender, ctx.remembered(people.names))

    def told(self, trail: Mapping[str, Any], at: datetime, origin: Event | None) -> Explained:
        """By a trail. origin: how the owner came to it, where it had one."""
        me = self.ctx.actor.person_id
        said = sentence(trail, self.names, self.sender, me)
        owned = trail.get("rule") in ("owned", "cover")
        details = (*self._trail_details(trail), *self._around(at, origin if owned else None))
        return self._explained(said, details, at, trail)

    def happened(self, origin: Event | None) -> Explained:
        """By what happened to the conversation, where no trail tells."""
        if origin is None:
            return self._explained(NOT_STORED, tuple(self._around(None, None)), None, {})
        trail = self._trail_of(origin)
        if trail is not None:
            return self.told(trail, origin.at, None)
        return self._explained(
            self._event_words(origin), tuple(self._around(origin.at, None)), origin.at, {}
        )

    def _explained(
        self,
        said: str,
        details: tuple[Detail, ...],
        at: datetime | None,
        trail: Mapping[str, Any],
    ) -> Explained:
        return Explained(
            conversation_id=self.conversation_id,
            message_id=None if self.message is None else self.message.message_id,
            sentence=said,
            details=details,
            at=at,
            rule=str(trail.get("rule", "")),
            outcome=str(trail.get("outcome", "")),
            why=str(trail.get("why", "")),
            owner_id=_id(trail.get("owner")),
            candidate_ids=_ids(trail, "candidates"),
            absent_ids=_ids(trail, "absent"),
            away_id=_id(trail.get("away")),
            answering_ids=_ids(trail, "answering"),
            absence_ids=_ids(trail, "chain"),
        )

    def _trail_details(self, trail: Mapping[str, Any]) -> Iterator[Detail]:
        me = self.ctx.actor.person_id
        yield Detail("Rule", rule_text(trail))
        for key, title in _TITLES.items():
            said = trail.get(key, ())
            people_named = listed([said] if isinstance(said, str) else said, self.names, me)
            if people_named:
                yield Detail(title, people_named)
        for id_ in _ids(trail, "chain"):
            yield Detail("Absence", self._absence(id_))

    def _absence(self, id_: UUID) -> str:
        """Whose, from when to when; its reason is nobody's business here."""
        found = next((one for one in self.ctx.directory.absences if one.id == id_), None)
        if found is None:
            return "called off since"
        zone = self.ctx.actor.zone
        end = "open" if found.until is None else end_text(found.until, zone)
        name = who(found.person_id, self.names, self.ctx.actor.person_id)
        return f"{name}: {moment_text(found.since, zone)} – {end}"

    def _around(self, at: datetime | None, origin: Event | None) -> Iterator[Detail]:
        yield Detail("Sender ID", self.sender)
        program = self._program()
        if program:
            yield Detail("Answers", program)
        if origin is not None:
            yield Detail("Owned because", self._event_words(origin))
        if at is not None:
            yield Detail("When", moment_text(at, self.ctx.actor.zone))

    def _program(self) -> str:
        """The program that the message answers; of a conversation, its own source tells it."""
        if self.message is None or self.message.program_id is None:
            return ""
        names = self.ctx.remembered(programs.names)
        return display_name(names.get(self.message.program_id, ""))

    def _trail_of(self, event: Event) -> Mapping[str, Any] | None:
        """A routing event's trail, with whose it became."""
        detail = event.detail or {}
        trail = detail.get("trail")
        if not isinstance(trail, Mapping):
            return None
        owner = owner_in(detail.get("after"))
        return {**trail, "owner": str(owner)} if owner is not None else trail

    def _event_words(self, event: Event) -> str:
        """What happened to its ownership, as one sentence."""
        trail = self._trail_of(event)
        if trail is not None:
            return sentence(trail, self.names, self.sender, self.ctx.actor.person_id)
        day = moment_text(event.at, self.ctx.actor.zone)
        by = who(event.actor_id, self.names, self.ctx.actor.person_id)
        by = (by[:1].upper() + by[1:]) or "A rule"
        if event.kind is EventKind.STARTED:
            return f"{by} began this conversation on {day}."
        owner = owner_in((event.detail or {}).get("after"))
        if owner is None:
            return f"{by} took the owner off on {day}."
        to = who(owner, self.names, self.ctx.actor.person_id) or "somebody"
        if owner == event.actor_id:
            return f"{by} took it on {day}."
        return f"{by} gave it to {to} on {day}."


_TITLES = {
    "candidates": "In question",
    "absent": "Away then",
    "owner": "Owner",
    "answering": "Answers instead",
}


def _ids(trail: Mapping[str, Any], key: str) -> tuple[UUID, ...]:
    return tuple(UUID(one) for one in trail.get(key, ()))


def _id(said: Any) -> UUID | None:
    return UUID(said) if isinstance(said, str) else None
