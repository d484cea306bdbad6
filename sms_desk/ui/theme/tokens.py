"""The tokens of the look: every colour, distance and radius that a widget may use, by name.

A colour always means something (look.md): one accent for "you can act", and one colour each for
campaign, service, WhatsApp, waiting, nudge and note. Text colours keep at least 4.5:1 on the
surfaces they are meant for, signs 3:1; `tests/gui/test_theme.py` checks both schemes.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QColor, QPalette

from sms_desk.domain.frozen import dataclass

GRID: Final = 4
SPACE_XS: Final = 4
SPACE_S: Final = 8
SPACE_M: Final = 12
SPACE_L: Final = 16
SPACE_XL: Final = 24

RADIUS_CARD: Final = 8
RADIUS_BUBBLE: Final = 12

RAIL_WIDTH: Final = 216
RAIL_COLLAPSED_WIDTH: Final = 56
LIST_WIDTH: Final = 336
CONTEXT_WIDTH: Final = 288
ROW_HEIGHT: Final = 68
AVATAR: Final = 36
CONTROL_HEIGHT: Final = 32
CHIP_HEIGHT: Final = 24

FADE_MS: Final = 120


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme. A `_soft` colour is the ground of a chip in the full colour."""

    name: str  # light | dark | contrast
    dark: bool
    base: QColor  # thread
    raised: QColor  # floating
    sunken: QColor  # rail and list ground
    line: QColor  # hairlines between panes
    control_line: QColor  # the edge of a field or button
    text: QColor
    secondary: QColor
    disabled: QColor
    accent: QColor
    accent_hover: QColor
    on_accent: QColor
    accent_soft: QColor
    hover: QColor  # the ground under the pointer
    own_bubble: QColor
    incoming: QColor
    campaign: QColor
    campaign_soft: QColor
    service: QColor
    service_soft: QColor
    whatsapp: QColor
    whatsapp_soft: QColor
    waiting: QColor
    waiting_soft: QColor
    nudge: QColor
    nudge_soft: QColor
    ok: QColor
    ok_soft: QColor
    note: QColor
    note_line: QColor
    neutral_soft: QColor  # tags and other quiet chips
    error: QColor
    error_soft: QColor

    def color(self, token: str) -> QColor:
        """The colour of that name. Raises AttributeError for a name that is no token."""
        value = getattr(self, token)
        if not isinstance(value, QColor):
            raise AttributeError(f"{token} is not a colour token")
        return value


LIGHT: Final = Tokens(
    name="light",
    dark=False,
    base=QColor("#FFFFFF"),
    raised=QColor("#FFFFFF"),
    sunken=QColor("#F6F7F9"),
    line=QColor("#E3E7ED"),
    control_line=QColor("#D5DAE2"),
    text=QColor("#111827"),
    secondary=QColor("#4B5563"),
    disabled=QColor("#9CA3AF"),
    accent=QColor("#2457D6"),
    accent_hover=QColor("#1D48B8"),
    on_accent=QColor("#FFFFFF"),
    accent_soft=QColor("#E7EEFD"),
    hover=QColor("#EFF1F5"),
    own_bubble=QColor("#E7EEFD"),
    incoming=QColor("#EFF1F5"),
    campaign=QColor("#6D3FD1"),
    campaign_soft=QColor("#F1EBFD"),
    service=QColor("#925600"),
    service_soft=QColor("#FBF0DC"),
    whatsapp=QColor("#0F7A5F"),
    whatsapp_soft=QColor("#E1F3EE"),
    waiting=QColor("#C4261D"),
    waiting_soft=QColor("#FCEBEA"),
    nudge=QColor("#B54708"),
    nudge_soft=QColor("#FEF1E3"),
    ok=QColor("#067647"),
    ok_soft=QColor("#E3F5EC"),
    note=QColor("#FFF6D6"),
    note_line=QColor("#EBDB9A"),
    neutral_soft=QColor("#EFF1F5"),
    error=QColor("#C4261D"),
    error_soft=QColor("#FCEBEA"),
)

DARK: Final = Tokens(
    name="dark",
    dark=True,
    base=QColor("#12161C"),
    raised=QColor("#1A2028"),
    sunken=QColor("#0E1217"),
    line=QColor("#29313C"),
    control_line=QColor("#343D4A"),
    text=QColor("#E8ECF2"),
    secondary=QColor("#A3AEBD"),
    disabled=QColor("#667085"),
    accent=QColor("#7AA5FF"),
    accent_hover=QColor("#9ABBFF"),
    on_accent=QColor("#0B1220"),
    accent_soft=QColor("#1B2A4A"),
    hover=QColor("#1C232D"),
    own_bubble=QColor("#1B2A4A"),
    incoming=QColor("#222A35"),
    campaign=QColor("#B59CFF"),
    campaign_soft=QColor("#2A2342"),
    service=QColor("#F0B35A"),
    service_soft=QColor("#372A15"),
    whatsapp=QColor("#4CC9A4"),
    whatsapp_soft=QColor("#143229"),
    waiting=QColor("#FF8A80"),
    waiting_soft=QColor("#3A1D1D"),
    nudge=QColor("#FDB022"),
    nudge_soft=QColor("#35280F"),
    ok=QColor("#47CD89"),
    ok_soft=QColor("#12301F"),
    note=QColor("#3A3316"),
    note_line=QColor("#5E5326"),
    neutral_soft=QColor("#222A35"),
    error=QColor("#FF8A80"),
    error_soft=QColor("#3A1D1D"),
)


def high_contrast(palette: QPalette) -> Tokens:
    """The platform's own colours with every tint dropped; glyphs and words carry the meaning.

    What is chosen or under the pointer has a ground between the platform's two: no sign stands
    beside it.
    """
    base = palette.color(QPalette.ColorRole.Base)
    text = palette.color(QPalette.ColorRole.Text)
    accent = palette.color(QPalette.ColorRole.Highlight)
    on_accent = palette.color(QPalette.ColorRole.HighlightedText)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    signs = dict.fromkeys(
        ("campaign", "service", "whatsapp", "waiting", "nudge", "ok", "error"), text
    )
    grounds = dict.fromkeys(
        (
            "base",
            "raised",
            "sunken",
            "own_bubble",
            "incoming",
            "campaign_soft",
            "service_soft",
            "whatsapp_soft",
            "waiting_soft",
            "nudge_soft",
            "ok_soft",
            "error_soft",
            "note",
            "neutral_soft",
        ),
        base,
    )
    return Tokens(
        name="contrast",
        dark=base.lightness() < text.lightness(),
        line=text,
        control_line=text,
        note_line=text,
        text=text,
        secondary=text,
        disabled=disabled,
        accent=accent,
        accent_hover=accent,
        accent_soft=_between(base, text, 0.2),
        hover=_between(base, text, 0.08),
        on_accent=on_accent,
        **signs,
        **grounds,
    )


def _between(one: QColor, other: QColor, share: float) -> QColor:
    """share: of the other, from 0 to 1."""
    return QColor(
        round(one.red() + (other.red() - one.red()) * share),
        round(one.green() + (other.green() - one.green()) * share),
        round(one.blue() + (other.blue() - one.blue()) * share),
    )


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of WCAG 2.1, from 1.0 (none) to 21.0 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
