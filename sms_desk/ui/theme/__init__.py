"""How the desk looks, asked by name: no widget holds a colour, a size or a font of its own."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QStyle

from sms_desk.ui.theme import avatars, fonts, icons
from sms_desk.ui.theme.current import Scheme, current
from sms_desk.ui.theme.fonts import Role
from sms_desk.ui.theme.tokens import FADE_MS, Tokens

__all__ = [
    "Role",
    "Scheme",
    "Tokens",
    "apply",
    "avatar_color",
    "fade_ms",
    "font",
    "icon",
    "pixmap",
    "signals",
    "tokens",
]

signals = current.signals
"""`signals.changed` tells that tokens or fonts are others now."""


def apply(app: QApplication, scheme: Scheme = "system") -> None:
    """Dress the application; call again when the setting changes."""
    current.apply(app, scheme)


def tokens() -> Tokens:
    """The tokens that hold now. Ask while painting, never keep."""
    return current.tokens


def font(role: Role) -> QFont:
    """The font of a role in the application's family; the caller's own copy."""
    return fonts.font(role)


def icon(name: str, color: str = "secondary", size: int = 16) -> QIcon:
    """A line icon by its file's name, tinted by a colour token. Not kept over a theme change."""
    return icons.icon(name, tokens().color(color), size, tokens().disabled)


def pixmap(
    name: str, color: str | QColor = "secondary", size: int = 16, ratio: float | None = None
) -> QPixmap:
    """The same as a pixmap. ratio: of the device painted on; None: of the sharpest screen."""
    ink = tokens().color(color) if isinstance(color, str) else color
    app = QGuiApplication.instance()
    sharpest = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    return icons.pixmap(name, ink, size, sharpest if ratio is None else ratio)


def avatar_color(contact_id: UUID, *, named: bool = True) -> QColor:
    """The ground of a contact's avatar; initials on it are white."""
    return avatars.avatar_color(contact_id) if named else avatars.NAMELESS


def fade_ms() -> int:
    """How long a change fades in: 120 ms, or none where the system asks for reduced motion."""
    style = QApplication.style()
    return FADE_MS if style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) else 0
