"""What everybody may do on a PostgreSQL server by default and nobody needs in a workspace's database
(algorithms §4): taken away when it is installed, and looked for again, as extensions and upgrades
of the server may bring it back.

Rights on the server's own functions belong to one database; who may connect to which is the cluster's.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sms_desk.store.team.roles import Roles, quoted, run
from sms_desk.store.team.surface_tables import SCHEMA

_FORBIDDEN: Final = (
    # Large objects are readable by number, whoever wrote them, and fill the disk.
    r"lo_\w+|loread|lowrite",
    # They run a text as SQL, out of sight of whoever reads statements.
    r"\w+_to_xml|\w+_to_xmlschema|\w+_to_xml_and_xmlschema|ts_stat|ts_rewrite",
    # Ways to keep others waiting, and to look at what they wait for.
    r"pg_(try_)?advisory_\w+|pg_export_snapshot|pg_lock_status|pg_blocking_pids",
    r"pg_safe_snapshot_blocking_pids|pg_isolation_test_session_is_blocked",
    # Ways to be heard, to fill the log of the disk, and to number a transaction that does nothing.
    r"pg_notify|pg_logical_emit_message|pg_current_xact_id|txid_current",
    # What others do, and how much: how long a hidden text is stands in the size of its log record.
    r"pg_stat_get_\w+|pg_stat_clear_snapshot|pg_current_wal_\w+|pg_wal_lsn_diff|pg_walfile_\w+",
    r"pg_control_\w+|pg_last_\w+|pg_get_wal_\w+|pg_xact_status|txid_status|pg_xact_commit_timestamp\w*",
    r"pg_\w+_size|pg_relation_file\w+|pg_filenode_relation|pg_notification_queue_usage",
    r"pg_prepared_xact|pg_get_replication_slots|pg_show_replication_origin_status",
)
"""Names of functions of pg_catalog, as patterns."""
_NAMES: Final = f"^({'|'.join(_FORBIDDEN)})$"
_KEPT: Final = "pg_column_size"  # of the caller's own values

_CONNECTOR: Final = (
    r"^(pg_notify|pg_current_xact_id|pg_lock_status|pg_stat_get_(activity|backend_\w+)"
    r"|pg_stat_get_wal_senders|pg_database_size|pg_total_relation_size|pg_relation_size)$"
)
_API: Final = r"^(pg_walfile_name|pg_current_wal_lsn|pg_control_system)$"
_PROVISION: Final = r"^(pg_stat_get_activity)$"
_MONITOR: Final = r"^pg_(stat_get|lock_status|current_wal|wal|last|control)|_size$"

_OPEN: Final = f"""
    SELECT p.oid::regprocedure::text AS named, p.proname AS name,
           CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind
    FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ '{_NAMES}'
      AND p.proname <> '{_KEPT}'
"""
_EVERYBODYS: Final = (
    "EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
    " WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE')"
)


def harden(connection: Connection, roles: Roles) -> None:
    """Take away what everybody may do in this database; who needs some of it gets it by name."""
    statements = [
        f"REVOKE EXECUTE ON {row.kind} {row.named} FROM PUBLIC;"
        for row in connection.execute(sa.text(_literal(f"{_OPEN} AND {_EVERYBODYS}")))
    ]
    for role, names in (
        (roles.connector, _CONNECTOR),
        (roles.owner, _CONNECTOR),
        (roles.api, _API),
        (roles.provision, _PROVISION),
        ("pg_monitor", _MONITOR),
    ):
        chosen = sa.text(_literal(f"{_OPEN} AND p.proname ~ '{names}'"))
        statements += [
            f"GRANT EXECUTE ON {row.kind} {row.named} TO {quoted(role)};"
            for row in connection.execute(chosen)
        ]
    owner = quoted(roles.owner)
    statements += [
        # Nobody writes programs here but who installs: a loop in a DO block is one, too.
        f"REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO {owner};",
        "REVOKE USAGE ON LANGUAGE sql FROM PUBLIC;",
        # Whoever may update a view may lock it, too, and everybody else waits who asks for a setting.
        "REVOKE UPDATE ON pg_catalog.pg_settings FROM PUBLIC;",
    ]
    run(connection, "\n".join(statements))


def _literal(query: str) -> str:
    """A colon of SQL, not of a parameter."""
    return query.replace("::", r"\:\:")


def close_other_databases(connection: Connection, database: str) -> None:
    """People of the workspace connect to its database and to no other of the cluster.

    Who could connect elsewhere until now and is no workspace's still can.
    """
    for other in _open_databases(connection, database):
        for role in _strangers(connection):
            run(connection, f"GRANT CONNECT ON DATABASE {quoted(other)} TO {quoted(role)}")
        run(connection, f"REVOKE CONNECT, TEMPORARY ON DATABASE {quoted(other)} FROM PUBLIC")


_DATABASES: Final = """
    SELECT d.datname FROM pg_database d
    WHERE d.datallowconn AND d.datname <> :database AND EXISTS (
      SELECT 1 FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
      WHERE a.grantee = 0 AND a.privilege_type = 'CONNECT')
    ORDER BY d.datname
"""
_OTHERS_LOGINS: Final = """
    SELECT r.rolname FROM pg_roles r
    WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT EXISTS (
      SELECT 1 FROM pg_roles g JOIN pg_roles p ON p.rolname = left(g.rolname, -4) || '_provision'
      WHERE right(g.rolname, 4) = '_rep'
        AND (pg_has_role(r.oid, g.oid, 'MEMBER')
             OR r.rolname = left(g.rolname, -4) || '_connector'))
    ORDER BY r.rolname
"""


def _open_databases(connection: Connection, database: str) -> list[str]:
    return list(connection.execute(sa.text(_DATABASES), {"database": database}).scalars())


def _strangers(connection: Connection) -> list[str]:
    return list(connection.execute(sa.text(_OTHERS_LOGINS)).scalars())


def exposed(connection: Connection) -> list[str]:
    """What stands open that `harden` had closed, in words for who looks after the server."""
    found = [
        f"Everybody may execute {row.named}."
        for row in connection.execute(sa.text(_literal(f"{_OPEN} AND {_EVERYBODYS}")))
    ]
    database = str(connection.exec_driver_sql("SELECT current_database()").scalar_one())
    found += [
        f"Everybody may connect to the database {name}."
        for name in _open_databases(connection, database)
    ]
    written = connection.exec_driver_sql(
        "SELECT DISTINCT c.relname FROM pg_class c, aclexplode(c.relacl) a"
        " WHERE c.relnamespace = 'pg_catalog'::regnamespace AND a.grantee = 0"
        " AND a.privilege_type <> 'SELECT' ORDER BY c.relname"
    )
    found += [f"Everybody may change or lock {name}." for name in written.scalars()]
    bare = connection.exec_driver_sql(
        f"SELECT relname FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relrowsecurity ORDER BY relname"
    )
    found += [f"The table {name} has no row-level security." for name in bare.scalars()]
    prepared = connection.exec_driver_sql("SHOW max_prepared_transactions").scalar_one()
    if prepared != "0":
        found.append(
            "A transaction can outlive its session: set max_prepared_transactions to 0 in"
            " postgresql.conf."
        )
    return found
