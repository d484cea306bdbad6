"""Opens thread, composer and context pane alone with invented data, and writes pictures of them.

QT_QPA_PLATFORM=offscreen python -m tests.gui.try_thread OUT [NAME …]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from sms_desk.services.rows import ThreadItem
from sms_desk.ui import theme
from sms_desk.ui.thread import Reader, ThreadView
from sms_desk.ui.theme import Scheme
from tests.gui import invented


def thread_of(*items: ThreadItem, unread: int | None = None) -> ThreadView:
    view = ThreadView(Reader(invented.ME, invented.ZONE), lambda: invented.NOW)
    view.attachment_wanted.connect(
        lambda wanted: view.set_attachment(wanted, invented.picture_bytes())
    )
    view.start(read_position=0, first_unread=unread)
    view.show_page(invented.page(*items))
    return view


def _target() -> QWidget:
    return thread_of(*invented.target_picture(), unread=invented.DETAIL.first_unread_position)


def _empty() -> QWidget:
    return thread_of()


def _loading() -> QWidget:
    view = thread_of()
    view.start(read_position=0, first_unread=None)
    return view


def _error() -> QWidget:
    view = thread_of()
    view.show_error("The thread could not be read.", "Try again in a moment.")
    return view


SCENES: dict[str, Callable[[], QWidget]] = {
    "target": _target,
    "states": lambda: thread_of(*invented.every_state()),
    "scripts": lambda: thread_of(*invented.scripts()),
    "files": lambda: thread_of(*invented.with_files()),
    "many": lambda: thread_of(*invented.many(60)),
    "empty": _empty,
    "loading": _loading,
    "error": _error,
}
HEIGHTS = {"states": 1180, "scripts": 900}
WIDTHS = {"target": (400, 600, 800), "states": (400, 600)}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def settle(milliseconds: int = 150) -> None:
    """Let timers and pool threads finish."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def main(folder: str, *names: str) -> None:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        theme.apply(app, scheme)
        for name in names or SCENES:
            for width in WIDTHS.get(name, (600,)):
                widget = SCENES[name]()
                widget.resize(width, HEIGHTS.get(name, 640))
                widget.show()
                settle()
                target = out / f"{name}-{width}-{scheme}.png"
                widget.grab().save(str(target))
                print(target)
                widget.close()
                widget.deleteLater()


if __name__ == "__main__":
    main(*sys.argv[1:])
