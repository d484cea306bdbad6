"""Who is who on the server, and what nobody may do who is nobody in particular (algorithms §4).

Roles belong to the whole cluster, so each workspace's carry the name of its database. Logins of
people are opaque: everybody who may connect can list them.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.engine import Connection

from sms_desk.domain.errors import StorageError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.store.team.surface_tables import SCHEMA

_PREFIX: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TEMP_LIMIT: Final = "2GB"
"""How much of the disk one session may fill with what it sorts; only a superuser changes it."""
LOGIN_LIMIT: Final = 4
"""Connections of one person at once: a desk has two, and a broken line leaves its own behind."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of a workspace's roles. prefix: the database's name when it was installed."""

    prefix: str

    @property
    def owner(self) -> str:
        """Owns the tables; nobody logs in as it."""
        return f"{self.prefix}_owner"

    @property
    def api(self) -> str:
        """Owns the functions of people; sees what the policies let the asking person see."""
        return f"{self.prefix}_api"

    @property
    def provision(self) -> str:
        """Owns the functions that make and lock logins."""
        return f"{self.prefix}_provision"

    @property
    def connector(self) -> str:
        """The one that writes; logs in."""
        return f"{self.prefix}_connector"

    @property
    def rep(self) -> str:
        """Everybody who may call the functions of people."""
        return f"{self.prefix}_rep"

    def login(self, token: str) -> str:
        """A person's. token: eight hexadecimal digits that say nothing."""
        return f"{self.prefix}_{token}"


def roles_for(database: str) -> Roles:
    """The roles of a workspace to be installed there."""
    if not _PREFIX.fullmatch(database):
        raise UsageError(
            f"A workspace cannot be made in a database named “{database}”.",
            "Take a name of at most 40 small letters, digits and underscores; a letter comes first.",
        )
    return Roles(database)


def roles_of(connection: Connection) -> Roles:
    """The roles of the workspace in this database, whatever it is named by now."""
    owner = connection.exec_driver_sql(
        f"SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = '{SCHEMA}'"
    ).scalar()
    if owner is None or not str(owner).endswith("_owner"):
        raise StorageError(
            "There is no workspace in this database.",
            "Make one by sms-desk workspace init, or compare the database's name.",
        )
    return Roles(str(owner).removesuffix("_owner"))


def run(connection: Connection, statements: str) -> None:
    """Statements of ours as they stand, with nothing put into them."""
    connection.exec_driver_sql(statements, execution_options={"no_parameters": True})


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def ensure_roles(connection: Connection, roles: Roles) -> None:
    """Make the roles that are missing, with what each may do in the cluster."""
    wanted = {
        roles.owner: "NOLOGIN",
        roles.api: "NOLOGIN",
        roles.rep: "NOLOGIN",
        roles.provision: "NOLOGIN CREATEROLE",
        roles.connector: "LOGIN CONNECTION LIMIT 20",
    }
    there = set(
        connection.exec_driver_sql("SELECT rolname FROM pg_roles").scalars()
    )  # CREATE ROLE has no IF NOT EXISTS
    for name, options in wanted.items():
        verb = "ALTER" if name in there else "CREATE"
        run(connection, f"{verb} ROLE {quoted(name)} NOSUPERUSER NOBYPASSRLS INHERIT {options}")
    path = f"SET search_path = {SCHEMA}, pg_catalog, pg_temp"
    run(
        connection,
        f"""
        ALTER ROLE {quoted(roles.rep)} RESET ALL;
        ALTER ROLE {quoted(roles.rep)} PASSWORD NULL;
        ALTER ROLE {quoted(roles.owner)} {path};
        ALTER ROLE {quoted(roles.connector)} {path};
        GRANT {quoted(roles.rep)} TO {quoted(roles.provision)} WITH ADMIN OPTION;
        GRANT pg_signal_backend, pg_read_all_stats TO {quoted(roles.provision)};
        """,
    )


def set_password(connection: Connection, role: str, password: str) -> None:
    """Give a role a password; the server is told what it becomes, never what it is."""
    verifier = scram(connection, role, password)
    run(connection, f"ALTER ROLE {quoted(role)} PASSWORD '{verifier}'")


def scram(connection: Connection, role: str, password: str) -> str:
    """What the server keeps of a password, made here: it stands in no log of the server."""
    driver = connection.connection.driver_connection
    assert driver is not None
    made: bytes = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return made.decode("ascii")


def guard_database(connection: Connection, roles: Roles, database: str) -> None:
    """Who may connect to this database; a copy of a database has none of it yet."""
    name = quoted(database)
    run(
        connection,
        f"""
        REVOKE ALL ON DATABASE {name} FROM PUBLIC;
        GRANT CONNECT ON DATABASE {name} TO {quoted(roles.rep)}, {quoted(roles.connector)};
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        ALTER DATABASE {name} SET temp_file_limit = '{_TEMP_LIMIT}';
        """,
    )
