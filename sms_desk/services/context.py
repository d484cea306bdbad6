"""What every use case is handed: a transaction, who asks, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sms_desk.domain.model import Actor
from sms_desk.domain.scopes import Directory, Reach, reach
from sms_desk.store import people
from sms_desk.store.engine import Tx


@dataclass(frozen=True)
class Context:
    """One read or one change. The clock is passed in; nobody below asks the machine for it."""

    tx: Tx
    actor: Actor
    now: datetime

    @cached_property
    def directory(self) -> Directory:
        """Who holds what and belongs where, read once per context."""
        return people.directory(self.tx)

    @cached_property
    def reach(self) -> Reach:
        """What the actor may see (R31)."""
        return reach(self.actor, self.directory, self.now)
