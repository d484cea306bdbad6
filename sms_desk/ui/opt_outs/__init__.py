"""Wordings that ask to hear no more, for a person to read and decide (R39)."""

from sms_desk.ui.opt_outs.screen import OptOutsScreen

__all__ = ["OptOutsScreen"]
