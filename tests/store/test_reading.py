"""What is asked again and again is answered as the statement itself would be (design 9)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from sms_desk.domain.model import Role
from sms_desk.store import people, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.reading import Query
from tests.fixtures.fake_provider import START

_p = tables.people.c
BY_ID_AND_NAME = Query(
    sa.select(_p.name).where(
        sa.tuple_(_p.id, _p.name).in_(sa.bindparam("keys", expanding=True)), _p.role == Role.REP
    )
)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_keys_of_two_parts_meet_in_both(workspace: Workspace, count: int) -> None:
    ids = [new_id() for _ in range(count)]
    with workspace.write() as tx:
        for n, id_ in enumerate(ids):
            people.insert(tx, id_=id_, name=f"Person {n}", role=Role.REP, zone="UTC", at=START)
    keys = [(id_, f"Person {n}") for n, id_ in enumerate(ids)]
    strange = (ids[0], "Person 9")
    with workspace.read() as tx:
        names = BY_ID_AND_NAME.values(tx, keys=[strange, *keys])
    assert sorted(names) == [name for _, name in keys]
