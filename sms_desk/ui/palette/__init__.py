"""The command palette: every command by a few letters of its title."""

from sms_desk.ui.palette.palette import Palette

__all__ = ["Palette"]
