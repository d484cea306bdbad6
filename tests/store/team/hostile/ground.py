"""The ground on which the hostile statements are tried: a workspace, four people, planted words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.frozen import dataclass
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from tests.fixtures.postgres import USER
from tests.fixtures.team import Login, TeamServer
from tests.store.team.hostile import planted
from tests.store.team.hostile.planted import NOON, World
from tests.store.team.hostile.psql import Outcome, Psql, psql
from tests.store.team.hostile.statements import Hostile

WEAK: Final = frozenset(("42601", "42703", "42704", "42883", "42P01", "3F000"))
"""A statement that ends so tried nothing: it is misspelt, or names what is not there."""


@dataclass(frozen=True, slots=True)
class Ground:
    """owner: as the server's superuser; mine: what belongs to whoever attacks; theirs: what must
    stay hidden; names: what the attacker knows, by the names that the statements have for it."""

    server: TeamServer
    owner: sa.Engine
    logins: Mapping[UUID, Login]
    mine: World
    theirs: World
    supervisor_id: UUID
    names: Mapping[str, str]

    @contextmanager
    def psql(self, person_id: UUID | None = None, *, options: Sequence[str] = ()) -> Iterator[Psql]:
        """psql as this person, the attacker if nobody is named."""
        login = self.logins[person_id or self.mine.person_id]
        with psql(self.server, login.name, login.password, options) as running:
            yield running

    def state(self) -> Mapping[str, str]:
        """A digest of everything but what the attacker may push."""
        with self.owner.connect() as connection:
            return planted.everything(connection, self.mine.person_id)

    def tried(self, statement: Hostile, session: Psql) -> list[str]:
        """What is wrong with how a statement ended; nothing, if the defence held."""
        one = statement.named(self.names)
        return [f"{one.name}: {wrong}" for wrong in self._judged(one, session.run(one.sql))]

    def _judged(self, one: Hostile, outcome: Outcome) -> Iterator[str]:
        text, tail = outcome.text, outcome.text[-600:].strip()
        for word in self.theirs.words():
            if word in text:
                yield f"shows {word!r} in {_around(text, word)!r}"
        if one.expected == "refused":
            if not outcome.failed:
                yield f"was not refused: {tail}"
            elif one.states and outcome.state not in one.states:
                yield f"ended with {outcome.state}, which proves nothing: {tail}"
            elif not one.states and outcome.state in WEAK:
                yield f"is misspelt ({outcome.state}): {tail}"
        if one.expected == "works" and outcome.failed:
            yield f"should work: {tail}"
        if one.expected == "any" and outcome.state in WEAK:
            yield f"is misspelt ({outcome.state}): {tail}"
        if "shows" in one.marks and self.mine.secret not in text:
            yield f"should show one's own: {tail}"
        if "silent" in one.marks and (inner := self._planned(text)):
            yield f"tells how the planner reads {sorted(inner)}"

    def _planned(self, text: str) -> set[str]:
        """The workspace's tables that stand in a printed plan."""
        return {name for name, oid in self._oids().items() if f":relid {oid} " in text}

    def _oids(self) -> Mapping[str, int]:
        with self.owner.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT relname, oid FROM pg_class WHERE relnamespace = to_regnamespace('desk')"
            )
            return {str(name): int(oid) for name, oid in found}


def _around(text: str, word: str) -> str:
    at = text.index(word)
    return text[max(at - 80, 0) : at + 80]


def words_shown(ground: Ground, outcome: Outcome) -> bool:
    """Whether the victim's secret was printed in any form."""
    return any(word in outcome.text for word in ground.theirs.words())


@contextmanager
def laid_out(server: TeamServer) -> Iterator[Ground]:
    """A workspace with a rep who attacks, a rep who is attacked, and a supervisor of neither."""
    engine = server.admin_engine()
    attacker, victim, supervisor = new_id(), new_id(), new_id()
    with engine.begin() as tx:
        tx.exec_driver_sql("SET LOCAL search_path = desk, pg_catalog")
        for person, name, role in (
            (attacker, "Hanna", "rep"),
            (victim, "Viktor", "rep"),
            (supervisor, "Sofia", "supervisor"),
        ):
            values = {"id": person, "name": name, "role": role, "zone": "UTC", "created_at": NOON}
            tx.execute(sa.insert(tables.people), values)
        shared = planted.shared_rows(tx, victim)
        mine, theirs = (
            planted.plant(tx, shared, person, n) for n, person in ((1, attacker), (2, victim))
        )
        for world in (mine, theirs):
            planted.push(tx, world)
            planted.see(tx, world.person_id, server.workspace_id, *world.keys)
        planted.see(tx, supervisor, server.workspace_id, supervisor)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    logins = {person: server.invite(person) for person in (attacker, victim, supervisor)}
    with server.connected(logins[victim].name) as watched, server.connected(USER) as watching:
        # What an idle session did last is shown to whoever may see it.
        watched.execute(f"SELECT 'zqplanted {theirs.secret}'")
        watching.execute(f"SELECT 'zqplanted {theirs.secret}'")
        pids = {"victim_pid": watched.info.backend_pid, "superuser_pid": watching.info.backend_pid}
        with engine.connect() as connection:
            said = connection.exec_driver_sql("SELECT desk.epoch()").scalar_one()
        names = {
            "db": server.database,
            "superuser": USER,
            "epoch": str(said),
            "absent": str(new_id()),
            "me": str(attacker),
            "me_login": logins[attacker].name,
            "victim": str(victim),
            "victim_login": logins[victim].name,
            "owner": server.roles.owner,
            "api": server.roles.api,
            "provision": server.roles.provision,
            "connector": server.roles.connector,
            "rep": server.roles.rep,
            **{f"own{what}": value for what, value in mine.known.items()},
            **{f"hidden{what}": value for what, value in theirs.known.items()},
            **{name: str(pid) for name, pid in pids.items()},
        }
        yield Ground(server, engine, logins, mine, theirs, supervisor, names)
