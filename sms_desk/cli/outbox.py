"""`outbox`: messages that no provider has accepted yet, and what a person decides about them."""

from __future__ import annotations

import click

from sms_desk.bootstrap import Session
from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import group, with_desk, with_session
from sms_desk.cli.waiting import find_message, followed, wait_options
from sms_desk.domain import commands as c
from sms_desk.domain.outbox import EXPIRES_AFTER
from sms_desk.services import directory
from sms_desk.services.desk import Desk
from sms_desk.services.rows import OutboxRow


@group()
def outbox() -> None:
    """What is not accepted by the provider yet, and what to do about it."""


@outbox.command("list")
@click.option("--all", "everything", is_flag=True, help="The settled ones, too.")
@with_desk
def list_messages(desk: Desk, everything: bool) -> Rows[OutboxRow]:
    """List the messages that are not settled, newest first."""
    return Rows(desk.read(directory.outbox_rows, everything=everything))


@outbox.command()
@click.argument("outbox_id", metavar="ID")
@with_desk
def show(desk: Desk, outbox_id: str) -> OutboxRow:
    """Show one message with its state and the reason for it."""
    return find_message(desk, ids.message(desk, outbox_id))


@outbox.command()
@click.argument("outbox_id", metavar="ID")
@with_session
@wait_options
def check(session: Session, outbox_id: str, wait: int | None) -> OutboxRow:
    """Look a message that is not confirmed up in the provider's list again."""
    desk = session.desk
    id_ = ids.message(desk, outbox_id)
    desk.change(c.CheckAgain(**desk.stamp(), outbox_id=id_))
    return followed(session, id_, wait)


@outbox.command()
@click.argument("outbox_id", metavar="ID")
@with_session
@wait_options
def resend(session: Session, outbox_id: str, wait: int | None) -> OutboxRow:
    """Send a message that is not confirmed again: the customer may get it twice."""
    desk = session.desk
    id_ = ids.message(desk, outbox_id)
    desk.change(c.Resend(**desk.stamp(), outbox_id=id_))
    return followed(session, id_, wait)


@outbox.command()
@click.argument("outbox_id", metavar="ID")
@with_desk
def drop(desk: Desk, outbox_id: str) -> Changed:
    """Withdraw a message that is not accepted, or give up one that is not confirmed."""
    id_ = ids.message(desk, outbox_id)
    return Changed.of(desk.change(c.Drop(**desk.stamp(), outbox_id=id_)), id_)


@outbox.command()
@click.argument("outbox_id", metavar="ID")
@with_session
@wait_options
def confirm(session: Session, outbox_id: str, wait: int | None) -> OutboxRow:
    """Send a held message all the same, where a person may waive what holds it."""
    desk = session.desk
    id_ = ids.message(desk, outbox_id)
    stamp = desk.stamp()
    waived = c.ConfirmHeld(
        **stamp,
        outbox_id=id_,
        checks=(find_message(desk, id_).reason,),
        not_after=stamp["at"] + EXPIRES_AFTER,
    )
    desk.change(waived)
    return followed(session, id_, wait)
