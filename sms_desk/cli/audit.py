"""`audit`: who changed what, exported and verified (R31)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import click

from sms_desk.cli import audit_text, ids, typed
from sms_desk.cli.audit_text import Exported
from sms_desk.cli.framework import Unsettled, group, with_desk
from sms_desk.domain.audit import Head, Kind, parse_head
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.services import audit as service
from sms_desk.services import senders as sender_service
from sms_desk.services.audit import AuditPage, AuditRow, Verified, Wanted
from sms_desk.services.desk import Desk
from sms_desk.settings import files

_ = audit_text  # imported for what it registers: how these answers are told


@group()
def audit() -> None:
    """Who changed whose work, when, and what was before.

    Admins read all of it, supervisors what concerns their teams. Nobody can change an entry.
    """


@dataclass(frozen=True, slots=True)
class _Filter:
    name: str
    attributes: dict[str, Any]


_FILTERS = (
    _Filter("--person", {"metavar": "PERSON", "help": "Who did it, or whom it concerns."}),
    _Filter("--actor", {"metavar": "PERSON", "help": "Who did it; `desk` for rules and dates."}),
    _Filter(
        "--kind",
        {"multiple": True, "type": click.Choice([str(kind) for kind in Kind]), "help": "Of what."},
    ),
    _Filter("--sender", {"metavar": "SENDER", "help": "About this sender ID."}),
    _Filter("--conversation", {"metavar": "ID", "help": "About this conversation."}),
    _Filter(
        "--command", {"metavar": "ID", "help": "What this command did, and its undo; its whole ID."}
    ),
    _Filter("--since", {"metavar": "DAY", "help": "From this day or instant on."}),
    _Filter("--until", {"metavar": "DAY", "help": "Before this day or instant."}),
    _Filter("--text", {"metavar": "TEXT", "help": "In names, sender IDs, and kinds of entries."}),
)


def _filters(function: Any) -> Any:
    for each in reversed(_FILTERS):
        function = click.option(each.name, **each.attributes)(function)
    return function


def _wanted(desk: Desk, given: dict[str, Any]) -> Wanted:
    def whose(name: str) -> Any:
        return None if given[name] is None else ids.person(desk, given[name])

    by_rule = given["actor"] == "desk"
    sender, conversation = given["sender"], given["conversation"]
    subjects = [] if sender is None else [desk.read(sender_service.find, sender)]
    if conversation is not None:
        subjects.append(ids.conversation(desk, conversation))
    batch = None if given["command"] is None else ids.whole(given["command"])
    if given["command"] is not None and batch is None:
        raise UsageError("--command takes a whole ID.", "Take it from --json.")
    return Wanted(
        since=typed.day(desk, given["since"]),
        until=typed.day(desk, given["until"]),
        actor_id=None if by_rule else whose("actor"),
        by_rule=by_rule,
        person_id=whose("person"),
        kinds=tuple(Kind(kind) for kind in given["kind"]),
        subject_ids=tuple(subjects),
        batch_id=batch,
        text=given["text"] or "",
    )


@audit.command("list")
@_filters
@click.option("--after", type=int, metavar="N", help="Those below this entry.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="At most so many."
)
@with_desk
def list_entries(desk: Desk, /, after: int | None, limit: int, **given: Any) -> AuditPage:
    """List entries, newest first, each as a sentence."""
    return desk.read(service.page, _wanted(desk, given), before=after, limit=limit)


@audit.command()
@click.argument("n", type=int, metavar="N")
@with_desk
def show(desk: Desk, n: int) -> AuditRow:
    """Show one entry by its number: who, when, why, before and after."""
    return desk.read(service.get, n)


@audit.command()
@click.argument("file", default="-")
@_filters
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    show_default=True,
    help="CSV for a spreadsheet, or one JSON object a line.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@with_desk
def export(desk: Desk, /, file: str, form: str, force: bool, **given: Any) -> Exported | None:
    """Write all entries that match, to a file or to stdout.

    Cells that a spreadsheet would run begin with an apostrophe.
    """
    path = Path(file)
    if file != "-" and path.exists() and not force:
        raise UsageError(f"There is a file {file} already.", "Give another name, or --force.")
    write = service.write_csv if form == "csv" else service.write_json_lines
    wanted = _wanted(desk, given)
    if file == "-":
        written = io.StringIO(newline="")
        desk.read(write, wanted, written)
        click.echo(written.getvalue(), nl=False)
        return None
    with files.writing(path) as stream:
        return Exported(file, desk.read(write, wanted, stream))


@audit.command()
@click.option(
    "--head",
    metavar="N:HASH",
    help="An entry and its hash as they were noted elsewhere; they must still be so.",
)
@with_desk
def verify(desk: Desk, head: str | None) -> Verified:
    """Read the whole chain; exit 3 and name the first entry that is wrong, if any is.

    Whoever can write to the database could write the whole chain anew. Against that, note the
    entry and hash that this answers somewhere else, and give them to --head later.
    """
    found = desk.read(service.verify, _head(head))
    if not found.intact:
        broken = RefusedError(
            f"The audit log is not whole. {found.words}",
            "Compare with a backup; whoever can write to the database can have done it.",
            rule="audit_broken",
        )
        raise Unsettled(broken, found)
    return found


def _head(text: str | None) -> Head | None:
    try:
        return None if text is None else parse_head(text)
    except UsageError as error:
        raise UsageError(
            "--head takes N:HASH.", "Take both from an earlier `audit verify`."
        ) from error
