"""What each replicated table gets on PostgreSQL: who wrote a row last and on what it hangs, a tomb for
what is gone, and the digest of what is there (algorithms §2.1)."""

from __future__ import annotations

from typing import Final

from sms_desk.store.team.functions import PATH, key_column, place_of
from sms_desk.store.team.replicated import ALONE, REPLICATED, Replicated, hash_sql
from sms_desk.store.team.surface_tables import SCHEMA


def _trigger_function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.{name}() RETURNS trigger LANGUAGE plpgsql {PATH}"
        f" AS $body$\n{body}\n$body$;"
    )


def _trigger(name: str, when: str, table: str, function: str, each: str = "ROW") -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {name} {when}"
        f" FOR EACH {each} EXECUTE FUNCTION {SCHEMA}.{function}();"
    ).replace("{table}", f"{SCHEMA}.{table}")


def columns(one: Replicated) -> str:
    """The two columns, and what finds rows by them."""
    name = f"{SCHEMA}.{one.name}"
    made = (
        f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS row_xid xid8,"
        " ADD COLUMN IF NOT EXISTS scope_key uuid;"
        f"CREATE INDEX IF NOT EXISTS ix_{one.name}_row_xid ON {name} (row_xid);"
    )
    return made + _found_by(one)


def _found_by(one: Replicated) -> str:
    """An index for what no index of the workspace's own finds by its key and place (`fetch`)."""
    name = f"{SCHEMA}.{one.name}"
    if one.name == "audit_subjects":
        return f"CREATE INDEX IF NOT EXISTS ix_{one.name}_n ON {name} (n);"
    if one.hangs in ALONE or key_column(one) != "scope_key":
        return ""
    listed = ", ".join(filter(None, ("scope_key", place_of(one))))
    return f"CREATE INDEX IF NOT EXISTS ix_{one.name}_scope_key ON {name} ({listed});"


def fill(one: Replicated) -> str:
    """Rows that were there before the columns; then no row is without."""
    return (
        _touch(one, "scope_key IS NULL OR row_xid IS NULL")
        + f"ALTER TABLE {SCHEMA}.{one.name} ALTER COLUMN row_xid SET NOT NULL,"
        " ALTER COLUMN scope_key SET NOT NULL;"
    )


def restamp() -> str:
    """After a restore: rows that a transaction wrote which this server has not had yet. They would
    be new at each pull until it has."""
    later = "row_xid >= pg_snapshot_xmax(pg_current_snapshot())"
    kept = {"access": "mode", "digest": "n", "receipt": "state"}
    return "".join(
        (
            *(_touch(one, later) for one in REPLICATED),
            *(
                f"UPDATE {SCHEMA}.{name} SET {column} = {column},"
                f" row_xid = pg_current_xact_id() WHERE {later};"
                for name, column in kept.items()
            ),
            f"DELETE FROM {SCHEMA}.tomb WHERE {later};",
        )
    )


def _touch(one: Replicated, which: str) -> str:
    """Write rows once more, as they are."""
    name = f"{SCHEMA}.{one.name}"
    key = one.primary_key[0]
    touch = f"UPDATE {name} SET {key} = {key} WHERE {which};"
    if one.name != "audit":
        return touch
    # The trigger that keeps the log as it is is not asked: nothing that it says changes.
    return (
        f"ALTER TABLE {name} DISABLE TRIGGER audit_change;{touch}"
        f"ALTER TABLE {name} ENABLE TRIGGER audit_change;"
    )


def triggers(one: Replicated) -> str:
    """The stamp, the tomb and the digest of one table."""
    return "\n".join((_stamp(one), _tomb(one), _count(one)))


def _stamp(one: Replicated) -> str:
    name = f"stamp_{one.name}"
    body = f"""
    BEGIN
      NEW.row_xid := pg_current_xact_id();
      NEW.scope_key := {one.key_sql};
      RETURN NEW;
    END"""
    when = "BEFORE INSERT OR UPDATE ON {table}"
    return _trigger_function(name, body) + _trigger("stamp", when, one.name, name)


def _tomb(one: Replicated) -> str:
    name = f"bury_{one.name}"
    listed = ", ".join(f"'{column}', OLD.{column}" for column in one.primary_key)
    body = f"""
    BEGIN
      INSERT INTO tomb (tbl, pk, key) VALUES ('{one.name}', jsonb_build_object({listed}), OLD.scope_key);
      RETURN NULL;
    END"""
    moved = " OR ".join(
        f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in ("scope_key", *one.primary_key)
    )
    return (
        _trigger_function(name, body)
        + _trigger("bury_gone", "AFTER DELETE ON {table}", one.name, name)
        + _trigger("bury_moved", "AFTER UPDATE ON {table}", one.name, name).replace(
            " FOR EACH ROW", f" FOR EACH ROW WHEN ({moved})"
        )
    )


def _count(one: Replicated) -> str:
    """One statement's share of the digests, however many rows it wrote."""
    name = f"count_{one.name}"
    hashed = hash_sql(one.canonical_sql("r"))
    fresh = f"SELECT r.scope_key AS key, 1 AS n, {hashed} AS h FROM new_rows r"
    stale = f"SELECT r.scope_key AS key, -1 AS n, {hashed} AS h FROM old_rows r"
    body = f"""
    BEGIN
      IF TG_OP = 'INSERT' THEN
        {_add(fresh)};
      ELSIF TG_OP = 'DELETE' THEN
        {_add(stale)};
      ELSE
        {_add(f"{fresh} UNION ALL {stale}")};
      END IF;
      RETURN NULL;
    END"""
    new, old = "NEW TABLE AS new_rows", "OLD TABLE AS old_rows"
    seen = {"INSERT": new, "UPDATE": f"{old} {new}", "DELETE": old}
    made = (
        _trigger(
            f"count_{event.lower()}",
            f"AFTER {event} ON {{table}} REFERENCING {rows}",
            one.name,
            name,
            "STATEMENT",
        )
        for event, rows in seen.items()
    )
    return _trigger_function(name, body) + "".join(made)


def _add(parts: str) -> str:
    return (
        "INSERT INTO digest AS d (key, n, h, row_xid)"
        " SELECT p.key, sum(p.n), bit_xor(p.h), pg_current_xact_id()"
        f" FROM ({parts}) p GROUP BY p.key"
        " ON CONFLICT ON CONSTRAINT pk_digest DO UPDATE SET"
        " n = d.n + excluded.n, h = d.h # excluded.h, row_xid = excluded.row_xid"
    )


def recomputed(one: Replicated) -> str:
    """A query: what this table has in the digests, counted anew."""
    return (
        f"SELECT r.scope_key AS key, 1 AS n, {hash_sql(one.canonical_sql('r'))} AS h"
        f" FROM {SCHEMA}.{one.name} r"
    )


def _follow(parent: str, column: str, child: str, link: str, touched: str) -> str:
    """Rows that hang where their parent hangs move with it."""
    name = f"follow_{parent}"
    body = f"""
    BEGIN
      UPDATE {child} SET {touched} = {touched} WHERE {link} = NEW.id;
      RETURN NULL;
    END"""
    moved = f"OLD.{column} IS DISTINCT FROM NEW.{column}"
    return _trigger_function(name, body) + _trigger(
        "follow", f"AFTER UPDATE OF {column} ON {{table}}", parent, name
    ).replace(" FOR EACH ROW", f" FOR EACH ROW WHEN ({moved})")


FOLLOWING: Final = _follow(
    "messages", "conversation_id", "attachments", "message_id", "n"
) + _follow("outbox", "conversation_id", "attempts", "outbox_id", "n")

STAMPED: Final = (
    _trigger_function("stamp_receipt", "BEGIN NEW.row_xid := pg_current_xact_id(); RETURN NEW; END")
    + _trigger("stamp", "BEFORE INSERT OR UPDATE ON {table}", "receipt", "stamp_receipt")
    + _trigger_function(
        "stamp_access",
        """
    BEGIN
      -- What is said again is not new: a desk would fetch all of it once more.
      IF TG_OP = 'UPDATE' AND OLD.mode = NEW.mode AND OLD.row_xid <= pg_current_xact_id() THEN
        NEW.row_xid := OLD.row_xid;
      ELSE
        NEW.row_xid := pg_current_xact_id();
      END IF;
      RETURN NEW;
    END""",
    )
    + _trigger("stamp", "BEFORE INSERT OR UPDATE ON {table}", "access", "stamp_access")
)
