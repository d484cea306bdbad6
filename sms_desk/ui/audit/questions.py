"""What the audit screen asks where a menu does not do: some days, one of many sender IDs."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from PySide6.QtCore import QDate, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sms_desk.domain.errors import DeskError
from sms_desk.services.audit import Named
from sms_desk.ui.widgets.buttons import plain, primary
from sms_desk.ui.widgets.forms import DayEdit, Form
from sms_desk.ui.widgets.sender_field import SenderField
from sms_desk.ui.widgets.text import set_window_title
from sms_desk.ui.widgets.words import tr

_WIDTH = 340


class _Question(QDialog):
    """A form that is accepted once it answers."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        set_window_title(self, title)
        self.setAccessibleName(title)
        self.form = Form(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.addWidget(self.form)
        self.setMinimumWidth(_WIDTH)

    def add_foot(self) -> None:
        """When all fields stand there."""
        cancel = plain(tr("audit", "Cancel"), parent=self)
        cancel.clicked.connect(self.reject)
        go = primary(tr("audit", "Show"), parent=self)
        go.setDefault(True)
        go.clicked.connect(self._on_go)
        self.form.add_foot(cancel, go)

    def fault(self) -> DeskError | None:
        """Why it is no answer yet."""
        return None

    @Slot()
    def _on_go(self) -> None:
        fault = self.fault()
        if fault is None:
            self.accept()
        else:
            self.form.show_error(fault)


class DaysQuestion(_Question):
    """From which day to which, both of them too."""

    def __init__(self, between: tuple[date, date] | None, parent: QWidget) -> None:
        super().__init__(tr("audit", "Entries of some days"), parent)
        self.first, self.last = DayEdit(), DayEdit()
        if between is not None:
            for field, day in zip((self.first, self.last), between, strict=True):
                field.setDate(QDate(day.year, day.month, day.day))
        self.form.add(tr("audit", "From"), self.first)
        self.form.add(tr("audit", "To, that day too"), self.last)
        self.add_foot()

    def answer(self) -> tuple[date, date]:
        first, last = (
            date(day.year(), day.month(), day.day())
            for day in (self.first.date(), self.last.date())
        )
        return first, last

    def fault(self) -> DeskError | None:
        first, last = self.answer()
        return DeskError(tr("audit", "The last day is before the first.")) if last < first else None


class SenderQuestion(_Question):
    """One of thousands, typed."""

    def __init__(self, senders: Named, chosen: UUID | None, parent: QWidget) -> None:
        super().__init__(tr("audit", "Entries about a sender ID"), parent)
        self.field = SenderField()
        self.field.set_options([(id_, name, "") for id_, name in senders])
        self.field.choose(chosen)
        self.form.add(tr("audit", "Sender ID"), self.field)
        self.add_foot()

    def fault(self) -> DeskError | None:
        if self.field.value() is not None:
            return None
        return DeskError(tr("audit", "There is no such sender ID. Choose one of those offered."))


def ask_days(parent: QWidget, between: tuple[date, date] | None) -> tuple[date, date] | None:
    """None if they thought better of it."""
    dialog = DaysQuestion(between, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return dialog.answer() if accepted else None


def ask_sender(parent: QWidget, senders: Named, chosen: UUID | None) -> UUID | None:
    """None if they thought better of it."""
    dialog = SenderQuestion(senders, chosen, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return dialog.field.value() if accepted else None
