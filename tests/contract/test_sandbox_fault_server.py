"""The raw-socket server of the fixtures breaks where it is told to."""

from __future__ import annotations

import pytest
import requests

from tests.fixtures.fault_server import Drip, FaultServer, Reset, Send, Wait, head, json_answer


def _get(url: str, timeout: float = 5) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(url, data={"Body": "once"}, timeout=timeout)


def test_each_connection_has_its_own_answer() -> None:
    with FaultServer(
        [Reset()],
        [Send(head(201, 10)), Send(b'{"s')],
        [Send(b"SSH-2.0-nonsense\r\n")],
        [Send(json_answer(503, {"code": 20503}, Retry_After="3"))],
    ) as server:
        for _ in range(3):
            with pytest.raises(requests.RequestException):
                _get(server.url)
        last = _get(server.url)
    assert (last.status_code, last.headers["Retry-After"]) == (503, "3")
    assert len(server.requests) == 4
    assert all(request.endswith(b"\r\n\r\nBody=once") for request in server.requests)


def test_silence_and_slowness() -> None:
    with FaultServer([Wait(60)], [Drip(json_answer(200, {}), every=0.001)]) as server:
        with pytest.raises(requests.ReadTimeout):
            _get(server.url, timeout=0.1)
        assert _get(server.url).json() == {}
