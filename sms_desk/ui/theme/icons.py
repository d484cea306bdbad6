"""Line icons (Lucide), tinted by a token and sharp on every screen."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap

_RATIOS: Final = (1.0, 1.5, 2.0, 3.0)
"""The device pixel ratios that an icon may hold pixmaps for; Qt picks the one that fits."""


def ratios() -> tuple[float, ...]:
    """Those up to the sharpest screen's: drawing the others for nobody took 30 ms of each start."""
    sharpest = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    enough = next((ratio for ratio in _RATIOS if ratio >= sharpest), _RATIOS[-1])
    return tuple(ratio for ratio in _RATIOS if ratio <= enough)


def icon(name: str, color: QColor, size: int, disabled: QColor) -> QIcon:
    """An icon of `size` logical pixels. Raises FileNotFoundError if there is none of that name."""
    made = QIcon()
    for ratio in ratios():
        made.addPixmap(pixmap(name, color, size, ratio))
        made.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, color: QColor, size: int, ratio: float) -> QPixmap:
    """One icon drawn in one colour, `size` logical pixels square."""
    return _pixmap(name, color.name(QColor.NameFormat.HexRgb), size, ratio)


def forget() -> None:
    """Drop what was drawn, when the colours are others."""
    _pixmap.cache_clear()


@cache
def _pixmap(name: str, color: str, size: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # 18 ms: the first frame of the window needs no icon

    pixels = round(size * ratio)
    made = QPixmap(QSize(pixels, pixels))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


@cache
def _source(name: str) -> str:
    return (icon_folder() / f"{name}.svg").read_text(encoding="utf-8")


@cache
def icon_folder() -> Path:
    """Where the drawings are: inside the installed package, or beside it in the source tree."""
    package = Path(str(resources.files("sms_desk")))
    installed = package / "_resources" / "icons"
    return installed if installed.is_dir() else package.parent / "resources" / "icons"
