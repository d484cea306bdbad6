"""`senders import`, `export`, `provider-import`: the directory by file and from the provider (R11)."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from sms_desk.bootstrap import Session
from sms_desk.cli.account import find_account
from sms_desk.cli.answers import Changed
from sms_desk.cli.framework import Unsettled, command, with_desk, with_session
from sms_desk.cli.provider_secrets import secret_option
from sms_desk.domain import commands as c
from sms_desk.domain.errors import StorageError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.services import csv_files, directory, sender_csv, sender_import
from sms_desk.services.desk import Desk
from sms_desk.services.rows import AccountRow
from sms_desk.services.sender_csv import LineReport, Outcome, Plan
from sms_desk.services.sender_import import ProviderPreview
from sms_desk.settings import files

_COLUMNS = "The columns: " + "; ".join(sender_csv.COLUMNS) + "."


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file changes, line by line. changed_by: the command that did; None: nothing was
    changed, as on a dry run."""

    dry_run: bool
    added: int
    changed: int
    unchanged: int
    errors: int
    changed_by: Changed | None
    lines: tuple[LineReport, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """file: - for stdout."""

    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class ProviderImported:
    """What the provider's list would change. changed_by: None as long as nothing was applied."""

    preview: ProviderPreview
    changed_by: Changed | None


@command("import", epilog=_COLUMNS)
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--skip-errors", is_flag=True, help="Leave out the lines that are wrong.")
@with_desk
def import_file(desk: Desk, file: str, dry_run: bool, skip_errors: bool) -> Imported:
    """Take sender IDs from a CSV file, or - for stdin.

    One wrong line, and nothing is imported, unless --skip-errors says otherwise. What the file
    does not name stays; one undo takes all of it back.
    """
    with _opened(file) as stream:
        _, records = csv_files.read(stream, sender_csv.COLUMNS, "address")
    plan = desk.read(sender_csv.plan, records)
    wrong = plan.count(Outcome.ERROR)
    goes = not dry_run and bool(plan.wanted) and (skip_errors or not wrong)
    changed = None
    if goes:
        changed = Changed.of(desk.change(c.ImportSenders(**desk.stamp(), lines=plan.wanted)))
    answer = _answer(plan, changed, dry_run=dry_run)
    if wrong and not skip_errors:
        lines = "1 line is" if wrong == 1 else f"{wrong:,} lines are"
        raise Unsettled(
            UsageError(
                f"{lines} wrong; nothing was imported.",
                "Correct the file, or leave them out with --skip-errors.",
            ),
            answer,
            shown=True,
        )
    return answer


def _answer(plan: Plan, changed: Changed | None, *, dry_run: bool) -> Imported:
    return Imported(
        dry_run,
        plan.count(Outcome.ADDED),
        plan.count(Outcome.CHANGED),
        plan.count(Outcome.UNCHANGED),
        plan.count(Outcome.ERROR),
        changed,
        plan.reports,
    )


@command()
@click.argument("file", default="-")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@with_desk
def export(desk: Desk, file: str, force: bool) -> Exported | None:
    """Write the whole directory as CSV, to a file or to stdout.

    Cells that a spreadsheet would run begin with an apostrophe, which an import takes off again.
    """
    written = io.StringIO(newline="")
    rows = desk.read(lambda ctx: list(sender_csv.export_rows(ctx)))
    count = csv_files.write(written, sender_csv.COLUMNS, rows)
    if file == "-":
        click.echo(written.getvalue(), nl=False)
        return None
    path = Path(file)
    if path.exists() and not force:
        raise UsageError(f"There is a file {file} already.", "Give another name, or --force.")
    files.write_text(path, written.getvalue())
    return Exported(file, count)


@command("provider-import")
@click.argument("account", required=False)
@click.option("--apply", "applied", is_flag=True, help="Apply what is proposed.")
@click.option(
    "--also", multiple=True, metavar="ADDRESS", help="Apply this one too; may be repeated."
)
@click.option("--without", multiple=True, metavar="ADDRESS", help="But not this one.")
@with_session
@secret_option
def provider_import(
    session: Session,
    account: str | None,
    applied: bool,
    also: tuple[str, ...],
    without: tuple[str, ...],
) -> ProviderImported:
    """Show how the provider's list differs from the directory, and apply it.

    New sender IDs are proposed; what would change what a person filled in, or retire a sender ID
    that the provider no longer lists, is applied only where --also names it.
    """
    desk = session.desk
    row = find_account(desk, account) if account else _only_account(desk)
    found = desk.read(sender_import.preview, row.id, row.label, session.account_directory(row.id))
    if not applied and not also:
        return ProviderImported(found, None)
    _refuse_strangers(found, (*also, *without))
    ids = [
        line.id
        for line in found.lines
        if ((line.proposed and applied) or line.address in also) and line.address not in without
    ]
    lines = found.chosen(ids)
    if not lines:
        return ProviderImported(found, None)
    done = desk.change(c.ImportSenders(**desk.stamp(), lines=lines))
    return ProviderImported(found, Changed.of(done))


def _refuse_strangers(found: ProviderPreview, addresses: tuple[str, ...]) -> None:
    known = {line.address: line for line in found.lines}
    for address in addresses:
        if address not in known:
            raise UsageError(
                f"“{address}” does not differ from the provider's list.",
                "Name an address as the list above shows it.",
            )
        if known[address].line is None:
            problem = known[address].problems[-1]
            raise UsageError(f"{address}: {problem.message}", problem.next_step)


def _only_account(desk: Desk) -> AccountRow:
    accounts = desk.read(directory.all_accounts)
    if len(accounts) != 1:
        raise UsageError("Say which account.", "See sms-desk account list.")
    return accounts[0]


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as stream:
            yield stream
    except OSError as error:
        raise StorageError(
            f"The file cannot be read: {file} ({error.strerror}).", "Check its name and rights."
        ) from error
