"""Reading a list of India's registered texts from a CSV file, with what is wrong line by line (R41).

The columns are found by their names in the first row, in any order, in the operators' words or in
ours. Nothing is taken from a file of which one line cannot be read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sms_desk.domain import dlt
from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import DltKind
from sms_desk.domain.registration import is_entity_id

LARGEST = 20 * 1024 * 1024
"""Bytes of a file."""
MOST = 50_000
"""Rows of a file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One registered text. header: as it stands in the file, "" for every header of the entity."""

    line: int
    dlt_id: str
    entity_id: str
    name: str
    kind: DltKind
    body: str
    header: str


@dataclass(frozen=True, slots=True)
class Problem:
    """line: as an editor counts them, from 1."""

    line: int
    title: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All rows, and what is wrong; a file is imported only without problems."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


_COLUMNS = MappingProxyType(
    {
        "dlt_id": ("dlt_id", "template_id", "content_template_id"),
        "entity_id": ("entity_id", "pe_id", "principal_entity_id"),
        "name": ("name", "template_name"),
        "kind": ("kind", "template_type", "type", "category"),
        "body": ("body", "template", "content", "template_content", "message"),
        "header": ("header", "sender", "sender_id"),
    }
)
_OPTIONAL = ("entity_id", "header")
_KINDS = MappingProxyType(
    {
        **{kind.value: kind for kind in DltKind},
        "t": DltKind.TRANSACTIONAL,
        "s": DltKind.SERVICE_IMPLICIT,
        "p": DltKind.PROMOTIONAL,
        "g": DltKind.GOVERNMENT,
        "implicit": DltKind.SERVICE_IMPLICIT,
        "explicit": DltKind.SERVICE_EXPLICIT,
    }
)


def read(data: bytes, *, entity_id: str = "") -> Reading:
    """All rows of a CSV file, and all problems in it.

    entity_id: for a file without that column. Raises UsageError for what is no such file at all:
    too large, in another encoding, or without the columns.
    """
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    try:
        heading = next(reader, [])
        where = _where(heading, entity_id)
        rows: list[Row] = []
        problems: list[Problem] = []
        seen: set[tuple[str, str]] = set()
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) + len(problems) >= MOST:
                raise UsageError(
                    f"The file has more than {MOST:,} rows.", "Import it in several parts."
                )
            try:
                row = _row(line, _cells(cells, where, entity_id))
                if (row.dlt_id, row.header) in seen:
                    raise UsageError(
                        f"The number {row.dlt_id} stands there twice.", "Remove one of them."
                    )
                seen.add((row.dlt_id, row.header))
                rows.append(row)
            except UsageError as error:
                problems.append(Problem(line, error.title, error.next_step))
    except csv.Error as error:
        raise UsageError(
            f"Line {reader.line_num} cannot be read as CSV: {error}.",
            "Save the file as CSV with commas and quotes.",
        ) from error
    if not rows and not problems:
        raise UsageError("The file has no rows.", "Export the templates from the DLT portal.")
    return Reading(tuple(rows), tuple(problems))


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST:
        raise UsageError("The file is larger than 20 MB.", "Import it in several parts.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError("The file is in UTF-16.", "Save it as CSV UTF-8.")
    if data.startswith(b"PK\x03\x04"):
        raise UsageError("The file is a workbook, not a CSV file.", "Save it as CSV UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(f"Line {line} is not in UTF-8.", "Save it as CSV UTF-8.") from error
    if "\0" in text:
        raise UsageError("The file holds characters that no text has.", "Save it as CSV UTF-8.")
    return text


def _where(heading: list[str], entity_id: str) -> Mapping[str, int]:
    """Field → number of its column. Raises UsageError that names every missing one."""
    names = ["_".join(cell.strip().casefold().split()) for cell in heading]
    found = {
        field: next((names.index(word) for word in words if word in names), -1)
        for field, words in _COLUMNS.items()
    }
    needed = [field for field in _COLUMNS if field not in _OPTIONAL]
    if not entity_id:
        needed.append("entity_id")
    missing = [field for field in needed if found[field] < 0]
    if missing:
        raise UsageError(
            f"The first row names no column {', '.join(missing)}.",
            f"It names the columns: {', '.join(_COLUMNS)}.",
        )
    return found


def _cells(cells: list[str], where: Mapping[str, int], entity_id: str) -> dict[str, str]:
    found = {field: cells[n].strip() if 0 <= n < len(cells) else "" for field, n in where.items()}
    found["entity_id"] = found["entity_id"] or entity_id
    return found


def _row(line: int, cells: Mapping[str, str]) -> Row:
    for field, what in (("dlt_id", "template ID"), ("entity_id", "principal entity ID")):
        if not is_entity_id(cells[field]):
            raise UsageError(
                f"“{_short(cells[field])}” is no {what}.",
                "It is a number, mostly of 19 digits; a spreadsheet may have rounded it.",
            )
    kind = _KINDS.get("_".join(cells["kind"].casefold().replace("-", " ").split()))
    if kind is None:
        raise UsageError(
            f"“{_short(cells['kind'])}” is no kind of template.",
            f"There are: {', '.join(DltKind)}.",
        )
    if not cells["name"]:
        raise UsageError("The template has no name.", "Give it one.")
    body = dlt.checked_body(cells["body"])
    return Row(
        line, cells["dlt_id"], cells["entity_id"], cells["name"], kind, body, cells["header"]
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


_SHOWN = 40


def lines_of(problems: tuple[Problem, ...]) -> Iterator[str]:
    """The problems as lines for a terminal."""
    for problem in problems:
        yield f"Line {problem.line}: {problem.title} {problem.next_step}"
