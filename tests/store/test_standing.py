"""What somebody has not seen of the conversations of a command (algorithms §2.5): what is asked, and
how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.who_wins import Seen, Standing
from sms_desk.services import standing
from sms_desk.services.context import Context
from sms_desk.store import people
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.statements import asked
from tests.store.office import Office


@pytest.fixture
def office(local_workspace: Workspace) -> Office:
    return Office(local_workspace)


def talks(office: Office, many: int) -> list[UUID]:
    found = [office.conversation(office.shared, f"+1202555{100 + n:04}") for n in range(many)]
    for each in found:
        office.message(each, "Is it open?")
    return found


def reply(office: Office, by: UUID, conversation: UUID) -> None:
    desk = office.desk(by)
    desk.change(
        c.Reply(
            **desk.stamp(),
            conversation_id=conversation,
            outbox_id=new_id(),
            sender_id=office.shared,
            body="Yes.",
            seen_version=1,
            not_after=office.now + timedelta(hours=12),
        )
    )


def seen(office: Office, by: UUID, ids: Sequence[UUID]) -> Mapping[UUID, Seen]:
    """What stands on the screen of `by` now."""
    with office.workspace.read() as tx:
        ctx = Context(tx, people.actor(tx, by), office.now)
        return standing.read(standing.seen(ctx, close(office, ids), offline=False))


def since(
    office: Office, by: UUID, ids: Sequence[UUID], before: Mapping[UUID, Seen]
) -> dict[UUID, Standing]:
    """As the workspace finds it, beside what stood there before."""
    with office.workspace.read() as tx:
        ctx = Context(tx, people.actor(tx, by), office.now)
        given = standing.given(ctx, office.now, {})
        return standing.since(ctx, close(office, ids), ids, given, before)


def close(office: Office, ids: Sequence[UUID]) -> c.Command:
    return c.Close(id=new_id(), at=office.now, targets=c.Targets(tuple(ids)))


def test_gs6_what_colleagues_are_about_to_send_is_told_of_each_conversation(
    office: Office,
) -> None:
    """Not one's own, and not what stood in the queue when one looked."""
    before, after, own, quiet = talks(office, 4)
    reply(office, office.cara, before)
    looked = seen(office, office.ben, (before, after, own, quiet))
    reply(office, office.cara, after)
    reply(office, office.ann, after)
    reply(office, office.ben, own)

    found = since(office, office.ben, (before, after, own, quiet), looked)

    names = {id_: [deed.name for deed in one.replies] for id_, one in found.items()}
    assert names == {before: [], after: ["Ann", "Cara"], own: [], quiet: []}


def test_of_many_conversations_no_more_is_asked_than_of_two(office: Office) -> None:
    ids = talks(office, 30)
    looked = seen(office, office.ben, ids)
    since(office, office.ben, ids[:2], looked)  # what is remembered is
    counts = []
    for some in (ids[:2], ids):
        with asked(office.workspace) as statements:
            found = since(office, office.ben, some, looked)
        assert len(found) == len(some)
        counts.append(len(statements))
    assert counts[0] == counts[1]
