"""The audit log for people: listed, exported, and verified (R31).

Admins read all of it. Supervisors read what concerns the people of their teams, the sender IDs
those hold, and what they did themselves. Reps read none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TextIO, TypeVar
from uuid import UUID

from sms_desk.domain import audit
from sms_desk.domain.audit import Entry, Fault, Head, Kind, Verdict
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.domain.plain_text import display_name
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import audit_names, csv_files
from sms_desk.services.audit_differences import (
    NOTHING_TYPED,
    Difference,
    Differences,
    Typed,
    typed,
)
from sms_desk.services.audit_kinds import KIND_NAMES, kind_words, reason_words
from sms_desk.services.audit_names import Names
from sms_desk.services.audit_values import Values
from sms_desk.services.audit_words import Speaker
from sms_desk.services.context import Context
from sms_desk.services.csv_files import Progress, no_progress
from sms_desk.services.words import peer_text
from sms_desk.store import audit as store
from sms_desk.store import commands as history
from sms_desk.store import events, inbox, notices, senders
from sms_desk.store.audit import Asked

COLUMNS: Final = (
    "entry",
    "at",
    "actor",
    "actor_id",
    "kind",
    "sentence",
    "reason",
    "note",
    "before",
    "after",
    "batch_id",
    "subject_ids",
    "hash",
)
_PAGE: Final = 500
_CONCERNED: Final = 200
"""So many things that an entry is about are named."""
_EVERY: Final = 250
"""Entries between two words about how far it is."""
Quote = Callable[[str], str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry. actor_id None: the desk itself, by a rule or a date. what: the kind in words;
    sentence: who did what to whom; reason: why in our words, note: as somebody typed it."""

    n: int
    at: datetime
    actor_id: UUID | None
    actor_name: str
    kind: str
    what: str
    sentence: str
    reason: str
    note: str
    changes: tuple[Difference, ...]
    batch_id: UUID | None
    subject_ids: tuple[UUID, ...]
    hash: str

    @property
    def id(self) -> int:
        """By which a table keeps it chosen."""
        return self.n


@dataclass(frozen=True, slots=True)
class AuditPart:
    """rows: newest first. next: entries before this one follow."""

    rows: tuple[AuditRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """rows: newest first. count: of all that match. next: entries before this one follow."""

    rows: tuple[AuditRow, ...]
    count: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; all of it holds at once. until: not that instant itself. person_id: who did
    it or whom it concerns. by_rule: what no person did. subject_ids: it concerns each of them.
    batch_id: what that command did, took back, and had taken back. text: in names, sender IDs,
    and kinds."""

    since: datetime | None = None
    until: datetime | None = None
    actor_id: UUID | None = None
    by_rule: bool = False
    person_id: UUID | None = None
    kinds: tuple[Kind, ...] = ()
    subject_ids: tuple[UUID, ...] = ()
    batch_id: UUID | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the log is whole. entries: read up to there; broken: the first entry that is wrong
    or missing; head, hash: the newest entry, to be noted elsewhere."""

    intact: bool
    entries: int
    head: int
    hash: str
    fault: str
    broken: int | None
    words: str


# --- lists ----------------------------------------------------------------------------------------


def page(
    ctx: Context,
    wanted: Wanted,
    *,
    before: int | None = None,
    limit: int = 100,
    quote: Quote | None = None,
) -> AuditPage:
    """Entries, newest first. quote: wraps each name, for where a line may turn around.

    Raises RefusedError for reps.
    """
    found = part(ctx, wanted, before=before, limit=limit, quote=quote)
    return AuditPage(found.rows, count(ctx, wanted), found.next)


def part(
    ctx: Context,
    wanted: Wanted,
    *,
    before: int | None = None,
    limit: int = 100,
    quote: Quote | None = None,
) -> AuditPart:
    """The same without the count, which takes longer the longer the log is."""
    found = store.find(ctx.tx, _asked(ctx, wanted), before=before, limit=limit + 1)
    more = found[limit - 1].n if len(found) > limit else None
    return AuditPart(_rows(ctx, found[:limit], quote), more)


def count(ctx: Context, wanted: Wanted) -> int:
    """How many match. Raises RefusedError for reps."""
    return store.count(ctx.tx, _asked(ctx, wanted))


def newest(ctx: Context) -> int:
    """The number of the newest entry of all: while it is the same, so is the log."""
    return store.newest(ctx.tx)


def get(ctx: Context, n: int, *, quote: Quote | None = None) -> AuditRow:
    """One entry. Raises NotFoundError for one that is not there, or not to be seen."""
    return _rows(ctx, [_entry(ctx, n)], quote)[0]


def _entry(ctx: Context, n: int) -> Entry:
    found = store.find(ctx.tx, _asked(ctx, Wanted()), before=n + 1, limit=1)
    if not found or found[0].n != n:
        raise NotFoundError(
            f"There is no entry {n}, or it is not yours to see.", "See sms-desk audit list."
        )
    return found[0]


class About(StrEnum):
    """What has a screen of its own."""

    CONVERSATION = "conversation"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Concerned:
    """Something that an entry is about. name: as whoever looks knows it."""

    about: About
    id: UUID
    name: str


def concerned(ctx: Context, n: int) -> tuple[Concerned, ...]:
    """The conversations and sender IDs of an entry that whoever looks may see, conversations first.

    Raises NotFoundError for an entry that is not there, or not to be seen.
    """
    entry = _entry(ctx, n)
    ids = list(entry.subject_ids)
    if entry.batch_id is not None:  # of many only their number stands in the entry
        ids += (
            id_ for one in events.of_batch(ctx.tx, entry.batch_id) for id_ in one.conversation_ids
        )
    ids = list(dict.fromkeys(ids))[:_CONCERNED]
    around = notices.surroundings(ctx.tx, inbox.visible(ctx.tx, ctx.reach, ids))
    found = [
        Concerned(
            About.CONVERSATION,
            id_,
            display_name(row["contact_name"]) or peer_text(row["reply_raw"]),
        )
        for id_, row in around.items()
    ]
    names = audit_names.sender_names(senders.briefly(ctx.tx, ids).values())
    found += [Concerned(About.SENDER, id_, name) for id_, name in names.items()]
    return tuple(sorted(found, key=lambda one: (one.about, one.name.casefold())))


def kinds() -> tuple[tuple[Kind, str], ...]:
    """Everything that an entry may be about, each in words, by those."""
    return tuple(sorted(KIND_NAMES.items(), key=lambda item: item[1]))


Named = tuple[tuple[UUID, str], ...]
"""Ids with what they are called, by that."""


@dataclass(frozen=True, slots=True)
class Choices:
    """By whom and what a log can be narrowed: also who left, and what is retired."""

    people: Named
    senders: Named


def choices(ctx: Context) -> Choices:
    """Everybody, and the sender IDs of whoever looks. Raises RefusedError for reps."""
    _require_overview(ctx)
    known = audit_names.names(ctx.tx, None)
    own = ctx.reach.team_senders | ctx.reach.held
    whole = ctx.actor.role is Role.ADMIN
    return Choices(
        _by_name(known.people),
        _by_name({id_: name for id_, name in known.senders.items() if whole or id_ in own}),
    )


def _by_name(names: Mapping[UUID, str]) -> Named:
    return tuple(sorted(names.items(), key=lambda item: item[1].casefold()))


def _asked(ctx: Context, wanted: Wanted) -> Asked:
    _require_overview(ctx)
    asked = Asked(
        since=wanted.since,
        until=wanted.until,
        actor_id=wanted.actor_id,
        by_rule=wanted.by_rule,
        person_id=wanted.person_id,
        kinds=tuple(kind.value for kind in wanted.kinds),
        subject_ids=wanted.subject_ids,
        batch_ids=_batches(ctx, wanted.batch_id),
    )
    text = " ".join(wanted.text.split())
    if text:
        asked = replace(asked, any_of=_matching(ctx, text))
    if ctx.actor.role is Role.ADMIN:
        return asked
    me, reach = ctx.actor.person_id, ctx.reach
    within = frozenset({me}) | reach.people | reach.team_senders | reach.held
    return replace(asked, within=within, own_id=me)


def _batches(ctx: Context, batch_id: UUID | None) -> frozenset[UUID]:
    """A command, what it took back, and what took it back."""
    if batch_id is None:
        return frozenset()
    row = history.get(ctx.tx, batch_id)
    found = {batch_id} if row is None else {batch_id, row["undone_by"]}
    entry = store.of_batch(ctx.tx, batch_id)
    if entry is not None:
        found.add(_undoes(entry))
    return frozenset(id_ for id_ in found if id_ is not None)


def _require_overview(ctx: Context) -> None:
    if ctx.actor.role is Role.REP:
        raise RefusedError(
            "The audit log tells of everybody's work.",
            "Ask a supervisor or an admin.",
            rule="role",
        )


def _matching(ctx: Context, text: str) -> tuple[frozenset[UUID], frozenset[str]]:
    wanted = text.casefold()
    kinds = frozenset(kind.value for kind, said in KIND_NAMES.items() if wanted in said.casefold())
    known = audit_names.names(ctx.tx, None)
    return known.matching(text) | known.matching_number(text), kinds


def _rows(
    ctx: Context, entries: Sequence[Entry], quote: Quote | None = None
) -> tuple[AuditRow, ...]:
    undone = {entry.n: _undone(ctx, entry) for entry in entries if entry.kind == Kind.UNDONE.value}
    names = _names(ctx, [*entries, *filter(None, undone.values())], quote)
    values = Values(names, require_zone(ctx.actor.zone))
    speaker, differences = Speaker(ctx.tx, names, values), Differences(names, values)
    texts = typed(ctx.tx, {entry.batch_id for entry in entries if entry.batch_id is not None})
    return tuple(
        _row(names, entry, speaker.sentence(entry, undone.get(entry.n)), said, changes)
        for entry in entries
        for said in (texts.get(entry.batch_id, NOTHING_TYPED),)
        for changes in (differences.of(entry, said),)
    )


def _undone(ctx: Context, entry: Entry) -> Entry | None:
    batch_id = _undoes(entry)
    return None if batch_id is None else store.of_batch(ctx.tx, batch_id)


def _undoes(entry: Entry) -> UUID | None:
    """The command that it took back, if it did that."""
    said = entry.after.get("undoes") if isinstance(entry.after, dict) else None
    return audit_names.as_id(said)


def _names(ctx: Context, entries: Iterable[Entry], quote: Quote | None) -> Names:
    ids = {
        id_
        for entry in entries
        for id_ in (*entry.subject_ids, *audit_names.ids_in([entry.before, entry.after]))
    }
    names = audit_names.names(ctx.tx, ids)
    return names if quote is None else replace(names, quote=quote)


def _row(
    names: Names, entry: Entry, sentence: str, said: Typed, changes: tuple[Difference, ...]
) -> AuditRow:
    return AuditRow(
        n=entry.n,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=names.person(entry.actor_id),
        kind=entry.kind,
        what=kind_words(entry.kind),
        sentence=sentence,
        reason=reason_words(entry.reason),
        note=said.reason,
        changes=changes,
        batch_id=entry.batch_id,
        subject_ids=entry.subject_ids,
        hash=entry.hash,
    )


# --- export ---------------------------------------------------------------------------------------


def every(ctx: Context, wanted: Wanted, progress: Progress = no_progress) -> Iterator[AuditRow]:
    """All that match, newest first, a page at a time. Raises RefusedError for reps, and what
    `progress` raises."""
    asked = _asked(ctx, wanted)
    return _told(_every(ctx, asked), progress)


def _every(ctx: Context, asked: Asked) -> Iterator[AuditRow]:
    before = None
    while found := store.find(ctx.tx, asked, before=before, limit=_PAGE):
        yield from _rows(ctx, found)
        before = found[-1].n


def _told(each: Iterable[T], progress: Progress) -> Iterator[T]:
    """The same, with a word now and then about how many it were."""
    for done, one in enumerate(each):
        if done % _EVERY == 0:
            progress(done)
        yield one


def write_csv(
    ctx: Context, wanted: Wanted, stream: TextIO, progress: Progress = no_progress
) -> int:
    """For a spreadsheet, which runs no cell of it; how many entries. stream: opened with
    newline="". Raises RefusedError for reps, and what `progress` raises."""
    return csv_files.write(stream, COLUMNS, map(_cells, every(ctx, wanted, progress)))


def write_json_lines(
    ctx: Context, wanted: Wanted, stream: TextIO, progress: Progress = no_progress
) -> int:
    """One entry a line, in ASCII; how many. Raises RefusedError for reps, and what `progress`
    raises."""
    written = 0
    for row in every(ctx, wanted, progress):
        stream.write(json.dumps(_object(row)) + "\n")
        written += 1
    return written


def _cells(row: AuditRow) -> tuple[str, ...]:
    return (
        str(row.n),
        _utc(row.at),
        row.actor_name,
        str(row.actor_id or ""),
        row.kind,
        row.sentence,
        row.reason,
        row.note,
        "; ".join(f"{each.what}: {each.before}" for each in row.changes if each.before),
        "; ".join(f"{each.what}: {each.after}" for each in row.changes if each.after),
        str(row.batch_id or ""),
        " ".join(map(str, row.subject_ids)),
        row.hash,
    )


def _object(row: AuditRow) -> dict[str, Any]:
    return {
        "entry": row.n,
        "at": _utc(row.at),
        "actor": row.actor_name,
        "actor_id": None if row.actor_id is None else str(row.actor_id),
        "kind": row.kind,
        "sentence": row.sentence,
        "reason": row.reason,
        "note": row.note,
        "changes": [
            {"what": each.what, "before": each.before, "after": each.after} for each in row.changes
        ],
        "batch_id": None if row.batch_id is None else str(row.batch_id),
        "subject_ids": [str(id_) for id_ in row.subject_ids],
        "hash": row.hash,
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# --- verification ---------------------------------------------------------------------------------


def verify(ctx: Context, witness: Head | None = None, progress: Progress = no_progress) -> Verified:
    """Read the whole chain and name the first entry that is wrong. witness: a head that somebody
    noted elsewhere. Raises RefusedError for reps, and what `progress` raises."""
    _require_overview(ctx)
    entries = _told(store.entries(ctx.tx), progress)
    found = audit.verify(entries, store.noted(ctx.tx), witness)
    return Verified(
        found.intact,
        found.count,
        found.head.n,
        found.head.hash,
        found.fault.value if found.fault else "",
        found.n,
        _verdict_words(found),
    )


def _verdict_words(found: Verdict) -> str:
    if found.fault is None:
        if not found.count:
            return "The log is empty, and nothing is missing."
        noun = "1 entry" if found.count == 1 else f"All {found.count:,} entries"
        verb = "stands" if found.count == 1 else "stand"
        return f"{noun} {verb} as written; none is missing, changed or moved."
    return {
        Fault.GAP: f"Entry {found.n} is missing, or stands elsewhere.",
        Fault.CHANGED: f"Entry {found.n} was changed after it was written.",
        Fault.LINK: f"Entry {found.n} does not follow from the entry before it.",
        Fault.TRUNCATED: f"Entry {found.n} and what followed it are missing at the end.",
        Fault.UNNOTED: f"Entry {found.n} is not what the workspace noted as its newest.",
    }[found.fault]
