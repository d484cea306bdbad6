"""The colour of a contact's avatar: the same for one contact everywhere and always."""

from __future__ import annotations

from typing import Final
from uuid import UUID
from zlib import crc32

from PySide6.QtGui import QColor

ON_AVATAR: Final = QColor("#FFFFFF")
NAMELESS: Final = QColor("#666677")
"""For a contact that nobody has named yet."""

COLORS: Final = tuple(
    QColor(name)
    for name in (
        "#AE4F86",
        "#23776C",
        "#3A74B0",
        "#7661C4",
        "#866835",
        "#5464CF",
        "#9E5A3C",
        "#4C7A34",
        "#A2506A",
        "#2F7A8C",
    )
)


def avatar_color(contact_id: UUID) -> QColor:
    """One of a few calm colours, at least 4.5:1 under white initials; stable across runs."""
    return COLORS[crc32(contact_id.bytes) % len(COLORS)]
