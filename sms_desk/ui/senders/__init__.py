"""The sender IDs: what they are, who holds them, and which program they serve."""

from sms_desk.ui.senders.screen import SendersScreen

__all__ = ["SendersScreen"]
