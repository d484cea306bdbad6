"""Conversations, and sender IDs with them, to other people for good (R30)."""

from sms_desk.ui.reassign.dialog import ReassignDialog

__all__ = ["ReassignDialog"]
