"""A team's workspace, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.bootstrap import team_admin
from sms_desk.bootstrap.moving import Moved
from sms_desk.cli import answers
from sms_desk.cli.as_text import COLUMNS, Column, lines, short, table_of, when
from sms_desk.cli.terminal import safe_line

_STATES = {
    "none": "no login",
    "invited": "invited",
    "expired": "invitation expired",
    "joined": "joined",
    "suspended": "suspended",
}
_ALIVE_SECONDS = 15

COLUMNS[team_admin.Member] = (
    Column("NAME", lambda row: row.name),
    Column("ROLE", lambda row: row.role),
    Column("STATE", lambda row: _STATES[row.state]),
    Column("LOGIN", lambda row: row.login, 63),
    Column("SINCE", lambda row: when(row.joined_at or row.invited_at)),
    Column("SESSIONS", lambda row: str(row.connections) if row.connections else ""),
)


@lines.register
def _invitation(answer: team_admin.Invitation) -> Iterator[str]:
    yield safe_line(f"{answer.name} ({answer.role}) can join until {when(answer.valid_until)}:")
    yield f"  sms-desk join '{answer.address}'"
    yield f"  one-time password: {answer.password}"
    yield "It is not shown again. Give address and password to that person by two ways."


@lines.register
def _made(answer: team_admin.Made) -> Iterator[str]:
    yield safe_line(f"The workspace “{answer.name}” stands.")
    yield ""
    yield from lines(answer.invitation)
    yield ""
    yield from _connector(answer.connector, answer.connector_password, answer.kept_in)


@lines.register
def _begun(answer: team_admin.Begun) -> Iterator[str]:
    yield "The workspace begins anew: every desk starts over, and sends again what waits there."
    yield from _connector(answer.connector, answer.connector_password, answer.kept_in)
    if answer.lost:
        yield f"These logins did not come with the backup: {', '.join(answer.lost)}."
        yield "Invite their people again: see sms-desk workspace status."


def _connector(login: str, password: str, kept_in: str) -> Iterator[str]:
    yield f"The connector's login: {login}"
    if kept_in:
        yield f"Its password is kept here, in {kept_in}: start it by sms-desk connector."
    else:
        yield f"Its password, which is not shown again: {password}"


@lines.register
def _locked(answer: team_admin.Locked) -> Iterator[str]:
    if answer.suspended:
        yield safe_line(f"{answer.name} is suspended; their sessions have ended.")
    else:
        yield safe_line(f"{answer.name} is let in again.")
    if not answer.logins:
        yield "They have no login: invite them for one."


@lines.register
def _moved(answer: Moved) -> Iterator[str]:
    yield safe_line(f"“{answer.name}” is the team's now: {answer.rows:,} rows, all as they were.")
    yield safe_line(f"The file is kept, to be read only, in {answer.kept}")
    if answer.drafts:
        yield "Half-typed text never leaves a desk. Yours stays in that file alone; here it is:"
    for draft in answer.drafts:
        yield safe_line(f"{draft.mode} in {short(draft.conversation_id)}: {draft.body}", 4000)
    yield ""
    yield from lines(answer.invitation)


@lines.register
def _upgraded(answer: answers.Upgraded) -> Iterator[str]:
    yield safe_line(f"{answer.place}: schema {answer.schema}, functions {answer.surface}.")


@lines.register
def _connector_ran(answer: answers.ConnectorRan) -> Iterator[str]:
    yield f"Done; commands executed: {answer.executed}."


@lines.register
def _secret_kept(answer: answers.SecretKept) -> Iterator[str]:
    yield safe_line(f"The secret of {answer.what} is kept in {answer.where}.")


@lines.register
def _status(answer: team_admin.TeamStatus) -> Iterator[str]:
    yield safe_line(f"{answer.name}, in {answer.place} [{answer.workspace_id}]")
    yield (
        f"PostgreSQL {answer.server}, schema {answer.schema}, functions {answer.surface};"
        f" {answer.bytes / 1e6:,.1f} MB"
    )
    if answer.upgrade:
        yield "It is older than this SMS Desk: run sms-desk workspace upgrade."
    if answer.exposed:
        yield from map(safe_line, answer.exposed)
        yield "What everybody may do is taken away again by sms-desk workspace upgrade."
    yield f"{answer.conversations:,} conversations, {answer.messages:,} messages"
    yield safe_line(_connector_line(answer))
    if answer.waiting:
        yield f"Commands that wait for the connector: {answer.waiting:,}"
    yield ""
    yield from table_of(answer.people)


def _connector_line(answer: team_admin.TeamStatus) -> str:
    if answer.connector_age_s is None:
        return "No connector ever ran: start one by sms-desk connector."
    if answer.connector and answer.connector_age_s < _ALIVE_SECONDS:
        return f"The connector runs: {answer.connector}"
    return f"No connector runs; one was last heard of {answer.connector_age_s:,.0f} s ago."
