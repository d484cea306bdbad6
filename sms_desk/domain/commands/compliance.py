"""Wishes to hear no more, and India's registered texts (R39, R41)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.commands.base import Command
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    DltKind,
    OptOutScope,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOptOutRequest(Command):
    """A person has read a wish to hear no more: it is one, it is none, or it is open again (R39).

    request_ids: of one conversation. scope: how far it reaches; None: as far as the provider's own
    keyword does. opt_out_id: for the opt-out that is made.
    """

    request_ids: tuple[UUID, ...]
    decision: RequestState
    scope: OptOutScope | None = None
    opt_out_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DltText:
    """A text as it is registered with India's operators. sender_id None: for every header."""

    template_id: UUID
    dlt_id: str
    entity_id: str
    name: str
    kind: DltKind
    body: str
    sender_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDltTemplate(Command):
    """A registered text is added or corrected (R41)."""

    text: DltText


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireDltTemplate(Command):
    template_id: UUID
    retired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDltTemplates(Command):
    """Many at once, all or none; one whose number is known is corrected."""

    texts: tuple[DltText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackDltImport(Command):
    """texts: as those were that an import corrected. retired: what it added or brought back."""

    texts: tuple[DltText, ...]
    retired: tuple[UUID, ...]
