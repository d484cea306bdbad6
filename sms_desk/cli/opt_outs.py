"""`opt-outs`: who asked to hear no more, and wordings that wait for a person (R39)."""

from __future__ import annotations

from uuid import UUID

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.domain import commands as c
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import OptOutScope
from sms_desk.services import opt_outs as service
from sms_desk.services.desk import Desk
from sms_desk.services.opt_outs import OptOutRequestRow, OptOutRow


@group()
def opt_outs() -> None:
    """Contacts who asked to hear no more, or seem to."""


@opt_outs.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that ended, too.")
@with_desk
def list_opt_outs(desk: Desk, everything: bool) -> Rows[OptOutRow]:
    """List who opted out of what, newest first."""
    return Rows(desk.read(service.listing, ended=everything))


@opt_outs.command()
@click.option("--decided", is_flag=True, help="Those that were decided, newest first.")
@with_desk
def requests(desk: Desk, decided: bool) -> Rows[OptOutRequestRow]:
    """List the wordings that wait for a decision, what falls due first at the top."""
    return Rows(desk.read(service.requests, decided=decided))


@opt_outs.command()
@click.argument("request_id", metavar="ID")
@click.option("--opt-out", "opt_out", is_flag=True, help="It is a wish to hear no more.")
@click.option("--dismiss", is_flag=True, help="It is none.")
@click.option("--reopen", is_flag=True, help="Take the decision back.")
@click.option(
    "--scope",
    type=click.Choice([str(scope) for scope in OptOutScope]),
    help="How far it reaches; as far as the provider's keyword does if not given.",
)
@with_desk
def decide(
    desk: Desk, request_id: str, opt_out: bool, dismiss: bool, reopen: bool, scope: str | None
) -> Changed:
    """Say what a wording means; it is for all that the contact said in that conversation."""
    chosen = [
        decision
        for decision, given in (
            (RequestState.OPTED_OUT, opt_out),
            (RequestState.DISMISSED, dismiss),
            (RequestState.OPEN, reopen),
        )
        if given
    ]
    if len(chosen) != 1:
        raise UsageError("Say one of --opt-out, --dismiss and --reopen.")
    id_ = _id(desk, request_id)
    decided = c.DecideOptOutRequest(
        **desk.stamp(),
        request_ids=(id_,) if reopen else desk.read(service.together, id_),
        decision=chosen[0],
        scope=OptOutScope(scope) if scope else None,
        opt_out_id=ids.fresh(desk),
    )
    return Changed.of(desk.change(decided), id_)


def _id(desk: Desk, text: str) -> UUID:
    rows = (*desk.read(service.requests), *desk.read(service.requests, decided=True))
    return ids.whole(text) or ids.pick(text, (row.id for row in rows), "request")
