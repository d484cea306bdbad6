"""`template`: templates with named fields (R36)."""

from __future__ import annotations

from contextlib import suppress

import click

from sms_desk.bootstrap import Session
from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, ContentTemplates, Preview, Rows
from sms_desk.cli.framework import group, with_desk, with_session
from sms_desk.cli.provider_secrets import secret_option
from sms_desk.cli.typed import as_name, text_or_stdin
from sms_desk.domain import commands as c
from sms_desk.domain import segments, templates
from sms_desk.domain.errors import NotFoundError, StorageError, UsageError
from sms_desk.domain.model import Channel
from sms_desk.services import content_templates as content
from sms_desk.services import directory
from sms_desk.services.desk import Desk
from sms_desk.services.rows import TemplateRow

_CHANNELS = click.Choice([str(channel) for channel in Channel])


@group()
def template() -> None:
    """Templates with named fields, such as {first_name}."""


@template.command("list")
@click.option("--channel", type=_CHANNELS, help="Those that fit this channel.")
@click.option(
    "--whatsapp", is_flag=True, help="The provider's templates with their approval, not one's own."
)
@with_desk
def list_templates(
    desk: Desk, channel: str | None, whatsapp: bool
) -> Rows[TemplateRow] | ContentTemplates:
    """List the templates in use."""
    if whatsapp:
        return _from_whatsapp(desk)
    return Rows(desk.read(directory.all_templates, Channel(channel) if channel else None))


@template.command()
@with_session
@secret_option
def refresh(session: Session) -> ContentTemplates:
    """Read the providers' lists of WhatsApp templates again.

    Where another process of this workspace syncs, it is asked to, and the answer is what is here.
    """
    session.refresh_templates()
    with suppress(StorageError):
        session.sync_once()
    return _from_whatsapp(session.desk)


def _from_whatsapp(desk: Desk) -> ContentTemplates:
    return ContentTemplates(desk.read(content.listing), desk.read(content.states))


@template.command()
@click.argument("name")
@click.argument("text")
@click.option(
    "--keyword", default="", metavar="WORD", help="What calls it while typing, after a /."
)
@click.option("--channel", type=_CHANNELS, help="For this channel only.")
@with_desk
def save(desk: Desk, name: str, text: str, keyword: str, channel: str | None) -> Changed:
    """Save a template; one of that name is replaced. TEXT may be - for stdin."""
    known = desk.read(directory.all_templates)
    old = next((row for row in known if row.name == as_name(name)), None)
    id_ = old.id if old else ids.fresh(desk)
    saved = c.SaveTemplate(
        **desk.stamp(),
        template_id=id_,
        name=name,
        keyword=keyword,
        channel=Channel(channel) if channel else None,
        body=text_or_stdin(text),
    )
    return Changed.of(desk.change(saved), id_)


@template.command()
@click.argument("name", metavar="TEMPLATE")
@click.option("--restore", is_flag=True, help="Bring it back; TEMPLATE is its whole id then.")
@with_desk
def retire(desk: Desk, name: str, restore: bool) -> Changed:
    """Use a template no more."""
    id_ = ids.whole(name) or _find(desk, name).id
    done = desk.change(c.RetireTemplate(**desk.stamp(), template_id=id_, retired=not restore))
    return Changed.of(done, id_)


@template.command()
@click.argument("name", metavar="TEMPLATE")
@click.option(
    "--set", "pairs", multiple=True, metavar="FIELD=VALUE", help="Fill a field. May be repeated."
)
@with_desk
def preview(desk: Desk, name: str, pairs: tuple[str, ...]) -> Preview:
    """Show a template with its fields filled; a field without a value is an error."""
    text = templates.render(_find(desk, name).body, dict(map(_pair, pairs)))
    counted = segments.count(text)
    return Preview(text, counted.encoding, counted.units, counted.parts)


def _pair(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"“{text}” fills no field.", "Write it as in --set first_name=Ann.")
    return field, value


def _find(desk: Desk, name: str) -> TemplateRow:
    """A template by keyword, name or id."""
    wanted = as_name(name).removeprefix("/").casefold()
    for row in desk.read(directory.all_templates):
        if wanted in (row.keyword.casefold(), row.name.casefold(), str(row.id)):
            return row
    raise NotFoundError(f"There is no template “{name}”.", "See sms-desk template list.")
