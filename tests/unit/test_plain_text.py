"""Algorithms §3, classes bidi, control, huge and URL: hostile text is shown, and does nothing."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import plain_text
from sms_desk.domain.plain_text import graphemes, links

RLO, FSI, PDI, RLI = "\u202e", "\u2068", "\u2069", "\u2067"
NASTY = st.text(
    alphabet=f"ab \n\r\t\x00\x1b\x85\u2028{RLO}{FSI}{PDI}{RLI}\u200d\u0301👨😀א\ud800\ufffe"
)


# --- graphemes --------------------------------------------------------------------------------


def test_r34_graphemes_are_what_a_reader_sees() -> None:
    assert graphemes("e\u0301👨\u200d👧🇮🇹\r\n") == ["e\u0301", "👨\u200d👧", "🇮🇹", "\r", "\n"]


@given(NASTY, st.integers(1, 20))
def test_pieces_of_whole_graphemes_join_to_the_text(text: str, size: int) -> None:
    start, whole = 0, set(_ends(text))
    while start < len(text):
        end = plain_text.whole_graphemes(text, start, start + size)
        assert start < end <= start + size
        assert end in whole or end == start + size
        start = end


def _ends(text: str) -> list[int]:
    ends, at = [], 0
    for grapheme in graphemes(text):
        at += len(grapheme)
        ends.append(at)
    return ends


# --- characters: 26–38 ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\ud83db", "a\ufffdb"),
        ("a\ude00", "a\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("a\x00\x1b\ufffe\u202e", "a\x00\x1b\ufffe\u202e"),
    ],
)
def test_34_to_36_only_lone_surrogates_change_at_intake(text: str, stored: str) -> None:
    assert plain_text.clean_intake(text) == stored


@given(NASTY | st.text())
def test_34_what_is_taken_in_can_be_encoded(text: str) -> None:
    plain_text.clean_intake(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("before\x00after", "before␀after"),
        ("\x00", "␀"),
        ("\x07\x1b]0;x\x7f", "␇␛]0;x␡"),
        ("secret\rpublic", "secret␍public"),
        ("a\r\nb\x85c\u2028d", "a\nb\nc\nd"),
        ("a\x0bb\x0cc", "a␋b␌c"),
        ("\x9b31m", "␦31m"),
        ("\ufffe\U0001ffff\ufdd0\ud800", "\ufffd" * 4),
        ("tab\tstays", "tab\tstays"),
        ("שלום \u200f(1)", "שלום \u200f(1)"),
    ],
)
def test_26_to_36_controls_are_seen(text: str, shown: str) -> None:
    assert plain_text.display_text(text) == shown


@given(NASTY)
def test_26_nothing_painted_is_a_control(text: str) -> None:
    assert not {"Cc", "Cs"} & {
        unicodedata.category(c) for c in plain_text.display_text(text) if c not in "\t\n"
    }


# --- one line: 16–25 and 43–46 ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"Ann{RLO}gpj.exe", "Ann[RLO]gpj.exe"),
        ("  Ann\n\tLee ", "Ann Lee"),
        ("Ann\x00", "Ann␀"),
        ("👨\u200d👧", "👨\u200d👧"),
        ("\u200b\u2060", ""),
        ("\u3164\u2800 ", ""),
        (RLO, ""),
        ("", ""),
    ],
)
def test_16_to_25_a_name_cannot_pose(name: str, shown: str) -> None:
    assert plain_text.display_name(name) == shown


def test_18_a_thousand_embeddings_make_no_long_name() -> None:
    assert len(plain_text.display_name("a" + "\u202a" * 1000)) <= 80


@given(NASTY, st.integers(2, 30))
def test_a_preview_is_one_short_line_without_bidi_controls(text: str, limit: int) -> None:
    shown = plain_text.preview(text, limit)
    assert len(shown) <= limit
    assert not set(shown) & {"\n", "\r", "\t", RLO, FSI, PDI, RLI, "\u2028"}


def test_a_preview_cuts_between_graphemes() -> None:
    assert plain_text.preview("aaaa👨\u200d👧bbbb", 7) == "aaaa…"
    assert plain_text.preview("a" * 200) == "a" * 200
    assert plain_text.preview("a" * 201) == "a" * 199 + "…"


@given(NASTY)
def test_17_an_isolate_holds_its_text_whatever_it_leaves_open(text: str) -> None:
    depth = 0
    isolated = plain_text.isolate(text)
    for position, character in enumerate(isolated):
        depth += (character in "\u2066\u2067\u2068") - (character == PDI)
        assert depth > 0 or position == len(isolated) - 1
    assert depth == 0


def test_39_a_long_run_gets_places_to_wrap() -> None:
    assert plain_text.soft_break("a" * 11, 5) == "aaaaa\u200baaaaa\u200ba"
    assert plain_text.soft_break("aaaaa bbbbb", 5) == "aaaaa bbbbb"
    assert plain_text.soft_break("aaaae\u0301b", 5) == "aaaa\u200be\u0301b"


@given(NASTY)
def test_39_a_soft_break_adds_nothing_else(text: str) -> None:
    assert plain_text.soft_break(text, 3).replace("\u200b", "") == text


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10**6,
        "\n" * 10**6,
        "a" + "\u0301" * 10**5,
        "👨\u200d" * 10**5,
        "http://a.test/ " * 20_000,
    ],
)
def test_39_to_45_huge_texts_cost_little(text: str) -> None:
    begin = time.process_time()
    plain_text.soft_break(plain_text.display_text(text))
    plain_text.preview(text)
    links(text)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("ada", "A"),
        ("Dr. Ada M. (Lovelace)", "DL"),
        ("王小明", "王"),
        ("e\u0301mile zola", "E\u0301Z"),
        ("ßeta", "ß"),
        (RLO + "ann", "A"),
        ("😀", ""),
        ("", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert plain_text.initials(name) == letters


# --- links: 47–60 -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("see https://example.com/a_(b), ok", "https://example.com/a_(b)", "example.com"),
        ("(https://example.com)", "https://example.com", "example.com"),
        ("https://example.com...", "https://example.com", "example.com"),
        ("„https://example.com”", "https://example.com", "example.com"),
        ("HTTP://EXAMPLE.COM:80/X", "HTTP://example.com:80/X", "example.com"),
        ("https://münchen.example/ü", "https://xn--mnchen-3ya.example/ü", "xn--mnchen-3ya.example"),
        ("https://аpple.example", "https://xn--pple-43d.example", "xn--pple-43d.example"),
        ("http://example。com", "http://example.com", "example.com"),
        ("https://example.com/?q=[1]&r=(2)", "https://example.com/?q=[1]&r=(2)", "example.com"),
        ("http://8.8.8.8/", "http://8.8.8.8/", "8.8.8.8"),
        ("http://example.com\nhttps", "http://example.com", "example.com"),
    ],
)
def test_53_and_58_a_link_shows_the_host_it_leads_to(text: str, url: str, host: str) -> None:
    (link,) = links(text)
    assert (link.url, link.host, link.has_userinfo, link.is_private) == (url, host, False, False)
    assert text[link.start :].startswith(text[link.start : link.end])
    assert text[link.start : link.end][-3:] == url[-3:] or host in url


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "//server/share",
        "\\\\server\\share",
        "javascript:alert(1)",
        "data:text/html,x",
        "ms-settings:x",
        "tel:*21*5#",
        "example.com",
        "www.example.com",
        "xhttp://example.com",
        "http://",
        "http:///path",
        "http://?q",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://08.8.8.8/",
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://a..b.example",
        "http://-a.example",
        "http://a_b.example",
        "http://goo℀d.example",
        "http://ex%61mple.com",
        f"http://example.com/{RLO}gpj.exe",
        "http://example.com\\@example.org",
        "http://[::1%25eth0]/",
        "http://example.com/" + "a" * 2048,
    ],
)
def test_47_to_60_what_is_no_plain_web_address_is_no_link(text: str) -> None:
    assert links(text) == ()


@pytest.mark.parametrize("text", ["http://bank.example@example.com", "http://a%2f@b@example.com/"])
def test_52_and_55_a_name_before_the_host_is_flagged(text: str) -> None:
    (link,) = links(text)
    assert (link.host, link.has_userinfo) == ("example.com", True)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "192.168.1.1",
        "10.0.0.1:8080",
        "169.254.169.254",
        "0.0.0.0",
        "[::1]",
        "[fe80::1]",
        "nas",
        "printer.local",
    ],
)
def test_url_to_this_machine_or_net_is_flagged(host: str) -> None:
    (link,) = links(f"http://{host}/")
    assert link.is_private


@given(st.text(alphabet="htps:/.ab@[]%\\12)é\u202e ", max_size=60))
def test_any_link_is_http_with_an_ascii_host(text: str) -> None:
    for link in links("http://" + text):
        assert link.url.lower().startswith(("http://", "https://"))
        assert link.host
        assert link.host.isascii()
        assert link.end <= len(text) + 7


def test_what_is_simple_needs_no_properties_of_unicode() -> None:
    """Up to the first combining mark, by itself and between others, as the patterns have it."""
    simple = [chr(code) for code in range(0x300) if plain_text._is_simple(chr(code))]
    assert len(simple) > 600
    every = "".join(simple)
    assert plain_text.graphemes(every) == plain_text._compiled(plain_text._GRAPHEME).findall(every)
    assert not plain_text._compiled(plain_text._INVISIBLE).search(every)
    for each in simple:
        word = f"a{each}b {each} c"
        pattern = plain_text._compiled(plain_text._WORD)
        assert plain_text._SIMPLE_WORD.findall(word) == pattern.findall(word)
