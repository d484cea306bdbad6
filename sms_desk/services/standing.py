"""What stood on a person's screen when they gave a command, and what has happened since.

The desk writes the first down with the command (`seen`); the workspace compares it with its own
(`since`), and `domain.who_wins` decides. What the desk itself had done by then counts as seen: two
commands of one person in a row never stand against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Role
from sms_desk.domain.responsibility import Presence, responsible
from sms_desk.domain.who_wins import Deed, Given, Seen, Standing
from sms_desk.services import covers
from sms_desk.services.context import Context
from sms_desk.store import absences, contests, conversations, opt_outs, people
from sms_desk.store import inbox as inbox_store
from sms_desk.store.engine import Tx

MOST: Final = 100
"""Conversations of which a base says how they stood: of more, the time of the command has to do."""
_LONGEST: Final = timedelta(days=31)
"""Who lost a conversation longer ago has no say in it."""


def about(tx: Tx, command: c.Command) -> tuple[UUID, ...]:
    """The conversations that a command names itself; none that a filter means."""
    if isinstance(targets := getattr(command, "targets", None), c.Targets):
        return tuple(dict.fromkeys(targets.ids))
    if (conversation_id := getattr(command, "conversation_id", None)) is not None:
        return (conversation_id,)
    for name, of in (
        ("outbox_id", contests.conversation_of_queued),
        ("scheduled_id", contests.conversation_of_scheduled),
    ):
        id_ = getattr(command, name, None)
        found = None if id_ is None else of(tx, id_)
        if found is not None:
            return (found,)
    return ()


# --- on the desk ----------------------------------------------------------------------------------


def seen(ctx: Context, command: c.Command, *, offline: bool) -> dict[str, Any]:
    """The base of a command that is just being given, as JSON's own types."""
    ids = about(ctx.tx, command)
    base: dict[str, Any] = {"offline": True} if offline else {}
    if ids and len(ids) <= MOST:
        queued = contests.newest_queued(ctx.tx, ids, besides=ctx.actor.person_id)
        base["conversations"] = {
            str(id_): [
                row["version"],
                None if row["owner_id"] is None else str(row["owner_id"]),
                row["owner_epoch"],
                str(row["team_state"]),
                queued.get(id_, 0),
            ]
            for id_, row in conversations.load(ctx.tx, ids).items()
        }
    return base


def read(base: Mapping[str, Any]) -> dict[UUID, Seen]:
    """The way back. Raises ValueError or TypeError for what no desk of ours has written."""
    found: dict[UUID, Seen] = {}
    for id_, (version, owner_id, epoch, state, queued) in base.get("conversations", {}).items():
        owner = None if owner_id is None else UUID(owner_id)
        found[UUID(id_)] = Seen(int(version), owner, int(epoch), str(state), int(queued))
    return found


# --- on the workspace -----------------------------------------------------------------------------


def given(ctx: Context, at: datetime, base: Mapping[str, Any]) -> Given:
    """By whom and when a command was given."""
    actor = ctx.actor
    return Given(
        actor.person_id,
        actor.role is not Role.REP,
        actor.zone,
        at,
        ctx.now,
        bool(base.get("offline")),
    )


def since(
    ctx: Context, command: c.Command, ids: Collection[UUID], said: Given, base: Mapping[UUID, Seen]
) -> dict[UUID, Standing]:
    """How each of these conversations stands, and what its author has not seen of it."""
    rows = conversations.load(ctx.tx, ids)
    if not rows:
        return {}
    known = _Known.of(ctx, rows, said, base)
    return {
        id_: _Looking(ctx, command, said, known, row, base.get(id_)).standing()
        for id_, row in rows.items()
    }


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once for all conversations of a command."""

    names: Mapping[UUID, str]
    visible: Collection[UUID]
    answers: Mapping[UUID, frozenset[UUID]]
    queued: Mapping[UUID, Collection[tuple[UUID, datetime]]]

    @classmethod
    def of(
        cls,
        ctx: Context,
        rows: Mapping[UUID, Mapping[str, Any]],
        said: Given,
        base: Mapping[UUID, Seen],
    ) -> _Known:
        owned = {id_: row["owner_id"] for id_, row in rows.items() if row["owner_id"] is not None}
        flows = covers.answering(ctx.tx, ctx.now, owned)
        behind = {id_: base[id_].queued for id_ in rows if id_ in base}
        return cls(
            ctx.remembered(people.names),
            inbox_store.visible(ctx.tx, ctx.reach, list(rows)),
            {id_: flow.people for id_, flow in flows.items()},
            contests.queued(ctx.tx, behind, besides=said.by),
        )


class _Looking:
    """One conversation, as somebody's command finds it."""

    def __init__(
        self,
        ctx: Context,
        command: c.Command,
        said: Given,
        known: _Known,
        row: Mapping[str, Any],
        base: Seen | None,
    ) -> None:
        self._ctx, self._tx, self._command, self._given = ctx, ctx.tx, command, said
        self._known, self._row, self._base = known, row, base

    def standing(self) -> Standing:
        row = self._row
        moves = self._moves()
        news = self._news()
        answers = self._known.answers.get(row["id"], frozenset())
        others = [one for one in moves if one.actor_id != self._given.by]
        owner_then = moves[-1].before if others else row["owner_id"]
        return Standing(
            owner_id=row["owner_id"],
            owner_name=self._name(row["owner_id"]),
            moves=tuple(map(self._deed, others)),
            replies=(*self._replies(news), *self._about_to_reply()),
            inbound_at=next((one.at for one in reversed(news) if one.inbound), None),
            closed=self._closed(),
            answers=answers,
            answering=" and ".join(sorted(filter(None, map(self._name, answers)))),
            answered=self._answered(owner_then),
            opted_out=isinstance(self._command, c.Reply) and self._opted_out(self._command),
            sees=row["id"] in self._known.visible,
        )

    def _moves(self) -> list[contests.Move]:
        """Changes of owner that its author has not seen, newest first."""
        base, row = self._base, self._row
        earliest = self._ctx.now - _LONGEST
        if base is None:
            return contests.moves(self._tx, row["id"], max(earliest, self._given.at))
        if (base.owner_id, base.owner_epoch) == (row["owner_id"], row["owner_epoch"]):
            return []
        unseen = max(1, row["owner_epoch"] - base.owner_epoch)
        return contests.moves(self._tx, row["id"], earliest, unseen)

    def _news(self) -> list[contests.Unseen]:
        """Messages that its author has not seen, oldest first."""
        if self._base is not None:
            version = self._base.version
        else:
            version = contests.version_at(self._tx, self._row["id"], self._given.at)
        if isinstance(self._command, c.Reply | c.Schedule):
            version = min(version, self._command.seen_version)
        if version >= self._row["version"]:
            return []
        return contests.unseen(self._tx, self._row["id"], version, self._given.by)

    def _replies(self, news: Iterable[contests.Unseen]) -> list[Deed]:
        found = [Deed(None, one.who, one.at) for one in news if not one.inbound]
        return found[::-1]

    def _about_to_reply(self) -> list[Deed]:
        """Colleagues' messages that wait for the line."""
        waits = self._known.queued.get(self._row["id"], ())
        return [Deed(by, self._name(by), at) for by, at in waits]

    def _closed(self) -> Deed | None:
        if self._row["team_state"] != "closed" or (
            self._base and self._base.team_state == "closed"
        ):
            return None
        found = contests.newest_close(self._tx, self._row["id"])
        if found is None or found.actor_id == self._given.by:
            return None
        return self._deed(found)

    def _answered(self, owner_id: UUID | None) -> frozenset[UUID]:
        """Who answered it when the command was given: by the owner of then, and by the absences
        that anybody knew of then."""
        if owner_id is None:
            return frozenset()
        at = self._given.at
        every = self._ctx.remembered(absences.listing)
        planned = [one for one in every if _known_at(one.created_at, at)]
        here = Presence.at(planned, at, self._ctx.remembered(people.gone))
        if not here.is_away(owner_id):
            return frozenset((owner_id,))
        id_ = self._row["id"]
        return responsible(owner_id, here, absences.chosen_of(self._tx, [id_]).get(id_, {})).people

    def _opted_out(self, command: c.Reply) -> bool:
        row = self._row
        running = opt_outs.running(
            self._tx,
            Channel(row["channel"]),
            row["peer_key"],
            sender_ids={command.sender_id, row["sender_id"]},
            account_id=contests.carrier(self._tx, command.sender_id),
        )
        return running is not None

    def _deed(self, move: contests.Move) -> Deed:
        return Deed(move.actor_id, self._name(move.actor_id) or "Somebody", move.at)

    def _name(self, person_id: UUID | None) -> str:
        return "" if person_id is None else self._known.names.get(person_id, "")


def _known_at(created_at: datetime | None, at: datetime) -> bool:
    return created_at is None or created_at <= at
