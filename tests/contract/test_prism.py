"""Over the wire against Prism, a mock server fed with Twilio's own description (`make conformance`).

`SMS_DESK_PRISM_URL` names a running Prism, or `SMS_DESK_PRISM` the program to start. Prism refuses
a request that does not fit, and keeps no state: what it answers is the vendor's own example.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sms_desk.domain.errors import NotFoundError, ProviderError
from sms_desk.domain.model import Channel
from sms_desk.providers.base import Credential, Outcome, Outgoing
from sms_desk.providers.twilio import TwilioProvider, make_twilio
from tests.fixtures.openapi import description
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.prism

ACCOUNT = "AC" + "a" * 32  # the account of the vendor's examples
MESSAGE = "SM" + "a" * 32
TEXT = Outgoing(Channel.SMS, "+12025550101", "+12025550171", "Hello")


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if url := os.environ.get("SMS_DESK_PRISM_URL"):
        yield url
    elif program := os.environ.get("SMS_DESK_PRISM"):
        yield from _started(program, tmp_path_factory.mktemp("prism"))
    else:
        pytest.skip("DID NOT RUN: neither SMS_DESK_PRISM_URL nor SMS_DESK_PRISM is set")


def _started(program: str, folder: Path) -> Iterator[str]:
    document = folder / "twilio.json"
    document.write_text(json.dumps(_one_document()), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, "mock", "-h", "127.0.0.1", "-p", str(port), str(document)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), "Prism", seconds=60)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _one_document() -> dict[str, Any]:
    """All hosts' paths in one description, as one base URL serves them."""
    first, *others = description().documents
    for other in others:
        first["paths"] |= other["paths"]
        for kind, parts in other["components"].items():
            first["components"].setdefault(kind, {}).update(parts)
    return first


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).status_code > 0
    except requests.RequestException:
        return False


@pytest.fixture
def provider(prism: str) -> Iterator[TwilioProvider]:
    made = make_twilio(Credential(ACCOUNT, ACCOUNT, "any-word"), base_url=prism)
    yield made
    made.close()


def test_the_account_answers(provider: TwilioProvider) -> None:
    provider.test()


def test_messages_are_read(provider: TwilioProvider) -> None:
    page = provider.list_messages(page_size=50, to=(Channel.SMS, "+12025550171"))
    assert page.messages
    assert list(page.poison) == []
    assert page.next_path  # Prism's first example always has one, and it answers for ever
    assert provider.next_page(page.next_path).messages


def test_one_message_and_its_media(provider: TwilioProvider) -> None:
    assert provider.fetch_message(MESSAGE).sid
    assert provider.list_media(MESSAGE)


def test_the_directory(provider: TwilioProvider) -> None:
    directory = provider.directory()
    assert directory.senders
    assert directory.services


@pytest.mark.parametrize(
    "message",
    [
        TEXT,
        Outgoing(Channel.SMS, "", TEXT.to, "Hello", service_sid="MG" + "a" * 32),
        Outgoing(Channel.WHATSAPP, TEXT.sender, TEXT.to, "Hello"),
        Outgoing(
            Channel.WHATSAPP,
            TEXT.sender,
            TEXT.to,
            "",
            content_sid="HX" + "a" * 32,
            content_variables={"1": "x"},
        ),
    ],
    ids=["text", "service", "whatsapp", "template"],
)
def test_a_message_is_accepted(provider: TwilioProvider, message: Outgoing) -> None:
    result = provider.send(message)
    assert (result.outcome, bool(result.sid)) == (Outcome.ACCEPTED, True)


def test_what_does_not_fit_is_refused(provider: TwilioProvider) -> None:
    """Prism answers an id that breaks the vendor's pattern as Twilio does: with its error form."""
    wrong = Outgoing(Channel.SMS, "", TEXT.to, "Hello", service_sid="MG1")
    assert provider.send(wrong).outcome is Outcome.REFUSED
    with pytest.raises((NotFoundError, ProviderError)):
        provider.fetch_message("SM1")
