"""What every use case is handed: a transaction, who asks, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Concatenate, ParamSpec, TypeVar

from sms_desk.domain import scopes
from sms_desk.domain.model import Actor
from sms_desk.domain.responsibility import Presence
from sms_desk.domain.scopes import Directory, Reach
from sms_desk.store import people
from sms_desk.store.engine import Tx
from sms_desk.store.remembered import remembered

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """One read or one change. The clock is passed in; nobody below asks the machine for it.

    replica: the file is a desk's own part of a team's workspace. What is done here, the connector
    does for good, and then writes the audit entry and tells people.
    """

    tx: Tx
    actor: Actor
    now: datetime
    replica: bool = False

    def remembered(
        self, read: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`read(tx, …)` of what seldom changes; read again only when somebody has written."""
        return remembered(self.tx, read, *args, **kwargs)

    @cached_property
    def directory(self) -> Directory:
        """Who holds what and belongs where."""
        return self.remembered(people.directory)

    @cached_property
    def presence(self) -> Presence:
        """Who is away (R23); the same until a dated row begins or ends."""
        return self.remembered(_presence, self.directory.period(self.now))

    @cached_property
    def reach(self) -> Reach:
        """What the actor may see (R31); the same until a dated row begins or ends."""
        return self.remembered(_reach, self.actor, self.directory.period(self.now))


def _presence(tx: Tx, period: datetime) -> Presence:
    return remembered(tx, people.directory).presence(period)


def _reach(tx: Tx, actor: Actor, period: datetime) -> Reach:
    return scopes.reach(actor, remembered(tx, people.directory), period)
