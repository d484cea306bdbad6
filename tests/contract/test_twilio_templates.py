"""R42: Twilio's content templates, read from recorded rows, from whatever else may come, and live."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.content_templates import fill
from sms_desk.domain.errors import ProviderError
from sms_desk.domain.model import ApprovalStatus, Channel
from sms_desk.providers.base import Credential, Outcome, Outgoing, Poison, RemoteTemplate
from sms_desk.providers.sandbox import state
from sms_desk.providers.twilio import TwilioProvider, make_signalwire
from sms_desk.providers.twilio.content import parse_template
from tests.fixtures import raw_server as raw
from tests.fixtures.raw_server import raw_server, says
from tests.fixtures.recorded import ACCOUNT, Recorded, recorded
from tests.fixtures.sandbox import SandboxApi, sandbox

__all__ = ["sandbox"]

SID = "HX" + "0d" * 16
CUSTOMER, LINE = "+447700900171", "+447700900119"

# As the vendor's own description shows one
# (https://www.twilio.com/docs/content/content-api-resources, "Fetch content and approvals").
ROW: dict[str, Any] = {
    "language": "en",
    "date_updated": "2023-01-13T23:33:46Z",
    "variables": {"1": "name", "2": "typedocument"},
    "friendly_name": "Media Test",
    "account_sid": ACCOUNT,
    "sid": SID,
    "date_created": "2023-01-13T23:33:46Z",
    "types": {
        "twilio/media": {
            "body": "{{1}}, Congratulations {{2}}! For additional assistance, please write to us.",
            "media": ["https://example.com/template"],
        }
    },
    "approval_requests": {
        "category": "TRANSACTIONAL",
        "status": "approved",
        "rejection_reason": "",
        "name": "Media Test",
        "content_type": "twilio/media",
        "allow_category_change": False,
    },
}


def row(types: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    made = {**ROW, **changes}
    return made if types is None else {**made, "types": types}


def parsed(item: object) -> RemoteTemplate:
    found = parse_template(item, ACCOUNT)
    assert isinstance(found, RemoteTemplate)
    return found


def test_R42_a_recorded_row() -> None:
    assert parsed(ROW) == RemoteTemplate(
        sid=SID,
        name="Media Test",
        language="en",
        category="TRANSACTIONAL",
        kind="twilio/media",
        body="{{1}}, Congratulations {{2}}! For additional assistance, please write to us.",
        variables={"1": "name", "2": "typedocument"},
        status=ApprovalStatus.APPROVED,
        status_text="approved",
        reason="",
    )


CONTENTS: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "twilio/text": ({"body": "Hello {{1}}"}, "Hello {{1}}", ("1",)),
    "twilio/media": ({"body": None, "media": ["https://example.com/{{3}}"]}, "", ("3",)),
    "twilio/quick-reply": (
        {"body": "Keep {{1}}?", "actions": [{"title": "Yes {{name}}", "id": "y"}]},
        "Keep {{1}}?",
        ("1", "name"),
    ),
    "twilio/call-to-action": (
        {"body": "Look", "actions": [{"type": "URL", "title": "Go", "url": "https://x/{{1}}"}]},
        "Look",
        ("1",),
    ),
    "twilio/card": (
        {"title": "Elite! {{1}} off", "subtitle": "Reply Stop", "media": [], "actions": []},
        "Elite! {{1}} off\nReply Stop",
        ("1",),
    ),
    "whatsapp/card": (
        {"header_text": "Order", "body": "{{1}} is here", "footer": "Stop", "actions": None},
        "Order\n{{1}} is here\nStop",
        ("1",),
    ),
    "twilio/location": (
        {"latitude": 39.7, "longitude": 104.9, "label": "Foo Bar Co"},
        "Foo Bar Co",
        (),
    ),
    "whatsapp/authentication": (
        {"add_security_recommendation": True, "actions": [{"copy_code_text": "Copy {{1}}"}]},
        "",
        ("1",),
    ),
    "twilio/of-tomorrow": ({"body": "New {{1}}", "parts": [[{"a": "{{2}}"}]]}, "New {{1}}", ("1", "2")),
}  # fmt: skip


@pytest.mark.parametrize("kind", CONTENTS)
def test_R42_each_type_shows_what_text_it_has(kind: str) -> None:
    content, body, names = CONTENTS[kind]
    approval = {**ROW["approval_requests"], "content_type": kind}
    found = parsed(row({kind: content}, approval_requests=approval))
    assert (found.kind, found.body, tuple(found.variables)) == (kind, body, names)


def test_R42_of_several_types_the_one_that_was_judged_counts() -> None:
    types = {"twilio/text": {"body": "plain"}, "twilio/quick-reply": {"body": "rich"}}
    judged = {**ROW["approval_requests"], "content_type": "twilio/text"}
    assert parsed(row(types, approval_requests=judged)).body == "plain"
    assert parsed(row(types, approval_requests=None)).body == "rich"


@pytest.mark.parametrize(
    ("approval", "status", "reason"),
    [
        ({"status": "received"}, ApprovalStatus.PENDING, ""),
        ({"status": "pending"}, ApprovalStatus.PENDING, ""),
        ({"status": "rejected", "rejection_reason": "X"}, ApprovalStatus.REJECTED, "X"),
        ({"status": "paused"}, ApprovalStatus.PAUSED, ""),
        ({"status": "disabled"}, ApprovalStatus.DISABLED, ""),
        ({"status": "unsubmitted"}, ApprovalStatus.UNSUBMITTED, ""),
        ({"status": "archived"}, ApprovalStatus.OTHER, ""),
        ({"status": "approved", "rejection_reason": "old"}, ApprovalStatus.APPROVED, ""),
        (None, ApprovalStatus.UNSUBMITTED, ""),
        ([], ApprovalStatus.UNSUBMITTED, ""),
        ("approved", ApprovalStatus.UNSUBMITTED, ""),
    ],
)
def test_R42_approvals(approval: Any, status: ApprovalStatus, reason: str) -> None:
    found = parsed(row(approval_requests=approval))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    "item",
    [
        None,
        5,
        [],
        {},
        row(sid="SM" + "0d" * 16),
        row(sid=None),
        row(account_sid="AC" + "0f" * 16),
        row({"twilio/text": {"body": "x" * 20_000}}),
        row({"twilio/text": {"body": " ".join(f"{{{{{n}}}}}" for n in range(101))}}),
    ],
)
def test_GR6_what_cannot_be_a_template_is_kept_apart(item: object) -> None:
    assert isinstance(parse_template(item, ACCOUNT), Poison)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(JSON)
def test_GR6_nothing_raises(value: object) -> None:
    parse_template(value, ACCOUNT)
    for name in ROW:
        parse_template({**ROW, name: value}, ACCOUNT)
    parse_template(row({"twilio/text": value, "whatsapp/card": value}), ACCOUNT)


# --- over the wire --------------------------------------------------------------------------------


def provider_of(base_url: str) -> TwilioProvider:
    return TwilioProvider(
        Credential(ACCOUNT, ACCOUNT, "word"), api=base_url, messaging=base_url, content=base_url
    )


@pytest.fixture
def played() -> Iterator[Recorded]:
    with recorded() as server:
        yield server


def test_GR6_poison_stops_no_neighbour(played: Recorded) -> None:
    rows = [None, ROW, {"sid": 5}, row(sid="HX" + "0e" * 16), ROW]
    played.lists["ContentAndApprovals"] = {"contents": rows, "meta": {"next_page_url": None}}
    provider = provider_of(played.base_url)
    found = provider.templates()
    provider.close()
    assert [template.sid for template in found.templates] == [SID, "HX" + "0e" * 16]
    assert (len(found.poison), found.complete) == (2, True)


@pytest.mark.parametrize("rows", [None, {}, "x", 5])
def test_GR6_a_page_without_a_list_is_no_end_of_it(played: Recorded, rows: Any) -> None:
    """Otherwise every template would be taken as gone."""
    played.lists["ContentAndApprovals"] = {"contents": rows, "meta": {"next_page_url": None}}
    provider = provider_of(played.base_url)
    assert not provider.templates().complete
    provider.close()


def test_R42_pages_are_followed_on_the_own_host_only() -> None:
    following = "https://content.twilio.com/v1/ContentAndApprovals?PageSize=100&Page=1&PageToken=PA"

    def page(rows: list[dict[str, Any]], link: str | None) -> bytes:
        return raw.http(200, json.dumps({"contents": rows, "meta": {"next_page_url": link}}))

    second = row(sid="HX" + "0e" * 16)
    pages = [page([ROW], following), page([second], None)]

    def answer(connection: socket.socket) -> None:
        connection.sendall(pages[len(server.requests) - 1])

    with raw_server(answer) as server:
        provider = provider_of(server.url)
        found = provider.templates()
        provider.close()
    assert (len(found.templates), found.complete) == (2, True)
    assert b"Page=1&PageToken=PA " in server.requests[1]


@pytest.mark.parametrize("link", ["https://example.test/v1/x", "//example.test/x", "file:///x"])
def test_GP5_a_next_page_elsewhere_is_never_asked_for(link: str) -> None:
    answer = json.dumps({"contents": [ROW], "meta": {"next_page_url": link}})
    with raw_server(says(raw.http(200, answer))) as server:
        provider = provider_of(server.url)
        with pytest.raises(ProviderError):
            provider.templates()
        provider.close()
        assert len(server.requests) == 1


def test_GR6_a_list_that_leads_in_a_circle_ends(played: Recorded) -> None:
    link = f"{played.base_url}/v1/ContentAndApprovals?PageSize=100"
    played.lists["ContentAndApprovals"] = {"contents": [ROW], "meta": {"next_page_url": link}}
    provider = provider_of(played.base_url)
    found = provider.templates()
    provider.close()
    assert (len(found.templates), found.complete) == (1, False)


def test_R42_only_twilio_lists_templates() -> None:
    credential = Credential(ACCOUNT, ACCOUNT, "word")
    signalwire = make_signalwire(credential, base_url="https://fernhill.signalwire.com")
    assert not signalwire.capabilities.lists_templates
    assert TwilioProvider(credential).capabilities.lists_templates


# --- on the sandbox -------------------------------------------------------------------------------


def live(sandbox: SandboxApi) -> TwilioProvider:
    account = sandbox.server.account
    credential = Credential(account.sid, account.key_sid, account.key_secret)
    url = sandbox.server.base_url
    return TwilioProvider(credential, api=url, messaging=url)


def order(sandbox: SandboxApi, name: str, **words: Any) -> None:
    sandbox.control(f"/templates/{name}", **words)


def test_R42_the_sandbox_lists_what_it_judges(sandbox: SandboxApi) -> None:
    provider = live(sandbox)
    found = {template.name: template for template in provider.templates().templates}
    assert {name: template.status for name, template in found.items()} == {
        "appointment": ApprovalStatus.APPROVED,
        "welcome_back": ApprovalStatus.REJECTED,
        "spring_sale": ApprovalStatus.PENDING,
        "stock_alert": ApprovalStatus.PAUSED,
    }
    assert found["welcome_back"].reason == "TAG_CONTENT_MISMATCH"
    assert tuple(found["stock_alert"].variables) == ("item", "name")
    order(sandbox, "appointment", approval="disabled")
    order(sandbox, "stock_alert", removed=True)
    after = {template.name: template.status for template in provider.templates().templates}
    assert after["appointment"] is ApprovalStatus.DISABLED
    assert "stock_alert" not in after
    provider.close()


def test_R42_the_sandbox_and_the_desk_fill_alike_and_read_no_value_again(
    sandbox: SandboxApi,
) -> None:
    provider = live(sandbox)
    (appointment,) = (t for t in provider.templates().templates if t.name == "appointment")
    values = {"1": "{{2}} Zoë 😀", "2": "%s {1} \\1"}
    outgoing = Outgoing(
        Channel.WHATSAPP, LINE, CUSTOMER, "", content_sid=appointment.sid, content_variables=values
    )
    result = provider.send(outgoing)
    provider.close()
    assert result.outcome is Outcome.ACCEPTED
    assert sandbox.message(result.sid or "")["body"] == fill(appointment.body, values)


@pytest.mark.parametrize(
    ("approval", "closed", "opened"),
    [
        ("approved", None, None),
        ("pending", 63016, None),
        ("unsubmitted", 63016, None),
        ("rejected", 63040, 63040),
        ("paused", 63041, 63041),
        ("disabled", 63042, 63042),
    ],
)
def test_R42_unapproved_content_fails_with_its_code(
    sandbox: SandboxApi, approval: str, closed: int | None, opened: int | None
) -> None:
    provider = live(sandbox)
    order(sandbox, "appointment", approval=approval)
    (sid,) = (t.sid for t in provider.templates().templates if t.name == "appointment")

    def fate() -> object:
        outgoing = Outgoing(
            Channel.WHATSAPP, LINE, CUSTOMER, "", content_sid=sid, content_variables={"1": "a"}
        )
        sent = provider.send(outgoing).sid or ""
        sandbox.sandbox.advance(60)
        return sandbox.message(sent)["error_code"]

    assert fate() == closed
    sandbox.sandbox.receive(f"whatsapp:{CUSTOMER}", f"whatsapp:{LINE}", "Hi")
    assert fate() == opened
    provider.close()
    for code in (closed, opened):
        assert code is None or provider.describe(str(code)).known


@pytest.mark.parametrize("value", ["", "a\nb", "a\tb", "a     b"])
def test_R42_values_that_whatsapp_does_not_take_are_refused(
    sandbox: SandboxApi, value: str
) -> None:
    provider = live(sandbox)
    outgoing = Outgoing(
        Channel.WHATSAPP,
        LINE,
        CUSTOMER,
        "",
        content_sid=sandbox.sandbox.world.templates[0].sid,
        content_variables={"1": value},
    )
    result = provider.send(outgoing)
    provider.close()
    assert (result.outcome, result.code) == (Outcome.REFUSED, "21656")


def test_R42_templates_live_in_the_state_file(sandbox: SandboxApi) -> None:
    order(sandbox, "appointment", approval="paused", reason="why")
    words = json.loads(json.dumps(state.dump(sandbox.sandbox.world), default=state.plain))
    kept = state.restore(words).templates
    assert kept == sandbox.sandbox.world.templates
    for older in words["templates"]:  # as a file from before says it
        for younger in ("kind", "reason", "title", "buttons", "media"):
            del older[younger]
    assert state.restore(words).templates[0].kind == "twilio/text"
