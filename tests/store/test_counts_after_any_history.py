"""Unread, waiting and team state after any history are what a plain count of it says
(R7, R8, R48, R49, R51, R52)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import Role, TeamState
from sms_desk.services import inbox, threads
from sms_desk.services.desk import Desk as Services
from sms_desk.store import tables
from sms_desk.store.ids import new_id
from sms_desk.sync.book import Book
from sms_desk.sync.intake import Arrival, Intake
from tests.fixtures.desk import Desk, desk_at
from tests.fixtures.fake_provider import remote
from tests.fixtures.volume import examples
from tests.store.test_sync_receiving import program

PEERS = ("+12025550142", "+12025550143")
ANY = InboxFilter(state=None)
peers = st.sampled_from(PEERS)


class Heard(NamedTuple):
    """at: the provider's time; seen: ours."""

    at: datetime
    seen: datetime


class Stand(NamedTuple):
    """Where a conversation stands for everybody, and since when."""

    state: str
    until: datetime | None
    since: datetime
    closed: datetime | None


@dataclass
class Talk:
    """The oracle's own record of one conversation. automatic: what no person of either side wrote;
    read: by person, up to which message."""

    stand: Stand
    heard: list[Heard] = field(default_factory=list)
    answered: list[datetime] = field(default_factory=list)
    automatic: list[datetime] = field(default_factory=list)
    read: dict[UUID, datetime] = field(default_factory=dict)

    @property
    def waiting(self) -> datetime | None:
        last = max(self.answered, default=None)
        open_ = [
            one.at
            for one in self.heard
            if (last is None or one.at > last)
            and (self.stand.closed is None or one.seen > self.stand.closed)
        ]
        return min(open_, default=None)

    def unread(self, person: UUID) -> int:
        marker = self.read.get(person)
        return sum(1 for one in self.heard if marker is None or one.at > marker)


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.opened = desk_at(Path(self.folder.name) / "w.db")
        self.desk: Desk = self.opened.__enter__()
        self.talks: dict[str, Talk] = {}
        self.done: list[tuple[UUID, UUID, str, Any, Any]] = []
        self.old = 0
        self.taken = set[datetime]()

    @initialize()
    def furnish(self) -> None:
        self.ben = self.desk.add_person("Ben")
        with self.desk.workspace.write() as tx:
            tx.execute(sa.update(tables.people).values(role=Role.ADMIN))
        program(self.desk, pattern="sale*")
        self.desk.cycle()

    def teardown(self) -> None:
        self.desk.assert_rebuilt()
        self.opened.__exit__(None, None, None)
        self.folder.cleanup()

    # --- help ---

    @property
    def now(self) -> datetime:
        return self.desk.hand.at

    def as_(self, ben: bool) -> Services:
        person = self.ben if ben else self.desk.ann
        return Services(self.desk.workspace, person, clock=lambda: self.desk.hand.at)

    def id_of(self, peer: str) -> UUID:
        found = {row["peer_key"]: row["id"] for row in self.desk.conversations()}
        id_: UUID = found[peer]
        return id_

    def wake(self) -> None:
        """What falls due by now wakes, once."""
        for talk in self.talks.values():
            until = talk.stand.until
            if talk.stand.state == "snoozed" and until is not None and until <= self.now:
                talk.stand = talk.stand._replace(state="open", until=None, since=self.now)

    def cycle(self, seconds: float = 11) -> None:
        self.desk.cycle(seconds)
        self.wake()

    def talk(self, peer: str) -> Talk:
        return self.talks.setdefault(peer, Talk(Stand("open", None, self.now, None)))

    # --- what happens ---

    @rule(peer=peers, n=st.integers(1, 3))
    def customer_writes(self, peer: str, n: int) -> None:
        times = []
        for _ in range(n):
            self.desk.hand.tick(1)
            times.append(self.desk.provider.receive("hello", peer=peer).created_at)
        self.cycle()
        talk = self.talk(peer)
        talk.heard += [Heard(at, self.now) for at in times]
        if talk.stand.state != "open":
            talk.stand = talk.stand._replace(state="open", until=None, since=self.now)

    @rule(peer=peers, automatic=st.booleans())
    def a_machine_writes(self, peer: str, automatic: bool) -> None:
        self.desk.hand.tick(1)
        sent = self.desk.provider.sent_elsewhere("sale today", peer=peer, automatic=automatic)
        self.cycle()
        self.talk(peer).automatic.append(sent.created_at)

    @rule(peer=peers)
    def somebody_writes_elsewhere(self, peer: str) -> None:
        self.desk.hand.tick(1)
        sent = self.desk.provider.sent_elsewhere("coming", peer=peer)
        self.cycle()
        self.talk(peer).answered.append(sent.created_at)

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), ben=st.booleans())
    def person_replies(self, data: Any, ben: bool) -> None:
        peer = data.draw(st.sampled_from(sorted(self.talks)))
        self.desk.hand.tick(1)
        desk, id_ = self.as_(ben), self.id_of(peer)
        stamp = desk.stamp()
        desk.change(
            c.Reply(
                **stamp,
                conversation_id=id_,
                outbox_id=new_id(),
                sender_id=self.desk.sender_id,
                body=f"answer {len(self.desk.provider.posts)}",
                seen_version=desk.read(threads.detail, id_).version,
                not_after=stamp["at"] + timedelta(minutes=30),
            )
        )
        self.cycle()
        talk = self.talk(peer)
        talk.answered.append(self.desk.provider.items[-1].message.created_at)
        if talk.stand.state != "open":
            talk.stand = talk.stand._replace(state="open", until=None, since=self.now)

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), ben=st.booleans(), what=st.sampled_from(("close", "open", "snooze")))
    def person_moves(self, data: Any, ben: bool, what: str) -> None:
        peer = data.draw(st.sampled_from(sorted(self.talks)))
        self.desk.hand.tick(1)
        desk, talk = self.as_(ben), self.talk(peer)
        one, before = c.Targets.one(self.id_of(peer)), talk.stand
        until = self.now + timedelta(hours=2)
        if what == "close":
            done = desk.change(c.Close(**desk.stamp(), targets=one))
            after = Stand("closed", None, self.now, self.now)
        elif what == "open":
            done = desk.change(c.Reopen(**desk.stamp(), targets=one))
            after = before._replace(state="open", until=None, since=self.now)
        else:
            done = desk.change(c.Snooze(**desk.stamp(), targets=one, until=until))
            after = before._replace(state="snoozed", until=until, since=self.now)
        if (before.state, before.until) == (after.state, after.until):
            assert done.undo is None
            return
        talk.stand = after
        self.done.append((desk.person_id, done.command_id, peer, before, after))

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), ben=st.booleans())
    def person_reads(self, data: Any, ben: bool) -> None:
        peer = data.draw(st.sampled_from(sorted(self.talks)))
        desk, talk = self.as_(ben), self.talk(peer)
        row = next(row for row in self.desk.conversations() if row["peer_key"] == peer)
        read = c.MarkRead(**desk.stamp(), conversation_id=row["id"], position=row["last_position"])
        desk.change(read)
        newest = max([*(one.at for one in talk.heard), *talk.answered, *talk.automatic])
        talk.read[desk.person_id] = max(newest, talk.read.get(desk.person_id, newest))

    @precondition(lambda self: any(talk.heard for talk in self.talks.values()))
    @rule(data=st.data(), ben=st.booleans())
    def person_marks_unread(self, data: Any, ben: bool) -> None:
        heard = sorted(peer for peer, talk in self.talks.items() if talk.heard)
        peer = data.draw(st.sampled_from(heard))
        desk, talk = self.as_(ben), self.talk(peer)
        done = desk.change(c.MarkUnread(**desk.stamp(), targets=c.Targets.one(self.id_of(peer))))
        newest = max(one.at for one in talk.heard)
        before = talk.read.get(desk.person_id)
        if before is None or before < newest:
            assert done.undo is None
            return
        talk.read[desk.person_id] = newest - timedelta(microseconds=1)
        self.done.append((desk.person_id, done.command_id, peer, before, None))

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def person_undoes(self, data: Any) -> None:
        n = data.draw(st.integers(0, len(self.done) - 1))
        person, command_id, peer, before, after = self.done.pop(n)
        self.desk.hand.tick(1)
        desk, talk = self.as_(person == self.ben), self.talk(peer)
        if after is None:
            desk.undo(command_id)
            talk.read[person] = max(before, talk.read[person])
        elif talk.stand == after:
            desk.undo(command_id)
            talk.stand = before
        else:
            with pytest.raises(RefusedError):
                desk.undo(command_id)

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), ben=st.booleans(), on=st.booleans())
    def person_tags(self, data: Any, ben: bool, on: bool) -> None:
        peer = data.draw(st.sampled_from(sorted(self.talks)))
        self.desk.hand.tick(1)
        desk, one = self.as_(ben), c.Targets.one(self.id_of(peer))
        tagged = c.AddTag(**desk.stamp(), targets=one, name="coats", tag_id=new_id())
        noted = c.AddNote(
            **desk.stamp(), conversation_id=self.id_of(peer), note_id=new_id(), body="x"
        )
        desk.change(tagged if on else noted)

    @rule(peer=peers, days=st.integers(1, 9), by=st.sampled_from(("contact", "elsewhere")))
    def back_fill_brings(self, peer: str, days: int, by: str) -> None:
        self.old += 1
        self.desk.hand.tick(1)
        at = (self.now - timedelta(days=days)).replace(microsecond=0)
        while at in self.taken:  # of two in one second nobody knows the first
            at -= timedelta(seconds=1)
        self.taken.add(at)
        sid = f"OLD{self.old}"
        listed = remote(sid, "of old", peer=peer, at=at)
        if by == "elsewhere":
            self.desk.provider.sent_elsewhere("of old", peer=peer, at=at, sid=sid)
            listed = self.desk.provider.items.pop().message
        with self.desk.workspace.write() as tx:
            book = Book(tx, self.desk.account_id, at=self.now)
            arrival = Arrival(self.now, live=False, walk_began=self.now)
            Intake(self.desk.account_id, lambda _: None).store(tx, book, [listed], arrival)
        talk = self.talk(peer)
        if by == "contact":
            talk.heard.append(Heard(at, self.now))
        else:
            talk.answered.append(at)

    @rule(hours=st.sampled_from((0.1, 1.0, 3.0)))
    def time_passes(self, hours: float) -> None:
        self.cycle(hours * 3600)

    # --- what must be so ---

    @invariant()
    def counts_are_true(self) -> None:
        if not self.talks:
            return
        shown = {peer: t for peer, t in self.talks.items() if t.heard or t.answered}
        for ben in (False, True):
            desk = self.as_(ben)
            me = desk.person_id
            rows = {row.peer.replace(" ", "").replace("-", ""): row for row in self.page(desk)}
            assert sorted(rows) == sorted(shown)
            for peer, talk in shown.items():
                row = rows[peer]
                assert (row.unread, row.waiting_since, str(row.team_state), row.snoozed_until) == (
                    talk.unread(me),
                    talk.waiting,
                    talk.stand.state,
                    talk.stand.until,
                )
            unread = sum(1 for talk in shown.values() if talk.unread(me))
            waiting = sum(1 for talk in shown.values() if talk.waiting)
            open_ = sum(1 for t in shown.values() if t.waiting and t.stand.state == "open")
            assert desk.read(inbox.count, InboxFilter(state=None, unread=True)) == unread
            assert desk.read(inbox.count, InboxFilter(state=None, waiting=True)) == waiting
            assert desk.read(inbox.rail).all == open_
            assert desk.read(inbox.count, InboxFilter(waiting=True)) == open_
            assert desk.read(inbox.count, InboxFilter(state=TeamState.OPEN)) == sum(
                1 for talk in shown.values() if talk.stand.state == "open"
            )

    @staticmethod
    def page(desk: Services) -> tuple[Any, ...]:
        return desk.read(inbox.page, ANY).rows


Histories.TestCase.settings = settings(
    max_examples=examples(5),
    stateful_step_count=30,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink one takes minutes
)
TestHistories = Histories.TestCase
