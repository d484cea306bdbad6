"""Opens thread, composer and context pane alone with invented data, and writes pictures of them.

QT_QPA_PLATFORM=offscreen python -m tests.gui.try_thread OUT [NAME …]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from typing_extensions import override

from sms_desk.domain.model import Channel, DraftMode
from sms_desk.services.rows import ThreadItem
from sms_desk.ui import theme
from sms_desk.ui.composer import Composer
from sms_desk.ui.context import ContextPane
from sms_desk.ui.theme import Scheme
from sms_desk.ui.thread import Reader, ThreadHead, ThreadView
from sms_desk.ui.widgets.panes import horizontal_line
from tests.gui import invented_thread as invented


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


def composer_with(text: str = "", mode: DraftMode = DraftMode.REPLY) -> Composer:
    made = Composer()
    made.start(invented.CONVERSATION, Channel.SMS, {mode: text})
    made.set_senders(invented.CHOICES)
    made.set_people(invented.PEOPLE)
    made.set_templates(invented.TEMPLATES, {"first_name": "Mira"})
    made.choose_mode(mode)
    return made


class Whole(QWidget):
    """Head, messages and composer as a window will put them together."""

    def __init__(self, text: str, mode: DraftMode = DraftMode.REPLY) -> None:
        super().__init__()
        self.head = ThreadHead(Reader(invented.ME, invented.ZONE), lambda: invented.NOW)
        self.head.show_conversation(invented.DETAIL)
        self.head.set_people(invented.PEOPLE)
        self.messages = thread_of(*invented.target_picture())
        self.composer = composer_with(text, mode)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(horizontal_line())
        layout.addWidget(self.messages, 1)
        layout.addWidget(self.composer)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.composer.focus_text()


def _popup() -> QWidget:
    made = Whole("Hello ")
    QTimer.singleShot(30, made, lambda: made.composer.insert_text("/a"))
    return made


def _blocked() -> QWidget:
    made = Whole("Half typed")
    made.composer.set_block(
        "The window closed at 14:02.",
        "Send a template, or wait until they write.",
        [("template", "Choose a template")],
    )
    return made


def _unanswerable() -> QWidget:
    made = Whole("")
    made.composer.set_unanswerable("22000 is a short code that takes no replies.")
    return made


def _context() -> QWidget:
    made = ContextPane(lambda: invented.NOW, invented.ZONE)
    made.set_people(invented.PEOPLE)
    made.set_tags(invented.TAGS)
    made.show_conversation(invented.DETAIL)
    made.show_timeline(tuple(reversed(invented.target_picture())))
    return made


SCENES: dict[str, Callable[[], QWidget]] = {
    "target": _target,
    "states": lambda: thread_of(*invented.every_state()),
    "scripts": lambda: thread_of(*invented.scripts()),
    "files": lambda: thread_of(*invented.with_files()),
    "many": lambda: thread_of(*invented.many(60)),
    "empty": _empty,
    "loading": _loading,
    "error": _error,
    "context": _context,
    "whole": lambda: Whole("Yes, two in blue (M and L). Shall I put one aside until 19:00?"),
    "unicode": lambda: Whole("Two “blue” ones… " + "we keep one for you until seven. " * 12),
    "note": lambda: Whole("@Sana Bashir can you hold one?", DraftMode.NOTE),
    "popup": _popup,
    "blocked": _blocked,
    "unanswerable": _unanswerable,
}
HEIGHTS = {"states": 1180, "scripts": 900}
WIDTHS = {
    "context": (288,),
    "target": (400, 600, 800),
    "states": (400, 600),
    "whole": (400, 600, 800),
}
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
