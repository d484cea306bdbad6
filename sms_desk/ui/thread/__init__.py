"""The thread screen: head, messages, search, and what can be done at a message."""

from sms_desk.ui.reader import Reader
from sms_desk.ui.thread.head import ThreadHead
from sms_desk.ui.thread.links import confirm_link
from sms_desk.ui.thread.pieces import Act, Target
from sms_desk.ui.thread.view import PageRequest, ThreadView

__all__ = ["Act", "PageRequest", "Reader", "Target", "ThreadHead", "ThreadView", "confirm_link"]
