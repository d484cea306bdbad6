"""Text from outside as it may be shown: every character visible, no field able to disturb another."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]

_GRAPHEME = regex.compile(r"\r|\n|\X")


def graphemes(text: str, start: int = 0, end: int | None = None) -> list[str]:
    """What a reader takes for one character each (Unicode annex 29), from `start` up to `end`.

    CR and LF stand apart, as in Twilio's segment count; the annex would hold them together.
    """
    found: list[str] = _GRAPHEME.findall(text, start, len(text) if end is None else end)
    return found


_INVISIBLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]")


def without_invisible(text: str) -> str:
    """`text` without what leaves no mark on paper: controls, bidi marks, joiners, fillers."""
    visible: str = _INVISIBLE.sub("", text)
    return visible
