"""The text of one message as a bubble shows it: bounded, every character visible, links found."""

from __future__ import annotations

from collections.abc import Iterable

from sms_desk.domain import plain_text
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import Link

SHOWN_CHARACTERS = 4_000
SHOWN_LINES = 120
"""More than this is cut; the whole text opens in the viewer (algorithms §3, huge)."""

LINE_BREAK = "\u2028"
"""What QTextLayout takes for a new line."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the shown text. start, end: in UTF-16 units, as Qt counts."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LinkSpan(Span):
    link: Link


@dataclass(frozen=True, slots=True)
class Body:
    """What is painted. total: characters of the whole text if it was cut, else None."""

    text: str
    links: tuple[LinkSpan, ...] = ()
    mentions: tuple[Span, ...] = ()
    total: int | None = None


def prepare(raw: str, mentions: Iterable[str] = ()) -> Body:
    """Body for a message or note. mentions: names that are marked where they follow an @."""
    cut = _cut(raw)
    text = plain_text.display_text(cut)
    is_cut = len(cut) < len(raw)
    units = _Units(text)
    links = tuple(
        LinkSpan(units.at(link.start), units.at(link.end), link)
        for link in plain_text.links(text)
        if not (is_cut and link.end >= len(text))  # where it would lead is not fully known
    )
    return Body(
        text.replace("\n", LINE_BREAK),
        links,
        tuple(_mentioned(text, mentions, units)),
        len(raw) if is_cut else None,
    )


def occurrences(text: str, wanted: str) -> tuple[Span, ...]:
    """Where `wanted` stands in shown text, letter case aside; for the marks of a search."""
    folded, needle = text.lower(), wanted.lower()
    if not needle or len(folded) != len(text):  # lower() of a few letters is longer
        folded, needle = text, wanted
    units = _Units(text)
    found: list[Span] = []
    start = folded.find(needle) if needle else -1
    while start >= 0:
        found.append(Span(units.at(start), units.at(start + len(needle))))
        start = folded.find(needle, start + len(needle))
    return tuple(found)


def cut_units(text: str, start: int, end: int) -> str:
    """The piece of shown text between two of Qt's positions, with plain new lines."""
    data = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end]
    return data.decode("utf-16-le", "replace").replace(LINE_BREAK, "\n")


def _cut(raw: str) -> str:
    cut = raw[:SHOWN_CHARACTERS]
    lines = cut.splitlines(keepends=True)
    return "".join(lines[:SHOWN_LINES]) if len(lines) > SHOWN_LINES else cut


def _mentioned(text: str, names: Iterable[str], units: _Units) -> Iterable[Span]:
    for name in names:
        mark = f"@{name}"
        start = text.find(mark)
        while start >= 0:
            yield Span(units.at(start), units.at(start + len(mark)))
            start = text.find(mark, start + len(mark))


class _Units:
    """Turns positions of characters into UTF-16 units; free for texts without astral ones."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = not text or max(text) <= "\uffff"

    def at(self, index: int) -> int:
        if self._plain:
            return index
        return index + sum(character > "\uffff" for character in self._text[:index])
