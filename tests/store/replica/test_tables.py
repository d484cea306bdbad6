"""A file that is made a replica's takes rows whose neighbours are not here."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Workspace, ensure_schema, open_file
from sms_desk.store.replica.tables import is_prepared, metadata, prepare
from tests.store.conftest import KEY


def test_preparing_twice_is_preparing_once(replica: Workspace) -> None:
    with replica.write() as tx:
        prepare(tx)
        assert set(metadata.tables) < set(sa.inspect(tx).get_table_names())
        assert is_prepared(tx)


def test_what_a_migration_brings_back_is_taken_away_again(replica: Workspace) -> None:
    with replica.write() as tx:
        tx.exec_driver_sql("CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT 1; END")
        assert not is_prepared(tx)
        prepare(tx)
        assert is_prepared(tx)
        tx.exec_driver_sql("DROP INDEX replica_routes")
        assert not is_prepared(tx)


def test_a_row_may_name_what_this_person_does_not_see(replica: Workspace) -> None:
    with replica.write() as tx:
        tag = {"conversation_id": uuid4(), "tag_id": uuid4()}
        tx.execute(sa.insert(tables.conversation_tags).values(tag))


def test_a_new_file_is_a_replica_from_its_first_row_on(tmp_path: Path) -> None:
    """Whoever joins pulls into the file that was made a moment ago."""
    made = open_file(tmp_path / "new.db", KEY, replica=True)
    ensure_schema(made)
    with made.write() as tx:
        prepare(tx)
        tag = {"conversation_id": uuid4(), "tag_id": uuid4()}
        tx.execute(sa.insert(tables.conversation_tags).values(tag))
    made.close()


def test_entries_of_the_audit_log_come_and_go(replica: Workspace) -> None:
    with replica.write() as tx:
        entry = {"n": 1, "at": 0, "kind": "close", "subject_ids": "[]", "previous": "", "hash": ""}
        tx.exec_driver_sql(
            "INSERT INTO audit (n, at, kind, subject_ids, previous, hash)"
            " VALUES (:n, :at, :kind, :subject_ids, :previous, :hash)",
            entry,
        )
        assert tx.exec_driver_sql("DELETE FROM audit").rowcount == 1
