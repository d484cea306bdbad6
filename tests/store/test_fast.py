"""Many rows written by one statement: what comes out is what went in, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sms_desk.store import events, fast, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.events import Alike, Event, EventKind
from sms_desk.store.ids import derived, new_id
from tests.store.office import Office

AT = datetime(2026, 3, 4, 5, 6, 7, 891011, UTC)


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def written(office: Office) -> list[dict[str, Any]]:
    columns = tables.events.c
    with office.workspace.read() as tx:
        query = sa.select(tables.events).where(columns.reason == "fast").order_by(columns.position)
        return [dict(row) for row in tx.execute(query).mappings()]


@pytest.mark.parametrize("count", [0, 1, 2, 3_000])
def test_rows_that_differ_in_few_columns_are_written_as_they_are(
    office: Office, count: int
) -> None:
    talk, batch = office.conversation(office.own, "+12025550101", office.ben), new_id()
    said: tuple[dict[str, str], ...] = ({"name": 'Zoë "Z"\n🧥 \\ मेघा'}, {})
    rows = [
        {
            "position": 2 + 4 * n,
            "id": new_id(),
            "conversation_id": talk,
            "at": AT + timedelta(microseconds=n % 3),
            "kind": (EventKind.CLOSED, EventKind.ASSIGNED)[n % 2],
            "actor_id": (None, office.ann)[n % 2],
            "reason": "fast",
            "detail": said[n % 2],
            "batch_id": batch,
        }
        for n in range(count)
    ]
    with office.workspace.write() as tx:
        columns = {c.name: [row[c.name] for row in rows] for c in tables.events.columns}
        fast.insert_alike(tx, tables.events, columns)
    assert written(office) == rows


def test_what_a_batch_did_reads_back_what_it_did_alike_together(office: Office) -> None:
    first, second, third = (
        office.conversation(office.own, f"+1202555010{n}", office.ben) for n in range(3)
    )
    batch = new_id()
    happened = [
        Alike(EventKind.TAGGED, "fast", {"tag": "a"}, [first, third]),
        Alike(EventKind.TAGGED, "fast", {"tag": "b"}, [second]),
    ]
    taken = Event(new_id(), first, AT, EventKind.WOKEN)
    with office.workspace.write() as tx:
        events.append(tx, [taken])  # at the place that the batch would take
        events.append_batch(tx, happened, at=AT, actor_id=office.ann, batch_id=batch)
    with office.workspace.read() as tx:
        assert events.of_batch(tx, batch) == happened
    rows = written(office)
    assert [row["conversation_id"] for row in rows] == [first, third, second]
    assert [row["id"] for row in rows] == [derived(batch, id_) for id_ in (first, third, second)]
    assert len({row["position"] for row in rows}) == 3


def test_a_column_among_many_values(office: Office) -> None:
    talks = [office.conversation(office.own, f"+1202555010{n}", office.ben) for n in range(3)]
    columns = tables.conversations.c
    with office.workspace.read() as tx:
        for values in (talks[:1], [*talks[1:], *(new_id() for _ in range(5_000))]):
            query = sa.select(columns.id).where(fast.among(tx, columns.id, values))
            assert set(tx.execute(query).scalars()) == {*values} & {*talks}
