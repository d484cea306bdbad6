"""A team's workspace on a PostgreSQL server: made, and brought up to date (algorithms §2, §4).

One schema, `desk`: the tables of every workspace by the same migrations, what replication needs
beside them (`surface_tables`, `stamps`), the functions that people may execute (`functions`), and who
may do what (`roles`, `policies`, `provisioning`). Everything here may be run again.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from sms_desk.domain.errors import RefusedError
from sms_desk.store.migrations.run import configuration
from sms_desk.store.team import functions, provisioning, stamps
from sms_desk.store.team.hardening import close_other_databases, harden
from sms_desk.store.team.noting import NOTING
from sms_desk.store.team.policies import policies, provisioning_rights, rights
from sms_desk.store.team.replicated import REPLICATED
from sms_desk.store.team.roles import (
    Roles,
    ensure_roles,
    guard_database,
    quoted,
    roles_for,
    roles_of,
    run,
)
from sms_desk.store.team.surface_tables import SCHEMA, SURFACE_VERSION, metadata


def install(connection: Connection, database: str) -> Roles:
    """Make a workspace in an empty database, in the transaction of the caller.

    connection: as the server's administrator, in that database. The connector has no password
    yet: `roles.set_password`.
    """
    _check_administrator(connection)
    roles = roles_for(database)
    ensure_roles(connection, roles)
    owner = quoted(roles.owner)
    run(connection, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION {owner}")
    _bring_up(connection, roles)
    guard_database(connection, roles, database)
    close_other_databases(connection, database)
    return roles


def upgrade(connection: Connection) -> Roles:
    """Bring the workspace of this database to what this version of the desk works with."""
    _check_administrator(connection)
    roles = roles_of(connection)
    ensure_roles(connection, roles)
    _bring_up(connection, roles)
    database = connection.exec_driver_sql("SELECT current_database()").scalar_one()
    guard_database(connection, roles, database)
    close_other_databases(connection, database)
    return roles


def begin_epoch(connection: Connection) -> UUID:
    """From now on this is another workspace than before: every desk starts over (algorithms §2.2).
    After a restore, whether by dump and load or by an older copy of the server."""
    run(connection, stamps.restamp())
    made: UUID = connection.exec_driver_sql(
        f"UPDATE {SCHEMA}.team_meta SET epoch = gen_random_uuid(), gc_xid = pg_current_xact_id()"
        " RETURNING epoch"
    ).scalar_one()
    return made


def _check_administrator(connection: Connection) -> None:
    if connection.exec_driver_sql("SELECT current_setting('is_superuser')").scalar() != "on":
        raise RefusedError(
            "A workspace is made by the server's administrator.",
            "Connect as a superuser of the server, such as postgres: only that role can take"
            " away from everybody what nobody needs.",
            rule="administrator",
        )


def _bring_up(connection: Connection, roles: Roles) -> None:
    # Before the first function: what is made from here on is nobody's to execute.
    for role in (roles.owner, roles.api, roles.provision):
        run(
            connection,
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted(role)}"
            " REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        )
    _drop_old(connection)
    _as_owner(connection, roles)
    command.upgrade(configuration(connection), "head")
    _make_tables(connection)
    run(connection, _tables_surface())
    made = {
        "me()": functions.ME,
        **functions.within(),
        **functions.of_people(),
        **provisioning.of_provision(roles),
    }
    run(connection, "\n".join(made.values()))
    run(connection, "RESET ROLE")
    named = [*_tables(connection)]
    run(connection, "\n".join(policies(roles, name) for name in named))
    run(connection, rights(roles) + provisioning_rights(roles))
    harden(connection, roles)


def _as_owner(connection: Connection, roles: Roles) -> None:
    run(
        connection,
        f"SET LOCAL ROLE {quoted(roles.owner)};"
        f"SET LOCAL search_path = {SCHEMA}, pg_catalog, pg_temp",
    )


def _make_tables(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for column in table.columns:  # those that a table of an earlier version lacks
            made = CreateColumn(column).compile(dialect=connection.dialect)
            run(connection, f"ALTER TABLE {table.name} ADD COLUMN IF NOT EXISTS {made}")
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    run(
        connection,
        "INSERT INTO lease DEFAULT VALUES ON CONFLICT DO NOTHING;"
        f"INSERT INTO team_meta (surface_version) VALUES ({SURFACE_VERSION})"
        f" ON CONFLICT (one) DO UPDATE SET surface_version = {SURFACE_VERSION};",
    )


def _tables_surface() -> str:
    parts = [stamps.STAMPED]
    for step in (stamps.columns, stamps.triggers, stamps.fill):
        parts += [step(one) for one in REPLICATED]
    parts += [stamps.FOLLOWING, NOTING]
    return "\n".join(parts)


def _tables(connection: Connection) -> list[str]:
    """Everything that may hold a row: none of it is without a policy."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'desk' ORDER BY tablename"
    return [str(name) for name in connection.exec_driver_sql(query).scalars()]


def _drop_old(connection: Connection) -> None:
    """Policies and functions of an earlier version; all of them are made anew."""
    found = sa.text(
        "SELECT format('DROP POLICY %I ON %I.%I', policyname, schemaname, tablename)"
        " FROM pg_policies WHERE schemaname = 'desk'"
    )
    for statement in connection.execute(found).scalars().all():
        run(connection, statement)
    found = sa.text(
        "SELECT 'DROP FUNCTION ' || p.oid::regprocedure FROM pg_proc p"
        " WHERE p.pronamespace = 'desk'::regnamespace AND p.prorettype <> 'trigger'::regtype"
    )
    for statement in connection.execute(found).scalars().all():
        run(connection, statement)
