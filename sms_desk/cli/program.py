"""`sms-desk program …`: campaigns and services (R3, R13, R18, R61)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import click

from sms_desk.cli import ids, program_text
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.typed import day, text_or_stdin
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.model import BindingKind, ProgramKind
from sms_desk.domain.programs import DAYS
from sms_desk.services import program_figures, programs, recognition, senders
from sms_desk.services.desk import Desk
from sms_desk.services.program_figures import Period
from sms_desk.services.rows import (
    BindingPreview,
    InboxRow,
    ProgramFigures,
    ProgramRow,
    TextTest,
)

_ = program_text  # imported for what it registers: how these answers are told
F = TypeVar("F", bound=Callable[..., Any])
_KINDS = click.Choice([str(kind) for kind in ProgramKind])
_PERIOD = click.option(
    "--period",
    type=click.Choice([str(period) for period in Period]),
    default=str(Period.MONTH),
    show_default=True,
    help="From so long ago until now.",
)


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
@click.argument("name", metavar="PROGRAM")
@with_desk
def show(desk: Desk, name: str) -> ProgramRow:
    """Show one program: how it is recognised, what it says, and what it lacks."""
    return desk.read(programs.one, desk.read(programs.find, name))


def _filled(function: F) -> F:
    """The options that say what a program is, for adding and for editing one."""
    for option in reversed(
        (
            click.option(
                "--days",
                type=click.IntRange(DAYS[0], DAYS[-1]),
                metavar="N",
                help="How long an answer counts as its response; 30 if not said.",
            ),
            click.option("--from", "starts", metavar="DATE", help="When it begins, or never."),
            click.option("--until", "ends", metavar="DATE", help="When it ends, or never."),
            click.option("--replies/--no-replies", default=None, help="Whether it takes replies."),
            click.option(
                "--instruction",
                metavar="TEXT",
                help="How to reply, where its sender ID cannot receive.",
            ),
            click.option(
                "--auto-reply",
                metavar="TEXT",
                help="What its auto-responder says, where it takes no replies; - reads stdin.",
            ),
        )
    ):
        function = option(function)
    return function


@program.command()
@click.argument("kind", type=_KINDS)
@click.argument("name")
@_filled
@with_desk
def add(
    desk: Desk,
    kind: str,
    name: str,
    days: int | None,
    starts: str | None,
    ends: str | None,
    replies: bool | None,
    instruction: str | None,
    auto_reply: str | None,
) -> Changed:
    """Add a campaign or a service."""
    id_ = ids.fresh(desk)
    saved = c.SaveProgram(
        **desk.stamp(),
        program_id=id_,
        kind=ProgramKind(kind),
        name=name,
        attribution_days=30 if days is None else days,
        starts_at=_day(desk, starts, None),
        ends_at=_day(desk, ends, None),
        takes_replies=True if replies is None else replies,
        reply_instruction=instruction or "",
        auto_reply=text_or_stdin(auto_reply or ""),
    )
    return Changed.of(desk.change(saved), id_)


@program.command()
@click.argument("program_name", metavar="PROGRAM")
@click.option("--name", help="Another name.")
@click.option("--kind", type=_KINDS, help="Another kind.")
@_filled
@with_desk
def edit(
    desk: Desk,
    program_name: str,
    name: str | None,
    kind: str | None,
    days: int | None,
    starts: str | None,
    ends: str | None,
    replies: bool | None,
    instruction: str | None,
    auto_reply: str | None,
) -> Changed:
    """Change what is said; what is not named stays as it is."""
    row = desk.read(programs.one, desk.read(programs.find, program_name))
    saved = c.SaveProgram(
        **desk.stamp(),
        program_id=row.id,
        kind=row.kind if kind is None else ProgramKind(kind),
        name=row.name if name is None else name,
        attribution_days=row.attribution_days if days is None else days,
        starts_at=_day(desk, starts, row.starts_at),
        ends_at=_day(desk, ends, row.ends_at),
        takes_replies=row.takes_replies if replies is None else replies,
        reply_instruction=row.reply_instruction if instruction is None else instruction,
        auto_reply=row.auto_reply if auto_reply is None else text_or_stdin(auto_reply),
    )
    return Changed.of(desk.change(saved), row.id)


def _day(desk: Desk, words: str | None, otherwise: Any) -> Any:
    if words is None:
        return otherwise
    return None if words == "never" else day(desk, words)


# --- figures --------------------------------------------------------------------------------------


@program.command()
@click.argument("name", metavar="PROGRAM")
@_PERIOD
@with_desk
def stats(desk: Desk, name: str, period: str) -> ProgramFigures:
    """What became of its messages, for each sender ID; who waits now."""
    id_ = desk.read(programs.find, name)
    return desk.read(program_figures.of, id_, Period(period))


@program.command()
@click.argument("name", metavar="PROGRAM")
@_PERIOD
@with_desk
def replies(desk: Desk, name: str, period: str) -> Rows[InboxRow]:
    """Who answered it, the latest first."""
    id_ = desk.read(programs.find, name)
    rows, _ = desk.read(program_figures.repliers, id_, Period(period))
    return Rows(rows)


# --- how it is recognised -------------------------------------------------------------------------


def _target(function: F) -> F:
    for option in reversed(
        (
            click.option("--sender", metavar="SENDER", help="Dedicate this sender ID to it."),
            click.option(
                "--service",
                metavar="SERVICE",
                help="A Messaging Service: name, id or provider's id.",
            ),
            click.option(
                "--pattern",
                metavar="TEXT",
                help="A text that its messages have, * for anything.",
            ),
        )
    ):
        function = option(function)
    return function


@program.command()
@click.argument("name", metavar="PROGRAM")
@_target
@click.option("--dry-run", is_flag=True, help="Say how many stored messages it would recognise.")
@with_desk
def bind(
    desk: Desk,
    name: str,
    sender: str | None,
    service: str | None,
    pattern: str | None,
    dry_run: bool,
) -> Changed | BindingPreview:
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
    if dry_run:
        return desk.read(
            recognition.preview_binding,
            bound.program_id,
            bound.kind,
            sender_id=bound.sender_id,
            service_id=bound.service_id,
            pattern=bound.pattern,
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


@program.command("test")
@click.argument("text", metavar="TEXT")
@click.option("--sender", metavar="SENDER", help="As if it went out from this sender ID.")
@with_desk
def try_text(desk: Desk, text: str, sender: str | None) -> TextTest:
    """Say which program a text would belong to, and why; - reads stdin."""
    sender_id = desk.read(senders.find, sender) if sender is not None else None
    return desk.read(recognition.try_text, text_or_stdin(text), sender_id=sender_id)


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
