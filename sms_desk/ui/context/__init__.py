"""The context pane: who the contact is, how they are reached, and what else there is."""

from sms_desk.ui.context.pane import ContextPane

__all__ = ["ContextPane"]
