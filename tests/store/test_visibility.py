"""R31, R25: who sees a conversation is exactly whose inbox selects it, whatever the dated rows say."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from uuid import UUID

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from sms_desk.domain.visibility import Sight, difference
from sms_desk.store import absences, people, tables
from sms_desk.store.engine import Tx, Workspace
from tests.store.anyones_sight import HOUR, NOON, World, selected, wiped, worlds

MOMENTS = (NOON - 2 * HOUR, NOON, NOON + HOUR)
_c = tables.conversations.c
anew = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def sight(tx: Tx, now: datetime) -> Sight:
    return Sight.at(people.actors(tx), people.directory(tx), now)


def answered(tx: Tx, seen: Sight) -> dict[UUID, set[UUID]]:
    """By conversation, who sees it, as the rows are given out."""
    rows = tx.execute(sa.select(_c.id, _c.owner_id, _c.sender_id)).all()
    chosen = absences.chosen_of(tx, [row.id for row in rows])
    return {
        row.id: set(seen.people(row.owner_id, row.sender_id, chosen.get(row.id, {})))
        for row in rows
    }


@given(world=worlds())
@anew
def test_r31_who_sees_a_conversation_is_whose_inbox_selects_it(
    local_workspace: Workspace, world: World
) -> None:
    with local_workspace.write() as tx:
        wiped(tx)
        world.put(tx)
        for now in MOMENTS:
            assert answered(tx, sight(tx, now)) == selected(tx, now)


@given(world=worlds())
@anew
def test_r31_what_a_boundary_changes_is_only_where_the_difference_says(
    local_workspace: Workspace, world: World
) -> None:
    with local_workspace.write() as tx:
        wiped(tx)
        world.put(tx)
        for first, then in pairwise(MOMENTS):
            old, new = sight(tx, first), sight(tx, then)
            changed = difference(old, new)
            before, after = answered(tx, old), answered(tx, new)
            for row in tx.execute(sa.select(_c.id, _c.owner_id, _c.sender_id)):
                assert before[row.id] ^ after[row.id] <= changed.people
                if before[row.id] != after[row.id]:
                    assert (
                        changed.everywhere
                        or row.owner_id in changed.owners
                        or row.sender_id in changed.senders
                    )


@given(world=worlds())
@anew
def test_r31_without_somebody_the_others_see_the_same(
    local_workspace: Workspace, world: World
) -> None:
    with local_workspace.write() as tx:
        wiped(tx)
        world.put(tx)
        seen = sight(tx, NOON)
        left = frozenset(sorted(seen.all_seeing.union(*seen.by_sender.values()))[:2])
        expected = {id_: some - left for id_, some in answered(tx, seen).items()}
        assert answered(tx, seen.without(left)) == expected


def test_r31_equal_dated_rows_make_no_difference(local_workspace: Workspace) -> None:
    with local_workspace.write() as tx:
        assert not difference(sight(tx, NOON), sight(tx, NOON))
