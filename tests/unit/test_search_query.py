"""What a person types is a query, whatever it is (R44)."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import excerpts
from sms_desk.domain.excerpts import LONGEST, Mark, excerpt, marks, matches
from sms_desk.domain.model import Channel
from sms_desk.domain.search_query import OPERATORS, Has, Is, Query, Term, parse
from sms_desk.domain.search_text import PieceKind, fold, indexed, pieces, tokens_of_run

HOSTILE = [
    *[
        '"',
        "NEAR(",
        "col:",
        "-x",
        "*",
        "%",
        "_",
        "nul\0inside",
        "A你б🎉",
        "^a",
        "a AND",
        "OR",
        "{b}:",
    ],
    "x" * 100_000,
]
"""Algorithms §3, rows 88 to 96, and what else FTS5 gives a meaning."""


@given(st.text())
def test_any_text_is_a_query(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_words_in_quotation_marks(text: str) -> None:
    for term in parse(text).terms:
        assert term.expression.startswith('"')
        assert term.expression.rstrip("*").endswith('"')


def test_the_last_word_is_a_beginning_until_it_is_finished() -> None:
    assert parse("good mor").terms == (Term(("good",)), Term(("mor",), beginning=True))
    assert parse("good mor ").terms == (Term(("good",)), Term(("mor",)))
    assert parse('"good mor"').terms == (Term(("good", "mor")),)
    assert parse('"good mor').terms == (Term(("good", "mor"), beginning=True),)


def test_one_letter_is_a_word_or_not_yet_anything() -> None:
    assert parse("a").terms == (Term(("a",)),)
    assert parse("good m").terms == (Term(("good",)),)
    assert parse("route 7").terms == (Term(("route",)), Term(("7",)))


def test_neighbours_stay_together() -> None:
    assert parse("don't panic ").terms == (Term(("don", "t")), Term(("panic",)))


OPERATED = {
    "from:ann": Query(from_=("ann",)),
    'to:"Ann Smith"': Query(to=("Ann Smith",)),
    "FROM:ann from:bob": Query(from_=("ann", "bob")),
    "campaign:spring service:alerts": Query(campaign=("spring",), service=("alerts",)),
    "tag:vip": Query(tag=("vip",)),
    "channel:whatsapp": Query(channel=Channel.WHATSAPP),
    "has:note has:LINK": Query(has=frozenset({Has.NOTE, Has.LINK})),
    "is:unread is:waiting": Query(is_=frozenset({Is.UNREAD, Is.WAITING})),
    "before:2026-05-04 after:2026": Query(before=date(2026, 5, 4), after=date(2026, 1, 1)),
    "from:+12025550123": Query(from_=("+12025550123",)),
}


@pytest.mark.parametrize("text", OPERATED)
def test_operators(text: str) -> None:
    assert parse(text) == OPERATED[text]


def test_every_operator_is_tried_above() -> None:
    tried = {item.partition(":")[0].lower() for text in OPERATED for item in text.split()}
    assert tried >= set(OPERATORS)


@pytest.mark.parametrize(
    "text",
    [
        "unknown:x",
        "is:nonsense",
        "has:",
        "channel:fax",
        "before:soon",
        "after:2026-13",
        "at 10:30",
        "https://example.org",
    ],
)
def test_what_is_no_operator_is_words(text: str) -> None:
    query = parse(text)
    assert replace(query, terms=(), text="") == Query()
    assert query.text == text
    assert query.terms


def test_words_and_operators_in_any_order() -> None:
    query = parse("before:2026-01-01 late from:ann invoice")
    assert query.text == "late invoice"
    assert [term.words for term in query.terms] == [("late",), ("invoice",)]
    assert not query.only_words
    assert parse("late invoice").only_words


def test_an_empty_query_is_false() -> None:
    assert not parse("")
    assert not parse(" *** ")
    assert parse("is:open")
    assert parse("a")


FOUND = [
    ("CAFE", "Meet at the café"),
    ("café", "MEET AT THE CAFE\u0301"),
    ("strasse", "Hauptstraße 5"[5:]),
    ("invoice", "ＩＮＶＯＩＣＥ attached"),
    ("123", "room ١٢٣"),
    ("мос", "Привет из Москвы"),
    ("ёлка", "елка"),
    ("世界", "你好世界"),
    ("界", "你好世界"),
    ("你", "你好世界"),
    ("好世界", "iPhone你好世界"),
    ("วัส", "สวัสดีครับ"),
    ("ガ", "ｶﾞｽ"),
    ("주세", "연락주세요"),
    ("payment", "pay\u00adment due"),
    ("🎉", "party🎉🎉"),
    ("हिन्दी", "मैं हिन्दी बोलता"),
    ("don't", "I don't know"),
    ("istanbul", "İSTANBUL"),
    ("b", "a\0b"),
]
NOT_FOUND = [
    ("party", "par ty"),
    ("aven ", "avenue"),
    ("good morning", "good evening"),
    ('"good morning"', "morning, good"),
    ("世好", "好世"),
    ("か", "が"),
    ("don't", "don and t"[:3]),
]


@pytest.mark.parametrize(("typed", "text"), FOUND)
def test_spellings_meet(typed: str, text: str) -> None:
    assert matches(parse(typed).terms, text)


@pytest.mark.parametrize(("typed", "text"), NOT_FOUND)
def test_other_words_do_not_match(typed: str, text: str) -> None:
    assert not matches(parse(typed).terms, text)


@given(st.text())
def test_folding_is_done_after_one_time(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_pieces_stand_in_order_within_the_text(text: str) -> None:
    end = 0
    for piece in pieces(text):
        assert end <= piece.start < piece.end <= len(text)
        end = piece.end


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_is_cut_as_all_else(text: str) -> None:
    beyond = [piece.text for piece in pieces(text + " é")][:-1]
    assert [piece.text for piece in pieces(text)] == beyond


def test_only_the_beginning_of_a_huge_text_is_indexed() -> None:
    assert len(indexed("word " * 50_000)) == 65_536
    assert len(indexed("слово " * 50_000)) <= 65_536


# --- excerpts ---------------------------------------------------------------------------------


def marked(typed: str, text: str) -> list[str]:
    return [text[a:b] for a, b in marks(parse(typed).terms, text)]


def test_marks_stand_on_the_original() -> None:
    assert marked("cafe ", "The Café, the CAFÉ") == ["Café", "CAFÉ"]
    assert marked("mor", "Good morning") == ["mor"]
    assert marked("世界", "你好世界！") == ["世界"]
    assert marked("strasse", "Straße") == ["Straße"]
    assert marked("good good", "good") == ["good"]


@given(st.text(), st.text(), st.integers(10, 300))
def test_an_excerpt_is_short_and_its_marks_stand_in_it(typed: str, text: str, longest: int) -> None:
    found = excerpt(parse(typed).terms, text, longest)
    assert len(found.text) <= longest
    assert "\n" not in found.text
    end = 0
    for a, b in found.marks:
        assert end <= a < b <= len(found.text)
        end = b


def test_an_excerpt_shows_the_first_mark() -> None:
    found = excerpt(parse("needle").terms, "hay " * 500 + "needle\nin the" + " hay" * 500)
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert len(found.text) <= LONGEST
    [(a, b)] = found.marks
    assert found.text[a:b] == "needle"
    assert "needle in the" in found.text


@given(st.text(min_size=1, max_size=30), st.data())
def test_a_word_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    found = list(pieces(text))
    if found:
        piece = data.draw(st.sampled_from(found))
        assert matches(parse(f'"{text[piece.start : piece.end]}"').terms, text)


@given(st.text())
def test_what_is_indexed_are_the_pieces(text: str) -> None:
    tokens: list[str] = []
    for piece in pieces(text):
        if piece.kind is PieceKind.RUN:
            tokens += [*tokens_of_run(piece.text), *piece.text[1:][-1:]]
        else:
            tokens.append(piece.text)
    assert _ASCII_GAP.sub(" ", indexed(text)).translate(_ASCII_LOWER).split() == tokens


_ASCII_GAP = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")
"""Where the index's own tokenizer cuts."""
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@given(
    typed=st.lists(st.sampled_from(["in", "inv", "invoice", "a", "INV", "x1", "1"]), max_size=3),
    being_typed=st.booleans(),
    text=st.lists(
        st.sampled_from(["in", "invoice", "Invoices", "a", "b_in", "inv.", "x1", "-", " ", "\n"]),
        max_size=8,
    ),
)
def test_ascii_texts_are_marked_as_all_others_are(
    typed: list[str], being_typed: bool, text: list[str]
) -> None:
    terms = parse(" ".join(typed) + ("" if being_typed else " ")).terms
    for body in (" ".join(text), "".join(text)):
        assert marks(terms, body) == _marks_of_pieces(terms, body)


@given(
    typed=st.lists(st.sampled_from(["in", "invoice", "cafe", "é", "नम", "ト", "1"]), max_size=3),
    being_typed=st.booleans(),
    text=st.lists(
        st.sampled_from(
            [
                "in",
                "invoice",
                "Café",
                "éin",
                "नमस्ते",
                "トイレ",
                "\u200bin",
                "１",
                " ",
                "\n",
                "\u00a0",
                "\u2003",
            ]
        ),
        max_size=8,
    ),
)
def test_a_text_of_any_script_is_marked_as_its_pieces_say(
    typed: list[str], being_typed: bool, text: list[str]
) -> None:
    """What stands between white space is looked at by itself, ASCII by a pattern."""
    terms = parse(" ".join(typed) + ("" if being_typed else " ")).terms
    for body in (" ".join(text), "".join(text)):
        assert marks(terms, body) == _marks_of_pieces(terms, body)


def _marks_of_pieces(terms: Sequence[Term], text: str) -> tuple[Mark, ...]:
    """The plain way: every piece of the whole text against every term."""
    found = list(pieces(text))
    return excerpts._merged(
        sorted(mark for term in terms for mark in excerpts._occurrences(term, found))
    )


def test_one_long_word_is_no_stop() -> None:
    """Beside a sign beyond ASCII, for which words are looked at by themselves (GR6)."""
    body = "a" * 60_000 + " é"
    began = time.process_time()
    assert marks(parse("é").terms, body) == ((60_001, 60_002),)
    assert time.process_time() - began < 5  # a minute, if it is tried at each of its letters


def test_a_text_that_fits_is_shown_whole() -> None:
    body = "hay " * 45 + "needle"
    assert excerpt(parse("needle").terms, body).text == body
