"""What a message says that is sent as an approved WhatsApp template (R42)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain import content_templates as rules
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import ApprovalStatus, Channel
from sms_desk.services.context import Context
from sms_desk.store import content_templates, send_facts, senders


def filled(
    ctx: Context, sender_id: UUID, content_sid: str, pairs: tuple[tuple[str, str], ...]
) -> tuple[str, dict[str, str]]:
    """The text that the contact will read, and the values that make it.

    Raises RefusedError where the template cannot be sent from that sender ID, and UsageError where
    a value is missing or does not fit (R36). It is judged again when its turn comes (R33).
    """
    account_id = send_facts.carrier(ctx.tx, sender_id)
    row = content_templates.find(ctx.tx, account_id, content_sid) if account_id else None
    if row is None or senders.get(ctx.tx, sender_id)["channel"] != Channel.WHATSAPP:
        raise RefusedError(
            "This sender ID has no such template.",
            "Approved templates belong to the account that carries a WhatsApp sender ID.",
            rule="window",
        )
    why_not = rules.why_not(
        ApprovalStatus(row["status"]),
        word=row["status_text"],
        reason=row["reason"],
        gone=row["gone_at"] is not None,
    )
    if why_not:
        raise RefusedError(
            f"The template “{row['name']}” cannot be sent. {why_not}",
            "Choose another approved template.",
            rule="window",
        )
    values = rules.checked(row["variables"], dict(pairs))
    return rules.fill(row["body"], values).strip() or f"[{row['name']}]", values
