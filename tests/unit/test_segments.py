"""R34: encoding, parts and characters left are what the provider bills."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sms_desk.domain import segments
from sms_desk.domain.plain_text import graphemes
from sms_desk.domain.segments import Encoding, Replacement

FAMILY = "👨\u200d👩\u200d👧\u200d👦"  # 11 units
FLAG = "🇮🇹"  # 4 units
ALPHABET = "aZ é€[~\f\n\rж’😀\u0301\u200d👨👩🇮🇹\ufe0f각क्षि"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a", "GSM-7", 1, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 158 + "€", "GSM-7", 160, 1),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("€" * 152, "GSM-7", 304, 2),  # 76 fit in a part: the last septet stays empty
        ("€" * 153, "GSM-7", 306, 3),
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 305, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),  # the escape does not end a part
        ("\f" * 80, "GSM-7", 160, 1),
        ("\r\n" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "\r\n" + "a" * 152, "GSM-7", 306, 2),  # CR LF may be split
        ("ж" * 70, "UCS-2", 70, 1),
        ("ж" * 71, "UCS-2", 71, 2),
        ("ж" * 134, "UCS-2", 134, 2),
        ("ж" * 135, "UCS-2", 135, 3),
        ("ж" * 66 + "\r\n" + "ж" * 66, "UCS-2", 134, 2),
        ("’" + "€" * 69, "UCS-2", 70, 1),  # an extension character is one unit here
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("😀" * 66, "UCS-2", 132, 2),
        ("😀" * 67, "UCS-2", 134, 3),
        ("a" * 65 + "😀" + "a" * 67, "UCS-2", 134, 2),
        ("a" * 66 + "😀" + "a" * 65, "UCS-2", 133, 2),
        ("a" * 66 + "😀" + "a" * 66, "UCS-2", 134, 3),  # the pair does not fit at 66
        ("a" * 56 + FAMILY + "a" * 67, "UCS-2", 134, 2),
        ("a" * 57 + FAMILY + "a" * 56, "UCS-2", 124, 2),
        ("a" * 57 + FAMILY + "a" * 57, "UCS-2", 125, 3),  # the family stays together
        ("a" * 64 + FLAG + "a" * 63, "UCS-2", 131, 2),
        ("a" * 64 + FLAG + "a" * 64, "UCS-2", 132, 3),
        ("a" * 66 + "e\u0301" + "a" * 66, "UCS-2", 134, 3),
        ("e" + "\u0301" * 133, "UCS-2", 134, 2),  # longer than a part: cut where the part ends
        ("e" + "\u0301" * 134, "UCS-2", 135, 3),
        ("ç", "UCS-2", 1, 1),  # 23.038 holds Ç only
        ("\x1b", "UCS-2", 1, 1),
        ("\x00", "UCS-2", 1, 1),
        ("\ud83d", "UCS-2", 1, 1),  # a lone surrogate is a unit, not an error
    ],
)
def test_r34_encoding_units_and_parts(text: str, encoding: str, units: int, parts: int) -> None:
    found = segments.count(text)
    assert (found.encoding, found.units, found.parts) == (encoding, units, parts)


@pytest.mark.parametrize(
    ("text", "per_part", "left"),
    [
        ("", 160, 160),
        ("a" * 159, 160, 1),
        ("a" * 161, 153, 145),
        ("a" * 152 + "€" + "a" * 10, 153, 141),
        ("ж" * 70, 70, 0),
        ("ж" * 71, 67, 63),
    ],
)
def test_r34_units_left_in_the_last_part(text: str, per_part: int, left: int) -> None:
    found = segments.count(text)
    assert (found.per_part, found.units_left) == (per_part, left)


def test_r34_names_each_character_that_forces_ucs2_once_in_order() -> None:
    assert segments.count("a’b😀’ж[€").unicode == ("’", "😀", "ж")
    assert segments.count("plain {€}").unicode == ()


def test_r34_the_alphabet_has_the_127_characters_of_23_038_and_its_extension() -> None:
    """TS 23.038 6.2.1 has 128 places, one of them the escape; 6.2.1.1 has ten characters."""
    plain = [c for c in map(chr, range(0x2100)) if segments.count(c).encoding is Encoding.GSM7]
    assert len([c for c in plain if segments.count(c).units == 1]) == 127
    assert {c for c in plain if segments.count(c).units == 2} == set("\f^{}\\[~]|€")


@given(st.text(st.sampled_from(ALPHABET), max_size=400))
@example("a" * 57 + FAMILY * 9)
@example("€" * 200)
def test_r34_agrees_with_filling_parts_one_grapheme_at_a_time(text: str) -> None:
    found = segments.count(text)
    assert found.parts == _parts_by_hand(text)
    assert found.units <= found.parts * found.per_part
    assert found.parts == 0 or 0 <= found.units_left < found.per_part


@given(st.text(max_size=120), st.text(max_size=60))
def test_r34_more_text_never_takes_fewer_units(text: str, more: str) -> None:
    assert segments.count(text + more).units >= segments.count(text).units


@pytest.mark.parametrize("piece", ["ж", "😀", FAMILY, FLAG, "€", "\u0301", "👨\u200d"])
def test_r34_a_megabyte_is_counted_in_a_second(piece: str) -> None:
    text = "e" + piece * (500_000 // len(piece))
    begin = time.process_time()
    segments.count(text)
    assert time.process_time() - begin < 1


def test_r34_offers_look_alikes_that_read_the_same() -> None:
    text = "It’s “fine” – 5\u00a0o’clock… e\u0301"
    assert segments.replacements(text) == (
        Replacement("’", "'", 2),
        Replacement("“", '"', 1),
        Replacement("”", '"', 1),
        Replacement("–", "-", 1),
        Replacement("\u00a0", " ", 1),
        Replacement("…", "...", 1),
        Replacement("e\u0301", "é", 1),
    )
    assert segments.apply_replacements(text) == "It's \"fine\" - 5 o'clock... é"


@pytest.mark.parametrize("text", ["ç año ñ", "á", FAMILY, "привет", "نص\u200cها", "a\u0301"])
def test_r34_never_changes_a_letter_a_joiner_or_an_emoji(text: str) -> None:
    assert segments.apply_replacements(text) == text
    assert segments.replacements(text) == ()


@given(st.text(st.sampled_from(ALPHABET + "“–…\u00a0\u200b"), max_size=80))
def test_r34_replacing_never_adds_characters_outside_the_alphabet(text: str) -> None:
    before, after = segments.count(text), segments.count(segments.apply_replacements(text))
    assert set(after.unicode) <= set(before.unicode)


def _parts_by_hand(text: str) -> int:
    """The slow and plain way: fill each part with whole graphemes, piece by piece."""
    if not text:
        return 0
    found = segments.count(text)
    wide = found.encoding is Encoding.UCS2

    def size(piece: str) -> int:
        if wide:
            return len(piece.encode("utf-16-le", "surrogatepass")) // 2
        return sum(2 if c in "\f^{}\\[~]|€" else 1 for c in piece)

    if size(text) <= (70 if wide else 160):
        return 1
    limit = 67 if wide else 153
    parts, fill = 1, 0
    for grapheme in graphemes(text):
        if size(grapheme) <= limit:
            pieces = [grapheme]
        else:  # longer than a part: it begins a part of its own and is cut where each part ends
            pieces = list(grapheme)
            parts, fill = (parts + 1, 0) if fill else (parts, 0)
        for piece in pieces:
            if fill + size(piece) > limit:
                parts, fill = parts + 1, 0
            fill += size(piece)
    return parts
