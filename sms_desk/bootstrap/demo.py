"""The demo: an invented shop on an embedded sandbox that behaves as a provider does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.providers import catalogue
from sms_desk.providers.base import Credential, Provider
from sms_desk.providers.sandbox import Account, SandboxClock, SandboxServer, demo_world
from sms_desk.services import demo, lines
from sms_desk.services.desk import Desk
from sms_desk.store import accounts, messages, notices
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from sms_desk.sync.discover import discover
from sms_desk.sync.engine import Engine
from sms_desk.sync.tell_absences import tell_absences

log = logging.getLogger(__name__)

_SEED = 7
_MOST_CYCLES = 20


class DemoSandbox:
    """The sandbox of the demo; it starts when the connector first needs a provider.

    Its world is kept beside the workspace, so that the demo goes on where it was.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime], *, lively: bool = True) -> None:
        self._folder = folder
        self._now = now
        self._lively = lively
        self._server: SandboxServer | None = None

    def provider(self, _account: Mapping[str, Any] | None = None) -> Provider:
        """The provider of the demo's account. Its credentials are published."""
        account = Account()
        return catalogue.make_provider(
            "twilio",
            Credential(account.sid, account.sid, account.auth_token),
            base_url=self._running().base_url,
        )

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _running(self) -> SandboxServer:
        if self._server is None:
            now = self._now()
            self._server = SandboxServer(
                lambda: demo_world(now, _SEED, lively=self._lively),
                clock=SandboxClock(self._now),
                ledger=self._folder / "sandbox.ledger",
                state_file=self._folder / "sandbox.json",
            )
            self._server.start()
        return self._server


def furnish(desk: Desk, workspace: Workspace, sandbox: DemoSandbox, engine: Engine) -> None:
    """Fill a new demo: its people, then what the sandbox has, then what they made of it."""
    words = demo.story()
    with workspace.read() as tx:
        if accounts.listing(tx, removed=True):
            return
    account = c.AddAccount(
        **desk.stamp(),
        account_id=new_id(),
        provider="twilio",
        sid=Account().sid,
        label=words["workspace"]["account"],
    )
    demo.set_up(desk, words, account)
    _list_services(desk, workspace, sandbox, account.account_id)
    demo.bind_services(desk, words)
    for _ in range(_MOST_CYCLES):
        engine.run_once(desk.now(), force=True)
        if not any(line.backfill_running for line in desk.read(lines.lines)):
            break
    with workspace.write() as tx:
        messages.seen_as_they_came(tx)
    demo.settle_in(desk, words)
    tell_absences(workspace, desk.now())
    with workspace.write() as tx:
        notices.hush(tx, desk.now(), "demo")


def _list_services(
    desk: Desk, workspace: Workspace, sandbox: DemoSandbox, account_id: UUID
) -> None:
    provider = sandbox.provider()
    try:
        discover(workspace, account_id, provider, desk.now())
    finally:
        provider.close()
