"""Thumbnails of received pictures: the content decides what they are, and limits come first."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QObject,
    QSize,
    Qt,
    QThreadPool,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QImageReader, QPixmap

MAX_PIXELS = 24_000_000
MAX_BYTES = 25 * 1024 * 1024
ALLOCATION_MIB = 128
THUMB_EDGE = 560
"""The longer edge of a kept thumbnail, in device pixels: twice what is shown."""

_SIGNATURES = (
    (b"\xff\xd8\xff", b"jpeg"),
    (b"\x89PNG\r\n\x1a\n", b"png"),
    (b"GIF87a", b"gif"),
    (b"GIF89a", b"gif"),
)


class Pictures(QObject):
    """Holds the thumbnails of one thread. Decoding happens on a pool thread."""

    wanted = Signal(object)
    """An attachment's id whose bytes nobody has given yet."""
    changed = Signal(object)
    """An attachment's id whose thumbnail, or the lack of one, is known now."""
    _decoded = Signal(int, object, QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pixmaps: dict[UUID, QPixmap | None] = {}
        self._asked: set[UUID] = set()
        self._generation = 0
        self._decoded.connect(self._on_decoded, Qt.ConnectionType.QueuedConnection)

    def clear(self) -> None:
        """Another thread: forget everything, also what is still being decoded."""
        self._generation += 1
        self._pixmaps.clear()
        self._asked.clear()

    def pixmap(self, attachment_id: UUID) -> QPixmap | None:
        """The thumbnail, if it is there; asks for the bytes once if it is not."""
        if attachment_id not in self._pixmaps and attachment_id not in self._asked:
            self._asked.add(attachment_id)
            self.wanted.emit(attachment_id)
        return self._pixmaps.get(attachment_id)

    def size(self, attachment_id: UUID) -> QSize | None:
        """Size to show it at, in logical pixels; None while it is unknown."""
        pixmap = self._pixmaps.get(attachment_id)
        return None if pixmap is None else pixmap.size() / 2

    def is_broken(self, attachment_id: UUID) -> bool:
        """Whether the bytes were no picture that the desk shows."""
        return attachment_id in self._pixmaps and self._pixmaps[attachment_id] is None

    def supply(self, attachment_id: UUID, data: bytes) -> None:
        """The bytes that `wanted` asked for."""
        generation, decoded = self._generation, self._decoded

        def work() -> None:
            decoded.emit(generation, attachment_id, thumbnail(data))

        _start(work)

    @Slot(int, object, QImage)
    def _on_decoded(self, generation: int, attachment_id: UUID, image: QImage) -> None:
        if generation != self._generation:
            return
        self._pixmaps[attachment_id] = None if image.isNull() else QPixmap.fromImage(image)
        self.changed.emit(attachment_id)


def _start(work: Callable[[], None]) -> None:
    QThreadPool.globalInstance().start(work)


def thumbnail(data: bytes) -> QImage:
    """A picture at most THUMB_EDGE wide and high; a null image for what is refused or broken."""
    kind = sniff(data)
    if kind is None or len(data) > MAX_BYTES:
        return QImage()
    QImageReader.setAllocationLimit(ALLOCATION_MIB)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isEmpty() or size.width() * size.height() > MAX_PIXELS:
        return QImage()
    reader.setScaledSize(_fitted(size))
    return reader.read()


def sniff(data: bytes) -> bytes | None:
    """JPEG, PNG, GIF or WebP by content; None for everything else, whatever it calls itself."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return b"webp"
    return next((kind for start, kind in _SIGNATURES if data.startswith(start)), None)


def _fitted(size: QSize) -> QSize:
    limit = QSize(THUMB_EDGE, THUMB_EDGE)
    if size.width() <= limit.width() and size.height() <= limit.height():
        return size
    fitted = size.scaled(limit, Qt.AspectRatioMode.KeepAspectRatio)
    return fitted.expandedTo(QSize(1, 1))
