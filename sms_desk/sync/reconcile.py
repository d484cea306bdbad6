"""Looking doubtful messages up in the provider's list, and asking a person in the end (§1.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain import outbox as rules
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import ProviderRefusal
from sms_desk.domain.model import AttemptState, Channel, Direction, OutboxState
from sms_desk.providers.base import Page, Provider, RemoteMessage
from sms_desk.store import attempts, conversations, outbox, senders
from sms_desk.store.attempts import Attempt
from sms_desk.store.engine import Tx, Workspace
from sms_desk.sync.book import Book
from sms_desk.sync.intake import Arrival, Intake

_PAGE = 200
_NONE = timedelta(0)
OnScreen = Callable[[UUID], bool]


class Reconciler:
    """Finds out what became of one account's attempts in doubt. on_screen: of a conversation."""

    def __init__(
        self,
        workspace: Workspace,
        account_id: UUID,
        provider: Provider,
        intake: Intake,
        on_screen: OnScreen,
    ) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self._provider = provider
        self._intake = intake
        self._on_screen = on_screen

    def run(self, now: datetime, *, with_warm: bool = False) -> Iterator[Changes]:
        """Look up what is due. with_warm: a warm scan runs, when the oldest doubts are due too."""
        with self._workspace.read() as tx:
            due = [
                attempt
                for attempt in attempts.doubtful(tx, self._account_id)
                if _is_due(attempt, now, with_warm=with_warm)
            ]
        for attempt in due:
            try:
                yield from self._look_up(attempt, now)
            except ProviderRefusal:
                # It does not list by such an address: in the end a person is asked.
                with self._workspace.write() as tx:
                    self._looked(tx, attempt, now)

    def _look_up(self, attempt: Attempt, now: datetime) -> Iterator[Changes]:
        """Read the list for From and To, and store what it shows: that offers it to the attempt."""
        with self._workspace.read() as tx:
            entry = outbox.get(tx, attempt.outbox_id)
            sender = senders.get(tx, entry.sender_id)
        channel = Channel(sender["channel"])
        page = self._provider.list_messages(
            page_size=_PAGE,
            sender=(channel, sender["address"]),
            to=(channel, entry.to_raw),
        )
        for listed in self._back_to(page, attempt):
            with self._workspace.write() as tx:
                book = Book(tx, self._account_id, at=now)
                arrival = Arrival(now, live=True, walk_began=now)
                stored = self._intake.store(tx, book, listed, arrival)
            yield stored.changes
        with self._workspace.write() as tx:
            self._looked(tx, attempt, now)
        yield Changes.of(conversation=entry.conversation_id, outbox=entry.id)

    def _back_to(self, page: Page, attempt: Attempt) -> Iterator[list[RemoteMessage]]:
        """Pages, until all of one is older than the attempt by an hour."""
        horizon = attempt.started_at + (attempt.offset or _NONE) - rules.LIST_BACK_TO
        followed = set[str]()
        while True:
            yield [
                message
                for message in page.messages
                if message.direction is Direction.OUTBOUND and message.created_at >= horizon
            ]
            older = all(message.created_at < horizon for message in page.messages)
            if (older and page.messages) or page.next_path is None or page.next_path in followed:
                return
            followed.add(page.next_path)
            page = self._provider.next_page(page.next_path)

    def _looked(self, tx: Tx, looked: Attempt, now: datetime) -> None:
        """Not found this time: note it, and ask a person once that is due."""
        attempt = attempts.open_one(tx, looked.outbox_id)
        if attempt is None or attempt.n != looked.n:
            return  # it was found, or a person has decided
        checks = attempt.checks + 1
        values = {"checks": checks, "next_check_at": rules.next_check(attempt.started_at, now)}
        entry = outbox.get(tx, attempt.outbox_id)
        if attempt.state is AttemptState.IN_DOUBT and rules.should_ask(
            attempt.started_at, now, checks=checks, on_screen=self._on_screen(entry.conversation_id)
        ):
            attempts.set_state(tx, attempt, AttemptState.ASK, **values)
            outbox.set_state(tx, entry, OutboxState.ASK, at=now, reason=attempt.outcome)
            conversations.refresh(tx, [entry.conversation_id])
        else:
            attempts.update(tx, attempt, **values)


def _is_due(attempt: Attempt, now: datetime, *, with_warm: bool) -> bool:
    if attempt.next_check_at is None:
        return with_warm
    # Also where our clock went back behind the attempt: a look too many costs nothing.
    return attempt.next_check_at <= now or now < attempt.started_at
