"""Text as the search knows it: folded, and cut into words. Index, scan and marks all use this.

Folding makes spellings meet: case, full width, accents, ligatures, the digits of any script, and
what leaves no mark on paper. Where a script sets no spaces between words (Chinese, Japanese, Thai …)
a *run* of its characters is indexed as overlapping pairs, so that any part of it is found
(measured.md: one byte a message, against four times the index for trigrams). Hangul sets spaces,
but glues particles to its words, so it is treated the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

import regex  # type: ignore[import-untyped]

SEARCHABLE = 65_536
"""So many characters of a body can be found (algorithms §3, "huge"); all of it is stored."""

_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Yi}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ーｰﾞﾟ々〆"
)
_SIGN = r"[\p{L}\p{M}\p{N}\p{Co}\p{Cf}]"
_PIECE = regex.compile(
    rf"(?P<run>[{_SIGN}&&[{_UNSPACED}]][{_SIGN}&&[{_UNSPACED}\p{{M}}\p{{Cf}}]]*)"
    rf"|(?P<word>[{_SIGN}--[{_UNSPACED}]]+)"
    r"|(?P<symbol>\p{Extended_Pictographic})",
    regex.VERSION1,
)
_ASCII_WORD = regex.compile(r"[0-9A-Za-z]+")
_ASCII_GAP = re.compile(r"[^0-9a-z]+")
# Accents of Latin, Greek and Cyrillic, Arabic vowel signs, Hebrew points. Not the signs of Indic
# scripts or of kana: without them a word is another word.
_DROPPED = regex.compile(
    r"[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF-\u05C7\u0610-\u061A\u064B-\u065F\u0670]"
    r"|\p{Cf}|\p{Default_Ignorable_Code_Point}"
)
_NO_WORD_SIGN = regex.compile(r"[^\p{L}\p{M}\p{N}\p{Co}]+")
# The same cutting for a text of words alone, in three passes instead of one step a word.
_SPECIAL = regex.compile(rf"[{_UNSPACED}\p{{Extended_Pictographic}}]")
_GAP = regex.compile(rf"[^{_SIGN[1:]}+")
_NEITHER = regex.compile(r"[^\p{L}\p{M}\p{N}\p{Co} ]+")
_LETTERS = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
_LETTER = re.compile(f"[{''.join(_LETTERS)}]")
_REWRITTEN = regex.compile(r"[\p{Nd}--[0-9]]|[ıøłđæœ]", regex.VERSION1)


class PieceKind(Enum):
    WORD = auto()
    RUN = auto()
    SYMBOL = auto()


_KINDS = {kind.name.lower(): kind for kind in PieceKind}


class Piece(NamedTuple):
    """A word, a run or a symbol of a text: folded, and where it stands in the original."""

    kind: PieceKind
    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """`text` with everything gone that tells only spellings apart."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    kept: str = _DROPPED.sub("", unicodedata.normalize("NFKD", apart))
    composed = unicodedata.normalize("NFC", kept)
    folded: str = _REWRITTEN.sub(_rewrite, composed)
    return folded


def pieces(text: str) -> Iterator[Piece]:
    """The words, runs and symbols of a text, in order; a piece that folds to nothing is left out."""
    if text.isascii():
        for match in _ASCII_WORD.finditer(text):
            yield Piece(PieceKind.WORD, match[0].lower(), *match.span())
        return
    for match in _PIECE.finditer(text):
        kind = _KINDS[match.lastgroup]
        folded = match[0] if kind is PieceKind.SYMBOL else _folded_word(match[0])
        if folded:
            yield Piece(kind, folded, *match.span())


def tokens_of_run(run: str) -> list[str]:
    """Pairs of neighbours, so that a longer query is a phrase of pairs."""
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def indexed(text: str) -> str:
    """What the index is fed: the tokens of a text, a space between them.

    The index cuts ASCII as we do, so the common case costs nothing.
    """
    text = text[:SEARCHABLE]
    if text.isascii():
        return text.replace("\0", " ")
    if not _SPECIAL.search(text):
        words: str = _NEITHER.sub("", fold(_GAP.sub(" ", text)))
        return words
    tokens: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match.lastgroup == "symbol":
            tokens.append(piece)
        elif match.lastgroup == "word":
            tokens.append(_folded_word(piece))
        elif run := _folded_word(piece):
            tokens += tokens_of_run(run)
            if len(run) > 1:
                tokens.append(run[-1])  # one sign is sought as the beginning of a token
    return " ".join(tokens)


def stream(text: str) -> str:
    """The tokens of a text as the index cuts them, one space before and after each."""
    fed = indexed(text)
    if fed.isascii():
        fed = _ASCII_GAP.sub(" ", fed.lower())
    return f" {fed} "


def rough(text: str) -> str:
    """The ASCII letters of a folded text, in order, quickly: a sieve before `stream`."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
        text = _LETTER.sub(_rewrite, text).encode("ascii", "ignore").decode()
    return text.lower()


@lru_cache(maxsize=4096)
def _folded_word(text: str) -> str:
    folded: str = _NO_WORD_SIGN.sub("", fold(text))
    return folded


def _rewrite(match: regex.Match[str] | re.Match[str]) -> str:
    """A letter that has no parts to take off, or a digit of another script."""
    character = match[0]
    if character in _LETTERS:
        return _LETTERS[character]
    value = unicodedata.decimal(character, None)  # Python's tables may be older than regex's
    return character if value is None else str(value)
