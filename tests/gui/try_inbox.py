"""Opens rail and inbox alone with invented data; with `--shots DIR` it writes pictures instead.

`python -m tests.gui.try_inbox [--dark]`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from sms_desk.domain.errors import ProviderUnreachable
from sms_desk.domain.inbox_filters import InboxFilter, Scope, SourceFilter
from sms_desk.ui import theme
from sms_desk.ui.inbox import FilterChoices, InboxView
from sms_desk.ui.rail import Rail
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.panes import on_ground, vertical_line
from sms_desk.ui.widgets.progress_bar import WorkBar
from sms_desk.ui.widgets.toast import Toast
from tests.gui import invented

CHOICES = FilterChoices(
    programs=invented.COUNTS.programs,
    senders=((UUID(int=800), "Front desk"), (UUID(int=801), "+1 202 555 0101")),
    owners=((UUID(int=700), "Julia Reyes"),),
    tags=((UUID(int=600), "coats"), (UUID(int=601), "Mill & Street")),
)


class Desk(QWidget):
    """Rail and list as they stand in the window, with an empty pane beside them."""

    def __init__(self) -> None:
        super().__init__()
        on_ground(self, "base")
        self.rail = Rail(self)
        self.inbox = InboxView(lambda: invented.NOW, UTC, self)
        self.inbox.setFixedWidth(336)
        self.rest = EmptyState(self)
        self.rest.show_words("messages-square", "Choose a conversation to read it.")
        self.toast = Toast(self)
        self.work = WorkBar(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addWidget(self.inbox)
        layout.addWidget(vertical_line(self))
        layout.addWidget(self.rest, 1)
        self.rail.set_counts(invented.COUNTS)
        self.rail.place_chosen.connect(self._on_place_chosen)
        self.inbox.filter_changed.connect(lambda _: self.inbox.set_first_page(invented.pictured()))
        self.inbox.set_choices(CHOICES)
        self._on_place_chosen(InboxFilter(scope=Scope.MINE), "Mine")

    def _on_place_chosen(self, value: InboxFilter, title: str) -> None:
        self.inbox.show_place(value, title)
        self.inbox.set_first_page(invented.pictured())


def _plain(desk: Desk) -> None:
    desk.inbox.select(UUID(int=5_000))


def _picked(desk: Desk) -> None:
    desk.inbox.select(UUID(int=5_000))
    view = desk.inbox._list
    for at in (0, 2, 3):
        index = view.model().index(at, 0)
        view.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
    view.setFocus(Qt.FocusReason.TabFocusReason)


def _all(desk: Desk) -> None:
    rows = invented.pictured().rows
    desk.inbox.set_first_page(invented.page(*rows, more=True))
    desk.inbox._list.selectAll()
    desk.inbox.set_total(1_204)


def _filtered(desk: Desk) -> None:
    desk.inbox._bar.set_filter(
        InboxFilter(
            scope=Scope.MINE,
            program_id=invented.AUTUMN,
            source=SourceFilter.CAMPAIGN,
            unread=True,
            tag_id=UUID(int=600),
        )
    )
    desk.inbox.set_first_page(invented.page(*invented.pictured().rows[:3]))


def _empty(desk: Desk) -> None:
    desk.inbox.set_first_page(invented.page())
    desk.toast.offer_undo("Closed 3 conversations", UUID(int=1))


def _error(desk: Desk) -> None:
    desk.inbox.show_error(
        ProviderUnreachable("The workspace file is locked.", "Close the other desk and try again.")
    )
    desk.rail.set_collapsed(True)


def _pill(desk: Desk) -> None:
    desk.inbox.set_first_page(invented.many(60))
    desk.inbox._list.verticalScrollBar().setValue(700)
    desk.inbox.refresh_rows([invented.row(4_000 + n, "New") for n in range(3)])


def _loading(desk: Desk) -> None:
    desk.inbox._on_patience_ended()


SCENES: dict[str, Callable[[Desk], None]] = {
    "plain": _plain,
    "picked": _picked,
    "all": _all,
    "filtered": _filtered,
    "empty": _empty,
    "error": _error,
    "pill": _pill,
    "loading": _loading,
}


def shoot(app: QApplication, folder: Path) -> None:
    """A picture of each scene in both schemes, the first also in the smallest window."""
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        theme.apply(app, scheme)
        for name, prepare in SCENES.items():
            for width, height in ((1280, 800), (760, 520)) if name == "plain" else ((1280, 800),):
                desk = Desk()
                desk.resize(width, height)
                desk.show()
                app.processEvents()
                prepare(desk)
                QTest.qWait(250)
                desk.grab().save(str(folder / f"{name}-{scheme}-{width}.png"))
                desk.close()
                desk.deleteLater()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--shots", type=Path)
    given = parser.parse_args()
    app = QApplication(sys.argv[:1])
    theme.apply(app, "dark" if given.dark else "light")
    if given.shots:
        shoot(app, given.shots)
        return 0
    desk = Desk()
    desk.resize(1280, 800)
    desk.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
