"""Calls of the command line in this process stretch a passphrase once; programs do it each time."""

from __future__ import annotations

from functools import cache

import pytest

from sms_desk.settings.keys import Kdf
from tests.fixtures.demo import demo_home, filled_demo

__all__ = ["demo_home", "filled_demo"]

_stretched = cache(Kdf.key)


@pytest.fixture(autouse=True)
def stretched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same passphrase and salt give the same key: a third of a call is saved."""
    monkeypatch.setattr(Kdf, "key", lambda kdf, passphrase: _stretched(kdf, passphrase))
