"""Receiving through whole cycles: R3, R49, R51, R53, R55-R57, R60, R61, R63, GR2-GR6."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sms_desk.domain.delivery import Report
from sms_desk.domain.errors import (
    CredentialError,
    NotFoundError,
    ProviderRefusal,
    ProviderUnreachable,
    RateLimited,
)
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    DeliveryStatus,
    Direction,
    HolderKind,
    SenderDirection,
    SenderKind,
    TeamState,
)
from sms_desk.domain.team_state import CLOSED, State
from sms_desk.providers.base import (
    Directory,
    Page,
    Poison,
    RemoteMessage,
    RemoteSender,
    RemoteService,
)
from sms_desk.store import (
    accounts,
    conversations,
    messages,
    my_states,
    opt_outs,
    programs,
    scans,
    search_index,
    tables,
    team_states,
    unplaced,
)
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.sync import walks
from sms_desk.sync.audit import Auditor
from sms_desk.sync.book import Book
from sms_desk.sync.intake import Arrival, Intake
from sms_desk.sync.receive import Receiver
from tests.fixtures.desk import Desk, desk_at, hold
from tests.fixtures.fake_provider import CUSTOMER, START, US, remote


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "w.db") as made:
        yield made


def program(desk: Desk, kind: str = "campaign", days: int = 30, **binding: object) -> object:
    """A program with one binding."""
    program_id = new_id()
    with desk.workspace.write() as tx:
        programs.save(
            tx,
            {
                "id": program_id,
                "kind": kind,
                "name": kind,
                "attribution_days": days,
                "takes_replies": True,
                "created_at": START,
            },
        )
        names = {
            "sender_id": BindingKind.SENDER,
            "service_id": BindingKind.MESSAGING_SERVICE,
            "pattern": BindingKind.PATTERN,
        }
        for name, value in binding.items():
            programs.bind(
                tx,
                {
                    "id": new_id(),
                    "program_id": program_id,
                    "kind": names[name],
                    name: value,
                    "since": START,
                },
            )
    return program_id


def close(desk: Desk) -> None:
    with desk.workspace.write() as tx:
        ids = [desk.conversation()["id"]]
        team_states.set_state(tx, ids, CLOSED, desk.hand.at)
        conversations.refresh(tx, ids)


# --- one row, in place ----------------------------------------------------------------------------


def test_a_message_stands_in_a_conversation_that_its_holder_owns(desk: Desk) -> None:
    desk.provider.receive("hello")
    desk.cycle()
    conversation = desk.conversation()
    assert conversation["owner_id"] == desk.ann
    assert conversation["listed"]
    assert conversation["waiting_since"] == START
    (routed,) = desk.events()
    assert routed["detail"]["trail"] == {
        "rule": "one_holder",
        "candidates": [str(desk.ann)],
        "outcome": "owner",
    }


def test_where_nothing_is_new_no_message_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cycle each ten seconds writes down only that it was there: a write wakes every window."""
    sent = desk.provider.sent_elsewhere("hello", status=DeliveryStatus.QUEUED)
    desk.settle(30)
    stored: list[str] = []
    store = Intake.store

    def watched(self: Intake, tx: Tx, book: Book, listed: Any, arrival: Arrival) -> Any:
        stored.extend(message.sid for message in listed)
        return store(self, tx, book, listed, arrival)

    monkeypatch.setattr(Intake, "store", watched)
    desk.settle(60)
    assert not stored
    desk.provider.set_status(sent.sid, DeliveryStatus.DELIVERED)
    desk.cycle(10)
    assert stored == [sent.sid]


def test_the_same_message_any_number_of_times_is_one_row(desk: Desk) -> None:
    """R55."""
    desk.provider.receive("hello")
    for _ in range(5):
        desk.cycle(10, force=True)
    assert len(desk.messages()) == 1


def test_eight_deliverers_at_once_make_one_row_each(desk: Desk) -> None:
    """GR2, R55, GR3: first messages of many peers arrive through eight doors together."""
    listed = [
        remote(f"SM{n}", f"text {n}", peer=f"+1202555{n % 7:04d}", at=START + timedelta(seconds=n))
        for n in range(60)
    ]
    errors: list[Exception] = []

    def deliver(order: int) -> None:
        intake = Intake(desk.account_id, lambda _body: None)
        try:
            mine = listed[order:] + listed[:order]
            for start in range(0, len(mine), 9):
                with desk.workspace.write() as tx:
                    book = Book(tx, desk.account_id, at=START)
                    arrival = Arrival(START, live=True, walk_began=START)
                    intake.store(tx, book, mine[start : start + 9], arrival)
        except Exception as error:  # noqa: BLE001 (a thread ends here; the test tells)
            errors.append(error)

    threads = [threading.Thread(target=deliver, args=(n * 7,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(desk.messages()) == 60
    assert len(desk.conversations()) == 7
    assert all(row["version"] == len(own(desk, row["id"])) for row in desk.conversations())


def own(desk: Desk, conversation_id: object) -> list[object]:
    return [row for row in desk.messages() if row["conversation_id"] == conversation_id]


def test_messages_of_one_second_keep_an_order_that_no_arrival_changes(tmp_path: Path) -> None:
    """R56: whichever comes first, the thread is the same."""
    orders = []
    for n, order in enumerate(permutations(range(3))):
        with desk_at(tmp_path / f"{n}.db") as desk:
            for k in order:
                desk.provider.receive(f"text {k}", sid=f"SM{k}", at=START)
                desk.cycle(10)
            orders.append([row["body"] for row in desk.messages()])
    assert sorted(orders[0]) == ["text 0", "text 1", "text 2"]
    assert all(order == orders[0] for order in orders)


def test_positions_that_meet_step_aside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sms_desk.sync.intake.positions.of_message", lambda *_, **__: 4000)
    for n in range(4):
        desk.provider.receive(f"text {n}", sid=f"SM{n}")
    desk.cycle()
    desk.provider.receive("text 4", sid="SM4")
    desk.cycle(10)
    assert [row["position"] for row in desk.messages()] == [4000, 4004, 4008, 4012, 4016]
    with desk.workspace.read() as tx:
        assert search_index.differences(tx) == []


@pytest.mark.parametrize(
    ("peer", "kind_of_reply"),
    [("22000", "short code"), ("TWILIO", "name"), ("+5215512345678", "number"), ("??", "unknown")],
)
def test_odd_senders_are_kept_as_they_are(desk: Desk, peer: str, kind_of_reply: str) -> None:
    """R53: nothing is parsed with a country."""
    desk.provider.receive(f"from a {kind_of_reply}", peer=peer)
    desk.cycle()
    assert desk.conversation()["reply_raw"] == peer
    assert desk.messages()[0]["peer_raw"] == peer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5215512345678", "+525512345678"),
        ("+5511987654321", "+551187654321"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_two_spellings_meet_and_the_reply_goes_to_the_latest(
    desk: Desk, one: str, other: str
) -> None:
    """R1, R53."""
    desk.provider.receive("a", peer=one)
    desk.cycle()
    desk.provider.receive("b", peer=other, at=START + timedelta(seconds=60))
    desk.cycle(60)
    assert desk.conversation()["reply_raw"] == other
    assert len(desk.messages()) == 2


def test_whatsapp_and_sms_are_two_conversations_of_one_contact(desk: Desk) -> None:
    """R1, R2."""
    desk.provider.receive("sms")
    desk.provider.receive("whatsapp", channel=Channel.WHATSAPP)
    desk.cycle()
    first, second = desk.conversations()
    assert first["contact_id"] == second["contact_id"]
    assert {first["channel"], second["channel"]} == {"sms", "whatsapp"}
    assert len(desk.rows(tables.sender_ids)) == 2


def test_a_number_of_ours_that_nobody_listed_is_made(desk: Desk) -> None:
    desk.provider.receive("to an unknown number of ours", ours="+12025550177")
    changes = desk.cycle()
    made = [row for row in desk.rows(tables.sender_ids) if row["address"] == "+12025550177"]
    assert [(row["label"], row["kind"]) for row in made] == [("", "long_code")]
    assert {"sender"} <= {str(thing) for thing in changes.touched}
    assert desk.conversation()["owner_id"] is None
    assert desk.events()[0]["detail"]["trail"]["outcome"] == "unrouted"


def test_a_one_way_senders_messages_stand_in_its_inbound_numbers_conversation(desk: Desk) -> None:
    """R60."""
    desk.add_sender(
        "ACME",
        kind=SenderKind.ALPHANUMERIC,
        direction=SenderDirection.OUTGOING,
        inbound_id=desk.sender_id,
    )
    desk.provider.sent_elsewhere("Sale! Text JOIN to us.", ours="ACME")
    desk.provider.receive("JOIN", at=START + timedelta(seconds=5))
    desk.cycle(10)
    assert desk.conversation()["sender_id"] == desk.sender_id
    assert len(desk.messages()) == 2


def test_a_message_without_a_sender_waits_and_is_placed_when_it_has_one(desk: Desk) -> None:
    """R61."""
    sent = desk.provider.sent_elsewhere("from a service", ours="", status=DeliveryStatus.QUEUED)
    desk.cycle()
    with desk.workspace.read() as tx:
        assert [row["why"] for row in unplaced.listing(tx)] == [unplaced.NO_SENDER]
    assert desk.messages() == []
    desk.provider.set_sender(sent.sid, US)
    desk.cycle(10)
    assert len(desk.messages()) == 1
    with desk.workspace.read() as tx:
        assert unplaced.listing(tx) == []


def test_a_message_whose_peer_is_blanked_joins_nobodys_conversation(desk: Desk) -> None:
    """GR6: it is kept as it came."""
    sent = desk.provider.receive("secret", peer=" ")
    desk.cycle()
    assert desk.conversations() == []
    with desk.workspace.read() as tx:
        assert [row["provider_sid"] for row in unplaced.listing(tx)] == [sent.sid]


def test_poison_stops_neither_its_neighbours_nor_the_loop(desk: Desk) -> None:
    """GR6, at each of five places of the page."""
    for at in range(5):
        desk.provider.poison.append((at, Poison(f"PX{at}", '{"sid": 1}', "no date")))
    for n in range(5):
        desk.provider.receive(f"text {n}")
    desk.cycle()
    desk.cycle(10)
    assert len(desk.messages()) == 5
    with desk.workspace.read() as tx:
        assert len(unplaced.listing(tx)) == 5


@pytest.mark.allow_log("sms_desk.sync.receive")
@pytest.mark.parametrize("at", range(5))
def test_a_message_that_cannot_be_stored_is_set_aside_alone(
    desk: Desk, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GR6."""
    for n in range(5):
        desk.provider.receive(f"text {n}", sid=f"SM{n}")
    make = Intake._row

    def brittle(self: Intake, book: Book, message: object, *rest: object) -> object:
        if getattr(message, "sid", "") == f"SM{at}":
            raise ValueError("this one")
        return make(self, book, message, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Intake, "_row", brittle)
    desk.cycle()
    assert len(desk.messages()) == 4
    with desk.workspace.read() as tx:
        (kept,) = unplaced.listing(tx)
    assert kept["provider_sid"] == f"SM{at}"


@pytest.mark.parametrize("body", ["\0only\0nul", "x" * 1_000_000, "\ud800 alone", "", "<b>&amp;"])
def test_any_body_is_stored_whole(desk: Desk, body: str) -> None:
    desk.provider.receive(body)
    desk.cycle()
    assert desk.messages()[0]["body"] == body.replace("\ud800", "�")
    assert len(desk.conversation()["snippet"]) <= 200


def test_a_date_of_the_year_9999_ends_no_walk(desk: Desk) -> None:
    """GR6: nor does it hide what is late."""
    desk.provider.receive("from the future", at=datetime(9999, 12, 31, tzinfo=UTC))
    desk.settle(60)
    desk.provider.page_size = 3
    for n in range(30):
        desk.provider.receive(f"text {n}", lag=timedelta(hours=2 if n == 3 else 0))
        desk.cycle(60)
    desk.settle(3 * 3600, step=600)
    assert len(desk.messages()) == 31


# --- being away -------------------------------------------------------------------------------------


def test_three_days_offline_leave_no_hole(desk: Desk) -> None:
    desk.cycle()
    desk.provider.page_size = 10
    desk.provider.broken = ProviderUnreachable("Nobody answers.")
    for n in range(200):
        desk.provider.receive(f"text {n}", peer=f"+1202555{n % 9:04d}")
        desk.hand.tick(1296)
        if n % 5 == 0:
            desk.cycle()
    assert desk.messages() == []
    assert desk.line()["condition"] == "offline"
    desk.provider.broken = None
    desk.cycle(300)
    assert len(desk.messages()) == 200
    assert not any(row["late"] for row in desk.messages())
    assert desk.line()["condition"] == "online"


@pytest.mark.parametrize("known_before", [0, 1])
def test_a_walk_that_is_cut_off_leaves_no_hole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, known_before: int
) -> None:
    """The cursor moves only when the walk has come to its end; nothing else has to heal it."""
    monkeypatch.setattr(Receiver, "due", lambda *_: [walks.HOT])
    monkeypatch.setattr(Auditor, "run", lambda *_: ())
    for _ in range(known_before):
        desk.provider.receive("known before")
    desk.cycle()
    desk.provider.page_size = 10
    for n in range(60):
        desk.provider.receive(f"text {n}")
        desk.hand.tick(1200)
    pages = iter(range(100))

    def cut() -> None:
        if next(pages) == 2:
            raise ProviderUnreachable("Cut off.")

    desk.provider.on_page = cut
    desk.cycle(10)
    assert len(desk.messages()) == 20 + known_before
    desk.cycle(300)
    assert len(desk.messages()) == 60 + known_before


def test_a_list_that_leads_in_a_circle_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(30):
        desk.provider.receive(f"text {n}")
    desk.provider.page_size = 10
    circle = desk.provider.next_page
    monkeypatch.setattr(desk.provider, "next_page", lambda path: circle("q0/10/10"))
    desk.cycle()
    desk.cycle(10)
    assert desk.line()["condition"] == "offline"
    assert desk.provider.calls < 20


def test_back_fill_stops_and_goes_on_where_it_was(desk: Desk) -> None:
    for n in range(900):
        desk.provider.receive(f"text {n}", at=START - timedelta(hours=n), peer=CUSTOMER)
    desk.provider.page_size = 50
    desk.cycle()
    with desk.workspace.write() as tx:
        scans.stop_backfill(tx, desk.account_id, at=desk.hand.at)
    some = len(desk.messages())
    desk.settle(60)
    assert desk.line()["history"]["stopped"], "as desks of a team are told (R63)"
    assert len(desk.messages()) == some < 900
    newest_first = [row["body"] for row in desk.messages()][::-1]
    assert newest_first == [f"text {n}" for n in range(some)]
    with desk.workspace.write() as tx:
        scans.resume_backfill(tx, desk.account_id, at=desk.hand.at)
    desk.restart()
    for _ in range(12):
        desk.cycle(10)
    assert len(desk.messages()) == 900
    with desk.workspace.read() as tx:
        state = scans.backfill(tx, desk.account_id)
    assert state.done
    assert state.count >= 850


@pytest.mark.parametrize("lasts", [True, False], ids=["the link lasts", "the link is refused"])
@pytest.mark.parametrize("how", ["stopped", "cut off"])
def test_back_fill_that_goes_on_misses_no_row_without_a_sent_date(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str, lasts: bool
) -> None:
    """§1.6: what failed before it was sent has none, and a filter by date leaves it out."""
    for n in range(300):
        at = START - timedelta(hours=12 * n)
        made = desk.provider.receive(f"text {n}", at=at, peer=CUSTOMER)
        if n % 3 == 0:
            desk.provider.items[-1].message = replace(made, sent_at=None)
    desk.provider.page_size = 20
    with desk.workspace.write() as tx:
        scans.choose_backfill(tx, desk.account_id, START - timedelta(days=140), at=START)
    desk.cycle()
    some = len(desk.messages())
    assert some < 200
    if how == "cut off":
        desk.provider.broken = ProviderUnreachable("Cut off.")
        desk.cycle(10)
        desk.provider.broken = None
    else:
        with desk.workspace.write() as tx:
            scans.stop_backfill(tx, desk.account_id, at=desk.hand.at)
            scans.resume_backfill(tx, desk.account_id, at=desk.hand.at)
    desk.restart()
    if not lasts:
        follow = desk.provider.next_page

        def refused(path: str) -> Page:
            monkeypatch.setattr(desk.provider, "next_page", follow)
            raise ProviderRefusal("This page is gone.", code="20006")

        monkeypatch.setattr(desk.provider, "next_page", refused)
    for _ in range(20):
        desk.cycle(300)
    stored = {row["body"] for row in desk.messages()}
    assert {f"text {n}" for n in range(280)} <= stored


def test_back_fill_goes_as_far_back_as_was_chosen(desk: Desk) -> None:
    for n in range(40):
        desk.provider.receive(f"day {n}", at=START - timedelta(days=n))
    desk.provider.page_size = 5
    with desk.workspace.write() as tx:
        scans.choose_backfill(tx, desk.account_id, START - timedelta(days=10), at=START)
    desk.settle(200)
    assert 11 <= len(desk.messages()) <= 20


def test_back_filled_messages_lift_nothing(desk: Desk) -> None:
    """R49, R56: what is old reopens nothing, and is not late."""
    for n in range(9):
        desk.provider.receive(f"old {n}", at=START - timedelta(days=30 + 10 * n))
    desk.provider.page_size = 3
    with desk.workspace.write() as tx:
        scans.stop_backfill(tx, desk.account_id, at=START)
    other = desk.start()
    desk.cycle()
    some = len(desk.messages())
    with desk.workspace.write() as tx:
        team_states.set_state(tx, [other], CLOSED, desk.hand.tick(60))
        scans.resume_backfill(tx, desk.account_id, at=START)
    desk.settle(60)
    assert some < len(desk.messages()) == 9
    assert desk.conversation()["team_state"] == "closed"
    assert not any(row["late"] for row in desk.messages())


def test_a_first_message_that_a_back_fill_brings_reopens_nothing(desk: Desk) -> None:
    """R49: even where the thread was empty when somebody closed it."""
    desk.provider.receive("years ago", at=START - timedelta(days=700))
    conversation_id = desk.start()
    with desk.workspace.write() as tx:
        team_states.set_state(tx, [conversation_id], CLOSED, desk.hand.at)
    desk.settle(30)
    assert desk.conversation()["team_state"] == "closed"


# --- team state (R49), waiting (R8), lateness (GR5) -------------------------------------------------


def test_a_customers_reply_reopens_and_waits_again(desk: Desk) -> None:
    desk.provider.receive("hello")
    desk.cycle()
    close(desk)
    assert desk.conversation()["waiting_since"] is None
    desk.cycle(60)
    assert desk.conversation()["team_state"] == "closed"
    later = desk.provider.receive("again")
    desk.cycle(10)
    conversation = desk.conversation()
    assert conversation["team_state"] == "open"
    assert conversation["waiting_since"] == later.created_at
    assert desk.events()[-1]["kind"] == "reopened"


def test_a_reply_in_the_instant_of_the_close_waits(desk: Desk) -> None:
    """A clock that stands still, or goes back, hides nobody."""
    desk.provider.receive("hello")
    desk.cycle()
    close(desk)
    desk.provider.receive("again", lag=timedelta(seconds=-10))
    desk.hand.tick(-5)
    desk.cycle(force=True)
    assert desk.conversation()["team_state"] == "open"
    assert desk.conversation()["waiting_since"] is not None


@pytest.mark.parametrize("what", ["receipt", "program", "automatic"])
def test_nothing_else_reopens(desk: Desk, what: str) -> None:
    """R49, R51."""
    program(desk, pattern="sale*")
    desk.provider.receive("hello")
    sent = desk.provider.sent_elsewhere("on its way", status=DeliveryStatus.SENT)
    desk.cycle(10)
    close(desk)
    if what == "receipt":
        desk.provider.set_status(sent.sid, DeliveryStatus.DELIVERED)
    else:
        desk.hand.tick(60)
        desk.provider.sent_elsewhere("Sale today", automatic=what == "automatic")
    desk.cycle(10, force=True)
    assert desk.conversation()["team_state"] == "closed"


def test_an_automatic_or_program_message_answers_nobody(desk: Desk) -> None:
    """R8, R51."""
    program(desk, pattern="sale*")
    desk.provider.receive("hello")
    desk.hand.tick(5)
    desk.provider.sent_elsewhere("We are closed.", automatic=True)
    desk.provider.sent_elsewhere("Sale today")
    desk.cycle(10)
    assert desk.conversation()["waiting_since"] == START
    desk.provider.sent_elsewhere("From another screen")
    desk.cycle(10)
    assert desk.conversation()["waiting_since"] is None


def test_silent_recipients_are_not_listed(desk: Desk) -> None:
    """R51."""
    program(desk, pattern="sale*")
    desk.provider.sent_elsewhere("Sale today")
    desk.cycle()
    assert not desk.conversation()["listed"]
    desk.hand.tick(60)
    desk.provider.receive("how much?")
    desk.cycle()
    assert desk.conversation()["listed"]
    assert desk.messages()[0]["body"] == "Sale today"


def test_a_message_found_late_is_marked_and_unread_again(desk: Desk) -> None:
    """GR5."""
    desk.provider.receive("first")
    late = desk.provider.receive("late", at=START + timedelta(seconds=10), lag=timedelta(minutes=5))
    desk.provider.receive("second", at=START + timedelta(seconds=20))
    desk.provider.sent_elsewhere("sent", at=START + timedelta(seconds=5), lag=timedelta(minutes=5))
    desk.cycle(30)
    conversation = desk.conversation()
    with desk.workspace.write() as tx:
        my_states.set_many(
            tx, desk.ann, {conversation["id"]: {"read_position": conversation["last_position"]}}
        )
    desk.settle(600)
    marks = {row["body"]: row["late"] for row in desk.messages()}
    assert marks == {"first": False, "sent": False, "late": True, "second": False}
    with desk.workspace.read() as tx:
        read = my_states.read_positions(tx, desk.ann, [conversation["id"]])
        stored = messages.known(tx, desk.account_id, [late.sid])[late.sid]
    assert read[conversation["id"]] < stored.position


# --- sources ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_source_does_not_depend_on_the_order_of_arrival(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """R3: newest-first back-fill brings the reply before the campaign that it answers."""
    listed = [
        remote("SM0", "Sale today", direction=Direction.OUTBOUND, at=START),
        remote("SM1", "how much?", at=START + timedelta(hours=1)),
        remote("SM2", "hello?", at=START + timedelta(days=45)),
    ]
    with desk_at(tmp_path / "w.db") as desk:
        program_id = program(desk, pattern="sale*")
        intake = Intake(desk.account_id, lambda _body: None)
        for n in order:
            with desk.workspace.write() as tx:
                book = Book(tx, desk.account_id, at=START)
                arrival = Arrival(START, live=False, walk_began=START)
                intake.store(tx, book, [listed[n]], arrival)
        stored = {row["provider_sid"]: row for row in desk.messages()}
        assert stored["SM1"]["program_id"] == program_id
        assert stored["SM1"]["source_reason"] == "recent_send"
        assert stored["SM2"]["program_id"] is None
        assert desk.conversation()["source_kind"] == "direct"


def test_a_sender_that_is_dedicated_names_the_program(desk: Desk) -> None:
    program_id = program(desk, "service", sender_id=desk.sender_id)
    desk.provider.receive("help me")
    desk.cycle()
    conversation = desk.conversation()
    assert conversation["source_program_id"] == program_id
    assert (conversation["source_kind"], conversation["source_reason"]) == ("service", "dedicated")


def test_services_and_senders_are_discovered_and_name_programs(desk: Desk) -> None:
    """R61."""
    desk.provider.directory_answer = Directory(
        (
            RemoteSender(
                Channel.SMS, US, SenderKind.LONG_CODE, "US", "Main", SenderDirection.BOTH, "PN1"
            ),
        ),
        (RemoteService("MG1", "Reminders", frozenset({(Channel.SMS, US)})),),
    )
    desk.cycle()
    (sender,) = desk.rows(tables.sender_ids)
    assert (sender["label"], sender["country"]) == ("Main", "US")
    (service,) = desk.rows(tables.messaging_services)
    program_id = program(desk, "service", service_id=service["id"])
    desk.provider.sent_elsewhere("See you tomorrow", service_sid="MG1")
    desk.cycle(10)
    assert desk.messages()[0]["program_id"] == program_id
    assert desk.messages()[0]["origin"] == "program"


def test_senders_whose_host_was_away_are_asked_for_again_soon(desk: Desk) -> None:
    desk.provider.directory_answer = Directory((), (), unanswered=("short codes",))
    desk.provider.receive("hello")
    desk.cycle()
    assert [row["body"] for row in desk.messages()] == ["hello"]
    told = "The provider gave no answer about its short codes."
    assert (desk.line()["condition"], desk.line()["title"]) == ("online", told)
    code = RemoteSender(
        Channel.SMS, "70707", SenderKind.SHORT_CODE, "US", "Code", SenderDirection.BOTH, "SC1"
    )
    desk.provider.directory_answer = Directory((code,), ())
    desk.restart()
    desk.cycle(9 * 60)
    assert "Code" not in {row["label"] for row in desk.rows(tables.sender_ids)}
    assert desk.line()["title"] == told
    desk.cycle(2 * 60)
    assert "Code" in {row["label"] for row in desk.rows(tables.sender_ids)}
    assert desk.line()["title"] == ""


# --- receipts ---------------------------------------------------------------------------------------


def test_a_receipt_that_comes_first_is_applied_later(desk: Desk) -> None:
    """R57."""
    with desk.workspace.write() as tx:
        early = Report(DeliveryStatus.DELIVERED, "delivered")
        assert messages.report(tx, desk.account_id, "SM9", early, at=START) is None
    desk.provider.sent_elsewhere("on its way", sid="SM9", status=DeliveryStatus.SENT)
    desk.cycle()
    assert desk.messages()[0]["status"] == "delivered"


def test_an_unknown_status_is_kept_as_text(desk: Desk) -> None:
    """R57."""
    desk.provider.sent_elsewhere("x", status=DeliveryStatus.OTHER)
    desk.cycle()
    assert desk.messages()[0]["status"] == "other"


def test_statuses_are_asked_for_on_a_widening_schedule(desk: Desk) -> None:
    desk.cycle()
    sent = desk.provider.sent_elsewhere("x", status=DeliveryStatus.QUEUED)
    desk.cycle(10)
    first = desk.messages()[0]["next_check_at"]
    assert first - desk.hand.at == timedelta(seconds=15)
    desk.settle(200)
    assert desk.messages()[0]["next_check_at"] - desk.hand.at > timedelta(seconds=15)
    desk.provider.set_status(sent.sid, DeliveryStatus.DELIVERED)
    desk.settle(120)
    assert desk.messages()[0]["status"] == "delivered"
    assert desk.messages()[0]["next_check_at"] is None


@pytest.mark.parametrize(
    "trouble", [ProviderUnreachable("Nobody answers."), ProviderRefusal("Twilio says: no")]
)
def test_a_message_of_which_nothing_is_said_holds_nothing_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    desk.cycle()
    desk.provider.sent_elsewhere("x", status=DeliveryStatus.SENT)
    desk.cycle(10)
    asked: list[str] = []

    def away(sid: str) -> RemoteMessage:
        asked.append(sid)
        raise trouble

    monkeypatch.setattr(desk.provider, "fetch_message", away)
    desk.settle(60)
    assert desk.line()["condition"] == "online"
    assert 1 < len(asked) < 5
    monkeypatch.undo()
    desk.provider.set_status(asked[0], DeliveryStatus.DELIVERED)
    desk.settle(300)
    assert desk.messages()[0]["status"] == "delivered"


# --- opt-outs, routing, media, line -----------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_opt_outs_follow_from_keywords_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    """R39."""
    words = [("STOP", 0), ("start", 60), ("Stop.", 120)]
    with desk_at(tmp_path / "w.db") as desk:
        desk.cycle()
        for n in order:
            desk.provider.receive(words[n][0], at=START + timedelta(seconds=words[n][1]))
            desk.cycle(10)
        spans = [(row["since"], row["until"]) for row in desk.rows(tables.opt_outs)]
        assert sorted(spans, key=lambda span: span[0]) == [
            (START, START + timedelta(seconds=60)),
            (START + timedelta(seconds=120), None),
        ]
        with desk.workspace.read() as tx:
            running = opt_outs.running(
                tx,
                Channel.SMS,
                CUSTOMER,
                sender_ids={desk.sender_id},
                account_id=desk.account_id,
            )
        assert running is not None


def test_several_holders_make_a_shared_inbox(desk: Desk) -> None:
    """R19."""
    with desk.workspace.write() as tx:
        hold(tx, desk.sender_id, HolderKind.ORGANISATION, None)
    desk.provider.receive("hello")
    desk.cycle()
    assert desk.conversation()["owner_id"] is None
    assert desk.events()[0]["detail"]["trail"]["outcome"] == "shared_inbox"


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def test_attachments_are_fetched_and_typed_by_content(desk: Desk) -> None:
    sent = desk.provider.receive("look", media=2)
    desk.provider.media[sent.sid] = [("text/html", PNG), ("image/png", b"<html>")]
    desk.cycle()
    desk.cycle(10)
    kept = desk.rows(tables.attachments, tables.attachments.c.n)
    assert [row["content_type"] for row in kept] == ["image/png", "application/octet-stream"]
    assert [row["state"] for row in kept] == ["stored", "stored"]


def test_an_attachment_that_is_too_large_is_refused_with_the_reason(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms_desk.sync.media.LIMIT_BYTES", 10)
    sent = desk.provider.receive("look", media=1)
    desk.provider.media[sent.sid] = [("image/png", PNG)]
    desk.cycle()
    (row,) = desk.rows(tables.attachments)
    assert (row["state"], row["reason"]) == ("refused", "too_large")


def test_a_refused_credential_stops_polling_until_there_is_a_new_one(desk: Desk) -> None:
    """R63."""
    desk.provider.broken = CredentialError("The key is not accepted.", "Enter a new one.")
    desk.cycle()
    calls = desk.provider.calls
    desk.settle(3600)
    assert desk.provider.calls == calls
    assert desk.line()["condition"] == "credential"
    desk.provider.broken = None
    desk.engine.forget(desk.account_id)
    desk.cycle(10)
    assert desk.line()["condition"] == "online"


def test_a_new_credential_leaves_true_when_the_account_was_last_heard(desk: Desk) -> None:
    """R63."""
    desk.cycle()
    last = desk.line()["last_sync_at"]
    assert last is not None
    desk.provider.broken = CredentialError("The key is not accepted.", "Enter a new one.")
    desk.cycle(60)
    desk.engine.forget(desk.account_id)
    desk.cycle(60)
    assert (desk.line()["condition"], desk.line()["last_sync_at"]) == ("credential", last)


def connected_again(desk: Desk) -> UUID:
    """By a key of its own."""
    with desk.workspace.write() as tx:
        return accounts.add(
            tx,
            id_=new_id(),
            provider="twilio",
            sid="AC1",
            label="Moved",
            base_url=None,
            key_sid="SK1",
            at=desk.hand.at,
        )


def test_a_new_key_is_asked_what_it_lists(desk: Desk) -> None:
    """It may list more than the old one; the same one with its secret given again lists the same."""
    desk.cycle()
    code = RemoteSender(
        Channel.SMS, "70707", SenderKind.SHORT_CODE, "US", "Code", SenderDirection.BOTH, "SC1"
    )
    desk.provider.directory_answer = Directory((code,), ())
    desk.engine.forget(desk.account_id)
    desk.cycle(10)
    assert "Code" not in {row["label"] for row in desk.rows(tables.sender_ids)}
    connected_again(desk)
    desk.engine.forget(desk.account_id)
    desk.cycle(10)
    assert "Code" in {row["label"] for row in desk.rows(tables.sender_ids)}


def test_an_account_connected_again_was_heard_when_it_was_heard(desk: Desk) -> None:
    """R58, R63: and what broke its line before breaks it no more."""
    desk.cycle()
    last = desk.line()["last_sync_at"]
    assert last is not None
    desk.provider.broken = CredentialError("The key is not accepted.", "Enter a new one.")
    desk.cycle(60)
    assert connected_again(desk) == desk.account_id
    assert (desk.line()["condition"], desk.line()["last_sync_at"]) == ("", last)


def test_a_link_that_has_not_lasted_is_a_state_of_its_line(desk: Desk) -> None:
    """R63: the other accounts of the workspace have their turn all the same."""
    desk.provider.broken = NotFoundError("The link is gone.")
    desk.cycle()
    assert (desk.line()["condition"], desk.line()["title"]) == ("offline", "The link is gone.")


def test_the_line_tries_again_ever_more_rarely(desk: Desk) -> None:
    """R63."""
    desk.provider.broken = ProviderUnreachable("Nobody answers.")
    gaps = []
    for _ in range(9):
        desk.cycle()
        retry = datetime.fromisoformat(desk.line()["retry_at"])
        gaps.append((retry - desk.hand.at).total_seconds())
        desk.hand.at = retry
    assert gaps == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_a_provider_that_asks_to_slow_down_is_obeyed(desk: Desk) -> None:
    desk.provider.broken = RateLimited("Slow down.", retry_after=40)
    desk.cycle()
    calls = desk.provider.calls
    desk.provider.broken = None
    desk.settle(30)
    assert desk.provider.calls == calls
    desk.settle(20)
    assert desk.provider.calls > calls


def test_snoozes_wake_when_due(desk: Desk) -> None:
    """R52."""
    desk.provider.receive("hello")
    desk.cycle()
    until = desk.hand.at + timedelta(hours=1)
    with desk.workspace.write() as tx:
        state = State(TeamState.SNOOZED, until)
        team_states.set_state(tx, [desk.conversation()["id"]], state, desk.hand.at)
    desk.cycle(3599)
    assert desk.conversation()["team_state"] == "snoozed"
    assert desk.cycle(1)
    assert desk.conversation()["team_state"] == "open"
    assert [row["kind"] for row in desk.events()][-1] == "woken"


def test_a_day_is_counted_again_and_a_gap_is_healed_and_told(desk: Desk) -> None:
    """§1.6: even what no scan would ever see."""
    desk.provider.receive("before")
    desk.cycle()
    desk.provider.receive("far too late", lag=timedelta(hours=100))
    gone = desk.provider.receive("deleted there")
    desk.cycle(60)
    desk.provider.delete(gone.sid)
    for _ in range(5):
        desk.cycle(24 * 3600)
        desk.provider.receive("of that day")
        desk.settle(120)
    with desk.workspace.read() as tx:
        counted = scans.load(tx, desk.account_id, "audit")
    assert {"day", "listed", "healed", "gone"} <= set(counted)
    told = []
    for _ in range(30):
        desk.cycle(24 * 3600)
        with desk.workspace.read() as tx:
            found = scans.load(tx, desk.account_id, "audit")
        told.append((found["healed"], found["gone"]))
    assert "far too late" in {row["body"] for row in desk.messages()}
    assert "deleted there" in {row["body"] for row in desk.messages()}
