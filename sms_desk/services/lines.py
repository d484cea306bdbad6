"""The state of the line to each account, as screens and the command line show it (R63)."""

from __future__ import annotations

from typing import Any, Final

from sms_desk.domain.line import Line
from sms_desk.services.context import Context
from sms_desk.services.rows import LineCondition, LineState
from sms_desk.store import accounts, scans


def lines(ctx: Context) -> tuple[LineState, ...]:
    """One per connected account, oldest first."""
    return tuple(line_of(ctx, row) for row in accounts.listing(ctx.tx))


_NOTHING_SAID: Final = {"done": True}


def line_of(ctx: Context, account: Any) -> LineState:
    """The line of one account row, as the engine last left it."""
    state = account["line"] or {}
    line = Line.of(state)
    if ctx.replica:  # as the connector said when it last synced
        backfill = scans.Backfill.of(state.get("history", _NOTHING_SAID))
    else:
        backfill = scans.backfill(ctx.tx, account["id"])
    return LineState(
        account_id=account["id"],
        label=account["label"],
        condition=LineCondition(line.condition or LineCondition.SYNCING),
        last_sync_at=line.last_sync_at,
        offline_since=line.offline_since,
        retry_at=line.retry_at,
        title=line.title,
        next_step=line.next_step,
        backfill_done=backfill.count,
        backfill_until=backfill.reached,
        backfill_running=backfill.running,
        backfill_stopped=backfill.stopped and not backfill.done,
    )
