"""The audit log on both engines: one entry a change, chained, and none can be changed (R31)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import audit
from sms_desk.domain import commands as c
from sms_desk.domain.audit import Entry, Fault, Kind, Verdict
from sms_desk.domain.errors import StorageError
from sms_desk.domain.model import HolderKind, Role
from sms_desk.store import audit as store
from sms_desk.store import tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def entries(office: Office) -> list[Entry]:
    with office.workspace.read() as tx:
        return list(store.entries(tx))


def verdict(office: Office) -> Verdict:
    with office.workspace.read() as tx:
        return audit.verify(store.entries(tx), store.noted(tx))


def assign(office: Office, ids: list[UUID], owner: UUID | None) -> UUID:
    desk = office.desk(office.ann)
    done = desk.change(c.Assign(**desk.stamp(), targets=c.Targets(tuple(ids)), owner_id=owner))
    return done.command_id


def test_an_assignment_of_many_is_one_entry_with_before_and_after(office: Office) -> None:
    """R31."""
    ids = [
        office.conversation(office.own, f"+1202555{n:04}", office.ben if n < 2 else None)
        for n in range(3)
    ]
    batch = assign(office, ids, office.cara)
    (entry,) = entries(office)
    assert (entry.kind, entry.actor_id, entry.batch_id) == (Kind.ASSIGNED, office.ann, batch)
    assert {g["owner_id"]: g["count"] for g in entry.before["owners"]} == {
        str(office.ben): 2,
        None: 1,
    }
    (after,) = entry.after["owners"]
    assert (after["owner_id"], after["count"]) == (str(office.cara), 3)
    assert set(after["ids"]) == {str(id_) for id_ in ids}
    assert {office.ben, office.cara, *ids} == set(entry.subject_ids)
    assert verdict(office).intact


def test_what_changes_nothing_leaves_no_entry(office: Office) -> None:
    id_ = office.conversation(office.own, "+12025550150", office.ben)
    assign(office, [id_], office.ben)
    assert entries(office) == []


def test_an_undo_names_what_it_took_back(office: Office) -> None:
    id_ = office.conversation(office.own, "+12025550150", office.ben)
    batch = assign(office, [id_], office.cara)
    office.desk(office.ann).undo(batch)
    done, undone = entries(office)
    assert undone.kind == Kind.UNDONE
    assert undone.after["undoes"] == str(batch)
    assert undone.after["entry"] == done.n
    assert undone.after["owners"][0]["owner_id"] == str(office.ben)
    assert verdict(office).intact


def test_holdings_tell_sender_and_holder_and_hold_no_text(office: Office) -> None:
    desk = office.desk(office.ann)
    holding = new_id()
    desk.change(
        c.HoldSender(
            **desk.stamp(),
            holding_id=holding,
            sender_id=office.unheld,
            holder_kind=HolderKind.PERSON,
            holder_id=office.cara,
            reason="because Paula Secret is ill",
        )
    )
    desk.change(c.EndHolding(**desk.stamp(), holding_id=holding))
    begun, ended = entries(office)
    assert [begun.kind, ended.kind] == [Kind.HOLDING_BEGUN, Kind.HOLDING_ENDED]
    for entry in (begun, ended):
        assert {office.unheld, office.cara} <= set(entry.subject_ids)
        assert "Secret" not in f"{entry.before}{entry.after}"


def test_a_role_change_says_from_what_to_what_and_never_a_name(office: Office) -> None:
    desk = office.desk(office.ann)
    desk.change(
        c.EditPerson(
            **desk.stamp(),
            person_id=office.ben,
            name="Benedikt",
            role=Role.SUPERVISOR,
            zone="Europe/Berlin",
        )
    )
    (entry,) = entries(office)
    assert (entry.before["role"], entry.after["role"]) == ("rep", "supervisor")
    assert entry.after["changed"] == ["name", "role"]
    assert "Ben" not in f"{entry.before}{entry.after}"


def test_a_personal_setting_is_nobody_elses_business(office: Office) -> None:
    desk = office.desk(office.ann)
    desk.change(
        c.ChangeSetting(**desk.stamp(), name="nudge_days", value=5, person_id=office.ann),
        c.ChangeSetting(**desk.stamp(), name="waiting_minutes", value=45),
    )
    (entry,) = entries(office)
    assert (entry.kind, entry.after["name"], entry.after["value"]) == (
        Kind.SETTING_CHANGED,
        "waiting_minutes",
        45,
    )


def _update(tx: Tx) -> object:
    return tx.execute(sa.update(tables.audit).values(reason="nothing"))


def _delete(tx: Tx) -> object:
    return tx.execute(sa.delete(tables.audit))


def _replace(tx: Tx) -> object:
    verb = "INSERT OR REPLACE INTO" if tx.dialect.name == "sqlite" else "UPDATE"
    rest = " audit SELECT * FROM audit" if verb.startswith("INSERT") else " audit SET kind = 'x'"
    return tx.exec_driver_sql(verb + rest)


@pytest.mark.parametrize("harm", [_update, _delete, _replace])
def test_the_database_refuses_to_change_an_entry(
    office: Office, harm: Callable[[Tx], object]
) -> None:
    id_ = office.conversation(office.own, "+12025550150", office.ben)
    assign(office, [id_], office.cara)
    before = entries(office)
    with pytest.raises(StorageError), office.workspace.write() as tx:
        harm(tx)
    assert entries(office) == before


def test_whoever_gets_past_the_triggers_is_found(office: Office) -> None:
    ids = [office.conversation(office.own, f"+1202555{n:04}", office.ben) for n in range(3)]
    for id_ in ids:
        assign(office, [id_], office.cara)
    with office.workspace.write() as tx:
        _disarm(tx)
        tx.execute(sa.delete(tables.audit).where(tables.audit.c.n == 3))
    assert (verdict(office).fault, verdict(office).n) == (Fault.TRUNCATED, 3)
    assign(office, ids, office.ben)  # and it stays so when the log goes on
    assert (verdict(office).fault, verdict(office).n) == (Fault.GAP, 3)
    with office.workspace.write() as tx:
        tx.execute(sa.update(tables.audit).where(tables.audit.c.n == 2).values(after={"a": 1}))
    assert (verdict(office).fault, verdict(office).n) == (Fault.CHANGED, 2)


def _disarm(tx: Tx) -> None:
    on_sqlite = tx.dialect.name == "sqlite"
    names = ("update", "delete", "replace") if on_sqlite else ("change", "truncate")
    for name in names:
        end = "" if on_sqlite else " ON audit"
        tx.exec_driver_sql(f"DROP TRIGGER audit_{name}{end}")


def test_found_by_person_kind_batch_and_page(office: Office) -> None:
    ids = [office.conversation(office.own, f"+1202555{n:04}", office.ben) for n in range(3)]
    batches = [assign(office, [id_], office.cara) for id_ in ids]
    with office.workspace.read() as tx:
        first = store.find(tx, store.Asked(person_id=office.ben), limit=2)
        rest = store.find(tx, store.Asked(person_id=office.ben), before=first[-1].n)
        assert [entry.n for entry in (*first, *rest)] == [3, 2, 1]
        assert [e.n for e in store.find(tx, store.Asked(batch_ids=frozenset({batches[1]})))] == [2]
        assert store.find(tx, store.Asked(kinds=(Kind.ROUTED,))) == []
        assert store.count(tx, store.Asked(subject_ids=(ids[0],))) == 1
        assert store.find(tx, store.Asked(within=frozenset({new_id()}))) == []


def test_a_head_that_was_noted_elsewhere_finds_a_log_written_anew(office: Office) -> None:
    id_ = office.conversation(office.own, "+12025550150", office.ben)
    assign(office, [id_], office.cara)
    (entry,) = entries(office)
    witness = audit.Head(entry.n, "f" * 64)
    with office.workspace.read() as tx:
        found = audit.verify(store.entries(tx), store.noted(tx), replace(witness))
    assert (found.fault, found.n) == (Fault.CHANGED, 1)
