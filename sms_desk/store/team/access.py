"""Who sees what, kept as rows beside the workspace on PostgreSQL (R31, algorithms §2.1).

An `access` row says whether a person sees what hangs on a key (`replicated`). The rows are computed
from `domain.visibility` and written by whoever writes the workspace, in the transaction whose change
they follow from: `settle`. What such a transaction moved is noted by triggers, row by row, so that a
change that moves nothing, as nearly all do, costs one look; and so that nothing is missed, however
it was written. A row that says already what it should is not touched: its stamp tells each desk what
entered and what left.

What the dated rows come to is kept too (`sight`), so that when one of them begins, ends or changes,
only what differs is looked at again, also by a connector that has just begun.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import value_codec
from sms_desk.domain.model import Actor, Role
from sms_desk.domain.scopes import Directory
from sms_desk.domain.visibility import NOBODY, NOTHING_CHOSEN, People, Sight, Way, difference
from sms_desk.store import absences, people, tables, views
from sms_desk.store.engine import Tx
from sms_desk.store.team.replicated import OVERSIGHT_KEY
from sms_desk.store.types import Id, Instant

Place = tuple[UUID, UUID | None, UUID | None]
"""A conversation with its owner and its sender ID; without a sender ID it is gone."""

_c = tables.conversations.c
_AT_ONCE: Final = 5_000
"""Conversations in one statement."""


@dataclass(frozen=True)
class Known:
    """What stands in the rows, as a writer remembers it between two transactions. n: counts what
    the sight became; since, until: for which time the dated rows come to this; made_of: who works
    here, and those rows, where they are remembered."""

    n: int
    sight: Sight
    since: datetime | None = None
    until: datetime | None = None
    made_of: tuple[tuple[Actor, ...], Directory] | None = None

    def holds_at(self, now: datetime) -> bool:
        return (
            self.since is not None
            and self.since <= now
            and (self.until is None or now < self.until)
        )


def settle(tx: Tx, now: datetime, known: Known | None = None) -> Known:
    """Bring the access rows up to what this transaction, or time, has changed; before its commit.

    known: what the last one answered that was committed; read if there is none, or an older one.
    """
    stands = tx.execute(_STANDS).one()
    if known is None or known.n != stands.n:
        known = Known(stands.n, _stored_sight(tx), stands.since, stands.until)
    noted = frozenset(stands.noted)
    if not noted and known.holds_at(now):
        return known
    tx.execute(_BY_INDEX)
    if "dated" in noted or not known.holds_at(now):
        known = _settle_dated(tx, now, known)
    elif "view" in noted:
        _settle_views(tx, known.sight, people.directory(tx), now)
    if "conversation" in noted:
        _see(tx, known.sight, _places(tx, _MOVED))
    _settle_contacts(tx, known.sight)
    tx.execute(_FORGET_NOTED)
    return known


def rebuild(tx: Tx, now: datetime) -> Known:
    """All access rows, computed anew from everything (design §3)."""
    tx.execute(_BY_INDEX)
    tx.execute(sa.text("DELETE FROM unsettled"))
    tx.execute(sa.text("DELETE FROM sight"))
    for statement in _NOTE_ALL:
        tx.execute(statement)
    known = _settle_dated(tx, now, Known(tx.execute(_STANDS).one().n, Sight()))
    tx.execute(_LET_GO_STRANGERS)
    _see(tx, known.sight, _places(tx, _ALL))
    _settle_contacts(tx, known.sight)
    tx.execute(_FORGET_NOTED)
    return known


# --- what the dated rows come to ------------------------------------------------------------------


def _settle_dated(tx: Tx, now: datetime, known: Known) -> Known:
    actors, directory = made_of = (people.actors(tx), people.directory(tx))
    if known.made_of != made_of or not known.holds_at(now):
        since = directory.period(now)
        sight = Sight.at(actors, directory, since)
        _settle_sight(tx, known.sight, sight)
        n = known.n + _store_sight(tx, known.sight, sight)
        known = Known(n, sight, since, directory.until(now), made_of)
        tx.execute(_STORE, {"n": n, "since": since, "until": known.until})
    _settle_own(tx, actors)
    _settle_views(tx, known.sight, directory, now)
    return known


def _settle_sight(tx: Tx, old: Sight, new: Sight) -> None:
    """Look again at what differs."""
    gone = old.everybody - new.everybody
    if gone:
        tx.execute(_LET_GO, {"people": sorted(gone)})
    changed = difference(old.without(gone), new)
    if changed:
        of = {"owners": sorted(changed.owners), "senders": sorted(changed.senders)}
        found = _places(tx, _ALL) if changed.everywhere else _places(tx, _OF, of)
        _see(tx, new, found, among=changed.people)
    if changed.everywhere:
        for statement in _NOTE_ALL_CONTACTS:
            tx.execute(statement)


def _settle_own(tx: Tx, actors: Sequence[Actor]) -> None:
    """What is for each person alone, for everybody who works here, and for admins."""
    here = People(actor.person_id for actor in actors)
    admins = People(actor.person_id for actor in actors if actor.role is Role.ADMIN)
    keys = {one: People((one,)) for one in here} | {OVERSIGHT_KEY: admins}
    for workspace_id in tx.execute(sa.select(tables.workspace.c.id)).scalars():
        keys[workspace_id] = here
    _write(tx, keys)


def _settle_views(tx: Tx, sight: Sight, directory: Directory, now: datetime) -> None:
    """Views that are shared with some; the others hang on a person or on the workspace."""
    keys = dict.fromkeys(tx.execute(_NOTED_VIEWS).scalars(), NOBODY)
    shared = views.shared_with_some(tx, directory, now)
    keys |= {id_: some & sight.everybody for id_, some in shared.items()}
    _write(tx, keys)


# --- who sees which conversation ------------------------------------------------------------------


def _see(tx: Tx, sight: Sight, rows: Iterable[Place], *, among: People | None = None) -> None:
    """Write who sees these conversations. among: of whom alone it may
    have become another."""
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        divided = [id_ for id_, owner, _ in some if sight.divides(owner)]
        chosen = absences.chosen_of(tx, divided) if divided else {}
        found = {
            id_: NOBODY
            if sender is None
            else sight.people(owner, sender, chosen.get(id_, NOTHING_CHOSEN))
            for id_, owner, sender in some
        }
        _write(tx, found, among=among)


def _places(tx: Tx, query: Any, values: Mapping[str, Any] | None = None) -> list[Place]:
    return [(row[0], row[1], row[2]) for row in tx.execute(query, values or {})]


def _write(tx: Tx, keys: Mapping[UUID, People], *, among: People | None = None) -> None:
    """Make the rows of these keys say who sees them, and note the contacts of those conversations
    of which that is new."""
    if not keys:
        return
    alike: dict[People, list[UUID]] = defaultdict(list)
    for key, some in keys.items():
        alike[some if among is None else some & among].append(key)
    groups = list(alike)
    placed = sorted((key, n) for n, group in enumerate(groups) for key in alike[group])
    tx.execute(
        _WRITE,
        {
            "keys": [key for key, _ in placed],
            "places": [n for _, n in placed],
            "groups": ["{" + ",".join(map(str, sorted(group))) + "}" for group in groups],
            "among": None if among is None else sorted(among),
        },
    )


def _settle_contacts(tx: Tx, sight: Sight) -> None:
    """A contact and a number are seen by whoever sees a conversation with them, and by whoever sees
    everything."""
    for statement in (_WRITE_CONTACTS, _WRITE_ADDRESSES):
        tx.execute(statement, {"all_seeing": sorted(sight.all_seeing)})


# --- the sight that the rows were written by ------------------------------------------------------

_Key = tuple[str, UUID, str]
_NO_KEY: Final = UUID(int=0)


def _rows_of(sight: Sight) -> dict[_Key, People]:
    rows: dict[_Key, People] = {("all", _NO_KEY, ""): sight.all_seeing}
    rows |= {("sender", key, ""): some for key, some in sight.by_sender.items()}
    rows |= {("owner", key, ""): some for key, some in sight.by_owner.items()}
    for owner, ways in sight.by_way.items():
        for way, some in ways.items():
            rows["way", owner, json.dumps(value_codec.encode(way))] = some
    return rows


def _stored_sight(tx: Tx) -> Sight:
    all_seeing = NOBODY
    by: dict[str, dict[UUID, People]] = {"sender": {}, "owner": {}}
    by_way: dict[UUID, dict[Way, People]] = defaultdict(dict)
    for kind, key, way, some in tx.execute(_STORED):
        if kind == "all":
            all_seeing = People(some)
        elif kind == "way":
            by_way[key][value_codec.decode(Way, json.loads(way))] = People(some)
        else:
            by[kind][key] = People(some)
    return Sight(all_seeing, by["sender"], by["owner"], dict(by_way))


def _store_sight(tx: Tx, old: Sight, new: Sight) -> int:
    """Write what became another; how often that was, 0 or 1."""
    before, after = _rows_of(old), _rows_of(new)
    gone = [{"kind": k, "key": key, "way": way} for k, key, way in before.keys() - after.keys()]
    put = [
        {"kind": key[0], "key": key[1], "way": key[2], "people": sorted(some)}
        for key, some in after.items()
        if before.get(key) != some
    ]
    if gone:
        tx.execute(_DROP_SIGHT, gone)
    if put:
        tx.execute(_PUT_SIGHT, put)
    return int(bool(gone or put))


# --- statements -----------------------------------------------------------------------------------

_IDS = sa.ARRAY(Id)


def _text(statement: str, **columns: Any) -> Any:
    """A statement of ours; what is put into these is a list of ids."""
    made = sa.text(statement)
    lists = ("keys", "among", "people", "owners", "senders", "all_seeing")
    bound = [sa.bindparam(name, type_=_IDS) for name in lists if f":{name}" in statement]
    return made.bindparams(*bound).columns(**columns) if columns else made.bindparams(*bound)


_STANDS = _text(
    "SELECT n, since, until, ARRAY(SELECT DISTINCT what FROM unsettled) AS noted FROM settled",
    n=sa.BigInteger,
    since=Instant,
    until=Instant,
    noted=sa.ARRAY(sa.Text),
)
_STORE = sa.text("UPDATE settled SET n = :n, since = :since, until = :until").bindparams(
    sa.bindparam("since", type_=Instant), sa.bindparam("until", type_=Instant)
)
# What this transaction wrote is in no statistics yet: the planner takes a table of a million new rows
# for one that is read as quickly as looked up in. And to plan these for each change anew would take
# longer than to execute them.
_BY_INDEX = sa.text(
    "SELECT set_config('enable_seqscan', 'off', true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true)"
)
_FORGET_NOTED = sa.text("DELETE FROM unsettled")

_ALL = sa.select(_c.id, _c.owner_id, _c.sender_id)
_OF = _text(
    "SELECT id, owner_id, sender_id FROM conversations WHERE owner_id = ANY(:owners)"
    " UNION SELECT id, owner_id, sender_id FROM conversations WHERE sender_id = ANY(:senders)",
    id=Id,
    owner_id=Id,
    sender_id=Id,
)
_MOVED = _text(
    "SELECT k.key, c.owner_id, c.sender_id"
    " FROM (SELECT DISTINCT key FROM unsettled WHERE what = 'conversation') k"
    " LEFT JOIN conversations c ON c.id = k.key",
    key=Id,
    owner_id=Id,
    sender_id=Id,
)
_NOTED_VIEWS = _text("SELECT DISTINCT key FROM unsettled WHERE what = 'view'", key=Id)

_LET_GO = _text("UPDATE access SET mode = 'none' WHERE person_id = ANY(:people) AND mode = 'see'")
_LET_GO_STRANGERS = sa.text(
    "UPDATE access a SET mode = 'none' WHERE a.mode = 'see' AND ("
    "NOT EXISTS (SELECT FROM people p WHERE p.id = a.person_id"
    " AND p.suspended_at IS NULL AND p.removed_at IS NULL)"
    " OR NOT EXISTS (SELECT FROM conversations x WHERE x.id = a.key)"
    " AND NOT EXISTS (SELECT FROM contacts x WHERE x.id = a.key)"
    " AND NOT EXISTS (SELECT FROM people x WHERE x.id = a.key)"
    " AND NOT EXISTS (SELECT FROM workspace x WHERE x.id = a.key)"
    " AND NOT EXISTS (SELECT FROM views x WHERE x.id = a.key)"
    " AND NOT EXISTS (SELECT FROM conversations x WHERE md5(x.peer_key)::uuid = a.key)"
    " AND NOT EXISTS (SELECT FROM contact_addresses x WHERE md5(x.peer_key)::uuid = a.key)"
    " AND NOT EXISTS (SELECT FROM opt_outs x WHERE md5(x.peer_key)::uuid = a.key)"
    " AND a.key <> :oversight)"
).bindparams(sa.bindparam("oversight", OVERSIGHT_KEY, type_=Id))
_NOTE_ALL_CONTACTS = (
    sa.text("INSERT INTO unsettled (what, contact_id) SELECT 'contact', id FROM contacts"),
    sa.text(
        "INSERT INTO unsettled (what, peer_key) SELECT 'contact', peer_key FROM contact_addresses"
        " UNION SELECT 'contact', peer_key FROM opt_outs"
        " UNION SELECT 'contact', peer_key FROM conversations"
    ),
)
_NOTE_ALL = (
    *_NOTE_ALL_CONTACTS,
    sa.text("INSERT INTO unsettled (what, key) SELECT 'view', id FROM views"),
)

# Only what is not as it should be is written, and only that is locked.
_WRITE = _text(
    """
    WITH g AS MATERIALIZED (
      SELECT n - 1 AS n, p::uuid[] AS people
        FROM unnest(CAST(:groups AS text[])) WITH ORDINALITY AS g(p, n)),
    k AS MATERIALIZED (
      SELECT k.key, g.people FROM unnest(:keys, CAST(:places AS int[])) AS k(key, n) JOIN g USING (n)),
    gone AS (
      UPDATE access a SET mode = 'none' FROM k
        WHERE a.key = k.key AND a.mode = 'see' AND a.person_id <> ALL (k.people)
          AND (:among IS NULL OR a.person_id = ANY (:among))
        RETURNING a.key),
    came AS (
      INSERT INTO access (person_id, key, mode)
        SELECT p.id, k.key, 'see' FROM k CROSS JOIN LATERAL unnest(k.people) AS p(id)
          WHERE NOT EXISTS (SELECT FROM access a
            WHERE a.person_id = p.id AND a.key = k.key AND a.mode = 'see')
        ON CONFLICT (person_id, key) DO UPDATE SET mode = 'see'
        RETURNING key)
    INSERT INTO unsettled (what, contact_id, peer_key)
      SELECT DISTINCT 'contact', c.contact_id, c.peer_key
        FROM conversations c JOIN (SELECT key FROM gone UNION SELECT key FROM came) x ON x.key = c.id
    """
)


def _write_noted(column: str, key: str, named: str) -> Any:
    """Of noted contacts or numbers. key: theirs in `access`; named: which rows have one at all."""
    return _text(
        f"""
        WITH noted AS MATERIALIZED (
          SELECT DISTINCT {column} AS value FROM unsettled WHERE {column} IS NOT NULL),
        k AS MATERIALIZED (
          SELECT {key} AS key, ARRAY(
            SELECT a.person_id FROM conversations c JOIN access a ON a.key = c.id AND a.mode = 'see'
              WHERE c.{column} = noted.value
            UNION SELECT p.id FROM unnest(:all_seeing) AS p(id) WHERE {named}) AS people
          FROM noted),
        gone AS (
          UPDATE access a SET mode = 'none' FROM k
            WHERE a.key = k.key AND a.mode = 'see' AND a.person_id <> ALL (k.people))
        INSERT INTO access (person_id, key, mode)
          SELECT p.id, k.key, 'see' FROM k CROSS JOIN LATERAL unnest(k.people) AS p(id)
            WHERE NOT EXISTS (SELECT FROM access a
              WHERE a.person_id = p.id AND a.key = k.key AND a.mode = 'see')
          ON CONFLICT (person_id, key) DO UPDATE SET mode = 'see'
        """  # noqa: S608 (own words)
    )


_WRITE_CONTACTS = _write_noted(
    "contact_id",
    "noted.value",
    "EXISTS (SELECT FROM contacts x WHERE x.id = noted.value)",
)
_WRITE_ADDRESSES = _write_noted(
    "peer_key",
    "md5(noted.value)::uuid",
    "EXISTS (SELECT FROM contact_addresses x WHERE x.peer_key = noted.value)"
    " OR EXISTS (SELECT FROM opt_outs x WHERE x.peer_key = noted.value)",
)

_STORED = _text(
    "SELECT kind, key, way, people FROM sight", kind=sa.Text, key=Id, way=sa.Text, people=_IDS
)
_DROP_SIGHT = sa.text("DELETE FROM sight WHERE kind = :kind AND key = :key AND way = :way")
_PUT_SIGHT = _text(
    "INSERT INTO sight (kind, key, way, people) VALUES (:kind, :key, :way, :people)"
    " ON CONFLICT (kind, key, way) DO UPDATE SET people = excluded.people"
)
