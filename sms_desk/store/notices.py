"""Who was told what and how; templates of e-mail; whose inbox a person does not want to hear of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain.notices import SHOWN_WITHIN, SUMMED_WITHIN, Kind, State, Way
from sms_desk.store import fast, tables, upserts
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.reading import Query
from sms_desk.store.team_states import chunks

_n = tables.notices.c
_t = tables.notice_templates.c
_m = tables.sender_mutes.c
_h = tables.holdings.c
_mine = tables.my_states.c
_c = tables.conversations.c
_k = tables.contacts.c
_s = tables.sender_ids.c
_w = tables.messages.c
_LONGEST = 4_000
"""Characters of a text that any notice can say."""


def append(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep notices; one that its person has in the same way already is the same (R55)."""
    if not rows:
        return
    statement = upserts.insert(tx, tables.notices).on_conflict_do_nothing(
        index_elements=[_n.person_id, _n.way, _n.kind, _n.subject_id]
    )
    tx.execute(statement, [{**_BLANK, "id": new_id(), **row} for row in rows])


_BLANK: Mapping[str, Any] = {
    "conversation_id": None,
    "next_try_at": None,
    "template": "",
    "reason": "",
}


class Summary(NamedTuple):
    """A notice that counts, and what it has counted so far."""

    id: UUID
    trail: Mapping[str, Any]


def summaries(tx: Tx, people: Collection[UUID], kind: Kind) -> dict[tuple[UUID, Way], Summary]:
    """By person and way the summary, of older messages or of hours of rest, that still grows."""
    found: dict[tuple[UUID, Way], Summary] = {}
    for person_id, way, *summary in _GROWING.rows(tx, people=list(people), kind=kind):
        found.setdefault((person_id, way), Summary(*summary))
    return found


_GROWING = Query(
    sa.select(_n.person_id, _n.way, *(_n[name] for name in Summary._fields)).where(
        _n.person_id.in_(sa.bindparam("people", expanding=True)),
        _n.kind == sa.bindparam("kind"),
        _n.state == State.WAITING,
    ),
    way=Way,
)


def waiting(tx: Tx, person_id: UUID, now: datetime, *, limit: int) -> list[sa.RowMapping]:
    """What waits to be shown to a person, oldest first; the summary of hours of rest, too, which
    end when the person says so, whatever was thought."""
    due = sa.or_(_n.next_try_at.is_(None), _n.next_try_at <= now, _n.kind == Kind.RESTED)
    query = (
        sa.select(tables.notices)
        .where(_n.person_id == person_id, _n.way == Way.SCREEN, _n.state == State.WAITING, due)
        .order_by(_n.made_at, _n.id)
        .limit(limit)
    )
    return list(tx.execute(query).mappings())


def due_mail(tx: Tx, now: datetime, *, limit: int) -> list[sa.RowMapping]:
    """E-mails whose time has come, oldest first."""
    query = (
        sa.select(tables.notices)
        .where(
            _n.way == Way.EMAIL,
            _n.state == State.WAITING,
            sa.or_(_n.next_try_at.is_(None), _n.next_try_at <= now),
        )
        .order_by(_n.made_at, _n.id)
        .limit(limit)
    )
    return list(tx.execute(query).mappings())


def next_due(tx: Tx, way: Way | None = None) -> datetime | None:
    """When the next waiting one is to be looked at."""
    at = sa.func.min(sa.func.coalesce(_n.next_try_at, _n.made_at))
    query = sa.select(sa.type_coerce(at, _n.made_at.type)).where(_n.state == State.WAITING)
    if way is not None:
        query = query.where(_n.way == way)
    return tx.execute(query).scalar_one_or_none()


def known(
    tx: Tx, kinds: Collection[Kind], subjects: Collection[tuple[UUID, UUID]]
) -> set[tuple[UUID, UUID]]:
    """Which of these (person, subject) were told already."""
    if not subjects:
        return set()
    query = sa.select(_n.person_id, _n.subject_id).where(
        _n.person_id.in_({person for person, _ in subjects}),
        _n.way == Way.SCREEN,
        _n.kind.in_(kinds),
        _n.subject_id.in_({subject for _, subject in subjects}),
    )
    return {(row.person_id, row.subject_id) for row in tx.execute(query)}


def get(tx: Tx, notice_id: UUID) -> sa.RowMapping | None:
    return tx.execute(sa.select(tables.notices).where(_n.id == notice_id)).mappings().one_or_none()


def move(tx: Tx, notice_id: UUID, before: State, after: State, at: datetime, **values: Any) -> bool:
    """From one state to another; False where somebody else has moved it meanwhile."""
    done = tx.execute(
        sa.update(tables.notices)
        .where(_n.id == notice_id, _n.state == before)
        .values(state=after, state_at=at, **values)
    )
    return bool(done.rowcount)


def change(tx: Tx, changes: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Set columns of many notices."""
    fast.update(tx, tables.notices, "id", changes)


def show(
    tx: Tx,
    person_id: UUID,
    ids: Collection[UUID],
    at: datetime,
    after: State = State.SENT,
    reason: str = "",
) -> frozenset[UUID]:
    """Take what is shown now (or, with a reason, is not); which of them nobody had taken before."""
    taken = tx.execute(
        sa.update(tables.notices)
        .where(
            _n.id.in_(ids),
            _n.person_id == person_id,
            _n.way == Way.SCREEN,
            _n.state == State.WAITING,
        )
        .values(state=after, state_at=at, reason=reason)
        .returning(_n.id)
    )
    return frozenset(taken.scalars())


def hush(tx: Tx, at: datetime, reason: str) -> int:
    """Nothing that waits on a screen is shown any more."""
    return _hush(tx, at, reason, sa.true())


def any_stale(tx: Tx, now: datetime) -> bool:
    """Whether something waits on a screen that no window has shown in time."""
    query = sa.select(_n.id).where(_n.state == State.WAITING, _n.way == Way.SCREEN, _is_stale(now))
    return tx.execute(query.limit(1)).first() is not None


def hush_stale(tx: Tx, now: datetime) -> int:
    """What no window has shown in time is not shown any more."""
    return _hush(tx, now, "stale", _is_stale(now))


def _is_stale(now: datetime) -> sa.ColumnElement[bool]:
    due = sa.func.coalesce(_n.next_try_at, _n.made_at)
    return sa.or_(
        sa.and_(_n.kind != Kind.RESTED, due < now - SHOWN_WITHIN), due < now - SUMMED_WITHIN
    )


def _hush(tx: Tx, at: datetime, reason: str, which: sa.ColumnElement[bool]) -> int:
    gone = sa.update(tables.notices).where(_n.state == State.WAITING, _n.way == Way.SCREEN, which)
    return tx.execute(gone.values(state=State.SILENT, state_at=at, reason=reason)).rowcount


def any_sending(tx: Tx) -> bool:
    """Whether a letter stands as being handed over."""
    return (
        tx.execute(sa.select(_n.id).where(_n.state == State.SENDING).limit(1)).first() is not None
    )


def interrupted(tx: Tx, at: datetime) -> int:
    """E-mails that were being handed over when the process ended: nobody knows whether they
    arrived (docs/decisions.md)."""
    lost = sa.update(tables.notices).where(_n.state == State.SENDING, _n.way == Way.EMAIL)
    return tx.execute(lost.values(state=State.IN_DOUBT, state_at=at, reason="stopped")).rowcount


def forget(tx: Tx, before: datetime, *, limit: int) -> int:
    """Old rows that came to an end."""
    old = (
        sa.select(_n.id)
        .where(_n.made_at < before, _n.state.notin_((State.WAITING, State.SENDING)))
        .limit(limit)
    )
    return tx.execute(sa.delete(tables.notices).where(_n.id.in_(old))).rowcount


def listing(
    tx: Tx,
    *,
    people: Collection[UUID] | None = None,
    way: Way | None = None,
    kind: Kind | None = None,
    states: Collection[State] = (),
    conversation_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 100,
) -> list[sa.RowMapping]:
    """Notices, newest first. people: only theirs. before: those that stand below that one."""
    query = sa.select(tables.notices).order_by(_n.made_at.desc(), _n.id.desc()).limit(limit)
    if people is not None:
        query = query.where(_n.person_id.in_(people))
    if way is not None:
        query = query.where(_n.way == way)
    if kind is not None:
        query = query.where(_n.kind == kind)
    if states:
        query = query.where(_n.state.in_(states))
    if conversation_id is not None:
        query = query.where(_n.conversation_id == conversation_id)
    if before is not None:
        at, id_ = before
        query = query.where(sa.or_(_n.made_at < at, sa.and_(_n.made_at == at, _n.id < id_)))
    return list(tx.execute(query).mappings())


def troubled(tx: Tx, people: Collection[UUID] | None = None) -> int:
    """How many e-mails failed or are in doubt. people: only theirs."""
    query = sa.select(sa.func.count()).where(
        _n.way == Way.EMAIL, _n.state.in_((State.FAILED, State.IN_DOUBT))
    )
    if people is not None:
        query = query.where(_n.person_id.in_(people))
    return int(tx.execute(query).scalar_one())


def surroundings(tx: Tx, ids: Collection[UUID]) -> dict[UUID, sa.RowMapping]:
    """By conversation: its contact's name and address, and its sender ID."""
    found: dict[UUID, sa.RowMapping] = {}
    for part in chunks(ids):
        query = (
            sa.select(
                _c.id,
                _c.channel,
                _c.reply_raw,
                _c.owner_id,
                _k.name.label("contact_name"),
                _s.label,
                _s.address,
            )
            .join(tables.contacts, _k.id == _c.contact_id)
            .join(tables.sender_ids, _s.id == _c.sender_id)
            .where(_c.id.in_(part))
        )
        found |= {row["id"]: row for row in tx.execute(query).mappings()}
    return found


def texts(tx: Tx, message_ids: Collection[UUID]) -> dict[UUID, str]:
    """The beginning of what was written, by message."""
    found: dict[UUID, str] = {}
    for part in chunks(message_ids):
        query = sa.select(_w.id, sa.func.substr(_w.body, 1, _LONGEST).label("body"))
        found |= {row.id: row.body for row in tx.execute(query.where(_w.id.in_(part)))}
    return found


# --- what decides ---------------------------------------------------------------------------------


def mutes(tx: Tx) -> dict[UUID, set[UUID]]:
    """By person, the sender IDs whose inbox is muted."""
    found: dict[UUID, set[UUID]] = {}
    for row in tx.execute(sa.select(_m.person_id, _m.sender_id)):
        found.setdefault(row.person_id, set()).add(row.sender_id)
    return found


def set_mute(tx: Tx, person_id: UUID, sender_id: UUID, at: datetime, *, on: bool) -> bool:
    """Whether that changed anything."""
    if not on:
        gone = sa.delete(tables.sender_mutes).where(
            _m.person_id == person_id, _m.sender_id == sender_id
        )
        return bool(tx.execute(gone).rowcount)
    added = upserts.insert(tx, tables.sender_mutes).on_conflict_do_nothing()
    row = {"person_id": person_id, "sender_id": sender_id, "since": at}
    return bool(tx.execute(added.values(row)).rowcount)


def muted_conversations(tx: Tx, ids: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """(person, conversation) of those that somebody has muted for himself."""
    found: set[tuple[UUID, UUID]] = set()
    for part in chunks(list(ids)):
        query = sa.select(_mine.person_id, _mine.conversation_id).where(
            _mine.conversation_id.in_(part), _mine.muted.is_(sa.true())
        )
        found |= {(row.person_id, row.conversation_id) for row in tx.execute(query)}
    return found


def of_holdings(tx: Tx, now: datetime) -> dict[UUID, str]:
    """By sender ID, the template that its newest running holding with one names."""
    query = (
        sa.select(_h.sender_id, _h.notice)
        .where(
            _h.notice.is_not(None),
            _h.since <= now,
            sa.or_(_h.until.is_(None), _h.until > now),
        )
        .order_by(_h.since)
    )
    return {row.sender_id: row.notice for row in tx.execute(query)}


# --- templates ------------------------------------------------------------------------------------


def templates(tx: Tx, *, retired: bool = False) -> list[sa.RowMapping]:
    query = sa.select(tables.notice_templates).order_by(_t.name)
    if not retired:
        query = query.where(_t.retired_at.is_(None))
    return list(tx.execute(query).mappings())


def template(tx: Tx, name: str) -> sa.RowMapping | None:
    query = sa.select(tables.notice_templates).where(_t.name == name)
    return tx.execute(query).mappings().one_or_none()


def save_template(tx: Tx, values: Mapping[str, Any]) -> None:
    """values: all columns but retired_at; one that was retired is in use again."""
    row = {**values, "retired_at": None}
    statement = upserts.insert(tx, tables.notice_templates).values(row)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[_t.name], set_={k: v for k, v in row.items() if k != "name"}
        )
    )


def retire_template(tx: Tx, name: str, at: datetime | None) -> None:
    tx.execute(sa.update(tables.notice_templates).where(_t.name == name).values(retired_at=at))
