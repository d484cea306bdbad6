"""What who looks after a team's workspace does on the server: making it, letting people in, looking.

Everything here is a step of `bootstrap.team_admin`. Errors of the server come in the desk's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import Connection, Engine

from sms_desk.domain.errors import RefusedError, ServerError
from sms_desk.domain.frozen import dataclass
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store import tables, workspaces
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.team import connection as way
from sms_desk.store.team import hardening, housekeeping, roles, surface
from sms_desk.store.team.client import refuse_other_version
from sms_desk.store.team.lease import seen
from sms_desk.store.team.roles import Roles
from sms_desk.store.team.surface_tables import login as logins

_COUNTED: Final = 200_000
MAINTENANCE: Final = "postgres"
"""A database that every server has."""


@dataclass(frozen=True, slots=True)
class Login:
    """A role of the server that is somebody's. connected: sessions right now."""

    name: str
    person_id: UUID
    invited_at: datetime
    joined_at: datetime | None
    suspended_at: datetime | None
    connected: int


@dataclass(frozen=True, slots=True)
class Figures:
    """server: PostgreSQL's version, as in 15.18. waiting: pushed commands that nobody executed yet.
    rows: of the larger tables, about."""

    server: str
    schema: str
    surface: int
    epoch: UUID
    bytes: int
    waiting: int
    conversations: int
    messages: int


# --- making one ---------------------------------------------------------------------------------


def ensure_database(address: ServerAddress, password: str) -> bool:
    """Make the database if the server has none of this name. Whether it did."""
    roles.roles_for(address.database)  # refuses a name that no workspace can have
    with (
        way.connect(replace(address, database=MAINTENANCE), password) as connection,
        way.translated(address),
    ):
        found = connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", (address.database,)
        ).fetchone()
        if found is not None:
            return False
        connection.execute(
            sql.SQL("CREATE DATABASE ")
            + sql.Identifier(address.database)
            + sql.SQL(" TEMPLATE template0 ENCODING 'UTF8'")
        )
    return True


@contextmanager
def administering(address: ServerAddress, password: str) -> Iterator[Connection]:
    """One transaction as the server's administrator, in the workspace's database."""
    engine = way.engine(address, password, program="sms-desk workspace")
    try:
        with _in_words(address), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _in_words(address: ServerAddress) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise way.in_words(error.orig, address) from None
        raise


def install(connection: Connection, database: str) -> Roles:
    """Make the workspace's own things in a database that has none. Raises RefusedError."""
    if _is_founded(connection):
        raise RefusedError(
            f"There is a workspace in {database} already.",
            "Invite people by sms-desk workspace invite; a newer SMS Desk brings it up to date by"
            " sms-desk workspace upgrade.",
            rule="exists",
        )
    _refuse_other_encodings(connection)
    return surface.install(connection, database)


def _is_founded(connection: Connection) -> bool:
    """Whether somebody's workspace stands there; one that was cut off while being made does not."""
    there = "SELECT to_regclass('desk.workspace') IS NOT NULL"
    if not connection.exec_driver_sql(there).scalar_one():
        return False
    founded = "SELECT EXISTS (SELECT FROM desk.workspace)"
    return bool(connection.exec_driver_sql(founded).scalar_one())


def _refuse_other_encodings(connection: Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise ServerError(
            f"This database keeps its text as {encoding}, which cannot hold every message.",
            "Take one in UTF8; sms-desk workspace init makes it where there is none of the name.",
        )


def upgrade(connection: Connection) -> Roles:
    return surface.upgrade(connection)


def require_workspace(connection: Connection) -> None:
    """Raises StorageError where there is none."""
    roles.roles_of(connection)


def require_no_connector(tx: Tx) -> None:
    """Raises RefusedError while one writes, of which nobody knows its version."""
    if seen(tx).left > 0:
        raise RefusedError(
            "A connector of this workspace runs.",
            "Stop it first, and start it again afterwards.",
            rule="connector",
        )


def set_connector_password(connection: Connection, names: Roles, password: str) -> None:
    roles.set_password(connection, names.connector, password)


def begin_epoch(connection: Connection) -> UUID:
    return surface.begin_epoch(connection)


def end_lease(connection: Connection) -> None:
    """Whoever held it when the backup was made does not hold it now."""
    connection.exec_driver_sql("UPDATE desk.lease SET expires_at = NULL, fence = fence + 1")


def lock_who_has_no_role(connection: Connection) -> tuple[str, ...]:
    """Logins that came with a backup, but not to this server: nobody can use them. Their names."""
    found = connection.exec_driver_sql(
        "UPDATE desk.login l SET suspended_at = now() WHERE suspended_at IS NULL"
        " AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = l.name) RETURNING l.name"
    )
    return tuple(sorted(found.scalars()))


# --- as the connector ---------------------------------------------------------------------------


def connector_engine(address: ServerAddress, password: str) -> tuple[Engine, Roles]:
    """Connections that may do what the connector may, for the connector's own login and for the
    server's administrator. Raises ServerError where there is no workspace."""
    names = _names(address, password)
    role = None if address.user == names.connector else names.connector
    return way.engine(address, password, program="sms-desk workspace", role=role), names


def _names(address: ServerAddress, password: str) -> Roles:
    engine = way.engine(address, password, program="sms-desk workspace")
    try:
        with _in_words(address), engine.connect() as connection:
            return roles.roles_of(connection)
    finally:
        engine.dispose()


def check_version(workspace: Workspace) -> None:
    """Raises VersionError where desk and workspace do not speak the same."""
    with workspace.read() as tx:
        schema, form = tx.exec_driver_sql(
            "SELECT (SELECT version_num FROM desk.alembic_version), surface_version"
            " FROM desk.team_meta"
        ).one()
        name = workspaces.name(tx)
    refuse_other_version(name, schema, form)


def require_founded(workspace: Workspace, address: ServerAddress) -> None:
    """Raises ServerError where the making of the workspace was cut off."""
    with workspace.read() as tx:
        if not workspaces.name(tx):
            raise ServerError(
                f"The workspace in {address.place} was not finished.",
                "Run sms-desk workspace init again.",
            )


def create_login(tx: Tx, person_id: UUID, password: str) -> str:
    """A login for somebody; earlier ones of theirs end. Its name."""
    verifier = roles.scram(tx, "", password)
    made: str = tx.exec_driver_sql(
        "SELECT desk.create_login(%s, %s)", (person_id, verifier)
    ).scalar_one()
    return made


def lock_logins(tx: Tx, person_id: UUID) -> int:
    """End what somebody has open, and let them in no more. How many logins."""
    found = _logins(person_id).where(logins.c.suspended_at.is_(None))
    return len(_each(tx, "lock_login", found))


def unlock_login(tx: Tx, person_id: UUID) -> int:
    """Let the newest login of somebody in again: earlier ones were replaced by it."""
    return len(_each(tx, "unlock_login", _logins(person_id).limit(1)))


def _logins(person_id: UUID) -> sa.Select[Any]:
    """The newest first."""
    of = sa.select(logins.c.name).where(logins.c.person_id == person_id)
    return of.order_by(logins.c.invited_at.desc())


def _each(tx: Tx, function: str, which: sa.Select[Any]) -> list[str]:
    found = list(tx.execute(which).scalars())
    for name in found:
        tx.exec_driver_sql(f"SELECT desk.{function}(%s)", (name,))
    return found


def tell_desks(engine: Engine) -> None:
    """That there is something to pull."""
    with engine.begin() as connection:
        housekeeping.poke(connection)


# --- looking ------------------------------------------------------------------------------------


def list_logins(tx: Tx) -> tuple[Login, ...]:
    """All that ever were, the newest of a person first."""
    found = tx.exec_driver_sql(
        "SELECT l.name, l.person_id, l.invited_at, l.joined_at, l.suspended_at,"
        " (SELECT count(*) FROM pg_stat_activity a WHERE a.usename = l.name)"
        " FROM desk.login l ORDER BY l.invited_at DESC"
    )
    return tuple(Login(*row) for row in found)


def figures(tx: Tx) -> Figures:
    row = tx.exec_driver_sql(
        "SELECT current_setting('server_version'),"
        " (SELECT version_num FROM desk.alembic_version),"
        " m.surface_version, m.epoch, pg_database_size(current_database()),"
        " (SELECT count(*) FROM desk.queue q WHERE NOT EXISTS (SELECT FROM desk.receipt r"
        "   WHERE r.person_id = q.person_id AND r.id = q.id))"
        " FROM desk.team_meta m"
    ).one()
    version, schema, surface_version, epoch, size, waiting = row
    return Figures(
        str(version).partition(" ")[0],
        schema,
        surface_version,
        epoch,
        size,
        waiting,
        _about(tx, tables.conversations),
        _about(tx, tables.messages),
    )


def _about(tx: Tx, table: sa.Table) -> int:
    """How many rows there are: by the server's own estimate where counting would take a while."""
    estimate = "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass"
    found = int(tx.exec_driver_sql(estimate, (f"desk.{table.name}",)).scalar_one())
    return found if found > _COUNTED else _count(tx, table)


def exposed(tx: Tx) -> tuple[str, ...]:
    """What an upgrade of the server or an extension has opened again."""
    return tuple(hardening.exposed(tx))


def _count(tx: Tx, table: sa.Table) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
