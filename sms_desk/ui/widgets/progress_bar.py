"""The quiet bar at the foot of a window: what long work is on, how far, how long still, Stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget
from typing_extensions import override

from sms_desk.domain.frozen import dataclass
from sms_desk.ui.widgets.bare import Bare
from sms_desk.ui.widgets.buttons import icon_button, quiet
from sms_desk.ui.widgets.panes import on_ground
from sms_desk.ui.widgets.text import ElidedLabel, Label
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class Work:
    """How long work stands."""

    what: str
    done: int
    total: int | None  # None: nobody knows
    seconds_left: int | None
    stoppable: bool = True
    stopped: bool = False  # a person stopped it, and may resume it


class WorkBar(Bare):
    """Shown while there is work, gone when there is none."""

    stop_requested = Signal()
    resume_requested = Signal()
    put_away = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        on_ground(self, "sunken")
        self._stopped = False
        self.hide()

    def show_work(self, work: Work | None) -> None:
        """How it stands now; None when it is over."""
        if work is None:
            self.hide()
            return
        self.furnish()
        self._what.setText(work.what)
        self._bar.setRange(0, work.total or 0)
        self._bar.setValue(work.done)
        self._bar.setAccessibleName(work.what)
        self._far.setText(progress_words(work))
        self._stopped = work.stopped
        words = tr("work", "Resume") if work.stopped else tr("work", "Stop")
        self._stop.set_words(words)
        self._stop.setVisible(work.stoppable)
        self._stop.setAccessibleName(f"{words}: {work.what}")
        self._bar.setVisible(not work.stopped)
        self._away.setVisible(work.stopped)
        self.show()

    @override
    def _furnish(self) -> None:
        self._what = ElidedLabel("", "snippet", tone="secondary", parent=self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._far = Label("", "snippet", tone="secondary", parent=self)
        self._stop = quiet(tr("work", "Stop"), parent=self)
        self._stop.clicked.connect(self._on_stop_clicked)
        self._away = icon_button("x", tr("work", "Put away"), parent=self)
        self._away.clicked.connect(self.put_away)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 2, 8, 2)
        layout.setSpacing(12)
        layout.addWidget(self._what, 1)
        layout.addWidget(self._bar)
        layout.addWidget(self._far)
        layout.addWidget(self._stop)
        layout.addWidget(self._away)

    def _on_stop_clicked(self) -> None:
        (self.resume_requested if self._stopped else self.stop_requested).emit()


def progress_words(work: Work) -> str:
    """How far and how long still, such as "1,200 of 5,000 · about 2 min"."""
    if work.total is None:
        far = f"{work.done:,}"
    else:
        far = tr("work", "{done} of {total}").format(done=f"{work.done:,}", total=f"{work.total:,}")
    return far if work.seconds_left is None else f"{far} · {_duration(work.seconds_left)}"


def _duration(seconds: int) -> str:
    if seconds < 60:
        return tr("work", "less than a minute")
    return tr("work", "about %n min", round(seconds / 60))
