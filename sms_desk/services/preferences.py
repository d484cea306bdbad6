"""Settings as the use cases need them: chosen by the person, else by the workspace, else default."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sms_desk.domain.wall_time import require_zone
from sms_desk.domain.working_hours import WaitingRule, parse_hours
from sms_desk.services.context import Context
from sms_desk.settings import registry
from sms_desk.store import settings


def value(ctx: Context, name: str) -> Any:
    """What holds for the actor."""
    setting = registry.get(name)
    if setting.scope is registry.Scope.PERSON:
        chosen = ctx.remembered(settings.read, ctx.actor.person_id)
        if name in chosen:
            return chosen[name]
    return ctx.remembered(settings.read).get(name, setting.default)


def waivable_checks(ctx: Context) -> frozenset[str]:
    """The checks that a person may waive here: quiet hours where the workspace allows it (R40)."""
    from sms_desk.domain.send_checks import CONFIRMABLE  # all checks: a first page asks for none

    return CONFIRMABLE | {"quiet_hours"} if value(ctx, "quiet_hours_waivable") else CONFIRMABLE


def nudge_days(ctx: Context) -> int:
    """After how many days of silence a conversation is nudged (R9)."""
    return int(value(ctx, "nudge_days"))


def waiting_limit(ctx: Context) -> timedelta:
    """After which time waiting turns red (R8)."""
    return timedelta(minutes=int(value(ctx, "waiting_minutes")))


def waiting_rule(ctx: Context) -> WaitingRule:
    """When waiting turns red for the actor: the limit, in the actor's own hours at work (R8)."""
    hours = parse_hours(value(ctx, "working_hours"))
    return WaitingRule(waiting_limit(ctx), hours, require_zone(ctx.actor.zone))
