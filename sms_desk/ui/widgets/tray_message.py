"""A tray icon's message: plain text where the platform shows it as such, and always one line."""

from __future__ import annotations

from PySide6.QtWidgets import QSystemTrayIcon

from sms_desk.domain.plain_text import preview

_LONGEST = 200


def show_tray_message(icon: QSystemTrayIcon, title: str, text: str) -> None:
    """Text from outside loses its markup's signs, since a tray may take `<b>` for what it says."""
    icon.showMessage(_plain(title), _plain(text), QSystemTrayIcon.MessageIcon.NoIcon)


def _plain(text: str) -> str:
    return preview(text.replace("<", "‹").replace("&", "＆"), _LONGEST)
