"""Ids as people hand them on: whole, or the beginning or end that a screen shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from sms_desk.domain.frozen import dataclass

SHORTEST = 6
_WHOLE = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_PART = re.compile(rf"[0-9a-f-]{{{SHORTEST},}}", re.IGNORECASE)
_WORDS = re.compile(r"[^\s,;\"']+")
_LONGEST = 500_000
_MOST_PARTS = 500


def whole(text: str) -> UUID | None:
    """The id, if all of it stands there."""
    return UUID(text) if _WHOLE.fullmatch(text) else None


def is_part(text: str) -> bool:
    """Whether it could be a part of an id, and not a name."""
    return _PART.fullmatch(text) is not None


def fitting(part: str, candidates: Iterable[UUID]) -> list[UUID]:
    """Those that begin or end with it: people see an id's end, scripts all of it."""
    digits = part.replace("-", "").lower()
    return [id_ for id_ in candidates if id_.hex.startswith(digits) or id_.hex.endswith(digits)]


@dataclass(frozen=True, slots=True)
class Pasted:
    """found: in the order of the text, each once. unknown: how many words are none of them."""

    found: tuple[UUID, ...]
    unknown: int = 0


def pasted(text: str, known: Iterable[UUID]) -> Pasted:
    """The ids that somebody pasted, one a line or with commas. A part that fits several is none."""
    candidates = list(known)
    have = frozenset(candidates)
    found: dict[UUID, None] = {}
    parts = unknown = 0
    for word in _WORDS.findall(text[:_LONGEST]):
        id_ = whole(word)
        if id_ is None and is_part(word) and parts < _MOST_PARTS:
            parts += 1
            fits = fitting(word, candidates)
            id_ = fits[0] if len(fits) == 1 else None
        if id_ is not None and id_ in have:
            found[id_] = None
        else:
            unknown += 1
    return Pasted(tuple(found), unknown)
