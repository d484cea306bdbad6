"""What a desk asks of the team's server, with the few functions that a person may execute.

Two connections and no more, since a login has four and a broken line leaves its own behind for a
while: one to ask, one to be told that there is something to ask. Both are opened when they are first
needed, and whoever meets ServerUnreachable makes a new client when it is time to try again.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol
from uuid import UUID

from psycopg import sql

from sms_desk.domain.errors import ServerUnreachable, VersionError
from sms_desk.domain.frozen import dataclass
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.head import HEAD
from sms_desk.store.team.connection import PATIENCE, Connection, connect, translated
from sms_desk.store.team.delta import Delta, parsed
from sms_desk.store.team.surface_tables import SURFACE_VERSION

_GIVEN_UP_WITHIN: Final = 1.0
"""Seconds. A question that nobody waits for any more is looked at ten times a second."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who this login is, and what workspace answers. connector_age_s: since when nothing was heard of
    the connector; None: never. joined: whether the invitation was used. channel: where this login is
    told that there is news (`Client.wait`)."""

    person_id: UUID
    workspace_id: UUID
    workspace_name: str
    schema: str
    surface: int
    epoch: str
    role: str
    connector_age_s: float | None
    joined: bool
    channel: str

    def check(self) -> None:
        """Raises VersionError where this desk and the workspace do not speak the same."""
        refuse_other_version(self.workspace_name, self.schema, self.surface)


def refuse_other_version(name: str, schema: str, surface: int) -> None:
    """name: of the workspace. Raises VersionError."""
    theirs, ours = (schema, surface), (HEAD, SURFACE_VERSION)
    if theirs > ours:
        raise VersionError(
            f"The workspace “{name}” was upgraded by a newer SMS Desk.",
            "Update SMS Desk on this machine; what waits to be sent is kept.",
        )
    if theirs < ours:
        raise VersionError(
            f"The workspace “{name}” is older than this SMS Desk.",
            "Who looks after it runs sms-desk workspace upgrade; what waits to be sent is kept.",
        )


@dataclass(frozen=True, slots=True)
class SeenNow:
    """That somebody is here, or reads or types in a conversation. claims: they are answering it."""

    person_id: UUID
    conversation_id: UUID | None
    doing: str
    seconds: float
    claims: bool


class Pushed(Protocol):
    """A command on its way. at: microseconds. args, base: JSON, as `domain.command_codec` has it."""

    @property
    def id(self) -> UUID: ...

    @property
    def kind(self) -> str: ...

    @property
    def at(self) -> int: ...

    @property
    def args(self) -> str: ...

    @property
    def base(self) -> str: ...


class Pulling:
    """One view of the workspace, however many questions are asked of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pull(self, cursor: str) -> Delta:
        """What is new since a cursor; "" for all."""
        rows = self._connection.execute("SELECT what, tbl, body FROM desk.pull(%s)", (cursor,))
        return parsed(rows)

    def fetch(
        self,
        keys: Sequence[UUID],
        since: int = 0,
        below: int | None = None,
        most: int | None = None,
    ) -> Delta:
        """Rows of these keys, of as many as make one answer. since: of what stands in a thread, only
        from this position on. below: of the one key that an answer has named as `rest`. most: rows
        of an answer; 0: the digests alone."""
        rows = self._connection.execute(
            "SELECT what, tbl, body FROM desk.fetch(%s, %s, %s, %s)",
            (list(keys), since, below, most),
        )
        return parsed(rows)


class Client:
    """One desk's line to the server. Any thread may ask; they take turns.

    Everything raises ServerUnreachable, LoginError, VersionError or ServerError.
    """

    def __init__(
        self, address: ServerAddress, password: str, *, patience: float = PATIENCE
    ) -> None:
        """patience: seconds of silence after which a question is given up."""
        self._address = address
        self._password = password
        self._patience = patience
        self._turn = threading.RLock()
        self._asking: Connection | None = None
        self._listening = _Listening(address, password, patience)
        self._closed = False

    def hello(self) -> Hello:
        """Who am I, and where? Ask `Hello.check` before anything else."""
        with self._connected() as connection:
            said = _only(connection.execute("SELECT desk.hello()").fetchone())
        return _hello(json.loads(said))

    def joined(self) -> None:
        """The invitation is used: this desk has a password of its own."""
        with self._connected() as connection:
            connection.execute("SELECT desk.joined()")

    def change_password(self, new: str) -> None:
        """Give the login another password; the server is told what it becomes, never what it is."""
        with self._connected() as connection:
            user = self._address.user
            hashed = connection.pgconn.encrypt_password(
                new.encode(), user.encode(), b"scram-sha-256"
            )
            connection.execute(  # which takes no parameters
                sql.SQL("ALTER ROLE ")
                + sql.Identifier(user)
                + sql.SQL(" PASSWORD ")
                + sql.Literal(hashed.decode("ascii"))
            )
        self._password = new
        self._listening.password = new

    @contextmanager
    def pulling(self) -> Iterator[Pulling]:
        """Questions that are all answered by the same state of the workspace. Be done soon: the
        server ends who idles in it."""
        with self._connected() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                yield Pulling(connection)
            finally:
                if not connection.closed:
                    connection.rollback()

    def push(self, command: Pushed) -> None:
        """Hand over a command. To do so again does nothing."""
        values = (command.id, command.kind, command.at, command.args, command.base)
        with self._connected() as connection:
            connection.execute("SELECT desk.push(%s, %s, %s, %s, %s)", values)

    def attachment(self, attachment_id: UUID) -> bytes | None:
        """What was attached; None where there is nothing that this login may see."""
        with self._connected() as connection:
            row = connection.execute(
                "SELECT desk.attachment(%s)", (attachment_id,), binary=True
            ).fetchone()
        found: bytes | None = _only(row)
        return found

    def presence(self, conversation_id: UUID | None, doing: str) -> tuple[SeenNow, ...]:
        """Tell what this person does now; answers what their colleagues do."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT person_id, conversation_id, doing, seconds, claims"
                " FROM desk.presence(%s, %s)",
                (conversation_id, doing),
            ).fetchall()
        return tuple(SeenNow(*row) for row in rows)

    def wait(self, channel: str, seconds: float) -> bool:
        """Wait until there may be something to pull: True. False: nothing was heard, or `wake`.

        channel: as `hello` gave it; the first call begins to listen there."""
        return self._listening.wait(channel, seconds)

    def wake(self) -> None:
        """Let whoever waits go on now; from any thread."""
        self._listening.wake()

    def close(self) -> None:
        """End both connections; who waits goes on, who asks is told so. From any thread.

        Nobody waits for one that is still being opened, which may take CONNECT_SECONDS: who opens it
        ends it."""
        self._closed = True
        self._listening.close()
        with _soon(self._turn) as mine:
            if mine:
                self._drop()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._turn:
            connection = self._ask()
            try:
                with translated(self._address):
                    yield connection
            except BaseException:
                if connection.broken:
                    self._drop()
                raise

    def _ask(self) -> Connection:
        if self._closed:
            raise _closed()
        if self._asking is None or self._asking.closed:
            self._asking = connect(
                self._address,
                self._password,
                patience=self._patience,
                unwanted=lambda: self._closed,
            )
            if self._closed:
                self._drop()
                raise _closed()
        return self._asking

    def _drop(self) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking = None


class _Listening:
    """The connection that hears of news. One thread waits on it."""

    def __init__(self, address: ServerAddress, password: str, patience: float) -> None:
        self.password = password
        self._address = address
        self._patience = patience
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._connection: Connection | None = None
        self._turn = threading.Lock()
        self._closed = threading.Event()

    def wait(self, channel: str, seconds: float) -> bool:
        with self._turn:
            if self._closed.is_set():
                raise _closed()
            try:
                with translated(self._address):
                    return self._wait(channel, seconds)
            except BaseException:
                self._drop()
                raise
            finally:
                if self._closed.is_set():
                    self._drop()

    def wake(self) -> None:
        if not self._closed.is_set():
            self._ring()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # so many rings that one more says nothing, or closed
            self._rope.send(b"!")

    def close(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()  # first: whoever is woken must not wait again
        self._ring()
        with _soon(self._turn) as mine:
            if mine:
                self._drop()

    def _wait(self, channel: str, seconds: float) -> bool:
        if self._connection is None:
            # What was written before it listens is not announced: the caller looks once.
            self._connection = connect(
                self._address,
                self.password,
                program="sms-desk listening",
                patience=self._patience,
                unwanted=self._closed.is_set,
            )
            self._connection.execute(sql.SQL("LISTEN ") + sql.Identifier(channel))
            return True
        with selectors.DefaultSelector() as either:
            either.register(self._connection.fileno(), selectors.EVENT_READ)
            either.register(self._bell, selectors.EVENT_READ)
            ready = either.select(seconds)
        if any(key.fileobj is self._bell for key, _ in ready):
            self._bell.recv(4096)
        return self._heard()

    def _heard(self) -> bool:
        assert self._connection is not None
        wire = self._connection.pgconn
        wire.consume_input()
        heard = False
        while wire.notifies() is not None:
            heard = True
        return heard

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._closed.is_set():
            self._bell.close()
            self._rope.close()


@contextmanager
def _soon(turn: threading.Lock | threading.RLock) -> Iterator[bool]:
    """Whether it became one's turn in the time that a question needs to be given up."""
    mine = turn.acquire(timeout=_GIVEN_UP_WITHIN)
    try:
        yield mine
    finally:
        if mine:
            turn.release()


def _hello(said: dict[str, Any]) -> Hello:
    age = said["connector_age_s"]
    return Hello(
        person_id=UUID(said["person_id"]),
        workspace_id=UUID(said["workspace_id"]),
        workspace_name=said["workspace_name"],
        schema=said["schema"],
        surface=int(said["surface"]),
        epoch=said["epoch"],
        role=said["role"],
        connector_age_s=None if age is None else float(age),
        joined=bool(said["joined"]),
        channel=said.get("channel", ""),  # of an older workspace, which `check` refuses
    )


def _only(row: tuple[Any, ...] | None) -> Any:
    assert row is not None
    return row[0]


def _closed() -> ServerUnreachable:
    return ServerUnreachable("The line to the team's server is closed.", "Open the desk again.")
