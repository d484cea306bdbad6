"""The loaded stretch of a thread: a few pages in one piece, trimmed at the far end."""

from __future__ import annotations

from sms_desk.domain.frozen import dataclass
from sms_desk.services.rows import ThreadItem, ThreadPage

MOST = 300
"""Items at once: more would be felt at each arrival (measured.md)."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Items oldest first. older, newer: positions to pass for the pages beyond, None at an end."""

    items: tuple[ThreadItem, ...] = ()
    older: int | None = None
    newer: int | None = None

    @classmethod
    def of(cls, page: ThreadPage) -> Loaded:
        return cls(page.items, page.older, page.newer)

    @property
    def first(self) -> int | None:
        """The position from which it is read again after a change."""
        return self.items[0].position if self.items else None

    def reopened(self) -> Loaded:
        """There may be a page above it after all."""
        return Loaded(self.items, self.first, self.newer)

    def with_older(self, page: ThreadPage) -> Loaded:
        items = _without(page.items, self.items) + self.items
        kept = items[:MOST]
        newer = self.newer if len(kept) == len(items) else kept[-1].position
        return Loaded(kept, page.older, newer)

    def with_newer(self, page: ThreadPage) -> Loaded:
        items = self.items + _without(page.items, self.items)
        kept = items[-MOST:]
        older = self.older if len(kept) == len(items) else kept[0].position
        return Loaded(kept, older, page.newer)

    def read_again(self, page: ThreadPage) -> Loaded:
        """The same stretch with its present content; what lies above stays as it was."""
        items = page.items[-MOST:] if page.newer is None else page.items[:MOST]
        trimmed = len(items) < len(page.items) and page.newer is None
        return Loaded(items, items[0].position if trimmed else self.older, page.newer)

    def item_at(self, position: int) -> ThreadItem | None:
        return next((item for item in self.items if item.position == position), None)


def _without(
    items: tuple[ThreadItem, ...], known: tuple[ThreadItem, ...]
) -> tuple[ThreadItem, ...]:
    ids = {item.id for item in known}
    return tuple(item for item in items if item.id not in ids)
