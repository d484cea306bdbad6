"""The audit log: who changed whose work, in a chain that shows where somebody changed it (R31).

An entry holds ids, instants, counts and enumerated words, never a name, a number, a text: so that
erasing a contact stays possible (design §3). Each entry's hash is over all its fields and the hash
of the entry before, so that a change, a removal or another order is found from there on. Whoever
may write to the database can also write the whole chain anew; against that helps only a head that
was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any
from uuid import UUID

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASH = re.compile(r"[0-9a-fA-F]{64}")
GENESIS = "0" * 64
"""What the first entry names as the hash of the one before."""
INLINE = 100
"""So many ids stand in an entry; of more their number and a digest, and the batch leads to them."""


class Kind(StrEnum):
    """What an entry is about."""

    ASSIGNED = "assigned"
    REASSIGNED = "reassigned"
    ROUTED = "routed"
    CONTACT_ASSIGNED = "contact_assigned"
    ABSENCE_PLANNED = "absence_planned"
    ABSENCE_CHANGED = "absence_changed"
    ABSENCE_ENDED = "absence_ended"
    ABSENCE_CANCELLED = "absence_cancelled"
    ABSENCE_REVIVED = "absence_revived"
    COVER_BEGUN = "cover_begun"  # the day of an absence came
    COVER_ENDED = "cover_ended"
    COVER_TAKEN = "cover_taken"
    COVER_SETTLED = "cover_settled"
    BRIEF_SETTLED = "brief_settled"
    HANDED_OVER = "handed_over"
    HAND_OVER_UNDONE = "hand_over_undone"
    HOLDING_BEGUN = "holding_begun"
    HOLDING_CHANGED = "holding_changed"
    HOLDING_ENDED = "holding_ended"
    SENDER_ADDED = "sender_added"
    SENDER_CHANGED = "sender_changed"
    SENDER_RETIRED = "sender_retired"
    SENDERS_IMPORTED = "senders_imported"
    HEALTH_SET = "health_set"
    FALLBACK_TAKEN = "fallback_taken"
    FALLBACK_LEFT = "fallback_left"
    PROGRAM_CHANGED = "program_changed"
    PROGRAM_RETIRED = "program_retired"
    BINDING_BEGUN = "binding_begun"
    BINDING_ENDED = "binding_ended"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PERSON_SUSPENDED = "person_suspended"
    PERSON_RESTORED = "person_restored"
    PERSON_REMOVED = "person_removed"
    TEAM_ADDED = "team_added"
    TEAM_CHANGED = "team_changed"
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_REMOVED = "account_removed"
    SETTING_CHANGED = "setting_changed"
    RULE_CHANGED = "rule_changed"
    FINDING_WAIVED = "finding_waived"
    UNDONE = "undone"


class Reason(StrEnum):
    """Why, in words that are ours. What somebody typed stays with the command."""

    PERSON = "person"  # somebody decided so
    UNDO = "undo"
    RULE = "rule"  # a routing rule, or a date that came
    FIGURES = "figures"  # what became of the last days' messages
    FOUND = "found"  # a message named it
    IMPORT = "import"
    COVER = "cover"
    VACATION = "vacation"
    SICK = "sick"
    LEFT = "left"
    OTHER = "other"


class Kept(StrEnum):
    """What stands for a value that does not belong here."""

    TEXT = "text"


class Word(str):
    """The name of a field or a setting: ours, so that it may stand in an entry."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands in an entry already, to be said again as it is."""

    value: Any


@dataclass(frozen=True, slots=True)
class Deed:
    """What a change was about, before it has a place in the chain.

    subject_ids: every conversation, sender ID, person, team … that it is about, at best the people
    on both sides, too, by which a supervisor's scope is found. before, after: typed values (ids,
    enumerated words, instants, numbers); a plain `str` in them is kept out.
    """

    kind: Kind
    subject_ids: tuple[UUID, ...] = ()
    before: Mapping[str, Any] | Stored | None = None
    after: Mapping[str, Any] | None = None
    reason: Reason = Reason.PERSON


@dataclass(frozen=True, slots=True)
class Entry:
    """One link. actor_id None: a rule. batch_id: the command. before, after: JSON's own types."""

    n: int
    at: datetime
    actor_id: UUID | None
    kind: str
    reason: str
    batch_id: UUID | None
    subject_ids: tuple[UUID, ...]
    before: Any
    after: Any
    previous: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry, noted outside the chain: by it a tail that was cut off is missed."""

    n: int
    hash: str


def head_text(head: Head) -> str:
    """As a person notes it elsewhere."""
    return f"{head.n}:{head.hash}"


def parse_head(text: str) -> Head:
    """What was noted. Raises UsageError."""
    n, _, hash_ = text.strip().partition(":")
    if not n.isascii() or not n.isdigit() or not _HASH.fullmatch(hash_):
        raise UsageError("This is no number of an entry with its hash, N:HASH.", "Take it whole.")
    return Head(int(n), hash_.lower())


class Fault(StrEnum):
    GAP = "gap"  # an entry is missing, or stands elsewhere
    CHANGED = "changed"  # its fields are not those that its hash was made of
    LINK = "link"  # it does not follow from the entry before
    TRUNCATED = "truncated"  # entries that were written are missing at the end
    UNNOTED = "unnoted"  # more, or others, stand there than the note of the end says


@dataclass(frozen=True, slots=True)
class Verdict:
    """fault None: intact. n: the first entry that is broken or missing. count: entries read."""

    count: int
    head: Head
    fault: Fault | None = None
    n: int | None = None

    @property
    def intact(self) -> bool:
        return self.fault is None


# --- values ---------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Typed values as JSON: ids, enumerated words, numbers, instants as microseconds. A plain text
    is kept out; of more than `INLINE` members stand only the number and a digest."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, StrEnum | Word):
        return str(value)
    if isinstance(value, Stored):
        return value.value
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, AbstractSet):
        return _listed(sorted((plain(item) for item in value), key=str))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _listed([plain(item) for item in value])
    return Kept.TEXT.value


def _key(key: Any) -> str:
    return str(key.value if isinstance(key, StrEnum) else key)


def _listed(items: list[Any]) -> Any:
    if len(items) <= INLINE:
        return items
    return {"count": len(items), "digest": digest(items)}


def digest(items: Any) -> str:
    """By which a long list can be compared with what the batch's events say."""
    return hashlib.sha256(_canonical(items)).hexdigest()


def owners(moves: Mapping[UUID, tuple[UUID | None, UUID | None]]) -> dict[str, Any]:
    """Conversations that changed hands, by who had and who has them: the fields of a `Deed`.

    moves: by conversation the owner before and after. Everybody concerned is a subject, and the
    conversations themselves where they are few.
    """
    people = {who for pair in moves.values() for who in pair if who is not None}
    few = sorted(moves) if len(moves) <= INLINE else []
    return {
        "subject_ids": (*sorted(people), *few),
        "before": {"owners": _by_owner(moves, 0)},
        "after": {"owners": _by_owner(moves, 1)},
    }


_NUMBER = attrgetter("int")
"""The order of ids, without asking each pair of them in Python."""


def _by_owner(
    moves: Mapping[UUID, tuple[UUID | None, UUID | None]], side: int
) -> list[dict[str, Any]]:
    groups: dict[UUID | None, list[UUID]] = {}
    for id_, pair in moves.items():
        groups.setdefault(pair[side], []).append(id_)
    return [
        {"owner_id": who, "count": len(ids), "ids": sorted(ids, key=_NUMBER)}
        for who, ids in sorted(groups.items(), key=lambda item: str(item[0]))
    ]


# --- the chain ------------------------------------------------------------------------------------


def seal(
    deed: Deed,
    after: Head | None,
    *,
    at: datetime,
    actor_id: UUID | None,
    batch_id: UUID | None,
) -> Entry:
    """The next link. after: the newest one, None for the first."""
    before = after or Head(0, GENESIS)
    entry = Entry(
        before.n + 1,
        at,
        actor_id,
        deed.kind.value,
        deed.reason.value,
        batch_id,
        tuple(dict.fromkeys(deed.subject_ids)),
        plain(deed.before),
        plain(deed.after),
        before.hash,
    )
    return _with_hash(entry)


def _with_hash(entry: Entry) -> Entry:
    values = {field.name: getattr(entry, field.name) for field in fields(entry)}
    return Entry(**{**values, "hash": hash_of(entry)})


def hash_of(entry: Entry) -> str:
    """SHA-256 over the previous hash and all fields but the hash itself."""
    said = [
        entry.previous,
        entry.n,
        plain(entry.at),
        entry.actor_id and str(entry.actor_id),
        entry.kind,
        entry.reason,
        entry.batch_id and str(entry.batch_id),
        [str(id_) for id_ in entry.subject_ids],
        entry.before,
        entry.after,
    ]
    return hashlib.sha256(_canonical(said)).hexdigest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def verify(entries: Iterable[Entry], noted: Head | None, witness: Head | None = None) -> Verdict:
    """Walk the chain and name the first entry that is wrong.

    entries: all, by rising n. noted: what the workspace noted as the newest; None: nothing was
    noted, which is right only while there are no entries. witness: a head that somebody kept
    elsewhere, which must be part of the chain.
    """
    last = Head(0, GENESIS)
    for entry in entries:
        fault = _fault(entry, last)
        if fault is None and witness is not None and witness.n == entry.n:
            fault = None if witness.hash == entry.hash else Fault.CHANGED
        if fault is not None:
            return Verdict(last.n, last, fault, entry.n if fault is not Fault.GAP else last.n + 1)
        last = Head(entry.n, entry.hash)
    end = noted or Head(0, GENESIS)
    if end.n > last.n or (witness is not None and witness.n > last.n):
        return Verdict(last.n, last, Fault.TRUNCATED, last.n + 1)
    if end != last:
        return Verdict(last.n, last, Fault.UNNOTED, min(end.n + 1, last.n))
    return Verdict(last.n, last)


def _fault(entry: Entry, last: Head) -> Fault | None:
    if entry.n != last.n + 1:
        return Fault.GAP
    if entry.hash != hash_of(entry):
        return Fault.CHANGED
    return None if entry.previous == last.hash else Fault.LINK
