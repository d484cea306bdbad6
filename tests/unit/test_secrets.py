"""An account's secret where there is no key store (docs/decisions/0005)."""

from __future__ import annotations

from uuid import UUID

import pytest

from sms_desk.bootstrap.secrets import Secrets
from sms_desk.domain.errors import KeyringError
from sms_desk.settings.credentials import SecretStore

ACCOUNT = UUID(int=1)


def no_store() -> SecretStore:
    raise KeyringError("No key store can be reached.", "Log in to a desktop.")


def test_without_a_key_store_the_way_out_is_said() -> None:
    secrets = Secrets(no_store)
    with pytest.raises(KeyringError) as refused:
        secrets.read(ACCOUNT)
    assert refused.value.title == "No key store can be reached."
    assert refused.value.next_step.startswith("Log in to a desktop. ")
    assert "--secret-fd" in refused.value.next_step


def test_a_secret_that_cannot_be_kept_serves_until_the_end() -> None:
    secrets = Secrets(no_store)
    secrets.write(ACCOUNT, "canary")
    assert secrets.read(ACCOUNT) == "canary"
    secrets.delete(ACCOUNT)
    with pytest.raises(KeyringError):
        secrets.read(ACCOUNT)
