"""Following a message until it is settled: here, or by the process that syncs (design §1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import click

from sms_desk.bootstrap import Session
from sms_desk.cli.framework import Unsettled
from sms_desk.cli.provider_secrets import secret_option
from sms_desk.domain.errors import (
    DeskError,
    ElsewhereError,
    NotFoundError,
    ProviderError,
    ProviderRefusal,
    RefusedError,
)
from sms_desk.domain.model import OutboxState
from sms_desk.domain.outbox import FINAL
from sms_desk.domain.outbox_words import BEHIND
from sms_desk.services import directory
from sms_desk.services.desk import Desk
from sms_desk.services.rows import OutboxRow

F = TypeVar("F", bound=Callable[..., Any])

LONGEST_WAIT = 3600
_PAUSE_SECONDS = 0.25
_SETTLED = FINAL | {OutboxState.HELD, OutboxState.ASK}


def wait_options(function: F) -> F:
    """Add --wait, and --secret-fd for the line that it may need; before `with_session`."""
    return click.option(
        "--wait",
        type=click.IntRange(0, LONGEST_WAIT),
        metavar="SECONDS",
        help="Follow the message until it is settled, at most so long.",
    )(secret_option(function))


def find_message(desk: Desk, outbox_id: UUID) -> OutboxRow:
    """A message of the outbox as it stands. Raises NotFoundError."""
    row = desk.read(directory.outbox_row, outbox_id)
    if row is None:
        raise NotFoundError(
            "There is no such message in the outbox.", "See sms-desk outbox list --all."
        )
    return row


def followed(session: Session, outbox_id: UUID, wait: int | None) -> OutboxRow:
    """The message, after waiting if that was asked for.

    Raises Unsettled where a waited-for message was not accepted: held by a rule, refused by the
    provider, dropped, not confirmed, or still waiting when the time was over.
    """
    row = find_message(session.desk, outbox_id)
    if wait is None:
        return row
    deadline = time.monotonic() + wait
    nap = threading.Event()
    while row.state not in _SETTLED and time.monotonic() < deadline:
        if not _cycle(session):
            session.desk.poke()
        row = find_message(session.desk, outbox_id)
        if row.state not in _SETTLED:
            nap.wait(_PAUSE_SECONDS)
    if row.state is not OutboxState.ACCEPTED:
        raise Unsettled(_why(row), row, shown=True)
    return row


def _cycle(session: Session) -> bool:
    """Receive and send here; False where another process of this workspace does (design §1)."""
    try:
        session.sync_once()
    except ElsewhereError:
        return False
    return True


_WORDS: dict[OutboxState, Callable[[OutboxRow], DeskError]] = {
    OutboxState.HELD: lambda row: RefusedError(
        row.reason_text or "The message is held.",
        row.next_step or f"See sms-desk outbox show {row.id}.",
        rule=row.reason,
    ),
    OutboxState.WITHDRAWN: lambda _: RefusedError("The message was dropped.", rule="dropped"),
    OutboxState.REFUSED: lambda row: ProviderRefusal(
        row.reason_text or "The provider refused the message.",
        row.next_step or f"See sms-desk thread {row.conversation_id}.",
        code=row.reason,
    ),
}


def _why(row: OutboxRow) -> DeskError:
    if row.state in _WORDS:
        return _WORDS[row.state](row)
    if row.state in (OutboxState.IN_DOUBT, OutboxState.ASK):
        return ProviderError(
            "It is not known whether the provider has the message.",
            f"Decide with sms-desk outbox check, resend or drop {row.id}.",
        )
    if row.reason == BEHIND:
        step = "The message before it goes first: see sms-desk outbox list."
    else:
        step = "It stays queued: keep the desk or sms-desk sync running, and see sms-desk line."
    return ProviderError("The message has not been sent yet.", step)
