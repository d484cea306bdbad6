"""The inbox: the list of conversations with its search and filters."""

from sms_desk.ui.inbox.options import FilterChoices
from sms_desk.ui.inbox.targets import Targets
from sms_desk.ui.inbox.view import InboxView

__all__ = ["FilterChoices", "InboxView", "Targets"]
