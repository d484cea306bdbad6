"""Which conversations and contacts a command means, for handlers."""

from __future__ import annotations

from sms_desk.services.targets import known_contact, resolve, seen

__all__ = ["known_contact", "resolve", "seen"]
