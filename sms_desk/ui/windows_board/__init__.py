"""The board of open WhatsApp windows."""

from sms_desk.ui.windows_board.screen import WindowsScreen

__all__ = ["WindowsScreen"]
