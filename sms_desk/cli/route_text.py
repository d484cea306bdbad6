"""Why something came to whom, and what if, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.cli.as_text import COLUMNS, Column, lines, table_of, when
from sms_desk.cli.terminal import safe_line
from sms_desk.services.what_if import Share, TriedOut, TriedRow
from sms_desk.services.why_here import Explained

COLUMNS[Share] = (
    Column("WHO", lambda row: row.name),
    Column("GOT", lambda row: f"{row.went:,}"),
    Column("WOULD GET", lambda row: f"{row.would:,}"),
)
COLUMNS[TriedRow] = (
    Column("WHEN", lambda row: when(row.at)),
    Column("CONTACT", lambda row: row.contact),
    Column("WENT TO", lambda row: row.went),
    Column("WOULD GO TO", lambda row: row.would),
    Column("", lambda row: row.why, 120),
)


@lines.register
def _explained(answer: Explained) -> Iterator[str]:
    yield safe_line(answer.sentence, 400)
    for each in answer.details:
        yield safe_line(f"  {each.name}: {each.text}", 400)


@lines.register
def _tried(answer: TriedOut) -> Iterator[str]:
    yield safe_line(answer.words, 400)
    if answer.people:
        yield ""
        yield from table_of(answer.people)
    if answer.rows:
        yield ""
        yield from table_of(answer.rows)
    if len(answer.rows) < answer.differ:
        yield f"The newest {len(answer.rows):,} of {answer.differ:,} are listed."
