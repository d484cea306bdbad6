"""Which conversations a command means, for handlers."""

from __future__ import annotations

from sms_desk.services.targets import resolve

__all__ = ["resolve"]
