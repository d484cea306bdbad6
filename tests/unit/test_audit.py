"""The chain of the audit log: any change, removal or other order is found (R31)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import audit
from sms_desk.domain.audit import Deed, Entry, Fault, Head, Kind, seal, verify
from sms_desk.domain.model import Role
from sms_desk.services.auditing import AUDITED, NEEDS_NONE
from sms_desk.services.handlers import HANDLERS

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
IDS = [UUID(int=n + 1) for n in range(4)]


def chain(length: int) -> list[Entry]:
    found: list[Entry] = []
    for n in range(length):
        head = Head(found[-1].n, found[-1].hash) if found else None
        deed = Deed(Kind.ASSIGNED, (IDS[n % 4],), {"owner_id": None}, {"owner_id": IDS[n % 4]})
        at = NOON + timedelta(minutes=n)
        found.append(seal(deed, head, at=at, actor_id=IDS[0], batch_id=IDS[1]))
    return found


def head_of(entries: list[Entry]) -> Head | None:
    return Head(entries[-1].n, entries[-1].hash) if entries else None


CHANGES: dict[str, Any] = {
    "at": NOON - timedelta(days=1),
    "actor_id": None,
    "kind": "other",
    "reason": "undo",
    "batch_id": None,
    "subject_ids": (),
    "before": {"owner_id": "x"},
    "after": None,
    "previous": "1" * 64,
    "hash": "2" * 64,
}


@given(st.integers(0, 12))
def test_what_was_left_alone_is_intact(length: int) -> None:
    whole = chain(length)
    found = verify(whole, head_of(whole))
    assert found.intact
    assert found.count == length


@given(st.integers(1, 12), st.data())
def test_any_change_of_a_field_is_found_where_it_is(length: int, data: st.DataObject) -> None:
    whole = chain(length)
    at = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(sorted(CHANGES)))
    changed = [*whole[:at], replace(whole[at], **{field: CHANGES[field]}), *whole[at + 1 :]]
    found = verify(changed, head_of(whole))
    assert (found.fault, found.n) == (Fault.CHANGED, at + 1)


@given(st.integers(1, 12), st.data())
def test_a_change_with_a_hash_that_fits_breaks_the_link_or_the_note(
    length: int, data: st.DataObject
) -> None:
    whole = chain(length)
    at = data.draw(st.integers(0, length - 1))
    forged = replace(whole[at], reason="undo")
    forged = replace(forged, hash=audit.hash_of(forged))
    found = verify([*whole[:at], forged, *whole[at + 1 :]], head_of(whole))
    last = at == length - 1
    assert found.fault is (Fault.UNNOTED if last else Fault.LINK)
    assert found.n == (at + 1 if last else at + 2)


@given(st.integers(1, 12), st.data())
def test_any_removal_is_found(length: int, data: st.DataObject) -> None:
    whole = chain(length)
    first = data.draw(st.integers(0, length - 1))
    last = data.draw(st.integers(first + 1, length))
    found = verify([*whole[:first], *whole[last:]], head_of(whole))
    assert found.fault is (Fault.TRUNCATED if last == length else Fault.GAP)
    assert found.n == first + 1


@given(st.integers(2, 12), st.data())
def test_any_other_order_is_found(length: int, data: st.DataObject) -> None:
    whole = chain(length)
    order = data.draw(st.permutations(whole).filter(lambda some: some != whole))
    assert not verify(order, head_of(whole)).intact
    renumbered = [
        replace(entry, n=n) for n, entry in enumerate(order, 1)
    ]  # and with their numbers changed
    assert not verify(renumbered, head_of(whole)).intact


@given(st.integers(1, 12))
def test_what_was_added_past_the_note_or_without_one_is_found(length: int) -> None:
    whole = chain(length)
    assert verify(whole, None).fault is Fault.UNNOTED
    assert verify(whole, head_of(whole[:-1])).n == length


@given(st.integers(1, 12), st.data())
def test_a_log_written_anew_is_found_by_a_head_kept_elsewhere(
    length: int, data: st.DataObject
) -> None:
    whole = chain(length)
    witness = head_of(whole[: data.draw(st.integers(1, length))])
    assert verify(whole, head_of(whole), witness).intact
    anew: list[Entry] = []
    for _ in whole:
        deed = Deed(Kind.ROUTED)
        anew.append(seal(deed, head_of(anew), at=NOON, actor_id=None, batch_id=None))
    assert verify(anew, head_of(anew)).intact
    assert not verify(anew, head_of(anew), witness).intact


def test_an_entry_takes_ids_words_numbers_and_instants_and_no_text() -> None:
    said = audit.plain(
        {"id": IDS[0], "role": Role.REP, "n": 3, "on": True, "at": NOON, "name": "Paula Secret"}
    )
    assert said == {
        "id": str(IDS[0]),
        "role": "rep",
        "n": 3,
        "on": True,
        "at": 1794916800000000,
        "name": "text",
    }


def test_of_many_ids_stand_the_number_and_a_digest() -> None:
    ids = [UUID(int=n) for n in range(audit.INLINE + 1)]
    found = audit.plain(ids)
    assert found == {"count": len(ids), "digest": audit.digest([str(id_) for id_ in ids])}
    assert audit.owners(dict.fromkeys(ids, (None, IDS[0])))["subject_ids"] == (IDS[0],)


def test_every_command_is_audited_or_says_why_not() -> None:
    """R31: a new command stands in `services.auditing`, in one of its two lists."""
    assert not AUDITED.keys() & NEEDS_NONE.keys()
    assert AUDITED.keys() | NEEDS_NONE.keys() >= HANDLERS.keys()
    assert all(len(reason.split()) > 3 for reason in NEEDS_NONE.values())
