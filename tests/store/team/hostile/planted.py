"""Two people's worlds in a team's workspace: a row in every table, each of one's own, with words that
nobody else may ever see; and a digest of all that stands on the server."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store import tables, types
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.team.replicated import BY_NAME, STAYS, Hangs, address_key

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
OF_ALL: Final = frozenset(one.name for one in BY_NAME.values() if one.hangs is Hangs.WORKSPACE)
"""What every active person sees."""
REPEATS: Final = 30
"""Messages with one body, so that the server's statistics hold it among the common values."""

Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class World:
    """What is one person's. secret: stands in every text of every row; rows: one of each table."""

    person_id: UUID
    secret: str
    number: str
    rows: Mapping[str, Mapping[str, Any]]
    pushed_id: UUID

    def id(self, table: str) -> UUID:
        found = self.rows[table]["id"]
        assert isinstance(found, UUID)
        return found

    @property
    def keys(self) -> tuple[UUID, ...]:
        """What the person sees, beside what all see."""
        own = (self.id("conversations"), self.id("contacts"), address_key(self.number))
        return (*own, self.person_id)

    @property
    def known(self) -> Mapping[str, str]:
        """What somebody else may have learnt of it, by whatever way."""
        return {
            "": str(self.id("conversations")),
            "_contact": str(self.id("contacts")),
            "_address": str(address_key(self.number)),
            "_attachment": str(self.id("attachments")),
            "_command": str(self.pushed_id),
        }

    def words(self) -> frozenset[str]:
        """What must not be printed to anybody else: the secret as it is and as it might be carried
        out, and every id that nobody was told."""
        told = {*self.known.values(), str(self.person_id)}
        ids = {str(value) for row in self.rows.values() for value in row.values() if _is_id(value)}
        ids -= told | {str(value) for name in OF_ALL for value in self.rows.get(name, {}).values()}
        return frozenset((*_carried(self.secret), *ids, *(one.replace("-", "") for one in ids)))


def _is_id(value: object) -> bool:
    return isinstance(value, UUID)


def _carried(secret: str) -> set[str]:
    """A word in the forms in which statements can print it."""
    raw = secret.encode()
    encoded = {base64.b64encode(b"x" * n + raw).decode()[4:-4] for n in range(3)}
    return {secret, secret[::-1], raw.hex(), secret.upper(), *encoded}


def shared_rows(tx: Tx, person_id: UUID) -> Rows:
    """One row of every table that all see."""
    rows: Rows = {"people": {"id": person_id}}
    for table in tables.metadata.sorted_tables:
        if table.name in OF_ALL - {"people", "workspace"}:
            _insert(tx, table, rows, "everybody's", 1)
    return rows


def plant(tx: Tx, shared: Rows, person_id: UUID, n: int) -> World:
    """A world for this person. n: another one for each."""
    secret, number = secrets.token_hex(8), f"+1202555{180 + n:04}"
    rows: Rows = dict(shared) | {"people": {"id": person_id}}
    for table in tables.metadata.sorted_tables:
        if table.name not in OF_ALL and table is not tables.pulse:
            _insert(tx, table, rows, f"zqplanted {secret}", n, number=number, person_id=person_id)
    for more in range(REPEATS):
        again = {
            "position": n * 1000 + 1 + more,
            "id": new_id(),
            "provider_sid": f"{secret} {more}",
        }
        tx.execute(sa.insert(tables.messages), rows["messages"] | again)
    return World(person_id, secret, number, rows, new_id())


def see(tx: Tx, person_id: UUID, *keys: UUID) -> None:
    """Let a person see what hangs on these keys."""
    tx.execute(
        sa.text("INSERT INTO access (person_id, key, mode) VALUES (:person, :key, 'see')"),
        [{"person": person_id, "key": key} for key in keys],
    )


def push(tx: Tx, world: World) -> None:
    """A command and its receipt, and that the person types just now."""
    named = {"person": world.person_id, "id": world.pushed_id, "word": f"zqplanted {world.secret}"}
    named["place"] = world.id("conversations")
    for statement in (
        "INSERT INTO queue (person_id, id, kind, at, args, base) VALUES (:person, :id, :word, 0, :word, :word)",
        "INSERT INTO receipt (person_id, id, state, result)"
        " VALUES (:person, :id, 'refused', jsonb_build_object('why', CAST(:word AS text)))",
        "INSERT INTO presence (person_id, conversation_id, doing) VALUES (:person, :place, 'typing')",
        "INSERT INTO tomb (tbl, pk, key) VALUES ('notes', jsonb_build_object('position', CAST(:word AS text)), :place)",
    ):
        tx.execute(sa.text(statement), named)


def _insert(tx: Tx, table: sa.Table, rows: Rows, word: str, n: int, **own: Any) -> None:
    row = {column.name: _value(table, column, rows, word, n, own) for column in table.columns}
    rows[table.name] = row
    tx.execute(sa.insert(table), row)


def _value(
    table: sa.Table,
    column: sa.Column[Any],
    rows: Rows,
    word: str,
    n: int,
    own: Mapping[str, Any],
) -> object:
    if column.name == "peer_key":
        return own["number"]
    if table is tables.settings and column.name == "scope":
        return str(own["person_id"]) if own else "workspace"
    if table is tables.views and column.name == "shared_with":
        return None
    for key in column.foreign_keys:
        return None if column.nullable else rows[key.column.table.name][key.column.name]
    if isinstance(column.type, types.Id):
        return own["person_id"] if column.name == "person_id" else new_id()
    if isinstance(column.type, types.Instant):
        return None if column.nullable else NOON
    if isinstance(column.type, types.Json):
        return {"word": word}
    if isinstance(column.type, sa.LargeBinary):
        return word.encode()
    if isinstance(column.type, sa.Boolean):
        return True
    return f"{word} {table.name}.{column.name}" if isinstance(column.type, sa.Text) else n * 1000


_CATALOGUES: Final = (
    *("pg_aggregate", "pg_am", "pg_attrdef", "pg_attribute", "pg_auth_members", "pg_authid"),
    *("pg_cast", "pg_class", "pg_collation", "pg_constraint", "pg_conversion", "pg_database"),
    *("pg_db_role_setting", "pg_default_acl", "pg_description", "pg_event_trigger"),
    *("pg_extension", "pg_foreign_server", "pg_index", "pg_inherits", "pg_language"),
    *("pg_largeobject_metadata", "pg_namespace", "pg_operator", "pg_policy", "pg_proc"),
    *("pg_publication", "pg_rewrite", "pg_seclabel", "pg_shdepend", "pg_statistic_ext"),
    *("pg_subscription", "pg_tablespace", "pg_trigger", "pg_type", "pg_user_mapping"),
    *("pg_prepared_xacts", "pg_replication_slots"),
)
_BIG: Final = {
    "pg_attribute": "attrelid",
    "pg_class": "oid",
    "pg_collation": "oid",
    "pg_conversion": "oid",
    "pg_description": "objoid",
    "pg_operator": "oid",
    "pg_proc": "oid",
    "pg_type": "oid",
}
"""Of these only what does not belong to the server itself: the rest is too much to look at often."""
_FIRST_OWN: Final = 16384
_UPKEEP: Final = ("datfrozenxid", "datminmxid", "relfrozenxid", "relminmxid", "relallvisible")
"""What the server's own upkeep moves."""


def everything(tx: Tx, but_of: UUID) -> Mapping[str, str]:
    """A digest of each table and catalogue. but_of: whose own pushes and presence do not count."""
    own = sa.text(
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
    )
    names = [*tx.execute(own).scalars(), *_CATALOGUES]
    query = " UNION ALL ".join(_digest(name, but_of) for name in names)
    return {str(name): str(digest) for name, digest in tx.exec_driver_sql(query)}


def _digest(name: str, but_of: UUID) -> str:
    where = "true"
    if name in ("desk.queue", "desk.presence"):
        where = f"t.person_id <> '{but_of}'"
    elif name in _BIG:
        where = f"t.{_BIG[name]} >= {_FIRST_OWN}"
    row = f"(to_jsonb(t) - '{{{','.join(_UPKEEP)}}}'::text[])::text"
    return (
        f"SELECT '{name}', md5(coalesce(string_agg(x.h, '' ORDER BY x.h), ''))"
        f" FROM (SELECT md5({row}) AS h FROM {name} t WHERE {where}) x"
    )


def table_names() -> list[str]:
    """Every table of a workspace, with its schema."""
    beside = ("access", "tomb", "team_meta", "login", "queue", "receipt", "lease", "presence")
    return [f"desk.{name}" for name in sorted({*BY_NAME, *STAYS, *beside, "digest"})]
