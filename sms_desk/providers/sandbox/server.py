"""The sandbox as a server on 127.0.0.1: in a thread beside the desk, or as a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

import uvicorn
from typing_extensions import override

from sms_desk.domain.errors import UsageError

from .app import Application
from .clock import SandboxClock
from .model import Account
from .sandbox import Sandbox
from .script import demo_world
from .starter import starter_world
from .wire import OpenProtocol
from .world import World

HOST = "127.0.0.1"
START_SECONDS = 20
FAREWELL_SECONDS = 2


class SandboxServer:
    """A sandbox that listens, for the embedded demo and for tests.

    world: the world, or a function that makes it (called only when no state file exists).
    port: 0 takes a free one. Use as a context manager, or `start()` and `stop()`.
    `sandbox` may be used from any thread: `server.sandbox.receive(…)`, `.advance(…)`, `.order(…)`.
    """

    def __init__(
        self,
        world: World | Callable[[], World],
        *,
        port: int = 0,
        clock: SandboxClock | None = None,
        ledger: Path | None = None,
        state_file: Path | None = None,
        run: str = "",
    ) -> None:
        self.sandbox = Sandbox(world, clock=clock, ledger=ledger, state_file=state_file, run=run)
        self.base_url = ""
        self._port = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: _Server | None = None

    @property
    def account(self) -> Account:
        """The credentials that the server takes."""
        return self.sandbox.world.account

    @property
    def world(self) -> World:
        """The world; hold `sandbox.lock` when reading it while calls may arrive."""
        return self.sandbox.world

    def start(self) -> str:
        """Listen; the base URL, once calls are answered."""
        listening = self._listen()
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(listening, ready.set), name="sandbox", daemon=True
        )
        self._thread.start()
        if not ready.wait(START_SECONDS):
            raise RuntimeError("the sandbox server did not start")
        return self.base_url

    def stop(self) -> None:
        """Stop answering, write the state file, close the ledger. Hanging calls are reset."""
        if self._thread is None or self._loop is None or self._running is None:
            self.sandbox.close()
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed when the server stopped itself
            self._loop.call_soon_threadsafe(self._running.leave)
        self._thread.join(START_SECONDS)
        self._thread = None

    def run(self, announce: Callable[[str], None] | None = None) -> None:
        """Serve in this thread until the program is interrupted."""
        listening = self._listen()

        def ready() -> None:
            if announce:
                announce(self.base_url)

        with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again once it has closed
            self._run(listening, ready)

    def _listen(self) -> socket.socket:
        # asyncio turns Nagle's delay (40 ms an answer) off only where the protocol is named.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform != "win32":  # there it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, self._port))
        except OSError as taken:
            listening.close()
            raise UsageError(f"Port {self._port} is not free.", "Choose another one.") from taken
        self.base_url = f"http://{HOST}:{listening.getsockname()[1]}"
        return listening

    def _run(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        asyncio.run(self._serve(listening, ready))

    async def _serve(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._running = _Server(Application(self.sandbox), ready)
        await self._running.serve(sockets=[listening])

    def __enter__(self) -> SandboxServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(
    port: int,
    ledger: Path | None = None,
    seed: int = 0,
    *,
    demo: bool = False,
    state_file: Path | None = None,
    clock: SandboxClock | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """What `sms-desk sandbox` does: answer until the program is interrupted.

    port: 0 takes a free one; announce is called with the base URL once it answers.
    demo: the demo's story instead of a starter account. Raises UsageError when the port is taken.
    """
    clock = clock or SandboxClock()

    def world() -> World:
        return demo_world(clock.now(), seed) if demo else starter_world(seed)

    server = SandboxServer(world, port=port, ledger=ledger, state_file=state_file, clock=clock)
    server.run(announce)


class _Server(uvicorn.Server):
    """uvicorn, which says when it is ready and lets hanging answers go when it leaves."""

    def __init__(self, application: Application, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application.starlette(),
                http=OpenProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,  # the sandbox's own clock writes it
                timeout_keep_alive=30,
            )
        )
        self._application = application
        self._ready = ready

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @override
    async def main_loop(self) -> None:
        """Nothing to do but wait: uvicorn's own loop wakes ten times a second for its date header."""
        await self._application.stopping.wait()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, without its fixed pauses, which a hundred tests would feel."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=FAREWELL_SECONDS)
        await self.lifespan.shutdown()

    def leave(self) -> None:
        """Stop serving. Called in the server's own thread."""
        self._application.stopping.set()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.leave()
