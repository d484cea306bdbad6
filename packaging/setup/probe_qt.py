"""Loads Qt for real, offscreen and the X11 plug-in, and says as JSON what does not load.

Runs inside `.venv`, in a process of its own. Keys: `errors` (nothing works without these),
`window_errors` (no real window without these), `scripts_without_font`.
"""

from __future__ import annotations

import ctypes
import json
from pathlib import Path

EMOJI = "emoji"


def main() -> None:
    """Print one line of JSON."""
    report: dict[str, list[str]] = {"errors": [], "window_errors": [], "scripts_without_font": []}
    try:
        from PySide6 import QtGui, QtNetwork, QtSvg, QtWidgets  # noqa: F401
    except ImportError as error:
        report["errors"].append(str(error))
    else:
        report["window_errors"] = window_errors()
        report["scripts_without_font"] = scripts_without_font()
    print(json.dumps(report))


def window_errors() -> list[str]:
    """What the X11 platform plug-in misses; the loader names one library at a time."""
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return [str(error)]
    return []


def scripts_without_font() -> list[str]:
    """Scripts that messages are written in and no installed font can draw."""
    from PySide6.QtGui import QFontDatabase, QGuiApplication

    application = QGuiApplication([])
    system = QFontDatabase.WritingSystem
    wanted = {
        "Devanagari": system.Devanagari,
        "Thai": system.Thai,
        "Chinese": system.SimplifiedChinese,
        "Japanese": system.Japanese,
    }
    missing = [name for name, script in wanted.items() if not QFontDatabase.families(script)]
    if not any(EMOJI in family.lower() for family in QFontDatabase.families()):
        missing.append(EMOJI)
    del application
    return missing


if __name__ == "__main__":
    main()
