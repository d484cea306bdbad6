"""`segments`: lines of any length, however they arrive (R34)."""

from __future__ import annotations

import io
import json
import sys
import time

import pytest
from typing_extensions import override

from sms_desk.cli.invocation import Invocation
from sms_desk.cli.running import run


class Slow(io.BytesIO):
    """Hands out at most so many bytes at once, as a pipe does."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    @override
    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(self._most)


def answers(
    data: bytes, most: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, object]]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Slow(data, most)))
    run(["segments"], Invocation())
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("most", [1, 2, 7, 15, 16, 17, 1000])
def test_r34_lines_are_the_same_however_they_arrive(
    most: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = b'{"text": "ab"}\n{"text": "abcd"}\n\n{"text": "a"}'
    found = answers(data, most, monkeypatch, capsys)
    assert [answer.get("units") for answer in found] == [2, 4, None, 1]


def test_r34_a_long_line_costs_no_more_in_many_pieces_than_in_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = b'{"text": "%s"}' % (b"a" * 8_000_000)
    begin = time.process_time()
    (answer,) = answers(data, 1000, monkeypatch, capsys)
    assert answer["units"] == 8_000_000
    assert time.process_time() - begin < 2
