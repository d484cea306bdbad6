"""`senders advise`: what the sender-ID guideline has against this directory (R15)."""

from __future__ import annotations

import click

from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import Unsettled, command, with_desk
from sms_desk.domain import commands as c
from sms_desk.domain.advisor import Severity
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.services import advisor
from sms_desk.services.advisor import FindingRow
from sms_desk.services.desk import Desk

_LEVELS = [str(severity) for severity in Severity]


@command(
    epilog="Ends with exit code 3 where something stands against the directory that is at least as "
    "bad as --fail-on says."
)
@click.option("--all", "waived", is_flag=True, help="What was accepted as it is, too.")
@click.option(
    "--fail-on",
    type=click.Choice([*_LEVELS, "never"]),
    default=str(Severity.WARNING),
    show_default=True,
    help="From which severity on the exit code is 3.",
)
@click.option("--apply", "applied", metavar="KEY", help="Do what a finding's remedy says.")
@click.option("--accept", "accepted", metavar="KEY", help="Accept a finding as it is.")
@click.option("--reopen", "reopened", metavar="KEY", help="Let it count again.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is accepted.")
@with_desk
def advise(
    desk: Desk,
    waived: bool,
    fail_on: str,
    applied: str | None,
    accepted: str | None,
    reopened: str | None,
    reason: str,
) -> Rows[FindingRow] | Changed:
    """Check the directory and the traffic of 90 days against the guideline.

    With --apply, --accept or --reopen that one thing is done instead; undo takes it back.
    """
    asked = [key for key in (applied, accepted, reopened) if key is not None]
    if len(asked) > 1:
        raise UsageError("One of --apply, --accept and --reopen at a time.")
    if applied is not None:
        return Changed.of(desk.change(*desk.read(advisor.remedy_commands, applied, desk.stamp())))
    if asked:
        return Changed.of(
            desk.change(
                c.WaiveFinding(
                    **desk.stamp(), key=asked[0], waived=accepted is not None, reason=reason
                )
            )
        )
    found = desk.read(advisor.findings, waived=waived)
    bad = [row for row in found if not row.waived and _counts(row, fail_on)]
    if bad:
        raise Unsettled(
            RefusedError(
                "1 finding stands against the directory."
                if len(bad) == 1
                else f"{len(bad)} findings stand against the directory.",
                "Apply a remedy with --apply KEY, or accept one as it is with --accept KEY.",
                rule="advisor",
            ),
            Rows(found),
            shown=True,
        )
    return Rows(found)


def _counts(row: FindingRow, fail_on: str) -> bool:
    return fail_on != "never" and _LEVELS.index(row.severity) <= _LEVELS.index(fail_on)
