"""Which conversations a command means: these, or all that a filter matches (R50)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.commands import Targets
from sms_desk.domain.errors import NotFoundError
from sms_desk.services import inbox
from sms_desk.services.context import Context
from sms_desk.store import inbox as inbox_store
from sms_desk.store.team_states import chunks


def resolve(ctx: Context, targets: Targets) -> list[UUID]:
    """The conversations that are meant. Raises NotFoundError if one may not be seen (R31)."""
    if targets.matching is not None:
        return inbox_store.all_ids(ctx.tx, inbox.asked(ctx, targets.matching))
    ids = list(dict.fromkeys(targets.ids))
    seen = {id_ for part in chunks(ids) for id_ in inbox_store.visible(ctx.tx, ctx.reach, part)}
    if len(seen) < len(ids):
        raise NotFoundError("There is no such conversation, or it is not yours to see.")
    return ids
