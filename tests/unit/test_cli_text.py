"""Text for a terminal, ids in parts, and what a person types."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.bootstrap.joining import Progress, Step
from sms_desk.cli import answers, as_json, as_text, ids, join, terminal
from sms_desk.cli.invocation import Invocation
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.model import Direction
from sms_desk.services.rows import Cursor, ItemKind, ThreadItem

ONE = UUID("01a20037-811f-733b-9380-1b5321816b3b")
TWO = UUID("01a20037-8c50-74dc-a181-e2af1b4bf5df")


@given(st.text())
def test_no_line_holds_what_moves_a_cursor_or_turns_a_line(text: str) -> None:
    for line in terminal.safe_lines(text):
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
        assert not [c for c in line if unicodedata.bidirectional(c) in BIDI]


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_columns_stand_under_each_other_whatever_the_script() -> None:
    lines = list(terminal.table(("A", "B"), [("日本", "x"), ("e\u0301", "x"), ("abcd", "x")]))
    assert [terminal.width(line) for line in lines] == [7, 7, 7, 7]


def test_what_was_not_listed_is_told_with_its_own_reason() -> None:
    answer = answers.Tested(2, 0, unlisted=("short codes",), unanswered=("numbers",))
    assert list(as_text.lines(answer))[1:] == [
        "Not listed for this key: short codes. Add them by sms-desk senders add.",
        "No answer now about: numbers. The desk asks again by itself.",
    ]


def test_a_message_without_text_is_told_as_such() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    blank = ThreadItem(ItemKind.MESSAGE, ONE, 1, at, TWO, "", direction=Direction.INBOUND)
    assert list(as_text._item(blank))[-1] == "    (no text)"
    note = ThreadItem(ItemKind.NOTE, ONE, 1, at, TWO, "")
    assert "(no text)" not in "".join(as_text._item(note))


@given(st.text())
def test_json_is_ascii_and_comes_back(text: str) -> None:
    import json

    said = as_json.dumps({"text": text})
    assert said.isascii()
    assert "\x7f" not in said
    assert json.loads(said) == {"text": text}


def test_joining_counts_only_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Until the first answer of the server, and where all of it came at once, there is no number."""
    told = join._Told(Invocation())
    told(Progress(Step.FETCHING))
    told(Progress(Step.FETCHING))
    assert capsys.readouterr().err == "Fetching your conversations, the newest first …\n"
    told(Progress(Step.FETCHING, 0, 400))
    told(Progress(Step.FETCHING, 1, 399))
    told(Progress(Step.FETCHING, 40, 360))
    assert capsys.readouterr().err.splitlines() == [
        "Fetching: 0 here, 400 to come",
        "Fetching: 40 here, 360 to come",
    ]


def test_values_of_json() -> None:
    at = datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert as_json.plain((at, ONE, None, True)) == ["2026-05-04T09:00:00Z", str(ONE), None, True]
    assert as_json.plain(Cursor(7, ONE)) == f"7.{ONE}"


@pytest.mark.parametrize("part", ["1816b3b", "01A20037-811F", str(ONE), ONE.hex])
def test_a_part_that_means_one_thing(part: str) -> None:
    assert ids.pick(part, [ONE, TWO], "thing") == ONE


def test_a_part_that_means_none_or_several() -> None:
    with pytest.raises(UsageError, match=f"{ONE}, {TWO}"):
        ids.pick("01a20037", [TWO, ONE], "thing")
    with pytest.raises(UsageError, match="not the id"):
        ids.pick("16b3b", [ONE], "thing")
    with pytest.raises(NotFoundError):
        ids.pick("abcdef", [ONE], "thing")
