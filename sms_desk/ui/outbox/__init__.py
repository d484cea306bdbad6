"""What has not gone out: queued, held, in doubt, refused."""

from sms_desk.ui.outbox.screen import OutboxScreen

__all__ = ["OutboxScreen"]
