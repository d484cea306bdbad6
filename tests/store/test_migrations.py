"""The schema's history leads to `tables`, up and down, on both engines (design §3, GD3)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from sms_desk.domain.errors import StorageError
from sms_desk.store import engine, search, tables
from sms_desk.store.engine import Workspace, ensure_schema, open_file, schema_version
from sms_desk.store.migrations import run
from tests.fixtures.postgres import Cluster
from tests.store.conftest import KEY
from tests.store.filling import fill


def test_head_is_the_newest_migration() -> None:
    script = ScriptDirectory.from_config(run.configuration())
    assert script.get_heads() == [engine.HEAD]


def test_alembic_sees_no_difference(workspace: Workspace) -> None:
    def ours(_object: Any, name: str | None, _kind: str, _reflected: bool, _other: Any) -> bool:
        return not re.match(r"(message|contact)_index", name or "")

    with workspace.read() as tx:
        context = MigrationContext.configure(tx, opts={"include_object": ours})
        assert compare_metadata(context, tables.metadata) == []


def test_sqlite_tables_are_those_of_the_migration(
    local_workspace: Workspace, tmp_path: Path
) -> None:
    """Alembic does not look at checks, defaults and partial indexes; the stored words do."""
    made = open_file(tmp_path / "made.db", KEY)
    with made.write() as tx:
        tables.metadata.create_all(tx)
        for statement in search.TABLES:
            tx.exec_driver_sql(statement)
    assert _sqlite_schema(local_workspace) == _sqlite_schema(made)
    made.close()


def test_postgres_tables_are_those_of_the_migration(
    postgres_workspace: Workspace, postgres: Cluster, tmp_path: Path
) -> None:
    with postgres.database(f"{tmp_path.name}_made") as made:
        with made.begin() as tx:
            tables.metadata.create_all(tx)
        assert _postgres_schema(postgres_workspace.engine) == _postgres_schema(made)


def test_down_and_up_with_data_in_place(workspace: Workspace) -> None:
    with workspace.write() as tx:
        fill(tx)
    before = _schema(workspace)
    run.downgrade(workspace.engine, "base")
    assert schema_version(workspace) is None
    with workspace.read() as tx:
        assert set(sa.inspect(tx).get_table_names()) == {"alembic_version"}
    ensure_schema(workspace)
    assert _schema(workspace) == before
    with workspace.write() as tx:
        fill(tx)


@pytest.mark.parametrize("revision", ["0001"])
def test_rows_of_a_released_schema_come_through(workspace: Workspace, revision: str) -> None:
    """What somebody has on disk stays as it was, whatever stands beside it afterwards."""
    with workspace.write() as tx:
        fill(tx)
        now = _rows(
            tx, {table.name: set(table.c.keys()) for table in tables.metadata.tables.values()}
        )
    run.downgrade(workspace.engine, revision)
    with workspace.read() as tx:
        asked = sa.inspect(tx)
        kept = {
            name: {column["name"] for column in asked.get_columns(name)}
            for name in asked.get_table_names()
            if name in tables.metadata.tables
        }
        released = _rows(tx, kept)
    run.upgrade(workspace.engine)
    with workspace.read() as tx:
        assert _rows(tx, kept) == released
    assert set(released) < set(now)
    assert [name for name in released if len(released[name]) != len(now[name])] in ([], ["pulse"])


def _rows(tx: sa.Connection, columns: dict[str, set[str]]) -> dict[str, list[Any]]:
    found = {}
    for name, wanted in columns.items():
        table = tables.metadata.tables[name]
        query = sa.select(*(column for column in table.c if column.name in wanted))
        found[name] = sorted(tx.execute(query).all(), key=repr)
    return found


def test_upgrading_twice_changes_nothing(workspace: Workspace) -> None:
    with workspace.write() as tx:
        fill(tx)
    run.upgrade(workspace.engine)
    ensure_schema(workspace)
    with workspace.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(tables.messages)).scalar_one()


def test_an_older_program_refuses_a_newer_file(workspace: Workspace) -> None:
    """GD3."""
    with workspace.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="newer SMS Desk"):
        ensure_schema(workspace)
    assert schema_version(workspace) == "9999"


def test_foreign_keys_are_checked_before_the_end_and_on_afterwards(
    local_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_workspace.write() as tx:
        fill(tx)

    def breaks_references(config: Any, _revision: str) -> None:
        config.attributes["connection"].exec_driver_sql("DELETE FROM accounts")

    monkeypatch.setattr("alembic.command.upgrade", breaks_references)
    with pytest.raises(StorageError, match="Nothing was changed"):
        run.upgrade(local_workspace.engine)
    with local_workspace.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM accounts").scalar_one() == 1
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


KILLED = """
import os, signal, sys
import sqlalchemy as sa
from pathlib import Path
from sms_desk.store import engine
from sms_desk.store.migrations import run
workspace = engine.open_file(Path(sys.argv[1]), bytes(range(32)))
left = int(sys.argv[2])

@sa.event.listens_for(workspace.engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

run.upgrade(workspace.engine)
"""


@pytest.mark.parametrize("statements", [3, 25, 50])
def test_a_killed_migration_leaves_the_old_schema(tmp_path: Path, statements: int) -> None:
    """GD3: one transaction for the whole way, DDL included."""
    path = tmp_path / "workspace.db"
    words = [sys.executable, "-c", KILLED, str(path), str(statements)]
    environment = os.environ | {"PYTHONPATH": str(Path(engine.__file__).parents[2])}
    killed = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    workspace = open_file(path, KEY)
    with workspace.read() as tx:
        assert sa.inspect(tx).get_table_names() == []
    ensure_schema(workspace)
    assert schema_version(workspace) == engine.HEAD
    workspace.close()


def _schema(workspace: Workspace) -> object:
    local = workspace.engine.dialect.name == "sqlite"
    return _sqlite_schema(workspace) if local else _postgres_schema(workspace.engine)


def _sqlite_schema(workspace: Workspace) -> dict[str, list[str]]:
    """Each table's and index's own words, in an order of their own."""
    statement = (
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
    )
    with workspace.read() as tx:
        rows = tx.exec_driver_sql(statement).all()
    return {name: sorted(_clauses(sql)) for name, sql in rows}


def _clauses(sql: str) -> list[str]:
    """A statement's parts between commas that stand in no further brackets: a column that was
    added later stands last, and on the line of the one before it."""
    head, _, body = sql.partition("(")
    parts, depth = [""], 0
    for letter in body.rstrip().removesuffix(")"):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    words = (part.replace('"', "") for part in (head, *parts))
    return [" ".join(part.split()) for part in words]


POSTGRES_SCHEMA = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


def _postgres_schema(made: sa.Engine) -> list[list[tuple[Any, ...]]]:
    with made.connect() as connection:
        found = [connection.exec_driver_sql(statement).all() for statement in POSTGRES_SCHEMA]
    return [
        sorted((tuple(r) for r in rows if "alembic" not in str(r[0])), key=str) for rows in found
    ]
