"""Which conversations and contacts a command means, and whether its author sees them (R31, R50)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.services import inbox
from sms_desk.services.context import Context
from sms_desk.store import contacts
from sms_desk.store import inbox as inbox_store
from sms_desk.store.team_states import chunks

if TYPE_CHECKING:  # it loads every command, which nobody needs who only reads
    from sms_desk.domain.commands import Targets


def resolve(ctx: Context, targets: Targets) -> list[UUID]:
    """The conversations that are meant. Raises NotFoundError if one may not be seen (R31)."""
    if targets.matching is not None:
        return matching(ctx, targets.matching)
    ids = list(dict.fromkeys(targets.ids))
    if len(seen(ctx, ids)) < len(ids):
        raise NotFoundError("There is no such conversation, or it is not yours to see.")
    return ids


def matching(ctx: Context, wanted: InboxFilter) -> list[UUID]:
    """All conversations that a filter finds for the actor."""
    return inbox_store.all_ids(ctx.tx, inbox.asked(ctx, wanted))


def seen(ctx: Context, ids: Collection[UUID]) -> set[UUID]:
    """Those of the conversations that the actor may see, however many (R31)."""
    parts = (inbox_store.visible(ctx.tx, ctx.reach, part) for part in chunks(list(ids)))
    return set().union(*parts)


def known_contact(ctx: Context, contact_id: UUID) -> None:
    """Raises NotFoundError for a contact with whom the actor sees no conversation (R31)."""
    talks = contacts.conversations(ctx.tx, contact_id)
    if not ctx.reach.everything and not seen(ctx, talks):
        raise NotFoundError("There is no such contact, or it is not yours to see.")
