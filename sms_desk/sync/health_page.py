"""A page on this machine alone that says how its connector is: GET /health."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from typing_extensions import override

from sms_desk.sync.team_connector import Health

PATH: Final = "/health"
_HOST: Final = "127.0.0.1"
_SECONDS: Final = 10


class HealthPage:
    """Serves the page in a thread. port: 0 for any that is free. Raises OSError where it is taken."""

    def __init__(self, ask: Callable[[], Health], port: int) -> None:
        self._server = _Server((_HOST, port), _Page)
        self._server.ask = ask
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, name="health"
        )
        self._thread.daemon = True
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    ask: Callable[[], Health]


class _Page(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SECONDS  # for who connects and says nothing
    server_version = "sms-desk"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != PATH:
            self._answer(HTTPStatus.NOT_FOUND, {"reason": f"Ask for {PATH}."})
            return
        health = self.server.ask()
        status = HTTPStatus.OK if health.is_well else HTTPStatus.SERVICE_UNAVAILABLE
        self._answer(status, as_words(health))

    def _answer(self, status: HTTPStatus, words: dict[str, Any]) -> None:
        body = json.dumps(words).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Nobody needs to read that it was asked."""


def as_words(health: Health) -> dict[str, Any]:
    """The page's object; `reason` is "" while all is well."""
    return {
        "reason": health.trouble,
        "role": str(health.part),
        "fence": health.fence,
        "lease_seconds_left": round(health.seconds_left, 1),
        "queue": health.waiting,
        "lag_seconds": round(health.waiting_seconds, 3),
        "last_cycle": None if health.last_cycle is None else health.last_cycle.isoformat(),
    }
