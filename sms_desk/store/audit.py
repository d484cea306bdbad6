"""The audit log's rows: appended in the change's own transaction, never changed (R31).

The database refuses to change or delete an entry (triggers, `tables`). The newest entry is noted
apart from the log, so that a tail that went missing is missed. It is no proof against somebody who
rewrites log and note alike; a head kept elsewhere is (`domain.audit.verify`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.audit import Deed, Entry, Head, seal
from sms_desk.domain.frozen import dataclass
from sms_desk.store import fast, tables
from sms_desk.store.engine import Tx
from sms_desk.store.reading import Query

_a = tables.audit.c
_sub = tables.audit_subjects.c
_set = tables.settings.c
_SCOPE, _NAME = "audit", "head"
_PAGE = 1_000


def append(
    tx: Tx, deed: Deed, *, at: datetime, actor_id: UUID | None, batch_id: UUID | None
) -> Entry:
    """Write the next entry, in the transaction of the change that it tells of."""
    if tx.dialect.name == "postgresql":
        # Two writers must not take the same place; on SQLite a writing transaction is alone.
        tx.exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
    entry = seal(deed, _newest(tx), at=at, actor_id=actor_id, batch_id=batch_id)
    values = {name: getattr(entry, name) for name in _COLUMNS}
    values["subject_ids"] = [str(id_) for id_ in entry.subject_ids]
    fast.insert(tx, tables.audit, _COLUMNS, [tuple(values.values())])
    subjects = [(id_, entry.n) for id_ in entry.subject_ids]
    fast.insert(tx, tables.audit_subjects, ("subject_id", "n"), subjects)
    _note(tx, entry, at)
    return entry


_COLUMNS = tuple(column.name for column in tables.audit.c)


def noted(tx: Tx) -> Head | None:
    """The newest entry, as it was noted apart from the log."""
    values = _NOTED.values(tx)
    try:
        return Head(int(values[0]["n"]), str(values[0]["hash"])) if values else None
    except (KeyError, TypeError, ValueError):  # somebody wrote there: nothing that could be trusted
        return None


def _newest(tx: Tx) -> Head | None:
    """After what the next entry follows: the note, where it is ahead, so that a tail that went
    missing leaves a gap for ever."""
    last = [Head(*row) for row in _LAST.rows(tx)]
    said = noted(tx)
    if not last or (said is not None and said.n > last[0].n):
        return said
    return last[0]


def _note(tx: Tx, entry: Entry, at: datetime) -> None:
    value = {"n": entry.n, "hash": entry.hash}
    done = tx.execute(_NOTE, {"new_value": value, "new_changed_at": at})
    if not done.rowcount:
        tx.execute(
            sa.insert(tables.settings).values(scope=_SCOPE, name=_NAME, value=value, changed_at=at)
        )


_HERE = (_set.scope == _SCOPE, _set.name == _NAME)
_NOTED = Query(sa.select(_set.value).where(*_HERE))
_LAST = Query(sa.select(_a.n, _a.hash).order_by(_a.n.desc()).limit(1))
_NOTE = (
    sa.update(tables.settings)
    .where(*_HERE)
    .values(value=sa.bindparam("new_value"), changed_at=sa.bindparam("new_changed_at"))
)


# --- reading --------------------------------------------------------------------------------------


def entries(tx: Tx) -> Iterator[Entry]:
    """All, from the first on, a page at a time."""
    last = -(2**62)
    while True:
        query = sa.select(*_AS_STORED).where(_a.n > last).order_by(_a.n).limit(_PAGE)
        rows = tx.execute(query).mappings().all()
        yield from (_stored(row) for row in rows)
        if len(rows) < _PAGE:
            return
        last = rows[-1]["n"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; all of it holds at once.

    person: actor or subject. subject_ids: each of them is one. batch_ids: of one of them. any_of:
    ids of which one is a subject or the actor, or a kind (the words of a search). within: a supervisor's scope, as subjects, and own_id whose own deeds are
    in it, too; None for all.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor_id: UUID | None = None
    by_rule: bool = False
    person_id: UUID | None = None
    kinds: tuple[str, ...] = ()
    subject_ids: tuple[UUID, ...] = ()
    batch_ids: frozenset[UUID] = frozenset()
    any_of: tuple[frozenset[UUID], frozenset[str]] | None = None
    within: frozenset[UUID] | None = None
    own_id: UUID | None = None


def find(tx: Tx, asked: Asked, *, before: int | None = None, limit: int = 100) -> list[Entry]:
    """Newest first, those before an entry's n (keyset)."""
    where = _clauses(asked)
    if before is not None:
        where.append(_a.n < before)
    query = sa.select(tables.audit).where(*where).order_by(_a.n.desc()).limit(limit)
    return [_entry(row) for row in tx.execute(query).mappings()]


def count(tx: Tx, asked: Asked) -> int:
    query = sa.select(sa.func.count()).select_from(tables.audit).where(*_clauses(asked))
    return int(tx.execute(query).scalar_one())


def newest(tx: Tx) -> int:
    """The number of the newest entry; 0 while there is none."""
    return int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(_a.n), 0))).scalar_one())


def of_batch(tx: Tx, batch_id: UUID) -> Entry | None:
    """What one command's entry says; None where it has none."""
    query = sa.select(tables.audit).where(_a.batch_id == batch_id).order_by(_a.n).limit(1)
    row = tx.execute(query).mappings().first()
    return None if row is None else _entry(row)


def absent_person(tx: Tx, absence_id: UUID) -> UUID | None:
    """Whose absence it is."""
    query = sa.select(tables.absences.c.person_id).where(tables.absences.c.id == absence_id)
    found: UUID | None = tx.execute(query).scalar_one_or_none()
    return found


def _clauses(asked: Asked) -> list[Any]:
    found: list[Any] = []
    if asked.since is not None:
        found.append(_a.at >= asked.since)
    if asked.until is not None:
        found.append(_a.at < asked.until)
    if asked.actor_id is not None:
        found.append(_a.actor_id == asked.actor_id)
    if asked.by_rule:
        found.append(_a.actor_id.is_(None))
    if asked.person_id is not None:
        found.append(_about([asked.person_id]) | (_a.actor_id == asked.person_id))
    if asked.kinds:
        found.append(_a.kind.in_(asked.kinds))
    found.extend(_about([id_]) for id_ in asked.subject_ids)
    if asked.batch_ids:
        found.append(_a.batch_id.in_(list(asked.batch_ids)))
    if asked.any_of is not None:
        ids, kinds = asked.any_of
        found.append(_about(ids) | _a.actor_id.in_(ids) | _a.kind.in_(kinds))
    if asked.within is not None:
        own = sa.false() if asked.own_id is None else _a.actor_id == asked.own_id
        found.append(_about(asked.within) | own)
    return found


def _about(ids: Collection[UUID]) -> Any:
    return _a.n.in_(sa.select(_sub.n).where(_sub.subject_id.in_(list(ids))))


_JSON = frozenset({"subject_ids", "before", "after"})
_AS_STORED = [
    sa.type_coerce(column, sa.Text).label(column.name) if column.name in _JSON else column
    for column in tables.audit.c
]


def _stored(row: Any) -> Entry:
    """An entry also where somebody has written what is no JSON: one whose hash does not fit."""
    values = dict(row)
    try:
        values |= {name: json.loads(values[name] or "null") for name in _JSON}
        return _entry(values)
    except (ValueError, TypeError, AttributeError):
        return Entry(**{**values, "subject_ids": (), "before": None, "after": None, "hash": ""})


def _entry(row: Any) -> Entry:
    values = {name: row[name] for name in _COLUMNS}
    values["subject_ids"] = tuple(UUID(id_) for id_ in row["subject_ids"])
    return Entry(**values)
