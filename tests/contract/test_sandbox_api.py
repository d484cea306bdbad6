"""The sandbox holds state and answers as Twilio does (issue 2, point 3)."""

from __future__ import annotations

from pathlib import Path

from sms_desk.providers.sandbox import FaultKind, rules
from sms_desk.providers.sandbox.app import ENDPOINTS
from sms_desk.providers.sandbox.control import ORDERS
from tests.fixtures.sandbox import CUSTOMER, SandboxApi, sandbox

__all__ = ["sandbox"]


def test_what_is_sent_is_listed_and_its_status_advances(sandbox: SandboxApi) -> None:
    sent = sandbox.send(body="Is the blue coat still there? 🧥")
    assert (sent["status"], sent["date_sent"], sent["direction"]) == (
        "queued",
        None,
        "outbound-api",
    )
    assert sent["date_created"] == "Tue, 17 Nov 2026 09:00:00 +0000"
    assert [m["sid"] for m in sandbox.listed()] == [sent["sid"]]

    sandbox.sandbox.advance(1)
    assert sandbox.message(sent["sid"])["status"] == "sent"
    assert sandbox.message(sent["sid"])["date_sent"] == "Tue, 17 Nov 2026 09:00:01 +0000"
    sandbox.sandbox.advance(2)
    assert sandbox.message(sent["sid"])["status"] == "delivered"


def test_pages_follow_links_while_messages_arrive(sandbox: SandboxApi) -> None:
    for n in range(7):
        sandbox.sandbox.receive(CUSTOMER, "+12025550101", f"text {n}")
    first = sandbox.get("/Messages.json", PageSize=3).json()
    assert [m["body"] for m in first["messages"]] == ["text 6", "text 5", "text 4"]
    sandbox.sandbox.receive(CUSTOMER, "+12025550101", "later")
    second = sandbox.get(first["next_page_uri"]).json()
    assert [m["body"] for m in second["messages"]] == ["text 3", "text 2", "text 1"]
    assert second["next_page_uri"].startswith(f"{sandbox.base}/Messages.json?PageSize=3&Page=2")
    last = sandbox.get(second["next_page_uri"]).json()
    assert [m["body"] for m in last["messages"]] == ["text 0"]
    assert last["next_page_uri"] is None


def test_the_manual_names_every_operation_fault_and_order() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")
    names = [endpoint.name for endpoint in ENDPOINTS] + [kind.value for kind in FaultKind]
    orders = [f"{method} {path}" for method, path, _ in ORDERS]
    assert [name for name in names + orders if f"`{name}`" not in manual] == []


def test_the_manual_names_every_number_that_decides() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")
    decisive = [*rules.REFUSED_TO, *rules.REFUSED_FROM, *rules.FAILS_LATER]
    assert [n for n in decisive if n[-4:] not in manual] == []
