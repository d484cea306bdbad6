"""A program's figures, counted per sender ID, beside counting by hand (R2, R18, R47, R60)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain.model import Channel, Origin
from sms_desk.services import program_figures
from sms_desk.services.program_figures import Period
from sms_desk.services.rows import SenderFigures
from sms_desk.store import opt_outs, senders, tables
from sms_desk.store.engine import Workspace
from sms_desk.store.opt_outs import Scope
from tests.store.office import NOON, Office


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def peers(n: int) -> list[str]:
    return [f"+120255502{i:02d}" for i in range(n)]


def bulk(office: Office, sender: UUID, program: UUID, n: int) -> list[UUID]:
    """The program writes to so many."""
    ids = [office.conversation(sender, peer) for peer in peers(n)]
    for id_ in ids:
        office.message(id_, "Sale", Origin.PROGRAM, program=program)
    return ids


def change(office: Office, position: int, **values: object) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.update(tables.messages)
            .where(tables.messages.c.position == position)
            .values(**values)
        )


def answer(office: Office, id_: UUID, program: UUID, keyword: str | None = None) -> int:
    office.later(seconds=1)
    position = office.message(id_, "yes", program=program)
    change(office, position, keyword=keyword)
    return position


def figures(
    office: Office, program: UUID, period: Period = Period.MONTH
) -> dict[UUID, SenderFigures]:
    found = office.desk(office.ann).read(program_figures.of, program, period)
    return {each.sender_id: each for each in found.senders}


def test_r47_who_answered_complained_and_opted_out_is_counted_once(office: Office) -> None:
    sale = office.program("Sale")
    ids = bulk(office, office.own, sale, 8)
    for keyword in (None, None, "stop"):
        answer(office, ids[0], sale, keyword)
    answer(office, ids[1], sale, "triage")
    answer(office, ids[2], sale, "stop")
    answer(office, ids[3], sale, "help")
    (own,) = figures(office, sale).values()
    assert (own.sent, own.delivered, own.failed, own.reached) == (8, 8, 0, 8)
    assert (own.replied, own.complaints, own.opt_outs) == (2, 1, 2)
    assert (own.reply_rate, own.complaint_rate, own.opt_out_rate) == (0.25, 0.125, 0.25)


def test_r2_channels_and_sender_ids_have_figures_of_their_own(office: Office) -> None:
    sale = office.program("Sale")
    bulk(office, office.own, sale, 4)
    texted = bulk(office, office.whatsapp, sale, 2)
    answer(office, texted[0], sale)
    found = figures(office, sale)
    assert set(found) == {office.own, office.whatsapp}
    assert (found[office.own].reply_rate, found[office.whatsapp].reply_rate) == (0.0, 0.5)
    assert found[office.whatsapp].channel is Channel.WHATSAPP


def test_r47_failed_and_filtered_as_spam(office: Office) -> None:
    sale = office.program("Sale")
    ids = [office.conversation(office.own, peer) for peer in peers(3)]
    sent = [office.message(id_, "Sale", Origin.PROGRAM, program=sale) for id_ in ids]
    change(office, sent[0], status="undelivered", error_code="30007")
    change(office, sent[1], status="sent")
    (own,) = figures(office, sale).values()
    assert (own.sent, own.delivered, own.failed, own.complaints) == (3, 1, 1, 1)
    assert own.delivery_rate == 0.3333


def test_r47_a_period_ends_where_it_says(office: Office) -> None:
    sale = office.program("Sale")
    ids = bulk(office, office.own, sale, 2)
    answer(office, ids[0], sale)
    office.later(days=20)
    (month,) = figures(office, sale).values()
    assert (month.sent, month.replied) == (2, 1)
    assert figures(office, sale, Period.WEEK) == {}
    office.later(days=200)
    assert figures(office, sale, Period.QUARTER) == {}
    assert figures(office, sale, Period.ALL)[office.own].sent == 2


def test_r60_answers_to_a_one_way_sender_id_are_its_own(office: Office) -> None:
    sale = office.program("Sale")
    with office.workspace.write() as tx:
        senders.change(tx, office.shared, inbound_id=office.own, direction="outgoing")
    ids = [office.conversation(office.own, peer) for peer in peers(2)]
    for id_ in ids:
        position = office.message(id_, "Sale", Origin.PROGRAM, program=sale)
        change(office, position, sender_id=office.shared)
    answer(office, ids[0], sale)
    found = figures(office, sale)
    assert set(found) == {office.shared}
    assert (found[office.shared].replied, found[office.shared].reply_rate) == (1, 0.5)


@pytest.mark.parametrize(("days", "counts"), [(3, 1), (40, 0)])
def test_r39_a_refusal_within_the_window_is_an_opt_out_of_the_last_program(
    office: Office, days: int, counts: int
) -> None:
    other, sale = office.program("Other"), office.program("Sale")
    (id_,) = bulk(office, office.own, other, 1)
    office.later(hours=1)
    office.message(id_, "Sale", Origin.PROGRAM, program=sale)
    office.later(days=days)
    with office.workspace.write() as tx:
        scope: Scope = opt_outs.scope_of(tx, office.own)
        opt_outs.record_refusal(tx, Channel.SMS, peers(1)[0], scope, at=office.now)
    assert figures(office, other, Period.ALL)[office.own].opt_outs == 0
    assert figures(office, sale, Period.ALL)[office.own].opt_outs == counts


def test_r51_who_answered_comes_latest_first_and_within_ones_reach(office: Office) -> None:
    sale = office.program("Sale")
    mine = bulk(office, office.own, sale, 3)
    theirs = bulk(office, office.unheld, sale, 1)
    for id_ in (*mine[:2], *theirs):
        answer(office, id_, sale)
    answer(office, mine[2], sale, "stop")
    for person, ids in (
        (office.ann, [*theirs, mine[1], mine[0]]),
        (office.ben, [mine[1], mine[0]]),
    ):
        rows, more = office.desk(person).read(program_figures.repliers, sale)
        assert [row.id for row in rows] == ids
        assert more is None


def test_r47_figures_are_what_counting_by_hand_gives(office: Office) -> None:
    sale = office.program("Sale")
    ids = bulk(office, office.own, sale, 6)
    for n, id_ in enumerate(ids[:4]):
        for _ in range(n):
            answer(office, id_, sale)
    (own,) = figures(office, sale).values()
    with office.workspace.read() as tx:
        rows = tx.execute(sa.select(tables.messages)).all()
    answered = {row.conversation_id for row in rows if row.direction == "inbound"}
    assert own.replied == len(answered) == 3
    assert own.sent == sum(row.direction == "outbound" for row in rows)
    assert NOON + timedelta(seconds=6) == office.now
