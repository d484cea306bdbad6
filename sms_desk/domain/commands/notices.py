"""Who is told, and in which words (R20-R22)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowNotices(Command):
    """A window is about to show these to its person: each is taken once (R21).

    silent: why they are not shown after all, such as `seen`; "" where they are.
    """

    logged: ClassVar[bool] = False
    notice_ids: tuple[UUID, ...]
    silent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteSender(Command):
    """I want to hear nothing of a sender ID's inbox; it is told to others as before (R21)."""

    sender_id: UUID
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveNoticeTemplate(Command):
    """An e-mail template, which holdings name (R21). html: "" for a letter in plain text alone."""

    name: str
    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireNoticeTemplate(Command):
    name: str
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNoticeAgain(Command):
    """A person says that an e-mail that failed or is in doubt goes once more; it may arrive twice."""

    notice_id: UUID
