"""The audit log, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.cli.as_text import COLUMNS, Column, lines, table_of, when
from sms_desk.cli.terminal import safe_line
from sms_desk.domain.frozen import dataclass
from sms_desk.services import audit


@dataclass(frozen=True, slots=True)
class Exported:
    """How many entries a file holds."""

    file: str
    entries: int


COLUMNS[audit.AuditRow] = (
    Column("N", lambda row: str(row.n)),
    Column("WHEN", lambda row: when(row.at)),
    Column("WHAT", lambda row: row.what),
    Column("", lambda row: row.sentence, 160),
    Column("WHY", lambda row: row.note or row.reason, 60),
)


@lines.register
def _page(answer: audit.AuditPage) -> Iterator[str]:
    yield from table_of(answer.rows, "No entry matches.")
    if answer.next is not None:
        yield f"{answer.count:,} in all; more with: --after {answer.next}"


@lines.register
def _entry(row: audit.AuditRow) -> Iterator[str]:
    yield safe_line(f"{row.n}  {when(row.at)}  {row.sentence}")
    for why in (row.reason, row.note):
        if why:
            yield safe_line(f"Why: {why}")
    for change in row.changes:
        was = f"{change.before} → " if change.before else ""
        yield safe_line(f"{change.what}: {was}{change.after}")
    if row.batch_id is not None:
        yield f"Command: {row.batch_id}"
    yield f"Hash: {row.hash}"


@lines.register
def _exported(answer: Exported) -> Iterator[str]:
    what = "1 entry" if answer.entries == 1 else f"{answer.entries:,} entries"
    yield safe_line(f"Wrote {what} to {answer.file}.", 400)


@lines.register
def _verified(answer: audit.Verified) -> Iterator[str]:
    yield answer.words
    if answer.head:
        yield f"To be noted elsewhere: {answer.head}:{answer.hash}"
