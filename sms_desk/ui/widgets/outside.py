"""What leads out of the desk: opening a link, and choosing a file to write."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from sms_desk.ui.widgets.text import clipped


def open_link(url: str) -> bool:
    """Show an http(s) address in the browser; anything else stays closed."""
    parsed = QUrl(url, QUrl.ParsingMode.StrictMode)
    if not parsed.isValid() or parsed.scheme() not in ("http", "https"):
        return False
    return QDesktopServices.openUrl(parsed)


def ask_where_to_save(parent: QWidget | None, title: str, name: str) -> Path | None:
    """A file to write, chosen by the person. name: our own suggestion, never one from outside."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    chosen, _ = QFileDialog.getSaveFileName(parent, clipped(title, 200), str(Path(folder) / name))
    return Path(chosen) if chosen else None


def ask_what_to_open(parent: QWidget | None, title: str, kinds: str) -> Path | None:
    """A file to read, chosen by the person. kinds: as Qt filters them, such as `CSV (*.csv)`."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    chosen, _ = QFileDialog.getOpenFileName(parent, clipped(title, 200), folder, kinds)
    return Path(chosen) if chosen else None
