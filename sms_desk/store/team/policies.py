"""Who may do what with each table: row-level security and rights (algorithms §4)."""

from __future__ import annotations

from typing import Final

from sms_desk.store.team.functions import WHO, of_people, within
from sms_desk.store.team.provisioning import WITHIN, of_provision
from sms_desk.store.team.replicated import REPLICATED
from sms_desk.store.team.roles import Roles, quoted
from sms_desk.store.team.surface_tables import SCHEMA

# The functions themselves refuse who is not let in; a policy asks only whose this session is, and a
# sub-query of its own is asked once in a statement, not for each row.
_ME: Final = f"(SELECT l.person_id FROM {SCHEMA}.login l WHERE l.name = {WHO})"


def _sees(key: str) -> str:
    """A scalar sub-query, which is never made into a hash of all that a person sees."""
    return f"(SELECT a.mode = 'see' FROM {SCHEMA}.access a WHERE a.person_id = {_ME} AND a.key = {key})"


_API_READS: Final = {
    **{one.name: (f"SELECT ON {SCHEMA}.{one.name}", _sees("scope_key")) for one in REPLICATED},
    "tomb": (f"SELECT ON {SCHEMA}.tomb", _sees("tomb.key")),
    "digest": (f"SELECT ON {SCHEMA}.digest", _sees("digest.key")),
    "access": (f"SELECT ON {SCHEMA}.access", f"person_id = {_ME}"),
    "receipt": (f"SELECT ON {SCHEMA}.receipt", f"person_id = {_ME}"),
    "team_meta": (f"SELECT ON {SCHEMA}.team_meta", "true"),
    "alembic_version": (f"SELECT ON {SCHEMA}.alembic_version", "true"),
    "lease": (f"SELECT (seen_at) ON {SCHEMA}.lease", "true"),
}
"""Table → what the functions of people may read, and which rows."""

_API_MORE: Final = {
    # Before the connector has said who sees what, a login asks who it is all the same.
    "workspace": (f"SELECT ON {SCHEMA}.workspace", "SELECT", "true"),
    "people": (f"SELECT ON {SCHEMA}.people", "SELECT", f"id = {_ME}"),
    "login": (
        f"SELECT (name, person_id, joined_at, channel), UPDATE (joined_at) ON {SCHEMA}.login",
        "ALL",
        f"name = {WHO}",
    ),
    "queue": (
        f"INSERT (person_id, id, kind, at, args, base), SELECT (person_id, id) ON {SCHEMA}.queue",
        "ALL",
        f"person_id = {_ME}",
    ),
}


def policies(roles: Roles, table: str) -> str:
    """Of one table, whoever it is for."""
    name = f"{SCHEMA}.{table}"
    api, connector = quoted(roles.api), quoted(roles.connector)
    made = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;",
        f"CREATE POLICY writes ON {name} TO {connector} USING (true) WITH CHECK (true);",
    ]
    if table in _API_READS:
        right, condition = _API_READS[table]
        made.append(f"GRANT {right} TO {api};")
        made.append(f"CREATE POLICY sees ON {name} FOR SELECT TO {api} USING ({condition});")
    if table in _API_MORE:
        right, kind, condition = _API_MORE[table]
        made.append(f"GRANT {right} TO {api};")
        made.append(f"CREATE POLICY own ON {name} FOR {kind} TO {api} USING ({condition});")
    if table == "presence":
        mine = f"person_id = {_ME}"
        made.append(f"GRANT SELECT, INSERT, UPDATE ON {name} TO {api};")
        made.append(f"CREATE POLICY sees ON {name} FOR SELECT TO {api} USING (true);")
        made.append(f"CREATE POLICY tells ON {name} FOR INSERT TO {api} WITH CHECK ({mine});")
        made.append(f"CREATE POLICY tells_again ON {name} FOR UPDATE TO {api} USING ({mine});")
    if table in ("login", "people"):
        provision = quoted(roles.provision)
        right = "SELECT, INSERT, UPDATE" if table == "login" else "SELECT"
        made.append(f"GRANT {right} ON {name} TO {provision};")
        made.append(f"CREATE POLICY provides ON {name} TO {provision} USING (true);")
    return "\n".join(made)


def provisioning_rights(roles: Roles) -> str:
    """Of making and locking logins."""
    provision, connector = quoted(roles.provision), quoted(roles.connector)
    owner = quoted(roles.owner)
    made = []
    for signature in of_provision(roles):
        made.append(f"ALTER FUNCTION {SCHEMA}.{signature} OWNER TO {provision};")
        if signature not in WITHIN:
            made.append(f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{signature} TO {connector}, {owner};")
    return "\n".join(made)


def rights(roles: Roles) -> str:
    """Of the connector on everything, and of people on a few functions."""
    connector, rep = quoted(roles.connector), quoted(roles.rep)
    owner, api = quoted(roles.owner), quoted(roles.api)
    everybody = ", ".join(map(quoted, (roles.api, roles.provision, roles.connector, roles.rep)))
    made = [
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {everybody};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {connector};",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO {connector};",
        # Who is let in is decided by the functions of provisioning only.
        f"REVOKE INSERT, UPDATE, DELETE ON {SCHEMA}.login FROM {connector};",
        f"REVOKE INSERT, UPDATE, DELETE ON {SCHEMA}.alembic_version FROM {connector};",
        f"ALTER FUNCTION {SCHEMA}.me() OWNER TO {owner};",
        f"GRANT EXECUTE ON FUNCTION {SCHEMA}.me() TO {api};",
    ]
    for signature in (*within(), *of_people()):
        made.append(f"ALTER FUNCTION {SCHEMA}.{signature} OWNER TO {api};")
    for signature in of_people():
        made.append(f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{signature} TO {rep};")
    return "\n".join(made)
