"""Text that nobody can make into markup: labels, tooltips, menus and dialogs.

Whatever comes from outside passes `domain.plain_text` before it comes here; these functions see
to it that Qt shows what it is given letter by letter, and never a text of unbounded length.
"""

from sms_desk.ui.widgets.dialogs import ask, ask_text, tell, tell_error
from sms_desk.ui.widgets.labels import (
    LONGEST,
    LONGEST_MENU_TEXT,
    ElidedLabel,
    Label,
    Tone,
    clipped,
    elided,
    label,
    menu_text,
    repolish,
    set_tip,
    set_window_title,
    tip_text,
)

__all__ = [
    "LONGEST",
    "LONGEST_MENU_TEXT",
    "ElidedLabel",
    "Label",
    "Tone",
    "ask",
    "ask_text",
    "clipped",
    "elided",
    "label",
    "menu_text",
    "repolish",
    "set_tip",
    "set_window_title",
    "tell",
    "tell_error",
    "tip_text",
]
