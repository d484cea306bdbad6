"""The queries of Covering and Unassigned are the pure rule, on both engines (R25, R31, R49, GC8)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_desk.domain import commands as c
from sms_desk.domain import value_codec
from sms_desk.domain.absences import Absence, Cover, Part, Share, Split
from sms_desk.domain.inbox_filters import InboxFilter, Scope
from sms_desk.domain.model import Role
from sms_desk.domain.responsibility import Presence, responsible
from sms_desk.services import covers, inbox, threads
from sms_desk.store import absences, people, tables
from sms_desk.store import inbox as inbox_store
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.volume import examples
from tests.store.office import Office

DAY = timedelta(days=1)


@pytest.fixture
def office(workspace: Workspace) -> Office:
    return Office(workspace)


def add_absence(office: Office, absence: Absence) -> None:
    with office.workspace.write() as tx:
        tx.execute(
            sa.insert(tables.absences).values(
                id=absence.id,
                person_id=absence.person_id,
                since=absence.since,
                until=absence.until,
                zone=absence.zone,
                permanent=absence.permanent,
                covers=[value_codec.encode(cover) for cover in absence.covers],
                created_by=office.ann,
                created_at=office.now,
            )
        )


def away(
    office: Office,
    person: UUID,
    *substitutes: UUID,
    new: tuple[UUID, ...] | None = None,
    senders: tuple[UUID, ...] = (),
    since: timedelta = -DAY,
    until: timedelta | None = DAY,
) -> Absence:
    def cover(part: Part, some: tuple[UUID, ...]) -> Cover:
        return Cover(part, Split.EVEN if len(some) > 1 else Split.ONE, tuple(map(Share, some)))

    absence = Absence(
        new_id(),
        person,
        office.now + since,
        None if until is None else office.now + until,
        (
            cover(Part.CONVERSATIONS, substitutes),
            cover(Part.INBOUND, substitutes if new is None else new),
            cover(Part.SENDERS, senders),
        ),
    )
    add_absence(office, absence)
    return absence


def listed(office: Office, person: UUID, scope: Scope) -> set[UUID]:
    desk = office.desk(person)
    wanted = InboxFilter(scope=scope)
    rows = {row.id for row in desk.read(inbox.page, wanted, None, 500).rows}
    assert desk.read(inbox.count, wanted) == len(rows)
    assert desk.read(inbox.matching, wanted, rows) == rows
    return rows


def test_r25_every_open_conversation_quiet_or_not_is_with_the_substitute(office: Office) -> None:
    quiet = office.conversation(office.own, "+12025550171", office.ben)
    office.message(quiet, "Thanks", at=office.now - 90 * DAY)
    busy = office.conversation(office.own, "+12025550172", office.ben)
    office.message(busy, "Hello?")
    away(office, office.ben, office.cara)
    assert listed(office, office.cara, Scope.COVERING) == {quiet, busy}
    assert listed(office, office.cara, Scope.MINE) == set()
    assert listed(office, office.ben, Scope.MINE) == {quiet, busy}
    assert office.desk(office.cara).read(inbox.rail).covering == 2


def test_r27_it_returns_by_date_with_nobody_there_to_do_it(office: Office) -> None:
    theirs = office.conversation(office.own, "+12025550171", office.ben)
    office.message(theirs, "Hello?")
    away(office, office.ben, office.cara)
    office.later(days=1)
    assert listed(office, office.cara, Scope.COVERING) == set()
    assert listed(office, office.cara, Scope.ALL) == set()


def test_r25_a_divided_cover_is_everybodys_until_chosen_and_then_never_reshuffled(
    office: Office,
) -> None:
    dan = _rep(office, "Dan")
    ids = [office.conversation(office.own, f"+1202555017{n}", office.ben) for n in range(3)]
    for n, id_ in enumerate(ids):
        office.message(id_, "Hello", at=office.now + timedelta(minutes=n))
    away(office, office.ben, office.cara, dan)
    assert listed(office, office.cara, Scope.COVERING) == set(ids)
    assert listed(office, dan, Scope.COVERING) == set(ids)
    settle(office)
    first = {person: listed(office, person, Scope.COVERING) for person in (office.cara, dan)}
    assert sorted(map(len, first.values())) == [1, 2]
    assert first[office.cara] | first[dan] == set(ids)
    late = office.conversation(office.own, "+12025550179", office.ben)
    office.message(late, "Me too", at=office.now + timedelta(hours=1))
    settle(office)
    then = {person: listed(office, person, Scope.COVERING) for person in (office.cara, dan)}
    assert all(first[person] <= then[person] for person in first)
    assert sorted(map(len, then.values())) == [2, 2], "small divisions stay even, too"


def test_r24_without_a_substitute_it_stands_in_unassigned(office: Office) -> None:
    theirs = office.conversation(office.own, "+12025550171", office.ben)
    office.message(theirs, "Hello?")
    assert theirs not in listed(office, office.ann, Scope.UNASSIGNED)
    away(office, office.ben)
    assert theirs in listed(office, office.ann, Scope.UNASSIGNED)
    assert office.desk(office.ann).read(inbox.rail).unassigned == 1
    assert listed(office, office.cara, Scope.ALL) == set()


def test_r31_a_covering_rep_sees_what_they_cover_and_nothing_else_of_the_absent(
    office: Office,
) -> None:
    dan = _rep(office, "Dan")
    theirs = office.conversation(office.own, "+12025550171", office.ben)
    office.message(theirs, "Hello?")
    foreign = office.conversation(office.own, "+12025550172", office.ann)
    office.message(foreign, "Hello?")
    away(office, office.ben, dan, senders=(dan,))
    assert listed(office, dan, Scope.ALL) == {theirs}
    dans = office.desk(dan)
    with office.workspace.read() as tx:
        reach = dans.read(lambda ctx: ctx.reach)
        assert inbox_store.visible(tx, reach, [theirs, foreign]) == {theirs}
        assert reach.may_use(office.own)
        assert not reach.may_use(office.unheld)


def test_r26_the_loan_ends_with_the_absence(office: Office) -> None:
    dan = _rep(office, "Dan")
    away(office, office.ben, dan, senders=(dan,))
    start = c.StartConversation(
        **office.desk(dan).stamp(),
        conversation_id=new_id(),
        contact_id=new_id(),
        sender_id=office.own,
        channel="sms",  # type: ignore[arg-type]
        peer_raw="+12025550177",
    )
    office.desk(dan).change(start)
    office.later(days=1)
    assert not office.desk(dan).read(lambda ctx: ctx.reach).may_use(office.own)


def test_r31_a_shared_inbox_of_which_everybody_is_away_is_with_whoever_covers_them(
    office: Office,
) -> None:
    dan = _rep(office, "Dan")
    nobodys = office.conversation(office.shared, "+12025550171")
    office.message(nobodys, "Hello?")
    away(office, office.ben, dan, senders=(dan,))
    assert nobodys not in listed(office, dan, Scope.ALL)  # Cara is there
    away(office, office.cara, dan, senders=(dan,))
    assert nobodys in listed(office, dan, Scope.SHARED)


def settle(office: Office) -> None:
    with office.workspace.write() as tx:
        covers.settle(tx, office.now)


def _rep(office: Office, name: str, role: Role = Role.REP) -> UUID:
    id_ = new_id()
    with office.workspace.write() as tx:
        people.insert(tx, id_=id_, name=name, role=role, zone="Europe/Berlin", at=office.now)
    return id_


PLANS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.lists(st.integers(0, 3), max_size=3, unique=True),
        st.none() | st.lists(st.integers(0, 3), max_size=2, unique=True),
    ),
    max_size=5,
)


@settings(
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(plans=PLANS, gone=st.lists(st.integers(1, 3), max_size=1), chosen=st.booleans())
def test_r49_in_any_tangle_of_absences_the_lists_are_what_the_rule_says(
    furnished: Office,
    plans: list[tuple[int, list[int], list[int] | None]],
    gone: list[int],
    chosen: bool,
) -> None:
    office = furnished
    staff = [office.ann, office.ben, office.cara, office.dan]  # type: ignore[attr-defined]
    with office.workspace.write() as tx:
        tx.execute(sa.delete(tables.covered_conversations))
        tx.execute(sa.delete(tables.absences))
        tx.execute(sa.update(tables.people).values(suspended_at=None))
    for person, old, new in plans:
        some = None if new is None else tuple(staff[n] for n in new)
        away(office, staff[person], *(staff[n] for n in old), new=some)
    with office.workspace.write() as tx:
        for n in gone:
            people.change(tx, staff[n], suspended_at=office.now)
    if chosen:
        settle(office)
    with office.workspace.read() as tx:
        here = Presence.at(absences.listing(tx), office.now, people.gone(tx))
        rows = tx.execute(sa.select(tables.conversations)).mappings().all()
        owners = {row["id"]: row["owner_id"] for row in rows if row["listed"]}
        marks = absences.chosen_of(tx, owners)
    answers = {
        id_: responsible(owner, here, marks.get(id_, {})).people
        for id_, owner in owners.items()
        if owner is not None
    }
    for n, person in enumerate(staff):
        if n in gone:
            continue
        covering = {id_ for id_, who in answers.items() if person in who and owners[id_] != person}
        assert listed(office, person, Scope.COVERING) == covering
        assert office.desk(person).read(inbox.rail).covering == len(covering)
        assert covering <= listed(office, person, Scope.ALL)
    queue = {id_ for id_, who in answers.items() if not who}
    if 0 not in gone:
        unassigned = listed(office, office.ann, Scope.UNASSIGNED)
        assert {id_ for id_ in unassigned if owners[id_] is not None} == queue
        assert office.desk(office.ann).read(inbox.rail).unassigned == len(unassigned)


@pytest.fixture
def furnished(local_workspace: Workspace) -> Office:
    office = Office(local_workspace)
    office.dan = _rep(office, "Dan", Role.SUPERVISOR)  # type: ignore[attr-defined]
    owners = [office.ann, office.ben, office.cara, office.dan, None]  # type: ignore[attr-defined]
    for n in range(15):
        id_ = office.conversation(office.own, f"+120255501{n:02d}", owners[n % 5])
        office.message(id_, "Hello?", at=office.now + timedelta(seconds=n))
    return office


def test_r25_list_and_thread_say_for_whom_one_answers_and_until_when(office: Office) -> None:
    theirs = office.conversation(office.own, "+12025550171", office.ben)
    office.message(theirs, "Hello?")
    absence = away(office, office.ben, office.cara)
    cara, ben = office.desk(office.cara), office.desk(office.ben)
    (row,) = cara.read(inbox.rows, [theirs])
    assert (row.covering, row.owner_away, row.owner_name) == (True, True, "Ben")
    (row,) = ben.read(inbox.rows, [theirs])
    assert (row.covering, row.owner_away) == (False, False)  # one knows that of oneself
    cover = cara.read(threads.detail, theirs).cover
    assert cover is not None
    assert (cover.until, cover.answering) == (absence.until, ("Cara",))
    office.later(days=1)
    assert ben.read(threads.detail, theirs).cover is None


def test_r17_a_conversation_that_goes_on_elsewhere_stays_with_who_answers_it(
    office: Office,
) -> None:
    dan = _rep(office, "Dan")
    olds = [office.conversation(office.own, f"+1202555017{n}", office.ben) for n in range(4)]
    news = [office.conversation(office.shared, f"+1202555017{n}", office.ben) for n in range(4)]
    for id_ in olds:
        office.message(id_, "Hello?")
    away(office, office.ben, office.cara, dan)
    settle(office)
    with office.workspace.write() as tx:
        absences.inherit(tx, dict(zip(olds, news, strict=True)))
        chosen = absences.chosen_of(tx, [*olds, *news])
    assert [chosen[id_] for id_ in olds] == [chosen[id_] for id_ in news]
