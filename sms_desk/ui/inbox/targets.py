"""What an action is meant for: some conversations, or everything that matches (R50)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter


@dataclass(frozen=True, slots=True)
class Targets:
    """ids: what is selected among the loaded rows; matching: set if all that match are meant."""

    ids: tuple[UUID, ...]
    matching: InboxFilter | None = None

    def __bool__(self) -> bool:
        return bool(self.ids) or self.matching is not None
