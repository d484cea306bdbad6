"""Making a replica what the server says, in one transaction (algorithms §2.2 step 6)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Protocol
from uuid import UUID

from sms_desk.domain.changes import EVERYTHING, NOTHING, Changes
from sms_desk.domain.frozen import dataclass
from sms_desk.store.engine import Tx
from sms_desk.store.replica import before, digests, leaving, rows, searching, state, touched
from sms_desk.store.replica.rows import Row
from sms_desk.store.replica.state import Name, Rest
from sms_desk.store.team.delta import Delta, Digest, Receipt
from sms_desk.store.team.replicated import BY_NAME, OVERSIGHT_KEY, REPLICATED, Wire

_log = logging.getLogger(__name__)

AGAIN: Final = 2**63 - 1
"""The rank of a key whose rows differ from the server's: before all others."""

LAST: Final = -1
"""The rank of a key that everything else is fetched before."""

COMPARED: Final = 2_000
"""Rows on a key that are compared at every change of one of them; more only with all others."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """All rows of some keys, as `fetch` gave them. since: of threads only what is at or after this
    position. older: of one key, what comes behind the piece that is here."""

    keys: frozenset[UUID]
    delta: Delta
    since: int = 0
    older: bool = False


class Queue(Protocol):
    """The commands of this desk that have no receipt yet (store.replica.pending)."""

    def settle(self, tx: Tx, receipts: Sequence[Receipt], *, anew: bool) -> Changes:
        """Take receipts. anew: the workspace has another epoch, which knows nothing of what was
        pushed before."""

    def again(self, tx: Tx) -> Changes:
        """Run what is still pending, each within `before.keeping`."""


class NoQueue:
    """For a desk that only reads."""

    def settle(self, tx: Tx, receipts: Sequence[Receipt], *, anew: bool) -> Changes:  # noqa: ARG002
        return NOTHING

    def again(self, tx: Tx) -> Changes:  # noqa: ARG002
        return NOTHING


@dataclass(frozen=True, slots=True)
class News:
    """One answer of the server, at one moment of its. delta: of a pull; without a cursor only what
    was fetched counts. fetched: keys that are to be here whole now. said: further digests of the
    same moment, to compare with."""

    delta: Delta = field(default_factory=Delta)
    fetched: Sequence[Fetched] = ()
    said: Mapping[UUID, Digest] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return self.delta.is_empty and not self.fetched and not self.said


def apply(tx: Tx, news: News, queue: Queue) -> Changes:
    """Make the file what the server says and run pending commands anew; what the window is to look
    at again. All of it or, if anything raises, nothing: the caller's transaction decides."""
    delta = news.delta
    if news.is_empty:
        _remember(tx, delta)
        return NOTHING
    with searching.in_step(tx):
        changes = _restored(tx, before.restore(tx))
        changes |= _taken_out(tx, delta)
        changes |= _put_in(tx, news)
    _account(tx, news)
    _compare(tx, news)
    _remember(tx, delta)
    changes |= queue.settle(tx, delta.receipts, anew=delta.start_over)
    return changes | queue.again(tx)


def _restored(tx: Tx, images: Iterable[before.Image]) -> Changes:
    found: dict[str, list[Row]] = {}
    for image in images:
        row = image.row or rows.get(tx, image.of, image.pk)
        if row is not None:
            found.setdefault(image.of.name, []).append(row)
    return touched.by_rows(tx, found)


def _taken_out(tx: Tx, delta: Delta) -> Changes:
    """What this person does not see any more, and what is no more."""
    if delta.start_over:
        leaving.leave(tx, delta.enter.keys(), but=True)
        return EVERYTHING
    changes = touched.by_keys(tx, delta.leave) if delta.leave else NOTHING
    leaving.leave(tx, delta.leave)
    return changes | _buried(tx, delta.tombs)


def _buried(tx: Tx, tombs: Iterable[tuple[str, Mapping[str, Any]]]) -> Changes:
    keys: dict[str, list[Row]] = {}
    for table, key in tombs:
        keys.setdefault(table, []).append(BY_NAME[table].key_to_file(key))
    changes = NOTHING
    for table, listed in keys.items():
        one = BY_NAME[table]
        gone = [row for key in listed if (row := rows.get(tx, one, key)) is not None]
        changes |= touched.by_rows(tx, {table: gone})
        rows.delete(tx, one, listed)
    return changes


def _put_in(tx: Tx, news: News) -> Changes:
    """Rows that changed, then all rows of what was fetched. Of a key that comes in pieces the first one
    replaces all that is here, and each pull keeps right what has come of it so far."""
    changed = _to_file(news.delta.rows)
    for one in REPLICATED:
        rows.upsert(tx, one, changed.get(one.name, ()))
    rows.delete_strays(tx, changed)
    changes = touched.by_rows(tx, changed)
    for part in news.fetched:
        whole = _to_file(part.delta.rows)
        if not part.older:
            changes |= touched.by_keys(tx, part.keys)
            rows.delete_others(tx, part.keys, _primary_keys(whole))
        for one in REPLICATED:
            rows.upsert(tx, one, whole.get(one.name, ()))
        changes |= touched.by_rows(tx, whole)
    return changes


def _to_file(sent: Mapping[str, Sequence[Wire]]) -> dict[str, list[Row]]:
    return {name: [BY_NAME[name].to_file(row) for row in listed] for name, listed in sent.items()}


def _primary_keys(came: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    found = {}
    for name, listed in came.items():
        places = [BY_NAME[name].columns.index(column) for column in BY_NAME[name].primary_key]
        found[name] = [tuple(row[place] for place in places) for row in listed]
    return found


def _account(tx: Tx, news: News) -> None:
    """Which keys are here, which are not yet, and which are in part."""
    delta = news.delta
    if delta.start_over:
        state.want_nothing(tx)
    state.got(tx, delta.leave)
    state.want(tx, _ranked(delta.enter))
    for part in news.fetched:
        done = part.keys - part.delta.rest.keys()
        state.got(tx, done)
        state.keep_since(tx, done, part.since)
        for key, below in part.delta.rest.items():
            state.want_rest(tx, Rest(key, below, part.since), _ranked({key: below})[key])
            state.keep_since(tx, [key], below)
    state.count_filling(tx)


def by_rank(keys: Mapping[UUID, int]) -> list[UUID]:
    """In the order in which they are to be fetched."""
    ranked = _ranked(keys)
    return sorted(ranked, key=lambda key: (-ranked[key], key))


def _ranked(keys: Mapping[UUID, int]) -> dict[UUID, int]:
    """The audit log comes last: it is the longest, and nobody's work waits for it."""
    ranked = dict(keys)
    if OVERSIGHT_KEY in ranked:
        ranked[OVERSIGHT_KEY] = LAST
    return ranked


def _compare(tx: Tx, news: News) -> None:
    """A difference is a bug; it is healed and logged, by ids only."""
    said = {key: digest for key, digest in news.delta.digests.items() if digest.n <= COMPARED}
    said |= news.said
    fetched: set[UUID] = set()
    for part in news.fetched:
        fetched |= part.keys
        said |= {key: part.delta.digests.get(key, digests.EMPTY) for key in part.keys}
    differing = digests.differing(tx, said)
    if wrong := differing & fetched:  # to fetch the same again would not help
        _log.error("replica differs from what was just fetched: %s", _named(wrong))
    if missed := differing - fetched:
        _log.error("replica differs from the server, fetched anew: %s", _named(missed))
        state.want(tx, dict.fromkeys(missed, AGAIN))


def _named(keys: Collection[UUID]) -> str:
    return ", ".join(sorted(map(str, keys))[:20])


def _remember(tx: Tx, delta: Delta) -> None:
    if delta.cursor:
        state.put(tx, Name.CURSOR, delta.cursor)
        state.put(tx, Name.EPOCH, delta.epoch)
