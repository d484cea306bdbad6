"""Handing a desk's commands to its workspace, one after the other (algorithms §2.4).

The workspace only stores a command under its author and id, and takes no repeat. So whatever has no
receipt yet is handed over again: at each start, after a broken line, and after a while (GC1). Before
a command leaves, the file says so: what may be on its way is not taken back any more.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Workspace
from sms_desk.store.replica import pending
from sms_desk.store.replica.pending import KEPT, Pending
from sms_desk.store.types import to_micros

AGAIN_AFTER: Final = timedelta(seconds=60)
"""A receipt that does not come: the workspace may have lost the command with a server that died."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A command as it is pushed."""

    id: UUID
    kind: str
    at: int
    args: str
    base: str


class Takes(Protocol):
    """The workspace, as `store.team.client.Client` reaches it."""

    def push(self, command: Wire) -> None: ...


class Pusher:
    """Pushes what waits. One cycle after the other calls it; it remembers what this line has taken."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._taken: dict[UUID, datetime] = {}
        self._client: Takes | None = None

    def push(self, client: Takes, now: datetime) -> Changes:
        """Push all that waits, in order. Raises what the client raises, and goes on from there."""
        if client is not self._client:  # another line: what the last one took may have been lost
            self._client, self._taken = client, {}
        with self._workspace.read() as tx:
            waiting = pending.open_ones(tx)
        self._forget_settled(waiting)
        for one in waiting:
            if self._must_go(one, now):
                self._push(client, one, now)
        return self._give_up(now) if waiting and waiting[0].at < now - KEPT else NOTHING

    def _must_go(self, one: Pending, now: datetime) -> bool:
        taken_at = self._taken.get(one.id)
        waits = one.state is pending.State.WAITING
        return waits or taken_at is None or not taken_at <= now < taken_at + AGAIN_AFTER

    def _push(self, client: Takes, one: Pending, now: datetime) -> None:
        if one.state is pending.State.WAITING:
            with self._workspace.write(quiet=True) as tx:
                if not pending.mark_pushed(tx, one.id):
                    return  # taken back this very moment
        client.push(_wire(one))
        self._taken[one.id] = now

    def _forget_settled(self, waiting: list[Pending]) -> None:
        ids = {one.id for one in waiting}
        self._taken = {id_: at for id_, at in self._taken.items() if id_ in ids}

    def _give_up(self, now: datetime) -> Changes:
        with self._workspace.write() as tx:
            given_up = pending.give_up(tx, now - KEPT)
        return Changes.of(line=None) if given_up else NOTHING


def _wire(one: Pending) -> Wire:
    return Wire(one.id, one.kind, to_micros(one.at), _json(one.args), _json(one.base))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
