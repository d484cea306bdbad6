"""How many parts a text message takes, and which characters make it dear (R34).

The alphabet is the GSM 7-bit default alphabet with its extension table: 3GPP TS 23.038, 6.2.1 and
6.2.1.1. A part carries 160 septets or 70 UTF-16 units; of a longer message each part gives six
octets to the concatenation header (3GPP TS 23.040, 9.2.3.24.1) and carries 153 or 67.

The count is the one that the provider bills. Twilio's own calculator
(github.com/TwilioDevEd/message-segment-calculator, `SegmentedMessage.ts`, read 2026-11) fills the
parts with whole graphemes, takes CR LF as two characters, and so do we. It miscounts a grapheme
that is longer than a part, and one that no longer fits once the first part got its header; there
we keep to the rule. A grapheme longer than a part is cut at the part's end, never inside a
surrogate pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import graphemes, whole_graphemes

LONGEST: Final = 1_600
"""Characters of the longest text that Twilio and SignalWire take, however many parts (21617)."""

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "\f^{}\\[~]|€"
_ESCAPE = "\x1b"

_FOREIGN = re.compile(f"[^{re.escape(_BASIC + _EXTENSION)}]")
_EXTENDED = re.compile(f"[{re.escape(_EXTENSION)}]")
_LAST_OF_ONE_UNIT = "\uffff"


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_SINGLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_JOINED = {Encoding.GSM7: 153, Encoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Segmentation:
    """How a text is sent.

    units: septets or UTF-16 units of the text itself, without what a part leaves empty at its end.
    parts: messages billed; 0 for the empty text, which no provider sends.
    per_part: units that each of these parts can carry.
    units_left: free units in the last part.
    unicode: the characters outside the GSM alphabet, each once, in order of first appearance.
    """

    encoding: Encoding
    units: int
    parts: int
    per_part: int
    units_left: int
    unicode: tuple[str, ...]


def count(text: str) -> Segmentation:
    """The encoding, units and parts of `text` as it stands."""
    unicode = _foreign(text)
    encoding = Encoding.UCS2 if unicode else Encoding.GSM7
    units = _utf16_units(text) if unicode else len(text) + sum(map(text.count, _EXTENSION))
    single, joined = _SINGLE[encoding], _JOINED[encoding]
    if units <= single:
        return Segmentation(encoding, units, min(units, 1), single, single - units, unicode)
    fills = list(_ucs2_fills(text, joined) if unicode else _gsm_fills(text, joined))
    return Segmentation(encoding, units, len(fills), joined, joined - fills[-1], unicode)


def _foreign(text: str) -> tuple[str, ...]:
    """Each character outside the alphabet once; a text of megabytes makes no list of them all."""
    if not _FOREIGN.search(text):
        return ()
    return tuple(filter(_FOREIGN.match, dict.fromkeys(text)))


def _gsm_fills(text: str, limit: int) -> Iterator[int]:
    """Septets in each part; an extension character's escape never stands last in a part."""
    septets = _EXTENDED.sub(_ESCAPE + "x", text)
    start = 0
    while start < len(septets):
        end = min(start + limit, len(septets))
        if septets[end - 1] == _ESCAPE:
            end -= 1
        yield end - start
        start = end


def _ucs2_fills(text: str, limit: int) -> Iterator[int]:
    """UTF-16 units in each part; a grapheme that fits in one part is whole in it."""
    start = 0
    while start < len(text):
        end = whole_graphemes(text, start, _furthest(text, start, limit))
        yield _utf16_units(text[start:end])
        start = end


def _furthest(text: str, start: int, limit: int) -> int:
    """The furthest index up to which `text`, from `start`, takes at most `limit` units."""
    window = text[start : start + limit]
    end = start + len(window)
    excess = _utf16_units(window) - limit
    while excess > 0:
        end -= 1
        excess -= 2 if text[end] > _LAST_OF_ONE_UNIT else 1
    return end


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# --- look-alikes in the GSM alphabet ----------------------------------------------------------

_LOOKALIKES = {
    **dict.fromkeys("‘’‛′ʼ`´", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    "‚": ",",
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "•": "-",
    "⁄": "/",
    "\t": " ",
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007", " "),
    **dict.fromkeys("\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u2028\u2029\u0085", "\n"),
    **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
}
"""Punctuation and spaces that read the same; never a letter, a joiner or an accent, since those
change words (`año`, `ano`). Twilio's Smart Encoding goes further, and even turns `‹` into `>`."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """What the composer offers: `found`, `times` in the text, would become `instead`."""

    found: str
    instead: str
    times: int


def replacements(text: str) -> tuple[Replacement, ...]:
    """The safe look-alikes for what forces UCS-2 in `text`, in order of first appearance."""
    found = Counter(piece for piece, instead in _looked_up(text) if piece != instead)
    return tuple(Replacement(piece, _instead(piece), times) for piece, times in found.items())


def apply_replacements(text: str) -> str:
    """`text` with each replacement made; what has no safe look-alike stays as it is."""
    return "".join(instead for _, instead in _looked_up(text))


def _looked_up(text: str) -> Iterator[tuple[str, str]]:
    if not _FOREIGN.search(text):
        yield text, text
        return
    for piece in graphemes(text):
        yield piece, _instead(piece)


def _instead(grapheme: str) -> str:
    """A decomposed letter (e, acute) is composed where that is in the alphabet (é)."""
    if grapheme in _LOOKALIKES:
        return _LOOKALIKES[grapheme]
    composed = unicodedata.normalize("NFC", grapheme) if len(grapheme) > 1 else grapheme
    return grapheme if _FOREIGN.search(composed) else composed
