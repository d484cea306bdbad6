"""The sandbox's answers fit Twilio's own OpenAPI description, and its objects name the same fields.

Where the description is not to be had, this module is skipped and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sms_desk.providers.sandbox import World, starter_world
from sms_desk.providers.sandbox.app import ENDPOINTS
from tests.fixtures.openapi import description
from tests.fixtures.sandbox import CUSTOMER, START, SandboxApi, sandbox_api

VENDOR = description()


def _world() -> World:
    """One of everything, a template with every approval, a message in every state."""
    world = starter_world(seed=3)
    world.receive(CUSTOMER, "+12025550101", "A picture 🧥", START, pictures=("coat.png",))
    world.receive("TWILIO", "+12025550101", "from a name", START)
    world.receive("22000", "+12025550101", "from a short code", START)
    return world


@pytest.fixture(scope="module")
def api() -> Iterator[SandboxApi]:
    with sandbox_api(world=_world()) as api:
        yield api


def _paths(world: World) -> Iterator[str]:
    """A concrete path for every GET of the sandbox that the description knows."""
    picture = next(m for m in world.messages() if m.media)
    ids = {
        "messages": picture.sid,
        "media": picture.sid,
        "numbers": world.numbers[0].sid,
        "short_codes": world.short_codes[0].sid,
        "services": world.services[0].sid,
        "whatsapp": world.whatsapp[0].sid,
        "content": world.templates[0].sid,
    }
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            noun = endpoint.name.split(".")[0]
            media = f"{picture.media[0].sid}.json"
            yield endpoint.path.format(account=world.account.sid, sid=ids.get(noun), media=media)


PATHS = sorted(set(_paths(_world())))


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_validates(api: SandboxApi, path: str) -> None:
    query = {"Channel": "whatsapp"} if path.endswith("Senders") and "/v2/" in path else {}
    answer = api.get(path, **query)
    assert answer.status_code == 200, answer.text
    VENDOR.validate_answer(answer)


@pytest.mark.parametrize(
    "form",
    [
        {"To": CUSTOMER, "From": "+12025550101", "Body": "Hello"},
        {"To": CUSTOMER, "From": "+12025550101", "MediaUrl": "https://pictures.example/a.jpg"},
        {"To": "whatsapp:" + CUSTOMER, "From": "whatsapp:+447700900119", "Body": "Hello"},
        {"To": CUSTOMER, "MessagingServiceSid": "{offers}", "Body": "From the pool"},
        {"To": CUSTOMER, "MessagingServiceSid": "{offers}", "ContentSid": "{template}"},
        {"To": "12", "From": "+12025550101", "Body": "refused"},
    ],
)
def test_create_validates(api: SandboxApi, form: dict[str, str]) -> None:
    world = api.server.world
    ids = {"offers": world.services[0].sid, "template": world.templates[0].sid}
    answer = api.post("/Messages.json", **{name: text.format(**ids) for name, text in form.items()})
    VENDOR.validate_request(answer.request)
    VENDOR.validate_answer(answer)


@pytest.mark.parametrize("status", ["sent", "delivered", "undelivered", "failed", "canceled"])
def test_every_state_validates(api: SandboxApi, status: str) -> None:
    sid = api.send()["sid"]
    api.control(f"/messages/{sid}/status", status=status, error_code=30003)
    VENDOR.validate_answer(api.get(f"/Messages/{sid}.json"))


def test_refusals_validate(api: SandboxApi) -> None:
    for path, status in [
        ("/Messages/SM" + "0" * 32 + ".json", 404),
        ("/Messages.json?Page=9", 400),
    ]:
        answer = api.get(path)
        assert answer.status_code == status
        VENDOR.validate_answer(answer)
    api.session.auth = ("nobody", "nothing")
    VENDOR.validate_answer(api.get("/Messages.json"))
    api.session.auth = (api.server.account.sid, api.server.account.auth_token)


@pytest.mark.parametrize(
    ("path", "key", "schema"),
    [
        ("/Messages.json", "messages", "api.v2010.account.message"),
        ("/IncomingPhoneNumbers.json", "incoming_phone_numbers", "api.v2010.account.incoming_phone_number"),
        ("/SMS/ShortCodes.json", "short_codes", "api.v2010.account.short_code"),
        ("/v1/Services", "services", "messaging.v1.service"),
        ("/v1/Services/{pool}/PhoneNumbers", "phone_numbers", "messaging.v1.service.phone_number"),
        ("/v1/Services/{pool}/AlphaSenders", "alpha_senders", "messaging.v1.service.alpha_sender"),
        ("/v1/Content", "contents", "content.v1.content"),
        ("/v1/ContentAndApprovals", "contents", "content.v1.content_and_approvals"),
    ],
)  # fmt: skip
def test_objects_have_exactly_the_fields_described(
    api: SandboxApi, path: str, key: str, schema: str
) -> None:
    answer = api.get(path.format(pool=api.server.world.services[0].sid)).json()
    ours: dict[str, Any] = answer[key][0]
    newer = {"type"}  # of a number: in the description of 2026, not yet in the npm package's
    assert set(ours) ^ VENDOR.properties(schema) <= newer
