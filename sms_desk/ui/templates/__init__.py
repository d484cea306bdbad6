"""Templates."""

from sms_desk.ui.templates.screen import TemplatesScreen

__all__ = ["TemplatesScreen"]
