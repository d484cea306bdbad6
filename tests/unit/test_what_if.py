"""R19, R20: where messages would have gone under another rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.absences import Absence, Cover, Part, Share
from sms_desk.domain.model import HolderKind, RoutingRule
from sms_desk.domain.routing import Facts, Situation, trail
from sms_desk.domain.scopes import Directory, Holding, Membership
from sms_desk.domain.what_if import (
    Arrived,
    Gave,
    Past,
    Place,
    Times,
    Tried,
    Wrote,
    held_by,
    try_out,
    with_rule,
)

ANN, BOB, CARA, WEST, LINE, OTHER = (UUID(int=n) for n in range(1, 7))
PEOPLE = (ANN, BOB, CARA)
CONTACTS = tuple(UUID(int=n) for n in range(11, 15))
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def holding(kind: HolderKind, id_: UUID, rule: RoutingRule | None, to: UUID | None) -> Holding:
    return Holding(LINE, kind, id_, START - timedelta(days=9), None, rule, to)


@dataclass
class History:
    """A desk in small, of which every step is written down as the store has it."""

    directory: Directory
    gone: dict[UUID, datetime] = field(default_factory=dict)
    now: datetime = START
    owner: dict[UUID, UUID | None] = field(default_factory=dict)
    whose: dict[UUID, UUID] = field(default_factory=dict)
    wrote: list[Wrote] = field(default_factory=list)
    gave: list[Gave] = field(default_factory=list)
    turns: list[UUID] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)

    def past(self) -> Past:
        return Past(self.wrote, dict(self.whose), self.gave[::-1])

    def situation(self) -> Situation:
        left = frozenset(one for one, at in self.gone.items() if at <= self.now)
        here = self.directory.people - left
        return Situation(replace(self.directory, people=here, suspended=left), self.now)

    def arrives(self, contact: UUID) -> None:
        """A contact writes; a conversation has the id of its contact."""
        owner = self.owner.get(contact)
        routed = None
        if owner is None:
            found = [each for each in reversed(self.wrote) if each.contact_id == contact]
            writers = tuple(dict.fromkeys(each.author_id for each in found))
            facts = Facts(writers, self.whose.get(contact), tuple(self.turns))
            routed = self.situation().decide(LINE, facts)
            owner = self.owner[contact] = routed.owner_id
            if routed.rule == "round_robin" and owner is not None:
                self.turns.insert(0, owner)
        n = len(self.arrived)
        told = trail(routed, owner)
        self.arrived.append(Arrived(UUID(int=1000 + n), contact, contact, n, self.now, told))

    def step(self, what: str, contact: UUID, person: UUID) -> None:
        self.now += timedelta(hours=1)
        match what:
            case "arrives":
                self.arrives(contact)
            case "arrives twice":  # in one batch, which has one trail
                self.arrives(contact)
                n, first = len(self.arrived), self.arrived[-1]
                self.arrived.append(replace(first, message_id=UUID(int=1000 + n), position=n))
            case "writes":
                self.wrote.append(Wrote(self.now, len(self.wrote), contact, person))
            case "assigns":
                self.owner[contact] = person
            case "takes off":
                self.owner[contact] = None
            case "gives":
                self.gave.append(Gave(self.now, contact, self.whose.get(contact)))
                self.whose[contact] = person
            case "leaves":
                self.gone.setdefault(person, self.now)


SOMEBODY = st.sampled_from(PEOPLE)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("arrives", "arrives", "arrives", "arrives twice", "writes"),
                *("assigns", "takes off", "gives", "leaves"),
            )
        ),
        st.sampled_from(CONTACTS),
        SOMEBODY,
    ),
    max_size=40,
)
RULES = st.sampled_from((None, *RoutingRule))


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    rule = draw(RULES)
    to = draw(SOMEBODY) if rule is RoutingRule.NAMED else None
    people = draw(st.lists(SOMEBODY, unique=True))
    holdings = [holding(HolderKind.PERSON, one, rule, to) for one in people]
    if draw(st.booleans()):
        holdings.append(holding(HolderKind.TEAM, WEST, rule, to))
    hours = st.integers(0, 40)
    absences = []
    for n, one in enumerate(draw(st.lists(SOMEBODY, max_size=3))):
        begins, lasts = draw(hours), draw(hours)
        shares = tuple(Share(each) for each in draw(st.lists(SOMEBODY, max_size=1)) if each != one)
        since = START + timedelta(hours=begins)
        covers = (Cover(Part.CONVERSATIONS, shares=shares), Cover(Part.INBOUND, shares=shares))
        until = since + timedelta(hours=lasts)
        absences.append(Absence(UUID(int=100 + n), one, since, until, covers))
    members = tuple(
        Membership(one, WEST, START + timedelta(hours=draw(hours)), None)
        for one in draw(st.lists(SOMEBODY, unique=True))
    )
    return Directory(
        tuple(holdings),
        members,
        frozenset({LINE, OTHER}),
        people=frozenset(PEOPLE),
        absences=tuple(absences),
    )


def lived(directory: Directory, steps: Sequence[tuple[str, UUID, UUID]]) -> History:
    made = History(directory)
    for step in steps:
        made.step(*step)
    return made


def tried(
    made: History, holdings: Sequence[Holding], past: Past | None = None
) -> tuple[Tried, ...]:
    directory = held_by(made.directory, LINE, holdings)
    return try_out(made.arrived, LINE, Times(directory, made.gone), past or made.past())


@given(directories(), STEPS)
def test_r20_the_unchanged_rule_sends_everything_where_it_went(
    directory: Directory, steps: list[tuple[str, UUID, UUID]]
) -> None:
    made = lived(directory, steps)
    found = tried(made, directory.holdings)
    assert [each.arrived for each in found] == made.arrived
    assert not [each for each in found if each.differs]


@given(directories(), STEPS, RULES, SOMEBODY)
def test_r19_r31_another_rule_moves_nothing_that_a_person_gave_away(
    directory: Directory, steps: list[tuple[str, UUID, UUID]], rule: RoutingRule | None, to: UUID
) -> None:
    made = lived(directory, steps)
    named = to if rule is RoutingRule.NAMED else None
    before: dict[UUID, UUID | None] = {}
    for each in tried(made, with_rule(directory.holdings, rule, named)):
        contact = each.arrived.contact_id
        if each.arrived.was_owned and before.get(contact) != each.arrived.went.owner_id:
            assert not each.differs, "somebody moved it in between"
        before[contact] = each.arrived.went.owner_id
        if each.routing is not None and each.routing.owner_id is not None:
            gone = {one for one, at in made.gone.items() if at <= each.arrived.at}
            assert each.routing.owner_id not in gone


def both(rule: RoutingRule | None = None) -> Directory:
    """Ann and Bob hold it."""
    held = tuple(holding(HolderKind.PERSON, one, rule, None) for one in (ANN, BOB))
    return Directory(held, (), frozenset({LINE}), people=frozenset(PEOPLE))


def test_r20_what_follows_stays_with_whom_the_other_rule_chose() -> None:
    one, two = CONTACTS[:2]
    made = lived(both(), [("arrives", one, ANN), ("arrives", two, ANN), ("arrives", one, ANN)])
    found = tried(made, with_rule(made.directory.holdings, RoutingRule.NAMED, CARA))
    assert {each.arrived.went for each in found} == {Place(None, "shared_inbox")}
    assert [each.would for each in found] == [Place(CARA)] * 3
    assert [each.routing is None for each in found] == [False, False, True]
    turns = tried(made, with_rule(made.directory.holdings, RoutingRule.ROUND_ROBIN, None))
    assert [each.would.owner_id for each in turns] == [ANN, BOB, ANN]


def test_r20_only_what_was_known_before_each_message_counts() -> None:
    contact = CONTACTS[0]
    steps = [("arrives", contact, ANN), ("writes", contact, BOB), ("arrives", contact, ANN)]
    made = lived(both(), steps)
    found = tried(made, with_rule(made.directory.holdings, RoutingRule.LAST_SENDER, None))
    assert [each.would.owner_id for each in found] == [None, BOB]
    made = lived(both(), [("arrives", contact, ANN), ("gives", contact, BOB), *steps[2:]])
    found = tried(made, with_rule(made.directory.holdings, RoutingRule.OWNER, None))
    assert [each.would.owner_id for each in found] == [None, BOB]
    # Asked later, when the contact has gone to somebody else: it is still taken back to then.
    made.step("gives", contact, CARA)
    assert tried(made, with_rule(made.directory.holdings, RoutingRule.OWNER, None)) == found


def test_r20_two_messages_of_one_batch_are_one_turn() -> None:
    steps = [("arrives twice", CONTACTS[0], ANN), ("arrives", CONTACTS[1], ANN)]
    made = lived(both(RoutingRule.ROUND_ROBIN), steps)
    assert [each.went.owner_id for each in made.arrived] == [ANN, ANN, BOB]
    found = tried(made, made.directory.holdings)
    assert not [each for each in found if each.differs]


def test_r20_turns_go_on_from_those_before() -> None:
    made = lived(both(), [("arrives", CONTACTS[0], ANN)])
    rule = with_rule(made.directory.holdings, RoutingRule.ROUND_ROBIN, None)
    after_ann = replace(made.past(), turns=(ANN,))
    assert [each.would.owner_id for each in tried(made, rule, after_ann)] == [BOB]
    assert [each.would.owner_id for each in tried(made, rule)] == [ANN]


def test_r12_other_holders_are_tried_as_if_they_had_always_held_it() -> None:
    made = lived(both(), [("arrives", CONTACTS[0], ANN)])
    late = replace(holding(HolderKind.PERSON, CARA, None, None), since=START + timedelta(days=9))
    assert [each.would for each in tried(made, [late])] == [Place(CARA)]
    assert [each.would for each in tried(made, [])] == [Place(None, "unrouted")]
    assert tried(made, [])[0].routing is not None
