"""What the sandbox does with a message: refusals, receipts, senders, opt-out, the WhatsApp window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sms_desk.providers.sandbox import rules
from tests.fixtures.sandbox import CUSTOMER, SandboxApi, sandbox

__all__ = ["sandbox"]

LINE = "+12025550101"
WHATSAPP = "whatsapp:+447700900119"
WA_CUSTOMER = f"whatsapp:{CUSTOMER}"
DAY = 24 * 3600


def _refused(sandbox: SandboxApi, **form: str) -> tuple[int, int]:
    answer = sandbox.post("/Messages.json", **{"From": LINE, "To": CUSTOMER, "Body": "x"} | form)
    error = answer.json()
    assert error["more_info"] == f"https://www.twilio.com/docs/errors/{error['code']}"
    assert error["status"] == answer.status_code
    return answer.status_code, error["code"]


@pytest.mark.parametrize(("to", "code"), rules.REFUSED_TO.items())
def test_magic_recipients_are_refused(sandbox: SandboxApi, to: str, code: int) -> None:
    assert _refused(sandbox, To=to) == (400, code)
    assert sandbox.listed() == []


@pytest.mark.parametrize(("sender", "code"), rules.REFUSED_FROM.items())
def test_magic_senders_are_refused(sandbox: SandboxApi, sender: str, code: int) -> None:
    assert _refused(sandbox, From=sender) == (400, code)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "22000"}, 21211),
        ({"To": "TWILIO"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "+12025550199"}, 21606),
        ({"From": "NORTHWIND"}, 21612),  # a name towards +1
        ({"From": "much too long a name"}, 21212),
        ({"From": WHATSAPP}, 21910),
        ({"From": "whatsapp:+447700900000", "To": WA_CUSTOMER}, 63007),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": "file:///etc/hostname"}, 21620),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
        ({"From": "", "MessagingServiceSid": "MG" + "0" * 32}, 21701),
        ({"ValidityPeriod": "soon"}, 20001),
    ],
)
def test_other_refusals(sandbox: SandboxApi, form: dict[str, str], code: int) -> None:
    assert _refused(sandbox, **form)[1] == code
    assert sandbox.server.sandbox.ledger.entries == []


@pytest.mark.parametrize(("to", "fate"), rules.FAILS_LATER.items())
def test_numbers_that_are_accepted_and_fail_later(
    sandbox: SandboxApi, to: str, fate: tuple[str, int]
) -> None:
    sid = sandbox.send(to=to)["sid"]
    sandbox.sandbox.advance(60)
    message = sandbox.message(sid)
    assert (message["status"], message["error_code"]) == fate
    assert message["error_message"] == rules.DELIVERY_ERRORS[fate[1]]


def test_numbers_that_get_stuck(sandbox: SandboxApi) -> None:
    form = {"From": LINE, "To": rules.STAYS_QUEUED, "Body": "x", "ValidityPeriod": "14400"}
    queued = sandbox.post("/Messages.json", **form).json()["sid"]
    sent = sandbox.send(to=rules.STAYS_SENT)["sid"]
    sandbox.sandbox.advance(3600)
    assert sandbox.message(queued)["status"] == "queued"
    assert sandbox.message(queued)["date_sent"] is None
    assert sandbox.message(sent)["status"] == "sent"
    sandbox.sandbox.advance(4 * 3600)
    assert sandbox.message(queued)["error_code"] == 30036


@pytest.mark.parametrize(
    "auth", [("", ""), ("AC" + "0" * 32, "sandbox-auth-token"), ("SK" + "5a" * 16, "no")]
)
def test_wrong_credentials(sandbox: SandboxApi, auth: tuple[str, str]) -> None:
    sandbox.session.auth = auth
    answer = sandbox.get("/Messages.json")
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_another_accounts_path(sandbox: SandboxApi) -> None:
    answer = sandbox.get(f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json")
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_a_service_chooses_its_sender_later_and_keeps_it(sandbox: SandboxApi) -> None:
    """R61: such a message has no sender until the service has chosen one."""
    service = sandbox.server.world.services[0].sid
    form = {"To": CUSTOMER, "MessagingServiceSid": service, "Body": "Offer"}
    sent = sandbox.post("/Messages.json", **form).json()
    assert (sent["from"], sent["status"], sent["messaging_service_sid"]) == (
        None,
        "accepted",
        service,
    )
    sandbox.sandbox.advance(30)
    done = sandbox.message(sent["sid"])
    assert (done["from"], done["status"]) == ("+12025550102", "delivered")

    pool = sandbox.server.world.services
    pool[0] = replace(pool[0], senders=("+12025550101", *pool[0].senders))
    again = sandbox.post("/Messages.json", **form).json()["sid"]
    sandbox.sandbox.advance(1)
    assert sandbox.message(again)["from"] == "+12025550102"

    british = sandbox.post("/Messages.json", **form | {"To": "+447700900555"}).json()["sid"]
    sandbox.sandbox.advance(1)
    assert sandbox.message(british)["from"] == "SANDBOX"


def test_stop_in_one_scope_and_start_again(sandbox: SandboxApi) -> None:
    """R39: STOP counts for the sender, or for all senders of its messaging service."""
    service = sandbox.server.world.services[0].sid
    sandbox.sandbox.receive(CUSTOMER, "+12025550102", " Stop ")
    sandbox.sandbox.advance(10)
    confirmation = sandbox.listed(To=CUSTOMER)[0]
    assert (confirmation["direction"], confirmation["body"]) == ("outbound-reply", rules.STOP_TEXT)
    assert _refused(sandbox, From="+12025550102") == (400, 21610)
    assert _refused(sandbox, From="+447700900118") == (400, 21610)
    assert _refused(sandbox, From="", MessagingServiceSid=service) == (400, 21610)
    sandbox.send(sender=LINE)  # not of that service

    sandbox.sandbox.receive(CUSTOMER, "+12025550102", "START")
    sandbox.send(sender="+12025550102")


@pytest.mark.parametrize("body", ["stop it please", "yes", "STOP!"])
def test_what_is_no_keyword_changes_nothing(sandbox: SandboxApi, body: str) -> None:
    sandbox.sandbox.receive(CUSTOMER, LINE, body)
    sandbox.sandbox.advance(60)
    assert len(sandbox.listed()) == 1
    sandbox.send()


def test_help_is_answered(sandbox: SandboxApi) -> None:
    sandbox.sandbox.receive(CUSTOMER, LINE, "help")
    sandbox.sandbox.advance(5)
    assert sandbox.listed(To=CUSTOMER)[0]["body"] == rules.HELP_TEXT


def test_the_whatsapp_window(sandbox: SandboxApi) -> None:
    """R42: only an inbound message opens it; outside, free text is taken and fails with 63016."""
    closed = sandbox.send(WA_CUSTOMER, sender=WHATSAPP)["sid"]
    sandbox.sandbox.receive(WA_CUSTOMER, WHATSAPP, "Hola")
    opened = sandbox.send(WA_CUSTOMER, sender=WHATSAPP)["sid"]
    sandbox.sandbox.advance(DAY)
    late = sandbox.send(WA_CUSTOMER, sender=WHATSAPP)["sid"]
    sandbox.sandbox.advance(60)
    outcome = [(m["status"], m["error_code"]) for m in map(sandbox.message, (closed, opened, late))]
    assert outcome == [("failed", 63016), ("read", None), ("failed", 63016)]


@pytest.mark.parametrize(("template", "status"), [(0, "read"), (1, "failed")])
def test_an_approved_template_passes_a_closed_window(
    sandbox: SandboxApi, template: int, status: str
) -> None:
    content = sandbox.server.world.templates[template].sid
    form = {
        "To": WA_CUSTOMER,
        "From": WHATSAPP,
        "ContentSid": content,
        "ContentVariables": '{"1": "Mira"}',
    }
    sent = sandbox.post("/Messages.json", **form).json()
    assert "Mira" in sent["body"]
    sandbox.sandbox.advance(60)
    assert sandbox.message(sent["sid"])["status"] == status


def test_schedule_cancel_and_delete(sandbox: SandboxApi) -> None:
    form = {
        "To": CUSTOMER,
        "MessagingServiceSid": sandbox.server.world.services[0].sid,
        "Body": "Later",
        "ScheduleType": "fixed",
        "SendAt": "2026-11-18T09:00:00Z",
    }
    first, second = (sandbox.post("/Messages.json", **form).json()["sid"] for _ in range(2))
    assert sandbox.message(first)["status"] == "scheduled"
    assert (
        sandbox.post(f"/Messages/{second}.json", Status="canceled").json()["status"] == "canceled"
    )
    sandbox.sandbox.advance(DAY + 60)
    assert sandbox.message(first)["status"] == "delivered"
    assert sandbox.message(second)["status"] == "canceled"

    fresh = sandbox.send()["sid"]
    assert sandbox.delete(f"/Messages/{fresh}.json").status_code == 400  # its fate is open
    assert sandbox.delete(f"/Messages/{first}.json").status_code == 204
    assert first not in {m["sid"] for m in sandbox.listed()}


def test_media_bytes(sandbox: SandboxApi) -> None:
    message = sandbox.sandbox.receive(CUSTOMER, LINE, "", pictures=("coat.png",))
    media = sandbox.get(f"/Messages/{message.sid}/Media.json").json()["media_list"][0]
    picture = sandbox.get(media["uri"].removesuffix(".json"))
    assert picture.headers["Content-Type"] == media["content_type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG\r\n\x1a\n")


def test_lists_filter_by_day_and_address(sandbox: SandboxApi) -> None:
    sandbox.sandbox.receive(CUSTOMER, LINE, "monday")
    sandbox.sandbox.advance(DAY)
    sandbox.sandbox.receive(CUSTOMER, LINE, "tuesday")
    unsent = sandbox.send()
    for query, bodies in [
        ({"DateSent": "2026-11-17"}, ["monday"]),
        ({"DateSent>": "2026-11-18"}, ["tuesday"]),
        ({"DateSent<": "2026-11-17"}, ["monday"]),
        ({"DateSent>": "2026-11-17", "DateSent<": "2026-11-18"}, ["tuesday", "monday"]),
        ({"To": LINE}, ["tuesday", "monday"]),
        ({"To": CUSTOMER, "From": LINE}, [unsent["body"]]),
        ({"From": "+12025550102"}, []),
    ]:
        assert [m["body"] for m in sandbox.listed(**query)] == bodies, query


def test_page_arithmetic_and_odd_sizes_are_refused(sandbox: SandboxApi) -> None:
    for query in (
        {"Page": "1"},
        {"PageSize": "1001"},
        {"PageSize": "0"},
        {"PageToken": "nonsense"},
    ):
        assert sandbox.get("/Messages.json", **query).status_code == 400, query
