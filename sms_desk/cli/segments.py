"""`segments`: the parts of texts, a line of JSON each, in and out; a million of them in seconds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

from sms_desk.cli.framework import command
from sms_desk.domain import segments as rules

_CHUNK = 1 << 20
BAD_LINES = 2
_DECODE = json.JSONDecoder().raw_decode


@command()
def segments() -> None:
    """Count the parts of texts on stdin.

    Each line is an object {"text": …}; each answer, in the same order, is an object {"encoding",
    "units", "parts", "unicode"}. A line that is none gives {"error": …} in its place, and the
    exit code is 2 at the end. Answers come as soon as their lines do.
    """
    out = sys.stdout
    bad = False
    for lines in _batches(sys.stdin.buffer):
        answers = [_answer(line) for line in lines]
        bad = bad or any(answer.startswith('{"error"') for answer in answers)
        out.write("\n".join(answers) + "\n")
        out.flush()
    if bad:
        sys.exit(BAD_LINES)


def _batches(source: BinaryIO) -> Iterator[list[bytes]]:
    """The lines that have arrived, again and again; the last one may lack its end.

    What has come of a line is joined once, when its end is there: it may be megabytes long.
    """
    begun: list[bytes] = []
    while chunk := source.read1(_CHUNK):  # type: ignore[attr-defined]
        ended, end, rest = chunk.rpartition(b"\n")
        if end:
            yield b"".join((*begun, ended)).split(b"\n")
            begun = []
        begun.append(rest)
    if last := b"".join(begun):
        yield [last]


def _answer(line: bytes) -> str:
    try:
        words = line.decode("utf-8").strip()
        value, end = _DECODE(words)  # twice as quick as json.loads
        if end != len(words):
            raise ValueError
        text = value["text"]
        if not isinstance(text, str):
            raise TypeError
    except UnicodeDecodeError:
        return _error("the line is not UTF-8")
    except (ValueError, RecursionError):
        return _error("the line is not JSON")
    except (KeyError, TypeError, IndexError):
        return _error('the line is not an object with a "text" that is a string')
    found = rules.count(text)
    unicode = json.dumps(found.unicode) if found.unicode else "[]"
    return (
        f'{{"encoding": "{found.encoding}", "units": {found.units}, "parts": {found.parts},'
        f' "unicode": {unicode}}}'
    )


def _error(why: str) -> str:
    return json.dumps({"error": why})
