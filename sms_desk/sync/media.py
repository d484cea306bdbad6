"""Fetching attachments: a few at a time, within limits, typed by their content (algorithms §3, 146-155)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain.errors import (
    NotFoundError,
    ProviderError,
    ProviderRefusal,
    ProviderUnreachable,
    RateLimited,
)
from sms_desk.providers.base import Provider
from sms_desk.store import attachments
from sms_desk.store.attachments import Pending
from sms_desk.store.engine import Workspace
from sms_desk.sync.intake import Stored

LIMIT_BYTES = 25 * 1024 * 1024
_AT_ONCE = 2
_TRIES = 5
_PAUSE = timedelta(minutes=1)
"""After a failure: it is the media host's, the line itself may stand."""
_SIGNATURES = (
    # https://www.iana.org/assignments/media-types; WebP: RFC 9649, 2.4
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"%PDF-", "application/pdf"),
)
UNKNOWN = "application/octet-stream"


def sniffed(data: bytes) -> str:
    """The type that the bytes themselves show; whoever sent them may say what he likes."""
    for offset, signature, content_type in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            if content_type == "image/webp" and not data.startswith(b"RIFF"):
                continue
            return content_type
    return UNKNOWN


class MediaFetcher:
    """Fetches the attachments of one account's messages."""

    def __init__(self, workspace: Workspace, account_id: UUID, provider: Provider) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self._provider = provider
        self._paused_at: datetime | None = None

    def run(self, now: datetime) -> Iterator[Stored]:
        """Fetch a few. Raises CredentialError; any other failure concerns the attachment alone."""
        if self._is_paused(now):
            return
        with self._workspace.read() as tx:
            due = attachments.pending(tx, self._account_id, limit=_AT_ONCE)
        for item in due:
            self._fetch(item, now)
            yield Stored(frozenset({item.conversation_id}), frozenset({item.message_id}))

    def waiting(self, now: datetime) -> bool:
        """Whether there is more to fetch at once."""
        if self._is_paused(now):
            return False
        with self._workspace.read() as tx:
            return bool(attachments.pending(tx, self._account_id, limit=1))

    def _is_paused(self, now: datetime) -> bool:
        return self._paused_at is not None and self._paused_at <= now < self._paused_at + _PAUSE

    def _fetch(self, item: Pending, now: datetime) -> None:
        try:
            path = item.path or self._path(item)
            if path is None:
                self._refuse(item, "not_listed")
                return
            _, data = self._provider.fetch_media(path, limit=LIMIT_BYTES)
        except ProviderRefusal as error:
            self._refuse(item, error.code or error.title)
            return
        except NotFoundError:
            self._refuse(item, "gone")
            return
        except (ProviderUnreachable, RateLimited) as error:
            self._failed(item, error, now)
            return
        if len(data) > LIMIT_BYTES:
            self._refuse(item, "too_large")
            return
        with self._workspace.write() as tx:
            attachments.keep(tx, item.id, sniffed(data), data)

    def _failed(self, item: Pending, error: ProviderError, now: datetime) -> None:
        self._paused_at = now
        tries = item.tries + 1
        with self._workspace.write() as tx:
            attachments.failed(tx, item.id, tries, error.title, last=tries >= _TRIES)

    def _path(self, item: Pending) -> str | None:
        """Ask the provider for the message's attachments and note them all."""
        listed = self._provider.list_media(item.message_sid)
        with self._workspace.write() as tx:
            for n, media in enumerate(listed):
                attachments.name(
                    tx,
                    item.message_id,
                    n,
                    sid=media.sid,
                    path=media.path,
                    content_type=media.content_type,
                )
        return listed[item.n].path if item.n < len(listed) else None

    def _refuse(self, item: Pending, reason: str) -> None:
        with self._workspace.write() as tx:
            attachments.refuse(tx, item.id, reason)
