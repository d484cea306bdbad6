"""Bulk reassignment: everything that matches, with its sender IDs, in one batch (R30, R31, R59, GC6)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain import commands as c
from sms_desk.domain.absences import Share, Split
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import HolderKind, Role, RoutingRule
from sms_desk.services import holdings, inbox, reassignment
from sms_desk.services.desk import Desk
from sms_desk.services.executor import Done
from sms_desk.services.reassignment import Preview, WarningCode
from sms_desk.store import people, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office
from tests.store.test_covering import away

BENS = c.Targets(matching=InboxFilter(state=None))


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def talks(
    office: Office, n: int, owner: UUID | None = None, sender: UUID | None = None
) -> list[UUID]:
    found = []
    for k in range(n):
        peer = f"+1202555{(sender or office.own).int % 10}{len(_used):03d}"
        _used.append(peer)
        talk = office.conversation(sender or office.own, peer, owner or office.ben)
        office.message(talk, f"hello {k}")
        found.append(talk)
    return found


_used: list[str] = []


def command(
    desk: Desk, *to: UUID, targets: c.Targets = BENS, split: Split | None = None, **more: object
) -> c.Reassign:
    fields: dict[str, object] = {
        "split": split or (Split.ONE if len(to) == 1 else Split.EVEN),
        "shares": tuple(Share(one) for one in to),
        **more,
    }
    return c.Reassign(**desk.stamp(), targets=targets, **fields)  # type: ignore[arg-type]


def owners(office: Office) -> dict[UUID, UUID | None]:
    columns = tables.conversations.c
    with office.workspace.read() as tx:
        rows = tx.execute(sa.select(columns.id, columns.owner_id))
        return {row.id: row.owner_id for row in rows}


def holders(office: Office, sender: UUID) -> set[UUID | None]:
    rows = office.desk(office.ann).read(holdings.of_sender, sender)
    return {row.holder_id for row in rows if row.running}


def test_r30_all_that_match_move_not_only_what_is_loaded(office: Office) -> None:
    talks(office, 112)
    ann = office.desk(office.ann)
    page = ann.read(inbox.page, InboxFilter(state=None))
    assert len(page.rows) == 50
    done = ann.change(command(ann, office.cara, office.ann))
    assert done.count == 112
    spread = list(owners(office).values())
    assert (spread.count(office.cara), spread.count(office.ann)) == (56, 56)


def test_r30_undo_takes_conversations_and_sender_ids_back_together(office: Office) -> None:
    talks(office, 3)
    ann = office.desk(office.ann)
    order = command(ann, office.cara, from_id=office.ben, sender_ids=(office.own,))
    done = ann.change(order)
    assert done.label == "Reassigned 3 conversations to Cara, with 1 sender ID"
    assert set(owners(office).values()) == {office.cara}
    assert holders(office, office.own) == {office.cara}
    office.later(minutes=1)
    undone = ann.undo(order.id)
    assert undone.label == f"Undone: {done.label}"
    assert set(owners(office).values()) == {office.ben}
    assert holders(office, office.own) == {office.ben}


def test_r30_undo_says_what_was_assigned_again_since_and_by_whom(office: Office) -> None:
    some = talks(office, 5)
    ann, cara = office.desk(office.ann), office.desk(office.cara)
    order = command(ann, office.cara)
    ann.change(order)
    office.later(minutes=1)
    cara.change(c.Assign(**cara.stamp(), targets=c.Targets((some[0],)), owner_id=office.ann))
    undone = ann.undo(order.id)
    assert undone.count == 4
    assert "1 of 5 was assigned again since, by Cara: +1 " in undone.label
    assert undone.kept == (some[0],)
    assert owners(office)[some[0]] == office.ann


def test_r59_undo_leaves_a_sender_id_whose_holders_changed_since(office: Office) -> None:
    talks(office, 1)
    ann = office.desk(office.ann)
    order = command(ann, office.cara, from_id=office.ben, sender_ids=(office.own,))
    ann.change(order)
    office.later(minutes=1)
    row = next(r for r in ann.read(holdings.of_sender, office.own) if r.running)
    ann.change(c.EndHolding(**ann.stamp(), holding_id=row.id))
    office.later(minutes=1)
    undone = ann.undo(order.id)
    assert "1 sender ID stays" in undone.label
    assert holders(office, office.own) == set()
    assert set(owners(office).values()) == {office.ben}


def test_undo_of_what_was_all_assigned_again_is_refused(office: Office) -> None:
    talks(office, 2)
    ann = office.desk(office.ann)
    order = command(ann, office.cara)
    ann.change(order)
    office.later(minutes=1)
    ann.change(c.Assign(**ann.stamp(), targets=BENS, owner_id=office.ann))
    with pytest.raises(RefusedError, match="changed again"):
        ann.undo(order.id)


def test_r19_a_rule_that_names_who_gives_away_names_who_takes(office: Office) -> None:
    ann = office.desk(office.ann)
    row = next(r for r in ann.read(holdings.of_sender, office.shared) if r.holder_id == office.cara)
    ann.change(
        c.EditHolding(
            **ann.stamp(),
            holding_id=row.id,
            until=None,
            rule=RoutingRule.NAMED,
            rule_person_id=office.ben,
        )
    )
    order = command(ann, office.ann, from_id=office.ben, sender_ids=(office.shared,))
    ann.change(order)
    named = [r.rule_person_id for r in ann.read(holdings.of_sender, office.shared) if r.running]
    assert office.ben not in named
    assert office.ann in named
    office.later(minutes=1)
    ann.undo(order.id)
    named = [r.rule_person_id for r in ann.read(holdings.of_sender, office.shared) if r.running]
    assert office.ben in named


def test_r59_who_holds_it_for_a_while_holds_it_for_good_afterwards(office: Office) -> None:
    ann = office.desk(office.ann)
    ends = office.now + timedelta(days=2)
    ann.change(
        c.HoldSender(
            **ann.stamp(),
            holding_id=new_id(),
            sender_id=office.own,
            holder_kind=HolderKind.PERSON,
            holder_id=office.cara,
            until=ends,
        )
    )
    ann.change(command(ann, office.cara, from_id=office.ben, sender_ids=(office.own,)))
    assert holders(office, office.own) == {office.cara}
    office.later(days=3)
    assert holders(office, office.own) == {office.cara}


def test_r31_a_rep_gives_away_only_their_own(office: Office) -> None:
    (mine,) = talks(office, 1)
    (hers,) = talks(office, 1, office.cara, office.shared)
    ben = office.desk(office.ben)
    with pytest.raises(RefusedError, match="1 of 2"):
        ben.change(command(ben, office.cara, targets=c.Targets((mine, hers))))
    assert ben.change(command(ben, office.cara, targets=c.Targets((mine,)))).count == 1
    with pytest.raises(RefusedError, match="supervisors"):
        ben.change(command(ben, office.cara, from_id=office.ben, sender_ids=(office.own,)))


def test_r31_a_supervisor_gives_within_their_teams(office: Office) -> None:
    (mine,) = talks(office, 1)
    (hers,) = talks(office, 1, office.cara, office.shared)
    sue, team = new_id(), new_id()
    with office.workspace.write() as tx:
        people.insert(tx, id_=sue, name="Sue", role=Role.SUPERVISOR, zone="UTC", at=office.now)
        people.insert_team(tx, id_=team, name="North", profile=False)
        for one in (sue, office.ben):
            people.insert_membership(tx, id_=new_id(), team_id=team, person_id=one, at=office.now)
    desk = office.desk(sue)
    with pytest.raises(RefusedError, match="none of your teams"):
        desk.change(command(desk, office.cara, targets=c.Targets((mine,))))
    assert desk.change(command(desk, sue, targets=c.Targets((mine,)))).count == 1
    with pytest.raises(RefusedError, match="not yours to give away"):
        desk.change(command(desk, office.ben, targets=c.Targets((hers,))))


def test_nobody_who_left_gets_anything(office: Office) -> None:
    talks(office, 1)
    with office.workspace.write() as tx:
        people.change(tx, office.cara, suspended_at=office.now)
    ann = office.desk(office.ann)
    with pytest.raises(RefusedError, match="suspended"):
        ann.change(command(ann, office.cara))
    with pytest.raises(UsageError):
        ann.change(command(ann))


def test_r30_the_dry_run_says_what_happens_and_nothing_else(office: Office) -> None:
    some = talks(office, 4)
    talks(office, 1, office.cara, office.shared)
    ann = office.desk(office.ann)
    ann.change(c.Close(**ann.stamp(), targets=c.Targets((some[0],))))
    with office.workspace.write() as tx:
        people.change(tx, office.cara, capacity=3)
    away(office, office.cara)
    order = command(ann, office.cara, from_id=office.ben, sender_ids=(office.own,))
    seen: Preview = ann.read(reassignment.preview, order)
    assert (seen.count, seen.open, seen.closed, seen.waiting) == (4, 3, 1, 3)
    assert seen.unchanged == 1
    by_name = {load.name: load for load in seen.loads}
    assert (by_name["Cara"].before, by_name["Cara"].after, by_name["Cara"].given) == (1, 4, 4)
    assert (by_name["Ben"].before, by_name["Ben"].after) == (3, 0)
    assert [one.to for one in seen.senders] == [("Cara",)]
    assert {one.code for one in seen.warnings} == {WarningCode.ABSENT, WarningCode.FULL}
    assert set(owners(office).values()) == {office.ben, office.cara}
    done: Done = ann.change(order)
    assert done.count == seen.count


def test_by_load_whoever_has_least_for_their_capacity_gets_most(office: Office) -> None:
    some = talks(office, 6)
    talks(office, 4, office.cara, office.shared)
    ann = office.desk(office.ann)
    order = command(ann, office.cara, office.ann, split=Split.LOAD, targets=c.Targets(tuple(some)))
    ann.change(order)
    spread = list(owners(office).values())
    assert (spread.count(office.cara), spread.count(office.ann)) == (5, 5)


def test_what_no_share_names_stays_and_is_named(office: Office) -> None:
    first, second = talks(office, 2)
    ann = office.desk(office.ann)
    order = c.Reassign(
        **ann.stamp(),
        targets=BENS,
        split=Split.LIST,
        shares=(Share(office.cara, (first,)),),
    )
    seen = ann.read(reassignment.preview, order)
    assert [(one.code, one.number) for one in seen.warnings] == [(WarningCode.UNNAMED, 1)]
    assert ann.change(order).label.endswith("1 that no share names stay")
    assert owners(office) == {first: office.cara, second: office.ben}
