"""The connector's health page: on this machine alone, one path, a status that a monitor reads."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

import pytest

from sms_desk.sync.health_page import HealthPage
from sms_desk.sync.team_connector import Health, Part

WELL = Health(Part.HOLDER, 7, 8.25, 2, 0.125, datetime(2026, 3, 2, tzinfo=UTC), "")


@pytest.fixture
def said() -> list[Health]:
    return [WELL]


@pytest.fixture
def page(said: list[Health]) -> Iterator[HealthPage]:
    made = HealthPage(lambda: said[0], 0)
    yield made
    made.close()


def get(page: HealthPage, path: str) -> tuple[int, dict[str, Any]]:
    asked = HTTPConnection("127.0.0.1", page.port, timeout=5)
    try:
        asked.request("GET", path)
        answer = asked.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        asked.close()


def test_it_says_how_the_connector_is(page: HealthPage) -> None:
    assert get(page, "/health") == (
        200,
        {
            "reason": "",
            "role": "holder",
            "fence": 7,
            "lease_seconds_left": 8.2,
            "queue": 2,
            "lag_seconds": 0.125,
            "last_cycle": "2026-03-02T00:00:00+00:00",
        },
    )


def test_trouble_is_a_status_of_its_own(page: HealthPage, said: list[Health]) -> None:
    said[0] = replace(WELL, trouble="Nobody holds the lease.")
    status, words = get(page, "/health")
    assert (status, words["reason"]) == (503, "Nobody holds the lease.")


def test_nothing_else_is_served(page: HealthPage) -> None:
    assert get(page, "/")[0] == 404
    assert get(page, "/health/../etc")[0] == 404


def test_it_listens_on_this_machine_only(page: HealthPage) -> None:
    assert page._server.server_address[0] == "127.0.0.1"
    with socket.create_connection(("127.0.0.1", page.port), timeout=5) as silent:
        assert get(page, "/health")[0] == 200, "who says nothing keeps nobody waiting"
        silent.close()


def test_a_port_that_is_taken_is_an_error(page: HealthPage) -> None:
    with pytest.raises(OSError, match="in use"):
        HealthPage(lambda: WELL, page.port)
