"""What a pull or a fetch answers, as values (algorithms §2.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any
from uuid import UUID

from sms_desk.domain.frozen import dataclass
from sms_desk.store.team.replicated import Wire


@dataclass(frozen=True, slots=True)
class Digest:
    """How many rows hang on a key, and the exclusive or of their hashes."""

    n: int
    h: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command that this person pushed. state: done, held or refused; result: its
    words, see `services.pushed`."""

    id: UUID
    state: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delta:
    """One answer. cursor: what the next pull begins from; "" of a fetch. start_over: the workspace
    is another one than at the last pull, or too much was forgotten since: enter is everything, and
    what is not in it is to go. enter: key → rank, the highest first. tombs: table and primary key of
    rows that are gone. rows: by table, as they travel. later: keys that were asked for and are not
    answered yet. rest: a key of which more is to be asked for, below this place."""

    cursor: str = ""
    epoch: str = ""
    start_over: bool = False
    leave: tuple[UUID, ...] = ()
    enter: Mapping[UUID, int] = field(default_factory=dict)
    tombs: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    rows: Mapping[str, list[Wire]] = field(default_factory=dict)
    receipts: tuple[Receipt, ...] = ()
    digests: Mapping[UUID, Digest] = field(default_factory=dict)
    later: frozenset[UUID] = frozenset()
    rest: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the cursor is new."""
        return not (self.start_over or self.leave or self.enter or self.tombs or self.rows) and (
            not self.receipts
        )


def parsed(lines: Iterable[tuple[str, str | None, str]]) -> Delta:
    """The answer of `pull` or `fetch`: rows of (what, table, body)."""
    head: Mapping[str, Any] = {}
    leave: list[UUID] = []
    enter: dict[UUID, int] = {}
    tombs: list[tuple[str, Mapping[str, Any]]] = []
    rows: dict[str, list[Wire]] = {}
    receipts: list[Receipt] = []
    digests: dict[UUID, Digest] = {}
    later: set[UUID] = set()
    rest: dict[UUID, int] = {}
    for what, table, body in lines:
        if what == "row":
            rows.setdefault(table or "", []).append(json.loads(body))
        elif what == "leave":
            leave.append(UUID(body))
        elif what == "enter":
            entry = json.loads(body)
            enter[UUID(entry["key"])] = int(entry["rank"])
        elif what == "tomb":
            tombs.append((table or "", json.loads(body)))
        elif what == "digest":
            entry = json.loads(body)
            digests[UUID(entry["key"])] = Digest(int(entry["n"]), int(entry["h"]))
        elif what == "receipt":
            entry = json.loads(body)
            receipts.append(Receipt(UUID(entry["id"]), entry["state"], entry["result"]))
        elif what == "later":
            later.add(UUID(body))
        elif what == "rest":
            entry = json.loads(body)
            rest[UUID(entry["key"])] = int(entry["below"])
        elif what == "head":
            head = json.loads(body)
    return Delta(
        cursor=head.get("cursor", ""),
        epoch=head.get("epoch", ""),
        start_over=bool(head.get("start_over", False)),
        leave=tuple(leave),
        enter=enter,
        tombs=tuple(tombs),
        rows=rows,
        receipts=tuple(receipts),
        digests=digests,
        later=frozenset(later),
        rest=rest,
    )
