"""Bringing a desk's file to what the team's workspace shows (algorithms §2.2).

A pull brings what is new since the last one, and whole what newly came into view, as long as it is
little. The rest is noted and fetched page by page, the newest conversations first, while the desk is
used and pulls go on; a long conversation and the audit log come in pieces, the newest first. A page
is as new as its own moment, so nothing that is older may be applied after it: who asks and applies
here does so alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final, Protocol
from uuid import UUID

from sms_desk.domain import positions
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.replica import attached, digests, leaving, state
from sms_desk.store.replica.apply import AGAIN, Fetched, News, NoQueue, Queue, apply, by_rank
from sms_desk.store.replica.state import Name, Progress, Rest
from sms_desk.store.team.delta import Delta, Digest

KEYS_AT_ONCE: Final = 200
"""Keys that one page brings at most."""

ROWS_AT_ONCE: Final = 2_000
"""Rows after which a page ends: as many are applied in a third of a second, in which the window
waits when it writes."""

_KEYS_ASKED = 25
_SWEEP_EVERY = 100
_SWEPT_AT_ONCE = 500
_ATTACHMENTS_AT_ONCE = 5
ATTACHMENT_BYTES: Final = 500_000_000
"""Of attachments, kept in the file without being asked for."""


class View(Protocol):
    """The workspace at one moment."""

    def pull(self, cursor: str) -> Delta: ...

    def fetch(
        self,
        keys: Sequence[UUID],
        since: int = 0,
        below: int | None = None,
        most: int | None = None,
    ) -> Delta: ...


class Server(Protocol):
    """What a pull needs of `store.team.client.Client`."""

    def pulling(self) -> AbstractContextManager[View]: ...

    def attachment(self, attachment_id: UUID) -> bytes | None: ...


class Puller:
    """The one way from the workspace into a desk's file.

    queue: its pending commands. offline_days: how far back threads are kept; 0: all of them.
    Any thread may call any method; they take turns. What the server raises passes, and then the
    file is as it was.
    """

    def __init__(
        self,
        workspace: Workspace,
        queue: Queue | None = None,
        *,
        offline_days: Callable[[], int] = lambda: 0,
        attachment_bytes: int = ATTACHMENT_BYTES,
    ) -> None:
        self._workspace = workspace
        self._queue: Queue = NoQueue() if queue is None else queue
        self._offline_days = offline_days
        self._attachment_bytes = attachment_bytes
        self._turn = threading.Lock()
        self._pulls = 0
        self._sweeping = False
        self._swept: UUID | None = None
        self._not_given: set[UUID] = set()
        self._has_more = True

    @property
    def has_more(self) -> bool:
        """Whether `fill_once` has something to do."""
        return self._has_more

    def progress(self) -> Progress:
        """How much of what this person may see is here."""
        with self._workspace.read() as tx:
            return state.progress(tx)

    def pull_once(self, client: Server, now: datetime) -> Changes:
        """Bring the file to what this person sees at this moment; what of it is still to be
        fetched is noted."""
        with self._turn:
            return self._pull(client, now)

    def fill_once(self, client: Server, now: datetime) -> Changes:
        """The next page of what is still to be fetched, then attachments."""
        with self._turn:
            with self._workspace.read() as tx:
                wanted = state.wanted(tx, KEYS_AT_ONCE)
            if not wanted:
                return self._attachments(client)
            rest = next(iter(wanted.values()))
            if rest is not None:
                return self._pull(client, now, rest)
            whole = takewhile(lambda key: wanted[key] is None, wanted)
            return self._fetch(client, list(whole), now)

    def fetch_older(self, client: Server, conversation_id: UUID, now: datetime) -> Changes:
        """All of a conversation of which only the newer part is here, or the next piece of it where
        that is long; from now on it is kept so."""
        with self._turn:
            with self._workspace.write(quiet=True) as tx:
                rest = state.want_older(tx, conversation_id, AGAIN)
            if rest is None:
                return NOTHING
            return self._pull(client, now, rest)

    def fetch_attachment(self, client: Server, attachment_id: UUID) -> bool:
        """The bytes of one attachment, whatever is kept already; whether the server gave them."""
        data = client.attachment(attachment_id)
        if data is None:
            return False
        with self._workspace.write() as tx:
            return attached.keep(tx, attachment_id, data)

    # --- inside ---

    def _cursor(self) -> str:
        with self._workspace.read() as tx:
            return state.get(tx, Name.CURSOR)

    def _pull(self, client: Server, now: datetime, rest: Rest | None = None) -> Changes:
        """One pull. rest: with the next piece of a key. What has come of it before is brought to the
        moment of this piece, so that all of it can be compared when the last one is here."""
        began = self._cursor()
        slice_ = self._next_slice()
        with client.pulling() as view:
            delta = view.pull(began)
            fetched = self._fetched(view, by_rank(delta.enter), now)
            if rest is not None and not _comes_anew(rest.key, delta):
                piece = view.fetch([rest.key], rest.since, rest.below, ROWS_AT_ONCE)
                fetched.append(Fetched(frozenset((rest.key,)), piece, rest.since, older=True))
            said = _digests(view, slice_)
        changes = self._apply(News(delta, fetched, said), began)
        leaving.purge(self._workspace)
        return changes if rest is None else changes | Changes.of(line=None)

    def _fetch(self, client: Server, keys: Sequence[UUID], now: datetime) -> Changes:
        began = self._cursor()
        with client.pulling() as view:
            fetched = self._fetched(view, keys, now)
        return self._apply(News(fetched=fetched), began) | Changes.of(line=None)

    def _fetched(self, view: View, keys: Iterable[UUID], now: datetime) -> list[Fetched]:
        """So many of these keys as make a page, from the first on."""
        found: list[Fetched] = []
        rows = 0
        page = list(keys)[:KEYS_AT_ONCE]
        for first in range(0, len(page), _KEYS_ASKED):
            asked = page[first : first + _KEYS_ASKED]
            later: set[UUID] = set()
            for since, alike in self._since(asked, now).items():
                delta = view.fetch(alike, since, most=ROWS_AT_ONCE)
                rows += sum(map(len, delta.rows.values()))
                later |= delta.later
                found.append(Fetched(frozenset(alike) - delta.later, delta, since))
            if later or rows >= ROWS_AT_ONCE:
                break
        return found

    def _since(self, keys: Sequence[UUID], now: datetime) -> Mapping[int, list[UUID]]:
        """From which position on each key's thread is kept: position → keys."""
        days = self._offline_days()
        horizon = positions.first_at(now - timedelta(days=days)) if days else 0
        if not horizon:
            return {0: list(keys)}
        with self._workspace.read() as tx:
            whole = {key for key, since in state.kept_since(tx, keys).items() if not since}
        parts = {horizon: [key for key in keys if key not in whole], 0: list(whole)}
        return {since: alike for since, alike in parts.items() if alike}

    def _apply(self, news: News, began: str) -> Changes:
        with self._workspace.write(quiet=news.is_empty) as tx:
            if state.get(tx, Name.CURSOR) != began:
                return NOTHING  # another process of this desk pulled meanwhile, and knows more
            changes = apply(tx, news, self._queue)
        with self._workspace.read() as tx:
            self._has_more = bool(state.progress(tx).to_fetch) or bool(self._wanted_bytes(tx, 1))
        return changes

    def _attachments(self, client: Server) -> Changes:
        """The bytes of a few attachments."""
        with self._workspace.read() as tx:
            wanted = self._wanted_bytes(tx, _ATTACHMENTS_AT_ONCE)
        changes = NOTHING
        for one in wanted:
            if self.fetch_attachment(client, one.id):
                changes |= Changes.of(message=one.conversation_id)
            else:
                self._not_given.add(one.id)
        self._has_more = bool(wanted)
        return changes

    def _wanted_bytes(self, tx: Tx, limit: int) -> list[attached.Missing]:
        room = self._attachment_bytes - attached.kept_bytes(tx)
        return attached.missing(tx, limit, room=room, but=self._not_given)

    def _next_slice(self) -> list[UUID]:
        """Keys whose digests are compared beside those of the delta: at every hundredth pull all
        of them begin to be, some with each."""
        self._pulls += 1
        self._sweeping = self._sweeping or self._pulls % _SWEEP_EVERY == 0
        if not self._sweeping:
            return []
        with self._workspace.read() as tx:
            keys = digests.keys_after(tx, self._swept, _SWEPT_AT_ONCE)
        self._swept = keys[-1] if keys else None
        self._sweeping = bool(keys)
        return keys


def _comes_anew(key: UUID, delta: Delta) -> bool:
    """Whether what is here of a key is worth nothing: it left meanwhile, and came back."""
    return delta.start_over or key in delta.enter or key in delta.leave


def _digests(view: View, keys: Sequence[UUID]) -> dict[UUID, Digest]:
    """What the server says of these keys; of one that this person does not see, that it is empty."""
    if not keys:
        return {}
    said = view.fetch(keys, most=0).digests
    return {key: said.get(key, digests.EMPTY) for key in keys}
