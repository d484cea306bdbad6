"""The surface as a person's login and as the connector meet it (algorithms §2.2, §4)."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa

from sms_desk.store.head import HEAD
from sms_desk.store.team import surface
from sms_desk.store.team.functions import COMMANDS_WAITING, key_column
from sms_desk.store.team.replicated import ALONE, REPLICATED
from sms_desk.store.team.surface_tables import SURFACE_VERSION
from tests.fixtures.team import Login, Session, TeamServer, fetch, pull
from tests.store.office import Office

PEER = "+12025550177"


@pytest.fixture
def office(team_server: TeamServer) -> Office:
    return Office(team_server.workspace())


@pytest.fixture
def ben(team_server: TeamServer, office: Office) -> Session:
    """Ben's session; he sees himself and the workspace."""
    team_server.see(office.ben, office.ben, team_server.workspace_id)
    return team_server.join(office.ben)


def test_hello_says_who_and_where(team_server: TeamServer, office: Office, ben: Session) -> None:
    said = json.loads(str(ben.execute("SELECT desk.hello()").fetchone()[0]))  # type: ignore[index]
    assert said["person_id"] == str(office.ben)
    assert said["workspace_id"] == str(team_server.workspace_id)
    assert said["workspace_name"] == "Shop"
    assert (said["schema"], said["surface"]) == (HEAD, SURFACE_VERSION)
    assert (said["role"], said["joined"], said["connector_age_s"]) == ("rep", True, None)


def test_installing_again_changes_nothing(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    before = pull(ben)
    with team_server.admin_engine().begin() as connection:
        surface.upgrade(connection)
    after = pull(ben, before.cursor)
    assert after.is_empty
    assert after.epoch == before.epoch


def test_what_enters_is_named_first_and_fetched_whole(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    first = pull(ben)
    place = office.conversation(office.own, PEER, office.ben)
    position = office.message(place, "hello")
    team_server.see(office.ben, place)
    delta = pull(ben, first.cursor)
    assert delta.enter == {place: position}
    assert not delta.rows
    rows = fetch(ben, place).rows
    assert [row[12] for row in rows["messages"]] == ["hello"]
    assert len(rows["conversations"]) == 1


def test_a_change_travels_alone(team_server: TeamServer, office: Office, ben: Session) -> None:
    place = office.conversation(office.own, PEER, office.ben)
    office.message(place, "one")
    team_server.see(office.ben, place)
    first = pull(ben)
    office.message(place, "two")
    delta = pull(ben, first.cursor)
    assert not delta.enter
    assert [row[12] for row in delta.rows["messages"]] == ["two"]
    assert pull(ben, delta.cursor).is_empty


def test_what_is_hidden_is_as_what_does_not_exist(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    first = pull(ben)
    place = office.conversation(office.own, PEER, office.cara)
    office.message(place, "a secret")
    assert pull(ben, first.cursor).is_empty
    assert fetch(ben, place) == fetch(ben, uuid4())
    team_server.see(office.ben, place, mode="none")
    assert fetch(ben, place) == fetch(ben, uuid4())


def test_a_person_has_no_right_on_any_table(team_server: TeamServer, ben: Session) -> None:
    names = [
        row[0] for row in ben.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'desk'")
    ]
    assert len(names) > 40
    for name in names:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ben.execute(f"SELECT 1 FROM desk.{name}")


def test_pushed_again_is_pushed_once(team_server: TeamServer, office: Office, ben: Session) -> None:
    values = (uuid4(), "Reply", 1, "{}", "{}")
    for _ in range(2):
        ben.execute("SELECT desk.push(%s, %s, %s, %s, %s)", values)
    with team_server.connector_engine().connect() as tx:
        found = tx.execute(sa.text("SELECT person_id, id, kind FROM queue")).all()
    assert [tuple(row) for row in found] == [(office.ben, values[0], "Reply")]
    with pytest.raises(psycopg.errors.ProgramLimitExceeded):
        ben.execute("SELECT desk.push(%s, 'Reply', 1, %s, '{}')", (uuid4(), "x" * 20_000))


def test_a_suspended_login_is_let_in_no_more(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    name = ben.execute("SELECT session_user").fetchone()[0]  # type: ignore[index]
    with team_server.connected(team_server.roles.connector) as connector:
        connector.execute("SELECT lock_login(%s)", (name,))
    with pytest.raises(psycopg.OperationalError):
        ben.execute("SELECT desk.hello()")
    with pytest.raises(psycopg.OperationalError), team_server.connected(name):
        pass


def test_a_person_who_is_suspended_is_not_let_in(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    with team_server.connector_engine().begin() as tx:
        tx.execute(sa.text("UPDATE people SET suspended_at = 1 WHERE id = :id"), {"id": office.ben})
    with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
        pull(ben)


def test_presence_shows_whom_one_may_see(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    place = office.conversation(office.own, PEER, office.ben)
    team_server.see(office.ben, place)
    cara = team_server.join(office.cara)
    assert _present(cara, place, "typing") == []  # she does not see it: she is merely here
    assert _present(ben, place, "typing") == [(office.cara, None, "here", False)]
    assert _present(cara, None, "here") == [(office.ben, None, "here", False)]
    team_server.see(office.cara, place)
    assert _present(cara, None, "here") == [(office.ben, place, "typing", True)]


def _present(session: Session, place: UUID | None, doing: str) -> list[tuple[object, ...]]:
    rows = session.execute(
        "SELECT person_id, conversation_id, doing, claims FROM desk.presence(%s, %s)",
        (place, doing),
    )
    return rows.fetchall()


def test_a_login_is_named_by_nothing_that_says_who(team_server: TeamServer, office: Office) -> None:
    login: Login = team_server.invite(office.cara)
    prefix, _, token = login.name.rpartition("_")
    assert prefix == team_server.roles.prefix
    assert len(bytes.fromhex(token)) == 4


def test_a_command_with_a_receipt_waits_no_more_when_it_is_pushed_again(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    first, id_ = pull(ben), uuid4()
    with team_server.connector_engine().begin() as tx:
        tx.execute(
            sa.text(
                "INSERT INTO receipt (person_id, id, state, result) VALUES (:p, :i, 'done', '{}')"
            ),
            {"p": office.ben, "i": id_},
        )
    ben.execute("SELECT desk.push(%s, 'Reply', 1, '{}', '{}')", (id_,))
    with team_server.connector_engine().connect() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM queue")).scalar_one() == 0
    delta = pull(ben, first.cursor)
    assert [(one.id, one.state) for one in delta.receipts] == [(id_, "done")]
    assert not pull(ben, delta.cursor).receipts


def test_nobody_fills_the_disk_with_commands(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    with team_server.connector_engine().begin() as tx:
        tx.execute(
            sa.text(
                "INSERT INTO queue (person_id, id, kind, at, args, base)"
                " SELECT :p, gen_random_uuid(), 'Reply', 1, '{}', '{}' FROM generate_series(1, :n)"
            ),
            {"p": office.ben, "n": COMMANDS_WAITING},
        )
    with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
        ben.execute("SELECT desk.push(gen_random_uuid(), 'Reply', 1, '{}', '{}')")


def test_rows_are_found_by_their_key_with_an_index(team_server: TeamServer) -> None:
    """Else each question would read the whole workspace's."""
    query = (
        "SELECT c.relname || '.' || a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE c.relnamespace = 'desk'::regnamespace AND i.indpred IS NULL"
    )
    with team_server.admin_engine().connect() as tx:
        found = set(tx.exec_driver_sql(query).scalars())
    wanted = {f"{one.name}.{key_column(one)}" for one in REPLICATED if one.hangs not in ALONE}
    assert wanted <= found
    assert "audit_subjects.n" in found


def test_a_workspace_of_an_earlier_version_gets_what_its_tables_lack(
    team_server: TeamServer,
) -> None:
    """Every login a channel of its own (decision 16), also those that were there before."""
    office = Office(team_server.workspace())
    for _ in range(2):
        team_server.invite(office.ben)
    with team_server.admin_engine().begin() as admin:
        admin.exec_driver_sql("ALTER TABLE desk.login DROP COLUMN channel")
        surface.upgrade(admin)
        channels = admin.exec_driver_sql("SELECT channel FROM desk.login").scalars().all()
    assert len(channels) == len({*channels}) == 2
    assert all(name.startswith("desk_") for name in channels)
