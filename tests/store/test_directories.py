"""A provider's directory brought into ours: no sender ID twice (R1, R61)."""

from __future__ import annotations

from uuid import UUID

import pytest

from sms_desk.domain.model import Channel, SenderDirection, SenderKind
from sms_desk.store import directories, senders
from sms_desk.store.engine import Workspace
from tests.store.office import Office


@pytest.fixture
def office(local_workspace: Workspace) -> Office:
    return Office(local_workspace)


def take(office: Office, country: str, address: str = "70707") -> tuple[UUID, bool]:
    with office.workspace.write() as tx:
        return directories.take_sender(
            tx,
            office.account,
            channel=Channel.SMS,
            address=address,
            kind=SenderKind.SHORT_CODE,
            country=country,
            label="",
            direction=SenderDirection.BOTH,
            provider_sid=None,
            at=office.now,
        )


@pytest.mark.parametrize(("first", "second"), [("US", ""), ("", "US"), ("US", "US"), ("", "")])
def test_r1_a_short_code_of_unknown_country_is_the_one_we_know(
    office: Office, first: str, second: str
) -> None:
    known, new = take(office, first)
    assert new
    assert take(office, second) == (known, False)
    with office.workspace.read() as tx:
        rows = [row for row in senders.listing(tx) if row["address"] == "70707"]
    assert [row["country"] for row in rows] == [first or second]


def test_r1_the_same_short_code_in_two_countries_is_two(office: Office) -> None:
    assert take(office, "US")[0] != take(office, "CA")[0]
