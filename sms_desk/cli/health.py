"""`senders health`, `set-health`, `switch`: how sender IDs fare, and going on from a fallback (R17)."""

from __future__ import annotations

import click

from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import command, with_desk
from sms_desk.domain import commands as c
from sms_desk.domain.model import Health
from sms_desk.services import health as service
from sms_desk.services import senders
from sms_desk.services.desk import Desk
from sms_desk.services.health import ChangeRow, FallbackPreview, HealthRow


@command()
@click.argument("sender", required=False)
@click.option("--days", type=click.IntRange(1, 3650), metavar="N", help="Over the last N days.")
@with_desk
def health(desk: Desk, sender: str | None, days: int | None) -> Rows[HealthRow]:
    """How sender IDs fare: delivery, errors, filtering and opt-outs, those in trouble first."""
    if sender is None:
        return Rows(desk.read(service.listing, days=days))
    id_ = desk.read(senders.find, sender)
    return Rows((desk.read(service.row, id_, days=days),))


@command("health-history")
@click.argument("sender")
@with_desk
def health_history(desk: Desk, sender: str) -> Rows[ChangeRow]:
    """How a sender ID's health moved, by whom and why, newest first."""
    return Rows(desk.read(service.history, desk.read(senders.find, sender)))


@command("set-health")
@click.argument("sender")
@click.argument("value", type=click.Choice([*(str(each) for each in Health), "auto"]))
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@with_desk
def set_health(desk: Desk, sender: str, value: str, reason: str) -> Changed:
    """Say how a sender ID is; auto leaves it to the figures again."""
    id_ = desk.read(senders.find, sender)
    said = c.SetHealth(
        **desk.stamp(),
        sender_id=id_,
        health=None if value == "auto" else Health(value),
        reason=reason,
    )
    return Changed.of(desk.change(said), id_)


@command()
@click.argument("sender")
@click.option("--dry-run", is_flag=True, help="Count what would go on from where; change nothing.")
@with_desk
def switch(desk: Desk, sender: str, dry_run: bool) -> Changed | FallbackPreview:
    """Go on from the fallback of a blocked sender ID, with all its open conversations."""
    id_ = desk.read(senders.find, sender)
    if dry_run:
        return desk.read(service.preview, id_)
    return Changed.of(desk.change(c.SwitchToFallback(**desk.stamp(), sender_id=id_)), id_)
