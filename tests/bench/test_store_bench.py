"""What a person waits for, beside the same raw SQL on the same encrypted file (design §9).

    SMS_DESK_BENCH_MESSAGES=100000,1000000 make bench

Without the variable the workspace is small: then the cases run, and their times say little. A ready
workspace (`tests.bench.generate`) can be named by SMS_DESK_BENCH_HOME. Every case prints how many
times the floor it takes; the goal is twice.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.domain.inbox_filters import InboxFilter, Scope, SourceFilter
from sms_desk.domain.model import Actor, PersonId, Role, TeamState
from sms_desk.domain.search_query import parse
from sms_desk.services import inbox, threads
from sms_desk.services.context import Context
from sms_desk.settings import keys
from sms_desk.settings.files import REAL_PROFILE, Profile
from sms_desk.store import inbox as inbox_store
from sms_desk.store import search, tables
from sms_desk.store.engine import Tx, open_file
from tests.bench.generate import NOW, generate

SIZES = [int(n) for n in os.environ.get("SMS_DESK_BENCH_MESSAGES", "20000").split(",")]
PAGE = 50
GOAL = 2.0
ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Bench:
    """An open workspace; `floor` asks the bare driver on the same connection."""

    ctx: Context
    rep: Context
    longest: UUID
    messages: int

    @property
    def tx(self) -> Tx:
        return self.ctx.tx

    def floor(self, statement: str, *values: object) -> Callable[[], list[Any]]:
        driver: Any = self.tx.connection.driver_connection
        return lambda: list(driver.execute(statement, values).fetchall())


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size}")
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    size: int = request.param
    profile = _profile(size, tmp_path_factory.mktemp("bench"))
    workspace = open_file(profile.database, keys.PUBLISHED_KEY)
    with workspace.read() as tx:
        me = tx.execute(sa.select(tables.workspace.c.me_id)).scalar_one()
        assert me is not None
        people = tables.people.c
        rep = tx.execute(sa.select(people.id).where(people.role == "rep").limit(1)).scalar_one()
        longest = (
            sa.select(tables.messages.c.conversation_id)
            .group_by(tables.messages.c.conversation_id)
            .order_by(sa.func.count().desc())
            .limit(1)
        )
        yield Bench(
            Context(tx, Actor(PersonId(me), Role.ADMIN, "UTC"), NOW),
            Context(tx, Actor(PersonId(rep), Role.REP, "UTC"), NOW),
            tx.execute(longest).scalar_one(),
            size,
        )
    workspace.close()


def _profile(size: int, folder: Path) -> Profile:
    ready = os.environ.get("SMS_DESK_BENCH_HOME")
    if ready:
        return Profile.of(REAL_PROFILE, Path(ready))
    return generate(folder, size, max(2, size // 10), people=20 if size < 500_000 else 300)


def compare(
    benchmark: Any, bench: Bench, ours: Callable[[], Any], floor: Callable[[], list[Any]]
) -> None:
    """Measure both, turn by turn, and say the ratio of the medians."""
    assert len(floor()) == len(ours()), "the floor asks for something else"
    if benchmark.disabled:
        benchmark(ours)
        return
    floors = []

    def floor_first() -> None:
        began = time.perf_counter()
        floor()
        floors.append(time.perf_counter() - began)

    benchmark.pedantic(ours, setup=floor_first, rounds=ROUNDS, warmup_rounds=5)
    floor_ms = statistics.median(floors) * 1e3
    ours_ms = benchmark.stats.stats.median * 1e3
    ratio = ours_ms / floor_ms
    benchmark.extra_info.update(messages=bench.messages, floor_ms=floor_ms, ratio=ratio)
    mark = "" if ratio <= GOAL else f"  over the goal of {GOAL:g}"
    print(f"\n{benchmark.name}: {ours_ms:.2f} ms, floor {floor_ms:.2f} ms, {ratio:.1f} times{mark}")


# --- the inbox ----------------------------------------------------------------------------------

ROWS = """
SELECT c.*, k.name, s.label, s.address, a.e164, m.read_position, m.pinned, m.muted, d.body,
    (SELECT count(*) FROM messages x WHERE x.conversation_id = c.id
        AND x.position > coalesce(m.read_position, 0) AND x.direction = 'inbound')
FROM (SELECT id FROM ({walks}) ORDER BY last_position DESC LIMIT 50) p
JOIN conversations c ON c.id = p.id
JOIN contacts k ON k.id = c.contact_id
JOIN sender_ids s ON s.id = c.sender_id
LEFT JOIN contact_addresses a ON a.peer_key = c.peer_key
LEFT JOIN my_states m ON m.conversation_id = c.id AND m.person_id = ?
LEFT JOIN drafts d ON d.conversation_id = c.id AND d.person_id = ? AND d.mode = 'reply'
"""


# One walk down an index each; several are merged, where an OR would read everything.
WALK = """
SELECT * FROM (SELECT id, last_position FROM conversations
    WHERE listed = 1 AND {} ORDER BY last_position DESC LIMIT 50)
"""
ANY_STATE = tuple(f"team_state = '{state}'" for state in TeamState)


def _floor_page(bench: Bench, wheres: Sequence[str], *values: object) -> Callable[[], list[Any]]:
    me = bench.ctx.actor.person_id.bytes
    walks = " UNION ".join(WALK.format(where) for where in wheres)
    return bench.floor(ROWS.format(walks=walks), *values, me, me)


def _store_page(ctx: Context, wanted: InboxFilter) -> Callable[[], Any]:
    """The two queries of a page, as the store asks them."""

    def page() -> object:
        asked = inbox.asked(ctx, wanted)
        ids = [id_ for _, id_ in inbox_store.page_ids(ctx.tx, asked, after=None, limit=PAGE)]
        return inbox_store.details(ctx.tx, ids, ctx.actor.person_id)

    return page


FILTERS: dict[str, tuple[InboxFilter, Sequence[str]]] = {
    "open": (InboxFilter(), ("team_state = 'open'",)),
    "any state": (InboxFilter(state=None), ANY_STATE),
    "campaigns": (
        InboxFilter(source=SourceFilter.CAMPAIGN),
        ("source_kind = 'campaign' AND team_state = 'open'",),
    ),
    "waiting": (
        InboxFilter(waiting=True),
        ("team_state = 'open' AND waiting_since IS NOT NULL",),
    ),
    "unassigned": (
        InboxFilter(scope=Scope.UNASSIGNED),
        ("owner_id IS NULL AND team_state = 'open'",),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_inbox_page(benchmark: Any, bench: Bench, name: str) -> None:
    wanted, wheres = FILTERS[name]
    compare(benchmark, bench, _store_page(bench.ctx, wanted), _floor_page(bench, wheres))


def test_inbox_page_of_mine(benchmark: Any, bench: Bench) -> None:
    me = bench.ctx.actor.person_id.bytes
    wanted = InboxFilter(scope=Scope.MINE)
    floor = _floor_page(bench, ["owner_id = ? AND team_state = 'open'"], me)
    compare(benchmark, bench, _store_page(bench.ctx, wanted), floor)


def test_inbox_page_of_a_rep(benchmark: Any, bench: Bench) -> None:
    """Own and shared together, which an OR makes slow (measured.md)."""
    reach = bench.rep.reach
    senders = [id_.bytes for id_ in sorted(reach.held | reach.team_senders)]
    one = "{} = ? AND team_state = 'open'"
    wheres = [one.format("owner_id"), *[one.format("sender_id")] * len(senders)]
    me = bench.rep.actor.person_id.bytes
    floor = _floor_page(bench, wheres, me, *senders)
    compare(benchmark, bench, _store_page(bench.rep, InboxFilter()), floor)


def test_inbox_page_as_shown(benchmark: Any, bench: Bench) -> None:
    """Rows as the window gets them, with names, tags and nudges."""

    def page() -> object:
        return inbox.page(bench.ctx, InboxFilter()).rows

    compare(benchmark, bench, page, _floor_page(bench, ["team_state = 'open'"]))


# --- a thread -----------------------------------------------------------------------------------

THREAD = """
SELECT * FROM (SELECT * FROM messages WHERE conversation_id = ? ORDER BY position DESC LIMIT 100)
ORDER BY position
"""


def test_opening_the_longest_conversation(benchmark: Any, bench: Bench) -> None:
    def page() -> object:
        return threads.page(bench.ctx, bench.longest).items

    compare(benchmark, bench, page, bench.floor(THREAD, bench.longest.bytes))


# --- search -------------------------------------------------------------------------------------

SEARCH = """
SELECT m.position, m.id, m.conversation_id, m.at, m.body
FROM message_index i CROSS JOIN messages m ON m.position = i.rowid
WHERE message_index MATCH ? ORDER BY i.rowid DESC LIMIT 50
"""
TYPED = {"a common word": ("order ", '"order"'), "two letters": ("de", '"de"*'),
         "a beginning": ("deliv", '"deliv"*'), "two words": ("the ord", '"the" "ord"*'),
         "Chinese": ("订单", '"订单"')}  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_search_as_you_type(benchmark: Any, bench: Bench, name: str) -> None:
    typed, expression = TYPED[name]

    def find() -> object:
        return search.find_messages(bench.tx, parse(typed), limit=PAGE)

    compare(benchmark, bench, find, bench.floor(SEARCH, expression))


def test_search_within_the_longest_conversation(benchmark: Any, bench: Bench) -> None:
    like = (
        "SELECT position, id, conversation_id, at, body FROM messages WHERE conversation_id = ?"
        " AND body LIKE '%delivery%' ORDER BY position DESC LIMIT 50"
    )

    def find() -> object:
        return search.within_conversation(bench.tx, bench.longest, "delivery ", limit=PAGE)

    compare(benchmark, bench, find, bench.floor(like, bench.longest.bytes))


def test_finding_a_contact(benchmark: Any, bench: Bench) -> None:
    statement = (
        "SELECT c.id, c.name FROM contact_index i CROSS JOIN contacts c ON c.search_row = i.rowid"
        " WHERE contact_index MATCH 'number : \"555\" *' ORDER BY i.rowid DESC LIMIT 8"
    )

    def find() -> object:
        return search.find_contacts(bench.tx, "555", limit=8)

    compare(benchmark, bench, find, bench.floor(statement))
