"""The hostile statements, as they stand in the files beside this one.

A block begins with what is expected and why it is tried, then the statement, then an empty line:

    -- refused reads: a table by its name
    SELECT * FROM desk.messages;

*refused* ends with an error (of lack of rights, unless SQL states follow; ANY is any), *works* with
none, *any* may do either. *reads*: whoever has the right sees planted words by it, so a test runs it
with that right too. *shows*: it shows the person's own. *silent*: it tells no estimate of a plan.
Nothing that any of them prints may hold a planted word of another person, and no row may differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sms_desk.domain.frozen import dataclass

NO_RIGHT: Final = "42501"
_HEAD: Final = re.compile(r"-- (refused|works|any)((?: [A-Za-z0-9]+)*): (.+)")
_FILES: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Hostile:
    """One try. states: the SQL states that are a refusal; empty: any."""

    kind: str
    what: str
    sql: str
    expected: str = "refused"
    states: frozenset[str] = frozenset((NO_RIGHT,))
    marks: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.what}"

    def named(self, names: Mapping[str, str]) -> Hostile:
        """With what the attacker knows put in."""
        sql = self.sql
        for name, value in names.items():
            sql = sql.replace("{" + name + "}", value)
        return Hostile(self.kind, self.what, sql, self.expected, self.states, self.marks)


def kinds() -> list[str]:
    """What is tried: the names of the files."""
    return sorted(file.stem for file in _FILES.glob("*.sql"))


def of_kind(kind: str) -> list[Hostile]:
    """The statements of one file."""
    text = (_FILES / f"{kind}.sql").read_text(encoding="utf-8")
    return list(_parsed(kind, text))


def of_every_table(tables: list[str]) -> list[Hostile]:
    """The same few ways for each table by itself. tables: with their schemas."""
    ways = (
        "SELECT * FROM {table}",
        "COPY {table} TO STDOUT",
        "EXPLAIN SELECT * FROM {table}",
        "INSERT INTO {table} DEFAULT VALUES",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "BEGIN; LOCK TABLE {table} IN ACCESS SHARE MODE",
        "ALTER TABLE {table} OWNER TO CURRENT_USER",
    )
    return [
        Hostile("every table", way.replace("{table}", table), way.replace("{table}", table) + ";")
        for table in tables
        for way in ways
    ]


def _parsed(kind: str, text: str) -> Iterator[Hostile]:
    for block in text.strip().split("\n\n"):
        head, _, sql = block.strip().partition("\n")
        found = _HEAD.fullmatch(head)
        if not found or not sql:
            raise ValueError(f"{kind}.sql: not a block: {head!r}")
        words = found[2].split()
        states = frozenset(word for word in words if word.isupper() or word[0].isdigit())
        marks = frozenset(words) - states
        if "ANY" in states:
            states = frozenset()
        elif not states:
            states = frozenset((NO_RIGHT,))
        yield Hostile(kind, found[3], sql, found[1], states, marks)
