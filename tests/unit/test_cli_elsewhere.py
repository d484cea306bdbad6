"""R63: that another process syncs is a state of its own; any other trouble with the file is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from sms_desk.cli import sync, waiting
from sms_desk.domain.errors import DeskError, ElsewhereError, StorageError


def session(error: DeskError) -> Any:
    def sync_once() -> NoReturn:
        raise error

    desk = SimpleNamespace(wake_due=lambda: None)
    return SimpleNamespace(sync_once=sync_once, lines=lambda: (), team_line=lambda: None, desk=desk)


CALL: Any = SimpleNamespace(progress=lambda _text: None)


def test_another_process_is_said_and_asked_to_look() -> None:
    answer = sync._cycles(session(ElsewhereError("Another one.")), CALL)
    assert answer.elsewhere


@pytest.mark.parametrize("cycle", [sync._cycles, sync._on])
def test_a_damaged_file_is_not_taken_for_another_process(cycle: Any) -> None:
    with pytest.raises(StorageError, match="damaged"):
        cycle(session(StorageError("The file is damaged.")), CALL)
    with pytest.raises(StorageError, match="damaged"):
        waiting._cycle(session(StorageError("The file is damaged.")))
