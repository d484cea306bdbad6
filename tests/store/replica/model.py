"""A server that is another file: what it answers is worked out by comparing whole states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sms_desk.store.engine import Workspace
from sms_desk.store.replica import digests, rows
from sms_desk.store.team.delta import Delta, Digest, Receipt
from sms_desk.store.team.replicated import REPLICATED, address_key
from sms_desk.store.types import id_of

State = dict[UUID, dict[str, list[list[Any]]]]
"""By key, by table: rows as they travel."""


@dataclass
class FileServer:
    """file: a workspace that is prepared as a replica, so that its rows are found by key. seen: what
    one person sees, key → rank."""

    file: Workspace
    seen: dict[UUID, int] = field(default_factory=dict)
    epoch: str = "first"
    attachments: dict[UUID, bytes] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    asked: list[Sequence[UUID]] = field(default_factory=list)
    _known: list[tuple[str, State]] = field(default_factory=list)

    def pulling(self) -> AbstractContextManager[FileServer]:
        return self._pulling()

    @contextmanager
    def _pulling(self) -> Iterator[FileServer]:
        yield self

    def attachment(self, attachment_id: UUID) -> bytes | None:
        return self.attachments.get(attachment_id)

    def pull(self, cursor: str) -> Delta:
        now = self.state()
        self._known.append((self.epoch, now))
        next_cursor = f"{len(self._known) - 1}:{self.epoch}"
        receipts = tuple(self.receipts)
        known, _, epoch = cursor.partition(":")
        if epoch != self.epoch:
            return Delta(
                next_cursor,
                self.epoch,
                start_over=True,
                enter=dict(self.seen),
                receipts=receipts,
            )
        old = self._known[int(known)][1]
        both = now.keys() & old.keys()
        changed: dict[str, list[Any]] = {}
        tombs = []
        for one in REPLICATED:
            here, there = (
                [tuple(row) for key in both for row in each[key].get(one.name, ())]
                for each in (now, old)
            )
            if news := [list(row) for row in here if row not in there]:
                changed[one.name] = news
            keys = [one.primary_key_of(row) for row in here]
            gone = [one.primary_key_of(row) for row in there]
            tombs += [(one.name, key) for key in gone if key not in keys]
        return Delta(
            next_cursor,
            self.epoch,
            leave=tuple(old.keys() - now.keys()),
            enter={key: self.seen[key] for key in now.keys() - old.keys()},
            tombs=tuple(tombs),
            rows=changed,
            receipts=receipts,
            digests={key: said for key, said in self.digests(both).items() if now[key] != old[key]},
        )

    def fetch(
        self,
        keys: Sequence[UUID],
        since: int = 0,
        below: int | None = None,
        most: int | None = None,
    ) -> Delta:
        mine = [key for key in keys if key in self.seen]
        if most == 0:
            return Delta(digests=self.digests(mine))
        self.asked.append(list(keys))
        found: dict[str, list[Any]] = {}
        for key, by_table in self.state().items():
            for table, listed in by_table.items():
                if key in mine:
                    found.setdefault(table, []).extend(
                        row for row in listed if _stands_between(table, row, since, below)
                    )
        return Delta(rows=found, digests=self.digests(mine))

    def state(self) -> State:
        found: State = {key: {} for key in self.seen}
        with self.file.write(quiet=True) as tx:
            tx.exec_driver_sql("DELETE FROM replica_addresses")
            for peer in (
                tx.exec_driver_sql("SELECT peer_key FROM contact_addresses").scalars().all()
            ):
                tx.exec_driver_sql(
                    "INSERT INTO replica_addresses VALUES (?, ?)", (address_key(peer).bytes, peer)
                )
            rows.name_keys(tx, self.seen)
            for one in REPLICATED:
                for key, *row in rows.hanging_rows(tx, one):
                    found[id_of(key)].setdefault(one.name, []).append(one.to_wire(row))
        return found

    def digests(self, keys: Sequence[UUID] | set[UUID]) -> dict[UUID, Digest]:
        with self.file.read() as tx:
            return digests.here(tx, keys)


def _stands_between(table: str, row: list[Any], since: int, below: int | None) -> bool:
    if table not in rows.BY_POSITION:
        return below is None
    return since <= row[0] and (below is None or row[0] < below)
