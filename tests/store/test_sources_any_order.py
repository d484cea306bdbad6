"""What a message answers is the same in whatever order the list is read (R3, R5, R60, R61)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from sms_desk.domain.model import BindingKind, Direction, ProgramKind, SenderDirection, SenderKind
from sms_desk.providers.base import RemoteMessage
from sms_desk.store import directories, programs, senders, tables
from sms_desk.store.ids import new_id
from sms_desk.sync.book import Book
from sms_desk.sync.intake import Arrival, Intake
from sms_desk.sync.recognise import LateRecogniser
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import START, remote

ONE_WAY, PEERS = "SHOPNAME", ("+12025550142", "+12025550143")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """One message: who says it, and when."""

    by: str
    day: int
    peer: str

    def listed(self, n: int) -> RemoteMessage:
        at = START + self.day * DAY / 2
        made = remote(f"SM{n:032x}", f"{self.by} {n}", at=at, peer=self.peer)
        if self.by == "contact":
            return made
        out = replace(made, direction=Direction.OUTBOUND)
        return {
            "service": replace(out, service_sid="MG1"),
            "pattern": replace(out, body=f"Sale: {n}"),
            "one_way": replace(out, sender_raw=ONE_WAY),
            "elsewhere": out,
            "automatic": replace(out, automatic=True, body="Sale: automatic"),
        }[self.by]


SAID = st.builds(
    Said,
    st.sampled_from(
        ("contact", "contact", "service", "pattern", "one_way", "elsewhere", "automatic")
    ),
    st.integers(0, 90),
    st.sampled_from(PEERS),
)


def furnish(desk: Desk) -> dict[str, UUID]:
    """What programs are recognised by."""
    one_way = desk.add_sender(
        ONE_WAY, kind=SenderKind.ALPHANUMERIC, direction=SenderDirection.OUTGOING
    )
    with desk.workspace.write() as tx:
        senders.change(tx, one_way, inbound_id=desk.sender_id)
        directories.take_service(tx, desk.account_id, sid="MG1", name="M", sender_ids=())
        service = tx.execute(sa.select(tables.messaging_services.c.id)).scalar_one()
    return {"service_id": service, "sender_id": one_way}


def add_programs(desk: Desk, service_id: UUID, sender_id: UUID) -> dict[str, UUID]:
    """Three, one for each way to recognise one."""
    return {
        "service": program(desk, ProgramKind.SERVICE, 7, service_id=service_id),
        "pattern": program(desk, ProgramKind.CAMPAIGN, 10, pattern="sale: *"),
        "one_way": program(desk, ProgramKind.CAMPAIGN, 20, sender_id=sender_id),
    }


def program(desk: Desk, kind: ProgramKind, days: int, **binding: Any) -> UUID:
    id_ = new_id()
    names = {
        "sender_id": BindingKind.SENDER,
        "service_id": BindingKind.MESSAGING_SERVICE,
        "pattern": BindingKind.PATTERN,
    }
    (bound,) = binding
    with desk.workspace.write() as tx:
        programs.save(
            tx,
            {
                "id": id_,
                "kind": kind,
                "name": bound,
                "attribution_days": days,
                "takes_replies": True,
                "created_at": START,
            },
        )
        programs.bind(
            tx,
            {
                "id": new_id(),
                "program_id": id_,
                "kind": names[bound],
                "since": START,
                **binding,
            },
        )
    return id_


def stored(
    world: list[RemoteMessage], batches: list[list[int]], live: bool, *, known_late: bool = False
) -> Any:
    """What stands in the workspace after these batches, told without ids of its own.

    known_late: somebody enters the programs only then."""
    with tempfile.TemporaryDirectory() as folder, desk_at(Path(folder) / "w.db") as desk:
        by = furnish(desk)
        late = LateRecogniser(desk.workspace, desk.account_id)
        late.run(START)
        programs_ = {} if known_late else add_programs(desk, **by)
        intake = Intake(desk.account_id, lambda _body: None)
        for batch in batches:
            with desk.workspace.write() as tx:
                book = Book(tx, desk.account_id, at=START)
                arrival = Arrival(START + 99 * DAY, live=live, walk_began=START + 99 * DAY)
                intake.store(tx, book, [world[n] for n in batch], arrival)
        if known_late:
            programs_ = add_programs(desk, **by)
            late.run(START)
            assert not late.has_more
        names = {id_: name for name, id_ in programs_.items()}
        desk.assert_rebuilt()
        told = {
            row["provider_sid"]: (
                names.get(row["program_id"]),
                row["program_reason"],
                row["source_kind"],
                row["source_reason"],
                row["origin"],
            )
            for row in desk.messages()
        }
        homes = {
            row["peer_key"]: (
                names.get(row["source_program_id"]),
                row["source_kind"],
                row["source_reason"],
                row["waiting_since"],
                row["last_inbound"],
                row["listed"],
            )
            for row in desk.conversations()
        }
        return told, homes


def expected_program(world: list[Said], n: int) -> str | None:
    """R3, written again: the latest program send within its own window, else the dedication."""
    reply = world[n]
    windows = {"service": 7, "pattern": 10, "one_way": 20}
    sends = [
        (send.day, send.by)
        for send in world
        if send.by in windows
        and send.peer == reply.peer
        and 0 <= (reply.day - send.day) / 2 <= windows[send.by]
    ]
    latest = max((day for day, _ in sends), default=None)
    found = {by for day, by in sends if day == latest}
    return found.pop() if len(found) == 1 else ("?" if found else "one_way")


@settings(max_examples=5, deadline=None)
@given(st.lists(SAID, min_size=2, max_size=9), st.data())
def test_r3_newest_first_and_oldest_first_say_the_same(said: list[Said], data: Any) -> None:
    world = [one.listed(n) for n, one in enumerate(said)]
    by_time = sorted(range(len(world)), key=lambda n: world[n].created_at)
    shuffled = data.draw(st.permutations(by_time))
    cut = data.draw(st.integers(1, len(world)))
    once = stored(world, [by_time], live=False)
    assert stored(world, [[n] for n in reversed(by_time)], live=False) == once
    assert stored(world, [shuffled[:cut], shuffled[cut:], shuffled], live=True) == once
    assert stored(world, [shuffled], live=True, known_late=True) == once
    for n, one in enumerate(said):
        if one.by == "contact" and (name := expected_program(said, n)) != "?":
            assert once[0][world[n].sid][0] == name, (n, said)
