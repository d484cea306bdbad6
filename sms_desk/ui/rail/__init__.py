"""The left rail of the window."""

from sms_desk.ui.rail.view import Rail

__all__ = ["Rail"]
