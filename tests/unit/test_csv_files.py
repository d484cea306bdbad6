"""CSV in and out: limits, encodings, and cells that no spreadsheet runs (algorithms §3, R45)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.errors import UsageError
from sms_desk.services import csv_files
from sms_desk.services.csv_files import Stopped, guarded, unguarded

KNOWN = ("address", "label", "country")


def read(data: bytes) -> list[tuple[int, dict[str, str]]]:
    _, records = csv_files.read(io.BytesIO(data), KNOWN, "address")
    return [(record.line, record.cells) for record in records]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_r11_delimiters_line_ends_and_encodings(
    delimiter: str, end: str, mark: bytes, encoding: str
) -> None:
    text = end.join(
        [delimiter.join(("Address", "LABEL")), delimiter.join(("+12025550101", '"Zoë, ""x"""')), ""]
    )
    assert read(mark + text.encode(encoding)) == [
        (2, {"address": "+12025550101", "label": 'Zoë, "x"'})
    ]


def test_r11_a_word_about_the_delimiter_blank_lines_and_cells_of_two_lines() -> None:
    data = b'sep=;\r\naddress;label\r\n\r\n70707;"two\nlines"\r\n;\r\n70708;x\r\n'
    assert read(data) == [
        (4, {"address": "70707", "label": "two\nlines"}),
        (7, {"address": "70708", "label": "x"}),
    ]


BROKEN = {
    "empty": (b"", "Line 1: there is no column"),
    "no header": (b"70707,x\n", "Line 1: there is no column"),
    "unknown column": (b"address,colour\n", "Line 1: “colour” is no column"),
    "column twice": (b"address,label,label\n", "Line 1: the column “label” stands there twice"),
    "latin-1": (b"address,label\n70707,ok\n70708,Zo\xeb\n", "Line 3: this is not UTF-8"),
    "latin-1 far down": (
        b"address,label\n" + b"70707,x\n" * 9_000 + b"70708,\xe9\n",
        "Line 9002: this is not UTF-8",
    ),
    "utf-16 without a mark": ("address,label\n".encode("utf-16-le"), "Line 1: it holds NUL"),
    "half utf-16": (codecs.BOM_UTF16_LE + b"a\0d\0x", "Line 1: this is not UTF-16"),
    "utf-32": (codecs.BOM_UTF32_LE + "address\n".encode("utf-32-le"), "This is UTF-32"),
    "nul": (b"address,label\n70707,a\0b\n", "Line 2: it holds NUL"),
    "zip named csv": (b"PK\x03\x04rest", "This is a zip archive"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an old spreadsheet"),
    "pdf": (b"%PDF-1.7", "This is a PDF"),
    "gzip": (b"\x1f\x8b\x08", "This is a compressed file"),
    "open quote": (b'address,label\n70707,"never\nclosed\n', "a quote that is opened"),
    "quote within": (b'address,label\n70707,"a"b\n', "Line 2: a quote stands"),
    "too few cells": (b"address,label\n70707\n", "Line 2: 1 cells, but"),
    "too many cells": (b"address,label\n70707,a,b\n", "Line 2: 3 cells, but"),
    "long cell": (b"address,label\n70707," + b"x" * 501 + b"\n", "Line 2, label: longer than 500"),
    "long line": (b"address,label\n" + b"x" * 70_000 + b"\n", "Line 2: longer than any row"),
    "one line of 19 MB": (b"address,label\n" + b"x" * (19 << 20), "Line 2: longer than any row"),
    "a million rows": (b"address\n" + b"7\n" * 1_000_000, "more than 50,000 rows"),
    "21 MB": (b"address,label\n" + (b"70707," + b"x" * 499 + b"\n") * 43_000, "larger than 20 MB"),
    "500,000 numbers in one cell": (b'address\n"' + b"+12025550101 " * 500_000, "Line 2: longer"),
    "many lines in one cell": (
        b'address\n"' + b"+12025550101\n" * 90_000,
        "a quote that is opened",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_r11_what_is_off_is_refused_with_its_line(name: str) -> None:
    data, words = BROKEN[name]
    with pytest.raises(UsageError) as failure:
        read(data)
    assert words in failure.value.title
    assert failure.value.next_step


def test_r11_utf_7_is_no_encoding_here() -> None:
    assert read(b"address\n+ADw-b+AD4-\n") == [(2, {"address": "+ADw-b+AD4-"})]


@given(st.binary(max_size=400))
def test_r11_any_bytes_are_read_or_refused(data: bytes) -> None:
    for whole in (data, b"address,label\n" + data):
        with suppress(UsageError):
            csv_files.read(io.BytesIO(whole), KNOWN, "address")


def test_it_stops_when_it_is_told_to() -> None:
    def stop(_done: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        csv_files.read(io.BytesIO(b"address\n" + b"7\n" * 1_000), KNOWN, "address", stop)


FORMULAS = [
    "=1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\rx",
    "\nx",
    " =1",
    "\u200b=1",
    "\ufeff=1",
    "＝1",
    "＋1",
    '"=1',
    "'=1",
    "''+1",
    "+12025550101",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_r45_no_spreadsheet_runs_a_cell(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "x", "'x", "O'Neil", "a=1", "1-2", "line\n=2", "sep=;", "'"])
def test_r45_other_cells_stand_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell
    assert unguarded(cell) == cell


@given(st.text())
def test_r45_reading_back_restores_exactly(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)))
def test_r45_a_file_read_back_is_the_same(labels: list[str]) -> None:
    written = io.StringIO(newline="")
    rows: Iterator[tuple[str, str]] = ((f"{n}", label) for n, label in enumerate(labels))
    assert csv_files.write(written, ("address", "label"), rows) == len(labels)
    again = read(written.getvalue().encode())
    assert [cells["label"] for _, cells in again] == labels
    quoted = csv.reader(io.StringIO(written.getvalue(), newline=""), quoting=csv.QUOTE_ALL)
    assert len(list(quoted)) == len(labels) + 1
