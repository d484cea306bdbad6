"""What a person types into the search field, as a value (R44). Any text is a query; none is an error.

    invoice from:ann campaign:"Spring sale" has:attachment after:2026-05

Words stand side by side and must all occur; what stands in quotation marks must occur as it is;
the word being typed matches as a beginning. An operator that the desk does not know, or a value
that it cannot have, is a plain word: people paste addresses and times with colons.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel
from sms_desk.domain.search_text import PieceKind, pieces, tokens_of_run

_LONGEST_QUERY = 1_000
_MOST_WORDS = 20
_SHORTEST_BEGINNING = 2  # the index keeps beginnings of two and three letters (measured.md)


class Has(StrEnum):
    ATTACHMENT = "attachment"
    NOTE = "note"  # notes only
    LINK = "link"


class Is(StrEnum):
    UNREAD = "unread"
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Term:
    """Something that must occur: neighbouring words, or a part of a run of an unspaced script.

    words: folded, one after the other; `beginning`: the last of them may go on.
    run: folded signs, to occur side by side; then `words` is empty.
    """

    words: tuple[str, ...] = ()
    beginning: bool = False
    run: str = ""

    @property
    def expression(self) -> str:
        """The term in the language of the search index: quoted, so that nothing in it has a meaning."""
        if not self.run:
            return _quoted(" ".join(self.words)) + ("*" if self.beginning else "")
        # One sign is the beginning of a pair, or the last sign of its run.
        return _quoted(" ".join(tokens_of_run(self.run))) + ("*" if len(self.run) == 1 else "")

    @property
    def as_beginning(self) -> str:
        """As `expression`, where the last word may go on: for names, which are few."""
        return self.expression if self.run or self.beginning else self.expression + "*"

    @property
    def needle(self) -> str:
        """What `search_text.stream` of a matching text holds."""
        if self.run:
            pairs = " ".join(tokens_of_run(self.run))
            return f" {pairs}" if len(self.run) == 1 else f" {pairs} "
        words = " ".join(self.words)
        return f" {words}" if self.beginning else f" {words} "

    @property
    def rough_part(self) -> str:
        """What `search_text.rough` of a matching text holds; "" where it would not tell."""
        return self.ascii_part if self.ascii_part.isalpha() else ""

    @property
    def ascii_part(self) -> str:
        """Letters that an ASCII body must hold side by side if it is to match; "" if none can."""
        longest = max(self.words, key=len, default="")
        return longest if longest.isascii() else ""


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions hold together; an empty field asks nothing. Dates are the person's own."""

    terms: tuple[Term, ...] = ()
    text: str = ""
    """The plain words as typed: a contact's name or number, perhaps."""
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    campaign: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    channel: Channel | None = None
    has: frozenset[Has] = frozenset()
    is_: frozenset[Is] = frozenset()
    before: date | None = None
    """The day before which, exclusive."""
    after: date | None = None
    """The day from which on, inclusive."""

    def __bool__(self) -> bool:
        return self != Query(text=self.text)

    @property
    def expression(self) -> str:
        """All terms in the language of the search index; "" where there is none."""
        return " ".join(term.expression for term in self.terms)

    @property
    def only_words(self) -> bool:
        """Whether no operator narrows the search, so that contacts are asked for as well."""
        return self == Query(terms=self.terms, text=self.text)


_ITEM = re.compile(
    r"""(?P<name>[A-Za-z]+):(?P<value>"[^"]*(?:"|$)|[^\s"]+)   # operator
      | "(?P<phrase>[^"]*)(?P<closed>"|$)                       # as it is
      | (?P<word>[^\s"]+)                                       # plain
    """,
    re.VERBOSE,
)


def parse(text: str) -> Query:
    """The query that a person typed, or is typing."""
    typed = text[:_LONGEST_QUERY]
    query, plain, terms = Query(), list[str](), list[Term]()
    being_typed = False
    for match in _ITEM.finditer(typed):
        narrowed = _narrowed(query, match["name"], match["value"]) if match["name"] else None
        if narrowed is not None:
            query = narrowed
            continue
        phrase = match["phrase"]
        words = match[0] if phrase is None else phrase
        plain.append(words)
        being_typed = match.end() == len(typed) and not match["closed"]
        terms += terms_of(words, being_typed=being_typed)
    kept = (_without_lone_letter(terms) if being_typed else terms)[:_MOST_WORDS]
    return replace(query, terms=tuple(kept), text=" ".join(plain))


def terms_of(words: str, *, being_typed: bool = False) -> list[Term]:
    """One term for the neighbouring words, one for each run, one for each symbol."""
    found: list[Term] = []
    neighbours: list[str] = []

    def end_of_words(*, beginning: bool = False) -> None:
        if neighbours:
            long_enough = len(neighbours[-1]) >= _SHORTEST_BEGINNING
            found.append(Term(tuple(neighbours), beginning=beginning and long_enough))
            neighbours.clear()

    for piece in pieces(words):
        if piece.kind is PieceKind.WORD:
            neighbours.append(piece.text)
            continue
        end_of_words()
        is_run = piece.kind is PieceKind.RUN
        found.append(Term(run=piece.text) if is_run else Term((piece.text,)))
    end_of_words(beginning=being_typed)
    return found


def _without_lone_letter(terms: list[Term]) -> list[Term]:
    """After other words, one letter is a word that has only just begun."""
    last = terms[-1].words if terms else ()
    lone = len(last) == 1 and len(last[0]) < _SHORTEST_BEGINNING and last[0].isalpha()
    return terms[:-1] if lone and len(terms) > 1 else terms


# --- operators --------------------------------------------------------------------------------


def _narrowed(query: Query, name: str, value: str) -> Query | None:
    """The query with an operator applied; None where it is no operator of ours."""
    apply = OPERATORS.get(name.lower())
    value = value.strip('"').strip()
    return apply(query, value) if apply and value else None


def _with(query: Query, name: str, value: object) -> Query:
    changes: dict[str, Any] = {name: value}
    return replace(query, **changes)


def _adds(name: str) -> Callable[[Query, str], Query]:
    def apply(query: Query, value: str) -> Query:
        return _with(query, name, (*getattr(query, name), value))

    return apply


def _chooses(name: str, words: type[StrEnum]) -> Callable[[Query, str], Query | None]:
    def apply(query: Query, value: str) -> Query | None:
        if value.lower() not in list(words):
            return None
        chosen = words(value.lower())
        old = getattr(query, name)
        return _with(query, name, old | {chosen} if isinstance(old, frozenset) else chosen)

    return apply


_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", re.ASCII)


def _dates(name: str) -> Callable[[Query, str], Query | None]:
    def apply(query: Query, value: str) -> Query | None:
        match = _DAY.fullmatch(value)
        try:
            return match and _with(query, name, date(*(int(n or 1) for n in match.groups())))
        except ValueError:
            return None

    return apply


OPERATORS: dict[str, Callable[[Query, str], Query | None]] = {
    "from": _adds("from_"),
    "to": _adds("to"),
    "campaign": _adds("campaign"),
    "service": _adds("service"),
    "tag": _adds("tag"),
    "channel": _chooses("channel", Channel),
    "has": _chooses("has", Has),
    "is": _chooses("is_", Is),
    "before": _dates("before"),
    "after": _dates("after"),
}
"""A new operator is one entry here, one field of Query, and one clause in `store.search_filters`."""


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
