"""What people were told, and the e-mail templates that tell them."""

from sms_desk.ui.notices.screen import NoticesScreen

__all__ = ["NoticesScreen"]
