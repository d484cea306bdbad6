"""Where a query occurs in a text, and the part of the text that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.search_query import Term
from sms_desk.domain.search_text import SEARCHABLE, Piece, PieceKind, pieces, rough, stream

LONGEST = 200
"""Characters of an excerpt: 200 rows of long text took a list 1.8 s (algorithms §3)."""
_LEAD = 40
_ELLIPSIS = "…"
_SPACE = re.compile(r"[^\S ]")
"""White space but the blank, which is as it should be: of a line there are many."""
_OFTEN = 40
"""Characters: what is longer hardly comes twice."""
_STRANGE = re.compile(r"(?<!\S)[^\s\x80-\U0010ffff]*[^\s\x00-\x7f]\S*")
"""Something between blanks with a sign beyond ASCII; tried only where it may begin, since a body can be
one long word."""

Mark = tuple[int, int]
"""(start, end) in characters, end exclusive."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One line of text and the marks in it."""

    text: str
    marks: tuple[Mark, ...]


def matches(terms: Sequence[Term], text: str) -> bool:
    """Whether every term occurs: exactly what the search index answers."""
    return matcher(terms)(text)


def matcher(terms: Sequence[Term]) -> Callable[[str], bool]:
    """`matches` for many texts."""
    parts = tuple(term.rough_part for term in terms)
    needles = tuple(term.needle for term in terms)

    def matching(text: str) -> bool:
        letters = rough(text)
        if any(part not in letters for part in parts):
            return False
        tokens = stream(text)
        return all(needle in tokens for needle in needles)

    return matching


def marks(terms: Sequence[Term], text: str) -> tuple[Mark, ...]:
    """Where the terms occur in a text, in order and without overlap."""
    return _marker(terms)(text)


def _marker(terms: Sequence[Term]) -> Callable[[str], tuple[Mark, ...]]:
    """`marks` for many texts."""
    words = _single_words(terms) if terms else None

    def marked(text: str) -> tuple[Mark, ...]:
        text = text[:SEARCHABLE]
        if words is None:
            found = list(pieces(text)) if terms else []
            return _merged(sorted(mark for term in terms for mark in _occurrences(term, found)))
        if text.isascii():
            return tuple(_ascii_marks(words, text))  # one after the other, with something between
        return _merged(sorted(_single_word_marks(terms, words, text)))

    return marked


def _single_word_marks(terms: Sequence[Term], words: re.Pattern[str], text: str) -> list[Mark]:
    """For single words: pieces of what has a sign beyond ASCII, and the pattern over all the rest.

    White space stands in no piece, so what lies between two of it can be looked at by itself.
    """
    found: list[Mark] = []

    def blank(strange: re.Match[str]) -> str:
        start, end = strange.span()
        said = _pieces(strange[0]) if end - start <= _OFTEN else tuple(pieces(strange[0]))
        for term in terms:
            found.extend([(a + start, b + start) for a, b in _occurrences(term, said)])
        return " " * (end - start)

    plain = _STRANGE.sub(blank, text)
    return found + _ascii_marks(words, plain)


def _ascii_marks(words: re.Pattern[str], text: str) -> list[Mark]:
    return [match.span() for match in words.finditer(text.lower())]


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[Piece, ...]:
    """Of what comes again and again: a name with an accent, an emoji, a word of another script."""
    return tuple(pieces(text))


def _single_words(terms: Sequence[Term]) -> re.Pattern[str] | None:
    """The usual query, single words, as a pattern for small ASCII letters; None where it is another.

    What a text says between two words is then nobody's business, so no pieces need be made. The word
    comes first and what may not stand before it after: so the pattern leaps from word to word.
    """
    ways = []
    for term in terms:
        if term.run or len(term.words) != 1:
            return None
        word = re.escape(term.words[0])
        end = "" if term.beginning else "(?![0-9a-z])"
        ways.append(f"{word}(?<![0-9a-z]{word}){end}")
    # Of two that begin alike the longer marks more, whichever stands first.
    ways.sort(key=len, reverse=True)
    return re.compile("|".join(ways), re.ASCII)


def excerpt(terms: Sequence[Term], text: str, longest: int = LONGEST) -> Excerpt:
    """A line of at most `longest` characters around the first mark, line breaks as spaces."""
    return excerpter(terms, longest)(text)


def excerpter(terms: Sequence[Term], longest: int = LONGEST) -> Callable[[str], Excerpt]:
    """`excerpt` for many texts."""
    marked = _marker(terms)

    def shown(text: str) -> Excerpt:
        found = marked(text)
        if len(text) <= longest:
            return Excerpt(_SPACE.sub(" ", text), found)
        return _part(text, found, longest)

    return shown


def _part(text: str, found: Sequence[Mark], longest: int) -> Excerpt:
    """Of a text that is too long for a line."""
    first = found[0][0] if found else 0
    start = 0 if first <= longest // 2 else _word_start(text, max(0, first - _LEAD))
    end = min(len(text), start + longest - 2 * len(_ELLIPSIS))
    before = _ELLIPSIS if start else ""
    after = _ELLIPSIS if end < len(text) else ""
    line = _SPACE.sub(" ", text[start:end])
    shift = len(before) - start
    inside = tuple((a + shift, min(b, end) + shift) for a, b in found if start <= a < end)
    return Excerpt(before + line + after, inside)


def _occurrences(term: Term, found: Sequence[Piece]) -> Iterator[Mark]:
    return _run_occurrences(term.run, found) if term.run else _word_occurrences(term, found)


def _word_occurrences(term: Term, found: Sequence[Piece]) -> Iterator[Mark]:
    words, n = term.words, len(term.words)
    fits = str.startswith if term.beginning else str.__eq__
    for i in range(len(found) - n + 1):
        last = found[i + n - 1]
        if fits(last.text, words[-1]) and all(
            piece.text == word for piece, word in zip(found[i : i + n - 1], words, strict=False)
        ):
            end = last.start + len(words[-1]) if _same_length(last) else last.end
            yield found[i].start, min(end, last.end)


def _run_occurrences(run: str, found: Sequence[Piece]) -> Iterator[Mark]:
    for piece in found:
        at = piece.text.find(run) if piece.kind is PieceKind.RUN else -1
        while at >= 0:
            if _same_length(piece):
                yield piece.start + at, piece.start + at + len(run)
            else:
                yield piece.start, piece.end
            at = piece.text.find(run, at + len(run))


def _same_length(piece: Piece) -> bool:
    """Whether folding kept every character in its place, so that a part of it can be marked."""
    return len(piece.text) == piece.end - piece.start


def _merged(found: Sequence[Mark]) -> tuple[Mark, ...]:
    merged: list[Mark] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _word_start(text: str, near: int) -> int:
    """The first word's start at or after `near`, unless the next space is far off."""
    space = text.find(" ", near, near + _LEAD // 2)
    return near if space < 0 else space + 1
