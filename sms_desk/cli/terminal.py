"""Text for a terminal: hostile text can move no cursor and turn no line around (design §7)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from sms_desk.domain.plain_text import display_text, preview

LONGEST_LINE = 2000
_GAP = "  "
_WIDE = frozenset("WF")


def safe_line(text: str, limit: int = LONGEST_LINE) -> str:
    """On one line, controls as symbols, without bidi controls, cut between graphemes."""
    return preview(text, limit)


def safe_lines(text: str) -> list[str]:
    """As `safe_line`, the text's own lines kept."""
    return [safe_line(line) for line in display_text(text).split("\n")]


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Aligned columns under their titles; the last one is not padded. Cells are safe already."""
    cells = [list(titles), *map(list, rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True))
        yield _GAP.join(padded).rstrip()


_PLAIN = re.compile(r"[ -~]*")


def width(text: str) -> int:
    """How many places a terminal gives to it; close enough for alignment."""
    if _PLAIN.fullmatch(text):
        return len(text)
    return sum(map(_places, text))


def _places(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
