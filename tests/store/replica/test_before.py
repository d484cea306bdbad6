"""Whatever a pending command wrote can be put back exactly, whichever command it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.services import boundaries, covers
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk
from sms_desk.services.executor import Done, execute_all
from sms_desk.store import people, tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from sms_desk.store.replica import before
from tests.store import test_audit_of_every_command as long_day
from tests.store.office import Office
from tests.store.replica.looking import (
    contents,
    differences,
    findable,
    findable_if_rebuilt,
)


class Probe(Desk):
    """A desk that takes each change back, sees that all is as it was, and then lets it stand."""

    tried = 0

    def change(self, *commands: c.Command) -> Done:
        with self.workspace.write() as tx:
            ctx = Context(tx, people.actor(tx, self.person_id), self.now())
            was, was_findable = contents(tx), findable(tx)
            with before.keeping(tx, commands[0].id):
                done = execute_all(ctx, commands)
            nested = tx.begin_nested()
            before.restore(tx)
            assert differences(was, contents(tx)) == {}
            assert was_findable == findable(tx)
            assert not before.images(tx)
            nested.rollback()
            assert commands[0].logged <= bool(before.images(tx))
            tx.exec_driver_sql("DELETE FROM replica_before")
            boundaries.cross(tx, self.now())  # as every change does
            covers.settle(tx, self.now())
        Probe.tried += 1
        return done


@pytest.fixture
def day(replica: Workspace, monkeypatch: pytest.MonkeyPatch) -> long_day.Day:
    monkeypatch.setattr(Office, "desk", lambda self, person: _probe(self, person))
    return long_day.Day(Office(replica))


def _probe(office: Office, person: UUID) -> Desk:
    return Probe(office.workspace, person, clock=lambda: office.now)


@pytest.mark.parametrize(
    "part",
    [
        long_day.conversations,
        long_day.absences,
        long_day.senders,
        long_day.programs,
        long_day.people,
        long_day.workspace_itself,
    ],
    ids=lambda part: part.__name__,
)
def test_every_command_of_a_long_day_leaves_nothing_when_it_is_taken_back(
    day: long_day.Day, part: Any
) -> None:
    Probe.tried = 0
    part(day)
    assert Probe.tried > 3


def test_notes_texts_and_names_are_found_as_before(day: long_day.Day) -> None:
    """GY8."""
    office = day.office
    talk = day.talk(1)
    ben = office.desk(office.ben)
    ben.change(
        c.AddNote(**ben.stamp(), note_id=new_id(), conversation_id=talk, body="Wants the blue one")
    )
    with office.workspace.read() as tx:
        contact = tx.execute(sa.select(tables.conversations.c.contact_id)).scalars().first()
    assert contact is not None
    ben.change(c.RenameContact(**ben.stamp(), contact_id=contact, name="Zoë Quince"))
    ben.change(c.Close(**ben.stamp(), targets=c.Targets((talk,))))
    with office.workspace.write() as tx:
        assert findable(tx) == findable_if_rebuilt(tx)


def _tag(tx: Tx, name: str) -> UUID:
    id_ = new_id()
    tx.execute(sa.insert(tables.tags).values(id=id_, name=name, folded=name))
    return id_


def _names(tx: Tx) -> Sequence[str]:
    return tx.execute(sa.select(tables.tags.c.name).order_by(tables.tags.c.name)).scalars().all()


def test_several_commands_on_one_row_are_put_back_newest_first(replica: Workspace) -> None:
    with replica.write() as tx:
        id_ = _tag(tx, "first")
        for name in ("second", "third"):
            with before.keeping(tx, new_id()):
                tx.execute(sa.update(tables.tags).values(name=name))
        with before.keeping(tx, new_id()):
            tx.execute(sa.delete(tables.tags).where(tables.tags.c.id == id_))
        assert _names(tx) == []
        before.restore(tx)
        assert _names(tx) == ["first"]


def test_a_row_that_another_replaces_comes_back(replica: Workspace) -> None:
    with replica.write() as tx:
        _tag(tx, "blue")
        with before.keeping(tx, new_id()):
            values = {"id": new_id(), "name": "Blue", "folded": "blue"}
            tx.execute(sa.insert(tables.tags).prefix_with("OR REPLACE").values(values))
        assert _names(tx) == ["Blue"]
        before.restore(tx)
        assert _names(tx) == ["blue"]


def test_a_row_that_gets_another_key_comes_back(replica: Workspace) -> None:
    with replica.write() as tx:
        _tag(tx, "blue")
        was = contents(tx)
        with before.keeping(tx, new_id()):
            tx.execute(sa.update(tables.tags).values(id=new_id()))
        before.restore(tx)
        assert contents(tx) == was


def test_what_is_written_beside_a_command_stays(replica: Workspace) -> None:
    with replica.write() as tx:
        with before.keeping(tx, new_id()):
            _tag(tx, "mine")
        _tag(tx, "theirs")
        before.restore(tx)
        assert _names(tx) == ["theirs"]


def test_a_command_that_is_refused_takes_its_images_back(replica: Workspace) -> None:
    with replica.write() as tx, before.keeping(tx, new_id()):
        nested = tx.begin_nested()
        _tag(tx, "refused")
        nested.rollback()
        assert before.images(tx) == []


@pytest.mark.parametrize("watched", [True, False])
def test_an_exception_ends_the_keeping(replica: Workspace, watched: bool) -> None:
    """Whether the connection was ready before, or was made so in what is taken back."""
    if watched:
        with replica.write() as tx:
            before.watch(tx)
    with pytest.raises(ZeroDivisionError), replica.write() as tx, before.keeping(tx, new_id()):
        _ = 1 / 0
    with replica.write() as tx:
        _tag(tx, "afterwards")
        assert before.images(tx) == []


def test_a_connection_is_made_ready_once(replica: Workspace) -> None:
    with replica.write() as tx, before.keeping(tx, new_id()):
        _tag(tx, "first")
    made: list[str] = []
    with replica.write() as tx:
        tx.connection.driver_connection.set_trace_callback(made.append)  # type: ignore[union-attr]
        with before.keeping(tx, new_id()):
            _tag(tx, "second")
        tx.connection.driver_connection.set_trace_callback(None)  # type: ignore[union-attr]
        assert len(before.images(tx)) == 2
    assert not [statement for statement in made if "CREATE" in statement]
