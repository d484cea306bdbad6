"""Lists in Twilio's shape that no sandbox would make, received over the wire (R53, R56, R57, R61,
GP5, GR1, GR6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from sms_desk.domain.model import OutboxState, Role
from sms_desk.providers.base import Credential
from sms_desk.providers.twilio import make_twilio
from sms_desk.store import accounts, people, senders, settings, unplaced
from sms_desk.store.ids import new_id
from sms_desk.sync.clock import Clock
from sms_desk.sync.engine import Engine
from tests.fixtures.desk import Desk, open_workspace
from tests.fixtures.fake_provider import FakeProvider, Hand
from tests.fixtures.recorded import ACCOUNT, Recorded, recorded, row, sent

START = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass
class Wire:
    desk: Desk
    played: Recorded

    def play(self, *rows: dict[str, Any]) -> None:
        self.played.rows = list(rows)

    def sids(self) -> set[str]:
        return {message["provider_sid"] for message in self.desk.messages()}

    def set_aside(self) -> list[str]:
        with self.desk.workspace.read() as tx:
            return [item["why"] for item in unplaced.listing(tx)]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    with recorded() as played:
        workspace, hand = open_workspace(tmp_path / "w.db"), Hand(at=START)
        account_id, ann = new_id(), new_id()
        with workspace.write() as tx:
            accounts.add(
                tx,
                id_=account_id,
                provider="twilio",
                sid=ACCOUNT,
                label="Recorded",
                base_url=played.base_url,
                key_sid=None,
                at=START,
            )
            people.insert(tx, id_=ann, name="Ann", role=Role.ADMIN, zone="UTC", at=START)
            settings.write(tx, "quiet_hours_us", False, START)  # START is 4:00 for the customer
        desk = Desk(workspace, hand, FakeProvider(hand.now), account_id, ann, new_id())
        key = Credential(ACCOUNT, ACCOUNT, "secret")
        desk.engine = Engine(
            workspace,
            lambda account: make_twilio(key, base_url=account["base_url"]),
            Clock(hand.now, hand.mono_us),
        )
        try:
            yield Wire(desk, played)
        finally:
            desk.engine.close()
            workspace.close()


def test_r53_odd_senders_meet_or_stay_apart(wire: Wire) -> None:
    """Of one second, each in a page of its own order."""
    peers = {
        "22000": "22000",
        "TWILIO": "TWILIO",
        "+5215512345678": "+525512345678",
        "+525512345678": "+525512345678",
        "+5511987654321": "+5511987654321",
        "+551187654321": "+5511987654321",
        "+551132345678": "+551132345678",
        "+5511932345678": "+5511932345678",
        "+5491112345678": "+541112345678",
        "+541112345678": "+541112345678",
        "+1 (202) 555-0171": "+12025550171",
        "+1": "+1",
    }
    wire.play(*(row(n, START - HOUR, **{"from": peer}) for n, peer in enumerate(peers)))
    wire.desk.cycle()
    assert {c["peer_key"] for c in wire.desk.conversations()} == set(peers.values())
    assert {m["peer_raw"] for m in wire.desk.messages()} == set(peers)
    twice = {"from": "whatsapp:whatsapp:+12025550171", "to": "whatsapp:+12025550100"}
    wire.play(row(99, START, **twice), *wire.played.rows)
    wire.desk.cycle(20)
    (odd,) = [c for c in wire.desk.conversations() if c["channel"] == "whatsapp"]
    assert odd["peer_key"] == "whatsapp:+12025550171"


def test_gr6_any_field_may_be_missing_or_of_another_type(wire: Wire) -> None:
    values: tuple[Any, ...] = (..., None, "", 7, [], {}, True, 1.5, "x" * 20, "\ud800", "null")
    wild = [
        row(n, START - HOUR - n * SECOND, **{name: value})
        for n, (name, value) in enumerate(
            (name, value) for name in row(0, START) if name != "date_sent" for value in values
        )
    ]
    good = row(9999, START)
    wire.play(good, *wild)
    wire.desk.settle(60)
    assert wire.desk.line()["condition"] == "online"
    assert good["sid"] in wire.sids()
    assert len(wire.sids()) > len(wild) / 2
    assert set(wire.set_aside()) == {
        "a field is not text",
        "it has no id",
        "its direction is unknown",
        "it belongs to another account",
        "an address is missing",
    }
    wire.desk.assert_rebuilt()


def test_r61_a_scheduled_message_waits_days_for_its_sender(wire: Wire) -> None:
    service = "MG" + "0c" * 16
    waiting = {"from": None, "status": "scheduled", "date_sent": None, "num_segments": "0"}
    wire.play(sent(1, START - HOUR, **waiting, messaging_service_sid=service))
    wire.desk.cycle()
    assert wire.desk.messages() == []
    for day in range(1, 4):
        wire.play(row(10 + day, START + timedelta(days=day)), *wire.played.rows)
        wire.desk.cycle(86_400)
    wire.played.rows[-1] |= {"from": "+12025550100", "status": "sent"}
    wire.desk.settle(1400, 700)
    assert len(wire.desk.messages()) == 4
    assert wire.set_aside() == []


@pytest.mark.parametrize(
    "link",
    [7, [], {"a": 1}, " ", "//evil.example/x", "http://127.0.0.1:1/x", "file:///etc/passwd",
     "javascript:x", "/../../x?Page=1", "https://api.twilio.com@evil.example/"],
)  # fmt: skip
def test_gp5_a_next_page_elsewhere_is_never_followed(wire: Wire, link: object) -> None:
    """131: what the first page held is here, and the rest once the links are right again."""
    wire.play(*(row(n, START - HOUR - n * SECOND) for n in range(250)))
    wire.played.link = lambda _right: link
    wire.desk.cycle()
    assert wire.desk.line()["condition"] == "offline"
    assert len(wire.sids()) == 200
    wire.played.link = lambda right: right
    wire.desk.cycle(600, force=True)
    assert len(wire.sids()) == 250


def test_gp5_the_credential_goes_to_no_other_host(wire: Wire) -> None:
    wire.play(*(row(n, START - HOUR - n * SECOND) for n in range(250)))
    with recorded() as other:
        wire.played.link = lambda right: other.base_url + right
        wire.desk.cycle()
        assert other.asked == []


def test_gr1_messages_that_are_deleted_between_pages_hide_no_others(wire: Wire) -> None:
    wire.play(*(row(n, START - HOUR - n * SECOND) for n in range(700)))

    def shorten(page: int) -> None:
        if page == 1:
            wire.played.on_page = lambda _n: None
            del wire.played.rows[:60]

    wire.played.on_page = shorten
    wire.desk.cycle()
    wire.desk.settle(1300, 650)
    assert {one["sid"] for one in wire.played.rows} <= wire.sids()


def test_r57_receipts_in_the_wrong_order(wire: Wire) -> None:
    wire.play(sent(1, START - HOUR, status="delivered"))
    wire.desk.cycle()
    seen = []
    for change in ({"status": "sent"}, {"status": "new word"}, {"status": "read"}):
        wire.played.rows[0] |= change
        wire.desk.cycle(20)
        seen.append(wire.desk.messages()[0]["status"])
    assert seen == ["delivered", "delivered", "read"]


def test_gr6_bodies_that_are_huge_or_broken(wire: Wire) -> None:
    wild_date = format_datetime(datetime(9999, 12, 31, tzinfo=UTC))
    wire.play(
        row(1, START - HOUR, body="x" * 5_000_000),
        row(2, START - HOUR, body="\ud800a\udfff\x00b"),
        row(3, START - HOUR, date_created=wild_date),
        row(4, START - 2 * HOUR),
    )
    wire.desk.cycle()
    bodies = {m["provider_sid"][-1]: m["body"] for m in wire.desk.messages()}
    assert len(bodies["1"]) == 5_000_000
    assert bodies["2"] == "\ufffda\ufffd\x00b"
    assert set(bodies) == {"1", "2", "3", "4"}


def test_gr1_three_days_offline(wire: Wire) -> None:
    wire.play(row(0, START - HOUR))
    wire.desk.cycle()
    back = START + timedelta(days=3)
    news = [row(n, back - n * timedelta(minutes=2)) for n in range(1, 1500)]
    wire.play(*news, *wire.played.rows)
    wire.desk.cycle(3 * 86_400)
    assert len(wire.sids()) == 1500
    assert not any(m["late"] for m in wire.desk.messages())


@pytest.mark.parametrize(
    ("asked", "waits"),
    [("0", False), ("-5", False), ("99999999999", True), ("soon", False),
     ("Wed, 21 Oct 2015 07:28:00 GMT", False), ("", False)],
)  # fmt: skip
def test_a_rate_limit_with_any_retry_after_is_lived_through(
    wire: Wire, asked: str, waits: bool
) -> None:
    """§1.4: 429 was never processed; the message goes once, later."""
    wire.play(row(1, START - HOUR))
    wire.desk.cycle()
    posts: list[dict[str, str]] = []

    def answer(form: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        posts.append(form)
        if len(posts) == 1:
            return (
                429,
                {"code": 20429, "message": "Too many", "status": 429},
                {"Retry-After": asked},
            )
        made = sent(50, START, body=form["Body"], status="queued")
        wire.played.rows.insert(0, made)
        return 201, made, {}

    wire.played.on_post = answer
    with wire.desk.workspace.write() as tx:
        (ours,) = [one for one in senders.listing(tx) if one["address"] == "+12025550100"]
    assert ours["account_id"] == wire.desk.account_id
    reply = wire.desk.reply("once")
    wire.desk.cycle(1)
    assert wire.desk.state(reply) is OutboxState.QUEUED
    wire.desk.settle(600, 60)
    if not waits:
        assert wire.desk.state(reply) is OutboxState.ACCEPTED
        assert len(posts) == 2
    else:
        assert len(posts) <= 2
