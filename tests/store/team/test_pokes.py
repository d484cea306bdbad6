"""Who is told that there is something to pull: whom it concerns, and nobody else (algorithms §2.7, §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from sms_desk.domain.model import Role
from sms_desk.store import people, tables
from sms_desk.store.ids import new_id
from sms_desk.store.team import housekeeping
from tests.fixtures.fake_provider import START
from tests.fixtures.team import Session, TeamServer, has_heard, listen
from tests.store.office import Office


@dataclass
class Floor:
    """Two desks that listen, and the connector that tells them."""

    server: TeamServer
    office: Office
    told_of: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.ben_id, self.ben = self.sits_down("Ben")
        self.cara_id, self.cara = self.sits_down("Cara")
        self.poke()
        assert self.heard() == {"Ben", "Cara"}  # a new connector tells everybody

    def sits_down(self, name: str) -> tuple[UUID, Session]:
        person_id = new_id()
        with self.office.workspace.write() as tx:
            people.insert(tx, id_=person_id, name=name, role=Role.REP, zone="UTC", at=START)
        self.server.see(person_id, person_id, self.server.workspace_id)
        session = self.server.join(person_id)
        listen(session)
        return person_id, session

    def poke(self) -> None:
        with self.server.shared_engine(self.server.roles.connector).begin() as tx:
            self.told_of = housekeeping.poke(tx, self.told_of)

    def heard(self) -> set[str]:
        """Who was told something since this was asked last."""
        return {name for name, at in (("Ben", self.ben), ("Cara", self.cara)) if has_heard(at)}


@pytest.fixture
def floor(team_server: TeamServer) -> Floor:
    return Floor(team_server, Office(team_server.workspace()))


def test_a_message_is_told_to_whoever_sees_its_conversation(floor: Floor) -> None:
    place = floor.office.conversation(floor.office.own, "+12025550177", floor.office.ben)
    floor.server.see(floor.ben_id, place)
    floor.poke()
    assert floor.heard() == {"Ben"}  # it has entered
    floor.office.message(place, "hello")
    floor.poke()
    assert floor.heard() == {"Ben"}
    floor.poke()
    assert floor.heard() == set()


def test_who_sees_it_no_more_is_told_that_and_nothing_after_it(floor: Floor) -> None:
    place = floor.office.conversation(floor.office.own, "+12025550177", floor.office.ben)
    floor.server.see(floor.ben_id, place)
    floor.poke()
    floor.heard()
    floor.server.see(floor.ben_id, place, mode="none")
    floor.poke()
    assert floor.heard() == {"Ben"}
    floor.office.message(place, "of no concern to Ben")
    floor.poke()
    assert floor.heard() == set()


def test_what_hangs_on_the_workspace_is_told_to_everybody(floor: Floor) -> None:
    with floor.office.workspace.write() as tx:
        tx.execute(sa.update(tables.workspace).values(name="Shop & Sons"))
    floor.poke()
    assert floor.heard() == {"Ben", "Cara"}


def test_a_receipt_is_told_to_whose_command_it_was(floor: Floor) -> None:
    with floor.office.workspace.write() as tx:
        tx.exec_driver_sql(
            "INSERT INTO receipt (person_id, id, state, result) VALUES (%s, %s, 'done', '{}')",
            (floor.cara_id, new_id()),
        )
    floor.poke()
    assert floor.heard() == {"Cara"}


def test_what_a_longer_transaction_wrote_is_told_when_it_commits(floor: Floor) -> None:
    place = floor.office.conversation(floor.office.own, "+12025550177", floor.office.ben)
    floor.server.see(floor.ben_id, place)
    floor.poke()
    floor.heard()
    with floor.server.connector_engine().begin() as longer:
        new = tables.conversations.c.version + 1
        which = tables.conversations.c.id == place
        longer.execute(sa.update(tables.conversations).where(which).values(version=new))
        with floor.office.workspace.write() as tx:
            tx.execute(sa.update(tables.workspace).values(name="Shop & Sons"))
        floor.poke()
        assert floor.heard() == {"Ben", "Cara"}
    floor.poke()
    assert floor.heard() == {"Ben"}


def test_nobody_else_can_know_where_somebody_is_told(floor: Floor) -> None:
    """A channel has 122 random bits, and its name stands where its own login reads it only."""
    with floor.server.admin_engine().connect() as admin:
        names = admin.exec_driver_sql("SELECT channel FROM desk.login").scalars().all()
    assert len({*names}) == 2
    assert all(len(name) == len("desk_") + 36 for name in names)
    for query in ("SELECT channel FROM desk.login", "SELECT query FROM pg_stat_activity"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            floor.ben.execute(query.encode())
