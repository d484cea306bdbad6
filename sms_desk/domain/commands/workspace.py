"""Accounts and settings."""

from __future__ import annotations

from datetime import datetime
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
class FetchHistory(Command):
    """Fetch what is older, newest first, back to `since`; what is here already is not doubled."""

    account_id: UUID
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseHistory(Command):
    """Leave the fetching of older messages where it is; paused False: go on from there."""

    account_id: UUID
    paused: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTemplates(Command):
    """Read the providers' lists of WhatsApp templates again, in the next cycle (R42)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameWorkspace(Command):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetting(Command):
    """person_id None: for the workspace. value None: back to the default."""

    name: str
    value: Any
    person_id: UUID | None = None
