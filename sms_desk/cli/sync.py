"""`sync` and `line`: talking to the providers, and how that goes (R63)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import click

from sms_desk.bootstrap import Session
from sms_desk.cli.answers import Rows, Synced
from sms_desk.cli.framework import Unsettled, command, with_invocation, with_session
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.provider_secrets import secret_option
from sms_desk.cli.terminal import safe_line
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import (
    CredentialError,
    DeskError,
    ElsewhereError,
    KeyringError,
    ProviderUnreachable,
    RateLimited,
    RefusedError,
)
from sms_desk.services.rows import LineCondition, LineState

_LOOK_EVERY = 1.0
"""Seconds between looks at the line while the connector runs."""
_PATIENCE = 60.0
"""Seconds for which `sync --once` waits in all where a provider asks to slow down."""
_TROUBLE: dict[LineCondition, type[DeskError]] = {
    LineCondition.OFFLINE: ProviderUnreachable,
    LineCondition.CREDENTIAL: CredentialError,
    LineCondition.LOCKED: KeyringError,
}


@command()
@click.option("--once", is_flag=True, help="Until all that is there has been fetched, then end.")
@click.option(
    "--backfill", "days", type=click.IntRange(1, 3650), metavar="DAYS", help="Fetch so far back."
)
@with_session
@secret_option
@with_invocation
def sync(call: Invocation, session: Session, once: bool, days: int | None) -> Synced | None:
    """Receive and send, once or until interrupted; progress is told on stderr.

    Only one process of a workspace does so at a time. Where the window or another sync does, it
    is asked to look now, and this call says so. On a desk of a team it hands over what waits and
    fetches what is new; the lines to the providers are the connector's.

    Where a provider asks to slow down, --once waits for a minute at most, and else ends with 6.
    """
    if not session.lines() and session.team_line() is None:
        raise RefusedError(
            "No account is connected.", "See sms-desk account add --help.", rule="no_account"
        )
    if days is not None:
        since = session.desk.now() - timedelta(days=days)
        for line_ in session.lines():
            if line_.account_id is not None:
                session.start_backfill(line_.account_id, since=since)
    return _cycles(session, call) if once else _on(session, call)


@command()
@with_session
def line(session: Session) -> Rows[LineState]:
    """Show the state of the line to each connected account."""
    return Rows(session.lines())


# --- once -----------------------------------------------------------------------------------------


def _cycles(session: Session, call: Invocation) -> Synced:
    """One cycle, and more as long as a back-fill has further to go, or a provider asked to wait."""
    changes = Changes()
    progress = _Progress(call)
    patience = _PATIENCE
    while True:
        try:
            changes |= session.sync_once()
        except ElsewhereError:
            return _elsewhere(session)
        lines = _own_lines(session)
        progress.tell(lines)
        pause = _asked_for(lines, session.desk.now())
        goes_on = pause or any(found.backfill_running for found in lines)
        if _failed(lines) or not goes_on or pause > patience:
            return _judged(Synced(False, _counts(changes), lines))
        patience -= pause
        threading.Event().wait(pause)


def _asked_for(lines: tuple[LineState, ...], now: datetime) -> float:
    """The seconds until all of them may be asked again, by their providers' own word."""
    named = [found.retry_at for found in lines if _is_slowed(found)]
    return max((max((at - now).total_seconds(), 1.0) for at in named if at), default=0.0)


def _is_slowed(found: LineState) -> bool:
    return found.condition is LineCondition.ONLINE and found.retry_at is not None


def _own_lines(session: Session) -> tuple[LineState, ...]:
    """Those that this desk keeps; in a team they are the connector's."""
    return session.lines() if session.team_line() is None else ()


def _judged(answer: Synced) -> Synced:
    failed = _failed(answer.lines) or next(filter(_is_slowed, answer.lines), None)
    if failed is not None:
        kind = _TROUBLE.get(failed.condition, RateLimited)
        error = kind(failed.title, failed.next_step)
        raise Unsettled(error, answer)
    return answer


def _failed(lines: tuple[LineState, ...]) -> LineState | None:
    return next((found for found in lines if found.condition in _TROUBLE), None)


def _counts(changes: Changes) -> dict[str, int]:
    """How many of each kind; kinds of which any may have changed are left out."""
    return {str(thing): len(ids) for thing, ids in changes.touched.items() if ids}


# --- elsewhere, and on and on ---------------------------------------------------------------------


def _elsewhere(session: Session) -> Synced:
    """The other process looks as soon as somebody has written: this writes, if only its pulse."""
    session.desk.wake_due()
    return Synced(True, {}, _own_lines(session))


def _on(session: Session, call: Invocation) -> Synced | None:
    """A first cycle now, then the connector's thread until interrupted."""
    try:
        session.sync_once()
    except ElsewhereError:
        return _elsewhere(session)
    session.start_connector(lambda changes: _tell(call, changes))
    call.progress("Receiving and sending; Ctrl+C ends it.")
    progress = _Progress(call)
    never = threading.Event()
    while True:
        progress.tell(_own_lines(session))
        never.wait(_LOOK_EVERY)


def _tell(call: Invocation, changes: Changes) -> None:
    counts = {kind: n for kind, n in _counts(changes).items() if kind != "line"}
    if counts:
        call.progress(", ".join(f"{n} × {kind}" for kind, n in counts.items()))


class _Progress:
    """Tells how the line and the back-fill do, each time that something is new."""

    def __init__(self, call: Invocation) -> None:
        self._call = call
        self._told: dict[str, str] = {}

    def tell(self, lines: tuple[LineState, ...]) -> None:
        for found in lines:
            words = _words(found)
            if self._told.get(found.label) != words:
                self._told[found.label] = words
                self._call.progress(words)


def _words(found: LineState) -> str:
    label = safe_line(found.label, 40)
    if found.backfill_running:
        reached = f" back to {found.backfill_until:%Y-%m-%d}" if found.backfill_until else ""
        return f"{label}: fetched {found.backfill_done:,} messages{reached}"
    return safe_line(f"{label}: {found.condition} {found.title} {found.next_step}".rstrip())
