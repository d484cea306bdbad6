"""The ledger: an append-only file of what was accepted, one JSON object in a line.

A line is on the disk (flush and fsync) before the 201 is sent, so that a test can count what the
provider took however the answer was lost.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sms_desk.domain.frozen import dataclass

from .model import Message, SendRequest


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted message. n: its line, from 1; copy: 1 for the first with this To, From (or
    service) and body, 2 for the second; at: when it was accepted, aware UTC."""

    n: int
    copy: int
    sid: str
    at: datetime
    request: SendRequest

    def to_json(self) -> dict[str, Any]:
        request = self.request
        return {
            "n": self.n,
            "copy": self.copy,
            "sid": self.sid,
            "at": self.at.isoformat(),
            "to": request.to,
            "from": request.sender,
            "body": request.body,
            "body_sha256": hashlib.sha256(request.body.encode()).hexdigest(),
            "service_sid": request.service_sid,
            "media": list(request.media),
            "content_sid": request.content_sid,
            "content_variables": request.content_variables,
            "validity": request.validity,
            "send_at": request.send_at.isoformat() if request.send_at else None,
        }

    @classmethod
    def from_json(cls, words: dict[str, Any]) -> Entry:
        send_at = words["send_at"]
        request = SendRequest(
            to=words["to"],
            sender=words["from"],
            body=words["body"],
            service_sid=words["service_sid"],
            media=tuple(words["media"]),
            content_sid=words["content_sid"],
            content_variables=words["content_variables"],
            validity=words["validity"],
            send_at=datetime.fromisoformat(send_at) if send_at else None,
        )
        at = datetime.fromisoformat(words["at"])
        return cls(words["n"], words["copy"], words["sid"], at.astimezone(UTC), request)


def read(path: Path) -> list[Entry]:
    """What a ledger file holds, oldest first; a last line torn by a crash is left out."""
    if not path.exists():
        return []
    *whole, _torn = path.read_text("utf-8").split("\n")
    return [Entry.from_json(json.loads(line)) for line in whole if line]


class Ledger:
    """The open file. Without a path nothing is written, and entries are only counted."""

    def __init__(self, path: Path | None = None) -> None:
        self.entries = read(path) if path else []
        self._copies = Counter(_lane(entry.request) for entry in self.entries)
        self._file = _open_for_append(path) if path else None

    def record(self, message: Message, request: SendRequest) -> Entry:
        """Write one accepted message down; on return it is on the disk."""
        lane = _lane(request)
        self._copies[lane] += 1
        n = len(self.entries) + 1
        entry = Entry(n, self._copies[lane], message.sid, message.created, request)
        self.entries.append(entry)
        if self._file:
            line = json.dumps(entry.to_json(), ensure_ascii=False)
            self._file.write(f"{line}\n".encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        return entry

    def close(self) -> None:
        if self._file:
            self._file.close()


def _lane(request: SendRequest) -> tuple[str, str, str]:
    return (request.to, request.sender or request.service_sid, request.body)


def _open_for_append(path: Path) -> Any:
    """The file, made private, with a torn last line cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    file = os.fdopen(handle, "r+b")
    content = file.read()
    file.truncate(content.rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)
    return file
