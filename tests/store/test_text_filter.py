"""The inbox filter's free text finds everything that matches, in page, count, bulk and arrivals (R50)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.excerpts import matches
from sms_desk.domain.inbox_filters import InboxFilter, Order
from sms_desk.domain.model import Origin, TeamState
from sms_desk.domain.search_query import parse
from sms_desk.services import inbox, threads
from sms_desk.services.desk import Desk
from sms_desk.services.handlers.targets import resolve
from sms_desk.services.rows import InboxRow, ItemKind
from sms_desk.store import inbox_text
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office

BODIES = (
    "Is the blue coat there?",
    "a parcel for you",
    "blue parcel, please",
    "Größe M? Ça va, café",
    "订单 明天",
    "BLUE",
    "nothing of it",
)
NAMES = ("Ada Blue", "Bluette Coats", "", "小明 王", "Zoë Ärger")
TYPED = ("blue", "blue ", "blu", "blue parcel", "grosse", "cafe", "订单", "zoe", "0104", "555", "王",
         "(202) 555-0103", "coat blue", "nothing like it", "+", "b")  # fmt: skip


LIMITS: dict[str, dict[str, int]] = {
    "as it is": {},
    "few are common": {"_FEW": 4, "_WALKED": 9},
    "names are looked up": {"_FEW": 2, "_GLANCED": 5},
    "names are common": {"_FEW": 2, "_MANY": 2, "_WALKED": 9},
}


WITHOUT_AN_INDEX = ("as it is", "few are common")
"""Where all is compared, as PostgreSQL does it, the others ask for the same once more."""
WAYS = [("sqlite", name) for name in LIMITS] + [("postgresql", name) for name in WITHOUT_AN_INDEX]


@pytest.fixture
def town(
    request: pytest.FixtureRequest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> Office:
    """Forty conversations with many bodies; but for the first form so many hits or contacts are
    common, a page walks some conversations only, and then asks the index."""
    if limits := LIMITS[request.param]:
        for name, limit in {**limits, "_LONGEST_STEP": 6, "_AT_ONCE": 7}.items():
            monkeypatch.setattr(inbox_text, name, limit)
    office = Office(workspace)
    ann = office.desk(office.ann)
    for n in range(40):
        sender = (office.own, office.shared, office.unheld)[n % 3]
        conversation = office.conversation(sender, f"+1202555{100 + n // 3:04d}", office.ben)
        for m in range(1 + n % 4):
            body = BODIES[(n * 3 + m * 5) % len(BODIES)]
            origin = Origin.PERSON if m % 2 else Origin.CONTACT
            office.message(conversation, body, origin, at=office.later(minutes=n % 5))
        if n == 7:
            office.message(conversation, "Zoë sends me", Origin.CONTACT, at=office.later())
        if n % 3 == 0:
            contact = ann.read(inbox.rows, [conversation])[0].contact_id
            name = NAMES[n // 3 % len(NAMES)]
            ann.change(c.RenameContact(**ann.stamp(), contact_id=contact, name=name))
        if n % 5 == 0:
            ann.change(c.Close(**ann.stamp(), targets=c.Targets.one(conversation)))
        if n % 11 == 0:
            ann.change(
                c.AddNote(
                    **ann.stamp(),
                    note_id=new_id(),
                    conversation_id=conversation,
                    body="called about a blue tent",
                )
            )
    return office


def pages(desk: Desk, wanted: InboxFilter, size: int) -> list[UUID]:
    found, cursor = list[UUID](), None
    while True:
        page = desk.read(inbox.page, wanted, cursor, size)
        found += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize(("workspace", "town"), WAYS, indirect=True)
def test_page_count_bulk_and_arrivals_are_one(town: Office) -> None:
    ann = town.desk(town.ann)
    everything = [row.id for row in ann.read(inbox.page, InboxFilter(state=None), None, 500).rows]
    assert len(everything) == 40
    said = {id_: what_is_said(ann, id_) for id_ in everything}
    some = 0
    lists = [
        (desk, plain, [row.id for row in desk.read(inbox.page, plain, None, 500).rows])
        for desk, plain in (
            (ann, InboxFilter(order=Order.NEWEST, state=None)),
            (ann, InboxFilter(order=Order.NEWEST, state=TeamState.OPEN)),
            (ann, InboxFilter(order=Order.WAITING, state=None)),
            (town.desk(town.cara), InboxFilter(order=Order.NEWEST, state=TeamState.OPEN)),
        )
    ]
    for typed in TYPED:
        fitting = {id_ for id_ in everything if is_found(typed, *said[id_])}
        some += bool(fitting)
        for desk, plain, listed in lists:
            compare(desk, replace(plain, text=typed), listed, fitting)
    assert some == len(TYPED) - 2


def compare(desk: Desk, wanted: InboxFilter, listed: list[UUID], fitting: set[UUID]) -> None:
    typed = wanted.text
    expected = [id_ for id_ in listed if id_ in fitting]
    assert pages(desk, wanted, 5) == expected, typed
    assert desk.read(inbox.count, wanted) == len(expected), typed
    assert desk.read(inbox.matching, wanted, listed) == set(expected), typed
    targets = c.Targets(matching=wanted)
    assert set(desk.read(resolve, targets)) == set(expected), typed


def what_is_said(ann: Desk, conversation_id: UUID) -> tuple[InboxRow, list[str]]:
    items = ann.read(threads.page, conversation_id).items
    bodies = [item.body for item in items if item.kind is not ItemKind.EVENT]
    return ann.read(inbox.rows, [conversation_id])[0], bodies


def is_found(typed: str, row: InboxRow, bodies: list[str]) -> bool:
    """The rule in plain words, from what the screens show."""
    digits = "".join(filter(str.isdecimal, typed))
    if len(digits) >= 3 and digits in "".join(filter(str.isdecimal, row.peer)):
        return True
    words = [replace(t, beginning=True) for word in typed.split() for t in parse(word).terms]
    if words and matches(words, row.contact_name):
        return True
    terms = parse(typed).terms
    return bool(terms) and any(matches(terms, body) for body in bodies)
