"""CSV files from and for people: read strictly and within limits, written so that no spreadsheet
runs a cell (algorithms §3, CSV out, CSV in).

A file is UTF-8, or UTF-16 with its mark; cells are parted by comma, semicolon or tab, which the
first line tells. Whatever is off is refused with its line: nothing is guessed and nothing cut.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final, NoReturn, TextIO

from sms_desk.domain.errors import DeskError, UsageError
from sms_desk.domain.frozen import dataclass

MOST_BYTES: Final = 20 << 20
MOST_ROWS: Final = 50_000
MOST_CHARACTERS: Final = 500
"""In one cell."""
_LONGEST_LINE: Final = 1 << 16
_CHUNK: Final = 1 << 16
_DELIMITERS: Final = ",;\t"
_EVERY: Final = 250
"""Rows between two words about how far it is."""

Progress = Callable[[int], None]
"""Told how many rows are done; raises `Stopped` to end the work."""


class Stopped(DeskError):
    """Somebody stopped it; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Stopped. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Record:
    """One row. line: where it begins in the file, from 1. cells: by column, as they stand there."""

    line: int
    cells: dict[str, str]


def no_progress(_done: int) -> None:
    """For whom nobody waits."""


# --- reading --------------------------------------------------------------------------------------


def read(
    stream: BinaryIO, known: Iterable[str], required: str, progress: Progress = no_progress
) -> tuple[tuple[str, ...], list[Record]]:
    """The columns and the rows. known: the columns that may stand in the first line.

    Raises UsageError with the line of what cannot be read, and what `progress` raises.
    """
    lines = _Lines(stream)
    first = next(lines, "")
    delimiter = _delimiter(first)
    if first.lower().startswith("sep="):  # a spreadsheet's own word about the delimiter
        delimiter, first = first[4:5], next(lines, "")
        if delimiter not in _DELIMITERS:
            raise UsageError("Line 1: the cells are parted by something unknown.", _SAVE_AGAIN)
    reader = csv.reader(_again(first, lines), delimiter=delimiter, strict=True)
    try:
        return _records(reader, lines, known, required, progress)
    except csv.Error as error:
        raise UsageError(f"Line {lines.number}: {_csv_words(error)}", _SAVE_AGAIN) from error


def _records(
    reader: Iterator[list[str]],
    lines: _Lines,
    known: Iterable[str],
    required: str,
    progress: Progress,
) -> tuple[tuple[str, ...], list[Record]]:
    columns = _columns(next(reader, []), tuple(known), required)
    found: list[Record] = []
    begins = lines.number + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            found.append(Record(begins, _by_column(begins, columns, cells)))
            if len(found) > MOST_ROWS:
                raise UsageError(
                    f"The file has more than {MOST_ROWS:,} rows.", "Import it in several parts."
                )
            if len(found) % _EVERY == 0:
                progress(len(found))
        begins = lines.number + 1
    return columns, found


def _columns(cells: list[str], known: tuple[str, ...], required: str) -> tuple[str, ...]:
    names = tuple(_column_name(cell) for cell in cells)
    listed = ", ".join(known)
    if required not in names:
        raise UsageError(
            f"Line 1: there is no column “{required}”.",
            f"The first line names the columns: {listed}.",
        )
    for name in names:
        if name not in known:
            raise UsageError(
                f"Line 1: “{_short(name)}” is no column of this file.", f"Known are: {listed}."
            )
        if names.count(name) > 1:
            raise UsageError(f"Line 1: the column “{name}” stands there twice.", "Keep one.")
    return names


def _column_name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", unguarded(cell).strip().lower())


def _by_column(line: int, columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(columns):
        raise UsageError(
            f"Line {line}: {len(cells)} cells, but the first line names {len(columns)} columns.",
            "Is a delimiter or a quote missing?",
        )
    found = {}
    for name, cell in zip(columns, cells, strict=True):
        if len(cell) > MOST_CHARACTERS:
            raise UsageError(
                f"Line {line}, {name}: longer than {MOST_CHARACTERS} characters.", "Shorten it."
            )
        found[name] = unguarded(cell)
    return found


class _Lines(Iterator[str]):
    """The lines of a stream with their ends, decoded strictly, within the limits."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._bytes = 0
        self._text = ""
        self._at = 0  # where in the text the next line begins: cutting each off would copy the rest
        self._ended = False
        self.number = 0
        """How many were given out."""
        start = self._read()
        self._decoder = _decoder(start)
        self._feed(start)

    def __next__(self) -> str:
        while True:
            end = _LINE.match(self._text, self._at)
            # A line feed may follow in the next chunk.
            if end and (self._ended or end.end() < len(self._text) or end[0][-1] == "\n"):
                self._at = end.end()
                return self._given(end[0])
            self._text, self._at = self._text[self._at :], 0
            if len(self._text) > _LONGEST_LINE:
                self._refuse_long()
            if self._ended:
                rest, self._text = self._text, ""
                if not rest:
                    raise StopIteration
                return self._given(rest)
            self._feed(self._read())

    def _refuse_long(self) -> NoReturn:
        raise UsageError(f"Line {self.number + 1}: longer than any row can be.", _SAVE_AGAIN)

    def _given(self, line: str) -> str:
        if len(line) > _LONGEST_LINE:
            self._refuse_long()
        self.number += 1
        if "\0" in line:
            raise UsageError(
                f"Line {self.number}: it holds NUL characters, so this is no text file.",
                _SAVE_AGAIN,
            )
        return line

    def _read(self) -> bytes:
        data = self._stream.read(_CHUNK)
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise UsageError(
                f"The file is larger than {MOST_BYTES >> 20} MB.", "Import it in several parts."
            )
        return data

    def _feed(self, data: bytes) -> None:
        self._ended = not data
        try:
            self._text += self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            good = bytes(error.object[: error.start]).decode(error.encoding, "replace")
            line = self.number + 1 + len(_ENDS.findall(self._text + good))
            raise UsageError(
                f"Line {line}: this is not {_SHOWN_ENCODINGS.get(error.encoding, 'UTF-8')}.",
                "Save the file as UTF-8 (in a spreadsheet: CSV UTF-8).",
            ) from None


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")
_ENDS = re.compile(r"\r\n|\r|\n")
_SAVE_AGAIN = "Save it again as CSV in UTF-8."
_SHOWN_ENCODINGS = {"utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-16": "UTF-16"}
_BOMS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FORMS = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
)


def _decoder(start: bytes) -> codecs.IncrementalDecoder:
    for mark, what in _OTHER_FORMS:
        if start.startswith(mark):
            raise UsageError(f"This is {what}, not a CSV file.", _SAVE_AGAIN)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            if not encoding:
                raise UsageError("This is UTF-32.", _SAVE_AGAIN)
            return codecs.getincrementaldecoder(encoding)("strict")
    return codecs.getincrementaldecoder("utf-8")("strict")


def _delimiter(line: str) -> str:
    """Which of the three parts the names of the columns."""
    return max(_DELIMITERS, key=line.count)


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _csv_words(error: csv.Error) -> str:
    words = str(error)
    if "field larger" in words or "unexpected end" in words:
        return "a quote that is opened here or above is never closed."
    return "a quote stands where none can be."


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


# --- cells that a spreadsheet would run (R45) ----------------------------------------------------------

_TRIGGERS = frozenset("=+-@＝＋－＠")
_LEADING = frozenset("\t\r\n")


def guarded(cell: str) -> str:
    """A cell so that no spreadsheet runs it: an apostrophe before what would be a formula."""
    return f"'{cell}" if _runs(cell) else cell


def unguarded(cell: str) -> str:
    """The cell again, exactly."""
    return cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell


def _runs(cell: str) -> bool:
    """Whether a trigger stands first, apart from what a spreadsheet passes over."""
    for character in cell:
        if character in _TRIGGERS or character in _LEADING:
            return True
        if not (
            character in "'\"" or character.isspace() or unicodedata.category(character) == "Cf"
        ):
            return False
    return False


def write(stream: TextIO, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> int:
    """All cells quoted and guarded; how many rows were written. stream: opened with newline=""."""
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(tuple(columns))
    written = 0
    for cells in rows:
        writer.writerow([guarded(cell) for cell in cells])
        written += 1
    return written
