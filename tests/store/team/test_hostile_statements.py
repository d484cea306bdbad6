"""Hostile statements by psql, under a person's own login, against planted words (GP1).

What a login can see of the server all the same is written down in docs/decisions/0013.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psycopg
import pytest

from sms_desk.store.team import hardening, roles
from tests.fixtures.postgres import PASSWORD, USER, Cluster, program
from tests.fixtures.team import copied_team
from tests.store.team.hostile import statements
from tests.store.team.hostile.ground import Ground, laid_out, words_shown
from tests.store.team.hostile.planted import table_names
from tests.store.team.hostile.psql import psql


@pytest.fixture(scope="module")
def ground(postgres: Cluster, team_template: roles.Roles) -> Iterator[Ground]:
    """One ground for all of this file: whatever a statement changes there is found."""
    with copied_team(postgres, "t_hostile", team_template) as server, laid_out(server) as made:
        yield made


@pytest.mark.parametrize("kind", statements.kinds())
def test_nothing_of_another_person_is_shown_and_nothing_changes(ground: Ground, kind: str) -> None:
    before = ground.state()
    with ground.psql() as session:
        wrong = [found for one in statements.of_kind(kind) for found in ground.tried(one, session)]
    after = ground.state()
    wrong += [f"{name} differs" for name in before if before[name] != after.get(name)]
    assert not wrong, "\n".join(wrong)


def test_no_table_answers(ground: Ground) -> None:
    before = ground.state()
    with ground.psql() as session:
        tries = statements.of_every_table(table_names())
        wrong = [found for one in tries for found in ground.tried(one, session)]
    assert not wrong, "\n".join(wrong)
    assert ground.state() == before


def test_whoever_has_the_right_sees_the_words_by_the_same_statements(ground: Ground) -> None:
    """Else a statement that proves nothing would stand here as a defence that held."""
    tries = [one for kind in statements.kinds() for one in statements.of_kind(kind)]
    with psql(ground.server, USER, PASSWORD) as session:
        harmless = [
            one.name
            for one in tries
            if "reads" in one.marks
            and not words_shown(ground, session.run(one.named(ground.names).sql))
        ]
    assert harmless == []


def test_a_hole_is_found(ground: Ground) -> None:
    """A right on one table, and a policy that lets it pass."""
    try:
        with ground.owner.begin() as connection:
            rep = f'"{ground.names["rep"]}"'
            connection.exec_driver_sql(f"GRANT SELECT ON desk.messages TO {rep}")
            connection.exec_driver_sql(f"CREATE POLICY hole ON desk.messages TO {rep} USING (true)")
        with ground.psql() as session:
            tries = statements.of_kind("reading")
            wrong = [found for one in tries for found in ground.tried(one, session)]
    finally:
        with ground.owner.begin() as connection:
            connection.exec_driver_sql("DROP POLICY IF EXISTS hole ON desk.messages")
            connection.exec_driver_sql(f"REVOKE SELECT ON desk.messages FROM {rep}")
    assert sum("shows" in found for found in wrong) > 15
    assert sum("was not refused" in found for found in wrong) > 15


@pytest.mark.parametrize("kind", ["reading", "statistics", "identity", "functions"])
def test_a_supervisor_of_others_gets_no_further(ground: Ground, kind: str) -> None:
    tries = [
        one
        for one in statements.of_kind(kind)
        if "shows" not in one.marks and not (kind == "functions" and one.expected == "refused")
    ]
    with ground.psql(ground.supervisor_id) as session:
        wrong = [found for one in tries for found in ground.tried(one, session)]
    assert not wrong, "\n".join(wrong)


OF_PEOPLE: Final = (
    *("hello()", "pull('')", "fetch(ARRAY[gen_random_uuid()], 0)", "joined()"),
    *("attachment(gen_random_uuid())", "presence(NULL, 'here')"),
    "push(gen_random_uuid(), 'Note', 0, '{}', '{}')",
)
_PERSON: Final = (
    "UPDATE desk.people SET {} WHERE id = (SELECT person_id FROM desk.login WHERE name = %s)"
)
_LOGIN: Final = "UPDATE desk.login SET {} WHERE name = %s"
NOT_LET_IN: Final = {
    _PERSON.format("suspended_at = 1"): _PERSON.format("suspended_at = NULL"),
    _PERSON.format("removed_at = 1"): _PERSON.format("removed_at = NULL"),
    _LOGIN.format("suspended_at = now()"): _LOGIN.format("suspended_at = NULL"),
    _LOGIN.format("joined_at = NULL, invited_at = now() - interval '8 days'"): (
        _LOGIN.format("joined_at = now(), invited_at = now()")
    ),
}
"""A statement that shuts a login out → the one that lets it in again."""


@pytest.mark.parametrize("shut", NOT_LET_IN)
def test_whoever_is_not_let_in_gets_one_and_the_same_answer(ground: Ground, shut: str) -> None:
    """Nothing tells why, by no function."""
    name = ground.logins[ground.supervisor_id].name
    said: set[tuple[str | None, str]] = set()
    with ground.owner.begin() as tx:
        tx.exec_driver_sql(shut, (name,))
    with ground.server.connected(name) as session:
        for call in OF_PEOPLE:
            with pytest.raises(psycopg.Error) as caught:
                session.execute(f"SELECT desk.{call}".encode())
            said.add((caught.value.sqlstate, str(caught.value).splitlines()[0]))
        with ground.owner.begin() as tx:
            tx.exec_driver_sql(NOT_LET_IN[shut], (name,))
        session.execute("SELECT desk.hello()")
    assert said == {("28000", "this login is not let in")}


def test_what_is_hidden_is_answered_like_what_is_not_there(ground: Ground) -> None:
    """By each function, with each key that somebody may have learnt."""
    hidden = [value for name, value in ground.names.items() if name.startswith("hidden")]
    calls = (
        "SELECT * FROM desk.fetch(ARRAY['{key}'::uuid], 0)",
        "SELECT desk.attachment('{key}')",
        "SELECT conversation_id, doing FROM desk.presence('{key}', 'typing')",
        "SELECT desk.push('{key}', 'Note', 0, '{}', '{}')",
        "SELECT what, tbl FROM desk.pull('1:1::{key}')",
    )
    with ground.psql() as session:
        for call in calls:
            absent = session.run(call.replace("{key}", ground.names["absent"]) + ";")
            for key in hidden:
                found = session.run(call.replace("{key}", key) + ";")
                assert (found.text, found.state) == (absent.text, absent.state), call


def test_rows_of_what_is_hidden_are_not_even_looked_at(ground: Ground) -> None:
    """What moved no counter took no time either; counted by whoever may count."""
    counted = (
        "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)"
        " FROM pg_stat_xact_user_tables"
        " WHERE relname NOT IN ('login', 'people', 'access', 'workspace')"
    )
    read = {}
    with ground.owner.connect() as tx:
        for name in ("own", "hidden", "absent"):
            # Counters of the transaction before may still be among these: a backend hands them on
            # once a second.
            before = tx.exec_driver_sql(counted).scalar_one()
            tx.exec_driver_sql(f'SET SESSION AUTHORIZATION "{ground.names["me_login"]}"')
            keys = ([ground.names[name]],)
            tx.exec_driver_sql("SELECT count(*) FROM desk.fetch(%s::uuid[], 0)", keys)
            tx.exec_driver_sql("RESET SESSION AUTHORIZATION")
            read[name] = tx.exec_driver_sql(counted).scalar_one() - before
            tx.rollback()
    assert read["own"] > read["hidden"] == read["absent"]


def test_a_person_may_execute_these_functions_and_no_other(ground: Ground) -> None:
    query = (
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'desk'::regnamespace"
        " AND has_function_privilege(%s, p.oid, 'EXECUTE')"
    )
    with ground.owner.connect() as tx:
        named = tx.exec_driver_sql(query, (ground.names["me_login"],)).scalars().all()
    assert sorted(named) == ["attachment", "fetch", "hello", "joined", "presence", "pull", "push"]


HARMLESS_AND_VOLATILE: Final = frozenset(
    [
        "bernoulli",
        "system",
        "clock_timestamp",
        "timeofday",
        "random",
        "setseed",
        "gen_random_uuid",
        "current_query",
        "set_config",
        "currval",
        "lastval",
        "nextval",
        "setval",
        "currtid2",
        "pg_sleep",
        "pg_sleep_for",
        "pg_sleep_until",
        "pg_cancel_backend",
        "pg_terminate_backend",
        "pg_is_in_recovery",
        "pg_is_wal_replay_paused",
        "pg_jit_available",
        "pg_partition_ancestors",
        "pg_partition_tree",
        "pg_get_multixact_members",
        "pg_collation_actual_version",
        "pg_database_collation_actual_version",
        "pg_sequence_last_value",
        "pg_extension_config_dump",
        "amvalidate",
        "pg_stat_force_next_flush",
        "brin_desummarize_range",
        "brin_summarize_new_values",
        "brin_summarize_range",
        "gin_clean_pending_list",
        "pg_import_system_collations",
        "pg_read_file_old",
        "pg_rotate_logfile_old",
        "pg_stop_making_pinned_objects",
        "pg_nextoid",
    ]
)
"""The last four lines ask themselves who calls: the owner of a table, of the server."""
_INSIDE: Final = (
    r"^(RI_FKey_\w+|binary_upgrade_\w+|\w+handler|\w+validator|\w+_trigger\w*|dsnowball_\w+"
    r"|pg_\w*slot\w*|unique_key_recheck)$"
)
"""What no statement calls, or what asks whether the caller replicates."""


def test_what_the_server_lets_everybody_do_is_known(ground: Ground) -> None:
    """Functions of the server that do more than compute: a new release may bring one, or an upgrade
    may give back a right that was taken away."""
    query = (
        "SELECT DISTINCT p.proname FROM pg_proc p WHERE p.provolatile = 'v' AND p.proname !~ %s"
        " AND p.pronamespace <> 'desk'::regnamespace AND has_function_privilege(%s, p.oid, 'EXECUTE')"
    )
    with ground.owner.connect() as tx:
        named = tx.exec_driver_sql(query, (_INSIDE, ground.names["me_login"])).scalars().all()
    assert sorted(set(named) - HARMLESS_AND_VOLATILE) == []


def test_nothing_of_the_catalogue_may_be_written(ground: Ground) -> None:
    query = (
        "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a"
        " WHERE a.grantee = 0 AND a.privilege_type <> 'SELECT'"
    )
    with ground.owner.begin() as tx:
        assert tx.exec_driver_sql(query).all() == []
        tx.exec_driver_sql("GRANT UPDATE ON pg_settings TO PUBLIC")
        assert "Everybody may change or lock pg_settings." in hardening.exposed(tx)
        tx.rollback()


@pytest.mark.parametrize(
    "database",
    ["postgres", "template1", "replication=database dbname=t_hostile", "replication=true"],
)
def test_a_login_has_no_other_way_in(ground: Ground, database: str) -> None:
    login = ground.logins[ground.mine.person_id]
    place = database if "=" in database else f"dbname={database}"
    with pytest.raises(psycopg.OperationalError, match=r"permission denied|must be superuser"):
        psycopg.connect(
            f"host={ground.server.cluster.socket} user={login.name} password='{login.password}' {place}"
        ).close()


SETTINGS: Final = (
    *("session_preload_libraries=x", "session_replication_role=replica", "log_statement=all"),
    *("zero_damaged_pages=on", "allow_in_place_tablespaces=on", "role={victim_login}"),
    "session_authorization={victim_login}",
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_login_sets_nothing_by_how_it_connects(ground: Ground, setting: str) -> None:
    login = ground.logins[ground.mine.person_id]
    named = setting.replace("{victim_login}", ground.names["victim_login"])
    with pytest.raises(
        psycopg.OperationalError, match=r"permission denied|cannot be changed|must be"
    ):
        psycopg.connect(
            host=str(ground.server.cluster.socket),
            dbname=ground.server.database,
            user=login.name,
            password=login.password,
            options=f"-c {named}",
        ).close()


def test_nobody_has_more_connections_than_four(ground: Ground) -> None:
    login = ground.logins[ground.mine.person_id]
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(ground.server.connected(login.name))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            stack.enter_context(ground.server.connected(login.name))


def test_a_dump_holds_nothing(ground: Ground, tmp_path: Path) -> None:
    login = ground.logins[ground.mine.person_id]
    for options in ([], ["--data-only"], ["--enable-row-security"], ["--table=desk.messages"]):
        dumped = subprocess.run(
            [
                *(program("pg_dump"), "-h", str(ground.server.cluster.socket), "-U", login.name),
                *("-d", ground.server.database, *options),
            ],
            env=os.environ | {"PGPASSWORD": login.password},
            capture_output=True,
            text=True,
            errors="replace",
        )
        assert dumped.returncode != 0
        assert "permission denied" in dumped.stderr
        assert not any(word in dumped.stdout + dumped.stderr for word in ground.theirs.words())
