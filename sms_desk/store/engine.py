"""Opening a workspace, reading from it and writing to it.

One file, encrypted by SQLCipher with a raw 256-bit key; WAL, so that readers never wait for the
writer; one writer at a time. No path deletes or re-creates a file because it did not open.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from sms_desk.domain.errors import StorageError
from sms_desk.store import seldom, tables
from sms_desk.store.head import HEAD as HEAD

Tx: TypeAlias = Connection
"""A running transaction. Whoever holds one passes it on and never commits."""

_BUSY_MS = 5000
_TRUNCATE_MS = 100
"""That an empty log is waited for: who writes meanwhile waits as long."""
_PLAIN_HEADER = b"SQLite format 3\0"
_MOST_RESTING = 4
_CACHE_KIB = 4_000
"""A connection's: half a dozen stand open, and intake is as fast as with four times as much."""


class Workspace:
    """A workspace's database: `read()` for a snapshot, `write()` for a change."""

    def __init__(self, engine: Engine, path: Path | None = None) -> None:
        self.engine = engine
        self.path = path
        self._writer = threading.Lock()
        self._token = secrets.token_hex(8)
        self._watch = threading.Lock()
        self._watcher: Connection | None = None
        self._rested: list[Connection] = []
        self._last_beat = (-1, 0)
        self.has_written = False
        """Whether anything that somebody shows became different here."""

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent snapshot; nothing written in it is kept."""
        with _translated(), self._connection() as connection:
            if connection.dialect.name == "postgresql":  # by itself, each statement has its own
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def write(self, *, quiet: bool = False) -> Iterator[Tx]:
        """One short transaction, committed with full sync at the end or not at all.

        quiet: nothing that anybody shows becomes different, so no other window is to look.
        """
        with self._writer, _translated(), self._connection() as connection:
            connection.execution_options(desk_write=True)
            seldom.watch(connection)
            with connection.begin():
                yield connection
                if not quiet:
                    self._beat(connection)
            connection.execution_options(desk_write=False)
            self.has_written = self.has_written or not quiet

    def foreign_beat(self) -> tuple[int, int]:
        """(SQLite's data version, writes of other processes): a change of the second means that
        somebody else wrote. The first is free to ask and spares the query when nothing changed.
        """
        with self._watch, _translated():
            watcher = self._watching()
            version = int(watcher.exec_driver_sql("PRAGMA data_version").scalar_one())
            if version != self._last_beat[0]:
                beats = sa.select(sa.func.coalesce(sa.func.sum(tables.pulse.c.n), 0))
                ours = (self._token, seldom.WRITER)
                others = watcher.execute(beats.where(tables.pulse.c.writer.not_in(ours)))
                self._last_beat = version, int(others.scalar_one())
            watcher.rollback()
            return self._last_beat

    def truncate_log(self) -> bool:
        """Bring all that was written into the file and empty the log beside it; False while somebody
        still reads from the log."""
        with self._writer, _translated():
            connection = self.engine.raw_connection()
            cursor = connection.cursor()
            try:  # outside a transaction, which would hold the log itself
                cursor.execute(f"PRAGMA busy_timeout = {_TRUNCATE_MS}")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
                connection.close()
        return not busy

    def close(self) -> None:
        """Let go of the file; whoever asks again opens it again."""
        with self._watch:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None
        rested, self._rested = self._rested, []
        for connection in rested:
            connection.close()
        self.engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Of those to a file some rest between two calls: the pool's way out and in takes longer than a
        short read. Who was used last comes first, and still knows its pages and what it remembered.
        One that failed goes the pool's way.
        """
        rested = self._rested
        try:
            connection = rested.pop()
        except IndexError:
            connection = self.engine.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self.path is not None and rested is self._rested and len(rested) < _MOST_RESTING:
            rested.append(connection)
        else:
            connection.close()

    def _watching(self) -> Connection:
        # A data version counts what other connections did, so only one connection's own earlier
        # answer can be compared with (https://sqlite.org/pragma.html#pragma_data_version).
        if self._watcher is None or self._watcher.closed:
            self._watcher = self.engine.connect()
        return self._watcher

    def _beat(self, tx: Tx) -> None:
        if not tx.execute(_BEAT, {"its_writer": self._token}).rowcount:
            tx.execute(sa.insert(tables.pulse).values(writer=self._token, n=1))


_BEAT = (
    sa.update(tables.pulse)
    .where(tables.pulse.c.writer == sa.bindparam("its_writer"))
    .values(n=tables.pulse.c.n + 1)
)


def open_file(path: Path, key: bytes, *, create: bool = True, replica: bool = False) -> Workspace:
    """Open an encrypted workspace; with `create`, make an empty file where there is none.

    key: 32 raw bytes. Without `create` a missing or empty file is damage and not a new workspace.
    replica: the file holds what a person may see of a team's workspace, whose rows name others
    that are not here.
    Raises StorageError if the key does not fit or the file is no workspace; the file stays as it is.
    """
    if len(key) != 32:
        raise ValueError("a workspace key has 32 bytes")
    _check_file(path, create=create)
    workspace = Workspace(_sqlite_engine(path, key), path)
    if replica:
        event.listen(workspace.engine, "connect", _prepare_replica)
    try:
        with workspace.read() as tx:
            tx.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    except StorageError:
        workspace.close()
        raise
    return workspace


def _check_file(path: Path, *, create: bool) -> None:
    """Refuse what is no workspace before SQLite sees it; make sure that nobody else may read it."""
    try:
        if create:
            path.touch(mode=0o600, exist_ok=True)
        elif not path.is_file() or path.stat().st_size == 0:
            raise StorageError(
                f"The workspace file is missing or empty: {path}.",
                "Bring it back from a backup. No new one was made in its place.",
            )
        with path.open("rb") as file:
            head = file.read(len(_PLAIN_HEADER))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StorageError(
            f"The workspace file cannot be opened: {path} ({error.strerror}).",
            "Check that the folder exists and is yours.",
        ) from error
    if head == _PLAIN_HEADER:
        raise StorageError(
            f"This file is not encrypted, so it is no workspace: {path}.",
            "The file was left as it is. Move it elsewhere if you want to begin anew.",
        )


def schema_version(workspace: Workspace) -> str | None:
    """The migration that the file stands at; None for an empty one. Costs no import of alembic."""
    with workspace.read() as tx:
        if not sa.inspect(tx).has_table("alembic_version"):
            return None
        version = tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if version is None else str(version)


def ensure_schema(workspace: Workspace) -> None:
    """Bring the file to HEAD. Raises StorageError if a newer SMS Desk has written it (GD3)."""
    version = schema_version(workspace)
    if version == HEAD:
        return
    if version is not None and version > HEAD:
        raise StorageError(
            "This workspace was written by a newer SMS Desk.",
            "Update SMS Desk, then open it again.",
        )
    # alembic costs 0.4 s to import: only when a migration is due (measured.md).
    from sms_desk.store.migrations.run import upgrade

    upgrade(workspace.engine)


def _sqlite_engine(path: Path, key: bytes) -> Engine:
    from sqlcipher3 import dbapi2

    def connect() -> Any:
        connection = dbapi2.connect(str(path), check_same_thread=False, isolation_level=None)
        # Its own log goes to stderr, where our errors already say the same in words.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        return connection

    engine = sa.create_engine(
        "sqlite://",
        module=dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=8,
        pool_use_lifo=True,  # who was used last still knows its pages, and what it remembered
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in (
        f"busy_timeout = {_BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",  # an attempt row is on the disk before the first byte goes out (I3)
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
        f"cache_size = -{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_replica(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")
    # A row that REPLACE takes out fires triggers too, so that its old form is kept (store.replica).
    connection.execute("PRAGMA recursive_triggers = ON")


def _begin(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if connection.get_execution_options().get("desk_write", False):
        # Who will write takes the lock at once: upgrading a read lock can only fail.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        driver.execute("BEGIN")  # takes no lock yet, so there is no error to translate
    connection.info["changes_at_begin"] = driver.total_changes  # for store.remembered
    connection.info.pop("seldom_count", None)


@contextmanager
def _translated() -> Iterator[None]:
    """The database's errors in the desk's words."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _storage_error(error.orig) from error


_LEFT_ALONE = "The file was left as it is."
_WORDS = {  # https://sqlite.org/rescode.html
    "SQLITE_BUSY": (
        "The workspace is busy: another program holds it.",
        "Close that program, or try again.",
    ),
    "SQLITE_LOCKED": (
        "The workspace is busy: another part of the desk holds it.",
        "Try again.",
    ),
    "SQLITE_READONLY": (
        "The workspace can only be read: its file or folder is write-protected.",
        "Make the folder yours again; nothing was lost.",
    ),
    "SQLITE_IOERR": (
        "The disk gave an error while the workspace was read or written.",
        "Check the disk, then open the desk again. " + _LEFT_ALONE,
    ),
    "SQLITE_CORRUPT": (
        "The workspace file is damaged.",
        "Run sms-desk doctor, and bring the file back from a backup. " + _LEFT_ALONE,
    ),
    "SQLITE_FULL": ("The disk is full.", "Free some space; nothing was lost."),
    "SQLITE_CANTOPEN": (
        "The workspace file cannot be opened.",
        "Check that its folder exists and is yours.",
    ),
    "SQLITE_NOTADB": (
        "The workspace does not open with this key, or the file is no workspace.",
        "Check that the key store is the one that it was set up with. " + _LEFT_ALONE,
    ),
}


def _storage_error(error: BaseException | None) -> StorageError:
    name = str(getattr(error, "sqlite_errorname", ""))
    for prefix, words in _WORDS.items():
        if name.startswith(prefix):
            return StorageError(*words)
    first_line = str(error).partition("\n")[0]  # PostgreSQL's further lines hold values
    return StorageError(
        f"The workspace could not be read or written ({first_line}).", "Run sms-desk doctor."
    )
