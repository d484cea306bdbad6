"""R31: the access rows say exactly whose inbox selects what, after any history of changes, and what
did not change keeps its stamp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sms_desk.domain import value_codec
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import HolderKind, Role
from sms_desk.domain.scopes import members_now
from sms_desk.store import people, tables, views
from sms_desk.store.engine import Tx
from sms_desk.store.team import access
from sms_desk.store.team.replicated import OVERSIGHT_KEY, address_key
from sms_desk.store.team.surface_tables import access as rows
from sms_desk.store.team.surface_tables import unsettled
from sms_desk.store.team.workspace import AdminWorkspace, TeamWorkspace
from tests.fixtures.team import TeamServer
from tests.fixtures.volume import examples
from tests.store import anyones_sight as any_
from tests.store.anyones_sight import CONTACTS, CONVERSATIONS, GROUPS, HOUR, NOON, PEOPLE, SENDERS

ANN, BEN, CARA, DAN = PEOPLE[:4]
OWN, SHARED = SENDERS[:2]
VIEW = UUID(int=0x800)
WORKSPACE = UUID(int=0x900)
Seen = dict[UUID, set[UUID]]
"""By person, the keys that they see."""
Change = Callable[[Tx], None]
_c = tables.conversations.c


# --- what must be so ------------------------------------------------------------------------------


def expected(tx: Tx, now: datetime) -> Seen:
    """Asked as simply as can be, of each person's inbox."""
    actors, directory = people.actors(tx), people.directory(tx)
    members = members_now(directory, now)
    found: Seen = {actor.person_id: {actor.person_id, WORKSPACE} for actor in actors}
    conversations = {row.id: row for row in tx.execute(sa.select(tables.conversations))}
    for id_, some in any_.selected(tx, now).items():
        row = conversations[id_]
        for one in some:
            found[one] |= {id_, row.contact_id, address_key(row.peer_key)}
    for one in (actor.person_id for actor in actors if actor.role is Role.ADMIN):
        found[one] |= {OVERSIGHT_KEY, *tx.execute(sa.select(tables.contacts.c.id)).scalars()}
        for table in (tables.contact_addresses, tables.opt_outs):
            keys = tx.execute(sa.select(table.c.peer_key)).scalars()
            found[one] |= set(map(address_key, keys))
    for view in tx.execute(sa.select(tables.views)).mappings():
        named = [UUID(one) for one in (view["shared_with"] or {}).get("ids", ())]
        having = {view["owner_id"], *named}.union(*(members.get(one, ()) for one in named))
        for one in having & found.keys() if named else ():
            found[one].add(view["id"])
    return found


def stored(tx: Tx) -> Seen:
    found: Seen = {}
    for row in tx.execute(sa.select(rows).where(rows.c.mode == "see")):
        found.setdefault(row.person_id, set()).add(row.key)
    return found


def stamps(tx: Tx) -> dict[tuple[UUID, UUID], tuple[str, str]]:
    return {
        (row.person_id, row.key): (row.mode, row.row_xid) for row in tx.execute(sa.select(rows))
    }


@dataclass
class Office:
    """A team's workspace that checks itself after every change."""

    workspace: TeamWorkspace
    now: datetime = NOON
    before: dict[tuple[UUID, UUID], tuple[str, str]] = field(default_factory=dict)

    def change(self, do: Callable[[Tx], object]) -> int:
        """Do it; how many access rows it wrote."""
        with self.workspace.write() as tx:
            do(tx)
        return self.check()

    def check(self) -> int:
        with self.workspace.read() as tx:
            assert stored(tx) == {who: keys for who, keys in expected(tx, self.now).items() if keys}
            assert not tx.execute(sa.select(unsettled)).all()
            after = stamps(tx)
        written = {pair for pair in after if after[pair] != self.before.get(pair)}
        for pair in written & self.before.keys():
            assert after[pair][0] != self.before[pair][0], "what stayed keeps its stamp"
        self.before = after
        return len(written)

    def rebuilt(self) -> None:
        """Computing all of it anew changes nothing."""
        with self.workspace.write() as tx:
            access.rebuild(tx, self.now)
        assert self.check() == 0


@pytest.fixture
def office(team_server: TeamServer) -> Office:
    made = Office(team_server.team_workspace(lambda: made.now))
    return made


def empty(tx: Tx) -> None:
    tx.execute(sa.delete(tables.opt_outs))
    any_.wiped(tx)
    tx.execute(
        sa.insert(tables.workspace).values(
            id=WORKSPACE, name="Shop", kind="real", me_id=PEOPLE[0], created_at=NOON
        )
    )


def opened(tx: Tx) -> None:
    """Ann is admin, Ben a rep with a sender ID, Cara supervises Dan's team; all hold the other."""
    empty(tx)
    roles = {ANN: Role.ADMIN, BEN: Role.REP, CARA: Role.SUPERVISOR, DAN: Role.REP}
    world = any_.World(
        {
            tables.people: [any_.person(id_, role) for id_, role in roles.items()],
            **any_.fixed().rows,
            tables.memberships: [
                {"id": UUID(int=n), "person_id": id_, "team_id": GROUPS[0], "since": NOON - HOUR}
                for n, id_ in enumerate((CARA, DAN))
            ],
            tables.holdings: [
                {
                    "id": UUID(int=n),
                    "sender_id": sender,
                    "holder_kind": kind,
                    "holder_id": holder,
                    "since": NOON - HOUR,
                }
                for n, (sender, kind, holder) in enumerate(
                    ((OWN, HolderKind.PERSON, BEN), (SHARED, HolderKind.ORGANISATION, None))
                )
            ],
        }
    )
    world.put(tx)


def talk(tx: Tx, n: int, owner: UUID | None = None) -> UUID:
    """The n-th conversation, on the n-th sender ID, with a contact of its own."""
    tx.execute(
        sa.insert(tables.conversations).values(
            **any_.plain_conversation(n), contact_id=CONTACTS[n % len(CONTACTS)], owner_id=owner
        )
    )
    return CONVERSATIONS[n]


def own(tx: Tx, conversation: UUID, owner: UUID | None) -> None:
    tx.execute(sa.update(tables.conversations).where(_c.id == conversation).values(owner_id=owner))


def doing(*statements: sa.Executable) -> Change:
    def do(tx: Tx) -> None:
        for statement in statements:
            tx.execute(statement)

    return do


def plan(
    tx: Tx,
    id_: UUID,
    who: UUID,
    *substitutes: UUID,
    since: datetime = NOON,
    until: datetime | None = None,
) -> None:
    covers = [value_codec.encode(one) for one in any_.all_to(*substitutes)]
    row = {"id": id_, "person_id": who, "since": since, "until": until, "zone": "UTC"}
    row |= {"covers": covers, "created_by": ANN, "created_at": NOON}
    tx.execute(sa.insert(tables.absences).values(row))


# --- stories --------------------------------------------------------------------------------------


def test_r31_a_change_of_owner_writes_who_came_and_who_left_and_nobody_else(office: Office) -> None:
    office.change(opened)
    office.change(lambda tx: [talk(tx, 0, DAN), talk(tx, 4, DAN)])
    # Ben sees it already, by the sender ID; Dan and Cara lose it, and its number, but not the
    # contact, with whom they see another.
    assert office.change(lambda tx: own(tx, CONVERSATIONS[0], BEN)) == 4
    assert office.change(lambda tx: own(tx, CONVERSATIONS[0], BEN)) == 0
    office.rebuilt()


def test_r31_a_message_moves_nothing(office: Office) -> None:
    office.change(opened)
    office.change(lambda tx: talk(tx, 0, DAN))
    touch = sa.update(tables.conversations).values(version=_c.version + 1, last_position=7)
    assert office.change(lambda tx: tx.execute(touch)) == 0


def test_r25_a_cover_begins_and_ends_by_time_alone(office: Office) -> None:
    office.change(opened)
    office.change(lambda tx: [talk(tx, n, DAN) for n in (0, 1)])
    begins, ends = NOON + HOUR, NOON + 2 * HOUR

    assert office.change(lambda tx: plan(tx, UUID(int=5), DAN, BEN, since=begins, until=ends)) == 0
    assert office.workspace.due == begins
    office.now = begins
    office.change(lambda tx: None)  # Ben sees both by the sender IDs already
    assert office.workspace.due == ends
    office.now = ends
    office.change(lambda tx: None)
    office.rebuilt()


def test_gp2_who_is_suspended_sees_nothing_and_all_again_when_they_are_back(
    office: Office,
) -> None:
    office.change(opened)
    office.change(lambda tx: [talk(tx, n, CARA) for n in range(5)])
    office.change(lambda tx: people.change(tx, CARA, suspended_at=NOON))
    with office.workspace.read() as tx:
        assert CARA not in stored(tx)
    office.change(lambda tx: people.change(tx, CARA, suspended_at=None))
    office.rebuilt()


def test_r31_a_new_admin_sees_everything_also_whom_nobody_talks_to(office: Office) -> None:
    office.change(opened)
    office.change(lambda tx: talk(tx, 0, CARA))
    row = {"id": UUID(int=5), "channel": "sms", "scope": "sender", "scope_id": OWN, "since": NOON}
    row |= {"peer_key": "12025550199", "learnt_from": "person"}
    office.change(doing(sa.insert(tables.opt_outs).values(row)))
    office.change(lambda tx: people.change(tx, DAN, role=Role.ADMIN))
    with office.workspace.read() as tx:
        assert {*CONTACTS, address_key("12025550199"), OVERSIGHT_KEY} <= stored(tx)[DAN]
    office.change(lambda tx: people.change(tx, DAN, role=Role.REP))
    office.rebuilt()


def test_r25_whom_a_divided_cover_chose_sees_it_and_the_others_do_not(office: Office) -> None:
    eve, absence = PEOPLE[4], UUID(int=5)
    place = CONVERSATIONS[2]  # on a sender ID that nobody holds

    def seeing() -> set[UUID]:
        with office.workspace.read() as tx:
            return {who for who, keys in stored(tx).items() if place in keys}

    office.change(opened)
    office.change(doing(sa.insert(tables.people).values(any_.person(eve, Role.REP))))
    office.change(lambda tx: talk(tx, 2, DAN))
    office.change(lambda tx: plan(tx, absence, DAN, BEN, eve))
    assert seeing() == {ANN, CARA, DAN, BEN, eve}
    chosen: any_.Row = {"absence_id": absence, "conversation_id": place, "substitute_id": BEN}
    chosen |= {"part": "conversations", "since": NOON}
    office.change(doing(sa.insert(tables.covered_conversations).values(chosen)))
    assert seeing() == {ANN, CARA, DAN, BEN}
    office.change(doing(sa.update(tables.covered_conversations).values(substitute_id=eve)))
    assert seeing() == {ANN, CARA, DAN, eve}
    # A change of something else reads whom the cover chose, too.
    office.change(doing(sa.update(tables.conversations).values(contact_id=CONTACTS[0])))
    office.change(doing(sa.delete(tables.covered_conversations)))
    assert seeing() == {ANN, CARA, DAN, BEN, eve}


def test_r31_who_sees_a_contact_follows_its_conversations(office: Office) -> None:
    office.change(opened)
    office.change(lambda tx: talk(tx, 2, DAN))
    move = sa.update(tables.conversations).values(contact_id=CONTACTS[0])
    assert office.change(doing(move)) == 4, "Cara and Dan: one came, one left"
    office.rebuilt()


def test_r4_a_view_is_seen_by_whom_it_is_shared_with(office: Office) -> None:
    office.change(opened)

    def share(tx: Tx, shared: dict[str, object] | None) -> None:
        views.save(
            tx,
            id_=VIEW,
            name="Late",
            owner_id=BEN,
            shared_with=shared,
            wanted=InboxFilter(),
            at=NOON,
        )

    assert office.change(lambda tx: share(tx, None)) == 0
    assert office.change(lambda tx: share(tx, {"ids": [str(GROUPS[0])]})) == 3
    assert office.change(lambda tx: share(tx, {"all": True})) == 3
    office.change(lambda tx: share(tx, {"ids": [str(ANN)]}))
    assert office.change(lambda tx: views.delete(tx, VIEW)) == 2


def test_a_connector_that_begins_anew_knows_what_stands_in_the_rows(
    office: Office, team_server: TeamServer
) -> None:
    office.change(opened)
    office.change(lambda tx: [talk(tx, n, CARA) for n in range(5)])
    fresh = TeamWorkspace(office.workspace.engine, office.workspace.hold, lambda: office.now)
    office.workspace = fresh
    assert office.change(lambda tx: None) == 0
    office.change(lambda tx: people.change(tx, CARA, role=Role.REP))
    office.rebuilt()


def test_what_an_admin_changed_between_two_writes_is_what_the_next_one_goes_by(
    office: Office,
) -> None:
    office.change(opened)
    office.change(lambda tx: talk(tx, 2, DAN))
    connector, admin = office.workspace, AdminWorkspace(office.workspace.engine)
    office.workspace = admin
    office.change(lambda tx: people.change(tx, CARA, role=Role.REP))
    office.workspace = connector
    office.change(lambda tx: own(tx, CONVERSATIONS[2], BEN))
    with admin.write() as tx:
        access.rebuild(tx, office.now)
    office.change(lambda tx: own(tx, CONVERSATIONS[2], DAN))
    office.rebuilt()


def test_what_somebody_wrote_beside_the_connector_is_settled_with_its_next_write(
    office: Office,
) -> None:
    office.change(opened)
    with office.workspace.engine.begin() as tx:
        talk(tx, 0, BEN)
    office.change(lambda tx: None)


# --- any history ----------------------------------------------------------------------------------

Draw = Callable[[st.SearchStrategy[Any]], Any]
ANY_CONVERSATION = st.sampled_from(CONVERSATIONS)


def reassigned(draw: Draw) -> Change:
    id_, owner = draw(ANY_CONVERSATION), draw(st.none() | any_.WHO)
    return lambda tx: own(tx, id_, owner)


def all_reassigned(draw: Draw) -> Change:
    owner = draw(st.none() | any_.WHO)
    return doing(sa.update(tables.conversations).values(owner_id=owner))


def another_contact(draw: Draw) -> Change:
    id_, contact = draw(ANY_CONVERSATION), draw(st.sampled_from(CONTACTS))
    return doing(sa.update(tables.conversations).where(_c.id == id_).values(contact_id=contact))


def conversation_gone(draw: Draw) -> Change:
    id_, chosen = draw(ANY_CONVERSATION), tables.covered_conversations
    return doing(
        sa.delete(chosen).where(chosen.c.conversation_id == id_),
        sa.delete(tables.conversations).where(_c.id == id_),
    )


def person_changed(draw: Draw) -> Change:
    who = draw(any_.WHO)
    column = draw(st.sampled_from(["suspended_at", "removed_at", "role"]))
    value = draw(st.sampled_from(Role) if column == "role" else st.sampled_from([None, NOON]))
    return lambda tx: people.change(tx, who, **{column: value})


def joined(draw: Draw) -> Change:
    return doing(sa.insert(tables.memberships).values(draw(any_.memberships())))


def held(draw: Draw) -> Change:
    return doing(sa.insert(tables.holdings).values(draw(any_.holdings())))


def holdings_ended(_: Draw) -> Change:
    return doing(sa.update(tables.holdings).values(until=NOON))


def team_retired(draw: Draw) -> Change:
    at = draw(st.sampled_from([None, NOON]))
    team = tables.teams.c.id == GROUPS[0]
    return doing(sa.update(tables.teams).where(team).values(retired_at=at))


def away(draw: Draw) -> Change:
    row = draw(any_.absences(draw(st.sampled_from(any_.ABSENCES))))
    where = tables.absences.c.id == row["id"]

    def put(tx: Tx) -> None:
        if not tx.execute(sa.update(tables.absences).where(where).values(row)).rowcount:
            tx.execute(sa.insert(tables.absences).values(row))

    return put


def chosen_for(draw: Draw) -> Change:
    """Whoever a cover chose before."""
    id_, absence = draw(ANY_CONVERSATION), {"id": draw(st.sampled_from(any_.ABSENCES))}
    row = draw(any_.chosen(id_, absence))
    table = tables.covered_conversations

    def put(tx: Tx) -> None:
        where = (table.c.absence_id == absence["id"], table.c.conversation_id == id_)
        tx.execute(sa.delete(table).where(*where))
        there = sa.exists().where(tables.absences.c.id == absence["id"])
        if tx.execute(sa.select(_c.id).where(_c.id == id_, there)).first():
            tx.execute(sa.insert(table).values(row))

    return put


def none_chosen(_: Draw) -> Change:
    return doing(sa.delete(tables.covered_conversations))


def view_shared(draw: Draw) -> Change:
    some = st.sets(st.sampled_from([*GROUPS, *PEOPLE]), max_size=3)
    ids = some.map(lambda named: {"ids": [str(one) for one in named]} if named else None)
    shared, owner = draw(ids | st.just({"all": True})), draw(any_.WHO)
    row = {"id": VIEW, "name": "v", "owner_id": owner, "shared_with": shared, "filter": {}}
    return doing(
        sa.delete(tables.views), sa.insert(tables.views).values(row | {"created_at": NOON})
    )


def opted_out(draw: Draw) -> Change:
    """A number that some conversation has, or none."""
    row = {"id": UUID(int=0xA00), "channel": "sms", "scope": "sender", "scope_id": OWN}
    row |= {"peer_key": f"1202555018{draw(st.integers(0, 2))}", "since": NOON}
    gone = sa.delete(tables.opt_outs)
    return doing(gone, sa.insert(tables.opt_outs).values(row | {"learnt_from": "person"}))


def opted_in(_: Draw) -> Change:
    return doing(sa.delete(tables.opt_outs))


def nothing(_: Draw) -> Change:
    return doing()


CHANGES = (
    *(reassigned, all_reassigned, another_contact, conversation_gone, person_changed, joined),
    *(held, holdings_ended, team_retired, away, chosen_for, none_chosen, view_shared),
    *(opted_out, opted_in, nothing),
)


def doing_all(steps: list[Change]) -> Change:
    def do(tx: Tx) -> None:
        for step in steps:
            step(tx)

    return do


@given(data=st.data(), world=any_.worlds())
@settings(
    max_examples=examples(8),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_r31_after_any_history_the_rows_say_whose_inbox_selects_what(
    office: Office, data: st.DataObject, world: any_.World
) -> None:
    office.now = NOON
    office.change(empty)
    office.change(world.put)
    for _ in range(data.draw(st.integers(1, 8))):
        office.now += data.draw(st.sampled_from([0, 0, 1])) * HOUR
        some = data.draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=2))
        steps = [make(data.draw) for make in some]
        office.change(doing_all(steps))
    office.rebuilt()
