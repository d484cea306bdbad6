"""One cycle of the connector: send, receive, look up, refresh; a plain method with the time (R63)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.compliance import lexicon
from sms_desk.domain.errors import CredentialError, KeyringError, NotFoundError, ProviderError
from sms_desk.domain.line import Line
from sms_desk.domain.team_state import Happening
from sms_desk.providers.base import Provider
from sms_desk.services import boundaries, covers
from sms_desk.settings import facts
from sms_desk.store import (
    accounts,
    attempts,
    conversations,
    messages,
    outbox,
    scans,
    scheduled,
    team_states,
)
from sms_desk.store.attempts import Holder
from sms_desk.store.engine import Workspace
from sms_desk.sync import discover, reactions, refresh_templates
from sms_desk.sync.audit import Auditor
from sms_desk.sync.auto_respond import AutoResponder
from sms_desk.sync.clock import Clock
from sms_desk.sync.deliver import Deliverer, hold_uncarried, recover
from sms_desk.sync.forget import Forgetter
from sms_desk.sync.health import HealthWatch
from sms_desk.sync.intake import Intake, Stored
from sms_desk.sync.media import MediaFetcher
from sms_desk.sync.receive import Receiver
from sms_desk.sync.recognise import LateRecogniser
from sms_desk.sync.reconcile import Reconciler
from sms_desk.sync.schedule import release_due
from sms_desk.sync.slices import Slicer
from sms_desk.sync.statuses import StatusRefresher
from sms_desk.sync.walks import HOT, WARM

log = logging.getLogger(__name__)

Step = Callable[[datetime], Iterator[Changes]]
"""Yields what it did as soon as that is stored: a line that breaks takes no news of it away."""
OpenProvider = Callable[[Mapping[str, Any]], Provider]
"""Makes the provider of an account row; may raise KeyringError or ProviderError."""

_BACKFILL_PAGES = 3
"""In one cycle: new messages and sends have their turn between them."""
_DIRECTORY_EVERY = timedelta(hours=6)
_DIRECTORY_AGAIN = timedelta(minutes=10)
"""After one that a host left incomplete."""
_DIRECTORY = "directory"


class Engine:
    """Talks to the providers of all accounts of a workspace.

    Only the process that holds the connector lock, in a team the lease, may run one: it is the
    workspace's one sender. fence: of the lease; 0 where a lock rules. told_every: how often it is
    written down that a line still works; in a team that wakes every desk.
    """

    def __init__(
        self,
        workspace: Workspace,
        open_provider: OpenProvider,
        clock: Clock | None = None,
        *,
        fence: int = 0,
        told_every: timedelta = timedelta(0),
    ) -> None:
        self._workspace = workspace
        self._open_provider = open_provider
        self._clock = clock or Clock.of_machine()
        self._holder = Holder(secrets.token_hex(8), self._clock.boot_id, fence)
        self._told_every = told_every
        self._parts: dict[UUID, _Account] = {}
        self._clean = False
        self._health = HealthWatch(workspace)
        self._on_screen: frozenset[UUID] = frozenset()

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """Which conversations somebody looks at: a doubt there is asked about sooner (§1.5)."""
        self._on_screen = frozenset(conversation_ids)

    def run_once(self, now: datetime, *, force: bool = False) -> Changes:
        """One cycle. force: somebody asks for it, so every account is tried and scanned now.

        Raises nothing that a line can say; StorageError passes.
        """
        changes = self._recover(now) | self._wake(now) | self._settle(now)
        changes |= self._health.run(now)
        changes |= release_due(self._workspace, now) | hold_uncarried(self._workspace, now)
        for row in self._accounts():
            changes |= self._cycle(row, now, force=force)
        self._clean = True
        return changes

    def next_due(self, now: datetime) -> datetime:
        """When the next cycle has something to do; at the latest in ten seconds."""
        latest = now + HOT.every
        with self._workspace.read() as tx:
            rows = accounts.listing(tx)
            candidates = [
                latest,
                outbox.next_try(tx),
                attempts.next_check(tx),
                scheduled.next_due(tx),
            ]
            for row in rows:
                candidates.append(messages.next_check(tx, row["id"]))
                line = Line.of(accounts.line(tx, row["id"]))
                part = self._parts.get(row["id"])
                if part is not None and line.may_try(now) and part.has_more(now):
                    return now
        return max(now, min(at for at in candidates if at is not None))

    def forget(self, account_id: UUID) -> None:
        """Open the account's provider anew: its credential or its address changed. When it was last
        heard stays true (R63)."""
        self._drop(account_id)
        with self._workspace.write() as tx:
            accounts.begin_line(tx, account_id)

    def close(self) -> None:
        for part in self._parts.values():
            part.close()
        self._parts.clear()

    def _drop(self, account_id: UUID) -> None:
        part = self._parts.pop(account_id, None)
        if part is not None:
            part.close()

    def _accounts(self) -> list[Mapping[str, Any]]:
        with self._workspace.read() as tx:
            rows: list[Mapping[str, Any]] = [dict(row) for row in accounts.listing(tx)]
        for gone in self._parts.keys() - {row["id"] for row in rows}:
            self._drop(gone)
        return rows

    def _recover(self, now: datetime) -> Changes:
        """At start, and after a cycle that broke off, nothing is under way: see what was."""
        clean, self._clean = self._clean, False
        if clean:
            return NOTHING
        with self._workspace.write() as tx:
            return recover(tx, now)

    def _wake(self, now: datetime) -> Changes:
        """Snoozes whose time has come (R52)."""
        with self._workspace.read() as tx:
            due = team_states.due(tx, now)
        if not due:
            return NOTHING
        with self._workspace.write() as tx:
            states = {
                id_: reactions.state_of(row) for id_, row in conversations.load(tx, due).items()
            }
            woken = reactions.moved(tx, states, Happening.SNOOZE_DUE, at=now, reason="due")
        return Changes.of(conversation=frozenset(woken)) if woken else NOTHING

    def _settle(self, now: datetime) -> Changes:
        """Note which absences began and ended by date alone, and who answers what has come under a
        divided cover by it (R25, R27, R29)."""
        with self._workspace.read() as tx:
            if not boundaries.pending(tx, now) and not covers.has_unchosen(tx, now):
                return NOTHING
        with self._workspace.write() as tx:
            crossed = boundaries.cross(tx, now)
            chosen = covers.settle(tx, now)
        return crossed | Changes.of(conversation=chosen) if chosen else crossed

    def _cycle(self, row: Mapping[str, Any], now: datetime, *, force: bool) -> Changes:
        """One account's part of a cycle; what goes wrong becomes the state of its line."""
        account_id: UUID = row["id"]
        line = Line.of(row["line"] or {})
        if not (force or line.may_try(now)):
            return NOTHING
        changes = NOTHING
        try:
            part = self._part(row, now)
            for step in part.steps(force=force):
                for done in step(now):
                    changes |= done
            new = line.synced(now, *part.amiss)
        except (ProviderError, KeyringError, NotFoundError) as error:  # of a link, the last
            log.info("account %s: %s", account_id, type(error).__name__)
            new = line.failed(error, now)
            if isinstance(error, CredentialError):
                self._drop(account_id)  # the next try asks the keyring again
        if new.is_news_after(line, self._told_every):
            with self._workspace.write() as tx:
                # Beside the line, which travels to the desks of a team anyway: how far the walk over
                # the history has come wakes nobody of its own.
                history = scans.backfill(tx, account_id).told()
                accounts.set_line(tx, account_id, {**new.to_state(), "history": history})
            changes |= Changes.of(line=account_id)
        return changes

    def _part(self, row: Mapping[str, Any], now: datetime) -> _Account:
        account_id: UUID = row["id"]
        if account_id not in self._parts:
            provider = self._open_provider(row)
            part = _Account(self, self._workspace, row, provider)
            part.statuses.at_start(now)
            self._parts[account_id] = part
        return self._parts[account_id]


class _Account:
    """The parts of a cycle for one account, in their order."""

    def __init__(
        self, engine: Engine, workspace: Workspace, row: Mapping[str, Any], provider: Provider
    ) -> None:
        self._workspace = workspace
        self._account_id = account_id = row["id"]
        self._provider = provider
        self._asks_with = [row["base_url"], row["key_sid"]]
        """What decides which sender IDs are listed: another key may list more."""
        keywords = lexicon(facts.keyword_rules(), row["provider"]).meaning_of
        intake = Intake(account_id, keywords, Slicer())
        self._deliverer = Deliverer(
            workspace, account_id, provider, intake, engine._clock, engine._holder
        )
        self._receiver = Receiver(workspace, account_id, provider, intake)
        self._reconciler = Reconciler(
            workspace, account_id, provider, intake, lambda id_: id_ in engine._on_screen
        )
        self.statuses = StatusRefresher(workspace, account_id, provider)
        self._media = MediaFetcher(workspace, account_id, provider)
        self._late = LateRecogniser(workspace, account_id)
        self._forgetter = Forgetter(workspace, account_id)
        self._responder = AutoResponder(workspace, account_id)
        self._auditor = Auditor(
            workspace, account_id, self._receiver.days, self._receiver.take_late
        )
        self._warm_ran = False
        self.amiss = ("", "")
        """What is wrong without breaking the line, and the next step."""

    def steps(self, *, force: bool) -> Iterable[Step]:
        """Sending first: nobody waits for a scan."""
        yield self._deliverer.run
        yield self._discover
        yield self._scan_now if force else self._scan
        yield self._respond
        yield self._look_up
        yield self._refresh_templates
        yield lambda now: _changes(self.statuses.run(now))
        yield self._backfill
        yield lambda now: _changes([self._forgetter.run(now)])
        yield lambda now: _changes([self._late.run(now)])
        yield lambda now: _changes(self._auditor.run(now))
        yield lambda now: _changes(self._media.run(now))

    def has_more(self, now: datetime) -> bool:
        """Whether another cycle at once would get further."""
        more = self._receiver.backfill_state().running or self._late.has_more
        more = more or self._forgetter.has_more
        return more or self._media.waiting(now)

    def close(self) -> None:
        self._provider.close()

    def _discover(self, now: datetime) -> Iterator[Changes]:
        with self._workspace.read() as tx:
            state = scans.load(tx, self._account_id, _DIRECTORY)
        last = datetime.fromisoformat(state["at"]) if "at" in state else None
        is_same = state.get("with", self._asks_with) == self._asks_with
        if is_same and last is not None and last <= now < last + _DIRECTORY_EVERY:
            self.amiss = _unanswered_words(state.get("unanswered", ()))
            return
        if not self._provider.capabilities.lists_senders:
            return
        new, directory = discover.discover(self._workspace, self._account_id, self._provider, now)
        asked = now - _DIRECTORY_EVERY + _DIRECTORY_AGAIN if directory.unanswered else now
        done = {
            "at": asked.isoformat(),
            "with": self._asks_with,
            "unlisted": list(directory.unlisted),
            "unanswered": list(directory.unanswered),
        }
        with self._workspace.write() as tx:
            scans.save(tx, self._account_id, _DIRECTORY, done, at=now)
        self.amiss = _unanswered_words(directory.unanswered)
        if new:
            yield Changes.of(sender=new)

    def _refresh_templates(self, now: datetime) -> Iterator[Changes]:
        """Approved WhatsApp templates, on their schedule or because somebody asked (R42)."""
        if not self._provider.capabilities.lists_templates:
            return
        with self._workspace.read() as tx:
            if not refresh_templates.due(tx, self._account_id, now):
                return
        yield refresh_templates.refresh(self._workspace, self._account_id, self._provider, now)

    def _scan(self, now: datetime) -> Iterator[Changes]:
        due = self._receiver.due(now)
        self._warm_ran = WARM in due
        for walk in due:
            yield from _changes(self._receiver.scan(walk, now))

    def _scan_now(self, now: datetime) -> Iterator[Changes]:
        yield from _changes(self._receiver.scan(HOT, now))
        yield from self._scan(now)

    def _respond(self, now: datetime) -> Iterator[Changes]:
        """Who wrote to a program that takes no replies is told at once (R18)."""
        queued = self._responder.run(now)
        if queued:
            yield queued
            yield from self._deliverer.run(now)

    def _look_up(self, now: datetime) -> Iterator[Changes]:
        return self._reconciler.run(now, with_warm=self._warm_ran)

    def _backfill(self, now: datetime) -> Iterator[Changes]:
        for _ in range(_BACKFILL_PAGES):
            if not self._receiver.backfill_state().running:
                return
            changes = self._receiver.backfill(now).changes
            if changes:
                yield changes | Changes.of(line=self._account_id)


def _unanswered_words(kinds: Sequence[str]) -> tuple[str, str]:
    """Title and next step where some kinds of sender ID were asked for in vain."""
    if not kinds:
        return "", ""
    return (
        f"The provider gave no answer about its {', '.join(kinds)}.",
        "Messages come and go all the same; the desk asks again within ten minutes.",
    )


def _changes(stored: Iterable[Stored]) -> Iterator[Changes]:
    return (each.changes for each in stored)
