"""Two people at one workspace, each with their own login: what one had seen, and what came first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain import positions
from sms_desk.domain.command_codec import encode, kind_of
from sms_desk.domain.model import Direction, Origin, OutboxState
from sms_desk.services import edits, pushed, standing
from sms_desk.services.context import Context
from sms_desk.services.executor import execute
from sms_desk.store import commands as history
from sms_desk.store import conversations, outbox, people, tables
from sms_desk.store.ids import new_id
from sms_desk.store.team import queue
from sms_desk.store.types import to_micros
from tests.fixtures.team import Session, TeamServer
from tests.store.office import NOON, Office


@dataclass(frozen=True, slots=True)
class Given:
    """A command, with what its author had seen."""

    by: UUID
    command: c.Command
    base: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    state: str
    result: dict[str, Any]

    @property
    def rule(self) -> str:
        return str(self.result.get("rule", ""))

    @property
    def title(self) -> str:
        return str(self.result["title"])


class Team:
    """An office on a team's server. What somebody gives is seen as the workspace stands then."""

    def __init__(self, server: TeamServer) -> None:
        self.server = server
        self.workspace = server.team_workspace(lambda: self.now)
        self._office: Office | None = None
        self._office = Office(self.workspace)
        self._sessions: dict[UUID, Session] = {}

    @property
    def office(self) -> Office:
        assert self._office is not None
        return self._office

    @property
    def now(self) -> datetime:
        return NOON if self._office is None else self._office.now

    def later(self, **spans: float) -> datetime:
        return self.office.later(**spans)

    def ctx(self, tx: Any, person: UUID) -> Context:
        return Context(tx, people.actor(tx, person), self.now)

    # --- giving ---

    def give(
        self, by: UUID, make: type[c.Command], *, offline: bool = False, **fields: Any
    ) -> Given:
        """What a desk would queue now: the command, and what is on its screen."""
        command = make(id=new_id(), at=self.now, **fields)
        with self.workspace.read() as tx:
            base = standing.seen(self.ctx(tx, by), command, offline=offline)
            if type(command) in edits.EDITS:
                execute(self.ctx(tx, by), command)  # a read keeps nothing
                base["before"] = edits.before(tx, command)
        return Given(by, command, base)

    def reply(self, by: UUID, conversation: UUID, body: str, *, offline: bool = False) -> Given:
        return self.give(
            by,
            c.Reply,
            offline=offline,
            conversation_id=conversation,
            outbox_id=new_id(),
            sender_id=self.row(conversation)["sender_id"],
            body=body,
            seen_version=self.row(conversation)["version"],
            not_after=self.now + timedelta(hours=12),
        )

    # --- pushing ---

    def push(self, given: Given, *, times: int = 1) -> None:
        command = given.command
        for _ in range(times):
            self.push_raw(
                given.by,
                command.id,
                kind_of(command),
                to_micros(command.at),
                json.dumps(encode(command)),
                json.dumps(given.base),
            )

    def push_raw(
        self, by: UUID, id_: UUID, kind: str, at: int, args: str, base: str = "{}"
    ) -> None:
        self.session(by).execute(
            "SELECT desk.push(%s, %s, %s, %s, %s)", (id_, kind, at, args, base)
        )

    def session(self, person: UUID) -> Session:
        """A connection as that person's login."""
        if person not in self._sessions:
            self._sessions[person] = self.server.join(person)
        return self._sessions[person]

    @property
    def people(self) -> tuple[UUID, ...]:
        return (self.office.ann, self.office.ben, self.office.cara)

    def run(self) -> list[pushed.Ran]:
        """All that waits."""
        found: list[pushed.Ran] = []
        last: UUID | None = None
        while (ran := pushed.run_next(self.workspace, self.now, after=last)) is not None:
            found.append(ran)
            last = ran.person_id
        return found

    def arrive(self, given: Given) -> Answer:
        """Push it and have it run."""
        self.push(given)
        self.run()
        return self.answer(given.by, given.command.id)

    def do(self, by: UUID, make: type[c.Command], **fields: Any) -> Answer:
        """Somebody who sees everything as it stands does something."""
        answer = self.arrive(self.give(by, make, **fields))
        assert answer.state == "done", answer
        return answer

    # --- looking ---

    def answer(self, by: UUID, id_: UUID) -> Answer:
        with self.workspace.read() as tx:
            row = queue.answered(tx, by, id_)
        assert row is not None
        return Answer(row["state"], row["result"])

    def row(self, conversation: UUID) -> dict[str, Any]:
        with self.workspace.read() as tx:
            return dict(conversations.load(tx, [conversation])[conversation])

    def rows(self, table: sa.Table, *where: Any) -> list[dict[str, Any]]:
        with self.workspace.read() as tx:
            return [dict(row) for row in tx.execute(sa.select(table).where(*where)).mappings()]

    def entry(self, given: Given) -> outbox.Entry:
        assert isinstance(given.command, c.Reply)
        with self.workspace.read() as tx:
            return outbox.get(tx, given.command.outbox_id)

    def was_run(self, given: Given) -> bool:
        with self.workspace.read() as tx:
            return history.seen(tx, given.command.id)

    # --- what the connector does beside ---

    def sent(self, given: Given) -> None:
        """The message was handed over, and stands in the thread."""
        entry = self.entry(given)
        at = self.now.replace(microsecond=0)
        with self.workspace.write() as tx:
            for state in (OutboxState.CLAIMED, OutboxState.SENDING, OutboxState.ACCEPTED):
                outbox.set_state(tx, outbox.get(tx, entry.id), state, at=at)
            tx.execute(
                sa.insert(tables.messages).values(
                    position=positions.of_message(at, str(entry.id), outbound=True),
                    id=new_id(),
                    conversation_id=entry.conversation_id,
                    account_id=self.office.account,
                    provider_sid=str(entry.id),
                    direction=Direction.OUTBOUND,
                    origin=Origin.PERSON,
                    at=at,
                    seen_at=at,
                    sender_id=entry.sender_id,
                    peer_raw=entry.to_raw,
                    body=entry.body,
                    status="sent",
                    author_id=entry.author_id,
                    outbox_id=entry.id,
                )
            )
            conversations.refresh(tx, [entry.conversation_id])


__all__ = ["NOON", "Answer", "Given", "Team"]
