"""How a call ends: foreseen errors in words, others without a value that nobody may see."""

from __future__ import annotations

import json
from typing import NoReturn

import pytest

from sms_desk.bootstrap import Options
from sms_desk.cli.invocation import Invocation
from sms_desk.cli.running import run
from sms_desk.domain.errors import (
    CredentialError,
    DeskError,
    KeyringError,
    NotFoundError,
    ProviderRefusal,
    RefusedError,
    StorageError,
)

CANARY = "canary-of-the-traceback"


def ending(error: BaseException) -> Invocation:
    """A call whose workspace does not open because of the error."""

    def open_session(_options: Options) -> NoReturn:
        raise error

    return Invocation(open_session=open_session)


@pytest.mark.parametrize(
    ("error", "code", "word", "rule"),
    [
        (RefusedError("No.", "Ask.", rule="holder"), 3, "refused", "holder"),
        (NotFoundError("Nothing."), 4, "not_found", ""),
        (StorageError("Damaged."), 5, "storage", ""),
        (KeyringError("Locked."), 5, "keyring", ""),
        (CredentialError("Refused."), 6, "credential", ""),
        (ProviderRefusal("Refused.", code="21610"), 6, "provider_refusal", "21610"),
    ],
)
def test_an_error_is_told_twice(
    error: DeskError, code: int, word: str, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["inbox", "--json"], ending(error)) == code
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "error": {"code": word, "title": error.title, "next_step": error.next_step, "rule": rule}
    }
    assert said.err.splitlines() == [error.title, *([error.next_step] if error.next_step else [])]


def test_a_mistake_of_ours_names_places_and_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inbox", "--json"], ending(ValueError(CANARY))) == 1
    said = capsys.readouterr()
    assert CANARY not in said.out + said.err
    assert "cli/invocation.py" in said.err
    assert json.loads(said.out)["error"]["code"] == "desk"


def test_an_interruption_ends_cleanly(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inbox"], ending(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["inbox", "--nonsense"],
        ["inbox", "--limit", "0"],
        ["thread"],
        ["inbox", "--after", "x"],
        ["close"],
        ["close", "--unread", "0123456"],
        ["view", "share", "x"],
        ["account", "add", "nobody"],
        ["tour", "--out", "x"],
        ["demo"],
    ],
)
def test_words_that_are_off_are_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def open_session(_options: Options) -> NoReturn:
        pytest.fail("a workspace was opened for words that are off")

    assert run([*words, "--json"], Invocation(open_session=open_session)) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["error"]["code"] == "usage"
    assert said["error"]["title"]
