"""Settings: all that the command line can set."""

from sms_desk.ui.settings_screen.screen import SettingsScreen

__all__ = ["SettingsScreen"]
