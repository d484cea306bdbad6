"""The sheet of keys."""

from sms_desk.ui.shortcuts.sheet import KeyLine, ShortcutSheet

__all__ = ["KeyLine", "ShortcutSheet"]
