"""Asking again for messages that have no end yet, one by one, ever more rarely (design §4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain import delivery
from sms_desk.domain.errors import NotFoundError, ProviderRefusal, ProviderUnreachable
from sms_desk.providers.base import Provider
from sms_desk.store import conversations, messages
from sms_desk.store.engine import Workspace
from sms_desk.store.messages import Known
from sms_desk.sync.intake import Stored
from sms_desk.sync.listed import report_of

_AT_ONCE = 10
_LATER = timedelta(hours=1)
"""After a question that had no answer, where the schedule is over."""


class StatusRefresher:
    """Refreshes the outbound messages of one account."""

    def __init__(self, workspace: Workspace, account_id: UUID, provider: Provider) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self._provider = provider

    def at_start(self, now: datetime) -> None:
        """Ask once for everything of the last days that has no end."""
        since = now - delivery.ASKED_AT_START
        with self._workspace.write() as tx:
            messages.check_all_since(tx, self._account_id, since, now, delivery.FINAL)

    def run(self, now: datetime) -> Iterator[Stored]:
        """Ask for a few that are due, and yield what each has become."""
        with self._workspace.read() as tx:
            due = messages.due_checks(tx, self._account_id, now, limit=_AT_ONCE)
        for message in due:
            try:
                yield self._refresh(message, now)
            except (ProviderRefusal, ProviderUnreachable):  # it holds nothing else up
                self._postpone(message, now)
                break

    def _postpone(self, message: Known, now: datetime) -> None:
        at = delivery.next_check(message.report.status, now - message.seen_at, now)
        with self._workspace.write() as tx:
            messages.set_next_check(tx, message.position, at or now + _LATER)

    def _refresh(self, message: Known, now: datetime) -> Stored:
        try:
            heard = report_of(self._provider.fetch_message(message.sid))
        except NotFoundError:  # deleted at the provider: what is known stays
            heard = message.report
        merged = delivery.merge(message.report, heard)
        next_check = delivery.next_check(merged.status, now - message.seen_at, now)
        with self._workspace.write() as tx:
            moved = messages.merge_reports(
                tx, self._account_id, {message.sid: heard}, {message.sid: message}, at=now
            )
            messages.set_next_check(tx, message.position, next_check)
            conversations.refresh(tx, [known.conversation_id for known in moved])
        if not moved:
            return Stored()
        return Stored(frozenset({message.conversation_id}), frozenset({message.id}))
