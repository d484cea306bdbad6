"""Settings are declared once; what is typed is checked there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sms_desk.domain.errors import UsageError
from sms_desk.settings.registry import CONNECTOR, NOTICES, SETTINGS, TEAM, Scope, get, of_scope


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=list(SETTINGS))
def test_a_default_is_a_value_that_json_carries(setting: Any) -> None:
    assert setting.parse(setting.default) == setting.default
    assert setting.parse(json.loads(json.dumps(setting.default))) == setting.default
    assert setting.title
    assert setting.help.endswith(".")


TYPED = [
    ("waiting_minutes", "45", 45),
    ("waiting_minutes", 45, 45),
    ("enter_sends", "on", True),
    ("enter_sends", "No", False),
    ("theme", "dark", "dark"),
    ("working_hours", "Mon - Fri 9-18", "mon-fri 9:00-18:00"),
    ("working_hours", " ", ""),
]
WRONG = [
    ("waiting_minutes", "0"),
    ("waiting_minutes", "1.5"),
    ("waiting_minutes", 1.5),
    ("waiting_minutes", ""),
    ("enter_sends", "maybe"),
    ("theme", "pink"),
    ("theme", ["dark"]),
    ("working_hours", 9),
]


@pytest.mark.parametrize(("name", "typed", "value"), TYPED)
def test_what_is_typed_becomes_a_value(name: str, typed: Any, value: Any) -> None:
    assert get(name).parse(typed) == value


@pytest.mark.parametrize(("name", "typed"), WRONG)
def test_a_wrong_value_is_said_with_what_it_takes(name: str, typed: Any) -> None:
    with pytest.raises(UsageError) as caught:
        get(name).parse(typed)
    assert get(name).title in caught.value.title
    assert get(name).kind.words in caught.value.next_step


def test_an_unknown_setting_is_said_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="waiting_minutes"):
        get("nonsense")


def test_every_setting_has_one_scope() -> None:
    topics = ("", NOTICES, TEAM, CONNECTOR)
    shown = [of_scope(scope, topic) for scope in Scope for topic in topics]
    assert sum(map(len, shown)) == len(SETTINGS)
