"""Text from outside as it may be shown: every character visible, no field able to disturb another.

Stored text stays as it came, but for lone surrogates (`clean_intake`); what is done here is done
for painting, and never to what is stored, sent, copied or exported.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache
from typing import Any

from sms_desk.domain.frozen import dataclass

_FIRST_MARK = "\u0300"
"""The first character that joins the one before it."""


def _is_simple(text: str) -> bool:
    """Whether every character stands for itself and leaves a mark, as in most names and texts."""
    return text.isprintable() and (text.isascii() or max(text) < _FIRST_MARK)


@cache
def _compiled(pattern: str) -> Any:
    """A pattern that asks for Unicode's properties."""
    import regex  # type: ignore[import-untyped]  # 40 ms of a start that shows simple texts alone

    return regex.compile(pattern)


# --- graphemes --------------------------------------------------------------------------------

_GRAPHEME = r"\r|\n|\X"


def graphemes(text: str, start: int = 0, end: int | None = None) -> list[str]:
    """What a reader takes for one character each (Unicode annex 29), from `start` up to `end`.

    CR and LF stand apart, as in Twilio's segment count; the annex would hold them together.
    """
    piece = text[start:end]
    if _is_simple(piece):
        return list(piece)
    found: list[str] = _compiled(_GRAPHEME).findall(piece)
    return found


def whole_graphemes(text: str, start: int, end: int) -> int:
    """Where to cut `text` so that the piece from `start` is at most up to `end` and cuts no grapheme.

    `end` itself where one grapheme fills the whole piece. Whether there is a boundary depends on
    what stands before it and on the one character after (Unicode annex 29), so looking one
    character ahead is enough, however long the grapheme.
    """
    if end >= len(text):
        return len(text)
    boundary = end + 1 - len(graphemes(text, start, end + 1)[-1])
    return boundary if boundary > start else end


# --- characters -------------------------------------------------------------------------------

_INVISIBLE = r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]"
_BLANKS = str.maketrans("", "", "\u2800\u3164\uffa0\u115f\u1160")

_LINE_ENDS = re.compile("\r\n|[\n\u0085\u2028\u2029]")
_SYMBOLS = (
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
    | {0x7F: "␡"}
    | dict.fromkeys(range(0x80, 0xA0), "␦")  # the C1 controls have no pictures of their own
)
_NO_CHARACTERS = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr((plane << 16) | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_BIDI_MARKS = {
    0x200E: "[LRM]",
    0x200F: "[RLM]",
    0x061C: "[ALM]",
    0x202A: "[LRE]",
    0x202B: "[RLE]",
    0x202C: "[PDF]",
    0x202D: "[LRO]",
    0x202E: "[RLO]",
    0x2066: "[LRI]",
    0x2067: "[RLI]",
    0x2068: "[FSI]",
    0x2069: "[PDI]",
}
_BIDI = re.compile("[" + "".join(map(chr, _BIDI_MARKS)) + "]")
_FSI, _PDI = "\u2068", "\u2069"


def without_invisible(text: str) -> str:
    """`text` without what leaves no mark on paper: controls, bidi marks, joiners, fillers."""
    if _is_simple(text):
        return text
    visible: str = _compiled(_INVISIBLE).sub("", text)
    return visible


def clean_intake(text: str) -> str:
    """`text` as it is stored: what no encoder takes, a lone surrogate, becomes U+FFFD; no more.

    Two surrogates that make a pair become their character. NUL and all else is kept.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def display_text(text: str) -> str:
    """A body as it may be painted: controls as symbols, lines kept, nothing cut at a NUL.

    Bidi controls stay, for Hebrew and Arabic need them; they end with the paragraph that holds
    them, so one body's paragraphs must never share a text block with another's.
    """
    lines = _LINE_ENDS.sub("\n", text).translate(_SYMBOLS)
    return _NO_CHARACTERS.sub("\ufffd", lines)


# --- one line ---------------------------------------------------------------------------------

_LONGEST_NAME = 80
_READ_AHEAD = 20
"""How many times its length of a text a line looks at, so that a megabyte costs nothing."""


def display_name(text: str, limit: int = _LONGEST_NAME) -> str:
    """A name on one line, its bidi controls drawn as marks; empty where it only looks like one.

    It says nothing of who it is: the number stands beside any name, in a field of its own.
    """
    line = _one_line(text, limit)
    if not without_invisible(line.translate(_BLANKS)).strip():
        return ""
    return _cut(line.translate(_BIDI_MARKS), limit)


def preview(text: str, limit: int = 200) -> str:
    """A body on one line for a list: at most `limit` characters, cut between graphemes.

    Without bidi controls, so that no row can turn another part of itself around.
    """
    return _cut(_BIDI.sub("", _one_line(text, limit)), limit)


def _one_line(text: str, limit: int) -> str:
    head = display_text(text[: limit * _READ_AHEAD])
    return " ".join(head.split())


def _cut(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    return line[: whole_graphemes(line, 0, limit - 1)].rstrip() + "…"


def isolate(text: str) -> str:
    """`text` as one piece inside a sentence: its direction, open isolates and strays stay within."""
    depth = 0
    kept: list[str] = []
    for character in text:
        if character == _PDI:
            if not depth:
                continue
            depth -= 1
        elif "\u2066" <= character <= _FSI:
            depth += 1
        kept.append(character)
    return _FSI + "".join(kept) + _PDI * depth + _PDI


_ZERO_WIDTH_SPACE = "\u200b"


def soft_break(text: str, every: int = 500) -> str:
    """`text` with a place to wrap in each run of `every` characters without a space.

    A line that cannot wrap is what makes a text widget slow. For painting only: the breaks are
    zero-width spaces.
    """
    return re.sub(rf"\S{{{every + 1},}}", lambda run: _broken(run[0], every), text)


def _broken(run: str, every: int) -> str:
    pieces = []
    start = 0
    while start < len(run):
        end = whole_graphemes(run, start, start + every)
        pieces.append(run[start:end])
        start = end
    return _ZERO_WIDTH_SPACE.join(pieces)


_WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*"
_SIMPLE_WORD = re.compile(r"[^\W_]+")


def initials(name: str) -> str:
    """One or two letters for a round picture: of the first and last word, empty where there is none."""
    name = without_invisible(name)
    words = (_SIMPLE_WORD if _is_simple(name) else _compiled(_WORD)).findall(name)
    ends = words[:1] + words[1:][-1:]
    return "".join(_capital(graphemes(word)[0]) for word in ends)


def _capital(grapheme: str) -> str:
    return grapheme.upper() if len(grapheme.upper()) == len(grapheme) else grapheme


# --- links ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """A web address in a text; opened only after a question that shows `host`.

    start, end: where it stands in the text, in Python characters. url: what is opened, with the
    host in ASCII. host: the host alone, in ASCII (punycode where it was not). has_userinfo: a
    name stands before an @ and looks like the host. is_private: it leads to this machine or net.
    """

    start: int
    end: int
    url: str
    host: str
    has_userinfo: bool
    is_private: bool


_LONGEST_LINK = 2048
_CANDIDATE = (
    r"(?i)(?<![\w@.:/-])https?://[^\s\p{C}\p{Default_Ignorable_Code_Point}<>\"“”«»`\\^{}|]++"
    r"(?![\\\u202a\u202b\u202d\u202e\u2066-\u2068])"  # what turns the rest of it around
)
_PARTS = re.compile(
    r"(?P<scheme>https?)://((?P<userinfo>[^/?#]*)@)?(?P<host>\[[^\]/?#@]*\]|[^/?#@:\[\]]+)"
    r"(:(?P<port>\d{1,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'’…*_~"
_BRACKETS = {")": "(", "]": "["}
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")
_PRIVATE_ENDS = ("localhost", "local", "internal", "lan", "home", "intranet", "corp")


def links(text: str) -> tuple[Link, ...]:
    """The http and https addresses in `text` that can be read in one way only.

    A bare domain, another scheme, a host that is not a name or a plainly written IP address, a
    port out of range: no link, and the text stays text.
    """
    if "://" not in text:
        return ()
    candidates = _compiled(_CANDIDATE).finditer(text)
    found = (_link(match.start(), match.group()) for match in candidates)
    return tuple(link for link in found if link)


def _link(start: int, candidate: str) -> Link | None:
    if len(candidate) > _LONGEST_LINK:
        return None
    shown = _without_trailing(candidate)
    parts = _PARTS.fullmatch(shown)
    if not parts or not 0 < int(parts["port"] or 80) < 65536:
        return None
    host = _ascii_host(parts["host"])
    if host is None:
        return None
    before, after = shown[: parts.start("host")], shown[parts.end("host") :]
    return Link(
        start=start,
        end=start + len(shown),
        url=before + host + after,
        host=host,
        has_userinfo=parts["userinfo"] is not None,
        is_private=_is_private(host),
    )


def _without_trailing(candidate: str) -> str:
    """Without the punctuation of the sentence around it; a bracket goes if it opened outside."""
    while candidate:
        last = candidate[-1]
        opening = _BRACKETS.get(last)
        closes_outside = opening and candidate.count(last) > candidate.count(opening)
        if last not in _TRAILING and not closes_outside:
            break
        candidate = candidate[:-1]
    return candidate


@lru_cache(maxsize=256)  # the same few stand in thousands of messages
def _ascii_host(host: str) -> str | None:
    """The host as a resolver gets it, or None where programs would differ about what it is.

    Numbers count as an address only in their plain form: `2130706433`, `0x7f.1` and `127.1` all
    mean this machine to some programs, and nothing to a reader.
    """
    if host.startswith("["):
        return host.lower() if _address(host) and "%" not in host else None
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = ascii_host.removesuffix(".").split(".")
    if not all(map(_LABEL.fullmatch, labels)):
        return None
    if _NUMERIC.fullmatch(labels[-1]) and not _address(ascii_host):
        return None
    return ascii_host


@lru_cache(maxsize=256)
def _is_private(host: str) -> bool:
    if address := _address(host):
        return not address.is_global
    labels = host.removesuffix(".").split(".")
    return len(labels) == 1 or labels[-1] in _PRIVATE_ENDS


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
