"""Finds a title by some of its letters, in order."""

from __future__ import annotations

import unicodedata

_WORD = 500_000
_FIRST = 12
_START = 8
_NEXT = 4


def score(typed: str, title: str) -> int | None:
    """How well `typed` fits, more is better; None if its letters are not there in order.

    Titles of which a word begins with what is typed come first, all alike. After them, letters at
    the start of words and letters side by side count for more.
    """
    wanted, text = _folded(typed).strip(), _folded(title)
    if not wanted:
        return 0
    if f" {wanted}" in f" {text}":
        return _WORD
    best = 0
    at = -1
    for letter in wanted.replace(" ", ""):
        found = _best_place(letter, text, at)
        if found < 0:
            return None
        best += _worth(text, found, at)
        at = found
    return best * 100 - len(text)


def _best_place(letter: str, text: str, after: int) -> int:
    """Right behind the last, else the next start of a word, else anywhere further on."""
    if text[after + 1 : after + 2] == letter:
        return after + 1
    starts = (n for n in range(after + 1, len(text)) if _is_start(text, n) and text[n] == letter)
    return next(starts, text.find(letter, after + 1))


def _worth(text: str, place: int, after: int) -> int:
    if place == 0:
        return _FIRST
    if _is_start(text, place):
        return _START
    return _NEXT if place == after + 1 else 1


def _is_start(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
