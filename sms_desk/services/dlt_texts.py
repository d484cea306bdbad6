"""India's registered texts as screens and the command line show them (R41)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain import dlt as rules
from sms_desk.domain import dlt_import, registration
from sms_desk.domain.commands import DltText
from sms_desk.domain.dlt import Deviation, Template
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import DltKind
from sms_desk.services import senders
from sms_desk.services.context import Context
from sms_desk.store import dlt
from sms_desk.store import senders as sender_store


@dataclass(frozen=True, slots=True)
class DltTemplateRow:
    """dlt_id: the operators' number. sender: the sender ID that it is for, "" for every one of the
    entity. variables: how many it has."""

    id: UUID
    dlt_id: str
    entity_id: str
    name: str
    kind: DltKind
    body: str
    sender_id: UUID | None
    sender: str
    variables: int
    created_at: datetime
    retired: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A text beside the registered one that fits or comes nearest. character: the first that departs, counted from 1; 0 if it fits.

    expected, found: the character in the registered text and in this one, "" for the end.
    """

    fits: bool
    template_id: UUID | None
    dlt_id: str
    name: str
    character: int
    expected: str
    found: str
    variable: int
    too_long: bool


def listing(ctx: Context, *, retired: bool = False) -> tuple[DltTemplateRow, ...]:
    """The registered texts, by name."""
    return tuple(_row(row) for row in dlt.listing(ctx.tx, retired=retired))


def find(ctx: Context, text: str) -> DltTemplateRow:
    """By id, operators' number or name in any case. Raises NotFoundError."""
    wanted = text.casefold()
    for row in listing(ctx, retired=True):
        if wanted in (str(row.id), row.dlt_id, row.name.casefold()):
            return row
    raise NotFoundError(f"There is no registered text “{text}”.", "See sms-desk dlt list.")


def compare(ctx: Context, text: str, *, sender_id: UUID | None = None) -> Comparison:
    """What the operators would say of the text: against what one sender ID may send, or against
    all registered texts."""
    if sender_id is None:
        rows = listing(ctx)
        templates = tuple(
            Template(row.id, row.dlt_id, row.name, row.kind, row.body, row.sender_id)
            for row in rows
        )
    else:
        stored = sender_store.get(ctx.tx, sender_id)["registration"]
        india = registration.from_json(stored).india
        templates = dlt.for_header(ctx.tx, sender_id, india.entity_id) if india else ()
    match = rules.best(templates, text)
    if match is None:
        return Comparison(False, None, "", "", 0, "", "", 0, too_long=False)
    departs = match.deviation or Deviation(0, "", "")
    template = match.template
    return Comparison(
        match.fits,
        template.id,
        template.dlt_id,
        template.name,
        departs.position,
        departs.expected,
        departs.found,
        departs.variable,
        departs.too_long,
    )


def texts_of(
    ctx: Context, reading: dlt_import.Reading, new_id: Callable[[], UUID]
) -> tuple[DltText, ...]:
    """The rows of a file as they are imported, with their headers found.

    Raises UsageError, naming the first line with a problem, if there is any.
    """
    problems = list(reading.problems)
    known = {row.label.casefold(): row.id for row in senders.listing(ctx) if row.label}
    known |= {row.address.casefold(): row.id for row in senders.listing(ctx)}
    texts = []
    for row in reading.rows:
        sender_id = known.get(row.header.casefold()) if row.header else None
        if row.header and sender_id is None:
            problems.append(
                dlt_import.Problem(
                    row.line,
                    f"There is no sender ID “{row.header}”.",
                    "Add it first, or leave the cell empty for every header.",
                )
            )
        texts.append(
            DltText(new_id(), row.dlt_id, row.entity_id, row.name, row.kind, row.body, sender_id)
        )
    if problems:
        problems.sort(key=lambda problem: problem.line)
        lines = list(dlt_import.lines_of(tuple(problems)))
        more = len(lines) - _SHOWN
        if more > 0:
            lines[_SHOWN:] = [f"… and {more:,} more."]
        raise UsageError(
            f"Nothing was imported: {len(problems):,} of the lines cannot be.", "\n".join(lines)
        )
    return tuple(texts)


_SHOWN = 20
"""Lines that are named; who has more mends the file's form rather than its lines."""


def _row(row: Any) -> DltTemplateRow:
    return DltTemplateRow(
        row["id"],
        row["dlt_id"],
        row["entity_id"],
        row["name"],
        DltKind(row["kind"]),
        row["body"],
        row["sender_id"],
        row["sender"] or "",
        rules.variables(row["body"]),
        row["created_at"],
        row["retired_at"] is not None,
    )
