"""What a person decides about the advisor's findings (R15)."""

from __future__ import annotations

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.store import waivers


def waive_finding(ctx: Context, command: c.WaiveFinding) -> Effect:
    """Accepted as it is, by name and with a reason; it comes back when its subjects change."""
    require_admin(ctx)
    before = waivers.listing(ctx.tx).get(command.key)
    if command.waived:
        waivers.waive(
            ctx.tx,
            command.key,
            person_id=ctx.actor.person_id,
            at=command.at,
            reason=" ".join(command.reason.split()),
        )
    else:
        waivers.end(ctx.tx, command.key)
    back = c.WaiveFinding(
        id=command.id,
        at=command.at,
        key=command.key,
        waived=before is not None,
        reason=before["reason"] if before is not None else "",
    )
    label = "Accepted the finding as it is" if command.waived else "The finding counts again"
    return Effect(Changes.of(finding=None), 1, label, inverse=(back,))
