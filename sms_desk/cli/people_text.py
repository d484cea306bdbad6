"""People and teams, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.cli.as_text import COLUMNS, Column, lines, short, when
from sms_desk.cli.terminal import safe_line
from sms_desk.services import people

_HERE = {
    people.Here.HERE: "here",
    people.Here.OFF_HOURS: "outside hours",
    people.Here.ABSENT: "absent",
    people.Here.INVITED: "invited",
    people.Here.SUSPENDED: "suspended",
    people.Here.REMOVED: "removed",
}

COLUMNS[people.StaffRow] = (
    Column("ID", lambda row: short(row.id)),
    Column("NAME", lambda row: row.name),
    Column("ROLE", lambda row: row.role),
    Column("PRESENCE", lambda row: presence(row)),
    Column("OPEN", lambda row: _load(row)),
    Column("WAITING", lambda row: "" if row.waiting is None else str(row.waiting)),
    Column("TEAMS", lambda row: ", ".join(team.name for team in row.teams)),
    Column("ZONE", lambda row: row.zone),
)
COLUMNS[people.TeamRow] = (
    Column("ID", lambda row: short(row.id)),
    Column("NAME", lambda row: f"{row.name} (retired)" if row.retired else row.name),
    Column("KIND", lambda row: row.kind),
    Column("MEMBERS", lambda row: ", ".join(one.name for one in row.members)),
    Column("SENDER IDS", lambda row: ", ".join(row.senders)),
)


@lines.register
def _person(row: people.StaffRow) -> Iterator[str]:
    yield safe_line(f"{row.name}, {row.role} [{short(row.id)}]")
    yield safe_line(f"{presence(row)}; {row.local_now:%H:%M} in {row.zone}", 200)
    if row.covered_by:
        yield safe_line(f"Covered by {', '.join(row.covered_by)}", 400)
    if row.hours:
        yield safe_line(f"Works {row.hours}", 200)
    if row.open is not None:
        yield f"Open: {_load(row)}, of these waiting: {row.waiting}; snoozed: {row.snoozed}"
    if row.teams:
        yield safe_line(f"Teams: {', '.join(team.name for team in row.teams)}", 400)
    if row.senders:
        yield safe_line(f"Sender IDs: {', '.join(label for _, label in row.senders)}", 400)
    if row.email:
        yield safe_line(f"E-mail: {row.email}")


@lines.register
def _hindrance(found: people.Hindrance) -> Iterator[str]:
    if found.words:
        yield safe_line(f"{found.name} still has {found.words}.", 400)
        yield "Hand over for good first: an absence without end gives all of it to others."
    else:
        yield safe_line(f"Nothing stands against removing {found.name}.")


def presence(row: people.StaffRow) -> str:
    """As in "absent, back 2 Dec 9:00"."""
    words = _HERE[row.here]
    return f"{words}, back {when(row.back_at)}" if row.back_at is not None else words


def _load(row: people.StaffRow) -> str:
    if row.open is None:
        return ""
    return str(row.open) if row.capacity is None else f"{row.open} of {row.capacity}"
