"""Lists that screens choose from: people, tags, templates, accounts, the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sms_desk.domain.model import Channel, OutboxState, Role
from sms_desk.domain.outbox_words import BEHIND, why
from sms_desk.services import preferences
from sms_desk.services.context import Context
from sms_desk.services.lines import line_of
from sms_desk.services.rows import (
    AccountRow,
    OutboxRow,
    PersonRow,
    TagRow,
    TemplateRow,
    UndoOffer,
)
from sms_desk.services.words import outbox_words, peer_text
from sms_desk.store import accounts, outbox, people, tags, templates
from sms_desk.store import commands as history
from sms_desk.store import inbox as inbox_store
from sms_desk.store.engine import Tx


def everybody(ctx: Context) -> tuple[PersonRow, ...]:
    """All who work here by name, suspended ones marked; who was removed is chosen no more (R58)."""
    return tuple(
        PersonRow(
            row["id"], row["name"], Role(row["role"]), row["zone"], row["suspended_at"] is not None
        )
        for row in people.listing(ctx.tx)
        if row["removed_at"] is None
    )


def person(ctx: Context, name_or_id: str) -> UUID:
    """A person by id, by name, or `me`. Raises NotFoundError."""
    return ctx.actor.person_id if name_or_id == "me" else people.find(ctx.tx, name_or_id)


def all_tags(ctx: Context) -> tuple[TagRow, ...]:
    return tuple(TagRow(row["id"], row["name"], row["uses"]) for row in tags.listing(ctx.tx))


def find_tag(ctx: Context, name: str) -> UUID | None:
    return tags.find(ctx.tx, name)


def all_templates(ctx: Context, channel: Channel | None = None) -> tuple[TemplateRow, ...]:
    """Templates in use, those of another channel left out."""
    return ctx.remembered(_templates, channel)


def _templates(tx: Tx, channel: Channel | None) -> tuple[TemplateRow, ...]:
    return tuple(
        TemplateRow(
            row["id"],
            row["name"],
            row["keyword"],
            row["channel"] and Channel(row["channel"]),
            row["body"],
        )
        for row in templates.listing(tx)
        if channel is None or row["channel"] in (None, channel)
    )


def all_accounts(ctx: Context) -> tuple[AccountRow, ...]:
    """Connected accounts, each with the state of its line (R63)."""
    return tuple(
        AccountRow(
            row["id"],
            row["provider"],
            row["sid"],
            row["label"],
            row["base_url"],
            row["created_at"],
            line_of(ctx, row),
        )
        for row in accounts.listing(ctx.tx)
    )


def outbox_rows(ctx: Context, *, everything: bool = False) -> tuple[OutboxRow, ...]:
    """Composed messages that are not settled, or the last of those that are, too; newest first."""
    return _outbox_rows(ctx, outbox.listing(ctx.tx, settled=everything))


def outbox_row(ctx: Context, outbox_id: UUID) -> OutboxRow | None:
    """One of them, however old; None where there is none that the actor may see."""
    row = outbox.told(ctx.tx, outbox_id)
    found = () if row is None else _outbox_rows(ctx, [row])
    return found[0] if found else None


def _outbox_rows(ctx: Context, rows: Sequence[Mapping[Any, Any]]) -> tuple[OutboxRow, ...]:
    details = inbox_store.details(
        ctx.tx, list({row["conversation_id"] for row in rows}), ctx.actor.person_id
    )
    seen = inbox_store.visible(ctx.tx, ctx.reach, list(details))
    waivable = preferences.waivable_checks(ctx)
    return tuple(
        _outbox_row(row, details[row["conversation_id"]], waivable)
        for row in rows
        if row["conversation_id"] in seen
    )


def _outbox_row(
    row: Mapping[Any, Any], conversation: inbox_store.Shown, waivable: Collection[str]
) -> OutboxRow:
    state = OutboxState(row["state"])
    reason = BEHIND if row["is_behind"] else row["reason"]
    words = outbox_words(row, row["provider"] or "")
    return OutboxRow(
        row["id"],
        row["conversation_id"],
        conversation.contact_name,
        peer_text(row["to_raw"]),
        conversation.sender_label or peer_text(conversation.sender_address),
        row["body"],
        state,
        reason,
        why(state, reason) or words.title,
        words.next_step,
        words.lasting,
        row["composed_at"],
        row["state_at"],
        row["attempts"],
        row["provider_sid"] or "",
        waivable=state is OutboxState.HELD and row["reason"] in waivable,
    )


def undo_offer(ctx: Context) -> UndoOffer | None:
    """The newest thing of the actor's that can still be taken back; messages that have been
    handed over since are passed by."""
    from sms_desk.services import asked
    from sms_desk.services.executor import still_undoable  # every handler: not for a first page

    waits = asked.newest_undoable(ctx.tx) if ctx.replica else None
    for row in history.undoable(ctx.tx, ctx.actor.person_id):
        if waits is not None and waits[0].at > row["at"]:
            break
        if still_undoable(ctx, row["inverse"]):
            return UndoOffer(row["id"], row["label"])
    return None if waits is None else waits[1]
