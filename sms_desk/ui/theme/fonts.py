"""The roles that text plays, and the font of each, from the system's interface font."""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication

Role = Literal[
    "body", "body_strong", "name", "name_unread", "snippet", "meta", "meta_strong", "title"
]

_SIZES: Final[dict[str, int]] = {
    "body": 13,
    "body_strong": 13,
    "name": 13,
    "name_unread": 13,
    "snippet": 12,
    "meta": 11,
    "meta_strong": 11,
    "title": 16,
}
_SEMI_BOLD: Final = frozenset({"body_strong", "name_unread", "meta_strong", "title"})

_NO_CHOICE: Final = frozenset({"sans serif", "sans", "dejavu sans", "bitstream vera sans", ""})
"""What a system without an interface font of its own answers."""
_GOOD: Final = ("Inter", "Noto Sans")


def interface_font() -> QFont:
    """The system's interface font in the size of body text.

    Where the system has chosen none, a good one that is installed takes its place.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family().lower() in _NO_CHOICE:
        family = next((name for name in _GOOD if QFontDatabase.hasFamily(name)), font.family())
        font = QFont(family)
    font.setPixelSize(_SIZES["body"])
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def font(role: Role) -> QFont:
    """The font of a role, in the family that the application uses."""
    return QFont(_font(role, QGuiApplication.font().key()))


@cache
def _font(role: Role, _application_font: str) -> QFont:
    made = QFont(QGuiApplication.font())
    made.setPixelSize(_SIZES[role])
    made.setWeight(QFont.Weight.DemiBold if role in _SEMI_BOLD else QFont.Weight.Normal)
    return made


def is_installed(family: str) -> bool:
    """Whether text set in this family is really drawn in it."""
    return QFontInfo(QFont(family)).family() == family
