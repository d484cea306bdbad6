"""When a cursor no longer holds, what hangs on what, and what the server itself keeps closed
(algorithms §2.1, §2.2, §4)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.store.team import hardening, surface
from sms_desk.store.team.replicated import OVERSIGHT_KEY, address_key
from tests.fixtures.team import Session, TeamServer, fetch, pull
from tests.store.office import Office

PEER = "+12025550177"


@pytest.fixture
def office(team_server: TeamServer) -> Office:
    return Office(team_server.workspace())


@pytest.fixture
def ben(team_server: TeamServer, office: Office) -> Session:
    team_server.see(office.ben, office.ben, team_server.workspace_id)
    return team_server.join(office.ben)


def as_admin(server: TeamServer, *statements: str) -> None:
    with server.admin_engine().begin() as connection:
        connection.exec_driver_sql("SET LOCAL search_path = desk")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_another_epoch_starts_over(team_server: TeamServer, office: Office, ben: Session) -> None:
    first = pull(ben)
    with team_server.admin_engine().begin() as connection:
        surface.begin_epoch(connection)
    again = pull(ben, first.cursor)
    assert again.start_over
    assert again.epoch != first.epoch
    assert set(again.enter) == {office.ben, team_server.workspace_id}
    assert not pull(ben, again.cursor).start_over


def test_a_cursor_from_before_what_is_forgotten_starts_over(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    old = pull(ben)
    office.conversation(office.own, PEER, office.ben)  # some transaction that it has not seen
    as_admin(team_server, "UPDATE team_meta SET gc_xid = pg_current_xact_id()")
    new = pull(ben, old.cursor)
    assert new.start_over
    assert not pull(ben, new.cursor).start_over


@pytest.mark.parametrize("cursor", ["nonsense", ":", "1:1:", "10:20:15:10"])
def test_what_is_no_cursor_of_this_epoch_starts_over(ben: Session, cursor: str) -> None:
    assert pull(ben, cursor).start_over


def test_after_a_restore_nothing_is_new_for_ever(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    place = office.conversation(office.own, PEER, office.ben)
    office.message(place, "hello")
    team_server.see(office.ben, place)
    # As a dump of a server that had more transactions than this one leaves it.
    for table in ("conversations", "messages", "access", "digest"):
        as_admin(
            team_server,
            f"ALTER TABLE {table} DISABLE TRIGGER USER",
            f"UPDATE {table} SET row_xid = '9000000000'",
            f"ALTER TABLE {table} ENABLE TRIGGER USER",
        )
    with team_server.admin_engine().begin() as connection:
        surface.begin_epoch(connection)
    first = pull(ben)
    assert place in first.enter
    assert pull(ben, first.cursor).is_empty
    office.message(place, "and again")
    assert [row[12] for row in pull(ben, first.cursor).rows["messages"]] == ["and again"]


def test_a_row_that_hangs_elsewhere_takes_along_what_hangs_on_it(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    here = office.conversation(office.own, PEER, office.ben)
    there = office.conversation(office.own, "+12025550178", office.cara)
    position = office.message(here, "look at this")
    attachment = new_id()
    with team_server.workspace().write() as tx:
        message = tx.execute(
            sa.select(tables.messages.c.id).where(tables.messages.c.position == position)
        ).scalar_one()
        tx.execute(
            sa.insert(tables.attachments).values(
                id=attachment, message_id=message, n=0, state="here", data=b"bytes"
            )
        )
    team_server.see(office.ben, here)
    first = pull(ben)
    assert len(fetch(ben, here).rows["attachments"]) == 1
    assert _attachment(ben, attachment) == b"bytes"
    with team_server.workspace().write() as tx:
        tx.execute(sa.update(tables.messages).values(conversation_id=there))
    delta = pull(ben, first.cursor)
    assert {name for name, _ in delta.tombs} == {"messages", "attachments"}
    assert _attachment(ben, attachment) is None


def _attachment(session: Session, id_: UUID) -> bytes | None:
    row = session.execute("SELECT desk.attachment(%s)", (id_,)).fetchone()
    assert row is not None
    found: bytes | None = row[0]
    return found


def test_a_fetch_may_leave_out_what_is_older(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    place = office.conversation(office.own, PEER, office.ben)
    office.message(place, "old")
    office.later(days=1)
    position = office.message(place, "new")
    team_server.see(office.ben, place)
    rows = fetch(ben, place, since=position).rows
    assert [row[12] for row in rows["messages"]] == ["new"]
    assert len(rows["conversations"]) == 1


def test_a_number_and_a_contact_have_keys_of_their_own(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    place = office.conversation(office.own, PEER, office.ben)
    position = office.message(place, "hello")
    with team_server.workspace().read() as tx:
        contact = tx.execute(sa.select(tables.conversations.c.contact_id)).scalar_one()
    first = pull(ben)
    team_server.see(office.ben, place, contact, address_key(PEER))
    entered = pull(ben, first.cursor).enter
    assert entered == {place: position, contact: position, address_key(PEER): position}
    assert set(fetch(ben, contact).rows) == {"contacts"}
    assert set(fetch(ben, address_key(PEER)).rows) == {"contact_addresses"}


def test_only_who_oversees_sees_the_log_and_its_head(
    team_server: TeamServer, office: Office, ben: Session
) -> None:
    with team_server.workspace().write() as tx:
        tx.execute(
            sa.insert(tables.settings).values(
                scope="audit", name="head", value={"n": 1, "hash": "x"}, changed_at=office.now
            )
        )
    assert not fetch(ben, OVERSIGHT_KEY, team_server.workspace_id).rows.get("settings")
    team_server.see(office.ben, OVERSIGHT_KEY)
    assert [row[1] for row in fetch(ben, OVERSIGHT_KEY).rows["settings"]] == ["head"]


# --- who asks -----------------------------------------------------------------------------------


def _suspend(server: TeamServer, name: str) -> None:
    as_admin(server, f"UPDATE login SET suspended_at = now() WHERE name = '{name}'")


def _outlast(server: TeamServer, name: str) -> None:
    as_admin(
        server,
        "UPDATE login SET joined_at = NULL, invited_at = now() - interval '8 days'"
        f" WHERE name = '{name}'",
    )


def _forget(server: TeamServer, name: str) -> None:
    as_admin(server, f"DELETE FROM login WHERE name = '{name}'")


@pytest.mark.parametrize("end", [_suspend, _outlast, _forget])
def test_whoever_is_not_let_in_hears_the_same(
    team_server: TeamServer,
    office: Office,
    ben: Session,
    end: Callable[[TeamServer, str], None],
) -> None:
    row = ben.execute("SELECT session_user").fetchone()
    assert row is not None
    end(team_server, row[0])
    calls = (
        "SELECT desk.hello()",
        "SELECT desk.joined()",
        "SELECT desk.pull('')",
        "SELECT desk.fetch(ARRAY[]::uuid[], 0)",
        "SELECT desk.push(gen_random_uuid(), 'Reply', 1, '{}', '{}')",
        "SELECT desk.attachment(gen_random_uuid())",
        "SELECT desk.presence(NULL, 'here')",
    )
    for call in calls:
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification) as raised:
            ben.execute(call)
        assert raised.value.diag.message_primary == "this login is not let in"


def test_who_takes_on_a_role_is_still_nobody_else(team_server: TeamServer, office: Office) -> None:
    login = team_server.invite(office.ben)
    with team_server.connected("desk_tests") as admin:
        admin.execute(f'SET ROLE "{login.name}"')
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
            admin.execute("SELECT desk.hello()")


def test_an_invitation_is_used_once_and_a_new_one_ends_the_first(
    team_server: TeamServer, office: Office
) -> None:
    first = team_server.invite(office.ben)
    team_server.invite(office.ben)
    with pytest.raises(psycopg.OperationalError), team_server.connected(first.name):
        pass


# --- what the server keeps closed ---------------------------------------------------------------


def test_nothing_stands_open_and_what_is_opened_is_named(team_server: TeamServer) -> None:
    with team_server.admin_engine().connect() as connection:
        assert hardening.exposed(connection) == []
        connection.exec_driver_sql("GRANT EXECUTE ON FUNCTION pg_export_snapshot() TO PUBLIC")
        connection.exec_driver_sql("ALTER TABLE desk.notes DISABLE ROW LEVEL SECURITY")
        assert hardening.exposed(connection) == [
            "Everybody may execute pg_export_snapshot().",
            "The table notes has no row-level security.",
        ]
        connection.rollback()


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_people_connect_to_the_workspace_and_nowhere_else(
    team_server: TeamServer, office: Office, database: str
) -> None:
    login = team_server.invite(office.ben)
    socket = str(team_server.cluster.socket)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(host=socket, dbname=database, user=login.name, password=login.password)


def test_every_policy_is_for_one_role(team_server: TeamServer) -> None:
    with team_server.admin_engine().connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT roles::text[] FROM pg_policies WHERE schemaname = 'desk'"
        )
        named = [roles for (roles,) in found]
    assert all(len(roles) == 1 for roles in named)
    names = team_server.roles
    assert {roles[0] for roles in named} == {names.api, names.connector, names.provision}


def test_nobody_may_execute_what_is_not_for_people(team_server: TeamServer) -> None:
    with team_server.admin_engine().connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'desk'::regnamespace"
            f" AND has_function_privilege('{team_server.roles.rep}', p.oid, 'EXECUTE')"
        )
        names = set(found.scalars())
    assert names == {"hello", "joined", "pull", "fetch", "push", "attachment", "presence"}


def test_what_runs_with_anothers_rights_has_its_own_search_path(team_server: TeamServer) -> None:
    with team_server.admin_engine().connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'desk'::regnamespace"
            " AND p.prosecdef AND NOT 'search_path=desk, pg_catalog, pg_temp' = ANY (p.proconfig)"
        )
        assert list(found.scalars()) == []
        owners = connection.exec_driver_sql(
            "SELECT DISTINCT pg_get_userbyid(p.proowner) FROM pg_proc p"
            " WHERE p.pronamespace = 'desk'::regnamespace AND p.prosecdef AND p.proname <> 'me'"
        )
        names = team_server.roles
        assert set(owners.scalars()) == {names.api, names.provision}
