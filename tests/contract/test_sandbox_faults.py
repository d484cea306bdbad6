"""Each fault that can be ordered, seen through `requests` (the fault plan of guarantees.md)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import requests
from urllib3.exceptions import IncompleteRead

from tests.fixtures.sandbox import CUSTOMER, SandboxApi, sandbox

__all__ = ["sandbox"]

CREATE = "messages.create"


def _create(sandbox: SandboxApi) -> requests.Response:
    return sandbox.post("/Messages.json", To=CUSTOMER, From="+12025550101", Body="once")


def _accepted(sandbox: SandboxApi) -> int:
    """How many messages the provider really holds."""
    return int(sandbox.control("/state", "GET")["ledger"])


def test_latency(sandbox: SandboxApi) -> None:
    sandbox.control("/faults", kind="latency", on=CREATE, seconds=0.2)
    slow, quick = _create(sandbox), _create(sandbox)
    assert slow.elapsed.total_seconds() >= 0.2 > quick.elapsed.total_seconds()
    assert (slow.status_code, _accepted(sandbox)) == (201, 2)


@pytest.mark.parametrize("retry_after", ["7", 7, "0", "Wed, 18 Nov 2026 09:00:00 GMT", None])
def test_429_is_never_processed(sandbox: SandboxApi, retry_after: str | int | None) -> None:
    sandbox.control("/faults", kind="rate_limit", on=CREATE, retry_after=retry_after)
    answer = _create(sandbox)
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    told = None if retry_after is None else str(retry_after)
    assert answer.headers.get("Retry-After") == told
    assert _accepted(sandbox) == 0


@pytest.mark.parametrize(("kind", "accepted"), [("error_before", 0), ("error_after", 1)])
@pytest.mark.parametrize("status", [500, 503])
def test_500_tells_nothing(sandbox: SandboxApi, kind: str, accepted: int, status: int) -> None:
    sandbox.control("/faults", kind=kind, on=CREATE, status=status)
    answer = _create(sandbox)
    assert (answer.status_code, answer.json()["code"]) == (status, 20500)
    assert _accepted(sandbox) == accepted


@pytest.mark.parametrize(("kind", "accepted"), [("hang_before", 0), ("hang_after", 1)])
def test_silence_until_the_caller_gives_up(sandbox: SandboxApi, kind: str, accepted: int) -> None:
    sandbox.control("/faults", kind=kind, on=CREATE)
    sandbox.timeout = 0.2
    with pytest.raises(requests.ReadTimeout):
        _create(sandbox)
    assert _accepted(sandbox) == accepted


@pytest.mark.parametrize(
    ("kind", "accepted"), [("reset_before", 0), ("reset_after", 1), ("hang_after", 1)]
)
def test_a_reset_connection(sandbox: SandboxApi, kind: str, accepted: int) -> None:
    sandbox.control("/faults", kind=kind, on=CREATE, seconds=0.05)
    with pytest.raises(requests.ConnectionError) as problem:
        _create(sandbox)
    assert type(_innermost(problem.value)) is ConnectionResetError  # RemoteDisconnected is one too
    assert _accepted(sandbox) == accepted


def test_a_close_without_an_answer(sandbox: SandboxApi) -> None:
    sandbox.control("/faults", kind="close_after", on=CREATE)
    with pytest.raises(requests.ConnectionError, match="without response"):
        _create(sandbox)
    assert _accepted(sandbox) == 1


def test_a_truncated_answer(sandbox: SandboxApi) -> None:
    sandbox.control("/faults", kind="truncate", on=CREATE)
    with pytest.raises(requests.exceptions.ChunkedEncodingError) as problem:
        _create(sandbox)
    assert isinstance(_innermost(problem.value), IncompleteRead)
    assert _accepted(sandbox) == 1


def test_a_captive_portal(sandbox: SandboxApi) -> None:
    sandbox.control("/faults", kind="html", on="*", times=2)
    for answer in (_create(sandbox), sandbox.get("/Messages.json")):
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            200,
            "text/html; charset=utf-8",
        )
    assert _accepted(sandbox) == 0


def test_answers_that_cannot_be_used(sandbox: SandboxApi) -> None:
    sandbox.control("/faults", kind="garbage", on=CREATE)
    sandbox.control("/faults", kind="no_sid", on=CREATE)
    garbage = _create(sandbox)
    with pytest.raises(requests.JSONDecodeError):
        garbage.json()
    assert "sid" not in _create(sandbox).json()
    assert _accepted(sandbox) == 2


def test_a_redirect(sandbox: SandboxApi) -> None:
    elsewhere = "http://127.0.0.1:9/elsewhere"
    sandbox.control("/faults", kind="redirect", on="media.fetch", location=elsewhere)
    url = sandbox.url("/Messages/MM0/Media/ME0")
    answer = sandbox.session.get(url, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (307, elsewhere)


def test_list_lag(sandbox: SandboxApi) -> None:
    """Messages may be missing from the list for long; fetching by sid finds them."""
    sandbox.control("/faults", kind="list_lag", on="messages.list", seconds=600, times=None)
    sid = sandbox.send()["sid"]
    assert sandbox.listed() == []
    assert sandbox.message(sid)["sid"] == sid
    sandbox.sandbox.advance(600)
    assert [m["sid"] for m in sandbox.listed()] == [sid]


def test_a_status_that_was_set_is_not_overtaken(sandbox: SandboxApi) -> None:
    sid = sandbox.send()["sid"]
    sandbox.control(f"/messages/{sid}/status", status="undelivered", error_code=30007)
    sandbox.sandbox.advance(60)
    assert sandbox.message(sid)["error_code"] == 30007


def test_one_message_can_be_late(sandbox: SandboxApi) -> None:
    hidden = {"from": CUSTOMER, "to": "+12025550101", "hidden_until": "2026-11-17T15:00:00Z"}
    late = sandbox.control("/inbound", body="late", **hidden)
    assert sandbox.listed() == []
    sandbox.sandbox.advance(6 * 3600)
    assert [m["sid"] for m in sandbox.listed()] == [late["sid"]]


def test_lists_with_repeats_and_without_order(sandbox: SandboxApi) -> None:
    sids = [sandbox.send(body=str(n))["sid"] for n in range(6)]
    sandbox.control("/faults", kind="list_duplicates", on="messages.list")
    sandbox.control("/faults", kind="list_shuffled", on="messages.list")
    disturbed = [m["sid"] for m in sandbox.listed()]
    assert sorted(disturbed) == sorted(sids * 2)
    assert disturbed != sorted(disturbed, key=sids.index, reverse=True)
    assert [m["sid"] for m in sandbox.listed()] == sids[::-1]


def test_how_often_and_for_whom(sandbox: SandboxApi) -> None:
    sandbox.control("/faults", kind="error_before", on=CREATE, to=CUSTOMER, skip=1, times=2)
    sandbox.send(to="+12025550172")
    assert [_create(sandbox).status_code for _ in range(4)] == [201, 500, 500, 201]
    sandbox.control("/faults", kind="error_before", on=CREATE, times=None)
    assert {_create(sandbox).status_code for _ in range(5)} == {500}
    sandbox.control("/faults", "DELETE")
    assert _create(sandbox).status_code == 201


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "nonsense"},
        {},
        {"kind": "latency", "colour": "blue"},
        {"on": "*"},
        {"kind": "latency", "seconds": "soon"},
        {"kind": "latency", "skip": None},
        {"kind": "error_before", "status": 99},
        {"kind": "rate_limit", "retry_after": "7\r\nX-Other: 1"},
    ],
)
def test_a_wrong_order_is_explained(sandbox: SandboxApi, order: dict[str, Any]) -> None:
    _refused(sandbox, "/faults", order)


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/inbound", {"from": CUSTOMER, "to": "+12025550101", "body": None}),
        ("/inbound", {"from": CUSTOMER, "to": "+12025550101", "body": 5}),
        ("/inbound", {"from": CUSTOMER, "to": "+12025550101", "body": "half a pair \ud83d"}),
        ("/inbound", {"from": 1, "to": "+12025550101", "body": "x"}),
        ("/inbound", {"from": CUSTOMER, "to": "+12025550101", "media": "coat.png"}),
        ("/inbound", {"from": CUSTOMER, "to": "+12025550101", "media": ["other.png"]}),
        ("/timing", {"sent": "soon"}),
        ("/clock", {"advance": 1e308}),
    ],
)
def test_a_wrong_order_leaves_the_account_as_it_was(
    sandbox: SandboxApi, path: str, order: dict[str, Any]
) -> None:
    _refused(sandbox, path, order)
    sandbox.send()
    assert [row["direction"] for row in sandbox.get("/Messages.json").json()["messages"]] == [
        "outbound-api"
    ]


def _refused(sandbox: SandboxApi, path: str, order: dict[str, Any]) -> None:
    url = f"{sandbox.server.base_url}/_sandbox{path}"
    answer = sandbox.session.post(url, json=order, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_orders_from_a_web_page_are_refused(sandbox: SandboxApi) -> None:
    """A page elsewhere may reach 127.0.0.1 through the browser, under its own name or origin."""
    url = f"{sandbox.server.base_url}/_sandbox/state"
    for headers in ({"Host": "rebound.example"}, {"Origin": "https://page.example"}):
        assert sandbox.session.get(url, headers=headers, timeout=5).status_code == 403


def test_other_orders(sandbox: SandboxApi) -> None:
    words = {"from": CUSTOMER, "to": "+12025550101", "date_created": "2026-11-16T08:00:00Z"}
    old = sandbox.control("/inbound", body="from yesterday", sid="SM" + "0" * 32, **words)
    assert (old["sid"], old["date_created"]) == ("SM" + "0" * 32, "Mon, 16 Nov 2026 08:00:00 +0000")

    sandbox.control("/receipts", order=["delivered", "sent", "delivered"])
    sid = sandbox.send()["sid"]
    seen = [sandbox.message(sid)["status"]]
    for _ in range(12):
        sandbox.control("/clock", advance=1)
        seen.append(sandbox.message(sid)["status"])
    changes = [status for status, _ in itertools.groupby(seen)]
    assert changes == ["queued", "delivered", "sent", "delivered"]

    sandbox.control(f"/messages/{sid}/status", status="undelivered", error_code=30003)
    assert sandbox.message(sid)["error_code"] == 30003
    sandbox.control(f"/messages/{sid}", "DELETE")
    assert sandbox.get(f"/Messages/{sid}.json").status_code == 404
    state = sandbox.control("/state", "GET")
    assert (state["messages"], state["direction:inbound"], state["ledger"]) == (1, 1, 1)


def test_a_server_with_a_hanging_call_stops_at_once(sandbox: SandboxApi) -> None:
    sandbox.control("/faults", kind="hang_after", on=CREATE, seconds=600)
    sandbox.timeout = 0.1
    with pytest.raises(requests.ReadTimeout):
        _create(sandbox)
    sandbox.server.stop()
    with pytest.raises(requests.ConnectionError):
        sandbox.get("/Messages.json")


def _innermost(error: BaseException) -> BaseException:
    """The cause at the bottom of requests' and urllib3's layers, or the argument that is one."""
    while True:
        inner = error.__cause__ or error.__context__
        causes = [a for a in getattr(error, "args", ()) if isinstance(a, BaseException)]
        following = causes[-1] if causes else inner
        if following is None:
            return error
        error = following
