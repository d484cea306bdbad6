"""Small pictures, made here, that stand for what customers send. Nothing is read from disk."""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Callable

Pixel = tuple[int, int, int]
_SIDE = (240, 160)  # width, height


def names() -> tuple[str, ...]:
    """The names of all pictures."""
    return tuple(_PICTURES)


def content_type(name: str) -> str:
    """The MIME type of a picture, by its name."""
    return "image/gif" if name.endswith(".gif") else "image/png"


@functools.cache
def data(name: str) -> bytes:
    """The bytes of a picture; an unknown name gives the first one."""
    if name.endswith(".gif"):
        return _gif()
    paint = _PICTURES.get(name) or next(iter(_PICTURES.values()))
    return _png(paint)


def _coat(x: int, y: int) -> Pixel:
    """A blue coat with a lighter seam on a pale wall."""
    inside = 70 < x < 170 and 20 < y < 150 and abs(x - 120) < 25 + y // 4
    if not inside:
        return (238, 236, 230)
    return (90, 130, 200) if abs(x - 120) < 2 else (38, 70, 140)


def _parcel(x: int, y: int) -> Pixel:
    """A brown parcel with tape, before a door."""
    if 60 < x < 180 and 50 < y < 140:
        return (222, 200, 150) if abs(x - 120) < 8 or abs(y - 95) < 5 else (176, 128, 76)
    return (120, 150, 130) if y < 140 else (90, 90, 96)


def _torn_seam(x: int, y: int) -> Pixel:
    """Red cloth with a white tear."""
    if abs(x - 120 - (y % 24) + 12) < 4 and 30 < y < 130:
        return (246, 244, 240)
    return (170 + (x * 7 + y * 3) % 12, 44, 50)


def _shop(x: int, y: int) -> Pixel:
    """A shop front at dusk."""
    if y < 40:
        return (40 + y, 50 + y, 100 + y)
    if 40 <= y < 62:
        return (190, 70, 50) if (x // 20) % 2 else (240, 232, 220)
    return (250, 220, 140) if 30 < x < 210 and y < 130 else (70, 62, 60)


_PICTURES: dict[str, Callable[[int, int], Pixel]] = {
    "coat.png": _coat,
    "parcel.png": _parcel,
    "seam.png": _torn_seam,
    "shop.png": _shop,
}


def _png(paint: Callable[[int, int], Pixel]) -> bytes:
    """A true-colour PNG (https://www.w3.org/TR/png-3/), painted pixel by pixel."""
    width, height = _SIDE
    rows = (b"\0" + b"".join(bytes(paint(x, y)) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _gif() -> bytes:
    """One grey dot, the smallest GIF that every decoder takes (GIF89a specification)."""
    return bytes.fromhex("47494638396101000100800000808080ffffff2c00000000010001000002024401003b")
