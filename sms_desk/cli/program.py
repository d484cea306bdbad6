"""`program`: campaigns and services, and how their messages are recognised (R61)."""

from __future__ import annotations

from uuid import UUID

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.typed import day
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.model import BindingKind, ProgramKind
from sms_desk.services import programs, senders
from sms_desk.services.desk import Desk
from sms_desk.services.rows import ProgramRow


@group()
def program() -> None:
    """Campaigns and services, and how their messages are recognised."""


@program.command("list")
@click.option("--retired", is_flag=True, help="The retired ones, too.")
@with_desk
def list_programs(desk: Desk, retired: bool) -> Rows[ProgramRow]:
    """List programs, each with its bindings and how many customers wait."""
    return Rows(desk.read(programs.listing, retired=retired))


@program.command()
@click.argument("kind", type=click.Choice([str(kind) for kind in ProgramKind]))
@click.argument("name")
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=30,
    show_default=True,
    metavar="N",
    help="How long an answer counts as its response.",
)
@click.option("--from", "starts", metavar="DATE", help="When it begins.")
@click.option("--until", "ends", metavar="DATE", help="When it ends.")
@click.option("--no-replies", is_flag=True, help="It takes no replies.")
@click.option(
    "--instruction",
    default="",
    metavar="TEXT",
    help="How to reply, where its sender ID cannot receive.",
)
@with_desk
def add(
    desk: Desk,
    kind: str,
    name: str,
    days: int,
    starts: str | None,
    ends: str | None,
    no_replies: bool,
    instruction: str,
) -> Changed:
    """Add a campaign or a service."""
    id_ = ids.fresh(desk)
    saved = c.SaveProgram(
        **desk.stamp(),
        program_id=id_,
        kind=ProgramKind(kind),
        name=name,
        attribution_days=days,
        starts_at=day(desk, starts),
        ends_at=day(desk, ends),
        takes_replies=not no_replies,
        reply_instruction=instruction,
    )
    return Changed.of(desk.change(saved), id_)


@program.command()
@click.argument("name", metavar="PROGRAM")
@click.option("--sender", metavar="SENDER", help="Dedicate this sender ID to it.")
@click.option(
    "--service", metavar="SERVICE", help="A Messaging Service: name, id or provider's id."
)
@click.option("--pattern", metavar="TEXT", help="A text that its messages have, * for anything.")
@with_desk
def bind(
    desk: Desk, name: str, sender: str | None, service: str | None, pattern: str | None
) -> Changed:
    """Say how a program's messages are recognised: exactly one of the options."""
    named = {
        BindingKind.SENDER: sender,
        BindingKind.MESSAGING_SERVICE: service,
        BindingKind.PATTERN: pattern,
    }
    kinds = [kind for kind, value in named.items() if value is not None]
    if len(kinds) != 1:
        raise UsageError("A binding needs one target.", "Say --sender, --service or --pattern.")
    id_ = ids.fresh(desk)
    bound = c.BindProgram(
        **desk.stamp(),
        binding_id=id_,
        program_id=desk.read(programs.find, name),
        kind=kinds[0],
        sender_id=desk.read(senders.find, sender) if sender is not None else None,
        service_id=_service(desk, service) if service is not None else None,
        pattern=pattern,
    )
    return Changed.of(desk.change(bound), id_)


@program.command()
@click.argument("binding_id", metavar="BINDING_ID")
@with_desk
def unbind(desk: Desk, binding_id: str) -> Changed:
    """End a binding; what was recognised by it stays so."""
    rows = desk.read(programs.listing, retired=True)
    bindings = (binding.id for row in rows for binding in row.bindings)
    id_ = ids.whole(binding_id) or ids.pick(binding_id, bindings, "binding")
    return Changed.of(desk.change(c.EndBinding(**desk.stamp(), binding_id=id_)), id_)


@program.command()
@click.argument("name", metavar="PROGRAM")
@click.option("--restore", is_flag=True, help="Bring it back.")
@with_desk
def retire(desk: Desk, name: str, restore: bool) -> Changed:
    """Retire a program; its history stays."""
    id_ = desk.read(programs.find, name)
    done = desk.change(c.RetireProgram(**desk.stamp(), program_id=id_, retired=not restore))
    return Changed.of(done, id_)


def _service(desk: Desk, text: str) -> UUID:
    for id_, provider_sid, name in desk.read(programs.messaging_services):
        if text in (str(id_), provider_sid) or text.casefold() == name.casefold():
            return id_
    raise NotFoundError(
        f"There is no Messaging Service “{text}”.", "See sms-desk senders services."
    )
