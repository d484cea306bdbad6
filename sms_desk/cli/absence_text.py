"""Absences, checks and briefs in words."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.cli.as_text import COLUMNS, Column, lines, short, table_of, until, when, who, words
from sms_desk.cli.terminal import safe_line
from sms_desk.domain.absences import Split
from sms_desk.services.absence_rows import (
    AbsenceRow,
    Brief,
    BriefRow,
    CoveringRow,
    Gap,
    LoadLine,
    PlanCheck,
    Severity,
)

_MARKS = {Severity.STOP: "refused", Severity.WARNING: "gap", Severity.OK: "ok"}


def _now_with(row: BriefRow) -> str:
    """Who owns it, where that is somebody else by now, and by whose doing."""
    if row.taken_over_by is None:
        return ""
    if row.kept:
        return f"{row.taken_over_by}, who kept it"
    by = f" by {row.moved_by}" if row.moved_by else " since"
    return f"{row.taken_over_by}, assigned{by}"


_TABLES = {
    AbsenceRow: (
        Column("ID", lambda row: short(row.id)),
        Column("WHO", lambda row: row.person_name),
        Column("STATE", lambda row: row.state),
        Column("FROM", lambda row: row.since_wall or when(row.since)),
        Column("UNTIL", lambda row: _until(row)),
        Column("BY THE CLOCK OF", lambda row: row.zone, 24),
        Column(
            "COVERED BY", lambda row: words(name for _, name in row.substitutes) or "nobody", 48
        ),
        Column("CONVERSATIONS", lambda row: f"{row.conversations:,}"),
    ),
    CoveringRow: (
        Column("ABSENCE", lambda row: short(row.absence_id)),
        Column("FOR", lambda row: row.person_name),
        Column("UNTIL", lambda row: until(row.until)),
        Column("CONVERSATIONS", lambda row: f"{row.count:,}"),
        Column("WAITING", lambda row: f"{row.waiting:,}"),
    ),
    Gap: (
        Column("", lambda row: _MARKS[row.severity]),
        Column("WHAT", lambda row: row.title, 80),
        Column("WHY", lambda row: row.detail, 200),
    ),
    LoadLine: (
        Column("SUBSTITUTE", lambda row: row.name),
        Column("NOW", lambda row: f"{row.before:,}"),
        Column("ADDED", lambda row: f"+{row.added:,}"),
        Column("THEN", lambda row: f"{row.before + row.added:,}"),
        Column("FULL AT", lambda row: "" if row.capacity is None else f"{row.capacity:,}"),
    ),
    BriefRow: (
        Column("ID", lambda row: short(row.conversation_id)),
        Column("CONTACT", lambda row: who(row.contact_name, row.peer), 48),
        Column("STATE", lambda row: "waiting" if row.waiting_since else row.state),
        Column("IN", lambda row: f"{row.inbound:,}"),
        Column("OUT", lambda row: f"{row.outbound:,}"),
        Column("WHO WROTE", lambda row: words(f"{name} {n}" for _, name, n in row.spoke), 40),
        Column("NOW WITH", _now_with, 40),
        Column("LAST MESSAGE", lambda row: row.last_text, 60),
    ),
}
COLUMNS.update(_TABLES)


def _until(row: AbsenceRow) -> str:
    if row.permanent:
        return "for good"
    return row.until_wall or until(row.until)


@lines.register
def _absence(answer: AbsenceRow) -> Iterator[str]:
    yield from table_of((answer,))
    names = dict(answer.substitutes)
    for cover in answer.covers:
        people = words(names[share.person_id] for share in cover.shares)
        rule = "" if cover.split is Split.ONE else f" ({cover.split})"
        yield safe_line(f"{cover.part}: {people}{rule}")


@lines.register
def _check(answer: PlanCheck) -> Iterator[str]:
    begins, ends = answer.for_you
    yield f"For you: {when(begins)} to {until(ends)}"
    if answer.gaps:
        yield from table_of(answer.gaps)
    if answer.loads:
        yield from table_of(answer.loads)
    if answer.refused:
        yield "The plan cannot be saved like this."
    elif answer.needs_confirmation:
        yield "The plan leaves gaps: to save it all the same, add --confirm."


@lines.register
def _brief(answer: Brief) -> Iterator[str]:
    counted = f"{answer.inbound:,} messages in, {answer.outbound:,} out"
    yield safe_line(f"While {answer.absence.person_name} was away: {counted}")
    if answer.rows:
        yield from table_of(answer.rows)
