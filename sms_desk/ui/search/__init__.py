"""Search everything: contacts and messages, newest first, as you type (R44)."""

from sms_desk.ui.search.panel import SearchPanel

__all__ = ["SearchPanel"]
