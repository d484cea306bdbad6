"""WhatsApp's approved templates as screens and command line show them (R42)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain import content_templates as rules
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.model import ApprovalStatus
from sms_desk.services.context import Context
from sms_desk.services.rows import ContentTemplateRow, TemplateListState
from sms_desk.store import accounts, content_templates, outbox, send_facts
from sms_desk.store import inbox as inbox_store


def listing(ctx: Context) -> tuple[ContentTemplateRow, ...]:
    """What the connected accounts list now: those that can be sent first, then by name."""
    return _ordered(content_templates.listing(ctx.tx))


def for_sender(ctx: Context, sender_id: UUID) -> tuple[ContentTemplateRow, ...]:
    """What can be sent from a sender ID, and what cannot with the reason: its account's templates."""
    account_id = send_facts.carrier(ctx.tx, sender_id)
    if account_id is None:
        return ()
    found = content_templates.listing(ctx.tx)
    return _ordered(row for row in found if row["account_id"] == account_id)


def find(ctx: Context, sender_id: UUID, text: str) -> ContentTemplateRow:
    """A template of that sender ID by name, the provider's id, or `name/language`.

    Raises NotFoundError, and UsageError where several languages have that name.
    """
    wanted = text.casefold().strip()
    rows = for_sender(ctx, sender_id)
    found = [
        row
        for row in rows
        if wanted in (row.name.casefold(), row.content_sid.casefold(), str(row.id))
        or wanted == f"{row.name}/{row.language}".casefold()
    ]
    found = [row for row in found if not row.why_not] or found
    if not found:
        raise NotFoundError(
            f"This sender ID has no template “{text}”.", "See sms-desk template list --whatsapp."
        )
    if len(found) > 1:
        raise UsageError(
            f"There are {len(found)} templates “{text}”.",
            f"Say which: {', '.join(f'{row.name}/{row.language}' for row in found)}.",
        )
    return found[0]


def states(ctx: Context) -> tuple[TemplateListState, ...]:
    """When each account's list was read, and what went wrong."""
    return tuple(
        _state(row, content_templates.list_state(ctx.tx, row["id"]))
        for row in accounts.listing(ctx.tx)
    )


def of_message(ctx: Context, outbox_id: UUID) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The template and the values that a message was sent as; None for free text."""
    entry = outbox.find(ctx.tx, outbox_id)
    if entry is None or entry.content_sid is None:
        return None
    if not inbox_store.visible(ctx.tx, ctx.reach, [entry.conversation_id]):
        return None
    return entry.content_sid, tuple((entry.content_variables or {}).items())


def _state(account: Mapping[Any, Any], state: Mapping[str, Any]) -> TemplateListState:
    return TemplateListState(
        account_id=account["id"],
        account_label=account["label"],
        refreshed_at=datetime.fromisoformat(state["at"]) if "at" in state else None,
        problem=state.get("problem", ""),
        unreadable=int(state.get("unreadable", 0)),
    )


def _ordered(stored: Iterable[Mapping[Any, Any]]) -> tuple[ContentTemplateRow, ...]:
    return tuple(sorted(map(_row, stored), key=lambda row: bool(row.why_not)))


def _row(row: Mapping[Any, Any]) -> ContentTemplateRow:
    status = ApprovalStatus(row["status"])
    gone = row["gone_at"] is not None
    return ContentTemplateRow(
        id=row["id"],
        content_sid=row["provider_sid"],
        name=row["name"],
        language=row["language"],
        category=row["category"],
        kind=row["kind"],
        body=row["body"],
        variables=_as_read(row["body"], row["variables"]),
        status=status,
        why_not=rules.why_not(status, word=row["status_text"], reason=row["reason"], gone=gone),
        account_label=row["account_label"],
        seen_at=row["seen_at"],
    )


def _as_read(body: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The blanks in the order in which the text has them, then those of buttons and links."""
    names = dict.fromkeys((*rules.placeholders(body), *rules.in_order(variables)))
    return {name: variables[name] for name in names if name in variables}
