"""PostgreSQL killed while a text is under way: nothing that was begun is forgotten (I3, GS1, GY4)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from sms_desk.domain.errors import StorageError
from sms_desk.store.team import roles, surface
from tests.fixtures import postgres as pg
from tests.fixtures.desk import desk_in
from tests.fixtures.display import stop
from tests.fixtures.pushing import push_reply
from tests.fixtures.team import TEMPLATE, team_server_in
from tests.fixtures.waiting import wait_until
from tests.store.team.test_team_connector import Team, shift_at


class Server:
    """The server of a cluster, which may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def kill(self) -> None:
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)  # a dead one that nobody took away counts as running

    def start(self) -> None:
        """Its sessions may have a moment to go: until they have, it does not start."""
        settings = [word for option in pg.OPTIONS for word in ("-c", option)]
        words = ("-D", str(self._folder / "data"), "-k", str(self._folder))
        command = [*pg._unprivileged(), pg.program("postgres"), *words, *settings]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd="/")
        time.sleep(0.5)
        if process.poll() is not None:
            self.start()
        else:
            self._started.append(process)

    def stop(self) -> None:
        for process in self._started:
            stop(process)


@pytest.fixture
def cluster() -> Iterator[pg.Cluster]:
    """One of its own, since it is killed."""
    with pg.running_cluster() as made:
        yield made


@pytest.mark.allow_log("sms_desk")
def test_gs1_what_was_being_sent_when_the_server_died_is_sent_once(cluster: pg.Cluster) -> None:
    server = Server(cluster.socket)
    with cluster.database(TEMPLATE) as engine:
        with engine.begin() as connection:
            names = surface.install(connection, TEMPLATE)
            roles.set_password(connection, names.connector, pg.PASSWORD)
        with team_server_in(cluster, TEMPLATE, names) as made:
            desk = desk_in(made.workspace())
            login = made.invite(desk.ann)
            conversation_id = desk.start()
            send = desk.provider.send

            def and_the_server_dies(message: object) -> object:
                desk.provider.send = send  # type: ignore[method-assign]
                server.kill()
                return send(message)  # type: ignore[arg-type]

            def push(body: str) -> bool:
                """Whether the server took it."""
                with suppress(psycopg.Error, StorageError), made.connected(login.name) as session:
                    push_reply(session, desk.workspace, conversation_id, body, desk.hand.at)
                    return True
                desk.workspace.engine.dispose()
                return False

            def bodies() -> list[str]:
                desk.hand.tick(0.2)  # what is in doubt is looked up after seconds
                return [message.body for message in desk.provider.posts]

            desk.provider.send = and_the_server_dies  # type: ignore[method-assign, assignment]
            with (
                made.connected(login.name) as session,
                shift_at(Team(made, desk, session)) as shift,
            ):
                shift.connector.start()
                assert push("once")
                wait_until(lambda: bodies() == ["once"], "the text")
                server.start()
                try:
                    wait_until(lambda: push("after it"), "the server")
                    wait_until(lambda: bodies()[1:] == ["after it"], "the next text")
                    assert shift.connector.stop()
                    desk.workspace.engine.dispose()
                    assert [row["state"] for row in desk.attempts()][:1] == ["accepted"]
                finally:
                    shift.connector.stop()
                    desk.workspace.engine.dispose()
                    made.close()
    server.stop()
