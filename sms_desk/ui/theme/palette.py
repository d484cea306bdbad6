"""The application's palette, made from tokens, for whatever the stylesheet does not reach."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QPalette

from sms_desk.ui.theme.tokens import Tokens

_Role = QPalette.ColorRole

_ROLES: Final = {
    _Role.Window: "base",
    _Role.WindowText: "text",
    _Role.Base: "base",
    _Role.AlternateBase: "sunken",
    _Role.Text: "text",
    _Role.PlaceholderText: "secondary",
    _Role.Button: "raised",
    _Role.ButtonText: "text",
    _Role.BrightText: "on_accent",
    _Role.Highlight: "accent",
    _Role.HighlightedText: "on_accent",
    _Role.Accent: "accent",
    _Role.Link: "accent",
    _Role.LinkVisited: "accent",
    _Role.ToolTipBase: "raised",
    _Role.ToolTipText: "text",
    _Role.Light: "raised",
    _Role.Midlight: "line",
    _Role.Mid: "line",
    _Role.Dark: "control_line",
    _Role.Shadow: "line",
}
_DISABLED: Final = (_Role.WindowText, _Role.Text, _Role.ButtonText)


def palette_of(tokens: Tokens) -> QPalette:
    """Every role that a standard widget reads, disabled texts included."""
    palette = QPalette()
    for role, token in _ROLES.items():
        palette.setColor(role, tokens.color(token))
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, tokens.disabled)
    return palette
