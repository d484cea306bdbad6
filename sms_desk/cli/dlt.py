"""`dlt`: the texts that are registered with India's operators (R41)."""

from __future__ import annotations

from pathlib import Path

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.typed import text_or_stdin
from sms_desk.domain import commands as c
from sms_desk.domain import dlt_import
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.model import DltKind
from sms_desk.services import dlt_texts as service
from sms_desk.services import senders
from sms_desk.services.desk import Desk
from sms_desk.services.dlt_texts import Comparison, DltTemplateRow

_SENDER_HELP = "For this sender ID only: address, label or id; every header if not given."


@group()
def dlt() -> None:
    """Texts registered with India's operators, and how a text compares with them."""


@dlt.command("list")
@click.option("--all", "everything", is_flag=True, help="The retired ones, too.")
@with_desk
def list_texts(desk: Desk, everything: bool) -> Rows[DltTemplateRow]:
    """List the registered texts."""
    return Rows(desk.read(service.listing, retired=everything))


@dlt.command(epilog="TEXT is the template as registered, with {#var#}, or - to read it from stdin.")
@click.argument("name")
@click.argument("text")
@click.option("--id", "dlt_id", required=True, metavar="NUMBER", help="The operators' template ID.")
@click.option("--entity", required=True, metavar="NUMBER", help="The principal entity ID.")
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in DltKind]),
    required=True,
    help="What it is registered as.",
)
@click.option("--sender", metavar="SENDER", help=_SENDER_HELP)
@with_desk
def add(
    desk: Desk, name: str, text: str, dlt_id: str, entity: str, kind: str, sender: str | None
) -> Changed:
    """Add a registered text; one of that number is corrected."""
    sender_id = desk.read(senders.find, sender) if sender else None
    old = next(
        (
            row
            for row in desk.read(service.listing, retired=True)
            if (row.dlt_id, row.sender_id) == (dlt_id, sender_id)
        ),
        None,
    )
    id_ = old.id if old else ids.fresh(desk)
    saved = c.DltText(id_, dlt_id, entity, name, DltKind(kind), text_or_stdin(text), sender_id)
    return Changed.of(desk.change(c.SaveDltTemplate(**desk.stamp(), text=saved)), id_)


@dlt.command()
@click.argument("name", metavar="TEMPLATE")
@click.option("--restore", is_flag=True, help="Bring it back.")
@with_desk
def retire(desk: Desk, name: str, restore: bool) -> Changed:
    """Compare with a registered text no more. TEMPLATE is its name, number or id."""
    id_ = desk.read(service.find, name).id
    done = desk.change(c.RetireDltTemplate(**desk.stamp(), template_id=id_, retired=not restore))
    return Changed.of(done, id_)


@dlt.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--entity", default="", metavar="NUMBER", help="For a file without that column.")
@with_desk
def import_file(desk: Desk, file: Path, entity: str) -> Changed:
    """Import a CSV file of registered texts: all of it, or nothing and why.

    The first row names the columns: dlt_id, entity_id, name, kind, body and, if there is one,
    header.
    """
    reading = dlt_import.read(_bytes(file), entity_id=entity)
    texts = desk.read(service.texts_of, reading, lambda: ids.fresh(desk))
    return Changed.of(desk.change(c.ImportDltTemplates(**desk.stamp(), texts=texts)))


@dlt.command(epilog="TEXT is the message, or - to read it from stdin.")
@click.argument("text")
@click.option("--from", "sender", metavar="SENDER", help="Only what this sender ID may send.")
@with_desk
def check(desk: Desk, text: str, sender: str | None) -> Comparison:
    """Compare a text with the registered ones and point at the first character that departs."""
    sender_id = desk.read(senders.find, sender) if sender else None
    return desk.read(service.compare, text_or_stdin(text), sender_id=sender_id)


def _bytes(file: Path) -> bytes:
    """The file, or as much of it as says that it is too large."""
    try:
        with file.open("rb") as opened:
            return opened.read(dlt_import.LARGEST + 1)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {file}.") from error
    except OSError as error:
        raise UsageError(f"The file {file} cannot be read.", "Check its permissions.") from error
