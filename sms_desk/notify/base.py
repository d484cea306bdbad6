"""What every way of telling somebody has in common."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from sms_desk.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """What a pop-up says: plain text, cleaned and short. conversation_id: what a click opens; None:
    the window only. key: a later one with the same key takes this one's place."""

    key: str
    title: str
    text: str
    conversation_id: UUID | None = None


class Popups(Protocol):
    """The desktop's own notifications, or whatever stands in for them."""

    def show(self, shown: Shown) -> None:
        """Show it, or put it in the place of one with the same key. Never raises."""

    def withdraw(self, key: str) -> None:
        """Take it away, if it still stands there."""
