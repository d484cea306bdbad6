"""The first run: the demo, or a provider account, ending in a working inbox or a clear reason."""

from sms_desk.ui.wizard.wizard import Wizard

__all__ = ["Wizard"]
