"""What the handler of a command did, and how to take it back."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sms_desk.domain.audit import Deed
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.commands import Command
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.services.context import Context

Moves = Mapping[UUID, tuple[UUID | None, UUID | None]]
"""By conversation that changed hands, whose it was before and is after."""


@dataclass(frozen=True, slots=True)
class Effect:
    """count: how many things; label: in words, past tense ("Closed 3 conversations").

    inverse: commands that undo it, in order. by_events: the events of this batch tell how,
    and the commands after them. note: what an undo has left as it is, and why; kept: the
    conversations of that.
    audit: what its audit entry says, where the command's own fields would say too little (R31).
    moves: what changed hands, where the handler knows; else the events of the batch tell.
    """

    changes: Changes = NOTHING
    count: int = 1
    label: str = ""
    inverse: tuple[Command, ...] = ()
    by_events: bool = False
    note: str = ""
    audit: Deed | None = None
    moves: Moves | None = None
    kept: tuple[UUID, ...] = ()


def require_admin(ctx: Context) -> None:
    """Raises RefusedError for anybody who does not configure the workspace."""
    if ctx.actor.role is not Role.ADMIN:
        raise RefusedError(
            "Only an admin may change this.", "Ask an admin of the workspace.", rule="role"
        )


def conversations(n: int) -> str:
    """A number of conversations in words."""
    return "1 conversation" if n == 1 else f"{n:,} conversations"
