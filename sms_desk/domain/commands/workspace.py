"""Accounts and settings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAccount(Command):
    """The secret is in the keyring and never in a command."""

    account_id: UUID
    provider: str
    sid: str
    label: str
    base_url: str | None = None
    key_sid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAccount(Command):
    account_id: UUID
    removed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameWorkspace(Command):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetting(Command):
    """person_id None: for the workspace. value None: back to the default."""

    name: str
    value: Any
    person_id: UUID | None = None
