"""A desk's line to its team's workspace: push, pull, fill, and who is here (algorithms §2.7).

One cycle, as a provider's: `sync.connector.Connector` runs it in a thread and wakes it. Beside it a
thread listens for the workspace's poke, which only means "pull": lost, forged or repeated, it changes
nothing but the delay (GY6).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import (
    DeskError,
    KeyringError,
    LoginError,
    ServerError,
    VersionError,
)
from sms_desk.domain.frozen import dataclass
from sms_desk.services.team_rows import Doing
from sms_desk.store.team.client import Client, Hello, SeenNow

log = logging.getLogger(__name__)

PULL_EVERY: Final = timedelta(seconds=30)
"""Without a poke: what a lost one costs at most."""
_REST: Final = (timedelta(seconds=0.25), timedelta(seconds=1))
"""After a pull that a poke asked for: at least, and at most."""
_REST_TO_WORK: Final = 5
"""Of the time of a pull: a slow machine, or a server with much to do, is asked less often."""
_TELL_EVERY = timedelta(seconds=10)
_TELL_EVERY_IN_A_THREAD = timedelta(seconds=3)
"""Who reads a conversation is to see soon that somebody else has begun to answer it (R38)."""
_FIRST_RETRY = timedelta(seconds=1)
_LAST_RETRY = timedelta(seconds=30)
_LISTEN_SECONDS = 10.0
_LAST_STEPS = 0.5
"""Seconds that a thread needs to end once its connection is closed."""


class Pulls(Protocol):
    """Brings the file to what the workspace shows (`sync.team_pull`)."""

    def pull_once(self, client: Client, now: datetime) -> Changes: ...

    def fill_once(self, client: Client, now: datetime) -> Changes:
        """The next page of what is still to be fetched; nothing where there is none."""

    @property
    def has_more(self) -> bool: ...


class Pushes(Protocol):
    """Hands the commands given here to the workspace (`sync.team_push`)."""

    def push(self, client: Client, now: datetime) -> Changes: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How the line stands. since: when that began. title, next_step: what broke it. refused: no
    retry helps. connector_since: since when no connector writes; None: one does."""

    online: bool = False
    since: datetime | None = None
    title: str = ""
    next_step: str = ""
    refused: bool = False
    connector_since: datetime | None = None


_CONNECTOR_GONE = timedelta(seconds=15)
"""A spare has taken over by then, if there is one."""


class TeamLine:
    """The cycle of a desk that shares its workspace; only the connector's thread runs it.

    connect: a new client, which connects when it is first asked. hello: told each time that the
    workspace said who this login is. poke: has the next cycle run now, from any thread.
    """

    def __init__(
        self,
        connect: Callable[[], Client],
        pulls: Pulls,
        pushes: Pushes,
        poke: Callable[[], None],
        hello: Callable[[Hello], None] = lambda _: None,
    ) -> None:
        self._connect = connect
        self._pulls = pulls
        self._pushes = pushes
        self._poke = poke
        self._said_hello = hello
        self._client: Client | None = None
        self._listener: _Listener | None = None
        self._retry = _FIRST_RETRY
        self._retry_at: datetime | None = None
        self._pulled_at: datetime | None = None
        self._rest = _REST[0]
        self._told_at: datetime | None = None
        self._told: tuple[UUID | None, Doing | None] = (None, None)
        self._doing: tuple[UUID | None, Doing | None] = (None, Doing.HERE)
        self._has_left = False
        self.standing = Standing()
        self.seen: Sequence[SeenNow] = ()

    # --- from any thread ---

    def look(self, conversation_id: UUID | None, doing: Doing | None) -> None:
        """What is done at this desk now; the colleagues are told with the next cycle (R38)."""
        if self._doing != (conversation_id, doing):
            self._doing = (conversation_id, doing)
            self._has_left |= conversation_id is None
            self._poke()

    # --- the cycle ---

    def run_once(self, now: datetime, *, force: bool = False) -> Changes:
        """Push, pull where it is time, fetch a page of history, say who is here.

        Raises nothing about the server: the line's standing says it. StorageError of the file passes.
        """
        if self._retry_at is not None and now < self._retry_at and not force:
            return NOTHING
        before = self.standing
        changes = NOTHING
        try:
            for done in self._cycle(now, force=force):
                changes |= done
            self._worked(now)
        except (ServerError, KeyringError) as error:
            self._broken(error, now)
        if self.standing != before:
            changes |= Changes.of(line=None)
        return changes

    def next_due(self, now: datetime) -> datetime:
        """When there is something to do next; a poke comes earlier."""
        if self._retry_at is not None:
            return self._retry_at
        if self._pulls.has_more:
            return now
        due = [now if self._told_at is None else self._told_at + self._tell_every]
        if self._pulled_at is not None:
            heard = self._listener is not None and self._listener.heard
            due.append(self._pulled_at + (self._rest if heard else PULL_EVERY))
        return max(now, min(due))

    def watch(self, conversation_ids: Iterable[UUID]) -> None:
        """A provider's cycle asks sooner about what is on screen; here that is the connector's."""

    def close(self) -> None:
        """End both connections. The colleagues see within half a minute that nobody is here."""
        self._drop()

    def fetch_alone(self, work: Callable[[Client], Changes]) -> Changes:
        """Ask the server something beside the cycle, in the caller's thread. Raises DeskError."""
        client = self._connect()
        try:
            return work(client)
        finally:
            client.close()

    # --- inside ---

    def _cycle(self, now: datetime, *, force: bool) -> Iterator[Changes]:
        """Yields what it did as soon as that is in the file: a line that breaks takes no news of it
        away."""
        client = self._open(now)
        yield self._pushes.push(client, now)
        if self._must_pull(now, force=force):
            if self._listener is not None:
                self._listener.heard = False
            began = time.monotonic()
            pulled = self._pulls.pull_once(client, now)
            self._rest = rest_after(timedelta(seconds=time.monotonic() - began))
            self._pulled_at = now
            yield pulled
        if self._pulls.has_more:
            yield self._pulls.fill_once(client, now)
        yield self._tell(client, now)

    def _open(self, now: datetime) -> Client:
        if self._client is not None and not (self._listener and self._listener.failed):
            return self._client
        self._drop()
        client = self._connect()
        try:
            hello = client.hello()
            hello.check()
            self._said_hello(hello)
        except BaseException:
            client.close()
            raise
        self._client = client
        self._listener = _Listener(client, hello.channel, self._poke)
        self._pulled_at = self._told_at = None
        self._note_connector(hello, now)
        return client

    def _must_pull(self, now: datetime, *, force: bool) -> bool:
        if force or self._pulled_at is None or now < self._pulled_at:
            return True
        heard = self._listener is not None and self._listener.heard
        return now >= self._pulled_at + (self._rest if heard else PULL_EVERY)

    def _tell(self, client: Client, now: datetime) -> Changes:
        doing = self._doing
        told = self._told_at
        is_time = told is None or not told <= now < told + self._tell_every
        if not is_time and doing == self._told:
            return NOTHING
        if is_time:
            self._note_connector(client.hello(), now)
        self._told, self._told_at = doing, now
        conversation_id, what = doing
        if what is None:  # said by silence: nobody is shown for long who says nothing
            return NOTHING
        if self._has_left and conversation_id is not None:
            client.presence(None, Doing.HERE.value)  # ends the claim on an answer that is sent
        self._has_left = False
        seen = client.presence(conversation_id, what.value)
        if _without_age(seen) == _without_age(self.seen):
            return NOTHING
        self.seen = seen
        return Changes.of(person=None)

    @property
    def _tell_every(self) -> timedelta:
        return _TELL_EVERY if self._doing[0] is None else _TELL_EVERY_IN_A_THREAD

    def _note_connector(self, hello: Hello, now: datetime) -> None:
        age = hello.connector_age_s
        gone = age is None or age > _CONNECTOR_GONE.total_seconds()
        since = None
        if gone:
            since = self.standing.connector_since or now - timedelta(seconds=age or 0)
        self.standing = replace(self.standing, connector_since=since)

    def _worked(self, now: datetime) -> None:
        self._retry, self._retry_at = _FIRST_RETRY, None
        if not self.standing.online:
            gone = self.standing.connector_since
            self.standing = Standing(online=True, since=now, connector_since=gone)

    def _broken(self, error: DeskError, now: datetime) -> None:
        log.info("the team's workspace: %s", type(error).__name__)
        was_online = self.standing.online or self.standing.since is None
        self._drop()
        self._retry_at = now + self._retry
        self._retry = min(self._retry * 2, _LAST_RETRY)
        self.standing = replace(
            self.standing,
            online=False,
            since=now if was_online else self.standing.since,
            title=error.title,
            next_step=error.next_step,
            refused=isinstance(error, LoginError | VersionError),
        )
        self.seen = ()

    def _drop(self) -> None:
        client, listener = self._client, self._listener
        self._client = self._listener = None
        if listener is not None:
            listener.end()
        if client is not None:
            with suppress(DeskError):
                client.close()
        if listener is not None:
            listener.join()


class _Listener:
    """A thread that waits for the workspace's poke."""

    def __init__(self, client: Client, channel: str, poke: Callable[[], None]) -> None:
        self.heard = False
        self.failed = False
        self._client = client
        self._channel = channel
        self._poke = poke
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="team-listener", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait no more; before the client is closed, which wakes it."""
        self._ended.set()

    def join(self) -> None:
        """After the client was closed. One whose connection is still being opened is not waited for:
        it ends by itself, and pokes nobody."""
        self._thread.join(timeout=_LAST_STEPS)

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                heard = self._client.wait(self._channel, _LISTEN_SECONDS)
            except DeskError:
                self.failed = True
                if not self._ended.is_set():
                    self._poke()
                return
            if heard:
                self.heard = True
                self._poke()


def rest_after(pull: timedelta) -> timedelta:
    """How long a desk leaves the server alone after a pull that took so long, whoever pokes."""
    shortest, longest = _REST
    return min(max(pull * _REST_TO_WORK, shortest), longest)


def _without_age(seen: Sequence[SeenNow]) -> list[SeenNow]:
    return [replace(one, seconds=0.0) for one in seen]
