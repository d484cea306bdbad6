"""A workspace comes back from a dump: every desk starts over, and nobody has more rights (manual)."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace

from sms_desk.bootstrap import team_admin
from sms_desk.bootstrap.team_admin import Founder
from sms_desk.settings import server_address
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team.client import Client, Hello
from sms_desk.store.team.connection import connect
from tests.e2e.team_setup import remove
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster, program, running_cluster


def test_from_a_dump_into_another_server(postgres: Cluster) -> None:
    address = ServerAddress(str(postgres.socket), "dumped", clusters.USER)
    with running_cluster() as other:
        there = replace(address, host=str(other.socket))
        made = team_admin.init(address, clusters.PASSWORD, "Coats", Founder("Ann", "UTC"))
        before = hello(made.invitation.address, made.invitation.password, postgres)
        roles = dumped("pg_dumpall", postgres, "--roles-only", f"--database={address.database}")
        whole = dumped("pg_dump", postgres, "--create", address.database)
        restored(roles, other)
        restored(whole, other)
        begun = team_admin.restored(there, clusters.PASSWORD)
        assert begun.lost == ()
        after = hello(made.invitation.address, made.invitation.password, other)
        assert after.workspace_id == before.workspace_id
        assert after.epoch != before.epoch
        login = server_address.parsed(made.invitation.address).user
        with connect(there, clusters.PASSWORD) as admin:
            rights = "SELECT has_table_privilege(%s, 'desk.messages', 'SELECT')"
            assert admin.execute(rights, (login,)).fetchall() == [(False,)]
    remove(address)


def hello(address: str, password: str, cluster: Cluster) -> Hello:
    where = replace(server_address.parsed(address), host=str(cluster.socket))
    client = Client(where, password)
    try:
        return client.hello()
    finally:
        client.close()


def dumped(tool: str, cluster: Cluster, *words: str) -> bytes:
    return run([program(tool), *words], cluster, b"").stdout


def restored(text: bytes, cluster: Cluster) -> None:
    run([program("psql"), "--quiet", "--dbname=postgres"], cluster, text)


def run(words: list[str], cluster: Cluster, given: bytes) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "PGHOST": str(cluster.socket),
        "PGUSER": clusters.USER,
        "PGPASSWORD": clusters.PASSWORD,
    }
    return subprocess.run(words, env=environment, input=given, capture_output=True, check=True)
