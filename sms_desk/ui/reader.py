"""Who reads; by itself, since the first page is built before any thread is."""

from __future__ import annotations

from datetime import tzinfo
from uuid import UUID

from sms_desk.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: for "you", and for the times of his own zone."""

    person_id: UUID
    zone: tzinfo
