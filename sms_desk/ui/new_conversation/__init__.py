"""Starting a conversation (R62)."""

from sms_desk.ui.new_conversation.dialog import NewConversationDialog

__all__ = ["NewConversationDialog"]
