"""A file that is made a replica's takes rows whose neighbours are not here."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.engine import Workspace
from sms_desk.store.replica.tables import metadata, prepare


def test_preparing_twice_is_preparing_once(replica: Workspace) -> None:
    with replica.write() as tx:
        prepare(tx)
        assert set(metadata.tables) < set(sa.inspect(tx).get_table_names())


def test_a_row_may_name_what_this_person_does_not_see(replica: Workspace) -> None:
    with replica.write() as tx:
        tag = {"conversation_id": uuid4(), "tag_id": uuid4()}
        tx.execute(sa.insert(tables.conversation_tags).values(tag))


def test_entries_of_the_audit_log_come_and_go(replica: Workspace) -> None:
    with replica.write() as tx:
        entry = {"n": 1, "at": 0, "kind": "close", "subject_ids": "[]", "previous": "", "hash": ""}
        tx.exec_driver_sql(
            "INSERT INTO audit (n, at, kind, subject_ids, previous, hash)"
            " VALUES (:n, :at, :kind, :subject_ids, :previous, :hash)",
            entry,
        )
        assert tx.exec_driver_sql("DELETE FROM audit").rowcount == 1
