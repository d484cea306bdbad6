"""Whether a text is one that India's operators have registered, and where it departs (R41).

A template is fixed text with variables such as `{#var#}`. The operators compare what was sent
with what is registered character by character, case included, and a value that is too long fails
as a wrong word does:

- AWS, "Understanding template matching issues": exact text, case-sensitive, look-alike quotes
  differ, a value has at most 30 characters
  (https://docs.aws.amazon.com/sms-voice/latest/userguide/registrations-sms-senderid-india-template-issues.html)
- MSG91, "SMS not matched with DLT template": 40 characters, and marks and spaces are not compared
  (https://msg91.com/help/dlt-registration-in-india/error-description-sms-not-matched-with-dlt-template)

Where they differ the stricter one is followed: what passes here passes there. Typed variables are
TRAI's direction of November 2025
(https://msg91.com/help/dlt-registration-in-india/variable-tagging-on-dlt-sms-templates); whether
a link or a number is on the operators' own lists cannot be known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import DltKind
from sms_desk.domain.registration import HeaderType

LONGEST_VALUE = 30
"""Characters of one variable."""
LONGEST_BODY = 2000
"""Characters of a template; the operators take fewer."""

SUFFIX = MappingProxyType(
    {
        DltKind.TRANSACTIONAL: HeaderType.TRANSACTIONAL,
        DltKind.SERVICE_IMPLICIT: HeaderType.SERVICE,
        DltKind.SERVICE_EXPLICIT: HeaderType.SERVICE,
        DltKind.PROMOTIONAL: HeaderType.PROMOTIONAL,
        DltKind.GOVERNMENT: HeaderType.GOVERNMENT,
    }
)
"""What the header of a template of each kind is registered for."""


@dataclass(frozen=True, slots=True)
class Template:
    """A registered text. dlt_id: the operators' number. sender_id None: for every header."""

    id: UUID
    dlt_id: str
    name: str
    kind: DltKind
    body: str
    sender_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where a text first departs from a template.

    position: of the character, counted from 1. expected, found: what stands there in the template
    and in the text; "" for the end. variable: the number of the variable, counted from 1, that
    reaches up to there, 0 for none; too_long: its value is longer than it may be.
    """

    position: int
    expected: str
    found: str
    variable: int = 0
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The template that fits, or the one that comes nearest, with where the text departs from it."""

    template: Template
    deviation: Deviation | None

    @property
    def fits(self) -> bool:
        return self.deviation is None


# --- the parts of a template --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kind:
    """longest: characters, None where nobody states a limit. takes: the characters it may have."""

    longest: int | None
    takes: re.Pattern[str] | None = None


_KINDS = MappingProxyType(
    {
        "var": _Kind(LONGEST_VALUE),
        "numeric": _Kind(LONGEST_VALUE, re.compile(r"[0-9]")),
        "number": _Kind(LONGEST_VALUE, re.compile(r"[0-9]")),
        "alphanumeric": _Kind(40),  # "name / address" have spaces, so any character
        "url": _Kind(None, re.compile(r"\S")),
        "urlott": _Kind(None, re.compile(r"\S")),
        "cbn": _Kind(LONGEST_VALUE, re.compile(r"[0-9+() -]")),
        "email": _Kind(None, re.compile(r"\S")),
    }
)
_VARIABLE = re.compile(r"\{#(?P<kind>[a-z]+)#\}")
_STRAY = re.compile(r"\{#[^}]{0,20}\}?|##[A-Za-z0-9]{1,20}##")

_Part = str | _Kind


@lru_cache(maxsize=4096)
def _parts(body: str) -> tuple[_Part, ...]:
    found: list[_Part] = []
    at = 0
    for match in _VARIABLE.finditer(body):
        kind = _KINDS.get(match["kind"])
        if kind is None:
            continue
        if match.start() > at:
            found.append(body[at : match.start()])
        found.append(kind)
        at = match.end()
    if at < len(body):
        found.append(body[at:])
    return tuple(found)


def variables(body: str) -> int:
    """How many variables the template has."""
    return sum(not isinstance(part, str) for part in _parts(normalised(body)))


def checked_body(body: str) -> str:
    """A template's text as it is kept. Raises UsageError for what cannot be registered."""
    text = normalised(body)
    if not text.strip():
        raise UsageError("The template is empty.", "Copy its text from the operator's DLT portal.")
    if len(text) > LONGEST_BODY:
        raise UsageError(
            f"The template has {len(text):,} characters.", f"It has at most {LONGEST_BODY:,}."
        )
    for part in _parts(text):
        stray = _STRAY.search(part) if isinstance(part, str) else None
        if stray:
            raise UsageError(
                f"“{stray[0]}” is no variable of the operators.",
                "Write {#var#}, or one of "
                + ", ".join(f"{{#{name}#}}" for name in _KINDS if name not in ("var", "number"))
                + ", in small letters.",
            )
    return text


def normalised(text: str) -> str:
    """Line ends in one form, none at the end: providers change both on the way (algorithms §1.1)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


# --- comparing ----------------------------------------------------------------------------------
#
# Where the text may stand after each part is a set of positions, kept as the bits of one number:
# no way is tried twice, so a template of nothing but variables costs no more than any other.


def deviation(body: str, text: str) -> Deviation | None:
    """Where `text` first departs from the template `body`; None if it fits."""
    return _Text(normalised(text)).against(_parts(normalised(body)))[1]


def best(templates: Iterable[Template], text: str) -> Match | None:
    """The template that fits, else the one whose fixed words the text follows furthest.

    None if there is no template.
    """
    compared = _Text(normalised(text))
    nearest: tuple[int, Match] | None = None
    for template in templates:
        followed, departs = compared.against(_parts(normalised(template.body)))
        if departs is None:
            return Match(template, None)
        if nearest is None or followed > nearest[0]:
            nearest = followed, Match(template, departs)
    return None if nearest is None else nearest[1]


_ALIGNED = 6
"""Characters that have to be found again behind a missing one, to believe that it is missing."""
_LOOK_AHEAD = 40


class _Text:
    """One text, compared with any number of templates."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._occurrences: dict[str, int] = {}
        self._taken: dict[_Kind, int] = {}

    def against(self, parts: Sequence[_Part]) -> tuple[int, Deviation | None]:
        """How many fixed characters it follows, and where it departs."""
        text = self._text
        reached, followed, number = 1, 0, 0
        variable: _Kind | None = None  # the part before, if it is one
        for n, part in enumerate(parts):
            if isinstance(part, str):
                after = (reached & self._where(part)) << len(part)
                if n == len(parts) - 1:  # the last words have to be the text's own last words
                    after &= 1 << len(text)
                if not after:
                    common, departs = self._departs(reached, part, number, variable)
                    return followed + common, departs
                reached, variable = after, None
                followed += len(part)
            else:
                reached = self._after_variable(reached, part)
                number, variable = number + 1, part
        if reached >> len(text) & 1:
            return followed, None
        furthest = reached.bit_length() - 1
        reaches, long = (number, _is_full(variable)) if variable else (0, False)
        return followed, Deviation(furthest + 1, "", text[furthest], reaches, long)

    def _where(self, words: str) -> int:
        """The positions at which these words stand."""
        if words not in self._occurrences:
            found, at = 0, self._text.find(words)
            while at >= 0:
                found |= 1 << at
                at = self._text.find(words, at + 1)
            self._occurrences[words] = found
        return self._occurrences[words]

    def _after_variable(self, reached: int, kind: _Kind) -> int:
        """All positions up to the longest value on, over characters that it takes. It may be empty:
        a long value is registered as several variables, of which a short one fills the first."""
        longest = len(self._text) if kind.longest is None else kind.longest
        taken = self._takes(kind)
        span = 1
        while span <= longest and taken:  # `taken` holds where `span` characters in a row are
            step = min(span, longest + 1 - span)
            reached |= (reached & self._runs(kind, step)) << step
            span += step
        return reached

    def _runs(self, kind: _Kind, length: int) -> int:
        """The positions from which the variable takes so many characters in a row."""
        runs, have = self._takes(kind), 1
        while have < length:
            more = min(have, length - have)
            runs &= runs >> more
            have += more
        return runs

    def _takes(self, kind: _Kind) -> int:
        """The positions of the characters that the variable takes."""
        if kind not in self._taken:
            takes = kind.takes
            self._taken[kind] = (
                (1 << len(self._text)) - 1
                if takes is None
                else sum(1 << at for at, char in enumerate(self._text) if takes.fullmatch(char))
            )
        return self._taken[kind]

    def _departs(
        self, reached: int, words: str, number: int, variable: _Kind | None
    ) -> tuple[int, Deviation]:
        """Where fixed words, expected from one of these positions on, are not what stands there."""
        text = self._text
        common, at = self._nearest(reached, words)
        if variable is None or common:
            here = at + common
            expected = words[common] if common < len(words) else ""  # "": more text behind them
            return common, Deviation(here + 1, expected, text[here : here + 1])
        first, last = (reached & -reached).bit_length() - 1, reached.bit_length() - 1
        stopped = self._stopped(variable, last)
        long = not stopped and _is_full(variable) and text.find(words, last) > last
        if not stopped and not long:
            last = self._missing(words, first, last)
        return 0, Deviation(last + 1, words[0], text[last : last + 1], number, long)

    def _nearest(self, reached: int, words: str) -> tuple[int, int]:
        """The most characters of `words` that stand at one of these positions, and which."""
        best = (0, reached.bit_length() - 1)
        for at in _positions(reached):
            if self._text.startswith(words[: best[0] + 1], at):
                best = max(best, (_common(words, self._text, at), at), key=lambda found: found[0])
        return best

    def _stopped(self, variable: _Kind, last: int) -> bool:
        """Whether the value ends at a character that this variable does not take."""
        return last < len(self._text) and not self._takes(variable) >> last & 1

    def _missing(self, words: str, first: int, last: int) -> int:
        """Where the words seem to go on without their beginning, else where the value must end."""
        for skipped in range(1, min(len(words), _LOOK_AHEAD)):
            rest = words[skipped : skipped + _ALIGNED]
            found = self._text.find(rest, first, last + len(rest))
            if found >= 0 and len(rest) >= min(_ALIGNED, len(words) - 1):
                return found
        return last


def _positions(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _is_full(kind: _Kind | None) -> bool:
    """Whether a length is what ends its value."""
    return kind is not None and kind.longest is not None


def _common(words: str, text: str, at: int) -> int:
    """How many characters of `words` stand in `text` from `at` on."""
    low, high = 0, min(len(words), len(text) - at)
    while low < high:  # the first difference, by halves: slices compare faster than a loop
        middle = (low + high + 1) // 2
        if text.startswith(words[:middle], at):
            low = middle
        else:
            high = middle - 1
    return low
