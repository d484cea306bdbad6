"""Takes and keeps the glance that the next start of a window shows first (services.glances)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.services import glances, inbox, preferences
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.services.glances import Glance
from sms_desk.store import accounts, pulse, windows, workspaces
from sms_desk.store import glances as store
from sms_desk.store import inbox as rows


def keep(desk: Desk, scope: Scope) -> None:
    """Keep what the desk's person sees at this place now, instead of what was kept before."""
    found, beats = desk.read(_read, scope)
    with desk.workspace.write(quiet=True) as tx:
        if found is None:
            store.forget(tx)
        else:
            store.put(tx, found.person_id, beats, glances.to_bytes(found))


def renew(desk: Desk) -> None:
    """Take the kept one again, after somebody without a window wrote: the next start has one still.

    Where none of this person's was kept there will be none.
    """
    with desk.workspace.read() as tx:
        body = store.body(tx)
    stale = glances.from_bytes(body) if body is not None else None
    if stale is not None and stale.person_id == desk.person_id:
        keep(desk, stale.scope)


def forget(desk: Desk) -> None:
    """Keep none: whoever starts the window next is somebody else."""
    with desk.workspace.write(quiet=True) as tx:
        store.forget(tx)


def take(ctx: Context, scope: Scope) -> Glance | None:
    """All that stands in the window then, of one snapshot.

    None where the next start begins with something else, the first account, or where a saved view
    counts what is nudged: that becomes different by time alone.
    """
    counts = inbox.rail(ctx)
    if not accounts.listing(ctx.tx) or any(view.filter.nudge for view in counts.views):
        return None
    page = inbox.page(ctx, InboxFilter(scope=scope))
    return Glance(
        person_id=ctx.actor.person_id,
        zone=ctx.actor.zone,
        title=workspaces.name(ctx.tx),
        scope=scope,
        taken_at=ctx.now,
        until=ctx.directory.until(ctx.now),
        page=page,
        counts=counts,
        troubled=inbox.troubled(ctx),
        has_board=windows.exist(ctx.tx),
        nudge_days=preferences.nudge_days(ctx),
        silent=_silent(ctx, [row.id for row in page.rows]),
    )


def _read(ctx: Context, scope: Scope) -> tuple[Glance | None, int]:
    return take(ctx, scope), pulse.count(ctx.tx)


def _silent(ctx: Context, ids: list[UUID]) -> tuple[UUID, ...]:
    found = rows.details(ctx.tx, ids, ctx.actor.person_id)
    return tuple(id_ for id_ in ids if inbox.is_silent(found[id_]))
