"""A desk's file is the server's view of its person, whatever happened (GY1, GY3, GY8)."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from sms_desk.sync import team_pull
from tests.fixtures.team import TeamServer
from tests.store.replica.world import DESKS, WRONG_HERE, Follower, Server

HISTORIES = int(os.environ.get("SMS_DESK_WORLDS", "1"))
"""More by the environment."""
STEPS = 100


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_gy1_a_replica_is_the_servers_view_after_any_history(
    seed: int,
    team_server: TeamServer,
    replica_file: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    random = Random(seed)
    # Small pages, so that much is outstanding while pulls go on, and comes in pieces; and often all
    # digests.
    monkeypatch.setattr(team_pull, "KEYS_AT_ONCE", 3)
    monkeypatch.setattr(team_pull, "ROWS_AT_ONCE", random.choice((2, 5, 2_000)))
    monkeypatch.setattr(team_pull, "_KEYS_ASKED", 2)
    monkeypatch.setattr(team_pull, "_SWEEP_EVERY", 5)
    monkeypatch.setattr(team_pull, "_SWEPT_AT_ONCE", 4)
    server = Server(team_server, random)
    desks = [Follower(server, server.team.invite(who), replica_file(f"{who}.db")) for who in DESKS]
    with caplog.at_level(logging.ERROR):
        for n in range(STEPS):
            _step(n, server, random.choice(desks), random)
        for desk in desks:
            desk.catch_up()
            desk.assert_same()
        server.end_all()
        for desk in desks:
            desk.catch_up()
            desk.assert_same()
            desk.workspace.close()
    assert not caplog.records, "a digest differed"


def _step(n: int, server: Server, desk: Follower, random: Random) -> None:
    what = random.random()
    if what < 0.6:
        server.write()
    elif what < 0.75:
        desk.pull()
    elif what < 0.83:
        desk.fill()
    elif what < 0.86:
        desk.catch_up()
        desk.assert_same()
    elif what < 0.89:
        desk.restart()
    elif what < 0.93:
        desk.do(n, random.sample(WRONG_HERE, 2))
    elif what < 0.97:
        _answer(server, desk)
    else:
        desk.crash(random.randrange(1, 200))


def _answer(server: Server, desk: Follower) -> None:
    """The oldest of its commands has a receipt."""
    for id_ in list(desk.queue.pending)[:1]:
        server.looking.execute(
            "INSERT INTO receipt (person_id, id, state, result) VALUES (%s, %s, 'done', '{}')"
            " ON CONFLICT DO NOTHING",
            (desk.login.person_id, id_),
        )
