"""Workspaces made by calls in this process open at once; a program of its own makes them in earnest."""

from __future__ import annotations

from functools import partial

import pytest

from sms_desk.settings import keys
from tests.fixtures.demo import demo_home, filled_demo

__all__ = ["demo_home", "filled_demo"]


@pytest.fixture(autouse=True)
def stretched_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching a passphrase takes 0.2 s on purpose, each time a workspace is opened.

    How far it was stretched stands beside the workspace: programs open it as quickly.
    """
    monkeypatch.setattr(keys, "Kdf", partial(keys.Kdf, n=16))
