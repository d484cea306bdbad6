"""Messages that found no place: whoever may look sees them, and why (R61, GR6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sms_desk.domain.errors import RefusedError
from sms_desk.domain.model import DeliveryStatus, Role
from sms_desk.providers.base import Poison
from sms_desk.services import unplaced
from sms_desk.services.context import Context
from sms_desk.services.unplaced import UnplacedRow
from sms_desk.store import people, tables
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import US

RAW = '{"sid": "PX1", "body": "<b>ü</b>"}'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "w.db") as made:
        yield made


def seen(desk: Desk, role: Role = Role.ADMIN) -> tuple[UnplacedRow, ...]:
    with desk.workspace.read() as tx:
        who = replace(people.actor(tx, desk.ann), role=role)
        return unplaced.all_unplaced(Context(tx, who, desk.hand.at))


def counted(desk: Desk) -> list[int]:
    with desk.workspace.read() as tx:
        who = people.actor(tx, desk.ann)
        return list(unplaced.count_unplaced(Context(tx, who, desk.hand.at)).values())


def test_each_is_told_with_its_reason_and_as_it_came(desk: Desk) -> None:
    desk.provider.poison.append((0, Poison("PX1", RAW, "it has no date")))
    blanked = desk.provider.receive("secret", peer=" ")
    desk.cycle()
    found = {row.provider_sid: row for row in seen(desk)}
    assert found["PX1"].why == "It has no date."
    assert found["PX1"].raw == RAW
    assert found[blanked.sid].why == "The provider has blanked the contact's address."
    assert json.loads(found[blanked.sid].raw)["body"] == "secret"
    assert counted(desk) == [2]


def test_one_that_could_not_be_stored_says_so(desk: Desk) -> None:
    desk.provider.poison.append((0, Poison("PX1", RAW, "not_stored: ValueError")))
    desk.cycle()
    assert [row.why for row in seen(desk)] == ["It could not be stored (ValueError)."]


def test_one_whose_sender_id_is_chosen_later_leaves_nothing_behind(desk: Desk) -> None:
    """R61. It waits in the list, alarms nobody, and goes when it has its place."""
    sent = desk.provider.sent_elsewhere("from a service", ours="", status=DeliveryStatus.QUEUED)
    desk.cycle()
    assert [row.provider_sid for row in seen(desk)] == [sent.sid]
    assert counted(desk) == []
    desk.provider.set_sender(sent.sid, US)
    desk.cycle(10)
    assert desk.rows(tables.unplaced) == []


@pytest.mark.parametrize("role", [Role.REP, Role.SUPERVISOR])
def test_only_an_admin_reads_them(desk: Desk, role: Role) -> None:
    """A text of any conversation may stand there."""
    desk.provider.poison.append((0, Poison("PX1", RAW, "it has no date")))
    desk.cycle()
    with pytest.raises(RefusedError):
        seen(desk, role)
