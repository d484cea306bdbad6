"""A connection to the team's server: safe on the way, and with errors in the desk's words (GP5).

psycopg is handed fields and never a URL: of a URL that it cannot read it prints a part, and that may
be the password. What it raises never goes on, as its objects hold the password, too (algorithms §3).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from sms_desk.domain.errors import (
    DeskError,
    LoginError,
    ServerError,
    ServerUnreachable,
    StorageError,
    VersionError,
)
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team import certificates

T = TypeVar("T")
Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

CONNECT_SECONDS: Final = 10
_ALIVE: Final[dict[str, str | int | None]] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
_POOL: Final = 5

PATIENCE: Final = 20.0
"""Seconds without a byte, while an answer is awaited, after which a server stands still. Less than
its own limit for a statement of a person, so that a desk says what is wrong within half a minute."""

_OLDEST: Final = {15: 14, 16: 10, 17: 6}
"""The first release of each version that keeps row security whole: before it, statistics of hidden
rows could be read (CVE-2025-8713). Newer versions begin with it."""
_OLDEST_VERSION: Final = min(_OLDEST)


def connect(
    address: ServerAddress,
    password: str,
    *,
    program: str = "sms-desk",
    patience: float | None = PATIENCE,
    unwanted: Callable[[], bool] = lambda: False,
) -> Connection:
    """A connection in autocommit. password: "" where the server asks for none, as on a socket.
    patience: seconds of silence after which a question is given up, and the connection with it;
    None: an answer takes as long as it takes. unwanted: whether nobody waits for answers any more.

    Raises ServerUnreachable, LoginError, VersionError, ServerError.
    """
    connection = _outside(lambda: _opened(address, password, program), address)
    try:
        refuse_old(connection.info.server_version)
    except VersionError:
        connection.close()
        raise
    connection.patience, connection.unwanted = patience, unwanted
    return connection


def _opened(address: ServerAddress, password: str, program: str) -> _Line:
    return _Line.connect(_conninfo(address, password, program), autocommit=True)


class _Line(psycopg.Connection[tuple[Any, ...]]):
    """A connection that waits for an answer as long as its patience lasts.

    The system notices a machine that is gone (keepalives, tcp_user_timeout). It does not notice one
    whose process stands still, or something in between that takes all bytes and carries none.
    """

    patience: float | None = None
    unwanted: Callable[[], bool] = staticmethod(lambda: False)

    @override
    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(self._watched(gen), interval, timeout)
        except _GivenUp:
            self.pgconn.finish()  # whatever comes late is the answer to nothing
            raise

    def _watched(self, gen: PQGen[T]) -> PQGen[T]:
        """The same, given up where neither end moves. It is asked again after each interval."""
        moved = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    moved = time.monotonic()
                elif self.unwanted():
                    raise _GivenUp("nobody waits for it any more")
                elif self.patience is not None and time.monotonic() - moved > self.patience:
                    raise _GivenUp(f"no answer for {self.patience:g} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            value: T = end.value
            return value


class _GivenUp(psycopg.OperationalError):
    """A question that was not answered in time."""


def engine(
    address: ServerAddress,
    password: str,
    *,
    program: str = "sms-desk connector",
    role: str | None = None,
    patience: float | None = None,
) -> Engine:
    """Connections of who works on the workspace's tables: the connector, and the owner.

    role: whose rights they take on (SET ROLE). patience: as of `connect`. They look into the schema
    `desk` and nowhere else.
    """

    def open_one() -> Connection:
        connection = connect(address, password, program=program, patience=patience)
        try:
            _outside(lambda: _settle_in(connection, role), address)
        except DeskError:
            connection.close()
            raise
        return connection

    return sa.create_engine(
        "postgresql+psycopg://",
        creator=open_one,
        poolclass=QueuePool,
        pool_size=_POOL,
        hide_parameters=True,
    )


_DURABLE: Final = (
    # Whatever the server does by default: an attempt is on its disk before the first byte goes out.
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)


def _settle_in(connection: Connection, role: str | None) -> None:
    if role is not None:
        connection.execute(sql.SQL("SET ROLE ") + sql.Identifier(role))
    connection.execute("SET search_path = desk, pg_catalog, pg_temp")
    connection.execute(_DURABLE)
    connection.autocommit = False  # SQLAlchemy's own way


def _conninfo(address: ServerAddress, password: str, program: str) -> str:
    """Every field that decides where a password goes is said, so that no variable of the
    environment (PGHOSTADDR, PGSSLMODE …) does."""
    fields: dict[str, str | int | None] = {
        "host": address.host,
        "hostaddr": "",
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        "password": password,
        "application_name": program,
        "client_encoding": "UTF8",
        "connect_timeout": CONNECT_SECONDS,
        "gssencmode": "disable",
        "target_session_attrs": "read-write",
    }
    return make_conninfo("", **fields, **_ALIVE, **_way(address))


def _way(address: ServerAddress) -> dict[str, str | int | None]:
    """TLS whose other end is known, except where nobody can stand between."""
    if address.is_socket:
        return {"sslmode": "disable"}
    if address.is_here and not address.ca_file:
        return {"sslmode": "prefer"}
    return {
        "sslmode": "verify-full",
        "sslrootcert": address.ca_file or _trusted_roots(),
        "sslcertmode": "disable",
        "ssl_min_protocol_version": "TLSv1.2",
        "channel_binding": "require",
        "require_auth": "scram-sha-256",
    }


def _trusted_roots() -> str:
    """What this machine trusts: psycopg's own OpenSSL may look for it elsewhere."""
    return ssl.get_default_verify_paths().cafile or "system"


def refuse_old(version: int) -> None:
    """Raises VersionError. version: as PostgreSQL counts it, 150014 for 15.14."""
    major, minor = divmod(version, 10_000)
    if major < _OLDEST_VERSION:
        raise VersionError(
            f"The server runs PostgreSQL {major}, which is too old for a team's workspace.",
            f"Version {_said(_OLDEST_VERSION)} or newer is needed: older ones are known to let"
            " people see what row security hides (CVE-2024-10976, CVE-2025-8713).",
        )
    if minor < _OLDEST.get(major, 0):
        raise VersionError(
            f"The server runs PostgreSQL {major}.{minor}, which has a known hole.",
            "People could read statistics of rows that are hidden from them (CVE-2025-8713)."
            f" Update the server to {_said(major)} or newer; the data stay as they are.",
        )


def _said(major: int) -> str:
    return f"{major}.{_OLDEST[major]}"


# --- errors in words --------------------------------------------------------------------------


@contextmanager
def translated(address: ServerAddress) -> Iterator[None]:
    """psycopg's errors in the desk's words; nothing of psycopg's goes on with them."""
    failed: DeskError | None = None
    try:
        yield
    except psycopg.Error as error:
        failed = in_words(error, address)
    if failed is not None:
        raise failed from None


def _outside(call: Callable[[], T], address: ServerAddress) -> T:
    with translated(address):
        return call()
    raise AssertionError("unreachable: `translated` lets no error pass silently")


def in_words(error: psycopg.Error, address: ServerAddress) -> StorageError:
    """What PostgreSQL or the way to it said, as an error of the desk."""
    if error.sqlstate is not None:
        return _of_statement(error, address)
    text = str(error)
    for known, make in _ON_THE_WAY:
        if any(words in text for words in known):
            return make(address)
    return _unreachable(address, _reason(text))


def _of_statement(error: psycopg.Error, address: ServerAddress) -> StorageError:
    state = error.sqlstate or ""
    if state == NOT_LET_IN:
        return not_let_in()
    if state[:2] in ("08", "57"):  # the line broke, or somebody ended the session
        return _unreachable(address, "the server ended the connection")
    if state == "53300":
        return _too_many(address)
    if state in ("3F000", "42883", "42P01", "42501", "25006"):
        return _WITHOUT_RIGHT[state](address)
    first_line = (error.diag.message_primary or "").partition("\n")[0][:200]
    return ServerError(
        f"The team's server could not do it ({state}: {first_line}).",
        "Try again. If it stays so, show these words to who looks after the server.",
    )


def _reason(text: str) -> str:
    """The last sentence of libpq's own words, as in "Connection refused"."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line.rpartition("failed: ")[2].strip().rstrip(".")[:200]


def _unreachable(address: ServerAddress, reason: str) -> ServerUnreachable:
    return ServerUnreachable(
        f"The team's server cannot be reached ({address.place}): {reason or 'no answer'}.",
        "What is on this desk stays readable. Check the network, or ask who looks after the server.",
    )


NOT_LET_IN: Final = "28000"
"""What the workspace's functions raise for a login that is unknown, suspended, or too late."""


def not_let_in() -> LoginError:
    return LoginError(
        "This login is not let in: it is suspended, or its invitation has run out.",
        "Ask an admin of the workspace: they see it in sms-desk workspace status.",
    )


def _not_let_in(_address: ServerAddress) -> LoginError:
    return not_let_in()


def _wrong_password(address: ServerAddress) -> LoginError:
    return LoginError(
        f"The team's server does not accept the password of {address.user}.",
        "Type it as the invitation has it. An invitation holds for seven days and works once: ask"
        " an admin for a new one.",
    )


def _no_such_database(address: ServerAddress) -> ServerError:
    return ServerError(
        f"There is no database {address.database} on this server.",
        "Compare the address with the invitation.",
    )


def _bad_certificate(address: ServerAddress) -> ServerError:
    return ServerError(
        f"The certificate of {address.host} {certificates.reason(address)}.",
        "No password was sent. If the team has its own authority, name its file by --ca-file; else"
        " show these words to who looks after the server.",
    )


def _another_host(address: ServerAddress) -> ServerError:
    return ServerError(
        f"The server's certificate is for another name than {address.host}.",
        "No password was sent. Use the name that the invitation has, letter by letter.",
    )


def _no_tls(address: ServerAddress) -> ServerError:
    return ServerError(
        f"The server at {address.host} does not speak TLS.",
        "No password was sent. Who looks after it turns on ssl in postgresql.conf.",
    )


def _no_roots(address: ServerAddress) -> ServerError:
    where = address.ca_file or "this machine's list of trusted roots"
    return ServerError(
        f"The root certificate cannot be read: {where}.",
        "Name a file with certificates in PEM form by --ca-file.",
    )


def _no_way_in(address: ServerAddress) -> ServerError:
    return ServerError(
        f"The server lets nobody in from here as {address.user} (pg_hba.conf).",
        "Who looks after the server adds a line: hostssl <database> all <network> scram-sha-256.",
    )


def _weak_login(_address: ServerAddress) -> ServerError:
    return ServerError(
        "The server asks for the password in a way that could be listened to.",
        "No password was sent. Who looks after it sets scram-sha-256 in pg_hba.conf, and the"
        " passwords anew.",
    )


def _too_many(_address: ServerAddress) -> ServerUnreachable:
    return ServerUnreachable(
        "The server has no connection left for this login.",
        "Another desk may be open with it, or an earlier connection is about to end: it is tried"
        " again by itself.",
    )


def _no_workspace(address: ServerAddress) -> ServerError:
    return ServerError(
        f"The database {address.database} is no workspace, or not one for this login.",
        "Compare the address with the invitation. An admin makes one by sms-desk workspace init.",
    )


def _read_only(address: ServerAddress) -> ServerUnreachable:
    return _unreachable(address, "it can only be read now, as a spare can")


_WITHOUT_RIGHT: Final[dict[str, Callable[[ServerAddress], StorageError]]] = {
    "3F000": _no_workspace,
    "42883": _no_workspace,
    "42P01": _no_workspace,
    "42501": _no_workspace,
    "25006": _read_only,
}

_ON_THE_WAY: Final[tuple[tuple[tuple[str, ...], Callable[[ServerAddress], StorageError]], ...]] = (
    (("password authentication failed", "no password supplied"), _wrong_password),
    (("is not permitted to log in", "permission denied for database"), _not_let_in),
    (('FATAL:  database "',), _no_such_database),
    (("does not match host name",), _another_host),
    (("could not read root certificate", "root certificate file"), _no_roots),
    (("certificate verify failed", "unknown ca", "certificate"), _bad_certificate),
    (("does not support SSL", "server refused SSL"), _no_tls),
    (("no pg_hba.conf entry", "pg_hba.conf rejects"), _no_way_in),
    (("authentication method requirement", "channel binding"), _weak_login),
    (("too many connections", "remaining connection slots"), _too_many),
    (("session is read-only", "in hot standby mode"), _read_only),
)
"""Before a session stands there is no code, only words; a server that speaks another language is
told as one that cannot be reached, with its own words."""
